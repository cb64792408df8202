//! The tests' models: a project in every state that a screen can show, brought there by messages.
//! Only compiled for tests.

mod plans;
mod play;

use std::path::PathBuf;

pub use plans::{lacking, lossy, plan, planned, planned_for};
pub use play::{Play, drawn_rows, draws_a_row, rehearse};

use super::message::Proposed;
use super::model::{Outline, Previewed, Surveyed};
use super::theme::{Colours, Letters, Theme};
use crate::engine::Depth;
use crate::error::Failure;
use crate::evidence::Observed;
use crate::journal::{Direction, Outcome, Run, Status, StepRecord, TakenBack};
use crate::model::{Chain, Location, ModuleName};
use crate::plan::{Plan, Purpose};
use crate::rules::stage::{Stage, revision};
use crate::rules::{Finding, LineEdit, Verdict, find};

pub const THEME: Theme = Theme {
    colours: Colours::Dark,
    letters: Letters::Unicode,
};

/// What a survey of the stage's two modules sees.
pub fn surveyed(depth: Depth, findings: Vec<Finding>) -> Surveyed {
    let mut stage = Stage::with(&["shop", "stock"]);
    let folder = PathBuf::from("/p/stock/alembic/versions");
    let mut merge = revision("m4", &["b2", "c3"], &folder);
    "join the two lines".clone_into(&mut merge.message);
    stage.module("stock").chain = Chain::new(
        vec![
            revision("a1", &[], &folder),
            revision("b2", &["a1"], &folder),
            revision("c3", &["a1"], &folder),
            merge,
        ],
        Vec::new(),
    );
    for seen in &mut stage.evidence.modules {
        if let Observed::Seen(database) = &mut seen.database {
            database.comment = Some("redistill: disposable".to_owned());
        }
        if depth == Depth::Static {
            seen.described = Observed::NotAsked;
            seen.database = Observed::NotAsked;
        }
    }
    let modules = stage.evidence.modules.iter();
    let outlines = modules.map(|seen| Outline::of(&seen.chain)).collect();
    Surveyed {
        depth,
        is_agreed: false,
        verdict: Verdict::of(&findings),
        findings,
        obstacles: Vec::new(),
        troubles: Vec::new(),
        evidence: stage.evidence,
        outlines,
    }
}

/// The same with a first module whose chain is so long.
pub fn long(revisions: usize) -> Surveyed {
    let mut survey = surveyed(Depth::Full, Vec::new());
    let folder = PathBuf::from("/p/shop/alembic/versions");
    let ids: Vec<String> = (0..revisions).map(|n| format!("r{n:05}")).collect();
    let all = ids.iter().enumerate().map(|(n, id)| {
        let parent = n.checked_sub(1).map(|n| ids[n].as_str());
        revision(id, &parent.into_iter().collect::<Vec<_>>(), &folder)
    });
    survey.evidence.modules[0].chain = Chain::new(all.collect(), Vec::new());
    survey.outlines[0] = Outline::of(&survey.evidence.modules[0].chain);
    survey
}

/// Corrections of one file.
pub fn proposed() -> Proposed {
    let lines = [
        "--- a/shop/app/models.py",
        "+++ b/shop/app/models.py",
        "@@ -6,3 +6,3 @@",
        " class Order(Base):",
        "-    owner_id = Column(Integer, ForeignKey(\"users.id\"))",
        "+    owner_id = Column(Uuid, ForeignKey(\"users.id\"))",
    ];
    Proposed {
        diff: lines.map(str::to_owned).to_vec(),
        words: "1 correction in 1 file".to_owned(),
        left: vec!["RD302 shop/alembic/versions/a1.py:9: it needs a decision".to_owned()],
    }
}

/// One finding of each weight, in three items.
pub fn findings() -> Vec<Finding> {
    let name = ModuleName("shop".to_owned());
    let line = "    owner_id = Column(Integer, ForeignKey(\"users.id\"))";
    let place = Location {
        path: PathBuf::from("/p/shop/app/models.py"),
        line: 41,
        column: 16,
        source_line: line.to_owned(),
    };
    vec![
        find("RD201")
            .unwrap()
            .finding(
                "history",
                "4 revisions are on origin/main, and 2 people wrote them",
            )
            .seen("published on origin/main")
            .remedy("agree on it in the team")
            .next("redistill explain RD201"),
        find("RD301")
            .unwrap()
            .finding(
                "notes.owner_id",
                "notes.owner_id is integer, users.id is uuid",
            )
            .of(&name)
            .at(&place)
            .seen("integer and uuid")
            .remedy("make it uuid, as its key is")
            .fix(LineEdit {
                path: place.path.clone(),
                line: 41,
                before: vec![line.to_owned()],
                after: vec![line.replace("Integer", "Uuid")],
            }),
        find("RD302")
            .unwrap()
            .finding("state", "the type state stays after downgrade")
            .of(&name)
            .remedy("drop it in downgrade"),
    ]
}

/// A past run; open unless it has an outcome.
pub fn run(id: &str, outcome: Option<Outcome>) -> Run {
    let plan = Plan {
        id: id.to_owned(),
        ..plan()
    };
    let blank = StepRecord {
        status: Status::Pending,
        before: None,
        commits: Vec::new(),
        commits_back: Vec::new(),
        tests: None,
    };
    Run {
        folder: PathBuf::from("/p/.redistill/runs").join(id),
        at: "2026-11-22T10:00:00.123+00:00".to_owned(),
        steps: vec![blank; plan.steps.len()],
        plan,
        direction: Direction::Forward,
        cause: None,
        outcome,
        taken_back: TakenBack::No,
    }
}

/// A run that stopped at its second step.
pub fn stopped(id: &str) -> Run {
    let mut run = run(id, None);
    run.steps[0].status = Status::Finished {
        receipt: "2 files, 1.1 kB, proven".to_owned(),
    };
    run.steps[1].status = Status::Started;
    run
}

/// How a run that stops half-way ends.
pub fn half_way() -> Failure {
    Failure::new(
        crate::error::Kind::HalfWay,
        "localhost:5432 / shop: the connection was lost while the version table was changed",
    )
    .with_hint("finish it: redistill resume")
    .with_hint("or take it back: redistill undo")
}

pub fn preview(id: &str) -> Previewed {
    Previewed {
        id: id.to_owned(),
        plan: Some(Plan {
            purpose: Purpose::Undo(id.to_owned()),
            ..plan()
        }),
        kept: vec!["the note, which was edited".to_owned()],
        by_hand: Vec::new(),
    }
}

/// A failure with everything that one can have.
pub fn failure() -> Failure {
    Failure::untouched("shop: the revision shop_2 failed: relation \"notes\" does not exist")
        .with_detail("ALTER TABLE notes ADD COLUMN state text")
        .with_hint("mend that revision, then: redistill plan")
}
