package patterns_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"net/netip"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/zeroactor/zmq/patterns"
	"github.com/zeroactor/zmq/transport/tcp"
)

// takers says of each socket type whether an option is one of its own.
var takers = []struct {
	name  string
	takes func(option any) bool
}{
	{"PUSH", is[patterns.PushOption]},
	{"PULL", is[patterns.PullOption]},
	{"PAIR", is[patterns.PairOption]},
	{"DEALER", is[patterns.DealerOption]},
	{"ROUTER", is[patterns.RouterOption]},
	{"REQ", is[patterns.ReqOption]},
	{"REP", is[patterns.RepOption]},
	{"STREAM", is[patterns.StreamOption]},
	{"PUB", is[patterns.PubOption]},
	{"SUB", is[patterns.SubOption]},
	{"XPUB", is[patterns.XPubOption]},
	{"XSUB", is[patterns.XSubOption]},
	{"context", is[patterns.ContextOption]},
}

func is[T any](option any) bool {
	_, ok := option.(T)
	return ok
}

// Sets of socket types, as the "Applicable socket types" of zmq_setsockopt(3)
// have them, but for what a type cannot do at all: a PULL has no queue to send.
const (
	allTypes  = "PUSH PULL PAIR DEALER ROUTER REQ REP STREAM PUB SUB XPUB XSUB"
	senders   = "PUSH PAIR DEALER ROUTER REQ REP STREAM PUB XPUB XSUB"
	receivers = "PULL PAIR DEALER ROUTER REQ REP STREAM SUB XPUB XSUB"
	general   = allTypes + " context"
)

// matrix is what each option of this package applies to.
var matrix = map[string]struct {
	option any
	types  string
}{
	"SendHWM":              {patterns.SendHWM(1), senders},
	"RecvHWM":              {patterns.RecvHWM(1), receivers},
	"SendHWMBytes":         {patterns.SendHWMBytes(1), senders},
	"RecvHWMBytes":         {patterns.RecvHWMBytes(1), receivers},
	"Linger":               {patterns.Linger(0), general},
	"Immediate":            {patterns.Immediate(true), general},
	"Conflate":             {patterns.Conflate(true), "PUSH PULL DEALER PUB SUB"},
	"MaxMessageSize":       {patterns.MaxMessageSize(1), general},
	"MaxMessageFrames":     {patterns.MaxMessageFrames(1), general},
	"MaxMessageBytes":      {patterns.MaxMessageBytes(1), general},
	"InContext":            {patterns.InContext(nil), general}, // a context refuses it
	"HandshakeTimeout":     {patterns.HandshakeTimeout(0), general},
	"ZAPDomain":            {patterns.ZAPDomain(""), general},
	"HeartbeatInterval":    {patterns.HeartbeatInterval(0), general},
	"HeartbeatTimeout":     {patterns.HeartbeatTimeout(0), general},
	"HeartbeatTTL":         {patterns.HeartbeatTTL(0), general},
	"ReconnectInterval":    {patterns.ReconnectInterval(0), general},
	"ReconnectIntervalMax": {patterns.ReconnectIntervalMax(0), general},
	"ReconnectStop":        {patterns.ReconnectStop(0), general},
	"Metadata":             {patterns.Metadata("X-a", "b"), general},
	"ConnectTimeout":       {patterns.ConnectTimeout(0), general},
	"SOCKSProxy":           {patterns.SOCKSProxy(""), general},
	"SOCKSUser":            {patterns.SOCKSUser("", ""), general},
	"Backlog":              {patterns.Backlog(0), general},
	"SendBuffer":           {patterns.SendBuffer(0), general},
	"RecvBuffer":           {patterns.RecvBuffer(0), general},
	"TOS":                  {patterns.TOS(0), general},
	"Priority":             {patterns.Priority(0), general},
	"BindToDevice":         {patterns.BindToDevice(""), general},
	"BusyPoll":             {patterns.BusyPoll(0), general},
	"IPv6":                 {patterns.IPv6(true), general},
	"TCPKeepAlive":         {patterns.TCPKeepAlive(true), general},
	"TCPKeepAliveCount":    {patterns.TCPKeepAliveCount(0), general},
	"TCPKeepAliveIdle":     {patterns.TCPKeepAliveIdle(0), general},
	"TCPKeepAliveInterval": {patterns.TCPKeepAliveInterval(0), general},
	"TCPMaxRT":             {patterns.TCPMaxRT(time.Second), general},
	"TCPAcceptFilter":      {patterns.TCPAcceptFilter(netip.Prefix{}), general},
	"IPCFilterUID":         {patterns.IPCFilterUID(0), general},
	"IPCFilterGID":         {patterns.IPCFilterGID(0), general},
	"IPCFilterPID":         {patterns.IPCFilterPID(1), general},
	"ListenFile":           {patterns.ListenFile(nil), general},
	"MaxSockets":           {patterns.MaxSockets(1), "context"},
	"ProfileLabels":        {patterns.ProfileLabels(), "context"},
	"Transport":            {patterns.Transport(tcp.Transport{}), "context"},

	"RoutingID":       {patterns.RoutingID(nil), "DEALER ROUTER REQ REP"},
	"ProbeRouter":     {patterns.ProbeRouter(true), "DEALER ROUTER REQ"},
	"ReqCorrelate":    {patterns.ReqCorrelate(true), "REQ"},
	"ReqRelaxed":      {patterns.ReqRelaxed(true), "REQ"},
	"RouterMandatory": {patterns.RouterMandatory(true), "ROUTER"},
	"RouterHandover":  {patterns.RouterHandover(true), "ROUTER"},
	"RouterNotify":    {patterns.RouterNotify(0), "ROUTER"},
	"RouterRaw":       {patterns.RouterRaw(true), "ROUTER"},
	"StreamNotify":    {patterns.StreamNotify(true), "STREAM"},

	"Subscribe":              {patterns.Subscribe("a"), "SUB"},
	"MaxSubscriptions":       {patterns.MaxSubscriptions(1), "PUB XPUB"},
	"MaxSubscriptionBytes":   {patterns.MaxSubscriptionBytes(1), "PUB XPUB"},
	"NoDrop":                 {patterns.NoDrop(true), "PUB XPUB"},
	"WelcomeMessage":         {patterns.WelcomeMessage(nil), "PUB XPUB"},
	"InvertMatching":         {patterns.InvertMatching(true), "PUB XPUB SUB"},
	"XPubVerbose":            {patterns.XPubVerbose(true), "XPUB"},
	"XPubVerboser":           {patterns.XPubVerboser(true), "XPUB"},
	"XPubManual":             {patterns.XPubManual(true), "XPUB"},
	"XPubManualLastValue":    {patterns.XPubManualLastValue(true), "XPUB"},
	"XSubVerboseUnsubscribe": {patterns.XSubVerboseUnsubscribe(true), "XSUB"},
	"OnlyFirstSubscribe":     {patterns.OnlyFirstSubscribe(true), "XPUB XSUB"},
}

// TestOptionsApply asks of each option and each socket type whether they compile
// together.
func TestOptionsApply(t *testing.T) {
	for name, o := range matrix {
		types := strings.Fields(o.types)
		for _, taker := range takers {
			if want := slices.Contains(types, taker.name); taker.takes(o.option) != want {
				t.Errorf("%s takes %s: %v, want %v", taker.name, name, !want, want)
			}
		}
	}
}

// TestOptionsAreInMatrix looks for options that the matrix does not know.
func TestOptionsAreInMatrix(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, file := range files {
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || fn.Recv != nil || !fn.Name.IsExported() || fn.Type.Results == nil || len(fn.Type.Results.List) != 1 {
				continue
			}
			result, ok := fn.Type.Results.List[0].Type.(*ast.Ident)
			if !ok || !strings.HasSuffix(result.Name, "Option") || result.Name == "ProxyOption" {
				continue
			}
			found++
			if _, ok := matrix[fn.Name.Name]; !ok {
				t.Errorf("%s is not in the matrix", fn.Name.Name)
			}
		}
	}
	if found != len(matrix) {
		t.Errorf("%d options in the files, %d in the matrix", found, len(matrix))
	}
}
