//! `redistill demo` on a terminal: the app on the throwaway project, in two acts.
//!
//! First the project as it is, with its four seeded bugs, which stand in the way of a reset; when
//! the app is left, they can be repaired, and the app opens once more. Afterwards everything is
//! gone, or kept where that was wanted.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::super::args::{AppChoices, Global};
use super::super::watch::{Detail, Watch};
use super::super::{ask, looks, print};
use super::closing::shell;
use super::tale::Tale;
use super::{absolute, after_cancel, bugs, failed, go_on, unusable, walk};
use crate::demo::{Demo, Ground, Place};
use crate::engine::{Depth, Engine, Request};
use crate::error::Failure;
use crate::exit::Exit;
use crate::model::text::count;
use crate::rules::Finding;
use crate::tui::{self, Ending, Looks, Opening};

const FIRST: &str = "The demo, act one. Four seeded bugs stand in the way of a reset: items 1 to 4 \
                     show them once env.py was run. Leave the app, and the demo offers to repair \
                     them.";

const SECOND: &str = "The demo, act two. The bugs are repaired: rehearse, read the plan, reset, and \
                      take it back. Nothing here is yours.";

/// Opens the app on the demo's project.
pub fn open(
    global: &Global,
    choices: &AppChoices,
    cancel: &Arc<AtomicBool>,
    keep: Option<&Path>,
) -> Result<Exit, Failure> {
    let looks = looks::looks(global, choices)?;
    let tale = Tale::new(global, false);
    let place = match keep {
        Some(folder) => Place::wanted(&absolute(folder)?).map_err(|error| unusable(&error)),
        None => Place::temporary().map_err(|error| failed(&error)),
    };
    let stage = Stage::set(&tale, place?, looks, cancel)
        .map_err(|failure| after_cancel(failure, cancel))?;
    let exit = stage.play(&tale);
    stage.clear(&tale);
    exit.map_err(|failure| after_cancel(failure, cancel))
}

/// A server, a project, and somebody who looks at it.
struct Stage<'a> {
    ground: Ground,
    demo: Demo,
    looks: Looks,
    cancel: &'a Arc<AtomicBool>,
}

impl<'a> Stage<'a> {
    fn set(
        tale: &Tale,
        place: Place,
        looks: Looks,
        cancel: &'a Arc<AtomicBool>,
    ) -> Result<Self, Failure> {
        walk::prepare(tale, cancel)?;
        go_on(cancel)?;
        let (ground, demo) = walk::project(tale, place)?;
        go_on(cancel)?;
        Ok(Self {
            ground,
            demo,
            looks,
            cancel,
        })
    }

    fn play(&self, tale: &Tale) -> Result<Exit, Failure> {
        let first = self.act(FIRST, None)?;
        if first.exit == Exit::Cancelled {
            return Ok(first.exit);
        }
        let question = format!(
            "Repair the {} seeded bugs and open it again?",
            self.demo.edits().len()
        );
        if !ask::goes_on(&question)? {
            return Ok(first.exit);
        }
        let credit = self.repair(tale)?;
        self.act(SECOND, credit).map(|ending| ending.exit)
    }

    /// Applies every edit. In figures what came of it, where each bug was found before and is found
    /// no more: somebody may have mended one in act one.
    fn repair(&self, tale: &Tale) -> Result<Option<String>, Failure> {
        let before = self.findings()?;
        let mut applied = Vec::new();
        for edit in self.demo.edits() {
            let done = self.demo.apply(&edit).map_err(|error| failed(&error))?;
            tale.done(edit.title, &edit.bug.to_string());
            applied.push((edit, done.commit));
            go_on(self.cancel)?;
        }
        let after = self.findings()?;
        let fixed = bugs::fixed(&applied, (&before, &after), self.demo.folder());
        let fixed = fixed.ok().map(|all| count(all.len(), "bug"));
        Ok(fixed.map(|bugs| format!("{bugs} fixed")))
    }

    /// What the files alone show; none of the project's code runs.
    fn findings(&self) -> Result<Vec<Finding>, Failure> {
        let watch = Watch::new(Detail::Quiet);
        let engine = Engine::new(self.request(), &watch, self.cancel);
        let survey = engine.survey(Depth::Static)?;
        Ok(engine.assess(&survey, Depth::Static).findings)
    }

    /// The app, until somebody leaves it.
    fn act(&self, aside: &str, credit: Option<String>) -> Result<Ending, Failure> {
        let opening = Opening {
            request: self.request(),
            looks: self.looks.clone(),
            aside: Some(aside.to_owned()),
            credit,
        };
        let ending = tui::run(opening, self.cancel)?;
        // The app's own end stops what runs in it, and not the demo.
        self.cancel.store(false, Ordering::SeqCst);
        for words in &ending.words {
            print::aside(words);
        }
        Ok(ending)
    }

    fn request(&self) -> Request {
        Request {
            root: self.demo.folder().to_owned(),
            python: Some(self.ground.python().to_owned()),
            backups: "backups".to_owned(),
            ..Request::default()
        }
    }

    /// Ends the server. What the app remembered of a temporary folder goes with it.
    fn clear(self, tale: &Tale) {
        let place = self.ground.place();
        if place.is_temporary() {
            let watch = Watch::new(Detail::Quiet);
            Engine::new(self.request(), &watch, self.cancel).forget_project();
            self.ground.finish();
            tale.line("The demo is gone: its server, its databases, its folder.");
        } else {
            let folder = shell(place.folder());
            self.ground.finish();
            tale.line(&format!("It is kept in {folder}; its server is stopped."));
            tale.line(&format!("start it      redistill demo --serve {folder}"));
        }
    }
}
