"""Markdown: its own text, with blocks, tables, links and anchors that point into it."""

from __future__ import annotations

from pathlib import Path

import pytest

from proviso.types.documents import Parsed
from tests.unit.ingest.parsing.files import blocks, read


def markdown(tmp_path: Path, source: str) -> Parsed:
    parsed = read(tmp_path, "spec.md", source.encode())
    assert parsed.text == source
    return parsed


def test_cells_of_tables_are_spans_of_the_source(tmp_path: Path) -> None:
    parsed = markdown(
        tmp_path, "Fees:\n\n| Item | Due \\| paid |\n|------|-----|\n| Host |     |\n| `a`  | $100\n\nAfter.\n"
    )
    (found,) = parsed.tables
    cells = [(c.row, c.column, c.header, parsed.text[c.start : c.end]) for c in found.cells]
    assert cells == [
        (0, 0, True, "Item"),
        (0, 1, True, "Due \\| paid"),
        (1, 0, False, "Host"),
        (1, 1, False, ""),
        (2, 0, False, "`a`"),
        (2, 1, False, "$100"),
    ]
    assert (found.rows, found.columns) == (3, 2)
    assert parsed.text[found.start : found.end].startswith("| Item")


def test_headings_are_found_by_the_names_that_links_use(tmp_path: Path) -> None:
    source = '# The `Fee` & *Term*\n\n## Due\n\n## Due\n\n## Own {#mine}\n\n<a name="here"></a>Text\n\n```\n<a id="no">\n```\n'
    parsed = markdown(tmp_path, source)
    places = {name: parsed.text[at:].split("\n")[0] for name, at in parsed.anchors.items()}
    assert places == {
        "the-fee--term": "# The `Fee` & *Term*",
        "due": "## Due",
        "due-1": "## Due",
        "mine": "## Own {#mine}",
        "own": "## Own {#mine}",
        "here": "</a>Text",
    }


def test_links_of_every_kind_lead_where_they_say_but_not_from_code(tmp_path: Path) -> None:
    source = (
        "See [the fees](#fees), [terms][t], [t] and <https://example.com/x>; not `[code](#no)` nor ![image](pic.png).\n\n"
        "[t]: https://example.com/terms\n\n```\n[code](#no)\n```\n"
    )
    parsed = markdown(tmp_path, source)
    assert [(parsed.text[each.start : each.end], each.target) for each in parsed.links] == [
        ("the fees", "#fees"),
        ("terms", "https://example.com/terms"),
        ("t", "https://example.com/terms"),
        ("https://example.com/x", "https://example.com/x"),
    ]


def test_front_matter_is_no_heading_and_gives_the_title(tmp_path: Path) -> None:
    parsed = markdown(tmp_path, '---\ntitle: "Service Levels"\ndraft: true\n---\n\n# First\n\nText.\n')
    assert parsed.title == "Service Levels"
    assert [kind for kind, _ in blocks(parsed)] == ["paragraph", "heading", "paragraph"]
    assert parsed.metadata["title"] == "Service Levels"


def test_footnotes_are_footnotes_and_definitions_are_not_lost(tmp_path: Path) -> None:
    parsed = markdown(tmp_path, "Text[^1] and [x].\n\n[^1]: A note with words.\n\n[x]: https://example.com\n")
    assert blocks(parsed) == [
        ("paragraph", "Text[^1] and [x]."),
        ("footnote", "[^1]: A note with words."),
        ("paragraph", "[x]: https://example.com"),
    ]


@pytest.mark.parametrize("source", ["a\n\n---\n\nb\n", "```\ncode\n\nmore\n```\n", "> quote\n> on\n\n1. x\n   - y\n"])
def test_every_word_stands_in_one_block(tmp_path: Path, source: str) -> None:
    parsed = markdown(tmp_path, source)
    covered = "".join(words for _, words in blocks(parsed))
    assert [ch for ch in covered if ch.isalnum()] == [ch for ch in source if ch.isalnum()]
    assert all(a.end <= b.start for a, b in zip(parsed.blocks, parsed.blocks[1:], strict=False))
