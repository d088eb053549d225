"""Cursors of lists (floor 2): the place of the last item shown, opaque to clients. New items come before the first
page, so that no page repeats or skips anything when something is added between two requests.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import Select, Table, and_, or_

from proviso.errors import InvalidRequest, Place
from records.catalog.storable import storable

MOST = 200
HIGHEST = 2**31 - 1
T = TypeVar("T")
Key = tuple[datetime, str]


def newest_first(query: Select[Any], table: Table, limit: int, cursor: str | None) -> Select[Any]:
    """`query` after the place of `cursor`, newest first, id as tie-break; one row more than `limit`, to see if more
    come."""
    if cursor is not None:
        at, key = _read_key(cursor)
        query = query.where(or_(table.c.created_at < at, and_(table.c.created_at == at, table.c.id < key)))
    return query.order_by(table.c.created_at.desc(), table.c.id.desc()).limit(checked_limit(limit) + 1)


def page(rows: Sequence[T], limit: int, key: Callable[[T], Key]) -> tuple[Sequence[T], str | None]:
    """The rows of this page, and the cursor of the next one."""
    if len(rows) <= limit:
        return rows, None
    at, last = key(rows[limit - 1])
    return rows[:limit], write_cursor([at.isoformat(), last])


def checked_limit(limit: int) -> int:
    if not 1 <= limit <= MOST:
        raise InvalidRequest(f"limit must be between 1 and {MOST}.", places=[Place("/limit", f"{limit} is not")])
    return limit


def write_cursor(place: list[Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


def read_cursor(cursor: str, kinds: tuple[type, ...]) -> list[Any]:
    """The place that `write_cursor` wrote. InvalidRequest for anything else."""
    try:
        place = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError, RecursionError) as error:
        raise _not_a_cursor() from error
    if not isinstance(place, list) or [type(part) for part in place] != list(kinds):
        raise _not_a_cursor()
    if not all(map(_is_key, place)):
        raise _not_a_cursor()
    return place


def _is_key(part: Any) -> bool:
    """Whether a database takes it: a number that fits a column, words that it can hold."""
    return 0 <= part <= HIGHEST if isinstance(part, int) else storable(part) == part


def _read_key(cursor: str) -> Key:
    at, key = read_cursor(cursor, (str, str))
    try:
        instant = datetime.fromisoformat(at)
        if instant.tzinfo is None:
            raise _not_a_cursor()
        return instant.astimezone(UTC), key
    except (ValueError, OverflowError) as error:
        raise _not_a_cursor() from error


def _not_a_cursor() -> InvalidRequest:
    detail = "cursor is not one that this list gave; start again without it."
    return InvalidRequest(detail, places=[Place("/cursor", detail)])
