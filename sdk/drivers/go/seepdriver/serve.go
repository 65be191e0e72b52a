package seepdriver

import (
	"os"
	"os/signal"
	"syscall"
	"time"
)

const (
	closeLimit = 3 * time.Second
	flushLimit = time.Second
)

// Serve speaks the protocol on standard input and output until shutdown, the
// end of input or SIGTERM, and then ends the process. What else prints to
// standard output, cgo included, prints to standard error from now on.
func Serve(sdk SDK) {
	in, out, err := takeDescriptors()
	if err != nil {
		os.Stderr.WriteString("seepdriver: " + err.Error() + "\n")
		os.Exit(1)
	}
	terminate := make(chan os.Signal, 1)
	signal.Notify(terminate, syscall.SIGTERM)
	signal.Ignore(os.Interrupt) // a terminal's Ctrl-C reaches us too; the agent decides when we end
	go func() {
		<-terminate
		os.Exit(0) // what is open is not worth a second of waiting
	}()
	writer := newOutput(out)
	d := newDispatcher(sdk, writer)
	going, lines, chunk := true, LineReader{}, make([]byte, 64<<10)
	for going {
		count, err := in.Read(chunk)
		if count == 0 || err != nil {
			os.Exit(0)
		}
		lines.Feed(chunk[:count], func(line []byte) { going = going && d.receive(line) }, d.tooLong)
	}
	d.close(closeLimit)
	flushed := make(chan struct{})
	go func() { writer.flush(); close(flushed) }()
	select {
	case <-flushed:
	case <-time.After(flushLimit):
	}
	os.Exit(0)
}

func takeDescriptors() (in, out *os.File, err error) {
	input, err := syscall.Dup(0)
	if err != nil {
		return nil, nil, err
	}
	output, err := syscall.Dup(1)
	if err != nil {
		return nil, nil, err
	}
	syscall.CloseOnExec(input)
	syscall.CloseOnExec(output)
	null, err := os.Open(os.DevNull)
	if err != nil {
		return nil, nil, err
	}
	defer null.Close()
	if err := syscall.Dup3(int(null.Fd()), 0, 0); err != nil {
		return nil, nil, err
	}
	if err := syscall.Dup3(2, 1, 0); err != nil {
		return nil, nil, err
	}
	return os.NewFile(uintptr(input), "protocol-in"), os.NewFile(uintptr(output), "protocol-out"), nil
}
