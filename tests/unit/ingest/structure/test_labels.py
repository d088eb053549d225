"""Clause numbers at the start of a line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.structure.labels import label_of, roman


@pytest.mark.parametrize(
    ("line", "printed", "style", "numbers"),
    [
        ("ARTICLE IV", "ARTICLE IV", "article", (4,)),
        ("Article 12 Fees", "Article 12", "article", (12,)),
        ("Section 12.3 Assignment", "12.3", "decimal", (12, 3)),
        ("§ 4.1 Term", "4.1", "decimal", (4, 1)),
        ("1. Term", "1", "decimal", (1,)),
        ("1.1.2 Memory", "1.1.2", "decimal", (1, 1, 2)),
        ("1.1The scope", "1.1", "decimal", (1, 1)),
        ("3.Personnel", "3", "decimal", (3,)),
        ("A.2. Change log", "A.2", "decimal", (1000, 2)),
        ("EXHIBIT B", "EXHIBIT B", "exhibit", ()),
        ("Schedule 3 Prices", "Schedule 3", "exhibit", ()),
        ("(a) the fee", "a", "letter", (1,)),
        ("(iv) the term", "iv", "roman", (4,)),
        ("b. the fee", "b", "letter", (2,)),
        ("(A) first", "A", "LETTER", (1,)),
        ("(2) second", "2", "digit", (2,)),
        ("(bb) more", "bb", "letter", (28,)),
    ],
)
def test_labels_are_read_as_printed_and_as_numbers(
    line: str, printed: str, style: str, numbers: tuple[int, ...]
) -> None:
    label = label_of(line)
    assert label is not None
    assert (label.printed, label.style, label.numbers) == (printed, style, numbers)


@pytest.mark.parametrize(
    "line", ["Term", "1A", "10th day", "1,000 dollars", "$5.00", "(see above)", "ARTICLE of faith", "Exhibits", ""]
)
def test_words_are_no_labels(line: str) -> None:
    assert label_of(line) is None


def test_a_letter_that_may_be_roman_has_both_readings() -> None:
    label = label_of("(i) first")
    assert label is not None
    assert label.readings == (("letter", (9,)), ("roman", (1,)))


@given(st.text(alphabet="ivxlcab.()1 AIVX", max_size=12))
def test_any_text_is_either_a_label_or_none(line: str) -> None:
    label = label_of(line)
    assert label is None or (0 < label.length <= len(line) and label.readings)


def test_roman_numbers_are_read_and_others_refused() -> None:
    assert [roman(each) for each in ("i", "IV", "xiv", "xc", "iiii", "vx", "")] == [1, 4, 14, 90, 0, 0, 0]
