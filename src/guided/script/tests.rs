use super::*;
use crate::plan::{Reference, RevisionIdChoice, Source, Strategy};
use crate::rules::Verdict;

mod stream;

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

fn begin() -> Script {
    Script::new(Beginning::default())
}

/// Past resets, all of which can be taken back.
fn with_past(ids: &[&str]) -> Script {
    Script::new(Beginning {
        past: modules(ids),
        runs: modules(ids),
        ..Beginning::default()
    })
}

fn checked(verdict: Option<Verdict>, names: &[&str]) -> Checked {
    Checked {
        verdict,
        modules: modules(names),
        can_correct: true,
        can_waive: true,
    }
}

fn named(names: &[&str]) -> Vec<Named> {
    let place = |name: &&str| ((*name).to_owned(), format!("localhost:5432 / {name}"));
    names.iter().map(place).collect()
}

/// Past the question after the check, and up to the rehearsal by these answers.
fn rehearsing(names: &[&str], lines: &[&str]) -> Script {
    let mut script = begin();
    answer(&mut script, "");
    script.checked(checked(Some(Verdict::Clear), names));
    answer(&mut script, "");
    for line in lines {
        answer(&mut script, line);
    }
    script
}

/// To the plan, by the defaults.
fn planned(names: &[&str]) -> Script {
    let mut script = rehearsing(&["shop"], &["fixes of fixes", "", "", "", "", ""]);
    assert_eq!(script.order(), Order::Plan);
    script.planned(PlanOutcome::Planned {
        names: named(names),
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
    assert_eq!(
        prompt(&script),
        "Type app to go on (1 of 2): localhost:5432 / app"
    );
    for wrong in ["yes", "y", "shop", "APP", "1"] {
        answer(&mut script, wrong);
        assert!(prompt(&script).starts_with("Type app to go on (1 of 2)"));
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
    for _ in 0..9 {
        answer(&mut script, "<");
        seen.push(prompt(&script));
    }
    let beginnings = [
        "Nothing has changed yet",
        "Which message",
        "Which identifier",
        "What becomes",
        "Write what the models",
        "Where does",
        "Why",
        "Nothing stands in the way",
        "The survey runs",
    ];
    for (text, beginning) in seen.iter().zip(beginnings) {
        assert!(text.starts_with(beginning), "{seen:?}");
    }
    answer(&mut script, "<");
    assert_eq!(prompt(&script), seen[8]);
}

#[test]
fn a_refusal_can_be_checked_again_and_never_planned() {
    let mut script = begin();
    answer(&mut script, "yes");
    script.checked(checked(Some(Verdict::Refused), &[]));
    for line in ["go on", "reset", "plan"] {
        answer(&mut script, line);
        assert!(prompt(&script).starts_with("The reset is refused"));
    }
    answer(&mut script, "");
    assert_eq!(script.order(), Order::Check);
    script.checked(checked(None, &[]));
    answer(&mut script, "leave");
    assert_eq!(script.order(), Order::End(End::Refused));
}

#[test]
fn losses_are_asked_one_by_one() {
    let mut script = rehearsing(&[], &["", "models", "", "", "", ""]);
    assert_eq!(script.order(), Order::Plan);
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
    for (way, order) in [("undo", Order::TakeBack), ("resume", Order::Resume)] {
        let id = "20261122-1".to_owned();
        let mut script = Script::new(Beginning {
            open: Some(id.clone()),
            runs: vec![id.clone()],
            ..Beginning::default()
        });
        answer(&mut script, "show");
        assert_eq!(script.order(), Order::Show(Part::Run(id.clone())));
        script.shown();
        answer(&mut script, way);
        for wrong in ["yes", "y", "20261122", "undo"] {
            answer(&mut script, wrong);
            assert!(prompt(&script).starts_with("Type 20261122-1"), "{wrong}");
        }
        answer(&mut script, &id);
        assert_eq!(script.order(), order);
        script.ran(RunOutcome::HalfWay(id));
        answer(&mut script, "leave");
        assert_eq!(script.order(), Order::End(End::HalfWay));
    }
}

#[test]
fn whatever_was_found_can_be_read_corrected_and_looked_at_again() {
    let mut script = begin();
    answer(&mut script, "");
    script.checked(checked(Some(Verdict::Refused), &["shop"]));
    for (line, part) in [
        ("findings", Part::Findings),
        ("chain", Part::Chain),
        ("waive", Part::Waivers),
    ] {
        answer(&mut script, line);
        assert_eq!(script.order(), Order::Show(part));
        script.shown();
    }
    answer(&mut script, "correct");
    assert_eq!(script.order(), Order::Propose);
    script.proposed(false);
    answer(&mut script, "correct");
    script.proposed(true);
    // An empty line writes nothing.
    answer(&mut script, "");
    assert!(prompt(&script).starts_with("The reset is refused"));
    answer(&mut script, "correct");
    script.proposed(true);
    answer(&mut script, "yes");
    assert_eq!(script.order(), Order::Correct);
    script.corrected();
    assert_eq!(script.order(), Order::Check);
    script.checked(Checked {
        verdict: Some(Verdict::Clear),
        ..Checked::default()
    });
    let Order::Ask(question) = script.order() else {
        panic!("no question")
    };
    let words = question.listed().join("\n");
    assert!(
        !words.contains("correct") && !words.contains("waive"),
        "{words}"
    );
}

#[test]
fn env_py_is_asked_about_once() {
    let mut script = Script::new(Beginning {
        is_agreed: true,
        ..Beginning::default()
    });
    assert_eq!(script.order(), Order::Check);
    script.checked(checked(Some(Verdict::Clear), &["shop"]));
    answer(&mut script, "<");
    assert!(
        prompt(&script).starts_with("Nothing stands"),
        "nothing is before it"
    );
}

#[test]
fn what_may_be_lost_is_agreed_to_by_names_and_by_nothing_less() {
    let mut script = rehearsing(&["shop"], &["", "", "", "", "", ""]);
    script.planned(PlanOutcome::Lacking(named(&["app", "shop"])));
    for wrong in ["y", "yes", "APP", "shop"] {
        answer(&mut script, wrong);
        assert!(prompt(&script).starts_with("Type app to agree"), "{wrong}");
    }
    answer(&mut script, "app");
    assert!(
        script.choices.accept_destructive.is_empty(),
        "not all of them"
    );
    answer(&mut script, "shop");
    assert_eq!(script.order(), Order::Plan);
    assert_eq!(script.choices.accept_destructive, ["app", "shop"]);
    // Other statements: what was agreed to is agreed to no more.
    script.planned(PlanOutcome::Lacking(named(&["app"])));
    assert_eq!(script.choices.accept_destructive, ["shop"]);
    answer(&mut script, "");
    assert!(prompt(&script).starts_with("There is no plan"));
    for (line, part) in [
        ("baselines", Part::Baselines),
        ("differences", Part::Differences),
    ] {
        answer(&mut script, line);
        assert_eq!(script.order(), Order::Show(part));
        script.shown();
    }
    answer(&mut script, "again");
    assert!(prompt(&script).starts_with("Why"));
}

#[test]
fn every_choice_of_the_command_line_can_be_answered() {
    let mut script = rehearsing(&["shop", "stock"], &["why"]);
    assert!(prompt(&script).starts_with("Which modules"));
    answer(&mut script, "shop, nothing");
    assert!(prompt(&script).starts_with("there is no module nothing. Which"));
    for line in ["stock", "live", "yes", "<", "<"] {
        answer(&mut script, line);
    }
    assert!(script.choices.with_model_changes);
    assert_eq!(script.choices.reference, Reference::Live);
    for line in ["models", "yes", "recreate", "given", "a-b"] {
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
    assert_eq!(script.choices.source, Source::Models);
    assert!(script.choices.accept_losses);
    assert!(
        !script.choices.with_model_changes,
        "the models are the source"
    );
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
        names: named(&["app"]),
        carried: Vec::new(),
    });
    answer(&mut script, "leave out");
    answer(&mut script, "trigger t on a");
    assert_eq!(script.order(), Order::Plan);
    assert!(script.choices.leave_out.is_empty());
}

#[test]
fn a_past_reset_is_shown_and_its_name_typed_before_it_is_taken_back() {
    let mut script = with_past(&["20261122-1", "20261121-1"]);
    answer(&mut script, "show");
    answer(&mut script, "20261121-1");
    let older = Part::Run("20261121-1".to_owned());
    assert_eq!(script.order(), Order::Show(older));
    script.shown();
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
