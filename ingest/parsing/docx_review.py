"""What reviewers did to a DOCX (floor 4): insertions, deletions, moves and comments, with who and when, as marks on the text.

The text is the current text, as if all changes were accepted; so that none of them is lost, each is kept beside it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lxml import etree

from ingest.parsing.docx_xml import W14, W15, W
from ingest.parsing.draft import trimmed
from ingest.parsing.words import Place
from proviso.types.documents import DocumentWarning, Mark, MarkKind

KEPT = ("insertion", "moved_to")
"""Changes whose words are in the text; the others have a place there, but no width."""


@dataclass(slots=True, eq=False)
class Change:
    """A tracked change; `text` is what is no longer in the text, `paragraph` in which paragraph of the file it stands."""

    kind: MarkKind
    place: Place
    author: str | None
    at: str | None
    text: str = ""
    paragraph: int = 0


@dataclass(slots=True, eq=False)
class Comment:
    """A comment, and what is known of where it begins and ends."""

    author: str | None
    at: str | None
    text: str
    resolved: bool = False
    reply: bool = False
    begins: Place | None = None
    ends: Place | None = None


class Review:
    """Collects changes and comments while the parts of a document are read."""

    def __init__(self, comments: etree._Element | None, extended: etree._Element | None) -> None:
        self._changes: list[Change] = []
        self._comments: dict[str, Comment] = {}
        self._repeated: set[Place] = set()
        threads = {element.get(f"{W15}paraId", ""): element for element in (extended if extended is not None else ())}
        for element in comments.iterfind(f"{W}comment") if comments is not None else ():
            self._comments[element.get(f"{W}id", "")] = _comment(element, threads)

    def changed(
        self, kind: MarkKind, place: Place, element: etree._Element, text: str = "", paragraph: int = 0
    ) -> None:
        self._changes.append(Change(kind, place, _author(element), _date(element), text, paragraph))

    def comment_begins(self, comment_id: str, place: Place) -> None:
        comment = self._comments.get(comment_id)
        if comment is not None and comment.begins is None:
            comment.begins = place

    def comment_ends(self, comment_id: str, place: Place) -> None:
        """Where the range or, without one, the mark of a comment ends it."""
        comment = self._comments.get(comment_id)
        if comment is not None and comment.ends is None:
            comment.ends = place

    def repeats(self, places: Iterable[Place]) -> None:
        """These places are of words that are printed more than once, as a header is: the same change in them is one change."""
        self._repeated.update(places)

    def marks(self, text: str) -> tuple[Mark, ...]:
        """All of them in the order of the text; changes of one hand that touch are one."""
        out = [*_joined(self._once(), text), *(_comment_mark(each, text) for each in self._comments.values())]
        return tuple(sorted(out, key=lambda mark: (mark.start, mark.end)))

    def _once(self) -> list[Change]:
        """The changes, without those that only repeat one."""
        shown = {_said(change) for change in self._changes if change.place not in self._repeated}
        return [each for each in self._changes if each.place not in self._repeated or _said(each) not in shown]

    def warnings(self, marks: tuple[Mark, ...]) -> list[DocumentWarning]:
        changes = [mark.kind for mark in marks if mark.kind != "comment"]
        out = []
        if changes:
            moves = max(changes.count("moved_to"), changes.count("moved_from"))
            said = _listed(
                (changes.count("insertion"), "insertion"), (changes.count("deletion"), "deletion"), (moves, "move")
            )
            out.append(
                DocumentWarning(
                    "tracked_changes",
                    f"The document has tracked changes: {said}. Its text is read as if all were accepted; "
                    "deleted words are not in it, and are kept with their authors beside it.",
                )
            )
        comments = list(self._comments.values())
        if comments:
            kinds = _listed(
                (sum(it.reply for it in comments), "reply"), (sum(it.resolved for it in comments), "resolved")
            )
            more = f" ({kinds})" if kinds else ""
            said = _listed((len(comments), "comment"))
            out.append(
                DocumentWarning("comments", f"The document has {said}{more}; they are kept beside its text, not in it.")
            )
        return out


def _comment(element: etree._Element, threads: dict[str, etree._Element]) -> Comment:
    paragraphs = list(element.iter(f"{W}p"))
    text = "\n".join("".join(_comment_words(paragraph)) for paragraph in paragraphs).strip()
    thread = next((threads[key] for p in reversed(paragraphs) if (key := p.get(f"{W14}paraId", "")) in threads), None)
    resolved = thread is not None and thread.get(f"{W15}done") in ("1", "true")
    reply = thread is not None and thread.get(f"{W15}paraIdParent") is not None
    return Comment(_author(element), _date(element), text, resolved, reply)


def _comment_words(paragraph: etree._Element) -> list[str]:
    return [
        (node.text or "") if node.tag == f"{W}t" else "\t" if node.tag == f"{W}tab" else "\n"
        for node in paragraph.iter(f"{W}t", f"{W}tab", f"{W}br")
        if next(node.iterancestors(f"{W}pPr"), None) is None
    ]


def _comment_mark(comment: Comment, text: str) -> Mark:
    first, last = comment.begins or comment.ends, comment.ends or comment.begins
    start = first.start if first else len(text)
    end = max(start, last.end) if last else start
    start, end = trimmed(text, start, end)
    return Mark("comment", start, end, comment.text, comment.author, comment.at)


def _joined(changes: list[Change], text: str) -> list[Mark]:
    """Changes as marks; what one hand did in one place, run by run, is one mark."""
    out: list[Mark] = []
    before: Change | None = None
    for change in sorted(changes, key=lambda change: change.place.start):
        start, end = _span(change, text)
        if start == end and not change.text:
            continue
        said = change.text
        if before is not None and _goes_on(before, change, out[-1], text):
            last = out.pop()
            gap = "\n" if said and before.paragraph != change.paragraph else ""
            end = max(last.end, end) if change.kind in KEPT else last.end
            start, said = last.start, last.text + gap + said
        out.append(Mark(change.kind, start, end, said, change.author, change.at))
        before = change
    return out


def _said(change: Change) -> tuple[object, ...]:
    return change.kind, change.place.start, change.place.end, change.author, change.at, change.text


def _span(change: Change, text: str) -> tuple[int, int]:
    """Where a change stands in the text; what was taken out has a place but no width."""
    start, end = change.place.start, max(change.place.start, change.place.end)
    if change.kind not in KEPT:
        return start, start
    return trimmed(text, start, end) if text[start:end].strip() else (start, end)


def _goes_on(before: Change, change: Change, mark: Mark, text: str) -> bool:
    """Whether `change` carries on what the same hand did just before it: nothing lies between but the end of a paragraph."""
    if (before.kind, before.author, before.at) != (change.kind, change.author, change.at):
        return False
    between = text[mark.end : max(mark.end, change.place.start)]
    return not between or (not between.strip() and (not change.text or before.paragraph != change.paragraph))


def _author(element: etree._Element) -> str | None:
    return (element.get(f"{W}author") or "").strip() or None


def _date(element: etree._Element) -> str | None:
    """RFC 3339: Word writes the local time of the author as if it were UTC."""
    date = (element.get(f"{W}date") or "").strip()
    if not date:
        return None
    return date if date.endswith("Z") or "+" in date[10:] or "-" in date[10:] else f"{date}Z"


def _listed(*counts: tuple[int, str]) -> str:
    return ", ".join(
        f"{count} {noun}"
        if count == 1 or noun == "resolved"
        else f"{count} {noun.removesuffix('y')}{'ies' if noun.endswith('y') else 's'}"
        for count, noun in counts
        if count
    )
