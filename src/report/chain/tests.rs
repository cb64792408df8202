use std::path::PathBuf;

use super::*;
use crate::model::{Flavour, ModuleName, RevisionId};

fn module(section: &str) -> Module {
    Module {
        name: ModuleName("admin".to_owned()),
        config: ConfigSource::Ini {
            path: PathBuf::from("/p/admin/alembic.ini"),
            section: section.to_owned(),
        },
        flavour: Flavour::Plain,
        directory: PathBuf::from("/p/admin"),
        script_location: PathBuf::from("/p/admin/alembic"),
        version_locations: vec![PathBuf::from("/p/admin/alembic/versions")],
        recursive: false,
        sourceless: false,
        written_url: None,
        branch: None,
    }
}

fn revision(id: &str, down: &[&str]) -> Revision {
    Revision {
        id: id.into(),
        down: down.iter().map(|&id| RevisionId::from(id)).collect(),
        depends_on: vec![],
        labels: vec![],
        path: format!("/p/admin/alembic/versions/{id}.py").into(),
        message: format!("step {id}"),
        doc: String::new(),
        line: 3,
    }
}

fn drawn(revisions: Vec<Revision>) -> String {
    let chain = Chain::new(revisions, vec![]);
    let text = text(Path::new("/p"), &[(module("alembic"), chain)]);
    text.lines()
        .skip(1)
        .fold(String::new(), |text, line| text + line + "\n")
}

#[test]
fn a_line_is_drawn_newest_first() {
    let text = text(
        Path::new("/p"),
        &[(
            module("alembic"),
            Chain::new(vec![revision("a", &[]), revision("b", &["a"])], vec![]),
        )],
    );
    insta::assert_snapshot!(text, @r"
    admin  admin/alembic.ini  2 revisions, 1 head
      * b (head)  step b
      * a (base)  step a
    ");
}

#[test]
fn branches_and_merges_have_lanes() {
    let text = drawn(vec![
        revision("a", &[]),
        revision("b", &["a"]),
        revision("c", &["a"]),
        revision("d", &["b", "c"]),
        revision("e", &["d"]),
        revision("f", &["d"]),
    ]);
    insta::assert_snapshot!(text, @r"
    * f (head)  step f
    | * e (head)  step e
    |/
    * d  step d
    |\
    | * c  step c
    * | b  step b
    |/
    * a (base)  step a
    ");
}

#[test]
fn three_lanes_and_two_bases() {
    let mut labelled = revision("x", &[]);
    labelled.labels = vec!["lib".to_owned()];
    let mut needing = revision("y", &["x"]);
    needing.depends_on = vec!["a".to_owned()];
    let text = drawn(vec![
        revision("a", &[]),
        revision("b", &["a"]),
        revision("c", &["a"]),
        revision("d", &["a"]),
        revision("m", &["b", "c", "d"]),
        labelled,
        needing,
    ]);
    insta::assert_snapshot!(text, @r"
    * y (head; needs a)  step y
    * x (base; label lib)  step x
    * m (head)  step m
    |\
    |\ \
    | | * d  step d
    | * | c  step c
    * | | b  step b
    |_|/
    |/
    * a (base)  step a
    ");
}

#[test]
fn defects_and_hostile_names_are_shown() {
    let mut hostile = revision("a", &["gone"]);
    hostile.message = "x\u{1b}[31m".to_owned();
    let unreadable = Unreadable {
        path: "/p/admin/alembic/versions/b.py".into(),
        line: Some(4),
        column: Some(2),
        why: "syntax error: expected an expression".to_owned(),
        source: Some("x = (".to_owned()),
    };
    let chain = Chain::new(vec![hostile, revision("s", &["s"])], vec![unreadable]);
    let modules = [(module("one"), chain)];
    insta::assert_snapshot!(text(Path::new("/p"), &modules), @r"
    admin  admin/alembic.ini [one]  2 revisions, 1 head
      * s  step s
      * a (head)  x\u{1b}[31m
      cannot be read: admin/alembic/versions/b.py:4:2: syntax error: expected an expression
          x = (
      not a chain: a names gone, which no file defines
      not a chain: s descends from itself
    ");
    let json = json(Path::new("/p"), &modules);
    assert_eq!(json["schema"], "redistill.chain/1");
    let module = &json["modules"][0];
    assert_eq!(module["name"], "admin");
    assert_eq!(module["section"], "one");
    assert_eq!(module["revisions"][0]["id"], "a");
    assert_eq!(module["revisions"][0]["down"][0], "gone");
    assert_eq!(
        module["revisions"][0]["path"],
        "admin/alembic/versions/a.py"
    );
    assert_eq!(module["heads"], json!(["a"]));
    assert_eq!(module["bases"], json!([]));
    assert_eq!(module["unreadable"][0]["line"], 4);
    assert_eq!(module["problems"][0]["problem"]["kind"], "missing_parent");
}
