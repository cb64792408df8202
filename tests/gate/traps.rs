//! Traps in the files: each is built for real, Alembic stumbles, `check --static` says where and
//! what to write, and what it says is right.

use crate::support::{Lab, Module, NOTES_CHAIN, NOTES_MODEL};
use serde_json::Value;

fn findings(lab: &Lab, arguments: &[&str]) -> Vec<Value> {
    let all = [&["check", "--format", "json"], arguments].concat();
    let answer = lab.redistill(&all).json();
    answer["findings"].as_array().unwrap().clone()
}

#[track_caller]
fn only(findings: &[Value], code: &str) -> Value {
    let found: Vec<_> = findings
        .iter()
        .filter(|finding| finding["code"] == code)
        .collect();
    assert_eq!(found.len(), 1, "{code} in {findings:#?}");
    found[0].clone()
}

fn codes(findings: &[Value]) -> Vec<&str> {
    findings
        .iter()
        .map(|finding| finding["code"].as_str().unwrap())
        .collect()
}

/// Does what a finding's diff says.
fn apply(lab: &Lab, finding: &Value) {
    let diff = &finding["remedy"]["diff"];
    let path = diff["path"].as_str().unwrap();
    let mut lines: Vec<String> = lab.read(path).lines().map(str::to_owned).collect();
    let at = usize::try_from(diff["line"].as_u64().unwrap()).unwrap() - 1;
    let texts = |key: &str| -> Vec<String> {
        let list = diff[key].as_array().unwrap();
        list.iter()
            .map(|line| line.as_str().unwrap().to_owned())
            .collect()
    };
    let before = texts("before");
    assert_eq!(lines[at..at + before.len()], before[..]);
    lines.splice(at..at + before.len(), texts("after"));
    lab.write(path, &(lines.join("\n") + "\n"));
}

#[test]
fn a_file_that_hangs_on_a_replaced_revision_is_refused_with_its_correction() {
    let lab = Lab::with_module(&Module::default());
    let clean = findings(&lab, &[]);
    assert!(
        !codes(&clean)
            .iter()
            .any(|code| code.starts_with("RD5") || code.starts_with("RD62"))
    );
    lab.reset(&[]);
    let clean = findings(&lab, &["--static"]);
    assert_eq!(codes(&clean), ["RD204", "RD404"]);
    // A colleague's branch, merged after the reset.
    lab.write(
        "api/alembic/versions/n003_late.py",
        "\"\"\"late\"\"\"\nfrom alembic import op\nimport sqlalchemy as sa\n\nrevision: str = \"n003\"\n\
         down_revision: str = \"n001\"  # mine\n\n\ndef upgrade():\n    \
         op.add_column(\"notes\", sa.Column(\"late\", sa.Integer()))\n\n\n\
         def downgrade():\n    op.drop_column(\"notes\", \"late\")\n",
    );
    assert!(
        !lab.alembic_output("api", &["upgrade", "heads"])
            .status
            .success()
    );
    let found = findings(&lab, &["--static"]);
    assert!(!codes(&found).contains(&"RD603"), "{found:#?}");
    let finding = only(&found, "RD631");
    assert_eq!(finding["severity"], "refuse");
    assert_eq!(finding["location"]["line"], 6);
    // Also where the archive is not at hand: the baseline itself knows.
    std::fs::remove_dir_all(lab.root().join("backups")).unwrap();
    let finding = only(&findings(&lab, &["--static"]), "RD631");
    apply(&lab, &finding);
    assert!(
        lab.read("api/alembic/versions/n003_late.py")
            .contains("\"  # mine\n")
    );
    assert_eq!(codes(&findings(&lab, &["--static"])), codes(&clean));
    lab.alembic("api", &["upgrade", "heads"]);
}

#[test]
fn a_missing_import_is_shown_and_its_line_mends_the_upgrade() {
    let lab = Lab::new();
    let text = "\"\"\"t\"\"\"\nfrom alembic import op\n\nrevision = \"t001\"\ndown_revision = None\n\n\n\
        def upgrade():\n    op.create_table(\n        \"t\",\n        \
        sa.Column(\"a\", postgresql.JSONB(astext_type=Text())),\n        \
        sa.Column(\"b\", app.kinds.Money()),\n    )\n\n\n\
        def downgrade():\n    op.drop_table(\"t\")\n";
    lab.add(&Module {
        revisions: &[("t001.py", text)],
        models: "",
        ..Module::default()
    });
    lab.write(
        "api/app/kinds.py",
        "from sqlalchemy import Numeric as Money\n",
    );
    lab.create_database("app");
    let failed = lab.alembic_output("api", &["upgrade", "head"]);
    assert!(String::from_utf8_lossy(&failed.stderr).contains("NameError"));
    for left in (0..4).rev() {
        let found = findings(&lab, &["--static"]);
        let missing: Vec<_> = found.iter().filter(|one| one["code"] == "RD626").collect();
        assert_eq!(missing.len(), left + 1, "{missing:#?}");
        apply(&lab, missing[0]);
    }
    assert!(!codes(&findings(&lab, &["--static"])).contains(&"RD626"));
    lab.alembic("api", &["upgrade", "head"]);
}

#[test]
fn a_long_identifier_is_found_before_postgresql_says_so() {
    let lab = Lab::new();
    let id = "add_a_currency_to_all_orders_2026";
    let text = NOTES_CHAIN[0].1.replace("\"n001\"", &format!("\"{id}\""));
    lab.add(&Module {
        revisions: &[("x.py", &text)],
        ..Module::default()
    });
    lab.create_database("app");
    let failed = lab.alembic_output("api", &["upgrade", "head"]);
    assert!(String::from_utf8_lossy(&failed.stderr).contains("character varying(32)"));
    let finding = only(&findings(&lab, &["--static"]), "RD623");
    assert_eq!(finding["location"]["line"], 8);
    let fits = NOTES_CHAIN[0]
        .1
        .replace("\"n001\"", "\"add_a_currency_to_all_orders_202\"");
    lab.write("api/alembic/versions/x.py", &fits);
    assert!(!codes(&findings(&lab, &["--static"])).contains(&"RD623"));
    lab.alembic("api", &["upgrade", "head"]);
}

#[test]
fn a_secret_is_found_and_shown_in_no_format() {
    let lab = Lab::new();
    let body = "op.execute(\"CREATE ROLE reader LOGIN PASSWORD 'Geheim-1'\")\n    \
                engine = sa.create_engine(\"postgresql+psycopg://reader:Geheim-1@db.shop.net/x\")";
    let text = NOTES_CHAIN[0]
        .1
        .replace("op.create_table(", &format!("{body}\n    op.create_table("));
    lab.add(&Module {
        revisions: &[("n001.py", &text)],
        models: NOTES_MODEL,
        ..Module::default()
    });
    let env = lab.read("api/alembic/env.py");
    let env = env.replace(
        "config = context.config\n",
        "config = context.config\nconfig.set_main_option(\"sqlalchemy.url\", \"postgresql+asyncpg://reader:Geheim-1%x@db.shop.net/x\")\n",
    );
    lab.write("api/alembic/env.py", &env);
    for format in ["text", "json", "sarif", "github"] {
        let answer = lab.redistill(&["check", "--static", "--format", format]);
        let all = format!("{}{}", answer.stdout, answer.stderr);
        assert!(!all.contains("Geheim-1"), "{format}\n{all}");
        assert!(all.contains("RD620"), "{format}\n{all}");
    }
    let found = findings(&lab, &["--static"]);
    let lines: Vec<_> = found
        .iter()
        .filter(|finding| finding["code"] == "RD620")
        .map(|finding| finding["location"]["line"].as_u64().unwrap())
        .collect();
    assert_eq!(lines.len(), 3, "{found:#?}");
}
