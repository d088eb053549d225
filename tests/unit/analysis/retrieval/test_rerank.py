"""Candidates in a reranker's order, and in their own when it is not there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from analysis.retrieval.rerank import Reranking, passage, passages, reordered
from proviso.errors import RerankUnavailable
from proviso.types.documents import Parsed
from proviso.types.search import IndexHit
from records.store.folder import FolderStore
from records.texts import Texts


def a_hit(version: str, start: int, end: int, heading: str = "") -> IndexHit:
    return IndexHit(f"{version}.{start}", "doc", version, 0, start, end, "", heading, None, None, 0.5, None)


@dataclass(frozen=True, slots=True)
class Candidate:
    """Its version is its text."""

    hit: IndexHit
    score: float


FOUND = [Candidate(a_hit(text, 0, 1), score) for text, score in zip("abcd", (0.9, 0.8, 0.7, 0.6), strict=True)]


class Longest:
    """Scores a text by a table; fails while `fault` is set."""

    name = "table"

    def __init__(self, **scores: float) -> None:
        self.scores = scores
        self.asked: list[list[str]] = []
        self.fault: RerankUnavailable | None = None

    async def rerank(self, question: str, texts: Sequence[str]) -> list[float]:
        self.asked.append(list(texts))
        if self.fault:
            raise self.fault
        return [self.scores[text] for text in texts]

    async def close(self) -> None: ...


async def words(hits: Sequence[IndexHit]) -> list[str]:
    return [hit.version_id for hit in hits]


def letters(found: Sequence[Candidate]) -> str:
    return "".join(each.hit.version_id for each in found)


async def test_without_a_reranker_nothing_is_read_or_changed() -> None:
    async def never(_: Sequence[IndexHit]) -> list[str]:
        raise AssertionError("read")

    done = await Reranking(None, never).order("q", FOUND)
    assert (done.found, done.reranked, done.reason) == (FOUND, False, None)
    assert Reranking().wanted(10) == 10


async def test_the_first_candidates_come_in_the_order_of_the_reranker_and_the_rest_after_them() -> None:
    model = Longest(a=0.1, b=0.2, c=0.9)
    done = await Reranking(model, words, 3).order("q", FOUND)
    assert (letters(done.found), done.reranked, done.reason) == ("cbad", True, None)
    assert model.asked == [["a", "b", "c"]]


@pytest.mark.parametrize("scores", [{"a": 0.1, "b": 0.1, "c": 1.0}, {"a": -11.0, "b": -11.0, "c": 9.5}])
async def test_scores_follow_the_order_and_stay_between_0_and_1(scores: dict[str, float]) -> None:
    done = await Reranking(Longest(**scores), words, 3).order("q", FOUND)
    new = [each.score for each in done.found]
    assert letters(done.found) == "cabd"
    assert new == sorted(new, reverse=True)
    assert all(0 <= score <= 1 for score in new)


def test_scores_far_out_do_not_overflow() -> None:
    assert [each.score for each in reordered(FOUND[:2], [-5000.0, 5000.0], [])] == [1.0, 0.5]


async def test_search_goes_on_without_a_reranker_that_fails_and_says_why() -> None:
    model = Longest(a=0, b=1, c=2, d=3)
    model.fault = RerankUnavailable("The reranker at x answered 503.")
    done = await Reranking(model, words).order("q", FOUND)
    assert (done.found, done.reranked, done.reason) == (FOUND, False, "The reranker at x answered 503.")


@pytest.mark.parametrize(("asked_for", "rests"), [(None, 10.0), (60.0, 60.0)])
async def test_a_reranker_that_failed_is_left_alone_for_a_while(asked_for: float | None, rests: float) -> None:
    now = 100.0
    model = Longest(a=0, b=1, c=2, d=3)
    model.fault = RerankUnavailable("away", retry_after_s=asked_for)
    reranking = Reranking(model, words, clock=lambda: now)
    await reranking.order("q", FOUND)
    model.fault = None
    now += rests - 0.1
    resting = await reranking.order("q", FOUND)
    assert (letters(resting.found), resting.reason, len(model.asked)) == ("abcd", "away", 1)
    now += 0.2
    assert letters((await reranking.order("q", FOUND)).found) == "dcba"


async def test_nothing_found_is_nothing_asked() -> None:
    model = Longest()
    assert (await Reranking(model, words).order("q", [])).found == []
    assert model.asked == []


def test_a_search_brings_as_many_candidates_as_are_read() -> None:
    assert [Reranking(Longest(), words, 50).wanted(limit) for limit in (8, 200)] == [50, 200]


def test_a_chunk_is_read_under_its_heading_unless_it_begins_with_it() -> None:
    assert passage("Assignment", "Neither party may assign.") == "Assignment: Neither party may assign."
    assert passage("Assignment", "8.2 Assignment. Neither party.") == "8.2 Assignment. Neither party."
    assert passage("", "Words.") == "Words."


async def test_what_is_read_of_a_hit_is_what_stands_at_its_offsets(tmp_path: Path) -> None:
    texts = Texts(FolderStore(tmp_path))
    for version, text in {"v1": "Law. The law of Ohio applies.", "v2": "Assignment\nNobody may assign it."}.items():
        await texts.save(version, Parsed(text, (), "text/plain"), ())
    hits = [a_hit("v2", 11, 32, "Assignment"), a_hit("v1", 5, 29, ""), a_hit("v2", 0, 10, "Assignment")]
    assert await passages(texts, hits) == [
        "Assignment: Nobody may assign it.",
        "The law of Ohio applies.",
        "Assignment",
    ]
