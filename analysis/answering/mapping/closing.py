"""What the service adds to an answer in its own words (floor 4, pure): where nothing was found, what is open, what was left out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from analysis.answering.mapping.merging import Findings
from analysis.answering.mapping.outcomes import Outcomes
from analysis.answering.mapping.wording import counted
from proviso.types.answers import PerDocument

DOUBTFUL = "the words quoted from it are not in it"
NAMED_AT_MOST = 100
"""Documents named in a sentence of the answer; all are in `per_document`."""


def closing_words(found: Outcomes, left_out: int = 0) -> str:
    """Documents without a quote, documents that are open, quotes that do not count and, of the others, how many were `left_out` of
    the last call; "" where there is none of them."""
    without = found.without
    what = f"Nothing on the question was found in {counted(len(without), 'document')}, read whole"
    return _lines(f"{what}: {_named(found, without)}." if without else "", found, left_out)


def nothing_found(found: Outcomes) -> str:
    """The answer where no window gave a verified quote."""
    still = "the one that stays open" if len(found.open) == 1 else f"the {len(found.open):,} that stay open"
    doubt = f"; this proves nothing for {still}" if found.open else ""
    whole = f"Read whole: {_named(found, found.without)}." if found.without else ""
    return f"No passage on the question was found: {_read(found)}{doubt}.\n\n{_lines(whole, found)}".strip()


def _lines(first: str, found: Outcomes, left_out: int = 0) -> str:
    lines = [first]
    if still := found.open:
        was, stays = ("was", "stays") if len(still) == 1 else ("were", "stay")
        what = f"{counted(len(still), 'document')} {was} not read, or not whole, and {stays} open"
        lines.append(f"{what}: {_named(found, still, with_detail=True)}.")
    if doubtful := found.mapped.unverified:
        does = "is not in its document and does" if doubtful == 1 else "are not in their documents and do"
        lines.append(f"{counted(doubtful, 'quote')} of the model {does} not count.")
    if left_out:
        was = "was" if left_out == 1 else "were"
        lines.append(
            f"{counted(left_out, 'quote')} {was} counted, but not shown when the answer was written; see the evidence."
        )
    return "\n".join(line for line in lines if line)


def _read(found: Outcomes) -> str:
    mapped, documents = found.mapped, counted(len(found.titles), "document")
    if mapped.windows_read < mapped.windows:
        return f"{mapped.windows_read:,} of {mapped.windows:,} parts of {documents} were read"
    parts = f", in {mapped.windows:,} parts" if mapped.windows > len(found.titles) else ""
    return f"{documents} {'was' if len(found.titles) == 1 else 'were'} read{parts}"


def numbers_of(found: Outcomes, findings: Findings) -> Iterable[int]:
    """The counts made by code, which an answer may state without a quote."""
    mapped = found.mapped
    per_document = [len(each.evidence) for each in found.having("found")]
    return (
        len(found.per_document), len(found.titles), len(findings.verified), mapped.documents_with_quotes,
        mapped.documents_without, len(found.open), *per_document,
    )  # fmt: skip


def _named(found: Outcomes, documents: Sequence[PerDocument], *, with_detail: bool = False) -> str:
    named = [f"“{found.names[each.document_id]}”" for each in documents[:NAMED_AT_MOST]]
    if with_detail:
        named = [f"{name} ({each.detail or DOUBTFUL})" for name, each in zip(named, documents, strict=False)]
    more = len(documents) - len(named)
    return "; ".join([*named, f"and {more:,} more"] if more else named)
