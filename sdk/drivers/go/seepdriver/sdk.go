// Package seepdriver puts a Go SDK behind Seep's driver protocol
// (sdk/driver_protocol/SPEC.md). Standard library only: implement SDK and
// Instance, call Serve.
package seepdriver

import "encoding/json"

type Gauge struct {
	Name string `json:"name"`
	Unit string `json:"unit"`
	Kind string `json:"kind"` // gauge or counter
}

type Program struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

type Description struct {
	Host, SDK    Program
	Capabilities []string // of SPEC, section 7; collect_garbage, heap_profile and invoke are the kit's
	Gauges       []Gauge  // beside the runtime's own
	Operations   []string
}

type ConnectOptions struct {
	Instance, Network, StorageDir string
	SeedHex, Mnemonic             string // one of the two; both secret
	Settings                      map[string]json.RawMessage
	Context                       string      // instances that name the same one share it (capability shared_context)
	NetworkDown                   bool        // (capability network_down)
	Notify                        func(Event) // silent once the instance is destroyed
}

type Event struct {
	Instance string   `json:"instance"`
	Listener string   `json:"listener,omitempty"`
	Type     string   `json:"type"`
	Payment  *Payment `json:"payment,omitempty"`
	Detail   string   `json:"detail,omitempty"`
}

type Payment struct {
	ID         string `json:"id"`
	Status     string `json:"status"`    // pending, completed, failed
	Direction  string `json:"direction"` // send, receive
	Method     string `json:"method"`
	AmountSats int64  `json:"amount_sats"`
	FeeSats    int64  `json:"fee_sats"`
	Timestamp  int64  `json:"timestamp"`
}

// Prepared is the SDK's own prepared payment; the kit keeps it behind a token.
type Prepared struct {
	Payment             any
	AmountSats, FeeSats int64
}

type Info struct {
	Identity    string `json:"identity,omitempty"`
	BalanceSats int64  `json:"balance_sats"`
	Listeners   *int   `json:"listeners,omitempty"`
}

// SDK is the process's side. Connect, Parse and Invoke are called side by side
// from several goroutines; Initialize once, before all others; Metrics from the
// goroutine that reads requests, so it must return at once.
type SDK interface {
	Describe() Description
	// Return Fail(InvalidParams, ...) for a setting that is not known.
	Initialize(settings map[string]json.RawMessage, log func(level, message string)) error
	Connect(options ConnectOptions) (Instance, error)
	Metrics() map[string]float64
}

// Instance is one connected client; one goroutine at a time calls it. Embed
// Unsupported and override what the declared capabilities promise.
type Instance interface {
	Identity() string // "": not known without another call
	Disconnect() error
	Destroy() // frees the handle and nothing else
	AddListener(captureInstance bool) (id string, err error)
	RemoveListener(id string) (removed bool, err error)
	Receive(method string, amountSats int64, description string) (request string, feeSats int64, err error)
	PrepareSend(destination string, amountSats int64, feesIncluded bool) (Prepared, error)
	Send(prepared any, idempotencyKey string) (Payment, error)
	ListPayments(limit, offset int64, destroyResponse bool) ([]Payment, error)
	Sync() error
	GetInfo(ensureSynced bool) (Info, error)
	Parse(input string) (kind string, err error)
	Invoke(operation string, arguments map[string]json.RawMessage) (any, error)
}

// Unsupported answers not_supported to every optional call.
type Unsupported struct{}

var errUnsupported = Fail(NotSupported, "this SDK cannot do that")

func (Unsupported) Identity() string                    { return "" }
func (Unsupported) Destroy()                            {}
func (Unsupported) AddListener(bool) (string, error)    { return "", errUnsupported }
func (Unsupported) RemoveListener(string) (bool, error) { return false, errUnsupported }
func (Unsupported) Send(any, string) (Payment, error)   { return Payment{}, errUnsupported }
func (Unsupported) Sync() error                         { return errUnsupported }
func (Unsupported) GetInfo(bool) (Info, error)          { return Info{}, errUnsupported }
func (Unsupported) Parse(string) (string, error)        { return "", errUnsupported }
func (Unsupported) Receive(string, int64, string) (string, int64, error) {
	return "", 0, errUnsupported
}
func (Unsupported) PrepareSend(string, int64, bool) (Prepared, error) {
	return Prepared{}, errUnsupported
}
func (Unsupported) ListPayments(int64, int64, bool) ([]Payment, error) { return nil, errUnsupported }
func (Unsupported) Invoke(string, map[string]json.RawMessage) (any, error) {
	return nil, errUnsupported
}
