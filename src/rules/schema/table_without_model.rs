//! RD316 table-without-model: tables of the live database that no module's models own.

use super::ownership::{creates, has_models, has_schema, modelled, of_live};
use super::sharing::{has_filter, in_database, is_first_of_database, possible_neighbours};
use crate::evidence::{LiveTable, ModuleEvidence};
use crate::model::text::count;
use crate::rules::finding::{Finding, Severity};
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};
use crate::rules::sources::ModuleSources;

/// The rule.
pub static RULE: Rule = Rule {
    code: "RD316",
    name: "table-without-model",
    family: Family::Schema,
    severity: Severity::Note,
    needs: Needs::World,
    summary: "the live database has tables that no module's models own",
    explanation: Explanation {
        what: "A table of the live database is in the models of none of the modules that use the \
               database. Version tables, partitions, inherited children and what extensions brought \
               do not count.",
        why: "Autogenerate takes a table that the models do not know for one to drop: run against \
              this database it writes `op.drop_table(…)`. A reset with redistill drafts on an empty \
              scratch database and leaves these tables alone.",
        example: "```text\nlocalhost:5432 / artstore: legacy_orders, orders_backup_2023\n```",
        remedy: "Give the table a model, drop it in a revision if nobody needs it, or keep \
                 autogenerate away from it with an `include_name` filter.",
    },
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (module, _) in case.modules() {
        if let Some(database) = module.database.seen()
            && is_first_of_database(case, module)
        {
            let here = in_database(case, module);
            let known = |(it, _): &(&ModuleEvidence, &ModuleSources)| {
                it.described.seen().is_some_and(|given| given.has_metadata)
            };
            // Modules of which it cannot be told where they are may own what is here.
            let maybe = possible_neighbours(case, module);
            // Without every module's models it cannot be told that a table is nobody's; a filter in
            // a database of one's own is there for just these tables.
            let is_told = !case.sources.is_part
                && here.iter().all(known)
                && maybe.iter().all(|(it, theirs)| has_models(it, theirs))
                && !(here.len() == 1 && has_filter(here[0].0, here[0].1));
            let all: Vec<_> = here.iter().chain(&maybe).copied().collect();
            let unowned: Vec<&LiveTable> = database
                .live
                .tables
                .iter()
                .filter(|table| is_told && is_unowned(&all, table))
                .collect();
            if !unowned.is_empty() {
                let mut finding =
                    finding(module, &unowned, &database.label).of(&module.module.name);
                for table in unowned {
                    finding = finding.seen(origin(module, &here, table));
                }
                findings.push(finding);
            }
        }
    }
    findings
}

fn is_unowned(here: &[(&ModuleEvidence, &ModuleSources)], table: &LiveTable) -> bool {
    // A version table that no environment asked for is another rule's.
    table.column("version_num").is_none()
        && here
            .iter()
            .any(|(module, sources)| looks_at(module, sources, table))
        && !here.iter().any(|(module, sources)| {
            let name = of_live(module, &table.name);
            modelled(module, sources).any(|own| own == name)
        })
}

/// Autogenerate looks at the default schema, and at others only if it was told to.
fn looks_at(module: &ModuleEvidence, sources: &ModuleSources, table: &LiveTable) -> bool {
    has_schema(module, sources, &table.name.schema)
        || module
            .described
            .seen()
            .is_some_and(|described| described.include_schemas)
}

fn finding(module: &ModuleEvidence, unowned: &[&LiveTable], label: &str) -> Finding {
    const SHOWN: usize = 5;
    let mut names: Vec<String> = unowned
        .iter()
        .take(SHOWN)
        .map(|it| of_live(module, &it.name))
        .collect();
    if unowned.len() > SHOWN {
        names.push(format!("{} more", unowned.len() - SHOWN));
    }
    RULE.finding(
        label,
        format!(
            "the database has {} that no module's models own: {}",
            count(unowned.len(), "table"),
            names.join(", ")
        ),
    )
    .remedy(
        "give each a model, drop it in a revision, or pass include_name= to context.configure so that \
         autogenerate passes over it",
    )
}

fn origin(
    of: &ModuleEvidence,
    here: &[(&ModuleEvidence, &ModuleSources)],
    table: &LiveTable,
) -> String {
    let name = of_live(of, &table.name);
    let maker = here
        .iter()
        .find(|(module, sources)| creates(module, sources, &of_live(module, &table.name)));
    match maker {
        Some((module, _)) => format!("{name}: made by the chain of {}", module.module.name),
        None => format!("{name}: made by no chain"),
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::schema::on_stage::{live_table, table};
    use crate::rules::stage::{Stage, seen};

    fn stage() -> Stage {
        let mut stage = Stage::one();
        seen(&mut stage.first().described).tables = vec![table("orders", &[("id", "INTEGER")])];
        stage.database().live.tables = vec![live_table("orders", &[("id", "integer")])];
        stage
    }

    #[test]
    fn tables_of_nobody_are_one_note() {
        let mut stage = stage();
        let live = &mut stage.database().live.tables;
        live.push(live_table("leftover", &[("id", "integer")]));
        live.push(live_table("other_version", &[("version_num", "text")]));
        let finding = stage.only("RD316");
        assert_eq!(
            finding.message,
            "the database has 1 table that no module's models own: leftover"
        );
        assert_eq!(finding.evidence, ["leftover: made by no chain"]);
        seen(&mut stage.first().described).filters = vec!["include_name".to_owned()];
        assert!(stage.codes().is_empty());
    }

    #[test]
    fn own_and_neighbours_tables_and_unknown_models_are_not() {
        assert!(stage().codes().is_empty());
        let mut two = Stage::with(&["shop", "stock"]);
        two.database().live.tables = vec![live_table("orders", &[]), live_table("volumes", &[])];
        let shared = two.first().database.clone();
        two.module("stock").database = shared;
        seen(&mut two.module("shop").described).tables = vec![table("orders", &[])];
        seen(&mut two.module("stock").described).tables = vec![table("volumes", &[])];
        assert!(!two.codes().contains(&"RD316".to_owned()));
        let mut blind = stage();
        blind
            .database()
            .live
            .tables
            .push(live_table("leftover", &[]));
        seen(&mut blind.first().described).has_metadata = false;
        assert!(blind.codes().is_empty());
    }

    #[test]
    fn a_module_that_could_not_be_looked_at_may_own_what_is_there() {
        let mut stage = Stage::with(&["shop", "stock"]);
        stage.database().live.tables = vec![live_table("volumes", &[])];
        stage.module("stock").described = crate::evidence::Observed::NotAsked;
        stage.module("stock").database = crate::evidence::Observed::NotAsked;
        assert!(!stage.codes().contains(&"RD316".to_owned()));
        stage.models("stock", "class A(Base):\n    __tablename__ = 'volumes'\n");
        assert!(!stage.codes().contains(&"RD316".to_owned()));
        stage.models("stock", "class A(Base):\n    __tablename__ = 'others'\n");
        assert!(stage.codes().contains(&"RD316".to_owned()));
        stage.sources.is_part = true;
        assert!(!stage.codes().contains(&"RD316".to_owned()));
    }
}
