"""Plain text, Markdown and their encodings."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.parsing.charset import declared_in_html, decode
from ingest.parsing.counting import counted
from ingest.parsing.plain import cut
from proviso.errors import EmptyFile
from tests.unit.ingest.parsing.files import blocks, read

CLAUSE = "The “Supplier” shall pay €5,000 — naïvely."


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_text_is_read_alike_in_every_encoding(tmp_path: Path, encoding: str) -> None:
    parsed = read(tmp_path, "notes.txt", CLAUSE.encode(encoding))
    assert parsed.text == CLAUSE
    assert [warning.code for warning in parsed.warnings] == (["encoding_guessed"] if encoding == "cp1252" else [])


def test_text_that_is_hardly_ascii_is_guessed_by_its_letters() -> None:
    words = "Настоящий договор вступает в силу с момента подписания сторонами и действует в течение одного года. " * 3
    assert decode(words.encode("cp1251")).text == words


def test_an_html_page_is_read_in_the_encoding_it_declares() -> None:
    page = '<meta charset="ISO-8859-1">caf\xe9'.encode("latin-1")
    assert decode(page, declared_in_html(page)).text.endswith("café")
    assert decode(b"\xe9", "no-such-encoding").text == "é"


def test_line_ends_become_one_kind_and_nul_cannot_get_through(tmp_path: Path) -> None:
    parsed = read(tmp_path, "notes.txt", b"one\r\ntwo\rthree\n\nfour")
    assert parsed.text == "one\ntwo\nthree\n\nfour"
    assert blocks(parsed) == [("paragraph", "one\ntwo\nthree"), ("paragraph", "four")]


def test_a_form_feed_ends_a_paragraph() -> None:
    text = "  end of page\n\fstart of page\n"
    assert [text[block.start : block.end] for block in cut(text)[0]] == ["end of page", "start of page"]


@given(st.text(alphabet="ab \t\n\f\u00a0", max_size=60))
def test_paragraphs_cover_every_word_once_and_in_order(text: str) -> None:
    found = cut(text)[0]
    assert "".join("".join(text[block.start : block.end].split()) for block in found) == "".join(text.split())
    assert all(a.end <= b.start for a, b in pairwise(found))
    assert all(text[block.start : block.end].strip() == text[block.start : block.end] for block in found)


def test_markdown_keeps_its_source_and_is_cut_into_blocks(tmp_path: Path) -> None:
    source = "# Agreement\n\nThe **Term** is\none year.\n\n- first\n- second\n  more\n\n| Fee | Due |\n|---|---|\n| $100 | monthly |\n"
    parsed = read(tmp_path, "spec.md", source.encode())
    assert parsed.text == source
    assert blocks(parsed) == [
        ("heading", "# Agreement"),
        ("paragraph", "The **Term** is\none year."),
        ("list_item", "- first"),
        ("list_item", "- second\n  more"),
        ("table_row", "| Fee | Due |"),
        ("table_row", "| $100 | monthly |"),
    ]
    assert parsed.blocks[0].level == 1


@pytest.mark.parametrize("name", ["notes.txt", "notes.md"])
def test_a_text_file_with_nothing_in_it_is_empty(tmp_path: Path, name: str) -> None:
    with pytest.raises(EmptyFile):
        read(tmp_path, name, b" \n ")


@pytest.mark.parametrize(
    ("number", "style", "shown"),
    [
        (4, "decimal", "4"),
        (4, "decimalZero", "04"),
        (3, "lowerLetter", "c"),
        (28, "upperLetter", "BB"),
        (14, "lowerRoman", "xiv"),
        (1999, "upperRoman", "MCMXCIX"),
        (0, "lowerRoman", "0"),
        (7, "hex", "7"),
        (6, "chicago", "††"),
        (28, "upper-alpha", "AB"),
        (22, "ordinal", "22nd"),
        (13, "ordinal", "13th"),
        (21, "cardinalText", "Twenty-one"),
        (32, "ordinalText", "Thirty-second"),
        (40, "ordinalText", "Fortieth"),
        (3, "decimalEnclosedCircle", "③"),
    ],
)
def test_numbers_are_written_as_lists_print_them(number: int, style: str, shown: str) -> None:
    assert counted(number, style) == shown
