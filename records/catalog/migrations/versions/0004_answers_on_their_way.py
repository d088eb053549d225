"""Answers that are worked on in the background (floor 2): their status, how far they are, and why one failed. A revision is frozen."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("answers", sa.Column("status", sa.String(length=16), server_default="done", nullable=False))
    op.add_column("answers", sa.Column("progress", sa.JSON(), nullable=True))
    op.add_column("answers", sa.Column("problem", sa.JSON(), nullable=True))
    op.create_index("ix_answers_status", "answers", ["status"], unique=False)
