//! RD315 enum-plugin-in-shared-database: a plugin that drops the neighbour's types.

use super::sharing::neighbours;
use crate::rules::finding::{Finding, Severity};
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "RD315",
    name: "enum-plugin-in-shared-database",
    family: Family::Schema,
    severity: Severity::Warn,
    needs: Needs::Files,
    summary: "alembic-postgresql-enum is imported by a module that shares its database",
    explanation: Explanation {
        what: "A module's env.py imports `alembic-postgresql-enum`, and other modules resolve to the \
               same database.",
        why: "The plugin takes every ENUM type that the models do not know for one to drop; \
              `include_name` filters tables only. The next revision of this module drops the \
              neighbour's types, or stops since its columns depend on them.",
        example: "```python\n# in query-module's next revision\n\
                  sa.Enum(\"LOCAL\", \"S3\", name=\"storage_type_enum\").drop(op.get_bind())\n```",
        remedy: "One database per module. Where sharing is required, tell the plugin to drop nothing: \
                 `alembic_postgresql_enum.set_configuration(alembic_postgresql_enum.Config(\
                 drop_unused_enums=False))`.",
    },
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (module, sources) in case.modules() {
        let others = neighbours(case, module, sources);
        if let Some(env) = &sources.env
            && let Some(place) = &env.enum_plugin
            && !others.is_empty()
        {
            findings.push(
                RULE.finding(
                    "alembic-postgresql-enum",
                    format!(
                        "{} shares its database with {}, and alembic-postgresql-enum drops their ENUM \
                         types",
                        module.module.name,
                        others.join(", ")
                    ),
                )
                .of(&module.module.name)
                .at(place)
                .remedy(
                    "give the module its own database, or pass drop_unused_enums=False to the plugin's \
                     Config",
                ),
            );
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use crate::rules::stage::{Stage, seen};

    #[test]
    fn the_plugin_in_a_shared_database_is_found() {
        let mut stage = Stage::with(&["shop", "stock"]);
        stage.env("shop", "import alembic_postgresql_enum\n");
        assert!(!stage.codes().contains(&"RD315".to_owned()));
        let identity = stage.database().identity.clone();
        seen(&mut stage.module("stock").database).identity = identity;
        assert_eq!(stage.only("RD315").location.unwrap().line, 1);
        stage.env(
            "shop",
            "import alembic_postgresql_enum as p\np.set_configuration(p.Config(drop_unused_enums=False))\n",
        );
        assert!(!stage.codes().contains(&"RD315".to_owned()));
    }
}
