"""Make query-module's tables from its models and mark them as q001.

What the developer did when q001 turned out to drop the neighbour's tables. Runs in the module's
folder.
"""

from alembic.migration import MigrationContext
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from app.models import Base
from app.settings import settings

engine = create_engine(settings.database.sync_url)
with engine.begin() as connection:
    Base.metadata.create_all(connection)
    context = MigrationContext.configure(
        connection, opts={"version_table": "alembic_version_query"}
    )
    context.stamp(ScriptDirectory.from_config(Config("alembic.ini")), "q001")
