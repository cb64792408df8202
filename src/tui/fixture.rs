//! The tests' models: a project in every state that a screen can show, brought there by messages.
//! Only compiled for tests.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use super::keymap::Action;
use super::message::{Ask, Command, Key, Message, Proposed};
use super::model::{Model, Planned, Previewed, Surveyed, Wish};
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
use crate::schema::{Difference, ObjectKey, Sides};
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

const BASELINE: &str = r#""""initial_schema

Revision ID: b45e11ne
Revises:
"""

import sqlalchemy as sa
from alembic import op

revision = "b45e11ne"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "notes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(80), server_default=sa.text("''"), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("notes")
"#;

/// A carried object and what it is on both sides.
fn carried(kind: &str, name: &str, old: Option<&str>, code: &str) -> (Carried, Sides) {
    let carried = Carried {
        kind: kind.to_owned(),
        name: name.to_owned(),
        detail: String::new(),
        code: code.to_owned(),
        from: None,
        changed_in: None,
    };
    let sides = Sides {
        object: carried.object(),
        old: old.map(str::to_owned),
        baseline: old.map(str::to_owned),
        live: old.map(str::to_owned),
    };
    (carried, sides)
}

fn module() -> PlannedModule {
    let trigger = "CREATE TRIGGER notes_touch BEFORE UPDATE ON public.notes FOR EACH ROW EXECUTE \
                   FUNCTION touch()";
    let objects = [
        carried(
            "function",
            "touch()",
            Some("CREATE OR REPLACE FUNCTION public.touch()\n RETURNS trigger\n LANGUAGE plpgsql"),
            "op.execute(\"CREATE FUNCTION public.touch() RETURNS trigger\")",
        ),
        carried(
            "trigger",
            "notes_touch on notes",
            Some(trigger),
            "op.execute(\n    \"\"\"\n    CREATE TRIGGER notes_touch BEFORE UPDATE ON public.notes\n    \
             \"\"\"\n)",
        ),
        carried(
            "rows",
            "states",
            None,
            "op.bulk_insert(sa.table(\"states\"), [{\"code\": \"open\"}])",
        ),
    ];
    let (carried, sides) = objects.into_iter().unzip();
    PlannedModule {
        module: ModuleName("shop".to_owned()),
        revisions: vec![RevisionId::from("shop_1"), RevisionId::from("shop_2")],
        old_heads: vec![RevisionId::from("shop_2")],
        baseline_id: RevisionId::from("b45e11ne"),
        baseline_path: "shop/alembic/versions/b45e11ne_initial_schema.py".to_owned(),
        baseline: BASELINE.to_owned(),
        data: Vec::new(),
        reference: "replay".to_owned(),
        carried,
        lost: Vec::new(),
        accepted: Vec::new(),
        drift: Vec::new(),
        model_drift: vec!["add column notes.colour".to_owned()],
        known_differences: Vec::new(),
        left_behind: Vec::new(),
        remarks: Vec::new(),
        model_changes: None,
        sides,
        equal: [("column".to_owned(), 12), ("table".to_owned(), 3)].into(),
    }
}

/// A rehearsal that loses an index, leaves a view out and finds drift.
pub fn lossy(wish: Wish) -> Planned {
    let key = |kind: &str, table: &str, name: &str| ObjectKey {
        kind: kind.to_owned(),
        schema: "public".to_owned(),
        table: table.to_owned(),
        name: name.to_owned(),
    };
    let missing = |object: ObjectKey, definition: &str| Difference::Missing {
        object,
        definition: Some(definition.to_owned()),
    };
    let index = "CREATE INDEX ix_payload ON public.notes USING gin ((payload -> 'a'))";
    let view = "CREATE VIEW public.open AS\n SELECT notes.id FROM notes";
    let column = Difference::Changed {
        object: key("column", "notes", "title"),
        attribute: "type".to_owned(),
        left: "character varying(80)".to_owned(),
        right: "text".to_owned(),
    };
    let side = |object: &str, old: &str, live: &str| Sides {
        object: object.to_owned(),
        old: Some(old.to_owned()),
        baseline: None,
        live: Some(live.to_owned()),
    };
    let mut module = module();
    module.lost = vec![missing(key("index", "notes", "ix_payload"), index)];
    module.accepted = vec![missing(key("view", "", "open"), view)];
    module.drift = vec![column];
    module.sides.extend([
        side("index ix_payload on notes", index, index),
        side("view open", view, view),
        side(
            "column notes.title",
            "title character varying(80)",
            "title text",
        ),
    ]);
    Planned {
        wish,
        findings: Vec::new(),
        modules: vec![module],
        plan: Err(Failure::refused("shop: the baseline would lose 1 object")),
        took: Duration::from_millis(2100),
    }
}

pub fn planned(plan: Result<Plan, Failure>) -> Planned {
    Planned {
        wish: Wish::default(),
        findings: Vec::new(),
        modules: vec![module()],
        plan,
        took: Duration::from_millis(2100),
    }
}

/// A plan that was made for a wish; its digest tells which.
pub fn planned_for(wish: Wish) -> Planned {
    let mut plan = plan();
    plan.choices = wish.choices.clone();
    Planned {
        wish,
        ..planned(Ok(plan))
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
        play.rehearse();
        play.send(Message::Planned(Ok(Box::new(planned(Ok(plan()))))));
        play.model.notice = None;
        play
    }

    /// A rehearsal that loses something, with a view left out before.
    pub fn lossy(size: (u16, u16)) -> Self {
        let mut play = Self::surveyed(size, Vec::new());
        play.model.wish.choices.leave_out = vec!["view open".to_owned()];
        play.rehearse();
        let wish = play.model.wish.clone();
        play.send(Message::Planned(Ok(Box::new(lossy(wish)))));
        play.model.notice = None;
        play
    }

    /// Rehearses, without a reason.
    pub fn rehearse(&mut self) -> &mut Self {
        self.press("p").key(KeyCode::Enter)
    }

    /// Moves down until the cursor of the page is on a line with this text.
    pub fn find(&mut self, text: &str) -> &mut Self {
        for _ in 0..200 {
            if self.line().contains(text) {
                return self;
            }
            self.press("j");
        }
        panic!("no line with {text}: {:?}", self.line())
    }

    /// The line of the page that the keys are for.
    fn line(&self) -> String {
        let (id, width, _) = super::page::side::focused(&self.model);
        let page = super::page::page(&self.model, &id, width);
        let at = self.model.pages.get(&id).map_or(0, |state| state.cursor.at);
        let row = page
            .anchor_line(at)
            .map(|at| page.rows[at].line.to_string());
        row.unwrap_or_default()
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
    play.rehearse();
    let module = |name: &str| ModuleName(name.to_owned());
    play.event(Event::Phase {
        module: module("shop"),
        phase: "build".to_owned(),
    });
    play.event(Event::Phase {
        module: module("stock"),
        phase: "replay".to_owned(),
    });
    play.send(Message::Tick(Duration::from_secs(1)));
    play.event(Event::Revision {
        module: module("stock"),
        revision: "b2".to_owned(),
        index: 2,
        total: 4,
    });
    for line in 1..=40 {
        play.event(Event::Output {
            module: module("stock"),
            line: format!("INFO  [app.seed] batch {line} of 40"),
        });
    }
    play.send(Message::Tick(Duration::from_millis(1700)));
}
