'use strict';
// The protocol's errors (SPEC §6), and how the SDK's plain texts become them.

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
    const data = { kind: this.kind, retryable: this.kind === 'network_error' };
    if (this.sdkError !== undefined) data.sdk_error = this.sdkError;
    return { code: CODES[this.kind], message: this.message, data };
  }
}

// The SDK has no error codes: its errors are texts with a prefix ("Invalid input: …", "SparkSdkError: …")
// wrapped around the texts of what failed below. The first match decides, so what says most comes first:
// an unreachable network also reads as a service error, a full wallet's as a tree service error.
const KINDS_BY_TEXT = [
  ['insufficient_funds', /insufficient funds/i],
  ['network_error', /fetch failed|^Network error|network error:|connection error|service connectivity|error sending request|timed out|ECONNREFUSED|ENOTFOUND/i],
  ['storage_error', /^Storage error|StorageError|SQLITE_|unable to open database|\b(ENOSPC|EROFS|EACCES|ENOTDIR|EMFILE|ENFILE|ENOENT|EDQUOT|EIO)\b/],
  ['signer_error', /^Signer error/i],
  ['not_supported', /not supported|not implemented|Missing Breez API key/i],
  ['invalid_input', /^Invalid |mnemonic|^Error: (invalid type|unknown variant|missing field|invalid value|Invalid TransferId)/i],
];

function kindOfText(text) {
  for (const [kind, pattern] of KINDS_BY_TEXT) {
    if (pattern.test(text)) return kind;
  }
  return 'sdk_error';
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

// Texts of the SDK may span lines and quote what they were given; `secrets` are cut out.
function fromSdk(error, secrets = []) {
  if (error instanceof ProtocolError) return error;
  let text = textOf(error);
  for (const secret of secrets) {
    if (secret) text = text.split(secret).join('<secret>');
  }
  text = clip(text);
  if (isTrap(error)) {
    return new ProtocolError('fatal', `the SDK's WebAssembly trapped: ${firstLine(text)}`, text);
  }
  return new ProtocolError(kindOfText(text), firstLine(text), text);
}

function firstLine(text) {
  return clip(text.split('\n', 1)[0], 512);
}

module.exports = { CODES, ProtocolError, fromSdk, isTrap, textOf, clip, firstLine };
