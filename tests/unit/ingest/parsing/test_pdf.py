"""PDF: exact words, boxes in the frame of the displayed page, paragraphs, and pages that give no text."""

from __future__ import annotations

import zlib
from pathlib import Path

import pytest

from ingest.parsing import registry
from proviso.boxes import boxes_of
from proviso.errors import (
    BrokenFile,
    EmptyFile,
    NoPageImage,
    NotFound,
    ParserLimit,
    PasswordRequired,
    UnsupportedFormat,
    WrongPassword,
)
from proviso.types.documents import Parsed
from tests.instruments import pdf_writer
from tests.instruments.builders import a_pdf, a_text, a_truncated_pdf, an_image_only_pdf, wrapped
from tests.unit.ingest.parsing.files import a_form_appearance, a_pdf_of, blocks, read

LINES = [
    "MASTER SERVICES AGREEMENT",
    "",
    "1. Term. This agreement lasts for one year from the date",
    "on which both have signed it.",
]


def every_word(parsed: Parsed) -> list[str]:
    return [parsed.text[a:b] for page in parsed.words for a, b in zip(page.starts, page.ends, strict=True)]


def box_of(parsed: Parsed, words: str, page: int = 1) -> tuple[float, float, float, float]:
    start = parsed.text.index(words)
    found = boxes_of(parsed.words[page - 1], start, start + len(words))
    assert found is not None
    (box,) = found.boxes
    return box


def test_words_are_exactly_what_their_spans_say(tmp_path: Path) -> None:
    parsed = read(tmp_path, "a.pdf", a_pdf([LINES, ["Second page."]]))
    assert every_word(parsed) == " ".join([*LINES, "Second page."]).split()
    assert parsed.text == f"{LINES[0]}\n\n{LINES[2]}\n{LINES[3]}\n\nSecond page."
    assert [(page.number, parsed.text[page.start : page.end][-5:], page.source) for page in parsed.pages] == [
        (1, "d it.", "text_layer"),
        (2, "page.", "text_layer"),
    ]
    assert [block.page for block in parsed.blocks] == [1, 1, 2]


def test_boxes_are_in_points_from_the_top_left(tmp_path: Path) -> None:
    parsed = read(tmp_path, "a.pdf", a_pdf([LINES]))
    x0, y0, x1, y1 = box_of(parsed, "1. Term.")
    assert x0 == pytest.approx(pdf_writer.LEFT, abs=1)
    assert y0 < pdf_writer.baseline(2) < y1
    assert 35 < x1 - x0 < 50
    assert 8 < y1 - y0 < 16


@pytest.mark.parametrize("rotate", [90, 180, 270])
def test_boxes_follow_the_rotation_of_the_page(tmp_path: Path, rotate: int) -> None:
    upright = box_of(read(tmp_path, "a.pdf", a_pdf([LINES])), "MASTER")
    turned = read(tmp_path, "b.pdf", a_pdf([LINES], rotate=rotate))
    x0, y0, x1, y1 = upright
    wide, high = pdf_writer.PAGE_WIDTH, pdf_writer.PAGE_HEIGHT
    expected = {
        90: (high - y1, x0, high - y0, x1),
        180: (wide - x1, high - y1, wide - x0, high - y0),
        270: (y0, wide - x1, y1, wide - x0),
    }
    assert box_of(turned, "MASTER") == pytest.approx(expected[rotate], abs=0.05)
    assert (turned.pages[0].width, turned.pages[0].height) == ((high, wide) if rotate != 180 else (wide, high))


def test_boxes_are_measured_from_the_crop_box_and_text_outside_it_is_left_out_and_named(tmp_path: Path) -> None:
    top = pdf_writer.PAGE_HEIGHT - pdf_writer.baseline(1)
    parsed = read(tmp_path, "a.pdf", a_pdf([["OUTSIDE", "", "inside the visible part"]], cropbox=(50, 0, 612, top)))
    assert parsed.text == "inside the visible part"
    assert box_of(parsed, "inside")[0] == pytest.approx(pdf_writer.LEFT - 50, abs=1)
    assert [(warning.code, warning.pages) for warning in parsed.warnings] == [("text_outside_page", (1,))]


def test_characters_beyond_the_first_plane_move_no_offset_and_no_box(tmp_path: Path) -> None:
    shown = a_pdf_of(b"BT /F1 24 Tf 72 700 Td (AAAA word) Tj 0 -40 Td (xAy end) Tj ET", b"<41> <D83DDE00>")
    plain = a_pdf_of(b"BT /F1 24 Tf 72 700 Td (AAAA word) Tj 0 -40 Td (xAy end) Tj ET", b"<41> <0041>")
    parsed = read(tmp_path, "a.pdf", shown)
    assert every_word(parsed) == ["😀😀😀😀", "word", "x😀y", "end"]
    reference = read(tmp_path, "b.pdf", plain)
    assert box_of(parsed, "word") == box_of(reference, "word")
    assert box_of(parsed, "end") == box_of(reference, "end")


def test_ligatures_that_stand_for_two_letters_keep_the_words_exact(tmp_path: Path) -> None:
    parsed = read(tmp_path, "a.pdf", a_pdf_of(b"BT /F1 12 Tf 72 700 Td (oBce staB now) Tj ET", b"<42> <00660066>"))
    assert every_word(parsed) == ["offce", "staff", "now"]


def test_a_hyphen_at_a_line_end_and_the_line_end_stay_in_the_text(tmp_path: Path) -> None:
    lines = ["The parties agree that the confi-", "dential information stays secret."]
    parsed = read(tmp_path, "a.pdf", a_pdf([lines]))
    assert parsed.text == "The parties agree that the confi-\ndential information stays secret."
    start = parsed.text.index("confi-")
    found = boxes_of(parsed.words[0], start, start + len("confi-\ndential"))
    assert found is not None
    assert len(found.boxes) == 2


def test_clauses_become_paragraphs_though_no_blank_line_parts_them(tmp_path: Path) -> None:
    first = wrapped(
        "1. Fees. The customer shall pay the fee within thirty days of the date of each invoice that the supplier sends."
    )
    second = wrapped(
        "2. Term. This agreement lasts for as long as the customer keeps an account with the supplier or its heirs."
    )
    parsed = read(tmp_path, "a.pdf", a_pdf([[*first, *second]]))
    assert [words for _, words in blocks(parsed)] == ["\n".join(first), "\n".join(second)]


def test_a_line_that_wraps_at_a_reference_does_not_break_the_paragraph(tmp_path: Path) -> None:
    lines = [
        "The supplier may end this agreement as set out in Section",
        "8. Any notice under it has to be in writing and signed by",
        "both.",
    ]
    assert len(read(tmp_path, "a.pdf", a_pdf([lines])).blocks) == 1


def test_running_feet_and_page_numbers_are_marked_not_dropped(tmp_path: Path) -> None:
    pages = [
        [f"Clause {n} says something of its own.", "", "", "Source: ACME, 8-K, 1/2/2020", str(n)] for n in (1, 2, 3)
    ]
    parsed = read(tmp_path, "a.pdf", a_pdf(pages))
    assert [words for kind, words in blocks(parsed) if kind == "footer"] == [
        f"Source: ACME, 8-K, 1/2/2020\n{n}" for n in (1, 2, 3)
    ]
    assert [words for kind, words in blocks(parsed) if kind == "paragraph"] == [pages[n][0] for n in range(3)]


def test_pages_without_text_are_named_and_never_silently_ready(tmp_path: Path) -> None:
    parsed = read(tmp_path, "scan.pdf", an_image_only_pdf([["A scanned page."], ["Another."]]))
    assert parsed.text == ""
    assert [page.source for page in parsed.pages] == ["none", "none"]
    assert [page.chars for page in parsed.pages] == [0, 0]
    (warning,) = parsed.warnings
    assert (warning.code, warning.pages) == ("needs_ocr", (1, 2))
    assert "No page has readable text" in warning.detail


def test_a_page_on_which_nothing_is_printed_is_read_and_says_nothing(tmp_path: Path) -> None:
    parsed = read(tmp_path, "a.pdf", a_pdf([["One."], [], ["Three."]]))
    assert parsed.text == "One.\n\nThree."
    assert [(page.start, page.end, page.source) for page in parsed.pages] == [
        (0, 4, "text_layer"),
        (4, 4, "text_layer"),
        (6, 12, "text_layer"),
    ]
    assert parsed.warnings == ()


def test_what_was_filled_into_a_form_is_read(tmp_path: Path) -> None:
    field = b"/Annots[<</Type/Annot/Subtype/Widget/FT/Tx/T(n)/F 4/Rect[72 600 272 620]/AP<</N 7 0 R>>>>]"
    data = a_pdf_of(
        b"BT /F1 12 Tf 72 700 Td (Name of the tenant:) Tj ET", page=field, objects=(a_form_appearance(b"Jane Roe"),)
    )
    parsed = read(tmp_path, "form.pdf", data)
    assert "Jane Roe" in parsed.text
    assert 170 < box_of(parsed, "Jane")[1] < 192


def test_title_and_bookmarks_come_along(tmp_path: Path) -> None:
    data = a_pdf(
        [["1. Term", "", "One year."], ["2. Fees", "", "None."]],
        outline=[("Term", 1), ("Fees", 2), ("Due", 2, 2)],
        title="Lease",
    )
    parsed = read(tmp_path, "a.pdf", data)
    assert parsed.metadata["title"] == "Lease"
    assert [(section.title, section.level, section.page) for section in parsed.sections] == [
        ("Term", 1, 1),
        ("Fees", 1, 2),
        ("Due", 2, 2),
    ]
    assert parsed.text[parsed.sections[1].start :].startswith("2. Fees")


def test_a_locked_file_asks_for_its_password(tmp_path: Path) -> None:
    data = a_pdf([["Secret words."]], password="open-sesame")
    with pytest.raises(PasswordRequired, match="with its password"):
        read(tmp_path, "a.pdf", data)
    with pytest.raises(WrongPassword):
        read(tmp_path, "a.pdf", data, "guess")
    assert read(tmp_path, "a.pdf", data, "open-sesame").text == "Secret words."


def test_a_damaged_file_is_read_as_far_as_it_goes_or_refused_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(BrokenFile, match="save or print it as a new PDF"):
        read(tmp_path, "a.pdf", a_truncated_pdf(0.1))
    repaired = read(tmp_path, "b.pdf", a_pdf([["Whole page."]]).replace(b"startxref", b"startxxxx"))
    assert repaired.text == "Whole page."


def test_the_page_image_shows_the_page_at_the_scale_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(a_pdf([["Words."], ["More."]], rotate=90))
    png = registry.render(path, 2, 0.5, None)
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    wide, high = int.from_bytes(png[16:20]), int.from_bytes(png[20:24])
    assert (wide, high) == (396, 306)
    at = png.index(b"IDAT")
    pixels = zlib.decompress(png[at + 4 : at + 4 + int.from_bytes(png[at - 4 : at])])
    assert len(pixels) == high * (3 * wide + 1)
    assert 0 in pixels[1 : 3 * wide] or min(pixels) < 64


def test_a_page_that_is_not_there_and_a_document_without_pages_are_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(a_pdf([["Words."]]))
    for number in (0, 2):
        with pytest.raises(NotFound, match="has 1"):
            registry.render(path, number, 1, None)
    path.write_bytes(a_text(["Words."]))
    with pytest.raises(NoPageImage):
        registry.render(path, 1, 1, None)


def test_a_page_too_large_to_draw_is_a_limit_not_a_crash(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(a_pdf([["Words."]]).replace(b"[0 0 612 792]", b"[0 0 6120 7920]"))
    with pytest.raises(ParserLimit, match="smaller scale"):
        registry.render(path, 1, 4, None)


def test_the_registry_refuses_what_it_has_no_parser_for(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"")
    with pytest.raises(UnsupportedFormat):
        registry.parse(path, "image/png", "a", None)
    with pytest.raises(EmptyFile):
        registry.parse(path, "application/pdf", "a", None)
