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

fn modules(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// To the plan, by the defaults.
fn planned(names: &[&str]) -> Script {
    let mut script = Script::new(false, Vec::new());
    answer(&mut script, "");
    script.checked(Some(Verdict::Clear), modules(&["shop"]));
    for line in ["fixes of fixes", "", "", "", ""] {
        answer(&mut script, line);
    }
    assert_eq!(script.order(), Order::Plan);
    let names = names.iter().map(|name| (*name).to_owned()).collect();
    script.planned(PlanOutcome::Planned {
        databases: names,
        carried: vec!["trigger t on a".to_owned()],
    });
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
    for _ in 0..7 {
        answer(&mut script, "<");
        seen.push(prompt(&script));
    }
    let beginnings = [
        "Nothing has changed yet",
        "Which message",
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
    assert_eq!(prompt(&script), seen[6]);
}

#[test]
fn a_refusal_can_be_checked_again_and_never_planned() {
    let mut script = Script::new(false, Vec::new());
    answer(&mut script, "yes");
    script.checked(Some(Verdict::Refused), Vec::new());
    answer(&mut script, "again");
    assert_eq!(script.order(), Order::Check);
    script.checked(None, Vec::new());
    answer(&mut script, "leave");
    assert_eq!(script.order(), Order::End(End::Refused));
}

#[test]
fn losses_are_asked_one_by_one() {
    let mut script = Script::new(false, Vec::new());
    answer(&mut script, "");
    script.checked(Some(Verdict::Caution), Vec::new());
    for line in ["", "models", "", "", ""] {
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
    let mut script = Script::new(true, Vec::new());
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
        let mut script = Script::new(random(3) == 0, past);
        for _ in 0..40 {
            match script.order() {
                Order::Ask(question) => {
                    let line = lines[random(lines.len())];
                    script.answered(&question.read(line));
                }
                Order::Check => script.checked(
                    Some([Verdict::Clear, Verdict::Caution, Verdict::Refused][random(3)]),
                    modules(&["shop", "stock"]),
                ),
                Order::Plan => script.planned(match random(3) {
                    0 => PlanOutcome::Planned {
                        databases: vec!["artstore".to_owned()],
                        carried: vec!["x".to_owned()],
                    },
                    1 => PlanOutcome::Loses(vec!["view a".to_owned()]),
                    _ => PlanOutcome::Failed,
                }),
                Order::Show(_) => script.shown(),
                Order::Run | Order::Undo(_) => panic!("nobody typed the name"),
                Order::Preview(id) => script.previewed(id, random(2) == 0),
                Order::Resume | Order::TakeBack => {
                    script.ran([RunOutcome::Done, RunOutcome::HalfWay][random(2)]);
                }
                Order::End(_) => break,
            }
        }
    }
}

#[test]
fn every_choice_of_the_command_line_can_be_answered() {
    let mut script = Script::new(false, Vec::new());
    answer(&mut script, "");
    script.checked(Some(Verdict::Clear), modules(&["shop", "stock"]));
    answer(&mut script, "why");
    assert!(prompt(&script).starts_with("Which modules"));
    answer(&mut script, "shop, nothing");
    assert!(prompt(&script).starts_with("there is no module nothing. Which"));
    for line in ["stock", "models", "recreate", "given", "a-b"] {
        answer(&mut script, line);
    }
    assert!(
        prompt(&script).contains("not '-'. Which one?"),
        "{}",
        prompt(&script)
    );
    for line in ["base_1", "first"] {
        answer(&mut script, line);
    }
    assert_eq!(script.order(), Order::Plan);
    assert_eq!(script.only, ["stock"]);
    let given = RevisionIdChoice::Given("base_1".to_owned());
    assert_eq!(script.choices.revision_id, given);
    assert_eq!(script.choices.message.as_deref(), Some("first"));
    assert_eq!(script.choices.strategy, Strategy::Recreate);
}

#[test]
fn an_object_is_left_out_and_carried_again() {
    let mut script = planned(&["app"]);
    answer(&mut script, "<");
    answer(&mut script, "leave out");
    answer(&mut script, "trigger x");
    assert!(prompt(&script).starts_with("nothing that is carried"));
    answer(&mut script, "trigger t on a");
    assert_eq!(script.order(), Order::Plan);
    assert_eq!(script.choices.leave_out, ["trigger t on a"]);
    script.planned(PlanOutcome::Planned {
        databases: vec!["app".to_owned()],
        carried: Vec::new(),
    });
    answer(&mut script, "leave out");
    answer(&mut script, "trigger t on a");
    assert_eq!(script.order(), Order::Plan);
    assert!(script.choices.leave_out.is_empty());
}

#[test]
fn a_past_reset_is_shown_and_its_name_typed_before_it_is_taken_back() {
    let mut script = Script::new(false, modules(&["20261122-1", "20261121-1"]));
    answer(&mut script, "undo");
    answer(&mut script, "20261120-1");
    assert!(prompt(&script).starts_with("there is no 20261120-1"));
    answer(&mut script, "");
    let newest = "20261122-1".to_owned();
    assert_eq!(script.order(), Order::Preview(newest.clone()));
    script.previewed(newest.clone(), true);
    for wrong in ["yes", "20261121-1", "y"] {
        answer(&mut script, wrong);
        assert!(matches!(script.order(), Order::Ask(_)));
    }
    answer(&mut script, "20261122-1");
    assert_eq!(script.order(), Order::Undo(newest));
    script.ran(RunOutcome::Done);
    assert_eq!(script.order(), Order::End(End::Done));
}
