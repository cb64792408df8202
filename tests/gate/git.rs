//! Real repositories in every shape, and what is said of each. None may be called unshared that is
//! not, and what cannot be known is refused.

mod place;
mod topologies;

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use place::Place;

/// What is said of the history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Nobody else has it.
    NotShared,
    /// It may go on, with this said.
    Warned(&'static str),
    /// Others have it, or build on it.
    Refused(&'static str),
    /// It cannot be told, and is refused for that.
    Unknown(&'static str),
}

/// A shape of repository.
pub struct Topology {
    pub name: &'static str,
    pub build: fn(&Place),
    pub answer: Answer,
}

fn judge(topology: &Topology) -> Result<(), String> {
    let place = Place::new();
    (topology.build)(&place);
    let findings = place.findings();
    let codes: Vec<&str> = findings.iter().map(|(code, _)| code.as_str()).collect();
    let refuses = findings.iter().any(|(_, severity)| severity == "refuse");
    let is_right = match topology.answer {
        Answer::NotShared => !refuses && !codes.contains(&"RD202"),
        Answer::Warned(code) => !refuses && codes.contains(&code),
        Answer::Refused(code) => refuses && codes.contains(&code),
        Answer::Unknown(code) => {
            refuses && codes.contains(&code) && ["RD203", "RD206", "RD223"].contains(&code)
        }
    };
    if is_right {
        return Ok(());
    }
    Err(format!(
        "{}: expected {:?}, found {codes:?}\n{}",
        topology.name,
        topology.answer,
        place.observed()
    ))
}

#[test]
fn every_topology_is_judged_rightly() {
    let topologies = topologies::all();
    let next = AtomicUsize::new(0);
    let wrong = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                while let Some(topology) = topologies.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Err(why) = judge(topology) {
                        wrong.lock().unwrap().push(why);
                    }
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n\n")
    );
}

#[test]
fn there_are_sixty_topologies_of_every_kind() {
    let topologies = topologies::all();
    assert!(topologies.len() >= 60, "{}", topologies.len());
    let mut names: Vec<&str> = topologies.iter().map(|topology| topology.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), topologies.len(), "names are unique");
    let count = |is: fn(Answer) -> bool| topologies.iter().filter(|t| is(t.answer)).count();
    assert!(count(|a| a == Answer::NotShared) >= 8);
    assert!(count(|a| matches!(a, Answer::Warned(_))) >= 8);
    assert!(count(|a| matches!(a, Answer::Refused(_))) >= 20);
    assert!(count(|a| matches!(a, Answer::Unknown(_))) >= 10);
}
