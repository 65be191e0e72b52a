package seepdriver

import (
	"io"
	"sync"
	"time"
)

const (
	maxQueuedBytes         = 4 << 20
	notificationsPerSecond = 1000
)

// output is the protocol's way out: whole lines, one writing goroutine, bounded.
// Answers wait for room, which stops the reading of requests; notifications
// that are too many, or find the reader behind, are dropped and counted.
type output struct {
	mutex    sync.Mutex
	changed  *sync.Cond
	queue    []byte
	spare    []byte
	writing  bool
	closed   bool
	window   time.Time
	inWindow int
	dropped  int64
}

func newOutput(to io.Writer) *output {
	o := &output{}
	o.changed = sync.NewCond(&o.mutex)
	go o.write(to)
	return o
}

func (o *output) send(line []byte) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	for len(o.queue) >= maxQueuedBytes && !o.closed {
		o.changed.Wait()
	}
	o.put(line)
}

func (o *output) notify(line []byte) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	if now := time.Now(); now.Sub(o.window) >= time.Second {
		o.window, o.inWindow = now, 0
	}
	if o.inWindow >= notificationsPerSecond || len(o.queue) >= maxQueuedBytes {
		o.dropped++
		return
	}
	o.inWindow++
	o.put(line)
}

func (o *output) put(line []byte) {
	if o.closed {
		return
	}
	o.queue = append(o.queue, line...)
	o.changed.Broadcast()
}

// flush waits until all is written, or nobody reads any more.
func (o *output) flush() {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	for (len(o.queue) > 0 || o.writing) && !o.closed {
		o.changed.Wait()
	}
}

func (o *output) write(to io.Writer) {
	o.mutex.Lock()
	for {
		for len(o.queue) == 0 {
			o.changed.Wait()
		}
		data := o.queue
		o.queue, o.writing = o.spare[:0], true
		o.mutex.Unlock()
		_, err := to.Write(data)
		o.mutex.Lock()
		o.spare, o.writing = data, false
		o.closed = o.closed || err != nil // the end of our input will end us
		if o.closed {
			o.queue = nil
		}
		o.changed.Broadcast()
	}
}
