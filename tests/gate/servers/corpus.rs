//! The corpus: what is said of several hundred servers, each of them real. No false "clear", and
//! ordinary development servers are not refused.

use redistill::evidence::{Evidence, Observed};
use redistill::model::Target;
use redistill::rules::Verdict;
use redistill::sandbox::Server;

use super::ground::{
    FULLNESS, Fullness, ROLES, Standby, connect, create, evidence, findings, observe, role, server,
    server_of, signal, sql, value, wait_for,
};
use super::pooler::{Mode, Pooler};

/// Whether a situation is an everyday one on a development server.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Ordinary,
    Suspicious,
}

use Kind::{Ordinary, Suspicious};

/// What the situations came to.
#[derive(Default)]
struct Tally {
    situations: usize,
    refused: usize,
    ordinary: usize,
    ordinary_refused: usize,
    wrong: Vec<String>,
}

impl Tally {
    /// One situation: what is said of it, and whether that is what is expected.
    fn judge(&mut self, what: &str, kind: Kind, evidence: &Evidence, expected: &[&str]) {
        let found = findings(evidence);
        let mut codes: Vec<&str> = found.iter().map(|finding| &*finding.code).collect();
        codes.sort_unstable();
        codes.dedup();
        let mut expected = expected.to_vec();
        expected.sort_unstable();
        expected.dedup();
        let is_refused = Verdict::of(&found) == Verdict::Refused;
        self.situations += 1;
        self.refused += usize::from(is_refused);
        if kind == Ordinary {
            self.ordinary += 1;
            self.ordinary_refused += usize::from(is_refused);
        }
        if codes != expected {
            self.wrong
                .push(format!("{what}: {codes:?}, expected {expected:?}"));
        }
        // Every refusal says what was seen, what to do, and what to type next.
        for finding in &found {
            if finding.remedy.text.is_empty() || finding.remedy.command.is_none() {
                self.wrong
                    .push(format!("{what}: {} helps nobody", finding.code));
            }
        }
    }

    fn look(&mut self, what: &str, kind: Kind, target: &Target, expected: &[&str]) {
        self.judge(what, kind, &evidence(observe(target)), expected);
    }

    /// All databases, all roles.
    fn look_at_all(&mut self, what: &str, kind: Kind, server: &Target, signs: &[&str]) {
        self.look_through(what, kind, server, &FULLNESS, signs);
    }

    /// An empty database, a full one, one with secrets; all roles.
    fn look_at_some(&mut self, what: &str, kind: Kind, server: &Target, signs: &[&str]) {
        for place in [0, 1, 7] {
            self.look_through(what, kind, server, &FULLNESS[place..=place], signs);
        }
    }

    fn look_through(
        &mut self,
        what: &str,
        kind: Kind,
        server: &Target,
        databases: &[Fullness],
        signs: &[&str],
    ) {
        for fullness in databases {
            for user in ROLES {
                self.look_at(what, kind, server, fullness, user, signs);
            }
        }
    }

    fn look_at(
        &mut self,
        what: &str,
        kind: Kind,
        server: &Target,
        fullness: &Fullness,
        user: &str,
        signs: &[&str],
    ) {
        let target = role(&server.with_database(fullness.database), user);
        let what = format!("{what}, {}, {user}", fullness.database);
        let expected = with_data(signs, fullness, user);
        self.look(&what, kind, &target, &expected);
    }

    fn end(&self, what: &str, at_least: usize) {
        println!(
            "{what}: {} situations, {} refused; ordinary development servers: {} of {} refused; \
             {} wrong",
            self.situations,
            self.refused,
            self.ordinary_refused,
            self.ordinary,
            self.wrong.len()
        );
        assert_eq!(self.wrong, [""; 0]);
        assert!(self.situations >= at_least, "{}", self.situations);
        assert!(self.ordinary_refused * 50 <= self.ordinary);
    }
}

/// The findings to expect from signs, where the database is so full and the role sees so much.
fn with_data<'a>(signs: &[&'a str], fullness: &Fullness, user: &str) -> Vec<&'a str> {
    const STRONG: [&str; 9] = [
        "RD101", "RD102", "RD103", "RD104", "RD105", "RD106", "RD107", "RD108", "RD112",
    ];
    let mut expected = signs.to_vec();
    if fullness.has_rows && signs.iter().any(|sign| STRONG.contains(sign)) {
        expected.push("RD114");
    }
    if fullness.is_hidden && user != "postgres" {
        expected.push("RD115");
    }
    expected
}

fn rows() -> &'static Fullness {
    &FULLNESS[1]
}

/// What is done to a server, how it is undone, and what is to be said then.
const SIGNS: [(&str, &str, &str, &str, &[&str]); 7] = [
    (
        "a physical slot",
        "postgres",
        "SELECT pg_create_physical_replication_slot('p')",
        "SELECT pg_drop_replication_slot('p')",
        &["RD105"],
    ),
    (
        "a logical slot of another database",
        "postgres",
        "SELECT pg_create_logical_replication_slot('l', 'pgoutput')",
        "SELECT pg_drop_replication_slot('l')",
        &["RD105"],
    ),
    (
        "a subscription of another database",
        "postgres",
        "CREATE SUBSCRIPTION s CONNECTION 'dbname=x' PUBLICATION p WITH (connect = false)",
        "ALTER SUBSCRIPTION s SET (slot_name = NONE); DROP SUBSCRIPTION s",
        &["RD106"],
    ),
    (
        "the role of one service",
        "postgres",
        "CREATE ROLE rds_superuser",
        "DROP ROLE rds_superuser",
        &["RD108"],
    ),
    (
        "a standby's name",
        "postgres",
        "ALTER SYSTEM SET synchronous_standby_names = 'other'",
        "ALTER SYSTEM RESET synchronous_standby_names",
        &["RD107"],
    ),
    (
        "a slot and a service",
        "postgres",
        "CREATE ROLE neon_superuser; SELECT pg_create_physical_replication_slot('p')",
        "DROP ROLE neon_superuser; SELECT pg_drop_replication_slot('p')",
        &["RD105", "RD108"],
    ),
    (
        "a subscription of this database",
        "rows",
        "CREATE SUBSCRIPTION s CONNECTION 'dbname=x' PUBLICATION p WITH (connect = false)",
        "ALTER SUBSCRIPTION s SET (slot_name = NONE); DROP SUBSCRIPTION s",
        &["RD106"],
    ),
];

/// Statements that may not stand together in one transaction.
fn each(target: &Target, statements: &str) {
    let session = connect(target);
    for statement in statements.split("; ") {
        session.batch(statement).unwrap();
    }
    session.batch("SELECT pg_reload_conf()").unwrap();
    // The settings of a new session are the postmaster's.
    let set = "SELECT count(*) FROM pg_file_settings WHERE name = 'synchronous_standby_names'";
    wait_for(|| {
        (value(target, set) == "0") == value(target, "SHOW synchronous_standby_names").is_empty()
    });
}

#[test]
fn strong_signs_refuse_whoever_asks_and_however_full() {
    let server = server(&[("wal_level", "logical")]);
    let target = server.target();
    let mut tally = Tally::default();
    for (number, (what, place, make, unmake, codes)) in SIGNS.into_iter().enumerate() {
        each(&target.with_database(place), make);
        if number < 2 {
            tally.look_at_all(what, Suspicious, &target, codes);
        } else {
            tally.look_at_some(what, Suspicious, &target, codes);
        }
        each(&target.with_database(place), unmake);
    }
    services(&mut tally, &target);
    marks(&mut tally, &target);
    names(&mut tally, &target);
    faults(&mut tally, &target);
    tally.end("signs", 250);
}

/// Every role and setting that only services have; a mark outranks them, a sign beside them counts.
fn services(tally: &mut Tally, target: &Target) {
    let place = target.with_database("rows");
    for name in [
        "cloudsqlsuperuser",
        "azure_pg_admin",
        "supabase_admin",
        "neon_superuser",
        "avnadmin",
        "doadmin",
        "tsdbadmin",
        "alloydbsuperuser",
    ] {
        sql(target, &format!("CREATE ROLE {name}"));
        tally.look_at(name, Suspicious, target, rows(), "dev", &["RD108"]);
        sql(target, &format!("DROP ROLE {name}"));
    }
    for name in [
        "rds.extensions",
        "cloudsql.iam_authentication",
        "neon.tenant_id",
        "azure.extensions",
    ] {
        sql(target, &format!("ALTER DATABASE rows SET {name} = 'x'"));
        for user in ROLES {
            tally.look_at(name, Suspicious, target, rows(), user, &["RD108"]);
        }
        sql(target, &format!("ALTER DATABASE rows RESET {name}"));
    }
    for host in [
        "shop.abc.eu-west-1.rds.amazonaws.com",
        "shop.postgres.database.azure.com",
        "db.abc.supabase.co",
        "ep-cool-1.eu-central-1.aws.neon.tech",
        "pg-1.aivencloud.com",
        "db-1.db.ondigitalocean.com",
        "dpg-1-a.frankfurt-postgres.render.com",
        "x.postgresbridge.com",
        "x.tsdb.cloud.timescale.com",
        "containers-us-west-1.railway.app",
        "1-2-3.europe-west1.sql.goog",
    ] {
        labelled(tally, &place, host, &["RD108", "RD114"]);
    }
}

/// The same database behind a host of another name.
fn labelled(tally: &mut Tally, place: &Target, host: &str, expected: &[&str]) {
    let mut seen = observe(place);
    if let Observed::Seen(database) = &mut seen {
        database.label = format!("{host}:5432 / {}", place.database);
    }
    tally.judge(host, Suspicious, &evidence(seen), expected);
}

/// Comments and marks, alone and beside other signs.
fn marks(tally: &mut Tally, target: &Target) {
    let comment = |text: &str| {
        sql(target, &format!("COMMENT ON DATABASE rows IS E'{text}'"));
    };
    for (text, codes) in [
        ("redistill: production", &["RD101"][..]),
        ("the shop\\nRedistill: PRODUCTION", &["RD101"]),
        ("redistill:production", &["RD101"]),
        ("redistill: production\\nredistill: disposable", &["RD101"]),
        ("Production", &["RD103"]),
        ("prod, do not touch", &["RD103"]),
        ("LIVE since May", &["RD103"]),
        ("not production", &["RD103"]),
        ("for live coding", &["RD103"]),
        ("the live shop\\nredistill: disposable", &["RD103"]),
        ("reproduction of bug 7", &[]),
        ("delivery of products", &[]),
        ("redistill: disposable", &[]),
        ("never write redistill: disposable", &[]),
    ] {
        comment(text);
        for user in ROLES {
            tally.look_at(text, Suspicious, target, rows(), user, codes);
        }
    }
    // What a mark outranks, and what it does not.
    sql(target, "CREATE ROLE rds_superuser");
    sql(
        &target.with_database("rows"),
        "CREATE PUBLICATION p FOR ALL TABLES",
    );
    sql(target, "SELECT pg_create_physical_replication_slot('p')");
    for (text, codes) in [
        ("redistill: disposable", &["RD105"][..]),
        ("redistill: disposable\\nlive", &["RD103", "RD105"]),
        (
            "redistill: production",
            &["RD101", "RD105", "RD108", "RD111"],
        ),
        (
            "never write redistill: disposable",
            &["RD105", "RD108", "RD111"],
        ),
    ] {
        comment(text);
        tally.look_at(text, Suspicious, target, rows(), "dev", codes);
    }
    each(
        target,
        "SELECT pg_drop_replication_slot('p'); DROP ROLE rds_superuser",
    );
    sql(&target.with_database("rows"), "DROP PUBLICATION p");
    sql(target, "COMMENT ON DATABASE rows IS NULL");
}

/// Databases, roles, hosts and stages that are called like production.
fn names(tally: &mut Tally, target: &Target) {
    for (name, codes) in [
        ("shop_prod", &["RD104"][..]),
        ("prod", &["RD104"]),
        ("live_shop", &["RD104"]),
        ("shopproduction", &["RD104"]),
        ("preprod", &["RD104"]),
        ("products", &[]),
        ("delivery", &[]),
        ("non_prod", &[]),
        ("olive", &[]),
    ] {
        create(target, name, "CREATE TABLE notes AS SELECT 1 AS id");
        let full = Fullness {
            database: name,
            ..FULLNESS[1]
        };
        for user in ROLES {
            tally.look_at("a name", Suspicious, target, &full, user, codes);
        }
    }
    for name in ["master", "app_prod", "primary_app"] {
        sql(target, &format!("CREATE ROLE {name} LOGIN IN ROLE dev"));
        tally.look_at("a role", Suspicious, target, rows(), name, &["RD104"]);
    }
    let place = target.with_database("rows");
    for host in [
        "db-prod.internal",
        "pg-primary-0.svc",
        "live-db",
        "prod-eu.example.com",
    ] {
        labelled(tally, &place, host, &["RD104", "RD114"]);
    }
    for host in [
        "db-dev.internal",
        "localhost",
        "127.0.0.1",
        "postgres",
        "non-prod.example.com",
    ] {
        labelled(tally, &place, host, &[]);
    }
    for (name, value, codes) in [
        ("APP_ENV", "production", &["RD104", "RD114"][..]),
        ("RAILS_ENV", "prod", &["RD104", "RD114"]),
        (
            "DJANGO_SETTINGS_MODULE",
            "shop.settings.production",
            &["RD104", "RD114"],
        ),
        ("STAGE", "live", &["RD104", "RD114"]),
        ("ENV", "development", &[]),
        ("NODE_ENV", "test", &[]),
    ] {
        let mut evidence = evidence(observe(&place));
        evidence.variables = vec![(name.to_owned(), value.to_owned())];
        tally.judge(name, Suspicious, &evidence, codes);
    }
}

/// Rights taken away, locks held, and what stands in the way.
fn faults(tally: &mut Tally, target: &Target) {
    let views = [
        "pg_stat_replication",
        "pg_replication_slots",
        "pg_stat_wal_receiver",
        "pg_settings",
        "pg_stat_archiver",
        "pg_roles",
        "pg_stat_activity",
        "pg_locks",
        "pg_am",
    ];
    let place = target.with_database("rows");
    for view in views {
        sql(
            &place,
            &format!("REVOKE SELECT ON pg_catalog.{view} FROM PUBLIC"),
        );
        for user in ["dev", "watch"] {
            let seen = evidence(observe(&role(&place, user)));
            let found = findings(&seen);
            tally.situations += 1;
            tally.refused += 1;
            if Verdict::of(&found) != Verdict::Refused {
                tally
                    .wrong
                    .push(format!("{view} hidden from {user}: {found:?}"));
            }
        }
        tally.look_at(view, Suspicious, target, rows(), "postgres", &[]);
        sql(
            &place,
            &format!("GRANT SELECT ON pg_catalog.{view} TO PUBLIC"),
        );
    }
    sql(
        &place,
        "REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC",
    );
    tally.look("no identity", Suspicious, &role(&place, "dev"), &["RD110"]);
    sql(
        &place,
        "GRANT EXECUTE ON FUNCTION pg_control_system() TO PUBLIC",
    );
    sql(&place, "REVOKE SELECT ON alembic_version FROM watch");
    tally.look(
        "no version table",
        Suspicious,
        &role(&place, "watch"),
        &["RD110"],
    );
    tally.look(
        "no database",
        Suspicious,
        &target.with_database("nowhere"),
        &["RD110"],
    );
    tally.look("no role", Suspicious, &role(&place, "nobody"), &["RD110"]);
    // A statement that waits longer than the survey does.
    let holder = connect(&place);
    for (table, expected) in [
        ("alembic_version", &["RD110"][..]),
        ("pg_catalog.pg_publication", &[]),
    ] {
        holder.batch("BEGIN").unwrap();
        holder.batch(&format!("LOCK TABLE {table}")).unwrap();
        let found = findings(&evidence(observe(&role(&place, "dev"))));
        let is_refused = Verdict::of(&found) == Verdict::Refused;
        tally.situations += 1;
        tally.refused += usize::from(is_refused);
        if !is_refused {
            tally
                .wrong
                .push(format!("{table} is held: {found:?}, {expected:?}"));
        }
        holder.batch("ROLLBACK").unwrap();
    }
    for (mode, processes, expected) in [
        (Mode::Transaction, 2, &["RD113", "RD116"][..]),
        (Mode::Session, 3, &["RD116", "RD117"]),
        (Mode::Statement, 1, &["RD110"]),
    ] {
        let pooler = Pooler::start(mode, &place, processes);
        let what = format!("{mode:?}");
        tally.look(&what, Suspicious, &pooler.target, expected);
    }
}

#[test]
fn a_primary_its_standby_and_an_archive_refuse() {
    let mut tally = Tally::default();
    let primary = server(&[("wal_level", "replica")]);
    {
        let standby = Standby::of(&primary);
        let target = standby.target();
        tally.look_at_all("a standby", Suspicious, &target, &["RD102", "RD105"]);
        tally.look_at_some("a primary", Suspicious, &primary.target(), &["RD105"]);
    }
    let archiving = server(&[("archive_mode", "on"), ("archive_command", "true")]);
    let target = archiving.target();
    tally.look_at_some("an archive", Suspicious, &target, &["RD107"]);
    crash(&target);
    tally.look_at(
        "after a crash",
        Suspicious,
        &target,
        rows(),
        "dev",
        &["RD107"],
    );
    tally.end("standby and archive", 45);
}

/// A server process is killed: the server starts again, and all its statistics are gone.
fn crash(target: &Target) {
    let session = connect(target);
    let started = "SELECT backend_start FROM pg_stat_activity WHERE backend_type = 'checkpointer'";
    let before = value(target, started);
    let pid = session.backend_pid().unwrap();
    signal("-KILL", &pid.to_string());
    wait_for(|| session.is_closed());
    wait_for(|| {
        redistill::system::Session::connect(target, super::ground::LIMIT)
            .map(|session| session.simple(started).unwrap_or_default())
            .is_ok_and(|rows| {
                rows.first()
                    .is_some_and(|row| row[0].as_deref() != Some(before.as_str()))
            })
    });
}

#[test]
fn ordinary_development_servers_are_not_refused() {
    let server = server(&[("wal_level", "logical")]);
    let mut tally = Tally::default();
    ordinary(&mut tally, &server);
    tally.end("ordinary", 100);
}

/// Everyday servers: rows, neighbours, publications, sessions of others, marked branches of a
/// service, after a crash.
fn ordinary(tally: &mut Tally, server: &Server) {
    let target = server.target();
    tally.look_at_all("as it is", Ordinary, &target, &[]);
    crash(&target);
    tally.look_at_all("after a crash", Ordinary, &target, &[]);
    for fullness in &FULLNESS {
        sql(
            &target.with_database(fullness.database),
            "CREATE PUBLICATION p FOR ALL TABLES",
        );
    }
    tally.look_at_all("published", Ordinary, &target, &["RD111"]);
    let mut others = Vec::new();
    for fullness in &FULLNESS {
        let place = target.with_database(fullness.database);
        sql(&place, "DROP PUBLICATION p");
        let other = connect(&place);
        other.batch("SET application_name = 'pgAdmin 4'").unwrap();
        others.push(other);
        sql(
            &target,
            &format!(
                "COMMENT ON DATABASE {} IS E'branch of ann\\nredistill: disposable'",
                fullness.database
            ),
        );
    }
    sql(&target, "CREATE ROLE neon_superuser");
    tally.look_at_all("a marked branch", Ordinary, &target, &["RD116"]);
    drop(others);
    sql(&target, "DROP ROLE neon_superuser");
    sql(
        &target,
        "CREATE ROLE single LOGIN CONNECTION LIMIT 1 IN ROLE dev",
    );
    tally.look_at(
        "one connection",
        Ordinary,
        &target,
        rows(),
        "single",
        &["RD117"],
    );
}

#[test]
fn the_newest_server_is_understood_as_well() {
    let server = server_of(Some(18), &[("wal_level", "logical")]);
    let target = server.target();
    let mut tally = Tally::default();
    tally.look_at_all("as it is", Ordinary, &target, &[]);
    let (what, place, make, unmake, codes) = SIGNS[2];
    each(&target.with_database(place), make);
    tally.look_at_some(what, Suspicious, &target, codes);
    each(&target.with_database(place), unmake);
    println!("PostgreSQL {}", server.major());
    tally.end("newest", 36);
}
