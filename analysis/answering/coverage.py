"""What stands behind "the documents do not contain this" (floor 4, pure): read whole, read in part, only searched, not readable.

Only reading proves an absence. Where a part of the scope was read, the words say how much, and of the rest that it was only searched.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from proviso.types.answers import NotRead, ReadInPart, Receipt, ScopeCoverage
from proviso.types.search import ReadableDocument, ResolvedScope

LISTED_AT_MOST = 200
NEARLY = 0.95
NO_TEXTS: Mapping[str, str] = {}
NAMED_AT_MOST = 5
"""Documents named in a sentence; the lists beside it have more."""
PAGES_AT_MOST = 12


@dataclass(frozen=True, slots=True)
class _Read:
    """What was read of one document, in tokens of its own count."""

    document: ReadableDocument
    tokens: int
    whole: bool


def nearly_whole(receipt: Receipt, scope: ResolvedScope) -> list[ReadableDocument]:
    """Documents of which passages leave out next to nothing: perhaps only the blanks between them."""
    chars = _chars(receipt)
    return [d for d in scope.documents if d.chars * NEARLY <= chars[d.document_id] < d.chars]


def coverage_of(
    receipt: Receipt, scope: ResolvedScope, filenames: Mapping[str, str], texts: Mapping[str, str] = NO_TEXTS
) -> ScopeCoverage:
    """The coverage of an answer that has come to its end. `filenames`: of the documents that are not ready or failed; `texts`: of those
    that were read nearly whole."""
    reads = _reads(receipt, scope, texts)
    whole = [each for each in reads if each.whole]
    part = [each for each in reads if not each.whole]
    named = {route.document_id for route in receipt.routed_to}
    aside = [each for each in part if named and each.document.document_id not in named]
    unread = [NotRead(d.document_id, _title(d), d.unread_pages) for d in scope.documents if d.unread_pages]
    not_ready = [NotRead(id_, filenames.get(id_, id_)) for id_ in scope.not_ready]
    failed = [NotRead(id_, filenames.get(id_, id_)) for id_ in scope.failed]
    searched = [each for each in part if not named or each.document.document_id in named]
    open_parts = [
        *_in_part(searched),
        *_aside(aside),
        *_pages(unread),
        *_named("not ready yet", not_ready),
        *_named("failed", failed),
    ]
    return ScopeCoverage(
        mode=receipt.mode,
        complete=bool(reads) and not open_parts,
        statement=" ".join([_read_words(whole, part), *open_parts, _conclusion(whole, searched, aside, open_parts)]),
        documents=len(reads) + len(not_ready) + len(failed),
        documents_read_whole=len(whole),
        documents_read_in_part=sum(each.tokens > 0 for each in part),
        tokens=sum(each.document.tokens for each in reads),
        tokens_read=sum(each.tokens for each in reads),
        read_in_part=tuple(
            ReadInPart(each.document.document_id, _title(each.document), each.tokens, each.document.tokens)
            for each in sorted(part, key=lambda each: -each.tokens)[:LISTED_AT_MOST]
        ),
        pages_unread=tuple(unread[:LISTED_AT_MOST]),
        not_ready=tuple(not_ready[:LISTED_AT_MOST]),
        failed=tuple(failed[:LISTED_AT_MOST]),
    )


def _reads(receipt: Receipt, scope: ResolvedScope, texts: Mapping[str, str]) -> list[_Read]:
    """A document without text was read whole by no one. In windows, what was dropped for anything but room was not read."""
    tokens, chars = Counter[str](), _chars(receipt)
    for part in receipt.packed:
        tokens[part.document_id] += part.tokens
    lost = {part.document_id for part in receipt.dropped if part.why != "budget"}
    reads = []
    for document in scope.documents:
        id_ = document.document_id
        by_windows = receipt.mode == "map_reduce" and id_ in tokens and id_ not in lost
        all_words = chars[id_] >= document.chars or (id_ in texts and _is_blank_between(receipt, id_, texts[id_]))
        whole = document.chars > 0 and (by_windows or all_words)
        reads.append(_Read(document, document.tokens if whole else min(tokens[id_], document.tokens), whole))
    return reads


def _chars(receipt: Receipt) -> Counter[str]:
    """Characters read of each document."""
    chars = Counter[str]()
    for part in receipt.packed:
        chars[part.document_id] += part.end - part.start
    return chars


def _is_blank_between(receipt: Receipt, document_id: str, text: str) -> bool:
    """Whether nothing but white space was left out."""
    at = 0
    for part in sorted((part for part in receipt.packed if part.document_id == document_id), key=lambda p: p.start):
        if text[at : part.start].strip():
            return False
        at = max(at, part.end)
    return not text[at:].strip()


def _read_words(whole: Sequence[_Read], part: Sequence[_Read]) -> str:
    in_all = sum(each.document.tokens for each in (*whole, *part))
    read = sum(each.tokens for each in (*whole, *part))
    if not read:
        return "Nothing was read."
    if not part:
        return f"Read whole: {_counted(len(whole), 'document')}, {_counted(in_all, 'token')}."
    passages = sum(each.tokens > 0 for each in part)
    parts = [
        f"{_counted(len(whole), 'document')} whole" if whole else "",
        f"passages of {_counted(passages, 'document')}" if passages else "",
    ]
    return f"Read: {read:,} of {_counted(in_all, 'token')} ({' and '.join(filter(None, parts))})."


def _in_part(part: Sequence[_Read]) -> Iterable[str]:
    """Documents that have text and of which some or none was read."""
    with_text = [each for each in part if each.document.chars > 0]
    if with_text:
        named = (
            f"“{_title(e.document)}” ({e.tokens:,} of {e.document.tokens:,} tokens read)" for e in _least(with_text)
        )
        yield f"Searched but not read whole ({len(with_text):,}): {_list(named, len(with_text))}."
    empty = [each for each in part if each.document.chars == 0]
    if empty:
        named = (f"“{_title(each.document)}”" for each in empty)
        yield f"Without readable text ({len(empty):,}): {_list(named, len(empty))}."


def _aside(aside: Sequence[_Read]) -> Iterable[str]:
    """Documents that nobody looked into."""
    if aside:
        named = (f"“{_title(each.document)}”" for each in aside)
        yield f"Not read, because the question names others ({len(aside):,}): {_list(named, len(aside))}."


def _least(part: Sequence[_Read]) -> list[_Read]:
    """Those first of which most is unread."""
    return sorted(part, key=lambda each: each.tokens - each.document.tokens)


def _pages(unread: Sequence[NotRead]) -> Iterable[str]:
    if unread:
        named = (f"{_numbers(each.pages)} of “{each.title}”" for each in unread)
        count = sum(len(each.pages) for each in unread)
        yield f"Without readable text ({_counted(count, 'page')}): {_list(named, len(unread))}."


def _named(what: str, documents: Sequence[NotRead]) -> Iterable[str]:
    if documents:
        named = (f"“{each.title}”" for each in documents)
        yield f"{what.capitalize()} ({len(documents):,}): {_list(named, len(documents))}."


def _conclusion(
    whole: Sequence[_Read], part: Sequence[_Read], aside: Sequence[_Read], open_parts: Sequence[str]
) -> str:
    if any(each.document.chars > 0 for each in part):
        return "It is not in the passages read; what no passage shows may still be there."
    if open_parts:
        rest = "was not read" if aside else "could not be read"
        return f"It is in none of the text read; what {rest} is open." if whole else "So everything is open."
    return "It is nowhere in them." if whole else "The scope holds no documents."


def _list(named: Iterable[str], count: int) -> str:
    shown = [words for words, _ in zip(named, range(NAMED_AT_MOST), strict=False)]
    return "; ".join([*shown, f"and {count - len(shown):,} more"] if count > len(shown) else shown)


def _numbers(pages: Sequence[int]) -> str:
    shown = ", ".join(map(str, pages[:PAGES_AT_MOST]))
    more = f" and {len(pages) - PAGES_AT_MOST:,} more" if len(pages) > PAGES_AT_MOST else ""
    return f"page{'s' if len(pages) > 1 else ''} {shown}{more}"


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _title(document: ReadableDocument) -> str:
    return document.title or document.filename
