"""Counting word by word gives what the tokenizer gives for the whole text."""

from __future__ import annotations

import random

import pytest

from ingest.embedding.wordpiece import KEPT_CHARS, KEPT_WORDS, WordPiece

PIECES = (
    *"ab1 .,-(\n\t\x0b\x0c\x1c\x85\xa0\u2028\u200b\u0301\u0130한ガ中\ud800\U0001f600",
    "[SEP]",
    " [MASK] ",
    "\r\n",
    "  ",
)


@pytest.fixture(scope="module")
def wordpiece() -> WordPiece:
    return WordPiece()


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\n",
        "The Term (as defined below) shall be 12.5% per annum.",
        "a\u00a0b\u2003c\x0cd",
        "x" * (3 * KEPT_CHARS),
        "Müller-Straße",
    ],
)
def test_a_count_is_the_number_of_ids(wordpiece: WordPiece, text: str) -> None:
    assert wordpiece.count(text) == wordpiece.count(text) == len(wordpiece.ids(text))


def test_counts_of_random_texts_are_exact_the_first_time_and_again(wordpiece: WordPiece) -> None:
    choose = random.Random(7)
    for _ in range(5000):
        text = "".join(choose.choice(PIECES) for _ in range(choose.randint(0, 14)))
        assert wordpiece.count(text) == wordpiece.count(text) == len(wordpiece.ids(text)), repr(text)


def test_counts_stay_exact_when_more_words_were_seen_than_are_kept(wordpiece: WordPiece) -> None:
    many = " ".join(f"w{number}" for number in range(KEPT_WORDS + 10))
    assert wordpiece.count(many) == len(wordpiece.ids(many))
    assert wordpiece.count("w1 w2 new") == len(wordpiece.ids("w1 w2 new"))
