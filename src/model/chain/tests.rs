use super::*;

fn revision(id: &str, down: &[&str], needs: &[&str], labels: &[&str]) -> Revision {
    Revision {
        id: id.into(),
        down: down.iter().map(|&id| id.into()).collect(),
        depends_on: needs.iter().map(ToString::to_string).collect(),
        labels: labels.iter().map(ToString::to_string).collect(),
        path: format!("/v/{id}.py").into(),
        message: String::new(),
        doc: String::new(),
        line: 3,
    }
}

fn ids(of: &[RevisionId]) -> String {
    let ids: Vec<_> = of.iter().map(|id| id.0.as_str()).collect();
    ids.join(" ")
}

fn order(chain: &Chain) -> String {
    let ids: Vec<_> = chain.revisions.iter().map(|r| r.id.0.as_str()).collect();
    ids.join(" ")
}

#[test]
fn a_diamond_is_ordered_and_has_one_head() {
    let chain = Chain::new(
        vec![
            revision("d", &["c", "b"], &[], &[]),
            revision("c", &["a"], &[], &[]),
            revision("b", &["a"], &[], &[]),
            revision("a", &[], &[], &[]),
        ],
        vec![],
    );
    assert_eq!(order(&chain), "a b c d");
    assert_eq!(ids(&chain.heads()), "d");
    assert_eq!(ids(&chain.bases()), "a");
    assert_eq!(ids(&chain.ancestors(&["c".into()])), "a");
    assert_eq!(ids(&chain.ancestors(&["d".into()])), "a b c");
    assert!(!chain.is_linear());
    assert_eq!(chain.problems(), []);
}

#[test]
fn a_label_stands_for_the_revision_that_declares_it() {
    let chain = Chain::new(
        vec![
            revision("a", &[], &["lib"], &[]),
            revision("x", &[], &[], &["lib"]),
            revision("y", &["x"], &[], &[]),
        ],
        vec![],
    );
    assert_eq!(order(&chain), "x a y");
    assert_eq!(ids(&chain.heads()), "a y");
    assert_eq!(ids(&chain.effective_heads()), "a y");
    assert_eq!(ids(&chain.dependencies(&chain.revisions[1])), "x");
    assert_eq!(chain.problems(), []);
}

#[test]
fn a_head_that_another_needs_is_not_effective() {
    let chain = Chain::new(
        vec![
            revision("a", &[], &["b"], &[]),
            revision("b", &[], &[], &[]),
        ],
        vec![],
    );
    assert_eq!(ids(&chain.heads()), "b a");
    assert_eq!(ids(&chain.effective_heads()), "a");
}

#[test]
fn defects_are_named() {
    let chain = Chain::new(
        vec![
            revision("a", &["gone"], &[], &["one"]),
            revision("b", &["a"], &["one@head"], &["one"]),
            revision("b", &["a"], &[], &[]),
        ],
        vec![],
    );
    let problems: Vec<String> = chain.problems().iter().map(ToString::to_string).collect();
    assert_eq!(
        problems,
        [
            "2 files carry the identifier b",
            "the branch label one is not unique: a, b",
            "a names gone, which no file defines",
            "b names one@head, which no file defines",
        ]
    );
}

#[test]
fn circles_are_found_and_come_last() {
    let chain = Chain::new(
        vec![
            revision("a", &["c"], &[], &[]),
            revision("b", &["a"], &[], &[]),
            revision("c", &["b"], &[], &[]),
            revision("d", &["c"], &[], &[]),
            revision("z", &[], &[], &[]),
            revision("s", &["s"], &[], &[]),
            revision("m", &[], &["n"], &[]),
            revision("n", &["m"], &[], &[]),
        ],
        vec![],
    );
    assert_eq!(order(&chain), "z a b c d m n s");
    let problems: Vec<String> = chain.problems().iter().map(ToString::to_string).collect();
    assert_eq!(
        problems,
        [
            "revisions descend from each other: a -> b -> c",
            "revisions descend from each other: m -> n",
            "s descends from itself",
        ]
    );
}
