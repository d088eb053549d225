"""Closure (evals): do the definitions that a clause uses, and the clauses it refers to, come with it into the context?

Clauses are sampled from real contracts with a fixed seed. What each needs is read off its words here by two plain rules of its own, not
by the ones that are measured: a quoted term that the contract says the meaning of elsewhere, and "Section 8.2" where a line of the
contract begins with 8.2. Each clause is asked for by its own first words. A miss is told with its cause.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.context.choosing import CLOSURE_SHARE
from evals.context.place import Place, Way, place
from evals.results import table
from proviso.structure import section_at
from proviso.text import Span, gaps
from proviso.types.answers import Receipt
from proviso.types.search import ReadableDocument
from records.texts import KeptText

SEED = 5
CLAUSES = 50
DOCUMENTS = 200
LEAST_TOKENS = 12_000
"""Of a contract that clauses are taken from: a short one is in the context as a whole."""
CLAUSE_CHARS = (250, 1800)
BUDGETS = (8_000, 24_000)
QUESTION_CHARS = 200
SHOWN_TARGET_CHARS = 150
"""A clause referred to counts as packed when it is there from its beginning for so long, or whole."""

DEFINES = re.compile(
    r"[\"“]([A-Z][\w’'&/ -]{2,50}?)[\"”]\s+(?:means|shall mean|will mean|has the meaning|refers to|is defined as)\b"
    r"|\((?:the|each,? an?|collectively,?(?: the)?|hereinafter(?:,| called)?(?: the)?|an?)?\s*[\"“]([A-Z][\w’'&/ -]{2,50}?)[\"”]\)"
)
REFERS = re.compile(
    r"\b(?:Section|Clause|Paragraph|Article)s?\s+(\d{1,2}(?:\.\d{1,2}){1,3})\b(?!\s*(?:of the|hereof\s+of))"
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Something a clause needs: `what` is definition or reference, `name` the term or number, `places` where it may stand."""

    what: str
    name: str
    places: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Clause:
    """A sampled clause with what it needs."""

    file: str
    span: Span
    wants: tuple[Wanted, ...]


def defined_in(text: str) -> dict[str, tuple[Span, ...]]:
    """Terms that a text says the meaning of, with the places of their names."""
    out: dict[str, list[Span]] = {}
    for match in DEFINES.finditer(text):
        group = 1 if match.group(1) else 2
        out.setdefault(" ".join(match.group(group).split()), []).append(Span(*match.span(group)))
    return {term: tuple(places) for term, places in out.items()}


def wants_of(text: str, span: Span, defined: dict[str, tuple[Span, ...]]) -> tuple[Wanted, ...]:
    """What the words at `span` need from elsewhere in `text`."""
    words = span.of(text)
    wants = [
        Wanted("definition", term, places)
        for term, places in defined.items()
        if re.search(rf"(?<![\w\"“]){re.escape(term)}(?![\w\"”])", words) and not any(map(span.overlaps, places))
    ]
    for number in dict.fromkeys(REFERS.findall(words)):
        head = re.compile(rf"^[ \t]*(?:Section\s+)?{re.escape(number)}\.?[ \t]+(?=[\"“(]?[A-Z])", re.MULTILINE)
        places = tuple(Span(match.start(), match.end()) for match in head.finditer(text))
        if places and not any(map(span.overlaps, places)):
            wants.append(Wanted("reference", number, places))
    return tuple(wants)


async def closure_of(
    folder: Path, clauses: int = CLAUSES, shares: Sequence[float] = (0.0, CLOSURE_SHARE)
) -> dict[str, Any]:
    """Counts by budget and by the share for closure, and the misses with closure."""
    async with place(folder, shares=shares, remember=True) as here:
        sampled = await _sample(here, clauses)
        rows, misses = [], []
        for way in [Way("retrieve", budget, share, within=True) for budget in BUDGETS for share in shares]:
            row, missed = await _judged(here, sampled, way)
            rows.append(row)
            misses += missed if way.closure else []
    return {"clauses": len(sampled), "rows": rows, "misses": misses}


def closure_report(result: dict[str, Any]) -> str:
    """The result for people."""
    rows: Sequence[dict[str, Any]] = result["rows"]
    causes = Counter((miss["budget"], miss["what"], miss["cause"]) for miss in result["misses"])
    lines = [table(tuple(rows[0]), [list(row.values()) for row in rows]), "", "misses with closure:"]
    return "\n".join([*lines, *(f"- {n} × at {at:,}: {what}: {why}" for (at, what, why), n in causes.most_common())])


async def _sample(here: Place, count: int) -> list[Clause]:
    chance, out = random.Random(SEED), list[Clause]()
    long = sorted(file for file, document in here.files.items() if document.tokens >= LEAST_TOKENS)
    for file in chance.sample(long, min(DOCUMENTS, len(long))) * 3:
        kept = await _read(here, file)
        defined = defined_in(kept.text)
        spans = [Span(s.start, s.end) for s in kept.structure.sections]
        fitting = [span for span in spans if CLAUSE_CHARS[0] <= len(span) <= CLAUSE_CHARS[1]]
        chance.shuffle(fitting)
        found = [(span, wants) for span in fitting[:40] if (wants := wants_of(kept.text, span, defined))]
        if len(out) % 2:  # every second one refers to a clause, where the contract has such a one
            found.sort(key=lambda each: all(want.what != "reference" for want in each[1]))
        chosen = found[0] if found else None
        if chosen and chosen[0] not in [each.span for each in out]:
            out.append(Clause(file, *chosen))
        if len(out) == count:
            break
    return out


async def _judged(here: Place, sampled: Sequence[Clause], way: Way) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    counts, misses = Counter[str](), []
    for clause in sampled:
        kept = await _read(here, clause.file)
        question = " ".join(clause.span.of(kept.text)[:QUESTION_CHARS].split())
        receipt = (await here.build(question, clause.file, way)).context.receipt
        packed = [Span(each.start, each.end) for each in receipt.packed]
        found = any(clause.span.overlaps(span) for span in packed)
        counts["clause packed"] += found
        missing = [want for want in clause.wants if not any(_shown(kept, packed, want, at) for at in want.places)]
        counts["all packed"] += not missing
        for want in clause.wants:
            counts[want.what] += 1
            counts[f"{want.what} packed"] += want not in missing
        for want in missing:
            cause = await _cause(here, here.files[clause.file], receipt, want) if found else "the clause was not found"
            told = {"budget": way.evidence_tokens, "file": clause.file, "at": clause.span.start, "what": want.what}
            misses.append(told | {"name": want.name, "cause": cause})
    row = {"budget": way.evidence_tokens, "closure": way.closure, "clauses": len(sampled)}
    names = ("clause packed", "all packed", "definition", "definition packed", "reference", "reference packed")
    return row | {name: counts[name] for name in names}, misses


def _shown(kept: KeptText, packed: Sequence[Span], want: Wanted, at: Span) -> bool:
    """A definition with its term in the packed words; a clause from its beginning."""
    if want.what == "definition":
        return any(span.contains(at) for span in packed)
    section = section_at(kept.structure.sections, at.end)
    end = min(section.end if section else len(kept.text), at.start + SHOWN_TARGET_CHARS)
    return not any(gap.of(kept.text).strip() for gap in gaps(packed, Span(at.start, max(at.end, end))))


async def _cause(here: Place, document: ReadableDocument, receipt: Receipt, want: Wanted) -> str:
    dropped = [Span(each.start, each.end) for each in receipt.dropped]
    if any(span.overlaps(at) for span in dropped for at in want.places):
        return "over the budget"
    found = (await here.library.findings([document]))[document.document_id]
    if want.what == "definition":
        ours = [each for each in found.definitions if " ".join(each.term.split()) == want.name]
        if not ours:
            return "ingestion did not find the definition"
        there = any(Span(each.start, each.end).overlaps(at) for each in ours for at in want.places)
        return "its use was read as part of another term" if there else "another place was taken for its definition"
    ours_too = [each for each in found.references if want.name in each.label]
    if not ours_too:
        return "ingestion did not find the reference"
    if all(each.target_start is None for each in ours_too):
        return "ingestion found no place it leads to"
    return "it leads elsewhere, or only part of it was packed"


async def _read(here: Place, file: str) -> KeptText:
    document = here.files[file]
    return (await here.library.read([document]))[document.document_id]
