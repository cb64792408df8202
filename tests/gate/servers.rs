//! The survey and the verdict against real servers: round trips, poolers, and a corpus of situations.

mod corpus;
mod ground;
mod pooler;

use ground::{ROLES, connect, create, evidence, findings, observe, role, sql, value, wait_for};
use pooler::{Mode, Pooler};
use redistill::evidence::{Observed, Pooling};
use redistill::rules::Verdict;
use redistill::sandbox::Server;

/// A server with the database `shop`.
fn shop(tables: &str) -> Server {
    let server = Server::start().unwrap();
    sql(
        &server.target(),
        "CREATE ROLE dev LOGIN; CREATE ROLE watch LOGIN IN ROLE pg_monitor",
    );
    create(&server.target(), "shop", tables);
    server
}

#[test]
fn round_trips_do_not_grow_with_the_tables() {
    let tables = |many: usize| -> String {
        let one = |n: usize| {
            format!("CREATE TABLE t{n} AS SELECT 1 AS x; CREATE TABLE v{n} (version_num text)")
        };
        (0..many).map(one).collect::<Vec<_>>().join("; ")
    };
    let round_trips = |many: usize| {
        let server = shop(&tables(many));
        let direct = server.target().with_database("shop");
        let pooler = Pooler::start(Mode::Direct, &direct, 0);
        let Observed::Seen(seen) = observe(&pooler.target) else {
            panic!("it can be observed")
        };
        assert_eq!(seen.table_rows().len(), 2 * many);
        assert_eq!(seen.other_version_tables.len(), many);
        pooler.round_trips()
    };
    let few = round_trips(3);
    assert_eq!(few, round_trips(300));
    assert!(few < 180, "{few}");
}

#[test]
fn a_pooler_is_told_by_its_server_processes() {
    let server = shop("CREATE TABLE notes AS SELECT 1 AS x");
    let target = server.target().with_database("shop");
    for (mode, processes, expected) in [
        (Mode::Transaction, 3, Some(Pooling::Transactions)),
        (Mode::Transaction, 2, Some(Pooling::Transactions)),
        (Mode::Transaction, 1, Some(Pooling::Transactions)),
        (Mode::Session, 2, Some(Pooling::Kept)),
        // The second connection waits for a process that never comes.
        (Mode::Session, 1, None),
        (Mode::Direct, 0, Some(Pooling::Direct)),
    ] {
        let pooler = Pooler::start(mode, &target, processes);
        let seen = observe(&pooler.target);
        let Observed::Seen(database) = &seen else {
            panic!("{mode:?} {processes}: {seen:?}")
        };
        assert_eq!(
            database.pooling.seen().copied(),
            expected,
            "{mode:?} {processes}"
        );
        let found = findings(&evidence(seen));
        let code = match expected {
            Some(Pooling::Transactions) => Some("RD113"),
            Some(Pooling::Direct) => None,
            _ => Some("RD117"),
        };
        let of_poolers = found
            .iter()
            .find(|finding| ["RD113", "RD117"].contains(&&*finding.code));
        assert_eq!(of_poolers.map(|finding| &*finding.code), code);
        if let Some(finding) = of_poolers {
            assert!(finding.remedy.text.contains("direct URL"));
        }
    }
    // Statement mode: no transaction, no answer.
    let pooler = Pooler::start(Mode::Statement, &target, 1);
    let found = findings(&evidence(observe(&pooler.target)));
    assert_eq!(found[0].code, "RD110");
    assert!(found[0].message.contains("statement pooling"), "{found:?}");
}

#[test]
fn sessions_of_others_are_listed_as_far_as_a_role_sees_them() {
    let server = shop("");
    let target = server.target().with_database("shop");
    let other = connect(&target);
    other
        .batch("SET application_name = 'billing'; BEGIN; SELECT 1")
        .unwrap();
    // One of ours, which no role counts.
    let _own = connect(&target);
    for (user, expected) in ROLES.iter().zip([
        "billing, postgres, address not visible, state not visible",
        "billing, postgres, local, idle in transaction",
        "billing, postgres, local, idle in transaction",
    ]) {
        let seen = observe(&role(&target, user));
        let found = findings(&evidence(seen));
        assert_eq!(Verdict::of(&found), Verdict::Clear);
        assert_eq!(found.len(), 1, "{user}: {found:#?}");
        assert_eq!(found[0].evidence, [expected], "{user}");
    }
}

#[test]
fn a_held_table_is_unknown_and_the_others_are_told() {
    let server = shop("CREATE TABLE held AS SELECT 1 AS x; CREATE TABLE notes AS SELECT 1 AS x");
    let target = role(&server.target().with_database("shop"), "dev");
    let other = connect(&target);
    other.batch("SET application_name = 'nightly'").unwrap();
    other.batch("BEGIN; LOCK TABLE held").unwrap();
    let seen = observe(&target);
    let Observed::Seen(database) = &seen else {
        panic!("{seen:?}")
    };
    assert_eq!(database.table_rows()[1].rows.exact(), Some(1));
    let found = findings(&evidence(seen));
    let codes: Vec<&str> = found.iter().map(|finding| &*finding.code).collect();
    assert_eq!(codes, ["RD115", "RD116"]);
    assert!(found[0].evidence[0].contains("nightly"), "{found:?}");
    other.batch("ROLLBACK").unwrap();
    wait_for(|| {
        value(
            &target,
            "SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock'",
        ) == "0"
    });
    let found = findings(&evidence(observe(&target)));
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].code, "RD116");
}
