"""Model calls of answers in the background (floor 2), kept from the moment they are over until the answer has its end: a job that
was cut does not make them again.

A reply holds words of the documents it was asked about. With the last trace of one of these goes what the model said, and the key,
by which the call would be found; what it took stays, because it was spent.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Text, cast, delete, insert, select, update
from sqlalchemy.orm import Session

from records.catalog.blanking import gone
from records.catalog.tables import answers, asked_calls

UNFINISHED = ("queued", "running")


@dataclass(frozen=True, slots=True)
class AskedCall:
    """A call that is over. `key`: of what was asked, None when the words are gone; `call`: JSON that whoever asked can read, with the
    model's words, if any, as `text` of its `completion`.
    """

    key: str | None
    document_ids: tuple[str, ...]
    call: dict[str, Any]


def keep(session: Session, answer_id: str, call: AskedCall) -> None:
    """Nothing where the same is kept, or where the answer has its end, or is gone."""
    lost = gone(session, call.document_ids)
    # Shared with other calls, not with the end of the answer: no call is kept behind its back.
    mine = select(answers.c.id).where(answers.c.id == answer_id, answers.c.status.in_(UNFINISHED))
    if session.execute(mine.with_for_update(read=True)).first() is None:
        return
    same = select(asked_calls.c.id).where(asked_calls.c.answer_id == answer_id, asked_calls.c.key == call.key)
    if session.execute(same).first() is None:
        kept = _without_words(call) if lost else call
        row = {"answer_id": answer_id, "key": kept.key, "document_ids": list(kept.document_ids), "call": kept.call}
        session.execute(insert(asked_calls), row)


def kept(session: Session, answer_id: str) -> list[AskedCall]:
    """The calls of an answer in the order in which they were kept."""
    query = select(asked_calls).where(asked_calls.c.answer_id == answer_id).order_by(asked_calls.c.id)
    return [_call(row) for row in session.execute(query).mappings()]


def forget(session: Session, answer_id: str) -> None:
    """The answer has its end."""
    session.execute(delete(asked_calls).where(asked_calls.c.answer_id == answer_id))


def blank_calls(session: Session, document_id: str) -> None:
    """A document goes, and with it every reply that may hold its words."""
    shows = cast(asked_calls.c.document_ids, Text).contains(document_id, autoescape=True)
    query = select(asked_calls).where(shows, asked_calls.c.key.is_not(None)).order_by(asked_calls.c.id)
    for row in session.execute(query.with_for_update()).mappings().all():
        blanked = _without_words(_call(row))
        values = {"key": blanked.key, "call": blanked.call}
        session.execute(update(asked_calls).where(asked_calls.c.id == row["id"]).values(**values))


def _call(row: Any) -> AskedCall:
    return AskedCall(row["key"], tuple(row["document_ids"]), row["call"])


def _without_words(call: AskedCall) -> AskedCall:
    said = call.call.get("completion")
    return AskedCall(None, call.document_ids, call.call | ({"completion": said | {"text": ""}} if said else {}))
