"""Run an Alembic command with the module's URL set by hand: `COMMAND [ARGUMENT]...`.

What the developer did while env.py had no URL. Runs in the module's folder.
"""

import sys

from alembic import command
from alembic.config import Config

from app.settings import settings

config = Config("alembic.ini")
config.set_main_option("sqlalchemy.url", settings.database.sync_url.replace("%", "%%"))
getattr(command, sys.argv[1])(config, *sys.argv[2:])
