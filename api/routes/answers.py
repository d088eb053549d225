"""`/v1/context`, `/v1/ask`, `/v1/answers` (floor 5)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from fastapi import APIRouter, Request, Response

from analysis.answering.question import Question
from api.deps import PageDep, ServicesDep, WorkspaceDep
from api.idempotency import once
from api.schemas.asking import AskBody
from api.sse import Event, event_stream, first_event
from api.wiring import Services
from proviso.errors import InvalidRequest
from proviso.types.answers import Answer
from proviso.wire import to_data
from records.catalog import answers, usage

router = APIRouter(prefix="/v1", tags=["answers"])


@router.post("/context")
async def context(body: AskBody, services: ServicesDep, workspace: WorkspaceDep) -> dict[str, Any]:
    """What `ask` would send first, to the token; calls no model."""
    packed = await services.answering.context(body.to_question(workspace))
    return {"receipt": to_data(packed.receipt), "messages": [to_data(message) for message in packed.messages]}


@router.post("/ask")
async def ask(request: Request, body: AskBody, services: ServicesDep, workspace: WorkspaceDep) -> Response:
    if body.background:
        raise InvalidRequest("background answers are not available in this version; leave background out or false.")
    question = body.to_question(workspace)
    if body.stream:
        return event_stream(await first_event(_streamed(services, workspace, question, body)))

    async def make() -> tuple[int, dict[str, Any]]:
        answer = await services.answering.ask(question)
        await _keep(services, workspace, body, answer)
        return 200, to_data(answer)

    return await once(request, services, workspace, body.model_dump(mode="json"), make)


async def _streamed(services: Services, workspace: str, question: Question, body: AskBody) -> AsyncIterator[Event]:
    events = services.answering.stream(question)
    try:
        async for event in events:
            if isinstance(event.data, Answer):
                await _keep(services, workspace, body, event.data)
            data = {"receipt": to_data(event.data)} if event.name == "receipt" else event.data
            yield event.name, data
    finally:
        await events.aclose()


async def _keep(services: Services, workspace: str, body: AskBody, answer: Answer) -> None:
    request = body.model_dump(mode="json")
    await services.catalog.write(answers.save, workspace, request, answer)
    if answer.model:
        await services.catalog.write(usage.record, workspace, answer.model, answer.receipt.calls)


@router.get("/answers")
async def listing(services: ServicesDep, workspace: WorkspaceDep, page: PageDep) -> dict[str, Any]:
    items, cursor = await services.catalog.read(answers.listing, workspace, page.limit, page.cursor)
    return {"items": [to_data(item) for item in items], "next_cursor": cursor}


@router.get("/answers/{answer_id}")
async def show(answer_id: str, services: ServicesDep, workspace: WorkspaceDep) -> dict[str, Any]:
    data: dict[str, Any] = to_data(await services.catalog.read(answers.get, workspace, answer_id))
    return data
