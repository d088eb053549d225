"""As many documents as a measurement wants (evals): the contracts that are there, then the same again with small changes,
so that no two have the same bytes.

A PDF gets a comment after its end, which no reader shows; a text gets a last line. Nearly all chunks of a copy are
those of its original, so that vectors that are kept by text serve them too.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path

from evals.documents import CONTRACTS, SAMPLES, files_in

TEXTS_PER_PDF = 2
"""Texts are many and cost little to read; PDFs are what people have."""


def originals() -> list[Path]:
    """PDFs and texts of contracts in turns, in the order of their names; the samples where these are not there."""
    if not CONTRACTS.is_dir():
        return [path for path in files_in(SAMPLES) if path.suffix != ".docx"]  # whose end is its table of contents
    pdfs, texts = files_in(CONTRACTS), iter(sorted((CONTRACTS.parent / "txt").glob("*.txt")))
    named = {path.stem for path in pdfs}
    others = (path for path in texts if path.stem not in named)
    return [each for pdf in pdfs for each in (pdf, *_next(others, TEXTS_PER_PDF))]


def documents(count: int, folder: Path) -> list[Path]:
    """`count` files written to `folder`."""
    folder.mkdir(parents=True)
    sources = originals()
    return [
        _copy(sources[number % len(sources)], number // len(sources), folder, f"{number:05d}")
        for number in range(count)
    ]


def megabytes(paths: Sequence[Path]) -> float:
    """What the files hold together, in millions of bytes."""
    return math.fsum(path.stat().st_size for path in paths) / 1e6


def _copy(source: Path, round_: int, folder: Path, name: str) -> Path:
    data = source.read_bytes()
    if round_ and source.suffix == ".pdf":
        data += b"\n%% copy %d\n" % round_
    elif round_:
        data += b"\nCopy %d.\n" % round_
    target = folder / f"{name} {source.stem[:60].strip()}{source.suffix}"
    target.write_bytes(data)
    return target


def _next(paths: Iterator[Path], count: int) -> list[Path]:
    return [path for path, _ in zip(paths, range(count), strict=False)]
