//! What each kind of step does to the world, one file a kind.
//!
//! Every kind answers the same questions:
//!
//! | question | when | changes anything |
//! |---|---|---|
//! | [`preview`] | the dry run: what will happen, with sizes and SQL | no |
//! | [`check`] | before the first step: can it happen, is the world the plan's? | no |
//! | [`before`] | just before it: what will its undo need? | no |
//! | [`apply`] | does it; doing it twice is doing it once | yes |
//! | [`standing`] | after an interruption: has it happened? | no |
//! | [`inverse`] | which steps take it back? | no |
//!
//! Called by `execute` (and `preview` by the reports); a step never writes to the journal itself,
//! it asks through [`Commit`]. Nothing here deletes a file of the user's: files are moved away.

mod alteration;
pub mod archive;
mod database;
mod dump;
mod dump_choice;
mod dump_text;
mod dump_zeros;
mod error;
mod foresee;
mod own_tests;
mod pack;
mod rebuild;
mod remove_files;
mod restore_files;
mod retire;
mod test;
mod tracked;
mod version_rows;
mod version_tables;
mod world;
mod write_file;

pub use dump::try_out as try_dump;
pub use error::StepError;
pub use foresee::Foreseen;
pub use own_tests::Receipt;
pub use tracked::reference as file_reference;
pub use world::{Clients, Commit, Context, Dumper, Inspection, Inverse, Standing, Tester, World};

use crate::events::Item;
use crate::journal::Before;
use crate::model::text::count;
use crate::plan::{DatabaseRef, FileRef, Plan, Step, VersionTableChange};

/// The step in one line, `Clear the files of artstore: 7 files`.
pub fn title(step: &Step) -> String {
    match step {
        Step::Archive {
            folder, members, ..
        } => format!("Archive {} to {folder}", count(members.len(), "file")),
        Step::RetireArchive { folder, .. } => format!("Take the archive {folder} away"),
        Step::WriteFile { what, path, .. } => format!("Write the {what} {path}"),
        Step::RetireFile { what, file, .. } => format!("Take the {what} {} away", file.path),
        Step::VersionTables {
            database,
            changes,
            alterations,
        } => version_rows::title(database, changes, alterations),
        Step::DumpDatabase { database, rebuild } => {
            format!("Dump {} to {}", database.label, rebuild.dump)
        }
        Step::RetireDump { dump } => format!("Take the dump {dump} away"),
        Step::RebuildDatabase {
            database, rebuild, ..
        } if !rebuild.alterations.is_empty() => format!(
            "Bring {} in line by {}, kept in {} before",
            database.label,
            count(rebuild.build.len(), "statement"),
            rebuild.dump
        ),
        Step::RebuildDatabase {
            database, rebuild, ..
        } => format!(
            "Drop {} in {} and run the baseline",
            count(rebuild.own.len(), "object"),
            database.label
        ),
        Step::RestoreDatabase {
            database, rebuild, ..
        } => format!("Restore {} from {}", database.label, rebuild.dump),
        Step::RemoveFiles { module, files } => {
            format!("Clear {} of {module}", count(files.len(), "file"))
        }
        Step::RestoreFiles { module, files, .. } => {
            format!("Restore {} of {module}", count(files.len(), "file"))
        }
        Step::Test { module, .. } => format!("Test {module}"),
        Step::OwnTests { module, tests, .. } => own_tests::title(module, tests),
    }
}

/// The item of the checklist that the step belongs to.
pub const fn item(step: &Step) -> Item {
    match step {
        Step::Archive { .. }
        | Step::RetireArchive { .. }
        | Step::DumpDatabase { .. }
        | Step::RetireDump { .. } => Item::Archive,
        Step::WriteFile { module: None, .. } | Step::RetireFile { module: None, .. } => Item::Note,
        Step::WriteFile { .. } | Step::RetireFile { .. } => Item::Autogenerate,
        Step::VersionTables { .. }
        | Step::RebuildDatabase { .. }
        | Step::RestoreDatabase { .. } => Item::DropVersionTable,
        Step::RemoveFiles { .. } | Step::RestoreFiles { .. } => Item::ClearFiles,
        Step::Test { .. } | Step::OwnTests { .. } => Item::Test,
    }
}

/// What will happen, line by line, as the dry run shows it. Foreign text is not yet escaped.
pub fn preview(step: &Step) -> Vec<String> {
    let mut lines = vec![title(step)];
    match step {
        Step::Archive { members, .. } => lines.extend(archive::preview(members)),
        Step::RetireArchive { .. } | Step::RetireFile { .. } | Step::RetireDump { .. } => {
            lines.push("  moved into the run's folder, where it stays".to_owned());
        }
        Step::WriteFile { contents, mode, .. } => {
            lines.push(write_file::preview(contents, *mode));
        }
        Step::VersionTables {
            changes,
            alterations,
            ..
        } => {
            let first = alteration::preview(alterations);
            lines.extend(version_rows::preview(changes, first, &[]));
        }
        Step::DumpDatabase { rebuild, .. } => lines.extend(dump::preview(rebuild)),
        Step::RebuildDatabase {
            changes, rebuild, ..
        } => lines.extend(rebuild::preview(changes, rebuild)),
        Step::RestoreDatabase {
            changes, rebuild, ..
        } => lines.extend(rebuild::preview_back(changes, rebuild)),
        Step::RemoveFiles { files, .. } | Step::RestoreFiles { files, .. } => {
            lines.extend(files.iter().map(tracked::line));
        }
        Step::Test {
            database,
            current,
            heads,
            known_differences,
            ..
        } => lines.extend(test::preview(
            database.as_ref(),
            current,
            heads,
            known_differences,
        )),
        Step::OwnTests { tests, .. } => lines.extend(own_tests::preview(tests)),
    }
    lines
}

/// Changes the version tables of one database in one transaction of its own, without a journal:
/// for `adopt`, whose one transaction is either committed or has never been.
pub fn stamp(
    database: &DatabaseRef,
    changes: &[VersionTableChange],
    world: &World<'_>,
) -> Result<String, StepError> {
    let context = Context {
        world,
        run: "adopt",
        digest: "",
    };
    version_tables::apply(database, changes, &|_| Ok(()), &context, &mut |_| Ok(()))
}

/// Whether the step can be done in the world as the steps before it will leave it; notes in
/// `foreseen` what it will have changed. All problems, not only the first. Changes nothing.
pub fn check(step: &Step, foreseen: &mut Foreseen, context: &Context<'_>) -> Vec<StepError> {
    match step {
        Step::Archive {
            folder, members, ..
        } => archive::check(folder, members, foreseen, context),
        Step::RetireArchive { folder, .. } => retire::check_archive(folder, foreseen, context),
        Step::WriteFile { path, contents, .. } => {
            write_file::check(path, contents, foreseen, context)
        }
        Step::RetireFile { file, .. } => retire::check_file(file, foreseen, context),
        Step::VersionTables {
            database,
            changes,
            alterations,
        } => {
            let mut problems = version_tables::check(database, changes, context);
            if problems.is_empty() {
                problems = alteration::check(database, alterations, context);
            }
            problems
        }
        Step::DumpDatabase { database, rebuild } => {
            dump::check(database, rebuild, foreseen, context)
        }
        Step::RetireDump { dump } => dump::check_retiring(dump, foreseen),
        Step::RebuildDatabase {
            database, changes, ..
        } => rebuild::check(database, changes, context),
        Step::RestoreDatabase {
            database,
            changes,
            rebuild,
            run,
        } => rebuild::check_back(database, changes, rebuild, run, context),
        Step::RemoveFiles { files, .. } => remove_files::check(files, foreseen, context),
        Step::RestoreFiles {
            run,
            archive,
            files,
            ..
        } => restore_files::check(run, archive, files, foreseen, context),
        Step::Test { database, .. } => test::check(database.as_ref(), context),
        Step::OwnTests { database, .. } => own_tests::check(database.as_ref(), context),
    }
}

/// Reads what the step's undo will need. Changes nothing.
pub fn before(step: &Step, context: &Context<'_>) -> Result<Before, StepError> {
    match step {
        Step::Archive { folder, .. } => write_file::missing_folders(folder, context),
        Step::WriteFile { path, .. } => write_file::missing_folders(path, context),
        Step::RetireFile { file, .. } => retire::before(file, context),
        Step::VersionTables {
            database, changes, ..
        }
        | Step::RebuildDatabase {
            database, changes, ..
        }
        | Step::RestoreDatabase {
            database, changes, ..
        } => version_tables::before(database, changes, context),
        Step::RetireArchive { .. }
        | Step::DumpDatabase { .. }
        | Step::RetireDump { .. }
        | Step::RemoveFiles { .. }
        | Step::RestoreFiles { .. }
        | Step::Test { .. }
        | Step::OwnTests { .. } => Ok(Before::Nothing),
    }
}

/// Asks the world whether a step whose journal has no end has happened. `commits` are the
/// transactions that the journal announced for it.
pub fn standing(
    step: &Step,
    commits: &[String],
    context: &Context<'_>,
) -> Result<Standing, StepError> {
    match step {
        Step::Archive {
            folder, members, ..
        } => archive::standing(folder, members, context),
        Step::RetireArchive { folder, .. } => retire::standing(folder, context),
        Step::WriteFile { path, contents, .. } => write_file::standing(path, contents, context),
        Step::RetireFile { file, .. } => retire::standing(&file.path, context),
        Step::VersionTables {
            database, changes, ..
        }
        | Step::RebuildDatabase {
            database, changes, ..
        }
        | Step::RestoreDatabase {
            database, changes, ..
        } => version_tables::standing(database, changes, commits, context),
        Step::DumpDatabase { rebuild, .. } => dump::standing(rebuild, context),
        Step::RetireDump { dump } => dump::standing_of_retiring(dump, context),
        Step::RemoveFiles { files, .. } => remove_files::standing(files, context),
        Step::RestoreFiles { files, .. } => restore_files::standing(files, context),
        // They leave no trace of ours; asking again is always right.
        Step::Test { .. } | Step::OwnTests { .. } => Ok(Standing::NotDone),
    }
}

/// Does the step, going on from wherever an interrupted attempt stopped. Gives a receipt in a few
/// words.
pub fn apply(
    step: &Step,
    before: &Before,
    commits: &[String],
    context: &Context<'_>,
    commit: &mut Commit<'_>,
) -> Result<Receipt, StepError> {
    let text = match step {
        Step::OwnTests { .. } => return Ok(own_tests::apply(step, context)),
        Step::Archive {
            folder,
            members,
            heads,
        } => archive::apply(folder, members, heads, before, context),
        Step::RetireArchive { folder, folders } => retire::archive(folder, folders, context),
        Step::WriteFile {
            path,
            contents,
            mode,
            ..
        } => write_file::apply(path, contents, *mode, before, context),
        Step::RetireFile { file, folders, .. } => retire::file(file, folders, context),
        Step::VersionTables { .. }
        | Step::RebuildDatabase { .. }
        | Step::RestoreDatabase { .. } => transact(step, commits, context, commit),
        Step::DumpDatabase { database, rebuild } => dump::apply(database, rebuild, context),
        Step::RetireDump { dump } => dump::retire(dump, context),
        Step::RemoveFiles { files, .. } => remove_files::apply(files, context),
        Step::RestoreFiles {
            run,
            archive,
            files,
            ..
        } => restore_files::apply(run, archive, files, context),
        Step::Test { .. } => test::apply(step, context),
    };
    text.map(Receipt::from)
}

/// Runs a step that is one transaction of a database.
fn transact(
    step: &Step,
    commits: &[String],
    context: &Context<'_>,
    commit: &mut Commit<'_>,
) -> Result<String, StepError> {
    // The world can say "done" although the journal does not: never run it twice.
    if standing(step, commits, context)? == Standing::Done {
        return Ok("committed before the interruption".to_owned());
    }
    match step {
        Step::RebuildDatabase {
            database,
            changes,
            rebuild,
        } => rebuild::apply(database, changes, rebuild, context, commit),
        Step::RestoreDatabase {
            database,
            changes,
            rebuild,
            run,
        } => rebuild::apply_back(database, changes, rebuild, run, context, commit),
        Step::VersionTables {
            database,
            changes,
            alterations,
        } => {
            let work = |open: &database::Database<'_>| {
                alteration::run(open, database, alterations, context)
            };
            version_tables::apply(database, changes, &work, context, commit)
        }
        _ => Ok(String::new()),
    }
}

/// The steps that take the step of `plan` back, given what was seen before it.
pub fn inverse(step: &Step, before: &Before, plan: &Plan) -> Inverse {
    match step {
        Step::Archive { folder, .. } => Inverse::Steps(vec![Step::RetireArchive {
            folder: folder.clone(),
            folders: before.folders(),
        }]),
        Step::WriteFile {
            what,
            module,
            path,
            contents,
            mode,
        } => Inverse::Steps(vec![Step::RetireFile {
            what: what.clone(),
            module: module.clone(),
            file: tracked::reference(path, contents.as_bytes(), *mode),
            folders: before.folders(),
        }]),
        Step::RetireFile {
            what, module, file, ..
        } => retire::inverse(what, module.as_ref(), file, before),
        Step::RetireArchive { folder, .. } => Inverse::Kept(format!(
            "the archive {folder} stays in the folder of the run {}",
            plan.id
        )),
        Step::VersionTables {
            database,
            changes,
            alterations,
        } => version_rows::inverse(database, changes, alterations, before),
        Step::DumpDatabase { rebuild, .. } => Inverse::Steps(vec![Step::RetireDump {
            dump: rebuild.dump.clone(),
        }]),
        Step::RetireDump { dump } => Inverse::Kept(format!(
            "the dump {dump} stays in the folder of the run {}",
            plan.id
        )),
        Step::RebuildDatabase {
            database,
            changes,
            rebuild,
        } => rebuild::inverse(database, changes, rebuild, before, &plan.id),
        Step::RestoreDatabase {
            database,
            changes,
            rebuild,
            ..
        } => rebuild::inverse_of_back(database, changes, rebuild, before),
        Step::RemoveFiles { module, files } => Inverse::Steps(vec![Step::RestoreFiles {
            module: module.clone(),
            run: plan.id.clone(),
            archive: archive_of(plan),
            files: files.clone(),
        }]),
        Step::RestoreFiles { module, files, .. } => Inverse::Steps(vec![Step::RemoveFiles {
            module: module.clone(),
            files: files.clone(),
        }]),
        Step::Test { .. } | Step::OwnTests { .. } => Inverse::Steps(Vec::new()),
    }
}

/// The folder of the archive that a plan makes; empty where it makes none.
fn archive_of(plan: &Plan) -> String {
    let folder = |step: &Step| match step {
        Step::Archive { folder, .. } => Some(folder.clone()),
        _ => None,
    };
    plan.steps.iter().find_map(folder).unwrap_or_default()
}

/// Puts an archive that an undo took away back into its place; nothing if it is there.
pub fn put_archive_back(folder: &str, context: &Context<'_>) -> Result<(), StepError> {
    retire::put_archive_back(folder, context)
}

/// Whether a removed file lies in the run's trash.
pub fn is_in_trash(file: &FileRef, context: &Context<'_>) -> Result<bool, StepError> {
    Ok(tracked::look(&context.trash(&file.path), context)?.is(file))
}

/// Whether a file is in its place as the plan knows it.
pub fn is_in_place(file: &FileRef, context: &Context<'_>) -> Result<bool, StepError> {
    Ok(tracked::look(&context.resolve(&file.path)?, context)?.is(file))
}
