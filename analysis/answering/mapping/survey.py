"""What will be asked of each window (floor 4): the windows of a scope and the prompt they share; no model is called."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from analysis.answering.mapping.windows import Window, cut
from analysis.context import markup
from analysis.context.context import Context
from analysis.context.layout import Means, Prepared, Prompt, messages, prepare
from analysis.context.packing import in_stable_order
from analysis.context.planner import Plan, window_size
from analysis.grounding.library import Library
from proviso.types.answers import Mapped, Packed, Receipt, Unread
from proviso.types.chat import Message
from proviso.types.search import ResolvedScope
from records.texts import KeptText

LABEL = "D1"
"""Every window shows one document, so it is always called so."""


@dataclass(frozen=True, slots=True)
class Survey:
    """The windows of a scope, document by document, and the prompt around each."""

    scope: ResolvedScope
    plan: Plan
    prepared: Prepared
    windows: tuple[Window, ...]
    window_tokens: int
    output_tokens: int
    filenames: Mapping[str, str] = field(default_factory=dict)
    """Of the documents that are not ready or failed, by id."""

    @property
    def prompt_tokens(self) -> int:
        """Of all windows together."""
        return sum(window.tokens + self.prepared.fixed_tokens for window in self.windows)


async def survey(scope: ResolvedScope, plan: Plan, prompt: Prompt, library: Library, means: Means) -> Survey:
    """The windows of a scope, in stable order. One text after the other is read, none is kept."""
    prepared = await asyncio.to_thread(prepare, prompt, means, plan.context_tokens)
    size, output = window_size(plan.context_tokens, prepared.fixed_tokens)

    def count(words: str) -> int:
        return means.tokens.count(means.quoted(words))

    windows: list[Window] = []
    for document in in_stable_order(scope.documents):
        kept = (await library.outlines([document]))[document.document_id]
        spans = await asyncio.to_thread(cut, kept, size, count)
        windows += (Window(document, span, tokens) for span, tokens in spans)
    return Survey(scope, plan, prepared, tuple(windows), size, output)


def window_messages(found: Survey, window: Window, kept: KeptText, means: Means) -> tuple[Message, ...]:
    """The prompt of one window: its part of the document, with marks for what stands before and after."""
    before, after = kept.text[: window.span.start], kept.text[window.span.end :]
    lines = [
        means.shield(markup.opening(LABEL, window.document)),
        markup.omitted(len(before)) if before.strip() else "",
        means.quoted(window.span.of(kept.text)),
        markup.omitted(len(after)) if after.strip() else "",
        markup.CLOSING,
    ]
    return messages(found.prepared.prompt, "\n".join(line for line in lines if line))


async def first_context(found: Survey, library: Library, means: Means) -> Context:
    """The first window as it will be asked, and the receipt of the plan."""
    sent = messages(found.prepared.prompt, markup.NOTHING)
    if found.windows:
        first = found.windows[0]
        kept = (await library.outlines([first.document]))[first.document.document_id]
        sent = await asyncio.to_thread(window_messages, found, first, kept, means)
    counted = await asyncio.to_thread(means.tokens.count_prompt, sent)
    return Context(sent, receipt(found, counted), {}, {})


def receipt(found: Survey, counted: int) -> Receipt:
    """What will be read: every window."""
    scope, plan = found.scope, found.plan
    reason = f"{plan.reason}; {len(found.windows):,} windows of up to {found.window_tokens:,} tokens"
    reason = "; ".join([reason, *found.prepared.history.told()])
    return Receipt(
        mode="map_reduce",
        reason=reason,
        context_tokens=plan.context_tokens,
        full_limit=plan.full_limit,
        evidence_budget=plan.evidence_budget,
        prompt_tokens_counted=counted,
        packed=tuple(packed(window) for window in found.windows),
        dropped=(),
        documents_read=len({window.document.document_id for window in found.windows}),
        pages_unread=tuple(Unread(d.document_id, d.unread_pages) for d in scope.documents if d.unread_pages),
        not_ready=scope.not_ready,
        failed=scope.failed,
        history=found.prepared.history.counts,
        mapped=Mapped(len(found.windows), found.window_tokens, found.prompt_tokens),
    )


def packed(window: Window) -> Packed:
    return Packed(window.document.document_id, window.span.start, window.span.end, window.tokens)
