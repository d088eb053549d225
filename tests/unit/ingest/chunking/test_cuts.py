"""Where a text is cut into units, and what each unit begins."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.chunking.cuts import sentences, units
from ingest.chunking.shape import BODY, ITEM, NUMBERED, TOP
from proviso.types.documents import Block, Section


def cut(text: str, blocks: tuple[Block, ...] = (), sections: tuple[Section, ...] = ()) -> list[tuple[str, int]]:
    return [(text[unit.start : unit.end], unit.level) for unit in units(text, blocks, sections)]


@pytest.mark.parametrize(
    ("line", "level"),
    [
        ("ARTICLE IV", TOP),
        ("Section 12. Term.", TOP),
        ("7. Governing Law.", TOP),
        ("LIMITATION OF LIABILITY", TOP),
        ("8.2 Assignment.", NUMBERED),
        ("12.3.1 Carve-outs.", NUMBERED),
        ("B. Fees.", NUMBERED),
        ("(a) any affiliate", ITEM),
        ("(iv) any successor", ITEM),
        ("a. The Supplier", ITEM),
        ("30 days after notice", BODY),
        ("The Supplier", BODY),
        ("Section heads are for reference", BODY),
    ],
)
def test_the_mark_of_a_line_says_what_it_begins(line: str, level: int) -> None:
    assert cut(f"Some words before it.\n{line}")[-1] == (line, level)


@pytest.mark.parametrize(
    "sentence",
    [
        "Acme Inc. And its affiliates shall pay.",
        "Under Sec. Four of the plan nothing is due.",
        "The U.S. Government may terminate.",
        "As agreed by Mr. Smith and Dr. Jones.",
    ],
)
def test_an_abbreviation_ends_no_sentence(sentence: str) -> None:
    assert sentences(sentence) == [sentence]


def test_clauses_that_run_on_in_one_line_are_cut_at_their_numbers() -> None:
    text = "1.1 Term. Two years. 1.2 Renewal. One year; (a) by notice; or (b) by conduct."
    expected = ["1.1 Term.", "Two years.", "1.2 Renewal.", "One year;", "(a) by notice;", "or (b) by conduct."]
    assert [words for words, _ in cut(text)] == expected


def test_sections_of_the_parser_outrank_marks() -> None:
    text = "Preamble words.\n5. Not a section here.\nDefinitions of terms"
    at = text.index("Definitions")
    found = cut(text, sections=(Section("", "", "Definitions of terms", 1, at, len(text)),))
    assert found[1] == ("5. Not a section here.", NUMBERED)
    assert found[2] == ("Definitions of terms", TOP)


@pytest.mark.parametrize(
    ("number", "level", "expected"),
    [
        ("7", 2, TOP), ("ARTICLE IV", 2, TOP), ("IV", 3, TOP), ("7.2", 4, NUMBERED), ("B", 3, NUMBERED), ("(a)", 2, ITEM),
        ("iv", 2, ITEM), ("", 1, TOP), ("", 2, NUMBERED), ("", 5, ITEM),
    ],
)  # fmt: skip
def test_a_number_counts_more_than_how_deep_a_section_lies(number: str, level: int, expected: int) -> None:
    text = "Some words before it.\nHere it begins."
    assert cut(text, sections=(Section(number, number, "", level, 22, len(text)),))[-1] == ("Here it begins.", expected)


def test_rows_of_a_table_are_units_and_its_cells_are_not() -> None:
    text = "Part\tPrice\nBolt\t1 EUR\n"
    blocks = (
        Block("table_row", 0, 10),
        Block("table_cell", 0, 4),
        Block("table_cell", 5, 10),
        Block("table_row", 11, 21),
        Block("table_cell", 11, 15),
        Block("table_cell", 16, 21),
    )
    assert [words for words, _ in cut(text, blocks)] == ["Part\tPrice", "Bolt\t1 EUR"]


def test_a_paragraph_that_goes_on_over_a_page_break_does_not_open_a_new_one() -> None:
    text = "The notice may\n\nbe given by mail.\n\nFees are due."
    blocks = (Block("paragraph", 0, 14), Block("paragraph", 16, 33), Block("paragraph", 35, 48))
    assert [unit.opens_paragraph for unit in units(text, blocks, ())] == [True, False, True]


@given(st.text(st.sampled_from("aZ.;:( )1\n“”IvX"), max_size=200))
def test_sentences_joined_are_the_text(text: str) -> None:
    assert "".join(sentences(text)) == text
