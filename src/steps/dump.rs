//! Dumps a database into the archive's folder, and takes such a dump away again.
//!
//! ```text
//! .dump_app.sql.partial ── pg_dump ── renamed ── read back ── proven on scratch ── dump_app.json
//! ```
//!
//! The facts beside the dump are written last: with them it is whole and proven, without them it
//! is nothing. Nothing is dropped from a database by this step.

use std::io::{self, BufRead};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::dump_choice::Chooser;
use super::dump_text::{self, Head, Piece, Pieces};
use super::dump_zeros;
use super::tracked::{self, Found};
use super::{Context, Dumper, Foreseen, Standing, StepError, database};
use crate::model::text::{bytes, count};
use crate::model::{Target, without_casts};
use crate::plan::{Address, DatabaseRef, Dumped, Fingerprint, Rebuild};
use crate::system::tree;

/// The format of the facts.
const FORMAT: u32 = 2;

/// What is known of a dump.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// The format's number.
    pub format: u32,
    /// When it was made, RFC 3339.
    pub created: String,
    /// The run that made it.
    pub run: String,
    /// The digest of the run's plan.
    pub plan: String,
    /// The database, as the plan names it.
    pub database: DatabaseRef,
    /// The size in bytes.
    pub size: u64,
    /// SHA-256 of the dump.
    pub sha256: String,
    /// What the objects that are dropped were when it was made.
    pub fingerprint: Fingerprint,
    /// Where they stood in the catalogs: an entry of the dump is known by that.
    pub addresses: Vec<Address>,
}

/// The lines under the title.
pub fn preview(rebuild: &Rebuild) -> Vec<String> {
    vec![
        format!(
            "  {} and {}, mode 600",
            rebuild.dump,
            facts_path(&rebuild.dump)
        ),
        "  pg_dump --inserts; restored, dropped, built and brought back on a scratch database, \
         compared with the live one, before anything is dropped"
            .to_owned(),
        format!(
            "  so it was when the plan was made: {}; as much must be free on disk",
            bytes(rebuild.dump_size)
        ),
    ]
}

/// `dump_app.sql` → `dump_app.json`.
fn facts_path(dump: &str) -> String {
    format!("{}.json", dump.strip_suffix(".sql").unwrap_or(dump))
}

/// `dump_app.sql` → `.dump_app.sql.partial`.
fn partial(dump: &Path) -> PathBuf {
    let name = dump.file_name().unwrap_or_default().to_string_lossy();
    dump.with_file_name(format!(".{name}.partial"))
}

/// The places must be free, the database the plan's.
pub fn check(
    database: &DatabaseRef,
    rebuild: &Rebuild,
    foreseen: &mut Foreseen,
    context: &Context<'_>,
) -> Vec<StepError> {
    let mut problems: Vec<StepError> = means(database, context).err().into_iter().collect();
    for path in [rebuild.dump.clone(), facts_path(&rebuild.dump)] {
        match foreseen.at(&path, context) {
            Ok(Found::Nothing) => {}
            Ok(_) => problems.push(StepError::InTheWay { path }),
            Err(error) => problems.push(error),
        }
    }
    // The archive's folder does not exist yet; the project's file system holds it.
    let free = tree::free_space(&context.world.root).unwrap_or(u64::MAX);
    let needed = rebuild.dump_size.saturating_add(rebuild.dump_size / 5);
    if free < needed {
        problems.push(StepError::NoRoom {
            path: rebuild.dump.clone(),
            needed,
            free,
        });
    }
    problems
}

/// The means to make a dump, and the way to the database.
pub fn means<'a>(
    database: &DatabaseRef,
    context: &Context<'a>,
) -> Result<(&'a dyn Dumper, &'a Target), StepError> {
    let label = || database.label.clone();
    let target = context.world.databases.get(&database.label);
    match (context.world.dumper, target) {
        (Some(dumper), Some(target)) => Ok((dumper, target)),
        _ => Err(StepError::NoConnection { label: label() }),
    }
}

/// Done if the dump proves to be this run's.
pub fn standing(rebuild: &Rebuild, context: &Context<'_>) -> Result<Standing, StepError> {
    let facts = context.resolve(&facts_path(&rebuild.dump))?;
    if context.stat(&facts)?.is_none() {
        return Ok(Standing::NotDone);
    }
    Ok(match prove(rebuild, context) {
        Ok(facts) if facts.run == context.run => Standing::Done,
        Ok(_) => Standing::Torn {
            why: format!("{} is the dump of another run", rebuild.dump),
        },
        Err(error) => Standing::Torn {
            why: error.to_string(),
        },
    })
}

/// Makes it and proves it. When that fails, nothing of it is left.
pub fn apply(
    database: &DatabaseRef,
    rebuild: &Rebuild,
    context: &Context<'_>,
) -> Result<String, StepError> {
    match standing(rebuild, context)? {
        Standing::Done => {}
        Standing::NotDone => {
            clear(rebuild, context)?;
            if let Err(error) = make(database, rebuild, context) {
                clear(rebuild, context)?;
                return Err(error);
            }
        }
        Standing::Torn { .. } => {
            return Err(StepError::InTheWay {
                path: rebuild.dump.clone(),
            });
        }
    }
    let facts = prove(rebuild, context)?;
    let rows: u64 = facts.fingerprint.rows.iter().map(|r| r.1).sum();
    Ok(format!(
        "{} in {}, {}, proven",
        count(usize::try_from(rows).unwrap_or(usize::MAX), "row"),
        rebuild.dump,
        bytes(facts.size)
    ))
}

fn make(database: &DatabaseRef, rebuild: &Rebuild, context: &Context<'_>) -> Result<(), StepError> {
    let (dumper, target) = means(database, context)?;
    let failed = |why: String| StepError::Dump {
        label: database.label.clone(),
        why,
    };
    let open = database::Database::open(database, context)?;
    open.prove_identity(&database.identity)?;
    drop(open);
    let path = context.resolve(&rebuild.dump)?;
    let partial = partial(&path);
    let files = context.files();
    files
        .write_new(&partial, b"", 0o600)
        .map_err(StepError::files("write", &partial))?;
    let taken = dumper.dump(target, rebuild, &partial).map_err(failed)?;
    files
        .rename(&partial, &path)
        .map_err(StepError::files("move", &partial))?;
    try_out(dumper, target, rebuild, &taken, &|| files.open(&path)).map_err(failed)?;
    let (size, sha256) = tracked::hash_of(&path, context)?;
    let facts = Facts {
        format: FORMAT,
        created: context.world.now.to_rfc3339(),
        run: context.run.to_owned(),
        plan: context.digest.to_owned(),
        database: database.clone(),
        size,
        sha256,
        fingerprint: taken.fingerprint,
        addresses: taken.addresses,
    };
    let json = serde_json::to_vec_pretty(&facts).expect("facts hold nothing that JSON cannot");
    let place = context.resolve(&facts_path(&rebuild.dump))?;
    files
        .write_new(&place, &json, 0o600)
        .map_err(StepError::files("write", &place))
}

/// Restores a dump on scratch, does there what the plan does, and brings everything back. The dump is
/// read twice, and never held.
pub fn try_out(
    dumper: &dyn Dumper,
    target: &Target,
    rebuild: &Rebuild,
    taken: &Dumped,
    open: &dyn Fn() -> io::Result<Box<dyn BufRead>>,
) -> Result<(), String> {
    let read = || open().map_err(|error| format!("the dump cannot be read: {error}"));
    let mut whole = statements(read()?, |_, _| true);
    let mut back = belonging(read()?, rebuild, &taken.addresses);
    dumper.prove(target, rebuild, &mut whole, &mut back)
}

/// The statements that bring the plan's own objects back.
pub fn belonging<R: BufRead>(
    dump: R,
    rebuild: &Rebuild,
    addresses: &[Address],
) -> impl Iterator<Item = io::Result<String>> + use<R> {
    let mut chooser = Chooser::new(&rebuild.own, addresses);
    statements(dump, move |head, text| chooser.takes(head, text))
}

/// The statements of the entries that are taken, with the settings that they expect; those between
/// the entries are kept.
fn statements<R: BufRead, T: FnMut(&Head, &str) -> bool>(
    dump: R,
    mut takes: T,
) -> impl Iterator<Item = io::Result<String>> + use<R, T> {
    let chosen = Pieces::of(dump).filter_map(move |piece| match piece {
        Ok(piece) if !piece.head.kind.is_empty() && takes(&piece.head, &piece.text) => {
            Some(Ok(as_it_was(piece)))
        }
        Ok(piece) => dump_text::settings(&piece.text).map(Ok),
        Err(error) => Some(Err(error)),
    });
    std::iter::once(Ok(dump_text::SETTINGS.to_owned())).chain(chosen)
}

/// The statements of an entry, so that they give again what was dumped: `pg_dump` writes expressions as
/// the server shows them, and some of them are other ones when they are read again.
fn as_it_was(piece: Piece) -> String {
    if piece.head.kind == "TABLE DATA" {
        dump_zeros::quoted(piece.text)
    } else {
        without_casts(&piece.text).into_owned()
    }
}

/// Reads a dump and its facts from disk and compares them.
pub fn prove(rebuild: &Rebuild, context: &Context<'_>) -> Result<Facts, StepError> {
    let facts = tracked::read(&context.resolve(&facts_path(&rebuild.dump))?, context)?;
    let facts: Facts =
        serde_json::from_slice(&facts).map_err(|_| damaged(rebuild, "its facts cannot be read"))?;
    if facts.format != FORMAT {
        return Err(damaged(rebuild, "its facts have another format"));
    }
    let (_, sha256) = tracked::hash_of(&context.resolve(&rebuild.dump)?, context)?;
    if sha256 == facts.sha256 {
        Ok(facts)
    } else {
        Err(damaged(rebuild, "it is not what its facts say"))
    }
}

fn damaged(rebuild: &Rebuild, why: &str) -> StepError {
    StepError::Damaged {
        path: rebuild.dump.clone(),
        why: why.to_owned(),
    }
}

/// Sends what belongs to the plan's objects, statement by statement, and refuses at the end if what
/// was read is not what the facts say: the transaction must not be committed then.
pub fn bring_back(
    facts: &Facts,
    rebuild: &Rebuild,
    context: &Context<'_>,
    run: &mut dyn FnMut(&str) -> Result<(), StepError>,
) -> Result<(), StepError> {
    let path = context.resolve(&rebuild.dump)?;
    let input = context
        .files()
        .open(&path)
        .map_err(StepError::files("read", &path))?;
    let read = tracked::Hashed::of(input);
    let hash = read.hash();
    for statement in belonging(read, rebuild, &facts.addresses) {
        run(&statement.map_err(StepError::files("read", &path))?)?;
    }
    if hash.digest() == facts.sha256 {
        Ok(())
    } else {
        Err(damaged(rebuild, "it changed while it was read"))
    }
}

/// Removes what an attempt left that did not come to its end. The folder is this run's own.
fn clear(rebuild: &Rebuild, context: &Context<'_>) -> Result<(), StepError> {
    let dump = context.resolve(&rebuild.dump)?;
    let facts = context.resolve(&facts_path(&rebuild.dump))?;
    for path in [partial(&dump), dump, facts] {
        if context.stat(&path)?.is_some() {
            context
                .files()
                .remove_file(&path)
                .map_err(StepError::files("remove", &path))?;
        }
    }
    Ok(())
}

/// The dump and its facts will be gone.
pub fn check_retiring(dump: &str, foreseen: &mut Foreseen) -> Vec<StepError> {
    foreseen.will_be_free(dump);
    foreseen.will_be_free(&facts_path(dump));
    Vec::new()
}

/// Done if nothing is left in the place.
pub fn standing_of_retiring(dump: &str, context: &Context<'_>) -> Result<Standing, StepError> {
    for path in [dump.to_owned(), facts_path(dump)] {
        if context.stat(&context.resolve(&path)?)?.is_some() {
            return Ok(Standing::NotDone);
        }
    }
    Ok(Standing::Done)
}

/// Moves the dump into the run's folder, facts last, and removes an unfinished one.
pub fn retire(dump: &str, context: &Context<'_>) -> Result<String, StepError> {
    let unfinished = partial(&context.resolve(dump)?);
    if context.stat(&unfinished)?.is_some() {
        context
            .files()
            .remove_file(&unfinished)
            .map_err(StepError::files("remove", &unfinished))?;
    }
    for path in [dump.to_owned(), facts_path(dump)] {
        let place = context.resolve(&path)?;
        if context.stat(&place)?.is_none() {
            continue;
        }
        let to = super::retire::free(&context.retired(&path), context)?;
        tracked::create_parent(&to, 0o700, context)?;
        context
            .files()
            .rename(&place, &to)
            .map_err(StepError::files("move", &place))?;
    }
    Ok(format!("{dump} taken away"))
}
