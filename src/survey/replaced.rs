//! What the revisions of a chain say they stand for. Called by the rehearsal, whose baseline carries
//! it on; never writes, runs nothing.

use crate::model::Chain;
use crate::python::{Syntax, contents};
use crate::system::ReadFiles;

/// The identifiers in the `replaces` of all files of a chain, in the chain's order.
pub fn replaced(chain: &Chain, files: &dyn ReadFiles) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for revision in &chain.revisions {
        let Ok(bytes) = files.read(&revision.path) else {
            continue;
        };
        // Most files say nothing of it, and reading them as Python takes its time.
        if !bytes.windows(8).any(|word| word == b"replaces") {
            continue;
        }
        let said = contents::read(&Syntax::parse(&revision.path, &bytes)).replaces;
        found.extend(said.into_iter().filter(|id| !id.is_empty()));
    }
    found
}
