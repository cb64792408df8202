//! RD112 production-signal-unknown: a sign of production could not be looked for.

use super::on_signals;
use crate::evidence::{DatabaseEvidence, Hidden, Observed, Rows};
use crate::model::quote_identifier;
use crate::rules::finding::{Finding, Severity};
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "RD112",
    name: "production-signal-unknown",
    family: Family::Production,
    severity: Severity::Refuse,
    needs: Needs::World,
    summary: "a sign of production could not be looked for",
    explanation: Explanation {
        what: "One of the questions that tell a production server from a development one was not answered.",
        why: "A check that could not run is never a pass.",
        example: "```text\npermission denied for view pg_stat_replication\n```",
        remedy: "Let the role see it with `GRANT pg_monitor TO role`, then check again.",
    },
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    on_signals(case, |database| {
        unknown(database)
            .into_iter()
            .map(|(signal, why)| {
                let message = format!("{}: {signal} could not be seen", database.label);
                RULE.finding(&database.label, message)
                    .seen(why)
                    .remedy("let the role see it")
                    .next(format!(
                        "GRANT pg_monitor TO {}",
                        quote_identifier(&database.role)
                    ))
            })
            .collect()
    })
}

/// Everything required that could not be looked at, with the reason. A table that cannot be counted
/// for a reason that is understood is no such thing; one that failed without one is.
fn unknown(database: &DatabaseEvidence) -> Vec<(String, String)> {
    let mut unknown: Vec<(String, String)> = database
        .signals
        .unknown()
        .into_iter()
        .map(|(what, why)| (what.to_owned(), why))
        .collect();
    let mut add = |what: &str, why: Option<String>| {
        unknown.extend(why.map(|why| (what.to_owned(), why)));
    };
    add("other sessions", reason(&database.other_sessions));
    add("the list of tables", reason(&database.tables));
    for table in database.table_rows() {
        if let Rows::Unknown(Hidden::Failed(why)) = &table.rows {
            add(&format!("the rows of {}", table.name), Some(why.clone()));
        }
    }
    unknown
}

/// Why something was not seen; none if it was.
fn reason<T>(observed: &Observed<T>) -> Option<String> {
    match observed {
        Observed::Seen(_) => None,
        Observed::Unavailable { why } => Some(why.clone()),
        Observed::NotAsked => Some("nobody asked".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use crate::evidence::{Hidden, Observed, Rows};
    use crate::rules::stage::Stage;

    #[test]
    fn an_unanswered_question_is_refused() {
        let mut stage = Stage::one();
        stage.database().signals.slots = Observed::Unavailable {
            why: "permission denied".to_owned(),
        };
        assert_eq!(stage.codes(), ["RD112"]);
    }

    #[test]
    fn tables_and_sessions_that_could_not_be_listed_are_refused() {
        let unavailable = |why: &str| Observed::Unavailable {
            why: why.to_owned(),
        };
        let mut stage = Stage::one();
        stage.database().tables = unavailable("canceling statement due to lock timeout");
        assert_eq!(stage.codes(), ["RD112"]);
        let mut stage = Stage::one();
        stage.database().other_sessions = Observed::NotAsked;
        assert_eq!(stage.codes(), ["RD112"]);
        let mut stage = Stage::one();
        let rows = Rows::Unknown(Hidden::Failed("invalid page in block 7".to_owned()));
        stage.database().tables = Observed::Seen(vec![crate::rules::stage::filled("notes", rows)]);
        let finding = stage.only("RD112");
        assert!(
            finding
                .message
                .ends_with("the rows of public.notes could not be seen")
        );
    }

    #[test]
    fn seen_is_fine() {
        assert!(Stage::one().codes().is_empty());
    }
}
