"""What was looked for."""

from datetime import datetime

from sqlalchemy import BigInteger, DateTime, Integer, String, func
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class SearchQuery(Base):
    """One search."""

    __tablename__ = "search_queries"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    terms: Mapped[str] = mapped_column(String(200))
    hits: Mapped[int] = mapped_column(Integer, server_default="0")
    searched_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now(), index=True
    )
