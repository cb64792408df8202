//! The strategy `recreate`: what goes and what comes in each database, and the dumps.
//!
//! At planning, the live catalog says what the modules' own objects are and what hangs on them; at
//! the reset, the steps ask for dumps through [`Dumper`].

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::planning::all_version_tables;
use super::{Engine, failures};
use crate::error::Failure;
use crate::evidence::{DatabaseEvidence, Evidence, ModuleEvidence};
use crate::model::text::{count, safe};
use crate::model::{ModuleName, QualifiedName, Target};
use crate::plan::{Alteration, Dumped, Fingerprint, OwnObject, Rebuild, Strategy, place_of};
use crate::rehearse::{self, Rehearsal, ScratchHost};
use crate::schema::{Catalog, Object, ObjectKey, Teardown, teardown};
use crate::steps::Dumper;
use crate::system::{Session, SqlError};

const CONNECT_LIMIT: Duration = Duration::from_secs(15);

/// The modules of one database.
struct Shared<'a> {
    database: &'a DatabaseEvidence,
    rehearsals: Vec<&'a Rehearsal>,
}

/// Refuses where no `pg_dump` can read the server of one of these places.
pub(super) fn refuse_without_dump(
    evidence: &Evidence,
    strategy: Strategy,
    is_dumped: impl Fn(&str) -> bool,
) -> Result<(), Failure> {
    let seen = evidence.modules.iter().filter_map(|m| m.database.seen());
    for database in seen.filter(|database| is_dumped(&place_of(database))) {
        rehearse::dump_program(database.identity.major())
            .map_err(|error| failures::dump(&error, strategy))?;
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
    let modules = evidence.modules.iter().filter_map(|seen| {
        let place = place_of(seen.database.seen()?);
        Some((place, alterations.get(&seen.module.name)?))
    });
    let dumped = dumped(modules);
    refuse_without_dump(evidence, Strategy::Keep, |place| dumped.contains_key(place))?;
    let mut kept = BTreeMap::new();
    for (place, rebuild) in rebuilds(evidence, rehearsals, archive_folder, Some(&dumped))? {
        let there = dumped.get(&place).cloned().unwrap_or_default();
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
    Ok(kept)
}

/// The places that need a dump, each with all that runs there.
fn dumped<'a>(
    modules: impl Iterator<Item = (String, &'a Alteration)>,
) -> BTreeMap<String, Vec<Alteration>> {
    let mut places: BTreeMap<String, Vec<Alteration>> = BTreeMap::new();
    for (place, alteration) in modules {
        places.entry(place).or_default().push(alteration.clone());
    }
    places.retain(|_, there| there.iter().any(Alteration::needs_dump));
    places
}

/// What happens to each database, by its place; under `keep` only to those with a dump.
pub(super) fn rebuilds(
    evidence: &Evidence,
    rehearsals: &[Rehearsal],
    archive_folder: &str,
    kept: Option<&BTreeMap<String, Vec<Alteration>>>,
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
    shared.retain(|place, _| kept.is_none_or(|kept| kept.contains_key(place)));
    let strategy = match kept {
        Some(_) => Strategy::Keep,
        None => Strategy::Recreate,
    };
    let mut names = BTreeSet::new();
    let mut rebuilds = BTreeMap::new();
    for (place, shared) in shared {
        let dump = format!(
            "{archive_folder}/{}.sql",
            dump_name(&shared.database.identity.database, &mut names)
        );
        rebuilds.insert(place, rebuild(&shared, dump, &version_tables, strategy)?);
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
    fn dump(&self, database: &Target, rebuild: &Rebuild, file: &Path) -> Result<Dumped, String> {
        rehearse::dump(database, rebuild, file).map_err(|error| error.to_string())
    }

    fn prove(
        &self,
        database: &Target,
        rebuild: &Rebuild,
        whole: &mut dyn Iterator<Item = io::Result<String>>,
        back: &mut dyn Iterator<Item = io::Result<String>>,
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
    strategy: Strategy,
) -> Result<Rebuild, Failure> {
    let refuse = |found: &Teardown| refuse_hindrances(shared.database, found, strategy);
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
    refuse(&going)?;
    refuse(&added_defaults(shared, &live, &going))?;
    let stays = |key: &ObjectKey| live.objects.contains_key(key) && !going.objects.contains(key);
    let staying: Vec<&str> = live
        .objects
        .keys()
        .filter(|key| key.kind == "schema" && stays(key))
        .map(|key| key.name.as_str())
        .chain(occupied.iter().copied())
        .collect();
    let coming = teardown(&built, |key| !stays(key), &staying);
    refuse(&coming)?;
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

/// Default privileges that go must be the modules' alone: what somebody else has added to them would
/// be taken away until the undo.
fn added_defaults(shared: &Shared<'_>, live: &Catalog, going: &Teardown) -> Teardown {
    let given: BTreeSet<(&ObjectKey, &str)> = shared
        .rehearsals
        .iter()
        .flat_map(|rehearsal| [&rehearsal.reference, &rehearsal.built])
        .flat_map(|catalog| &catalog.objects)
        .flat_map(|(key, object)| lines(object).map(move |line| (key, line)))
        .collect();
    let is_added = |key: &&ObjectKey| {
        let mut there = live.objects.get(*key).into_iter().flat_map(lines);
        key.kind == "default privileges" && there.any(|line| !given.contains(&(*key, line)))
    };
    let hindrances = going.objects.iter().filter(is_added).map(|key| {
        format!("{key} give more than the modules' history says, and cannot be taken away by parts")
    });
    Teardown {
        hindrances: hindrances.collect(),
        ..Teardown::default()
    }
}

/// Its privileges, one by one; those that it has without anybody's doing among them.
fn lines(object: &Object) -> impl Iterator<Item = &str> {
    ["privileges", "~usual"]
        .into_iter()
        .flat_map(|attribute| object.get(attribute).unwrap_or_default().lines())
}

/// Whether the old chain made it, or the baseline is about to. Where the chain does not replay, the
/// live database stood as reference, and only what the baseline makes is the module's.
fn is_named(rehearsal: &Rehearsal, key: &ObjectKey) -> bool {
    let is_replayed = rehearsal.planned.reference == "replay";
    rehearsal.built.objects.contains_key(key)
        || is_replayed && rehearsal.reference.objects.contains_key(key)
}

fn refuse_hindrances(
    database: &DatabaseEvidence,
    found: &Teardown,
    strategy: Strategy,
) -> Result<(), Failure> {
    if found.hindrances.is_empty() {
        return Ok(());
    }
    let (why, again) = if strategy == Strategy::Keep {
        (" as the way back from a dump needs it", "redistill plan")
    } else {
        ("", "redistill plan --strategy recreate")
    };
    let failure = Failure::refused(format!(
        "{}: the modules' objects cannot be dropped by themselves{why}, {}",
        safe(&database.label),
        count(found.hindrances.len(), "obstacle")
    ))
    .with_detail(safe(&found.hindrances.join("\n")).into_owned())
    .with_hint(format!(
        "redistill never drops what is not the modules' own: drop or move these by hand, then: \
         {again}"
    ));
    Err(failures::without_dump(failure, strategy))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Statement;

    #[test]
    fn only_places_that_may_lose_something_are_dumped_and_with_all_that_runs_there() {
        let statement = |loses: Option<&str>| Statement {
            loses: loses.map(str::to_owned),
            ..Statement::default()
        };
        let alteration = |loses: Option<&str>| Alteration {
            statements: vec![statement(loses)],
            back: vec![statement(None)],
            ..Alteration::default()
        };
        let (gentle, harsh) = (alteration(None), alteration(Some("the rows")));
        let modules = [("a", &gentle), ("b", &gentle), ("b", &harsh)];
        let found = dumped(
            modules
                .map(|(place, one)| (place.to_owned(), one))
                .into_iter(),
        );
        let expected = BTreeMap::from([("b".to_owned(), vec![gentle.clone(), harsh])]);
        assert_eq!(found, expected);
    }
}
