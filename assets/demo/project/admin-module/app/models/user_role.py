"""The roles, described for people."""

from sqlalchemy import Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class UserRoleInfo(Base):
    """One role as the user interface shows it; the rows come with the migrations."""

    __tablename__ = "user_roles"

    code: Mapped[str] = mapped_column(String(20), primary_key=True)
    title: Mapped[str] = mapped_column(String(80))
    position: Mapped[int] = mapped_column(Integer)
