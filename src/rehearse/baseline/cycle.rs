//! What is proven of a built baseline: up, down and up again, and its statements alone. Called by
//! the drafter and the rehearsal; works on scratch databases only.

use super::Drafter;
use super::seed::seed_digest;
use crate::rehearse::RehearseError;
use crate::rehearse::Scratch;
use crate::rehearse::subject::walk_request;
use crate::schema::{Catalog, Difference, compare};
use crate::survey::clock::{self, Window};
use crate::worker::Script;

impl Drafter<'_> {
    /// Down to base, where nothing may be left, and up again to the same. Gives what is left over
    /// or differs.
    pub fn cycle(&self, built: &Catalog) -> Result<Vec<String>, RehearseError> {
        self.subject.phase("cycle")?;
        let scratch = self.built.as_ref().expect("the baseline was built");
        let empty = self.subject.scratch("n")?;
        let nothing = self.subject.snapshot(&empty.connect()?)?;
        let masked = &self.seeded.masked;
        let seeded = seed_digest(scratch, built, masked, self.built_in.as_ref())?;
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
        let window = self.upgrade_in(scratch, "upgrade again")?;
        let again = self.subject.snapshot(&scratch.connect()?)?;
        left.extend(
            compare(built, &again)
                .iter()
                .map(|other| format!("{} differs after the second upgrade", other.object())),
        );
        if seed_digest(scratch, built, masked, window.as_ref())? != seeded {
            left.push("seed rows differ after the second upgrade".to_owned());
        }
        Ok(left)
    }

    /// The statements that the baseline runs, proven: on an empty scratch they build the same.
    pub fn script(&self, built: &Catalog) -> Result<Vec<String>, RehearseError> {
        self.subject.phase("script")?;
        let recorded = self.subject.scratch("s")?;
        let (first, script) = self.timed(&recorded, || self.recorded(&recorded))?;
        let path = script.search_path.trim();
        let path = if path.is_empty() { "''" } else { path };
        let mut statements = vec![format!("SET LOCAL search_path = {path}")];
        statements.extend(script.statements);
        let again = self.subject.scratch("r")?;
        let session = again.connect()?;
        let (second, ()) = self.timed(&again, || {
            session.batch("BEGIN")?;
            for statement in &statements {
                session.batch(statement)?;
            }
            Ok(session.batch("COMMIT")?)
        })?;
        let differences: Vec<String> = compare(built, &self.subject.snapshot(&session)?)
            .iter()
            .map(Difference::object)
            // What env.py itself creates is not the baseline's.
            .filter(|object| object.kind != "schema")
            .map(ToString::to_string)
            .collect();
        let masked = &self.seeded.masked;
        let is_equal = seed_digest(&recorded, built, masked, first.as_ref())?
            == seed_digest(&again, built, masked, second.as_ref())?;
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
    /// Upgrades; says when that was, where a row has a time of the clock.
    pub(super) fn upgrade_in(
        &self,
        scratch: &Scratch,
        doing: &'static str,
    ) -> Result<Option<Window>, RehearseError> {
        self.timed(scratch, || self.upgrade(scratch, doing))
            .map(|(window, ())| window)
    }

    /// Does something to a scratch; says when that was, where a row has a time of the clock.
    fn timed<T>(
        &self,
        scratch: &Scratch,
        act: impl FnOnce() -> Result<T, RehearseError>,
    ) -> Result<(Option<Window>, T), RehearseError> {
        if self.seeded.masked.is_empty() {
            return Ok((None, act()?));
        }
        let from = clock::now(&scratch.connect()?)?;
        let done = act()?;
        Ok((Some(clock::since(&scratch.connect()?, from)?), done))
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

    /// Upgrades a scratch, and gives the statements that this sent.
    fn recorded(&self, scratch: &Scratch) -> Result<Script, RehearseError> {
        self.subject
            .call(|call| {
                let walk = walk_request(scratch.target(), "heads", vec![self.staging()]);
                self.subject
                    .worker
                    .script(&self.subject.request(), &walk, call)
            })
            .map_err(|error| RehearseError::Baseline {
                doing: "run statement by statement",
                error,
            })
    }
}
