"""Plain words in the words of contracts."""

from __future__ import annotations

from importlib.resources import files

import pytest

from analysis.retrieval.plainly import TERMS_IN_TEXT, translated
from records.index.bm25 import token_id, words


def terms(question: str) -> list[tuple[int, str]]:
    """Length in words and first term of every phrase that is translated."""
    return [(length, names[0]) for length, names in translated(question).phrases]


def alike(token: int) -> float:
    return 1.0


def test_the_longest_phrase_is_translated_and_its_words_not_again() -> None:
    assert terms("What about the buyer?") == [(1, "purchaser")]
    longest = terms("Is there a job description?")
    assert longest[0][0] == 2
    assert translated("Is there a job description?").phrases[0][1][0] == "statement of work"


def test_phrases_are_known_in_every_form_of_their_words_and_over_little_ones() -> None:
    assert terms("clients") == terms("client") == terms("CLIENT")
    assert terms("How should we read this?") == terms("read")


def test_a_question_without_a_plain_phrase_is_not_translated() -> None:
    assert translated("zebra quagga").phrases == ()
    assert translated("").phrases == ()


def test_each_translated_word_brings_its_share_whatever_the_number_of_terms() -> None:
    for question, length in (("the buyer", 1), ("a job description", 2)):
        assert sum(translated(question).words(0.5, alike).values()) == pytest.approx(0.5 * length)


def test_rare_terms_bring_more_of_it() -> None:
    rare = token_id("purchaser")
    added = translated("the buyer").words(0.5, lambda token: 9.0 if token == rare else 1.0)
    assert added[rare] == max(added.values()) > 0.25
    assert set(added) == {token_id(word) for word in words("purchaser customer")}


def test_the_embedder_reads_the_first_terms_behind_the_question_each_once() -> None:
    assert translated("the buyer and the buyer").text("the buyer?") == "the buyer? purchaser, customer"
    for _, names in translated("job description").phrases:
        assert translated("job description").text("").count(",") == min(TERMS_IN_TEXT, len(names)) - 1


def test_every_line_of_the_list_has_plain_phrases_and_terms() -> None:
    text = (files("analysis.retrieval") / "plain_words.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        if line and not line.startswith("#"):
            plain, mark, formal = line.partition("=>")
            assert mark, line
            assert all(phrase.strip() for phrase in plain.split("|")), line
            assert any(words(term) for term in formal.split(";")), line
