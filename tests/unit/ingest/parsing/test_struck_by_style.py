"""Words that a style strikes out, hides or raises are no different from words that are so by themselves (DOCX and HTML)."""

from __future__ import annotations

from pathlib import Path

import pytest

from proviso.types.documents import Parsed
from tests.instruments.docx_writer import STYLES, a_word_file, p, r, style
from tests.unit.ingest.parsing.files import blocks, read

STRIKE, NO_STRIKE, TWICE = "<w:strike/>", '<w:strike w:val="0"/>', "<w:dstrike/>"


def a_style(name: str, kind: str, effect: str, base: str = "") -> str:
    based = f'<w:basedOn w:val="{base}"/>' if base else ""
    return (
        f'<w:style w:type="{kind}" w:styleId="{name}"><w:name w:val="{name}"/>{based}<w:rPr>{effect}</w:rPr></w:style>'
    )


MINE = (
    STYLES
    + a_style("Gone", "character", STRIKE)
    + a_style("GoneToo", "character", "<w:b/>", base="Gone")
    + a_style("Back", "character", NO_STRIKE, base="Gone")
    + a_style("Twice", "character", TWICE)
    + a_style("GoneLine", "paragraph", STRIKE)
    + a_style("TwiceLine", "paragraph", TWICE)
    + a_style("Power", "character", '<w:vertAlign w:val="superscript"/>')
)


def word(tmp_path: Path, body: str, styles: str = MINE) -> Parsed:
    return read(tmp_path, "contract.docx", a_word_file(body, parts={"styles": styles}))


def page(tmp_path: Path, body: str, head: str = "") -> Parsed:
    return read(tmp_path, "page.html", f"<!doctype html><html><head>{head}</head><body>{body}</body></html>".encode())


def marked(parsed: Parsed) -> list[tuple[str, str, str]]:
    """Kind, words of the mark, what stands before it."""
    return [(mark.kind, mark.text, parsed.text[max(0, mark.start - 5) : mark.start]) for mark in parsed.marks]


def styled(name: str) -> str:
    return f'<w:rStyle w:val="{name}"/>'


@pytest.mark.parametrize("name", ["Gone", "GoneToo", "Twice"])
def test_a_figure_struck_out_by_a_character_style_is_not_in_the_text(tmp_path: Path, name: str) -> None:
    parsed = word(tmp_path, p(r("The fee is ") + r("100", styled(name)) + r("200 dollars.")))
    assert parsed.text == "The fee is 200 dollars."
    assert marked(parsed) == [("deletion", "100", "e is ")]
    assert [warning.code for warning in parsed.warnings] == ["tracked_changes", "struck_out"]


@pytest.mark.parametrize("name", ["GoneLine", "TwiceLine"])
def test_a_paragraph_struck_out_by_its_style_is_not_in_the_text(tmp_path: Path, name: str) -> None:
    parsed = word(tmp_path, p("This stays.") + p("This clause is void.", style(name)) + p("So does this."))
    assert parsed.text == "This stays.\n\nSo does this."
    assert marked(parsed) == [("deletion", "This clause is void.", "ys.\n\n")]


@pytest.mark.parametrize(
    ("paragraph", "properties"),
    [
        ("", styled("Gone") + NO_STRIKE),
        ("", styled("Back")),
        ("GoneLine", NO_STRIKE),
        ("GoneLine", styled("Gone")),
    ],
)
def test_words_that_a_style_strikes_out_and_another_does_not_stay(
    tmp_path: Path, paragraph: str, properties: str
) -> None:
    """Set on the words themselves, it holds; a style of the paragraph and one of the words together are no strike."""
    parsed = word(tmp_path, p(r("200 dollars", properties), style(paragraph) if paragraph else ""))
    assert parsed.text == "200 dollars"
    assert parsed.marks == ()


def test_a_double_strike_by_two_styles_is_still_one(tmp_path: Path) -> None:
    parsed = word(tmp_path, p("Kept.") + p(r("void", styled("Twice")), style("TwiceLine")))
    assert parsed.text == "Kept."


def test_words_that_the_whole_document_strikes_out_by_default_are_not_in_the_text(tmp_path: Path) -> None:
    defaults = f"<w:docDefaults><w:rPrDefault><w:rPr>{STRIKE}</w:rPr></w:rPrDefault></w:docDefaults>"
    parsed = word(tmp_path, p(r("void ") + r("valid", NO_STRIKE)), defaults + MINE)
    assert parsed.text == "valid"
    assert marked(parsed) == [("deletion", "void ", "")]


def test_figures_raised_by_a_character_style_stay_apart_from_those_before_them(tmp_path: Path) -> None:
    assert word(tmp_path, p(r("10") + r("2", styled("Power")) + r(" items"))).text == "10² items"


@pytest.mark.parametrize("tag", ["p", "div", "li", "h2", "blockquote"])
def test_a_block_of_a_page_that_is_struck_out_is_not_in_the_text(tmp_path: Path, tag: str) -> None:
    gone = f'<{tag} style="text-decoration: line-through">Clause 9 is <b>void</b>.</{tag}>'
    parsed = page(tmp_path, f"<p>Before it.</p>{gone}<p>After it.</p>")
    assert parsed.text == "Before it.\n\nAfter it."
    assert marked(parsed) == [("deletion", "Clause 9 is void.", "it.\n\n")]
    assert [warning.code for warning in parsed.warnings] == ["struck_out"]


def test_the_items_after_one_that_is_struck_out_keep_their_numbers(tmp_path: Path) -> None:
    gone = "<li style='text-decoration:line-through'>two</li>"
    parsed = page(tmp_path, f"<ol><li>one</li>{gone}<li>three</li></ol>")
    assert blocks(parsed) == [("list_item", "1. one"), ("list_item", "3. three")]


def test_a_cell_that_is_struck_out_is_empty_and_its_words_are_a_mark_in_it(tmp_path: Path) -> None:
    struck = "<td style='text-decoration:line-through'>$100</td>"
    parsed = page(tmp_path, f"<table><tr><td>Setup</td>{struck}<td>once</td></tr><tr><td>a<td>b<td>c</tr></table>")
    assert parsed.text == "Setup\t\tonce\na\tb\tc"
    assert marked(parsed) == [("deletion", "$100", "etup\t")]
    assert parsed.tables[0].columns == 3


def test_a_row_that_is_struck_out_is_a_mark_and_no_row(tmp_path: Path) -> None:
    struck = "<tr style='text-decoration:line-through'><td>Setup</td><td>$100</td></tr>"
    rows = "<tr><td>Item</td><td>Price</td></tr>{}<tr><td>Hosting</td><td>$5</td></tr>{}"
    parsed = page(tmp_path, f"<table>{rows.format(struck, struck)}</table><p>End.</p>")
    assert parsed.text == "Item\tPrice\nHosting\t$5\n\nEnd."
    assert marked(parsed) == [("deletion", "Setup\t$100", "rice\n"), ("deletion", "Setup\t$100", "\t$5\n\n")]
    assert parsed.tables[0].rows == 2


def test_what_was_struck_out_between_two_paragraphs_does_not_join_them(tmp_path: Path) -> None:
    parsed = page(tmp_path, "<div>Clause one.<del><p>gone</p><p>too</p></del>Clause two.</div>")
    assert parsed.text == "Clause one.\n\nClause two."
    assert marked(parsed) == [("deletion", "gone\ntoo", "ne.\n\n")]


def test_words_struck_out_or_raised_by_a_rule_of_the_pages_style_sheet_are_so(tmp_path: Path) -> None:
    rules = (
        "<style>/* .c3{text-decoration:line-through} */ .c1{color:red;text-decoration:line-through}"
        ".c2{vertical-align:super;font-size:8pt} a:hover{text-decoration:line-through}"
        "@media print{p{text-decoration:line-through}} .c3{font-weight:bold} p >> ]{text-decoration:line-through}</style>"
    )
    words = "<p>The fee is <span class=c1>100</span>200 for 10<span class=c2>2</span> <a href=#x>uses</a>, <b class=c3>net</b>.</p>"
    parsed = page(tmp_path, words, rules)
    assert parsed.text == "The fee is 200 for 10² uses, net."
    assert marked(parsed) == [("deletion", "100", "e is ")]
