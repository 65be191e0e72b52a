package seepdriver

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"time"
)

// What Go can tell of its own memory.
func runtimeGauges() []Gauge {
	bytes := func(name string) Gauge { return Gauge{name, "bytes", "gauge"} }
	count := func(name string) Gauge { return Gauge{name, "count", "gauge"} }
	return []Gauge{bytes("heap_allocated"), bytes("heap_in_use"), bytes("heap_sys"), bytes("stacks_in_use"), count("heap_objects"),
		count("goroutines"), {"gc_count", "count", "counter"}, {"gc_pause_seconds", "seconds", "counter"}, {"cgo_calls", "count", "counter"}}
}

func readRuntimeGauges(into map[string]any) {
	var m runtime.MemStats
	runtime.ReadMemStats(&m) // stops the world for some ten microseconds
	into["heap_allocated"], into["heap_in_use"], into["heap_sys"] = m.HeapAlloc, m.HeapInuse, m.HeapSys
	into["stacks_in_use"], into["heap_objects"] = m.StackInuse, m.HeapObjects
	into["goroutines"], into["gc_count"] = runtime.NumGoroutine(), m.NumGC
	into["gc_pause_seconds"], into["cgo_calls"] = float64(m.PauseTotalNs)/1e9, runtime.NumCgoCall()
}

// Twice: the first lets finalizers run, the second takes what they freed.
func collectGarbage() uint64 {
	runtime.GC()
	runtime.Gosched()
	debug.FreeOSMemory() // a collection too; what is free goes back, so that RSS says the same as the heap
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func writeHeapProfile(directory string) (string, error) {
	path := filepath.Join(directory, fmt.Sprintf("heap-%d-%d.pb.gz", os.Getpid(), time.Now().UnixNano()))
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return "", Fail(StorageError, err.Error())
	}
	defer file.Close()
	if err := pprof.WriteHeapProfile(file); err != nil {
		return "", Fail(StorageError, err.Error())
	}
	return path, nil
}
