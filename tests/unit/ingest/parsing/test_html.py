"""HTML: what a reader of the page sees."""

from __future__ import annotations

from pathlib import Path

import pytest

from proviso.errors import EmptyFile
from proviso.types.documents import Parsed
from tests.instruments.builders import an_html
from tests.unit.ingest.parsing.files import blocks, read


def page(tmp_path: Path, body: str) -> Parsed:
    return read(tmp_path, "page.html", f"<!doctype html><html><body>{body}</body></html>".encode())


def test_headings_paragraphs_lists_and_tables_become_blocks_in_order(tmp_path: Path) -> None:
    parts = [(1, "Agreement"), "It lasts one year.", ("-", "first item"), [["Fee", "Due"], ["$100", "monthly"]]]
    parsed = read(tmp_path, "page.html", an_html(parts, title="Hosting  Agreement"))
    assert parsed.title == "Hosting Agreement"
    assert parsed.language == "en"
    assert blocks(parsed) == [
        ("heading", "Agreement"),
        ("paragraph", "It lasts one year."),
        ("list_item", "• first item"),
        ("table_row", "Fee\tDue"),
        ("table_row", "$100\tmonthly"),
    ]
    assert parsed.blocks[0].level == 1
    assert parsed.text == "Agreement\n\nIt lasts one year.\n\n• first item\n\nFee\tDue\n$100\tmonthly"


@pytest.mark.parametrize(
    "hidden",
    [
        "<script>var x='SECRET'</script>",
        "<style>.SECRET{}</style>",
        "<nav>SECRET</nav>",
        "<div role=navigation>SECRET</div>",
        "<div style='color:red; display: none'>SECRET</div>",
        "<p hidden>SECRET</p>",
        "<noscript>SECRET</noscript>",
        "<template>SECRET</template>",
        "<!-- SECRET -->",
        "<select><option>SECRET</option></select>",
    ],
)
def test_what_a_reader_does_not_see_is_not_in_the_text(tmp_path: Path, hidden: str) -> None:
    assert page(tmp_path, f"<p>before</p>{hidden}<p>after</p>").text == "before\n\nafter"


def test_white_space_collapses_as_in_a_browser_except_in_pre(tmp_path: Path) -> None:
    parsed = page(tmp_path, "<p>one\n   two <b>three</b><br>four</p><pre>a  b\n  c</pre>loose")
    assert [words for _, words in blocks(parsed)] == ["one two three\nfour", "a  b\n  c", "loose"]


def test_ordered_lists_keep_the_numbers_clauses_are_cited_by(tmp_path: Path) -> None:
    parsed = page(tmp_path, "<ol start=4><li>four<li><p>five</p><ol type=a><li>sub</ol><li>six</ol>")
    assert [words for _, words in blocks(parsed)] == ["4. four", "5. five", "a. sub", "6. six"]


def test_a_cell_with_its_own_blocks_and_tables_stays_one_cell(tmp_path: Path) -> None:
    parsed = page(
        tmp_path,
        "<table><tr><td><p>one</p><p>two</p></td><td><table><tr><td>in</td><td>ner</td></tr></table></td></tr>"
        "<tr><td></td><td>right</td></tr></table><table><tr><td>layout</td></tr></table>",
    )
    assert blocks(parsed) == [("table_row", "one two\tin ner"), ("table_row", "\tright"), ("paragraph", "layout")]


def test_deep_nesting_is_no_trouble(tmp_path: Path) -> None:
    assert page(tmp_path, "<div>" * 2_000 + "deep" + "</div>" * 2_000).text == "deep"


def test_a_page_that_shows_nothing_is_empty(tmp_path: Path) -> None:
    with pytest.raises(EmptyFile, match="shows no text"):
        page(tmp_path, "<script>app()</script><img src=x>")
