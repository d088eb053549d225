"""Scanned pages read by Tesseract: leaning, turned, speckled, in columns; boxes on the words as displayed; what stays unread."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.parsing import ocr, registry
from ingest.parsing.kinds import PDF
from ingest.parsing.ocr_page import Recognised, encode
from ingest.parsing.pdf_tilt import Tilt
from proviso.boxes import boxes_of
from proviso.errors import NoPageImage, NotFound
from proviso.types.documents import Parsed
from tests.instruments import pdf_writer, scan_writer

pytestmark = [
    pytest.mark.ocr,
    pytest.mark.skipif(ocr.tesseract() is None, reason="Tesseract is not installed (apt install tesseract-ocr)"),
]
LINES = [
    "This Agreement is made as of March 1, 2026 between Corvus",
    "Software Inc. and Halden Freight LLC. Fees of $12,500 are due",
    "within thirty (30) days after receipt of each invoice.",
]
LEFT = [
    "The Supplier shall deliver the",
    "goods to the warehouse in good",
    "order, and shall bear the risk",
    "until they have been received",
    "there by the Customer in full",
    "and free of any defect at all.",
] * 3
RIGHT = [
    "Payment falls due on the first",
    "day of each month. Interest on",
    "late payment runs from the day",
    "after, at five per cent a year",
    "and without any further notice",
    "being given by the other party.",
] * 3


def read(folder: Path, pdf: bytes, languages: str = "eng") -> Parsed:
    """A PDF read as the pipeline does it: once, and again with its unread pages recognised."""
    path = folder / "scan.pdf"
    path.write_bytes(pdf)
    first = registry.parse(path, PDF, path.name, None)
    pages = folder / "pages"
    pages.mkdir()
    for number in unread(first):
        (pages / str(number)).write_bytes(registry.recognise(path, PDF, number, None, languages))
    return registry.parse(path, PDF, path.name, None, pages)


def unread(parsed: Parsed) -> list[int]:
    return [page for warning in parsed.warnings if warning.code == "needs_ocr" for page in warning.pages]


def joined(parsed: Parsed) -> str:
    return " ".join(parsed.text.split())


def middle_of(parsed: Parsed, words: str) -> tuple[float, float]:
    start = parsed.text.index(words)
    found = boxes_of(parsed.words[0], start, start + len(words))
    assert found is not None
    (x0, y0, x1, y1), *more = found.boxes
    assert not more
    assert y1 - y0 < 40 or x1 - x0 < 40
    return (x0 + x1) / 2, (y0 + y1) / 2


@pytest.mark.parametrize("lean", [0.0, 2.5, -1.2])
def test_a_leaning_page_is_read_and_its_boxes_lie_where_the_words_are_displayed(tmp_path: Path, lean: float) -> None:
    parsed = read(tmp_path, scan_writer.a_scan([LINES], lean=lean, specks=40))
    assert joined(parsed) == " ".join(LINES)
    assert [(page.source, page.chars > 100) for page in parsed.pages] == [("ocr", True)]
    assert not unread(parsed)
    (warning,) = [each for each in parsed.warnings if each.code == "ocr"]
    assert warning.pages == (1,)
    # Where the page's own arithmetic puts the word: written flat at (72, 80), then the sheet is turned about its middle.
    flat = Tilt(lean, 0, pdf_writer.PAGE_WIDTH, pdf_writer.PAGE_HEIGHT)
    x0, y0, x1, y1 = flat.shown((72, 68, 93, 83))
    assert middle_of(parsed, "This") == pytest.approx(((x0 + x1) / 2, (y0 + y1) / 2), abs=4)


@pytest.mark.parametrize("turn", [1, 2])
def test_a_page_scanned_sideways_or_upside_down_is_read(tmp_path: Path, turn: int) -> None:
    parsed = read(tmp_path, scan_writer.a_scan([[*LINES, *LINES]], turn=turn))
    assert joined(parsed) == " ".join([*LINES, *LINES])
    x, y = middle_of(parsed, "This Agreement")
    from_head, from_left = (
        (parsed.pages[0].width - x, y) if turn == 1 else (parsed.pages[0].height - y, parsed.pages[0].width - x)
    )
    assert from_head == pytest.approx(76, abs=5)
    assert 72 < from_left < 180


def test_columns_are_read_one_after_the_other(tmp_path: Path) -> None:
    parsed = read(tmp_path, scan_writer.in_columns(LEFT, RIGHT))
    assert joined(parsed) == " ".join([*LEFT, *RIGHT])


def test_numbers_in_the_margin_stay_with_their_clauses(tmp_path: Path) -> None:
    clauses = [(f"{number}.", [*LINES, ""]) for number in range(11, 18)]
    parsed = read(tmp_path, scan_writer.with_numbers(clauses))
    found = [line for line in parsed.text.split("\n") if line[:1].isdigit()]
    assert found == [f"{number}. {LINES[0]}" for number in range(11, 18)]


def test_a_blank_sheet_is_read_and_a_photograph_is_not(tmp_path: Path) -> None:
    (tmp_path / "blank").mkdir()
    blank = read(tmp_path / "blank", scan_writer.empty_pages())
    assert (blank.text, unread(blank), blank.pages[0].chars) == ("", [], 0)
    assert blank.pages[0].source != "none"
    (tmp_path / "photograph").mkdir()
    photograph = read(tmp_path / "photograph", scan_writer.a_photograph())
    assert (photograph.text, unread(photograph)) == ("", [1])


def test_a_language_that_is_not_installed_is_said(tmp_path: Path) -> None:
    parsed = read(tmp_path, scan_writer.a_scan([LINES]), "eng+tlh")
    (warning,) = [each for each in parsed.warnings if each.code == "ocr_language_missing"]
    assert "tlh" in warning.detail
    assert warning.pages == (1,)


def test_words_of_little_confidence_are_named_loudly(tmp_path: Path) -> None:
    path = tmp_path / "scan.pdf"
    path.write_bytes(scan_writer.a_scan([LINES, LINES]))
    pages = tmp_path / "pages"
    pages.mkdir()
    for number in (1, 2):
        found = ocr.read_recognised(registry.recognise(path, PDF, 1, None, "eng"))
        words = (
            found.words
            if number == 1
            else tuple(
                type(word)(word.text, word.box, 41.0, word.line, word.block, word.height) for word in found.words
            )
        )
        (pages / str(number)).write_bytes(encode(Recognised(found.tilt, words, False)))
    parsed = registry.parse(path, PDF, path.name, None, pages)
    (warning,) = [each for each in parsed.warnings if each.code == "ocr_doubtful"]
    assert warning.pages == (2,)
    assert "page 2 (41 of 100)" in warning.detail


def test_pages_that_are_not_there_and_formats_without_pages_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "scan.pdf"
    path.write_bytes(scan_writer.a_scan([LINES]))
    with pytest.raises(NotFound):
        registry.recognise(path, PDF, 2, None, "eng")
    with pytest.raises(NoPageImage):
        registry.recognise(path, "text/plain", 1, None, "eng")
