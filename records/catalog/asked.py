"""Questions that are answered in the background (floor 2): their row is there before the answer is, and tells how far it is.

The answer, once it is there, takes the place of the blank one in the same row, so that it is read, listed and blanked like any
other.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from proviso.types.answers import Answer
from proviso.wire import to_data
from records.catalog import asked_calls
from records.catalog.answers import cite
from records.catalog.asked_calls import UNFINISHED
from records.catalog.blanking import without_gone
from records.catalog.rows import AskedRecord
from records.catalog.tables import answers


def add(session: Session, question: AskedRecord, request: dict[str, Any]) -> None:
    """A question to answer; `request` is what is shown of it."""
    row = {"id": question.id, "workspace": question.workspace, "request": request, "created_at": datetime.now(UTC)}
    session.execute(insert(answers).values(**row, answer={"question": question.question}, status="queued"))


def start(session: Session, answer_id: str) -> AskedRecord | None:
    """The question, now running; None when it has its answer, or has failed, or is gone."""
    query = select(answers.c.workspace, answers.c.answer).where(
        answers.c.id == answer_id, answers.c.status.in_(UNFINISHED)
    )
    row = session.execute(query).mappings().one_or_none()
    if row is None:
        return None
    session.execute(update(answers).where(answers.c.id == answer_id).values(status="running"))
    return AskedRecord(answer_id, row["workspace"], row["answer"]["question"])


def advance(session: Session, answer_id: str, progress: dict[str, Any]) -> None:
    """How far it is."""
    session.execute(_unfinished(answer_id).values(progress=progress))


def wait(session: Session, answer_id: str, whom: str) -> None:
    """It cannot go on before `whom` is back; how far it is stays."""
    progress = session.execute(select(answers.c.progress).where(answers.c.id == answer_id)).scalar()
    advance(session, answer_id, (progress or {}) | {"waiting_for": whom})


def finish(session: Session, answer: Answer) -> bool:
    """Its answer, without the words of documents deleted meanwhile; its calls are forgotten. False: somebody has recorded its end
    before."""
    (data,) = without_gone(session, [to_data(answer)])
    done = session.execute(_unfinished(answer.id).values(answer=data, status="done", progress=None))
    if not done.rowcount:  # type: ignore[attr-defined]
        return False
    cite(session, answer)
    asked_calls.forget(session, answer.id)
    return True


def fail(session: Session, answer_id: str, problem: dict[str, Any]) -> None:
    """Why there will be no answer; its calls are forgotten."""
    session.execute(_unfinished(answer_id).values(status="failed", problem=problem, progress=None))
    asked_calls.forget(session, answer_id)


def unfinished(session: Session) -> list[str]:
    """Ids of all questions without an end."""
    query = select(answers.c.id).where(answers.c.status.in_(UNFINISHED)).order_by(answers.c.created_at, answers.c.id)
    return list(session.execute(query).scalars())


def _unfinished(answer_id: str) -> Any:
    return update(answers).where(answers.c.id == answer_id, answers.c.status.in_(UNFINISHED))
