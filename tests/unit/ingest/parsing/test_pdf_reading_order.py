"""PDF text in the order in which a person reads it: columns, blocks drawn out of turn, words and lines drawn in pieces."""

from __future__ import annotations

from pathlib import Path

from proviso.boxes import boxes_of
from tests.instruments.print_writer import Piece, column, printed
from tests.unit.ingest.parsing.files import blocks, read

LEFT = [
    "The supplier shall deliver the goods to the",
    "place that the customer has named in the",
    "order, and bears the risk of loss until the",
    "goods have been taken over there by a",
    "person whom the customer has told to take",
    "them over and who has signed the note of",
    "delivery in the form that is attached here.",
]
RIGHT = [
    "The customer shall look at the goods when",
    "they come, and shall tell the supplier of any",
    "fault that can be seen within ten days of the",
    "day on which they came; faults that cannot",
    "be seen then are to be told within ten days",
    "of the day on which the customer found or",
    "should with ordinary care have found them.",
]
BOTH = "\n".join(LEFT) + "\n\n" + "\n".join(RIGHT)


def across(left: list[Piece], right: list[Piece]) -> list[Piece]:
    return [piece for pair in zip(left, right, strict=True) for piece in pair]


def test_columns_are_read_one_after_the_other_though_the_file_draws_them_line_by_line(tmp_path: Path) -> None:
    page = across(column(60, 100, LEFT), column(320, 100, RIGHT))
    assert read(tmp_path, "a.pdf", printed([page])).text == BOTH


def test_a_full_width_title_stands_before_the_columns_though_it_is_drawn_last(tmp_path: Path) -> None:
    title = Piece(60, 70, "General terms of delivery of the supplier, in force from the first of May", 14)
    page = [*column(60, 100, LEFT), *column(320, 100, RIGHT), title]
    assert read(tmp_path, "a.pdf", printed([page])).text == f"{title.text}\n\n{BOTH}"


def test_cells_of_a_table_without_rules_are_not_taken_for_columns(tmp_path: Path) -> None:
    terms = ["Fee", "Term", "Notice", "Law", "Venue", "Cap", "Tax"]
    values = ["1,000 EUR", "one year", "30 days", "England", "London", "100 %", "none"]
    parsed = read(tmp_path, "a.pdf", printed([across(column(60, 100, terms), column(320, 100, values))]))
    assert parsed.text.split() == " ".join(f"{a} {b}" for a, b in zip(terms, values, strict=True)).split()


def test_a_foot_that_is_drawn_first_stands_last(tmp_path: Path) -> None:
    parsed = read(tmp_path, "a.pdf", printed([[Piece(290, 740, "7"), *column(60, 100, LEFT)]]))
    assert parsed.text == "\n".join(LEFT) + "\n\n7"


def test_raised_letters_drawn_at_the_end_stand_in_their_line(tmp_path: Path) -> None:
    first, second = "It was signed on July 15", ", 2010, in London."
    edge = read(tmp_path, "a.pdf", printed([[Piece(60, 100, first)]])).words[0].boxes[-2]
    page = [
        Piece(60, 100, first),
        Piece(edge + 5.4, 100, second),
        *column(60, 124, LEFT),
        Piece(edge + 0.2, 96, "th", 6),
    ]
    parsed = read(tmp_path, "b.pdf", printed([page]))
    assert parsed.text.startswith("It was signed on July 15th, 2010, in London.\n")
    at = parsed.text.index("th")
    assert boxes_of(parsed.words[0], at, at + 2) is not None


def test_a_clause_number_and_its_word_are_two_words_though_no_space_is_drawn(tmp_path: Path) -> None:
    number, gap = "8.1", 13.9 + 0.9
    page = [Piece(60, 100, number), Piece(60 + gap, 100, "The term of this agreement is one year.")]
    parsed = read(tmp_path, "a.pdf", printed([page]))
    assert parsed.text == "8.1 The term of this agreement is one year."
    words = parsed.words[0]
    assert parsed.text[words.starts[1] : words.ends[1]] == "The"


def test_letters_that_touch_stay_one_word(tmp_path: Path) -> None:
    parsed = read(tmp_path, "a.pdf", printed([[Piece(60, 100, "Form 10-K of 3M for FY2022 and eBay’s")]]))
    assert parsed.text == "Form 10-K of 3M for FY2022 and eBay’s"


def test_text_printed_sideways_is_read_from_line_to_line_with_boxes_where_it_stands(tmp_path: Path) -> None:
    page = [Piece(100 + 12 * at, 700, line, turn=90) for at, line in enumerate(LEFT)]
    parsed = read(tmp_path, "a.pdf", printed([page]))
    assert parsed.text == "\n".join(LEFT)
    found = boxes_of(parsed.words[0], 0, len(LEFT[0]))
    assert found is not None
    ((x0, y0, x1, y1),) = found.boxes
    assert 88 < x0 < x1 < 106
    assert y1 - y0 > 150


def test_a_stamp_across_the_page_does_not_stand_in_the_sentence(tmp_path: Path) -> None:
    page = [*column(60, 100, LEFT[:3]), Piece(100, 300, "DRAFT", 60, 45), *column(60, 136, LEFT[3:])]
    parsed = read(tmp_path, "a.pdf", printed([page]))
    assert blocks(parsed) == [("paragraph", "\n".join(LEFT)), ("footer", "DRAFT")]
