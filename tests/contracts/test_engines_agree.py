"""Five hundred questions to real documents have the same ten best answers in either engine."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from ingest.chunking.chunk import chunk, indexed_text
from ingest.parsing.registry import parse
from proviso.types.search import IndexPoint, IndexQuery, Within
from records.index.bm25 import query_vector, words
from tests.contracts.indexes import KINDS, a_point, opened, require_same_best

DIMENSIONS = 64
QUESTIONS = 500
TOP = 10
SAMPLES = ("nyliac-service.pdf", "centrack-web-site-hosting.pdf", "xacct-support-and-maintenance.pdf")
VERSIONS = tuple(f"ver_{number}" for number in range(len(SAMPLES)))


def vector_of(text: str) -> list[float]:
    """A direction that texts with the same words share: the sum of one random direction for each word."""
    found = words(text)
    directions = [np.random.default_rng(sum(word.encode()) * len(word)).normal(size=DIMENSIONS) for word in found]
    summed = np.sum(directions, axis=0) if found else np.ones(DIMENSIONS)
    return [float(value) for value in summed / np.linalg.norm(summed)]


def points_from(path: Path, version: str) -> list[IndexPoint]:
    parsed = parse(path, "application/pdf", path.name, None)
    pieces = chunk(parsed.text, parsed.blocks, parsed.pages, parsed.sections, lambda text: len(text) // 4, 256)
    texts = [indexed_text(parsed.text, piece) for piece in pieces]
    return [a_point(number, text, version=version, dense=vector_of(text)) for number, text in enumerate(texts)]


def questions_about(points: list[IndexPoint]) -> list[IndexQuery]:
    """Words of a chunk in another order, some left out; of all versions, of some, of all but one."""
    source = random.Random(7)
    scopes = (Within(None), Within(VERSIONS[:2]), Within(None, VERSIONS[1:2]), Within(VERSIONS[2:]))
    asked = []
    for number in range(QUESTIONS):
        said = words(source.choice(points).text) or ["agreement"]
        text = " ".join(source.sample(said, min(len(said), source.randint(2, 12))))
        asked.append(IndexQuery("acme", scopes[number % len(scopes)], vector_of(text), query_vector(text), TOP))
    return asked


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Payload indexes have no effect in the local Qdrant")
@pytest.mark.parametrize("other", [kind for kind in KINDS if kind != "edge"])
async def test_five_hundred_questions_have_the_same_ten_best(other: str, samples: Path, tmp_path: Path) -> None:
    points = [
        point for name, version in zip(SAMPLES, VERSIONS, strict=True) for point in points_from(samples / name, version)
    ]
    async with opened("edge", tmp_path, DIMENSIONS) as edge, opened(other, tmp_path, DIMENSIONS) as server:
        await edge.upsert(points)
        await server.upsert(points)
        for query in questions_about(points):
            require_same_best(await edge.search(query), await server.search(query), TOP)
