"""Which words bind, and by which convention."""

from __future__ import annotations

import pytest

from analysis.requirements.keywords import keywords_in
from analysis.requirements.requirement import Strength
from proviso.text import Span
from tests.unit.analysis.requirements.builders import a_spec

BOILERPLATE = (
    'The key words "MUST", "MUST NOT", "SHOULD", and "MAY" in this document are to be interpreted as described in BCP 14 '
    "when, and only when, they appear in all capitals."
)


@pytest.mark.parametrize(
    ("words", "keyword", "strength"),
    [
        ("The pump MUST stop.", "MUST", "must"),
        ("The pump must\nnot stop.", "must\nnot", "must_not"),
        ("It SHALL NOT leak.", "SHALL NOT", "must_not"),
        ("It should be green.", "should", "should"),
        ("It is NOT RECOMMENDED to do so.", "NOT RECOMMENDED", "should_not"),
        ("Support is OPTIONAL here.", "OPTIONAL", "may"),
        ("The supplier is required to report.", "is required", "must"),
        ("The supplier may not subcontract.", "may not", "must_not"),
        ("Smoking is prohibited there.", "is prohibited", "must_not"),
        ("It is not allowed to open the case.", "is not allowed to", "must_not"),
        ("Supplier will deliver in May.", "will", "will"),
        ("A client NEED NOT reply.", "NEED NOT", "may"),
        ("Support is NOT REQUIRED here.", "NOT REQUIRED", "may"),
        ("Support is not optional here.", "is not optional", "must"),
        ("It **MUST** hold.", "MUST", "must"),
    ],
)
def test_a_key_word_is_found_with_its_strength(words: str, keyword: str, strength: Strength) -> None:
    found = keywords_in(words, Span(0, len(words)))
    assert [(each.span.of(words), each.strength) for each in found] == [(keyword, strength)]


@pytest.mark.parametrize(
    "words",
    [
        'The word "MUST" is loud.',
        "A SHOULD requirement is weaker than a MUST.",
        "Set MAY_FRAGMENT to one.",
        "It was sent in May of that year.",
        "He is not required to answer.",
        "The mustard is hot.",
    ],
)
def test_a_word_that_is_spoken_of_or_another_word_is_none(words: str) -> None:
    assert keywords_in(words, Span(0, len(words))) == []


def test_may_or_may_not_forbids_nothing() -> None:
    words = "It may or may not rain."
    assert [each.strength for each in keywords_in(words, Span(0, len(words)))] == ["may"]


def test_the_sentence_that_defines_the_key_words_is_no_requirement_but_the_convention() -> None:
    spec = a_spec(BOILERPLATE, "The client MUST reply.", "The server must reply too.")
    found = spec.found()
    assert found.convention.custom == "stated_capitals"
    assert [spec.of(span) for span in found.convention.spans] == [BOILERPLATE]
    assert [(spec.of(row.span), row.possible) for row in found.found] == [
        ("The client MUST reply.", False),
        ("The server must reply too.", True),
    ]


def test_key_words_without_quotation_marks_are_defined_too() -> None:
    spec = a_spec("The key words MUST, SHOULD and MAY are to be interpreted as described in RFC 2119.", "It MUST hold.")
    assert spec.words() == ["It MUST hold."]


def test_a_document_that_keeps_to_capitals_is_read_so_without_saying_it() -> None:
    spec = a_spec("It MUST hold. B SHALL hold. C SHOULD hold, as one should expect. D must be seen.")
    assert spec.found().convention.custom == "used_capitals"
    assert [row.possible for row in spec.rows()] == [False, False, False, True]


def test_without_a_convention_small_letters_bind_and_will_is_possible() -> None:
    spec = a_spec("The pump shall stop. The buyer will pay for it.")
    assert spec.found().convention.custom == "any_case"
    assert [row.possible for row in spec.rows()] == [False, True]


def test_a_sentence_may_hold_several_key_words_and_its_first_in_capitals_leads() -> None:
    spec = a_spec("As it may fail, the client MUST retry and SHOULD log it.")
    row = spec.rows()[0]
    assert [spec.of(each.span) for each in row.keywords] == ["may", "MUST", "SHOULD"]
    assert spec.of(row.keyword.span) == "MUST"
