package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/zeroactor/zmq/bench/internal/channels"
	"github.com/zeroactor/zmq/bench/internal/floor"
	"github.com/zeroactor/zmq/bench/internal/own"
	"github.com/zeroactor/zmq/bench/internal/peer"
)

// A contender is a library under measurement: the command that runs one of its
// peers, to which the job's arguments are added.
type contender struct {
	name     string
	label    string // in place of what its peers call themselves; or ""
	command  []string
	tweak    func(*peer.Job) // changes its jobs; nil leaves them
	optional bool            // if it fails it costs only its own rows
	equal    bool            // its samples have as many messages as the subject's
}

// goPeers are the libraries that this program plays itself.
func goPeers(labels bool) []peer.Library {
	return []peer.Library{own.New(labels), floor.Library{}, floor.Library{Reused: true}, floor.Library{Whole: true}, peer.Actors(channels.Troupe{})}
}

// others are the Go libraries that have a module of their own, by the names of
// their directories in bench/others.
var others = [...]string{"pebbe", "go-zeromq", "mangos"}

// troupes are the libraries of actors that have one, with the modules they are of.
var troupes = map[string]string{
	"protoactor": "github.com/asynkron/protoactor-go",
	"hollywood":  "github.com/anthdm/hollywood",
	"ergo":       "ergo.services/ergo",
}

// A gallery finds contenders, and compiles in dir what that takes.
type gallery struct {
	dir     string
	sources map[string]string // directories with copies of libraries' sources, by their names
	found   map[string]contender
}

// find returns the library of that name.
func (g *gallery) find(ctx context.Context, name string) (contender, error) {
	if c, ok := g.found[name]; ok {
		return c, nil
	}
	c, err := g.make(ctx, name)
	if err == nil {
		if g.found == nil {
			g.found = make(map[string]contender)
		}
		g.found[name] = c
	}
	return c, err
}

func (g *gallery) make(ctx context.Context, name string) (contender, error) {
	switch {
	case strings.HasPrefix(name, selfPrefix):
		return anotherSelf(strings.TrimPrefix(name, selfPrefix))
	case name == own.Name || name == "net" || name == "net-reused" || name == "net-whole" || name == channels.Name:
		self, err := os.Executable()
		return contender{name: name, command: []string{self, "-peer", name}, optional: name != own.Name}, err
	case name == "libzmq":
		return buildLibzmq(ctx, g.dir)
	case slices.Contains(others[:], name):
		return buildOther(ctx, g.dir, name)
	case troupes[name] != "":
		return g.buildTroupe(ctx, name)
	}
	return contender{}, fmt.Errorf("no library %q; there are %s, libzmq, net, net-reused, net-whole, %s, %sPROGRAM, of actors %s, and none or all",
		name, own.Name, strings.Join(others[:], ", "), selfPrefix, strings.Join(troupeNames(), ", "))
}

// troupeNames returns the names of what is compared with our actors.
func troupeNames() []string {
	return append([]string{channels.Name}, slices.Sorted(maps.Keys(troupes))...)
}

// contenders finds the libraries of the command line. A libzmq that was asked
// for and is not there is an error; one that was not asked for, and any other
// library, is a message on stderr. alone says that they are to be libraries of actors.
func (o options) contenders(ctx context.Context, g *gallery, alone bool, stderr io.Writer) (subject contender, vs []contender, err error) {
	if subject, err = g.find(ctx, o.subject); err != nil {
		return subject, nil, err
	}
	var names []string
	switch o.vs {
	case "none":
	case "":
		names = []string{"libzmq"}
		if alone {
			names = []string{channels.Name}
		}
	case "all":
		names = append([]string{"libzmq", "net", "net-reused", "net-whole"}, others[:]...)
		if alone {
			names = troupeNames()
		}
	default:
		names = strings.Split(o.vs, ",")
	}
	for _, name := range names {
		c, err := g.find(ctx, name)
		switch {
		case err == nil:
			vs = append(vs, c)
		case errors.Is(err, errNoLibzmq) && o.vs == "":
			fmt.Fprintf(stderr, "NOTHING TO COMPARE WITH: %v\n", err)
		case errors.Is(err, errNotBuilt), errors.Is(err, errNoLibzmq) && o.vs == "all":
			fmt.Fprintf(stderr, "NOT COMPARED WITH %s: %v\n", name, err)
		default:
			return subject, nil, err
		}
	}
	return subject, vs, nil
}
