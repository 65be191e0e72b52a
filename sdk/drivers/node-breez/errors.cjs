'use strict';
// How the Breez SDK's plain texts become the protocol's errors.

const kit = require('../node/errors.cjs');

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

function fromSdk(error, secrets = []) {
  return kit.translate(error, { secrets, kindOf: kindOfText });
}

module.exports = { ...kit, fromSdk, kindOfText };
