//! Scratch databases: created in this run, provably ours, always dropped.
//!
//! A scratch has a random name and our mark as the database's comment. The mark names the process
//! that made it; when a run was killed, the next one on the same server drops what it left. Between
//! the database and its comment there is a moment without a mark: therefore the name is written
//! down in the user's state folder before the database is made ([`super::names`]). A database that
//! has the name and neither proof is never touched.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use thiserror::Error;

use super::names::Names;
use crate::model::{Target, quote_identifier, quote_literal};
use crate::sandbox::{SandboxError, Server};
use crate::system::{ConnectError, Session, SqlError, process, random};

const NAME_PREFIX: &str = "redistill_scratch_";
const MARK_PREFIX: &str = "redistill: scratch ";
const CONNECT_LIMIT: Duration = Duration::from_secs(15);

/// Why there is no scratch database.
#[derive(Debug, Error)]
pub enum ScratchError {
    /// The server does not let us in.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// A statement failed.
    #[error("cannot {what}: {error}")]
    Sql {
        /// What was tried.
        what: &'static str,
        /// What the server said.
        error: SqlError,
    },
    /// No server of our own either.
    #[error(transparent)]
    Sandbox(#[from] SandboxError),
}

/// Where a host's server comes from.
enum Origin {
    /// The module's own server.
    Theirs,
    /// An ephemeral one, gone with this.
    Ours(#[expect(dead_code, reason = "held for its Drop")] Server),
}

/// A server on which scratch databases can be created.
pub struct ScratchHost {
    maintenance: Target,
    origin: Origin,
    /// `TEMPLATE … ENCODING …` of `CREATE DATABASE`, so that a scratch sorts as the live one does.
    like: String,
    /// On a server that stands in for the module's: the roles and databases that it began with. What
    /// a chain makes beside them goes before the next scratch, where nothing needs it.
    began: Mutex<Option<BTreeSet<String>>>,
}

/// Roles and databases of a server, told apart by a letter.
const WHOLE: &str = "select 'r' || rolname from pg_catalog.pg_roles \
                     union all select 'd' || datname from pg_catalog.pg_database \
                     where datname not like 'redistill\\_scratch\\_%'";

impl ScratchHost {
    /// The module's own server, reached as the module reaches it.
    ///
    /// The role must have CREATEDB; the caller has looked. Leftovers of killed runs are dropped.
    pub fn on_server_of(theirs: &Target) -> Result<Self, ScratchError> {
        let session = Session::connect(theirs, CONNECT_LIMIT)?;
        let rows = session
            .query(
                "select pg_catalog.pg_encoding_to_char(encoding), datcollate::text, datctype::text \
                 from pg_catalog.pg_database where datname = pg_catalog.current_database()",
                &[],
            )
            .map_err(|error| failed("read the database's locale", error))?;
        let row = rows.first().ok_or_else(|| {
            failed(
                "read the database's locale",
                no_row("the current database is not listed"),
            )
        })?;
        let [encoding, collate, ctype] = [0, 1, 2].map(|i| row.get::<_, String>(i));
        let like = format!(
            "template template0 encoding {} lc_collate {} lc_ctype {}",
            quote_literal(&encoding),
            quote_literal(&collate),
            quote_literal(&ctype)
        );
        let host = Self {
            maintenance: theirs.clone(),
            origin: Origin::Theirs,
            like,
            began: Mutex::default(),
        };
        drop_leftovers(&session, &Names::of_user());
        Ok(host)
    }

    /// An ephemeral server of our own.
    pub fn ephemeral(server: Server) -> Self {
        Self {
            maintenance: server.target(),
            origin: Origin::Ours(server),
            like: "template template0".to_owned(),
            began: Mutex::default(),
        }
    }

    /// An ephemeral server that stands in for the module's own, for a chain that changes more than
    /// its database: roles by the names of the live ones, but those that the chain makes itself, and
    /// a database by the name of the live one.
    pub fn stand_in(
        server: Server,
        theirs: &Target,
        made: &[String],
    ) -> Result<Self, ScratchError> {
        let host = Self::ephemeral(server);
        host.lend(&Session::connect(theirs, CONNECT_LIMIT)?, made)?;
        let session = Session::connect(&host.maintenance, CONNECT_LIMIT)?;
        let database = quote_identifier(&theirs.database);
        match session.batch(&format!("create database {database} {}", host.like)) {
            Err(error) if error.sqlstate.as_deref() != Some("42P04") => {
                return Err(failed("create a database", error));
            }
            _ => {}
        }
        *host.began() = Some(whole(&session)?);
        Ok(host)
    }

    fn began(&self) -> MutexGuard<'_, Option<BTreeSet<String>>> {
        self.began.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Drops the roles and databases that a chain made on a stand-in; a role that a scratch still
    /// needs stays.
    fn tidy(&self, session: &Session) -> Result<(), ScratchError> {
        let began = self.began();
        let Some(began) = &*began else {
            return Ok(());
        };
        for made in whole(session)?.difference(began) {
            let (kind, name) = made.split_at(1);
            let kind = if kind == "r" { "role" } else { "database" };
            let _ = session.batch(&format!("drop {kind} {}", quote_identifier(name)));
        }
        Ok(())
    }

    /// `localhost:5433`, or that it is our own.
    pub fn describe(&self) -> String {
        match self.origin {
            Origin::Theirs => self.maintenance.server(),
            Origin::Ours(_) => "an ephemeral server".to_owned(),
        }
    }

    /// Whether the scratch databases stand on the module's own server.
    pub const fn is_theirs(&self) -> bool {
        matches!(self.origin, Origin::Theirs)
    }

    /// Creates an empty database with a random name and our mark in it.
    pub fn create(&self, purpose: &str) -> Result<Scratch, ScratchError> {
        self.create_as(purpose, &self.like)
    }

    /// Creates a copy of another scratch of this host, to which nobody is connected.
    pub fn create_like(&self, purpose: &str, other: &Scratch) -> Result<Scratch, ScratchError> {
        let like = format!("template {}", quote_identifier(&other.target.database));
        self.create_as(purpose, &like)
    }

    fn create_as(&self, purpose: &str, like: &str) -> Result<Scratch, ScratchError> {
        let session = Session::connect(&self.maintenance, CONNECT_LIMIT)?;
        self.tidy(&session)?;
        let name = format!("{NAME_PREFIX}{}_{purpose}", random::hex(6));
        let quoted = quote_identifier(&name);
        let names = self.is_theirs().then(Names::of_user);
        if let Some(names) = &names {
            names.write(&name, &our_mark());
        }
        session
            .batch(&format!("create database {quoted} {like}"))
            .map_err(|error| failed("create a scratch database", error))?;
        let scratch = Scratch {
            target: self.maintenance.with_database(&name),
            maintenance: self.maintenance.clone(),
            names,
        };
        session
            .batch(&format!(
                "comment on database {quoted} is {}",
                quote_literal(&our_mark())
            ))
            .map_err(|error| failed("mark the scratch database", error))?;
        Ok(scratch)
    }

    /// Makes the roles of the live server known on a server of our own, without rights; a dump
    /// names them. Nothing happens on the module's own server, which has them.
    pub fn lend_roles(&self, live: &Session) -> Result<(), ScratchError> {
        if self.is_theirs() {
            return Ok(());
        }
        // They are needed from now on.
        *self.began() = None;
        self.lend(live, &[])
    }

    fn lend(&self, live: &Session, but: &[String]) -> Result<(), ScratchError> {
        let rows = live
            .query(
                "select rolname::text from pg_catalog.pg_roles where rolname !~ '^pg_'",
                &[],
            )
            .map_err(|error| failed("read the roles", error))?;
        let session = Session::connect(&self.maintenance, CONNECT_LIMIT)?;
        for row in rows {
            let name: String = row.get(0);
            if but.contains(&name) {
                continue;
            }
            let role = quote_identifier(&name);
            match session.batch(&format!("create role {role}")) {
                Err(error) if error.sqlstate.as_deref() != Some("42710") => {
                    return Err(failed("create a role", error));
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// What there is on a server beside scratch databases.
fn whole(session: &Session) -> Result<BTreeSet<String>, ScratchError> {
    let rows = session
        .query(WHOLE, &[])
        .map_err(|error| failed("read the roles and databases", error))?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

/// Drops scratch databases whose maker is gone. Best effort: what cannot be dropped stays, and is
/// tried again next time.
fn drop_leftovers(session: &Session, names: &Names) {
    let listed = session.query(
        "select datname::text, pg_catalog.shobj_description(oid, 'pg_database') \
         from pg_catalog.pg_database where datname like 'redistill\\_scratch\\_%'",
        &[],
    );
    for row in listed.unwrap_or_default() {
        let name: String = row.get(0);
        let mark: Option<String> = row.get(1);
        // The comment is the better witness; the name written down speaks where there is none.
        let mark = mark.or_else(|| names.mark_of(&name));
        if mark.is_some_and(|mark| maker_is_gone(&mark)) && drop_database(session, &name) {
            names.forget(&name);
        }
    }
}

/// A scratch database; dropped with this.
#[derive(Debug)]
pub struct Scratch {
    target: Target,
    maintenance: Target,
    /// Where its name is written down; none on a server of our own.
    names: Option<Names>,
}

impl Scratch {
    /// How to reach it.
    pub const fn target(&self) -> &Target {
        &self.target
    }

    /// Opens a connection to it.
    pub fn connect(&self) -> Result<Session, ConnectError> {
        Session::connect(&self.target, CONNECT_LIMIT)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Ok(session) = Session::connect(&self.maintenance, CONNECT_LIMIT) {
            let name = &self.target.database;
            if drop_database(&session, name)
                && let Some(names) = &self.names
            {
                names.forget(name);
            }
        }
    }
}

/// How often a database is dropped that somebody is still leaving. The server waits five seconds
/// each time; on a machine with much else to do a connection may take longer to end.
const TRIES: usize = 4;

/// Ends the connections that are left and drops; says whether it is gone. `WITH (FORCE)` does not
/// exist before 13.
fn drop_database(session: &Session, name: &str) -> bool {
    let drop = format!("drop database if exists {}", quote_identifier(name));
    for _ in 0..TRIES {
        let _ = session.execute(
            "select pg_catalog.pg_terminate_backend(pid) from pg_catalog.pg_stat_activity \
             where datname = $1 and pid <> pg_catalog.pg_backend_pid()",
            &[&name],
        );
        match session.batch(&drop) {
            Ok(()) => return true,
            Err(error) if error.sqlstate.as_deref() == Some(IN_USE) => {}
            Err(_) => return false,
        }
    }
    false
}

/// SQLSTATE: a database that others are in.
const IN_USE: &str = "55006";

/// `redistill: scratch HOST PID START`.
pub(super) fn our_mark() -> String {
    let id = process::own_id();
    format!(
        "{MARK_PREFIX}{} {} {}",
        process::host_name(),
        id,
        process::start_time(id).unwrap_or(0)
    )
}

/// Whether a mark was made on this machine by a process that no longer runs. A mark of another
/// machine is not ours to judge.
pub(super) fn maker_is_gone(mark: &str) -> bool {
    let Some(rest) = mark.strip_prefix(MARK_PREFIX) else {
        return false;
    };
    let words: Vec<&str> = rest.split(' ').collect();
    let [host, id, start] = words[..] else {
        return false;
    };
    let (Ok(id), Ok(start)) = (id.parse::<u32>(), start.parse::<u64>()) else {
        return false;
    };
    // Where start times cannot be read, nobody can be called dead.
    start > 0 && host == process::host_name() && process::start_time(id) != Some(start)
}

fn failed(what: &'static str, error: SqlError) -> ScratchError {
    ScratchError::Sql { what, error }
}

fn no_row(message: &str) -> SqlError {
    SqlError {
        sqlstate: None,
        message: message.to_owned(),
        detail: None,
        hint: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(target: &Target) -> Vec<String> {
        let session = Session::connect(target, CONNECT_LIMIT).unwrap();
        let rows = session
            .query("select datname::text from pg_database order by 1", &[])
            .unwrap();
        rows.iter().map(|row| row.get(0)).collect()
    }

    #[test]
    fn a_scratch_is_dropped_and_a_dead_runs_too() {
        let server = Server::start().unwrap();
        let live = server.target();
        let before = names(&live);
        let host = ScratchHost::on_server_of(&live).unwrap();
        let scratch = host.create("a").unwrap();
        assert_eq!(names(&live).len(), before.len() + 1);
        drop(scratch);
        assert_eq!(names(&live), before);

        let session = Session::connect(&live, CONNECT_LIMIT).unwrap();
        let dead = format!("{MARK_PREFIX}{} 1 999999999999", process::host_name());
        for (name, mark) in [
            ("redistill_scratch_dead_a", dead.as_str()),
            ("redistill_scratch_alive_a", our_mark().as_str()),
            ("redistill_scratch_theirs", "something of the user's"),
        ] {
            session.batch(&format!("create database {name}")).unwrap();
            session
                .batch(&format!(
                    "comment on database {name} is {}",
                    quote_literal(mark)
                ))
                .unwrap();
        }
        ScratchHost::on_server_of(&live).unwrap();
        let left = names(&live);
        assert!(!left.contains(&"redistill_scratch_dead_a".to_owned()));
        assert!(left.contains(&"redistill_scratch_alive_a".to_owned()));
        assert!(left.contains(&"redistill_scratch_theirs".to_owned()));
    }

    /// A run can be killed after CREATE DATABASE and before the comment.
    #[test]
    fn a_scratch_without_a_mark_is_known_by_its_name() {
        let server = Server::start().unwrap();
        let session = Session::connect(&server.target(), CONNECT_LIMIT).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let written = Names::in_folder(folder.path().join("scratch"));
        let dead = format!("{MARK_PREFIX}{} 1 999999999999", process::host_name());
        let elsewhere = format!("{MARK_PREFIX}elsewhere 1 999999999999");
        for (name, mark) in [
            ("redistill_scratch_0a_killed", Some(dead.as_str())),
            ("redistill_scratch_0b_at_work", Some(our_mark().as_str())),
            ("redistill_scratch_0c_elsewhere", Some(elsewhere.as_str())),
            ("redistill_scratch_0d_unknown", None),
        ] {
            if let Some(mark) = mark {
                written.write(name, mark);
            }
            session.batch(&format!("create database {name}")).unwrap();
        }
        drop_leftovers(&session, &written);
        let left = names(&server.target());
        let is_there = |name: &str| left.iter().any(|found| found.ends_with(name));
        assert!(!is_there("_killed"), "{left:?}");
        assert!(
            is_there("_at_work") && is_there("_elsewhere") && is_there("_unknown"),
            "{left:?}"
        );
        assert_eq!(written.mark_of("redistill_scratch_0a_killed"), None);
        assert!(written.mark_of("redistill_scratch_0b_at_work").is_some());
    }
}
