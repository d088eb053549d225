"""A shipped library of public clauses (floor 4): what other contracts say to a question, for workspaces that hold few of their own.

Passages of contracts of CUAD v1 and of non-disclosure agreements of ContractNLI as counted words and vectors; their texts are not there.
`reference/README.md` names their makers and licence; `tools/build_reference.py` has made the file. It is read when it is first wanted
(0.2 s of processor) and stays, in some 16 MB. Nothing of it is in the index: no search finds it and no answer can cite it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from analysis.retrieval.feedback import Asked
from analysis.retrieval.rarity import Rarity
from proviso.types.search import IndexHit, SparseVector, StoredVectors
from records.index.bm25 import CHUNKS

Numbers = NDArray[np.float32]
Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Words:
    """Which passages hold which tokens, how heavily: for each passage in the order of tokens, and for each token in that of passages."""

    tokens: Places
    starts: Places
    held: Places
    """Places in `tokens`, passage by passage; those of passage p lie between `starts[p]` and `starts[p + 1]`."""
    weights: Numbers
    token_starts: Places
    holders: Places
    holder_weights: Numbers

    @classmethod
    def counted(cls, tokens: Places, starts: Places, held: Places, counts: Places) -> Words:
        """From how often each passage has each of its tokens; `tokens` ascend, and so do those of a passage."""
        passages = len(starts) - 1
        holder = np.repeat(np.arange(passages), np.diff(starts))
        lengths = np.bincount(holder, counts, minlength=passages)[holder]
        norm = CHUNKS.k1 * (1 - CHUNKS.b + CHUNKS.b * lengths / CHUNKS.mean_words)
        weights = (counts * (CHUNKS.k1 + 1) / (counts + norm)).astype(np.float32)
        by_token = np.argsort(held, kind="stable")
        token_starts = np.searchsorted(held[by_token], np.arange(len(tokens) + 1))
        return cls(tokens, starts, held, weights, token_starts, holder[by_token], weights[by_token])

    @property
    def passages(self) -> int:
        return len(self.starts) - 1

    def scores(self, words: SparseVector) -> Numbers:
        """BM25 of every passage, with the IDF that Qdrant computes, over these passages."""
        out = np.zeros(self.passages, np.float32)
        for token, weight in zip(words.tokens, words.weights, strict=True):
            place = int(np.searchsorted(self.tokens, token))
            if place < len(self.tokens) and self.tokens[place] == token:
                at = slice(int(self.token_starts[place]), int(self.token_starts[place + 1]))
                holders = at.stop - at.start
                idf = math.log(1 + (self.passages - holders + 0.5) / (holders + 0.5))
                out[self.holders[at]] += np.float32(weight * idf) * self.holder_weights[at]
        return out

    def of(self, passage: int) -> SparseVector:
        at = slice(int(self.starts[passage]), int(self.starts[passage + 1]))
        return SparseVector(tuple(self.tokens[self.held[at]].tolist()), tuple(self.weights[at].tolist()))

    def rarity(self) -> Rarity:
        holders = np.diff(self.token_starts)
        return Rarity(self.passages, dict(zip(self.tokens.tolist(), holders.tolist(), strict=True)))


@dataclass(frozen=True, slots=True)
class Pool:
    """Documents of one kind. They are searched as a workspace is, by words alone where the embedder of the question is another."""

    name: str
    documents: Sequence[int]
    """Of each passage, the number of its document."""
    words: Words
    vectors: Numbers | None
    rarity: Rarity
    """Of words among these documents."""

    def best_by_words(self, words: SparseVector) -> float:
        return float(self.words.scores(words).max())

    def nearness(self, rarity: Rarity) -> float:
        """How much a workspace speaks as these documents do, 0 to 1: the cosine of how many passages of both hold each word. Without IDF:
        it is the everyday words of contracts that reports and specifications lack."""
        common = math.fsum(held * self.rarity.held.get(token, 0) for token, held in rarity.held.items())
        return common / (_length(rarity) * _length(self.rarity)) if common else 0.0

    async def look(self, asked: Asked, limit: int) -> list[IndexHit]:
        """As `VectorIndex.search`."""
        by_words = self.words.scores(asked.words)
        hits = {int(place): [None, float(by_words[place])] for place in _best(by_words, limit) if by_words[place] > 0}
        if self.vectors is not None:
            cosines = self.vectors @ np.asarray(asked.dense, np.float32)
            for place in _best(cosines, limit):
                hits.setdefault(int(place), [None, None])[0] = float(cosines[place])
        return [self._hit(place, *scores) for place, scores in hits.items()]

    async def passages(self, points: Sequence[str]) -> list[StoredVectors]:
        """Their words, and their vectors where those say something."""
        places = [int(point) for point in points]
        dense = [() if self.vectors is None else tuple(self.vectors[place].tolist()) for place in places]
        return [StoredVectors(vector, self.words.of(place)) for place, vector in zip(places, dense, strict=True)]

    def _hit(self, place: int, dense: float | None, sparse: float | None) -> IndexHit:
        document = f"{self.name} {self.documents[place]}"
        return IndexHit(f"{place:05d}", document, document, place, 0, 0, "", "", None, None, dense, sparse)


def nearest(rarity: Rarity, embedder: str, least: float) -> Pool | None:
    """The documents that speak most as the workspace does, if any speaks as it does at all; of equals the first."""
    if not rarity.held:
        return None
    near = {pool.nearness(rarity): pool for pool in reversed(shipped(embedder))}
    return near[max(near)] if max(near) >= least else None


@cache
def shipped(embedder: str) -> tuple[Pool, ...]:
    """The packaged documents by kind, for questions embedded by `embedder`."""
    with np.load(str(files("analysis.retrieval") / "reference_data" / "passages.npz"), allow_pickle=False) as data:
        arrays: Mapping[str, NDArray[np.generic]] = {name: data[name] for name in data.files}
    speaks = str(arrays["embedder"]) == embedder
    starts = arrays["pool_starts"].tolist()
    return tuple(
        _pool(str(name), slice(start, stop), arrays, speaks)
        for name, start, stop in zip(arrays["pools"].tolist(), starts, starts[1:], strict=False)
    )


def _pool(name: str, passages: slice, arrays: Mapping[str, NDArray[np.generic]], speaks: bool) -> Pool:
    starts = arrays["starts"][passages.start : passages.stop + 1].astype(np.int64)
    own = slice(int(starts[0]), int(starts[-1]))
    places, held = np.unique(arrays["held"][own].astype(np.int64), return_inverse=True)
    tokens = arrays["tokens"].astype(np.int64)[places]
    words = Words.counted(tokens, starts - starts[0], held, arrays["counts"][own].astype(np.int64))
    vectors = _unit(arrays["vectors"][passages].astype(np.float32)) if speaks else None
    return Pool(name, arrays["documents"][passages].tolist(), words, vectors, words.rarity())


def _unit(vectors: Numbers) -> Numbers:
    unit: Numbers = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit


def _best(scores: Numbers, limit: int) -> Places:
    """Places of the `limit` highest scores."""
    return np.arange(len(scores)) if len(scores) <= limit else np.argpartition(-scores, limit)[:limit]


def _length(rarity: Rarity) -> float:
    return math.sqrt(math.fsum(held**2 for held in rarity.held.values()))
