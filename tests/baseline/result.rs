//! The file as a whole: what it says of itself, and what a second reset keeps of the first.

use crate::support::{Lab, Module};

/// The only revision file of the module.
fn file(lab: &Lab) -> (String, String) {
    let mut found: Vec<(String, String)> = lab
        .tree()
        .into_iter()
        .filter(|(path, _)| path.contains("/versions/") && path.ends_with("_schema.py"))
        .map(|(path, text)| (path, String::from_utf8(text).unwrap()))
        .collect();
    assert_eq!(found.len(), 1, "{found:?}");
    found.remove(0)
}

fn id(text: &str) -> String {
    let line = text.lines().find(|line| line.starts_with("revision: str"));
    line.unwrap().split('\'').nth(1).unwrap().to_owned()
}

#[test]
fn a_second_baseline_stands_for_all_that_the_first_stood_for() {
    let lab = Lab::with_module(&Module::default());
    lab.reset(&[]);
    let (_, first) = file(&lab);
    assert!(
        first.starts_with(
            "\"\"\"initial_schema\n\nReplaces 2 revisions that ended at n002.\n\nRevision ID: "
        ),
        "{first}"
    );
    assert!(
        first.contains("replaces = (\n    'n001', 'n002',\n)"),
        "{first}"
    );
    lab.reset(&[]);
    let (path, second) = file(&lab);
    let expected = format!("replaces = (\n    'n001', 'n002', '{}',\n)", id(&first));
    assert!(second.contains(&expected), "{second}");
    assert!(!second.lines().any(|line| line.ends_with(' ')), "{second}");
    // Without any archive a latecomer of the first history is still recognised.
    std::fs::remove_dir_all(lab.root().join("backups")).unwrap();
    let folder = path.rsplit_once('/').unwrap().0;
    lab.write(
        &format!("{folder}/n003_late.py"),
        "revision = 'n003'\ndown_revision = 'n002'\n\n\ndef upgrade():\n    pass\n\n\ndef downgrade():\n    pass\n",
    );
    let said = lab.redistill(&["check", "--static", "--format", "json"]);
    let codes: Vec<String> = said.json()["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| finding["message"].to_string().contains(&id(&second)))
        .map(|finding| finding["code"].as_str().unwrap().to_owned())
        .collect();
    assert!(codes.contains(&"RD631".to_owned()), "{}", said.stdout);
}
