"""The protocol's errors (SPEC, section 6)."""

CODES = {
    'parse_error': -32700, 'invalid_request': -32600, 'method_not_found': -32601, 'invalid_params': -32602,
    'internal_error': -32603, 'sdk_error': 1, 'insufficient_funds': 2, 'invalid_input': 3, 'network_error': 4,
    'storage_error': 5, 'signer_error': 6, 'not_supported': 7, 'unknown_instance': 9, 'instance_exists': 10,
    'not_connected': 11, 'deadline_exceeded': 12, 'limit_exceeded': 13, 'not_initialized': 14, 'fatal': 15,
}
RETRYABLE = ('network_error', 'deadline_exceeded')
MAX_TEXT_BYTES = 4096


def clip(text, limit=MAX_TEXT_BYTES):
    """Cuts on a character's boundary; what is not UTF-8 (lone surrogates) becomes U+FFFD or '?'."""
    data = text.encode('utf-8', 'replace')
    return data.decode('utf-8') if len(data) <= limit else data[:limit].decode('utf-8', 'ignore')


class CallError(Exception):
    """What an SDK raises to answer an error of a kind: CallError('insufficient_funds', 'balance is 3 sats')."""

    def __init__(self, kind, message, sdk_error=None):
        super().__init__(message)
        self.kind, self.message, self.sdk_error = kind, message, sdk_error

    def to_json(self):
        data = {'kind': self.kind, 'retryable': self.kind in RETRYABLE}
        if self.sdk_error is not None:
            data['sdk_error'] = clip(self.sdk_error)
        return {'code': CODES[self.kind], 'message': clip(self.message), 'data': data}


def from_exception(error):
    """Whatever the SDK raised. An exception of its own that was not translated is its generic failure."""
    if isinstance(error, CallError):
        return error
    text = f'{type(error).__name__}: {error}'
    return CallError('sdk_error', text, text)
