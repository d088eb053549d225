"""Notes and links of PDF pages on the canonical text (floor 4, pure): the span of the words that lie under them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from ingest.parsing.pdf_annotations import Overlay
from proviso.boxes import Box, PageWords
from proviso.types.documents import FormField, Link, Mark, Page

DATE = re.compile(r"D?:?(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?(?:(Z)|([+-])(\d\d)'?(\d\d)?)?")
NEAR_PT = 40.0


def marks_of(overlays: Mapping[int, Overlay], pages: Sequence[Page], words: Sequence[PageWords]) -> tuple[Mark, ...]:
    """Every note as a mark on the words it covers; one beside the text stands at the nearest words."""
    out = []
    for number, overlay in sorted(overlays.items()):
        page, on_page = pages[number - 1], words[number - 1]
        for note in overlay.notes:
            start, end = _under(on_page, note.boxes) or _beside(on_page, note.box) or (page.start, page.start)
            text = note.text or ("struck out" if note.strikes else "")
            out.append(Mark("annotation", start, end, text, note.author, moment(note.at), number, note.box))
    return tuple(sorted(out, key=lambda mark: (mark.start, mark.end)))


def links_of(overlays: Mapping[int, Overlay], words: Sequence[PageWords]) -> tuple[Link, ...]:
    """Every link that has words."""
    return tuple(sorted(_links(overlays, words), key=lambda link: (link.start, link.end)))


def anchors_of(overlays: Mapping[int, Overlay], pages: Sequence[Page]) -> dict[str, int]:
    """Where the links inside the document lead to, by their target without "#"."""
    wanted = {link.page for overlay in overlays.values() for link in overlay.links if link.page is not None}
    return {f"page={page.number}": page.start for page in pages if page.number in wanted}


def struck_out(overlays: Mapping[int, Overlay]) -> list[int]:
    """The pages on which words are struck out."""
    return sorted(number for number, overlay in overlays.items() if any(note.strikes for note in overlay.notes))


def moment(written: str | None) -> str | None:
    """A date as PDF writes it ("D:20200131120000+01'00'") as RFC 3339; None when it is none."""
    match = DATE.match(written or "")
    if match is None:
        return None
    year, month, day, hour, minute, second, _, sign, ahead, by = match.groups()
    zone = f"{sign}{ahead}:{by or '00'}" if sign else "Z"
    return f"{year}-{month or '01'}-{day or '01'}T{hour or '00'}:{minute or '00'}:{second or '00'}{zone}"


def _links(overlays: Mapping[int, Overlay], words: Sequence[PageWords]) -> Iterator[Link]:
    for number, overlay in overlays.items():
        for link in overlay.links:
            span = _under(words[number - 1], link.boxes)
            if span is not None:
                yield Link(*span, link.target)


def _under(words: PageWords, boxes: Sequence[Box]) -> tuple[int, int] | None:
    """The span from the first to the last word whose middle lies in one of the boxes."""
    hit = [
        at
        for at in range(len(words))
        if any(
            x0 <= (words.boxes[4 * at] + words.boxes[4 * at + 2]) / 2 <= x1
            and y0 <= (words.boxes[4 * at + 1] + words.boxes[4 * at + 3]) / 2 <= y1
            for x0, y0, x1, y1 in boxes
        )
    ]
    return (min(words.starts[at] for at in hit), max(words.ends[at] for at in hit)) if hit else None


def _beside(words: PageWords, box: Box) -> tuple[int, int] | None:
    """The word nearest to a note that covers none."""
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    near = min(range(len(words)), key=lambda at: _distance(words, at, x, y), default=None)
    if near is None or _distance(words, near, x, y) > NEAR_PT:
        return None
    return words.starts[near], words.ends[near]


def _distance(words: PageWords, at: int, x: float, y: float) -> float:
    x0, y0, x1, y1 = words.boxes[4 * at : 4 * at + 4]
    return max(x0 - x, 0, x - x1) + max(y0 - y, 0, y - y1)


def unshown(fields: Sequence[FormField], texts: Mapping[int, str]) -> list[int]:
    """The pages with a filled field whose value the page does not show."""
    flat = {number: "".join(text.split()) for number, text in texts.items()}
    filled = (each for each in fields if each.kind in ("text", "choice") and each.value and each.page)
    return sorted(
        {each.page or 0 for each in filled if "".join((each.value or "").split()) not in flat[each.page or 0]}
    )
