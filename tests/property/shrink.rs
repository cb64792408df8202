//! Makes a failing chain smaller while it fails at the same stage.

use super::author::{Chain, Operation};
use super::round::{Failure, Manner, Outcome, run};

/// How many smaller chains are tried in one project.
const TOGETHER: usize = 16;

/// The smallest chain found, with its failure. What the left-out operations made is left out by
/// the sieve, so only one part has to go at a time.
pub fn shrink(chain: &Chain, failure: &Failure, manner: Manner) -> (Chain, Failure) {
    let mut best = (chain.clone(), failure.clone());
    let mut size = count(chain).div_ceil(2).max(1);
    loop {
        let before = count(&best.0);
        if let Some(smaller) = without_parts(&best.0, size, failure.stage, manner) {
            best = smaller;
        }
        let is_smaller = count(&best.0) < before;
        if size == 1 && !is_smaller {
            return best;
        }
        if !is_smaller {
            size = size.div_ceil(2);
        }
    }
}

fn count(chain: &Chain) -> usize {
    chain.revisions.iter().map(Vec::len).sum()
}

/// Leaves out each part of this size, then all parts together that are not needed.
fn without_parts(
    chain: &Chain,
    size: usize,
    stage: &str,
    manner: Manner,
) -> Option<(Chain, Failure)> {
    let starts: Vec<usize> = (0..count(chain)).step_by(size).collect();
    let mut needless = Vec::new();
    let mut found = None;
    for group in starts.chunks(TOGETHER) {
        let tried: Vec<Chain> = group
            .iter()
            .map(|start| without(chain, &[*start], size))
            .collect();
        for (number, smaller, failure) in failing(&tried, stage, manner) {
            needless.push(group[number]);
            found.get_or_insert((smaller, failure));
        }
    }
    if needless.len() > 1 {
        // Halves of what can go may go together where not all of it can.
        let half = &needless[..needless.len() / 2];
        let tried = [without(chain, &needless, size), without(chain, half, size)];
        if let Some((_, smaller, failure)) = failing(&tried, stage, manner).into_iter().next() {
            return Some((smaller, failure));
        }
    }
    found
}

/// Those that fail, as they ran.
fn failing(tried: &[Chain], stage: &str, manner: Manner) -> Vec<(usize, Chain, Failure)> {
    let report = run(tried, manner);
    let ran = report.chains.into_iter().zip(report.outcomes).enumerate();
    ran.filter_map(|(number, (chain, outcome))| match outcome {
        Outcome::Fails(failure) if failure.stage == stage => Some((number, chain, failure)),
        _ => None,
    })
    .collect()
}

/// The chain without the operations of these parts, and without revisions that became empty.
fn without(chain: &Chain, starts: &[usize], size: usize) -> Chain {
    let mut number = 0;
    let mut smaller = chain.clone();
    for revision in &mut smaller.revisions {
        let kept = std::mem::take(revision).into_iter().filter(|_| {
            let place = number;
            number += 1;
            !starts
                .iter()
                .any(|start| (*start..start + size).contains(&place))
        });
        *revision = kept.collect::<Vec<Operation>>();
    }
    smaller.revisions.retain(|revision| !revision.is_empty());
    if smaller.revisions.is_empty() {
        smaller.revisions.push(Vec::new());
    }
    smaller
}
