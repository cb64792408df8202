//! Runs the two nets on a module's folder.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::Lab;

/// Each test of theirs by name, and whether it passed.
pub type Nets = BTreeMap<String, bool>;

/// Goes to the connection and schema that the net gives, and to no other.
const ENVIRONMENT: &str = r#"import os

from alembic import context
from sqlalchemy import text

from app.models import Base

config = context.config
connection = config.attributes["connection"]
schema = config.attributes.get("target_schema")


def go(connection):
    more = {}
    if schema:
        connection.execute(text('SET LOCAL search_path TO "%s"' % schema))
        connection.dialect.default_schema_name = schema
        more["version_table_schema"] = schema
    context.configure(connection=connection, target_metadata=Base.metadata, @CONFIGURE@ **more)
    with context.begin_transaction():
        context.run_migrations()


if hasattr(connection, "exec_driver_sql"):
    go(connection)
else:
    with connection.connect() as opened:
        go(opened)
        opened.commit()
"#;

const FIXTURES: &str = r#"import itertools
import os

import pytest
import sqlalchemy
from alembic.config import Config

ADMIN, PLACE = os.environ["NETS_ADMIN"], os.environ["NETS_PLACE"]
numbers = itertools.count()


def config():
    given = Config()
    given.set_main_option("script_location", os.path.join(PLACE, "env"))
    given.set_main_option("version_locations", os.environ["NETS_VERSIONS"])
    given.set_main_option("path_separator", "os")
    return given


@pytest.fixture
def scratch():
    """A database that this test made, named by its process; dropped afterwards."""
    admin = sqlalchemy.create_engine(ADMIN, isolation_level="AUTOCOMMIT")
    name = "net_%d_%d" % (os.getpid(), next(numbers))
    with admin.connect() as connection:
        connection.exec_driver_sql('CREATE DATABASE "%s"' % name)
    yield sqlalchemy.make_url(ADMIN).set(database=name)
    with admin.connect() as connection:
        connection.exec_driver_sql('DROP DATABASE "%s" WITH (FORCE)' % name)
    admin.dispose()


@pytest.fixture
def alembic_config():
    return config()


@pytest.fixture
def alembic_engine(scratch):
    engine = sqlalchemy.create_engine(scratch, poolclass=sqlalchemy.NullPool)
    yield engine
    engine.dispose()
"#;

const GAUNTLET: &str = r#"import pytest
from alembic_gauntlet import MigrationTestBase

from app.models import Base


class TestMigrations(MigrationTestBase):
    @pytest.fixture
    def orm_metadata(self):
        return Base.metadata

    @pytest.fixture
    def migration_db_url(self, scratch):
        return scratch.set(drivername="postgresql+asyncpg").render_as_string(hide_password=False)
"#;

const PYTEST_ALEMBIC: &str = "from pytest_alembic.tests import (  # noqa: F401
    test_model_definitions_match_ddl,
    test_single_head_revision,
    test_up_down_consistency,
    test_upgrade,
)
";

/// Runs both on a module's folder; every test is found, whether it passed or not.
pub fn nets(lab: &Lab, module: &Path, configure: &str) -> Nets {
    let place = lab.beside("nets");
    std::fs::create_dir_all(place.join("env")).unwrap();
    let write = |name: &str, text: &str| std::fs::write(place.join(name), text).unwrap();
    write("env/env.py", &ENVIRONMENT.replace("@CONFIGURE@", configure));
    write("env/script.py.mako", crate::support::TEMPLATE);
    write("conftest.py", FIXTURES);
    write("test_gauntlet.py", GAUNTLET);
    write("test_alembic.py", PYTEST_ALEMBIC);
    write("pytest.ini", "[pytest]\nasyncio_mode = auto\n");
    let output = Command::new(&lab.python)
        .args([
            "-B",
            "-m",
            "pytest",
            "-p",
            "no:cacheprovider",
            "-v",
            "--tb=short",
        ])
        .arg("-c")
        .arg(place.join("pytest.ini"))
        .arg("--rootdir")
        .arg(&place)
        .arg(&place)
        .current_dir(&place)
        .env("PYTHONPATH", module)
        .env("NETS_ADMIN", lab.url("psycopg", "postgres"))
        .env("NETS_PLACE", &place)
        .env("NETS_VERSIONS", module.join("alembic/versions"))
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let found: Nets = said.lines().filter_map(verdict).collect();
    assert!(
        found.len() >= 11,
        "{said}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    if std::env::var_os("REDISTILL_SHOW_NETS").is_some() {
        println!("{said}");
    }
    found
}

/// `test_gauntlet.py::TestMigrations::test_x PASSED [ 9%]`,
/// `test_alembic.py::test_upgrade PASSED`.
fn verdict(line: &str) -> Option<(String, bool)> {
    let passed = line.contains(" PASSED");
    if !line.contains("::") || !(passed || line.contains(" FAILED") || line.contains(" ERROR")) {
        return None;
    }
    if line.starts_with("FAILED") || line.starts_with("ERROR") {
        return None;
    }
    let name = line.split_whitespace().next()?.rsplit(':').next()?;
    let net = if line.starts_with("test_alembic.py") {
        "pytest-alembic"
    } else {
        "gauntlet"
    };
    Some((format!("{net} {name}"), passed))
}
