"""What search finds for a user with few documents (evals): each document in a workspace of its own, with the shipped library and without.

    python -m evals.retrieval.alone [cuad contractnli] [--documents 5] [--most 100]

Files are read, cut and embedded by the product's own parts into one embedded index, `--documents` of them to a workspace; then the
product's own `Search` is asked in this process, each question in its document. Vectors are kept in `build/evals/alone`, so that a second
run is faster.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from analysis.retrieval.recipe import RECIPE, Recipe
from analysis.retrieval.search import Search
from evals.documents import REPOSITORY
from evals.measures.searching_vectors import CopyingEmbedder, KeptVectors
from evals.reading import Read, Timed, parser_pool, read_file
from evals.results import machine, save, table
from evals.retrieval.asking import Asking, nearest
from evals.retrieval.corpora import CARRIED, Corpus, load
from evals.retrieval.metric import KS, Result, Score, mean, score
from evals.retrieval.ways import Draw, ways
from ingest.chunking.chunk import indexed_text
from ingest.embedding.local import LocalEmbedder
from proviso.ids import point_id
from proviso.ports import Embedder, VectorIndex
from proviso.settings import Settings
from proviso.text import Span
from proviso.types.documents import Chunk
from proviso.types.search import IndexPoint, ReadableDocument, ResolvedScope
from records.index.client import EdgeIndex

OUT = REPOSITORY / "build" / "evals" / "alone.json"
VECTORS = REPOSITORY / "build" / "evals" / "alone"
COLUMNS = ("questions", "P@1", "R@1", "R@4", "R@8", "R@64")
SLICE = 256


class Renamed(CopyingEmbedder):
    """The packaged embedder under another name: the library's vectors say nothing to it, as to any other embedder."""

    def __init__(self, kept: KeptVectors, embedder: LocalEmbedder) -> None:
        super().__init__(kept, embedder)
        self.name = "renamed"


@dataclass(frozen=True, slots=True)
class Alone:
    """A document as search knows it, its text, and the workspace that holds it."""

    document: ReadableDocument
    workspace: str
    text: str

    @property
    def scope(self) -> ResolvedScope:
        return ResolvedScope(self.workspace, (self.document,))


async def measure(corpus: Corpus, kept: KeptVectors, embedder: LocalEmbedder, options: argparse.Namespace) -> list[Any]:
    asked = ways(corpus, Draw(options.half, options.each, options.most))
    packaged = CopyingEmbedder(kept, embedder)
    searches: dict[str, tuple[Recipe, Embedder]] = {
        "without the library": (replace(RECIPE, reference=None), packaged),
        "as shipped": (RECIPE, packaged),
        "with another embedder": (RECIPE, Renamed(kept, embedder)),
    }
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        index = await EdgeIndex.open(Path(folder) / "index", embedder.dimensions, embedder.name)
        held = await _filled(index, packaged, corpus, options.documents)
        for name, (recipe, spoken) in searches.items():
            search = Search(index, spoken, recipe)
            for way, askings in asked.items():
                if all(asking.within for asking in askings):
                    scores = [await _scored(search, held[asking.question.file], asking) for asking in askings]
                    rows.append({"corpus": corpus.name, "search": name, "way": way} | mean(scores))
        await index.close()
    return rows


async def _filled(index: VectorIndex, embedder: Embedder, corpus: Corpus, together: int) -> Mapping[str, Alone]:
    """Every file of the corpus in the index, by name."""
    pool = parser_pool(Settings())
    out = {}
    for number, path in enumerate(corpus.files):
        read = await read_file(path, pool, Timed())
        alone = _alone(read, f"{corpus.name} {number // together}")
        texts = [indexed_text(alone.text, chunk) for chunk in read.chunks]
        vectors = await embedder.embed(texts)
        points = [_point(alone, *each) for each in zip(read.chunks, vectors, texts, strict=True)]
        for start in range(0, len(points), SLICE):
            await index.upsert(points[start : start + SLICE])
        out[path.name] = alone
    await pool.close()
    return out


def _alone(read: Read, workspace: str) -> Alone:
    parsed, name = read.parsed, read.path.name
    identity = sha256(name.encode()).hexdigest()[:24]
    title = parsed.title or read.path.stem
    length, pages = len(parsed.text), len(parsed.pages) or None
    document = ReadableDocument(
        identity, identity, 1, title, name, "default", length, length // 4, pages, language=parsed.language
    )
    return Alone(document, workspace, parsed.text)


def _point(alone: Alone, chunk: Chunk, vector: Sequence[float], text: str) -> IndexPoint:
    version = alone.document.version_id
    return IndexPoint(
        point_id(version, chunk.index),
        alone.workspace,
        alone.document.document_id,
        version,
        chunk.index,
        chunk.start,
        chunk.end,
        chunk.section,
        chunk.heading,
        chunk.page_start,
        chunk.page_end,
        vector,
        text,
        alone.document.language,
    )


async def _scored(search: Search, alone: Alone, asking: Asking) -> Score:
    found = (await search.find(asking.text, alone.scope, KS[-1])).found
    truth: list[Span] = []
    for quote in asking.question.truth:
        span = nearest(alone.text, quote)
        truth += [span] if span is not None else []
    file = asking.question.file
    return score([Result(each.document.filename, each.span) for each in found], file, truth)


def main(arguments: Sequence[str] | None = None) -> int:
    options = _options(arguments)
    embedder = LocalEmbedder()
    kept = KeptVectors(VECTORS, embedder)
    rows: list[Any] = []
    for name in options.corpora:
        rows += asyncio.run(measure(load(name, options.root), kept, embedder, options))
        cells = [[f"{row['way']}, {row['search']}", *(row[column] for column in COLUMNS)] for row in rows]
        print(table(("", *COLUMNS), cells), flush=True)
    save(options.out, {"machine": machine(), "documents": options.documents, "half": options.half, "rows": rows})
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m evals.retrieval.alone", description=__doc__)
    parser.add_argument("corpora", nargs="*", default=["cuad", "contractnli"], help="cuad, contractnli, specs, …")
    parser.add_argument("--root", type=Path, default=CARRIED, help="the library has none of the carried documents")
    parser.add_argument("--documents", type=int, default=1, help="in a workspace")
    parser.add_argument("--half", choices=("tune", "unseen"), default="unseen", help="of the natural wordings")
    parser.add_argument("--each", type=int, default=1, help="natural wordings for each labelled question")
    parser.add_argument("--most", type=int, default=0, help="questions of each kind, chosen at random; 0 is all")
    parser.add_argument("--out", type=Path, default=OUT)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
