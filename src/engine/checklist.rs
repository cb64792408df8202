//! The review before production: gathers what its items rest on, keeps the signatures.
//!
//! Signatures lie in a file of the project beside the notes, so that the team reads and reviews
//! them (`docs/design/0008-checklist.md`).

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Assessment, Depth, Engine, Survey, failures, naming};
use crate::error::Failure;
use crate::evidence::Observed;
use crate::journal::{Outcome, Run, Status, TakenBack};
use crate::model::text::{io_words, safe};
use crate::plan::{Purpose, Step, Strategy};
use crate::rehearse::RehearseError;
use crate::report::checklist;
use crate::report::checklist::{
    Answer, Checklist, Cycle, Facts, LastReset, OwnTests, Signature, Went,
};
use crate::report::own_tests;
use crate::rules::Scope;
use crate::steps::archive;
use crate::survey::{bare_keys, signer, sources};
use crate::system::{ReadFiles, Session, WriteFiles as _, clock, environment, random};

const LIMIT: Duration = Duration::from_secs(15);
/// The file of signatures, in the folder of the notes.
const FILE: &str = "migration_checklist.json";
/// The name and version of that file's shape.
const SCHEMA: &str = "redistill.signatures/1";

/// The file of signatures.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Signed {
    schema: String,
    signatures: Vec<Signature>,
}

/// A person's answer to an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The item's key.
    pub item: String,
    /// The answer; never open.
    pub answer: Answer,
    /// In their own words.
    pub comment: String,
}

impl Engine<'_> {
    /// Evaluates every item. With [`Depth::Full`] every chain is run up, down and up on scratch.
    pub fn checklist(&mut self, depth: Depth) -> Result<Checklist, Failure> {
        let survey = self.survey(depth)?;
        let assessment = self.assess(&survey, depth);
        let last = self.last_reset(depth)?;
        let modules: Vec<_> = survey
            .evidence
            .modules
            .iter()
            .map(|seen| &seen.module)
            .collect();
        let facts = Facts {
            project: self.project_name(),
            heads: heads(&survey),
            scope: match depth {
                Depth::Static => Scope::Static,
                Depth::Full => Scope::Full,
            },
            findings: &assessment.findings,
            unseen: self.unseen(&survey, depth),
            cycles: match depth {
                Depth::Static => Observed::NotAsked,
                Depth::Full => Observed::Seen(self.cycles(&survey, &assessment)?),
            },
            last,
            bare_keys: match depth {
                Depth::Static => Observed::NotAsked,
                Depth::Full => all_bare_keys(&survey),
            },
            sizes: checklist::sizes(&survey.evidence),
            own_tests: self.test_commands(&modules),
        };
        Ok(Checklist::new(&facts, &self.signatures()?))
    }

    /// Keeps answers to items, signed by whoever runs this, for the heads of the checklist. Items
    /// that evidence answers cannot be signed.
    pub fn sign(&self, checklist: &mut Checklist, replies: &[Reply]) -> Result<(), Failure> {
        for reply in replies {
            let entry = checklist.items.iter().find(|entry| entry.key == reply.item);
            let is_open =
                entry.is_some_and(|entry| entry.answer == Answer::Open || entry.signed.is_some());
            if !is_open {
                return Err(refused_reply(&reply.item, entry.is_some()));
            }
        }
        let mut signatures = self.signatures()?;
        let who = signer::name(&self.request.root);
        let at = clock::now()
            .to_utc()
            .format("%Y-%m-%dT%H:%M:%SZ")
            .to_string();
        let mut given = Vec::new();
        for reply in replies {
            let signature = Signature {
                item: reply.item.clone(),
                answer: reply.answer,
                comment: reply.comment.clone(),
                who: who.clone(),
                at: at.clone(),
                heads: checklist.heads.clone(),
            };
            signatures.retain(|one| one.item != reply.item || one.heads != checklist.heads);
            signatures.push(signature.clone());
            given.push(signature);
        }
        self.keep(signatures)?;
        for signature in given {
            checklist.take(signature);
        }
        Ok(())
    }

    fn keep(&self, signatures: Vec<Signature>) -> Result<(), Failure> {
        let path = self.signatures_path();
        let folder = path.parent().unwrap_or(&self.request.root);
        let file = Signed {
            schema: SCHEMA.to_owned(),
            signatures,
        };
        let mut text =
            serde_json::to_string_pretty(&file).expect("signatures hold nothing that JSON cannot");
        text.push('\n');
        self.files
            .create_folder(folder, 0o755)
            .and_then(|()| self.files.replace(&path, text.as_bytes(), 0o644))
            .map_err(|error| {
                Failure::untouched(format!(
                    "{} cannot be written: {}",
                    failures::shown(&self.request.root, &path),
                    safe(&io_words(&error))
                ))
                .with_hint("see that the folder of the notes can be written to")
            })
    }

    fn signatures(&self) -> Result<Vec<Signature>, Failure> {
        let path = self.signatures_path();
        let broken = |why: &str| {
            Failure::usage(format!(
                "{} cannot be read: {}",
                failures::shown(&self.request.root, &path),
                safe(why)
            ))
            .with_hint("mend it or move it away, then: redistill checklist")
        };
        let bytes = match self.files.read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(broken(&io_words(&error))),
        };
        let file: Signed =
            serde_json::from_slice(&bytes).map_err(|error| broken(&error.to_string()))?;
        if file.schema != SCHEMA {
            return Err(broken(&format!("its shape is {}", file.schema)));
        }
        Ok(file.signatures)
    }

    /// The file of signatures, absolute.
    pub fn signatures_path(&self) -> PathBuf {
        let folder = naming::notes_folder(
            &self.request.root,
            &self.request.backups,
            self.request.notes.as_deref(),
            &self.files,
        );
        self.request.root.join(folder).join(FILE)
    }

    fn project_name(&self) -> String {
        let name = self.request.root.file_name();
        name.map_or_else(String::new, |name| name.to_string_lossy().into_owned())
    }

    /// Why something has not been looked at: an unanswered question is no good answer.
    fn unseen(&self, survey: &Survey, depth: Depth) -> Vec<String> {
        let facts = sources::gather(&survey.evidence, &survey.others, &self.files);
        let mut why: Vec<String> = survey.obstacles.clone();
        for seen in &survey.evidence.modules {
            let name = &seen.module.name;
            if !seen.chain.unreadable.is_empty() {
                why.push(format!("{name}: revision files cannot be read"));
            } else if let (Depth::Full, Observed::Unavailable { why: reason }) =
                (depth, &seen.described)
            {
                let prefix = format!("{name}: ");
                let reason = reason.strip_prefix(&prefix).unwrap_or(reason);
                why.push(format!("{name}: env.py was not run to its end: {reason}"));
            }
            for (path, reason) in &facts.of(name).left_out {
                let path = failures::shown(&self.request.root, path);
                why.push(format!("{name}: {path} was left out: {reason}"));
            }
        }
        why
    }

    fn cycles(&self, survey: &Survey, assessment: &Assessment) -> Result<Vec<Cycle>, Failure> {
        let mut cycles = Vec::new();
        for seen in &survey.evidence.modules {
            let name = &seen.module.name;
            let went = match self.cycle(seen, survey, assessment) {
                Ok(Ok(verified)) => Went::Through {
                    revisions: verified.revisions,
                    left_behind: verified.left_behind,
                    differences: verified.differences,
                },
                Ok(Err(error)) => stopped(name, &error)?,
                Err(failure) => Went::NotRun {
                    why: failure.message,
                },
            };
            cycles.push(Cycle {
                module: name.0.clone(),
                went,
            });
        }
        Ok(cycles)
    }

    /// The newest reset that is done and was not taken back.
    fn last_reset(&mut self, depth: Depth) -> Result<Option<LastReset>, Failure> {
        let stands = |run: &Run| {
            run.plan.purpose == Purpose::Reset
                && run.outcome == Some(Outcome::Done)
                && run.taken_back == TakenBack::No
        };
        let Some(run) = self.runs()?.into_iter().find(stands) else {
            return Ok(None);
        };
        // Taking back reaches for the database, and so for env.py.
        let undo = (depth == Depth::Full).then(|| {
            let preview = self.preview_undo(Some(run.id()));
            preview.map(|_| ()).map_err(|failure| failure.message)
        });
        let plan = &run.plan;
        let (archive, restored) = self.try_archive(&run);
        let note = plan.steps.iter().find_map(|step| match step {
            Step::WriteFile { what, path, .. } if what == "note" => Some(path.clone()),
            _ => None,
        });
        let is_there = |path: &String| {
            let path = self.request.root.join(path);
            matches!(self.files.stat(&path), Ok(Some(_)))
        };
        Ok(Some(LastReset {
            id: run.id().to_owned(),
            heads: plan
                .modules
                .iter()
                .map(|module| (module.module.0.clone(), vec![module.head().0.clone()]))
                .collect(),
            keeps_rows: plan.choices.strategy == Strategy::Keep,
            note: note.filter(is_there),
            archive,
            restored,
            undo,
            tests: tests(&run),
            own_tests: own_tests::ran(&run)
                .zip(own_tests::lines(&run))
                .map(|((module, _, ran), line)| OwnTests {
                    module: module.0.clone(),
                    passed: ran.passed(),
                    line,
                })
                .collect(),
        }))
    }

    /// Proves the archive, then unpacks it into a scratch folder and reads it back.
    fn try_archive(&self, run: &Run) -> (Result<usize, String>, Result<usize, String>) {
        let folder = run.plan.steps.iter().find_map(|step| match step {
            Step::Archive { folder, .. } => Some(self.request.root.join(folder)),
            _ => None,
        });
        let Some(folder) = folder else {
            let none = Err("it made no archive".to_owned());
            return (none.clone(), none);
        };
        let scratch =
            environment::temporary_folder().join(format!("redistill-restore-{}", random::hex(6)));
        let proven = archive::prove(&self.files, &folder);
        let restored = archive::extract_to(&self.files, &folder, &scratch)
            .map_err(|error| error.to_string())
            .and_then(|manifest| compare(&self.files, &manifest, &scratch));
        // What cannot be removed now is in the temporary folder.
        let _ = self.files.remove_tree(&scratch);
        let proven = proven
            .map(|manifest| manifest.members.len())
            .map_err(|error| error.to_string());
        (proven, restored)
    }
}

fn compare(
    files: &dyn ReadFiles,
    manifest: &archive::Manifest,
    scratch: &std::path::Path,
) -> Result<usize, String> {
    use sha2::Digest as _;
    for member in &manifest.members {
        let bytes = files
            .read(&scratch.join(&member.file.path))
            .map_err(|error| format!("{}: {}", member.file.path, io_words(&error)))?;
        let found = crate::model::text::hex(&sha2::Sha256::digest(&bytes));
        if found != member.file.sha256 {
            return Err(format!("{} is not what was archived", member.file.path));
        }
    }
    Ok(manifest.members.len())
}

/// A chain that does not run is an answer; a cancelled or failed attempt is not.
fn stopped(name: &crate::model::ModuleName, error: &RehearseError) -> Result<Went, Failure> {
    match error {
        RehearseError::Cancelled => Err(failures::cancelled()),
        RehearseError::Chain { doing, .. } => Ok(Went::Stopped {
            doing: (*doing).to_owned(),
            why: failures::rehearsal(name, error).message,
        }),
        _ => Ok(Went::NotRun {
            why: failures::rehearsal(name, error).message,
        }),
    }
}

fn heads(survey: &Survey) -> BTreeMap<String, Vec<String>> {
    let modules = survey.evidence.modules.iter();
    modules
        .map(|seen| {
            let heads = seen.chain.heads().into_iter().map(|id| id.0).collect();
            (seen.module.name.0.clone(), heads)
        })
        .collect()
}

fn tests(run: &Run) -> Vec<String> {
    run.plan
        .steps
        .iter()
        .zip(&run.steps)
        .filter_map(|(step, record)| match (step, &record.status) {
            (Step::Test { module, .. }, Status::Finished { receipt }) => {
                Some(format!("{module}: {receipt}"))
            }
            _ => None,
        })
        .collect()
}

/// The foreign keys without an index, of every database once.
fn all_bare_keys(survey: &Survey) -> Observed<Vec<String>> {
    let mut keys = BTreeSet::new();
    for (name, target) in &survey.targets {
        let found = Session::connect(target, LIMIT)
            .map_err(|error| failures::connect(name, target, &error).message)
            .and_then(|session| {
                bare_keys::observe(&session).map_err(|error| format!("{name}: {error}"))
            });
        match found {
            Ok(found) => keys.extend(found.into_iter().map(|key| (target.to_string(), key))),
            Err(why) => return Observed::Unavailable { why },
        }
    }
    let several = keys
        .iter()
        .map(|(place, _)| place)
        .collect::<BTreeSet<_>>()
        .len()
        > 1;
    let shown = keys.iter().map(|(place, key)| {
        if several {
            format!("{key} in {place}")
        } else {
            key.clone()
        }
    });
    Observed::Seen(shown.collect())
}

fn refused_reply(item: &str, is_item: bool) -> Failure {
    if is_item {
        Failure::usage(format!("{} is answered by evidence", safe(item)))
            .with_hint("see what was seen: redistill checklist")
    } else {
        Failure::usage(format!("there is no item {}", safe(item)))
            .with_hint("their names stand in the second column: redistill checklist")
    }
}
