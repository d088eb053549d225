"""What each document of the scope came to (floor 4, pure): by code, never by the model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from analysis.answering.mapping.asking import WindowRead
from analysis.answering.mapping.merging import Findings
from analysis.answering.mapping.wording import pages, shortened
from analysis.context.packing import in_stable_order
from proviso.types.answers import Dropped, Mapped, PerDocument
from proviso.types.search import ReadableDocument, ResolvedScope

WHY = {
    "call_failed": "the model could not be asked",
    "reply_unreadable": "the model's reply made no sense",
    "reply_cut": "the model's reply was cut off",
    "deleted": "deleted meanwhile",
    "not_asked": "not asked, after others had failed",
}
"""What the codes of windows that were not read, or not wholly, are called where people read."""


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Outcomes of the whole scope, and what they are made of. `titles`: of the documents that can be read; `names`: what all of the
    scope are called where people read; `dropped`: windows that were not read, or not wholly.
    """

    per_document: tuple[PerDocument, ...]
    titles: dict[str, str]
    names: dict[str, str]
    dropped: tuple[Dropped, ...]
    mapped: Mapped

    def having(self, *outcomes: str) -> list[PerDocument]:
        return [each for each in self.per_document if each.outcome in outcomes]

    @property
    def without(self) -> list[PerDocument]:
        """Documents that were read whole, every page, and gave no quote."""
        return [each for each in self.having("not_in_document") if not each.detail]

    @property
    def open(self) -> list[PerDocument]:
        """Documents of which nobody can say that they hold nothing more."""
        return [each for each in self.per_document if each.detail or each.outcome not in {"found", "not_in_document"}]


def outcomes(
    scope: ResolvedScope,
    reads: Sequence[WindowRead],
    findings: Findings,
    plan: Mapped,
    filenames: Mapping[str, str] = MappingProxyType({}),
) -> Outcomes:
    """`filenames`: of the documents that are not ready or failed, by id."""
    by_document: dict[str, list[WindowRead]] = {}
    for read in reads:
        by_document.setdefault(read.window.document.document_id, []).append(read)
    readable = [
        _of(document, by_document.get(document.document_id, []), findings)
        for document in in_stable_order(scope.documents)
    ]
    others = [PerDocument(id_, "not_ready", (), "not ready yet", filenames.get(id_, id_)) for id_ in scope.not_ready]
    others += [PerDocument(id_, "failed", (), "could not be ingested", filenames.get(id_, id_)) for id_ in scope.failed]
    unread = [read for read in reads if read.why]
    return Outcomes(
        per_document=(*readable, *others),
        titles={each.document_id: each.title for each in readable},
        names=_names((*readable, *others), {each.document_id: each.filename for each in scope.documents}),
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


def _names(documents: Sequence[PerDocument], filenames: Mapping[str, str]) -> dict[str, str]:
    """Titles on one line; where several documents have the same one, with the name of the file."""
    titles = {each.document_id: shortened(each.title) for each in documents}
    same = Counter(titles.values())
    return {
        id_: f"{title} [{filenames[id_]}]" if same[title] > 1 and filenames.get(id_, title) != title else title
        for id_, title in titles.items()
    }


def _of(document: ReadableDocument, reads: Sequence[WindowRead], findings: Findings) -> PerDocument:
    id_, title = document.document_id, document.title or document.filename
    numbers = findings.of(id_)
    doubtful = tuple(e.evidence.n for e in findings.unverified if e.evidence.document_id == id_)
    faults = [read for read in reads if read.why]
    detail = _detail(document, reads, faults)
    if numbers:
        return PerDocument(id_, "found", numbers, detail, title)
    if not reads:
        return PerDocument(id_, "unread", (), detail or "no readable text", title)
    if faults:
        return PerDocument(id_, "failed", doubtful, detail, title)
    return PerDocument(id_, "unverified" if doubtful else "not_in_document", doubtful, detail, title)


def _detail(document: ReadableDocument, reads: Sequence[WindowRead], faults: Sequence[WindowRead]) -> str | None:
    parts = []
    if faults:
        why = ", ".join(dict.fromkeys(WHY[read.why or "call_failed"] for read in faults))
        which = "not read whole" if len(reads) == 1 else f"{len(faults)} of its {len(reads)} parts not read whole"
        parts.append(f"{which}: {why}")
    if document.unread_pages:
        parts.append(f"no readable text on {pages(document.unread_pages)}")
    return "; ".join(parts) or None


def _dropped(read: WindowRead) -> Dropped:
    window = read.window
    return Dropped(
        window.document.document_id, window.span.start, window.span.end, window.tokens, read.why or "call_failed"
    )


def _place(read: WindowRead) -> tuple[str, int]:
    return read.window.document.document_id, read.window.span.start
