//! The strategy `recreate`: what goes and what comes in each database, and the dumps.
//!
//! At planning, the live catalog says what the modules' own objects are and what hangs on them; at
//! the reset, the steps ask for dumps through [`Dumper`].

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::planning::all_version_tables;
use super::{Engine, failures};
use crate::error::Failure;
use crate::evidence::{DatabaseEvidence, Evidence, ModuleEvidence};
use crate::model::text::{count, safe};
use crate::model::{ModuleName, QualifiedName, Target};
use crate::plan::{Alteration, Fingerprint, OwnObject, Rebuild, place_of};
use crate::rehearse::{self, Rehearsal, ScratchHost};
use crate::schema::{Catalog, ObjectKey, Teardown, teardown};
use crate::steps::Dumper;
use crate::system::{Session, SqlError};

const CONNECT_LIMIT: Duration = Duration::from_secs(15);

/// The modules of one database.
struct Shared<'a> {
    database: &'a DatabaseEvidence,
    rehearsals: Vec<&'a Rehearsal>,
}

/// Refuses where no `pg_dump` can read one of the servers.
pub(super) fn refuse_without_dump(evidence: &Evidence) -> Result<(), Failure> {
    for database in evidence.modules.iter().filter_map(|m| m.database.seen()) {
        rehearse::dump_program(database.identity.major())
            .map_err(|error| failures::dump(&error))?;
    }
    Ok(())
}

/// For the strategy `keep`: the databases whose way back is a dump, by their place. Nothing is
/// dropped there; the statements that bring it in line run instead.
pub(super) fn kept(
    evidence: &Evidence,
    rehearsals: &[Rehearsal],
    archive_folder: &str,
    alterations: &BTreeMap<ModuleName, Alteration>,
) -> Result<BTreeMap<String, Rebuild>, Failure> {
    if !alterations.values().any(Alteration::needs_dump) {
        return Ok(BTreeMap::new());
    }
    let mut kept = BTreeMap::new();
    for (place, rebuild) in rebuilds(evidence, rehearsals, archive_folder)? {
        let is_there =
            |seen: &&ModuleEvidence| seen.database.seen().map(place_of).as_ref() == Some(&place);
        let there: Vec<Alteration> = evidence
            .modules
            .iter()
            .filter(is_there)
            .filter_map(|seen| alterations.get(&seen.module.name).cloned())
            .collect();
        if !there.iter().any(Alteration::needs_dump) {
            continue;
        }
        let statements = there.iter().flat_map(|one| &one.statements);
        kept.insert(
            place,
            Rebuild {
                drop: Vec::new(),
                build: statements.map(|statement| statement.sql.clone()).collect(),
                rows: Vec::new(),
                alterations: there,
                ..rebuild
            },
        );
    }
    if !kept.is_empty() {
        refuse_without_dump(evidence)?;
    }
    Ok(kept)
}

/// What happens to each database, by its place.
pub(super) fn rebuilds(
    evidence: &Evidence,
    rehearsals: &[Rehearsal],
    archive_folder: &str,
) -> Result<BTreeMap<String, Rebuild>, Failure> {
    let version_tables = all_version_tables(evidence);
    let mut shared: BTreeMap<String, Shared<'_>> = BTreeMap::new();
    for rehearsal in rehearsals {
        let is_its = |seen: &&ModuleEvidence| seen.module.name == rehearsal.planned.module;
        let seen = evidence.modules.iter().find(is_its);
        if let Some(database) = seen.and_then(|seen| seen.database.seen()) {
            let fresh = || Shared {
                database,
                rehearsals: Vec::new(),
            };
            let one = shared.entry(place_of(database)).or_insert_with(fresh);
            one.rehearsals.push(rehearsal);
        }
    }
    let mut names = BTreeSet::new();
    let mut rebuilds = BTreeMap::new();
    for (place, shared) in shared {
        let dump = format!(
            "{archive_folder}/{}.sql",
            dump_name(&shared.database.identity.database, &mut names)
        );
        rebuilds.insert(place, rebuild(&shared, dump, &version_tables)?);
    }
    Ok(rebuilds)
}

impl Engine<'_> {
    /// A scratch host for a database whose evidence is not at hand.
    fn host_of(&self, live: &Target) -> Result<Arc<ScratchHost>, String> {
        let may_create = Session::connect(live, CONNECT_LIMIT)
            .map_err(|error| error.to_string())
            .and_then(|session| may_create(&session).map_err(|error| error.to_string()))?;
        if may_create && let Ok(host) = ScratchHost::on_server_of(live) {
            return Ok(Arc::new(host));
        }
        self.sandbox().map_err(|failure| failure.message)
    }
}

fn may_create(session: &Session) -> Result<bool, SqlError> {
    let rows = session.query(
        "SELECT rolcreatedb OR rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user",
        &[],
    )?;
    Ok(rows.first().is_some_and(|row| row.get(0)))
}

impl Dumper for Engine<'_> {
    fn dump(
        &self,
        database: &Target,
        rebuild: &Rebuild,
        file: &Path,
    ) -> Result<Fingerprint, String> {
        rehearse::dump(database, rebuild, file).map_err(|error| error.to_string())
    }

    fn prove(
        &self,
        database: &Target,
        rebuild: &Rebuild,
        whole: &[&str],
        back: &[&str],
    ) -> Result<(), String> {
        let host = self.host_of(database)?;
        rehearse::prove(&host, database, rebuild, whole, back).map_err(|error| error.to_string())
    }

    fn fingerprint(
        &self,
        session: &Session,
        objects: &[OwnObject],
        version_tables: &[QualifiedName],
    ) -> Result<Fingerprint, String> {
        rehearse::fingerprint(session, objects, version_tables).map_err(|error| error.to_string())
    }

    fn catalog(
        &self,
        session: &Session,
        objects: &[OwnObject],
        version_tables: &[QualifiedName],
    ) -> Result<String, String> {
        rehearse::catalog_of(session, objects, version_tables).map_err(|error| error.to_string())
    }
}

/// `dump_app`, with a number where another database has that name.
fn dump_name(database: &str, taken: &mut BTreeSet<String>) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    let plain: String = database
        .chars()
        .map(|c| if is_plain(c) { c } else { '_' })
        .collect();
    let mut name = format!("dump_{plain}");
    let mut number = 1;
    while !taken.insert(name.clone()) {
        number += 1;
        name = format!("dump_{plain}_{number}");
    }
    name
}

/// What goes and what comes in one database.
fn rebuild(
    shared: &Shared<'_>,
    dump: String,
    version_tables: &[QualifiedName],
) -> Result<Rebuild, Failure> {
    let live = shared.rehearsals.first().map(|r| &r.live);
    let live = live.cloned().unwrap_or_default();
    let built = shared.rehearsals.iter().map(|r| &r.built);
    let built = Catalog {
        objects: built.flat_map(|b| b.objects.clone()).collect(),
    };
    let occupied: Vec<&str> = version_tables.iter().map(|t| t.schema.as_str()).collect();
    // Extensions stay: what others have may be of their types, and the baseline takes them so.
    let is_own = |key: &ObjectKey| {
        key.kind != "extension" && shared.rehearsals.iter().any(|r| is_named(r, key))
    };
    let going = teardown(&live, is_own, &occupied);
    refuse_hindrances(shared.database, &going)?;
    refuse_hindrances(shared.database, &not_brought_back(&going))?;
    let stays = |key: &ObjectKey| live.objects.contains_key(key) && !going.objects.contains(key);
    let staying: Vec<&str> = live
        .objects
        .keys()
        .filter(|key| key.kind == "schema" && stays(key))
        .map(|key| key.name.as_str())
        .chain(occupied.iter().copied())
        .collect();
    let coming = teardown(&built, |key| !stays(key), &staying);
    refuse_hindrances(shared.database, &coming)?;
    refuse_hindrances(shared.database, &standing_defaults(&built, &live, &staying))?;
    let is_there = |statement: &String| {
        built.objects.iter().any(|(key, object)| {
            key.kind == "schema" && stays(key) && object.definition.as_ref() == Some(statement)
        })
    };
    let script = shared.rehearsals.iter().flat_map(|r| &r.script);
    Ok(Rebuild {
        dump,
        drop: going.statements,
        build: script.filter(|s| !is_there(s)).cloned().collect(),
        built: coming.objects.iter().map(own).collect(),
        drop_built: coming.statements,
        rows: counted(shared.database, &going.objects),
        own: going.objects.iter().map(own).collect(),
        version_tables: version_tables.to_vec(),
        dump_size: 0,
        alterations: Vec::new(),
    })
}

/// Objects whose entries are not looked for in a dump: their way back cannot be proven.
fn not_brought_back(going: &Teardown) -> Teardown {
    let is_foreign_to_dumps = |key: &&ObjectKey| {
        matches!(
            key.kind.as_str(),
            "language"
                | "transform"
                | "access method"
                | "conversion"
                | "operator class"
                | "operator family"
                | "foreign data wrapper"
                | "foreign server"
                | "user mapping"
                | "text search parser"
                | "text search template"
        )
    };
    let hindrances = going.objects.iter().filter(is_foreign_to_dumps);
    Teardown {
        hindrances: hindrances
            .map(|key| format!("{key} cannot be brought back from a dump by redistill"))
            .collect(),
        ..Teardown::default()
    }
}

/// Default privileges of the baseline's own that stay while the rest is dropped: what is built again
/// would be born with them, and what is brought back, too.
fn standing_defaults(built: &Catalog, live: &Catalog, staying: &[&str]) -> Teardown {
    let stands = |key: &&ObjectKey| {
        key.kind == "default privileges"
            && live.objects.contains_key(*key)
            && (key.schema.is_empty() || staying.contains(&key.schema.as_str()))
    };
    let hindrances = built.objects.keys().filter(stands).map(|key| {
        format!("{key} stay, and would hold for what is built again before the baseline sets them")
    });
    Teardown {
        hindrances: hindrances.collect(),
        ..Teardown::default()
    }
}

/// Whether the old chain made it, or the baseline is about to. Where the chain does not replay, the
/// live database stood as reference, and only what the baseline makes is the module's.
fn is_named(rehearsal: &Rehearsal, key: &ObjectKey) -> bool {
    let is_replayed = rehearsal.planned.reference == "replay";
    rehearsal.built.objects.contains_key(key)
        || is_replayed && rehearsal.reference.objects.contains_key(key)
}

fn refuse_hindrances(database: &DatabaseEvidence, found: &Teardown) -> Result<(), Failure> {
    if found.hindrances.is_empty() {
        return Ok(());
    }
    Err(Failure::refused(format!(
        "{}: the modules' objects cannot be dropped by themselves, {}",
        safe(&database.label),
        count(found.hindrances.len(), "obstacle")
    ))
    .with_detail(safe(&found.hindrances.join("\n")).into_owned())
    .with_hint(
        "redistill never drops what is not the modules' own: drop or move these by hand, then: \
         redistill plan --strategy recreate",
    )
    .with_hint("or keep the database as it is: redistill plan --strategy keep"))
}

fn own(key: &ObjectKey) -> OwnObject {
    OwnObject {
        kind: key.kind.clone(),
        schema: key.schema.clone(),
        name: key.name.clone(),
    }
}

fn counted(
    database: &DatabaseEvidence,
    objects: &[ObjectKey],
) -> Vec<(QualifiedName, Option<u64>)> {
    let is_going = |table: &QualifiedName| {
        objects
            .iter()
            .any(|key| key.kind == "table" && key.schema == table.schema && key.name == table.name)
    };
    let tables = database.table_rows().iter();
    tables
        .filter(|table| is_going(&table.name))
        .map(|table| (table.name.clone(), table.rows.exact()))
        .collect()
}
