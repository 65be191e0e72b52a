"""Every leak of the simulated wallet with the scenario that brings it out and the figure it must be given, and every
look-alike that must not be called LEAK. `leak_catalogue_test.py` runs them; README.md of sdk/simulated_wallet/leaks says
what each keeps."""
import dataclasses

KIB = 1024


@dataclasses.dataclass
class Entry:
    name: str
    scenario: str
    leaks: str = '{}'
    pace: str = '20ms'
    settings: str = '{history_limit: 20}'
    more: str = ''             # further members of `sdk`
    duration: str = '40s'
    quick: bool = False        # part of every test run, not of `make catalogue` alone
    # A leak: the series that must say so, what must be blamed for it and how much of it each keeps.
    series: str = ''
    operation: str = ''
    kept: float = 0
    per_minute: float = 0      # instead, for a leak that no operation causes
    innocent: tuple = ()       # series that must not be called LEAK beside it
    does: tuple = ()           # operations that it must have carried out, none of them with an error

    def spec(self):
        return f'''name: {self.name}
sdk: {{driver: simulated-wallet, settings: {self.settings}, leaks: {self.leaks}{self.more}}}
scenario: {self.scenario}
pace: {{interval: {self.pace}}}
duration: {self.duration}
sampling: {{interval: 200ms, detailed: 0s}}
seed: 11
'''


PAYMENTS = '{payments: {amount: 1}}'
LIFECYCLE = '{lifecycle: {}}'

LEAKS = [
    Entry('payment', PAYMENTS, '{payment: 16KiB}', series='rss', operation='payments', kept=16 * KIB, quick=True),
    Entry('native', PAYMENTS, '{native: 16KiB}', series='rss', operation='payments', kept=16 * KIB, innocent=('heap_allocated',), quick=True),
    Entry('late', PAYMENTS, '{late: 16KiB}', pace='10ms', duration='60s', series='rss', operation='payments', kept=16 * KIB),
    Entry('time', '{mix: [{operation: get_info}]}', '{time: 1MiB}', pace='500ms', series='rss', per_minute=60 * KIB * KIB),
    Entry('reconnect', '{reconnect: {settle: 0s}}', '{reconnect: 64KiB}', pace='100ms', series='rss', operation='reconnects', kept=64 * KIB),
    Entry('listener', '{listener_churn: {}}', '{listener: 16KiB}', pace='200ms', series='rss', operation='listener_changes', kept=8 * KIB),
    Entry('unremoved', '{listener_churn: {}}', '{unremoved: 2}', pace='100ms', series='listeners', operation='listener_changes', kept=0.25, quick=True),
    Entry('lifecycle', LIFECYCLE, '{lifecycle: 64KiB}', pace='50ms', series='rss', operation='lifecycles', kept=64 * KIB),
    Entry('thread', LIFECYCLE, '{thread: 1}', pace='50ms', series='threads', operation='lifecycles', kept=1, innocent=('fds',)),
    Entry('fd', LIFECYCLE, '{fd: 1}', pace='50ms', series='fds', operation='lifecycles', kept=1, innocent=('threads',), quick=True),
    Entry('task', LIFECYCLE, '{task: 1}', pace='50ms', series='wallets', operation='lifecycles', kept=1),
    Entry('connection', LIFECYCLE, '{connection: 1}', pace='50ms', series='tcp_connections', operation='lifecycles', kept=1, innocent=('threads',)),
    # No defect at all, but an application that forgets: three threads of each wallet work on.
    Entry('abandoned', '{lifecycle: {disconnect: false}}', pace='100ms', series='threads', operation='lifecycles', kept=3, quick=True),
    # The listener holds the instance, which holds the listener.
    Entry('capture', '{lifecycle: {use: [capturing_listener]}}', pace='50ms', series='wallets', operation='lifecycles', kept=1),
    Entry('error', '{failures: {kinds: [bad_input]}}', '{error: 16KiB}', series='rss', operation='failures.bad_input', kept=16 * KIB, quick=True),
    Entry('error-network', '{failures: {kinds: [network_down]}}', '{error: 16KiB}', series='rss', operation='failures.network_down', kept=16 * KIB),
    Entry('error-connect', '{failures: {kinds: [bad_connect]}}', '{error: 16KiB}', series='rss', operation='failures.bad_connect', kept=16 * KIB),
    Entry('error-funds', '{failures: {kinds: [insufficient_funds]}}', '{error: 16KiB}', series='rss', operation='failures.insufficient_funds', kept=16 * KIB),
    Entry('cancel', '{connect_cancel: {deadline: 1ms}}', '{cancel: 64KiB}', pace='50ms', settings='{connect_delay_ms: 20}', series='rss',
          operation='cancelled_connects', kept=64 * KIB),
    Entry('response', '{history: {destroy_response: false}}', '{response: 16KiB}', series='rss', operation='history_queries', kept=16 * KIB),
    Entry('parse', '{parse: {inputs: [simspark102ab]}}', '{parse: 16KiB}', series='rss', operation='parses', kept=16 * KIB),
    Entry('sync', '{sync: {}}', '{sync: 16KiB}', series='rss', operation='syncs', kept=16 * KIB),
    # Alice and bob stay, and with them the context.
    Entry('context', LIFECYCLE, '{context: 64KiB}', pace='50ms', more=', shared_context: true, extra_instances: 1', series='rss',
          operation='lifecycles', kept=64 * KIB),
    # Only one of four operations leaks, and it must be the one that is blamed.
    Entry('mix', '{mix: [{operation: payment, weight: 2}, {operation: get_info, weight: 3}, {operation: list_payments, weight: 3}, '
          '{operation: bad_input, weight: 2}]}', '{error: 64KiB}', pace='10ms', series='rss', operation='failures.bad_input', kept=64 * KIB),
]

LOOK_ALIKES = [
    Entry('none', PAYMENTS, quick=True),
    Entry('none-lifecycle', LIFECYCLE, pace='50ms'),
    Entry('none-everything', '{failures: {}, connect_cancel: {deadline: [1ms, 40ms]}, concurrent: {operations: [get_info, receive]}, '
          'history: {prefill: 200}, invoke: [{operation: test_print, on: host}], listener_churn: {}}', pace='100ms',
          settings='{connect_delay_ms: 20}', quick=True,
          does=('failing_bad_input', 'failing_insufficient_funds', 'failing_network_down', 'failing_bad_connect', 'cancelled_connect',
                'get_info', 'receive', 'list_payments', 'invoke.test_print', 'add_listener')),
    Entry('cache', PAYMENTS, '{cache: 4KiB}', pace='10ms', duration='60s'),
    Entry('fragmentation', PAYMENTS, '{fragmentation: 1KiB}', pace='10ms', duration='60s'),
    Entry('step', PAYMENTS, '{step: 8MiB}', pace='20ms', quick=True),
    Entry('sawtooth', PAYMENTS, '{sawtooth: 64KiB}', pace='20ms', quick=True),
    Entry('warm-up', PAYMENTS, '{warm_up: 64KiB}', pace='20ms'),
    Entry('wave', PAYMENTS, '{wave: 8MiB}', pace='20ms', duration='60s'),
]
