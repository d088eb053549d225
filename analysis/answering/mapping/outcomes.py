"""What each document of the scope came to, and the words for it (floor 4, pure): by code, never by the model."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from analysis.answering.mapping.asking import WindowRead
from analysis.answering.mapping.merging import Findings
from analysis.context.packing import in_stable_order
from proviso.types.answers import Dropped, Mapped, PerDocument
from proviso.types.search import ReadableDocument, ResolvedScope

NAMED_AT_MOST = 100
"""Documents named in a sentence of the answer; all are in `per_document`."""


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Outcomes of the whole scope, and what they are made of. `unread`: windows that were not read, or not wholly."""

    per_document: tuple[PerDocument, ...]
    titles: dict[str, str]
    dropped: tuple[Dropped, ...]
    mapped: Mapped

    def having(self, *outcomes: str) -> list[PerDocument]:
        return [each for each in self.per_document if each.outcome in outcomes]

    @property
    def open(self) -> list[PerDocument]:
        """Documents of which nobody can say that they hold nothing more."""
        return [each for each in self.per_document if each.detail or each.outcome not in {"found", "not_in_document"}]


def outcomes(scope: ResolvedScope, reads: Sequence[WindowRead], findings: Findings, plan: Mapped) -> Outcomes:
    by_document: dict[str, list[WindowRead]] = {}
    for read in reads:
        by_document.setdefault(read.window.document.document_id, []).append(read)
    readable = [
        _of(document, by_document.get(document.document_id, []), findings)
        for document in in_stable_order(scope.documents)
    ]
    others = [PerDocument(id_, "not_ready", (), "not ready yet") for id_ in scope.not_ready]
    others += [PerDocument(id_, "failed", (), "could not be ingested") for id_ in scope.failed]
    unread = [read for read in reads if read.why]
    return Outcomes(
        per_document=(*readable, *others),
        titles={document.document_id: document.title or document.filename for document in scope.documents},
        dropped=tuple(_dropped(read) for read in sorted(unread, key=_place)),
        mapped=Mapped(
            windows=plan.windows,
            window_tokens=plan.window_tokens,
            prompt_tokens=plan.prompt_tokens,
            windows_read=len(reads) - len(unread),
            windows_failed=len(unread),
            quotes=len(findings.verified) + findings.merged,
            merged=findings.merged,
            unverified=len(findings.unverified),
            documents_with_quotes=sum(each.outcome == "found" for each in readable),
            documents_without=sum(each.outcome == "not_in_document" and not each.detail for each in readable),
        ),
    )


def _of(document: ReadableDocument, reads: Sequence[WindowRead], findings: Findings) -> PerDocument:
    id_, numbers = document.document_id, findings.of(document.document_id)
    doubtful = tuple(e.evidence.n for e in findings.unverified if e.evidence.document_id == id_)
    faults = [read for read in reads if read.why]
    detail = _detail(document, reads, faults)
    if numbers:
        return PerDocument(id_, "found", numbers, detail)
    if not reads:
        return PerDocument(id_, "unread", (), detail or "no readable text")
    if faults:
        return PerDocument(id_, "failed", doubtful, detail)
    return PerDocument(id_, "unverified" if doubtful else "not_in_document", doubtful, detail)


def _detail(document: ReadableDocument, reads: Sequence[WindowRead], faults: Sequence[WindowRead]) -> str | None:
    parts = []
    if faults:
        why = ", ".join(dict.fromkeys(read.why or "" for read in faults))
        parts.append(f"{len(faults)} of {len(reads)} windows not read whole ({why})")
    if document.unread_pages:
        pages = ", ".join(str(page) for page in document.unread_pages)
        parts.append(f"no readable text on page {pages}")
    return "; ".join(parts) or None


def _dropped(read: WindowRead) -> Dropped:
    window = read.window
    return Dropped(
        window.document.document_id, window.span.start, window.span.end, window.tokens, read.why or "call_failed"
    )


def _place(read: WindowRead) -> tuple[str, int]:
    return read.window.document.document_id, read.window.span.start


def closing_words(found: Outcomes) -> str:
    """What the service adds to an answer: documents without a quote, and what is open; "" where there is neither."""
    lines = []
    without = [each for each in found.having("not_in_document") if not each.detail]
    if without:
        lines.append(f"Read whole without a quote on the question ({len(without)}): {_named(without, found)}.")
    if found.open:
        lines.append(f"Open ({len(found.open)}): {_named(found.open, found, with_detail=True)}.")
    if found.mapped.unverified:
        lines.append(f"{found.mapped.unverified} quote(s) are not in their document as given and were left aside.")
    return "\n".join(lines)


def nothing_found(found: Outcomes) -> str:
    """The answer where no window gave a verified quote."""
    mapped, readable = found.mapped, len(found.titles)
    what = f"No passage that bears on the question was found in {readable} document(s)"
    how = f"{mapped.windows_read:,} of {mapped.windows:,} windows were read whole"
    doubt = "" if not found.open else "; this is no proof for those that are open"
    return f"{what}: {how}{doubt}.\n\n{closing_words(found)}".strip()


def _named(documents: Sequence[PerDocument], found: Outcomes, *, with_detail: bool = False) -> str:
    shown = [_name(each, found, with_detail) for each in documents[:NAMED_AT_MOST]]
    more = len(documents) - len(shown)
    return "; ".join([*shown, f"and {more:,} more"] if more else shown)


def _name(each: PerDocument, found: Outcomes, with_detail: bool) -> str:
    title = found.titles.get(each.document_id, each.document_id)
    return f"{title} ({each.detail or each.outcome})" if with_detail else title


def numbers_of(found: Outcomes, findings: Findings) -> Iterable[int]:
    """The counts made by code, which an answer may state without a quote."""
    mapped = found.mapped
    per_document = [len(each.evidence) for each in found.having("found")]
    return (
        len(found.per_document), len(found.titles), len(findings.verified), mapped.documents_with_quotes,
        mapped.documents_without, len(found.open), *per_document,
    )  # fmt: skip
