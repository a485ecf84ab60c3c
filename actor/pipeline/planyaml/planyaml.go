// Package planyaml reads the plan of a pipeline (package actor/pipeline/remote) from YAML, which
// people write more easily than JSON, and with comments:
//
//	plan, err := planyaml.Load(file)
//	site := remote.Site{Plan: plan, Role: *role}
//
// The package is a module of its own, so that only who uses it depends on a library for YAML.
package planyaml

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/goccy/go-yaml"

	"github.com/zeroactor/zmq/actor/pipeline/remote"
)

// MaxSize is the largest file that [Load] reads, in bytes: a plan of ten thousand edges.
const MaxSize = 1 << 20

// Load reads a plan. Its fields are those of JSON, which is YAML as well. A field that is unknown,
// wrong or there twice is an error that names it; all errors are [remote.ErrSite], wrapped, but for those of r. It reads
// r to its end, and may be called by any goroutine.
func Load(r io.Reader) (remote.Plan, error) {
	text, err := io.ReadAll(io.LimitReader(r, MaxSize+1))
	switch {
	case err != nil:
		return remote.Plan{}, err
	case len(text) > MaxSize:
		return remote.Plan{}, fmt.Errorf("%w: more than %d bytes", remote.ErrSite, MaxSize)
	}
	d := yaml.NewDecoder(bytes.NewReader(text))
	var document map[string]any
	if err := d.Decode(&document); err != nil && !errors.Is(err, io.EOF) { // which is a file without anything
		return remote.Plan{}, fmt.Errorf("%w: %w", remote.ErrSite, err)
	}
	if err := d.Decode(new(any)); !errors.Is(err, io.EOF) {
		return remote.Plan{}, fmt.Errorf("%w: there is more than one document", remote.ErrSite)
	}
	if document == nil {
		document = map[string]any{}
	}
	data, err := yaml.MarshalWithOptions(document, yaml.JSON())
	if err != nil {
		return remote.Plan{}, fmt.Errorf("%w: %w", remote.ErrSite, err)
	}
	return remote.Load(bytes.NewReader(data))
}
