"""Tracked changes, struck-out words and comments of DOCX: the text is the current text, and nothing a reviewer did is lost."""

from __future__ import annotations

from pathlib import Path

from proviso.types.documents import Parsed
from tests.instruments.docx_writer import (
    BY,
    a_word_file,
    cell,
    deleted,
    inserted,
    note,
    note_reference,
    p,
    r,
    row,
    table,
    text_box,
)
from tests.instruments.word_cases import word_cases
from tests.unit.ingest.parsing.files import read

CASES = word_cases()


def case(tmp_path: Path, name: str) -> Parsed:
    return read(tmp_path, "contract.docx", CASES[name])


def marked(parsed: Parsed) -> list[tuple[str, str, str, str | None]]:
    """Kind, words in the text, words of the mark, author."""
    return [(mark.kind, parsed.text[mark.start : mark.end], mark.text, mark.author) for mark in parsed.marks]


def test_the_text_is_the_text_with_all_changes_accepted(tmp_path: Path) -> None:
    assert case(tmp_path, "changes").text.split("\n\n") == [
        "The fee is $250 a month, payable in advance.",
        "This clause stays.",
        "It runs on.",
        "A new clause.",
        "Before. Moved words.",
    ]


def test_every_change_is_kept_with_its_author_date_and_place(tmp_path: Path) -> None:
    parsed = case(tmp_path, "changes")
    assert marked(parsed) == [
        ("deletion", "", "$100", "Ann Lee"),
        ("insertion", "$250", "", "Ann Lee"),
        ("deletion", "", "not ", "Bo Chen"),
        ("deletion", "", "This clause goes.", "Ann Lee"),
        ("insertion", "A new clause.", "", "Ann Lee"),
        ("moved_from", "", "Moved words.", "Ann Lee"),
        ("moved_to", "Moved words.", "", "Ann Lee"),
    ]
    assert parsed.marks[0].at == "2026-03-01T09:30:00Z"
    assert parsed.text[: parsed.marks[0].start] == "The fee is "
    (warning,) = parsed.warnings
    assert warning.code == "tracked_changes"
    assert "2 insertions, 3 deletions, 1 move." in warning.detail


def test_what_one_deletes_of_anothers_insertion_is_not_in_the_text(tmp_path: Path) -> None:
    parsed = case(tmp_path, "changes of changes")
    assert parsed.text == "Keep this here."
    assert marked(parsed) == [("insertion", "this", "", "Ann Lee"), ("deletion", "", "not that ", "Bo Chen")]


def test_deleted_rows_are_marks_and_inserted_rows_are_text(tmp_path: Path) -> None:
    parsed = case(tmp_path, "changes in tables")
    assert parsed.text == "Item\tPrice\nKept item\t$3\nNew item\t$4\n\nAfter."
    assert marked(parsed)[:2] == [("deletion", "", "Old item\t$1", "Ann Lee"), ("deletion", "", "$2", "Ann Lee")]
    assert [mark[1] for mark in marked(parsed) if mark[0] == "insertion"] == ["$3\nNew item\t$4"]
    assert [cell.header for cell in parsed.tables[0].cells] == [True, True, False, False, False, False]


def test_a_deleted_cell_is_a_mark(tmp_path: Path) -> None:
    gone = cell("gone", properties=f'<w:cellDel w:id="5" {BY}/>')
    parsed = read(tmp_path, "contract.docx", a_word_file(table(row("a", "b"), row("c", "d", gone))))
    assert parsed.text == "a\tb\nc\td"
    assert marked(parsed) == [("deletion", "", "gone", "Ann Lee")]


def test_a_deletion_over_paragraphs_is_one_mark(tmp_path: Path) -> None:
    gone = f'<w:del w:id="5" {BY}/>'
    body = p(r("Kept ") + deleted("one"), mark=gone) + p(deleted("two"), mark=gone) + p(deleted("three") + r("end."))
    parsed = read(tmp_path, "contract.docx", a_word_file(body))
    assert parsed.text == "Kept end."
    assert marked(parsed) == [("deletion", "", "one\ntwo\nthree", "Ann Lee")]


def test_insertions_word_by_word_are_one_mark(tmp_path: Path) -> None:
    parsed = read(tmp_path, "contract.docx", a_word_file(p(inserted("all ") + inserted("of ") + inserted("it"))))
    assert marked(parsed) == [("insertion", "all of it", "", "Ann Lee")]


def test_a_last_paragraph_that_was_to_run_on_is_not_lost(tmp_path: Path) -> None:
    gone = f'<w:del w:id="5" {BY}/>'
    parsed = read(
        tmp_path, "contract.docx", a_word_file(p("first", mark=gone) + table(row("a", "b")) + p("last", mark=gone))
    )
    assert parsed.text == "first\n\na\tb\n\nlast"


def test_a_figure_that_was_struck_out_is_not_in_the_text(tmp_path: Path) -> None:
    body = p(r("The fee is ") + r("$100", "<w:strike/>") + r(" $250."))
    parsed = read(tmp_path, "contract.docx", a_word_file(body))
    assert parsed.text == "The fee is  $250."
    assert marked(parsed) == [("deletion", "", "$100", None)]
    assert [warning.code for warning in parsed.warnings] == ["tracked_changes", "struck_out"]


def test_comments_are_beside_the_text_with_the_words_they_are_about(tmp_path: Path) -> None:
    parsed = case(tmp_path, "comments")
    assert parsed.text == "The Supplier shall pay.\n\nAll of it."
    assert marked(parsed) == [
        ("comment", "Supplier", "Who is this?", "Bo Chen"),
        ("comment", "All of it.", "Agreed.", "Ann Lee"),
    ]
    assert parsed.marks[0].at == "2026-03-02T10:00:00Z"
    (warning,) = parsed.warnings
    assert "2 comments (1 reply, 1 resolved)" in warning.detail


def test_a_comment_over_paragraphs_reaches_from_the_first_to_the_last(tmp_path: Path) -> None:
    start, end = '<w:commentRangeStart w:id="1"/>', '<w:commentRangeEnd w:id="1"/>'
    comments = f'<w:comment w:id="1" w:author="A">{p("Both.")}</w:comment>'
    body = p("Before.") + start + p("One.") + p("Two.") + end + p("After.")
    parsed = read(tmp_path, "contract.docx", a_word_file(body, parts={"comments": comments}))
    assert marked(parsed) == [("comment", "One.\n\nTwo.", "Both.", "A")]


def test_the_words_of_a_note_whose_reference_was_deleted_are_kept_where_it_stood(tmp_path: Path) -> None:
    gone = f'<w:del w:id="9" {BY}>{note_reference(1)}</w:del>'
    body = p(r("The fee") + gone + r(" is due") + note_reference(2) + r("."))
    notes = note(1, "Without VAT.") + note(2, "At once.")
    parsed = read(tmp_path, "contract.docx", a_word_file(body, parts={"footnotes": notes}))
    assert parsed.text == "The fee is due¹.\n\n¹ At once."
    assert marked(parsed) == [("deletion", "", "Without VAT.", "Ann Lee")]
    assert parsed.marks[0].start == len("The fee")


def test_a_text_box_that_was_deleted_is_a_mark_once(tmp_path: Path) -> None:
    gone = f'<w:del w:id="9" {BY}>{text_box(p(deleted("In the box.")))}</w:del>'
    parsed = read(tmp_path, "contract.docx", a_word_file(p(r("The fee") + gone + r(" is due."))))
    assert parsed.text == "The fee is due."
    assert marked(parsed) == [("deletion", "", "In the box.", "Ann Lee")]


def test_a_deletion_over_cells_has_a_place_but_no_width(tmp_path: Path) -> None:
    rows = row(cell(p(r("a") + deleted("one"))), cell(p(deleted("two") + r("b")))), row("c", "d")
    parsed = read(tmp_path, "contract.docx", a_word_file(table(*rows)))
    assert parsed.text == "a\tb\nc\td"
    assert [(mark.start, mark.end, mark.text) for mark in parsed.marks] == [(1, 1, "one\ntwo")]
