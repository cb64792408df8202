"""Up, down and up again, on a database of its own that is dropped afterwards.

Runs under pytest and under `python -m unittest discover -s tests`.
"""

import os
import subprocess
import sys
import unittest
import uuid
from dataclasses import replace
from pathlib import Path

MODULE = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(MODULE))

from sqlalchemy import create_engine, inspect, text  # noqa: E402

from app.models import Base  # noqa: E402
from app.settings import settings  # noqa: E402


class MigrationCycle(unittest.TestCase):
    """The whole history against an empty database."""

    def setUp(self) -> None:
        self.name = f"artstore_admin_test_{uuid.uuid4().hex[:12]}"
        self.url = replace(settings.database, name=self.name).sync_url
        self.server = create_engine(settings.database.sync_url, isolation_level="AUTOCOMMIT")
        self.addCleanup(self.server.dispose)
        with self.server.connect() as connection:
            connection.execute(text(f'CREATE DATABASE "{self.name}"'))
        self.addCleanup(self.drop_database)

    def drop_database(self) -> None:
        with self.server.connect() as connection:
            connection.execute(text(f'DROP DATABASE "{self.name}" WITH (FORCE)'))

    def alembic(self, *arguments: str) -> None:
        result = subprocess.run(
            [sys.executable, "-m", "alembic", *arguments],
            cwd=MODULE,
            env={**os.environ, "SQLALCHEMY_URL": self.url},
            capture_output=True,
            text=True,
            check=False,
        )
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)

    def tables(self) -> set[str]:
        engine = create_engine(self.url)
        try:
            return set(inspect(engine).get_table_names()) - {"alembic_version"}
        finally:
            engine.dispose()

    def test_up_down_up(self) -> None:
        expected = set(Base.metadata.tables)
        self.alembic("upgrade", "head")
        self.assertEqual(self.tables(), expected)
        self.alembic("downgrade", "base")
        self.assertEqual(self.tables(), set())
        self.alembic("upgrade", "head")
        self.assertEqual(self.tables(), expected)


if __name__ == "__main__":
    unittest.main()
