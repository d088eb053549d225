"""How alike two texts are, and what the measurements of awkward and Word files make of what they find."""

from __future__ import annotations

from pathlib import Path

import pytest

from evals import office, robust, word
from evals.similarity import likeness, words_of
from proviso.types.documents import Block, DocumentWarning, Page, Parsed


def test_marks_of_markdown_and_forms_of_letters_are_no_words() -> None:
    source = "# Fees\n\n- The **fee** is [due](http://x.y/z)\n\n| a | b |\n| - | - |\n| ﬁne | “q” |\n<!-- image -->"
    assert words_of(source, markdown=True) == ["fees", "the", "fee", "is", "due", "a", "b", "fine", "q"]
    assert words_of("hyphen-\nated Words") == ["hyphenated", "words"]


def test_the_same_words_in_another_order_share_all_but_not_in_order() -> None:
    found = likeness(["a", "b", "c", "d"], ["c", "d", "a", "b"])
    assert (found.f1, found.order) == (1.0, 0.5)
    assert likeness([], ["a"]).f1 == 0.0
    assert likeness(["a", "b"], ["a"]).precision == 0.5


def parsed(chars: int, **more: object) -> Parsed:
    return Parsed("x" * chars, (Block("paragraph", 0, chars),), "application/pdf", **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("row", "outcome", "read", "verdict"),
    [
        ({"expect": "reject: broken"}, "broken_file", None, "ok"),
        ({"expect": "reject: broken"}, "text", parsed(5), "differs: text"),
        ({"expect": "text", "text_chars": 10}, "text", parsed(9), "ok"),
        ({"expect": "text", "text_chars": 100}, "text", parsed(9), "differs: 9 of 100 characters"),
        ({"expect": "text"}, "parser_limit", None, "differs: parser_limit"),
        (
            {"expect": "no text layer: OCR, or say so", "pages_without_text": [1]},
            "text",
            parsed(0, pages=(Page(1, 0, 0, 1, 1, 0, "none"),), warnings=(DocumentWarning("needs_ocr", "", (1,)),)),
            "ok",
        ),
        (
            {"expect": "no text layer: OCR, or say so", "pages_without_text": [1]},
            "text",
            parsed(0, pages=(Page(1, 0, 0, 1, 1, 0, "none"),)),
            "differs: pages [1] without text and without a word",
        ),
    ],
)
def test_an_outcome_is_as_expected_or_says_how_it_differs(
    row: dict[str, object], outcome: str, read: Parsed | None, verdict: str
) -> None:
    assert robust._verdict(row, outcome, read, "") == verdict


def test_a_locked_file_must_ask_for_its_password() -> None:
    assert (
        robust._verdict({"expect": "ask for password"}, "text", parsed(3), "no password asked")
        == "differs: no password asked"
    )


def test_lines_that_are_only_broken_elsewhere_do_not_differ(tmp_path: Path) -> None:
    from tests.instruments.docx_writer import a_word_file, p

    path = tmp_path / "a.docx"
    path.write_bytes(a_word_file(p("one two") + p("three")))
    found = word.judged(path, "a", "one\ntwo\nthree\nfour\n", "one two three")
    assert (found["lines"], found["equal"]) == (4, 3)
    assert found["differing"] == [{"libreoffice": "four", "ours": ""}]
    assert found["pdf_words"] == 1.0
    assert "not explained" in word.report([found])


def test_changes_are_put_out_of_sight_in_any_settings() -> None:
    assert (
        office._quiet(b'<w:settings xmlns:w="x"/>')
        == b'<w:settings xmlns:w="x">' + office.QUIET.encode() + b"</w:settings>"
    )
    assert office._quiet(b'<w:settings xmlns:w="x"><w:zoom/></w:settings>').count(office.QUIET.encode()) == 1
