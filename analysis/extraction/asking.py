"""One group of fields asked of one document (floor 4): context, call, JSON read, with one more try for what is missing or unreadable."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from analysis.context.tokens import Tokens
from analysis.extraction.groups import array_pointer
from analysis.extraction.prompt import extraction_prompt, queries_of
from analysis.extraction.reply import ReplyCell, Unreadable, read_reply, reply_schema
from analysis.grounding.contexts import Contexts, Planned, Wishes
from analysis.grounding.spending import call_usage
from proviso.errors import DependencyError
from proviso.ports import ChatModel
from proviso.text import Span, merged
from proviso.types.answers import CallUsage, Effort
from proviso.types.chat import ChatRequest, Message
from proviso.types.extractions import Field
from proviso.types.search import ReadableDocument, ResolvedScope


@dataclass(frozen=True, slots=True)
class GroupReply:
    """What the model said of a group: cells, the fault of the last try if it was unreadable, the calls made, and what was read
    for it: mode, tokens and spans of the document."""

    cells: tuple[ReplyCell, ...]
    fault: str | None
    calls: tuple[CallUsage, ...]
    mode: str
    tokens_read: int
    spans: tuple[tuple[int, int], ...]
    model: str | None


@dataclass(frozen=True, slots=True)
class Call:
    """What is the same for every call of an extraction."""

    workspace: str
    guidance: str | None
    effort: Effort
    model: str | None


@dataclass(frozen=True, slots=True)
class _Said:
    """One reply, read."""

    cells: tuple[ReplyCell, ...]
    fault: str | None
    usage: CallUsage
    model: str


class GroupAsking:
    """Asks a model for groups of fields. Raises what contexts and models raise."""

    def __init__(self, contexts: Contexts, tokens: Tokens, model: ChatModel) -> None:
        self._contexts = contexts
        self._tokens = tokens
        self._model = model

    async def ask(self, call: Call, document: ReadableDocument, fields: Sequence[Field]) -> GroupReply:
        """At most two calls: the second names what was wrong with the first, or asks for the fields it left out."""
        planned = await plan_group(self._contexts, call, document, fields)
        said = [await self._said(call, planned, fields, None)]
        missing = _missing(fields, said[0].cells)
        packed = list(planned.context.receipt.packed)
        fault = f"invalid_reply: {said[0].fault}" if said[0].fault else None
        try:
            if said[0].fault:
                said.append(await self._said(call, planned, fields, said[0].fault))
            elif missing:
                again = await plan_group(self._contexts, call, document, missing)
                packed += again.context.receipt.packed
                said.append(await self._said(call, again, missing, None))
            fault = f"invalid_reply: {said[-1].fault}" if said[-1].fault else None
        except DependencyError as error:  # what the first call found stays found; only the rest fails
            fault = f"{error.code}: {error.detail}"
        read = merged(Span(part.start, part.end) for part in packed)
        return GroupReply(
            cells=tuple(cell for each in said for cell in each.cells),
            fault=fault,
            calls=tuple(each.usage for each in said),
            mode=planned.context.receipt.mode,
            tokens_read=sum(part.tokens for part in planned.context.receipt.packed),
            spans=tuple((span.start, span.end) for span in read),
            model=said[-1].model,
        )

    async def _said(self, call: Call, planned: Planned, fields: Sequence[Field], fault: str | None) -> _Said:
        completion = await self._model.complete(self._request(call, planned, fields, fault))
        counted = planned.context.receipt.prompt_tokens_counted
        usage = await asyncio.to_thread(call_usage, "extract", completion, counted, self._tokens.count)
        try:
            return _Said(tuple(read_reply(completion.text)), None, usage, completion.model)
        except Unreadable as unreadable:
            return _Said((), str(unreadable), usage, completion.model)

    def _request(self, call: Call, planned: Planned, fields: Sequence[Field], fault: str | None) -> ChatRequest:
        messages = planned.context.messages
        counted = planned.context.receipt.prompt_tokens_counted
        if fault:
            last = messages[-1]
            repair = f"{last.content}\n\nYour last reply could not be read: {fault}. Reply with valid JSON only."
            messages = (*messages[:-1], Message(last.role, repair))
            counted = self._tokens.count_prompt(messages)
        return ChatRequest(
            purpose="extract",
            messages=messages,
            effort=call.effort,
            max_output_tokens=planned.output_tokens,
            counted_prompt_tokens=counted,
            model=call.model,
            json_schema=reply_schema(fields),
        )


async def plan_group(contexts: Contexts, call: Call, document: ReadableDocument, fields: Sequence[Field]) -> Planned:
    """The context of a group: the document whole when it is short, else passages found for each field."""
    wishes = Wishes(queries=queries_of(fields), effort=call.effort)
    scope = ResolvedScope(call.workspace, (document,))
    return await contexts.build(scope, extraction_prompt(fields, call.guidance), wishes)


def _missing(fields: Sequence[Field], cells: Sequence[ReplyCell]) -> list[Field]:
    """Fields that no cell speaks of; an array is spoken of when any cell lies in it."""
    said = {cell.field for cell in cells}
    return [field for field in fields if not _spoken_of(field, said)]


def _spoken_of(field: Field, said: set[str]) -> bool:
    array = array_pointer(field.pointer)
    if not array:
        return field.pointer in said
    return any(pointer == array or pointer.startswith(f"{array}/") for pointer in said)


def replied(data: Sequence[dict[str, object]]) -> list[ReplyCell]:
    """Reply cells back from the JSON of a recorded step."""
    return [replace(ReplyCell(**item), quotes=tuple(item["quotes"])) for item in data]  # type: ignore[arg-type]
