package peer

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// A Job is what one peer has to do.
type Job struct {
	Role     string        // see Roles
	Type     string        // socket type, as "PUSH"
	To       string        // of a proxy: type of the back socket
	Bind     bool          // bind, else connect to what the input says
	Endpoint string        // to bind
	Back     string        // of a proxy: endpoint to bind the back socket to
	Size     int           // bytes of a message
	Count    int           // messages or round trips that are measured, of all sockets together
	WarmUp   int           // and before; at least one
	Peers    int           // sockets (or connections) of a side that has several; at least one
	Subs     int           // subscriptions of each SUB
	Topics   int           // that a PUB sends to, by Zipf; 0 is one
	Batch    int           // messages a call; 0 is one by the plain calls
	Prefix   int           // frames that a receiver finds before the body
	Ref      bool          // send by reference to memory that is never written again
	Burn     time.Duration // planted: wasted before each message sent
	Litter   bool          // planted: garbage made for each message sent
	Limit    time.Duration // after which the peer gives up; whole seconds
}

// Arguments returns j as a command line.
func (j Job) Arguments() []string {
	args := []string{"role=" + j.Role, "type=" + j.Type, "seconds=" + strconv.Itoa(seconds(j.Limit))}
	text := func(key, value string) {
		if value != "" {
			args = append(args, key+"="+value)
		}
	}
	number := func(key string, value int) {
		if value != 0 {
			args = append(args, key+"="+strconv.Itoa(value))
		}
	}
	flag := func(key string, value bool) {
		if value {
			args = append(args, key+"=1")
		}
	}
	text("to", j.To)
	text("endpoint", j.Endpoint)
	text("back", j.Back)
	flag("bind", j.Bind)
	number("size", j.Size)
	number("count", j.Count)
	number("warmup", j.WarmUp)
	number("peers", j.Peers)
	number("subs", j.Subs)
	number("topics", j.Topics)
	number("batch", j.Batch)
	number("prefix", j.Prefix)
	flag("ref", j.Ref)
	number("burn", int(j.Burn))
	flag("litter", j.Litter)
	return args
}

func seconds(d time.Duration) int { return int((d + time.Second - 1) / time.Second) }

// ParseJob is the reverse of Arguments. What is not given is zero, or the least
// that is allowed.
func ParseJob(args []string) (Job, error) {
	j := Job{Count: 1, WarmUp: 1, Peers: 1}
	for _, arg := range args {
		key, value, ok := strings.Cut(arg, "=")
		if !ok {
			return j, fmt.Errorf("argument %q is not KEY=VALUE", arg)
		}
		if err := j.set(key, value); err != nil {
			return j, err
		}
	}
	if j.Role == "" || j.Type == "" || j.Limit == 0 {
		return j, fmt.Errorf("job %q lacks its role, type or seconds", args)
	}
	return j, nil
}

func (j *Job) set(key, value string) error {
	texts := map[string]*string{
		"role": &j.Role, "type": &j.Type, "to": &j.To, "endpoint": &j.Endpoint, "back": &j.Back,
	}
	if to, ok := texts[key]; ok {
		*to = value
		return nil
	}
	var bind, ref, litter, burn, limit int
	numbers := map[string]struct {
		to          *int
		least, most int
	}{
		"bind": {&bind, 0, 1}, "ref": {&ref, 0, 1}, "litter": {&litter, 0, 1},
		"burn": {&burn, 0, int(time.Second)}, "seconds": {&limit, 1, 3600},
		"size": {&j.Size, 0, MaxSize}, "count": {&j.Count, 1, MaxCount}, "warmup": {&j.WarmUp, 1, MaxCount},
		"peers": {&j.Peers, 1, MaxPeers}, "subs": {&j.Subs, 0, MaxSubs}, "topics": {&j.Topics, 0, MaxTopics}, "batch": {&j.Batch, 0, MaxBatch},
		"prefix": {&j.Prefix, 0, 8},
	}
	to, ok := numbers[key]
	if !ok {
		return fmt.Errorf("no argument is called %q", key)
	}
	n, err := strconv.Atoi(value)
	if err != nil || n < to.least || n > to.most {
		return fmt.Errorf("%s=%s: want %d to %d", key, value, to.least, to.most)
	}
	*to.to = n
	j.Bind, j.Ref, j.Litter = j.Bind || bind == 1, j.Ref || ref == 1, j.Litter || litter == 1
	j.Burn += time.Duration(burn)
	j.Limit += time.Duration(limit) * time.Second
	return nil
}

// Limits of a job: what a machine can still measure in a sensible time.
const (
	MaxSize  = 1 << 30
	MaxCount = 100_000_000 // bounds the eight bytes that each round trip takes in libzmq's peer
	MaxPeers = 10_000_000  // actors
	MaxSubs  = 10_000_000
	MaxBatch = 10_000
)

// TopicSize is the length of each topic, in bytes.
const TopicSize = 8

// AppendTopic appends topic i. No topic is a prefix of another.
func AppendTopic(b []byte, i int) []byte { return fmt.Appendf(b, "%08d", i) }
