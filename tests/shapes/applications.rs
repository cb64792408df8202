//! Frameworks around Alembic, run for real, and env.py that wants more than the alembic command.

use redistill::sandbox::python;

use super::{Way, revision};
use crate::support::{Lab, Module, NOTES_CHAIN, NOTES_MODEL};

/// What the frameworks need; one environment for all of them.
const PACKAGES: [&str; 7] = [
    "alembic==1.20.1",
    "sqlalchemy==2.0.58",
    "psycopg[binary]==3.3.9",
    "pg8000==1.31.6",
    "sqlmodel==0.0.50",
    "flask-sqlalchemy==3.1.1",
    "flask-migrate==4.1.0",
];

fn lab() -> Lab {
    let mut lab = Lab::new();
    lab.python = python::with_packages(&PACKAGES).unwrap();
    lab
}

const FLASK_APP: &str = r#"
import enum

from flask import Flask
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy

db = SQLAlchemy()
migrate = Migrate(compare_server_default=True)


class Mood(enum.Enum):
    sad = 1
    glad = 2


class Person(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.String(80), nullable=False, index=True)
    mood = db.Column(db.Enum(Mood), nullable=False)


def create_app():
    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = "@URL@"
    db.init_app(app)
    migrate.init_app(app, db)
    return app
"#;

#[test]
fn flask_migrate_run_for_real() {
    let mut lab = lab();
    lab.alembic = &["-B", "-m", "flask", "db"];
    lab.create_database("app");
    let url = lab.url("psycopg", "app");
    lab.write("web/app.py", &FLASK_APP.replace("@URL@", &url));
    // The framework's own env.py, ini and template; no `script_location` anywhere.
    lab.alembic("web", &["init"]);
    lab.alembic("web", &["migrate", "-m", "people", "--rev-id", "p001"]);
    let more = lab.read("web/app.py").replace(
        "    mood = db",
        "    age = db.Column(db.Integer, server_default=\"7\")\n    mood = db",
    );
    lab.write("web/app.py", &more);
    lab.alembic("web", &["upgrade"]);
    lab.alembic("web", &["migrate", "-m", "age", "--rev-id", "p002"]);
    lab.alembic("web", &["upgrade"]);
    lab.sql(
        "app",
        "insert into person (name, mood) values ('one', 'glad')",
    );
    Way {
        modules: &[("web", &[])],
        ..Way::default()
    }
    .go(&lab);
    // An application that the flask command would not find either.
    std::fs::rename(
        lab.root().join("web/app.py"),
        lab.root().join("web/main.py"),
    )
    .unwrap();
    lab.redistill(&["plan"])
        .expect(2)
        .says(&["Flask's application cannot be loaded", "FLASK_APP="]);
    let found = lab.redistill_with(&["plan"], &[("FLASK_APP", "main:create_app")]);
    found.expect(0);
}

const HERO: &str = r#"
import datetime
from typing import Optional
import sqlalchemy as sa
from sqlmodel import Field, SQLModel

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(column_0_label)s", "uq": "uq_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s", "pk": "pk_%(table_name)s",
}


class Team(SQLModel, table=True):
    id: Optional[int] = Field(default=None, primary_key=True)
    name: str = Field(index=True, unique=True)


class Hero(SQLModel, table=True):
    id: Optional[int] = Field(default=None, primary_key=True)
    name: str = Field(max_length=40)
    born: Optional[datetime.date] = None
    team_id: Optional[int] = Field(default=None, foreign_key="team.id")


class Base:
    metadata = SQLModel.metadata
"#;

#[test]
fn sqlmodel_with_a_naming_convention_over_pg8000() {
    let lab = lab();
    lab.create_database("app");
    lab.add(&Module {
        driver: "pg8000",
        revisions: &[],
        ..Module::default()
    });
    lab.write("api/app/models.py", HERO);
    // Alembic's own first revision needs the import that the template is known to lack.
    let template = lab.read("api/alembic/script.py.mako");
    let with_import = template.replace(
        "import sqlalchemy as sa",
        "import sqlalchemy as sa\nimport sqlmodel",
    );
    lab.write("api/alembic/script.py.mako", &with_import);
    lab.alembic(
        "api",
        &[
            "revision",
            "--autogenerate",
            "-m",
            "one",
            "--rev-id",
            "s001",
        ],
    );
    lab.write("api/alembic/script.py.mako", &template);
    assert!(
        revisions(&lab).contains("AutoString"),
        "{}",
        revisions(&lab)
    );
    lab.alembic("api", &["upgrade", "head"]);
    Way::default().go(&lab);
    Way {
        choices: &["--source", "models"],
        ..Way::default()
    }
    .go(&lab);
}

fn revisions(lab: &Lab) -> String {
    lab.tree()
        .iter()
        .filter(|(path, _)| path.contains("/versions/"))
        .map(|(_, bytes)| String::from_utf8_lossy(bytes).into_owned())
        .collect()
}

#[test]
fn an_environment_that_only_writes_scripts_is_refused() {
    let lab = Lab::with_module(&Module::default());
    lab.write(
        "api/alembic/env.py",
        "from alembic import context\nfrom app.models import Base\n\n\
         context.configure(url=context.config.get_main_option(\"sqlalchemy.url\"), \
         target_metadata=Base.metadata, literal_binds=True)\nwith context.begin_transaction():\n    \
         context.run_migrations()\n",
    );
    let before = (lab.tree(), lab.dump("app", &[]), lab.databases());
    let answer = lab.redistill(&["plan"]).expect(1);
    answer.says(&["without a connection", "must open a connection of its own"]);
    assert_eq!((lab.tree(), lab.dump("app", &[]), lab.databases()), before);
}

#[test]
fn an_environment_that_only_the_applications_command_can_run_is_explained() {
    let lab = Lab::with_module(&Module::default());
    lab.write(
        "api/alembic/env.py",
        "from alembic import context\nfrom app.models import Base\n\n\
         context.configure(connection=context.config.attributes[\"connection\"], \
         target_metadata=Base.metadata)\nwith context.begin_transaction():\n    \
         context.run_migrations()\n",
    );
    let before = (lab.tree(), lab.dump("app", &[]), lab.databases());
    let answer = lab.redistill(&["plan"]).expect(1);
    answer.says(&["takes `connection` from config.attributes", "of its own"]);
    assert_eq!((lab.tree(), lab.dump("app", &[]), lab.databases()), before);
}

#[test]
fn an_environment_that_wants_arguments() {
    let lab = Lab::new();
    lab.create_database("app");
    lab.add(&Module {
        before: "        tenant = context.get_x_argument(as_dictionary=True)[\"tenant\"]\n        \
                 connection.exec_driver_sql(f\"set application_name = '{tenant}'\")\n        \
                 connection.commit()\n",
        ..Module::default()
    });
    lab.alembic("api", &["-x", "tenant=one", "upgrade", "head"]);
    lab.redistill(&["plan"])
        .expect(2)
        .says(&["reads -x tenant=...", "x = [\"key=value\"]"]);
    lab.write(
        "redistill.toml",
        "[modules.project]\nx = [\"tenant=one\"]\n",
    );
    let refused = lab.redistill(&["plan"]).expect(2);
    refused.says(&["there is none of that name", "the modules are: api"]);
    lab.write("redistill.toml", "[modules.api]\nx = [\"tenant=one\"]\n");
    Way {
        modules: &[("api", &["-x", "tenant=one"])],
        ..Way::default()
    }
    .go(&lab);
}

#[test]
fn revision_functions_with_arguments_and_no_way_down() {
    let lab = Lab::new();
    lab.create_database("app");
    // A runner of the project's own passes these; a module without a downgrade has none.
    let first = revision("n001", "None", "op.create_table(\"notes\", sa.Column(\"id\", sa.Integer(), primary_key=True), sa.Column(\"title\", sa.String(80), nullable=False))", None)
        .replace("def upgrade():", "def upgrade(op=op, tables=None, tester=None):");
    lab.add(&Module {
        revisions: &[("n001_notes.py", &first), NOTES_CHAIN[1]],
        models: NOTES_MODEL,
        ..Module::default()
    });
    lab.alembic("api", &["upgrade", "head"]);
    Way::default().go(&lab);
    let needed = first.replace("op=op, tables=None, tester=None", "op, tables, tester");
    lab.write("api/alembic/versions/n001_notes.py", &needed);
    let answer = lab.redistill(&["plan"]);
    assert_ne!(answer.code, 0);
    answer.says(&["n001", "required positional argument"]);
}
