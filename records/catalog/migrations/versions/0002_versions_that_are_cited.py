"""Versions that are cited, named and described (floor 2): which version an answer or a cell is about, each version's own
file name, what it says of itself and what it contains. A revision is frozen.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
PIECE = 500


def upgrade() -> None:
    _describe_versions()
    _index_documents()
    _name_versions_of_cells()
    _cite_versions()


def _describe_versions() -> None:
    op.add_column("versions", sa.Column("filename", sa.Text(), nullable=False, server_default=""))
    op.add_column("versions", sa.Column("facts", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("versions", sa.Column("contains", sa.JSON(), nullable=False, server_default="{}"))
    op.add_column("versions", sa.Column("retired_at", INSTANT, nullable=True))
    op.execute(
        "UPDATE versions SET filename = "
        "(SELECT documents.filename FROM documents WHERE documents.id = versions.document_id)"
    )


def _index_documents() -> None:
    op.create_index("ix_documents_collection", "documents", ["workspace", "collection", "created_at", "id"])
    op.create_index("ix_documents_state", "documents", ["workspace", "status", "created_at", "id"])


def _name_versions_of_cells() -> None:
    op.add_column("cells", sa.Column("version", sa.Integer(), nullable=True))
    keys = ("extraction_id", "document_id", "position")
    cells = sa.table("cells", *map(sa.column, keys), sa.column("version"), sa.column("cell", sa.JSON()))
    connection = op.get_bind()
    mine = sa.and_(*(cells.c[name] == sa.bindparam(f"the_{name}") for name in keys))
    fill = cells.update().where(mine).values(version=sa.bindparam("number"))
    for rows in _pieces(connection.execute(sa.select(*(cells.c[name] for name in keys), cells.c.cell))):
        named = [
            {"the_extraction_id": extraction, "the_document_id": document, "the_position": place, "number": number}
            for extraction, document, place, cell in rows
            if (number := cell["version"]) is not None
        ]
        if named:
            connection.execute(fill, named)
    op.create_index("ix_cells_version", "cells", ["document_id", "version"])


def _cite_versions() -> None:
    made = op.create_table(
        "citations",
        sa.Column("answer_id", sa.String(length=64), nullable=False),
        sa.Column("document_id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["answer_id"], ["answers.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("answer_id", "document_id", "version"),
    )
    op.create_index("ix_citations_version", "citations", ["document_id", "version"])
    answers = sa.table("answers", sa.column("id"), sa.column("answer", sa.JSON()))
    connection = op.get_bind()
    for rows in _pieces(connection.execute(sa.select(answers.c.id, answers.c.answer))):
        cited = {(id_, item["document_id"], item["version"]) for id_, answer in rows for item in answer["evidence"]}
        if cited:
            names = ("answer_id", "document_id", "version")
            connection.execute(made.insert(), [dict(zip(names, row, strict=True)) for row in sorted(cited)])
    op.drop_table("answer_documents")


def _pieces(found: sa.CursorResult[Any]) -> Iterator[list[Any]]:
    """All rows are read before the first is written about: neither engine likes both at once."""
    rows = list(found)
    for start in range(0, len(rows), PIECE):
        yield rows[start : start + PIECE]
