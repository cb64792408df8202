//! The chapters of the demo, in their order. Each does its part for real and tells it.

use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use super::super::args::Global;
use super::super::print;
use super::super::watch::Watch;
use super::super::{ask, detail};
use super::bugs::{self, Fixed};
use super::closing::{Figures, ModuleFigures};
use super::tale::Tale;
use super::{failed, go_on};
use crate::demo::{
    self, Demo, DemoError, Edit, Ground, MODULES, ModuleFacts, Place, Provision, Ran, TableRows,
};
use crate::engine::{Depth, Ended, Engine, Request};
use crate::error::{Failure, Kind};
use crate::model::text::{count, elapsed, safe};
use crate::plan::{Choices, Plan, Step};
use crate::report::{self, Paint, Report};
use crate::rules::Finding;

/// What goes from chapter to chapter.
struct Walk<'w, 'e> {
    global: &'w Global,
    cancel: &'w AtomicBool,
    tale: &'w Tale,
    demo: &'w Demo,
    engine: Engine<'e>,
    /// How long the person thought about the question.
    waited: Duration,
}

/// The live databases' rows, by module.
type AllRows = Vec<(ModuleFacts, Vec<TableRows>)>;

/// Walks from nothing to the closing figures; server and folder are gone, or kept, afterwards.
pub(super) fn walk(
    global: &Global,
    cancel: &AtomicBool,
    tale: &Tale,
    place: Place,
) -> Result<Figures, Failure> {
    let since = Instant::now();
    let kept = (!place.is_temporary()).then(|| place.folder().to_owned());
    prepare(tale, cancel)?;
    go_on(cancel)?;
    let (ground, demo) = project(tale, place)?;
    go_on(cancel)?;
    let watch = Watch::new(detail(global));
    let request = Request {
        root: demo.folder().to_owned(),
        python: Some(ground.python().to_owned()),
        backups: "backups".to_owned(),
        ..Request::default()
    };
    let mut walk = Walk {
        global,
        cancel,
        tale,
        demo: &demo,
        engine: Engine::new(request, &watch, cancel),
        waited: Duration::ZERO,
    };
    let mut figures = walk.chapters()?;
    let waited = walk.waited;
    drop(walk);
    go_on(cancel)?;
    ground.finish();
    figures.project = kept.is_some().then(|| demo.folder().to_owned());
    figures.kept = kept;
    figures.time = since.elapsed().saturating_sub(waited);
    Ok(figures)
}

pub(super) fn prepare(tale: &Tale, cancel: &AtomicBool) -> Result<(), Failure> {
    tale.chapter(
        "Prepare",
        "A virtual environment with Alembic and a PostgreSQL server of the demo's own. Nothing of \
         yours is used or touched.",
    );
    for provision in demo::missing() {
        let what = match provision {
            Provision::Interpreter => "Alembic, SQLAlchemy and the PostgreSQL drivers",
            Provision::Server => "PostgreSQL's programs, which this system lacks,",
        };
        tale.prose(&format!(
            "Installing {what} with pip, this first time only …"
        ));
        let since = Instant::now();
        demo::install(provision, cancel).map_err(|error| failed(&error))?;
        tale.done("installed", &elapsed(since.elapsed()));
    }
    Ok(())
}

pub(super) fn project(tale: &Tale, place: Place) -> Result<(Ground, Demo), Failure> {
    let since = Instant::now();
    let ground = Ground::start(place).map_err(|error| failed(&error))?;
    tale.done(
        &format!(
            "PostgreSQL {} on {}",
            ground.version(),
            ground.target().server()
        ),
        &elapsed(since.elapsed()),
    );
    let since = Instant::now();
    let demo = ground.create().map_err(|error| failed(&error))?;
    let folder = demo.folder().display().to_string();
    tale.done(
        &format!("project in {}", safe(&folder)),
        &elapsed(since.elapsed()),
    );
    let revisions: usize = MODULES.iter().map(|module| module.revisions).sum();
    tale.prose(&format!(
        "artstore: {}, {}, {} seeded bugs, a git repository with its history, and databases with \
         rows.",
        count(MODULES.len(), "module"),
        count(revisions, "revision"),
        demo.edits().len(),
    ));
    Ok((ground, demo))
}

impl Walk<'_, '_> {
    fn chapters(&mut self) -> Result<Figures, Failure> {
        self.tale.chapter(
            "Check",
            "What redistill sees in the project, and what stands in the way: redistill check",
        );
        let before = self.check()?;
        self.list_bugs(&before);
        let applied = self.edit()?;
        self.tale
            .chapter("Check again", "The same question after the edits.");
        let after = self.check()?;
        let root = self.demo.folder();
        let fixed = bugs::fixed(&applied, (&before, &after), root)?;
        let plan = self.plan()?;
        let ended = self.reset(&plan);
        if ended.is_err() {
            self.engine.forget(&plan);
        }
        let (ended, rows) = ended?;
        let proofs = self.prove(&plan)?;
        Ok(figures(&plan, &ended, fixed, &rows, &proofs))
    }

    fn check(&self) -> Result<Vec<Finding>, Failure> {
        let survey = self.engine.survey(Depth::Full)?;
        go_on(self.cancel)?;
        let assessment = self.engine.assess(&survey, Depth::Full);
        let report = Report::new(&survey.evidence, &assessment.findings);
        self.tale.block(&report::text::render_for(
            &report,
            Paint::Coloured,
            print::width(),
        ));
        for failure in survey.troubles.values() {
            self.tale
                .line(&print::styled(print::CAUTION, &failure.message));
        }
        Ok(assessment.findings)
    }

    fn list_bugs(&self, findings: &[Finding]) {
        self.tale.line("");
        self.tale.prose("The seeded bugs, where they were found:");
        for edit in self.demo.edits() {
            let bug = edit.bug;
            for place in bugs::places(bug, findings, self.demo.folder()) {
                self.tale.line(&format!("   {bug}  {}", safe(&place)));
            }
        }
    }

    /// Shows every edit as a diff and applies it.
    fn edit(&self) -> Result<Vec<(Edit, String)>, Failure> {
        let edits = self.demo.edits();
        self.tale.chapter(
            "Edit",
            &format!(
                "{} edits repair the code and the history, so that every chain can be replayed.",
                edits.len()
            ),
        );
        let mut applied = Vec::new();
        for edit in edits {
            self.tale.line(&print::styled(
                print::STRONG,
                &format!("{}  {}", edit.bug, edit.title),
            ));
            self.tale.prose(edit.why);
            for file in &edit.files {
                self.tale.block(&report::diff::unified(
                    file.path,
                    file.before,
                    file.after,
                    Paint::Coloured,
                ));
            }
            let done = self.demo.apply(&edit).map_err(|error| failed(&error))?;
            let short: String = done.commit.chars().take(7).collect();
            self.tale.done("applied and committed", &short);
            self.tale.prose(&format!("Besides: {}.", edit.after));
            self.tale.line("");
            applied.push((edit, done.commit));
            go_on(self.cancel)?;
        }
        Ok(applied)
    }

    fn plan(&self) -> Result<Plan, Failure> {
        self.tale.chapter(
            "Plan",
            "The dry run: every chain is replayed on a scratch database, its baseline is drafted, \
             built on another, compared, and taken up, down and up again. Nothing changes: \
             redistill plan",
        );
        let planned = self.engine.plan(&Choices {
            message: Some("initial_schema".to_owned()),
            reason: Some("critical bugs fixed, development stage, no production data".to_owned()),
            ..Choices::default()
        })?;
        let plan = planned.plan?;
        self.tale.block(&if self.global.verbose {
            report::plan::text(&plan)
        } else {
            report::plan::outline(&plan)
        });
        let digits: String = plan
            .digest()
            .chars()
            .take(report::plan::DIGEST_DIGITS)
            .collect();
        self.tale.line("");
        self.tale.done("the plan's digest", &digits);
        if !self.global.verbose {
            self.tale
                .prose("Every effect and the baselines in full: redistill demo --headless -v");
        }
        Ok(plan)
    }

    /// Executes the plan; the rows of the live databases are compared before and after.
    fn reset(&mut self, plan: &Plan) -> Result<(Ended, AllRows), Failure> {
        self.tale.chapter(
            "Reset",
            "That very plan is executed: archive, note, version tables, files, baselines, test. \
             All of it can be taken back: redistill reset --plan DIGEST",
        );
        go_on(self.cancel)?;
        if self.tale.asks {
            let since = Instant::now();
            ask::confirm("Execute this plan on the demo's project?")?;
            self.waited = since.elapsed();
        }
        let before = self.rows()?;
        let ended = self.engine.reset(plan)?;
        go_on(self.cancel)?;
        let after = self.rows()?;
        if before != after {
            return Err(Failure::new(
                Kind::Bug,
                "rows of the live databases changed",
            ));
        }
        let (tables, rows) = totals(&after);
        self.tale.done(
            &format!("{}, {}", count(tables, "table"), count(rows, "row")),
            "the same hashes before and after",
        );
        Ok((ended, after))
    }

    fn rows(&self) -> Result<AllRows, Failure> {
        MODULES
            .into_iter()
            .map(|module| {
                let rows = self.demo.rows(module).map_err(|error| failed(&error))?;
                Ok((module, rows))
            })
            .collect()
    }

    /// The project's own Alembic on the result, the modules side by side.
    fn prove(&self, plan: &Plan) -> Result<Vec<(ModuleFacts, Vec<Ran>)>, Failure> {
        self.tale.chapter(
            "Proof",
            "Without redistill: the project's own Alembic on databases that never saw the old \
             history, and on the live ones; and the project's own migration tests.",
        );
        let proven: Vec<Result<Vec<Ran>, DemoError>> = std::thread::scope(|scope| {
            let threads: Vec<_> = MODULES
                .into_iter()
                .map(|module| scope.spawn(move || self.prove_one(module, plan)))
                .collect();
            threads
                .into_iter()
                .map(|thread| thread.join().expect("proving does not panic"))
                .collect()
        });
        let mut proofs = Vec::new();
        for (module, ran) in MODULES.into_iter().zip(proven) {
            let ran = ran.map_err(|error| failed(&error))?;
            self.tale.line(&print::styled(print::STRONG, module.name));
            for ran in &ran {
                let what = format!("{:<26} {:<22}", ran.database, ran.command);
                self.tale.done(&what, &safe(&ran.answer));
            }
            proofs.push((module, ran));
        }
        Ok(proofs)
    }

    fn prove_one(&self, module: ModuleFacts, plan: &Plan) -> Result<Vec<Ran>, DemoError> {
        let baseline = plan
            .modules
            .iter()
            .find(|planned| planned.module.0 == module.name)
            .map_or("", |planned| &*planned.baseline_id.0);
        let mut ran = self.demo.prove(module, baseline, self.cancel)?;
        ran.extend(self.demo.own_tests(module)?);
        Ok(ran)
    }
}

/// How many tables and rows.
fn totals(rows: &AllRows) -> (usize, usize) {
    let tables = rows.iter().map(|(_, tables)| tables.len()).sum();
    let rows = rows
        .iter()
        .flat_map(|(_, tables)| tables)
        .map(|table| usize::try_from(table.count).unwrap_or_default())
        .sum();
    (tables, rows)
}

fn figures(
    plan: &Plan,
    ended: &Ended,
    bugs: Vec<Fixed>,
    rows: &AllRows,
    proofs: &[(ModuleFacts, Vec<Ran>)],
) -> Figures {
    let modules = plan
        .modules
        .iter()
        .filter_map(|planned| {
            let (module, ran) = proofs
                .iter()
                .find(|(module, _)| module.name == planned.module.0)?;
            Some(ModuleFigures {
                name: module.name,
                database: module.database,
                revisions: planned.revisions.len(),
                baseline: planned.baseline_id.0.clone(),
                baseline_path: planned.baseline_path.clone(),
                proof: ran.clone(),
            })
        })
        .collect();
    let (tables, rows) = totals(rows);
    Figures {
        bugs,
        modules,
        tables,
        rows,
        id: ended.id.clone(),
        archive: plan.steps.iter().find_map(|step| match step {
            Step::Archive { folder, .. } => Some(format!("{folder}/versions.tar.gz")),
            _ => None,
        }),
        note: plan.steps.iter().find_map(|step| match step {
            Step::WriteFile { what, path, .. } if what == "note" => Some(path.clone()),
            _ => None,
        }),
        kept: None,
        project: None,
        time: Duration::ZERO,
    }
}
