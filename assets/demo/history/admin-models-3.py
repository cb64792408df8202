"""Models of admin-module."""

from app.models.audit_log import AuditLog
from app.models.base import Base
from app.models.user import User
from app.models.user_role import UserRoleInfo

__all__ = ["AuditLog", "Base", "User", "UserRoleInfo"]
