"""Taking a deleted document's words out of what was stored about it (floor 2): evidence keeps its place and loses its
text.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from records.catalog.tables import answer_documents, answers, cells


def blank_cells(session: Session, document_id: str) -> None:
    """Evidence of every cell of the document, in all extractions."""
    mine = cells.c.document_id == document_id
    query = select(cells.c.extraction_id, cells.c.position, cells.c.cell).where(mine)
    for extraction_id, position, cell in session.execute(query).all():
        where = (mine, cells.c.extraction_id == extraction_id, cells.c.position == position)
        session.execute(update(cells).where(*where).values(cell=_blanked(cell, document_id)))


def blank_answers(session: Session, document_id: str) -> None:
    """Evidence from the document, in every answer that cites it."""
    query = select(answers.c.id, answers.c.answer).join(answer_documents, answer_documents.c.answer_id == answers.c.id)
    for answer_id, answer in session.execute(query.where(answer_documents.c.document_id == document_id)).all():
        session.execute(update(answers).where(answers.c.id == answer_id).values(answer=_blanked(answer, document_id)))


def _blanked(holder: dict[str, Any], document_id: str) -> dict[str, Any]:
    gone = {"quote": "", "text": None, "state": "deleted"}
    evidence = [item | gone if item["document_id"] == document_id else item for item in holder["evidence"]]
    return holder | {"evidence": evidence}
