"""Models of admin-module."""

from app.models.base import Base
from app.models.user import User
from app.models.user_role import UserRoleInfo

__all__ = ["Base", "User", "UserRoleInfo"]
