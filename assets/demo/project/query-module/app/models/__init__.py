"""Models of query-module."""

from app.models.base import Base
from app.models.search_document import SearchDocument
from app.models.search_query import SearchQuery

__all__ = ["Base", "SearchDocument", "SearchQuery"]
