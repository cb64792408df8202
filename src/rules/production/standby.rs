//! RD102 standby-server: the server replays another one's changes.

use crate::rules::finding::{Finding, Severity};
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "RD102",
    name: "standby-server",
    family: Family::Production,
    severity: Severity::Refuse,
    needs: Needs::World,
    summary: "the server is a standby of another one",
    explanation: Explanation {
        what: "`pg_is_in_recovery()` is true: the server is a standby, or restores a backup.",
        why: "Nobody runs a standby of a scratch database. What is behind it is worth keeping, and \
              a standby cannot be written to anyway.",
        example: "```sql\nSELECT pg_is_in_recovery();  -- t\n```",
        remedy: "Point the module at a development database.",
    },
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    case.modules()
        .filter_map(|(module, _)| {
            let database = module
                .database
                .seen()
                .filter(|database| database.in_recovery)?;
            Some(
                RULE.finding(
                    &database.label,
                    format!("the server of {} is a standby", database.label),
                )
                .of(&module.module.name)
                .seen("pg_is_in_recovery() is true")
                .remedy("point the module at a development database, then look again")
                .next("redistill check"),
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::rules::stage::Stage;

    #[test]
    fn a_standby_is_refused() {
        let mut stage = Stage::one();
        stage.database().in_recovery = true;
        assert_eq!(stage.codes(), ["RD102"]);
    }

    #[test]
    fn a_server_of_its_own_is_not() {
        assert!(Stage::one().codes().is_empty());
    }
}
