'use strict';
// The protocol's errors (SPEC, section 6).

const CODES = {
  parse_error: -32700,
  invalid_request: -32600,
  method_not_found: -32601,
  invalid_params: -32602,
  internal_error: -32603,
  sdk_error: 1,
  insufficient_funds: 2,
  invalid_input: 3,
  network_error: 4,
  storage_error: 5,
  signer_error: 6,
  not_supported: 7,
  unknown_instance: 9,
  instance_exists: 10,
  not_connected: 11,
  deadline_exceeded: 12,
  limit_exceeded: 13,
  not_initialized: 14,
  fatal: 15,
};
const MAX_SDK_ERROR_BYTES = 4096;

class ProtocolError extends Error {
  constructor(kind, message, sdkError) {
    super(message);
    this.kind = kind;
    this.sdkError = sdkError;
  }

  toJSON() {
    const data = { kind: this.kind, retryable: this.kind === 'network_error' || this.kind === 'deadline_exceeded' };
    if (this.sdkError !== undefined) data.sdk_error = clip(this.sdkError);
    return { code: CODES[this.kind], message: clip(this.message), data };
  }
}

function textOf(error) {
  if (error instanceof Error) return String(error.message || error.name);
  if (typeof error === 'string') return error;
  try {
    return JSON.stringify(error) ?? String(error);
  } catch {
    return String(error);
  }
}

// Cuts on a character boundary: half a UTF-8 sequence would become a replacement character.
function clip(text, maxBytes = MAX_SDK_ERROR_BYTES) {
  const bytes = Buffer.from(text, 'utf8');
  if (bytes.length <= maxBytes) return text;
  let end = maxBytes;
  while (end > 0 && (bytes[end] & 0xc0) === 0x80) end -= 1;
  return bytes.toString('utf8', 0, end);
}

// A trap leaves the module's memory in an unknown state, whatever its words ("unreachable", "memory
// access out of bounds", "null function"): nothing may be called any more.
function isTrap(error) {
  return error instanceof WebAssembly.RuntimeError;
}

function firstLine(text) {
  return clip(text.split('\n', 1)[0], 512);
}

// What an SDK threw: a ProtocolError as it is, a trap of WebAssembly as fatal, anything else by `kindOf(text)`, which a
// host gives that can tell its SDK's errors apart. Texts may quote what they were given; `secrets` are cut out.
function translate(error, { secrets = [], kindOf = () => 'sdk_error' } = {}) {
  if (error instanceof ProtocolError) return error;
  let text = textOf(error);
  for (const secret of secrets) {
    if (secret) text = text.split(secret).join('<secret>');
  }
  text = clip(text);
  if (isTrap(error)) return new ProtocolError('fatal', `the SDK's WebAssembly trapped: ${firstLine(text)}`, text);
  return new ProtocolError(kindOf(text), firstLine(text), text);
}

module.exports = { CODES, ProtocolError, translate, isTrap, textOf, clip, firstLine };
