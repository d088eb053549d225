"""Answers, usage, idempotency keys and the log of changes."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from proviso.errors import IdempotencyInProgress, IdempotencyMismatch, NotFound
from proviso.types.answers import CallUsage
from proviso.wire import to_data
from records.catalog import answers, changes, idempotency, tables, usage
from records.catalog.catalog import Catalog
from records.catalog.usage import DailyUsage
from tests.unit.records.catalog.builders import a_ready, an_answer

KEY = ("local", "POST /v1/documents", "key-1")


def test_an_answer_comes_back_whole_with_its_request(catalog: Catalog) -> None:
    answer = an_answer("ans_1", a_ready(catalog).id)
    saved = catalog.write_now(answers.save, "local", {"question": "Which law?"}, answer)
    found = catalog.read_now(answers.get, "local", "ans_1")
    assert found == saved
    assert found.request == {"question": "Which law?"}
    assert (found.status, found.progress, found.problem) == ("done", None, None)
    assert {name: value for name, value in to_data(found).items() if name in to_data(answer)} == to_data(answer)
    with pytest.raises(NotFound):
        catalog.read_now(answers.get, "acme", "ans_1")


def test_saving_an_answer_again_changes_nothing(catalog: Catalog) -> None:
    first = catalog.write_now(answers.save, "local", {"question": "one"}, an_answer("ans_1", "doc_1"))
    assert catalog.write_now(answers.save, "local", {"question": "two"}, an_answer("ans_1", "doc_2")) == first


def test_answers_are_listed_newest_first(catalog: Catalog) -> None:
    for n in range(3):
        catalog.write_now(answers.save, "local", {}, an_answer(f"ans_{n}"))
    first, cursor = catalog.read_now(answers.listing, "local", 2, None)
    rest, _ = catalog.read_now(answers.listing, "local", 2, cursor)
    assert [answer.id for answer in (*first, *rest)] == ["ans_2", "ans_1", "ans_0"]


def test_usage_is_summed_by_day_and_model(catalog: Catalog) -> None:
    calls = [CallUsage("answer", 100, 20, 5), CallUsage("repair", 10, 2, 1)]
    catalog.write_now(usage.record, "local", "openai/gpt-oss-120b", calls)
    catalog.write_now(usage.record, "local", "openai/gpt-oss-20b", calls[:1])
    catalog.write_now(usage.record, "acme", "openai/gpt-oss-20b", calls)
    catalog.write_now(usage.record, "local", "openai/gpt-oss-20b", [])
    today = datetime.now(UTC).date()
    assert catalog.read_now(usage.daily, "local") == [
        DailyUsage(today.isoformat(), "openai/gpt-oss-120b", 110, 22, 6, 2, None),
        DailyUsage(today.isoformat(), "openai/gpt-oss-20b", 100, 20, 5, 1, None),
    ]
    assert len(catalog.read_now(usage.daily, "local", today, today)) == 2
    assert catalog.read_now(usage.daily, "local", today + timedelta(days=1)) == []
    assert catalog.read_now(usage.daily, "local", None, today - timedelta(days=1)) == []


def test_the_first_request_runs_and_the_next_gets_its_answer(catalog: Catalog) -> None:
    assert catalog.write_now(idempotency.begin, *KEY, "hash") is None
    with pytest.raises(IdempotencyInProgress):
        catalog.write_now(idempotency.begin, *KEY, "hash")
    catalog.write_now(idempotency.finish, *KEY, 202, {"items": [1, None]})
    stored = catalog.write_now(idempotency.begin, *KEY, "hash")
    assert stored is not None
    assert (stored.status, stored.body) == (202, {"items": [1, None]})


def test_another_body_under_the_same_key_is_a_mismatch_even_while_the_first_runs(catalog: Catalog) -> None:
    catalog.write_now(idempotency.begin, *KEY, "hash")
    with pytest.raises(IdempotencyMismatch):
        catalog.write_now(idempotency.begin, *KEY, "other")


def test_a_key_belongs_to_its_workspace_and_route(catalog: Catalog) -> None:
    catalog.write_now(idempotency.begin, *KEY, "hash")
    assert catalog.write_now(idempotency.begin, "acme", *KEY[1:], "other") is None
    assert catalog.write_now(idempotency.begin, "local", "POST /v1/extractions", KEY[2], "other") is None


def test_a_failed_first_request_frees_its_key(catalog: Catalog) -> None:
    catalog.write_now(idempotency.begin, *KEY, "hash")
    catalog.write_now(idempotency.forget, *KEY)
    assert catalog.write_now(idempotency.begin, *KEY, "other") is None


async def test_of_many_first_requests_at_once_one_runs(catalog: Catalog) -> None:
    tries = (catalog.write(idempotency.begin, *KEY, "hash") for _ in range(8))
    results = await asyncio.gather(*tries, return_exceptions=True)
    assert results.count(None) == 1
    assert sum(isinstance(result, IdempotencyInProgress) for result in results) == 7


def test_a_restart_frees_the_keys_its_own_crash_held(catalog: Catalog) -> None:
    catalog.write_now(idempotency.begin, *KEY, "hash", "worker-1")
    assert catalog.write_now(idempotency.release, "worker-2") == 0
    assert catalog.write_now(idempotency.release, "worker-1") == 1
    assert catalog.write_now(idempotency.begin, *KEY, "hash") is None
    catalog.write_now(idempotency.finish, *KEY, 200, {})
    assert catalog.write_now(idempotency.release) == 0


def test_a_crashed_first_request_blocks_for_a_while_and_a_stored_answer_for_a_day(catalog: Catalog) -> None:
    catalog.write_now(idempotency.begin, *KEY, "hash")
    catalog.write_now(age, tables.idempotency, timedelta(minutes=16))
    assert catalog.write_now(idempotency.begin, *KEY, "other") is None
    catalog.write_now(idempotency.finish, *KEY, 200, {})
    catalog.write_now(age, tables.idempotency, timedelta(hours=23))
    assert catalog.write_now(idempotency.begin, *KEY, "other") is not None
    assert catalog.write_now(idempotency.expire) == 0
    catalog.write_now(age, tables.idempotency, timedelta(hours=25))
    assert catalog.write_now(idempotency.begin, *KEY, "third") is None
    catalog.write_now(age, tables.idempotency, timedelta(hours=25))
    assert catalog.write_now(idempotency.expire) == 1


def test_old_changes_are_forgotten_but_numbers_are_never_given_twice(catalog: Catalog) -> None:
    a_ready(catalog, "a")
    latest = catalog.read_now(changes.latest)
    catalog.write_now(age, tables.changes, timedelta(hours=25))
    assert catalog.write_now(changes.expire) == latest - 1
    assert catalog.read_now(changes.latest) == latest
    a_ready(catalog, "b")
    assert catalog.read_now(changes.since, "local", latest, 1)[0].seq == latest + 1


def age(session: Session, table: object, by: timedelta) -> None:
    """Make every row of a table older than it is."""
    session.execute(update(table).values(at=datetime.now(UTC) - by))  # type: ignore[call-overload]
