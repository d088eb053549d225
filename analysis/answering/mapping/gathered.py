"""Everything the windows of a question gave (floor 4, pure), merged and counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.answering.mapping.asking import WindowRead
from analysis.answering.mapping.merging import Findings, merge
from analysis.answering.mapping.outcomes import Outcomes, outcomes
from analysis.answering.mapping.survey import Survey
from analysis.answering.question import Question
from analysis.context.packing import in_stable_order
from analysis.context.planner import Plan, output_tokens
from proviso.types.answers import Effort, Mapped

REDUCE_EFFORT: Effort = "high"
"""Putting quotes of many documents together is synthesis."""


@dataclass(frozen=True, slots=True)
class Gathered:
    question: Question
    survey: Survey
    reads: tuple[WindowRead, ...]
    findings: Findings
    outcomes: Outcomes

    @property
    def effort(self) -> Effort:
        """Of the calls that put quotes together."""
        return self.question.effort or REDUCE_EFFORT

    @property
    def output_tokens(self) -> int:
        return reduce_output(self.question, self.survey.plan)


def gather(question: Question, found: Survey, reads: Sequence[WindowRead]) -> Gathered:
    """The same whatever the order in which the windows were read."""
    place = {window: at for at, window in enumerate(found.windows)}
    reads = sorted(reads, key=lambda read: place[read.window])
    order = [document.document_id for document in in_stable_order(found.scope.documents)]
    findings = merge((each for read in reads for each in read.findings), order)
    plan = Mapped(len(found.windows), found.window_tokens, found.prompt_tokens)
    result = outcomes(found.scope, reads, findings, plan, found.filenames)
    return Gathered(question, found, tuple(reads), findings, result)


def reduce_output(question: Question, plan: Plan) -> int:
    """Tokens kept for thinking and answer where quotes are put together."""
    return output_tokens(question.effort or REDUCE_EFFORT, question.max_output_tokens, plan.context_tokens)
