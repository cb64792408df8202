//! RD234 test-database-holds-revisions: a database that may be lost stands at our revisions.

use super::holding::{Kind, of_kind};
use crate::rules::finding::{Finding, Severity};
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "RD234",
    name: "test-database-holds-revisions",
    family: Family::History,
    severity: Severity::Note,
    needs: Needs::World,
    summary: "a test database, or a disposable one, stands at a revision that the reset takes away",
    explanation: Explanation {
        what: "Another database on the server holds a revision of this chain. It is named like a test's and belongs to the same role (`test_app`, `app_test`, `app_gw0`), or it is marked as disposable.",
        why: "It does not stand in the way, but after the reset Alembic fails in it with \"Can't locate revision\".",
        example: "```text\nlocalhost:5432 / test_app: row of public.alembic_version: 4f2a\n```",
        remedy: "Drop it, so that the next run of the tests creates it anew, or bring it over after the reset with `redistill adopt --url URL`.",
    },
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    of_kind(case, Kind::Expendable, |_, neighbour| {
        RULE.finding(
            &neighbour.name,
            format!("{} stands at this history, too", neighbour.label),
        )
        .remedy("once the reset is done bring it over, or drop it and let the tests create it anew")
        .next(format!(
            "after the reset: redistill adopt --url '{}'",
            neighbour.url
        ))
    })
}

#[cfg(test)]
mod tests {
    use crate::rules::stage::{Stage, neighbour};

    #[test]
    fn test_databases_of_ones_own_and_disposable_ones_are_noted() {
        let mut stage = Stage::one();
        stage.neighbour(neighbour("test_shop", &["shop_1"]));
        let mut marked = neighbour("play", &["shop_2"]);
        marked.is_own = false;
        marked.comment = Some("redistill: disposable".to_owned());
        stage.neighbour(marked);
        assert_eq!(stage.codes(), ["RD234", "RD234"]);
    }

    #[test]
    fn one_without_our_revisions_is_not() {
        let mut stage = Stage::one();
        stage.neighbour(neighbour("test_shop", &["77aa"]));
        assert!(stage.codes().is_empty());
    }
}
