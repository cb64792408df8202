//! `verify`: the present chain up, down and up again on scratch, everything counted.

use super::RehearseError;
use super::Subject;
use super::subject::walk_request;
use crate::model::QualifiedName;
use crate::schema::{Difference, compare};
use crate::worker::WorkerError;

/// What the cycle of the present chain came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// How many revisions were applied.
    pub revisions: usize,
    /// What `downgrade base` leaves behind.
    pub left_behind: Vec<String>,
    /// The ENUM types among it.
    pub left_types: Vec<QualifiedName>,
    /// What differs after the second upgrade.
    pub differences: Vec<String>,
}

/// Runs the cycle.
pub fn verify(subject: &Subject<'_>) -> Result<Verified, RehearseError> {
    subject.phase("upgrade")?;
    let scratch = subject.scratch("v")?;
    let nothing = subject.snapshot(&scratch.connect()?)?;
    let up = |doing: &'static str| {
        subject
            .call(|call| {
                let walk = walk_request(scratch.target(), "heads", Vec::new());
                subject.worker.upgrade(&subject.request(), &walk, call)
            })
            .map_err(|error| RehearseError::Chain { doing, error })
    };
    let walk = up("upgrade")?;
    let first = subject.snapshot(&scratch.connect()?)?;
    subject.phase("downgrade")?;
    subject
        .call(|call| {
            let walk = walk_request(scratch.target(), "base", Vec::new());
            subject.worker.downgrade(&subject.request(), &walk, call)
        })
        .map_err(|error| RehearseError::Chain {
            doing: "downgrade",
            error,
        })?;
    let down = subject.snapshot(&scratch.connect()?)?;
    let left = compare(&nothing, &down);
    let left_behind = left.iter().map(|left| left.object().to_string()).collect();
    let left_types = left
        .iter()
        .map(Difference::object)
        .filter(|object| object.kind == "enum")
        .map(|object| QualifiedName {
            schema: object.schema.clone(),
            name: object.name.clone(),
        })
        .collect();
    subject.phase("upgrade again")?;
    // What a downgrade leaves behind shows here first; it is a result, not the end of the test.
    let differences = match up("upgrade again") {
        Ok(_) => {
            let second = subject.snapshot(&scratch.connect()?)?;
            compare(&first, &second)
                .iter()
                .map(|other| other.object().to_string())
                .collect()
        }
        Err(RehearseError::Chain {
            error: WorkerError::Failed(failed),
            ..
        }) => {
            vec![format!(
                "the second upgrade fails: {}",
                WorkerError::Failed(failed)
            )]
        }
        Err(error) => return Err(error),
    };
    Ok(Verified {
        revisions: walk.applied.len(),
        left_behind,
        left_types,
        differences,
    })
}
