"""The answer of a question read in windows (floor 4, pure): its receipt, its use of tokens, and what of it is unproven."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from analysis.answering.blank import blank
from analysis.answering.draft import Draft
from analysis.answering.mapping.absences import Absences
from analysis.answering.mapping.closing import numbers_of
from analysis.answering.mapping.gathered import Gathered
from analysis.answering.mapping.ledger import Ledger
from analysis.answering.mapping.survey import packed
from analysis.answering.mapping.telling import Shown
from analysis.evidence.figures import values
from proviso.prices import total_cost
from proviso.types.answers import Answer, Dropped, Receipt, Unsupported, Usage

NOTHING_SHOWN = Shown({}, ())


def answer_of(
    gathered: Gathered, ledger: Ledger, receipt: Receipt, shown: Shown = NOTHING_SHOWN, left_out: Sequence[Dropped] = ()
) -> Answer:
    """The parts that do not depend on the words of the last call."""
    calls = ledger.calls
    return replace(
        blank(_receipt(gathered, ledger, receipt, shown, left_out)),
        evidence=gathered.findings.evidence,
        per_document=gathered.outcomes.per_document,
        usage=Usage(
            prompt=sum(call.prompt for call in calls),
            reasoning=sum(call.reasoning for call in calls),
            reasoning_source="server" if calls and all(call.source == "server" for call in calls) else "counted",
            answer=sum(call.answer for call in calls),
            calls=sum(call.attempts for call in calls),
            cost=total_cost(calls),
        ),
        model=ledger.completions[-1].model if ledger.completions else None,
        effort=gathered.effort,
    )


def with_draft(done: Answer, draft: Draft, gathered: Gathered, closing: str) -> Answer:
    """The answer with the words of the last call, and ours after them."""
    outcome, completion = draft.outcome, draft.completion
    assert outcome is not None
    assert completion is not None
    asked_back = outcome == "needs_clarification"
    said = "\n\n".join(part for part in (draft.answer, closing) if part)
    return replace(
        done,
        outcome=outcome,
        answer=None if asked_back else said or None,
        clarification=draft.clarification if asked_back else None,
        evidence=draft.evidence,
        unsupported=_unproven(draft.unsupported(), gathered),
        set_aside=draft.set_aside,
        reasoning=completion.reasoning if gathered.question.include_reasoning else None,
    )


def _receipt(
    gathered: Gathered, ledger: Ledger, receipt: Receipt, shown: Shown, left_out: Sequence[Dropped]
) -> Receipt:
    """What was done: windows that were not read are dropped, and so are quotes without room."""
    result = gathered.outcomes
    asked = {packed(read.window) for read in gathered.reads if read.why in {None, "reply_cut"}}
    whole = [part for part in map(packed, gathered.survey.windows) if part in asked]
    not_whole = {part.document_id for part in result.dropped}
    return replace(
        receipt,
        packed=tuple(whole),
        dropped=(*result.dropped, *left_out),
        documents_read=len({part.document_id for part in whole} - not_whole),
        prompt_tokens_counted=ledger.counted,
        prompt_tokens_reported=ledger.reported,
        truncation="checked" if ledger.checked else "unavailable",
        calls=tuple(ledger.calls),
        finish_reason=ledger.completions[-1].finish_reason if ledger.completions else None,
        mapped=replace(result.mapped, quotes_shown=len(shown.numbers), parts=len(shown.parts)),
    )


def _unproven(found: Sequence[Unsupported], gathered: Gathered) -> tuple[Unsupported, ...]:
    """Without what the service itself proves: numbers it counted, and absences in documents that were read whole."""
    result = gathered.outcomes
    counted = values(" ; ".join(str(n) for n in numbers_of(result, gathered.findings)))
    without = {each.document_id for each in result.without}
    absences = Absences(
        without=(result.titles[id_] for id_ in without),
        others=(title for id_, title in result.titles.items() if id_ not in without),
    )

    def proven(each: Unsupported) -> bool:
        if each.why == "number_not_in_evidence":
            return values(each.text) <= counted
        return absences.prove(each.text)

    return tuple(each for each in found if not proven(each))
