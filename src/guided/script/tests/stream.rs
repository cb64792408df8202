//! Streams of lines by a generator: nothing runs without the name.

use super::*;

/// Lines that somebody types without reading, by a small generator of numbers.
#[test]
fn no_stream_of_lines_runs_without_the_name() {
    let lines = [
        "",
        "y",
        "n",
        "1",
        "2",
        "3",
        "<",
        "?",
        "again",
        "resume",
        "undo",
        "leave",
        "models",
        "x",
        "go on",
        "effects",
        "given",
        "leave out",
        "correct",
        "check",
        "yes",
        "shop",
        "a-b",
    ];
    let mut state: u64 = 7;
    let mut random = |below: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % below
    };
    for _ in 0..2000 {
        let past = modules(&["20261122-1", "20261121-1"]);
        let past = if random(2) == 0 { past } else { Vec::new() };
        let mut script = Script::new(Beginning {
            open: (random(3) == 0).then(|| "20261122-2".to_owned()),
            runs: past.clone(),
            past,
            is_agreed: random(2) == 0,
        });
        for _ in 0..40 {
            match script.order() {
                Order::Ask(question) => {
                    let line = lines[random(lines.len())];
                    script.answered(&question.read(line));
                }
                Order::Check => script.checked(checked(
                    [Verdict::Clear, Verdict::Caution, Verdict::Refused]
                        .get(random(4))
                        .copied(),
                    &["shop", "stock"],
                )),
                Order::Propose => script.proposed(random(2) == 0),
                Order::Correct => script.corrected(),
                Order::Plan => {
                    assert!(
                        script.choices.accept_destructive.is_empty(),
                        "nobody typed the name"
                    );
                    script.planned(match random(4) {
                        0 => PlanOutcome::Planned {
                            names: named(&["artstore"]),
                            carried: vec!["x".to_owned()],
                        },
                        1 => PlanOutcome::Loses(vec!["view a".to_owned()]),
                        2 => PlanOutcome::Lacking(named(&["artstore"])),
                        _ => PlanOutcome::Failed {
                            is_rehearsed: random(2) == 0,
                        },
                    });
                }
                Order::Show(_) => script.shown(),
                Order::Run | Order::Undo(_) | Order::Resume | Order::TakeBack => {
                    panic!("nobody typed the name")
                }
                Order::Preview(id) => script.previewed(id, random(2) == 0),
                Order::End(_) => break,
            }
        }
    }
}
