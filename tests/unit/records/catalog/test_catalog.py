"""Opening the catalog: migrations, several processes, and faults said in a sentence."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy.orm import Session

from proviso.errors import CatalogUnavailable, NotFound
from records.catalog import documents, engine
from records.catalog.catalog import Catalog
from records.catalog.tables import metadata
from tests.unit.records.catalog.builders import an_upload, an_uploaded

OPEN = "import sys; from records.catalog.catalog import Catalog; Catalog.open(sys.argv[1]).close()"


def test_the_migrations_make_exactly_the_tables_the_code_uses(catalog: Catalog, catalog_url: str) -> None:
    database = engine.make_engine(catalog_url)
    with database.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    database.dispose()


def test_opening_again_keeps_what_is_there(catalog_url: str) -> None:
    first = Catalog.open(catalog_url)
    record = an_uploaded(first)
    first.close()
    second = Catalog.open(catalog_url)
    assert second.read_now(documents.get, "local", record.id) == record
    second.close()


def test_several_processes_may_open_a_new_catalog_at_once(catalog_url: str, repository: Path) -> None:
    command = [sys.executable, "-c", OPEN, catalog_url]
    processes = [subprocess.Popen(command, cwd=repository, stderr=subprocess.PIPE, text=True) for _ in range(4)]
    faults = [process.communicate(timeout=120)[1] for process in processes]
    assert [process.returncode for process in processes] == [0] * 4, faults
    Catalog.open(catalog_url).close()


def test_a_catalog_of_a_newer_release_is_left_alone_with_a_sentence(catalog: Catalog, catalog_url: str) -> None:
    catalog.write_now(lambda session: session.execute(sa.text("UPDATE alembic_version SET version_num = '9999'")))
    with pytest.raises(CatalogUnavailable, match="newer Proviso"):
        Catalog.open(catalog_url)


async def test_reads_and_writes_run_off_the_event_loop_with_keyword_arguments(catalog: Catalog) -> None:
    def where(session: Session, *, extra: str) -> tuple[bool, str]:
        return threading.current_thread() is threading.main_thread(), extra

    assert await catalog.read(where, extra="x") == (False, "x")
    assert await catalog.write(where, extra="y") == (False, "y")


async def test_an_error_of_the_work_passes_through_and_rolls_back(catalog: Catalog) -> None:
    with pytest.raises(NotFound):
        await catalog.read(documents.get, "local", "doc_none")

    def add_then_fail(session: Session) -> None:
        documents.add(session, an_upload())
        raise KeyError("a fault of ours")

    with pytest.raises(KeyError):
        await catalog.write(add_then_fail)
    assert await catalog.read(documents.listing, "local") == ([], None)


async def test_many_reads_and_writes_at_once_all_succeed(catalog: Catalog) -> None:
    names = [f"{n}.pdf" for n in range(40)]
    added = await asyncio.gather(*(catalog.write(documents.add, an_upload(name)) for name in names))
    found = await asyncio.gather(*(catalog.read(documents.get, "local", record.id) for record, _ in added))
    assert sorted(record.filename for record in found) == sorted(names)


def test_sqlite_is_set_up_to_be_durable_and_forgetful(tmp_path: Path) -> None:
    catalog = Catalog.open(f"sqlite:///{tmp_path / 'catalog.sqlite'}")
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1, "busy_timeout": 15_000}
    for name, value in wanted.items():
        found = catalog.read_now(lambda session, name=name: session.execute(sa.text(f"PRAGMA {name}")).scalar())
        assert found == value, name
    catalog.close()


def test_a_writer_waits_for_another_process_and_then_writes(tmp_path: Path) -> None:
    catalog = Catalog.open(f"sqlite:///{tmp_path / 'catalog.sqlite'}")
    other = sqlite3.connect(tmp_path / "catalog.sqlite", isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    threading.Timer(0.5, other.execute, ["COMMIT"]).start()
    assert an_uploaded(catalog).status == "queued"
    other.close()
    catalog.close()


def test_a_lock_that_is_not_given_back_is_a_sentence(tmp_path: Path) -> None:
    catalog = Catalog.open(f"sqlite:///{tmp_path / 'catalog.sqlite'}")
    other = sqlite3.connect(tmp_path / "catalog.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    catalog.read_now(lambda session: session.execute(sa.text("PRAGMA busy_timeout=100")))
    with pytest.raises(CatalogUnavailable, match="locked by another process"):
        catalog.write_now(documents.add, an_upload())
    assert catalog.read_now(documents.listing, "local") == ([], None)  # a reader is not kept waiting
    other.close()
    catalog.close()


def test_what_cannot_be_opened_is_a_sentence_without_secrets(tmp_path: Path) -> None:
    (tmp_path / "text.sqlite").write_text(
        "this is not a database, and it is longer than a header would have to be " * 3
    )
    urls = [
        f"sqlite:///{tmp_path / 'text.sqlite'}",
        f"sqlite:///{tmp_path / 'none' / 'catalog.sqlite'}",
        "postgresql://user:s3cret@127.0.0.1:9/proviso",
        "mysql://user:s3cret@localhost/proviso",
        "postgresql://user:s3cret@host:port/proviso",
        "sqlite",
    ]
    for url in urls:
        with pytest.raises(CatalogUnavailable) as caught:
            Catalog.open(url)
        assert "s3cret" not in caught.value.detail
        assert len(caught.value.detail) > 30
