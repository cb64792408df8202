//! RD233 database-holds-revisions: another database on the server stands at our revisions.

use super::holding::{Kind, of_kind, waiver};
use crate::rules::finding::{Finding, Severity};
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "RD233",
    name: "database-holds-revisions",
    family: Family::History,
    severity: Severity::Refuse,
    needs: Needs::World,
    summary: "another database on the server stands at a revision that the reset would take away",
    explanation: Explanation {
        what: "A version table of another database on the module's server holds a revision of this chain. The databases of the project's other modules, those named like a test's that belong to the same role, and those marked as disposable are not meant.",
        why: "Somebody else works with this history on the same server. After the reset no file defines the revision that their database is at, and Alembic fails there.",
        example: "```text\ndb.internal:5432 / app_bob: row of public.alembic_version: 4f2a\n```",
        remedy: "Ask whoever uses that database. After the reset `redistill adopt --url URL` brings it over. One that may be lost is marked so: `redistill mark disposable --url URL`. Or waive the finding in the committed configuration.",
    },
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    of_kind(case, Kind::Holder, |module, neighbour| {
        RULE.finding(
            &neighbour.name,
            format!(
                "another database of the server, owned by {}, stands at this history: {}",
                neighbour.owner, neighbour.label
            ),
        )
        .remedy(format!(
            "ask whoever uses it; if it may be lost, mark it; if it is brought over after the \
             reset (redistill adopt --url …), say so in {}",
            waiver(RULE.code, module)
        ))
        .next(format!(
            "redistill mark disposable --url '{}'",
            neighbour.url
        ))
    })
}

#[cfg(test)]
mod tests {
    use crate::evidence::{Observed, Rows};
    use crate::rules::stage::{Stage, filled, neighbour, place};

    #[test]
    fn another_database_at_our_revision_is_refused() {
        let mut stage = Stage::one();
        stage.neighbour(neighbour("shop_bob", &["shop_1"]));
        assert_eq!(stage.codes(), ["RD233"]);
    }

    #[test]
    fn the_test_database_of_another_person_is_refused() {
        let mut stage = Stage::one();
        let mut theirs = neighbour("test_shop", &["shop_1"]);
        theirs.is_own = false;
        stage.neighbour(theirs);
        assert_eq!(stage.codes(), ["RD233"]);
    }

    #[test]
    fn the_database_of_another_module_and_a_strangers_are_not() {
        let mut stage = Stage::with(&["shop", "stock"]);
        let identity = stage
            .module("stock")
            .database
            .seen()
            .unwrap()
            .identity
            .clone();
        let mut stock = neighbour("stock", &["shop_1"]);
        stock.identity = Some(identity);
        stage.neighbour(stock);
        stage.neighbour(neighbour("wiki", &["77aa"]));
        assert!(stage.codes().is_empty());
    }

    #[test]
    fn an_environment_of_the_configuration_is_judged_once() {
        let mut stage = Stage::one();
        let there = neighbour("shop_bob", &["shop_1"]);
        let mut same = place("bob", &["shop_1"]);
        same.identity.clone_from(&there.identity);
        stage.neighbour(there);
        stage.environment(crate::rules::stage::environment("bob", same));
        assert_eq!(stage.codes(), ["RD231"]);
    }

    #[test]
    fn drawn_identifiers_refuse_even_where_no_table_is_ours() {
        let mut stage = Stage::one();
        let id = "1975ea83b712";
        stage.first().chain.revisions[0].id.0 = id.to_owned();
        let mut there = neighbour("elsewhere", &[id]);
        if let Observed::Seen(place) = &mut there.looked {
            place.tables = vec![crate::rules::stage::table("wiki_pages")];
        }
        stage.database().tables = Observed::Seen(vec![filled("orders", Rows::Counted(1))]);
        stage.neighbour(there);
        assert!(stage.codes().contains(&"RD233".to_owned()));
    }
}
