"""Quotes are shown by pertinence, every document's best before any document's second; what has no room stays in groups."""

from __future__ import annotations

from dataclasses import replace

from analysis.answering.mapping.lines import Line, groups, ranked, within
from analysis.answering.mapping.merging import Finding, merge
from tests.unit.analysis.answering.mapping.test_telling import a_finding

ASKED = "Which agreements cap the liability for data breaches?"


def in_part(finding: Finding) -> Finding:
    return replace(finding, evidence=replace(finding.evidence, state="partial"))


def numbers(*found: Finding) -> list[int]:
    return ranked(ASKED, merge(found, ["doc_a", "doc_b"]).verified)


def quotes(*lengths: tuple[str, int]) -> dict[int, Line]:
    return {n: Line(document, "", tokens) for n, (document, tokens) in enumerate(lengths, 1)}


def test_the_best_of_every_document_comes_first_and_the_rarest_words_of_the_question_make_it_the_best() -> None:
    found = numbers(
        a_finding("a", 0, "Liability is capped at the fees"),
        a_finding("a", 100, "Liability is capped at the fees"),
        a_finding("a", 200, "Liability for data breaches is capped at ten million"),
        a_finding("b", 0, "Liability is not limited"),
    )
    assert found == [3, 4, 1, 2]


def test_the_most_pertinent_document_comes_first() -> None:
    found = numbers(a_finding("a", 0, "Notices are sent by mail"), a_finding("b", 0, "Data breaches are capped"))
    assert found == [2, 1]


def test_words_found_in_part_come_after_words_found_whole() -> None:
    pertinent = in_part(a_finding("a", 0, "Liability for data breaches is capped"))
    assert numbers(pertinent, a_finding("a", 100, "Notices are sent by mail")) == [2, 1]


def test_what_is_too_long_for_the_room_left_is_passed_over() -> None:
    assert within([3, 1, 2], quotes(("a", 40), ("a", 20), ("b", 70)), 100) == {3, 2}
    assert within([1], quotes(("a", 40)), 0) == set()


def test_every_quote_is_in_one_group_and_documents_stay_together_where_they_fit() -> None:
    found = quotes(("a", 40), ("a", 40), ("b", 30), ("b", 30), ("c", 60), ("c", 60), ("c", 60))
    assert groups(found, 100, {}) == [(1, 2), (3, 4), (5,), (6,), (7,)]
    assert groups(found, 150, {}) == [(1, 2, 3, 4), (5, 6), (7,)]
    assert groups({}, 100, {}) == []


def test_what_stands_around_the_quotes_of_a_document_takes_room_too() -> None:
    found = quotes(("a", 40), ("b", 40), ("c", 40), ("c", 70))
    assert groups(found, 120, {"a": 10, "b": 10, "c": 10}) == [(1, 2), (3, 4)]
    assert groups(found, 119, {"a": 10, "b": 10, "c": 10}) == [(1, 2), (3,), (4,)]
    assert groups(found, 100, {"a": 10, "b": 20, "c": 10}) == [(1,), (2,), (3,), (4,)]
