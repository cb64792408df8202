"""feat(storage): volumes

Revision ID: s001
Revises: 
Create Date: 2026-09-21 11:30:47

"""

from typing import Sequence, Union

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "s001"
down_revision: Union[str, Sequence[str], None] = None
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    """Upgrade schema."""
    op.create_table(
        "storage_volumes",
        sa.Column(
            "id",
            postgresql.UUID(as_uuid=True),
            server_default=sa.text("gen_random_uuid()"),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("type", sa.Enum("LOCAL", "S3", name="storage_type_enum"), nullable=False),
        sa.Column(
            "status",
            sa.Enum("ONLINE", "OFFLINE", "DEGRADED", "MAINTENANCE", name="storage_status_enum"),
            server_default="ONLINE",
            nullable=False,
        ),
        sa.Column("capacity_bytes", sa.BigInteger(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.PrimaryKeyConstraint("id", name="pk_storage_volumes"),
        sa.UniqueConstraint("name", name="uq_storage_volumes_name"),
    )


def downgrade() -> None:
    """Downgrade schema."""
    op.drop_table("storage_volumes")
