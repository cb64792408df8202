//! Fifty tenants' databases in every state that a fleet gets into, while `adopt` is killed in the
//! middle, databases go away, and the command is given again.

use std::collections::BTreeMap;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use redistill::system::Session;

use crate::support::{Answer, Lab, Module};

/// Tenants that are alike.
struct Kind {
    name: &'static str,
    many: usize,
    /// The database that they are copied from.
    of: &'static str,
    /// What has happened to them since.
    since: &'static str,
    /// What becomes of them.
    outcome: &'static str,
}

const fn kind(
    name: &'static str,
    many: usize,
    of: &'static str,
    since: &'static str,
    outcome: &'static str,
) -> Kind {
    Kind {
        name,
        many,
        of,
        since,
        outcome,
    }
}

const LOST: &str = "update alembic_version set version_num = 'zzz'";
const KEPT: &str = "insert into notes (title) values ('kept')";
const KEPT_AT_HEAD: &str = "insert into notes (title, state) values ('kept', 'done')";

/// `held` is being upgraded when the program is killed, `leaving` when its database is dropped.
const FLEET: [Kind; 22] = [
    kind("head", 9, "at_head", KEPT_AT_HEAD, "stamped"),
    kind("behind", 8, "at_n001", KEPT, "upgraded"),
    kind("held", 1, "at_n001", KEPT, "upgraded"),
    kind("leaving", 1, "at_n001", KEPT, "failed"),
    kind("unknown", 3, "at_head", LOST, "stamped"),
    kind(
        "unstamped",
        3,
        "at_head",
        "drop table alembic_version",
        "stamped",
    ),
    kind(
        "unstamped_behind",
        2,
        "at_n001",
        "drop table alembic_version",
        "upgraded",
    ),
    kind(
        "without_row",
        1,
        "at_n001",
        "delete from alembic_version",
        "upgraded",
    ),
    kind("home", 3, "app", "", "already"),
    kind(
        "column_more",
        2,
        "at_head",
        "alter table notes add extra int",
        "refused",
    ),
    kind(
        "other_type",
        2,
        "at_n001",
        "alter table notes alter title type text",
        "refused",
    ),
    kind(
        "index_more",
        1,
        "at_head",
        "create index by_hand on notes (title)",
        "refused",
    ),
    kind(
        "unknown_and_drifted",
        2,
        "at_head",
        "update alembic_version set version_num = 'zzz'; alter table notes drop column title",
        "refused",
    ),
    kind(
        "two_rows",
        1,
        "at_head",
        "insert into alembic_version values ('n001')",
        "refused",
    ),
    kind(
        "namesake",
        2,
        "blank",
        "create table notes (body text)",
        "refused",
    ),
    kind(
        "foreign",
        2,
        "blank",
        "create table customers (id int primary key); insert into customers values (1)",
        "empty",
    ),
    kind("blank", 2, "blank", "", "empty"),
    kind("shop_prod", 1, "at_head", KEPT_AT_HEAD, "refused"),
    kind("read_only", 1, "at_head", "", "failed"),
    kind("locked_out", 1, "at_head", "", "failed"),
    kind("never_made", 1, "", "", "failed"),
    kind("nobody_listens", 1, "", "", "failed"),
];

/// One of them.
struct Tenant {
    name: String,
    kind: &'static Kind,
}

impl Tenant {
    fn exists(&self) -> bool {
        !self.kind.of.is_empty()
    }

    fn comes_home(&self) -> bool {
        ["stamped", "upgraded"].contains(&self.kind.outcome)
    }

    fn leaves(&self) -> bool {
        self.kind.name == "leaving"
    }
}

struct Fleet {
    lab: Lab,
    base: String,
    tenants: Vec<Tenant>,
}

impl Fleet {
    /// A project after its reset, and what the tenants are copied from.
    fn new() -> Self {
        let lab = Lab::with_module(&Module::default());
        let ini = lab.read("api/alembic.ini");
        lab.create_database("blank");
        for (name, revision) in [("at_head", "n002"), ("at_n001", "n001")] {
            lab.create_database(name);
            let mark = format!("comment on database {name} is 'redistill: disposable'");
            lab.sql("postgres", &mark);
            let there = ini.replace("/app\n", &format!("/{name}\n"));
            lab.write("api/alembic.ini", &there);
            lab.alembic("api", &["upgrade", revision]);
        }
        lab.write("api/alembic.ini", &ini);
        lab.reset(&[]);
        let base = lab.column("app", "select version_num from alembic_version");
        let all = FLEET.iter().flat_map(|kind| {
            (0..kind.many).map(move |number| Tenant {
                name: match kind.many {
                    1 => kind.name.to_owned(),
                    _ => format!("{}_{number}", kind.name),
                },
                kind,
            })
        });
        let mut all: Vec<Option<Tenant>> = all.map(Some).collect();
        assert_eq!(all.len(), 50);
        // Mixed, and the same each time.
        let mixed = (0..50).map(|place| all[place * 17 % 50].take().unwrap());
        let tenants = mixed.collect();
        let fleet = Self {
            base: base[0].clone(),
            tenants,
            lab,
        };
        let urls: Vec<String> = fleet.tenants.iter().map(|one| fleet.url(one)).collect();
        fleet.lab.write("tenants.txt", &urls.join("\n"));
        fleet
    }

    fn url(&self, tenant: &Tenant) -> String {
        let url = self.lab.url("psycopg", &tenant.name);
        let url = url.replace("+psycopg", "");
        match tenant.kind.name {
            "nobody_listens" => "postgresql://nobody:secret@127.0.0.1:1/tenant".to_owned(),
            "locked_out" => {
                let target = self.lab.target(&tenant.name);
                url.replace(target.password.unwrap().expose(), "secret")
            }
            _ => url,
        }
    }

    /// Every tenant's database, as it was before anybody came.
    fn make(&self) {
        let server = self.session("postgres");
        for tenant in self.tenants.iter().filter(|one| one.exists()) {
            let (name, of) = (&tenant.name, tenant.kind.of);
            server
                .batch(&format!("drop database if exists {name} with (force)"))
                .unwrap();
            server
                .batch(&format!("create database {name} template {of}"))
                .unwrap();
            if !tenant.kind.since.is_empty() {
                self.lab.sql(name, tenant.kind.since);
            }
        }
        server
            .batch("alter database read_only set default_transaction_read_only = on")
            .unwrap();
    }

    fn session(&self, database: &str) -> Session {
        Session::connect(&self.lab.target(database), Duration::from_secs(30)).unwrap()
    }

    fn arguments(jobs: &str) -> [&str; 7] {
        [
            "adopt",
            "--urls",
            "tenants.txt",
            "--jobs",
            jobs,
            "--format",
            "json",
        ]
    }

    fn start(&self, jobs: &str) -> Child {
        let mut command = self.lab.command(&Self::arguments(jobs));
        command.stdout(Stdio::piped()).stderr(Stdio::null());
        command.spawn().unwrap()
    }

    /// Somebody reads the table in a transaction that stays open: an upgrade has to wait.
    fn hold(&self, name: &str) -> Session {
        let session = self.session(name);
        session.batch("begin; select 1 from notes").unwrap();
        session
    }

    /// Until an upgrade waits in this database.
    fn await_upgrade(&self, name: &str, child: &mut Child) {
        let server = self.session("postgres");
        let waiting = "select count(*) from pg_stat_activity \
                       where datname = $1 and wait_event_type = 'Lock'";
        loop {
            let row = server.query(waiting, &[&name]).unwrap();
            if row[0].get::<_, i64>(0) > 0 {
                return;
            }
            assert!(
                child.try_wait().unwrap().is_none(),
                "it never waited for {name}"
            );
            server.batch("select pg_sleep(0.02)").unwrap();
        }
    }

    /// Until the server has noticed that its clients are gone.
    fn await_silence(&self) {
        let server = self.session("postgres");
        let others = "select count(*) from pg_stat_activity \
                      where backend_type = 'client backend' and pid <> pg_backend_pid()";
        while server.query(others, &[]).unwrap()[0].get::<_, i64>(0) > 0 {
            server.batch("select pg_sleep(0.02)").unwrap();
        }
    }

    /// The text of every database that nobody may touch.
    fn dumps(&self) -> BTreeMap<&str, String> {
        let kept = |one: &&Tenant| one.exists() && !one.comes_home() && !one.leaves();
        let dumps = self.tenants.iter().filter(kept);
        dumps
            .map(|one| (one.name.as_str(), self.lab.dump(&one.name, &[])))
            .collect()
    }

    #[track_caller]
    fn are_as_before(&self, before: &BTreeMap<&str, String>) {
        for (name, text) in self.dumps() {
            assert!(text == before[name], "{name} has changed:\n{text}");
        }
    }

    /// After a kill a tenant is as it was, at a revision of its own chain, or home: what its row says
    /// is what it holds. Gives how many are home.
    fn stand_somewhere(&self) -> usize {
        let mut home = 0;
        let moving = |one: &&Tenant| one.comes_home() || one.leaves();
        for tenant in self.tenants.iter().filter(moving) {
            let name = &tenant.name;
            let rows = self.rows(name);
            let columns = self.lab.column(
                name,
                "select attname from pg_attribute where attrelid = 'notes'::regclass and attnum > 0 \
                 order by attnum",
            );
            let is_home = rows == [self.base.as_str()];
            let is_at_head = is_home || rows == ["n002"];
            match tenant.kind.of {
                // Unstamped ones say nothing until they are stamped with where they stand.
                "at_head" => assert_eq!(columns, ["id", "title", "state"], "{name}"),
                _ if is_at_head => assert_eq!(columns, ["id", "title", "state"], "{name}"),
                _ => assert_eq!(columns, ["id", "title"], "{name}"),
            }
            let known = ["n001", "n002", "zzz", &self.base];
            assert!(rows.len() < 2, "{name}: {rows:?}");
            assert!(
                rows.iter().all(|row| known.contains(&row.as_str())),
                "{name}: {rows:?}"
            );
            home += usize::from(is_home);
        }
        home
    }

    fn rows(&self, name: &str) -> Vec<String> {
        let made = "select to_regclass('alembic_version')";
        if self
            .lab
            .column(name, &format!("{made} where ({made}) is not null"))
            .is_empty()
        {
            return Vec::new();
        }
        self.lab
            .column(name, "select version_num from alembic_version")
    }

    /// What the program said became of each, and whether that is what was to be.
    fn became(&self, answer: &Answer, expected: impl Fn(&Tenant) -> Vec<&'static str>) {
        let found = answer.json();
        let told = found["databases"].as_array().unwrap();
        assert_eq!(told.len(), self.tenants.len());
        for (one, tenant) in told.iter().zip(&self.tenants) {
            let outcome = one["outcome"].as_str().unwrap();
            let expected = expected(tenant);
            assert!(expected.contains(&outcome), "{}: {one:#}", tenant.name);
        }
        let all = format!("{}{}", answer.stdout, answer.stderr);
        let password = self.lab.target("app").password.unwrap();
        for secret in ["secret", password.expose()] {
            assert!(!all.contains(secret), "a password is shown");
        }
    }

    /// All that can be proven stands at the baseline, with its rows, and is what a fresh database is.
    fn all_are_home(&self) {
        let schema = self.lab.dump("app", &["-s"]);
        for tenant in self.tenants.iter().filter(|one| one.comes_home()) {
            let name = &tenant.name;
            assert_eq!(self.rows(name), [self.base.as_str()], "{name}");
            assert_eq!(self.lab.dump(name, &["-s"]), schema, "{name}");
            let kept = usize::from([KEPT, KEPT_AT_HEAD].contains(&tenant.kind.since));
            let titles = self.lab.column(name, "select title from notes");
            assert_eq!(titles, vec!["kept"; kept], "{name}");
        }
    }
}

#[test]
fn the_provable_come_home_and_the_rest_stays_whatever_happens_in_the_middle() {
    let fleet = Fleet::new();
    fleet.make();
    let before = fleet.dumps();
    assert_eq!(before.len(), 20);
    // Killed while it upgrades one of them.
    let held = fleet.hold("held");
    let leaving = fleet.hold("leaving");
    let mut child = fleet.start("3");
    fleet.await_upgrade("held", &mut child);
    child.kill().unwrap();
    child.wait().unwrap();
    drop((held, leaving));
    fleet.await_silence();
    let home = fleet.stand_somewhere();
    assert!(home < 27, "{home} of 27 are home");
    // Given again; now a database goes away while it is upgraded.
    let leaving = fleet.hold("leaving");
    let mut child = fleet.start("3");
    fleet.await_upgrade("leaving", &mut child);
    fleet
        .lab
        .sql("postgres", "drop database leaving with (force)");
    let answer = ended(child).expect(3);
    drop(leaving);
    // What the first run had brought home by then is home already; what it had upgraded and not yet
    // stamped is at the old head.
    fleet.became(&answer, |tenant| match tenant.kind.outcome {
        home @ ("stamped" | "upgraded") => vec![home, "stamped", "already"],
        other => vec![other],
    });
    assert!(answer.stdout.contains("\"upgraded\""), "{}", answer.stdout);
    fleet.all_are_home();
    fleet.are_as_before(&before);
}

fn ended(child: Child) -> Answer {
    let output = child.wait_with_output().unwrap();
    Answer {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// `REDISTILL_KILLS` times (12), each at another moment, and every fourth time twice in a row.
#[test]
#[ignore = "minutes: a fleet of fifty for each kill; docs/CONTRIBUTING.md has the command"]
fn killed_at_any_moment_it_can_be_given_again() {
    let fleet = Fleet::new();
    let told = std::env::var("REDISTILL_KILLS").ok();
    let kills: u32 = told.map_or(12, |told| told.parse().unwrap());
    fleet.make();
    let before = fleet.dumps();
    let began = Instant::now();
    fleet.lab.redistill(&Fleet::arguments("3")).expect(3);
    let whole = began.elapsed();
    for kill in 0..kills {
        fleet.make();
        let again = 1 + u32::from(kill % 4 == 3);
        for time in 0..again {
            // Spread by the golden ratio over all but the start, in which nothing is touched.
            let spread = (f64::from(kill * 2 + time + 1) * 0.618_034).fract();
            let part = 0.2 + 0.8 * spread;
            let mut child = fleet.start("3");
            let began = Instant::now();
            let moment = whole.mul_f64(part);
            while began.elapsed() < moment && child.try_wait().unwrap().is_none() {}
            child.kill().unwrap();
            child.wait().unwrap();
            fleet.await_silence();
            println!(
                "killed after {:.0} %: {} are home",
                part * 100.0,
                fleet.stand_somewhere()
            );
        }
        let answer = fleet.lab.redistill(&Fleet::arguments("3")).expect(3);
        fleet.became(&answer, |tenant| match tenant.kind.outcome {
            home @ ("stamped" | "upgraded") => vec![home, "stamped", "already"],
            _ if tenant.leaves() => vec!["upgraded", "stamped", "already"],
            other => vec![other],
        });
        fleet.all_are_home();
        fleet.are_as_before(&before);
    }
    // And once more: nothing is left to do, and what was refused is refused again.
    let again = fleet.lab.redistill(&Fleet::arguments("4")).expect(3);
    fleet.became(&again, |tenant| match tenant.kind.outcome {
        "stamped" | "upgraded" => vec!["already"],
        _ if tenant.leaves() => vec!["already"],
        other => vec![other],
    });
}
