"""Logins of other services."""

import enum
import uuid
from datetime import datetime

from sqlalchemy import DateTime, Enum, ForeignKey, Integer, String, func, text
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class ServiceAccountStatus(enum.Enum):
    """Whether a service account may be used."""

    ACTIVE = "ACTIVE"
    SUSPENDED = "SUSPENDED"
    EXPIRED = "EXPIRED"
    DELETED = "DELETED"


class ServiceAccountRole(enum.Enum):
    """What a service account may do."""

    ADMIN = "ADMIN"
    USER = "USER"
    AUDITOR = "AUDITOR"
    READONLY = "READONLY"


class ServiceAccount(Base):
    """A login for a service."""

    __tablename__ = "service_accounts"

    id: Mapped[uuid.UUID] = mapped_column(
        PG_UUID(as_uuid=True), primary_key=True, server_default=text("gen_random_uuid()")
    )
    name: Mapped[str] = mapped_column(String(100), unique=True)
    owner_id: Mapped[uuid.UUID] = mapped_column(
        PG_UUID(as_uuid=True), ForeignKey("users.id"), index=True
    )
    status: Mapped[ServiceAccountStatus] = mapped_column(
        Enum(ServiceAccountStatus, name="service_account_status_enum"), server_default="ACTIVE"
    )
    role: Mapped[ServiceAccountRole] = mapped_column(
        Enum(ServiceAccountRole, name="service_account_role_enum"), server_default="READONLY"
    )
    created_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now()
    )


class ServiceAccountKey(Base):
    """A secret of a service account; only its hash is kept."""

    __tablename__ = "service_account_keys"

    id: Mapped[uuid.UUID] = mapped_column(
        PG_UUID(as_uuid=True), primary_key=True, server_default=text("gen_random_uuid()")
    )
    service_account_id: Mapped[int] = mapped_column(
        Integer, ForeignKey("service_accounts.id"), index=True
    )
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
