//! RD303 shared-database-without-version-table: two histories and the default table.

use super::sharing::{configure_place, has_own_version_table, neighbours, prefix, with_keyword};
use crate::rules::finding::{Finding, Severity};
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "RD303",
    name: "shared-database-without-version-table",
    family: Family::Schema,
    severity: Severity::Warn,
    needs: Needs::Files,
    summary: "a module shares its database and has no version table of its own",
    explanation: Explanation {
        what: "Several modules resolve to one database, and this one keeps its place in the default \
               table `alembic_version`.",
        why: "The next module that keeps the default writes into the same table; each then fails on \
              the other's row, and dropping the table takes both places away.",
        example: "```text\nstorage-element  localhost:5432 / artstore_storage_01  alembic_version\n\
                  query-module     localhost:5432 / artstore_storage_01  alembic_version\n```",
        remedy: "One database per module. Where sharing is required:\n\n```python\n\
                 context.configure(…, version_table=\"query_alembic_version\")\n```",
    },
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (module, sources) in case.modules() {
        let others = neighbours(case, module, sources);
        if others.is_empty() || has_own_version_table(module, sources) {
            continue;
        }
        let table = format!("{}_alembic_version", prefix(&module.module.name.0));
        let place = configure_place(module, sources);
        let finding = RULE
            .finding(
                "alembic_version",
                format!(
                    "{} shares its database with {} and has no version table of its own",
                    module.module.name,
                    others.join(", ")
                ),
            )
            .of(&module.module.name)
            .at(&place)
            .remedy(format!(
                "give the module its own database, or pass version_table=\"{table}\" to \
                 context.configure"
            ));
        findings.push(
            match with_keyword(&place, &format!("version_table=\"{table}\"")) {
                Some(edit) => finding.edit(edit),
                None => finding,
            },
        );
    }
    findings
}

#[cfg(test)]
mod tests {
    use crate::rules::schema::sharing;
    use crate::rules::stage::{Stage, seen};

    /// Two modules in one database, both filtered.
    fn sharing_stage() -> Stage {
        let mut stage = Stage::with(&["shop", "stock-module"]);
        let identity = stage.database().identity.clone();
        seen(&mut stage.module("stock-module").database).identity = identity;
        for name in ["shop", "stock-module"] {
            seen(&mut stage.module(name).described).filters = vec!["include_name".to_owned()];
        }
        stage
    }

    #[test]
    fn the_default_table_in_a_shared_database_is_found_per_module() {
        let mut stage = sharing_stage();
        assert_eq!(stage.codes(), ["RD303", "RD303"]);
        seen(&mut stage.first().described).version_table = "shop_alembic_version".to_owned();
        let finding = stage.only("RD303");
        assert_eq!(finding.module.unwrap().0, "stock-module");
        assert!(finding.remedy.text.contains("\"stock_alembic_version\""));
    }

    #[test]
    fn the_call_is_shown_with_the_keyword() {
        let mut stage = sharing_stage();
        stage.env(
            "shop",
            "context.configure(connection=c, target_metadata=m)\n",
        );
        stage.env("stock-module", "context.configure(*given)\n");
        let edits: Vec<_> = stage
            .findings()
            .into_iter()
            .map(|finding| finding.remedy.diff.map(|edit| edit.after))
            .collect();
        assert_eq!(
            edits,
            [
                Some(vec![
                    "context.configure(version_table=\"shop_alembic_version\", connection=c, \
                     target_metadata=m)"
                        .to_owned()
                ]),
                None
            ]
        );
    }

    #[test]
    fn databases_of_their_own_are_fine() {
        assert!(Stage::with(&["shop", "stock"]).codes().is_empty());
    }

    #[test]
    fn prefixes() {
        assert_eq!(sharing::prefix("query-module"), "query");
        assert_eq!(sharing::prefix("Storage Element"), "storage_element");
    }
}
