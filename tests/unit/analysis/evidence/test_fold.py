"""Folded texts remember where every letter stands."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.evidence.fold import FoldedText, plain_gap


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=200))
def test_every_letter_points_at_the_character_it_comes_from(text: str) -> None:
    folded = FoldedText(text)
    assert len(folded.places) == len(folded.letters)
    assert list(folded.places) == sorted(folded.places)
    for letter, place in zip(folded.letters, folded.places, strict=True):
        if letter.isascii() and text[place].isascii():
            assert letter == text[place].lower()


@given(st.text(max_size=200))
def test_folding_is_the_same_whatever_stands_around(text: str) -> None:
    assert FoldedText(f" {text}\n").letters == FoldedText(text).letters


@pytest.mark.parametrize(
    ("text", "letters"),
    [
        ("The ofﬁce", "theoffice"),
        ("ＡＢＣ １２", "abc12"),
        ("Cafe\u0301", "café"),
        ("10² ½", "10²½"),
        ("$5 – 10 % ≤ 7 °C", "$510%≤7°c"),
        ("a\u00adb\u200bc", "abc"),
        ("“Quoted” (text), it's", "quotedtextits"),
    ],
)
def test_letters_digits_and_signs_are_kept(text: str, letters: str) -> None:
    assert FoldedText(text).letters == letters


@pytest.mark.parametrize(
    ("raw", "plain"),
    [
        (" \n\t ", " "),
        ("-\n", "- "),
        ("\u00ad\n", "- "),
        ("\u00ad", ""),
        (" — ", " - "),
        (" -- ", " - "),
        ("’s", "'s"),
        ("” ", '" '),
        ("''", '"'),
        ("…", "..."),
        (" ........ ", " ... "),
        ("\u200b", ""),
    ],
)
def test_gaps_are_folded_to_plain_punctuation(raw: str, plain: str) -> None:
    assert plain_gap(raw) == plain


def test_a_span_holds_the_marks_of_its_last_letter() -> None:
    folded = FoldedText("Cafe\u0301 Mu\u0308ller")
    assert folded.span(0, 3).of(folded.text) == "Cafe\u0301"
