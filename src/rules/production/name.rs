//! RD104 production-name: host, database or role are called so.

use super::production_word;
use crate::evidence::ModuleEvidence;
use crate::rules::finding::{Finding, Severity};
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "RD104",
    name: "production-name",
    family: Family::Production,
    severity: Severity::Refuse,
    needs: Needs::World,
    summary: "a host, database or role is named like production",
    explanation: Explanation {
        what: "The host, the database or the role that the module connects with has one of the words \
               prod, production, prd, live, primary, master in its name. Whole words only: \
               `products` and `delivery` are fine.",
        why: "Names are how people tell their servers apart. A tunnel makes any host `localhost`, so \
              the database and the role are looked at, too.",
        example: "```text\npostgresql://app@db-prod.internal/shop\n```",
        remedy: "Point the module at a development database with a name that says so.",
    },
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (module, _) in case.modules() {
        for (what, name) in names(module) {
            if let Some(word) = production_word(&name) {
                findings.push(
                    RULE.finding(
                        &name,
                        format!("the {what} {name} has the word “{word}” in its name"),
                    )
                    .of(&module.module.name)
                    .seen(format!("{what}: {name}"))
                    .remedy("point the module at a development database"),
                );
            }
        }
    }
    findings
}

/// What the module connects to and as, each once. What env.py asked for counts also where the
/// connection failed.
fn names(module: &ModuleEvidence) -> Vec<(&'static str, String)> {
    let mut names = Vec::new();
    if let Some(database) = module.database.seen() {
        let server = database.label.split(" / ").next().unwrap_or("");
        names.push(("host", server.to_owned()));
        names.push(("database", database.identity.database.clone()));
        names.push(("role", database.role.clone()));
    }
    for asked in module.described.seen().iter().flat_map(|it| &it.asked_for) {
        for (what, name) in [
            ("host", &asked.host),
            ("database", &asked.database),
            ("role", &asked.user),
        ] {
            names.extend(name.clone().map(|name| (what, name)));
        }
    }
    let is_known = |at: usize, names: &[(&str, String)]| {
        let (what, name) = &names[at];
        // The label's host carries the port.
        names[..at]
            .iter()
            .any(|(other, known)| other == what && known.split(':').next() == Some(name))
    };
    (0..names.len())
        .filter(|at| !is_known(*at, &names))
        .map(|at| names[at].clone())
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::evidence::Observed;
    use crate::rules::stage::{Stage, seen};

    #[test]
    fn each_of_host_database_and_role_is_refused_once() {
        let mut stage = Stage::one();
        stage.database().label = "db-prod:5432 / shop".to_owned();
        seen(&mut stage.first().described).asked_for[0].host = Some("db-prod".to_owned());
        stage.database().role = "master".to_owned();
        assert_eq!(stage.codes(), ["RD104", "RD104"]);
    }

    #[test]
    fn what_was_asked_for_counts_without_a_connection() {
        let mut stage = Stage::one();
        seen(&mut stage.first().described).asked_for[0].database = Some("shop_live".to_owned());
        stage.first().database = Observed::Unavailable {
            why: "timeout".to_owned(),
        };
        assert_eq!(stage.codes(), ["RD104", "RD110"]);
    }

    #[test]
    fn ordinary_names_are_not() {
        assert!(Stage::with(&["products", "delivery"]).codes().is_empty());
    }
}
