//! RD304 shared-database-without-include-name: autogenerate sees the neighbour's tables.

use super::sharing::{configure_place, has_filter, neighbours, prefix};
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
        let prefix = prefix(&module.module.name.0);
        findings.push(
            RULE.finding(
                "include_name",
                format!(
                    "{} shares its database with {} and autogenerate sees their tables",
                    module.module.name,
                    others.join(", ")
                ),
            )
            .of(&module.module.name)
            .at(&configure_place(module, sources))
            .remedy(format!(
                "give the module its own database, or pass include_name= with a filter on its \
                 tables: type_ != \"table\" or name.startswith(\"{prefix}_\")"
            )),
        );
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
}
