"""Stored answers (floor 2): the whole object a client got, with the request it answers, findable by the versions it
cites, which are kept as long as the answer is.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import RowMapping, insert, select
from sqlalchemy.orm import Session

from proviso.errors import NotFound
from proviso.types.answers import Answer
from proviso.wire import from_data, to_data
from records.catalog.blanking import without_gone
from records.catalog.cursors import newest_first, page
from records.catalog.rows import AnswerRecord, AnswerToCome
from records.catalog.tables import answers, citations

__all__ = ["AnswerRecord", "AnswerToCome", "cite", "get", "listing", "save"]


def save(session: Session, workspace: str, request: dict[str, Any], answer: Answer) -> AnswerRecord:
    """Keep an answer, without the words of documents deleted meanwhile; saving the same id again changes nothing."""
    known = select(answers.c.id).where(answers.c.id == answer.id, answers.c.workspace == workspace)
    if session.execute(known).first() is None:
        row = {"id": answer.id, "workspace": workspace, "request": request, "created_at": datetime.now(UTC)}
        (data,) = without_gone(session, [to_data(answer)])
        session.execute(insert(answers).values(**row, answer=data))
        cite(session, answer)
    stored = get(session, workspace, answer.id)
    assert isinstance(stored, AnswerRecord)
    return stored


def cite(session: Session, answer: Answer) -> None:
    """Note which versions an answer cites."""
    cited = sorted({(item.document_id, item.version) for item in answer.evidence})
    if cited:
        rows = [{"answer_id": answer.id, "document_id": id_, "version": number} for id_, number in cited]
        session.execute(insert(citations), rows)


def get(session: Session, workspace: str, answer_id: str) -> AnswerRecord | AnswerToCome:
    """One answer, or what there is of one that is to come. Raises NotFound, also when it belongs to another workspace."""
    query = select(answers).where(answers.c.workspace == workspace, answers.c.id == answer_id)
    row = session.execute(query).mappings().one_or_none()
    if row is None:
        raise NotFound(f"There is no answer {answer_id}.")
    return _record(row)


def listing(
    session: Session, workspace: str, limit: int = 50, cursor: str | None = None
) -> tuple[list[AnswerRecord | AnswerToCome], str | None]:
    """A page of answers, newest first, and the cursor of the next."""
    query = newest_first(select(answers).where(answers.c.workspace == workspace), answers, limit, cursor)
    rows = session.execute(query).mappings().all()
    kept, following = page(rows, limit, lambda row: (row["created_at"], row["id"]))
    return [_record(row) for row in kept], following


def _record(row: RowMapping) -> AnswerRecord | AnswerToCome:
    if row["status"] == "done":
        return from_data(AnswerRecord, row["answer"] | {"created_at": row["created_at"], "request": row["request"]})
    return AnswerToCome(
        id=row["id"],
        status=row["status"],
        progress=row["progress"],
        problem=row["problem"],
        created_at=row["created_at"],
        request=row["request"],
    )
