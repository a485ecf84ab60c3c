package tidy

// A layer says what the packages of a directory may import of the module. Each
// may also import what is internal to it, and internal/... at the root. A name
// that ends in "/..." means the directory and all below it; "..." is everything.
type layer struct {
	dir   string
	may   []string
	tests []string // what only its tests may, besides packages made for tests
}

// layers are in order: imports go down. That a package is above another one
// does not mean that it may import it.
var layers = []layer{
	{dir: "internal/...", may: []string{"internal/..."}},
	{dir: ".", tests: []string{"patterns"}}, // examples of messages that are sent
	{dir: "ypipe"},
	{dir: "mailbox", may: []string{"ypipe"}},
	{dir: "actor", may: []string{"mailbox"}},
	{dir: "actor/actorhttp", may: []string{"actor"}},
	{dir: "actor/actormetrics", may: []string{"actor"}},
	{dir: "actor/actortop/...", may: []string{"actor", "actor/actortop"}, tests: []string{"actor/actorhttp"}},
	{dir: "actor/actortest", may: []string{"actor", "actor/internal/..."}},
	{dir: "actor/pipeline", may: []string{"ypipe", "actor"}, tests: []string{".", "patterns"}}, // examples over sockets
	{dir: "transport/transporttest", may: []string{".", "transport"}, tests: []string{"transport/..."}},
	{dir: "transport/...", may: []string{".", "transport", "transport/internal/..."}},
	{dir: "engine", may: []string{".", "mailbox", "ypipe", "actor"}, tests: []string{"transport/..."}},
	{dir: "patterns/...", may: []string{".", "ypipe", "mailbox", "actor", "transport/...", "engine", "patterns/..."}},
	{dir: "actor/pipeline/remote", may: []string{".", "actor", "actor/pipeline", "patterns"}},
	{dir: "actor/remote", may: []string{".", "actor", "patterns"}},
	{dir: "actor/actorproto", may: []string{"actor/remote"}, tests: []string{"actor", "actor/pipeline", "actor/pipeline/remote", "patterns"}},
	{dir: "actor/pipeline/planyaml", may: []string{"actor/pipeline/remote"}, tests: []string{"actor/pipeline"}},
	{dir: "proptest/...", may: []string{"..."}},
	{dir: "bench/...", may: []string{"..."}},
	{dir: "examples/...", may: []string{"..."}},
	{dir: "cmd/...", may: []string{"..."}},
}

// tops are directories that nobody imports but they themselves. Where tests
// may, the name says so.
var tops = []string{"bench", "examples", "cmd", "proptest"}

// A dependency is a module of others.
type dependency struct {
	module string
	where  string // the directory it is for, as in a layer
	tests  bool   // for tests only
	reason string
}

var dependencies = []dependency{
	{"golang.org/x/sys", "...", false, "socket options and credentials that package syscall lacks"},
	{"golang.org/x/crypto", "...", false, "the Curve25519 boxes of the CURVE mechanism"},
	{"golang.org/x/net", "...", false, "multicast, and SOCKS"},
	{"github.com/puzpuzpuz/xsync/v3", "...", false, "tables that many read and few write: names of actors"},
	{"github.com/klauspost/compress", "...", false, "negotiated compression"},
	{"github.com/leanovate/gopter", "...", true, "generated histories for properties"},
	{"github.com/schollz/progressbar/v3", "examples/...", false, "examples that show how far they are"},
	{"golang.org/x/term", "examples/...", false, "whether somebody looks at the bar"},
	{"github.com/schollz/progressbar/v3", "bench/...", false, "runs that take minutes"},
	{"golang.org/x/term", "bench/...", false, "whether somebody looks at the bar"},
	{"github.com/HdrHistogram/hdrhistogram-go", "bench/...", false, "distributions of times, in bounded memory"},
	{"github.com/prometheus/client_golang", "actor/actormetrics", false, "figures for Prometheus; a module of its own"},
	{"go.opentelemetry.io/otel", "actor/actormetrics", false, "figures for OpenTelemetry; a module of its own"},
	{"go.opentelemetry.io/otel/metric", "actor/actormetrics", false, "figures for OpenTelemetry; a module of its own"},
	{"go.opentelemetry.io/otel/sdk/metric", "actor/actormetrics", true, "who collects them; a module of its own"},
	{"google.golang.org/protobuf", "actor/actorproto", false, "messages of protocol buffers; a module of its own"},
	{"github.com/goccy/go-yaml", "actor/pipeline/planyaml", false, "plans of pipelines in YAML; a module of its own"},
	{"charm.land/bubbletea/v2", "actor/actortop", false, "what a terminal shows and which keys are pressed; a module of its own"},
	{"charm.land/lipgloss/v2", "actor/actortop", false, "styles of text in a terminal; a module of its own"},
	{"github.com/charmbracelet/x/ansi", "actor/actortop", false, "how wide a text is in a terminal; a module of its own"},
	{"github.com/pebbe/zmq4", "bench/others/pebbe", false, "to be compared with; a module of its own"},
	{"github.com/go-zeromq/zmq4", "bench/others/go-zeromq", false, "to be compared with; a module of its own"},
	{"go.nanomsg.org/mangos/v3", "bench/others/mangos", false, "to be compared with; a module of its own"},
	{"github.com/asynkron/protoactor-go", "bench/others/protoactor", false, "to be compared with; a module of its own"},
	{"github.com/anthdm/hollywood", "bench/others/hollywood", false, "to be compared with; a module of its own"},
	{"ergo.services/ergo", "bench/others/ergo", false, "to be compared with; a module of its own"},
}

// atomicLayers may use sync/atomic: what they do with it is behind one interface
// and proved by exploring all interleavings. internal/release is such an interface.
var atomicLayers = []string{"ypipe", "mailbox", "internal/arena", "internal/release"}

// notOurs are names of directories that are not read.
var notOurs = [...]string{".git", "vendor", "node_modules"}

// notText are the endings of files that are not read.
var notText = [...]string{".png", ".svg", ".sum", ".pcap"}

// An exception allows something that a rule forbids.
type exception struct {
	rule   string
	where  string // a file, a file and a name in it as "engine/conn.go:run", or a package's directory
	reason string
}

var exceptions = []exception{
	{"machine", "internal/tidy/fixtures_test.go", "the paths are in what is to be rejected"},
	{"machine", "internal/tidy/bans_test.go", "the names of hosts are what the rule looks for"},
	{"variable", "internal/arena/buf.go:collected", "stands for memory that nobody counts, and is not written to"},
	{"variable", "patterns/context.go:defaultContext", "the one default context, made on first use, as http.DefaultClient is"},
	{"variable", "proptest/order_exact.go:warm", "what the libraries do once is once for all of a process"},
	{"variable", "transport/ipc/cred_other.go:system", "what this system can do: nothing; on others it is a literal"},
	{"variable", "transport/tcp/sockopt_other.go:system", "what this system can do: nothing; on others it is a literal"},
}

// debts are breaches that were there before their rule. The list only gets
// shorter; one that is paid is told of, so that it can be struck off.
var debts []exception
