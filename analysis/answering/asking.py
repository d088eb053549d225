"""The one call of an answer that is not read in windows (floor 4, pure): what is asked, as far as its budget holds it."""

from __future__ import annotations

from analysis.answering.effort import DEFAULT_EFFORT
from analysis.answering.question import Question
from analysis.grounding.contexts import Planned
from analysis.grounding.spending import with_second_try
from proviso.errors import BudgetReached
from proviso.ports import ChatModel
from proviso.prices import check_cost
from proviso.types.chat import ChatRequest


def request_of(question: Question, planned: Planned, model: ChatModel) -> ChatRequest:
    """The call, asked once more after an answer of no use where the budget holds that too. Raises BudgetReached."""
    receipt = planned.context.receipt
    most = receipt.prompt_tokens_counted + planned.output_tokens
    if question.max_tokens is not None and most > question.max_tokens:
        raise BudgetReached(
            f"This question may take {most:,} tokens ({receipt.prompt_tokens_counted:,} for the prompt, "
            f"{planned.output_tokens:,} kept for thinking and answer), and its budget is {question.max_tokens:,}."
        )
    check_cost(question.max_cost, model.price(question.model), receipt.prompt_tokens_counted, planned.output_tokens)
    return ChatRequest(
        purpose="answer",
        messages=planned.context.messages,
        effort=question.effort or DEFAULT_EFFORT,
        max_output_tokens=planned.output_tokens,
        counted_prompt_tokens=receipt.prompt_tokens_counted,
        model=question.model,
        workspace=question.scope.workspace,
        may_repeat=_holds_second_try(question, planned, model),
    )


def _holds_second_try(question: Question, planned: Planned, model: ChatModel) -> bool:
    prompt, output = with_second_try(planned.context.receipt.prompt_tokens_counted, planned.output_tokens)
    price = model.price(question.model)
    within_tokens = question.max_tokens is None or prompt + output <= question.max_tokens
    return within_tokens and (
        question.max_cost is None or (price is not None and price.most(prompt, output) <= question.max_cost)
    )
