"""Tables, notes, fields, forms, margins and whatever else a DOCX holds beside its paragraphs."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from proviso.errors import BrokenFile, PasswordRequired, UnsupportedFormat, WrongPassword
from proviso.types.documents import FormField, Parsed
from tests.instruments.builders import a_docx
from tests.instruments.docx_writer import a_word_file, cell, field, p, r, raw_run, row, style, table, text_box
from tests.instruments.locked_files import a_locked_file
from tests.instruments.word_cases import word_cases
from tests.unit.ingest.parsing.files import blocks, read

CASES = word_cases()


def case(tmp_path: Path, name: str) -> Parsed:
    return read(tmp_path, "contract.docx", CASES[name])


def body(tmp_path: Path, xml: str) -> Parsed:
    return read(tmp_path, "contract.docx", a_word_file(xml))


def test_cells_know_their_place_their_span_and_their_words(tmp_path: Path) -> None:
    parsed = case(tmp_path, "table")
    (found,) = parsed.tables
    assert (
        parsed.text[found.start : found.end]
        == "Item\tFees\nHosting\tmonthly\t$100\n\tyearly\t$1,000\nSupport\tsee below"
    )
    cells = [(c.row, c.column, c.row_span, c.column_span, parsed.text[c.start : c.end]) for c in found.cells]
    assert cells == [
        (0, 0, 1, 1, "Item"),
        (0, 1, 1, 2, "Fees"),
        (1, 0, 2, 1, "Hosting"),
        (1, 1, 1, 1, "monthly"),
        (1, 2, 1, 1, "$100"),
        (2, 1, 1, 1, "yearly"),
        (2, 2, 1, 1, "$1,000"),
        (3, 0, 1, 1, "Support"),
        (3, 1, 1, 2, "see below"),
    ]
    assert [cell.header for cell in found.cells[:3]] == [True, True, False]


def test_a_table_in_a_cell_is_a_table_of_its_own(tmp_path: Path) -> None:
    parsed = case(tmp_path, "nested table")
    assert parsed.text == "outer\tbefore in ner after\n\nEnd."
    assert [parsed.text[each.start : each.end] for each in parsed.tables] == ["outer\tbefore in ner after", "in ner"]


def test_a_caption_above_a_table_is_its_caption(tmp_path: Path) -> None:
    parsed = body(tmp_path, p("Table 1: Fees", style("Caption")) + table(row("Fee", "Due"), row("$1", "now")))
    assert parsed.tables[0].caption == "Table 1: Fees"
    assert blocks(parsed)[0] == ("paragraph", "Table 1: Fees")


def test_a_table_that_only_sets_numbers_beside_clauses_is_clauses(tmp_path: Path) -> None:
    parsed = body(
        tmp_path, table(row("1.", "The Supplier shall deliver."), row("(a)", "On time."), row("", "And well."))
    )
    assert blocks(parsed) == [
        ("list_item", "1. The Supplier shall deliver."),
        ("list_item", "(a) On time."),
        ("paragraph", "And well."),
    ]
    assert parsed.tables == ()


def test_notes_stand_after_the_body_and_their_marks_where_they_are_printed(tmp_path: Path) -> None:
    assert blocks(case(tmp_path, "notes")) == [
        ("paragraph", "The fee¹ is due² at onceⁱ."),
        ("footnote", "¹ First note."),
        ("footnote", "² Second note."),
        ("footnote", "ⁱ An end note."),
    ]


def test_figures_set_above_the_line_stay_apart_from_those_before_them(tmp_path: Path) -> None:
    raised = '<w:vertAlign w:val="superscript"/>'
    parsed = body(tmp_path, p(r("10") + r("2", raised) + r(" items, the 1") + r("st", raised) + r(" of May")))
    assert parsed.text == "10² items, the 1st of May"


def test_fields_show_their_result_and_lead_to_their_bookmark(tmp_path: Path) -> None:
    parsed = case(tmp_path, "fields")
    assert parsed.text == "Fees\n\nSee clause Fees on page 1.\n\nVisit our site or fees."
    assert parsed.anchors == {"Fee_Clause": 0}
    assert [(parsed.text[each.start : each.end], each.target) for each in parsed.links] == [
        ("Fees", "#Fee_Clause"),
        ("1", "#Fee_Clause"),
        ("our site", "https://example.com/terms"),
        ("fees", "#Fee_Clause"),
    ]


def test_the_code_of_a_field_is_not_text_even_when_it_holds_text(tmp_path: Path) -> None:
    nested = field("IF 1 = 1", "yes").replace(
        "</w:instrText></w:r>", "</w:instrText></w:r>" + r("HIDDEN") + field("PAGE", "9")
    )
    assert body(tmp_path, p(r("Answer: ") + nested)).text == "Answer: yes"


def test_a_field_without_an_end_does_not_swallow_what_follows(tmp_path: Path) -> None:
    begin = raw_run('<w:fldChar w:fldCharType="begin"/>') + raw_run("<w:instrText>TOC</w:instrText>")
    assert body(tmp_path, p("Before.") + p(begin) + p("After.")).text == "Before.\n\nAfter."


def test_hidden_text_is_left_out_and_counted_also_when_a_style_hides_it(tmp_path: Path) -> None:
    parsed = case(tmp_path, "hidden")
    assert parsed.text == "Shown again.\n\nAfter."
    (warning,) = parsed.warnings
    assert warning.detail == "3 hidden pieces of text (35 characters) were left out."


def test_a_heading_that_runs_into_its_text_stays_a_heading(tmp_path: Path) -> None:
    separator = "<w:vanish/><w:specVanish/>"
    parsed = body(tmp_path, p("Definitions.", style("Heading2"), separator) + p("These words mean this."))
    assert blocks(parsed) == [("heading", "Definitions."), ("paragraph", "These words mean this.")]


def test_only_headers_that_some_page_shows_are_read(tmp_path: Path) -> None:
    assert blocks(case(tmp_path, "margins")) == [
        ("paragraph", "Body."),
        ("header", "DRAFT 3"),
        ("footer", "Confidential"),
    ]


def test_a_text_box_follows_the_paragraph_it_is_anchored_in_once(tmp_path: Path) -> None:
    assert [words for _, words in blocks(case(tmp_path, "text box"))] == [
        "Before the box.",
        "In the box.",
        "After the box.",
    ]
    parsed = body(tmp_path, table(row(cell(p(r("cell") + text_box(p("boxed")))), "b")))
    assert parsed.text == "cell boxed\tb"


def test_line_breaks_before_clauses_give_blocks_of_their_own(tmp_path: Path) -> None:
    assert blocks(case(tmp_path, "line breaks")) == [
        ("paragraph", "Supplier:\nAcme Ltd.\nLondon\tUK"),
        ("paragraph", "The parties agree:"),
        ("paragraph", "(a) to pay;"),
        ("paragraph", "(b) to deliver."),
    ]


def test_form_fields_are_reported_with_what_they_hold(tmp_path: Path) -> None:
    box = '<w:fldChar w:fldCharType="begin"><w:ffData><w:name w:val="Agree"/><w:checkBox><w:checked/></w:checkBox></w:ffData></w:fldChar>'
    end = raw_run('<w:fldChar w:fldCharType="end"/>')
    name = (
        '<w:fldChar w:fldCharType="begin"><w:ffData><w:name w:val="Name"/><w:textInput/></w:ffData></w:fldChar>'
        '<w:instrText>FORMTEXT</w:instrText><w:fldChar w:fldCharType="separate"/>'
    )
    choice = (
        '<w:sdt><w:sdtPr><w:alias w:val="Law"/><w:dropDownList/></w:sdtPr><w:sdtContent>'
        + r("Texas")
        + "</w:sdtContent></w:sdt>"
    )
    empty = (
        '<w:sdt><w:sdtPr><w:tag w:val="Date"/><w:showingPlcHdr/><w:date/></w:sdtPr><w:sdtContent>'
        + r("Click here") + "</w:sdtContent></w:sdt>"
    )  # fmt: skip
    parsed = body(
        tmp_path, p(raw_run(box) + end + r(" agreed by ") + raw_run(name) + r("Ann") + end + r(", ") + choice + empty)
    )
    assert parsed.text == "☒ agreed by Ann, TexasClick here"
    assert parsed.form_fields == (
        FormField("Agree", "checkbox", "checked"),
        FormField("Name", "text", "Ann"),
        FormField("Law", "choice", "Texas"),
        FormField("Date", "text", None),
    )


def test_files_inside_are_named_and_macros_are_not_run(tmp_path: Path) -> None:
    files = {"word/embeddings/prices.xlsx": b"12345", "word/vbaProject.bin": b"x"}
    parsed = read(tmp_path, "contract.docm", a_word_file(p("Body."), files=files))
    assert [(each.name, each.bytes) for each in parsed.attachments] == [("prices.xlsx", 5)]
    assert [warning.code for warning in parsed.warnings] == ["attachments", "macros"]


def test_symbols_of_symbol_fonts_become_what_they_look_like(tmp_path: Path) -> None:
    tick = raw_run('<w:sym w:font="Wingdings" w:char="F0FE"/>')
    less = raw_run('<w:sym w:font="Symbol" w:char="F0A3"/>')
    other = r("\uf0d8", '<w:rFonts w:ascii="Wingdings"/>') + r("\uf0b7")
    assert body(tmp_path, p(tick + r(" x ") + less + r(" 5 ") + other)).text == "☑ x ≤ 5 ➢•"


def test_strict_files_and_main_parts_of_another_name_are_read(tmp_path: Path) -> None:
    data = a_word_file(p("Strict words."))
    strict = _rewritten(
        data,
        b"http://schemas.openxmlformats.org/wordprocessingml/2006/main",
        b"http://purl.oclc.org/ooxml/wordprocessingml/main",
    )
    assert read(tmp_path, "strict.docx", strict).text == "Strict words."
    renamed = _rewritten(data, b"word/document.xml", b"word/document2.xml", rename=True)
    assert read(tmp_path, "renamed.docx", renamed).text == "Strict words."


def test_a_locked_file_asks_for_its_password_and_opens_with_it(tmp_path: Path) -> None:
    data = a_locked_file(a_docx(["Locked words."]), "open sesame")
    with pytest.raises(PasswordRequired, match="remove the password"):
        read(tmp_path, "contract.docx", data)
    with pytest.raises(WrongPassword):
        read(tmp_path, "contract.docx", data, "guess")
    assert read(tmp_path, "contract.docx", data, "open sesame").text == "Locked words."


def test_a_locked_file_that_is_cut_short_is_broken(tmp_path: Path) -> None:
    data = a_locked_file(a_docx(["Locked words."]), "open sesame")
    with pytest.raises((BrokenFile, UnsupportedFormat)):
        read(tmp_path, "contract.docx", data[:700], "open sesame")


def _rewritten(data: bytes, old: bytes, new: bytes, *, rename: bool = False) -> bytes:
    import zipfile

    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w") as target:
        for entry in source.infolist():
            name = entry.filename.replace("document.xml", "document2.xml") if rename else entry.filename
            target.writestr(name, source.read(entry).replace(old, new))
    return out.getvalue()
