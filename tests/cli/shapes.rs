//! Shapes of projects: each is reset, agreed to by Alembic, and undone.

use crate::support::{Lab, Module, NOTES_CHAIN, NOTES_MODEL};
use std::fmt::Write as _;

/// How a project is reset and looked at.
pub(super) struct Way<'a> {
    /// Its modules: the folder in which Alembic is started, and the arguments before the command.
    pub modules: &'a [(&'a str, &'a [&'a str])],
    /// Its databases.
    pub databases: &'a [&'a str],
    /// Version tables, for `pg_dump -T`.
    pub hide: &'a [&'a str],
    /// What must be in a fresh database before Alembic comes.
    pub prepare: &'a str,
    /// Choices of the plan.
    pub choices: &'a [&'a str],
    /// Whether `alembic check` is clean.
    pub is_in_step: bool,
}

impl Default for Way<'_> {
    fn default() -> Self {
        Self {
            modules: &[("api", &[])],
            databases: &["app"],
            hide: &["alembic_version"],
            prepare: "",
            choices: &[],
            is_in_step: true,
        }
    }
}

impl Way<'_> {
    /// Resets, lets Alembic look at the live and at fresh databases, undoes, and compares.
    #[track_caller]
    pub fn go(&self, lab: &Lab) {
        let schemas = |lab: &Lab| self.dumps(lab, &["-s"], true);
        let before = (lab.tree(), self.dumps(lab, &[], false));
        let (schema, all) = (schemas(lab), self.dumps(lab, &[], true));
        let id = lab.reset(self.choices);
        assert_eq!(self.dumps(lab, &[], true), all, "the live database");
        for module in self.modules {
            self.agrees(lab, module);
        }
        self.swap(lab);
        self.each(lab, &["upgrade", "heads"]);
        assert_eq!(schemas(lab), schema, "a fresh database");
        for (folder, section) in self.modules.iter().rev() {
            lab.alembic(folder, &[section, &["downgrade", "base"][..]].concat());
        }
        for left in schemas(lab) {
            let left: Vec<&str> = left
                .lines()
                .filter(|line| line.starts_with("CREATE ") && !self.prepare.contains(line))
                .collect();
            assert_eq!(left, Vec::<&str>::new());
        }
        self.each(lab, &["upgrade", "heads"]);
        assert_eq!(schemas(lab), schema, "after the second upgrade");
        self.swap_back(lab);
        lab.redistill(&["undo", &id]).expect(0);
        assert_eq!((lab.tree(), self.dumps(lab, &[], false)), before);
    }

    fn each(&self, lab: &Lab, command: &[&str]) {
        for (folder, section) in self.modules {
            lab.alembic(folder, &[section, command].concat());
        }
    }

    fn agrees(&self, lab: &Lab, (folder, section): &(&str, &[&str])) {
        let check = lab.alembic_output(folder, &[section, &["check"][..]].concat());
        let said = String::from_utf8_lossy(&check.stdout);
        assert_eq!(check.status.success(), self.is_in_step, "{said}");
        let heads = lab.alembic(folder, &[section, &["heads"][..]].concat());
        let heads: Vec<&str> = heads.lines().filter(|l| l.contains("(head)")).collect();
        assert_eq!(heads.len(), 1, "{heads:?}");
        let current = lab.alembic(folder, &[section, &["current"][..]].concat());
        let id = heads[0].split_whitespace().next().expect("a head is named");
        assert!(current.contains(&format!("{id} (head)")), "{current}");
    }

    /// Puts empty databases in the place of the live ones.
    pub fn swap(&self, lab: &Lab) {
        for name in self.databases {
            lab.sql(
                "postgres",
                &format!("alter database {name} rename to {name}_live"),
            );
            lab.create_database(name);
            lab.sql(name, self.prepare);
        }
    }

    pub fn swap_back(&self, lab: &Lab) {
        for name in self.databases {
            lab.sql("postgres", &format!("drop database {name}"));
            lab.sql(
                "postgres",
                &format!("alter database {name}_live rename to {name}"),
            );
        }
    }

    pub fn dumps(&self, lab: &Lab, arguments: &[&str], is_hiding: bool) -> Vec<String> {
        let mut all = arguments.to_vec();
        for table in self.hide.iter().filter(|_| is_hiding) {
            all.extend(["-T", table]);
        }
        self.databases
            .iter()
            .map(|name| lab.dump(name, &all))
            .collect()
    }
}

/// A revision file whose functions have these bodies; without a way down it has no `downgrade`.
pub(super) fn revision(id: &str, down: &str, up: &str, back: Option<&str>) -> String {
    let body = |text: &str| {
        text.trim_matches('\n')
            .lines()
            .fold(String::new(), |all, line| format!("{all}    {line}\n"))
    };
    let back = back.map_or(String::new(), |text| {
        format!("\n\ndef downgrade():\n{}", body(text))
    });
    format!(
        "\"\"\"{id}\n\nRevision ID: {id}\n\"\"\"\nfrom alembic import op\nimport sqlalchemy as sa\n\n\
         revision = \"{id}\"\ndown_revision = {down}\n\n\ndef upgrade():\n{}{back}",
        body(up)
    )
}

/// A module of hand-written SQL: each revision its statements, `;;` between them.
pub(super) fn sql_chain(revisions: &[&str]) -> Vec<(String, String)> {
    let mut down = "None".to_owned();
    let mut files = Vec::new();
    for (place, statements) in revisions.iter().enumerate() {
        let id = format!("r{:03}", place + 1);
        let up = statements
            .split(";;")
            .map(str::trim)
            .filter(|one| !one.is_empty())
            .fold(String::new(), |all, one| {
                // The drivers read `%` as a placeholder.
                let quoted = serde_json::to_string(&one.replace('%', "%%")).expect("text is JSON");
                format!("{all}op.get_bind().exec_driver_sql({quoted})\n")
            });
        files.push((format!("{id}_step.py"), revision(&id, &down, &up, None)));
        down = format!("\"{id}\"");
    }
    files
}

/// Borrowed, as a module takes them.
pub(super) fn borrowed(files: &[(String, String)]) -> Vec<(&str, &str)> {
    files
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .collect()
}

fn notes_as(text: &str, table: &str, id: &str) -> String {
    text.replace("n00", id)
        .replace("notes", table)
        .replace("note_state", &format!("{table}_state"))
}

#[test]
fn two_modules_with_equal_file_names() {
    let lab = Lab::new();
    for (folder, database) in [("admin", "admin"), ("query", "query")] {
        lab.add(&Module {
            folder,
            database,
            ..Module::default()
        });
        lab.create_database(database);
        lab.alembic(folder, &["upgrade", "head"]);
    }
    Way {
        modules: &[("admin", &[]), ("query", &[])],
        databases: &["admin", "query"],
        hide: &["alembic_version"],
        ..Way::default()
    }
    .go(&lab);
}

#[test]
fn two_modules_in_one_database() {
    let lab = Lab::new();
    lab.create_database("shared");
    for (folder, table, id) in [("admin", "admins", "a00"), ("query", "queries", "q00")] {
        let chain: Vec<(String, String)> = NOTES_CHAIN
            .iter()
            .map(|(name, text)| ((*name).to_owned(), notes_as(text, table, id)))
            .collect();
        let chain: Vec<(&str, &str)> = chain
            .iter()
            .map(|(name, text)| (name.as_str(), text.as_str()))
            .collect();
        let own = format!(
            "version_table=\"{folder}_alembic_version\", include_name=lambda name, kind, parents: \
             kind != \"table\" or name == \"{table}\","
        );
        lab.add(&Module {
            folder,
            database: "shared",
            models: &notes_as(NOTES_MODEL, table, id),
            revisions: &chain,
            configure: &own,
            ..Module::default()
        });
        lab.alembic(folder, &["upgrade", "head"]);
    }
    Way {
        modules: &[("admin", &[]), ("query", &[])],
        databases: &["shared"],
        hide: &["admin_alembic_version", "query_alembic_version"],
        ..Way::default()
    }
    .go(&lab);
}

#[test]
fn a_version_table_of_another_name_in_another_schema() {
    let lab = Lab::new();
    lab.create_database("app");
    lab.sql("app", "create schema bookkeeping");
    lab.add(&Module {
        configure: "version_table=\"history\", version_table_schema=\"bookkeeping\",",
        ..Module::default()
    });
    // The scratch databases have no such schema until env.py creates it.
    let environment = lab.read("api/alembic/env.py").replace(
        "        context.configure(",
        "        connection.exec_driver_sql(\"create schema if not exists bookkeeping\")\n        \
         connection.commit()\n        context.configure(",
    );
    lab.write("api/alembic/env.py", &environment);
    lab.alembic("api", &["upgrade", "head"]);
    Way {
        modules: &[("api", &[])],
        databases: &["app"],
        hide: &["bookkeeping.history"],
        prepare: "CREATE SCHEMA bookkeeping;",
        ..Way::default()
    }
    .go(&lab);
}

#[test]
fn an_asynchronous_environment() {
    let lab = Lab::with_module(&Module {
        driver: "asyncpg",
        ..Module::default()
    });
    Way {
        modules: &[("api", &[])],
        databases: &["app"],
        hide: &["alembic_version"],
        ..Way::default()
    }
    .go(&lab);
}

#[test]
fn a_module_folder_with_a_space() {
    let lab = Lab::with_module(&Module {
        folder: "my module",
        ..Module::default()
    });
    Way {
        modules: &[("my module", &[])],
        databases: &["app"],
        hide: &["alembic_version"],
        ..Way::default()
    }
    .go(&lab);
}

#[test]
fn the_whole_project_below_a_folder_with_a_space() {
    let lab = Lab::in_folder("my project");
    lab.add(&Module::default());
    lab.create_database("app");
    lab.alembic("api", &["upgrade", "head"]);
    Way {
        modules: &[("api", &[])],
        databases: &["app"],
        hide: &["alembic_version"],
        ..Way::default()
    }
    .go(&lab);
}

#[test]
fn the_schema_of_the_version_table_was_made_by_hand() {
    let lab = Lab::new();
    lab.create_database("app");
    lab.sql("app", "create schema bookkeeping");
    lab.add(&Module {
        configure: "version_table_schema=\"bookkeeping\", include_schemas=True,",
        ..Module::default()
    });
    // With `include_schemas` Alembic would drop the version table of another schema.
    lab.alembic("api", &["upgrade", "head"]);
    Way {
        hide: &["bookkeeping.alembic_version"],
        prepare: "CREATE SCHEMA bookkeeping;",
        ..Way::default()
    }
    .go(&lab);
}

/// Rewrites env.py so that no ini is needed for the URL.
fn url_in_code(lab: &Lab) {
    let url = lab.url("psycopg", "app");
    let environment = lab.read("api/alembic/env.py").replace(
        "config.get_section(config.config_ini_section, {})",
        &format!("{{\"sqlalchemy.url\": \"{url}\"}}"),
    );
    lab.write("api/alembic/env.py", &environment);
}

#[test]
fn settings_in_pyproject() {
    let lab = Lab::new();
    lab.create_database("app");
    lab.add(&Module::default());
    url_in_code(&lab);
    std::fs::remove_file(lab.root().join("api/alembic.ini")).unwrap();
    lab.write(
        "api/pyproject.toml",
        "[project]\nname = \"api\"\nversion = \"1\"\n\n[tool.alembic]\n\
         script_location = \"%(here)s/alembic\"\nprepend_sys_path = [\".\"]\n\
         file_template = \"%%(year)d/%%(rev)s_%%(slug)s\"\nrecursive_version_locations = true\n",
    );
    lab.alembic("api", &["upgrade", "head"]);
    Way::default().go(&lab);
}

#[test]
fn two_sections_of_one_ini_share_the_script_folder() {
    let lab = Lab::new();
    lab.create_database("app");
    lab.add(&Module {
        folder: "api",
        models: &(notes_as(NOTES_MODEL, "notes", "n00")
            + &notes_as(NOTES_MODEL, "tasks", "t00").replace("class Note", "class Task")),
        revisions: &[],
        configure: "version_table=config.get_main_option(\"version_table\"), include_object=lambda \
                    object, name, kind, reflected, other: kind != \"table\" or name == \
                    config.get_main_option(\"own\"),",
        ..Module::default()
    });
    let url = lab.url("psycopg", "app");
    let mut ini = format!(
        "[DEFAULT]\nscript_location = %(here)s/alembic\nprepend_sys_path = .\nsqlalchemy.url = {url}\n"
    );
    for (section, table, id) in [("notes", "notes", "n00"), ("tasks", "tasks", "t00")] {
        write!(
            ini,
            "\n[{section}]\nversion_locations = %(here)s/versions/{section}\nversion_table = {section}_version\nown = {table}\n"
        )
        .unwrap();
        for (name, text) in NOTES_CHAIN {
            lab.write(
                &format!("api/versions/{section}/{name}"),
                &notes_as(text, table, id),
            );
        }
    }
    lab.write("api/alembic.ini", &ini);
    for section in ["notes", "tasks"] {
        lab.alembic("api", &["-n", section, "upgrade", "head"]);
    }
    Way {
        modules: &[("api", &["-n", "notes"]), ("api", &["-n", "tasks"])],
        hide: &["notes_version", "tasks_version"],
        ..Way::default()
    }
    .go(&lab);
}

#[test]
fn several_version_locations_and_folders_by_year() {
    let lab = Lab::new();
    lab.create_database("app");
    lab.add(&Module {
        revisions: &[],
        ..Module::default()
    });
    let [(first, one), (second, two)] = NOTES_CHAIN else {
        panic!("two revisions")
    };
    lab.write(&format!("api/alembic/versions/2023/11/{first}"), one);
    lab.write(&format!("api/more/2024/{second}"), two);
    lab.write("api/more/README", "kept");
    let ini = lab.read("api/alembic.ini")
        + "path_separator = newline\nversion_locations =\n    %(here)s/alembic/versions\n    %(here)s/more\n\
           recursive_version_locations = true\nfile_template = %%(year)d/%%(month).2d_%%(rev)s_%%(slug)s\n";
    lab.write("api/alembic.ini", &ini);
    lab.alembic("api", &["upgrade", "head"]);
    Way::default().go(&lab);
}

#[test]
fn the_script_folder_is_named_by_package() {
    let lab = Lab::new();
    lab.create_database("app");
    lab.add(&Module::default());
    let from = lab.root().join("api");
    std::fs::rename(from.join("alembic"), from.join("app/migrations")).unwrap();
    let ini = lab
        .read("api/alembic.ini")
        .replace("%(here)s/alembic", "app:migrations");
    lab.write("api/alembic.ini", &ini);
    lab.alembic("api", &["upgrade", "head"]);
    Way::default().go(&lab);
}

#[test]
fn branches_that_were_merged_and_two_heads() {
    let lab = Lab::new();
    lab.create_database("app");
    let table = |name: &str| {
        format!("op.create_table(\"{name}\", sa.Column(\"id\", sa.Integer(), primary_key=True))")
    };
    let drop = |name: &str| format!("op.drop_table(\"{name}\")");
    let file = |id: &str, down: &str, name: &str| {
        (
            format!("{id}.py"),
            revision(id, down, &table(name), Some(&drop(name))),
        )
    };
    let files = [
        file("first", "None", "a"),
        file("left", "\"first\"", "b"),
        file("right", "\"first\"", "c"),
        (
            "merge.py".to_owned(),
            revision("merge", "(\"left\", \"right\")", "pass", Some("pass")),
        ),
        file("one", "\"merge\"", "d"),
        file("two", "\"merge\"", "e"),
    ];
    let models = ["a", "b", "c", "d", "e"].iter().fold(String::new(), |all, name| {
        format!("{all}\nclass T{name}(Base):\n    __tablename__ = \"{name}\"\n    id: Mapped[int] = mapped_column(primary_key=True)\n")
    });
    lab.add(&Module {
        models: &models,
        revisions: &borrowed(&files),
        ..Module::default()
    });
    lab.alembic("api", &["upgrade", "heads"]);
    Way::default().go(&lab);
}

#[test]
fn bytecode_does_not_bring_the_old_head_back() {
    let lab = Lab::new();
    lab.create_database("app");
    lab.add(&Module::default());
    let ini = lab.read("api/alembic.ini") + "sourceless = true\n";
    lab.write("api/alembic.ini", &ini);
    lab.alembic("api", &["upgrade", "head"]);
    let status = std::process::Command::new(crate::support::interpreter())
        .args(["-m", "compileall", "-q", "alembic/versions"])
        .current_dir(lab.root().join("api"))
        .status()
        .unwrap();
    assert!(status.success());
    Way::default().go(&lab);
    // Bytecode alone is a revision that nobody can read: refused, and named.
    std::fs::remove_file(lab.root().join("api/alembic/versions/n002_state.py")).unwrap();
    let before = (lab.tree(), lab.dump("app", &[]));
    let answer = lab.redistill(&["plan"]).expect(1);
    let said = answer.stdout + &answer.stderr;
    assert!(said.contains("n002_state"), "{said}");
    assert_eq!((lab.tree(), lab.dump("app", &[])), before);
}

#[test]
fn the_driver_psycopg2() {
    let lab = Lab::with_module(&Module {
        driver: "psycopg2",
        ..Module::default()
    });
    Way::default().go(&lab);
}

const CUSTOM_MODEL: &str = r#"
from app.types import Money, Cents

class Price(Base):
    __tablename__ = "prices"
    id: Mapped[int] = mapped_column(primary_key=True)
    amount = mapped_column(Money("EUR"), nullable=False)
    cents = mapped_column(Cents(), server_default="0")
"#;

#[test]
fn types_of_the_projects_own() {
    let lab = Lab::new();
    lab.create_database("app");
    let up = "op.create_table(\n    \"prices\",\n    sa.Column(\"id\", sa.Integer(), primary_key=True),\n    \
              sa.Column(\"amount\", app.types.Money(\"EUR\"), nullable=False),\n    \
              sa.Column(\"cents\", app.types.Cents(), server_default=\"0\"),\n)";
    let text = revision("c001", "None", up, None).replace(
        "import sqlalchemy as sa",
        "import sqlalchemy as sa\nimport app.types",
    );
    lab.add(&Module {
        models: CUSTOM_MODEL,
        revisions: &[("c001.py", &text)],
        ..Module::default()
    });
    lab.write(
        "api/app/types.py",
        "import sqlalchemy as sa\n\n\nclass Money(sa.types.TypeDecorator):\n    impl = sa.Numeric(12, 2)\n    \
         cache_ok = True\n\n    def __init__(self, currency):\n        super().__init__()\n        \
         self.currency = currency\n\n\nclass Cents(sa.types.UserDefinedType):\n    cache_ok = True\n\n    \
         def get_col_spec(self, **kw):\n        return \"BIGINT\"\n",
    );
    lab.alembic("api", &["upgrade", "head"]);
    Way::default().go(&lab);
    for source in ["chain", "models"] {
        let plan = lab
            .redistill(&["plan", "--format", "json", "--source", source])
            .expect(0)
            .json();
        let baseline = plan["modules"][0]["baseline"].to_string();
        assert!(!baseline.contains("app."), "{baseline}");
    }
}

const CYCLE_MODEL: &str = r#"
mood = sa.Enum("sad", "ok", name="mood")

class Team(Base):
    __tablename__ = "teams"
    id: Mapped[int] = mapped_column(primary_key=True)
    captain_id = mapped_column(sa.ForeignKey("players.id", use_alter=True, name="fk_captain"))
    mood = mapped_column(mood, nullable=False)

class Player(Base):
    __tablename__ = "players"
    id: Mapped[int] = mapped_column(primary_key=True)
    team_id = mapped_column(sa.ForeignKey("teams.id", ondelete="CASCADE"), nullable=False)
    friend_id = mapped_column(sa.ForeignKey("players.id"))
    mood = mapped_column(mood, nullable=False)
"#;

#[test]
fn circles_of_foreign_keys_and_a_shared_enum() {
    let lab = Lab::new();
    lab.create_database("app");
    let files = sql_chain(&[
        "CREATE TYPE mood AS ENUM ('sad', 'ok');;CREATE TABLE teams (id serial PRIMARY KEY, captain_id int, mood mood NOT NULL)",
        "CREATE TABLE players (id serial PRIMARY KEY, team_id int NOT NULL REFERENCES teams ON DELETE CASCADE, \
         friend_id int REFERENCES players, mood mood NOT NULL);;\
         ALTER TABLE teams ADD CONSTRAINT fk_captain FOREIGN KEY (captain_id) REFERENCES players",
    ]);
    lab.add(&Module {
        models: CYCLE_MODEL,
        revisions: &borrowed(&files),
        ..Module::default()
    });
    lab.alembic("api", &["upgrade", "head"]);
    lab.sql("app", "insert into teams (mood) values ('ok'); insert into players (team_id, mood) values (1, 'sad')");
    Way::default().go(&lab);
    // The models alone say the same; `use_alter` is not lost.
    Way {
        choices: &["--source", "models"],
        ..Way::default()
    }
    .go(&lab);
}

#[test]
fn autocommit_blocks_and_data_migrations() {
    let lab = Lab::new();
    lab.create_database("app");
    let more = revision(
        "n003",
        "\"n002\"",
        r#"
with op.get_context().autocommit_block():
    op.execute("ALTER TYPE note_state ADD VALUE IF NOT EXISTS 'late' BEFORE 'done'")
    op.create_index("ix_notes_title", "notes", ["title"], postgresql_concurrently=True)
bind = op.get_bind()
for id, title in bind.execute(sa.text("SELECT id, title FROM notes")).all():
    bind.execute(sa.text("UPDATE notes SET title = :t WHERE id = :i"), {"t": title.strip(), "i": id})
bind.execute(sa.text("INSERT INTO notes (title, state) VALUES (:t, 'late')"), {"t": "it's \"50%\" :x \\n"})
"#,
        None,
    );
    let files = [NOTES_CHAIN[0], NOTES_CHAIN[1], ("n003_more.py", &more)];
    let models = NOTES_MODEL
        .replace("\"open\", \"done\"", "\"open\", \"late\", \"done\"")
        .replace("sa.String(80)", "sa.String(80), index=True");
    lab.add(&Module {
        models: &models,
        revisions: &files,
        configure: "transaction_per_migration=True,",
        ..Module::default()
    });
    lab.alembic("api", &["upgrade", "head"]);
    let way = Way::default();
    way.go(&lab);
    let live = lab.dump("app", &["-a", "-T", "alembic_version"]);
    lab.reset(&[]);
    way.swap(&lab);
    lab.alembic("api", &["upgrade", "head"]);
    assert_eq!(lab.dump("app", &["-a", "-T", "alembic_version"]), live);
}

#[test]
fn files_beside_the_revisions_stay() {
    let lab = Lab::new();
    lab.create_database("app");
    let up =
        "import pathlib\nop.execute(pathlib.Path(__file__).with_name(\"view.sql\").read_text())";
    let text = revision("n003", "\"n002\"", up, None);
    lab.add(&Module {
        revisions: &[NOTES_CHAIN[0], NOTES_CHAIN[1], ("n003_view.py", &text)],
        ..Module::default()
    });
    lab.write(
        "api/alembic/versions/view.sql",
        "CREATE VIEW open_notes AS SELECT id FROM notes WHERE state = 'open'",
    );
    lab.write("api/alembic/versions/.gitkeep", "");
    lab.alembic("api", &["upgrade", "head"]);
    Way::default().go(&lab);
    lab.reset(&[]);
    for kept in ["view.sql", ".gitkeep", "__init__.py"] {
        assert!(
            lab.root().join("api/alembic/versions").join(kept).exists(),
            "{kept}"
        );
    }
}

#[test]
fn a_linked_versions_folder_loses_nothing() {
    let lab = Lab::with_module(&Module::default());
    let folder = lab.root().join("api/alembic/versions");
    let real = lab.root().join("shared_versions");
    std::fs::rename(&folder, &real).unwrap();
    std::os::unix::fs::symlink(&real, &folder).unwrap();
    let before = (lab.tree(), lab.dump("app", &[]));
    let answer = lab.redistill(&["plan", "--format", "json"]);
    if answer.code == 0 {
        Way::default().go(&lab);
    } else {
        answer.expect(1).says(&["versions"]);
    }
    assert_eq!((lab.tree(), lab.dump("app", &[])), before);
    assert!(folder.is_symlink());
}

#[test]
fn without_createdb_nothing_is_created_on_the_server() {
    let lab = Lab::new();
    lab.sql(
        "postgres",
        "create role dev login password 'dev' nocreatedb",
    );
    lab.sql("postgres", "create database app owner dev");
    lab.add(&Module::default());
    let url = lab.url("psycopg", "app");
    let (scheme, rest) = url.split_once("://").unwrap();
    let place = rest.rsplit_once('@').unwrap().1;
    let ini = lab
        .read("api/alembic.ini")
        .replace(&url, &format!("{scheme}://dev:dev@{place}"));
    lab.write("api/alembic.ini", &ini);
    lab.alembic("api", &["upgrade", "head"]);
    let made = "select oid from pg_database order by oid";
    let before = (
        lab.column("postgres", made),
        lab.column("postgres", "select rolname from pg_roles order by 1"),
    );
    let id = lab.reset(&[]);
    lab.alembic("api", &["check"]);
    lab.redistill(&["undo", &id]).expect(0);
    let after = (
        lab.column("postgres", made),
        lab.column("postgres", "select rolname from pg_roles order by 1"),
    );
    assert_eq!(after, before);
}

#[test]
fn drift_of_the_models_that_was_known_stays_allowed() {
    let lab = Lab::with_module(&Module {
        models: &format!("{NOTES_MODEL}    later: Mapped[int] = mapped_column(nullable=True)\n"),
        ..Module::default()
    });
    let plan = lab
        .redistill(&["plan", "--format", "json"])
        .expect(0)
        .json();
    assert!(plan["modules"][0].to_string().contains("later"), "{plan}");
    Way {
        is_in_step: false,
        ..Way::default()
    }
    .go(&lab);
}

#[test]
fn models_are_the_source_where_the_chain_does_not_replay() {
    let lab = Lab::new();
    lab.create_database("app");
    // A project that began with `create_all` and a stamp.
    let base = revision(
        "n001",
        "None",
        "op.add_column(\"notes\", sa.Column(\"state\", sa.Text()))",
        None,
    );
    lab.add(&Module {
        revisions: &[("n001.py", &base)],
        ..Module::default()
    });
    lab.sql(
        "app",
        "create type note_state as enum ('open', 'done');
         create table notes (id serial primary key, title varchar(80) not null, state note_state not null);
         create view open_notes as select id from notes where state = 'open';
         create table lookup (code text primary key);
         create view codes as select code from lookup",
    );
    lab.alembic("api", &["stamp", "head"]);
    let live = lab.dump("app", &["-T", "alembic_version"]);
    let before = (lab.tree(), lab.dump("app", &[]));
    lab.redistill(&["plan"])
        .expect(3)
        .says(&["n001", "notes", "--source models"]);
    let answer = lab.redistill(&["plan", "--source", "models"]).expect(1);
    let answer = answer.says(&[
        "table lookup: missing",
        "view codes: missing",
        "--leave-out",
    ]);
    assert!(!answer.stderr.contains("open_notes"), "{}", answer.stderr);
    assert_eq!((lab.tree(), lab.dump("app", &[])), before);
    let choices = [
        "--source",
        "models",
        "--leave-out",
        "table lookup",
        "--leave-out",
        "view codes",
    ];
    let id = lab.reset(&choices);
    assert_eq!(lab.dump("app", &["-T", "alembic_version"]), live);
    Way::default().swap(&lab);
    lab.alembic("api", &["upgrade", "head"]);
    lab.alembic("api", &["check"]);
    let fresh = lab.dump("app", &["-s"]);
    assert!(
        fresh.contains("open_notes") && !fresh.contains("lookup"),
        "{fresh}"
    );
    lab.alembic("api", &["downgrade", "base"]);
    lab.alembic("api", &["upgrade", "head"]);
    Way::default().swap_back(&lab);
    lab.redistill(&["undo", &id]).expect(0);
    assert_eq!((lab.tree(), lab.dump("app", &[])), before);
}

#[test]
fn two_modules_in_one_version_table() {
    let lab = Lab::new();
    lab.create_database("shared");
    lab.sql("shared", "create schema aside");
    for (folder, table, id) in [("admin", "admins", "a00"), ("query", "queries", "q00")] {
        let chain: Vec<(String, String)> = NOTES_CHAIN
            .iter()
            .map(|(name, text)| ((*name).to_owned(), notes_as(text, table, id)))
            .collect();
        lab.add(&Module {
            folder,
            database: "shared",
            models: &notes_as(NOTES_MODEL, table, id),
            revisions: &borrowed(&chain),
            configure: &format!(
                "include_name=lambda name, kind, parents: kind != \"table\" or name == \"{table}\","
            ),
            ..Module::default()
        });
        lab.sql(
            "shared",
            "alter table if exists alembic_version set schema aside",
        );
        lab.alembic(folder, &["upgrade", "head"]);
    }
    lab.sql(
        "shared",
        "insert into alembic_version select * from aside.alembic_version; drop schema aside cascade",
    );
    let before = (lab.tree(), lab.dump("shared", &[]));
    // Alone, it takes its own row out and leaves the neighbour's and the table.
    let alone = lab.redistill(&["plan", "--module", "admin"]).expect(0);
    assert!(!alone.stdout.contains("DROP TABLE"), "{}", alone.stdout);
    assert!(alone.stdout.contains("DELETE FROM"), "{}", alone.stdout);
    assert_eq!((lab.tree(), lab.dump("shared", &[])), before);
    let oid = "select 'alembic_version'::regclass::oid";
    let table = lab.column("shared", oid);
    let id = lab.reset(&[]);
    assert_eq!(lab.column("shared", oid), table, "the table stays");
    let mut heads = Vec::new();
    for folder in ["admin", "query"] {
        let said = lab.alembic(folder, &["heads"]);
        heads.push(said.split_whitespace().next().unwrap().to_owned());
    }
    heads.sort();
    let rows = "select version_num from alembic_version order by 1";
    assert_eq!(lab.column("shared", rows), heads);
    lab.redistill(&["undo", &id]).expect(0);
    assert_eq!((lab.tree(), lab.dump("shared", &[])), before);
}

#[test]
fn models_that_are_ahead_of_the_chain() {
    let lab = Lab::with_module(&Module {
        models: &format!("{NOTES_MODEL}    later: Mapped[int] = mapped_column(nullable=True)\n"),
        ..Module::default()
    });
    let before = (lab.tree(), lab.dump("app", &[]));
    // Stamping the live database would not be true: it has no such column.
    lab.redistill(&["plan", "--source", "models"])
        .expect(1)
        .says(&["column notes.later", "differs from the models"]);
    assert_eq!((lab.tree(), lab.dump("app", &[])), before);
    lab.redistill(&[
        "plan",
        "--source",
        "models",
        "--revision-id",
        "reuse-head",
        "--strategy",
        "unversioned",
    ])
    .expect(1)
    .says(&["reuse-head"]);
    let id = lab.reset(&["--source", "models", "--strategy", "unversioned"]);
    let way = Way::default();
    way.swap(&lab);
    lab.alembic("api", &["upgrade", "head"]);
    lab.alembic("api", &["check"]);
    assert!(lab.dump("app", &["-s"]).contains("later integer"));
    way.swap_back(&lab);
    lab.redistill(&["undo", &id]).expect(0);
    assert_eq!((lab.tree(), lab.dump("app", &[])), before);
}

#[test]
fn an_empty_baseline_is_refused() {
    let lab = Lab::with_module(&Module::default());
    lab.write(
        "api/app/models.py",
        "from sqlalchemy.orm import DeclarativeBase\n\n\nclass Base(DeclarativeBase):\n    pass\n",
    );
    let before = (lab.tree(), lab.dump("app", &[]));
    lab.redistill(&["plan", "--source", "models"])
        .expect(1)
        .says(&["the baseline is empty", "target_metadata"]);
    assert_eq!((lab.tree(), lab.dump("app", &[])), before);
}

#[test]
fn a_neighbours_table_that_check_complains_of_is_no_hindrance() {
    let lab = Lab::with_module(&Module::default());
    lab.sql("app", "create table neighbour (id int primary key)");
    let before = (lab.tree(), lab.dump("app", &[]));
    let id = lab.reset(&[]);
    assert!(lab.dump("app", &["-s"]).contains("neighbour"));
    lab.redistill(&["undo", &id]).expect(0);
    assert_eq!((lab.tree(), lab.dump("app", &[])), before);
}
