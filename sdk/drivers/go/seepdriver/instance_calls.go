package seepdriver

import (
	"encoding/json"
	"fmt"
	"sync/atomic"
	"time"
)

const (
	maxPrepared     = 64
	connectDeadline = 60 * time.Second
)

type token struct {
	name    string
	payment any
}

// instanceCalls carries out the methods on one instance; its lane's goroutine alone calls it.
type instanceCalls struct {
	name      string
	sdk       SDK
	notify    func(method string, body any)
	instance  Instance
	open      *atomic.Bool // of the events' way out; closed by destroy
	connected bool
	prepared  []token // oldest first
	tokens    int
}

type object = map[string]any

func (c *instanceCalls) call(method string, p *params) (any, error) {
	if method == "connect" {
		return c.connect(p)
	}
	if c.instance == nil {
		return nil, refuse(UnknownInstance, "no instance is called "+c.name)
	}
	switch method {
	case "disconnect":
		return object{}, c.disconnect()
	case "destroy":
		c.destroy()
		return object{}, nil
	case "remove_listener":
		listener := p.text("listener")
		if p.err != nil {
			return nil, p.err
		}
		removed, err := c.instance.RemoveListener(listener)
		return object{"removed": removed}, err
	}
	if !c.connected {
		return nil, refuse(NotConnected, "instance "+c.name+" is disconnected")
	}
	return c.operate(method, p)
}

func (c *instanceCalls) connect(p *params) (any, error) {
	if c.instance != nil {
		return nil, refuse(InstanceExists, "an instance called "+c.name+" exists")
	}
	options := ConnectOptions{Instance: c.name, Network: p.word("network", "", "regtest", "mainnet", "local"), StorageDir: p.directory("storage_dir"),
		Settings: p.object("settings"), Context: p.context(), NetworkDown: p.flag("network_down", false)}
	options.SeedHex, options.Mnemonic = p.secret()
	if p.err != nil {
		return nil, p.err
	}
	open, notify := &atomic.Bool{}, c.notify
	open.Store(true)
	options.Notify = func(event Event) {
		if event.Instance = options.Instance; open.Load() {
			notify("event", event)
		}
	}
	began, limit := time.Now(), connectDeadline
	if wanted := p.integer("deadline_ms", 1); wanted != nil {
		limit = time.Duration(*wanted) * time.Millisecond
	}
	instance, err := c.sdk.Connect(options)
	if err != nil {
		return nil, err
	}
	if time.Since(began) > limit {
		open.Store(false)
		instance.Disconnect()
		instance.Destroy()
		return nil, refuse(DeadlineExceeded, "connect ended after its deadline; the instance was taken down")
	}
	c.instance, c.open, c.connected = instance, open, true
	if identity := instance.Identity(); identity != "" {
		return object{"identity": identity}, nil
	}
	return object{}, nil
}

func (c *instanceCalls) disconnect() error {
	if !c.connected {
		return nil
	}
	if err := c.instance.Disconnect(); err != nil {
		return err
	}
	c.connected, c.prepared = false, nil
	return nil
}

func (c *instanceCalls) destroy() {
	instance := c.instance
	c.open.Store(false)
	c.instance, c.connected, c.prepared = nil, false, nil
	instance.Destroy()
}

func (c *instanceCalls) close() {
	if c.instance != nil && c.disconnect() == nil {
		c.destroy()
	}
}

func (c *instanceCalls) operate(method string, p *params) (any, error) {
	switch method {
	case "add_listener":
		capture := p.flag("capture_instance", false)
		if p.err != nil {
			return nil, p.err
		}
		id, err := c.instance.AddListener(capture)
		return object{"listener": id}, err
	case "receive":
		kind := p.word("method", "", "spark_address", "spark_invoice", "bolt11_invoice", "bitcoin_address")
		amount, description := p.integerOr("amount_sats", 0), p.optionalText("description")
		if p.err != nil {
			return nil, p.err
		}
		request, fee, err := c.instance.Receive(kind, amount, description)
		return object{"payment_request": request, "fee_sats": fee}, err
	case "prepare_send":
		return c.prepareSend(p)
	case "send":
		return c.send(p)
	case "list_payments":
		return c.listPayments(p)
	case "sync":
		return object{}, c.instance.Sync()
	case "get_info":
		ensure := p.flag("ensure_synced", false)
		if p.err != nil {
			return nil, p.err
		}
		return c.instance.GetInfo(ensure)
	case "parse":
		input := p.text("input")
		if p.err != nil {
			return nil, p.err
		}
		kind, err := c.instance.Parse(input)
		return object{"type": kind}, err
	}
	return c.invoke(p)
}

func (c *instanceCalls) prepareSend(p *params) (any, error) {
	destination, amount := p.text("destination"), p.integerOr("amount_sats", 0)
	policy := p.word("fee_policy", "fees_excluded", "fees_excluded", "fees_included")
	if p.err != nil {
		return nil, p.err
	}
	prepared, err := c.instance.PrepareSend(destination, amount, policy == "fees_included")
	if err != nil {
		return nil, err
	}
	if len(c.prepared) == maxPrepared {
		c.prepared = append([]token(nil), c.prepared[1:]...) // a new array: the old one would hold what was dropped
	}
	c.tokens++
	name := fmt.Sprintf("p-%d", c.tokens)
	c.prepared = append(c.prepared, token{name, prepared.Payment})
	return object{"prepared": name, "amount_sats": prepared.AmountSats, "fee_sats": prepared.FeeSats}, nil
}

func (c *instanceCalls) send(p *params) (any, error) {
	name, key := p.text("prepared"), p.optionalText("idempotency_key")
	if p.err != nil {
		return nil, p.err
	}
	for i, t := range c.prepared {
		if t.name != name {
			continue
		}
		c.prepared = append(append([]token(nil), c.prepared[:i]...), c.prepared[i+1:]...)
		payment, err := c.instance.Send(t.payment, key)
		return object{"payment": payment}, err
	}
	p.refuse("prepared", "is no token of this instance, or was used, or was dropped as the oldest of 64")
	return nil, p.err
}

func (c *instanceCalls) listPayments(p *params) (any, error) {
	limit, offset := p.integerOr("limit", 0), p.integerOr("offset", 0)
	destroy, include := p.flag("destroy_response", true), p.flag("include", false)
	if p.err != nil {
		return nil, p.err
	}
	payments, err := c.instance.ListPayments(limit, offset, destroy)
	if err != nil || !include {
		return object{"count": len(payments)}, err
	}
	if payments == nil {
		payments = []Payment{}
	}
	return object{"count": len(payments), "payments": payments}, nil
}

func (c *instanceCalls) invoke(p *params) (any, error) {
	operation, arguments := p.text("operation"), p.object("arguments")
	if p.err != nil {
		return nil, p.err
	}
	if isTestOperation(operation) {
		return runTestOperation(operation, arguments)
	}
	result, err := c.instance.Invoke(operation, arguments)
	return object{"result": result}, err
}

// The operations by which `seep driver check` makes a host slow, fatal or
// talkative (SPEC, section 7).
var testOperations = []string{"test_delay", "test_fatal", "test_print"}

func isTestOperation(name string) bool {
	return name == testOperations[0] || name == testOperations[1] || name == testOperations[2]
}

func runTestOperation(name string, arguments map[string]json.RawMessage) (any, error) {
	switch name {
	case "test_fatal":
		return nil, refuse(Fatal, "the SDK is beyond use, as asked")
	case "test_print":
		fmt.Println("a library prints to standard output")
	default:
		p := params{values: arguments}
		milliseconds := p.integer("milliseconds", 0)
		if milliseconds == nil {
			p.refuse("milliseconds", "is missing")
			return nil, p.err
		}
		time.Sleep(time.Duration(*milliseconds) * time.Millisecond)
	}
	return object{"result": nil}, nil
}
