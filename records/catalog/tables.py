"""The tables of the catalog (floor 2), the same on SQLite and Postgres; the modules that use them say what they mean.

A document is what a user uploaded; its versions are its immutable states, of which at most one is live.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    text,
)
from typing_extensions import override

metadata = MetaData()
Serial = BigInteger().with_variant(Integer, "sqlite")
"""SQLite counts by itself only in a column that is exactly INTEGER."""


class UtcTime(TypeDecorator[datetime]):
    """An instant: timestamptz on Postgres, its UTC text on SQLite, which knows no zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    @override
    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    @override
    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        found: datetime = value
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def _id(name: str, *, primary_key: bool = False, index: bool = False) -> Column[str]:
    return Column(name, String(64), primary_key=primary_key, index=index, nullable=False)


documents = Table(
    "documents",
    metadata,
    _id("id", primary_key=True),
    Column("workspace", String(64), nullable=False),
    Column("collection", Text, nullable=False),
    Column("filename", Text, nullable=False),
    Column("title", Text),
    Column("search_text", Text, nullable=False),
    Column("metadata", JSON, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("status", String(16), nullable=False),
    Column("live_version_id", String(64)),
    Column("newest_version_id", String(64), nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    Index("ix_documents_listing", "workspace", "created_at", "id"),
    Index("ix_documents_collection", "workspace", "collection", "created_at", "id"),
    Index("ix_documents_state", "workspace", "status", "created_at", "id"),
    Index("ix_documents_status", "status"),
    Index("ix_documents_sha256", "sha256"),
    Index(
        "uq_documents_bytes",
        "workspace",
        "collection",
        "sha256",
        unique=True,
        sqlite_where=text("status <> 'deleting'"),
        postgresql_where=text("status <> 'deleting'"),
    ),
)

versions = Table(
    "versions",
    metadata,
    _id("id", primary_key=True),
    Column("document_id", String(64), ForeignKey("documents.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("number", Integer, nullable=False),
    Column("filename", Text, nullable=False),
    Column("sha256", String(64), nullable=False, index=True),
    Column("bytes", BigInteger, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("password", Text),
    Column("attempt", Integer, nullable=False),
    Column("status", String(16), nullable=False, index=True),
    Column("stage", String(16)),
    Column("progress", Float, nullable=False),
    Column("title", Text),
    Column("language", Text),
    Column("pages", Integer),
    Column("chars", BigInteger),
    Column("tokens", BigInteger),
    Column("chunks", Integer),
    Column("page_coverage", JSON, nullable=False),
    Column("unread_pages", JSON, nullable=False),
    Column("warnings", JSON, nullable=False),
    Column("facts", JSON, nullable=False),
    Column("contains", JSON, nullable=False),
    Column("error_code", String(64)),
    Column("error_detail", Text),
    Column("created_at", UtcTime, nullable=False),
    Column("retired_at", UtcTime),
    Index("uq_versions_number", "document_id", "number", unique=True),
)

index_in_use = Table(
    "index_in_use",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, nullable=False),
    Column("embedder", Text, nullable=False),
    Column("dimensions", Integer, nullable=False),
    Column("setting", Text, nullable=False),
)
"""One row, with id 1."""

garbage = Table(
    "garbage",
    metadata,
    Column("key", Text, primary_key=True),
    Column("at", UtcTime, nullable=False),
)

extractions = Table(
    "extractions",
    metadata,
    _id("id", primary_key=True),
    Column("workspace", String(64), nullable=False),
    Column("name", Text, nullable=False),
    Column("schema", JSON, nullable=False),
    Column("template", Text),
    Column("instructions", Text),
    Column("effort", String(16)),
    Column("model", Text),
    Column("max_tokens", BigInteger),
    Column("max_cost", Float),
    Column("fields", JSON, nullable=False),
    Column("status", String(32), nullable=False),
    Column("waiting_for", String(16)),
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    Column("finished_at", UtcTime),
    Index("ix_extractions_listing", "workspace", "created_at", "id"),
)

units = Table(
    "extraction_units",
    metadata,
    Column("extraction_id", String(64), ForeignKey("extractions.id", ondelete="CASCADE"), primary_key=True),
    Column("document_id", String(64), primary_key=True, index=True),
    Column("position", Integer, nullable=False),
    Column("status", String(16), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("usage", JSON, nullable=False),
    Index("ix_extraction_units_status", "status"),
)

cells = Table(
    "cells",
    metadata,
    Column("extraction_id", String(64), ForeignKey("extractions.id", ondelete="CASCADE"), primary_key=True),
    Column("document_id", String(64), primary_key=True, index=True),
    Column("position", Integer, primary_key=True),
    Column("field", Text, nullable=False),
    Column("outcome", String(32), nullable=False),
    Column("version", Integer),
    Column("cell", JSON, nullable=False),
    Index("ix_cells_outcome", "extraction_id", "outcome"),
    Index("ix_cells_version", "document_id", "version"),
)

answers = Table(
    "answers",
    metadata,
    _id("id", primary_key=True),
    Column("workspace", String(64), nullable=False),
    Column("request", JSON, nullable=False),
    Column("answer", JSON, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("status", String(16), nullable=False, server_default="done"),
    Column("progress", JSON),
    Column("problem", JSON),
    Index("ix_answers_listing", "workspace", "created_at", "id"),
    Index("ix_answers_status", "status"),
)

citations = Table(
    "citations",
    metadata,
    Column("answer_id", String(64), ForeignKey("answers.id", ondelete="CASCADE"), primary_key=True),
    Column("document_id", String(64), primary_key=True),
    Column("version", Integer, primary_key=True),
    Index("ix_citations_version", "document_id", "version"),
)

asked_calls = Table(
    "asked_calls",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("answer_id", String(64), ForeignKey("answers.id", ondelete="CASCADE"), nullable=False),
    Column("key", String(64)),
    Column("document_ids", JSON, nullable=False),
    Column("call", JSON, nullable=False),
    Index("uq_asked_calls_key", "answer_id", "key", unique=True),
)

model_calls = Table(
    "model_calls",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("workspace", String(64), nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("day", String(10), nullable=False),
    Column("model", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("prompt", BigInteger, nullable=False),
    Column("reasoning", BigInteger, nullable=False),
    Column("answer", BigInteger, nullable=False),
    Column("cost", Float),
    Column("source", String(16), nullable=False, server_default="server"),
    Index("ix_model_calls_day", "workspace", "day"),
)

idempotency = Table(
    "idempotency",
    metadata,
    Column("workspace", String(64), primary_key=True),
    Column("route", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("body_hash", String(64), nullable=False),
    Column("holder", Text, nullable=False),
    Column("running", Boolean, nullable=False),
    Column("status", Integer),
    Column("body", JSON),
    Column("at", UtcTime, nullable=False, index=True),
)

changes = Table(
    "changes",
    metadata,
    Column("seq", Serial, primary_key=True),
    Column("workspace", String(64), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("subject", String(64), nullable=False),
    Column("collection", Text),
    Column("at", UtcTime, nullable=False, index=True),
    Index("ix_changes_workspace", "workspace", "seq"),
    sqlite_autoincrement=True,
)
