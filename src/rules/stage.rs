//! The tests' stage: evidence of a healthy module, to be changed in one point a test.

use std::path::{Path, PathBuf};

use chrono::NaiveDate;

use super::{Finding, ModuleSources, Scope, Severity, Sources, assess};
use crate::evidence::{
    AskedFor, DatabaseEvidence, Described, EnvironmentEvidence, Evidence, GitEvidence, Holders,
    How, LiveSchema, ModuleEvidence, NeighbourDatabase, Observed, Person, Place, Pooling,
    Published, RefKind, Role, Rows, Signals, TableRows, VersionTable, Waiver, Waivers,
};
use crate::model::{
    Chain, ConfigSource, Flavour, Identity, Interpreter, InterpreterSource, Location, Module,
    ModuleName, QualifiedName, Revision, RevisionId,
};
use crate::python::{
    RevisionReading, Syntax, contents, env, identifiers, models, operations, suppression,
};

/// A project that nothing is wrong with.
pub struct Stage {
    pub evidence: Evidence,
    pub sources: Sources,
}

impl Stage {
    /// A project with these modules, each in a database of its own.
    pub fn with(names: &[&str]) -> Self {
        let modules = names
            .iter()
            .enumerate()
            .map(|(index, name)| module(name, u32::try_from(index).unwrap()))
            .collect();
        Self {
            evidence: Evidence {
                root: PathBuf::from("/p"),
                git: Observed::Seen(git()),
                modules,
                unselected: Vec::new(),
                holders: Holders::default(),
                waivers: Waivers {
                    given: Vec::new(),
                    committed: Observed::Seen(true),
                    today: NaiveDate::from_ymd_opt(2026, 11, 22).unwrap(),
                },
                variables: Vec::new(),
                own_tests: std::collections::BTreeMap::new(),
            },
            sources: Sources::default(),
        }
    }

    /// A project with the one module `shop`.
    pub fn one() -> Self {
        Self::with(&["shop"])
    }

    pub fn module(&mut self, name: &str) -> &mut ModuleEvidence {
        self.evidence
            .modules
            .iter_mut()
            .find(|module| module.module.name.0 == name)
            .unwrap()
    }

    pub fn first(&mut self) -> &mut ModuleEvidence {
        &mut self.evidence.modules[0]
    }

    pub fn database(&mut self) -> &mut DatabaseEvidence {
        seen(&mut self.first().database)
    }

    pub fn environment(&mut self, environment: EnvironmentEvidence) {
        self.evidence.holders.environments.push(environment);
    }

    pub fn neighbour(&mut self, neighbour: NeighbourDatabase) {
        self.evidence.holders.neighbours.push(neighbour);
    }

    pub fn waive(&mut self, waiver: Waiver) {
        self.evidence.waivers.given.push(waiver);
    }

    /// Two authors and a remote branch: RD201.
    pub fn share(&mut self) {
        let git = self.git();
        git.people
            .push(person("Bob", "bob@example.com", Role::Author));
        git.published = vec![published("origin/main", RefKind::Branch)];
    }

    pub fn git(&mut self) -> &mut GitEvidence {
        seen(&mut self.evidence.git)
    }

    pub fn facts(&mut self, module: &str) -> &mut ModuleSources {
        self.sources
            .modules
            .entry(ModuleName(module.to_owned()))
            .or_default()
    }

    /// Reads models from source.
    pub fn models(&mut self, module: &str, source: &str) -> &mut Self {
        let path = PathBuf::from(format!("/p/{module}/app/models.py"));
        let syntax = Syntax::parse(&path, source.as_bytes());
        self.facts(module).model_names = vec![identifiers::read(&syntax)];
        self.facts(module).tables = models::read(&[syntax]);
        self
    }

    /// Reads an env.py from source.
    pub fn env(&mut self, module: &str, source: &str) -> &mut Self {
        let path = PathBuf::from(format!("/p/{module}/alembic/env.py"));
        let syntax = Syntax::parse(&path, source.as_bytes());
        self.facts(module).env = Some(env::read(&syntax));
        self.facts(module).env_contents = Some(contents::read(&syntax));
        self
    }

    /// Reads a revision from source and adds it to the module's facts.
    pub fn revision(&mut self, module: &str, source: &str) -> &mut Self {
        let number = self.facts(module).revisions.len() + 1;
        let path = PathBuf::from(format!("/p/{module}/alembic/versions/r{number}.py"));
        let syntax = Syntax::parse(&path, source.as_bytes());
        let read = operations::read(&syntax);
        self.facts(module).revisions.push(read);
        self.facts(module)
            .revision_names
            .push(identifiers::read(&syntax));
        self
    }

    /// Reads a whole revision file from source, imports and all, as `revision` does not.
    pub fn file(&mut self, module: &str, source: &str) -> &mut Self {
        self.revision(module, source);
        let path = self.facts(module).revisions.last().unwrap().path.clone();
        let read = contents::read(&Syntax::parse(&path, source.as_bytes()));
        self.facts(module).contents.push(read);
        self
    }

    /// Replaces the module's chain by these revision files, read from source.
    pub fn chain(&mut self, module: &str, sources: &[&str]) -> &mut Self {
        *self.facts(module) = ModuleSources::default();
        let mut revisions = Vec::new();
        for (index, source) in sources.iter().enumerate() {
            self.file(module, source);
            let path = PathBuf::from(format!("/p/{module}/alembic/versions/r{}.py", index + 1));
            match crate::python::revision::read(&path, source.as_bytes()) {
                RevisionReading::Revision(read) => revisions.push(*read),
                other => panic!("{other:?}"),
            }
        }
        let chain = Chain::new(revisions, Vec::new());
        let ids = |down: &[RevisionId]| down.iter().map(|id| id.0.clone()).collect();
        let seen = self.module(module);
        let heads: Vec<String> = chain.heads().iter().map(|id| id.0.clone()).collect();
        if let Observed::Seen(described) = &mut seen.described {
            described.script_revisions = chain
                .revisions
                .iter()
                .map(|revision| (revision.id.0.clone(), ids(&revision.down)))
                .collect();
            described.script_heads.clone_from(&heads);
        }
        if let Observed::Seen(database) = &mut seen.database {
            database.version_table.rows = heads;
        }
        seen.chain = chain;
        self
    }

    /// Reads the suppressions of the revision that was added last.
    pub fn comments(&mut self, module: &str, source: &str) -> &mut Self {
        let number = self.facts(module).revisions.len().max(1);
        let path = PathBuf::from(format!("/p/{module}/alembic/versions/r{number}.py"));
        let read = suppression::read(&Syntax::parse(&path, source.as_bytes()));
        self.sources.ignores.comments.extend(read);
        self
    }

    /// What refuses says the command that would change the answer, whatever the test is about: to
    /// read about it changes nothing.
    pub fn findings(&self) -> Vec<Finding> {
        let findings = assess(&self.evidence, &self.sources, Scope::Full);
        for one in findings
            .iter()
            .filter(|one| one.severity == Severity::Refuse)
        {
            let command = one.remedy.command.as_deref().unwrap_or_default();
            assert!(
                !command.is_empty() && !command.starts_with("redistill explain"),
                "{} says no way on: {:?}",
                one.code,
                one.remedy
            );
        }
        findings
    }

    /// The codes of all findings, in order.
    pub fn codes(&self) -> Vec<String> {
        self.findings()
            .iter()
            .map(|finding| finding.code.to_string())
            .collect()
    }

    /// The codes of one family's findings, by the digit after `RD`.
    pub fn family(&self, digit: char) -> Vec<String> {
        let mut codes = self.codes();
        codes.retain(|code| code.chars().nth(2) == Some(digit));
        codes
    }

    /// The one finding of a code.
    pub fn only(&self, code: &str) -> Finding {
        let mut found: Vec<_> = self
            .findings()
            .into_iter()
            .filter(|finding| finding.code == code)
            .collect();
        assert_eq!(found.len(), 1, "{:#?}", self.findings());
        found.remove(0)
    }
}

pub fn seen<T>(observed: &mut Observed<T>) -> &mut T {
    match observed {
        Observed::Seen(value) => value,
        _ => panic!("not seen"),
    }
}

/// A table of the schema `public`.
pub fn table(name: &str) -> QualifiedName {
    QualifiedName {
        schema: "public".to_owned(),
        name: name.to_owned(),
    }
}

/// A database on another server whose version table holds these rows.
pub fn place(host: &str, rows: &[&str]) -> Place {
    let rows = rows.iter().map(|row| (*row).to_owned()).collect();
    Place {
        label: format!("{host}:5432 / app"),
        identity: Some(Identity {
            system_identifier: format!("of {host}"),
            ..database("app", 0, &[String::new(), String::new()]).identity
        }),
        version_tables: vec![(table("alembic_version"), Observed::Seen(rows))],
        tables: Vec::new(),
    }
}

/// An environment that the configuration names by a variable.
pub fn environment(name: &str, place: Place) -> EnvironmentEvidence {
    EnvironmentEvidence {
        name: name.to_owned(),
        variable: Some(format!("{}_URL", name.to_uppercase())),
        has_written_password: false,
        modules: Vec::new(),
        location: Location::of_file("/p/redistill.toml"),
        looked: Observed::Seen(place),
    }
}

/// Another database on the first module's server, of the same role.
pub fn neighbour(name: &str, rows: &[&str]) -> NeighbourDatabase {
    let oid = name
        .bytes()
        .fold(40_000, |sum, byte| sum * 7 % 99_991 + u32::from(byte));
    let identity = Identity {
        database_oid: oid,
        ..database(name, 0, &[String::new(), String::new()]).identity
    };
    NeighbourDatabase {
        module: ModuleName("shop".to_owned()),
        label: format!("localhost:5432 / {name}"),
        url: format!("postgresql://dev@localhost:5432/{name}"),
        name: name.to_owned(),
        identity: Some(identity.clone()),
        owner: "dev".to_owned(),
        is_own: true,
        comment: None,
        looked: Observed::Seen(Place {
            identity: Some(identity),
            ..place("localhost", rows)
        }),
    }
}

/// A waiver with all its parts.
pub fn waiver(finding: &str, head: &str) -> Waiver {
    Waiver {
        finding: finding.to_owned(),
        module: None,
        heads: vec![RevisionId::from(head)],
        reason: "agreed in the team".to_owned(),
        until: NaiveDate::from_ymd_opt(2026, 12, 31),
        location: Location::of_file("/p/redistill.toml"),
    }
}

pub fn revision(id: &str, down: &[&str], folder: &Path) -> Revision {
    Revision {
        id: RevisionId::from(id),
        down: down.iter().map(|id| RevisionId::from(*id)).collect(),
        depends_on: Vec::new(),
        labels: Vec::new(),
        path: folder.join(format!("{id}.py")),
        message: String::new(),
        doc: String::new(),
        line: 3,
    }
}

/// A table of the schema `public`.
pub fn filled(name: &str, rows: Rows) -> TableRows {
    TableRows {
        name: QualifiedName {
            schema: "public".to_owned(),
            name: name.to_owned(),
        },
        rows,
    }
}

/// A development server.
fn quiet() -> Signals {
    Signals {
        replicas: Observed::Seen(0),
        slots: Observed::Seen(0),
        receivers: Observed::Seen(0),
        subscriptions: Observed::Seen(0),
        publications: Observed::Seen(0),
        archive_mode: Observed::Seen("off".to_owned()),
        synchronous_standbys: Observed::Seen(String::new()),
        archived: Observed::Seen(0),
        managed_roles: Observed::Seen(Vec::new()),
        managed_settings: Observed::Seen(Vec::new()),
        transactions: Observed::Seen(800),
        log_bytes: Observed::Seen(24_000_000),
        size: Observed::Seen(8_000_000),
    }
}

fn git() -> GitEvidence {
    GitEvidence {
        top: PathBuf::from("/p"),
        head: Some("0123456789abcdef0123456789abcdef01234567".to_owned()),
        branch: Some("main".to_owned()),
        people: vec![person("Ada", "ada@example.com", Role::Author)],
        ..GitEvidence::default()
    }
}

pub fn person(name: &str, mail: &str, role: Role) -> Person {
    Person {
        name: name.to_owned(),
        mail: mail.to_owned(),
        role,
    }
}

/// A name that publishes the first revision of the stage.
pub fn published(name: &str, kind: RefKind) -> Published {
    Published {
        name: name.to_owned(),
        kind,
        how: How::Path,
        path: "shop/alembic/versions/shop_1.py".to_owned(),
        commit: "0123456789abcdef0123456789abcdef01234567".to_owned(),
    }
}

fn module(name: &str, index: u32) -> ModuleEvidence {
    let directory = PathBuf::from("/p").join(name);
    let versions = directory.join("alembic/versions");
    let ids = [format!("{name}_1"), format!("{name}_2")];
    let chain = Chain::new(
        vec![
            revision(&ids[0], &[], &versions),
            revision(&ids[1], &[&ids[0]], &versions),
        ],
        Vec::new(),
    );
    ModuleEvidence {
        module: Module {
            name: ModuleName(name.to_owned()),
            config: ConfigSource::Ini {
                path: directory.join("alembic.ini"),
                section: "alembic".to_owned(),
            },
            flavour: Flavour::Plain,
            script_location: directory.join("alembic"),
            version_locations: vec![versions],
            recursive: false,
            sourceless: false,
            written_url: None,
            branch: None,
            directory,
        },
        interpreter: Observed::Seen(Interpreter {
            path: PathBuf::from("/p/.venv/bin/python"),
            arguments: Vec::new(),
            source: InterpreterSource::VirtualEnv,
        }),
        described: Observed::Seen(described(name, &ids)),
        stopped_at: None,
        database: Observed::Seen(database(name, index, &ids)),
        chain,
    }
}

fn described(name: &str, ids: &[String; 2]) -> Described {
    Described {
        asked_for: vec![AskedFor {
            driver: "psycopg".to_owned(),
            is_async: false,
            host: Some("localhost".to_owned()),
            port: Some("5432".to_owned()),
            database: Some(name.to_owned()),
            user: Some("dev".to_owned()),
            password: None,
            other: Vec::new(),
        }],
        version_table: "alembic_version".to_owned(),
        version_table_schema: None,
        default_schema: "public".to_owned(),
        include_schemas: false,
        filters: Vec::new(),
        configured: 1,
        runs: Vec::new(),
        schemas: Vec::new(),
        migrated: Vec::new(),
        calls: Vec::new(),
        made: Vec::new(),
        has_metadata: true,
        tables: Vec::new(),
        script_revisions: vec![
            (ids[0].clone(), Vec::new()),
            (ids[1].clone(), vec![ids[0].clone()]),
        ],
        script_heads: vec![ids[1].clone()],
        version_locations: Vec::new(),
        versions: crate::evidence::Versions::default(),
    }
}

fn database(name: &str, index: u32, ids: &[String; 2]) -> DatabaseEvidence {
    DatabaseEvidence {
        label: format!("localhost:5432 / {name}"),
        identity: Identity {
            system_identifier: "7291".to_owned(),
            database_oid: 16384 + index,
            database: name.to_owned(),
            server_address: "127.0.0.1".to_owned(),
            server_port: 5432,
            postmaster_start: "2026-11-22T10:00:00Z".to_owned(),
            server_version: 150_018,
        },
        role: "dev".to_owned(),
        may_create_databases: true,
        version_table: VersionTable {
            name: QualifiedName {
                schema: "public".to_owned(),
                name: "alembic_version".to_owned(),
            },
            exists: true,
            rows: vec![ids[1].clone()],
            columns: Vec::new(),
            primary_key: None,
            owner: "dev".to_owned(),
            definition: Vec::new(),
            dependants: Vec::new(),
        },
        tenants: Vec::new(),
        other_version_tables: Vec::new(),
        comment: None,
        in_recovery: false,
        signals: quiet(),
        pooling: Observed::Seen(Pooling::Direct),
        other_sessions: Observed::Seen(Vec::new()),
        tables: Observed::Seen(Vec::new()),
        live: LiveSchema::default(),
        catalog_digest: String::new(),
    }
}

mod tests {
    use super::*;

    #[test]
    fn a_healthy_project_gives_no_finding_at_all() {
        assert_eq!(Stage::with(&["shop", "stock"]).findings(), []);
    }
}
