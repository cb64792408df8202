"""Models of storage-element."""

from app.models.base import Base
from app.models.volume import StorageVolume

__all__ = ["Base", "StorageVolume"]
