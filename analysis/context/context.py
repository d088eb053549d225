"""From a plan to messages and their receipt (floor 4, pure): what the model is sent, and how it came about.

Fetching texts and searching come before; calling the model comes after. Run it in a thread: packing 70,000 tokens
takes tenths of a second.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analysis.context.layout import Means, Prepared, messages
from analysis.context.packing import Packer, Packing
from analysis.context.planner import Plan
from analysis.retrieval.search import Found
from proviso.errors import ContextOverflow, ScopeTooLarge
from proviso.text import Span
from proviso.types.answers import Receipt, Unread
from proviso.types.chat import Message
from proviso.types.search import ReadableDocument, ResolvedScope
from records.texts import KeptText


@dataclass(frozen=True, slots=True)
class Context:
    """A prompt ready to send: `labels` says which document the model means by "D1", `passages` what of each document
    (by id) it sees.
    """

    messages: tuple[Message, ...]
    receipt: Receipt
    labels: dict[str, ReadableDocument]
    passages: dict[str, tuple[Span, ...]]


def build_context(
    plan: Plan,
    prepared: Prepared,
    scope: ResolvedScope,
    texts: Mapping[str, KeptText],
    found: Sequence[Found],
    means: Means,
) -> Context:
    """The context of a plan. `texts` by document id: of the whole scope for `full`, of the found documents for
    `retrieve`.

    Raises ScopeTooLarge or ContextOverflow when prompt and output reserve exceed the window by the exact count.
    """
    packer = Packer(texts, means)
    packing = packer.whole(scope.documents) if plan.mode == "full" else packer.passages(found, plan.evidence_budget)
    prompt = messages(prepared.prompt, packing.text)
    counted = means.tokens.count_prompt(prompt)
    _check(plan, counted)
    return Context(prompt, receipt(plan, prepared, scope, packing, counted), packing.labels, packing.spans)


def receipt(plan: Plan, prepared: Prepared, scope: ResolvedScope, packing: Packing, counted: int) -> Receipt:
    """What was packed, dropped and left unread, and by which limits."""
    return Receipt(
        mode=plan.mode,
        reason=_reason(plan, prepared, scope, packing),
        context_tokens=plan.context_tokens,
        full_limit=plan.full_limit,
        evidence_budget=plan.evidence_budget,
        prompt_tokens_counted=counted,
        packed=packing.packed,
        dropped=packing.dropped,
        documents_read=len(packing.labels),
        pages_unread=tuple(Unread(d.document_id, d.unread_pages) for d in scope.documents if d.unread_pages),
        not_ready=scope.not_ready,
        failed=scope.failed,
    )


def _reason(plan: Plan, prepared: Prepared, scope: ResolvedScope, packing: Packing) -> str:
    parts = [plan.reason]
    if plan.mode == "retrieve":
        parts.append(f"passages of {len(packing.labels)} of {len(scope.documents)} documents were read")
    if prepared.left_out:
        size = f"{prepared.left_out_tokens:,} tokens"
        parts.append(f"the {prepared.left_out} oldest messages of the history ({size}) were left out")
    return "; ".join(parts)


def _check(plan: Plan, counted: int) -> None:
    if counted + plan.output_tokens <= plan.context_tokens:
        return
    needed = f"the prompt has {counted:,} tokens and {plan.output_tokens:,} are kept for the answer"
    numbers = f"{needed}, but the window holds {plan.context_tokens:,}"
    if plan.mode == "full":
        raise ScopeTooLarge(f"{numbers}; name fewer documents, or use mode retrieve")
    raise ContextOverflow(f"{numbers}; lower evidence_tokens or max_output_tokens")
