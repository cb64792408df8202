//! How often the guided run says where a replay is: a line stays on the screen, so a long chain
//! must not be a thousand of them, and must not be silence either. Pure.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::events::Event;
use crate::model::text::safe;

/// Up to so many revisions each has its line.
const FEW: usize = 12;

/// Of more, one a so manieth part.
const PARTS: usize = 10;

/// After so long there is a line in any case.
const LONG: Duration = Duration::from_secs(5);

/// What was said last of each module.
#[derive(Debug, Default)]
pub(super) struct Pace {
    modules: BTreeMap<String, Said>,
}

#[derive(Debug, Default)]
struct Said {
    phase: String,
    at: Duration,
    part: usize,
}

impl Pace {
    /// The line for an event that happened now, where it is one of those that are paced.
    pub(super) fn line(&mut self, event: &Event, now: Duration) -> Option<String> {
        match event {
            Event::Phase { module, phase } => {
                let said = Said {
                    phase: phase.clone(),
                    at: now,
                    part: 0,
                };
                self.modules.insert(module.0.clone(), said);
                Some(format!("  {}: {}", safe(&module.0), safe(phase)))
            }
            Event::Revision {
                module,
                revision,
                index,
                total,
            } => {
                let said = self.modules.entry(module.0.clone()).or_default();
                let part = index * PARTS / (*total).max(1);
                let is_due = *total <= FEW
                    || *index == 1
                    || part != said.part
                    || now.saturating_sub(said.at) >= LONG;
                (said.part, said.at) = (part, if is_due { now } else { said.at });
                is_due.then(|| {
                    format!(
                        "  {}: {} {index} of {total}, {}",
                        safe(&module.0),
                        safe(&said.phase),
                        safe(revision)
                    )
                })
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ModuleName;

    fn phase(pace: &mut Pace, phase: &str) -> Option<String> {
        let module = ModuleName("art".to_owned());
        let phase = phase.to_owned();
        pace.line(&Event::Phase { module, phase }, Duration::ZERO)
    }

    /// What is said of a chain of so many revisions, each of which takes so long.
    fn said(total: usize, each: Duration) -> Vec<String> {
        let mut pace = Pace::default();
        let begin = phase(&mut pace, "replay");
        let lines = (1..=total).map(|index| {
            let event = Event::Revision {
                module: ModuleName("art".to_owned()),
                revision: format!("r{index}"),
                index,
                total,
            };
            pace.line(&event, each * u32::try_from(index).unwrap())
        });
        let lines: Vec<_> = lines.collect();
        begin
            .into_iter()
            .chain(lines.into_iter().flatten())
            .collect()
    }

    #[test]
    fn a_short_chain_is_told_revision_by_revision() {
        assert_eq!(
            said(3, Duration::ZERO),
            [
                "  art: replay",
                "  art: replay 1 of 3, r1",
                "  art: replay 2 of 3, r2",
                "  art: replay 3 of 3, r3",
            ]
        );
    }

    #[test]
    fn a_long_chain_is_told_in_parts_from_its_first_to_its_last() {
        let lines = said(1000, Duration::ZERO);
        assert_eq!(lines.len(), 12, "{lines:?}");
        assert_eq!(lines[1], "  art: replay 1 of 1000, r1");
        assert_eq!(lines[2], "  art: replay 100 of 1000, r100");
        assert_eq!(lines[11], "  art: replay 1000 of 1000, r1000");
    }

    #[test]
    fn a_slow_chain_is_never_silent_for_long() {
        let lines = said(1000, Duration::from_secs(2));
        // Every third one is six seconds after the line before it, or a tenth part is full.
        assert!((330..=350).contains(&lines.len()), "{}", lines.len());
        assert_eq!(lines[2], "  art: replay 4 of 1000, r4");
    }

    #[test]
    fn modules_keep_their_own_pace_and_names_steer_nothing() {
        let mut pace = Pace::default();
        phase(&mut pace, "build");
        let other = Event::Phase {
            module: ModuleName("b\u{1b}[2J".to_owned()),
            phase: "replay".to_owned(),
        };
        assert_eq!(
            pace.line(&other, Duration::ZERO).unwrap(),
            "  b\\u{1b}[2J: replay"
        );
        let text = "x".to_owned();
        assert_eq!(pace.line(&Event::Remark { text }, Duration::ZERO), None);
    }
}
