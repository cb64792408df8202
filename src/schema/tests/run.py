"""Runs upgrade() or downgrade() of one revision file through Alembic's own operations.

    python run.py URL FILE upgrade|downgrade
"""
import asyncio
import importlib.util
import sys

import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations

url, path, direction = sys.argv[1:]
spec = importlib.util.spec_from_file_location("revision", path)
revision = importlib.util.module_from_spec(spec)
spec.loader.exec_module(revision)


def run(connection):
    context = MigrationContext.configure(connection)
    with Operations.context(context):
        getattr(revision, direction)()


async def run_async():
    from sqlalchemy.ext.asyncio import create_async_engine

    engine = create_async_engine(url)
    async with engine.begin() as connection:
        await connection.run_sync(run)
    await engine.dispose()


if "asyncpg" in url:
    asyncio.run(run_async())
else:
    with sa.create_engine(url).begin() as connection:
        run(connection)
