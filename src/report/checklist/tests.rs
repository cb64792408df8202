//! What evidence answers, what a signature may answer, and what stays open.

use super::Answer::{No, Open, Yes};
use super::*;
use crate::model::ModuleName;
use crate::report::Paint;
use crate::rules;

fn facts(findings: &[Finding]) -> Facts<'_> {
    Facts {
        project: "store".to_owned(),
        heads: BTreeMap::from([("shop".to_owned(), vec!["b1".to_owned()])]),
        scope: Scope::Full,
        findings,
        unseen: Vec::new(),
        cycles: Observed::Seen(vec![cycle(Went::Through {
            revisions: 3,
            left_behind: Vec::new(),
            differences: Vec::new(),
        })]),
        last: None,
        bare_keys: Observed::Seen(Vec::new()),
        sizes: Vec::new(),
        own_tests: Vec::new(),
    }
}

fn cycle(went: Went) -> Cycle {
    Cycle {
        module: "shop".to_owned(),
        went,
    }
}

fn last() -> LastReset {
    LastReset {
        id: "20261123-1".to_owned(),
        heads: BTreeMap::from([("shop".to_owned(), vec!["b1".to_owned()])]),
        keeps_rows: true,
        note: Some("backups/NOTE.md".to_owned()),
        archive: Ok(7),
        restored: Ok(7),
        undo: Some(Ok(())),
        tests: Vec::new(),
        own_tests: Vec::new(),
    }
}

fn signature(item: &str, answer: Answer, head: &str) -> Signature {
    Signature {
        item: item.to_owned(),
        answer,
        comment: "by \u{1b}[31mhand".to_owned(),
        who: "Ada".to_owned(),
        at: "2026-11-23T02:00:00Z".to_owned(),
        heads: BTreeMap::from([("shop".to_owned(), vec![head.to_owned()])]),
    }
}

fn answer(checklist: &Checklist, key: &str) -> Answer {
    checklist
        .items
        .iter()
        .find(|entry| entry.key == key)
        .unwrap()
        .answer
}

fn answers(facts: &Facts<'_>, keys: &[&str]) -> Vec<Answer> {
    let checklist = Checklist::new(facts, &[]);
    keys.iter().map(|key| answer(&checklist, key)).collect()
}

#[test]
fn four_items_a_section_and_no_key_twice() {
    let keys: std::collections::BTreeSet<_> = ITEMS.iter().map(|item| item.key).collect();
    assert_eq!(keys.len(), 20);
    for chunk in ITEMS.chunks(4) {
        assert!(chunk.iter().all(|item| item.section == chunk[0].section));
    }
    assert!(find("staging").is_some());
}

#[test]
fn findings_answer_no_and_their_absence_yes_only_where_everything_was_looked_at() {
    let found = vec![
        rules::find("RD301")
            .unwrap()
            .finding("a.b", "a.b is integer")
            .of(&ModuleName("shop".to_owned())),
    ];
    let keys = ["foreign-keys", "enum-cleanup"];
    assert_eq!(answers(&facts(&found), &keys), [Answer::No, Answer::Yes]);
    let mut blind = facts(&[]);
    blind.unseen.push("shop: env.py was not run".to_owned());
    assert_eq!(answers(&blind, &keys), [Answer::Open, Answer::Open]);
}

#[test]
fn a_cycle_answers_as_far_as_it_came() {
    let keys = ["upgrade", "rollback", "repeatability", "enum-cleanup"];
    let with = |went: Went| {
        let mut facts = facts(&[]);
        facts.cycles = Observed::Seen(vec![cycle(went)]);
        answers(&facts, &keys)
    };
    let stopped = |doing: &str| Went::Stopped {
        doing: doing.to_owned(),
        why: "no such table".to_owned(),
    };
    assert_eq!(with(stopped("upgrade")), [No, Open, Open, Yes]);
    assert_eq!(with(stopped("downgrade")), [Yes, No, Open, Yes]);
    let left = Went::Through {
        revisions: 1,
        left_behind: vec!["enum mood".to_owned()],
        differences: vec!["the second upgrade fails".to_owned()],
    };
    assert_eq!(with(left), [Yes, No, No, No]);
    let not_run = Went::NotRun {
        why: "no server".to_owned(),
    };
    assert_eq!(with(not_run), [Open, Open, Open, Yes]);
    let mut nobody = facts(&[]);
    nobody.cycles = Observed::NotAsked;
    assert_eq!(answers(&nobody, &keys[..3]), [Open, Open, Open]);
}

#[test]
fn a_reset_answers_for_the_heads_that_it_left_and_no_others() {
    let keys = [
        "documented",
        "deployment-steps",
        "rollback-procedure",
        "backup",
        "restore",
        "performance",
    ];
    let mut facts = facts(&[]);
    assert_eq!(answers(&facts, &keys), [Answer::Open; 6]);
    facts.last = Some(last());
    assert_eq!(answers(&facts, &keys), [Answer::Yes; 6]);
    facts.last.as_mut().unwrap().archive = Err("a hash is wrong".to_owned());
    assert_eq!(answers(&facts, &["backup"]), [Answer::No]);
    facts
        .heads
        .insert("shop".to_owned(), vec!["later".to_owned()]);
    assert_eq!(answers(&facts, &keys), [Answer::Open; 6]);
}

#[test]
fn a_key_without_an_index_is_for_a_person_to_judge() {
    let mut facts = facts(&[]);
    facts.bare_keys = Observed::Seen(vec!["orders (buyer_id)".to_owned()]);
    let checklist = Checklist::new(&facts, &[signature("indexes", Answer::Yes, "b1")]);
    assert_eq!(answer(&checklist, "indexes"), Answer::Yes);
    assert_eq!(answers(&facts, &["indexes"]), [Answer::Open]);
}

#[test]
fn nobody_signs_evidence_away_and_no_signature_outlives_its_heads() {
    let found = vec![rules::find("RD302").unwrap().finding("mood", "mood stays")];
    let signatures = [
        signature("enum-cleanup", Answer::Yes, "b1"),
        signature("staging", Answer::No, "b1"),
        signature("staging", Answer::Yes, "b1"),
        signature("rollback-plan", Answer::Yes, "old"),
    ];
    let checklist = Checklist::new(&facts(&found), &signatures);
    assert_eq!(answer(&checklist, "enum-cleanup"), Answer::No);
    assert_eq!(answer(&checklist, "staging"), Answer::Yes);
    assert_eq!(answer(&checklist, "rollback-plan"), Answer::Open);
    assert!(!checklist.is_settled());
    let text = render(&checklist, Paint::Plain);
    assert!(
        text.contains("signed yes by Ada, for other heads"),
        "{text}"
    );
}

#[test]
fn it_is_settled_when_every_item_holds_or_does_not_apply() {
    let mut facts = facts(&[]);
    facts.last = Some(last());
    let mut checklist = Checklist::new(&facts, &[]);
    let open: Vec<&str> = checklist.open().map(|entry| entry.key).collect();
    assert!(open.contains(&"maintenance-window"), "{open:?}");
    for key in open {
        assert!(!checklist.is_settled());
        checklist.take(signature(key, Answer::NotApplicable, "b1"));
    }
    assert!(checklist.is_settled());
    assert_eq!(checklist.counts.open, 0);
    for text in [render(&checklist, Paint::Plain), markdown(&checklist)] {
        assert!(!text.contains('\u{1b}'), "{text}");
        assert!(!text.contains("- [ ]"), "{text}");
    }
    let text = render(&checklist, Paint::Plain);
    assert!(
        text.lines().all(|line| line.chars().count() <= 80),
        "{text}"
    );
}
