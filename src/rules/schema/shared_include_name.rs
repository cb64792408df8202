//! RD304 shared-database-without-include-name: autogenerate sees the neighbour's tables.

use super::sharing::{configure_place, has_filter, neighbours, own_tables, with_keyword};
use crate::rules::finding::{Finding, Severity};
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "RD304",
    name: "shared-database-without-include-name",
    family: Family::Schema,
    severity: Severity::Warn,
    needs: Needs::Files,
    summary: "a module shares its database and filters no names",
    explanation: Explanation {
        what: "Several modules resolve to one database, and this one passes neither `include_name` \
               nor `include_object` to `context.configure`.",
        why: "Autogenerate takes every table that its models do not know for one to drop: the next \
              revision of this module drops the neighbour's tables.",
        example: "```python\nop.drop_table(\"storage_volumes\")  # in query-module's revision\n```",
        remedy: "One database per module. Where sharing is required:\n\n```python\n\
                 def include_name(name, type_, parent_names):\n    \
                 return type_ != \"table\" or name.startswith(\"query_\")\n\n\
                 context.configure(…, include_name=include_name)\n```",
    },
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (module, sources) in case.modules() {
        let others = neighbours(case, module, sources);
        if others.is_empty() || has_filter(module, sources) {
            continue;
        }
        let condition = own_tables(case, module, sources);
        let place = configure_place(module, sources);
        let finding = RULE
            .finding(
                "include_name",
                format!(
                    "{} shares its database with {} and autogenerate sees their tables",
                    module.module.name,
                    others.join(", ")
                ),
            )
            .of(&module.module.name)
            .at(&place)
            .remedy(format!(
                "give the module its own database, or pass to context.configure: \
                 include_name=lambda name, type_, parent_names: {condition}"
            ));
        let keyword = format!("include_name=lambda name, type_, parent_names: {condition}");
        findings.push(match with_keyword(&place, &keyword) {
            Some(edit) => finding.edit(edit),
            None => finding,
        });
    }
    findings
}

#[cfg(test)]
mod tests {
    use crate::evidence::Observed;
    use crate::rules::stage::{Stage, seen};

    #[test]
    fn a_shared_database_without_filter_is_found() {
        let mut stage = Stage::with(&["shop", "stock"]);
        let identity = stage.database().identity.clone();
        seen(&mut stage.module("stock").database).identity = identity;
        for name in ["shop", "stock"] {
            seen(&mut stage.module(name).described).version_table = format!("{name}_version");
        }
        assert_eq!(stage.codes(), ["RD304", "RD304"]);
        for name in ["shop", "stock"] {
            seen(&mut stage.module(name).described).filters = vec!["include_object".to_owned()];
        }
        assert!(stage.codes().is_empty());
    }

    #[test]
    fn what_env_py_asks_for_and_says_is_enough_without_a_connection() {
        let mut stage = Stage::with(&["shop", "stock"]);
        for name in ["shop", "stock"] {
            stage.module(name).database = Observed::NotAsked;
            seen(&mut stage.module(name).described).asked_for[0].database = Some("x".to_owned());
            seen(&mut stage.module(name).described).version_table = format!("{name}_version");
        }
        assert_eq!(stage.codes(), ["RD110", "RD110", "RD304", "RD304"]);
    }

    #[test]
    fn the_filter_is_shown_with_a_prefix_that_fits_the_modules_tables() {
        let remedy = |own: &str| {
            let mut stage = Stage::with(&["query-module", "stock"]);
            let identity = stage.database().identity.clone();
            seen(&mut stage.module("stock").database).identity = identity;
            stage.models("query-module", own);
            stage.models("stock", "class A(Base):\n    __tablename__ = 'stock_a'\n");
            stage.env(
                "query-module",
                "def run():\n    context.configure(\n        connection=connection,\n    )\n",
            );
            let findings = stage.findings();
            let finding = findings
                .iter()
                .find(|it| it.code == "RD304" && it.module.as_ref().unwrap().0 == "query-module");
            finding.unwrap().remedy.clone()
        };
        let table = |name: &str| format!("class A(Base):\n    __tablename__ = '{name}'\n");
        let edit = remedy(&table("query_documents")).diff.unwrap();
        assert_eq!(edit.line, 3);
        assert_eq!(
            edit.after,
            [
                "        include_name=lambda name, type_, parent_names: type_ != \"table\" or \
              name.startswith(\"query_\"),"
            ]
        );
        let text = remedy(&table("search_documents")).text;
        assert!(text.ends_with("name.startswith(\"search_\")"), "{text}");
        for name in ["documents", "stock_documents"] {
            let text = remedy(&table(name)).text;
            assert!(text.ends_with("name in target_metadata.tables"), "{text}");
        }
    }
}
