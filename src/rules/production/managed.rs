//! RD108 managed-service: the server is run by a managed service.

use super::{DISPOSABLE_MARK, on_signals};
use crate::evidence::{Observed, Signals};
use crate::model::quote_identifier;
use crate::rules::finding::{Finding, Severity};
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};

/// Endings of the host names that managed services give.
const HOSTS: [&str; 9] = [
    ".rds.amazonaws.com",
    ".postgres.database.azure.com",
    ".supabase.co",
    ".supabase.com",
    ".neon.tech",
    ".aivencloud.com",
    ".db.ondigitalocean.com",
    ".tsdb.cloud.timescale.com",
    ".postgresbridge.com",
];

/// The rule.
pub static RULE: Rule = Rule {
    code: "RD108",
    name: "managed-service",
    family: Family::Production,
    severity: Severity::Refuse,
    needs: Needs::World,
    summary: "the server is run by a managed service",
    explanation: Explanation {
        what: "The server has roles or settings that only a managed service makes, or a host name of one.",
        why: "Managed servers are where production lives. Development branches of them exist, too, and their owner can say so in the database.",
        example: "```text\npostgresql://app@shop.abc.eu-west-1.rds.amazonaws.com/shop\n```",
        remedy: "Point the module at a development database, or mark this one: `COMMENT ON DATABASE … IS 'redistill: disposable'`.",
    },
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    on_signals(case, |database| {
        // Development branches of managed services exist; their owner says so in the database.
        if database
            .comment
            .as_deref()
            .is_some_and(|comment| comment.contains(DISPOSABLE_MARK))
        {
            return Vec::new();
        }
        signs(&database.label, &database.signals)
            .into_iter()
            .map(|seen| {
                let message = format!("{} is run by a managed service", database.label);
                RULE.finding(&database.label, message)
                    .seen(seen)
                    .remedy(
                        "point the module at a development database, or mark this one disposable",
                    )
                    .next(format!(
                        "COMMENT ON DATABASE {} IS '{DISPOSABLE_MARK}'",
                        quote_identifier(&database.identity.database)
                    ))
            })
            .collect()
    })
}

/// What was seen, in words.
fn signs(label: &str, signals: &Signals) -> Vec<String> {
    let mut seen = Vec::new();
    if let Observed::Seen(roles) = &signals.managed_roles
        && !roles.is_empty()
    {
        seen.push(format!("roles: {}", roles.join(", ")));
    }
    if let Observed::Seen(settings) = &signals.managed_settings
        && !settings.is_empty()
    {
        seen.push(format!("settings: {}", settings.join(", ")));
    }
    let host = label.split([':', ' ']).next().unwrap_or_default();
    if let Some(suffix) = HOSTS.iter().find(|suffix| host.ends_with(**suffix)) {
        seen.push(format!("the host ends with {suffix}"));
    }
    seen
}

#[cfg(test)]
mod tests {
    use crate::evidence::Observed;
    use crate::rules::stage::Stage;

    #[test]
    fn a_managed_server_is_refused() {
        let mut stage = Stage::one();
        stage.database().signals.managed_roles = Observed::Seen(vec!["rds_superuser".to_owned()]);
        assert_eq!(stage.codes(), ["RD108"]);
        let mut stage = Stage::one();
        stage.database().label = "x.abc.eu-west-1.rds.amazonaws.com:5432 / shop".to_owned();
        assert_eq!(stage.codes(), ["RD108"]);
    }

    #[test]
    fn a_development_branch_that_is_marked_is_not() {
        let mut stage = Stage::one();
        stage.database().signals.managed_roles = Observed::Seen(vec!["neon_superuser".to_owned()]);
        stage.database().comment = Some("redistill: disposable".to_owned());
        assert!(stage.codes().is_empty());
    }
}
