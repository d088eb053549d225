"""From a plan to messages and their receipt (floor 4, pure): what the model is sent, and how it came about.

Fetching texts and searching come before; calling the model comes after. Run it in a thread: packing 70,000 tokens
takes tenths of a second.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from analysis.context.choosing import CLOSURE_SHARE
from analysis.context.findings import Findings
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


@dataclass(frozen=True, slots=True)
class Reading:
    """What a context is made of, by document id: texts (of the whole scope for `full`, of the found documents for `retrieve`), and for
    passages what search found, best first, and what the documents define and refer to."""

    texts: Mapping[str, KeptText]
    found: Sequence[Found] = ()
    findings: Mapping[str, Findings] = field(default_factory=dict)
    closure_share: float = CLOSURE_SHARE


def build_context(
    plan: Plan,
    prepared: Prepared,
    scope: ResolvedScope,
    reading: Reading,
    means: Means,
) -> Context:
    """The context of a plan.

    Raises ScopeTooLarge or ContextOverflow when prompt and output reserve exceed the window by the exact count.
    """
    packer = Packer(reading.texts, means, reading.findings)
    if plan.mode == "full":
        packing = packer.whole(scope.documents)
    else:
        packing = packer.passages(reading.found, plan.evidence_budget, reading.closure_share)
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
        history=prepared.history.counts,
    )


def _reason(plan: Plan, prepared: Prepared, scope: ResolvedScope, packing: Packing) -> str:
    parts = [plan.reason]
    if plan.mode == "retrieve":
        parts.append(f"passages of {len(packing.labels)} of {len(scope.documents)} documents were read")
        parts += _closure(packing)
    parts += prepared.history.told()
    return "; ".join(parts)


def _closure(packing: Packing) -> list[str]:
    kinds = [each.why for each in packing.packed]
    definitions, references = kinds.count("definition"), kinds.count("reference")
    if not definitions + references:
        return []
    return [f"with them {definitions} passages of definitions and {references} of clauses referred to"]


def _check(plan: Plan, counted: int) -> None:
    if counted + plan.output_tokens <= plan.context_tokens:
        return
    needed = f"the prompt has {counted:,} tokens and {plan.output_tokens:,} are kept for the answer"
    numbers = f"{needed}, but the window holds {plan.context_tokens:,}"
    if plan.mode == "full":
        raise ScopeTooLarge(f"{numbers}; name fewer documents, or use mode retrieve")
    raise ContextOverflow(f"{numbers}; lower evidence_tokens or max_output_tokens")
