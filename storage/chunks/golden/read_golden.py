#!/usr/bin/env python3
"""A second reader of version 1, written from FORMAT.md and nothing else: it must find in version_1.hex what version_1.txt lists.

If this fails and golden_test passes, FORMAT.md (or this reader of it) says something other than what Seep does.
"""
import pathlib
import struct
import sys

WORD = (1 << 64) - 1
FOLDER = pathlib.Path(__file__).resolve().parent


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def signed(word, bits=64):
    return word - (1 << bits) if word >> bits - 1 else word


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, size):
        assert self.at + size <= len(self.data), 'too short'
        self.at += size
        return self.data[self.at - size:self.at]

    def fixed(self, code):
        return struct.unpack('<' + code, self.take(struct.calcsize(code)))[0]

    def varint(self):
        value = shift = 0
        while True:
            byte = self.fixed('B')
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                assert value <= WORD
                return value

    def zigzag(self):
        value = self.varint()
        return (value >> 1 ^ -(value & 1)) & WORD

    def integers(self, count):
        order = self.fixed('B')
        assert order == 0 or order <= 2 and order < count
        words = [self.zigzag() for _ in range(order)] + self.residuals(count - order)
        for k in range(order, 0, -1):
            for i in range(k, count):
                words[i] = (words[i] + words[i - 1]) & WORD
        return words

    def residuals(self, count):
        if count == 0:
            return []
        base, divisor = self.zigzag(), self.varint()
        if divisor == 0:
            return [base] * count
        found = []
        while len(found) < count:
            size = min(128, count - len(found))
            width, least = self.fixed('B'), self.varint()
            assert width <= 64
            bits = int.from_bytes(self.take((size * width + 7) // 8), 'little')
            found += [(base + divisor * (least + (bits >> i * width & (1 << width) - 1))) & WORD for i in range(size)]
        return found

    def presence(self, count):
        kind = self.fixed('B')
        if kind == 0:
            return list(range(count))
        if kind == 1:
            bits = int.from_bytes(self.take((count + 7) // 8), 'little')
            assert bits >> count == 0
            return [i for i in range(count) if bits >> i & 1]
        assert kind in (2, 3)
        rows = self.integers(self.varint())
        assert all(a < b for a, b in zip(rows, rows[1:] + [count]))
        return rows if kind == 2 else [i for i in range(count) if i not in set(rows)]

    def values(self, count):
        kind = self.fixed('B')
        if kind == 0:
            return self.integers(count)
        if kind == 1:
            exponent, exceptions = self.fixed('B'), self.varint()
            odd = [(self.fixed('H'), self.fixed('Q')) for _ in range(exceptions)]
            numbers = [float(signed(word)) for word in self.integers(count)]
            words = [struct.unpack('<Q', struct.pack('<d', n / 10 ** exponent if exponent else n))[0] for n in numbers]
            for index, bits in odd:
                words[index] = bits
            return words
        assert kind == 2
        entries = self.integers(self.varint())
        return [entries[index] for index in self.integers(count)]


def columns_of(chunk):
    head = Reader(chunk)
    assert head.take(4) == b'SChk'
    crc, version, count, size, gauges = (head.fixed(code) for code in 'IHHII')
    assert version == 1 and size == len(chunk)
    begin = 64 + 12 * (6 + gauges)
    assert crc32c(chunk[8:begin]) == crc
    head.at = 64
    columns = []
    for _ in range(6 + gauges):
        gauge, length, checksum = (head.fixed(code) for code in 'III')
        assert not length >> 31, 'compressed: not in this file'
        columns.append((gauge, chunk[begin:begin + length]))
        assert crc32c(columns[-1][1]) == checksum
        begin += length
    assert begin == size
    return count, columns


def read(chunk):
    count, columns = columns_of(chunk)
    readers = [Reader(data) for _, data in columns]
    sequence, monotonic, distance, generation, phase = (readers[i].integers(count) for i in range(5))
    lines = [[str(sequence[i]), str(signed(monotonic[i])), str(signed(distance[i] + monotonic[i] & WORD)), str(generation[i]),
              str(signed(phase[i]))] for i in range(count)]
    for (gauge, _), reader in list(zip(columns, readers))[6:]:
        rows = reader.presence(count)
        for row, word in zip(rows, reader.values(len(rows))):
            lines[row].append(f'{gauge}:{word:016x}')
    if columns[5][1]:
        for i, size in enumerate(readers[5].integers(count)):
            lines[i] += ['+' + readers[5].take(size).hex()] if size else []
    assert all(reader.at == len(reader.data) for reader in readers), 'bytes left over'
    return '\n'.join(' '.join(line) for line in lines) + '\n'


def main():
    chunk = bytes.fromhex((FOLDER / 'version_1.hex').read_text())
    found, expected = read(chunk), (FOLDER / 'version_1.txt').read_text()
    if found == expected:
        print(f'{len(chunk)} bytes, {len(expected.splitlines())} samples: as FORMAT.md says')
        return 0
    for number, (a, b) in enumerate(zip(found.splitlines(), expected.splitlines()), 1):
        if a != b:
            print(f'version_1.txt:{number}\n  says {b}\n  read {a}')
            break
    return 1


if __name__ == '__main__':
    sys.exit(main())
