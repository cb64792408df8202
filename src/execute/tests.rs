//! Whole runs on a real server: there and back, crashes at every record, refusals.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize};

use super::lab::{Agreeing, Full, Fused, Lab, RUN};
use super::{ExecuteError, run};
use crate::events::Deaf;
use crate::journal::{self, Cause, Direction, Outcome, TakenBack, TestsEnd, TestsRan};
use crate::model::{ModuleName, Target, TestCommand};
use crate::plan::{Plan, Step, TableAction};
use crate::steps::{Inspection, StepError, Tester, archive};
use crate::system::{ReadFiles as _, RealFiles, WriteFiles as _};

#[test]
fn ten_resets_and_undos_end_where_they_began() {
    let lab = Lab::new();
    lab.sql("CREATE TABLE public.paintings AS SELECT 1 AS id, 'Guernica' AS title");
    let (tree, dump) = (lab.tree(), lab.dump());
    for round in 1..=10 {
        let id = format!("20261122-{round}");
        assert_eq!(lab.begin(&lab.plan(&id)).unwrap(), Outcome::Done);
        assert_ne!(lab.tree(), tree);
        assert_eq!(lab.rows().unwrap(), ["base", "qbase"]);
        let undo = lab.undo(&id);
        assert_eq!(lab.tree(), tree, "round {round}");
        assert_eq!(lab.dump(), dump, "round {round}");
        assert_eq!(lab.run_of(&id).taken_back, TakenBack::Done(undo));
    }
}

/// Runs a plan until the journal's fuse burns, as a kill would end it. Tells whether it burned.
fn crash(lab: &Lab, plan: &Plan, fuse: usize, late: bool) -> bool {
    journal::create(
        &RealFiles,
        lab.root(),
        plan,
        chrono::DateTime::parse_from_rfc3339("2026-11-22T10:00:00+01:00").unwrap(),
    )
    .unwrap();
    go_on_and_crash(lab, &plan.id, fuse, late)
}

fn go_on_and_crash(lab: &Lab, id: &str, fuse: usize, late: bool) -> bool {
    let mut fused = Fused {
        journal: journal::open(&RealFiles, lab.root(), id).unwrap(),
        left: fuse,
        late,
    };
    let never = AtomicBool::new(false);
    let world = lab.world(&RealFiles, &Agreeing);
    match run(&mut fused, &world, &Deaf, &never) {
        Ok(_) => false,
        Err(ExecuteError::Journal(_)) => true,
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn a_crash_at_every_record_ends_as_done_or_as_before() {
    let mut lab = Lab::new();
    let before = (lab.tree(), lab.rows());
    lab.begin(&lab.plan(RUN)).unwrap();
    let after = lab.tree().into_keys().collect::<Vec<_>>();
    let mut crashes = 0;
    for late in [false, true] {
        for fuse in 0.. {
            lab.renew();
            if !crash(&lab, &lab.plan(RUN), fuse, late) {
                assert!(fuse >= 17, "the plan has that many records");
                break;
            }
            crashes += 1;
            let closed = lab.run_of(RUN).outcome.is_some();
            for way in 0..4 {
                if way > 0 {
                    lab.renew();
                    crash(&lab, &lab.plan(RUN), fuse, late);
                }
                let said = format!("record {fuse}, late {late}, way {way}");
                match way {
                    _ if closed => assert_eq!(lab.tree().into_keys().collect::<Vec<_>>(), after),
                    0 => {
                        let end = lab.resume(RUN, Some(Direction::Forward)).unwrap();
                        assert_eq!(end, Outcome::Done, "{said}");
                        assert_eq!(lab.tree().into_keys().collect::<Vec<_>>(), after, "{said}");
                        assert_eq!(lab.rows().unwrap(), ["base", "qbase"], "{said}");
                    }
                    1 => {
                        lab.resume(RUN, Some(Direction::Back)).unwrap();
                        assert_eq!((lab.tree(), lab.rows()), before, "{said}");
                    }
                    2 => {
                        lab.undo(RUN);
                        assert_eq!((lab.tree(), lab.rows()), before, "{said}");
                        assert!(!lab.run_of(RUN).is_open(), "{said}");
                    }
                    _ => {
                        lab.resume(RUN, None).unwrap();
                        let is_before = (lab.tree(), lab.rows()) == before;
                        let is_after = lab.tree().into_keys().collect::<Vec<_>>() == after;
                        assert!(is_before || is_after, "{said}");
                    }
                }
            }
        }
    }
    assert!(crashes >= 34);
}

#[test]
fn a_crash_on_the_way_back_is_gone_on_with() {
    let mut lab = Lab::new();
    let before = (lab.tree(), lab.rows());
    for late in [false, true] {
        for fuse in 0.. {
            lab.renew();
            // All but the last step's end.
            assert!(crash(&lab, &lab.plan(RUN), 15, false));
            let lock = journal::Lock::take(&RealFiles, lab.root()).unwrap();
            let mut turning = journal::open(&RealFiles, lab.root(), RUN).unwrap();
            journal::Journal::append(
                &mut turning,
                journal::Entry::Turned {
                    cause: Cause::Recovered,
                },
            )
            .unwrap();
            drop((turning, lock));
            let burned = go_on_and_crash(&lab, RUN, fuse, late);
            if burned && lab.run_of(RUN).outcome.is_none() {
                let refused = lab.resume(RUN, Some(Direction::Forward)).unwrap_err();
                assert!(matches!(refused, ExecuteError::GoesBack { .. }));
                lab.resume(RUN, None).unwrap();
            }
            assert_eq!(
                (lab.tree(), lab.rows()),
                before,
                "record {fuse}, late {late}"
            );
            if !burned {
                assert!(fuse > 8);
                break;
            }
        }
    }
}

#[test]
fn an_undo_that_crashes_is_resumed_either_way() {
    let mut lab = Lab::new();
    let before = (lab.tree(), lab.rows());
    for (late, way) in [
        (false, None),
        (true, None),
        (false, Some(Direction::Back)),
        (true, Some(Direction::Forward)),
    ] {
        for fuse in 0.. {
            lab.renew();
            lab.begin(&lab.plan(RUN)).unwrap();
            let done = (lab.tree(), lab.rows());
            let undo = lab.undo_plan(RUN).unwrap();
            let said = format!("record {fuse}, late {late}, {way:?}");
            if !crash(&lab, &undo, fuse, late) {
                assert_eq!((lab.tree(), lab.rows()), before, "{said}");
                break;
            }
            if lab.run_of(&undo.id).outcome.is_some() {
                assert_eq!((lab.tree(), lab.rows()), before, "{said}");
                continue;
            }
            let refused = lab.resume(RUN, None).unwrap_err();
            assert!(
                matches!(refused, ExecuteError::Closed { .. }),
                "the reset itself is closed"
            );
            match lab.resume(&undo.id, way).unwrap() {
                Outcome::Done => assert_eq!((lab.tree(), lab.rows()), before, "{said}"),
                Outcome::AsBefore { .. } => {
                    assert_eq!((lab.tree(), lab.rows()), done, "{said}");
                    // And again: the files lie in the first undo's trash now, so they come from
                    // the archive.
                    lab.undo(RUN);
                    assert_eq!((lab.tree(), lab.rows()), before, "{said}");
                }
            }
        }
    }
}

#[test]
fn wrong_rows_are_shown_and_nothing_changes() {
    let lab = Lab::new();
    let plan = lab.plan(RUN);
    lab.sql("UPDATE public.alembic_version SET version_num = 'zz' WHERE version_num = 'a2'");
    let before = (lab.tree(), lab.dump());
    let ExecuteError::Refused { problems } = lab.begin(&plan).unwrap_err() else {
        panic!("refused before the first step");
    };
    assert_eq!(
        problems[0].to_string(),
        "public.alembic_version in lab / shop holds q1, zz, and the plan expects a2, q1"
    );
    assert_eq!((lab.tree(), lab.dump()), before);
    // The same met within the run: rolled back.
    assert!(!crash_free(&lab, &plan));
    assert_eq!((lab.tree(), lab.dump()), before);
}

/// Runs without the check beforehand; whether it came to its end.
fn crash_free(lab: &Lab, plan: &Plan) -> bool {
    let now = chrono::DateTime::parse_from_rfc3339("2026-11-22T10:00:00+01:00").unwrap();
    journal::create(&RealFiles, lab.root(), plan, now).unwrap();
    let mut journal = journal::open(&RealFiles, lab.root(), &plan.id).unwrap();
    let world = lab.world(&RealFiles, &Agreeing);
    let outcome = run(&mut journal, &world, &Deaf, &AtomicBool::new(false)).unwrap();
    outcome == Outcome::Done
}

#[test]
fn the_blockers_of_a_table_are_named() {
    let lab = Lab::new();
    let before = (lab.tree(), lab.rows());
    let blocker = lab.session();
    blocker
        .batch(
            "SET application_name = 'psql of ann'; BEGIN; \
             SELECT * FROM public.alembic_version",
        )
        .unwrap();
    let mut plan = lab.plan(RUN);
    let error = lab.begin(&plan).unwrap_err();
    assert!(
        error.to_string().contains("other clients are connected"),
        "{error}"
    );
    // Called redistill, it passes for one of ours, and only the lock stops us.
    blocker.batch("SET application_name = 'redistill'").unwrap();
    let Outcome::AsBefore {
        cause: Cause::Failed { index: 2, error },
    } = lab.begin(&plan).unwrap()
    else {
        panic!("the lock is not to be had");
    };
    assert!(
        error.contains("public.alembic_version in lab / shop is locked by pid"),
        "{error}"
    );
    assert!(
        error.contains("redistill, postgres, idle in transaction, for 00:00:"),
        "{error}"
    );
    assert_eq!((lab.tree(), lab.rows()), before);
    blocker.batch("COMMIT").unwrap();
    "20261122-2".clone_into(&mut plan.id);
    assert_eq!(lab.begin(&plan).unwrap(), Outcome::Done);
}

#[test]
fn dependants_are_listed_and_never_dropped() {
    let lab = Lab::new();
    lab.sql(
        "CREATE VIEW public.at AS SELECT version_num FROM public.alembic_version; \
         CREATE INDEX mine ON public.alembic_version (version_num)",
    );
    let error = lab.begin(&lab.plan(RUN)).unwrap_err().to_string();
    assert!(
        error.contains("view")
            && error.contains("index public.mine")
            && error.contains("depend on it"),
        "{error}"
    );
}

#[test]
fn a_full_disk_leaves_everything_as_it_was() {
    let mut lab = Lab::new();
    let before = (lab.tree(), lab.rows());
    for writes in 0.. {
        lab.renew();
        let full = Full {
            left: AtomicUsize::new(writes),
        };
        match lab.begin_with(&lab.plan(RUN), &full, &Agreeing) {
            Ok(Outcome::Done) => {
                assert!(writes > 5);
                break;
            }
            Ok(Outcome::AsBefore {
                cause: Cause::Failed { error, .. },
            }) => {
                assert!(error.ends_with("the disk is full"), "{error}");
                assert_eq!((lab.tree(), lab.rows()), before, "after {writes} writes");
            }
            // The baseline comes after the commit: the journal stays open, and both ways work.
            Err(ExecuteError::HalfWay { index, .. }) => {
                assert!(index > 2, "after {writes} writes");
                if writes % 2 == 0 {
                    lab.undo(RUN);
                    assert_eq!((lab.tree(), lab.rows()), before, "after {writes} writes");
                } else {
                    assert_eq!(lab.resume(RUN, None).unwrap(), Outcome::Done);
                }
            }
            other => panic!("after {writes} writes: {other:?}"),
        }
    }
}

#[test]
fn a_file_that_changed_since_the_plan_refuses_with_its_name() {
    let lab = Lab::new();
    let plan = lab.plan(RUN);
    lab.write("art/versions/002_b.py", "edited\n");
    let before = lab.tree();
    let ExecuteError::Refused { problems } = lab.begin(&plan).unwrap_err() else {
        panic!("refused");
    };
    assert!(problems.iter().all(|problem| {
        problem.to_string() == "art/versions/002_b.py changed since the plan was made"
    }));
    assert!(!crash_free(&lab, &plan));
    assert_eq!(lab.tree(), before);
    assert_eq!(lab.rows().unwrap(), ["a2", "q1"]);
}

#[test]
fn an_undo_refuses_what_was_edited_since_and_names_it() {
    let lab = Lab::new();
    lab.begin(&lab.plan(RUN)).unwrap();
    lab.write("art/versions/001_a.py", "revision = 'base'  # mine\n");
    lab.sql("UPDATE public.alembic_version SET version_num = 'next' WHERE version_num = 'base'");
    let before = lab.tree();
    let undo = lab.undo_plan(RUN).unwrap();
    let ExecuteError::Refused { problems } = lab.begin(&undo).unwrap_err() else {
        panic!("refused");
    };
    let said: Vec<_> = problems.iter().map(ToString::to_string).collect();
    assert!(said.contains(&"art/versions/001_a.py changed since the plan was made".to_owned()));
    assert!(
        said.iter().any(|line| line.contains("holds next, qbase")),
        "{said:?}"
    );
    assert_eq!(lab.tree(), before);
}

#[test]
fn one_copy_is_enough_and_none_refuses() {
    let lab = Lab::new();
    let before = lab.tree();
    lab.begin(&lab.plan(RUN)).unwrap();
    let trash = journal::run_folder(lab.root(), RUN).join("trash");
    RealFiles.remove_tree(&trash).unwrap();
    let undo = lab.undo_plan(RUN).unwrap();
    let archive = lab
        .root()
        .join("backups/migrations_20261122/versions.tar.gz");
    let whole = RealFiles.read(&archive).unwrap();
    let mut flipped = whole.clone();
    flipped[40] ^= 1;
    RealFiles.replace(&archive, &flipped, 0o600).unwrap();
    let ExecuteError::Refused { problems } = lab.begin(&undo).unwrap_err() else {
        panic!("refused");
    };
    assert!(
        matches!(problems[0], StepError::NoCopy { .. }),
        "{}",
        problems[0]
    );
    RealFiles.replace(&archive, &whole, 0o600).unwrap();
    assert_eq!(lab.begin(&undo).unwrap(), Outcome::Done);
    assert_eq!(lab.tree(), before);
}

struct Disagreeing;

impl Tester for Disagreeing {
    fn inspect(&self, _: &ModuleName, _: Option<&Target>) -> Result<Inspection, String> {
        Ok(Inspection {
            current: vec!["base".to_owned()],
            heads: vec!["base".to_owned()],
            differences: vec!["known".to_owned(), "add_table x".to_owned()],
        })
    }

    fn run_tests(
        &self,
        _: &ModuleName,
        tests: &TestCommand,
        _: &BTreeMap<String, Target>,
    ) -> TestsRan {
        let end = match tests.line().as_str() {
            "true" => TestsEnd::Passed,
            _ => TestsEnd::Failed,
        };
        TestsRan {
            end,
            detail: tests.line(),
            last: Vec::new(),
        }
    }
}

#[test]
fn a_test_that_fails_stops_half_way_and_both_ways_stay_open() {
    let lab = Lab::new();
    let other = lab.plan_with_nothing("20261122-7");
    let before = (lab.tree(), lab.rows());
    let stopped = lab
        .begin_with(&lab.plan(RUN), &RealFiles, &Disagreeing)
        .unwrap_err();
    assert!(stopped.to_string().contains("add_table x"), "{stopped}");
    assert!(lab.run_of(RUN).is_open());
    let refused = lab.begin(&other).unwrap_err();
    assert!(matches!(refused, ExecuteError::OtherOpen { .. }));
    lab.undo(RUN);
    assert_eq!((lab.tree(), lab.rows()), before);
}

#[test]
fn a_cancel_before_the_commit_leaves_everything_as_it_was() {
    let lab = Lab::new();
    let before = (lab.tree(), lab.rows());
    let lock = journal::Lock::take(&RealFiles, lab.root()).unwrap();
    let world = lab.world(&RealFiles, &Agreeing);
    let now = AtomicBool::new(true);
    let outcome = super::begin(&lock, &lab.plan(RUN), &world, &Deaf, &now).unwrap();
    let cause = Cause::Cancelled;
    assert_eq!(outcome, Outcome::AsBefore { cause });
    assert_eq!((lab.tree(), lab.rows()), before);
}

#[test]
fn dropping_leaving_and_replacing_rows_come_back() {
    let mut lab = Lab::new();
    for action in [
        TableAction::Drop,
        TableAction::ReplaceRows {
            remove: vec!["a2".to_owned()],
            insert: vec!["it's".to_owned()],
        },
        // The same rows again: only the transaction's fate can tell whether it happened.
        TableAction::DropAndStamp {
            rows: vec!["a2".to_owned(), "q1".to_owned()],
        },
    ] {
        lab.renew();
        let dump = lab.dump();
        for fuse in 0..4 {
            for late in [false, true] {
                let mut plan = lab.plan_with_nothing(&format!("20261122-{fuse}{late}"));
                plan.steps = vec![lab.stamp(action.clone())];
                if crash(&lab, &plan, fuse, late) && lab.run_of(&plan.id).is_open() {
                    lab.resume(&plan.id, None).unwrap();
                }
                if lab.run_of(&plan.id).outcome == Some(Outcome::Done) {
                    lab.undo(&plan.id);
                }
                assert_eq!(lab.dump(), dump, "{action:?}, record {fuse}, late {late}");
            }
        }
    }
}

#[test]
fn another_database_behind_the_same_label_is_refused() {
    let lab = Lab::new();
    let mut plan = lab.plan(RUN);
    for step in &mut plan.steps {
        if let Step::VersionTables { database, .. } = step {
            database.identity = "1/2".to_owned();
        }
    }
    let error = lab.begin(&plan).unwrap_err().to_string();
    assert!(error.contains("is not the database of the plan"), "{error}");
}

#[test]
fn every_flipped_bit_of_an_archive_is_detected() {
    let lab = Lab::new();
    lab.begin(&lab.plan(RUN)).unwrap();
    let folder = lab.root().join("backups/migrations_20261122");
    let manifest = archive::prove(&RealFiles, &folder).unwrap();
    assert_eq!(manifest.members.len(), 4);
    let broken = tempfile::tempdir().unwrap();
    for name in [archive::ARCHIVE, archive::MANIFEST] {
        for name in [archive::ARCHIVE, archive::MANIFEST] {
            let whole = RealFiles.read(&folder.join(name)).unwrap();
            RealFiles
                .replace(&broken.path().join(name), &whole, 0o600)
                .unwrap();
        }
        let whole = RealFiles.read(&folder.join(name)).unwrap();
        let reading = Flipped {
            path: broken.path().join(name),
            bytes: whole.into(),
        };
        for bit in 0..reading.len() * 8 {
            reading.flip(bit);
            assert!(
                archive::prove(&reading, broken.path()).is_err(),
                "{name}, bit {bit}"
            );
            reading.flip(bit);
        }
        assert!(archive::prove(&reading, broken.path()).is_ok());
    }
}

/// Files of which one is read with a bit flipped.
struct Flipped {
    path: std::path::PathBuf,
    bytes: std::sync::Mutex<Vec<u8>>,
}

impl Flipped {
    fn len(&self) -> usize {
        self.bytes.lock().unwrap().len()
    }
    fn flip(&self, bit: usize) {
        self.bytes.lock().unwrap()[bit / 8] ^= 1 << (bit % 8);
    }
}

impl crate::system::ReadFiles for Flipped {
    fn read(&self, path: &std::path::Path) -> std::io::Result<Vec<u8>> {
        if path == self.path {
            return Ok(self.bytes.lock().unwrap().clone());
        }
        RealFiles.read(path)
    }
    fn list(&self, path: &std::path::Path) -> std::io::Result<Vec<std::path::PathBuf>> {
        RealFiles.list(path)
    }
    fn stat(&self, path: &std::path::Path) -> std::io::Result<Option<crate::system::Stat>> {
        RealFiles.stat(path)
    }
    fn canonical(&self, path: &std::path::Path) -> std::io::Result<std::path::PathBuf> {
        RealFiles.canonical(path)
    }
    fn modified(&self, path: &std::path::Path) -> std::io::Result<i64> {
        RealFiles.modified(path)
    }
}

/// Ends our own connection just before COMMIT, as a server that restarts would.
struct Cutting<'a> {
    journal: journal::FileJournal<'a>,
    lab: &'a Lab,
}

impl journal::Journal for Cutting<'_> {
    fn append(&mut self, entry: journal::Entry) -> Result<(), journal::JournalError> {
        let cut = matches!(entry, journal::Entry::Committing { .. });
        self.journal.append(entry)?;
        if cut {
            self.lab.sql(
                "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity \
                 WHERE application_name LIKE 'redistill%' AND pid <> pg_backend_pid()",
            );
        }
        Ok(())
    }

    fn run(&self) -> &journal::Run {
        self.journal.run()
    }
}

#[test]
fn a_connection_lost_at_the_commit_is_asked_about_and_rolled_back() {
    let lab = Lab::new();
    let before = (lab.tree(), lab.dump());
    let plan = lab.plan(RUN);
    let world = lab.world(&RealFiles, &Agreeing);
    journal::create(&RealFiles, lab.root(), &plan, world.now).unwrap();
    let mut cutting = Cutting {
        journal: journal::open(&RealFiles, lab.root(), RUN).unwrap(),
        lab: &lab,
    };
    let outcome = run(&mut cutting, &world, &Deaf, &AtomicBool::new(false)).unwrap();
    let Outcome::AsBefore {
        cause: Cause::Failed { index: 2, error },
    } = outcome
    else {
        panic!("{outcome:?}");
    };
    assert!(error.starts_with("cannot commit in lab / shop"), "{error}");
    assert_eq!((lab.tree(), lab.dump()), before);
}

#[test]
fn a_torn_last_record_is_cut_off_and_the_run_goes_on() {
    let mut lab = Lab::new();
    let before = (lab.tree(), lab.rows());
    for cut in [1, 40, 90] {
        for way in [Direction::Forward, Direction::Back] {
            lab.renew();
            // Killed after the files of the first module were moved.
            assert!(crash(&lab, &lab.plan(RUN), 8, true));
            let path = journal::run_folder(lab.root(), RUN).join("journal");
            let whole = RealFiles.read(&path).unwrap();
            let torn = &whole[..whole.len() - cut];
            RealFiles.replace(&path, torn, 0o600).unwrap();
            let said = format!("{cut} bytes cut, {way:?}");
            match lab.resume(RUN, Some(way)).unwrap() {
                Outcome::Done => assert_eq!(lab.rows().unwrap(), ["base", "qbase"], "{said}"),
                Outcome::AsBefore { .. } => {
                    assert_eq!((lab.tree(), lab.rows()), before, "{said}");
                }
            }
            assert!(lab.run_of(RUN).outcome.is_some(), "{said}");
        }
    }
}

#[test]
fn links_and_paths_out_of_the_project_are_refused() {
    let lab = Lab::new();
    let outside = tempfile::tempdir().unwrap();
    let plan = lab.plan(RUN);
    let path = lab.root().join("art/versions/002_b.py");
    let copy = outside.path().join("002_b.py");
    RealFiles.rename(&path, &copy).unwrap();
    std::os::unix::fs::symlink(&copy, &path).unwrap();
    let said = lab.begin(&plan).unwrap_err().to_string();
    assert!(said.contains("002_b.py is not a regular file"), "{said}");

    std::os::unix::fs::symlink(outside.path(), lab.root().join("elsewhere")).unwrap();
    for path in ["elsewhere/note.md", "../note.md", "/note.md", "a//b", ""] {
        let mut plan = lab.plan_with_nothing("20261122-2");
        plan.steps = vec![Step::WriteFile {
            what: "note".to_owned(),
            module: None,
            path: path.to_owned(),
            contents: "x".to_owned(),
            mode: 0o644,
        }];
        let said = lab.begin(&plan).unwrap_err().to_string();
        assert!(said.ends_with("leads out of the project"), "{path}: {said}");
    }
}

/// Two new files and no database, in the folder that the variable names.
fn two_files(root: &std::path::Path) -> Result<Outcome, ExecuteError> {
    let write = |path: &str| Step::WriteFile {
        what: "note".to_owned(),
        module: None,
        path: path.to_owned(),
        contents: "text\n".to_owned(),
        mode: 0o644,
    };
    let plan = Plan {
        format: crate::plan::FORMAT,
        id: RUN.to_owned(),
        purpose: crate::plan::Purpose::Reset,
        root: root.to_owned(),
        basis: std::collections::BTreeMap::new(),
        choices: crate::plan::Choices::default(),
        modules: Vec::new(),
        steps: vec![write("notes/one.md"), write("notes/deep/two.md")],
    };
    with_world(root, |lock, world| {
        super::begin(lock, &plan, world, &Deaf, &AtomicBool::new(false))
    })
}

fn with_world<T>(
    root: &std::path::Path,
    act: impl FnOnce(&journal::Lock, &crate::steps::World<'_>) -> T,
) -> T {
    let lock = journal::Lock::take(&RealFiles, root).unwrap();
    let world = crate::steps::World {
        root: root.to_owned(),
        files: &RealFiles,
        databases: &std::collections::BTreeMap::new(),
        tester: &Agreeing,
        dumper: None,
        clients: crate::steps::Clients::Refuse,
        now: chrono::DateTime::parse_from_rfc3339("2026-11-22T10:00:00+01:00").unwrap(),
    };
    act(&lock, &world)
}

/// The test starts itself as a child, which dies at the record that the variable names.
#[test]
fn a_process_that_dies_at_a_record_leaves_a_run_to_go_on_with() {
    const CHILD: &str = "REDISTILL_TEST_CHILD_ROOT";
    if let Some(root) = crate::system::environment::variable(CHILD) {
        two_files(std::path::Path::new(&root)).unwrap();
        return;
    }
    let itself = std::env::current_exe().unwrap();
    for variable in [
        "REDISTILL_CRASH_BEFORE_RECORD",
        "REDISTILL_CRASH_AFTER_RECORD",
    ] {
        for record in 1..=6 {
            for way in [Direction::Forward, Direction::Back] {
                let root = tempfile::tempdir().unwrap();
                let output = crate::system::process::Process::new(&itself)
                    .args(["--exact", "--test-threads=1"])
                    .arg("execute::tests::a_process_that_dies_at_a_record_leaves_a_run_to_go_on_with")
                    .env(CHILD, root.path())
                    .env(variable, record.to_string())
                    .output(std::time::Duration::from_mins(2))
                    .unwrap();
                let said = format!("{variable}={record}, {way:?}");
                assert!(!output.status.success(), "{said}: the child lives");
                let runs = journal::runs(&RealFiles, root.path()).unwrap();
                let two = root.path().join("notes/deep/two.md");
                let Some(run) = runs.first() else {
                    assert!(variable.contains("BEFORE") && record == 1, "{said}");
                    continue;
                };
                if run.outcome.is_some() {
                    assert!(variable.contains("AFTER") && record == 6, "{said}");
                    continue;
                }
                let never = AtomicBool::new(false);
                let end = with_world(root.path(), |lock, world| {
                    super::resume(lock, RUN, Some(way), world, &Deaf, &never).unwrap()
                });
                let is_there = RealFiles.stat(&two).unwrap().is_some();
                assert_eq!(is_there, end == Outcome::Done, "{said}");
                let folder = RealFiles.stat(&root.path().join("notes")).unwrap();
                assert_eq!(folder.is_some(), is_there, "{said}");
            }
        }
    }
}
