//! `check --fix`: what is written is written byte by byte, and what is not is left as it was.

use std::os::unix::fs::{PermissionsExt as _, symlink};

use super::project::{ENV, INI, Project, REVISION, with_enum};

/// A key column of the wrong type at line 9.
const MODELS: &str = "from sqlalchemy import Column, ForeignKey, Integer, Uuid  # keep me
from app.base import Base

class Account(Base):
    __tablename__ = 'accounts'
    id = Column(Uuid, primary_key=True)
class Key(Base):
    __tablename__ = 'keys'
    account = Column( Integer , ForeignKey('accounts.id') )\t# \u{fc}ber alles
";

fn with_models(models: impl AsRef<[u8]>) -> Project {
    let project = Project::with(&[("alembic.ini", INI), ("alembic/env.py", ENV)]);
    project.write("alembic/versions/__init__.py", "");
    project.write(
        "app/base.py",
        "Base = declarative_base(metadata=MetaData(naming_convention={\"fk\": \"fk_%(table_name)s\"}))\n",
    );
    project.write("app/models.py", models);
    project
}

fn mended(models: &str) -> String {
    models.replace("( Integer ,", "( Uuid ,")
}

fn latin(text: &str) -> Vec<u8> {
    text.chars().map(|c| u8::try_from(c).unwrap()).collect()
}

#[test]
fn only_the_bytes_of_the_correction_change() {
    let crlf = format!("\u{feff}{}", MODELS.replace('\n', "\r\n"));
    let open = MODELS.trim_end().to_owned();
    let cookie = format!("# -*- coding: latin-1 -*-\n{MODELS}");
    for (before, after) in [
        (MODELS.as_bytes().to_vec(), mended(MODELS).into_bytes()),
        (crlf.clone().into_bytes(), mended(&crlf).into_bytes()),
        (open.clone().into_bytes(), mended(&open).into_bytes()),
        (latin(&cookie), latin(&mended(&cookie))),
    ] {
        let project = with_models(&before);
        let path = project.root().join("app/models.py");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        let answer = project
            .check(&["--fix=apply", "--format", "json"])
            .expect(0);
        assert_eq!(
            project.read("app/models.py").escape_ascii().to_string(),
            after.escape_ascii().to_string()
        );
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o640);
        let document = answer.json();
        assert_eq!(document["corrected"][0]["code"], "RD301");
        assert_eq!(document["corrected"][0]["path"], "app/models.py");
        // What is printed is judged after the correction.
        assert_eq!(project.codes().0, ["RD204"]);
        assert!(!answer.stdout.contains("\"RD301\",\n      \"name\""));
        assert_eq!(document["findings"].as_array().unwrap().len(), 1);
        answer.says(&[
            "-    account = Column( Integer ,",
            "written: 1 correction in 1 file",
        ]);
        // Again there is nothing to do.
        project
            .check(&["--fix=apply"])
            .expect(0)
            .says(&["nothing can be corrected without a decision"]);
    }
}

#[test]
fn without_a_terminal_or_when_only_shown_nothing_is_written() {
    for how in ["--fix", "--fix=ask", "--fix=show"] {
        let project = with_models(MODELS);
        let answer = project.check(&[how, "--fail-on", "warn"]).expect(1);
        assert!(
            answer
                .stdout
                .starts_with("--- a/app/models.py\n+++ b/app/models.py\n@@ "),
            "{}",
            answer.stdout
        );
        assert!(answer.stdout.contains("\n+    account = Column( Uuid ,"));
        assert!(answer.stdout.contains("RD301 foreign-key-type-mismatch"));
        answer.says(&["not written; to write: redistill check --fix=apply"]);
        assert_eq!(project.read("app/models.py"), MODELS.as_bytes());
    }
}

#[test]
fn what_needs_a_person_is_left_alone_and_says_why() {
    let broken = format!("{MODELS}def (:\n");
    let project = with_models(&broken);
    let answer = project.check(&["--fix=apply"]);
    answer.says(&["left alone: RD301 app/models.py:9: syntax error"]);
    assert_eq!(project.read("app/models.py"), broken.as_bytes());

    // The key's type is written with a name that the other file does not know.
    let (accounts, keys) = MODELS.split_once("class Key").unwrap();
    let keys = format!("from sqlalchemy import Column, ForeignKey, Integer\nclass Key{keys}");
    let project = with_models(&keys);
    project.write("app/accounts.py", accounts);
    let answer = project.check(&["--fix=apply"]);
    answer.says(&[
        "left alone: RD301 app/models.py:4: the file does not import Uuid",
        "nothing can be corrected",
    ]);
    assert_eq!(project.read("app/models.py"), keys.as_bytes());

    let project = with_enum();
    project.check(&["--fix=apply"]).says(&[
        "left alone: RD302 alembic/versions/n001.py:",
        "a revision would change",
    ]);
    assert_eq!(
        project.read("alembic/versions/n001.py"),
        REVISION.as_bytes()
    );
}

#[test]
fn several_corrections_of_a_file_are_made_together() {
    let second = "    other = Column(Integer, ForeignKey('accounts.id'))\n";
    let both = "    a = Column(Integer, ForeignKey('accounts.id')); b = Column(Integer, ForeignKey('accounts.id'))\n";
    let models = format!("{MODELS}{second}{both}");
    let project = with_models(&models);
    let answer = project.check(&["--fix=apply"]).expect(0);
    let after = mended(&models).replace(second, &second.replace("Integer", "Uuid"));
    let after = after.replace("a = Column(Integer", "a = Column(Uuid");
    assert_eq!(
        String::from_utf8(project.read("app/models.py")).unwrap(),
        after
    );
    answer.says(&[
        "another correction touches the same lines",
        "written: 3 corrections in 1 file",
    ]);
    project
        .check(&["--fix=apply"])
        .says(&["written: 1 correction in 1 file"]);
    assert!(
        !String::from_utf8(project.read("app/models.py"))
            .unwrap()
            .contains("Column(Integer")
    );
}

#[test]
fn a_link_stays_a_link_and_never_leads_out_of_the_project() {
    let project = with_models(MODELS);
    let path = project.root().join("app/models.py");
    let outside = project.outside().join("models.py");
    std::fs::rename(&path, &outside).unwrap();
    // A folder that is a link: the file in it is read as one of the project.
    std::fs::remove_dir_all(project.root().join("app")).unwrap();
    std::fs::create_dir(project.outside().join("shared")).unwrap();
    std::fs::rename(&outside, project.outside().join("shared/models.py")).unwrap();
    symlink(project.outside().join("shared"), project.root().join("app")).unwrap();
    project.check(&["--fix=apply"]);
    assert_eq!(
        std::fs::read(project.outside().join("shared/models.py")).unwrap(),
        MODELS.as_bytes()
    );

    // A bare % in an env.py that is a link inside of the project.
    let environment = ENV.replace("settings.sync_url", "\"postgresql://u@h/a%20b\"");
    let project = Project::with(&[("alembic.ini", INI), ("shared/env.py", &environment)]);
    project.write("alembic/versions/__init__.py", "");
    let link = project.root().join("alembic/env.py");
    symlink("../shared/env.py", &link).unwrap();
    project
        .check(&["--fix=apply"])
        .expect(0)
        .says(&["written: 1 correction"]);
    assert!(std::fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(
        String::from_utf8(project.read("shared/env.py")).unwrap(),
        environment.replace("a%20b", "a%%20b")
    );
    let target = project.outside().join("env.py");
    std::fs::rename(project.root().join("shared/env.py"), &target).unwrap();
    std::fs::write(&target, &environment).unwrap();
    std::fs::remove_file(&link).unwrap();
    symlink(&target, &link).unwrap();
    project
        .check(&["--fix=apply"])
        .says(&["the file lies outside of the project"]);
    assert_eq!(std::fs::read_to_string(&target).unwrap(), environment);
}

/// Runs the arguments behind it on a terminal of their own, types the first one at the question, and
/// ends as they do.
const TYPIST: &str = r#"
import os, pty, sys
answer, *arguments = sys.argv[1:]
child, terminal = pty.fork()
if child == 0:
    os.execv(arguments[0], arguments)
seen = b""
while True:
    try:
        piece = os.read(terminal, 4096)
    except OSError:
        break
    if not piece:
        break
    seen += piece
    if b"[y/N]" in seen and answer:
        os.write(terminal, answer.encode() + b"\r")
        answer = ""
sys.stdout.buffer.write(seen)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"#;

#[test]
fn on_a_terminal_the_diff_is_shown_before_the_question() {
    for (answer, code) in [("y", 0), ("n", 5)] {
        let project = with_models(MODELS);
        let output = std::process::Command::new(crate::support::interpreter())
            .args(["-c", TYPIST, answer, env!("CARGO_BIN_EXE_redistill")])
            .args(["check", "--static", "--fix"])
            .current_dir(project.root())
            .env("TERM", "xterm")
            .output()
            .unwrap();
        let seen = String::from_utf8_lossy(&output.stdout);
        assert_eq!(output.status.code(), Some(code), "{seen}");
        let (diff, question) = (
            seen.find("+++ b/app/models.py").unwrap(),
            seen.find("Write 1 correction in 1 file?").unwrap(),
        );
        assert!(diff < question, "{seen}");
        let written = project.read("app/models.py") == mended(MODELS).into_bytes();
        assert_eq!(written, answer == "y", "{seen}");
        assert_eq!(seen.contains("nothing has changed"), answer == "n");
    }
}
