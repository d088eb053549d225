"""One group of fields asked of one document (floor 4): context, call, JSON read, with one more try for what is missing or unreadable."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from analysis.context.tokens import Tokens
from analysis.extraction.groups import array_pointer
from analysis.extraction.prompt import extraction_prompt, queries_of
from analysis.extraction.purse import Holding, unlimited
from analysis.extraction.reply import ReplyCell, Unreadable, read_reply, reply_schema
from analysis.extraction.unit import Call
from analysis.grounding.contexts import Contexts, Planned, Wishes
from analysis.grounding.spending import call_usage
from proviso.errors import BudgetReached, DependencyError, LlmUnavailable
from proviso.ports import ChatModel
from proviso.text import Span, merged
from proviso.types.answers import CallUsage
from proviso.types.chat import ChatRequest, Completion, Message
from proviso.types.extractions import Field
from proviso.types.prices import Price
from proviso.types.search import ReadableDocument, ResolvedScope


@dataclass(frozen=True, slots=True)
class GroupReply:
    """What the model said of a group: cells, the fault of the last try if it was unreadable or failed, the calls made, and what was
    read for it: mode, tokens and spans of the document (None, 0 and none where no call came back)."""

    cells: tuple[ReplyCell, ...]
    fault: str | None
    calls: tuple[CallUsage, ...]
    mode: str | None
    tokens_read: int
    spans: tuple[tuple[int, int], ...]
    model: str | None


@dataclass(frozen=True, slots=True)
class _Said:
    """One reply, read."""

    cells: tuple[ReplyCell, ...]
    fault: str | None
    usage: CallUsage
    model: str


class _Failed(Exception):
    """A call that came to nothing: its `fault`, and what it took as far as that is known."""

    def __init__(self, fault: DependencyError, usage: CallUsage | None) -> None:
        super().__init__(fault.detail)
        self.fault = fault
        self.usage = usage


class GroupAsking:
    """Asks a model for groups of fields. Raises what contexts and models raise."""

    def __init__(self, contexts: Contexts, tokens: Tokens, model: ChatModel) -> None:
        self._contexts = contexts
        self._tokens = tokens
        self._model = model

    async def ask(
        self, call: Call, document: ReadableDocument, fields: Sequence[Field], hold: Holding = unlimited
    ) -> GroupReply:
        """At most two calls: the second names what was wrong with the first, or asks for the fields it left out. Each is made inside
        `hold`."""
        planned = await plan_group(self._contexts, call, document, fields)
        packed = list(planned.context.receipt.packed)
        said: list[_Said] = []
        lost: CallUsage | None = None
        try:
            said.append(await self._said(self._request(call, planned, fields, None), hold))
            missing = _missing(fields, said[0].cells)
            if said[0].fault:
                said.append(await self._said(self._request(call, planned, fields, said[0].fault), hold))
            elif missing:
                again = await plan_group(self._contexts, call, document, missing)
                packed += again.context.receipt.packed
                said.append(await self._said(self._request(call, again, missing, None), hold))
            fault = f"invalid_reply: {said[-1].fault}" if said[-1].fault else None
        except _Failed as failed:  # what the first call found stays found; only the rest fails
            if isinstance(failed.fault, LlmUnavailable) and not said:
                raise failed.fault from failed
            fault, lost = f"{failed.fault.code}: {failed.fault.detail}", failed.usage
        except BudgetReached as reached:
            fault = reached.code
        except DependencyError as error:
            if not said:
                raise
            fault = f"{error.code}: {error.detail}"
        read = merged(Span(part.start, part.end) for part in packed)
        return GroupReply(
            cells=tuple(cell for each in said for cell in each.cells),
            fault=fault,
            calls=(*(each.usage for each in said), *([lost] if lost else [])),
            mode=planned.context.receipt.mode if said else None,
            tokens_read=sum(part.tokens for part in planned.context.receipt.packed) if said else 0,
            spans=tuple((span.start, span.end) for span in read) if said else (),
            model=said[-1].model if said else None,
        )

    def price(self, model: str | None) -> Price | None:
        """What the model takes, if the settings say."""
        return self._model.price(model)

    async def _said(self, request: ChatRequest, hold: Holding) -> _Said:
        """Raises BudgetReached before the call, _Failed after it."""
        async with hold(request.counted_prompt_tokens, request.max_output_tokens) as spent:
            try:
                completion = await self._model.complete(request)
            except DependencyError as error:
                usage = await self._usage(request, error.spent)
                if usage is not None:
                    spent(usage)
                raise _Failed(error, usage) from error
            usage = await self._usage(request, (completion,))
            assert usage is not None
            spent(usage)
        try:
            return _Said(tuple(read_reply(completion.text)), None, usage, completion.model)
        except Unreadable as unreadable:
            return _Said((), str(unreadable), usage, completion.model)

    async def _usage(self, request: ChatRequest, attempts: Sequence[Completion]) -> CallUsage | None:
        """What a call took in all its attempts; None where none was taken by the server."""
        if not attempts:
            return None
        call = replace(attempts[-1], before=(*attempts[:-1], *attempts[-1].before))
        counted = request.counted_prompt_tokens
        return await asyncio.to_thread(call_usage, request.purpose, call, counted, self._tokens.count)

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
            workspace=call.workspace,
            may_repeat=call.may_repeat,
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
