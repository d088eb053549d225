"""What the last call is told (floor 4, pure): the counts, the documents, and the verified quotes with their numbers.

Where the quotes are more than the evidence budget holds, some are shown and, where many are not, all of them were put together
before, part by part. What is in neither is told, is in the receipt, and stays in the evidence of the answer.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from analysis.answering.mapping.lines import Line, Part
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
class Shown:
    """What there is room for: of all quotes by number those in `numbers`, and the parts."""

    quotes: Mapping[int, Line]
    numbers: Collection[int]
    parts: Sequence[Part] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """The text in the place of the documents, and the quotes that neither it nor a part holds."""

    text: str
    dropped: tuple[Dropped, ...]


def labels_of(scope: ResolvedScope) -> dict[str, ReadableDocument]:
    """What the documents are called in every prompt with quotes."""
    return {f"D{n}": document for n, document in enumerate(in_stable_order(scope.documents), 1)}


def tell(scope: ResolvedScope, findings: Findings, found: Outcomes, shown: Shown, means: Means) -> Told:
    labels = labels_of(scope)
    texts = [
        means.quoted(_counts(findings, found)),
        _parts(shown.parts, means),
        *quoted_documents(labels, findings, shown, means),
        _rest(labels, found, means),
    ]
    return Told("\n\n".join(text for text in texts if text), _dropped(findings, shown))


def quoted_documents(
    labels: Mapping[str, ReadableDocument], findings: Findings, shown: Shown, means: Means
) -> list[str]:
    """The documents with quotes, each with those that are shown."""
    texts = []
    for label, document in labels.items():
        numbers = findings.of(document.document_id)
        if numbers:
            here = [shown.quotes[n].text for n in numbers if n in shown.numbers]
            more = len(numbers) - len(here)
            left_out = [f"({more} more {'quote is' if more == 1 else 'quotes are'} not shown)"] if more else []
            texts.append("\n".join([means.shield(markup.opening(label, document)), *here, *left_out, markup.CLOSING]))
    return texts


def _parts(parts: Sequence[Part], means: Means) -> str:
    if not parts:
        return ""
    texts = ["All quotes, put together part by part by readers before you, in their words:"]
    for at, part in enumerate(parts, 1):
        range_ = f"quotes [{part.numbers[0]}] to [{part.numbers[-1]}]"
        said = means.quoted(part.draft) if part.draft else "(this part failed: of its quotes you have only those below)"
        texts.append(f"Part {at} of {len(parts)}, {range_}:\n{said}")
    return "\n\n".join(texts)


def _counts(findings: Findings, found: Outcomes) -> str:
    mapped = found.mapped
    return "\n".join(
        [
            "Counted by the service:",
            f"- documents in the scope: {len(found.per_document)}, with text to read: {len(found.titles)}",
            f"- documents with quotes: {mapped.documents_with_quotes}",
            f"- documents read whole without a quote: {mapped.documents_without}",
            f"- documents that are open (not read, or not whole): {len(found.open)}{_with_quotes(found)}",
            f"- different quotes: {len(findings.verified)}",
            *(
                f"- quotes of {_label(each, found)}: {len(each.evidence)}"
                for each in found.having("found")[:LISTED_AT_MOST]
            ),
        ]
    )


def _with_quotes(found: Outcomes) -> str:
    both = sum(each.outcome == "found" for each in found.open)
    return f", {both} of them with quotes" if both else ""


def _rest(labels: Mapping[str, ReadableDocument], found: Outcomes, means: Means) -> str:
    """The documents without a verified quote, by name."""
    by_id = {document.document_id: f"{label} " for label, document in labels.items()}
    quoteless = [each for each in found.per_document if each.outcome != "found" or each.detail]
    lines = [f"- {by_id.get(each.document_id, '')}{_label(each, found)}: {_said(each)}" for each in quoteless]
    more = [f"- and {len(lines) - LISTED_AT_MOST:,} more"] if len(lines) > LISTED_AT_MOST else []
    return means.quoted("\n".join(["Other documents:", *lines[:LISTED_AT_MOST], *more])) if lines else ""


def _said(each: PerDocument) -> str:
    if each.outcome == "not_in_document" and not each.detail:
        return "read whole, no quote"
    return f"{each.outcome.replace('_', ' ')}, open: {each.detail or 'its quotes could not be verified'}"


def _label(each: PerDocument, found: Outcomes) -> str:
    return f"“{found.names[each.document_id]}”"


def _dropped(findings: Findings, shown: Shown) -> tuple[Dropped, ...]:
    why = {n: part.why for part in shown.parts for n in part.numbers}
    unseen = [
        (each, why.get(each.evidence.n, "budget")) for each in findings.verified if each.evidence.n not in shown.numbers
    ]
    return tuple(_dropped_quote(each, shown.quotes, reason) for each, reason in unseen if reason)


def _dropped_quote(each: Finding, quotes: Mapping[int, Line], why: str) -> Dropped:
    item = each.evidence
    return Dropped(item.document_id, item.start or 0, item.end or 0, quotes[item.n].tokens, why)
