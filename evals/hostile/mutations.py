"""Real documents, damaged (evals): bytes flipped, cut, repeated, swapped, and numbers made large, by a seeded die."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

NUMBER = re.compile(rb"\d{1,6}")
LARGEST_BYTES = 600_000


def mutations(sources: Sequence[Path], count: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """So many damaged copies of the sources, by file name."""
    die = random.Random(seed)
    whole = [(path, path.read_bytes()) for path in sources if path.stat().st_size <= LARGEST_BYTES]
    for number in range(count):
        path, data = whole[number % len(whole)]
        work = die.choice((_flipped, _cut, _repeated, _swapped, _enlarged, _holed, _spliced))
        other = die.choice(whole)[1]
        yield f"m{number:03}-{work.__name__.strip('_')}{path.suffix}", work(bytearray(data), other, die)


def _flipped(data: bytearray, _other: bytes, die: random.Random) -> bytes:
    for _ in range(die.choice((1, 8, 64, 512))):
        data[die.randrange(len(data))] = die.randrange(256)
    return bytes(data)


def _cut(data: bytearray, _other: bytes, die: random.Random) -> bytes:
    return bytes(data[: die.randrange(1, len(data))])


def _repeated(data: bytearray, _other: bytes, die: random.Random) -> bytes:
    start = die.randrange(len(data))
    piece = data[start : start + die.randrange(1, 4096)]
    return bytes(data[:start] + piece * die.choice((2, 50, 400)) + data[start:])


def _swapped(data: bytearray, _other: bytes, die: random.Random) -> bytes:
    a, b = sorted(die.randrange(len(data)) for _ in range(2))
    return bytes(data[b:] + data[a:b] + data[:a]) if die.random() < 0.2 else bytes(data[:a] + data[b:] + data[a:b])


def _enlarged(data: bytearray, _other: bytes, die: random.Random) -> bytes:
    """Some of the numbers in the file become huge, negative or none."""
    values = (b"0", b"-1", b"2147483647", b"99999999999", b"1e99", b"")
    return NUMBER.sub(lambda found: die.choice(values) if die.random() < 0.01 else found.group(), bytes(data))


def _holed(data: bytearray, _other: bytes, die: random.Random) -> bytes:
    start = die.randrange(len(data))
    return bytes(data[:start] + bytes(min(len(data) - start, 2048)) + data[start + 2048 :])


def _spliced(data: bytearray, other: bytes, die: random.Random) -> bytes:
    start = die.randrange(len(data))
    return bytes(data[:start]) + other[die.randrange(len(other)) :]
