"""Tables, lists, links, anchors, struck-out words and forms of web pages."""

from __future__ import annotations

from pathlib import Path

import pytest

from proviso.types.documents import FormField, Parsed
from tests.unit.ingest.parsing.files import blocks, read


def page(tmp_path: Path, body: str) -> Parsed:
    return read(tmp_path, "page.html", f"<!doctype html><html><body>{body}</body></html>".encode())


def words(parsed: Parsed) -> list[str]:
    return [text for _, text in blocks(parsed)]


def test_cells_know_their_place_their_span_and_the_caption_of_their_table(tmp_path: Path) -> None:
    parsed = page(
        tmp_path,
        "<table><caption>Fees</caption><tr><th>Item</th><th colspan=2>Price</th></tr>"
        "<tr><td rowspan=2>Hosting</td><td>monthly</td><td>$100</td></tr><tr><td>yearly</td><td>$1,000</td></tr></table>",
    )
    assert words(parsed) == ["Fees", "Item\tPrice", "Hosting\tmonthly\t$100", "\tyearly\t$1,000"]
    (found,) = parsed.tables
    assert (found.rows, found.columns, found.caption) == (3, 3, "Fees")
    cells = [(c.row, c.column, c.row_span, c.column_span, c.header, parsed.text[c.start : c.end]) for c in found.cells]
    assert cells == [
        (0, 0, 1, 1, True, "Item"),
        (0, 1, 1, 2, True, "Price"),
        (1, 0, 2, 1, False, "Hosting"),
        (1, 1, 1, 1, False, "monthly"),
        (1, 2, 1, 1, False, "$100"),
        (2, 1, 1, 1, False, "yearly"),
        (2, 2, 1, 1, False, "$1,000"),
    ]


def test_filings_figures_are_one_cell_and_their_spacers_none(tmp_path: Path) -> None:
    parsed = page(
        tmp_path,
        "<table><tr><td>Revenue</td><td></td><td>$</td><td>1,250</td><td></td></tr>"
        "<tr><td>Loss</td><td></td><td></td><td>(300</td><td>)</td></tr></table>",
    )
    assert words(parsed) == ["Revenue\t$1,250", "Loss\t(300)"]
    assert parsed.tables[0].columns == 2


@pytest.mark.parametrize(
    "table",
    [
        "<table><tr><td>(a)</td><td>to pay the fees;</td></tr><tr><td>(b)</td><td>to deliver.</td></tr></table>",
        (
            "<table><tr><td></td><td>(a)&nbsp;</td><td><p>to pay the fees;</p></td></tr>"
            "<tr><td></td><td>(b)</td><td>to deliver.</td></tr></table>"
        ),
    ],
)
def test_a_table_that_only_sets_numbers_beside_clauses_is_clauses(tmp_path: Path, table: str) -> None:
    parsed = page(tmp_path, table)
    assert blocks(parsed) == [("list_item", "(a) to pay the fees;"), ("list_item", "(b) to deliver.")]
    assert parsed.tables == ()


def test_a_table_that_holds_the_page_is_no_table(tmp_path: Path) -> None:
    text = "".join(f"<p>Paragraph {n} of the page, which goes on for {'a long ' * 60} while.</p>" for n in range(5))
    parsed = page(tmp_path, f"<table><tr><td>Menu</td><td><h1>Title</h1>{text}</td></tr></table>")
    assert parsed.tables == ()
    assert ("heading", "Title") in blocks(parsed)
    assert page(tmp_path, "<table role=presentation><tr><td>a</td><td>b</td></tr></table>").tables == ()


@pytest.mark.parametrize(
    ("ordered", "printed"),
    [
        ("<ol start=3><li>x<li>y</ol>", ["3. x", "4. y"]),
        ("<ol type=i><li>x<li>y</ol>", ["i. x", "ii. y"]),
        ("<ol reversed><li>x<li>y</ol>", ["2. x", "1. y"]),
        ("<ol><li value=7>x<li>y</ol>", ["7. x", "8. y"]),
        ('<ol style="list-style-type: upper-alpha"><li>x<li>y</ol>', ["A. x", "B. y"]),
        ('<ul style="list-style:none"><li>x</ul>', ["x"]),
        ("<ul><li>1.2&nbsp; own number<li>none</ul>", ["1.2\xa0 own number", "• none"]),
        ("<ol><li>x<ul><li>y</ul><li>z</ol>", ["1. x", "• y", "2. z"]),
    ],
)
def test_lists_carry_what_a_browser_prints_before_their_items(tmp_path: Path, ordered: str, printed: list[str]) -> None:
    assert words(page(tmp_path, ordered)) == printed


def test_links_and_anchors_hold_offsets_of_the_text(tmp_path: Path) -> None:
    parsed = page(
        tmp_path,
        '<p>See <a href="#fees"> section <b>2</b> </a> or <a href="https://example.com/a">this</a>.</p>'
        '<div id=gap></div><h2 id="fees">2. Fees<a href="#fees">¶</a></h2><p>Text <a name="in">here</a>.</p><span id=end></span>',
    )
    assert parsed.text == "See section 2 or this.\n\n2. Fees\n\nText here."
    assert [(parsed.text[each.start : each.end], each.target) for each in parsed.links] == [
        ("section 2", "#fees"),
        ("this", "https://example.com/a"),
    ]
    places = {name: parsed.text[at : at + 4] for name, at in parsed.anchors.items()}
    assert places == {"gap": "2. F", "fees": "2. F", "in": "here", "end": ""}


def test_struck_out_words_are_not_text_but_kept(tmp_path: Path) -> None:
    parsed = page(
        tmp_path,
        "<p>The fee is <del datetime=2026-03-01>$100</del> <ins>$250</ins> <span style='text-decoration: line-through'>net</span></p>",
    )
    assert parsed.text == "The fee is $250"
    assert [(mark.kind, parsed.text[mark.start : mark.end], mark.text) for mark in parsed.marks] == [
        ("deletion", "", "$100"),
        ("insertion", "$250", ""),
        ("deletion", "", "net"),
    ]
    assert [warning.code for warning in parsed.warnings] == ["struck_out"]


def test_raised_figures_stay_apart_from_those_before_them(tmp_path: Path) -> None:
    assert page(tmp_path, "<p>2<sup>31</sup>-1 on the 1<sup>st</sup></p>").text == "2³¹-1 on the 1st"


def test_line_breaks_before_clauses_and_blank_lines_give_blocks_of_their_own(tmp_path: Path) -> None:
    parsed = page(
        tmp_path, "<p>The parties agree:<br>(a) to pay;<br>(b) to deliver<br>on time.<br><br>Signed in<br>London</p>"
    )
    assert words(parsed) == ["The parties agree:", "(a) to pay;", "(b) to deliver\non time.", "Signed in\nLondon"]


def test_wide_gaps_in_a_long_text_without_markup_are_paragraphs(tmp_path: Path) -> None:
    clauses = [f"{n}. Clause {n}. The parties shall perform duty {n} in good faith and on time." for n in range(1, 12)]
    assert words(page(tmp_path, f"<p>{'   '.join(clauses)}</p>")) == clauses
    assert words(page(tmp_path, "<p>1.   Short.   Text.</p>")) == ["1. Short. Text."]


def test_preformatted_text_keeps_its_lines_and_indentation(tmp_path: Path) -> None:
    figure = "   +--+\n   |  |\n\n   +--+"
    parsed = page(tmp_path, f"<p>Figure:</p><pre>\n{figure}\n</pre>")
    assert parsed.text == f"Figure:\n\n{figure}"
    assert len(parsed.blocks) == 2


def test_form_fields_are_reported_and_shown(tmp_path: Path) -> None:
    parsed = page(
        tmp_path,
        "<form><input type=checkbox name=ok checked> agreed by <input name=who value=Ann> in "
        "<select name=law><option>Ohio<option selected>Texas</select><input type=hidden value=SECRET></form>",
    )
    assert parsed.text == "☒ agreed by Ann in Texas"
    assert parsed.form_fields == (
        FormField("ok", "checkbox", "checked"),
        FormField("who", "text", "Ann"),
        FormField("law", "choice", "Texas"),
    )


def test_much_that_is_left_out_is_said(tmp_path: Path) -> None:
    parsed = page(tmp_path, f"<nav>{'menu ' * 200}</nav><p>Text.</p>")
    assert [warning.code for warning in parsed.warnings] == ["left_out"]
    assert page(tmp_path, f"<nav>menu</nav><p>{'Text. ' * 20}</p>").warnings == ()


def test_tables_nested_without_end_are_no_trouble(tmp_path: Path) -> None:
    parsed = page(tmp_path, "<table><tr><td>" * 300 + "deep" + "</td></tr></table>" * 300)
    assert parsed.text == "deep"
