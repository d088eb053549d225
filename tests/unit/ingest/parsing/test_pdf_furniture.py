"""What a PDF prints beside its body is told apart: heads, feet, line numbers, footnotes; and words broken at line ends are whole."""

from __future__ import annotations

from pathlib import Path

from proviso.boxes import boxes_of
from proviso.types.documents import Parsed
from tests.instruments.builders import a_pdf
from tests.instruments.print_writer import Piece, column, printed
from tests.unit.ingest.parsing.files import blocks, read

PROSE = [
    "The supplier keeps the records of each delivery for six years and",
    "shows them to the customer within ten days of being asked to, save",
    "where the law of the place of delivery says that they be destroyed.",
]


def of_kind(parsed: Parsed, kind: str) -> list[str]:
    return [words for each, words in blocks(parsed) if each == kind]


def test_heads_that_differ_on_odd_and_even_pages_and_count_are_heads(tmp_path: Path) -> None:
    pages = []
    for number in range(1, 9):
        head = f"{number} Supply of goods" if number % 2 else f"Annual report, {10 + number} May {number}"
        body = [f"{line[: 20 + number]} and so forth." for line in PROSE[number % 3 :] + PROSE[: number % 3]]
        pages.append([Piece(60, 40, head), *column(60, 80 + 3 * number, body)])
    parsed = read(tmp_path, "a.pdf", printed(pages))
    assert len(of_kind(parsed, "header")) == 8
    assert not any("Supply" in words or "May" in words for words in of_kind(parsed, "paragraph"))


def test_a_page_number_of_an_earlier_print_stays_where_it_stands(tmp_path: Path) -> None:
    page = [*column(60, 600, PROSE), Piece(300, 660, "14"), Piece(60, 690, "The rest of the clause goes on here.")]
    parsed = read(tmp_path, "a.pdf", printed([page]))
    assert blocks(parsed)[1:] == [("footer", "14"), ("paragraph", "The rest of the clause goes on here.")]


def test_numbers_down_the_margin_do_not_stand_in_the_sentences(tmp_path: Path) -> None:
    lines = [
        f"and so the witness said for the {word} time"
        for word in "1st 2nd 3rd 4th 5th 6th 7th 8th 9th 10th 11th".split()
    ]
    numbers = [Piece(66 if at < 10 else 60, 100 + 14 * (at - 1), str(at)) for at in range(1, 12)]
    text = [Piece(100, 100 + 14 * at, line) for at, line in enumerate(lines)]
    parsed = read(tmp_path, "a.pdf", printed([[*text, *numbers]]))
    assert blocks(parsed) == [("header", "\n".join(str(at) for at in range(1, 12))), ("paragraph", "\n".join(lines))]


def test_footnotes_are_their_own_blocks_after_the_body_of_their_page(tmp_path: Path) -> None:
    note = ["1 See the guide of 2019, which the parties know and take to be", "right as far as it goes."]
    page = [*column(60, 100, PROSE), *column(60, 700, note, 7), Piece(300, 750, "3")]
    parsed = read(tmp_path, "a.pdf", printed([page]))
    assert [kind for kind, _ in blocks(parsed)] == ["paragraph", "footnote", "footer"]
    assert of_kind(parsed, "footnote") == ["\n".join(note)]


def test_a_word_broken_at_a_line_end_is_whole_where_the_document_knows_it(tmp_path: Path) -> None:
    lines = [
        "This agreement is made by the parties, and no other agree-",
        "ment stands beside it; a non-disclosure duty, and only such a non-",
        "disclosure duty, lives on, and a word seen once may be hyphen-",
        "ated as it is printed.",
    ]
    parsed = read(tmp_path, "a.pdf", a_pdf([lines]))
    assert parsed.text == (
        "This agreement is made by the parties, and no other agreement\n"
        "stands beside it; a non-disclosure duty, and only such a non-\n"
        "disclosure duty, lives on, and a word seen once may be hyphen-\n"
        "ated as it is printed."
    )
    at = parsed.text.index("agreement\n")
    found = boxes_of(parsed.words[0], at, at + len("agreement"))
    assert found is not None
    upper, lower = found.boxes
    assert upper[0] > lower[0]
    assert upper[3] <= lower[1] + 4
    halves = [
        parsed.text[a:b] for a, b in zip(parsed.words[0].starts, parsed.words[0].ends, strict=True) if at <= a < at + 9
    ]
    assert halves == ["agree", "ment"]
