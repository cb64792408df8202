//! Drafts the baseline, builds it, compares, carries, builds again; then takes it down and up.

mod cycle;
mod draft;
mod leaving;
mod origins;
mod seed;
mod words;

use std::path::PathBuf;

use super::subject::walk_request;
use super::{RehearseError, Subject};
use super::{Scratch, tenants};
use crate::model::{QualifiedName, RevisionId, Target};
use crate::plan::{Carried, DataFile, Source};
use crate::schema::{
    Catalog, Difference, Home, Origin, Origins, Piece, carry, compare, compose, merge, settle,
    unsayable,
};
use crate::survey::catalog::own_names;
use crate::survey::clock::{self, Window};
use crate::system::{RealFiles, WriteFiles as _};
use crate::worker::RenderRequest;
use seed::{Seeded, has_table_of};

/// How often the baseline is built again before what differs is called lost.
const ROUNDS: usize = 4;

/// A baseline that was built.
pub struct Built {
    /// What it builds.
    pub catalog: Catalog,
    /// The file.
    pub text: String,
    /// Its name below the version location.
    pub file_name: String,
    /// The rows that stand beside it; their names, below the file's own folder.
    pub data: Vec<DataFile>,
    /// What was carried.
    pub carried: Vec<Carried>,
    /// What the reference has and it has not, or otherwise.
    pub lost: Vec<Difference>,
    /// Where it is knowingly otherwise.
    pub accepted: Vec<Difference>,
    /// What was to be left out and is nothing here, with the names that come near.
    pub unknown: Vec<(String, Vec<String>)>,
    /// What is to be known of it.
    pub remarks: Vec<String>,
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
    /// Which old revision made what.
    origins: Origins,
    /// When the old chain was replayed.
    window: Option<Window>,
    /// When the baseline was built, where its rows have times of the clock.
    built_in: Option<Window>,
    /// What became of its rows.
    seeded: Seeded,
    /// What is left out, with all that belongs to it.
    leave_out: Vec<String>,
    /// Where names are found without a schema.
    home: Home,
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
            origins: Origins::new("the live database"),
            window: None,
            built_in: None,
            seeded: Seeded::default(),
            leave_out: Vec::new(),
            home: Home::default(),
            staging,
        })
    }

    /// Where the baseline was staged.
    pub fn staging(&self) -> PathBuf {
        self.staging.path().to_owned()
    }

    /// What is left out, with all that belongs to it.
    pub fn leave_out(&self) -> &[String] {
        &self.leave_out
    }

    /// The database that the baseline built.
    pub fn built_target(&self) -> &Target {
        self.built
            .as_ref()
            .expect("the baseline was built")
            .target()
    }

    /// The database that the old chain built, or what stands in for it.
    pub fn replayed_target(&self) -> Option<&Target> {
        self.replayed.as_ref().map(Scratch::target)
    }

    /// What the database that the baseline built holds now.
    pub fn built_catalog(&self) -> Result<Catalog, RehearseError> {
        let scratch = self.built.as_ref().expect("the baseline was built");
        Ok(self.subject.snapshot(&scratch.connect()?)?)
    }

    /// Runs the old chain on an empty scratch.
    pub fn replay(&mut self) -> Result<Catalog, RehearseError> {
        self.subject.phase("replay")?;
        let scratch = self.subject.scratch("a")?;
        let from = clock::now(&scratch.connect()?)?;
        let walk = self
            .subject
            .call(|call| {
                let walk = walk_request(scratch.target(), "heads", Vec::new());
                self.subject
                    .worker
                    .replay(&self.subject.request(), &walk, call)
            })
            .map_err(|error| self.replay_error(error))?;
        let session = scratch.connect()?;
        if let Some(ground) = self.subject.beneath {
            ground.refuse_changes(self.subject, &session)?;
        }
        self.window = Some(clock::since(&session, from)?);
        let catalog = self.subject.snapshot(&session)?;
        self.origins = origins::origins(self.subject, &walk, &session)?;
        self.replayed = Some(scratch);
        Ok(catalog)
    }

    /// Sets the replay aside: another database stands as reference, and no row comes from this one.
    pub fn forget_replay(&mut self) {
        self.replayed = None;
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
        self.take_choices(reference)?;
        let described = self.subject.described;
        let first = tenants::of_first(described, reference);
        let others = tenants::of_others(described, reference);
        self.home = self.find_home()?;
        let home = self.home.clone();
        let for_all = |piece| home.piece(tenants::for_all(described, piece));
        let (pieces, mut imports) = self.draft(&first, others)?;
        let mut pieces: Vec<Piece> = pieces.into_iter().map(for_all).collect();
        self.seeded = self.seed(&first)?;
        if !self.seeded.files.is_empty() {
            imports.push("from pathlib import Path".to_owned());
        }
        let seed: Vec<Piece> = std::mem::take(&mut self.seeded.pieces)
            .into_iter()
            .filter(|piece| !described.is_another_tenants(&piece.schema))
            .filter(|rows| has_table_of(rows, &pieces))
            .collect();
        let seed = settle(seed, &first, &pieces, &home);
        pieces = merge(pieces, seed);
        for round in 1.. {
            self.subject.phase("build")?;
            let built = self.build_once(&pieces, &imports)?;
            let present = tenants::of_first(described, &built.catalog);
            let more = carry(&first, &present, &self.leave_out).pieces;
            let more = self.carries(&first, &present, &pieces, more);
            let more: Vec<Piece> = more.into_iter().map(for_all).collect();
            // What was written in vain would only be written again.
            let is_new = more.iter().any(|piece| !pieces.contains(piece));
            if !is_new || round == ROUNDS {
                return self.settled(reference, built, &pieces);
            }
            pieces = merge(pieces, more);
        }
        unreachable!("the loop returns in its last round")
    }

    /// The schema that the search path finds first. What the server itself has under a name comes
    /// before it, on any database.
    fn find_home(&self) -> Result<Home, RehearseError> {
        let kept = if let Some(replayed) = &self.replayed {
            own_names(&replayed.connect()?)?
        } else {
            let scratch = self.subject.scratch("n")?;
            own_names(&scratch.connect()?)?
        };
        Ok(Home {
            schema: self.subject.described.default_schema.clone(),
            kept,
        })
    }

    /// The last build, with what it still differs in.
    fn settled(
        &self,
        reference: &Catalog,
        built: Built,
        pieces: &[Piece],
    ) -> Result<Built, RehearseError> {
        let mut differences = compare(reference, &built.catalog);
        differences.extend(self.row_differences(reference, &built.catalog, &self.seeded.masked)?);
        let (values, differing) = self.sequence_values()?;
        let (of_left_out, differing): (Vec<_>, Vec<_>) = differing
            .into_iter()
            .partition(|value| self.is_of_rows_left_out(reference, value.object()));
        differences.extend(differing);
        let (mut accepted, lost) = self.judge(differences);
        accepted.extend(of_left_out);
        let mut built = Built {
            lost,
            accepted,
            carried: self.carried(pieces),
            data: self.seeded.files.clone(),
            remarks: self.seeded.remarks.clone(),
            ..built
        };
        built.unknown = self.unknown(reference, &built, pieces, values)?;
        Ok(built)
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

    /// Composes, renders into the emptied staging folder, upgrades a fresh scratch.
    fn build_once(&mut self, pieces: &[Piece], imports: &[String]) -> Result<Built, RehearseError> {
        self.staging = tempfile::Builder::new()
            .prefix("redistill-staging-")
            .tempdir()?;
        let body = compose(pieces.to_vec(), &self.origins);
        let rendered = self
            .subject
            .call(|call| {
                let request = RenderRequest {
                    revision: self.subject.baseline_id.0.clone(),
                    message: self.message(),
                    upgrade: body.upgrade,
                    downgrade: body.downgrade,
                    imports: imports.to_vec(),
                    folder: self.staging.path().to_owned(),
                    branch_labels: self.labels(),
                    depends_on: Vec::new(),
                    replaces: self.replaced(),
                    about: Some(self.about()),
                    down_revision: None,
                };
                self.subject
                    .worker
                    .render(&self.subject.request(), &request, call)
            })
            .map_err(RehearseError::Draft)?;
        for file in &self.seeded.files {
            let beside = self.staging.path().join(&rendered.file_name);
            RealFiles.write_new(
                &beside.with_file_name(&file.path),
                file.contents.as_bytes(),
                0o600,
            )?;
        }
        let scratch = self.subject.scratch("b")?;
        self.built_in = self.upgrade_in(&scratch, "upgrade")?;
        let catalog = self.subject.snapshot(&scratch.connect()?)?;
        self.built = Some(scratch);
        Ok(Built {
            catalog,
            text: rendered.text,
            file_name: rendered.file_name.to_string_lossy().into_owned(),
            data: Vec::new(),
            carried: Vec::new(),
            lost: Vec::new(),
            accepted: Vec::new(),
            remarks: Vec::new(),
            unknown: Vec::new(),
            hook_error: rendered.hook_error,
        })
    }

    /// The carried pieces in the user's words.
    fn carried(&self, pieces: &[Piece]) -> Vec<Carried> {
        pieces
            .iter()
            .filter(|piece| piece.origin == Origin::Carried && !piece.up.is_empty())
            .map(|piece| self.carried_one(piece))
            .collect()
    }

    fn carried_one(&self, piece: &Piece) -> Carried {
        let key = piece.key().to_string();
        let name = key
            .strip_prefix(&format!("{} ", piece.kind))
            .unwrap_or(&key)
            .to_owned();
        let table = QualifiedName {
            schema: piece.schema.clone(),
            name: piece.name.clone(),
        };
        let detail = self
            .seeded
            .details
            .get(&table)
            .filter(|_| piece.kind == "rows");
        let whence = self.origins.of(piece);
        Carried {
            kind: piece.kind.clone(),
            name,
            detail: detail.cloned().unwrap_or_default(),
            from: whence.map(|whence| RevisionId(whence.made.clone())),
            changed_in: whence
                .and_then(|whence| whence.changed.clone())
                .map(RevisionId),
            code: piece.up.clone(),
        }
    }
}
