//! How far a module's rehearsal is, and how long it will still take. Pure.
//!
//! An estimate is made when something moves and stands until the next does: what does not move
//! never seems to need more and more.

use std::time::Duration;

use super::{ModuleProgress, Progress};

/// The whole of a rehearsal.
const WHOLE: u32 = 1000;

/// The phases after the replay, each with the part of what follows the replay that is behind when
/// it begins.
const PHASES: [(&str, u32); 5] = [
    ("draft", 0),
    ("build", 100),
    ("cycle", 400),
    ("compare", 750),
    ("script", 900),
];

/// What follows the replay costs as much as this many revisions, and half of the chain again.
const REST: u32 = 12;

/// How many revisions a chain has as long as nobody has said.
const USUAL: u32 = 10;

/// Before so much is done, nothing is said.
const FEWEST: u32 = 60;

/// Before so much time has passed, nothing is said.
const SOONEST: Duration = Duration::from_millis(700);

/// The part of the whole that the replay of so many revisions takes.
const fn replay(revisions: u32) -> u32 {
    WHOLE * revisions / (revisions + REST + revisions / 2)
}

/// How far a phase is, of [`WHOLE`], where the replay takes so much of it.
fn reached(phase: &str, revision: Option<&(String, usize, usize)>, replay: u32) -> u32 {
    let (begin, end) = if phase == "replay" {
        (0, replay)
    } else {
        let Some(at) = PHASES.iter().position(|(name, _)| *name == phase) else {
            return 0;
        };
        let after = |part: u32| replay + (WHOLE - replay) * part / WHOLE;
        let end = PHASES.get(at + 1).map_or(WHOLE, |(_, begin)| *begin);
        (after(PHASES[at].1), after(end))
    };
    let part = revision.map_or(0, |(_, index, total)| {
        let room = usize::try_from(end - begin).unwrap_or(0);
        let done = room * (*index).min(*total) / (*total).max(1);
        u32::try_from(done).unwrap_or(0)
    });
    begin + part
}

impl ModuleProgress {
    /// Notes what the phase and the revision at hand come to. A phase that is gone through again
    /// takes nothing back.
    pub(super) fn note(&mut self, now: Duration) {
        let began = *self.began.get_or_insert(now);
        if let Some((_, _, total)) = self.revision.as_ref().filter(|_| self.phase == "replay") {
            self.revisions = u32::try_from(*total).ok().map(|total| total.min(100_000));
        }
        let replay = replay(self.revisions.unwrap_or(USUAL));
        let reached = reached(&self.phase, self.revision.as_ref(), replay);
        if reached <= self.reached {
            return;
        }
        self.reached = reached;
        let used = now.saturating_sub(began);
        self.ends = (reached >= FEWEST && used >= SOONEST).then(|| began + used * WHOLE / reached);
    }

    /// How many of so many cells of a bar are full.
    pub fn cells(&self, all: usize) -> usize {
        let reached = usize::try_from(self.reached).unwrap_or(0);
        all * reached / usize::try_from(WHOLE).unwrap_or(1)
    }
}

impl Progress {
    /// About how long the rehearsal still takes: as long as its slowest module. None before
    /// anything can be said, and when the estimate has run out.
    pub fn remaining(&self, now: Duration) -> Option<Duration> {
        let ends = self.modules.values().filter_map(|module| module.ends);
        ends.max()?
            .checked_sub(now)
            .filter(|left| *left >= Duration::from_millis(500))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::Event;
    use crate::model::ModuleName;

    fn at(progress: &mut Progress, seconds: u64, event: &Event) {
        progress.apply_at(event, Duration::from_secs(seconds));
    }

    fn revision(module: &str, index: usize) -> Event {
        Event::Revision {
            module: ModuleName(module.to_owned()),
            revision: format!("r{index}"),
            index,
            total: 10,
        }
    }

    fn phase(module: &str, phase: &str) -> Event {
        Event::Phase {
            module: ModuleName(module.to_owned()),
            phase: phase.to_owned(),
        }
    }

    #[test]
    fn the_replay_of_a_long_chain_is_most_of_it() {
        assert_eq!([1, 4, 10, 100, 1000].map(replay), [76, 222, 370, 617, 661]);
    }

    #[test]
    fn half_of_the_replay_leaves_more_than_as_much_again() {
        let mut progress = Progress::default();
        at(&mut progress, 10, &phase("art", "replay"));
        at(&mut progress, 11, &revision("art", 1));
        assert_eq!(
            progress.remaining(Duration::from_secs(11)),
            None,
            "too early"
        );
        at(&mut progress, 19, &revision("art", 5));
        // 185 of 1000 took 9 s: 48 s in all, from second 10 on.
        assert_eq!(
            progress
                .remaining(Duration::from_secs(19))
                .unwrap()
                .as_secs(),
            39
        );
        assert_eq!(
            progress
                .remaining(Duration::from_secs(29))
                .unwrap()
                .as_secs(),
            29,
            "it shrinks while nothing moves"
        );
        assert_eq!(progress.remaining(Duration::from_secs(90)), None);
        assert_eq!(progress.modules["art"].cells(20), 3);
    }

    #[test]
    fn the_slowest_module_counts_and_nothing_goes_backwards() {
        let mut progress = Progress::default();
        at(&mut progress, 0, &phase("a", "replay"));
        at(&mut progress, 0, &phase("b", "replay"));
        at(&mut progress, 10, &phase("a", "cycle"));
        at(&mut progress, 10, &revision("b", 2));
        let left = progress.remaining(Duration::from_secs(10)).unwrap();
        assert!(left > Duration::from_mins(1), "{left:?}");
        let before = progress.modules["a"].cells(100);
        at(&mut progress, 20, &phase("a", "build"));
        assert_eq!(progress.modules["a"].cells(100), before);
        at(&mut progress, 21, &phase("a", "something new"));
        assert_eq!(progress.modules["a"].cells(100), before);
    }
}
