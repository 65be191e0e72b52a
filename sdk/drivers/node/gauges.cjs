'use strict';
// What this process can tell of its own memory (SPEC `metrics`). Cheap enough to be asked four times a
// second; none of it calls the SDK.

const v8 = require('node:v8');
const { PerformanceObserver } = require('node:perf_hooks');

// Counts objects without holding them: what V8 has not collected is still referenced by someone.
class LivingObjects {
  #counts = new Map();
  #registry = new FinalizationRegistry((kind) => this.#counts.set(kind, this.count(kind) - 1));

  note(kind, object) {
    this.#counts.set(kind, this.count(kind) + 1);
    this.#registry.register(object, kind);
  }

  count(kind) {
    return this.#counts.get(kind) ?? 0;
  }
}

class GarbageCollections {
  count = 0;
  seconds = 0;

  constructor() {
    this.observer = new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        this.count += 1;
        this.seconds += entry.duration / 1000;
      }
    });
    this.observer.observe({ entryTypes: ['gc'] });
  }
}

// name → [unit, kind]; README.md has the meanings. A host adds its own.
const GAUGES = {
  heap_allocated: ['bytes', 'gauge'],
  heap_in_use: ['bytes', 'gauge'],
  heap_sys: ['bytes', 'gauge'],
  external: ['bytes', 'gauge'],
  array_buffers: ['bytes', 'gauge'],
  malloced: ['bytes', 'gauge'],
  wasm_memory: ['bytes', 'gauge'],
  gc_count: ['count', 'counter'],
  gc_seconds: ['seconds', 'counter'],
  timers: ['count', 'gauge'],
  active_resources: ['count', 'gauge'],
  instances: ['count', 'gauge'],
  calls_in_flight: ['count', 'gauge'],
  abandoned_calls: ['count', 'counter'],
  late_answers: ['count', 'counter'],
  out_of_band_errors: ['count', 'counter'],
  notifications_dropped: ['count', 'counter'],
};

function declaredGauges(more) {
  return Object.entries({ ...GAUGES, ...more }).map(([name, [unit, kind]]) => ({ name, unit, kind }));
}

// Node reads /proc for this, which fails when the SDK has leaked the last file descriptor.
function arrayBuffers() {
  try {
    return process.memoryUsage().arrayBuffers;
  } catch {
    return null;
  }
}

// `host`: the figures that only the host knows.
function readGauges(host, wasmMemory, collections) {
  const heap = v8.getHeapStatistics();
  const resources = process.getActiveResourcesInfo();
  return {
    heap_allocated: heap.used_heap_size,
    heap_in_use: heap.total_physical_size,
    heap_sys: heap.total_heap_size,
    external: heap.external_memory,
    array_buffers: arrayBuffers(),
    malloced: heap.malloced_memory,
    wasm_memory: wasmMemory(),
    gc_count: collections.count,
    gc_seconds: collections.seconds,
    timers: resources.filter((name) => name === 'Timeout').length,
    active_resources: resources.length,
    ...host,
  };
}

module.exports = { LivingObjects, GarbageCollections, declaredGauges, readGauges };
