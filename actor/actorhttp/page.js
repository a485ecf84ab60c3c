"use strict";

// How often the figures are asked for, in milliseconds.
const period = 1000;

let before = new Map(); // the figures of the last time, by path
let beforeAt = 0;

function cell(row, text) {
  const td = row.insertCell();
  td.textContent = text;
  return td;
}

function rate(now, then, seconds) {
  return then === undefined || seconds <= 0 ? "" : Math.round((now - then) / seconds).toLocaleString();
}

// busy is the share of the time that an actor was at work since the last figures, or at all.
function busy(now, then) {
  const time = (now.observed ?? 0) - (then?.observed ?? 0);
  return time > 0 ? Math.round(100 * ((now.busy ?? 0) - (then?.busy ?? 0)) / time) + " %" : "";
}

// named gives each of a node's children, or pipes, with a path: names need not be unique.
function* named(all, path) {
  const seen = new Map();
  for (const one of all ?? []) {
    const n = seen.get(one.name) ?? 0;
    seen.set(one.name, n + 1);
    yield [one, `${path}${one.name}#${n}`];
  }
}

// start begins a row with a name.
function start(view, text, indent) {
  const row = view.rows.insertRow();
  cell(row, text).style.paddingLeft = indent + "rem";
  return row;
}

// queue adds the cells of a mailbox or a pipe, which is marked if it holds others up, and returns its figures
// of the last time.
function queue(row, box, path, view) {
  const then = before.get(path);
  view.now.set(path, box);
  const depth = box.in - box.taken;
  cell(row, rate(box.in, then?.in, view.seconds));
  cell(row, rate(box.taken, then?.taken, view.seconds));
  cell(row, box.hwm ? `${depth} of ${box.hwm}` : depth);
  const meter = document.createElement("meter");
  meter.max = box.hwm || Math.max(depth, 1);
  meter.value = depth;
  cell(row, "").append(meter);
  cell(row, box.age ? (box.age / 1e9).toFixed(1) + " s" : "");
  row.classList.toggle("pressure", box.full);
  return then;
}

// show adds the rows of a node, of its pipes and of those below it.
function show(node, path, depth, view) {
  const row = start(view, node.name, depth * 1.2 + 0.8);
  cell(row, node.activity);
  const box = node.mailbox;
  if (box) {
    cell(row, busy(box, queue(row, box, path, view)));
  } else {
    for (let i = 0; i < 6; i++) cell(row, "");
  }
  cell(row, node.restarts || "");
  cell(row, (box ?? node).failures || "");
  cell(row, (box ?? node).lost || "");
  for (const [pipe, at] of named(node.pipes, path + "|")) {
    const row = start(view, "↤ " + pipe.name, depth * 1.2 + 2);
    cell(row, pipe.waited ? `held up ${pipe.waited.toLocaleString()} times` : "pipe");
    queue(row, pipe, at, view);
    for (let i = 0; i < 4; i++) cell(row, "");
  }
  for (const [child, at] of named(node.children, path + "/")) show(child, at, depth + 1, view);
  if (node.omitted) {
    const more = view.rows.insertRow();
    more.className = "omitted";
    cell(more, `… ${node.omitted.toLocaleString()} more`).style.paddingLeft = depth * 1.2 + 2 + "rem";
  }
}

async function refresh() {
  const state = document.getElementById("state");
  try {
    const query = new URLSearchParams(location.search);
    query.set("format", "json");
    const answer = await fetch("?" + query);
    if (!answer.ok) throw new Error(await answer.text());
    const root = await answer.json();
    const at = performance.now();
    const view = { rows: document.createElement("tbody"), now: new Map(), seconds: (at - beforeAt) / 1000 };
    view.rows.id = "rows";
    show(root, root.name, 0, view);
    document.getElementById("rows").replaceWith(view.rows);
    before = view.now;
    beforeAt = at;
    state.textContent = "as of " + new Date().toLocaleTimeString();
  } catch (err) {
    state.textContent = "no answer: " + err.message;
  }
  setTimeout(refresh, period);
}

refresh();
