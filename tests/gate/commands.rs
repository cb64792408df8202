//! The commands of the patterns on the demo's project: `enums`, `verify --scaffold`, `checklist`.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};

use redistill::demo::{self, Demo, MODULES};
use redistill::model::{Host, Target};
use redistill::sandbox::{Server, ServerOptions};

use crate::support::{Answer, Lab, Module, interpreter};

/// The demo's project as created, on a server of its own.
struct Store {
    server: Server,
    demo: Demo,
    _folder: tempfile::TempDir,
}

impl Store {
    fn new() -> Self {
        let options = ServerOptions {
            tcp: true,
            ..ServerOptions::default()
        };
        let server = Server::start_with(&options).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let target = server.tcp_target().unwrap();
        let demo = demo::create(&folder.path().join("art store"), &target, interpreter()).unwrap();
        Self {
            server,
            demo,
            _folder: folder,
        }
    }

    /// With the four edits applied, so that nothing is wrong with it.
    fn mended() -> Self {
        let store = Self::new();
        for edit in store.demo.edits() {
            store.demo.apply(&edit).unwrap();
        }
        store
    }

    fn root(&self) -> &Path {
        self.demo.folder()
    }

    fn redistill(&self, arguments: &[&str]) -> Answer {
        let output = Command::new(env!("CARGO_BIN_EXE_redistill"))
            .args(arguments)
            .current_dir(self.root())
            .env("REDISTILL_PYTHON", interpreter())
            .env("NO_COLOR", "1")
            .env_remove("VIRTUAL_ENV")
            .stdin(Stdio::null())
            .output()
            .unwrap();
        Answer {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// psql's `\dT+` of a database: name → labels, owner.
    fn types(&self, target: &Target) -> BTreeMap<String, (Vec<String>, String)> {
        let Host::Tcp(host) = &target.host else {
            panic!("TCP was asked for")
        };
        let output = Command::new(self.server.program("psql").unwrap())
            .env("PGPASSWORD", target.password.as_ref().unwrap().expose())
            .args([
                "-XAtq",
                "-F",
                "|",
                "-R",
                "\u{1}",
                "-h",
                host,
                "-U",
                &target.user,
            ])
            .args([
                "-p",
                &target.port.to_string(),
                "-c",
                r"\dT+",
                &target.database,
            ])
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        let text = String::from_utf8(output.stdout).unwrap();
        text.trim_end()
            .split('\u{1}')
            .filter(|row| !row.is_empty())
            .map(|row| {
                // Schema, name, internal name, size, elements, owner, …
                let cells: Vec<&str> = row.split('|').collect();
                let labels = cells[4].lines().map(str::to_owned).collect();
                (cells[1].to_owned(), (labels, cells[5].to_owned()))
            })
            .collect()
    }
}

#[test]
fn enums_says_what_psql_says_and_more() {
    let store = Store::new();
    let answer = store.redistill(&["enums", "--format", "json", "--module", "storage-element"]);
    let document = answer.expect(0).json();
    let [module] = &document["modules"].as_array().unwrap()[..] else {
        panic!("{document:#}")
    };
    let told: BTreeMap<String, (Vec<String>, String)> = module["types"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| {
            let labels = serde_json::from_value(entry["labels"].clone()).unwrap();
            let role = entry["role"].as_str().unwrap().to_owned();
            (entry["name"].as_str().unwrap().to_owned(), (labels, role))
        })
        .collect();
    let oracle = store.types(&store.demo.target(MODULES[1]));
    assert_eq!(oracle.len(), 3, "{oracle:?}");
    assert_eq!(told, oracle);
    let mode = &module["types"][0];
    assert_eq!(mode["name"], "storage_mode_enum");
    assert_eq!(mode["columns"][0], "storage_volumes.mode");
    assert_eq!(mode["model_labels"], mode["labels"]);
    assert_eq!(mode["modules"][0], "storage-element");
    assert_eq!(
        mode["created"][0]["path"],
        "storage-element/alembic/versions/s002_stored_files.py"
    );
    assert_eq!(mode["dropped"].as_array().unwrap().len(), 0);
    assert_eq!(mode["differences"][0], "no downgrade drops it");
}

#[test]
fn enums_of_the_whole_reference_set_are_read_from_source_alone() {
    let store = Store::new();
    let document = store
        .redistill(&["enums", "--static", "--format", "json"])
        .expect(0)
        .json();
    let mut told = BTreeMap::new();
    for module in document["modules"].as_array().unwrap() {
        for entry in module["types"].as_array().unwrap() {
            assert_eq!(entry["in_database"], serde_json::Value::Null);
            let labels: Vec<String> = serde_json::from_value(entry["labels"].clone()).unwrap();
            told.insert(entry["name"].as_str().unwrap().to_owned(), labels.join(" "));
        }
    }
    let reference = [
        ("user_status_enum", "ACTIVE INACTIVE LOCKED DELETED"),
        ("user_role_enum", "ADMIN OPERATOR USER"),
        (
            "service_account_status_enum",
            "ACTIVE SUSPENDED EXPIRED DELETED",
        ),
        ("service_account_role_enum", "ADMIN USER AUDITOR READONLY"),
        ("storage_type_enum", "LOCAL S3"),
        ("storage_status_enum", "ONLINE OFFLINE DEGRADED MAINTENANCE"),
        ("storage_mode_enum", "EDIT RW RO AR"),
    ];
    let reference = reference.map(|(name, labels)| (name.to_owned(), labels.to_owned()));
    assert_eq!(told, BTreeMap::from(reference));
}

#[test]
fn enums_in_text_show_labels_that_drifted_and_the_cleanup() {
    let store = Store::mended();
    let session = redistill::system::Session::connect(
        &store.demo.target(MODULES[0]),
        std::time::Duration::from_secs(30),
    );
    session
        .unwrap()
        .batch("ALTER TYPE user_role_enum ADD VALUE 'ROOT' BEFORE 'ADMIN'; CREATE TYPE relic AS ENUM ('x')")
        .unwrap();
    let answer = store.redistill(&["enums"]).expect(0);
    for fragment in [
        "    labels    ROOT, ADMIN, OPERATOR, USER\n",
        "    differs   only the database has ROOT\n",
        "    sa.Enum(name='storage_mode_enum').drop(op.get_bind(), checkfirst=True)\n",
        "  public.relic\n",
    ] {
        assert!(
            answer.stdout.contains(fragment),
            "no {fragment:?}:\n{}",
            answer.stdout
        );
    }
    assert!(
        !answer.stdout.contains("no downgrade drops it"),
        "{}",
        answer.stdout
    );
}

/// Runs pytest in a module's folder: whether it passed, and what it printed.
fn pytest(folder: &Path, variables: &[(&str, &str)]) -> (bool, String) {
    let output = Command::new(interpreter())
        .args(["-B", "-m", "pytest", "-q", "-p", "no:cacheprovider"])
        .arg("tests/test_migrations.py")
        .current_dir(folder)
        .env_remove("TEST_DATABASE_URL")
        .envs(variables.iter().copied())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    (output.status.success(), text)
}

#[test]
fn the_scaffold_passes_on_the_mended_demo_and_fails_where_a_type_stays() {
    let store = Store::mended();
    let answer = store.redistill(&["verify", "--scaffold"]).expect(0);
    for fragment in [
        "kept    admin-module/tests/test_migrations.py: it is there, and stays as it is\n",
        "written storage-element/tests/test_migrations.py\n",
        "  run it  cd query-module && python -m pytest tests/test_migrations.py\n",
        "redistill.toml: [modules.query-module] tests = [\"python\", \"-m\", \"pytest\", \"tests/test_migrations.py\"]\n",
    ] {
        assert!(
            answer.stdout.contains(fragment),
            "no {fragment:?}:\n{}",
            answer.stdout
        );
    }
    let databases = || {
        let session = redistill::system::Session::connect(
            &store.server.tcp_target().unwrap(),
            std::time::Duration::from_secs(30),
        )
        .unwrap();
        let rows = session.query("SELECT datname::text FROM pg_database ORDER BY 1", &[]);
        let names: Vec<String> = rows.unwrap().iter().map(|row| row.get(0)).collect();
        let catalogs: Vec<Vec<demo::TableRows>> = MODULES
            .map(|module| store.demo.rows(module).unwrap())
            .into();
        (names, format!("{catalogs:?}"))
    };
    let before = databases();
    for module in &MODULES[1..] {
        let (passed, text) = pytest(&store.demo.module_folder(*module), &[]);
        assert!(passed, "{text}");
    }
    let folder = store.demo.module_folder(MODULES[1]);
    let revision = folder.join("alembic/versions/s002_stored_files.py");
    let text = std::fs::read_to_string(&revision).unwrap();
    let line = "    sa.Enum(name=\"storage_mode_enum\").drop(op.get_bind(), checkfirst=True)\n";
    assert!(text.contains(line));
    std::fs::write(&revision, text.replace(line, "")).unwrap();
    let (passed, text) = pytest(&folder, &[]);
    assert!(!passed, "{text}");
    let said = "downgrade leaves behind [('type', 'storage_mode_enum')]";
    assert!(text.contains(said), "{text}");
    // The development databases were not touched, and the test's own are gone.
    assert_eq!(databases(), before);
    let again = store.redistill(&["verify", "--scaffold"]).expect(3);
    assert!(!again.stdout.contains("written"), "{}", again.stdout);
}

const TIDY: &[(&str, &str)] = &[(
    "n001_notes.py",
    r#""""notes"""
import sqlalchemy as sa
from alembic import op

revision = "n001"
down_revision = None


def upgrade():
    op.create_table(
        "notes",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("title", sa.String(80), nullable=False),
        sa.Column("state", sa.Enum("open", "done", name="note_state"), nullable=False),
    )
    op.execute("CREATE SEQUENCE tickets")


def downgrade():
    op.execute("DROP SEQUENCE tickets")
    op.drop_table("notes")
    sa.Enum(name="note_state").drop(op.get_bind())
"#,
)];

#[test]
fn the_scaffold_serves_an_async_env_and_a_server_of_the_variables_choice() {
    for driver in ["asyncpg", "psycopg2"] {
        let lab = Lab::with_module(&Module {
            driver,
            revisions: TIDY,
            ..Module::default()
        });
        lab.redistill(&["verify", "--scaffold"]).expect(0);
        let text = lab.read("api/tests/test_migrations.py");
        assert_eq!(text.contains("import asyncio"), driver == "asyncpg");
        let folder = lab.root().join("api");
        let before = lab.dump("app", &[]);
        let (passed, text) = pytest(&folder, &[]);
        assert!(passed, "{text}");
        assert_eq!(lab.dump("app", &[]), before);

        // Where env.py would go nobody answers; the variable leads elsewhere.
        let ini = lab.read("api/alembic.ini");
        let url = lab.url(driver, "app");
        let nowhere = format!("postgresql+{driver}://nobody@127.0.0.1:1/nothing");
        lab.write("api/alembic.ini", &ini.replace(&url, &nowhere));
        assert!(!pytest(&folder, &[]).0);
        let (passed, text) = pytest(&folder, &[("TEST_DATABASE_URL", &url)]);
        assert!(passed, "{text}");
        assert_eq!(
            lab.databases(),
            ["app", "postgres", "template0", "template1"]
        );
    }
}

#[test]
fn the_scaffold_refuses_an_env_that_it_cannot_lead_away() {
    let lab = Lab::with_module(&Module {
        revisions: TIDY,
        ..Module::default()
    });
    lab.redistill(&["verify", "--scaffold"]).expect(0);
    // The engine's connections come from elsewhere: SQLAlchemy does not ask before them.
    let environment = lab.read("api/alembic/env.py");
    let url = lab.url("psycopg", "app").replace("+psycopg", "");
    let own = format!(
        "import psycopg\nfrom sqlalchemy import create_engine\n\n\ndef engine_from_config(*_, **__):\n    \
         return create_engine('postgresql+psycopg://', creator=lambda: psycopg.connect('{url}'))\n\n\n"
    );
    let after = environment.replace(
        "from sqlalchemy import engine_from_config, pool\n",
        &format!("from sqlalchemy import pool\n{own}"),
    );
    assert_ne!(after, environment);
    lab.write("api/alembic/env.py", &after);
    let before = lab.dump("app", &[]);
    let (passed, text) = pytest(&lab.root().join("api"), &[]);
    assert!(!passed);
    assert!(text.contains("it cannot be led away"), "{text}");
    assert_eq!(lab.dump("app", &[]), before);
}

/// Item → answer.
fn answers(document: &serde_json::Value) -> BTreeMap<String, String> {
    let items = document["items"].as_array().unwrap().iter();
    items
        .map(|item| {
            let text = |field: &str| item[field].as_str().unwrap().to_owned();
            (text("key"), text("answer"))
        })
        .collect()
}

fn checklist(store: &Store, arguments: &[&str], code: i32) -> serde_json::Value {
    let arguments = [&["checklist", "--format", "json"], arguments].concat();
    store.redistill(&arguments).expect(code).json()
}

#[test]
fn the_checklist_of_the_demo_as_created_names_its_bugs() {
    let store = Store::new();
    let document = checklist(&store, &[], 1);
    let answers = answers(&document);
    for (item, answer) in [
        ("foreign-keys", "no"),
        ("enum-cleanup", "no"),
        ("upgrade", "no"),
        ("rollback", "no"),
        ("repeatability", "no"),
        ("backup", "open"),
        ("staging", "open"),
    ] {
        assert_eq!(answers[item], answer, "{item}: {document:#}");
    }
    // Without a run and a connection nothing of the kind is claimed.
    let document = checklist(&store, &["--static"], 1);
    let answers = self::answers(&document);
    for (item, answer) in [
        ("foreign-keys", "no"),
        ("enum-cleanup", "no"),
        ("upgrade", "open"),
        ("rollback", "open"),
        ("indexes", "open"),
    ] {
        assert_eq!(answers[item], answer, "{item}: {document:#}");
    }
}

#[test]
fn the_checklist_is_evaluated_signed_and_settled() {
    let store = Store::mended();
    let plan = store
        .redistill(&["plan", "--format", "json"])
        .expect(0)
        .json();
    let digest = plan["digest"].as_str().unwrap();
    store.redistill(&["reset", "--plan", digest]).expect(0);
    let backups = store.root().join("backups");
    let note = std::fs::read_dir(&backups)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.extension().is_some_and(|end| end == "md"))
        .unwrap();
    let note = std::fs::read_to_string(note).unwrap();
    for line in [
        "- [x] Every ENUM type is dropped in a downgrade\n",
        "- [x] Rollback to nothing leaves nothing\n  - nothing left behind, in each of 3 modules\n",
        "- [x] The restore procedure was tested\n",
        "- [ ] It was deployed to staging\n",
    ] {
        assert!(note.contains(line), "no {line:?} in:\n{note}");
    }

    let document = checklist(&store, &[], 1);
    let told = answers(&document);
    for item in [
        "foreign-keys",
        "enum-cleanup",
        "hard-coded-values",
        "upgrade",
        "rollback",
        "repeatability",
        "documented",
        "deployment-steps",
        "rollback-procedure",
        "backup",
        "restore",
        "performance",
        "indexes",
    ] {
        assert_eq!(told[item], "yes", "{item}: {document:#}");
    }

    // Evidence is not signed away, and what is no answer changes nothing.
    for wrong in ["restore=no", "staging=perhaps", "moon=yes"] {
        store.redistill(&["checklist", "--sign", wrong]).expect(2);
    }
    assert!(!backups.join("migration_checklist.json").exists());
    let open: BTreeMap<&String, &str> = told
        .iter()
        .filter(|(_, answer)| *answer == "open")
        .map(|(key, _)| (key, "yes: by hand"))
        .collect();
    let file = backups.join("answers.json");
    std::fs::write(&file, serde_json::to_string(&open).unwrap()).unwrap();
    let git = |arguments: &[&str]| {
        let mut command = Command::new("git");
        command.args(arguments).current_dir(store.root());
        assert!(command.status().unwrap().success());
    };
    git(&["config", "user.name", "Ada Lovelace"]);
    git(&["config", "user.email", "ada@example.com"]);
    let arguments = [
        "--answers",
        file.to_str().unwrap(),
        "--sign",
        "staging=na:none",
    ];
    let document = checklist(&store, &arguments, 0);
    let staging = document["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|item| item["key"] == "staging")
        .unwrap();
    assert_eq!(staging["answer"], "not-applicable");
    assert_eq!(staging["signed"]["who"], "Ada Lovelace <ada@example.com>");
    assert_eq!(staging["signed"]["comment"], "none");

    // It stays so, until there is another head.
    let text = store
        .redistill(&["checklist", "--markdown"])
        .expect(0)
        .stdout;
    assert!(!text.contains("- [ ]"), "{text}");
    assert!(
        text.contains("  - signed by Ada Lovelace <ada@example.com> on "),
        "{text}"
    );
    let module = store.demo.module_folder(MODULES[1]);
    let head = document["heads"]["storage-element"][0].as_str().unwrap();
    let later = format!(
        "\"\"\"feat(storage): later\"\"\"\nfrom alembic import op\nrevision = 'later'\n\
         down_revision = '{head}'\ndef upgrade():\n    op.execute('CREATE SEQUENCE later')\n\
         def downgrade():\n    op.execute('DROP SEQUENCE later')\n"
    );
    std::fs::write(module.join("alembic/versions/later.py"), later).unwrap();
    let told = answers(&checklist(&store, &["--static"], 1));
    for item in ["staging", "backup", "restore"] {
        assert_eq!(told[item], "open", "{item}");
    }
}

#[test]
fn a_damaged_archive_and_a_torn_file_of_signatures_are_said() {
    let lab = Lab::with_module(&Module {
        revisions: TIDY,
        ..Module::default()
    });
    lab.reset(&[]);
    let archive = std::fs::read_dir(lab.root().join("backups"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.is_dir())
        .unwrap()
        .join("versions.tar.gz");
    let mut bytes = std::fs::read(&archive).unwrap();
    let last = bytes.len() - 20;
    bytes[last] ^= 1;
    std::fs::write(&archive, bytes).unwrap();
    let document = lab
        .redistill(&["checklist", "--static", "--format", "json"])
        .expect(1)
        .json();
    let told = answers(&document);
    assert_eq!(
        (told["backup"].as_str(), told["restore"].as_str()),
        ("no", "no")
    );
    lab.write("backups/migration_checklist.json", "{\"schema\":");
    lab.redistill(&["checklist", "--static"])
        .expect(2)
        .says(&["backups/migration_checklist.json cannot be read"]);
}
