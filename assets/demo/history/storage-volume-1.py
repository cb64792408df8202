"""Places where files are kept."""

import enum
import uuid
from datetime import datetime

from sqlalchemy import BigInteger, DateTime, Enum, String, func, text
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class StorageType(enum.Enum):
    """What a volume is made of."""

    LOCAL = "LOCAL"
    S3 = "S3"


class StorageStatus(enum.Enum):
    """How a volume is."""

    ONLINE = "ONLINE"
    OFFLINE = "OFFLINE"
    DEGRADED = "DEGRADED"
    MAINTENANCE = "MAINTENANCE"


class StorageVolume(Base):
    """A disk or a bucket."""

    __tablename__ = "storage_volumes"

    id: Mapped[uuid.UUID] = mapped_column(
        PG_UUID(as_uuid=True), primary_key=True, server_default=text("gen_random_uuid()")
    )
    name: Mapped[str] = mapped_column(String(80), unique=True)
    type: Mapped[StorageType] = mapped_column(Enum(StorageType, name="storage_type_enum"))
    status: Mapped[StorageStatus] = mapped_column(
        Enum(StorageStatus, name="storage_status_enum"), server_default="ONLINE"
    )
    capacity_bytes: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now()
    )
