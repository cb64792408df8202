//! What belongs to a person and to a terminal: keys, colours, symbols, the mouse; no server at all.

use std::path::{Path, PathBuf};

use super::pty::Pty;

const SIZE: (u16, u16) = (120, 30);

/// A folder without any Alembic, and somebody's own settings.
struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    fn with(settings: &str) -> Self {
        let desk = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        std::fs::create_dir_all(desk.project()).unwrap();
        std::fs::write(desk.project().join("readme.md"), "nothing to see\n").unwrap();
        if !settings.is_empty() {
            std::fs::create_dir_all(desk.settings().parent().unwrap()).unwrap();
            std::fs::write(desk.settings(), settings).unwrap();
        }
        desk
    }

    fn at(&self, path: &str) -> PathBuf {
        self.folder.path().canonicalize().unwrap().join(path)
    }

    fn project(&self) -> PathBuf {
        self.at("project")
    }

    fn settings(&self) -> PathBuf {
        self.at("state/config/redistill/config.toml")
    }

    fn open(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Pty {
        Pty::start(
            &self.project(),
            arguments,
            SIZE,
            variables,
            self.at("state"),
        )
    }
}

/// The line and the column of the settings stand behind their path.
fn named(path: &Path) -> String {
    format!("{}:", path.display())
}

#[test]
fn keys_colours_symbols_and_the_mouse_are_ones_own() {
    let desk = Desk::with(
        "[app]\ntheme = \"light\"\nsymbols = \"ascii\"\nmouse = false\n\n\
         [keys]\nquit = \"Q\"\nhelp = [\"h\", \"f1\"]\npast = []\n",
    );
    let mut pty = desk.open(&[], &[]);
    pty.wait_for("Q quit");
    pty.wait_for("h help");
    pty.wait_for("no Alembic");
    assert!(pty.text().is_ascii(), "{}", pty.text());
    assert!(!pty.has_mouse());
    assert!(!pty.text().contains("past resets"), "{}", pty.text());
    // The accent of the light theme, and not the dark one's.
    let written = String::from_utf8_lossy(pty.written()).into_owned();
    assert!(written.contains("38;2;20;82;190"));
    assert!(!written.contains("38;2;122;176;255"));
    // The table's key for leaving leaves no more; the help says so, too.
    pty.keys("qh");
    pty.wait_for("filter:");
    pty.keys("leave");
    pty.wait_for("Q                leave");
    pty.keys("\x1b");
    pty.wait_for("Q quit");
    pty.keys("Q");
    assert_eq!(pty.end(), 0);
    pty.is_as_found();

    // A flag for this one start is stronger.
    let mut pty = desk.open(&["--theme", "none"], &[]);
    pty.wait_for("Q quit");
    assert!(!pty.has_colours());
    pty.keys("Q");
    assert_eq!(pty.end(), 0);
}

#[test]
fn settings_that_cannot_be_followed_are_told_before_anything_is_drawn() {
    let desk = Desk::with("[keys]\ncopy = \"q\"\ngo-on = \"x\"\n");
    let mut pty = desk.open(&[], &[]);
    assert_eq!(pty.end(), 2);
    let told = pty.text().replace('\n', "");
    for line in ["2", "3"] {
        let place = format!("{}{line}", named(&desk.settings()));
        assert!(told.contains(&place), "{told}");
    }
    let written = String::from_utf8_lossy(pty.written()).into_owned();
    assert!(!written.contains("\x1b[?1049h"), "{written:?}");
    pty.is_as_found();
}

#[test]
fn a_terminal_is_given_what_it_can_show() {
    let desk = Desk::with("");
    let mut pty = desk.open(&[], &[]);
    pty.wait_for("no Alembic");
    assert!(pty.has_colours() && pty.has_mouse() && !pty.text().is_ascii());
    pty.keys("q");
    assert_eq!(pty.end(), 0);

    let mut pty = desk.open(&[], &[("NO_COLOR", "1"), ("LANG", "C")]);
    pty.wait_for("no Alembic");
    pty.wait_for("q quit");
    assert!(!pty.has_colours());
    assert!(pty.text().is_ascii(), "{}", pty.text());
    pty.keys("?");
    pty.wait_for("filter:");
    assert!(pty.text().is_ascii(), "{}", pty.text());
    pty.keys("\x1bq");
    assert_eq!(pty.end(), 0);

    // A terminal that can do nothing gets what `check` prints, to the letter.
    // In a continuous integration, too, where others would colour it.
    let variables = [("TERM", "dumb"), ("CI", "true")];
    let mut dumb = desk.open(&[], &variables);
    let code = dumb.end();
    let mut check = desk.open(&["check"], &variables);
    assert_eq!(check.end(), code);
    assert_eq!(dumb.written(), check.written());
    assert!(!dumb.written().contains(&0x1b), "{}", dumb.text());
    assert!(dumb.text().contains("no Alembic"), "{}", dumb.text());
    let mut mistyped = desk.open(&["chek"], &variables);
    assert_eq!(mistyped.end(), 2);
    assert!(!mistyped.written().contains(&0x1b), "{}", mistyped.text());
}

#[test]
fn info_says_where_things_are_and_what_the_terminal_can_show() {
    let desk = Desk::with("[app]\ntheme = \"high-contrast\"\nmouse = false\n");
    let mut pty = desk.open(&["info"], &[("LANG", "C")]);
    assert_eq!(pty.end(), 0);
    let told = pty.text();
    let settings = desk.settings();
    for (label, value) in [
        ("own settings", settings.to_str().unwrap()),
        ("app possible", "yes"),
        ("theme", "high-contrast"),
        ("symbols", "ascii"),
        ("mouse", "off"),
    ] {
        let line = format!("{label:<16} {value}");
        assert!(told.replace('\n', "").contains(&line), "{line}\n{told}");
    }
    assert!(!pty.written().contains(&0x1b), "{told}");

    let mut dumb = desk.open(&["info"], &[("TERM", "dumb")]);
    assert_eq!(dumb.end(), 0);
    let line = format!("{:<16} no", "app possible");
    assert!(dumb.text().contains(&line), "{}", dumb.text());
}
