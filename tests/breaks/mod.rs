//! What breaks a baseline that is written by hand or by autogenerate: each as a project, reset from
//! the chain and from the models, with `pg_dump` and Alembic as judges.

mod attacks;
mod divergences;
mod drift;
mod hostile;
mod lines;

use crate::support::{Lab, Module, packages};
use serde_json::Value;
use std::collections::BTreeSet;

/// Whether the whole way is walked: from the models, too, up a second time, and back by `undo`.
fn is_full() -> bool {
    std::env::var_os("REDISTILL_BREAKS").is_some()
}

/// A project before it is built.
#[derive(Default)]
pub struct Project<'a> {
    /// `target_metadata`.
    pub models: &'a str,
    /// Its revisions, first to last: the body of `upgrade()` of each.
    pub chain: &'a [&'a str],
    /// More imports of every revision.
    pub imports: &'a str,
    /// More files of the module: path and text.
    pub files: &'a [(&'a str, &'a str)],
    /// More arguments of `context.configure`, with a comma behind each.
    pub configure: &'a str,
    /// More lines at the head of env.py.
    pub environment: &'a str,
    /// Whether it needs packages of third parties.
    pub has_packages: bool,
}

/// A project that stands at its head, and what `pg_dump` says of its chain on an empty database.
pub struct Site {
    pub lab: Lab,
    pub chain: String,
}

/// What Alembic's own `check` has to say.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Check {
    Clean,
    Drift,
}

/// The version table is not the schema's.
const HIDE: [&str; 2] = ["-T", "alembic_version"];

impl Project<'_> {
    /// Builds it.
    pub fn build(&self) -> Site {
        let lab = Lab::new();
        let lab = if self.has_packages {
            lab.run_by(packages::interpreter())
        } else {
            lab
        };
        let files: Vec<(String, String)> = (1..)
            .zip(self.chain)
            .map(|(place, up)| (format!("r{place:03}_step.py"), self.revision(place, up)))
            .collect();
        let revisions: Vec<(&str, &str)> = files
            .iter()
            .map(|(name, text)| (name.as_str(), text.as_str()))
            .collect();
        lab.add(&Module {
            models: self.models,
            revisions: &revisions,
            configure: self.configure,
            ..Module::default()
        });
        for (path, text) in self.files {
            lab.write(&format!("api/{path}"), text);
        }
        let environment = lab.read("api/alembic/env.py");
        lab.write(
            "api/alembic/env.py",
            &environment.replace(
                "\nconfig = context.config",
                &format!("{}\n\nconfig = context.config", self.environment),
            ),
        );
        lab.create_database("app");
        lab.alembic("api", &["upgrade", "head"]);
        let chain = lab.dump("app", &HIDE);
        Site { lab, chain }
    }

    fn revision(&self, place: usize, up: &str) -> String {
        let down = match place {
            1 => "None".to_owned(),
            _ => format!("\"r{:03}\"", place - 1),
        };
        let body = up
            .trim_matches('\n')
            .lines()
            .fold(String::new(), |all, line| format!("{all}    {line}\n"));
        format!(
            "\"\"\"step {place}\"\"\"\nfrom alembic import op\nimport sqlalchemy as sa\n\
             from sqlalchemy.dialects import postgresql\n{}\n\nrevision = \"r{place:03}\"\n\
             down_revision = {down}\n\n\ndef upgrade():\n{body}\n\ndef downgrade():\n    pass\n",
            self.imports
        )
    }
}

impl Site {
    /// Source `chain`: no byte of `pg_dump` differs, rows included, on a fresh database, after the
    /// way down and up again, and on the live one with `rows` of the user in it. Gives the baseline.
    #[track_caller]
    pub fn follows_the_chain(&self, rows: &str, check: Check) -> String {
        self.lab.sql("app", rows);
        self.go(&[], Some(check), |fresh| assert_eq!(fresh, self.chain))
    }

    /// Source `models`: what differs is what the user agreed to. `gone` are the lines of `pg_dump`
    /// that the chain's database has and the baseline's has not; `new` are those that it has more.
    #[track_caller]
    pub fn follows_the_models(&self, agreed: &[&str], gone: &[&str], new: &[&str]) {
        if !is_full() {
            return;
        }
        let mut choices = vec!["--source", "models"];
        if !agreed.is_empty() {
            // The live database stays what it is, and so it cannot be stamped.
            choices.extend(["--strategy", "unversioned"]);
            choices.extend(agreed.iter().flat_map(|object| ["--leave-out", object]));
        }
        let check = agreed.is_empty().then_some(Check::Clean);
        self.go(&choices, check, |fresh| {
            let (before, after) = (said(&self.chain), said(fresh));
            let only = |here: &BTreeSet<String>, there: &BTreeSet<String>| -> Vec<String> {
                here.difference(there).cloned().collect()
            };
            assert_eq!(only(&before, &after), gone, "gone");
            assert_eq!(only(&after, &before), new, "new");
        });
    }

    /// Resets; the judges look; takes it back. `judge` is shown each fresh database.
    #[track_caller]
    fn go(&self, choices: &[&str], check: Option<Check>, judge: impl Fn(&str)) -> String {
        let lab = &self.lab;
        let (tree, live) = (lab.tree(), lab.dump("app", &[]));
        let content = lab.dump("app", &HIDE);
        let plan = self.plan(choices);
        let digest = plan["digest"].as_str().unwrap();
        let answer = lab
            .redistill(&["reset", "--plan", digest, "--format", "json"])
            .expect(0);
        let last: Value = serde_json::from_str(answer.stdout.lines().last().unwrap()).unwrap();
        assert_eq!(lab.dump("app", &HIDE), content, "the live database");
        if let Some(check) = check {
            self.is_checked(check);
        }
        lab.sql("postgres", "alter database app rename to app_live");
        lab.create_database("app");
        let nothing = lab.dump("app", &HIDE);
        lab.alembic("api", &["upgrade", "head"]);
        judge(&lab.dump("app", &HIDE));
        lab.alembic("api", &["downgrade", "base"]);
        assert_eq!(lab.dump("app", &HIDE), nothing, "left behind");
        let baseline = plan["modules"][0]["baseline"].as_str().unwrap().to_owned();
        if !is_full() {
            return baseline;
        }
        lab.alembic("api", &["upgrade", "head"]);
        judge(&lab.dump("app", &HIDE));
        lab.sql("postgres", "drop database app");
        lab.sql("postgres", "alter database app_live rename to app");
        lab.redistill(&["undo", last["id"].as_str().unwrap()])
            .expect(0);
        assert_eq!(lab.dump("app", &[]), live);
        assert_eq!(lab.tree(), tree);
        baseline
    }

    /// Refused: what a plan from the models would lose, object by object, as `--leave-out` takes it.
    #[track_caller]
    pub fn would_lose(&self, choices: &[&str]) -> Vec<String> {
        let answer = self
            .lab
            .redistill(&[&["plan", "--source", "models"], choices].concat())
            .expect(1)
            .says(&["the baseline would lose", "--leave-out"]);
        let (_, list) = answer.stderr.split_once("the baseline would lose").unwrap();
        let mut objects: Vec<String> = list
            .lines()
            .skip(1)
            .take_while(|line| !line.contains('→'))
            .map(|line| line.trim().split(": ").next().unwrap().to_owned())
            .filter(|object| !object.is_empty())
            .collect();
        objects.dedup();
        objects
    }

    /// The plan as JSON.
    #[track_caller]
    pub fn plan(&self, choices: &[&str]) -> Value {
        let all = [&["plan", "--format", "json"], choices].concat();
        self.lab.redistill(&all).expect(0).json()
    }

    #[track_caller]
    fn is_checked(&self, check: Check) {
        let output = self.lab.alembic_output("api", &["check"]);
        let said = format!(
            "{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        let is_drift = said.contains("New upgrade operations detected");
        assert_eq!(output.status.success(), check == Check::Clean, "{said}");
        assert_eq!(is_drift, check == Check::Drift, "{said}");
    }
}

/// The statements of a dump, without the order of what has none: lines of a table carry its name.
fn said(dump: &str) -> BTreeSet<String> {
    let mut table = String::new();
    let mut lines = BTreeSet::new();
    for line in dump.lines() {
        let line = line.trim_end_matches(',').trim();
        if line.is_empty() || line.starts_with("--") {
            continue;
        }
        if let Some(rest) = line.strip_prefix("CREATE TABLE ") {
            rest.trim_end_matches(" (").clone_into(&mut table);
        }
        let owner = if table.is_empty() || line.starts_with("CREATE TABLE ") {
            String::new()
        } else {
            format!("{table}: ")
        };
        lines.insert(format!("{owner}{line}"));
        if line.starts_with(");") || line == ")" {
            table.clear();
        }
    }
    lines
}

fn borrowed(names: &[String]) -> Vec<&str> {
    names.iter().map(String::as_str).collect()
}
