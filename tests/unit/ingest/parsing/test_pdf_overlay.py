"""What lies over and beside PDF pages: notes, strike-outs, links, form fields, attached files, page labels; fonts without letters."""

from __future__ import annotations

from pathlib import Path

from ingest.parsing.pdf_annotated import moment
from tests.instruments.builders import a_pdf
from tests.instruments.pdf_writer import LEFT, PAGE_HEIGHT, baseline, dress
from tests.instruments.print_writer import reviewed, with_field, with_file
from tests.unit.ingest.parsing.files import a_pdf_of, read

LINES = ["The fee is 500 dollars a month.", "", "It is due on the first day of each month."]


def test_a_note_is_a_mark_with_its_author_and_date(tmp_path: Path) -> None:
    parsed = read(tmp_path, "a.pdf", reviewed(a_pdf([LINES]), note="Too much?"))
    (mark,) = parsed.marks
    assert (mark.kind, mark.text, mark.author, mark.at) == (
        "annotation",
        "Too much?",
        "A. Reviewer",
        "2026-01-31T12:00:00+01:00",
    )
    assert mark.page == 1
    assert mark.box == (60, PAGE_HEIGHT - 730, 80, PAGE_HEIGHT - 710)
    assert parsed.text[mark.start : mark.end] == "The"
    assert parsed.warnings == ()


def test_words_struck_out_by_annotation_are_marked_and_warned_of(tmp_path: Path) -> None:
    foot = PAGE_HEIGHT - baseline(0)
    parsed = read(tmp_path, "a.pdf", reviewed(a_pdf([LINES]), strike=(LEFT, foot - 3, LEFT + 300, foot + 9)))
    (mark,) = parsed.marks
    assert parsed.text[mark.start : mark.end] == LINES[0]
    assert [(warning.code, warning.pages) for warning in parsed.warnings] == [("annotations", (1,))]


def test_a_link_has_its_words_and_where_it_leads(tmp_path: Path) -> None:
    foot = PAGE_HEIGHT - baseline(2)
    parsed = read(tmp_path, "a.pdf", reviewed(a_pdf([LINES]), link=(LEFT, foot - 3, LEFT + 300, foot + 9)))
    assert [(parsed.text[link.start : link.end], link.target) for link in parsed.links] == [
        (LINES[2], "https://example.org/terms")
    ]


def test_attached_files_are_named_and_warned_of(tmp_path: Path) -> None:
    parsed = read(tmp_path, "a.pdf", with_file(a_pdf([LINES]), "prices.csv", b"1,2,3"))
    assert [each.name for each in parsed.attachments] == ["prices.csv"]
    (warning,) = parsed.warnings
    assert warning.code == "attachments"
    assert "prices.csv" in warning.detail


def test_a_filled_field_is_listed_and_its_value_stands_in_the_text(tmp_path: Path) -> None:
    parsed = read(tmp_path, "a.pdf", with_field(a_pdf([LINES]), "Tenant", "Jane Roe"))
    (field,) = parsed.form_fields
    assert (field.name, field.kind, field.value, field.page) == ("Tenant", "text", "Jane Roe", 1)
    assert field.box == (72, PAGE_HEIGHT - 620, 272, PAGE_HEIGHT - 600)
    assert "Jane Roe" in parsed.text
    assert parsed.warnings == ()


def test_a_value_that_the_page_does_not_show_is_warned_of(tmp_path: Path) -> None:
    parsed = read(tmp_path, "a.pdf", with_field(a_pdf([LINES]), "Tenant", "Jane Roe", shown=False))
    assert [each.value for each in parsed.form_fields] == ["Jane Roe"]
    assert "Jane Roe" not in parsed.text
    assert [(warning.code, warning.pages) for warning in parsed.warnings] == [("form_fields", (1,))]


def test_pages_are_called_what_the_file_calls_them(tmp_path: Path) -> None:
    parsed = read(tmp_path, "a.pdf", dress(a_pdf([["One."], ["Two."]]), labels="/r"))
    assert [page.label for page in parsed.pages] == ["i", "ii"]
    assert [page.label for page in read(tmp_path, "b.pdf", a_pdf([["One."]])).pages] == [None]


def test_a_font_that_says_nothing_of_its_letters_makes_a_page_unread(tmp_path: Path) -> None:
    content = b"BT /F1 12 Tf 72 700 Td (ABCABC BCA CABBA ACB) Tj ET"
    parsed = read(tmp_path, "a.pdf", a_pdf_of(content, b"<41> <E041>\n<42> <E042>\n<43> <E043>"))
    assert parsed.text == ""
    assert [page.source for page in parsed.pages] == ["none"]
    assert [(warning.code, warning.pages) for warning in parsed.warnings] == [("needs_ocr", (1,))]


def test_dates_of_annotations_are_read_as_far_as_they_go() -> None:
    assert moment("D:2024") == "2024-01-01T00:00:00Z"
    assert moment("D:20240229101112Z") == "2024-02-29T10:11:12Z"
    assert moment("yesterday") is None
    assert moment(None) is None
