"""Settings of admin-module: environment variables first, then the project's .env file."""

import os
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import URL

ENV_FILE = Path(__file__).resolve().parents[2] / ".env"


def read_env_file(path: Path) -> dict[str, str]:
    """Read NAME=value lines; comments and blank lines are skipped."""
    values: dict[str, str] = {}
    if path.is_file():
        for line in path.read_text(encoding="utf-8").splitlines():
            name, separator, value = line.partition("=")
            if separator and not name.lstrip().startswith("#"):
                values[name.strip()] = value.strip()
    return values


ENV_FILE_VALUES = read_env_file(ENV_FILE)


def variable(name: str, default: str) -> str:
    """A variable of the environment, else of the .env file, else the default."""
    return os.environ.get(name) or ENV_FILE_VALUES.get(name) or default


@dataclass(frozen=True)
class DatabaseSettings:
    """Where the database of this module is."""

    host: str = field(default_factory=lambda: variable("ARTSTORE_DB_HOST", "localhost"))
    port: int = field(default_factory=lambda: int(variable("ARTSTORE_DB_PORT", "5432")))
    user: str = field(default_factory=lambda: variable("ARTSTORE_DB_USER", "artstore"))
    password: str = field(
        default_factory=lambda: variable("ARTSTORE_DB_PASSWORD", ""), repr=False
    )
    name: str = field(default_factory=lambda: variable("ADMIN_DB_NAME", "artstore_admin"))

    def url(self, driver: str) -> str:
        """The URL for a driver; a host that is a folder means a Unix socket there."""
        if self.host.startswith("/"):
            url = URL.create(
                driver,
                username=self.user,
                password=self.password or None,
                database=self.name,
                query={"host": self.host, "port": str(self.port)},
            )
        else:
            url = URL.create(
                driver,
                username=self.user,
                password=self.password or None,
                host=self.host,
                port=self.port,
                database=self.name,
            )
        return url.render_as_string(hide_password=False)

    @property
    def sync_url(self) -> str:
        """For Alembic and scripts."""
        return self.url("postgresql+psycopg")

    @property
    def async_url(self) -> str:
        """For the service itself."""
        return self.url("postgresql+asyncpg")


@dataclass(frozen=True)
class Settings:
    """All settings of this module."""

    database: DatabaseSettings = field(default_factory=DatabaseSettings)


settings = Settings()
