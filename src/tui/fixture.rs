//! The tests' models: a project in every state that a screen can show, brought there by messages.
//! Only compiled for tests.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use super::keymap::Action;
use super::message::{Ask, Command, Key, Message};
use super::model::{Model, Planned, Previewed, Surveyed};
use super::theme::{Colours, Letters, Theme};
use super::update::{start, update};
use crate::engine::{Depth, Ended};
use crate::error::Failure;
use crate::events::{Event, Item};
use crate::evidence::Observed;
use crate::journal::{Direction, Outcome, Run, Status, StepRecord, TakenBack};
use crate::model::{Chain, Location, ModuleName, QualifiedName, RevisionId};
use crate::plan::{
    ArchiveMember, Carried, Choices, DatabaseRef, FORMAT, FileRef, Plan, PlannedModule, Purpose,
    Step, TableAction, VersionTableChange,
};
use crate::report;
use crate::rules::stage::{Stage, revision};
use crate::rules::{Finding, LineEdit, Verdict, find};
use crossterm::event::KeyCode;

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
    let graphs = stage
        .evidence
        .modules
        .iter()
        .map(|seen| report::chain::drawing(&seen.chain))
        .collect();
    Surveyed {
        depth,
        is_agreed: false,
        verdict: Verdict::of(&findings),
        findings,
        obstacles: Vec::new(),
        troubles: Vec::new(),
        evidence: stage.evidence,
        graphs,
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
            .edit(LineEdit {
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

pub fn plan() -> Plan {
    let file = |path: &str| FileRef {
        path: path.to_owned(),
        size: 1200,
        sha256: "0".repeat(64),
        mode: 0o644,
    };
    let shop = ModuleName("shop".to_owned());
    let members = ["shop_1", "shop_2"].map(|id| ArchiveMember {
        module: shop.clone(),
        file: file(&format!("shop/alembic/versions/{id}.py")),
    });
    let files = members.iter().map(|member| member.file.clone()).collect();
    Plan {
        format: FORMAT,
        id: "20261122-1".to_owned(),
        purpose: Purpose::Reset,
        root: PathBuf::from("/p"),
        basis: BTreeMap::new(),
        choices: Choices::default(),
        modules: vec![module()],
        steps: vec![
            Step::Archive {
                folder: "backups/migrations_20261122".to_owned(),
                members: members.to_vec(),
                heads: Vec::new(),
            },
            Step::VersionTables {
                database: DatabaseRef {
                    label: "localhost:5432 / shop".to_owned(),
                    database: "shop".to_owned(),
                    identity: "7291/16384".to_owned(),
                },
                changes: vec![VersionTableChange {
                    module: shop.clone(),
                    table: QualifiedName {
                        schema: "public".to_owned(),
                        name: "alembic_version".to_owned(),
                    },
                    expect: vec!["shop_2".to_owned()],
                    exists: true,
                    definition: Vec::new(),
                    action: TableAction::DropAndStamp {
                        rows: vec!["b45e11ne".to_owned()],
                    },
                }],
                alterations: Vec::new(),
            },
            Step::RemoveFiles {
                module: shop,
                files,
            },
        ],
    }
}

fn module() -> PlannedModule {
    PlannedModule {
        module: ModuleName("shop".to_owned()),
        revisions: vec![RevisionId::from("shop_1"), RevisionId::from("shop_2")],
        old_heads: vec![RevisionId::from("shop_2")],
        baseline_id: RevisionId::from("b45e11ne"),
        baseline_path: "shop/alembic/versions/b45e11ne_initial_schema.py".to_owned(),
        baseline: "def upgrade():\n    op.create_table(\"notes\")\n".to_owned(),
        reference: "replay".to_owned(),
        carried: vec![Carried {
            kind: "function".to_owned(),
            name: "touch()".to_owned(),
            detail: String::new(),
        }],
        lost: Vec::new(),
        accepted: Vec::new(),
        drift: Vec::new(),
        model_drift: Vec::new(),
        known_differences: Vec::new(),
        left_behind: Vec::new(),
        remarks: Vec::new(),
        model_changes: None,
    }
}

pub fn planned(plan: Result<Plan, Failure>) -> Planned {
    Planned {
        findings: Vec::new(),
        modules: vec![module()],
        plan,
        took: Duration::from_millis(2100),
    }
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

/// A model and what happened to it: every message goes through `update`.
pub struct Play {
    pub model: Model,
    pub commands: Vec<Command>,
}

impl Play {
    /// The app has just opened.
    pub fn opened(size: (u16, u16)) -> Self {
        let mut model = Model::new(PathBuf::from("/home/ada/artstore"), size, THEME);
        let commands = start(&mut model);
        Self { model, commands }
    }

    /// A full survey is in, with these findings.
    pub fn surveyed(size: (u16, u16), findings: Vec<Finding>) -> Self {
        let mut play = Self::opened(size);
        play.send(Message::Runs(Ok(Vec::new())));
        play.send(Message::Surveyed(Ok(Box::new(surveyed(
            Depth::Full,
            findings,
        )))));
        play
    }

    /// A plan is made.
    pub fn planned(size: (u16, u16)) -> Self {
        let mut play = Self::surveyed(size, Vec::new());
        play.press("p");
        play.send(Message::Planned(Ok(Box::new(planned(Ok(plan()))))));
        play.model.notice = None;
        play
    }

    /// The dialog of the reset is open and takes keys.
    pub fn confirming(size: (u16, u16)) -> Self {
        let mut play = Self::planned(size);
        play.control('x');
        play.control('x');
        play.send(Message::Armed);
        play
    }

    /// The reset is at its second step.
    pub fn running(size: (u16, u16)) -> Self {
        let mut play = Self::confirming(size);
        play.press("shop");
        play.key(KeyCode::Enter);
        let titles = report::plan::steps(&plan()).into_iter().map(|step| step.1);
        play.event(Event::StepsDeclared {
            titles: titles.collect(),
        });
        play.event(Event::StepStarted { index: 0 });
        play.event(Event::StepFinished {
            index: 0,
            receipt: "2 files, 1.1 kB, proven".to_owned(),
            replayed: false,
        });
        play.event(Event::StepStarted { index: 1 });
        play.send(Message::Tick(Duration::from_millis(3200)));
        play
    }

    /// The reset is done.
    pub fn done(size: (u16, u16)) -> Self {
        let mut play = Self::running(size);
        for index in 1..3 {
            play.event(Event::StepFinished {
                index,
                receipt: "done".to_owned(),
                replayed: false,
            });
        }
        play.send(Message::Ended(Ok(Ended {
            id: "20261122-1".to_owned(),
            outcome: "done",
            by_hand: Vec::new(),
        })));
        play
    }

    pub fn send(&mut self, message: Message) -> &mut Self {
        self.commands = update(&mut self.model, message);
        self
    }

    pub fn event(&mut self, event: Event) -> &mut Self {
        self.send(Message::Event(event))
    }

    pub fn key(&mut self, code: KeyCode) -> &mut Self {
        self.send(Message::Key(Key::plain(code)))
    }

    pub fn control(&mut self, letter: char) -> &mut Self {
        self.send(Message::Key(Key::control(letter)))
    }

    /// Every letter as a key.
    pub fn press(&mut self, letters: &str) -> &mut Self {
        for letter in letters.chars() {
            self.key(KeyCode::Char(letter));
        }
        self
    }

    /// Goes to an item of the checklist.
    pub fn item(&mut self, item: Item) -> &mut Self {
        self.model.checklist.at = item.number() - 1;
        self.key(KeyCode::Enter)
    }

    /// What was asked of the session by the last message.
    pub fn asked(&self) -> Vec<&Ask> {
        self.commands
            .iter()
            .filter_map(|command| match command {
                Command::Ask(ask) => Some(ask),
                _ => None,
            })
            .collect()
    }

    pub fn is_valid(&self, action: Action) -> bool {
        super::update::is_valid(&self.model, action)
    }
}

/// A failure with everything that one can have.
pub fn failure() -> Failure {
    Failure::untouched("shop: the revision shop_2 failed: relation \"notes\" does not exist")
        .with_detail("ALTER TABLE notes ADD COLUMN state text")
        .with_hint("mend that revision, then: redistill plan")
}

/// A rehearsal at its second module's replay.
pub fn rehearse(play: &mut Play) {
    play.press("p");
    let module = |name: &str| ModuleName(name.to_owned());
    play.event(Event::Phase {
        module: module("shop"),
        phase: "build".to_owned(),
    });
    play.event(Event::Phase {
        module: module("stock"),
        phase: "replay".to_owned(),
    });
    play.event(Event::Revision {
        module: module("stock"),
        revision: "b2".to_owned(),
        index: 2,
        total: 4,
    });
    for line in 1..=40 {
        play.event(Event::Output {
            module: module("stock"),
            line: format!("INFO line {line}"),
        });
    }
    play.send(Message::Tick(Duration::from_millis(1700)));
}
