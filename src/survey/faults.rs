//! Each question of the survey made to fail, one at a time and in pairs: the answer is a refusal or
//! unknown, never clear.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use super::database::ask;
use super::questions::Questions;
use crate::evidence::{DatabaseEvidence, Evidence, ModuleEvidence, Observed, Pooling};
use crate::model::{Chain, Module, QualifiedName, Target};
use crate::rules::{Finding, Scope, Severity, Sources, Verdict, assess};
use crate::sandbox::Server;
use crate::system::{Session, SqlError};

/// The questions whose failure leaves the verdict as it is: what they tell is weak, and never a sign
/// of its own (`docs/design/0006-production-verdict.md`).
const WEAK: [&str; 4] = ["publications", "transactions", "log_bytes", "size"];

fn observe(
    session: &Session,
    target: &Target,
    failing: &[&str],
) -> (Observed<DatabaseEvidence>, BTreeSet<&'static str>) {
    let asked = RefCell::new(BTreeSet::new());
    let before = |session: &Session, name: &'static str| -> Result<(), SqlError> {
        asked.borrow_mut().insert(name);
        if failing.contains(&name) {
            // A failure of the server, which really aborts the transaction.
            session.query("SELECT 1 / 0", &[])?;
        }
        Ok(())
    };
    let table = QualifiedName {
        schema: "public".to_owned(),
        name: "alembic_version".to_owned(),
    };
    let seen = match ask(&Questions::watched(session, &before), target, &[table], 0) {
        Ok(database) => Observed::Seen(database),
        Err(error) => Observed::Unavailable {
            why: error.to_string(),
        },
    };
    (seen, asked.into_inner())
}

/// What the rules of production say of a database.
fn judged(database: Observed<DatabaseEvidence>) -> Vec<Finding> {
    let directory = PathBuf::from("/p/shop");
    let evidence = Evidence::of(
        PathBuf::from("/p"),
        vec![ModuleEvidence {
            database,
            ..ModuleEvidence::of(Module::plain("shop", directory), Chain::default())
        }],
    );
    let mut findings = assess(&evidence, &Sources::default(), Scope::Full);
    findings.retain(|finding| finding.code.starts_with("RD1"));
    findings
}

#[test]
fn no_question_that_fails_alone_or_with_another_leaves_the_verdict_clear() {
    let server = Server::start().unwrap();
    let target = server.target();
    let session = Session::connect(&target, Duration::from_secs(30)).unwrap();
    session
        .batch(
            "CREATE TABLE alembic_version (version_num varchar(32)); \
             INSERT INTO alembic_version VALUES ('a1'); CREATE TABLE notes AS SELECT 1 AS x",
        )
        .unwrap();
    let (healthy, names) = observe(&session, &target, &[]);
    assert_eq!(judged(healthy), []);
    let names: Vec<&str> = names.into_iter().collect();
    assert!(names.len() >= 20, "{names:?}");
    let mut cases = Vec::new();
    for (place, one) in names.iter().enumerate() {
        cases.push(vec![*one]);
        cases.extend(names[place + 1..].iter().map(|other| vec![*one, *other]));
    }
    for failing in cases {
        let (seen, _) = observe(&session, &target, &failing);
        let is_weak = failing.iter().all(|name| WEAK.contains(name));
        let verdict = Verdict::of(&judged(seen));
        let expected = if is_weak {
            Verdict::Clear
        } else {
            Verdict::Refused
        };
        assert_eq!(verdict, expected, "{failing:?}");
    }
}

#[test]
fn a_question_that_fails_hides_no_other_answer() {
    let server = Server::start().unwrap();
    let target = server.target();
    let session = Session::connect(&target, Duration::from_secs(30)).unwrap();
    session
        .query(
            "SELECT pg_catalog.pg_create_physical_replication_slot('s')",
            &[],
        )
        .unwrap();
    session
        .batch("CREATE TABLE notes AS SELECT 1 AS x")
        .unwrap();
    let (seen, _) = observe(&session, &target, &["replicas", "other sessions", "rows"]);
    let Observed::Seen(database) = &seen else {
        panic!("{seen:?}")
    };
    assert_eq!(database.signals.slots, Observed::Seen(1));
    assert_eq!(database.pooling, Observed::Seen(Pooling::Direct));
    let codes: Vec<String> = judged(seen)
        .iter()
        .filter(|finding| finding.severity == Severity::Refuse)
        .map(|finding| finding.code.to_string())
        .collect();
    assert_eq!(codes, ["RD105", "RD112", "RD112", "RD112", "RD114"]);
}
