use super::*;

fn answer(script: &mut Script, line: &str) {
    let Order::Ask(question) = script.order() else {
        panic!("no question: {:?}", script.order())
    };
    script.answered(&question.read(line));
}

fn prompt(script: &Script) -> String {
    match script.order() {
        Order::Ask(question) => question.text,
        other => format!("{other:?}"),
    }
}

/// To the plan, by the defaults.
fn planned(names: &[&str]) -> Script {
    let mut script = Script::new(false);
    answer(&mut script, "");
    script.checked(Some(Verdict::Clear));
    for line in ["fixes of fixes", "", "", ""] {
        answer(&mut script, line);
    }
    assert_eq!(script.order(), Order::Plan);
    let names = names.iter().map(|name| (*name).to_owned()).collect();
    script.planned(PlanOutcome::Planned(names));
    answer(&mut script, "effects");
    assert_eq!(script.order(), Order::Show(Part::Effects));
    script.shown();
    answer(&mut script, "");
    script
}

#[test]
fn the_defaults_lead_to_the_names_and_only_they_lead_on() {
    let mut script = planned(&["app", "shop"]);
    assert_eq!(script.choices.reason.as_deref(), Some("fixes of fixes"));
    assert_eq!(prompt(&script), "Type app to go on (1 of 2)");
    for wrong in ["yes", "y", "shop", "APP", "1"] {
        answer(&mut script, wrong);
        assert_eq!(prompt(&script), "Type app to go on (1 of 2)");
    }
    answer(&mut script, "app");
    answer(&mut script, "shop");
    assert_eq!(script.order(), Order::Run);
    script.ran(RunOutcome::Done);
    assert_eq!(script.order(), Order::End(End::Done));
}

#[test]
fn an_empty_line_at_the_name_leaves() {
    let mut script = planned(&["app"]);
    answer(&mut script, "");
    assert_eq!(script.order(), Order::End(End::Left));
}

#[test]
fn one_can_go_back_from_the_name_to_the_first_question() {
    let mut script = planned(&["app"]);
    let mut seen = Vec::new();
    for _ in 0..6 {
        answer(&mut script, "<");
        seen.push(prompt(&script));
    }
    let beginnings = [
        "Nothing has changed yet",
        "Which identifier",
        "What becomes",
        "Where does",
        "Why",
        "The survey runs",
    ];
    for (text, beginning) in seen.iter().zip(beginnings) {
        assert!(text.starts_with(beginning), "{seen:?}");
    }
    answer(&mut script, "<");
    assert_eq!(prompt(&script), seen[5]);
}

#[test]
fn a_refusal_can_be_checked_again_and_never_planned() {
    let mut script = Script::new(false);
    answer(&mut script, "yes");
    script.checked(Some(Verdict::Refused));
    answer(&mut script, "again");
    assert_eq!(script.order(), Order::Check);
    script.checked(None);
    answer(&mut script, "leave");
    assert_eq!(script.order(), Order::End(End::Refused));
}

#[test]
fn losses_are_asked_one_by_one() {
    let mut script = Script::new(false);
    answer(&mut script, "");
    script.checked(Some(Verdict::Caution));
    for line in ["", "models", "", ""] {
        answer(&mut script, line);
    }
    let lost = vec!["view a".to_owned(), "view b".to_owned()];
    script.planned(PlanOutcome::Loses(lost));
    answer(&mut script, "y");
    assert!(prompt(&script).contains("view b"));
    answer(&mut script, "y");
    assert_eq!(script.order(), Order::Plan);
    assert_eq!(script.choices.leave_out, ["view a", "view b"]);
    script.planned(PlanOutcome::Loses(vec!["view c".to_owned()]));
    answer(&mut script, "");
    assert!(prompt(&script).starts_with("There is no plan"));
    answer(&mut script, "again");
    assert!(script.choices.leave_out.is_empty());
    assert!(prompt(&script).starts_with("Why"));
}

#[test]
fn an_interrupted_run_comes_first() {
    let mut script = Script::new(true);
    answer(&mut script, "undo");
    assert_eq!(script.order(), Order::TakeBack);
    script.ran(RunOutcome::HalfWay);
    answer(&mut script, "leave");
    assert_eq!(script.order(), Order::End(End::HalfWay));
}

/// Lines that somebody types without reading, by a small generator of numbers.
#[test]
fn no_stream_of_lines_runs_without_the_name() {
    let lines = [
        "", "y", "n", "1", "2", "3", "<", "?", "again", "resume", "undo", "leave", "models", "x",
        "go on", "effects",
    ];
    let mut state: u64 = 7;
    let mut random = |below: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % below
    };
    for _ in 0..2000 {
        let mut script = Script::new(random(2) == 0);
        for _ in 0..40 {
            match script.order() {
                Order::Ask(question) => {
                    let line = lines[random(lines.len())];
                    script.answered(&question.read(line));
                }
                Order::Check => script.checked(Some(
                    [Verdict::Clear, Verdict::Caution, Verdict::Refused][random(3)],
                )),
                Order::Plan => script.planned(match random(3) {
                    0 => PlanOutcome::Planned(vec!["artstore".to_owned()]),
                    1 => PlanOutcome::Loses(vec!["view a".to_owned()]),
                    _ => PlanOutcome::Failed,
                }),
                Order::Show(_) => script.shown(),
                Order::Run => panic!("nobody typed the name"),
                Order::Resume | Order::TakeBack => {
                    script.ran([RunOutcome::Done, RunOutcome::HalfWay][random(2)]);
                }
                Order::End(_) => break,
            }
        }
    }
}
