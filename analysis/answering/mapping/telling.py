"""What the last call is told (floor 4, pure): the counts, the documents, and the verified quotes with their numbers.

Where the quotes are more than the evidence budget holds, every document gives its first before any gives its second,
and so on; what is left out is told, is in the receipt, and stays in the evidence of the answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.answering.mapping.merging import Finding, Findings
from analysis.answering.mapping.outcomes import Outcomes
from analysis.context import markup
from analysis.context.layout import Means
from analysis.context.packing import in_stable_order
from proviso.types.answers import Dropped, PerDocument
from proviso.types.search import ReadableDocument, ResolvedScope

LISTED_AT_MOST = 300
"""Documents without a quote that the model is given by name."""


@dataclass(frozen=True, slots=True)
class Told:
    """The text in the place of the documents, the labels in it, and the quotes that it had no room for."""

    text: str
    labels: dict[str, ReadableDocument]
    dropped: tuple[Dropped, ...]


def tell(scope: ResolvedScope, findings: Findings, found: Outcomes, budget: int, means: Means) -> Told:
    """`budget`: tokens for quotes and notes."""
    documents = in_stable_order(scope.documents)
    labels = {f"D{n}": document for n, document in enumerate(documents, 1)}
    lines = {each.evidence.n: _quote(each, means) for each in findings.verified}
    costs = {n: means.tokens.count(line + "\n") for n, line in lines.items()}
    shown = _within(findings.verified, costs, budget)
    parts = [_counts(findings, found)]
    for label, document in labels.items():
        numbers = findings.of(document.document_id)
        if numbers:
            quotes = [lines[n] for n in numbers if n in shown]
            left_out = (
                [f"({len(numbers) - len(quotes)} more quotes are not shown)"] if len(quotes) < len(numbers) else []
            )
            parts.append("\n".join([means.shield(markup.opening(label, document)), *quotes, *left_out, markup.CLOSING]))
    parts.append(_rest(labels, found, means))
    dropped = tuple(_dropped(each, costs) for each in findings.verified if each.evidence.n not in shown)
    return Told("\n\n".join(part for part in parts if part), labels, dropped)


def _within(verified: Sequence[Finding], costs: dict[int, int], budget: int) -> set[int]:
    """The numbers shown: a document's next quote only when all the others have given as many."""
    turns: dict[str, int] = {}
    ranked: list[tuple[int, int]] = []
    for each in verified:
        turn = turns[each.evidence.document_id] = turns.get(each.evidence.document_id, 0) + 1
        ranked.append((turn, each.evidence.n))
    shown: set[int] = set()
    for _, n in sorted(ranked):
        if costs[n] > budget:
            break
        budget -= costs[n]
        shown.add(n)
    return shown


def _quote(each: Finding, means: Means) -> str:
    item = each.evidence
    place = ", ".join(
        part
        for part in (
            f"section {' '.join(item.section.split())[:80]}" if item.section else "",
            f"page {item.page_start}" if item.page_start else "",
        )
        if part
    )
    words = " ".join((item.text or item.quote).split())
    note = f"\n    note: {each.note}" if each.note else ""
    return means.quoted(f"[{item.n}]{f' ({place})' if place else ''} “{words}”{note}")


def _counts(findings: Findings, found: Outcomes) -> str:
    mapped = found.mapped
    return "\n".join(
        [
            "Counted by the service:",
            f"- documents in the scope: {len(found.per_document)}, with text to read: {len(found.titles)}",
            f"- documents with quotes: {mapped.documents_with_quotes}",
            f"- documents read whole without a quote: {mapped.documents_without}",
            f"- documents that are open (not read, or not wholly): {len(found.open)}",
            f"- different quotes: {len(findings.verified)}",
            *(
                f"- quotes of {_label(each.document_id, found)}: {len(each.evidence)}"
                for each in found.having("found")[:LISTED_AT_MOST]
            ),
        ]
    )


def _rest(labels: dict[str, ReadableDocument], found: Outcomes, means: Means) -> str:
    """The documents without a verified quote, by name."""
    by_id = {document.document_id: label for label, document in labels.items()}
    quoteless = [each for each in found.per_document if each.outcome != "found" or each.detail]
    lines = [
        f"- {by_id.get(each.document_id, '')} {_label(each.document_id, found)}: {_said(each)}" for each in quoteless
    ]
    more = [f"- and {len(lines) - LISTED_AT_MOST:,} more"] if len(lines) > LISTED_AT_MOST else []
    return means.quoted("\n".join(["Other documents:", *lines[:LISTED_AT_MOST], *more])) if lines else ""


def _said(each: PerDocument) -> str:
    if each.outcome == "not_in_document" and not each.detail:
        return "read whole, no quote"
    return f"{each.outcome.replace('_', ' ')}, open: {each.detail or 'its quotes could not be verified'}"


def _label(document_id: str, found: Outcomes) -> str:
    return f"“{' '.join(found.titles.get(document_id, document_id).split())[:120]}”"


def _dropped(each: Finding, costs: dict[int, int]) -> Dropped:
    item = each.evidence
    return Dropped(item.document_id, item.start or 0, item.end or 0, costs[item.n], "budget")
