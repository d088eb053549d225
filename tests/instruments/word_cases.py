"""Word files with every kind of numbering, review mark and part that a contract has, for comparison with what Word or LibreOffice print.

Each case is a name and a whole DOCX.
"""

from __future__ import annotations

from tests.instruments.docx_writer import (
    BY,
    STYLES,
    a_list,
    a_word_file,
    abstract,
    bookmark,
    cell,
    comment,
    commented,
    deleted,
    field,
    inserted,
    level,
    moved_from,
    moved_to,
    note,
    note_reference,
    num,
    p,
    r,
    row,
    starts_at,
    style,
    table,
    text_box,
)

OTHER = 'w:author="Bo Chen" w:date="2026-03-05T11:00:00Z"'
LEGAL = abstract(
    0,
    level(0, "%1."),
    level(1, "%1.%2"),
    level(2, "(%3)", "lowerLetter"),
    level(3, "(%4)", "lowerRoman"),
    level(4, "(%5)", "upperLetter"),
)
ARTICLES = abstract(
    1,
    level(0, "ARTICLE %1", "upperRoman", suffix="space"),
    level(1, "Section %1.%2", more="<w:isLgl/>"),
    level(2, "(%3)", "lowerLetter"),
)
ALWAYS_ON = abstract(2, level(0, "Part %1", "upperLetter"), level(1, "%2.", more='<w:lvlRestart w:val="0"/>'))
ODD = abstract(3, level(0, "%1", "ordinal"), level(1, "%2", "decimalZero"), level(2, "%3:", "cardinalText"))
PLAIN = abstract(4, level(0, "•", "bullet"), level(1, "–", "bullet"), level(2, "o", "bullet"))
SUFFIX = abstract(
    5, level(0, "%1)", suffix="nothing"), level(1, "%2.", "none"), level(2, "Note: ", "none", suffix="nothing")
)
STYLED = abstract(
    6,
    level(0, "%1.", linked="Heading1"),
    level(1, "%1.%2", linked="Heading2"),
    level(2, "(%3)", "lowerLetter", linked="Heading3"),
)
LISTS = (
    LEGAL + ARTICLES + ALWAYS_ON + ODD + PLAIN + SUFFIX + STYLED
    + abstract(7, link='<w:numStyleLink w:val="ClauseList"/>')
    + abstract(8, level(0, "Clause %1"), level(1, "%1-%2"), link='<w:styleLink w:val="ClauseList"/>')
    + "".join(a_list(number + 1, number) for number in range(9))
    + a_list(11, 0, starts_at(0, 5))
    + a_list(12, 0, starts_at(1, 7))
    + a_list(13, 0, '<w:lvlOverride w:ilvl="0">' + level(0, "[%1]", "upperLetter") + "</w:lvlOverride>")
)  # fmt: skip
LINKED_STYLES = STYLES.replace(
    '<w:outlineLvl w:val="0"/>', '<w:numPr><w:numId w:val="7"/></w:numPr><w:outlineLvl w:val="0"/>'
)
LINKED_STYLES = LINKED_STYLES.replace(
    '<w:outlineLvl w:val="1"/>', '<w:numPr><w:numId w:val="7"/></w:numPr><w:outlineLvl w:val="1"/>'
)
LINKED_STYLES = LINKED_STYLES.replace(
    '<w:outlineLvl w:val="2"/>', '<w:numPr><w:ilvl w:val="2"/><w:numId w:val="7"/></w:numPr><w:outlineLvl w:val="2"/>'
)
LIST_STYLE = (
    '<w:style w:type="numbering" w:styleId="ClauseList"><w:name w:val="Clause List"/><w:pPr><w:numPr><w:numId w:val="9"/>'
    "</w:numPr></w:pPr></w:style>"
)


def numbered(*lines: tuple[str, int, int]) -> str:
    """Paragraphs: words, list, depth."""
    return "".join(p(words, num(list_id, depth)) for words, list_id, depth in lines)


def _list_case(*lines: tuple[str, int, int], styles: str = STYLES) -> bytes:
    return a_word_file(numbered(*lines), parts={"numbering": LISTS, "styles": styles})


def word_cases() -> dict[str, bytes]:
    """Every case by name."""
    return _numbering() | _review() | _others()


def _numbering() -> dict[str, bytes]:
    headings = "".join(
        p(words, style(f"Heading{depth}"))
        for words, depth in [
            ("Term", 1),
            ("Start", 2),
            ("first", 3),
            ("second", 3),
            ("End", 2),
            ("Fees", 1),
            ("Due", 2),
        ]
    )
    return {
        "legal": _list_case(
            ("Term", 1, 0),
            ("Start", 1, 1),
            ("early", 1, 2),
            ("late", 1, 2),
            ("very", 1, 3),
            ("End", 1, 1),
            ("again", 1, 2),
            ("Fees", 1, 0),
            ("Due", 1, 1),
        ),
        "articles": _list_case(
            ("Definitions", 2, 0), ("Terms", 2, 1), ("a term", 2, 2), ("More", 2, 1), ("Payment", 2, 0), ("Fees", 2, 1)
        ),
        "never restarted": _list_case(("One", 3, 0), ("a", 3, 1), ("b", 3, 1), ("Two", 3, 0), ("c", 3, 1)),
        "other counts": _list_case(("x", 4, 0), ("x", 4, 0), ("x", 4, 1), ("x", 4, 2), ("x", 4, 0)),
        "bullets": _list_case(("one", 5, 0), ("two", 5, 1), ("three", 5, 2)),
        "suffixes": _list_case(("glued", 6, 0), ("unnumbered", 6, 1), ("remark", 6, 2), ("glued", 6, 0)),
        "linked styles": a_word_file(headings, parts={"numbering": LISTS, "styles": LINKED_STYLES}),
        "list style": _list_case(
            ("One", 8, 0), ("Sub", 8, 1), ("Two", 8, 0), ("Three", 9, 0), styles=STYLES + LIST_STYLE
        ),
        "started anew": _list_case(("one", 1, 0), ("two", 1, 0), ("five", 11, 0), ("six", 11, 0), ("sub", 11, 1)),
        "started anew below": _list_case(("one", 1, 0), ("seven", 12, 1), ("eight", 12, 1)),
        "level changed": _list_case(("a", 13, 0), ("b", 13, 0), ("b1", 13, 1)),
        "deep first": _list_case(("deep", 1, 1), ("deeper", 1, 2), ("top", 1, 0), ("sub", 1, 1)),
        "skipped level": _list_case(("top", 1, 0), ("third", 1, 2), ("second", 1, 1), ("third", 1, 2)),
        "empty items": a_word_file(
            p("Fees", num(1, 0)) + p("", num(1, 0)) + p("Term", num(1, 0)), parts={"numbering": LISTS}
        ),
        "in a table": a_word_file(
            table(row(cell(p("", num(1, 0))), "Fees"), row(cell(p("", num(1, 0))), "Term")) + p("After", num(1, 0)),
            parts={"numbering": LISTS},
        ),
    }


def _review() -> dict[str, bytes]:
    gone = f'<w:del w:id="910" {BY}/>'
    return {
        "changes": a_word_file(
            p(
                r("The fee is ")
                + deleted("$100")
                + inserted("$250")
                + r(" a month, ")
                + deleted("not ", OTHER)
                + r("payable in advance.")
            )
            + p(deleted("This clause goes."), mark=gone)
            + p("This clause stays.")
            + p(r("It runs "), mark=gone)
            + p("on.")
            + p(inserted("A new clause."), mark=f'<w:ins w:id="911" {BY}/>')
            + p(moved_from("Moved words."), mark=f'<w:moveFrom w:id="912" {BY}/>')
            + p(r("Before. ") + moved_to("Moved words.")),
        ),
        "changes in lists": a_word_file(
            p("one", num(1, 0))
            + p(deleted("two"), num(1, 0), gone)
            + p("three", num(1, 0))
            + p(inserted("four"), num(1, 0))
            + p("five", num(1, 0)),
            parts={"numbering": LISTS},
        ),
        "changes in tables": a_word_file(
            table(
                row("Item", "Price", properties="<w:tblHeader/>"),
                row(cell(p(deleted("Old item"))), cell(p(deleted("$1"))), properties=f'<w:del w:id="913" {BY}/>'),
                row("Kept item", cell(p(deleted("$2") + inserted("$3")))),
                row(cell(p(inserted("New item"))), cell(p(inserted("$4"))), properties=f'<w:ins w:id="914" {BY}/>'),
            )
            + p("After.")
        ),
        "changes of changes": a_word_file(
            p(r("Keep ") + f'<w:ins w:id="915" {BY}>{r("this ")}{deleted("not that ", OTHER)}</w:ins>' + r("here."))
        ),
        "comments": a_word_file(
            p(r("The ") + commented(r("Supplier"), 1) + r(" shall pay.")) + p(commented(r("All of it."), 2)),
            parts={
                "comments": comment(1, "Who is this?", paragraph_id="00000001")
                + comment(2, "Agreed.", "Ann Lee", "00000002"),
                "commentsExtended": '<w15:commentEx w15:paraId="00000001" w15:done="1"/>'
                '<w15:commentEx w15:paraId="00000002" w15:paraIdParent="00000001" w15:done="0"/>',
            },
        ),
    }


def _others() -> dict[str, bytes]:
    notes = {
        "footnotes": '<w:footnote w:type="separator" w:id="-1"><w:p/></w:footnote>'
        + note(2, "First note.")
        + note(3, "Second note."),
        "endnotes": '<w:endnote w:type="separator" w:id="-1"><w:p/></w:endnote>' + note(2, "An end note.", "endnote"),
    }
    return {
        "notes": a_word_file(
            p(
                r("The fee")
                + note_reference(2)
                + r(" is due")
                + note_reference(3)
                + r(" at once")
                + note_reference(2, "endnote")
                + r(".")
            ),
            parts=notes,
        ),
        "table": a_word_file(
            table(
                row("Item", cell("Fees", span=2), properties="<w:tblHeader/>"),
                row(cell("Hosting", merge="restart"), "monthly", "$100"),
                row(cell("", merge="continue"), "yearly", "$1,000"),
                row("Support", cell(p("see") + p("below"), span=2)),
                columns=3,
            )
            + p("After."),
        ),
        "nested table": a_word_file(
            table(row("outer", cell(p("before") + table(row("in", "ner")) + p("after")))) + p("End.")
        ),
        "fields": a_word_file(
            p(bookmark("Fee_Clause", r("Fees")))
            + p(
                r("See clause ")
                + field("REF Fee_Clause \\h", "Fees")
                + r(" on page ")
                + field("PAGEREF Fee_Clause \\h", "1")
                + r(".")
            )
            + p(
                r("Visit ")
                + '<w:hyperlink r:id="rIdx">'
                + r("our site")
                + "</w:hyperlink>"
                + r(" or ")
                + '<w:hyperlink w:anchor="Fee_Clause">'
                + r("fees")
                + "</w:hyperlink>"
                + r(".")
            ),
            links={"rIdx": "https://example.com/terms"},
        ),
        "hidden": a_word_file(
            p(
                r("Shown ")
                + r("secret ", "<w:vanish/>")
                + r("styled secret ", '<w:rStyle w:val="Secret"/>')
                + r("again.")
            )
            + p("A hidden line.", style("SecretLine"), "<w:vanish/>")
            + p("After.")
        ),
        "margins": a_word_file(
            p("Body."),
            margins=[
                ("header", "default", p("DRAFT 3")),
                ("footer", "default", p("Confidential")),
                ("header", "first", p("Cover")),
            ],
        ),
        "text box": a_word_file(p(r("Before the box.") + text_box(p("In the box."))) + p("After the box.")),
        "line breaks": a_word_file(
            p(
                r("Supplier:")
                + "<w:r><w:br/></w:r>"
                + r("Acme Ltd.")
                + "<w:r><w:br/></w:r>"
                + r("London")
                + "<w:r><w:tab/></w:r>"
                + r("UK")
            )
            + p(
                r("The parties agree:")
                + "<w:r><w:br/></w:r>"
                + r("(a) to pay;")
                + "<w:r><w:br/></w:r>"
                + r("(b) to deliver.")
            )
        ),
    }
