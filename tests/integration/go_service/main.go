// A Go service to soak, for services_test.py: net/http/pprof as any Go service has it, Prometheus figures of its
// runtime, and a leak if told to.
//
//	seep-go-service PORT LEAK-BYTES
//
// Each GET of /work does one operation, which keeps LEAK-BYTES.
package main

import (
	"fmt"
	"log"
	"net/http"
	_ "net/http/pprof"
	"os"
	"runtime"
	"strconv"
	"sync"
)

type service struct {
	mutex sync.Mutex
	leak  int
	done  int
	kept  [][]byte
}

func (s *service) keepForGood() {
	block := make([]byte, s.leak)
	for i := range block {
		block[i] = 0xa5
	}
	s.kept = append(s.kept, block)
}

func (s *service) work(answer http.ResponseWriter, _ *http.Request) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.done++
	if s.leak > 0 {
		s.keepForGood()
	}
	fmt.Fprintln(answer, "done")
}

func (s *service) metrics(answer http.ResponseWriter, _ *http.Request) {
	s.mutex.Lock()
	done := s.done
	s.mutex.Unlock()
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	answer.Header().Set("Content-Type", "text/plain; version=0.0.4")
	fmt.Fprintf(answer, "# TYPE go_goroutines gauge\ngo_goroutines %d\n", runtime.NumGoroutine())
	fmt.Fprintf(answer, "# TYPE go_memstats_heap_alloc_bytes gauge\ngo_memstats_heap_alloc_bytes %d\n", memory.HeapAlloc)
	fmt.Fprintf(answer, "# TYPE go_memstats_heap_inuse_bytes gauge\ngo_memstats_heap_inuse_bytes %d\n", memory.HeapInuse)
	fmt.Fprintf(answer, "# TYPE service_requests_total counter\nservice_requests_total %d\n", done)
}

func main() {
	if len(os.Args) != 3 {
		log.Fatal("usage: seep-go-service PORT LEAK-BYTES")
	}
	leak, err := strconv.Atoi(os.Args[2])
	if err != nil {
		log.Fatal(err)
	}
	s := &service{leak: leak}
	http.HandleFunc("/work", s.work)
	http.HandleFunc("/metrics", s.metrics)
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Args[1], nil))
}
