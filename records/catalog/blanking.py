"""Taking a deleted document's words out of what was stored about it (floor 2): evidence keeps its place and loses its
text.

What is stored later than the deletion, by a job or a request that had read the document before, is blanked as it is
stored (`without_gone`). A deletion locks its document first and whoever stores evidence locks the documents it is
from, so that on Postgres, too, one of the two sees the other.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Text, cast, select, update
from sqlalchemy.orm import Session

from records.catalog.tables import answers, cells, citations, documents, idempotency

Holder = dict[str, Any]
"""JSON of a cell, of an answer, or of a response with an answer as its body."""


def blank_cells(session: Session, document_id: str) -> None:
    """Evidence of every cell of the document, in all extractions."""
    mine = cells.c.document_id == document_id
    query = select(cells.c.extraction_id, cells.c.position, cells.c.cell).where(mine)
    for extraction_id, position, cell in session.execute(query).all():
        where = (mine, cells.c.extraction_id == extraction_id, cells.c.position == position)
        session.execute(update(cells).where(*where).values(cell=_blanked(cell, {document_id})))


def blank_answers(session: Session, document_id: str) -> None:
    """Evidence from the document, in every answer that cites it."""
    citing = select(citations.c.answer_id).where(citations.c.document_id == document_id)
    query = select(answers.c.id, answers.c.answer).where(answers.c.id.in_(citing)).order_by(answers.c.id)
    # Two documents of one answer, deleted at once: each must blank what the other has left.
    for answer_id, answer in session.execute(query.with_for_update()).all():
        session.execute(update(answers).where(answers.c.id == answer_id).values(answer=_blanked(answer, {document_id})))


def blank_responses(session: Session, workspace: str, document_id: str) -> None:
    """Evidence from the document, in every response of its workspace that an idempotency key would give again."""
    names = (idempotency.c.route, idempotency.c.key)
    cites = cast(idempotency.c.body, Text).contains(document_id, autoescape=True)
    query = select(*names, idempotency.c.body).where(idempotency.c.workspace == workspace, cites).order_by(*names)
    for route, key, body in session.execute(query.with_for_update()).all():
        where = (idempotency.c.workspace == workspace, idempotency.c.route == route, idempotency.c.key == key)
        if _holds_evidence(body):
            session.execute(update(idempotency).where(*where).values(body=_blanked(body, {document_id})))


def without_gone(session: Session, holders: Sequence[Any]) -> list[Any]:
    """Each JSON with the evidence from documents that are gone by now blanked. To be called by the transaction that
    stores it, before it writes the rows that a deletion blanks."""
    cited = {item["document_id"] for holder in holders if _holds_evidence(holder) for item in holder["evidence"]}
    lost = gone(session, cited)
    return [_blanked(holder, lost) if _holds_evidence(holder) else holder for holder in holders]


def gone(session: Session, document_ids: Collection[str]) -> set[str]:
    """Those that there are no more; the others are locked against deletion, to the end of the transaction."""
    mine = select(documents.c.id).where(documents.c.id.in_(document_ids)).order_by(documents.c.id)
    there = session.execute(mine.with_for_update(read=True, key_share=True)).scalars() if document_ids else ()
    return set(document_ids).difference(there)


def _holds_evidence(holder: Any) -> bool:
    return isinstance(holder, dict) and isinstance(holder.get("evidence"), list)


def _blanked(holder: Holder, document_ids: Collection[str]) -> Holder:
    nothing = {"quote": "", "text": None, "state": "deleted"}
    evidence = [item | nothing if item["document_id"] in document_ids else item for item in holder["evidence"]]
    return holder | {"evidence": evidence}
