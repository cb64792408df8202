//! The machinery of `redistill check`: the failing level, and findings that are set aside.

use super::project::{REVISION, with_enum};

#[test]
fn the_failing_level_decides_the_exit_code_in_every_format() {
    let project = with_enum();
    // A project without git is a warning of its own; RD302 is one, too.
    for (level, code) in [
        (None, 0),
        (Some("refuse"), 0),
        (Some("warn"), 1),
        (Some("note"), 1),
    ] {
        for format in ["text", "json", "sarif", "github"] {
            let mut arguments = vec!["--format", format];
            arguments.extend(level.iter().flat_map(|level| ["--fail-on", level]));
            project.check(&arguments).expect(code);
        }
    }
    project.check(&["--fail-on", "error"]).expect(2);
    project.write("alembic/versions/n002.py", "revision = nonsense(\n");
    project.check(&[]).expect(1);
}

#[test]
fn a_note_fails_at_the_level_note_only() {
    let project = with_enum();
    let noted = REVISION.replace(
        "def upgrade():",
        "# redistill: ignore[RD301] there is none\ndef upgrade():",
    );
    let noted = noted.replace(
        "note_state\")),",
        "note_state\")),  # redistill: ignore[RD302] dropped by hand",
    );
    project.write("alembic/versions/n001.py", noted);
    project.write(
        "redistill.toml",
        "[[ignore]]\ncode = \"RD204\"\nreason = \"a temporary folder\"\n",
    );
    assert_eq!(
        project.codes(),
        (
            vec!["RD642".to_owned()],
            vec!["RD204".to_owned(), "RD302".to_owned()]
        )
    );
    project.check(&["--fail-on", "warn"]).expect(0);
    project.check(&["--fail-on", "note"]).expect(1);
}

#[test]
fn what_is_set_aside_is_counted_and_says_why() {
    let project = with_enum();
    project.write(
        "redistill.toml",
        "[[ignore]]\ncode = \"RD204\"\nreason = \"a temporary folder\"\n\n\
         [[ignore]]\ncode = \"RD302\"\npath = \"alembic/versions/*.py\"\nreason = \"never downgraded\"\n",
    );
    let text = project.check(&[]).expect(0).stdout;
    assert!(
        text.ends_with("verdict: clear, nothing found, 2 suppressed\n"),
        "{text}"
    );
    let json = project.check(&["--format", "json"]).json();
    let aside = &json["suppressed"][1];
    assert_eq!(aside["code"], "RD302");
    assert_eq!(aside["by"], "configuration");
    assert_eq!(aside["reason"], "never downgraded");
    assert_eq!(
        (&aside["at"]["path"], &aside["at"]["line"]),
        (&"redistill.toml".into(), &5.into())
    );
    let sarif = project.check(&["--format", "sarif"]).json();
    let aside = &sarif["runs"][0]["results"][1];
    assert_eq!(aside["suppressions"][0]["kind"], "external");
    assert_eq!(
        aside["suppressions"][0]["justification"],
        "never downgraded"
    );
    let github = project.check(&["--format", "github"]).stdout;
    assert_eq!(github, "");
}

#[test]
fn suppressions_that_cannot_be_followed_are_findings_with_their_line() {
    let project = with_enum();
    project.write(
        "redistill.toml",
        "[[ignore]]\ncode = \"RD302\"\n\n[[ignore]]\ncode = \"RD101\"\nreason = \"only staging\"\n",
    );
    let json = project.check(&["--format", "json"]).expect(0).json();
    let found: Vec<_> = json["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["code"].as_str().unwrap(), &one["location"]["line"]))
        .filter(|(code, _)| code.starts_with("RD64"))
        .collect();
    assert_eq!(found, [("RD640", &1.into()), ("RD641", &4.into())]);
    let (findings, _) = project.codes();
    assert!(findings.contains(&"RD302".to_owned()));
}
