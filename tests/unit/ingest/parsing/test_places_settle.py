"""Marks, anchors and links stand where they were made, also where the words around them were printed twice or are gone (DOCX, HTML)."""

from __future__ import annotations

from pathlib import Path

from proviso.types.documents import Parsed
from tests.instruments.docx_writer import (
    BY,
    a_word_file,
    bookmark,
    cell,
    comment,
    commented,
    deleted,
    inserted,
    note_reference,
    p,
    r,
    row,
    table,
)
from tests.unit.ingest.parsing.files import read

FIRST = "The supplier shall deliver the goods."


def word(tmp_path: Path, body: str, **more: object) -> Parsed:
    return read(tmp_path, "contract.docx", a_word_file(body, **more))  # type: ignore[arg-type]


def page(tmp_path: Path, body: str) -> Parsed:
    return read(tmp_path, "page.html", f"<!doctype html><html><body>{body}</body></html>".encode())


def marked(parsed: Parsed) -> list[tuple[str, str, str, str]]:
    """Kind, words in the text, words of the mark, what stands before it."""
    text = parsed.text
    return [
        (mark.kind, text[mark.start : mark.end], mark.text, text[max(0, mark.start - 5) : mark.start])
        for mark in parsed.marks
    ]


def test_changes_in_a_header_that_first_pages_repeat_are_marked_once_and_in_the_header(tmp_path: Path) -> None:
    header = p(r("Draft of ") + inserted("3 May") + deleted("1 May") + bookmark("Date", r(".")))
    parsed = word(
        tmp_path,
        p(FIRST) + p("Second."),
        margins=[("header", "default", header), ("header", "first", header)],
        section="<w:titlePg/>",
    )
    assert parsed.text == f"{FIRST}\n\nSecond.\n\nDraft of 3 May."
    assert marked(parsed) == [("insertion", "3 May", "", "t of "), ("deletion", "", "1 May", "3 May")]
    assert parsed.text[parsed.anchors["Date"] :] == "."


def test_other_changes_in_a_header_that_reads_the_same_are_kept(tmp_path: Path) -> None:
    parsed = word(
        tmp_path,
        p(FIRST),
        margins=[
            ("header", "default", p(r("Draft 2") + deleted(" of May"))),
            ("header", "first", p(deleted("Old ") + r("Draft 2"))),
        ],
        section="<w:titlePg/>",
    )
    assert parsed.text == f"{FIRST}\n\nDraft 2"
    assert marked(parsed) == [("deletion", "", "Old ", "ds.\n\n"), ("deletion", "", " of May", "aft 2")]


def test_a_note_whose_words_were_all_deleted_is_a_mark_after_the_body(tmp_path: Path) -> None:
    note = f'<w:footnote w:id="1"><w:p><w:r><w:footnoteRef/></w:r>{deleted(" about VAT")}</w:p></w:footnote>'
    parsed = word(tmp_path, p(r(FIRST) + note_reference(1)) + p("End."), parts={"footnotes": note})
    assert parsed.text == f"{FIRST}¹\n\nEnd."
    assert marked(parsed) == [("deletion", "", " about VAT", "\nEnd.")]


def test_the_words_of_a_column_that_was_deleted_are_marks_in_their_rows(tmp_path: Path) -> None:
    rows = [
        row(cell(name), cell(p(deleted(f"Price {at}"))), "kg", cell(p(deleted(f"Note {at}"))))
        for at, name in ((1, "Widget"), (2, "Gadget"))
    ]
    parsed = word(tmp_path, p(FIRST) + table(*rows, columns=4) + p("End."))
    assert parsed.text == f"{FIRST}\n\nWidget\tkg\nGadget\tkg\n\nEnd."
    assert marked(parsed) == [
        ("deletion", "", "Price 1", "dget\t"),
        ("deletion", "", "Note 1", "et\tkg"),
        ("deletion", "", "Price 2", "dget\t"),
        ("deletion", "", "Note 2", "et\tkg"),
    ]


def test_what_was_deleted_in_a_table_that_only_sets_paragraphs_stays_beside_them(tmp_path: Path) -> None:
    rows = row(cell(p(commented(deleted("x"), 1))), cell("Long words."))
    parsed = word(tmp_path, p(FIRST) + table(rows) + p("End."), parts={"comments": comment(1, "Why?")})
    assert parsed.text == f"{FIRST}\n\nLong words.\n\nEnd."
    assert [(mark[0], mark[2], mark[3]) for mark in marked(parsed)] == [
        ("deletion", "x", "ds.\n\n"),
        ("comment", "Why?", "ds.\n\n"),
    ]


def test_a_clause_number_beside_a_table_is_not_lost(tmp_path: Path) -> None:
    inner = table(row("Item", "Price"), row("Widget", "$1"))
    parsed = word(tmp_path, table(row(cell("1."), cell(inner + p())), row("2.", "The rest.")))
    assert parsed.text == "1.\n\nItem\tPrice\nWidget\t$1\n\n2. The rest."


def test_rows_and_cells_that_were_deleted_in_a_table_that_is_gone_are_marks_after_it(tmp_path: Path) -> None:
    gone = row("Old", "$1", properties=f'<w:del w:id="1" {BY}/>')
    parsed = word(tmp_path, p(FIRST) + table(gone, gone) + p("End."))
    assert parsed.text == f"{FIRST}\n\nEnd."
    assert marked(parsed) == [("deletion", "", "Old\t$1\nOld\t$1", "ds.\n\n")]


def test_an_anchor_in_an_empty_cell_leads_to_its_row(tmp_path: Path) -> None:
    parsed = page(
        tmp_path,
        "<p>See <a href='#s2'>Section 2</a>.</p><table><tr><td>A</td><td></td><td>B</td></tr>"
        "<tr><td>C</td><td><a name='s2'></a></td><td>D</td></tr><tr><td><a name='s3'></a></td></tr></table><p>End.</p>",
    )
    assert parsed.text == "See Section 2.\n\nA\tB\nC\tD\n\nEnd."
    assert parsed.text[parsed.anchors["s2"] :] == "D\n\nEnd."
    assert parsed.text[parsed.anchors["s3"] :] == "End."


def test_the_words_of_a_column_that_is_all_struck_out_are_marks_in_their_rows(tmp_path: Path) -> None:
    parsed = page(
        tmp_path,
        "<p>First.</p><table><tr><th>a</th><th>b</th><th><del>old</del></th></tr>"
        "<tr><td>1</td><td>2</td><td><del>100</del></td></tr></table>",
    )
    assert parsed.text == "First.\n\na\tb\n1\t2"
    assert marked(parsed) == [("deletion", "", "old", "\n\na\tb"), ("deletion", "", "100", "b\n1\t2")]


def test_all_paragraphs_of_a_caption_are_text_also_of_a_table_without_rows(tmp_path: Path) -> None:
    caption = "<caption><p>Table 1</p><p>Amounts in USD<a name=t1></a></p></caption>"
    parsed = page(tmp_path, f"<table>{caption}<tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2</td></tr></table>")
    assert parsed.text == "Table 1 Amounts in USD\n\na\tb\n1\t2"
    assert parsed.tables[0].caption == "Table 1 Amounts in USD"
    assert parsed.anchors == {"t1": 22}
    assert page(tmp_path, f"<p>x</p><table>{caption}</table>").text == "x\n\nTable 1 Amounts in USD"
