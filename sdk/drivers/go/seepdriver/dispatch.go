package seepdriver

import (
	"encoding/json"
	"fmt"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
	"unicode/utf8"
)

const (
	maxInFlight  = 1024
	maxInstances = 1024
)

// What each method needs to be declared; "" is always there.
var needs = map[string]string{"initialize": "", "connect": "", "disconnect": "", "destroy": "", "metrics": "", "shutdown": "",
	"add_listener": "listeners", "remove_listener": "listeners", "receive": "receive", "prepare_send": "payments", "send": "payments",
	"list_payments": "history", "sync": "sync", "get_info": "get_info", "parse": "parse", "collect_garbage": "collect_garbage",
	"heap_profile": "heap_profile", "invoke": "invoke"}

// lane runs the calls of one instance in the order they came.
type lane struct {
	queue   chan func() // as many as may be in flight, so that putting never blocks
	pending int
	calls   *instanceCalls
}

func newLane(calls *instanceCalls) *lane {
	l := &lane{queue: make(chan func(), maxInFlight+1), calls: calls}
	go func() {
		for task := range l.queue {
			task()
		}
	}()
	return l
}

// dispatcher turns lines into answers. Only the reading goroutine calls
// receive; answers come from lanes.
type dispatcher struct {
	sdk          SDK
	out          *output
	mutex        sync.Mutex // lanes, pending, inFlight
	lanes        map[string]*lane
	host         *lane
	inFlight     int
	initialized  bool
	capabilities map[string]bool
	operations   map[string]bool
	fatal        atomic.Pointer[CallError]
}

func newDispatcher(sdk SDK, out *output) *dispatcher {
	return &dispatcher{sdk: sdk, out: out, lanes: map[string]*lane{}, host: newLane(nil)}
}

type request struct {
	id     int64
	method string
	params *params
}

func (d *dispatcher) tooLong() {
	d.refuse(nil, refuse(InvalidRequest, fmt.Sprintf("the line is longer than %d bytes", MaxLineBytes)))
}

// receive answers false once `shutdown` came.
func (d *dispatcher) receive(line []byte) bool {
	r, id, err := decode(line)
	if err == nil && r == nil {
		return true
	}
	if err == nil {
		err = d.admit(r)
	}
	if err != nil {
		d.refuse(id, err)
		return true
	}
	switch r.method {
	case "shutdown":
		d.answer(r.id, object{})
		return false
	case "initialize":
		d.conclude(r.id, func() (any, error) { return d.initialize(r.params) })
	case "metrics":
		d.conclude(r.id, d.metrics)
	default:
		if err := d.enqueue(r); err != nil {
			d.refuse(id, err)
		}
	}
	return true
}

func decode(line []byte) (*request, *int64, *CallError) {
	var message map[string]json.RawMessage
	if !utf8.Valid(line) || !json.Valid(line) {
		return nil, nil, refuse(ParseError, "the line is not JSON")
	}
	if json.Unmarshal(line, &message) != nil || message == nil {
		return nil, nil, refuse(InvalidRequest, "a request is an object; batches are not used")
	}
	var id *int64
	if raw, has := message["id"]; has && string(raw) != "null" {
		number, err := strconv.ParseInt(string(raw), 10, 64)
		if err != nil || number > maxInteger || number < -maxInteger {
			return nil, nil, refuse(InvalidRequest, "`id` is not an integer within 2^53-1")
		}
		id = &number
	}
	if string(message["jsonrpc"]) != `"2.0"` {
		return nil, id, refuse(InvalidRequest, "`jsonrpc` is not \"2.0\"")
	}
	r := &request{params: &params{}}
	if json.Unmarshal(message["method"], &r.method) != nil || r.method == "" {
		return nil, id, refuse(InvalidRequest, "`method` is missing or not a text")
	}
	if id == nil {
		return nil, nil, nil
	}
	r.id = *id
	if raw, has := message["params"]; has && (raw[0] != '{' || json.Unmarshal(raw, &r.params.values) != nil) {
		return nil, id, refuse(InvalidParams, "`params` is not an object")
	}
	return r, id, nil
}

// The checks that hold for every method.
func (d *dispatcher) admit(r *request) *CallError {
	need, known := needs[r.method]
	if fatal := d.fatal.Load(); fatal != nil && r.method != "shutdown" {
		return fatal
	}
	if !d.initialized && r.method != "initialize" {
		return refuse(NotInitialized, "`initialize` comes first")
	}
	if !known || (need != "" && !d.capabilities[need]) {
		return refuse(MethodNotFound, fmt.Sprintf("no method %.64s, or its capability was not declared", r.method))
	}
	r.params.integer("deadline_ms", 1)
	if r.method == "invoke" && r.params.err == nil && !d.operations[r.params.text("operation")] {
		r.params.refuse("operation", "is none that `initialize` listed")
	}
	return r.params.err
}

func (d *dispatcher) enqueue(r *request) *CallError {
	onHost := r.method == "collect_garbage" || r.method == "heap_profile" ||
		((r.method == "parse" || r.method == "invoke") && r.params.find("instance") == nil)
	name := ""
	if !onHost {
		if name = r.params.instance(); r.params.err != nil {
			return r.params.err
		}
	}
	d.mutex.Lock()
	defer d.mutex.Unlock()
	if d.inFlight >= maxInFlight {
		return refuse(LimitExceeded, fmt.Sprintf("more than %d requests in flight", maxInFlight))
	}
	if onHost {
		d.inFlight++
		d.host.queue <- func() { d.conclude(r.id, func() (any, error) { return d.callHost(r) }); d.leave("", nil) }
		return nil
	}
	l := d.lanes[name]
	if l == nil && r.method == "connect" {
		if len(d.lanes) >= maxInstances {
			return refuse(LimitExceeded, fmt.Sprintf("more than %d instances", maxInstances))
		}
		l = newLane(&instanceCalls{name: name, sdk: d.sdk, notify: d.notify})
		d.lanes[name] = l
	}
	if l == nil {
		return refuse(UnknownInstance, "no instance is called "+name)
	}
	d.inFlight++
	l.pending++ // from here the lane stays until leave
	l.queue <- func() {
		result, err := guarded(func() (any, error) { return l.calls.call(r.method, r.params) })
		d.leave(name, l) // before the answer: who got the answer to `destroy` finds the name free
		d.conclude(r.id, func() (any, error) { return result, err })
	}
	return nil
}

func (d *dispatcher) leave(name string, l *lane) {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	d.inFlight--
	if l == nil {
		return
	}
	if l.pending--; l.pending == 0 && l.calls.instance == nil {
		delete(d.lanes, name)
		close(l.queue)
	}
}

// guarded turns a panic of the SDK's into an error: the host's other instances go on.
func guarded(run func() (any, error)) (result any, err error) {
	defer func() {
		if panicked := recover(); panicked != nil {
			text := fmt.Sprint(panicked)
			err = &CallError{InternalError, "the SDK panicked: " + text, text}
		}
	}()
	return run()
}

func (d *dispatcher) conclude(id int64, run func() (any, error)) {
	result, err := guarded(run)
	if err != nil {
		d.refuse(&id, asCallError(err))
		return
	}
	d.answer(id, result)
}

func (d *dispatcher) initialize(p *params) (any, error) {
	if d.initialized {
		return nil, refuse(InvalidRequest, "`initialize` comes once")
	}
	version := &params{values: p.object("protocol")}
	major, minor := version.integer("major", 0), version.integer("minor", 0)
	if major == nil || *major != 1 || minor == nil {
		p.refuse("protocol", "is not one that this host speaks: 1.0")
	}
	p.object("client")
	settings := p.object("settings")
	if p.err != nil {
		return nil, p.err
	}
	log := func(level, message string) { d.notify("log", object{"level": level, "message": clip(message)}) }
	if err := d.sdk.Initialize(settings, log); err != nil {
		return nil, err
	}
	description := d.sdk.Describe()
	capabilities := append(append([]string{}, description.Capabilities...), "collect_garbage", "heap_profile", "invoke")
	operations := append(append([]string{}, description.Operations...), testOperations...)
	d.capabilities, d.operations = set(capabilities), set(operations)
	d.initialized = true
	return object{"protocol": object{"major": 1, "minor": 0}, "host": description.Host, "sdk": description.SDK, "language": "go",
		"capabilities": capabilities, "operations": operations, "gauges": append(runtimeGauges(), description.Gauges...)}, nil
}

func set(words []string) map[string]bool {
	members := map[string]bool{}
	for _, word := range words {
		members[word] = true
	}
	return members
}

func (d *dispatcher) metrics() (any, error) {
	values := map[string]any{}
	readRuntimeGauges(values)
	for name, value := range d.sdk.Metrics() {
		values[name] = value
	}
	return object{"values": values}, nil
}

// HostParser and HostInvoker are for SDKs that can do so without an instance.
type HostParser interface {
	Parse(input string) (kind string, err error)
}
type HostInvoker interface {
	Invoke(operation string, arguments map[string]json.RawMessage) (any, error)
}

func (d *dispatcher) callHost(r *request) (any, error) {
	switch r.method {
	case "collect_garbage":
		return object{"live_bytes": collectGarbage()}, nil
	case "heap_profile":
		directory := r.params.directory("directory")
		if r.params.err != nil {
			return nil, r.params.err
		}
		path, err := writeHeapProfile(directory)
		return object{"path": path, "format": "pprof"}, err
	case "parse":
		input := r.params.text("input")
		if r.params.err != nil {
			return nil, r.params.err
		}
		parser, can := d.sdk.(HostParser)
		if !can {
			return nil, refuse(NotSupported, "this SDK needs params.instance to parse")
		}
		kind, err := parser.Parse(input)
		return object{"type": kind}, err
	}
	operation, arguments := r.params.text("operation"), r.params.object("arguments")
	if operation == "test_delay" {
		r.params.refuse("instance", "is missing: test_delay occupies one")
	}
	if r.params.err != nil {
		return nil, r.params.err
	}
	if isTestOperation(operation) {
		return runTestOperation(operation, arguments)
	}
	invoker, can := d.sdk.(HostInvoker)
	if !can {
		return nil, refuse(NotSupported, "this SDK needs params.instance for "+operation)
	}
	result, err := invoker.Invoke(operation, arguments)
	return object{"result": result}, err
}

func encode(message any) []byte {
	line, err := json.Marshal(message)
	if err != nil { // a result of the SDK's that is no JSON: NaN, a channel
		return nil
	}
	return append(line, '\n')
}

func (d *dispatcher) answer(id int64, result any) {
	line := encode(struct {
		Version string `json:"jsonrpc"`
		ID      int64  `json:"id"`
		Result  any    `json:"result"`
	}{"2.0", id, result})
	if line == nil {
		d.refuse(&id, refuse(InternalError, "the SDK's result is no JSON"))
	} else if len(line) > MaxLineBytes {
		d.refuse(&id, refuse(LimitExceeded, fmt.Sprintf("the answer has %d bytes, more than a line may; ask for less, e.g. with limit", len(line))))
	} else {
		d.out.send(line)
	}
}

func (d *dispatcher) refuse(id *int64, err *CallError) {
	if err.Kind == Fatal {
		d.fatal.Store(err)
	}
	d.out.send(encode(struct {
		Version string     `json:"jsonrpc"`
		ID      *int64     `json:"id"`
		Error   *CallError `json:"error"`
	}{"2.0", id, err}))
}

func (d *dispatcher) notify(method string, body any) {
	d.out.notify(encode(object{"jsonrpc": "2.0", "method": method, "params": body}))
}

// close disconnects what is open, as far as that goes in the time there is.
func (d *dispatcher) close(limit time.Duration) {
	d.mutex.Lock()
	done := make(chan struct{}, len(d.lanes))
	open := 0
	for _, l := range d.lanes {
		l := l
		l.pending++
		open++
		l.queue <- func() {
			guarded(func() (any, error) { l.calls.close(); return nil, nil })
			done <- struct{}{}
		}
	}
	d.mutex.Unlock()
	timeout := time.After(limit)
	for ; open > 0; open-- {
		select {
		case <-done:
		case <-timeout:
			return
		}
	}
	runtime.Gosched()
}
