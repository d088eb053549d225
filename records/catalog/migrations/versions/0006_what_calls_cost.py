"""Where the tokens of a call come from, and a limit of cost for extractions (floor 2). A revision is frozen."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("model_calls", sa.Column("source", sa.String(length=16), server_default="server", nullable=False))
    op.add_column("extractions", sa.Column("max_cost", sa.Float(), nullable=True))
