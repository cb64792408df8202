"""feat(storage): modes of volumes, stored files

Revision ID: s002
Revises: s001
Create Date: 2026-10-12 09:15:20

"""

from typing import Sequence, Union

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "s002"
down_revision: Union[str, Sequence[str], None] = "s001"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    """Upgrade schema."""
    # add_column does not create the type.
    storage_mode = sa.Enum("EDIT", "RW", "RO", "AR", name="storage_mode_enum")
    storage_mode.create(op.get_bind())
    op.add_column(
        "storage_volumes",
        sa.Column("mode", storage_mode, server_default="RW", nullable=False),
    )
    op.create_table(
        "stored_files",
        sa.Column(
            "id",
            postgresql.UUID(as_uuid=True),
            server_default=sa.text("gen_random_uuid()"),
            nullable=False,
        ),
        sa.Column("volume_id", postgresql.UUID(as_uuid=True), nullable=False),
        sa.Column("path", sa.String(length=500), nullable=False),
        sa.Column("checksum", sa.String(length=64), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.PrimaryKeyConstraint("id", name="pk_stored_files"),
        sa.ForeignKeyConstraint(
            ["volume_id"], ["storage_volumes.id"], name="fk_stored_files_volume_id_storage_volumes"
        ),
        sa.UniqueConstraint("checksum", name="uq_stored_files_checksum"),
        sa.CheckConstraint("size_bytes >= 0", name=op.f("ck_stored_files_size_bytes")),
    )
    op.create_index("ix_stored_files_volume_id", "stored_files", ["volume_id"])


def downgrade() -> None:
    """Downgrade schema."""
    op.drop_index("ix_stored_files_volume_id", table_name="stored_files")
    op.drop_table("stored_files")
    op.drop_column("storage_volumes", "mode")
