//! The project's own tests: which ones the configuration names, which ones are only found, and how
//! the named ones are run at the end of a reset (`docs/design/0016-own-tests.md`).

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::time::Duration;

use super::Engine;
use crate::error::Failure;
use crate::events::Event;
use crate::evidence::{ModuleEvidence, Observed};
use crate::journal::{TestsEnd, TestsRan};
use crate::model::text::{io_words, safe, without_passwords};
use crate::model::{Interpreter, Module, ModuleName, Secret, TestCommand};
use crate::rules;
use crate::survey::own_tests;
use crate::system::process::{Heard, Process};
use crate::system::{FileKind, ReadFiles as _, environment};

/// So many of the last lines are kept.
const LAST_LINES: usize = 20;
/// So many characters of each.
const LINE_WIDTH: usize = 400;

impl Engine<'_> {
    /// What the configuration lets a reset run for this module.
    pub(super) fn configured_tests(&self, module: &Module) -> Option<TestCommand> {
        let tests = self.asked(&module.name)?.tests.clone()?;
        Some(TestCommand {
            words: tests.words,
            folder: self.folder_of(module),
            limit: tests.limit,
        })
    }

    /// The module's folder, relative to the project where it lies in it.
    fn folder_of(&self, module: &Module) -> String {
        let folder = &module.directory;
        let relative = folder.strip_prefix(&self.request.root).unwrap_or(folder);
        relative.to_string_lossy().into_owned()
    }

    /// The migration tests that are found in the project and that no reset runs, with their module;
    /// those of one environment's branches once.
    pub fn unnamed_tests(&self) -> Result<Vec<(ModuleName, TestCommand)>, Failure> {
        let modules = self.discover()?.modules;
        let is_only = modules.len() == 1;
        let mut unnamed: Vec<(ModuleName, TestCommand)> = Vec::new();
        for (module, _) in &modules {
            if self.configured_tests(module).is_none()
                && let Some(tests) = self.found_tests(module, is_only)
                && !unnamed.iter().any(|(_, other)| *other == tests)
            {
                unnamed.push((module.name.clone(), tests));
            }
        }
        Ok(unnamed)
    }

    /// What runs the migration tests that the project has, as a person types it.
    pub(super) fn test_commands(&self, modules: &[&Module]) -> Vec<String> {
        let all = modules.iter().filter_map(|module| {
            self.configured_tests(module)
                .or_else(|| self.found_tests(module, modules.len() == 1))
        });
        distinct(all).iter().map(TestCommand::by_hand).collect()
    }

    fn found_tests(&self, module: &Module, is_only: bool) -> Option<TestCommand> {
        let root = &self.request.root;
        let found = own_tests::find(module, root, is_only, &self.files);
        (!found.is_empty()).then(|| rules::found_tests_command(root, &module.directory, &found))
    }

    /// Runs a module's tests: in its folder, by its interpreter, with closed standard input.
    pub(super) fn run_tests(
        &self,
        seen: &ModuleEvidence,
        tests: &TestCommand,
        secrets: &[&Secret],
    ) -> TestsRan {
        let module = &seen.module.name;
        let process = match self.process_of(seen, tests) {
            Ok(process) => process,
            Err(why) => return not_started(&why),
        };
        let mut last = VecDeque::new();
        let heard = process.listen(self.cancel, Duration::from_secs(tests.limit), &mut |line| {
            self.hear(module, &masked(line, secrets), &mut last);
        });
        let last: Vec<String> = last.into();
        let (end, detail) = match heard {
            Err(error) => return not_started(&format!("{}: {}", tests.line(), io_words(&error))),
            Ok(Heard::Stopped) => (TestsEnd::Stopped, String::new()),
            Ok(Heard::TimedOut) => (
                TestsEnd::TimedOut,
                format!("ended after {}", tests.limit_words()),
            ),
            Ok(Heard::Ended(status)) => judged(&tests.words, status, &last),
        };
        TestsRan { end, detail, last }
    }

    fn hear(&self, module: &ModuleName, line: &str, last: &mut VecDeque<String>) {
        let line = safe(line).into_owned();
        self.observer.on_event(&Event::Output {
            module: module.clone(),
            line: line.clone(),
        });
        if line.trim().is_empty() {
            return;
        }
        if last.len() == LAST_LINES {
            last.pop_front();
        }
        last.push_back(line.chars().take(LINE_WIDTH).collect());
    }

    /// The command as a child: through the runner, or with the interpreter's folder first on PATH.
    fn process_of(&self, seen: &ModuleEvidence, tests: &TestCommand) -> Result<Process, String> {
        let folder = self.request.root.join(&tests.folder);
        let Some((program, arguments)) = tests.words.split_first() else {
            return Err("the configuration names no command".to_owned());
        };
        let interpreter = match &seen.interpreter {
            Observed::Seen(found) => found,
            Observed::Unavailable { why } => return Err(why.clone()),
            Observed::NotAsked => return Err("no interpreter".to_owned()),
        };
        let process = if interpreter.arguments.is_empty() {
            self.beside(interpreter, program, &folder)?.args(arguments)
        } else {
            through_runner(interpreter, program).args(arguments)
        };
        Ok(process
            .directory(&folder)
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("PYTHONUNBUFFERED", "1")
            .env("PYTHONIOENCODING", "utf-8:replace")
            .env_remove("PYTHONINSPECT"))
    }

    fn beside(
        &self,
        interpreter: &Interpreter,
        program: &str,
        folder: &Path,
    ) -> Result<Process, String> {
        let bin = interpreter.path.parent().unwrap_or(Path::new("/"));
        let path = self.program(interpreter, bin, program, folder)?;
        let mut process = Process::new(path);
        if let Some(paths) = environment::path_with(bin) {
            process = process.env("PATH", paths);
        }
        let environment = bin
            .parent()
            .filter(|one| self.is_file(&one.join("pyvenv.cfg")));
        Ok(match environment {
            Some(environment) => process.env("VIRTUAL_ENV", environment),
            None => process,
        })
    }

    fn program(
        &self,
        interpreter: &Interpreter,
        bin: &Path,
        program: &str,
        folder: &Path,
    ) -> Result<PathBuf, String> {
        if program.contains('/') {
            return Ok(folder.join(program));
        }
        if is_python(program) {
            return Ok(interpreter.path.clone());
        }
        let own = bin.join(program);
        if self.is_file(&own) {
            return Ok(own);
        }
        let at = interpreter.path.display();
        // Another interpreter's would test with other packages.
        if is_pytest(program) {
            return Err(format!("{program} is not installed beside {at}"));
        }
        environment::find_program(program)
            .ok_or_else(|| format!("{program} is neither beside {at} nor on PATH"))
    }

    fn is_file(&self, path: &Path) -> bool {
        let real = self.files.canonical(path);
        real.and_then(|real| self.files.stat(&real))
            .is_ok_and(|stat| stat.is_some_and(|stat| stat.kind == FileKind::File))
    }
}

/// The branches of one environment have their tests in common.
fn distinct(commands: impl Iterator<Item = TestCommand>) -> Vec<TestCommand> {
    let mut found: Vec<TestCommand> = Vec::new();
    for command in commands {
        if !found.contains(&command) {
            found.push(command);
        }
    }
    found
}

/// A runner ends in Python: the command takes its place.
fn through_runner(interpreter: &Interpreter, program: &str) -> Process {
    let process = Process::new(&interpreter.path);
    match interpreter.arguments.split_last() {
        Some((_, before)) if !is_python(program) => process.args(before).arg(program),
        _ => process.args(&interpreter.arguments),
    }
}

fn is_python(program: &str) -> bool {
    matches!(program, "python" | "python3")
}

fn is_pytest(program: &str) -> bool {
    matches!(program, "pytest" | "py.test")
}

fn not_started(why: &str) -> TestsRan {
    TestsRan {
        end: TestsEnd::NotStarted,
        detail: safe(why).into_owned(),
        last: Vec::new(),
    }
}

/// What the exit code and the last lines come to.
fn judged(words: &[String], status: ExitStatus, last: &[String]) -> (TestsEnd, String) {
    let pytest = words.iter().any(|word| is_pytest(word));
    let known = pytest || words.iter().any(|word| word == "unittest");
    let summary = summary(last);
    let Some(code) = status.code() else {
        return (TestsEnd::Failed, format!("ended by a signal: {summary}"));
    };
    let missing = |line: &String| line.contains("No module named pytest");
    match code {
        0 if pytest && !summary.contains("passed") && summary.contains(" skipped") => {
            (TestsEnd::NothingRan, summary)
        }
        0 => (TestsEnd::Passed, summary),
        1 if pytest && last.iter().any(missing) => {
            (TestsEnd::NotStarted, "pytest is not installed".to_owned())
        }
        5 if known => (TestsEnd::NothingRan, summary),
        _ if summary.is_empty() => (TestsEnd::Failed, format!("exit code {code}")),
        _ => (TestsEnd::Failed, format!("exit code {code}: {summary}")),
    }
}

/// The last line, without pytest's frame of equals signs.
fn summary(last: &[String]) -> String {
    let line = last.last().map_or("", String::as_str);
    line.trim_matches(|c: char| c == '=' || c.is_whitespace())
        .to_owned()
}

/// The line without passwords: those of URLs, and those of the databases wherever they stand alone.
fn masked(line: &str, secrets: &[&Secret]) -> String {
    let mut line = without_passwords(line).into_owned();
    for secret in secrets {
        line = without(&line, secret.expose());
    }
    line
}

/// Replaces a word that is not part of a longer one.
fn without(line: &str, secret: &str) -> String {
    if secret.is_empty() {
        return line.to_owned();
    }
    let mut shown = String::new();
    let mut rest = line;
    while let Some(at) = rest.find(secret) {
        let (before, from) = rest.split_at(at);
        let behind = &from[secret.len()..];
        let is_inner = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        let previous = before
            .chars()
            .next_back()
            .or_else(|| shown.chars().next_back());
        shown.push_str(before);
        if is_inner(previous) || is_inner(behind.chars().next()) {
            shown.push_str(secret);
        } else {
            shown.push_str("***");
        }
        rest = behind;
    }
    shown.push_str(rest);
    shown
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt as _;

    use super::*;

    fn end(command: &str, code: i32, last: &str) -> (TestsEnd, String) {
        let words: Vec<String> = command.split(' ').map(str::to_owned).collect();
        let last: Vec<String> = last.lines().map(str::to_owned).collect();
        judged(&words, ExitStatus::from_raw(code << 8), &last)
    }

    #[test]
    fn only_tests_that_ran_and_passed_have_passed() {
        let answer = |end, detail: &str| (end, detail.to_owned());
        for (command, code, last, expected) in [
            (
                "pytest tests",
                0,
                "===== 3 passed, 1 skipped in 0.12s =====",
                answer(TestsEnd::Passed, "3 passed, 1 skipped in 0.12s"),
            ),
            (
                "pytest -q",
                0,
                "2 skipped in 0.01s",
                answer(TestsEnd::NothingRan, "2 skipped in 0.01s"),
            ),
            (
                "python -m pytest",
                5,
                "no tests ran in 0.01s",
                answer(TestsEnd::NothingRan, "no tests ran in 0.01s"),
            ),
            (
                "python -m pytest",
                1,
                "/p/bin/python: No module named pytest",
                answer(TestsEnd::NotStarted, "pytest is not installed"),
            ),
            (
                "python -m unittest",
                5,
                "NO TESTS RAN",
                answer(TestsEnd::NothingRan, "NO TESTS RAN"),
            ),
            ("make test", 5, "", answer(TestsEnd::Failed, "exit code 5")),
            (
                "pytest",
                1,
                "1 failed in 0.1s",
                answer(TestsEnd::Failed, "exit code 1: 1 failed in 0.1s"),
            ),
            (
                "make test",
                0,
                "skipped",
                answer(TestsEnd::Passed, "skipped"),
            ),
        ] {
            assert_eq!(end(command, code, last), expected, "{command} {last}");
        }
        let killed = judged(&["make".to_owned()], ExitStatus::from_raw(9), &[]);
        assert_eq!(killed.0, TestsEnd::Failed);
    }

    #[test]
    fn passwords_are_masked_where_they_stand_alone() {
        let secret = Secret::new("app");
        let shown = masked("u://me:x@h/d PGPASSWORD=app, apple app", &[&secret]);
        assert_eq!(shown, "u://me:***@h/d PGPASSWORD=***, apple ***");
    }

    #[test]
    fn a_command_takes_the_place_of_the_runners_python() {
        let interpreter = Interpreter {
            path: PathBuf::from("/bin/echo"),
            arguments: ["exec", "api", "python"].map(str::to_owned).to_vec(),
            source: crate::model::InterpreterSource::Given,
        };
        let said = |program: &str| {
            let output = through_runner(&interpreter, program).output(Duration::from_mins(1));
            output.unwrap().text()
        };
        assert_eq!(said("pytest"), "exec api pytest\n");
        assert_eq!(said("python"), "exec api python\n");
    }
}
