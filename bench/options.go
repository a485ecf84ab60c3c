package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/zeroactor/zmq/bench/internal/own"
	"github.com/zeroactor/zmq/bench/internal/peer"
)

// options are the command line.
type options struct {
	cases      string
	sizes      string
	transports string
	peers      string
	subs       string
	topics     int
	batch      int
	ref        bool
	procs      int
	subject    string
	vs         string
	sources    string
	count      int
	rounds     int
	time       time.Duration
	limit      time.Duration
	pin        bool
	json       bool
	html       string
	from       string
	verbose    bool
	profiles   peer.Profiles

	actors  bool // what is promised of actors is measured
	targets bool
	only    string
	gate    string
	update  bool
	plant   time.Duration
	litter  bool

	peer   string
	labels bool
	args   []string
}

// targetTime is how long a sample of a target takes: so long that all targets take
// a few minutes.
const targetTime = 400 * time.Millisecond

// hidden are the flags that are for bench itself.
var hidden = [...]string{"peer", "labels"}

func parse(args []string, stderr io.Writer) (options, error) { return options{}.parse(args, stderr) }

func (o options) parse(args []string, stderr io.Writer) (options, error) {
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	o.register(f)
	// A flag that is wrong is said in one line, by who is given the error, and not above pages of what there is.
	f.SetOutput(io.Discard)
	if err := f.Parse(args); errors.Is(err, flag.ErrHelp) {
		f.SetOutput(stderr)
		usageOf(f)
		return o, err
	} else if err != nil {
		return o, fmt.Errorf("%w; -h lists the flags", err)
	}
	o.args = f.Args()
	if o.time == 0 {
		o.time = time.Second
		switch {
		case o.targets || o.actors:
			o.time = targetTime
		case o.gate != "":
			o.time = gateTime
		}
	}
	switch {
	case o.peer == "" && len(o.args) > 0:
		return o, fmt.Errorf("argument %q is not understood", o.args[0])
	case o.rounds < 1 || o.count < 0 || o.count > maxCount || o.limit < time.Second || o.time < 0:
		return o, fmt.Errorf("want at least one round, 0 to %d messages, and a limit of a second or more", maxCount)
	case o.only != "" && !o.targets && !o.actors && o.gate == "":
		return o, errors.New("-only is for -targets, -gate and actors")
	case o.gate == "" && (o.update || o.plant != 0 || o.litter):
		return o, errors.New("-update, -plant and -litter are for -gate")
	case o.targets && o.vs != "" && len(o.selves()) != 1+strings.Count(o.vs, ","):
		return o, errors.New("targets say themselves what is compared; -vs adds self=PROGRAM and nothing else")
	case o.gate != "" && o.vs != "":
		return o, errors.New("the gate compares with libzmq alone")
	case o.plant < 0 || o.plant > time.Second:
		return o, errors.New("-plant is at most a second")
	case o.procs != 1 && o.procs != 2:
		return o, errors.New("-procs is 1 or 2")
	case o.topics < 1 || o.topics > peer.MaxTopics:
		return o, fmt.Errorf("-topics is 1 to %d", peer.MaxTopics)
	case o.batch < 0 || o.batch > peer.MaxBatch:
		return o, fmt.Errorf("-batch is 0 to %d", peer.MaxBatch)
	case o.peer == "" && o.profiles.Any() && o.subject != own.Name:
		return o, errors.New("profiles are of our own library")
	}
	return o, nil
}

func (o *options) register(f *flag.FlagSet) {
	f.StringVar(&o.cases, "case", "push,rtt", "what to measure, `names` separated by commas, or all")
	f.StringVar(&o.sizes, "sizes", "10,100,1024", "message sizes in `bytes`, separated by commas")
	f.StringVar(&o.transports, "transport", "tcp", "`names` of tcp, ipc, inproc, separated by commas")
	f.StringVar(&o.peers, "peers", "1", "`numbers` of sockets or connections on the side that has several")
	f.StringVar(&o.subs, "subs", "1", "`numbers` of subscriptions of each SUB")
	f.IntVar(&o.topics, "topics", 1, "in the case pub, `number` of topics that messages go to, the k-th in proportion to 1/k. SUBs subscribe to the first -subs")
	f.IntVar(&o.batch, "batch", 0, "`messages` a call, by the calls for batches; 0 is one by the plain calls.\n"+
		"Libraries without such calls do without")
	f.BoolVar(&o.ref, "ref", false, "send bodies by reference, not copied")
	f.IntVar(&o.procs, "procs", 2, "`processes`: 2, or 1 with both peers in it; inproc takes 1")
	f.StringVar(&o.subject, "subject", own.Name, "the `library` to measure; libzmq against itself shows the noise")
	f.StringVar(&o.vs, "vs", "", "the `libraries` to compare with, separated by commas: libzmq, zeroactor, net (no messages,\n"+
		"buffers of 64 KiB), net-reused (no messages, a buffer of the message's size, of which each read writes over the one before),\n"+
		"net-whole (the same, but messages are whole in it), pebbe, go-zeromq, mangos;\n"+
		"self=PROGRAM is bench itself built from another commit, which -targets and actors know too;\n"+
		"of actors channels, ergo, hollywood, protoactor; all, or none (default libzmq where there is one; for actors channels)")
	f.StringVar(&o.sources, "source", "", "build other libraries of actors from copies of their source: `NAME=DIR`, several separated by commas")
	f.IntVar(&o.count, "count", 0, "`number` of messages or round trips a sample; 0 means as many as take -time")
	f.IntVar(&o.rounds, "rounds", 5, "`number` of samples of each library, taken in turn; targets take up to five times as many\nwhere that does not tell whether they hold")
	f.DurationVar(&o.time, "time", 0, "how long a sample should take (default 1s, 400ms for targets and actors, 300ms for the gate)")
	f.DurationVar(&o.limit, "limit", 30*time.Second, "after this `time` a sample has failed")
	f.BoolVar(&o.pin, "pin", false, "run all processes on CPU 0 (taskset)")
	f.BoolVar(&o.json, "json", false, "print one JSON object a result in place of the table")
	f.StringVar(&o.html, "html", "", "also write a page with plots to `FILE`, which loads nothing")
	f.StringVar(&o.from, "from", "", "measure nothing: show what -json has written to `FILE`, as a table, or with -html as a page")
	f.BoolVar(&o.verbose, "v", false, "say what is being measured, where there is no progress bar")
	o.registerProfiles(f)
	f.BoolVar(&o.targets, "targets", false, "measure what docs/PERFORMANCE.md promises, and say whether it holds")
	f.StringVar(&o.only, "only", "", "of the targets, or of what the gate measures, only these `rows`, separated by commas;\n"+
		"of actors also what is left out else: crowd, a million actors, of other libraries")
	f.StringVar(&o.gate, "gate", "", "fail if messages allocate, or CPU time against libzmq's is clearly more than recorded in `FILE`")
	f.BoolVar(&o.update, "update", false, "write what the gate finds to its file, in place of comparing")
	f.DurationVar(&o.plant, "plant", 0, "with the gate: waste this `time` of CPU before each message that ours sends, to see it fail")
	f.BoolVar(&o.litter, "litter", false, "with the gate: make garbage before each message that ours sends, to see it fail")
	f.StringVar(&o.peer, "peer", "", "for bench itself: the `library` to play a peer with")
	f.BoolVar(&o.labels, "labels", false, "for bench itself: set profile labels")
}

func (o *options) registerProfiles(f *flag.FlagSet) {
	const more = "after each setting, take one more sample of our own and write "
	f.StringVar(&o.profiles.CPU, "cpuprofile", "", more+"CPU profiles\nto `FILE`.send, FILE.receive and so on")
	f.StringVar(&o.profiles.Memory, "memprofile", "", more+"allocations\nto `FILE`.send and so on")
	f.StringVar(&o.profiles.Mutex, "mutexprofile", "", more+"contention\nto `FILE`.send and so on")
	f.StringVar(&o.profiles.Block, "blockprofile", "", more+"waiting\nto `FILE`.send and so on")
	f.StringVar(&o.profiles.Trace, "trace", "", more+"execution traces\nto `FILE`.send and so on")
	f.StringVar(&o.profiles.Serve, "pprof", "", "serve net/http/pprof at `ADDRESS` during that sample; as each process does, take port 0,\nas in 127.0.0.1:0: each says which one it has got")
}

// usageOf lists the flags, without those that are for bench itself.
func usageOf(f *flag.FlagSet) {
	fmt.Fprintf(f.Output(), "%s\nflags:\n", usageText())
	visible := flag.NewFlagSet("", flag.ContinueOnError)
	visible.SetOutput(f.Output())
	f.VisitAll(func(one *flag.Flag) {
		if !slices.Contains(hidden[:], one.Name) {
			visible.Var(one.Value, one.Name, one.Usage)
		}
	})
	visible.PrintDefaults()
}
