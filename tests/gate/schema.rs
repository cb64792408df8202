//! Keys, types and tables of live databases: what `check` sees there and no source says.

use serde_json::Value;

use crate::support::{Lab, Module};

/// The findings of `check` with a code.
#[track_caller]
fn findings(lab: &Lab, arguments: &[&str], code: &str) -> Vec<Value> {
    let mut all = vec!["check", "--format", "json"];
    all.extend(arguments);
    let report = lab.redistill(&all).json();
    let found = report["findings"].as_array().unwrap();
    found
        .iter()
        .filter(|finding| finding["code"] == code)
        .cloned()
        .collect()
}

/// The codes of this family that `check` gives, without the one that the laboratory's chain has.
#[track_caller]
fn codes(lab: &Lab) -> Vec<String> {
    let report = lab.redistill(&["check", "--format", "json"]).json();
    let found = report["findings"].as_array().unwrap();
    found
        .iter()
        .map(|finding| finding["code"].as_str().unwrap().to_owned())
        .filter(|code| code.starts_with("RD3") && code != "RD302")
        .collect()
}

fn message(finding: &Value) -> &str {
    finding["message"].as_str().unwrap()
}

#[test]
fn live_types_keys_and_tables_are_judged_once_each() {
    let lab = Lab::with_module(&Module::default());
    assert_eq!(codes(&lab), [""; 0]);
    lab.sql(
        "app",
        "ALTER TYPE note_state ADD VALUE 'late' BEFORE 'done'; \
         CREATE TYPE forgotten AS ENUM ('x'); \
         CREATE TABLE leftover (id serial PRIMARY KEY, note_id bigint REFERENCES notes); \
         CREATE TABLE parts (id int) PARTITION BY LIST (id); \
         CREATE TABLE part_1 PARTITION OF parts DEFAULT; \
         CREATE TABLE other_version (version_num varchar(32) PRIMARY KEY)",
    );
    assert_eq!(codes(&lab), ["RD310", "RD312", "RD307", "RD316"]);
    let labels = &findings(&lab, &[], "RD310")[0];
    assert_eq!(
        message(labels),
        "ENUM note_state has labels that the models lack: late"
    );
    assert!(
        labels["location"]["path"]
            .as_str()
            .unwrap()
            .ends_with("app/models.py")
    );
    assert!(message(&findings(&lab, &[], "RD312")[0]).contains("forgotten"));
    assert_eq!(
        message(&findings(&lab, &[], "RD316")[0]),
        "the database has 2 tables that no module's models own: leftover, parts"
    );
    assert!(message(&findings(&lab, &[], "RD307")[0]).contains("leftover.note_id is bigint"));
}

const VOLUMES: &str = r#"
class Volume(Base):
    __tablename__ = "volumes"
    id: Mapped[int] = mapped_column(primary_key=True)
"#;

const VOLUMES_CHAIN: &[(&str, &str)] = &[(
    "v001.py",
    r#"revision = "v001"
down_revision = None
from alembic import op
import sqlalchemy as sa


def upgrade():
    op.create_table("volumes", sa.Column("id", sa.Integer(), primary_key=True))


def downgrade():
    op.drop_table("volumes")
"#,
)];

#[test]
fn modules_in_one_database_are_known_by_its_identity_and_share_its_findings() {
    let lab = Lab::with_module(&Module {
        configure: "version_table='api_alembic_version', include_name=lambda *a: True,",
        ..Module::default()
    });
    lab.add(&Module {
        folder: "stock",
        models: VOLUMES,
        revisions: VOLUMES_CHAIN,
        configure: "version_table='stock_alembic_version', include_name=lambda *a: True,",
        ..Module::default()
    });
    // The same database by another name of the same server.
    let settings = lab.read("stock/alembic.ini");
    lab.write(
        "stock/alembic.ini",
        &settings.replace("127.0.0.1", "localhost"),
    );
    lab.alembic("stock", &["upgrade", "head"]);
    assert_eq!(codes(&lab), [""; 0]);

    lab.sql(
        "app",
        "ALTER TABLE notes ADD COLUMN volume_id int REFERENCES volumes; \
         CREATE TYPE forgotten AS ENUM ('x'); CREATE TABLE leftover (id int)",
    );
    assert_eq!(codes(&lab), ["RD306", "RD312", "RD316"]);
    let key = &findings(&lab, &[], "RD306")[0];
    assert_eq!(key["module"], "api");
    assert!(message(key).contains("notes.volume_id refers to volumes.id, a table of module stock"));

    // Without its filter and table a module is told to have them, by the identity.
    let environment = lab.read("stock/alembic/env.py");
    let bare = environment.replace(
        "version_table='stock_alembic_version', include_name=lambda *a: True,",
        "",
    );
    lab.write("stock/alembic/env.py", &bare);
    for code in ["RD303", "RD304"] {
        let found = findings(&lab, &[], code);
        assert_eq!(
            (found.len(), &found[0]["module"]),
            (1, &Value::from("stock"))
        );
    }
}

/// A revision file with these bodies of `upgrade` and `downgrade`.
fn revision(id: &str, down: &str, upgrade: &str, downgrade: &str) -> String {
    format!(
        "from alembic import op\nimport sqlalchemy as sa\n\nrevision = \"{id}\"\ndown_revision = {down}\n\n\n\
         def upgrade():\n    {upgrade}\n\n\ndef downgrade():\n    {downgrade}\n"
    )
}

const CREATE_VOLUMES: &str =
    "op.create_table(\"volumes\", sa.Column(\"id\", sa.Integer(), primary_key=True))";

#[test]
fn chains_that_are_green_here_and_build_nothing_elsewhere_are_named() {
    let lab = Lab::new();
    let first = revision("a1", "None", CREATE_VOLUMES, "op.drop_table(\"volumes\")");
    let nothing = revision("b1", "None", "pass", "pass");
    let typed = revision(
        "a2",
        "\"a1\"",
        "op.add_column(\"volumes\", sa.Column(\"s\", sa.Enum(\"A\", name=\"s_enum\")))",
        "op.drop_column(\"volumes\", \"s\")",
    );
    let dropping = revision(
        "c2",
        "\"a1\"",
        "op.drop_table(\"strangers\")",
        "op.create_table(\"strangers\")",
    );
    let more = "class Shelf(Base):\n    __tablename__ = \"shelves\"\n    \
                id: Mapped[int] = mapped_column(primary_key=True)\n";
    let beside = format!("{VOLUMES}\n\n{more}");
    let column =
        format!("{VOLUMES}    s: Mapped[str] = mapped_column(sa.Enum(\"A\", name=\"s_enum\"))\n");
    for (folder, models, files) in [
        ("green", VOLUMES, vec![("b1.py", nothing.as_str())]),
        ("beside", &beside, vec![("a1.py", &first)]),
        ("typed", &column, vec![("a1.py", &first), ("a2.py", &typed)]),
        (
            "dropping",
            VOLUMES,
            vec![("a1.py", &first), ("c2.py", &dropping)],
        ),
    ] {
        lab.create_database(folder);
        lab.add(&Module {
            folder,
            database: folder,
            models,
            revisions: &files,
            ..Module::default()
        });
    }
    // Alembic agrees: the two upgrades stop, and the two others are green on what is there.
    for folder in ["typed", "dropping"] {
        assert!(
            !lab.alembic_output(folder, &["upgrade", "head"])
                .status
                .success()
        );
    }
    lab.sql("green", "CREATE TABLE volumes (id serial PRIMARY KEY)");
    lab.sql("beside", "CREATE TABLE shelves (id serial PRIMARY KEY)");
    for folder in ["green", "beside"] {
        lab.alembic(folder, &["upgrade", "head"]);
        lab.alembic(folder, &["check"]);
    }
    let of = |arguments: &[&str], code: &str| {
        let found = findings(&lab, arguments, code);
        let modules = found.iter().map(|finding| finding["module"].clone());
        modules.collect::<Vec<_>>()
    };
    assert_eq!(of(&[], "RD320"), ["green"]);
    assert_eq!(of(&[], "RD321"), ["beside"]);
    for arguments in [&[][..], &["--static"]] {
        assert_eq!(of(arguments, "RD314"), ["typed"]);
        assert_eq!(of(arguments, "RD322"), ["dropping"]);
    }
    // Without the database it is told from the files alone; with an empty one it is due, not hidden.
    assert_eq!(of(&["--static"], "RD320"), ["green"]);
    lab.sql("green", "DROP TABLE volumes");
    assert_eq!(of(&[], "RD320"), [""; 0]);
}

#[test]
fn verify_names_the_types_that_a_downgrade_leaves_as_check_does() {
    let lab = Lab::with_module(&Module::default());
    let answer = lab
        .redistill(&["verify", "--format", "json"])
        .expect(1)
        .json();
    let finding = &answer["modules"][0]["findings"][0];
    assert_eq!(finding["code"], "RD302");
    assert_eq!(finding["subject"], "note_state");
    assert!(
        answer["modules"][0]["differences"][0]
            .as_str()
            .unwrap()
            .contains("already exists")
    );
    let text = lab.redistill(&["verify"]).expect(1).stdout;
    assert!(
        text.contains("sa.Enum(name='note_state').drop(op.get_bind(), checkfirst=True)"),
        "{text}"
    );
}

#[test]
fn constraints_without_names_and_names_without_end_fail_as_they_are_said_to() {
    let lab = Lab::new();
    lab.create_database("app");
    let long = "u".repeat(64);
    let models = format!(
        "{VOLUMES}\n\nclass Shelf(Base):\n    __tablename__ = \"{long}\"\n    \
         id: Mapped[int] = mapped_column(primary_key=True)\n    \
         volume: Mapped[int] = mapped_column(sa.ForeignKey(\"volumes.id\"))\n"
    );
    let key = revision(
        "a2",
        "\"a1\"",
        "op.add_column(\"volumes\", sa.Column(\"up\", sa.Integer()))\n    \
         op.create_foreign_key(None, \"volumes\", \"volumes\", [\"up\"], [\"id\"])",
        "op.drop_constraint(None, \"volumes\", type_=\"foreignkey\")",
    );
    let table = revision(
        "a3",
        "\"a2\"",
        &format!(
            "op.create_table(\"{long}\", sa.Column(\"id\", sa.Integer(), primary_key=True), \
             sa.Column(\"volume\", sa.Integer(), sa.ForeignKey(\"volumes.id\")))"
        ),
        &format!("op.drop_table(\"{long}\")"),
    );
    let first = revision("a1", "None", CREATE_VOLUMES, "op.drop_table(\"volumes\")");
    lab.add(&Module {
        models: &models,
        revisions: &[("a1.py", &first), ("a2.py", &key), ("a3.py", &table)],
        ..Module::default()
    });
    lab.alembic("api", &["upgrade", "head"]);
    assert_eq!(
        lab.column("app", "select relname from pg_class where relname ~ '^u+$'"),
        ["u".repeat(63)]
    );
    assert!(!lab.alembic_output("api", &["check"]).status.success());
    let down = lab.alembic_output("api", &["downgrade", "a1"]);
    assert!(String::from_utf8_lossy(&down.stderr).contains("it has no name"));

    for arguments in [&[][..], &["--static"]] {
        for code in ["RD317", "RD318", "RD323"] {
            let found = findings(&lab, arguments, code);
            assert_eq!(found.len(), 1, "{code} {arguments:?}: {found:#?}");
            assert!(found[0]["location"]["line"].as_u64().unwrap() > 1, "{code}");
        }
    }
}
