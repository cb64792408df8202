//! Runs the project's env.py: which interpreter, where it connects, what it configures.
//!
//! First to its first connection, which is stopped; then led to an empty scratch on a server of our
//! own (`docs/design/0004-scratch-and-describe.md`).

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::{Engine, Survey, failures, lock};
use crate::error::Failure;
use crate::evidence::{AskedFor, Described, ModuleEvidence, Observed};
use crate::model::text::{safe, safe_lines};
use crate::model::{Interpreter, Location, Module, ModuleName, Target};
use crate::rehearse::ScratchHost;
use crate::sandbox::{Server, ServerOptions};
use crate::survey::catalog;
use crate::system::{ReadFiles as _, connect};
use crate::worker::{ModuleRequest, Worker};

/// What a warm interpreter was started as: the program, a runner's arguments and its folder.
pub(super) type Program = (PathBuf, Vec<String>, Option<PathBuf>);

/// How long env.py may take to say where it connects and how it is configured.
const ENV_LIMIT: Duration = Duration::from_mins(2);
/// One module while it is looked at.
#[derive(Default)]
struct Look {
    described: Observed<Described>,
    target: Option<Target>,
    stopped_at: Option<Location>,
    trouble: Option<Failure>,
}

impl Engine<'_> {
    /// A warm interpreter; one a program, and of a runner one a folder that it is started in.
    fn worker(&self, seen: &ModuleEvidence, found: &Interpreter) -> Result<Worker, Failure> {
        let folder = (!found.arguments.is_empty()).then(|| seen.module.directory.clone());
        let program = (found.path.clone(), found.arguments.clone(), folder);
        let mut workers = lock(&self.workers);
        if let Some(worker) = workers.get(&program) {
            return Ok(worker.clone());
        }
        let worker = match &program.2 {
            Some(folder) => Worker::start_by(&found.path, &found.arguments, folder),
            None => Worker::start(&found.path),
        };
        let worker = worker.map_err(|error| failures::worker(&seen.module.name, &error))?;
        workers.insert(program, worker.clone());
        Ok(worker)
    }

    /// The interpreter of a module, warm.
    pub(super) fn worker_of(&self, seen: &ModuleEvidence) -> Result<Worker, Failure> {
        if let Some(path) = beyond_text(&seen.module) {
            return Err(Failure::usage(format!(
                "{}: the path {} is not UTF-8, so env.py cannot be run with it",
                safe(&seen.module.name.0),
                escaped(path)
            ))
            .with_hint(
                "rename the folder; until then the files can be read: redistill check --static",
            ));
        }
        match &seen.interpreter {
            Observed::Seen(found) => self.worker(seen, found),
            Observed::Unavailable { why } => {
                Err(
                    Failure::usage(format!("{}: {}", safe(&seen.module.name.0), safe(why)))
                        .with_hint("name one: redistill --python PROGRAM check"),
                )
            }
            Observed::NotAsked => Err(Failure::usage(format!(
                "{}: no interpreter",
                safe(&seen.module.name.0)
            ))),
        }
    }

    /// An ephemeral server of our own, for any number of rows; started once.
    pub(super) fn sandbox(&self) -> Result<Arc<ScratchHost>, Failure> {
        started(&self.sandbox, true)
    }

    /// Runs every env.py: first to its first connection, which is stopped, then on an empty scratch.
    pub(super) fn run_environments(&self, survey: &mut Survey) {
        let looks: Vec<(ModuleName, Look)> = std::thread::scope(|scope| {
            let threads: Vec<_> = survey
                .evidence
                .modules
                .iter()
                .map(|seen| (seen.module.name.clone(), scope.spawn(|| self.look(seen))))
                .collect();
            threads
                .into_iter()
                .map(|(name, thread)| (name, thread.join().unwrap_or_default()))
                .collect()
        });
        for (seen, (name, look)) in survey.evidence.modules.iter_mut().zip(looks) {
            seen.described = look.described;
            seen.stopped_at = look.stopped_at;
            survey
                .targets
                .extend(look.target.map(|target| (name.clone(), target)));
            survey
                .troubles
                .extend(look.trouble.map(|trouble| (name, trouble)));
        }
    }

    fn look(&self, seen: &ModuleEvidence) -> Look {
        let mut look = Look::default();
        // Alembic would refuse to load the files, with a traceback instead of a finding.
        if !seen.chain.unreadable.is_empty() || !seen.chain.problems().is_empty() {
            look.described = Observed::Unavailable {
                why: "the revision files cannot be loaded".to_owned(),
            };
            return look;
        }
        let outcome = self.locate(seen).and_then(|target| {
            look.target = Some(target);
            let described = self.describe(seen)?;
            if let Some(target) = self.migrated(seen, &described)? {
                look.target = Some(target);
            }
            Ok(described)
        });
        match outcome {
            Ok(described) => look.described = Observed::Seen(described),
            Err(failure) => {
                let said = failure.message.as_str();
                let prefix = format!("{}: ", safe(&seen.module.name.0));
                look.described = Observed::Unavailable {
                    why: said.strip_prefix(&prefix).unwrap_or(said).to_owned(),
                };
                look.stopped_at = failure
                    .at
                    .as_ref()
                    .and_then(|(path, line)| self.location(path, *line));
                look.trouble = Some(failure);
            }
        }
        look
    }

    /// A line of a file, where what it says begins.
    fn location(&self, path: &Path, line: usize) -> Option<Location> {
        let bytes = self.files.read(path).ok()?;
        let text = String::from_utf8_lossy(&bytes);
        let source_line = text.lines().nth(line.checked_sub(1)?)?;
        let indented = source_line.chars().take_while(|c| c.is_whitespace());
        Some(Location {
            path: path.to_owned(),
            line,
            column: indented.count() + 1,
            source_line: source_line.to_owned(),
        })
    }

    /// Where env.py connects, resolved as libpq would.
    pub(super) fn locate(&self, seen: &ModuleEvidence) -> Result<Target, Failure> {
        let name = &seen.module.name;
        let worker = self.worker_of(seen)?;
        let mut request = ModuleRequest::from(&seen.module);
        request.x = self.x_of(name);
        let asked = worker
            .locate(&request, &self.call(ENV_LIMIT))
            .map_err(|error| failures::worker(name, &error))?;
        let [first, ..] = &asked[..] else {
            return Err(Failure::untouched(format!(
                "{}: env.py never connects",
                safe(&name.0)
            )));
        };
        resolve(name, first)
    }

    /// Where its migrations go, if env.py asks another database first: one of these labels then.
    pub(super) fn locate_among(
        &self,
        seen: &ModuleEvidence,
        known: &[&str],
    ) -> Result<Target, Failure> {
        let first = self.locate(seen)?;
        if known.is_empty() || known.contains(&first.to_string().as_str()) {
            return Ok(first);
        }
        let described = self.describe(seen)?;
        let other = self.migrated(seen, &described)?;
        Ok(other.unwrap_or(first))
    }

    /// The database that the migrations go to, where env.py says so: it may ask another one first.
    fn migrated(
        &self,
        seen: &ModuleEvidence,
        described: &Described,
    ) -> Result<Option<Target>, Failure> {
        let name = &seen.module.name;
        let targets = described
            .migrated
            .iter()
            .map(|asked| resolve(name, asked))
            .collect::<Result<Vec<Target>, Failure>>()?;
        let mut labels: Vec<String> = targets.iter().map(ToString::to_string).collect();
        labels.dedup();
        if labels.len() < 2 {
            return Ok(targets.into_iter().next());
        }
        let env_py = seen.module.env_py();
        let env_py = env_py.strip_prefix(&self.request.root).unwrap_or(&env_py);
        let env_py = env_py.display().to_string();
        Err(of_several_databases(name, &env_py, &labels, described))
    }

    fn describe(&self, seen: &ModuleEvidence) -> Result<Described, Failure> {
        let name = &seen.module.name;
        // No revision runs there.
        let host = started(&self.empty_sandbox, false)?;
        let scratch = host
            .create("d")
            .map_err(|error| Failure::untouched(safe(&error.to_string()).into_owned()))?;
        let mut request = ModuleRequest::from(&seen.module);
        request.x = self.x_of(name);
        let worker = self.worker_of(seen)?;
        let mut described = worker
            .describe(&request, scratch.target(), &self.call(ENV_LIMIT))
            .map_err(|error| failures::worker(name, &error))?;
        let made = scratch
            .connect()
            .ok()
            .and_then(|session| catalog::snapshot(&session, &[]).ok());
        let made = made.ok_or_else(|| {
            Failure::untouched(format!("{}: the scratch cannot be read", safe(&name.0)))
        })?;
        // `public` is there without anybody's doing.
        described.made = made
            .objects
            .into_keys()
            .filter(|key| key.kind != "schema" || key.name != "public")
            .collect();
        Ok(described)
    }
}

/// The ephemeral server that is kept here; started now if it is the first time.
fn started(
    kept: &Mutex<Option<Arc<ScratchHost>>>,
    large: bool,
) -> Result<Arc<ScratchHost>, Failure> {
    let mut kept = lock(kept);
    if let Some(host) = &*kept {
        return Ok(Arc::clone(host));
    }
    let options = ServerOptions {
        large,
        ..ServerOptions::default()
    };
    let server = Server::start_with(&options).map_err(|error| failures::sandbox(&error))?;
    let host = Arc::new(ScratchHost::ephemeral(server));
    *kept = Some(Arc::clone(&host));
    Ok(host)
}

/// Why a chain for several databases is not reset, and what makes it chains for one each.
fn of_several_databases(
    name: &ModuleName,
    env_py: &str,
    found: &[String],
    described: &Described,
) -> Failure {
    let line = described.calls.iter().find_map(|call| call.line);
    let place = line.map_or(env_py.to_owned(), |line| format!("{env_py}:{line}"));
    let mut handed: Vec<&str> = described
        .calls
        .iter()
        .flat_map(|call| call.arguments.iter().map(String::as_str))
        .collect();
    handed.sort_unstable();
    handed.dedup();
    let mut detail = found.to_vec();
    let failure = Failure::refused(format!(
        "{}: env.py migrates {} databases in one run, and a reset proves and stamps one",
        safe(&name.0),
        found.len()
    ));
    if handed.is_empty() {
        detail.push(format!("{place} runs the same revisions on each of them"));
        return failure
            .with_detail(safe_lines(&detail.join("\n")))
            .with_hint(
                "let env.py take one of them (an -x argument, a variable), reset that one: \
                 [modules.NAME] with x = [\"database=one\"]; then: redistill plan",
            )
            .with_hint("then bring the others onto the baseline: redistill adopt --urls FILE");
    }
    detail.push(format!(
        "{place} hands {} to every revision, which holds functions for each of them",
        handed.join(", ")
    ));
    failure
        .with_detail(safe_lines(&detail.join("\n")))
        .with_hint(
            "give each database a script folder and a configuration of its own (alembic init), and \
             each a copy of the revisions in which its own functions (upgrade_NAME, downgrade_NAME) \
             are upgrade() and downgrade(); the identifiers stay, so no database changes",
        )
        .with_hint("each is a module then: redistill plan")
}

fn resolve(name: &ModuleName, asked: &AskedFor) -> Result<Target, Failure> {
    connect::resolve(asked).map_err(|error| {
        Failure::untouched(format!(
            "{}: the database that env.py connects to cannot be resolved: {}",
            safe(&name.0),
            safe(&error.to_string())
        ))
        .with_hint("give env.py a plain URL: postgresql+psycopg://USER@HOST:PORT/DATABASE")
    })
}

/// A path of the module that is no text: what the worker is told must be.
fn beyond_text(module: &Module) -> Option<&Path> {
    let places = [
        module.directory.as_path(),
        module.config.path(),
        module.script_location.as_path(),
    ];
    let versions = module.version_locations.iter().map(PathBuf::as_path);
    let mut all = places.into_iter().chain(versions);
    all.find(|path| path.to_str().is_none())
}

/// The path with the bytes that are no text as `\xff`.
fn escaped(path: &Path) -> String {
    let mut shown = String::new();
    for chunk in path.as_os_str().as_encoded_bytes().utf8_chunks() {
        shown.push_str(&safe(chunk.valid()));
        shown.push_str(&chunk.invalid().escape_ascii().to_string());
    }
    shown
}

#[cfg(test)]
mod tests {
    use std::os::unix::ffi::OsStringExt as _;

    use super::*;

    #[test]
    fn a_folder_that_is_no_text_is_found_and_shown_byte_by_byte() {
        let folder = std::ffi::OsString::from_vec(b"/p/m\xf6dul/\xc3\xbc".to_vec());
        let module = Module::plain("m", PathBuf::from(folder));
        let path = beyond_text(&module).unwrap();
        assert_eq!(escaped(path), "/p/m\\xf6dul/\u{fc}");
        assert_eq!(
            beyond_text(&Module::plain("m", PathBuf::from("/p/\u{fc}"))),
            None
        );
    }
}
