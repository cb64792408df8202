//! RD320 chain-without-tables and RD321 table-outside-chain: what the models have and the database
//! has, and no revision makes. `alembic check` says ok of both.

use super::made::{Made, by_chain, is_read};
use super::ownership::{live_at_head, modelled, of_live};
use super::sharing::{has_filter, possible_neighbours};
use crate::evidence::ModuleEvidence;
use crate::model::Location;
use crate::model::text::count;
use crate::rules::finding::{Finding, Severity};
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};
use crate::rules::sources::ModuleSources;

/// The rule about a chain that makes none of the tables.
pub static EMPTY: Rule = Rule {
    code: "RD320",
    name: "chain-without-tables",
    family: Family::Schema,
    severity: Severity::Warn,
    needs: Needs::Files,
    summary: "the chain creates none of the models' tables",
    explanation: Explanation {
        what: "The models have tables, the first revision is empty, and no revision creates one of the \
               tables. It is what `alembic revision --autogenerate` writes against a database that is \
               populated already, or what a project with `create_all` and `alembic stamp` has.",
        why: "Upgrade, downgrade and `alembic check` are green on the populated database, since Alembic \
              compares the models with the database and never with the chain. A new database gets no \
              table at all.",
        example: "```python\n# 0001_initial_schema.py\ndef upgrade() -> None:\n    pass\n```",
        remedy: "Draft the initial revision on an empty database: `redistill plan --source models` does \
                 that, and proves it.",
    },
    check: empty,
};

/// The rule about single tables.
pub static OUTSIDE: Rule = Rule {
    code: "RD321",
    name: "table-outside-chain",
    family: Family::Schema,
    severity: Severity::Warn,
    needs: Needs::World,
    summary: "a table of the models is in the live database, and no revision creates it",
    explanation: Explanation {
        what: "The database is at the chain's head and has a table of the models that no revision \
               creates: `create_all` beside the migrations, or made by hand.",
        why: "Autogenerate finds nothing to do, and `alembic check` says ok. A new database that is \
              built by the chain lacks the table.",
        example: "```python\nBase.metadata.create_all(engine)  # at start-up, before the revision was written\n```",
        remedy: "Write the revision that creates the table, and take `create_all` out of the \
                 application; or reset with `redistill plan --source models`.",
    },
    check: outside,
};

/// The tables of the models that no chain makes; none where that cannot be told.
fn missing(
    case: &Case<'_>,
    module: &ModuleEvidence,
    sources: &ModuleSources,
) -> Option<(Vec<String>, Made)> {
    let own = by_chain(module, sources);
    if !is_read(module, sources) || own.is_unread {
        return None;
    }
    let others: Vec<Made> = possible_neighbours(case, module)
        .into_iter()
        .map(|(other, theirs)| by_chain(other, theirs))
        .collect();
    let mut tables: Vec<String> = modelled(module, sources)
        .filter(|table| !own.has_table(table) && !others.iter().any(|made| made.has_table(table)))
        .collect();
    tables.sort();
    tables.dedup();
    Some((tables, own))
}

/// Whether the chain makes nothing of the models, and begins with a revision that does nothing.
fn is_empty_chain(module: &ModuleEvidence, sources: &ModuleSources, missing: &[String]) -> bool {
    let begins_empty = sources
        .revisions
        .first()
        .is_some_and(|base| base.upgrade.is_empty());
    begins_empty && !missing.is_empty() && modelled(module, sources).all(|it| missing.contains(&it))
}

fn empty(case: &Case<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (module, sources) in case.modules() {
        let Some((tables, _)) = missing(case, module, sources) else {
            continue;
        };
        let live = live_tables(module, &tables);
        // Where the database has none of them, autogenerate will write the revision that is due.
        let is_due = module.database.seen().is_some() && live.is_empty();
        if !is_empty_chain(module, sources, &tables) || is_due {
            continue;
        }
        let base = &sources.revisions[0];
        let mut finding = EMPTY
            .finding(
                base.path.file_name().unwrap_or_default().to_string_lossy(),
                format!(
                    "the first revision is empty and the chain creates none of the models' {}: a new \
                     database gets nothing, and alembic check says ok",
                    count(tables.len(), "table")
                ),
            )
            .of(&module.module.name)
            .at(&Location::of_file(&base.path))
            .seen(format!("models: {}", tables.join(", ")))
            .remedy("draft the initial revision on an empty database, from the models")
            .next("redistill plan --source models");
        if let Some(database) = module.database.seen() {
            finding = finding.seen(format!("{} has {}", database.label, live.join(", ")));
        }
        findings.push(finding);
    }
    findings
}

fn live_tables(module: &ModuleEvidence, tables: &[String]) -> Vec<String> {
    let Some(database) = module.database.seen() else {
        return Vec::new();
    };
    let names = database
        .live
        .tables
        .iter()
        .map(|table| of_live(module, &table.name));
    names.filter(|name| tables.contains(name)).collect()
}

fn outside(case: &Case<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (module, sources) in case.modules() {
        // A filter is there for tables that somebody else makes.
        if live_at_head(module).is_none() || has_filter(module, sources) {
            continue;
        }
        let Some((tables, _)) = missing(case, module, sources) else {
            continue;
        };
        let live = live_tables(module, &tables);
        if live.is_empty() || is_empty_chain(module, sources, &tables) {
            continue;
        }
        let mut finding = OUTSIDE
            .finding(
                live.join(", "),
                format!(
                    "no revision creates {}, and the live database has {}: a new database does not",
                    live.join(", "),
                    if live.len() == 1 { "it" } else { "them" }
                ),
            )
            .of(&module.module.name)
            .remedy("write the revision that creates what is missing, or reset from the models")
            .next("redistill plan --source models");
        let mut places = sources.tables.iter().filter(|table| {
            live.contains(&super::ownership::canonical(module, &table.qualified()).to_owned())
        });
        if let Some(table) = places.next() {
            finding = finding.at(&table.location);
        }
        findings.push(finding);
    }
    findings
}

#[cfg(test)]
mod tests {
    use crate::evidence::Observed;
    use crate::rules::schema::on_stage::live_table;
    use crate::rules::stage::Stage;

    const MODELS: &str =
        "class A(Base):\n    __tablename__ = 'a'\nclass B(Base):\n    __tablename__ = 'b'\n";
    const NOTHING: &str = "def upgrade():\n    pass\n";

    /// A module with two models whose chain does this, and whose database has these tables.
    fn stage(chain: &[&str], live: &[&str]) -> Stage {
        let mut stage = Stage::one();
        stage.models("shop", MODELS);
        for text in chain {
            stage.revision("shop", text);
        }
        stage.database().live.tables = live.iter().map(|name| live_table(name, &[])).collect();
        crate::rules::stage::seen(&mut stage.first().described).has_metadata = false;
        stage
    }

    #[test]
    fn the_false_green_is_named() {
        let finding = stage(&[NOTHING], &["a", "b"]).only("RD320");
        assert!(finding.message.contains("alembic check says ok"));
        assert_eq!(finding.evidence[1], "localhost:5432 / shop has a, b");
        let more = "def upgrade():\n    op.add_column('a', sa.Column('x', sa.Integer()))\n";
        assert_eq!(stage(&[NOTHING, more], &["a"]).codes(), ["RD320"]);
        let mut blind = stage(&[NOTHING], &[]);
        blind.first().database = Observed::NotAsked;
        assert!(blind.codes().contains(&"RD320".to_owned()));
    }

    #[test]
    fn a_revision_that_is_due_and_a_chain_that_cannot_be_read_are_not() {
        assert!(stage(&[NOTHING], &[]).codes().is_empty());
        for line in [
            "Base.metadata.create_all(op.get_bind())",
            "op.execute(open('schema.sql').read())",
            "op.execute('CREATE TABLE a (); CREATE TABLE IF NOT EXISTS public.b ()')",
            "[op.create_table(name) for name in names]",
        ] {
            let text = format!("def upgrade():\n    {line}\n");
            assert!(
                stage(&[NOTHING, &text], &["a", "b"]).codes().is_empty(),
                "{line}"
            );
        }
    }

    #[test]
    fn a_table_that_only_create_all_made_is_found() {
        let first = "def upgrade():\n    op.create_table('a', sa.Column('id', sa.Integer()))\n";
        let stage_of = |live: &[&str]| stage(&[first], live);
        let finding = stage_of(&["a", "b"]).only("RD321");
        assert_eq!(finding.subject, "b");
        assert_eq!(finding.location.unwrap().line, 3);
        assert!(stage_of(&["a"]).codes().is_empty());
    }
}
