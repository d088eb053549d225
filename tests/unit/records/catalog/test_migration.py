"""A catalog of the first release is brought up to date with everything in it."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import select
from sqlalchemy.orm import Session

from proviso.wire import to_data
from records.catalog import answers, documents, engine, extractions
from records.catalog.catalog import Catalog
from records.catalog.migrate import MIGRATIONS
from records.catalog.tables import citations
from tests.unit.records.catalog.builders import a_cell, an_answer

NOW = "2026-01-02 03:04:05.000000"


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A catalog as the first release left it: a live document, an answer about it and a cell of an extraction."""
    path = tmp_path / "catalog.sqlite"
    database = engine.make_engine(f"sqlite:///{path}")
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.writing(database).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    database.dispose()
    answer, cell = json.dumps(to_data(an_answer("ans_1", "doc_1", "doc_1"))), json.dumps(to_data(a_cell("doc_1")))
    rows = {
        "documents": "id, workspace, collection, filename, search_text, metadata, sha256, status, live_version_id,"
        " newest_version_id, created_at, updated_at",
        "versions": "id, document_id, number, sha256, bytes, media_type, attempt, status, progress, chunks,"
        " page_coverage, unread_pages, warnings, created_at",
        "answers": "id, workspace, request, answer, created_at",
        "answer_documents": "answer_id, document_id",
        "extractions": "id, workspace, name, schema, fields, status, created_at, updated_at",
        "cells": "extraction_id, document_id, position, field, outcome, cell",
    }
    values = {
        "documents": ("doc_1", "local", "default", "msa.pdf", "", "{}", "a" * 64, "ready", "ver_1", "ver_1", NOW, NOW),
        "versions": ("ver_1", "doc_1", 1, "a" * 64, 9, "application/pdf", 1, "ready", 1.0, 3, "[]", "[]", "[]", NOW),
        "answers": ("ans_1", "local", "{}", answer, NOW),
        "answer_documents": ("ans_1", "doc_1"),
        "extractions": ("ext_1", "local", "x", "{}", "[]", "completed", NOW, NOW),
        "cells": ("ext_1", "doc_1", 0, "/governing_law", "found", cell),
    }
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("INSERT INTO extraction_units VALUES ('ext_1', 'doc_1', 0, 'done', 1, '{}')")
        for table, columns in rows.items():
            marks = ", ".join("?" for _ in columns.split(","))
            connection.execute(f"INSERT INTO {table} ({columns}) VALUES ({marks})", values[table])
    return path


def test_the_second_schema_keeps_what_the_first_held_and_knows_what_is_cited(old: Path) -> None:
    catalog = Catalog.open(f"sqlite:///{old}")
    record = catalog.read_now(documents.get, "local", "doc_1")
    assert (record.filename, record.version, record.facts, record.contains) == ("msa.pdf", 1, (), {})
    assert catalog.read_now(documents.kept_version, "local", "doc_1", 1).filename == "msa.pdf"
    assert len(catalog.read_now(answers.get, "local", "ans_1").evidence) == 2
    ((cell,), _) = catalog.read_now(extractions.cells, "ext_1")
    assert cell.version == 1

    def cited(session: Session) -> list[tuple[str, str, int]]:
        return [tuple(row) for row in session.execute(select(citations))]

    assert catalog.read_now(cited) == [("ans_1", "doc_1", 1)]
    with contextlib.closing(sqlite3.connect(old)) as connection:
        assert connection.execute("SELECT version FROM cells").fetchall() == [(1,)]
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert "answer_documents" not in tables
    catalog.close()
