//! Drafts the baseline, builds it, compares, carries, builds again; then takes it down and up.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::Scratch;
use super::module::{RehearseError, Subject, walk_request};
use crate::model::{QualifiedName, Target};
use crate::plan::{Carried, Source};
use crate::schema::{
    Catalog, Difference, ObjectKey, Origin, Piece, by_reference, carry, carry_rows, carry_sequence,
    compare, compose, is_left_out, merge, surround, unsayable,
};
use crate::survey::rows::{self, RowsDigest};
use crate::worker::{DraftRequest, RenderRequest};

/// How often the baseline is built again before what differs is called lost.
const ROUNDS: usize = 4;

/// The most seed rows of one table that are written into a revision.
const SEED_ROWS: u32 = 1000;

/// A baseline that was built.
pub struct Built {
    /// What it builds.
    pub catalog: Catalog,
    /// The file.
    pub text: String,
    /// Its name below the version location.
    pub file_name: String,
    /// What was carried.
    pub carried: Vec<Carried>,
    /// What the reference has and it has not, or otherwise.
    pub lost: Vec<Difference>,
    /// Where it is knowingly otherwise.
    pub accepted: Vec<Difference>,
    /// A formatter's complaint.
    pub hook_error: Option<String>,
}

/// Holds the scratch databases and the staging folder of one module's rehearsal.
pub struct Drafter<'a> {
    subject: &'a Subject<'a>,
    /// The old chain's.
    replayed: Option<Scratch>,
    /// The baseline's.
    built: Option<Scratch>,
    staging: tempfile::TempDir,
}

impl<'a> Drafter<'a> {
    /// Prepares an empty staging folder.
    pub fn new(subject: &'a Subject<'a>) -> Result<Self, RehearseError> {
        let staging = tempfile::Builder::new()
            .prefix("redistill-staging-")
            .tempdir()?;
        Ok(Self {
            subject,
            replayed: None,
            built: None,
            staging,
        })
    }

    /// Where the baseline was staged.
    pub fn staging(&self) -> PathBuf {
        self.staging.path().to_owned()
    }

    /// The database that the baseline built.
    pub fn built_target(&self) -> &Target {
        self.built
            .as_ref()
            .expect("the baseline was built")
            .target()
    }

    /// What that database holds now.
    pub fn built_catalog(&self) -> Result<Catalog, RehearseError> {
        let scratch = self.built.as_ref().expect("the baseline was built");
        Ok(self.subject.snapshot(&scratch.connect()?)?)
    }

    /// Runs the old chain on an empty scratch.
    pub fn replay(&mut self) -> Result<Catalog, RehearseError> {
        self.subject.phase("replay")?;
        let scratch = self.subject.scratch("a")?;
        self.subject
            .call(|call| {
                let walk = walk_request(scratch.target(), "heads", Vec::new());
                self.subject
                    .worker
                    .upgrade(&self.subject.request(), &walk, call)
            })
            .map_err(|error| self.replay_error(error))?;
        let catalog = self.subject.snapshot(&scratch.connect()?)?;
        self.replayed = Some(scratch);
        Ok(catalog)
    }

    /// Takes a copy of the live schema for what the old chain would have built. It has no rows, and
    /// so the baseline gets none.
    pub fn stand_in(&mut self, copy: Scratch) -> Result<Catalog, RehearseError> {
        let catalog = self.subject.snapshot(&copy.connect()?)?;
        self.replayed = Some(copy);
        Ok(catalog)
    }

    fn replay_error(&self, error: crate::worker::WorkerError) -> RehearseError {
        if self
            .subject
            .cancel
            .load(std::sync::atomic::Ordering::Relaxed)
        {
            RehearseError::Cancelled
        } else {
            RehearseError::Replay(error)
        }
    }

    /// Drafts and builds until the reference is met, or what differs cannot be carried.
    pub fn build(&mut self, reference: &Catalog) -> Result<Built, RehearseError> {
        let (mut pieces, imports) = self.draft(reference)?;
        let seed = self.seed(reference)?;
        let seed = seed.into_iter().filter(|rows| has_table_of(rows, &pieces));
        pieces = merge(pieces.clone(), seed.collect());
        let leave_out = &self.subject.choices.leave_out;
        for round in 1.. {
            self.subject.phase("build")?;
            let built = self.build_once(&pieces, &imports)?;
            let more = carry(reference, &built.catalog, leave_out).pieces;
            let more = self.carries(reference, &built.catalog, &pieces, more);
            // What was written in vain would only be written again.
            let is_new = more.iter().any(|piece| !pieces.contains(piece));
            if !is_new || round == ROUNDS {
                let (accepted, lost) =
                    compare(reference, &built.catalog)
                        .into_iter()
                        .partition(|other| {
                            is_left_out(other.object(), leave_out) || self.is_ahead(other)
                        });
                return Ok(Built {
                    lost,
                    accepted,
                    carried: carried(&pieces),
                    ..built
                });
            }
            pieces = merge(pieces, more);
        }
        unreachable!("the loop returns in its last round")
    }

    /// Of what would make the baseline equal to the reference, what this source takes over.
    fn carries(
        &self,
        reference: &Catalog,
        present: &Catalog,
        drafted: &[Piece],
        pieces: Vec<Piece>,
    ) -> Vec<Piece> {
        match self.subject.choices.source {
            Source::Chain => pieces,
            Source::Models => unsayable(reference, present, drafted, pieces),
        }
    }

    /// Whether the models are ahead of the reference: that is what this source is for.
    fn is_ahead(&self, difference: &Difference) -> bool {
        self.subject.choices.source == Source::Models
            && matches!(difference, Difference::Extra { .. })
    }

    /// Alembic's own pieces, surrounded by what it cannot say.
    fn draft(&self, reference: &Catalog) -> Result<(Vec<Piece>, Vec<String>), RehearseError> {
        self.subject.phase("draft")?;
        let leave_out = &self.subject.choices.leave_out;
        // For `models` the database must be empty, and is empty again afterwards.
        let empty;
        let (source, database) = match (self.subject.choices.source, &self.replayed) {
            (Source::Chain, Some(replayed)) => (crate::worker::Source::Chain, replayed.target()),
            (Source::Chain, None) | (Source::Models, _) => {
                empty = self.subject.scratch("e")?;
                (crate::worker::Source::Models, empty.target())
            }
        };
        let before = match source {
            crate::worker::Source::Chain => Vec::new(),
            crate::worker::Source::Models => prerequisites(reference),
        };
        let draft = self
            .subject
            .call(|call| {
                let request = DraftRequest {
                    source,
                    database,
                    default_schema: Some(self.subject.described.default_schema.clone()),
                    leave_out: self.subject.version_tables.clone(),
                    before,
                };
                self.subject
                    .worker
                    .draft(&self.subject.request(), &request, call)
            })
            .map_err(RehearseError::Draft)?;
        let mut drafted = draft.pieces;
        drafted.retain(|piece| !is_left_out(&piece.key(), leave_out));
        let around = surround(reference, &drafted, leave_out).pieces;
        let around = self.carries(reference, &Catalog::default(), &drafted, around);
        Ok((merge(drafted, around), draft.imports))
    }

    /// The rows that the old chain itself leaves on an empty database.
    fn seed(&self, reference: &Catalog) -> Result<Vec<Piece>, RehearseError> {
        let Some(replayed) = &self.replayed else {
            return Ok(Vec::new());
        };
        let session = replayed.connect()?;
        let leave_out = &self.subject.choices.leave_out;
        let tables: Vec<QualifiedName> = reference.tables();
        let mut pieces = Vec::new();
        for table in by_reference(reference, &rows::non_empty(&session, &tables)?) {
            let seed = rows::seed_rows(&session, &table, SEED_ROWS)?;
            let piece = carry_rows(&seed).ok_or_else(|| RehearseError::TooManyRows {
                table: table.clone(),
                rows: seed.total,
                limit: SEED_ROWS,
            });
            match piece {
                Ok(piece) => pieces.push(piece),
                Err(_) if is_left_out(&rows_key(&table), leave_out) => {}
                Err(error) => return Err(error),
            }
        }
        if !pieces.is_empty() {
            pieces.extend(rows::sequence_values(&session)?.iter().map(carry_sequence));
        }
        pieces.retain(|piece| !is_left_out(&piece.key(), leave_out));
        Ok(pieces)
    }

    /// Composes, renders into the emptied staging folder, upgrades a fresh scratch.
    fn build_once(&mut self, pieces: &[Piece], imports: &[String]) -> Result<Built, RehearseError> {
        self.staging = tempfile::Builder::new()
            .prefix("redistill-staging-")
            .tempdir()?;
        let body = compose(pieces.to_vec());
        let rendered = self
            .subject
            .call(|call| {
                let request = RenderRequest {
                    revision: self.subject.baseline_id.0.clone(),
                    message: self
                        .subject
                        .choices
                        .message
                        .clone()
                        .unwrap_or_else(|| "initial_schema".to_owned()),
                    upgrade: body.upgrade,
                    downgrade: body.downgrade,
                    imports: imports.to_vec(),
                    folder: self.staging.path().to_owned(),
                    branch_labels: Vec::new(),
                    depends_on: Vec::new(),
                    replaces: self.replaced(),
                    down_revision: None,
                };
                self.subject
                    .worker
                    .render(&self.subject.request(), &request, call)
            })
            .map_err(RehearseError::Draft)?;
        let scratch = self.subject.scratch("b")?;
        self.upgrade(&scratch, "upgrade")?;
        let catalog = self.subject.snapshot(&scratch.connect()?)?;
        self.built = Some(scratch);
        Ok(Built {
            catalog,
            text: rendered.text,
            file_name: rendered.file_name.to_string_lossy().into_owned(),
            carried: Vec::new(),
            lost: Vec::new(),
            accepted: Vec::new(),
            hook_error: rendered.hook_error,
        })
    }

    /// The old chain's identifiers, without the one that the baseline keeps.
    fn replaced(&self) -> Vec<String> {
        let ids: std::collections::BTreeSet<&str> = self
            .subject
            .chain
            .revisions
            .iter()
            .filter(|revision| revision.id != self.subject.baseline_id)
            .map(|revision| revision.id.0.as_str())
            .collect();
        ids.into_iter().map(str::to_owned).collect()
    }

    fn upgrade(&self, scratch: &Scratch, doing: &'static str) -> Result<(), RehearseError> {
        self.subject
            .call(|call| {
                let walk = walk_request(scratch.target(), "heads", vec![self.staging()]);
                self.subject
                    .worker
                    .upgrade(&self.subject.request(), &walk, call)
            })
            .map(drop)
            .map_err(|error| RehearseError::Baseline { doing, error })
    }

    /// Down to base, where nothing may be left, and up again to the same. Gives what is left over
    /// or differs.
    pub fn cycle(&self, built: &Catalog) -> Result<Vec<String>, RehearseError> {
        self.subject.phase("cycle")?;
        let scratch = self.built.as_ref().expect("the baseline was built");
        let empty = self.subject.scratch("n")?;
        let nothing = self.subject.snapshot(&empty.connect()?)?;
        let seeded = seed_digest(scratch, built)?;
        self.subject
            .call(|call| {
                let walk = walk_request(scratch.target(), "base", vec![self.staging()]);
                self.subject
                    .worker
                    .downgrade(&self.subject.request(), &walk, call)
            })
            .map_err(|error| RehearseError::Baseline {
                doing: "downgrade",
                error,
            })?;
        let down = self.subject.snapshot(&scratch.connect()?)?;
        let mut left: Vec<String> = compare(&nothing, &down)
            .iter()
            .map(|left| left.object().to_string())
            .collect();
        self.upgrade(scratch, "upgrade again")?;
        let again = self.subject.snapshot(&scratch.connect()?)?;
        left.extend(
            compare(built, &again)
                .iter()
                .map(|other| format!("{} differs after the second upgrade", other.object())),
        );
        if seed_digest(scratch, built)? != seeded {
            left.push("seed rows differ after the second upgrade".to_owned());
        }
        Ok(left)
    }

    /// The statements that the baseline runs, proven: on an empty scratch they build the same.
    pub fn script(&self, built: &Catalog) -> Result<Vec<String>, RehearseError> {
        self.subject.phase("script")?;
        let recorded = self.subject.scratch("s")?;
        let script = self
            .subject
            .call(|call| {
                let walk = walk_request(recorded.target(), "heads", vec![self.staging()]);
                self.subject
                    .worker
                    .script(&self.subject.request(), &walk, call)
            })
            .map_err(|error| RehearseError::Baseline {
                doing: "run statement by statement",
                error,
            })?;
        let path = script.search_path.trim();
        let path = if path.is_empty() { "''" } else { path };
        let mut statements = vec![format!("SET LOCAL search_path = {path}")];
        statements.extend(script.statements);
        let again = self.subject.scratch("r")?;
        let session = again.connect()?;
        session.batch("BEGIN")?;
        for statement in &statements {
            session.batch(statement)?;
        }
        session.batch("COMMIT")?;
        let differences: Vec<String> = compare(built, &self.subject.snapshot(&session)?)
            .iter()
            .map(Difference::object)
            // What env.py itself creates is not the baseline's.
            .filter(|object| object.kind != "schema")
            .map(ToString::to_string)
            .collect();
        let is_equal = seed_digest(&recorded, built)? == seed_digest(&again, built)?;
        if differences.is_empty() && is_equal {
            return Ok(statements);
        }
        Err(RehearseError::Script {
            what: if differences.is_empty() {
                "the seed rows".to_owned()
            } else {
                differences.join(", ")
            },
        })
    }
}

/// How many rows every table has, and their hashes.
fn seed_digest(
    scratch: &Scratch,
    catalog: &Catalog,
) -> Result<BTreeMap<QualifiedName, RowsDigest>, RehearseError> {
    Ok(rows::rows(&scratch.connect()?, &catalog.tables())?)
}

/// Whether the rows' table is among the pieces; the models may have none for it.
fn has_table_of(rows: &Piece, pieces: &[Piece]) -> bool {
    rows.kind != "rows"
        || pieces.iter().any(|piece| {
            piece.kind == "table" && piece.schema == rows.schema && piece.name == rows.name
        })
}

/// The key of a table's seed rows, as `--leave-out "rows TABLE"` names them.
fn rows_key(table: &QualifiedName) -> ObjectKey {
    ObjectKey {
        kind: "rows".to_owned(),
        schema: table.schema.clone(),
        table: String::new(),
        name: table.name.clone(),
    }
}

/// Extensions and functions that the models' defaults and types may need.
fn prerequisites(reference: &Catalog) -> Vec<String> {
    reference
        .objects
        .iter()
        .filter(|(key, _)| key.kind == "extension")
        .filter_map(|(_, object)| object.definition.clone())
        .collect()
}

/// The carried pieces in the user's words.
fn carried(pieces: &[Piece]) -> Vec<Carried> {
    pieces
        .iter()
        .filter(|piece| piece.origin == Origin::Carried && !piece.up.is_empty())
        .map(|piece| {
            let key = piece.key().to_string();
            let name = key
                .strip_prefix(&format!("{} ", piece.kind))
                .unwrap_or(&key)
                .to_owned();
            Carried {
                kind: piece.kind.clone(),
                name,
                detail: String::new(),
            }
        })
        .collect()
}
