"""Numbers in DOCX, as Word prints them. What LibreOffice prints for the same files is compared in `python -m evals.word`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.instruments.docx_writer import (
    BY,
    a_list,
    a_word_file,
    abstract,
    deleted,
    field,
    level,
    num,
    p,
    r,
    raw_run,
    row,
    style,
    table,
    text_box,
)
from tests.instruments.word_cases import word_cases
from tests.unit.ingest.parsing.files import read

CASES = word_cases()
PRINTED = {
    "legal": [
        "1. Term",
        "1.1 Start",
        "(a) early",
        "(b) late",
        "(i) very",
        "1.2 End",
        "(a) again",
        "2. Fees",
        "2.1 Due",
    ],
    "articles": [
        "ARTICLE I Definitions",
        "Section 1.1 Terms",
        "(a) a term",
        "Section 1.2 More",
        "ARTICLE II Payment",
        "Section 2.1 Fees",
    ],
    "never restarted": ["Part A One", "1. a", "2. b", "Part B Two", "3. c"],
    "other counts": ["1st x", "2nd x", "01 x", "One: x", "3rd x"],
    "bullets": ["• one", "– two", "◦ three"],
    "suffixes": ["1)glued", ". unnumbered", "Note: remark", "2)glued"],
    "linked styles": ["1. Term", "1.1 Start", "(a) first", "(b) second", "1.2 End", "2. Fees", "2.1 Due"],
    "list style": ["Clause 1 One", "1-1 Sub", "Clause 2 Two", "Clause 3 Three"],
    "started anew": ["1. one", "2. two", "5. five", "6. six", "6.1 sub"],
    "started anew below": ["1. one", "1.7 seven", "1.8 eight"],
    "level changed": ["[A] a", "[B] b", "B.1 b1"],
    "deep first": ["1.1 deep", "(a) deeper", "2. top", "2.1 sub"],
    "skipped level": ["1. top", "(a) third", "1.2 second", "(a) third"],
    "empty items": ["1. Fees", "2.", "3. Term"],
    "in a table": ["1. Fees", "2. Term", "3. After"],
    "changes in lists": ["1. one", "2. three", "3. four", "4. five"],
}


@pytest.mark.parametrize("name", PRINTED)
def test_paragraphs_carry_the_numbers_that_word_prints(tmp_path: Path, name: str) -> None:
    parsed = read(tmp_path, "contract.docx", CASES[name])
    assert [line for line in parsed.text.split("\n") if line] == PRINTED[name]


def test_numbers_that_the_list_hides_are_not_printed_but_counted(tmp_path: Path) -> None:
    hidden = level(0, "%1.").replace("</w:lvl>", "<w:rPr><w:vanish/></w:rPr></w:lvl>")
    lists = abstract(0, hidden, level(1, "%1.%2")) + a_list(1, 0)
    body = p("Term", num(1, 0)) + p("Start", num(1, 1))
    assert read(tmp_path, "contract.docx", a_word_file(body, parts={"numbering": lists})).text == "Term\n\n1.1 Start"


def test_numbers_padded_by_a_custom_format_keep_their_zeros(tmp_path: Path) -> None:
    custom = (
        '<w:lvl w:ilvl="0"><w:start w:val="7"/><mc:AlternateContent><mc:Choice Requires="w14">'
        '<w:numFmt w:val="custom" w:format="001, 002, 003, ..."/></mc:Choice><mc:Fallback><w:numFmt w:val="decimal"/>'
        '</mc:Fallback></mc:AlternateContent><w:lvlText w:val="REQ-%1"/></w:lvl>'
    )
    data = a_word_file(p("Shall start.", num(1)), parts={"numbering": abstract(0, custom) + a_list(1, 0)})
    assert read(tmp_path, "spec.docx", data).text == "REQ-007 Shall start."


def test_list_styles_that_lead_in_a_circle_give_no_number(tmp_path: Path) -> None:
    lists = abstract(0, link='<w:numStyleLink w:val="Loop"/>') + a_list(1, 0)
    styles = (
        '<w:style w:type="numbering" w:styleId="Loop"><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
    )
    data = a_word_file(p("words", num(1)), parts={"numbering": lists, "styles": styles})
    assert read(tmp_path, "contract.docx", data).text == "words"


def test_a_paragraph_that_leaves_its_styles_list_has_no_number(tmp_path: Path) -> None:
    styles = (
        '<w:style w:type="paragraph" w:styleId="C"><w:name w:val="C"/><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr>'
        "</w:style>"
    )
    lists = abstract(0, level(0, "%1.")) + a_list(1, 0)
    body = p("one", '<w:pStyle w:val="C"/>') + p("none", '<w:pStyle w:val="C"/><w:numPr><w:numId w:val="0"/></w:numPr>')
    parsed = read(tmp_path, "contract.docx", a_word_file(body, parts={"numbering": lists, "styles": styles}))
    assert parsed.text == "1. one\n\nnone"


def test_lists_in_headers_and_text_boxes_do_not_count_with_the_body(tmp_path: Path) -> None:
    lists = abstract(0, level(0, "%1.")) + a_list(1, 0)
    body = p(r("Term") + text_box(p("Boxed", num(1)) + p("Boxed too", num(1))), num(1)) + p("Fees", num(1))
    data = a_word_file(body, parts={"numbering": lists}, margins=[("header", "default", p("Draft", num(1)))])
    parsed = read(tmp_path, "contract.docx", data)
    assert parsed.text.split("\n\n") == ["1. Term", "1. Boxed", "2. Boxed too", "2. Fees", "1. Draft"]


@pytest.mark.parametrize("how", ["itself", "its style"])
def test_a_list_item_that_is_hidden_with_its_mark_is_neither_printed_nor_counted(tmp_path: Path, how: str) -> None:
    hidden = "<w:vanish/>"
    secret = p(r("secret", hidden), num(1), hidden) if how == "itself" else p("secret", style("SecretLine") + num(1))
    lists = abstract(0, level(0, "%1.")) + a_list(1, 0)
    body = p("one", num(1)) + secret + p("two", num(1))
    assert read(tmp_path, "list.docx", a_word_file(body, parts={"numbering": lists})).text == "1. one\n\n2. two"


def test_numbers_that_word_counts_only_while_it_prints_are_warned_of(tmp_path: Path) -> None:
    begin, end = (f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "end"))
    counted = begin + raw_run('<w:instrText xml:space="preserve"> LISTNUM LegalDefault </w:instrText>') + end
    simple = '<w:fldSimple w:instr=" AUTONUM "/>'
    body = (
        p(r("Pay ") + counted + r("the fees"))
        + p(simple + r("Deliver."))
        + p(field("LISTNUM", "") + field("LISTNUM", "3"))
    )
    parsed = read(tmp_path, "list.docx", a_word_file(body))
    assert parsed.text == "Pay the fees\n\nDeliver.\n\n3"
    (warning,) = parsed.warnings
    assert warning.code == "numbers_left_out"
    assert warning.detail.startswith("3 numbers ")


def test_a_list_item_that_was_deleted_with_its_mark_before_a_table_leaves_no_number(tmp_path: Path) -> None:
    gone = f'<w:del w:id="5" {BY}/>'
    lists = abstract(0, level(0, "%1.")) + a_list(1, 0)
    body = p("one", num(1)) + p(deleted("two"), num(1), gone) + table(row("a", "b")) + p("three", num(1))
    parsed = read(tmp_path, "list.docx", a_word_file(body, parts={"numbering": lists}))
    assert parsed.text == "1. one\n\na\tb\n\n2. three"
    assert [(mark.start, mark.text) for mark in parsed.marks] == [(8, "two")]
