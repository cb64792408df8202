//! Independent proof: the project's own Alembic, as its developer would type it.
//!
//! Nothing of redistill's engine has a part in it. Each module is taken up, down and up again on a
//! database that never saw the old history; the live one is only asked.

use std::sync::atomic::{AtomicBool, Ordering};

use super::content::ModuleFacts;
use super::project::{Demo, DemoError};
use super::stock;

/// One command that did what it must.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ran {
    /// The database.
    pub database: String,
    /// As typed: `alembic upgrade head`.
    pub command: String,
    /// What it came to, in a few words.
    pub answer: String,
}

/// What must be true after a command.
#[derive(Clone, Copy)]
enum Expect<'a> {
    /// It succeeds.
    Success,
    /// It succeeds and leaves no object of the module behind.
    Nothing,
    /// It succeeds and names this revision as the head.
    Head(&'a str),
}

impl Demo {
    /// Proves a module whose history is the one revision `baseline`. The fresh database is gone
    /// afterwards.
    pub fn prove(
        &self,
        module: ModuleFacts,
        baseline: &str,
        stop: &AtomicBool,
    ) -> Result<Vec<Ran>, DemoError> {
        let fresh = format!("{}_fresh", module.database);
        stock::create_database(self.server(), &fresh)?;
        let proven = self.prove_in(module, baseline, &fresh, stop);
        let dropped = stock::drop_database(self.server(), &fresh);
        let proven = proven?;
        dropped?;
        Ok(proven)
    }

    fn prove_in(
        &self,
        module: ModuleFacts,
        baseline: &str,
        fresh: &str,
        stop: &AtomicBool,
    ) -> Result<Vec<Ran>, DemoError> {
        let commands: [(&str, &[&str], Expect<'_>); 7] = [
            (fresh, &["upgrade", "head"], Expect::Success),
            (fresh, &["downgrade", "base"], Expect::Nothing),
            (fresh, &["upgrade", "head"], Expect::Success),
            (fresh, &["check"], Expect::Success),
            (fresh, &["current"], Expect::Head(baseline)),
            (module.database, &["current"], Expect::Head(baseline)),
            (module.database, &["check"], Expect::Success),
        ];
        let mut ran = Vec::new();
        for (database, arguments, expect) in commands {
            if stop.load(Ordering::Relaxed) {
                return Err(DemoError::Cancelled);
            }
            ran.push(self.proven(module, database, arguments, expect)?);
        }
        Ok(ran)
    }

    fn proven(
        &self,
        module: ModuleFacts,
        database: &str,
        arguments: &[&str],
        expect: Expect<'_>,
    ) -> Result<Ran, DemoError> {
        let command = format!("alembic {}", arguments.join(" "));
        let disproved = |said: String| DemoError::Disproved {
            module: module.name,
            database: database.to_owned(),
            command: command.clone(),
            said,
        };
        let output = self.alembic_on(module, database, arguments)?;
        if !output.status.success() {
            return Err(disproved(output.text()));
        }
        let answer = match expect {
            Expect::Success => "ok".to_owned(),
            Expect::Nothing => {
                let left = stock::left_behind(self.server(), database)?;
                if !left.is_empty() {
                    return Err(disproved(format!("left behind: {}", left.join(", "))));
                }
                "ok, nothing left behind".to_owned()
            }
            Expect::Head(baseline) => {
                let head = format!("{baseline} (head)");
                if !output.text().lines().any(|line| line.trim() == head) {
                    return Err(disproved(output.text()));
                }
                head
            }
        };
        Ok(Ran {
            database: database.to_owned(),
            command,
            answer,
        })
    }

    /// Runs the migration tests that a module brings along; `None` if it has none.
    pub fn own_tests(&self, module: ModuleFacts) -> Result<Option<Ran>, DemoError> {
        let command = "python -m unittest discover -s tests";
        let Some(output) = self.unittest(module)? else {
            return Ok(None);
        };
        if !output.status.success() {
            return Err(DemoError::Disproved {
                module: module.name,
                database: module.database.to_owned(),
                command: command.to_owned(),
                said: output.text(),
            });
        }
        let text = output.text();
        let count = text.lines().find(|line| line.starts_with("Ran "));
        Ok(Some(Ran {
            database: module.database.to_owned(),
            command: command.to_owned(),
            answer: count.unwrap_or("ok").to_owned(),
        }))
    }
}
