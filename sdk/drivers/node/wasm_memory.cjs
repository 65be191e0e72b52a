'use strict';
// Knows how much linear memory the SDK's WebAssembly holds. The package does not export its instance,
// so this must be installed before the package is loaded.
//
// Linear memory only ever grows: the figure is a high-water mark, not what is in use.

function noteMemory(memories, instance) {
  for (const exported of Object.values(instance.exports)) {
    if (exported instanceof WebAssembly.Memory) memories.push(new WeakRef(exported));
  }
  return instance;
}

// Returns a function that answers the bytes of all memories of instances made since.
function watchWasmMemory(namespace = WebAssembly) {
  const memories = [];
  const { Instance, instantiate } = namespace;
  namespace.Instance = new Proxy(Instance, {
    construct: (target, args) => noteMemory(memories, Reflect.construct(target, args)),
  });
  namespace.instantiate = async (...args) => {
    const made = await Reflect.apply(instantiate, namespace, args);
    noteMemory(memories, made instanceof Instance ? made : made.instance);
    return made;
  };
  return () => {
    let bytes = 0;
    for (const memory of memories) bytes += memory.deref()?.buffer.byteLength ?? 0;
    return bytes;
  };
}

module.exports = { watchWasmMemory };
