"""Builds the shipped library of public clauses: `analysis/retrieval/reference_data/passages.npz` and the list of its documents.

A build-time script: nothing in the service imports it. Documents are read, cut and embedded by the product's own parts, and only counted
words (hashes of stems) and vectors are written, 8 bits a number. None of them is one of `evals/data` or `samples`, or shares more than
15 % of its runs of eight words with one of `evals/data`. Contracts are chosen for variety: one of each type in turn, and of a type those
of middle length first, since a document speaks with one passage however long it is.

    python -m tools.build_reference ../shared/data

The same documents give the same bytes on one kind of processor. To be run again when the packaged embedder or the words change
(`tests/unit/analysis/retrieval/test_reference.py` notices).
"""

from __future__ import annotations

import argparse
import asyncio
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from evals.documents import REPOSITORY, SAMPLES
from evals.reading import Timed, parser_pool, read_file
from ingest.chunking.chunk import indexed_text
from ingest.embedding.local import LocalEmbedder
from proviso.settings import Settings
from records.index.bm25 import token_id, words

OUT = REPOSITORY / "analysis" / "retrieval" / "reference_data"
KEPT_APART = REPOSITORY / "evals" / "data"
CONTRACTS, MOST_BYTES, MIDDLE_BYTES = 110, 54_000, 27_000
"""Contracts, the length of each at most (some 90 passages), and the length that is taken first."""
RUN_WORDS, ALIKE = 8, 0.15
MOST_COUNTED = 255
TYPES = """
affiliate agency alliance co-branding collaboration consulting content cooperation development distribut employ endorsement franchise
hosting intellectual joint-filing joint-venture lease license maintenance manufactur marketing outsourc promotion purchase reseller
service software sponsor strategic supply support transport trust web
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("root", type=Path, help="the folder with cuad/txt and contractnli/txt")
    root = parser.parse_args().root
    apart = _apart()
    contracts, ndas = (_others(root / name / "txt", apart) for name in ("cuad", "contractnli"))
    chosen = {"contracts": _varied(contracts), "ndas": ndas}
    OUT.mkdir(exist_ok=True)
    asyncio.run(_write(chosen))
    listed = [f"{path.relative_to(root)}\n" for paths in chosen.values() for path in paths]
    (OUT / "documents.txt").write_text("".join(listed), encoding="utf-8")
    print(f"{(OUT / 'passages.npz').stat().st_size:,} bytes")
    return 0


def _apart() -> tuple[str, list[set[int]]]:
    """Names of what measures and shows the product, and runs of words of what measures it."""
    paths = sorted(KEPT_APART.glob("*/txt/*.txt"))
    names = [path.stem for path in paths]
    return "\n".join([*names, (SAMPLES / "README.md").read_text(encoding="utf-8")]), [_runs(path) for path in paths]


def _others(folder: Path, apart: tuple[str, list[set[int]]]) -> list[Path]:
    names, kept = apart
    return [path for path in sorted(folder.iterdir()) if path.stem not in names and not _alike(_runs(path), kept)]


def _alike(runs: set[int], kept: Iterable[set[int]]) -> bool:
    return any(len(runs & other) > ALIKE * min(len(runs), len(other)) for other in kept)


def _runs(path: Path) -> set[int]:
    said = re.findall(r"\w+", path.read_text(encoding="utf-8").lower())
    return {hash(tuple(said[at : at + RUN_WORDS])) for at in range(len(said) - RUN_WORDS + 1)}


def _varied(paths: Sequence[Path]) -> list[Path]:
    """One of each type in turn, until there are enough."""
    by_type: dict[str, list[Path]] = defaultdict(list)
    for path in sorted(paths, key=lambda each: (abs(each.stat().st_size - MIDDLE_BYTES), each.name)):
        if path.stat().st_size <= MOST_BYTES:
            by_type[_type(path.stem)].append(path)
    turns = [(turn, kind, path) for kind, of_kind in by_type.items() for turn, path in enumerate(of_kind)]
    return [path for _, _, path in sorted(turns)][:CONTRACTS]


def _type(stem: str) -> str:
    """What kind of contract a file name ends with: "…_EX-10.1_Reseller Agreement" is "reseller"."""
    called = re.split(r"[_-](?=[A-Z]+[A-Za-z ]*$)", stem)[-1].lower().replace(" ", "-")
    return next((kind for kind in TYPES.split() if kind in called), called)


async def _write(chosen: dict[str, list[Path]]) -> None:
    documents = {name: await _passages(paths) for name, paths in chosen.items()}
    every = [passages for of_pool in documents.values() for passages in of_pool]
    texts = [text for passages in every for text in passages]
    counts = [sorted(Counter(map(token_id, words(text))).items()) for text in texts]
    tokens = sorted({token for counted in counts for token, _ in counted})
    places = {token: place for place, token in enumerate(tokens)}
    embedder = LocalEmbedder(threads=1)
    vectors = np.array(await embedder.embed(texts), np.float32)
    np.savez_compressed(
        OUT / "passages.npz",
        embedder=np.array(embedder.name),
        pools=np.array(list(documents)),
        pool_starts=np.cumsum([0, *(sum(map(len, of_pool)) for of_pool in documents.values())], dtype=np.uint32),
        documents=np.repeat(np.arange(len(every)), list(map(len, every))).astype(np.uint16),
        tokens=np.array(tokens, np.uint32),
        starts=np.cumsum([0, *map(len, counts)], dtype=np.uint32),
        held=np.array([places[token] for counted in counts for token, _ in counted], np.uint16),
        counts=np.array([min(count, MOST_COUNTED) for counted in counts for _, count in counted], np.uint8),
        vectors=np.rint(vectors * (127 / np.abs(vectors).max(axis=1, keepdims=True))).astype(np.int8),
    )


async def _passages(paths: Sequence[Path]) -> list[list[str]]:
    """Of each document what is indexed of its chunks."""
    pool = parser_pool(Settings())
    reads = [await read_file(path, pool, Timed()) for path in paths]
    await pool.close()
    return [[indexed_text(read.parsed.text, chunk) for chunk in read.chunks] for read in reads]


if __name__ == "__main__":
    sys.exit(main())
