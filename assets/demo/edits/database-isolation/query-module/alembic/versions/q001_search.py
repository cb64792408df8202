"""feat(query): search documents and queries

Revision ID: q001
Revises:
Create Date: 2026-10-20 15:37:42.118306

"""

from typing import Sequence, Union

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = 'q001'
down_revision: Union[str, Sequence[str], None] = None
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    """Upgrade schema."""
    op.create_table(
        "search_documents",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("file_reference", sa.String(length=50), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("attributes", postgresql.JSONB(), server_default="{}", nullable=False),
        sa.Column(
            "indexed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.PrimaryKeyConstraint("id", name="pk_search_documents"),
        sa.UniqueConstraint("file_reference", name="uq_search_documents_file_reference"),
    )
    op.create_index(
        "ix_search_documents_attributes",
        "search_documents",
        ["attributes"],
        postgresql_using="gin",
    )
    op.create_index("ix_search_documents_title", "search_documents", ["title"])
    op.create_table(
        "search_queries",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("terms", sa.String(length=200), nullable=False),
        sa.Column("hits", sa.Integer(), server_default="0", nullable=False),
        sa.Column(
            "searched_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.PrimaryKeyConstraint("id", name="pk_search_queries"),
    )
    op.create_index("ix_search_queries_searched_at", "search_queries", ["searched_at"])


def downgrade() -> None:
    """Downgrade schema."""
    op.drop_index("ix_search_queries_searched_at", table_name="search_queries")
    op.drop_table("search_queries")
    op.drop_index("ix_search_documents_title", table_name="search_documents")
    op.drop_index("ix_search_documents_attributes", table_name="search_documents")
    op.drop_table("search_documents")
