//! RD115 rows-unknown: there are tables whose rows could not be looked at.

use super::on_signals;
use crate::evidence::{Hidden, Rows};
use crate::model::text::count;
use crate::rules::finding::{Finding, Severity};
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "RD115",
    name: "rows-unknown",
    family: Family::Production,
    severity: Severity::Warn,
    needs: Needs::World,
    summary: "the rows of some tables could not be looked at",
    explanation: Explanation {
        what: "Tables that are not empty on disk, and that the role may not read, that row security \
               guards, that another session holds, or that took too long to look at.",
        why: "Nobody can say what is in them. Beside a strong sign of production they count as \
              full and are refused (RD114); without one, rows are ordinary on a development server. \
              Foreign tables are never asked, and their rows are not this database's.",
        example: "```text\npublic.payments: the role may not read it\n```",
        remedy: "Look again as the tables' owner, or give the role SELECT.",
    },
    check,
};

/// More tables are not listed by name.
const LISTED: usize = 12;

fn check(case: &Case<'_>) -> Vec<Finding> {
    on_signals(case, |database| {
        let hidden: Vec<String> = database
            .table_rows()
            .iter()
            .filter_map(|table| match &table.rows {
                // A failure without a reason that is understood refuses on its own.
                Rows::Unknown(Hidden::Foreign | Hidden::Failed(_)) => None,
                Rows::Unknown(why) => Some(format!("{}: {}", table.name, why.words())),
                _ => None,
            })
            .collect();
        if hidden.is_empty() {
            return Vec::new();
        }
        let message = format!(
            "the rows of {} of {} could not be looked at",
            count(hidden.len(), "table"),
            database.label
        );
        let mut finding = RULE
            .finding(&database.label, message)
            .remedy("look again as the tables' owner, once nobody holds them")
            .next("redistill check");
        finding.evidence = hidden.iter().take(LISTED).cloned().collect();
        if hidden.len() > LISTED {
            finding = finding.seen(format!("and {} more", hidden.len() - LISTED));
        }
        vec![finding]
    })
}

#[cfg(test)]
mod tests {
    use crate::evidence::{Hidden, Observed, Rows};
    use crate::rules::stage::{Stage, filled};

    #[test]
    fn tables_that_cannot_be_read_are_warned_about() {
        for why in [
            Hidden::NoRight,
            Hidden::RowSecurity,
            Hidden::TooSlow,
            Hidden::Locked("pid 7".to_owned()),
        ] {
            let mut stage = Stage::one();
            stage.database().tables = Observed::Seen(vec![filled("a", Rows::Unknown(why))]);
            assert_eq!(stage.codes(), ["RD115"]);
        }
    }

    #[test]
    fn counted_and_foreign_ones_are_not() {
        let mut stage = Stage::one();
        stage.database().tables = Observed::Seen(vec![
            filled("a", Rows::Empty),
            filled("b", Rows::MoreThan(10_000)),
            filled("c", Rows::Unknown(Hidden::Foreign)),
        ]);
        assert!(stage.codes().is_empty());
    }
}
