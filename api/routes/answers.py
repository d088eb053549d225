"""`/v1/context`, `/v1/ask`, `/v1/answers` (floor 5)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from fastapi import APIRouter, Request, Response

from analysis.answering.question import Question
from api.deps import PageDep, ServicesDep, WorkspaceDep
from api.idempotency import once
from api.leaving import unless_left
from api.problems import problem_of
from api.schemas.asking import AskBody
from api.sse import Event, event_stream, first_event
from api.watching import ENDED, watch_answer
from api.wiring import Services
from proviso.errors import InvalidRequest
from proviso.ids import new_id
from proviso.types.answers import Answer
from proviso.wire import to_data
from records.catalog import answers, asked, documents
from records.catalog.rows import AskedRecord
from records.jobs.faults import fault_from

router = APIRouter(prefix="/v1", tags=["answers"])


@router.post("/context")
async def context(body: AskBody, services: ServicesDep, workspace: WorkspaceDep) -> dict[str, Any]:
    """What `ask` would send first, to the token; calls no model."""
    packed = await services.answering.context(body.to_question(workspace))
    return {"receipt": to_data(packed.receipt), "messages": [to_data(message) for message in packed.messages]}


@router.post("/ask")
async def ask(request: Request, body: AskBody, services: ServicesDep, workspace: WorkspaceDep) -> Response:
    question = body.to_question(workspace)
    if body.stream and body.background:
        raise InvalidRequest(
            "stream and background exclude each other; GET /v1/answers/{id}/events follows a background answer."
        )
    if body.stream:
        return event_stream(await first_event(_streamed(services, workspace, question, body)))

    async def make() -> tuple[int, dict[str, Any]]:
        if body.background:
            return await _queue(services, workspace, question, body)
        answer = await services.answering.ask(question)
        await _keep(services, workspace, body, answer)
        return 200, to_data(answer)

    asking = once(request, services, workspace, body.model_dump(mode="json"), make)
    # With a key the answer is for the client's next try, so it is finished; a job is queued either way.
    return (
        await asking if body.background or "idempotency-key" in request.headers else await unless_left(request, asking)
    )


async def _queue(services: Services, workspace: str, question: Question, body: AskBody) -> tuple[int, dict[str, Any]]:
    """A question to be answered in the background; one whose scope does not exist is refused at once."""
    await services.catalog.read(documents.resolve_scope, question.scope)
    later = AskedRecord(new_id("ans"), workspace, to_data(question))
    await services.catalog.write(asked.add, later, body.model_dump(mode="json"))
    await services.background.queue_answer(later.id)
    return 202, {"id": later.id, "status": "queued"}


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
    await services.catalog.write(answers.save, workspace, body.model_dump(mode="json"), answer)


@router.get("/answers")
async def listing(services: ServicesDep, workspace: WorkspaceDep, page: PageDep) -> dict[str, Any]:
    items, cursor = await services.catalog.read(answers.listing, workspace, page.limit, page.cursor)
    return {"items": [_shown(item) for item in items], "next_cursor": cursor}


@router.get("/answers/{answer_id}")
async def show(answer_id: str, services: ServicesDep, workspace: WorkspaceDep) -> dict[str, Any]:
    return _shown(await services.catalog.read(answers.get, workspace, answer_id))


@router.get("/answers/{answer_id}/events")
async def follow(answer_id: str, services: ServicesDep, workspace: WorkspaceDep) -> Response:
    """`progress` while a background answer is worked on, then `done` with the whole object, or `error` with its problem."""
    await services.catalog.read(answers.get, workspace, answer_id)

    async def progress() -> AsyncIterator[Event]:
        async for record in watch_answer(services, workspace, answer_id):
            if record.status not in ENDED:
                yield "progress", {"id": record.id, "status": record.status, **(record.progress or {})}
            elif record.status == "failed":
                yield "error", _shown(record)["problem"]
            else:
                yield "done", to_data(record)

    return event_stream(progress())


def _shown(record: answers.AnswerRecord | answers.AnswerToCome) -> dict[str, Any]:
    """A stored answer; the fault that ended one in the background as a problem object."""
    data: dict[str, Any] = to_data(record)
    if record.problem is not None:
        data["problem"] = problem_of(fault_from(record.problem))
    return data
