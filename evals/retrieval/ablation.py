"""What each part of the recipe adds (evals): the kept index of a corpus, opened in this process, searched with recipes that lack a part.

It runs the product's own `Search` on the data folder that `python -m evals.retrieval` has filled, whose service must not be running.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from analysis.retrieval.recipe import RECIPE, FusionWeights, Recipe
from analysis.retrieval.search import Search
from evals.documents import REPOSITORY
from evals.results import machine, save, table
from evals.retrieval.asking import Asking, nearest
from evals.retrieval.corpora import CARRIED, SHARED, Corpus, Question, load
from evals.retrieval.metric import KS, Result, Score, mean, score
from evals.retrieval.wordings import Half, natural
from ingest.embedding.local import LocalEmbedder
from proviso.ports import VectorIndex
from proviso.text import Span
from proviso.types.search import ReadableDocument, ResolvedScope, Scope
from records.catalog import documents
from records.catalog.catalog import Catalog
from records.index.client import EdgeIndex
from records.store.folder import FolderStore
from records.texts import Texts

OUT = REPOSITORY / "build" / "evals" / "ablation.json"
SEED = 13
COLUMNS = ("P@1", "R@1", "R@4", "R@8", "R@64", "wrong@8")


def _alone(dense: float) -> FusionWeights:
    return FusionWeights(dense_least=dense, dense_most=dense)


def recipes() -> dict[str, Recipe]:
    """The shipped recipe, and it without one part at a time; then with hardly anything."""
    plain, feedback = RECIPE.plain, RECIPE.feedback
    assert plain is not None
    assert feedback is not None
    bare = replace(RECIPE, feedback=None, plain=None)
    return {
        "the recipe": RECIPE,
        "without feedback": replace(RECIPE, feedback=None),
        "one round of feedback": replace(RECIPE, feedback=replace(feedback, rounds=1)),
        "without the gate": replace(RECIPE, feedback=replace(feedback, gate=0.0)),
        "without plain words": replace(RECIPE, plain=None),
        "cosine always 0.4": replace(RECIPE, fusion=_alone(0.4)),
        "cosine always 0.6": replace(RECIPE, fusion=_alone(0.6)),
        "without routing": replace(RECIPE, naming=None),
        "hybrid alone (cosine 0.4)": replace(bare, fusion=_alone(0.4)),
        "words alone": replace(bare, fusion=_alone(0.0)),
        "cosine alone": replace(bare, fusion=_alone(1.0)),
    }


@dataclass(frozen=True, slots=True)
class Kept:
    """A filled data folder, opened."""

    index: VectorIndex
    embedder: LocalEmbedder
    scope: ResolvedScope
    texts: Mapping[str, str]

    def one(self, file: str) -> ResolvedScope:
        return ResolvedScope(self.scope.workspace, (self._document(file),))

    def truth(self, question: Question) -> list[Span]:
        spans = [nearest(self.texts[question.file], quote) for quote in question.truth if quote.start is not None]
        return [span for span in spans if span is not None]

    def _document(self, file: str) -> ReadableDocument:
        return next(document for document in self.scope.documents if document.filename == file)


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Kept]:
    """The parts of a service, without it."""
    embedder = LocalEmbedder()
    catalog = Catalog.open(f"sqlite:///{folder / 'catalog.sqlite'}")
    index = await EdgeIndex.open(folder / "index", embedder.dimensions, embedder.name)
    try:
        scope = await catalog.read(documents.resolve_scope, Scope("local", None))
        kept = Texts(FolderStore(folder / "store"))
        texts = {document.filename: await kept.text(document.version_id) for document in scope.documents}
        yield Kept(index, embedder, scope, texts)
    finally:
        await index.close()
        catalog.close()


async def measure(corpus: Corpus, folder: Path, half: Half, most: int) -> list[dict[str, Any]]:
    chance = random.Random(SEED)
    labelled = chance.sample(corpus.questions, min(most, len(corpus.questions)))
    plainly = natural(corpus, half, each=1, seed=SEED)
    plainly = chance.sample(plainly, min(most, len(plainly)))
    ways = {
        "within": [Asking(question, question.text, within=True) for question in labelled],
        f"natural ({half})": [Asking(question, question.text, within=True) for question in plainly],
        "named": [Asking(question, question.named, within=False) for question in labelled if question.named],
    }
    rows = []
    async with opened(folder) as kept:
        for name, recipe in recipes().items():
            search = Search(kept.index, kept.embedder, recipe)
            for way, askings in ways.items():
                if askings:
                    scores = [await _scored(search, kept, asking) for asking in askings]
                    rows.append({"corpus": corpus.name, "recipe": name, "way": way} | mean(scores))
            print(table(("", *COLUMNS), _cells(rows[-len(ways) :])), flush=True)
    return rows


async def _scored(search: Search, kept: Kept, asking: Asking) -> Score:
    question = asking.question
    scope = kept.one(question.file) if asking.within else kept.scope
    found = (await search.find(asking.text, scope, KS[-1])).found
    return score([Result(each.document.filename, each.span) for each in found], question.file, kept.truth(question))


def _cells(rows: Sequence[dict[str, Any]]) -> list[list[object]]:
    return [[f"{row['recipe']}: {row['way']}", *(row.get(column, "") for column in COLUMNS)] for row in rows]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m evals.retrieval.ablation", description=__doc__)
    parser.add_argument("corpus", help="cuad or contractnli")
    parser.add_argument("folder", type=Path, help="the filled data folder, below build/evals/retrieval")
    parser.add_argument("--root", type=Path, default=SHARED if SHARED.is_dir() else CARRIED)
    parser.add_argument("--half", choices=("tune", "unseen"), default="unseen", help="of the natural wordings")
    parser.add_argument("--most", type=int, default=400, help="questions of each kind, chosen at random")
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args(arguments)
    corpus = load(options.corpus, options.root)
    rows = asyncio.run(measure(corpus, options.folder, options.half, options.most))
    save(options.out, {"machine": machine(), "corpus": corpus.name, "half": options.half, "rows": rows})
    return 0


if __name__ == "__main__":
    sys.exit(main())
