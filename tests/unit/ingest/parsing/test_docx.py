"""DOCX: the current text as Word shows it, and files built to do harm."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.parsing.docx_numbering import Numbering
from proviso.errors import BrokenFile, EmptyFile, ParserLimit
from tests.instruments.builders import a_docx, a_docx_bomb, an_entity_bomb
from tests.unit.ingest.parsing.files import a_docx_of, a_part, blocks, p, read

LEVELS = """<w:abstractNum w:abstractNumId="0">
<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/></w:lvl>
<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1.%2"/></w:lvl>
<w:lvl w:ilvl="2"><w:start w:val="1"/><w:numFmt w:val="lowerLetter"/><w:lvlText w:val="(%3)"/></w:lvl>
</w:abstractNum><w:num w:numId="7"><w:abstractNumId w:val="0"/></w:num>
<w:num w:numId="8"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="5"/></w:lvlOverride></w:num>"""


def numbered(text: str, level: int, number: int = 7) -> str:
    return p(text, f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>')


def test_headings_paragraphs_lists_and_tables_become_blocks_in_order(tmp_path: Path) -> None:
    parts = [
        (1, "Term"),
        "This agreement lasts one year.",
        ("-", "a bullet"),
        [["Fee", "Due"], ["$100", "monthly"]],
        "After.",
    ]
    parsed = read(tmp_path, "contract.docx", a_docx(parts, title="Service Agreement"))
    assert parsed.title == "Service Agreement"
    assert parsed.pages == ()
    assert parsed.words == ()
    assert blocks(parsed) == [
        ("heading", "Term"),
        ("paragraph", "This agreement lasts one year."),
        ("list_item", "• a bullet"),
        ("table_row", "Fee\tDue"),
        ("table_row", "$100\tmonthly"),
        ("paragraph", "After."),
    ]
    assert parsed.blocks[0].level == 1


def test_automatic_numbers_are_part_of_the_text(tmp_path: Path) -> None:
    body = "".join(
        numbered(*each)
        for each in [("Term", 0), ("Start", 1), ("End", 1), ("early", 2), ("Fees", 0), ("Due", 1), ("Anew", 0, 8)]
    )
    parsed = read(tmp_path, "contract.docx", a_docx_of(body, {"word/numbering.xml": a_part("numbering", LEVELS)}))
    assert [words for _, words in blocks(parsed)] == [
        "1. Term",
        "1.1 Start",
        "1.2 End",
        "(a) early",
        "2. Fees",
        "2.1 Due",
        "5. Anew",
    ]


def test_numbers_and_heading_levels_come_through_the_styles_a_style_is_based_on(tmp_path: Path) -> None:
    styles = """<w:style w:type="paragraph" w:styleId="H1"><w:name w:val="heading 1"/>
        <w:pPr><w:numPr><w:numId w:val="7"/></w:numPr></w:pPr></w:style>
        <w:style w:type="paragraph" w:styleId="Mine"><w:name w:val="Clause"/><w:basedOn w:val="H1"/></w:style>
        <w:style w:type="paragraph" w:styleId="Loop"><w:name w:val="Loop"/><w:basedOn w:val="Loop"/></w:style>"""
    parts = {"word/numbering.xml": a_part("numbering", LEVELS), "word/styles.xml": a_part("styles", styles)}
    body = (
        p("Term", '<w:pStyle w:val="Mine"/>')
        + p("text", '<w:pStyle w:val="Loop"/>')
        + p("Fees", '<w:pStyle w:val="H1"/>')
    )
    parsed = read(tmp_path, "contract.docx", a_docx_of(body, parts))
    assert blocks(parsed) == [("heading", "1. Term"), ("paragraph", "text"), ("heading", "2. Fees")]
    assert [block.level for block in parsed.blocks] == [1, 0, 1]


def test_tracked_insertions_are_kept_and_deletions_dropped(tmp_path: Path) -> None:
    body = (
        "<w:p><w:r><w:t xml:space='preserve'>The fee is </w:t></w:r><w:del><w:r><w:delText>$100</w:delText></w:r></w:del>"
        "<w:ins><w:r><w:t>$250</w:t></w:r></w:ins><w:moveFrom><w:r><w:t> gone</w:t></w:r></w:moveFrom>"
        "<w:moveTo><w:r><w:t xml:space='preserve'> moved</w:t></w:r></w:moveTo></w:p>"
        "<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr><w:r><w:t xml:space='preserve'>first half </w:t></w:r></w:p>"
        + p("second half")
    )
    parsed = read(tmp_path, "contract.docx", a_docx_of(body))
    assert parsed.text == "The fee is $250 moved\n\nfirst half second half"
    assert [warning.code for warning in parsed.warnings] == ["tracked_changes"]


def test_hidden_runs_field_codes_and_fallback_drawings_are_left_out(tmp_path: Path) -> None:
    mc = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    body = (
        "<w:p><w:r><w:t>shown</w:t><w:tab/><w:t>on</w:t></w:r><w:r><w:rPr><w:vanish/></w:rPr><w:t>SECRET</w:t></w:r>"
        "<w:r><w:instrText>PAGE</w:instrText><w:noBreakHyphen/><w:br/></w:r>"
        f"<mc:AlternateContent {mc}><mc:Choice><w:r><w:t>once</w:t></w:r></mc:Choice>"
        "<mc:Fallback><w:r><w:t>twice</w:t></w:r></mc:Fallback></mc:AlternateContent></w:p>"
    )
    parsed = read(tmp_path, "contract.docx", a_docx_of(body))
    assert parsed.text == "shown\ton\u2011\nonce"
    assert [warning.code for warning in parsed.warnings] == ["hidden_text"]


def test_notes_headers_and_footers_follow_the_body_once(tmp_path: Path) -> None:
    separator = f'<w:footnote w:type="separator">{p("-")}</w:footnote>'
    parts = {
        "word/footnotes.xml": a_part("footnotes", separator + f'<w:footnote w:id="1">{p("A note.")}</w:footnote>'),
        "word/header1.xml": a_part("hdr", p("DRAFT")),
        "word/header2.xml": a_part("hdr", p("DRAFT")),
        "word/footer1.xml": a_part("ftr", p("Confidential")),
    }
    body = '<w:p><w:r><w:t>Body.</w:t><w:footnoteReference w:id="1"/></w:r></w:p>'
    assert blocks(read(tmp_path, "contract.docx", a_docx_of(body, parts))) == [
        ("paragraph", "Body.¹"),
        ("footnote", "¹ A note."),
        ("header", "DRAFT"),
        ("footer", "Confidential"),
    ]


def test_content_controls_and_one_cell_tables_hold_ordinary_text(tmp_path: Path) -> None:
    body = f"<w:sdt><w:sdtContent>{p('controlled')}</w:sdtContent></w:sdt><w:tbl><w:tr><w:tc>{p('boxed')}</w:tc></w:tr></w:tbl>"
    assert blocks(read(tmp_path, "contract.docx", a_docx_of(body))) == [
        ("paragraph", "controlled"),
        ("paragraph", "boxed"),
    ]


def test_a_list_that_does_not_exist_gives_no_label() -> None:
    assert Numbering(None).label(3, 0) == ""


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    with pytest.raises(ParserLimit, match="unpacks to 190 MB"):
        read(tmp_path, "bomb.docx", a_docx_bomb(200))


def test_a_file_with_a_dtd_is_refused_and_expands_nothing(tmp_path: Path) -> None:
    with pytest.raises(BrokenFile):
        read(tmp_path, "bomb.docx", an_entity_bomb())


@pytest.mark.parametrize("data", [b"PK\x03\x04word/ and then noise", a_docx(["Words."])[:2000]])
def test_a_damaged_package_is_broken_with_what_to_do(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(BrokenFile, match="save it again and upload that"):
        read(tmp_path, "contract.docx", data)


def test_a_document_without_text_is_empty(tmp_path: Path) -> None:
    with pytest.raises(EmptyFile, match="holds no text"):
        read(tmp_path, "contract.docx", a_docx_of(p(" ")))


def test_a_zip_without_a_document_in_it_is_not_word(tmp_path: Path) -> None:
    data = a_docx_of(p("x")).replace(b"word/document.xml", b"word/d0cument.xml")
    with pytest.raises(BrokenFile, match="not a Word document"):
        read(tmp_path, "contract.docx", data)
