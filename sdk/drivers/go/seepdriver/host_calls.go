package seepdriver

import "encoding/json"

// The methods that name no instance.

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
