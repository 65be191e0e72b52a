package seepdriver

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

func cut(chunks ...[]byte) (lines []string) {
	reader := LineReader{}
	for _, chunk := range chunks {
		reader.Feed(chunk, func(line []byte) { lines = append(lines, string(line)) }, func() { lines = append(lines, "TOO LONG") })
	}
	return lines
}

func expect(t *testing.T, got, want []string) {
	t.Helper()
	if strings.Join(got, "|") != strings.Join(want, "|") {
		t.Fatalf("got %.200q, want %.200q", got, want)
	}
}

func TestLinesInPieces(t *testing.T) {
	expect(t, cut([]byte("a"), []byte("b\n\r\n\nc\r\nd")), []string{"ab", "c"})
}

func TestALongLineIsReportedOnce(t *testing.T) {
	half := bytes.Repeat([]byte("x"), MaxLineBytes/2)
	expect(t, cut(half, half, half, []byte("\nnext\n")), []string{"TOO LONG", "next"})
	fits := bytes.Repeat([]byte("x"), MaxLineBytes-1)
	expect(t, cut(fits, []byte("\n")), []string{string(fits)})
}

func TestClipKeepsCharactersWhole(t *testing.T) {
	if got := clip("x" + strings.Repeat("é", maxTextBytes)); len(got) != maxTextBytes-1 {
		t.Fatalf("%d bytes", len(got))
	}
}

func TestComplaintsNameTheParameterAndQuoteNothing(t *testing.T) {
	for _, given := range []string{`{}`, `{"seed":"hush"}`, `{"seed":"` + strings.Repeat("a", 64) + `","mnemonic":"hush"}`, `{"seed":7}`} {
		p := params{}
		if err := json.Unmarshal([]byte(given), &p.values); err != nil {
			t.Fatal(err)
		}
		p.secret()
		if p.err == nil || !strings.Contains(p.err.Message, "params.seed") || strings.Contains(p.err.Message, "hush") {
			t.Fatalf("%s: %v", given, p.err)
		}
	}
}

func TestThreePointZeroIsNoInteger(t *testing.T) {
	p := params{values: map[string]json.RawMessage{"limit": json.RawMessage("3.0")}}
	if p.integer("limit", 0); p.err == nil {
		t.Fatal("3.0 was taken")
	}
}

type fakeSDK struct {
	panics bool
	slow   time.Duration
	gone   int // instances that were disconnected and destroyed
}

func (*fakeSDK) Describe() Description                                                    { return Description{} }
func (*fakeSDK) Initialize(map[string]json.RawMessage, func(level, message string)) error { return nil }
func (*fakeSDK) Metrics() map[string]float64                                              { return nil }
func (s *fakeSDK) Connect(ConnectOptions) (Instance, error) {
	if s.panics {
		panic("out of cheese")
	}
	time.Sleep(s.slow)
	return &fakeInstance{sdk: s}, nil
}

type fakeInstance struct {
	Unsupported
	sdk *fakeSDK
}

func (*fakeInstance) Disconnect() error { return nil }
func (i *fakeInstance) Destroy()        { i.sdk.gone++ }

func TestAConnectBeyondItsDeadlineIsTakenDown(t *testing.T) {
	sdk := &fakeSDK{slow: 50 * time.Millisecond}
	h := start(t, sdk)
	late := strings.Replace(connect(t.TempDir()), "{", `{"deadline_ms":5,`, 1)
	if answer := h.call("connect", late); !strings.Contains(answer, `"deadline_exceeded"`) || sdk.gone != 1 {
		t.Fatal(answer, sdk.gone)
	}
	if answer := h.call("destroy", `{"instance":"a"}`); !strings.Contains(answer, `"unknown_instance"`) {
		t.Fatal(answer)
	}
}

type host struct {
	t       *testing.T
	d       *dispatcher
	answers *os.File
	lines   chan string
}

func start(t *testing.T, sdk SDK) *host {
	from, to, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	h := &host{t: t, d: newDispatcher(sdk, newOutput(to)), answers: to, lines: make(chan string, 100)}
	go func() {
		reader, chunk := LineReader{}, make([]byte, 1<<16)
		for {
			count, err := from.Read(chunk)
			if err != nil {
				return
			}
			reader.Feed(chunk[:count], func(line []byte) { h.lines <- string(line) }, func() {})
		}
	}()
	t.Cleanup(func() { to.Close(); from.Close() })
	h.call("initialize", `{"protocol":{"major":1,"minor":0}}`)
	return h
}

func (h *host) call(method, params string) string {
	h.t.Helper()
	h.d.receive([]byte(`{"jsonrpc":"2.0","id":1,"method":"` + method + `","params":` + params + `}`))
	select {
	case line := <-h.lines:
		return line
	case <-time.After(10 * time.Second):
		h.t.Fatalf("no answer to %s", method)
		return ""
	}
}

func connect(directory string) string {
	return `{"instance":"a","network":"local","storage_dir":"` + directory + `","seed":"` + strings.Repeat("a", 64) + `"}`
}

func TestAPanicIsAnErrorOfOneCall(t *testing.T) {
	h := start(t, &fakeSDK{panics: true})
	if answer := h.call("connect", connect(t.TempDir())); !strings.Contains(answer, `"internal_error"`) || !strings.Contains(answer, "out of cheese") {
		t.Fatal(answer)
	}
	if answer := h.call("metrics", "{}"); !strings.Contains(answer, `"goroutines":`) {
		t.Fatal(answer)
	}
}

func TestALaneEndsWithItsInstance(t *testing.T) {
	h, directory := start(t, &fakeSDK{}), t.TempDir()
	before := runtime.NumGoroutine()
	for i := 0; i < 50; i++ {
		h.call("connect", connect(directory))
		h.call("destroy", `{"instance":"a"}`)
	}
	for deadline := time.Now().Add(10 * time.Second); runtime.NumGoroutine() > before; runtime.Gosched() {
		if time.Now().After(deadline) {
			t.Fatalf("%d goroutines, %d before", runtime.NumGoroutine(), before)
		}
	}
}

func TestHeapProfileIsInTheDirectory(t *testing.T) {
	path, err := writeHeapProfile(t.TempDir())
	if err != nil || !strings.HasPrefix(filepath.Base(path), "heap-") {
		t.Fatal(path, err)
	}
	if _, err := writeHeapProfile("/nowhere/at/all"); asCallError(err).Kind != StorageError {
		t.Fatal(err)
	}
}
