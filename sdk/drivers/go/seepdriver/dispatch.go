package seepdriver

import (
	"encoding/json"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
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
}
