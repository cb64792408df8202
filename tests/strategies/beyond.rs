//! What statements would change beyond the module, and behaviour that only the live database has.

use super::{everything, schema};
use crate::support::{Lab, Module, NOTES_MODEL};

/// A hook that lets autogenerate's revision reach into the neighbour's table, where there is one.
const HOOK: &str = r#"def reach(context, revision, directives):
    from alembic.operations import ops
    if not directives[0].upgrade_ops.is_empty():
        directives[0].upgrade_ops.ops.append(
            ops.ExecuteSQLOp("ALTER TABLE IF EXISTS neighbour ADD COLUMN stray integer")
        )
        directives[0].downgrade_ops.ops.append(
            ops.ExecuteSQLOp("ALTER TABLE IF EXISTS neighbour DROP COLUMN stray")
        )


def run_migrations_online"#;

#[test]
fn model_changes_that_reach_beyond_the_module_are_refused_by_name() {
    let lab = Lab::with_module(&Module {
        models: &format!("{NOTES_MODEL}    later: Mapped[int] = mapped_column(nullable=True)\n"),
        ..Module::default()
    });
    let env = lab.read("api/alembic/env.py");
    let env = env.replacen("def run_migrations_online", HOOK, 1).replace(
        "=target_metadata, ",
        "=target_metadata, process_revision_directives=reach,",
    );
    lab.write("api/alembic/env.py", &env);
    lab.sql("app", "create table neighbour (id int primary key)");
    let before = everything(&lab);
    lab.redistill(&["plan", "--with-model-changes"])
        .expect(1)
        .says(&["what is not the module's", "column neighbour.stray"]);
    assert!(everything(&lab) == before);
    // Without the neighbour there is nothing that it reaches.
    lab.sql("app", "drop table neighbour");
    lab.redistill(&["plan", "--with-model-changes"]).expect(0);
}

#[test]
fn a_trigger_or_policy_that_only_the_live_database_has_goes_with_consent_only() {
    let lab = Lab::with_module(&Module::default());
    lab.sql(
        "app",
        "insert into notes (title, state) values ('one', 'open');
         create trigger same before update on notes for each row
             execute function suppress_redundant_updates_trigger();
         create policy open_ones on notes using (state = 'open');
         create index by_hand on notes (title)",
    );
    let before = everything(&lab);
    lab.redistill(&["plan"]).expect(1).says(&[
        "MAY LOSE the trigger, which no revision makes",
        "MAY LOSE the policy, which no revision makes",
        "--accept-destructive app",
    ]);
    let plan = lab
        .redistill(&["plan", "--accept-destructive", "app", "--format", "json"])
        .expect(0)
        .json();
    let statements = plan["destructive"][0]["statements"].as_array().unwrap();
    // An index more is the schema's alone.
    assert_eq!(statements.len(), 2, "{statements:?}");
    let id = lab.reset(&["--accept-destructive", "app"]);
    let after = schema(&lab);
    assert!(!after.contains("CREATE TRIGGER") && !after.contains("CREATE POLICY"));
    assert_eq!(lab.column("app", "select title from notes"), ["one"]);
    lab.redistill(&["undo", &id]).expect(0);
    let lines = |dump: &str| -> Vec<String> {
        let mut lines: Vec<String> = dump.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    assert!(lab.tree() == before.0);
    assert_eq!(lines(&lab.dump("app", &[])), lines(&before.1));
}
