//! RD630 faulty-alembic: an installed version that is known to fail here.

use crate::rules::finding::{Finding, Severity};
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "RD630",
    name: "faulty-alembic",
    family: Family::Project,
    severity: Severity::Warn,
    needs: Needs::World,
    summary: "the installed Alembic fails on foreign keys to filtered tables",
    explanation: Explanation {
        what: "Alembic 1.18.0, 1.18.1 or 1.18.2 is installed, and env.py passes `include_name` or `include_object`.",
        why: "These versions fail in autogenerate where a foreign key refers to a table that the filter leaves out; \
              1.18.3 is mended.",
        example: "```text\nalembic==1.18.1\n```",
        remedy: "Install 1.18.3 or newer, or 1.17.",
    },
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    case.modules()
        .filter_map(|(module, _)| {
            let described = module.described.seen()?;
            let version = described.versions.alembic.as_str();
            let is_faulty = matches!(version, "1.18.0" | "1.18.1" | "1.18.2");
            if !is_faulty || described.filters.is_empty() {
                return None;
            }
            Some(
                RULE.finding(
                    "alembic",
                    format!(
                        "Alembic {version} fails on foreign keys to tables that a filter leaves out"
                    ),
                )
                .of(&module.module.name)
                .seen(format!("env.py passes {}", described.filters.join(", ")))
                .remedy("install 1.18.3 or newer")
                .next("pip install 'alembic>=1.18.3'"),
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::rules::stage::{Stage, seen};

    fn stage(version: &str, filters: &[&str]) -> Stage {
        let mut stage = Stage::one();
        let described = seen(&mut stage.first().described);
        described.versions.alembic = version.to_owned();
        described.filters = filters.iter().map(|name| (*name).to_owned()).collect();
        stage
    }

    #[test]
    fn a_faulty_one_with_a_filter_is_found() {
        assert_eq!(stage("1.18.1", &["include_name"]).codes(), ["RD630"]);
    }

    #[test]
    fn mended_ones_and_projects_without_filter_are_fine() {
        assert!(stage("1.18.3", &["include_name"]).codes().is_empty());
        assert!(stage("1.18.1", &[]).codes().is_empty());
    }
}
