"""The same words are one piece of evidence, numbered in the order of documents and text."""

from __future__ import annotations

from analysis.answering.mapping.merging import Finding, merge
from proviso.types.answers import Evidence


def a_finding(document: str, start: int | None, end: int | None = None, note: str = "", quote: str = "q") -> Finding:
    state = "unverified" if start is None else "exact"
    text = None if start is None else "x" * ((end or 0) - start)
    item = Evidence(0, document, 1, "T", quote, text, start, end, None, None, (), "", state)  # type: ignore[arg-type]
    return Finding(item, note)


def places(found: tuple[Finding, ...]) -> list[tuple[int, str, int | None, int | None]]:
    return [(e.evidence.n, e.evidence.document_id, e.evidence.start, e.evidence.end) for e in found]


def test_evidence_is_numbered_by_document_then_by_place() -> None:
    found = merge([a_finding("b", 5, 9), a_finding("a", 50, 60), a_finding("a", 1, 4)], ["b", "a"])
    assert places(found.verified) == [(1, "b", 5, 9), (2, "a", 1, 4), (3, "a", 50, 60)]
    assert found.of("a") == (2, 3)


def test_overlapping_quotes_of_a_document_are_one_with_both_notes_and_the_longer_words() -> None:
    found = merge([a_finding("a", 10, 20, "cap"), a_finding("a", 5, 30, "limit"), a_finding("a", 30, 40)], ["a"])
    assert places(found.verified) == [(1, "a", 5, 30), (2, "a", 30, 40)]
    assert found.verified[0].note == "limit; cap"
    assert found.merged == 1


def test_the_same_words_in_two_documents_are_two() -> None:
    assert len(merge([a_finding("a", 1, 9), a_finding("b", 1, 9)], ["a", "b"]).verified) == 2


def test_unverified_quotes_stand_apart_with_the_last_numbers_and_once() -> None:
    doubtful = a_finding("a", None, quote="invented")
    found = merge([doubtful, a_finding("a", 1, 9), doubtful], ["a"])
    assert [each.evidence.n for each in found.verified] == [1]
    assert [(each.evidence.n, each.evidence.quote) for each in found.unverified] == [(2, "invented")]
    assert found.of("a") == (1,)
    assert found.merged == 0


def test_nothing_merges_to_nothing() -> None:
    found = merge([], [])
    assert (found.verified, found.unverified, found.merged) == ((), (), 0)
