// Package wallet is a wallet SDK that lives in memory, for the example host:
// accounts of one process pay each other.
//
// Limits: history payments a wallet, closedAccounts that nobody has open.
package wallet

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	history        = 1000
	closedAccounts = 256
	FeeSats        = 1
)

var (
	ErrFunds   = errors.New("InsufficientFunds: the balance does not cover the amount and the fee")
	ErrInput   = errors.New("InvalidInput: not a destination and amount of this network")
	ErrNetwork = errors.New("NetworkError: the receiver cannot be reached")
)

// Leaks are bytes kept for good at each connect, listener, payment or sync:
// what a soak should find.
type Leaks struct {
	Sizes map[string]int
	kept  [][]byte
}

func (l *Leaks) keep(name string) {
	if size := l.Sizes[name]; size > 0 {
		block := make([]byte, size)
		for i := range block {
			block[i] = 0xa5
		}
		l.kept = append(l.kept, block)
	}
}

type Payment struct {
	ID, Direction, Method      string
	AmountSats, FeeSats, Stamp int64
}

type account struct {
	balance  int64
	payments []Payment // oldest first
	byKey    map[string]Payment
	keys     []string
	wallets  map[*Wallet]bool
}

// Network holds the accounts of this process. Its mutex guards all of them.
type Network struct {
	mutex   sync.Mutex
	initial int64
	leaks   *Leaks
	open    map[string]*account
	closed  map[string]*account
	order   []string // of `closed`, oldest first
	number  int
	down    bool
}

// Unreachable is a network on which nothing arrives.
func Unreachable() *Network {
	network := NewNetwork(0, &Leaks{})
	network.down = true
	return network
}

func NewNetwork(initialBalance int64, leaks *Leaks) *Network {
	return &Network{initial: initialBalance, leaks: leaks, open: map[string]*account{}, closed: map[string]*account{}}
}

// Listeners that are registered, abandoned wallets' included.
func (n *Network) Listeners() int {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	count := 0
	for _, a := range n.open {
		for w := range a.wallets {
			count += len(w.listeners)
		}
	}
	return count
}

func (n *Network) join(identity string) *account {
	a := n.open[identity]
	if a == nil {
		a = n.closed[identity]
		delete(n.closed, identity)
	}
	if a == nil {
		a = &account{balance: n.initial, byKey: map[string]Payment{}, wallets: map[*Wallet]bool{}}
	}
	n.open[identity] = a
	return a
}

func (n *Network) close(identity string, a *account) {
	delete(n.open, identity)
	n.closed[identity] = a
	n.order = append(n.order, identity)
	for len(n.order) > closedAccounts {
		delete(n.closed, n.order[0])
		n.order = append([]string(nil), n.order[1:]...)
	}
}

func (n *Network) next(prefix string) string {
	n.number++
	return prefix + strconv.Itoa(n.number)
}

// Listener is called with the network's mutex held: it must not call back.
type Listener func(event, listener string, payment *Payment)

// Wallet leaves the network with Disconnect; dropping it alone keeps it alive.
type Wallet struct {
	Identity  string
	network   *Network
	account   *account
	listeners map[string]Listener
}

func Connect(network *Network, secret string) *Wallet {
	digest := sha256.Sum256([]byte(secret))
	w := &Wallet{Identity: "02" + hex.EncodeToString(digest[:]), network: network, listeners: map[string]Listener{}}
	network.mutex.Lock()
	defer network.mutex.Unlock()
	w.account = network.join(w.Identity)
	w.account.wallets[w] = true
	network.leaks.keep("lifecycle")
	return w
}

func (w *Wallet) Disconnect() {
	w.network.mutex.Lock()
	defer w.network.mutex.Unlock()
	delete(w.account.wallets, w)
	if len(w.account.wallets) == 0 {
		w.network.close(w.Identity, w.account)
	}
}

func (w *Wallet) AddListener(listener Listener) string {
	w.network.mutex.Lock()
	defer w.network.mutex.Unlock()
	id := w.network.next("l-")
	w.listeners[id] = listener
	w.network.leaks.keep("listener")
	return id
}

func (w *Wallet) RemoveListener(id string) bool {
	w.network.mutex.Lock()
	defer w.network.mutex.Unlock()
	_, had := w.listeners[id]
	delete(w.listeners, id)
	return had
}

func (w *Wallet) Info() (balance int64, listeners int) {
	w.network.mutex.Lock()
	defer w.network.mutex.Unlock()
	return w.account.balance, len(w.listeners)
}

func (w *Wallet) Receive(method string, amount int64) string {
	kind := map[string]string{"spark_address": "spark", "spark_invoice": "invoice", "bolt11_invoice": "bolt11", "bitcoin_address": "onchain"}[method]
	if kind == "spark" || kind == "onchain" {
		return kind + ":" + w.Identity
	}
	w.network.mutex.Lock()
	defer w.network.mutex.Unlock()
	return fmt.Sprintf("%s:%s:%d:%s", kind, w.Identity, amount, w.network.next(""))
}

type Destination struct {
	Kind, Identity string
	AmountSats     int64
}

func Parse(text string) (Destination, error) {
	parts := strings.Split(text, ":")
	if len(parts) < 2 || !strings.Contains(" spark invoice bolt11 onchain ", " "+parts[0]+" ") || !strings.HasPrefix(parts[1], "02") {
		return Destination{}, ErrInput
	}
	d := Destination{Kind: parts[0], Identity: parts[1]}
	if len(parts) == 4 {
		d.AmountSats, _ = strconv.ParseInt(parts[2], 10, 64)
	}
	return d, nil
}

func (w *Wallet) Prepare(text string, amount int64, feesIncluded bool) (Destination, error) {
	d, err := Parse(text)
	if amount > 0 {
		d.AmountSats = amount
	}
	if feesIncluded {
		d.AmountSats -= FeeSats
	}
	if err != nil || d.AmountSats <= 0 || d.Identity == w.Identity {
		return Destination{}, ErrInput
	}
	return d, nil
}

func (w *Wallet) Send(to Destination, key string) (Payment, error) {
	n := w.network
	n.mutex.Lock()
	defer n.mutex.Unlock()
	if first, paid := w.account.byKey[key]; paid && key != "" {
		return first, nil
	}
	other := n.open[to.Identity]
	if other == nil {
		return Payment{}, ErrNetwork
	}
	if w.account.balance < to.AmountSats+FeeSats {
		return Payment{}, ErrFunds
	}
	w.account.balance -= to.AmountSats + FeeSats
	other.balance += to.AmountSats
	sent := n.book(w.account, "send", to, FeeSats)
	n.book(other, "receive", to, 0)
	if key != "" {
		w.account.remember(key, sent)
	}
	n.leaks.keep("payment")
	return sent, nil
}

func (a *account) remember(key string, payment Payment) {
	a.byKey[key] = payment
	a.keys = append(a.keys, key)
	if len(a.keys) > history {
		delete(a.byKey, a.keys[0])
		a.keys = append([]string(nil), a.keys[1:]...)
	}
}

func (n *Network) book(a *account, direction string, to Destination, fee int64) Payment {
	payment := Payment{n.next("pay-"), direction, to.Kind, to.AmountSats, fee, time.Now().Unix()}
	a.payments = append(a.payments, payment)
	if len(a.payments) > 2*history { // rarely, and into a new array, so that the old payments go
		a.payments = append([]Payment(nil), a.payments[len(a.payments)-history:]...)
	}
	for w := range a.wallets {
		w.tell("payment_succeeded", &payment)
	}
	return payment
}

func (w *Wallet) tell(event string, payment *Payment) {
	for id, listener := range w.listeners {
		listener(event, id, payment)
	}
}

// List answers the newest first.
func (w *Wallet) List(limit, offset int64) []Payment {
	w.network.mutex.Lock()
	defer w.network.mutex.Unlock()
	all := w.account.payments
	if len(all) > history {
		all = all[len(all)-history:]
	}
	listed := []Payment{}
	for i := int64(len(all)) - 1 - offset; i >= 0 && (limit == 0 || int64(len(listed)) < limit); i-- {
		listed = append(listed, all[i])
	}
	return listed
}

func (w *Wallet) Sync() error {
	if w.network.down {
		return ErrNetwork
	}
	w.network.mutex.Lock()
	defer w.network.mutex.Unlock()
	w.network.leaks.keep("sync")
	w.tell("synced", nil)
	return nil
}
