"""HTML (floor 4): what a reader of the page sees, as headings, paragraphs, list items and tables; nothing is fetched, nothing runs.

Scripts, styles, navigation and hidden parts are left out. White space is collapsed as browsers do, except in `pre`. Numbers of
ordered lists are written out, since clauses are cited by them. Struck-out words are not text; they are kept as deletions.
"""

from __future__ import annotations

from pathlib import Path

from selectolax.lexbor import LexborHTMLParser

from ingest.parsing.charset import declared_in_html, decode
from ingest.parsing.draft import Draft, trimmed
from ingest.parsing.html_sheets import Sheets
from ingest.parsing.html_walk import Walk
from ingest.parsing.kinds import HTML
from proviso.errors import EmptyFile
from proviso.text import canonical
from proviso.types.documents import DocumentWarning, Link, Mark, Parsed

LEFT_OUT_CHARS = 500
LEFT_OUT_SHARE = 0.2


def parse(path: Path, filename: str, password: str | None) -> Parsed:
    """The readable part of a page. Raises EmptyFile when the page shows no text."""
    data = path.read_bytes()
    decoded = decode(data, declared_in_html(data))
    tree = LexborHTMLParser(canonical(decoded.text))
    walk, draft = Walk(Sheets(tree)), Draft()
    if tree.root is not None:
        draft.add(walk.run(tree.root))
    draft.close()
    text = draft.text()
    if not text:
        raise EmptyFile(f"{filename} shows no text: what it holds is scripts, navigation or images.")
    title = tree.css_first("head > title")
    language = tree.root.attributes.get("lang") if tree.root is not None else None
    return Parsed(
        text,
        tuple(draft.blocks),
        HTML,
        title=" ".join(title.text().split()) or None if title else None,
        language=language.split("-")[0].lower() if language else None,
        warnings=(*decoded.warnings(), *_warnings(walk, len(text))),
        metadata={"encoding": decoded.encoding},
        tables=draft.tables(),
        marks=_marks(walk, text),
        form_fields=tuple(walk.fields),
        anchors={name: place.start for name, place in walk.anchors.items()},
        links=_links(walk, text),
    )


def _links(walk: Walk, text: str) -> tuple[Link, ...]:
    spans = ((*trimmed(text, first.start, max(first.start, last.end)), target) for first, last, target in walk.links)
    return tuple(Link(start, end, target) for start, end, target in spans if start < end)


def _marks(walk: Walk, text: str) -> tuple[Mark, ...]:
    deleted = [Mark("deletion", it.place.start, it.place.start, it.text, at=it.at) for it in walk.struck]
    inserted = [
        Mark("insertion", *trimmed(text, first.start, max(first.start, last.end)), at=at)
        for first, last, at in walk.inserted
    ]
    marks = [*deleted, *(mark for mark in inserted if mark.start < mark.end)]
    return tuple(sorted(marks, key=lambda mark: (mark.start, mark.end)))


def _warnings(walk: Walk, chars: int) -> list[DocumentWarning]:
    out = []
    if walk.struck:
        detail = f"{len(walk.struck)} struck-out pieces of text are not part of the text; they are kept beside it."
        out.append(DocumentWarning("struck_out", detail))
    if walk.left_out_chars > max(LEFT_OUT_CHARS, LEFT_OUT_SHARE * chars):
        detail = f"{walk.left_out_chars} characters of navigation and hidden parts were left out."
        out.append(DocumentWarning("left_out", detail))
    return out
