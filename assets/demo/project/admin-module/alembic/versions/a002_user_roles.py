"""feat(admin): described roles, users keep the time of their last change

Revision ID: a002
Revises: a001
Create Date: 2026-09-15 14:03:55

"""

from typing import Sequence, Union

import sqlalchemy as sa
from alembic import op

revision: str = "a002"
down_revision: Union[str, Sequence[str], None] = "a001"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


TOUCH_UPDATED_AT = """
CREATE FUNCTION touch_updated_at() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    NEW.updated_at := now();
    RETURN NEW;
END;
$$
"""

USERS_TOUCH = """
CREATE TRIGGER users_touch
BEFORE UPDATE ON users
FOR EACH ROW EXECUTE FUNCTION touch_updated_at()
"""


def upgrade() -> None:
    """Upgrade schema."""
    user_roles = op.create_table(
        "user_roles",
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=80), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_user_roles"),
    )
    op.bulk_insert(
        user_roles,
        [
            {"code": "ADMIN", "title": "Administrator", "position": 1},
            {"code": "OPERATOR", "title": "Operator", "position": 2},
            {"code": "USER", "title": "User", "position": 3},
        ],
    )
    op.execute(TOUCH_UPDATED_AT)
    op.execute(USERS_TOUCH)


def downgrade() -> None:
    """Downgrade schema."""
    op.execute("DROP TRIGGER users_touch ON users")
    op.execute("DROP FUNCTION touch_updated_at()")
    op.drop_table("user_roles")
