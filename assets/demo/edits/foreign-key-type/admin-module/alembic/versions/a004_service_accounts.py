"""feat(admin): service accounts and their keys

Revision ID: a004
Revises: a003
Create Date: 2026-10-30 16:48:09

"""

from typing import Sequence, Union

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "a004"
down_revision: Union[str, Sequence[str], None] = "a003"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    """Upgrade schema."""
    op.create_table(
        "service_accounts",
        sa.Column(
            "id",
            postgresql.UUID(as_uuid=True),
            server_default=sa.text("gen_random_uuid()"),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("owner_id", postgresql.UUID(as_uuid=True), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "ACTIVE", "SUSPENDED", "EXPIRED", "DELETED", name="service_account_status_enum"
            ),
            server_default="ACTIVE",
            nullable=False,
        ),
        sa.Column(
            "role",
            sa.Enum("ADMIN", "USER", "AUDITOR", "READONLY", name="service_account_role_enum"),
            server_default="READONLY",
            nullable=False,
        ),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.PrimaryKeyConstraint("id", name="pk_service_accounts"),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["users.id"], name="fk_service_accounts_owner_id_users"
        ),
        sa.UniqueConstraint("name", name="uq_service_accounts_name"),
    )
    op.create_index("ix_service_accounts_owner_id", "service_accounts", ["owner_id"])
    op.create_table(
        "service_account_keys",
        sa.Column(
            "id",
            postgresql.UUID(as_uuid=True),
            server_default=sa.text("gen_random_uuid()"),
            nullable=False,
        ),
        sa.Column("service_account_id", postgresql.UUID(as_uuid=True), nullable=False),
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_service_account_keys"),
        sa.ForeignKeyConstraint(
            ["service_account_id"],
            ["service_accounts.id"],
            name="fk_service_account_keys_service_account_id_service_accounts",
        ),
        sa.UniqueConstraint("key_hash", name="uq_service_account_keys_key_hash"),
    )
    op.create_index(
        "ix_service_account_keys_service_account_id",
        "service_account_keys",
        ["service_account_id"],
    )


def downgrade() -> None:
    """Downgrade schema."""
    op.drop_index(
        "ix_service_account_keys_service_account_id", table_name="service_account_keys"
    )
    op.drop_table("service_account_keys")
    op.drop_index("ix_service_accounts_owner_id", table_name="service_accounts")
    op.drop_table("service_accounts")
    sa.Enum(name="service_account_role_enum").drop(op.get_bind(), checkfirst=True)
    sa.Enum(name="service_account_status_enum").drop(op.get_bind(), checkfirst=True)
