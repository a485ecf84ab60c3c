package peer

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// A control is a peer's side of the conversation with the runner. It is used by
// one goroutine.
type control struct {
	in  *bufio.Reader
	out *json.Encoder
}

func newControl(in io.Reader, out io.Writer) *control {
	return &control{in: bufio.NewReader(in), out: json.NewEncoder(out)}
}

// line waits for the next line.
func (c *control) line() (string, error) {
	text, err := c.in.ReadString('\n')
	if err != nil {
		return "", fmt.Errorf("the runner says nothing: %w", err)
	}
	return strings.TrimSuffix(text, "\n"), nil
}

// waitGo waits for the line "go".
func (c *control) waitGo() error {
	switch text, err := c.line(); {
	case err != nil:
		return err
	case text != "go":
		return fmt.Errorf("the runner says %q, want go", text)
	}
	return nil
}

// goAhead returns a context that ends when the runner says "go", or is done with
// this peer.
func (c *control) goAhead(ctx context.Context) context.Context {
	ctx, cancel := context.WithCancelCause(ctx)
	go func() { cancel(c.waitGo()) }()
	return ctx
}

// hold waits for the end of the input.
func (c *control) hold() { _, _ = io.Copy(io.Discard, c.in) }
