package patterns

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/leanovate/gopter"
	"github.com/leanovate/gopter/gen"
	"github.com/leanovate/gopter/prop"
)

// judge returns what steps say of the frames of one message.
func judge(step func(more bool, body []byte) verdict, frames ...string) (all []verdict) {
	for i, f := range frames {
		v := step(i < len(frames)-1, []byte(f))
		all = append(all, v)
		if v == verdictBroken {
			break
		}
	}
	return all
}

const (
	env    = verdictEnvelope
	body   = verdictBody
	skip   = verdictSkip
	broken = verdictBroken
)

func TestReplyEnvelope(t *testing.T) {
	const id = "\x01\x02\x03\x04"
	for _, test := range []struct {
		name        string
		frames      []string
		plain, corr []verdict
	}{
		{"a reply", []string{"", "a"}, []verdict{env, body}, []verdict{skip, skip}},
		{"several frames, some empty", []string{"", "", "a", ""}, []verdict{env, body, body, body}, []verdict{skip, skip, skip, skip}},
		{"the request's id", []string{id, "", "a"}, []verdict{env, skip, skip}, []verdict{env, env, body}},
		{"another id", []string{"\x01\x02\x03\x05", "", "a"}, []verdict{env, skip, skip}, []verdict{env, skip, skip}},
		{"no delimiter", []string{"a"}, []verdict{broken}, []verdict{broken}},
		{"no delimiter, two frames", []string{"a", "b"}, []verdict{broken}, []verdict{broken}},
		{"an id and no delimiter", []string{id, "a", "b"}, []verdict{env, broken}, []verdict{env, broken}},
		{"an id alone", []string{id}, []verdict{broken}, []verdict{broken}},
		{"an id, and a delimiter that is the last", []string{id, ""}, []verdict{env, broken}, []verdict{env, broken}},
		{"a delimiter alone", []string{""}, []verdict{broken}, []verdict{broken}},
		{"an id too short", []string{"\x01\x02\x03", "", "a"}, []verdict{broken}, []verdict{broken}},
	} {
		for _, correlate := range []bool{false, true} {
			e := replyEnvelope{correlate: correlate, id: [4]byte([]byte(id))}
			want := test.plain
			if correlate {
				want = test.corr
			}
			for range 2 { // the second time from where the first one ended
				if got := judge(e.step, test.frames...); !slices.Equal(got, want) {
					t.Errorf("%s, correlate %v: %v, want %v", test.name, correlate, got, want)
				}
			}
		}
	}
}

func TestRequestEnvelope(t *testing.T) {
	for _, test := range []struct {
		name   string
		frames []string
		want   []verdict
	}{
		{"of a REQ", []string{"", "a"}, []verdict{env, body}},
		{"empty frames in the body", []string{"", "", "a", ""}, []verdict{env, body, body, body}},
		{"through two brokers", []string{"x", "y", "", "a"}, []verdict{env, env, env, body}},
		{"no delimiter", []string{"x", "y"}, []verdict{env, skip}},
		{"one frame", []string{"x"}, []verdict{skip}},
		{"a probe", []string{""}, []verdict{skip}},
		{"no body", []string{"x", ""}, []verdict{env, skip}},
	} {
		var e requestEnvelope
		if got := judge(e.step, test.frames...); !slices.Equal(got, test.want) {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
}

// modelReply takes a whole message apart as the grammar has it.
func modelReply(correlate bool, id string, frames []string) (reply []string, ok, bad bool) {
	rest := frames
	gotID := ""
	if len(rest[0]) == 4 && len(rest) > 1 {
		gotID, rest = rest[0], rest[1:]
	}
	if rest[0] != "" || len(rest) < 2 {
		return nil, false, true
	}
	if correlate && gotID != id || !correlate && gotID != "" {
		return nil, false, false
	}
	return rest[1:], true, false
}

// modelRequest does the same to requests.
func modelRequest(frames []string) (envelope, request []string, ok bool) {
	i := slices.Index(frames, "")
	if i < 0 || i == len(frames)-1 {
		return nil, nil, false
	}
	return frames[:i+1], frames[i+1:], true
}

// TestEnvelopesAgreeWithTheirModels splits random messages both ways.
func TestEnvelopesAgreeWithTheirModels(t *testing.T) {
	seed := time.Now().UnixNano()
	t.Logf("seed %d", seed)
	params := gopter.DefaultTestParametersWithSeed(seed)
	params.MinSuccessfulTests = 2000
	params.MaxSize = 8 // messages, and frames of each
	properties := gopter.NewProperties(params)
	messages := gen.SliceOf(gen.SliceOf(gen.OneConstOf("", "", "a", "idid", "idie", "long enough")).
		SuchThat(func(m []string) bool { return len(m) > 0 }))

	properties.Property("replies", prop.ForAll(func(correlate bool, messages [][]string) bool {
		e := replyEnvelope{correlate: correlate, id: [4]byte([]byte("idid"))}
		for _, m := range messages {
			want, ok, bad := modelReply(correlate, "idid", m)
			var got []string
			verdicts := judge(e.step, m...)
			for i, v := range verdicts {
				if v == verdictBody {
					got = append(got, m[i])
				}
			}
			last := verdicts[len(verdicts)-1]
			if !slices.Equal(got, want) || ok != (last == verdictBody) || bad != (last == verdictBroken) {
				t.Logf("%q: %v", m, verdicts)
				return false
			}
		}
		return true
	}, gen.Bool(), messages))

	properties.Property("requests", prop.ForAll(func(messages [][]string) bool {
		for _, m := range messages {
			wantEnvelope, want, ok := modelRequest(m)
			var e requestEnvelope
			var envelope, got []string
			verdicts := judge(e.step, m...)
			for i, v := range verdicts {
				switch v {
				case verdictEnvelope:
					envelope = append(envelope, m[i])
				case verdictBody:
					got = append(got, m[i])
				}
			}
			valid := verdicts[len(verdicts)-1] == verdictBody
			if valid != ok || ok && (!slices.Equal(envelope, wantEnvelope) || !slices.Equal(got, want)) {
				t.Logf("%q: %v", m, verdicts)
				return false
			}
		}
		return true
	}, messages))

	var report strings.Builder
	if !properties.Run(gopter.NewFormatedReporter(false, 80, &report)) {
		t.Error(report.String())
	}
}
