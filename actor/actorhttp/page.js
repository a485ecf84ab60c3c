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

// show adds the rows of a node and of those below it.
function show(node, path, depth, view) {
  const row = view.rows.insertRow();
  cell(row, node.name).style.paddingLeft = depth * 1.2 + 0.8 + "rem";
  cell(row, node.activity);
  const box = node.mailbox;
  if (box) {
    const then = before.get(path);
    view.now.set(path, box);
    cell(row, rate(box.in, then?.in, view.seconds));
    cell(row, rate(box.taken, then?.taken, view.seconds));
    cell(row, `${box.in - box.taken} of ${box.hwm}`);
    const meter = document.createElement("meter");
    meter.max = box.hwm;
    meter.value = box.in - box.taken;
    cell(row, "").append(meter);
    cell(row, box.age ? (box.age / 1e9).toFixed(1) + " s" : "");
    cell(row, busy(box, then));
    row.classList.toggle("pressure", box.full);
  } else {
    for (let i = 0; i < 6; i++) cell(row, "");
  }
  cell(row, node.restarts || "");
  cell(row, box?.failures || "");
  cell(row, box?.lost || "");
  const seen = new Map(); // names need not be unique
  for (const child of node.children ?? []) {
    const n = seen.get(child.name) ?? 0;
    seen.set(child.name, n + 1);
    show(child, `${path}/${child.name}#${n}`, depth + 1, view);
  }
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
