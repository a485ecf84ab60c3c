"""A peer made of libzmq, which does what it is told.

A line on standard input is a request, a line on standard output the answer to
one; both are JSON. A request has an "id", which its answer repeats, an "op", and
mostly a "sock", the name of a socket. Requests to one socket are done in order,
by a thread of its own; those to several, at once. An answer has "ok" or "err".

A frame is {"hex": ...} or {"size": ..., "seed": ...}, the pattern that fill
makes. A frame received is told as its size, its SHA-256 and, if it is short,
its bytes. All times are in milliseconds.
"""

import functools
import hashlib
import json
import os
import queue
import sys
import threading
import time

import zmq
from zmq.utils.monitor import recv_monitor_message

SHORT = 1024  # bytes; frames up to this size are told in full
PERIOD = 251  # of the pattern, and coprime to every power of two


@functools.lru_cache(maxsize=PERIOD)
def period(seed):
    return bytes((7 * i + seed) % PERIOD for i in range(PERIOD))


@functools.lru_cache(maxsize=1)  # large ones are sent again and again
def fill(size, seed):
    p = period(seed % PERIOD)
    return p[:size] if size <= PERIOD else (p * (size // PERIOD + 1))[:size]


def encode(frame):
    if "size" in frame:
        return fill(frame["size"], frame.get("seed", 0))
    return bytes.fromhex(frame.get("hex", ""))


def describe(body):
    told = {"size": len(body), "sum": hashlib.sha256(body).hexdigest()}
    if len(body) <= SHORT:
        told["hex"] = body.hex()
    return told


class Deadline:
    def __init__(self, ms):
        self.end = time.monotonic() + ms / 1000

    def left(self):
        return max(0, int(1000 * (self.end - time.monotonic())))


class Late(Exception):
    pass


class Socket(threading.Thread):
    """A socket, and the only thread that touches it."""

    def __init__(self, context, answer):
        super().__init__(daemon=True)
        self.context = context
        self.answer = answer
        self.requests = queue.SimpleQueue()
        self.socket = None
        self.events = None

    def run(self):
        for request in iter(self.requests.get, None):
            try:
                ok = getattr(self, "op_" + request["op"])(request)
                self.answer({"id": request["id"], "ok": ok if ok is not None else {}})
            except Late as e:
                self.answer({"id": request["id"], "err": "timeout: %s" % e})
            except zmq.ZMQError as e:
                self.answer({"id": request["id"], "err": "%s: %s" % (zmq.Errno(e.errno).name, e)})
            except Exception as e:
                self.answer({"id": request["id"], "err": repr(e)})

    def op_socket(self, r):
        self.socket = self.context.socket(getattr(zmq, r["type"]))
        self.socket.setsockopt(zmq.LINGER, 0)
        for name, value in r.get("options", {}).items():
            self.set(name, value)

    def set(self, name, value):
        if isinstance(value, dict):
            value = encode(value)
        self.socket.setsockopt(getattr(zmq, name), value)

    def op_set(self, r):
        for value in r["values"]:
            self.set(r["name"], value)

    def op_bind(self, r):
        self.socket.bind(r["endpoint"])
        return {"endpoint": self.socket.getsockopt(zmq.LAST_ENDPOINT).rstrip(b"\0").decode()}

    def op_connect(self, r):
        self.socket.connect(r["endpoint"])

    def op_disconnect(self, r):
        self.socket.disconnect(r["endpoint"])

    def op_unbind(self, r):
        self.socket.unbind(r["endpoint"])

    def op_send(self, r):
        """Sends a message; an unknown peer is waited for, as a missing one is."""
        frames = [encode(f) for f in r["frames"]]
        end = Deadline(r["timeout"])
        while True:
            try:
                self.socket.setsockopt(zmq.SNDTIMEO, end.left())
                return self.socket.send_multipart(frames)
            except zmq.ZMQError as e:
                if e.errno != zmq.EHOSTUNREACH or end.left() == 0:
                    raise
                time.sleep(0.001)  # nothing tells of a peer that becomes known

    def op_send_many(self, r):
        """Sends messages of one frame each, the pattern of their number."""
        end = Deadline(r["timeout"])
        for i in range(r["n"]):
            self.socket.setsockopt(zmq.SNDTIMEO, end.left())
            self.socket.send(fill(r["size"], i))

    def receive(self, end):
        if not self.socket.poll(end.left(), zmq.POLLIN):
            raise Late("no message")
        return self.socket.recv_multipart()

    def op_recv(self, r):
        return {"frames": [describe(f) for f in self.receive(Deadline(r["timeout"]))]}

    def op_recv_many(self, r):
        """Receives messages of one frame each, and checks as send_many sends."""
        time.sleep(r.get("delay", 0) / 1000)  # a receiver that is late
        end = Deadline(r["timeout"])
        for i in range(r["n"]):
            if not self.socket.poll(end.left(), zmq.POLLIN):
                raise Late("no message after %d" % i)
            if self.socket.recv() != fill(r["size"], i):
                raise Late("message %d is wrong" % i)

    def op_monitor(self, r):
        self.events = self.socket.get_monitor_socket()

    def op_event(self, r):
        """Waits for an event of one of the names; tells of all until then."""
        end, seen = Deadline(r["timeout"]), []
        while True:
            if not self.events.poll(end.left(), zmq.POLLIN):
                raise Late("no event but %s" % seen)
            e = recv_monitor_message(self.events)
            name = zmq.Event(e["event"]).name
            seen.append(name)
            if name in r["names"]:
                return {"event": name, "value": int(e["value"]), "seen": seen}

    def op_notice(self, r):
        """Has libzmq do what its own threads have told the socket: it does so only
        when the socket is used, and forgets a lost peer in several such steps."""
        for _ in range(5):
            self.socket.getsockopt(zmq.EVENTS)
            time.sleep(0.01)  # the time of another thread, which tells of nothing

    def op_close(self, r):
        self.requests.put(None)  # nothing comes after
        if self.events is not None:
            self.socket.disable_monitor()
        self.socket.close(r.get("linger", 0))


def main():
    context = zmq.Context()
    sockets = {}
    lock = threading.Lock()

    def answer(reply):
        line = json.dumps(reply) + "\n"
        with lock:
            sys.stdout.write(line)
            sys.stdout.flush()

    for line in sys.stdin:
        request = json.loads(line)
        if request["op"] == "version":
            answer({"id": request["id"], "ok": {"version": zmq.zmq_version()}})
            continue
        if request["op"] == "socket":
            sockets[request["sock"]] = Socket(context, answer)
            sockets[request["sock"]].start()
        sockets[request["sock"]].requests.put(request)
    os._exit(0)  # sockets belong to their threads, and may be waiting


main()
