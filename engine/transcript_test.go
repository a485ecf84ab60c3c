package engine

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/zeroactor/zmq"
)

// A transcript is a handshake written down: what we send (lines that begin with
// '>') and what the peer sends ('<'), in order, and how it ends. Bytes are hex,
// quoted text, or "count*hex".
type transcript struct {
	cfg   HandshakeConfig
	steps []transcriptStep
	rest  []byte // follows the handshake and is not part of it

	peer       string            // how it ends, one of the two:
	err        func(error) error // nil if the error is as it should be
	properties [][2]string       // name and value, of some
}

// A transcriptStep is bytes of the peer's and what we then answer. The first
// step has no bytes of the peer's.
type transcriptStep struct{ in, out []byte }

func readTranscript(t testing.TB, name string) *transcript {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	tr := &transcript{steps: make([]transcriptStep, 1)}
	for i, line := range strings.Split(string(text), "\n") {
		if line == "" || line[0] == '#' {
			continue
		}
		if err := tr.parse(line); err != nil {
			t.Fatalf("%s:%d: %v", name, i+1, err)
		}
	}
	if (tr.peer == "") == (tr.err == nil) {
		t.Fatalf("%s: want either peer or error", name)
	}
	return tr
}

func (tr *transcript) parse(line string) (err error) {
	verb, args, _ := strings.Cut(line, " ")
	switch verb {
	case ">":
		b, err := parseBytes(args)
		last := &tr.steps[len(tr.steps)-1]
		last.out = append(last.out, b...)
		return err
	case "<":
		b, err := parseBytes(args)
		tr.steps = append(tr.steps, transcriptStep{in: b})
		return err
	case "rest":
		tr.rest, err = parseBytes(args)
		return err
	case "socket":
		tr.cfg.SocketType = args
	case "id":
		tr.cfg.RoutingID, err = parseBytes(args)
	case "identity":
		tr.cfg.SendIdentity = true
	case "server":
		tr.cfg.Server = true
	case "mechanism":
		tr.cfg.Mechanism = newTestMechanism
	case "metadata":
		name, value, err := parseNamed(args)
		tr.cfg.Metadata = append(tr.cfg.Metadata, zmq.Property{Name: name, Value: []byte(value)})
		return err
	case "property":
		name, value, err := parseNamed(args)
		tr.properties = append(tr.properties, [2]string{name, value})
		return err
	case "min":
		_, err = fmt.Sscanf(args, "%d.%d", &tr.cfg.MinVersion[0], &tr.cfg.MinVersion[1])
	case "max":
		_, err = fmt.Sscanf(args, "%d.%d", &tr.cfg.MaxVersion[0], &tr.cfg.MaxVersion[1])
	case "peer":
		tr.peer = args
	case "error":
		return tr.parseError(args)
	default:
		return fmt.Errorf("unknown verb %q", verb)
	}
	return err
}

// parseError reads: protocol "rule" "part of the detail", or peer "reason".
func (tr *transcript) parseError(args string) error {
	kind, args, _ := strings.Cut(args, " ")
	first, err := strconv.QuotedPrefix(args)
	if err != nil {
		return err
	}
	second := strings.TrimSpace(args[len(first):])
	first, _ = strconv.Unquote(first)
	if kind == "peer" {
		tr.err = func(err error) error {
			if p, ok := errors.AsType[*zmq.PeerError](err); !ok || p.Reason != first {
				return fmt.Errorf("error %v, want PeerError %q", err, first)
			}
			return nil
		}
		return nil
	}
	second, err = strconv.Unquote(second)
	tr.err = func(err error) error {
		p, ok := errors.AsType[*zmq.ProtocolError](err)
		if !ok || p.Rule != first || !strings.Contains(p.Detail, second) {
			return fmt.Errorf("error %v, want ProtocolError %s: %s", err, first, second)
		}
		return nil
	}
	return err
}

func parseNamed(args string) (name, value string, err error) {
	name, value, _ = strings.Cut(args, " ")
	value, err = strconv.Unquote(value)
	return name, value, err
}

func parseBytes(s string) (b []byte, err error) {
	for s = strings.TrimSpace(s); s != ""; s = strings.TrimSpace(s) {
		word, rest, _ := strings.Cut(s, " ")
		switch count, what, repeated := strings.Cut(word, "*"); {
		case s[0] == '"':
			quoted, err := strconv.QuotedPrefix(s)
			if err != nil {
				return nil, err
			}
			text, _ := strconv.Unquote(quoted)
			b, rest = append(b, text...), s[len(quoted):]
		case repeated:
			n, err := strconv.Atoi(count)
			if err != nil {
				return nil, err
			}
			unit, err := hex.DecodeString(what)
			if err != nil {
				return nil, err
			}
			b = append(b, bytes.Repeat(unit, n)...)
		default:
			unit, err := hex.DecodeString(word)
			if err != nil {
				return nil, fmt.Errorf("%q: %w", word, err)
			}
			b = append(b, unit...)
		}
		s = rest
	}
	return b, nil
}

// input returns all that the peer sends during the handshake.
func (tr *transcript) input() (in []byte) {
	for _, s := range tr.steps {
		in = append(in, s.in...)
	}
	return in
}

// output returns all that we send.
func (tr *transcript) output() (out []byte) {
	for _, s := range tr.steps {
		out = append(out, s.out...)
	}
	return out
}

// An outcome is what came of a handshake.
type outcome struct {
	sent []byte
	used int // bytes taken
	done bool
	err  error
	peer PeerInfo
}

// shake feeds pieces to a new handshake, as a connection would.
func shake(cfg HandshakeConfig, pieces ...[]byte) outcome {
	return shakeOn(NewHandshake(cfg), pieces...)
}

func shakeOn(h *Handshake, pieces ...[]byte) (o outcome) {
	o.sent = append(o.sent, h.Output()...)
	for _, p := range pieces {
		n, done, err := h.Input(p)
		o.used += n
		o.sent = append(o.sent, h.Output()...)
		if o.done, o.err = done, err; done || err != nil {
			break
		}
		if n < len(p) {
			o.err = fmt.Errorf("took %d of %d bytes, and is not done", n, len(p))
			break
		}
	}
	o.peer = h.Peer()
	return o
}

// check compares an outcome of the whole transcript with what it should be.
func (tr *transcript) check(o outcome) error {
	if !bytes.Equal(o.sent, tr.output()) {
		return fmt.Errorf("sent\n%x, want\n%x", o.sent, tr.output())
	}
	if tr.err != nil {
		return tr.err(o.err)
	}
	if o.err != nil || !o.done {
		return fmt.Errorf("done %v, error %v", o.done, o.err)
	}
	if want := len(tr.input()); o.used != want {
		return fmt.Errorf("took %d bytes, want %d", o.used, want)
	}
	p := o.peer
	id := p.RoutingID
	want, wantID, _ := strings.Cut(tr.peer, " id=")
	got := fmt.Sprintf("%d.%d revision=%d type=%s", p.Major, p.Minor, p.Revision, p.SocketType)
	wantID, server := strings.CutSuffix(wantID, " server")
	if b, err := parseBytes(wantID); err != nil || got != want || !bytes.Equal(b, id) || p.AsServer != server {
		return fmt.Errorf("peer is %s id=%q server=%v, want %s", got, id, p.AsServer, tr.peer)
	}
	for _, q := range tr.properties {
		if v, ok := p.Properties.Get(q[0]); !ok || string(v) != q[1] {
			return fmt.Errorf("property %s is %q, want %q", q[0], v, q[1])
		}
	}
	return nil
}

// transcripts returns all transcripts by name.
func transcripts(t testing.TB) map[string]*transcript {
	t.Helper()
	files, err := filepath.Glob("testdata/handshake/*.txt")
	if err != nil || len(files) < 40 {
		t.Fatalf("%d transcripts: %v", len(files), err)
	}
	all := make(map[string]*transcript)
	for _, f := range files {
		all[strings.TrimSuffix(filepath.Base(f), ".txt")] = readTranscript(t, f)
	}
	return all
}
