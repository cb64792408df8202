//! The tests' stage: findings of two weights, one with a place and a correction.

use std::path::PathBuf;

use crate::evidence::{Evidence, ModuleEvidence};
use crate::model::{Chain, ConfigSource, Flavour, Location, Module, ModuleName};
use crate::rules::{Finding, LineEdit, Origin, Suppressed, find};

pub fn empty() -> Evidence {
    Evidence::of(PathBuf::from("/p"), Vec::new())
}

pub fn sample() -> (Evidence, Vec<Finding>) {
    let name = ModuleName("admin-module".to_owned());
    let module = Module {
        name: name.clone(),
        config: ConfigSource::Ini {
            path: PathBuf::from("/p/admin-module/alembic.ini"),
            section: "alembic".to_owned(),
        },
        flavour: Flavour::Plain,
        directory: PathBuf::from("/p/admin-module"),
        script_location: PathBuf::from("/p/admin-module/alembic"),
        version_locations: vec![PathBuf::from("/p/admin-module/alembic/versions")],
        recursive: false,
        sourceless: false,
        written_url: None,
        branch: None,
    };
    let mut evidence = empty();
    evidence
        .modules
        .push(ModuleEvidence::of(module, Chain::default()));
    let line = "\tid = Column(Integer, ForeignKey(\"accounts.id\"))";
    let place = Location {
        path: PathBuf::from("/p/admin-module/app/models.py"),
        line: 41,
        column: 14,
        source_line: line.to_owned(),
    };
    let findings = vec![
        find("RD201")
            .unwrap()
            .finding(
                "history",
                "the revisions are published, and 2 people have written them",
            )
            .seen("published on remotes/origin/main")
            .remedy("agree on it with the others")
            .next("redistill explain RD201"),
        find("RD301")
            .unwrap()
            .finding(
                "keys.id",
                "keys.id is integer and refers to accounts.id, which is uuid",
            )
            .of(&name)
            .at(&place)
            .remedy("make keys.id uuid, as its key is")
            .edit(LineEdit {
                path: place.path.clone(),
                line: 41,
                before: vec![line.to_owned()],
                after: vec![line.replace("Integer", "Uuid")],
            }),
    ];
    (evidence, findings)
}

/// The sample, its warning set aside by a comment above the line.
pub fn with_suppressed() -> (Evidence, Vec<Finding>, Vec<Suppressed>) {
    let (evidence, mut findings) = sample();
    let finding = findings.pop().unwrap();
    let mut at = finding.location.clone().unwrap();
    at.line -= 1;
    let suppressed = Suppressed {
        finding,
        by: Origin::Comment,
        at,
        reason: "the old schema is frozen".to_owned(),
    };
    (evidence, findings, vec![suppressed])
}
