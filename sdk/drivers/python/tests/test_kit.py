"""The kit without a process: lines, parameters, order, errors. `seep driver check` shows the whole host."""
import json
import pathlib
import sys
import threading
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / 'example')]

from seep_driver.dispatch import Dispatcher  # noqa: E402
from seep_driver.errors import CallError, clip, from_exception  # noqa: E402
from seep_driver.lines import TOO_LONG, LineReader  # noqa: E402
from seep_driver.params import Params  # noqa: E402
from wallet_host import WalletSdk  # noqa: E402


class FakeOutput:
    def __init__(self):
        self.messages, self.changed = [], threading.Condition()

    def send(self, line):
        with self.changed:
            self.messages.append(json.loads(line))
            self.changed.notify_all()

    notify = send

    def answer(self, identifier):
        def found():
            return next((m for m in self.messages if 'id' in m and m['id'] == identifier), None)
        with self.changed:
            assert self.changed.wait_for(found, 10), f'no answer to {identifier}: {self.messages}'
            return found()


class Lines(unittest.TestCase):
    def cut(self, *chunks, limit=16):
        reader = LineReader(limit)
        return [line for chunk in chunks for line in reader.feed(chunk)]

    def test_pieces_line_ends_and_empty_lines(self):
        self.assertEqual(self.cut(b'a', b'b\n\r\n\nc\r\nd'), [b'ab', b'c'])

    def test_the_limit_counts_the_line_feed(self):
        self.assertEqual(self.cut(b'x' * 15 + b'\n'), [b'x' * 15])
        self.assertEqual(self.cut(b'x' * 16 + b'\nnext\n'), [TOO_LONG, b'next'])

    def test_a_long_line_is_reported_once_and_not_kept(self):
        self.assertEqual(self.cut(b'x' * 10, b'x' * 10, b'x' * 1000, b'\nnext\n'), [TOO_LONG, b'next'])


class Texts(unittest.TestCase):
    def test_clip_keeps_characters_whole(self):
        self.assertEqual(clip('é' * 10, 5), 'éé')
        self.assertEqual(clip('lone \ud800 surrogate').encode(), b'lone ? surrogate')

    def test_other_exceptions_are_the_sdks(self):
        error = from_exception(KeyError('x')).to_json()
        self.assertEqual((error['code'], error['data']['kind']), (1, 'sdk_error'))

    def test_complaints_name_the_parameter_and_quote_nothing(self):
        for values in ({'seed': 'secret'}, {'seed': 'a' * 64, 'mnemonic': 'secret'}, {}):
            with self.assertRaises(CallError) as caught:
                Params(values).secret()
            self.assertIn('params.seed', caught.exception.message)
            self.assertNotIn('secret', caught.exception.message)

    def test_a_bool_is_no_integer(self):
        with self.assertRaises(CallError):
            Params({'limit': True}).integer('limit')


class Dispatch(unittest.TestCase):
    def setUp(self):
        self.output = FakeOutput()
        self.dispatcher = Dispatcher(WalletSdk(), self.output)
        self.last = 0
        self.call('initialize', protocol={'major': 1, 'minor': 0}, settings={'leaks': {'listener': 1000}})

    def send(self, method, /, **params):
        self.last += 1
        self.dispatcher.receive(json.dumps({'jsonrpc': '2.0', 'id': self.last, 'method': method, 'params': params}).encode())
        return self.last

    def call(self, method, /, **params):
        return self.output.answer(self.send(method, **params))

    def connect(self, name, seed='a'):
        return self.call('connect', instance=name, network='local', storage_dir='/tmp', seed=seed * 64)

    def test_a_slow_call_delays_only_its_instance(self):
        self.connect('slow')
        self.connect('quick', 'b')
        slow = self.send('invoke', instance='slow', operation='test_delay', arguments={'milliseconds': 2000})
        self.assertIn('result', self.call('disconnect', instance='quick'))
        self.assertFalse([m for m in self.output.messages if m.get('id') == slow])

    def test_payments_and_events(self):
        self.connect('a')
        self.connect('b', 'b')
        self.call('add_listener', instance='b')
        request = self.call('receive', instance='b', method='spark_invoice', amount_sats=500)['result']['payment_request']
        prepared = self.call('prepare_send', instance='a', destination=request)['result']
        self.assertEqual((prepared['amount_sats'], prepared['fee_sats']), (500, 1))
        self.assertEqual(self.call('send', instance='a', prepared=prepared['prepared'])['result']['payment']['amount_sats'], 500)
        self.assertEqual(self.call('get_info', instance='a')['result']['balance_sats'], 999_499)
        events = [m['params'] for m in self.output.messages if m.get('method') == 'event']
        self.assertEqual([(e['instance'], e['type'], e['payment']['direction']) for e in events], [('b', 'payment_succeeded', 'receive')])

    def test_an_answer_beyond_the_limit_is_refused_by_name(self):
        self.dispatcher.answer(77, {'text': 'x' * (1 << 20)})
        self.assertEqual(self.output.answer(77)['error']['data']['kind'], 'limit_exceeded')

    def test_a_connect_beyond_its_deadline_is_taken_down(self):
        sdk = self.dispatcher._sdk
        connect, made = sdk.connect, []
        gate = threading.Event()

        def slow(options):
            made.append(connect(options))
            gate.wait(0.2)
            return made[-1]
        sdk.connect = slow
        late = self.call('connect', instance='a', network='local', storage_dir='/tmp', seed='a' * 64, deadline_ms=20)
        self.assertEqual(late['error']['data']['kind'], 'deadline_exceeded')
        self.assertEqual(self.call('destroy', instance='a')['error']['data']['kind'], 'unknown_instance')
        self.assertIsNone(sdk.network.find(made[0].identity))  # disconnected

    def test_a_lane_ends_with_its_instance(self):
        before = threading.active_count()
        for _ in range(20):
            self.connect('a')
            self.call('destroy', instance='a')
        deadline = threading.Event()
        for _ in range(200):
            if threading.active_count() <= before:
                break
            deadline.wait(0.01)
        self.assertLessEqual(threading.active_count(), before)

    def test_the_leak_is_as_large_as_was_asked(self):
        self.connect('a')
        for _ in range(10):
            self.call('add_listener', instance='a')
        kept = self.dispatcher._sdk.network.leaks._kept
        self.assertEqual(sum(map(len, kept)), 10_000)


if __name__ == '__main__':
    unittest.main()
