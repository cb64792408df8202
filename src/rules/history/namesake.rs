//! RD240 revision-number-elsewhere: another project counts its revisions as this one does.

use super::holding::{Kind, of_kind};
use crate::rules::finding::{Finding, Severity};
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "RD240",
    name: "revision-number-elsewhere",
    family: Family::History,
    severity: Severity::Note,
    needs: Needs::World,
    summary: "another project on the server has a revision of the same name",
    explanation: Explanation {
        what: "Another database on the server is at a revision that is named like one of this chain. The name is one that people give (`0001`), and not one table of that database is known to this module.",
        why: "It is taken for another project's, so it does not stand in the way. If it is a copy of this database all the same, it is left behind at a revision that no file defines.",
        example: "```text\nlocalhost:5432 / wiki: row of public.alembic_version: 0001\n```",
        remedy: "Nothing, if it is another project's. Else name it under `[environments]`: what the configuration names is never taken for a stranger's.",
    },
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    of_kind(case, Kind::Namesake, |_, neighbour| {
        RULE.finding(
            &neighbour.name,
            format!(
                "{} is at a revision of the same name, and none of its tables is of this module",
                neighbour.label
            ),
        )
        .remedy("nothing if it is another project's; else name it under [environments]")
        .next("redistill explain RD240")
    })
}

#[cfg(test)]
mod tests {
    use crate::evidence::{Observed, Rows};
    use crate::rules::stage::{Stage, filled, neighbour, table};

    fn stage(there: &str) -> Stage {
        let mut stage = Stage::one();
        stage.database().tables = Observed::Seen(vec![filled("orders", Rows::Counted(1))]);
        let mut wiki = neighbour("wiki", &["shop_1"]);
        if let Observed::Seen(place) = &mut wiki.looked {
            place.tables = vec![table(there)];
        }
        stage.neighbour(wiki);
        stage
    }

    #[test]
    fn a_database_without_one_table_of_ours_is_noted() {
        assert!(stage("pages").codes().contains(&"RD240".to_owned()));
        assert!(!stage("pages").codes().contains(&"RD233".to_owned()));
    }

    #[test]
    fn one_with_a_table_of_ours_is_a_holder() {
        assert!(stage("orders").codes().contains(&"RD233".to_owned()));
    }
}
