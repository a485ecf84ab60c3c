// Package actorhttp shows a tree of actors, and of the edges of pipelines, to a browser: who there is, what they are
// doing, how many messages go through each of them a second, and where they pile
// up.
//
//	http.Handle("/debug/actors", actorhttp.Handler(supervisor.Node()))
//
// The tree may be one of typed actors, of pipelines, or of sockets (patterns.Context.Node); looking at it
// costs nothing but the looking. The page asks for the figures every second. Programs
// get them with "?format=json", as an [actor.Snapshot], and as lines of text with
// "?format=text". "?max=" limits how many nodes are shown: from 1 to [MaxNodes],
// [DefaultNodes] without it.
//
// The names of actors are in what it shows, so that it is not for strangers.
package actorhttp

import (
	_ "embed" // the page
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"

	"github.com/zeroactor/zmq/actor"
)

// How many nodes are shown.
const (
	DefaultNodes = 1_000
	MaxNodes     = 100_000
)

//go:embed page.html
var page []byte

//go:embed page.js
var script []byte

// Handler returns a handler that shows root and all below it, which must not be nil. It takes GET and HEAD,
// and may be called by any number of clients at once, also after the tree has ended. A request that makes no sense is
// answered with status 400 or 405, and a text that says why.
func Handler(root *actor.Node) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, r.Method+" is not allowed", http.StatusMethodNotAllowed)
			return
		}
		nodes, err := wantedNodes(r.FormValue("max"))
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		h := w.Header()
		h.Set("Cache-Control", "no-store")
		h.Set("X-Content-Type-Options", "nosniff")
		switch format := r.FormValue("format"); format {
		case "":
			h.Set("Content-Type", "text/html; charset=utf-8")
			h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'unsafe-inline'")
			_, _ = w.Write(page) // the client has gone if it fails
		case "js":
			h.Set("Content-Type", "text/javascript; charset=utf-8")
			_, _ = w.Write(script)
		case "json":
			h.Set("Content-Type", "application/json")
			_ = json.NewEncoder(w).Encode(root.Snapshot(nodes))
		case "text":
			h.Set("Content-Type", "text/plain; charset=utf-8")
			_ = root.Tree(w)
		default:
			http.Error(w, fmt.Sprintf("format %.32q is not one of json, text", format), http.StatusBadRequest)
		}
	})
}

// wantedNodes reads the parameter max.
func wantedNodes(max string) (int, error) {
	if max == "" {
		return DefaultNodes, nil
	}
	n, err := strconv.Atoi(max)
	if err != nil || n < 1 || n > MaxNodes {
		return 0, fmt.Errorf("max %.32q is not from 1 to %d", max, MaxNodes)
	}
	return n, nil
}
