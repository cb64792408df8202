"""Models of admin-module."""

from app.models.audit_log import AuditLog
from app.models.base import Base
from app.models.service_account import ServiceAccount, ServiceAccountKey
from app.models.user import User
from app.models.user_role import UserRoleInfo

__all__ = ["AuditLog", "Base", "ServiceAccount", "ServiceAccountKey", "User", "UserRoleInfo"]
