//! RD104 production-name: host, database or role are called so.

use super::words::production_name;
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
    summary: "a host, database, role or stage is named like production",
    explanation: Explanation {
        what: "The host, the database or the role that the module connects with has one of the words \
               prod, production, prd, live, primary, master in its name, or a variable of the \
               environment says so (`APP_ENV`, `ENVIRONMENT`, `DJANGO_SETTINGS_MODULE`, `NODE_ENV` \
               and the like). `products`, `delivery` and `non-prod` are fine.",
        why: "Names are how people tell their servers apart. A tunnel makes any host `localhost`, so \
              the database and the role are looked at, too.",
        example: "```text\npostgresql://app@db-prod.internal/shop\n```",
        remedy: "Point the module at a development database with a name that says so, or run \
                 redistill in an environment that is not production's.",
    },
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    let mut findings = stages(case);
    for (module, _) in case.modules() {
        for (what, name) in names(module) {
            if let Some(word) = production_name(&name) {
                findings.push(
                    RULE.finding(
                        &name,
                        format!("the {what} {name} has the word “{word}” in its name"),
                    )
                    .of(&module.module.name)
                    .seen(format!("{what}: {name}"))
                    .remedy("point the module at a development database, then look again")
                    .next("redistill check"),
                );
            }
        }
    }
    findings
}

/// What the environment says of its stage.
fn stages(case: &Case<'_>) -> Vec<Finding> {
    let variables = case.evidence.variables.iter();
    variables
        .filter_map(|(name, value)| {
            let word = production_name(value)?;
            Some(
                RULE.finding(
                    name,
                    format!("the environment variable {name} has the word “{word}”"),
                )
                .seen(format!("{name}={value}"))
                .remedy("run redistill in an environment that is not production's")
                .next(format!("env -u {name} redistill check")),
            )
        })
        .collect()
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
    fn the_stage_of_the_environment_counts() {
        let mut stage = Stage::with(&["shop", "stock"]);
        let variable = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        stage.evidence.variables = vec![
            variable("APP_ENV", "production"),
            variable("DJANGO_SETTINGS_MODULE", "shop.settings.prod"),
            variable("NODE_ENV", "development"),
            variable("STAGE", "non-prod"),
        ];
        assert_eq!(stage.codes(), ["RD104", "RD104"]);
    }

    #[test]
    fn ordinary_names_are_not() {
        assert!(Stage::with(&["products", "delivery"]).codes().is_empty());
    }
}
