//! RD114 production-data: a server that speaks of production holds rows.

use super::{
    archiving, comment, managed, marker, name, on_signals, replica, standby, subscription, unseen,
};
use crate::evidence::{DatabaseEvidence, Hidden, Observed, Rows, TableRows};
use crate::model::ModuleName;
use crate::model::text::{bytes, count};
use crate::rules::finding::{Finding, Severity};
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "RD114",
    name: "production-data",
    family: Family::Production,
    severity: Severity::Refuse,
    needs: Needs::World,
    summary: "a database that looks like production holds rows",
    explanation: Explanation {
        what: "A strong sign of production was seen, or could not be looked for, and the database \
               has tables with rows, or tables whose rows could not be looked at. Emptiness is \
               proven (a size of 0, else a look for one row), never read from statistics: they are \
               lost in a crash.",
        why: "This is what a reset on the wrong server would put at risk. Rows alone are ordinary on \
              a development server and give no finding.",
        example: "```text\npublic.orders: more than 10000 rows\npublic.payments: not known, the role may not read it\n```",
        remedy: "Settle the finding that names the sign, and this one goes with it.",
    },
    check,
};

/// The rules whose findings are strong signs.
const STRONG: [&Rule; 9] = [
    &marker::RULE,
    &standby::RULE,
    &comment::RULE,
    &name::RULE,
    &replica::RULE,
    &subscription::RULE,
    &archiving::RULE,
    &managed::RULE,
    &unseen::RULE,
];

/// More tables are not listed by name.
const LISTED: usize = 12;

fn check(case: &Case<'_>) -> Vec<Finding> {
    let signs: Vec<Finding> = STRONG.iter().flat_map(|rule| (rule.check)(case)).collect();
    // A sign without a module is one of the environment, and concerns them all.
    let concerns = |module: &ModuleName| {
        signs
            .iter()
            .any(|sign| sign.module.as_ref().is_none_or(|of| of == module))
    };
    let mut findings = on_signals(case, |database| at_risk(database).into_iter().collect());
    findings.retain(|finding| finding.module.as_ref().is_some_and(concerns));
    findings
}

/// What a reset of this database would put at risk.
fn at_risk(database: &DatabaseEvidence) -> Option<Finding> {
    let tables: Vec<&TableRows> = database
        .table_rows()
        .iter()
        .filter(|table| table.rows != Rows::Empty)
        .collect();
    if tables.is_empty() {
        return None;
    }
    let message = format!(
        "{} looks like production, and there are or may be rows in {}",
        database.label,
        count(tables.len(), "table")
    );
    let mut finding = RULE
        .finding(&database.label, message)
        .remedy("settle the finding that names the sign of production, then look again")
        .next("redistill check");
    for table in tables.iter().take(LISTED) {
        finding = finding.seen(format!("{}: {}", table.name, words(&table.rows)));
    }
    if tables.len() > LISTED {
        finding = finding.seen(format!("and {} more", tables.len() - LISTED));
    }
    Some(finding.seen(age(database)))
}

fn words(rows: &Rows) -> String {
    match rows {
        Rows::Empty => "empty".to_owned(),
        Rows::Counted(rows) => count(usize::try_from(*rows).unwrap_or(usize::MAX), "row"),
        Rows::MoreThan(rows) => format!("more than {rows} rows"),
        Rows::Unknown(why @ Hidden::Failed(_)) => format!("not known: {}", why.words()),
        Rows::Unknown(why) => format!("not known, {}", why.words()),
    }
}

/// Age and traffic, which are never a sign of their own.
fn age(database: &DatabaseEvidence) -> String {
    let size = |observed: &Observed<i64>| {
        observed.seen().map_or("not known".to_owned(), |n| {
            bytes(u64::try_from(*n).unwrap_or_default())
        })
    };
    let transactions = database
        .signals
        .transactions
        .seen()
        .map_or("not known".to_owned(), ToString::to_string);
    format!(
        "transactions so far: {transactions}; log written: {}; size: {}; server up since {}",
        size(&database.signals.log_bytes),
        size(&database.signals.size),
        database.identity.postmaster_start
    )
}

#[cfg(test)]
mod tests {
    use crate::evidence::{Hidden, Observed, Rows};
    use crate::rules::stage::{Stage, filled};

    fn full() -> Stage {
        let mut stage = Stage::one();
        stage.database().tables = Observed::Seen(vec![
            filled("a", Rows::Empty),
            filled("b", Rows::Counted(1)),
            filled("c", Rows::MoreThan(10_000)),
            filled("d", Rows::Unknown(Hidden::Foreign)),
        ]);
        stage
    }

    #[test]
    fn rows_on_a_server_with_a_strong_sign_are_listed() {
        let mut stage = full();
        stage.database().signals.slots = Observed::Seen(1);
        assert_eq!(stage.codes(), ["RD105", "RD114"]);
        let finding = stage.only("RD114");
        assert_eq!(
            finding.evidence[..3],
            [
                "public.b: 1 row",
                "public.c: more than 10000 rows",
                "public.d: not known, a foreign table, which is never asked"
            ]
        );
        assert!(finding.evidence[3].starts_with("transactions so far: 800"));
    }

    #[test]
    fn a_stage_of_the_environment_is_a_sign_for_every_module() {
        let mut stage = full();
        stage.evidence.variables = vec![("ENV".to_owned(), "prod".to_owned())];
        assert_eq!(stage.codes(), ["RD104", "RD114"]);
    }

    #[test]
    fn rows_alone_and_a_sign_alone_are_not() {
        assert!(full().codes().is_empty());
        let mut stage = full();
        stage.database().signals.publications = Observed::Seen(1);
        assert_eq!(stage.codes(), ["RD111"]);
        let mut stage = Stage::one();
        stage.database().signals.slots = Observed::Seen(1);
        stage.database().tables = Observed::Seen(vec![filled("a", Rows::Empty)]);
        assert_eq!(stage.codes(), ["RD105"]);
    }
}
