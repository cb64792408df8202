//! The tests' workbench: a project of two modules in a temporary folder, a real server, the plan
//! of a reset, and faults on demand. Only compiled for tests.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use chrono::DateTime;

use super::{ExecuteError, begin, resume, undo_plan};
use crate::events::Deaf;
use crate::journal::{
    self, Direction, Entry, Journal, JournalError, Lock, Outcome, Run, TestsEnd, TestsRan,
};
use crate::model::{ModuleName, QualifiedName, Target, TestCommand};
use crate::plan::{
    ArchiveMember, Choices, DatabaseRef, FORMAT, FileRef, Plan, Purpose, Step, TableAction,
    VersionTableChange,
};
use crate::sandbox::Server;
use crate::steps::{Clients, Inspection, Tester, World, file_reference};
use crate::system::process::Process;
use crate::system::{ReadFiles, RealFiles, Session, Stat, WriteFiles};

pub const LABEL: &str = "lab / shop";
pub const RUN: &str = "20261122-1";
const DEFINITION: &str = "CREATE TABLE public.alembic_version (version_num character varying(32) \
     NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))";

/// The files of the project: three revisions in two modules, and what must stay.
const FILES: [(&str, &str, bool); 7] = [
    ("art/versions/001_a.py", "revision = 'a1'\n", true),
    (
        "art/versions/002_b.py",
        "revision = 'a2'\ndown_revision = 'a1'\n",
        true,
    ),
    ("art/versions/__init__.py", "", false),
    (
        "art/versions/__pycache__/001_a.cpython-311.pyc",
        "bytecode",
        true,
    ),
    ("shop front/versions/001_a.py", "revision = 'q1'\n", true),
    ("shop front/versions/helper.py", "X = 1\n", false),
    ("README.md", "hello\n", false),
];

/// A project with its database.
pub struct Lab {
    pub folder: tempfile::TempDir,
    pub server: Server,
    pub databases: BTreeMap<String, Target>,
    pub identity: String,
}

/// Everything outside `.redistill`, by path: mode and contents; folders have none.
pub type Tree = BTreeMap<PathBuf, (u32, Option<Vec<u8>>)>;

impl Lab {
    pub fn new() -> Self {
        let server = Server::start().unwrap();
        let mut lab = Self {
            folder: tempfile::tempdir().unwrap(),
            databases: BTreeMap::new(),
            identity: String::new(),
            server,
        };
        lab.sql_in("postgres", "CREATE DATABASE shop");
        let target = lab.server.target().with_database("shop");
        lab.databases.insert(LABEL.to_owned(), target);
        let rows = lab
            .session()
            .query(
                "select c.system_identifier::text || '/' || d.oid::text \
                 from pg_control_system() c, pg_database d where d.datname = 'shop'",
                &[],
            )
            .unwrap();
        lab.identity = rows[0].get(0);
        lab.renew();
        lab
    }

    /// A fresh project folder and version table.
    pub fn renew(&mut self) {
        self.folder = tempfile::tempdir().unwrap();
        for (path, contents, _) in FILES {
            self.write(path, contents);
        }
        self.sql(&format!(
            "DROP TABLE IF EXISTS public.alembic_version CASCADE; {DEFINITION}; \
             INSERT INTO public.alembic_version VALUES ('a2'), ('q1')"
        ));
    }

    pub fn root(&self) -> &Path {
        self.folder.path()
    }

    pub fn write(&self, path: &str, contents: &str) {
        let path = self.root().join(path);
        RealFiles
            .create_folder(path.parent().unwrap(), 0o755)
            .unwrap();
        RealFiles
            .replace(&path, contents.as_bytes(), 0o644)
            .unwrap();
    }

    pub fn session(&self) -> Session {
        Session::connect(&self.databases[LABEL], Duration::from_secs(30)).unwrap()
    }

    pub fn sql(&self, sql: &str) {
        self.session().batch(sql).unwrap();
    }

    fn sql_in(&self, database: &str, sql: &str) {
        let target = self.server.target().with_database(database);
        Session::connect(&target, Duration::from_secs(30))
            .unwrap()
            .batch(sql)
            .unwrap();
    }

    pub fn rows(&self) -> Option<Vec<String>> {
        let session = self.session();
        let there = session
            .query(
                "select to_regclass('public.alembic_version') is not null",
                &[],
            )
            .unwrap();
        if !there[0].get::<_, bool>(0) {
            return None;
        }
        let rows = session
            .query(
                "select version_num from public.alembic_version order by 1",
                &[],
            )
            .unwrap();
        Some(rows.iter().map(|row| row.get(0)).collect())
    }

    pub fn dump(&self) -> String {
        let target = &self.databases[LABEL];
        let crate::model::Host::Socket(folder) = &target.host else {
            panic!("the lab's server has a socket");
        };
        let output = Process::new("/usr/bin/env")
            .args(["pg_dump", "-U", "postgres", "-d", "shop", "-h"])
            .arg(folder)
            .args(["-p", &target.port.to_string()])
            .output(Duration::from_mins(2))
            .unwrap();
        assert!(output.status.success(), "{}", output.text());
        // The only random line of a dump.
        let text = output.text();
        let lines = text.lines().filter(|line| !line.contains("restrict "));
        lines.collect::<Vec<_>>().join("\n")
    }

    pub fn tree(&self) -> Tree {
        let mut tree = Tree::new();
        let mut folders = vec![self.root().to_owned()];
        while let Some(folder) = folders.pop() {
            for path in RealFiles.list(&folder).unwrap() {
                if path.ends_with(".redistill") {
                    continue;
                }
                let stat = RealFiles.stat(&path).unwrap().unwrap();
                let name = path.strip_prefix(self.root()).unwrap().to_owned();
                if stat.kind == crate::system::FileKind::Folder {
                    tree.insert(name, (stat.mode, None));
                    folders.push(path);
                } else {
                    tree.insert(name, (stat.mode, Some(RealFiles.read(&path).unwrap())));
                }
            }
        }
        tree
    }

    pub fn world<'a>(&'a self, files: &'a dyn WriteFiles, tester: &'a dyn Tester) -> World<'a> {
        World {
            root: self.root().to_owned(),
            files,
            databases: &self.databases,
            tester,
            dumper: None,
            clients: Clients::Refuse,
            now: DateTime::parse_from_rfc3339("2026-11-22T10:00:00+01:00").unwrap(),
        }
    }

    fn file(&self, path: &str) -> FileRef {
        let contents = RealFiles.read(&self.root().join(path)).unwrap();
        file_reference(path, &contents, 0o644)
    }

    /// The plan of a reset of both modules.
    pub fn plan(&self, id: &str) -> Plan {
        let going: Vec<_> = FILES
            .iter()
            .filter(|f| f.2)
            .map(|f| self.file(f.0))
            .collect();
        let [art, shop] = ["art", "shop front"].map(|name| ModuleName(name.to_owned()));
        let of = |module: &ModuleName| {
            let start = format!("{module}/");
            let files = going.iter().filter(|file| file.path.starts_with(&start));
            files.cloned().collect::<Vec<_>>()
        };
        let member = |module: &ModuleName, file: FileRef| ArchiveMember {
            module: module.clone(),
            file,
        };
        let write =
            |what: &str, module: Option<&ModuleName>, path: &str, text: &str| Step::WriteFile {
                what: what.to_owned(),
                module: module.cloned(),
                path: path.to_owned(),
                contents: text.to_owned(),
                mode: 0o644,
            };
        let steps = vec![
            Step::Archive {
                folder: "backups/migrations_20261122".to_owned(),
                members: [&art, &shop]
                    .into_iter()
                    .flat_map(|module| of(module).into_iter().map(|file| member(module, file)))
                    .collect(),
                heads: vec![(art.clone(), vec!["a2".to_owned()])],
            },
            write(
                "note",
                None,
                "claudedocs/notes/MIGRATION_BACKUP_20261122.md",
                "# why\n",
            ),
            self.stamp(TableAction::DropAndStamp {
                rows: vec!["base".to_owned(), "qbase".to_owned()],
            }),
            Step::RemoveFiles {
                module: art.clone(),
                files: of(&art),
            },
            Step::RemoveFiles {
                module: shop.clone(),
                files: of(&shop),
            },
            // The name of a file that was removed: the undo must not confuse them.
            write(
                "baseline",
                Some(&art),
                "art/versions/001_a.py",
                "revision = 'base'\n",
            ),
            write(
                "baseline",
                Some(&shop),
                "shop front/versions/new/q.py",
                "revision = 'qbase'\n",
            ),
            Step::Test {
                module: art.clone(),
                database: Some(self.database()),
                current: vec!["base".to_owned()],
                heads: vec!["base".to_owned()],
                known_differences: vec!["known".to_owned()],
            },
            // That they fail stops nothing, wherever the run is interrupted.
            Step::OwnTests {
                module: art.clone(),
                tests: TestCommand {
                    words: vec!["false".to_owned()],
                    folder: "art".to_owned(),
                    limit: 60,
                },
                database: Some(self.database()),
                current: vec!["base".to_owned()],
                heads: vec!["base".to_owned()],
                known_differences: vec!["known".to_owned()],
            },
        ];
        Plan {
            format: FORMAT,
            id: id.to_owned(),
            purpose: Purpose::Reset,
            root: self.root().to_owned(),
            basis: [("evidence".to_owned(), "as it was".to_owned())].into(),
            choices: Choices::default(),
            modules: Vec::new(),
            steps,
        }
    }

    /// A plan without steps.
    pub fn plan_with_nothing(&self, id: &str) -> Plan {
        let mut plan = self.plan(id);
        plan.steps.clear();
        plan
    }

    pub fn database(&self) -> DatabaseRef {
        DatabaseRef {
            label: LABEL.to_owned(),
            database: "shop".to_owned(),
            identity: self.identity.clone(),
        }
    }

    pub fn stamp(&self, action: TableAction) -> Step {
        Step::VersionTables {
            database: self.database(),
            changes: vec![VersionTableChange {
                module: ModuleName("art".to_owned()),
                table: QualifiedName {
                    schema: "public".to_owned(),
                    name: "alembic_version".to_owned(),
                },
                expect: vec!["a2".to_owned(), "q1".to_owned()],
                exists: true,
                definition: vec![DEFINITION.to_owned()],
                action,
            }],
            alterations: Vec::new(),
        }
    }

    pub fn begin(&self, plan: &Plan) -> Result<Outcome, ExecuteError> {
        self.begin_with(plan, &RealFiles, &Agreeing)
    }

    pub fn begin_with(
        &self,
        plan: &Plan,
        files: &dyn WriteFiles,
        tester: &dyn Tester,
    ) -> Result<Outcome, ExecuteError> {
        let lock = Lock::take(&RealFiles, self.root()).unwrap();
        let never = AtomicBool::new(false);
        begin(&lock, plan, &self.world(files, tester), &Deaf, &never)
    }

    pub fn resume(&self, id: &str, way: Option<Direction>) -> Result<Outcome, ExecuteError> {
        let lock = Lock::take(&RealFiles, self.root()).unwrap();
        let never = AtomicBool::new(false);
        resume(
            &lock,
            id,
            way,
            &self.world(&RealFiles, &Agreeing),
            &Deaf,
            &never,
        )
    }

    pub fn run_of(&self, id: &str) -> Run {
        let runs = journal::runs(&RealFiles, self.root()).unwrap();
        runs.into_iter().find(|run| run.id() == id).unwrap()
    }

    pub fn undo_plan(&self, id: &str) -> Result<Plan, ExecuteError> {
        let world = self.world(&RealFiles, &Agreeing);
        undo_plan(&self.run_of(id), &world).map(|undo| undo.plan)
    }

    /// Undoes a run to the end, and names the undo.
    pub fn undo(&self, id: &str) -> String {
        let plan = self.undo_plan(id).unwrap();
        assert_eq!(self.begin(&plan).unwrap(), Outcome::Done);
        plan.id
    }
}

/// An Alembic that agrees with the lab's plan.
pub struct Agreeing;

impl Tester for Agreeing {
    fn inspect(&self, _: &ModuleName, _: Option<&Target>) -> Result<Inspection, String> {
        Ok(Inspection {
            current: vec!["base".to_owned()],
            heads: vec!["base".to_owned()],
            differences: vec!["known".to_owned()],
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

/// A journal that dies once: its n-th append (from 0) fails, before the record is written or
/// after.
pub struct Fused<J> {
    pub journal: J,
    pub left: usize,
    pub late: bool,
}

impl<J: Journal> Journal for Fused<J> {
    fn append(&mut self, entry: Entry) -> Result<(), JournalError> {
        if self.left > 0 {
            self.left -= 1;
            return self.journal.append(entry);
        }
        self.left = usize::MAX;
        if self.late {
            self.journal.append(entry)?;
        }
        Err(JournalError::Files {
            action: "write",
            path: PathBuf::from("journal"),
            source: io::ErrorKind::Interrupted.into(),
        })
    }

    fn run(&self) -> &Run {
        self.journal.run()
    }
}

/// A disk that is full after n writes outside `.redistill`; a rename needs no room.
pub struct Full {
    pub left: AtomicUsize,
}

impl Full {
    fn spend(&self, path: &Path) -> io::Result<()> {
        if path
            .components()
            .any(|part| part.as_os_str() == ".redistill")
        {
            return Ok(());
        }
        let take = |left: usize| left.checked_sub(1);
        match self
            .left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, take)
        {
            Ok(_) => Ok(()),
            Err(_) => Err(io::ErrorKind::StorageFull.into()),
        }
    }
}

impl ReadFiles for Full {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        RealFiles.read(path)
    }
    fn list(&self, path: &Path) -> io::Result<Vec<PathBuf>> {
        RealFiles.list(path)
    }
    fn stat(&self, path: &Path) -> io::Result<Option<Stat>> {
        RealFiles.stat(path)
    }
    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        RealFiles.canonical(path)
    }
    fn modified(&self, path: &Path) -> io::Result<i64> {
        RealFiles.modified(path)
    }
}

impl WriteFiles for Full {
    fn write_new(&self, path: &Path, contents: &[u8], mode: u32) -> io::Result<()> {
        self.spend(path)?;
        RealFiles.write_new(path, contents, mode)
    }
    fn replace(&self, path: &Path, contents: &[u8], mode: u32) -> io::Result<()> {
        self.spend(path)?;
        RealFiles.replace(path, contents, mode)
    }
    fn append(&self, path: &Path, contents: &[u8], mode: u32) -> io::Result<()> {
        self.spend(path)?;
        RealFiles.append(path, contents, mode)
    }
    fn create_folder(&self, path: &Path, mode: u32) -> io::Result<()> {
        if RealFiles.stat(path)?.is_none() {
            self.spend(path)?;
        }
        RealFiles.create_folder(path, mode)
    }
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        RealFiles.rename(from, to)
    }
    fn remove_file(&self, path: &Path) -> io::Result<()> {
        RealFiles.remove_file(path)
    }
    fn remove_folder(&self, path: &Path) -> io::Result<()> {
        RealFiles.remove_folder(path)
    }
    fn remove_tree(&self, path: &Path) -> io::Result<()> {
        RealFiles.remove_tree(path)
    }
}
