// The example: the in-memory wallet behind the driver protocol. Settings:
// leaks {name: bytes}, initial_balance (sats). Everything an SDK team writes is
// in this file; package wallet stands for their SDK.
package main

import (
	"encoding/json"
	"errors"
	"fmt"

	"seep.dev/driver/example/wallet"
	"seep.dev/driver/seepdriver"
)

const maxSize = 1 << 30

type sdk struct{ network *wallet.Network }

func (*sdk) Describe() seepdriver.Description {
	return seepdriver.Description{
		Host: seepdriver.Program{Name: "seep-go-example", Version: "0.1.0"}, SDK: seepdriver.Program{Name: "memory-wallet", Version: "1.0.0"},
		Capabilities: []string{"listeners", "payments", "receive", "history", "sync", "get_info", "parse", "network_down"},
		Gauges:       []seepdriver.Gauge{{Name: "listeners", Unit: "count", Kind: "gauge"}}}
}

func (s *sdk) Initialize(settings map[string]json.RawMessage, log func(level, message string)) error {
	balance, leaks := int64(1_000_000), map[string]int{}
	for name, value := range settings {
		var err error
		switch name {
		case "initial_balance":
			err = json.Unmarshal(value, &balance)
		case "leaks":
			err = json.Unmarshal(value, &leaks)
		default:
			err = errors.New("known are leaks, initial_balance")
		}
		if err != nil || balance < 0 {
			return seepdriver.Fail(seepdriver.InvalidParams, fmt.Sprintf("params.settings.%.64s is wrong: %v", name, err))
		}
	}
	for name, size := range leaks {
		if (name != "lifecycle" && name != "listener" && name != "payment" && name != "sync") || size < 0 || size > maxSize {
			return seepdriver.Fail(seepdriver.InvalidParams, "params.settings.leaks is not an object of lifecycle, listener, payment, sync and bytes")
		}
	}
	s.network = wallet.NewNetwork(balance, &wallet.Leaks{Sizes: leaks})
	log("info", "an in-memory wallet: nothing leaves this process")
	return nil
}

func (s *sdk) Connect(options seepdriver.ConnectOptions) (seepdriver.Instance, error) {
	if options.Network == "mainnet" {
		return nil, seepdriver.Fail(seepdriver.NotSupported, "the in-memory wallet has no mainnet")
	}
	network := s.network
	if options.NetworkDown {
		network = wallet.Unreachable()
	}
	return &instance{wallet: wallet.Connect(network, options.SeedHex+options.Mnemonic), notify: options.Notify}, nil
}

func (s *sdk) Metrics() map[string]float64 {
	return map[string]float64{"listeners": float64(s.network.Listeners())}
}

func (*sdk) Parse(input string) (string, error) {
	destination, err := wallet.Parse(input)
	return destination.Kind, translate(err)
}

type instance struct {
	seepdriver.Unsupported
	wallet *wallet.Wallet
	notify func(seepdriver.Event)
}

func translate(err error) error {
	for theirs, kind := range map[error]seepdriver.Kind{wallet.ErrFunds: seepdriver.InsufficientFunds, wallet.ErrInput: seepdriver.InvalidInput,
		wallet.ErrNetwork: seepdriver.NetworkError} {
		if errors.Is(err, theirs) {
			return seepdriver.Fail(kind, err.Error())
		}
	}
	return err
}

func toPayment(p wallet.Payment) seepdriver.Payment {
	return seepdriver.Payment{ID: p.ID, Status: "completed", Direction: p.Direction, Method: p.Method, AmountSats: p.AmountSats, FeeSats: p.FeeSats, Timestamp: p.Stamp}
}

func (i *instance) Identity() string  { return i.wallet.Identity }
func (i *instance) Disconnect() error { i.wallet.Disconnect(); return nil }

func (i *instance) AddListener(captureInstance bool) (string, error) {
	notify, captured := i.notify, (*wallet.Wallet)(nil)
	if captureInstance {
		captured = i.wallet
	}
	return i.wallet.AddListener(func(event, listener string, payment *wallet.Payment) {
		_ = captured // held by the callback, as careless applications do
		out := seepdriver.Event{Listener: listener, Type: event}
		if payment != nil {
			converted := toPayment(*payment)
			out.Payment = &converted
		}
		notify(out)
	}), nil
}

func (i *instance) RemoveListener(id string) (bool, error) { return i.wallet.RemoveListener(id), nil }

func (i *instance) Receive(method string, amountSats int64, _ string) (string, int64, error) {
	return i.wallet.Receive(method, amountSats), 0, nil
}

func (i *instance) PrepareSend(destination string, amountSats int64, feesIncluded bool) (seepdriver.Prepared, error) {
	to, err := i.wallet.Prepare(destination, amountSats, feesIncluded)
	return seepdriver.Prepared{Payment: to, AmountSats: to.AmountSats, FeeSats: wallet.FeeSats}, translate(err)
}

func (i *instance) Send(prepared any, idempotencyKey string) (seepdriver.Payment, error) {
	payment, err := i.wallet.Send(prepared.(wallet.Destination), idempotencyKey)
	return toPayment(payment), translate(err)
}

func (i *instance) ListPayments(limit, offset int64, _ bool) ([]seepdriver.Payment, error) {
	listed := i.wallet.List(limit, offset)
	payments := make([]seepdriver.Payment, len(listed))
	for at, payment := range listed {
		payments[at] = toPayment(payment)
	}
	return payments, nil
}

func (i *instance) Sync() error { return translate(i.wallet.Sync()) }

func (i *instance) GetInfo(bool) (seepdriver.Info, error) {
	balance, listeners := i.wallet.Info()
	return seepdriver.Info{Identity: i.wallet.Identity, BalanceSats: balance, Listeners: &listeners}, nil
}

func (i *instance) Parse(input string) (string, error) {
	destination, err := wallet.Parse(input)
	return destination.Kind, translate(err)
}

func main() { seepdriver.Serve(&sdk{}) }
