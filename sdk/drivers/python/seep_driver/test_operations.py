"""The operations by which `seep driver check` makes a host slow, fatal or talkative (SPEC, section 7)."""
import time

from .errors import CallError

TEST_OPERATIONS = ('test_delay', 'test_fatal', 'test_print')
MAX_DELAY_MS = 3_600_000


def run_test_operation(operation, arguments):
    if operation == 'test_fatal':
        raise CallError('fatal', 'the SDK is beyond use, as asked')
    if operation == 'test_print':
        print('a library prints to standard output', flush=True)
        return None
    milliseconds = arguments.get('milliseconds')
    if type(milliseconds) is not int or not 0 <= milliseconds <= MAX_DELAY_MS:
        raise CallError('invalid_params', f'params.arguments.milliseconds is not an integer from 0 to {MAX_DELAY_MS}')
    time.sleep(milliseconds / 1000)
    return None
