//! Every screen in every state, brought there by messages.

use std::collections::BTreeSet;

use crossterm::event::KeyCode;

use crate::engine::Depth;
use crate::error::Failure;
use crate::events::Item;
use crate::evidence::Observed;
use crate::journal::Outcome;
use crate::tui::fixture::{self, Play};
use crate::tui::message::{Message, Source};
use crate::tui::model::{Model, PageId};
use crate::tui::page::page;

pub(super) fn states(size: (u16, u16)) -> Vec<(&'static str, Play)> {
    let mut states = until_the_plan(size);
    states.extend(from_the_plan(size));
    states
}

fn until_the_plan(size: (u16, u16)) -> Vec<(&'static str, Play)> {
    let mut states = vec![("opened", Play::opened(size))];
    let mut add = |name, play| states.push((name, play));

    let mut play = Play::opened(size);
    play.send(Message::Surveyed(Ok(Box::new(fixture::surveyed(
        Depth::Static,
        Vec::new(),
    )))));
    play.send(Message::Armed);
    add("consent", play);

    let mut play = Play::opened(size);
    play.send(Message::Surveyed(Err(Failure::usage("nothing found")
        .with_hint(
            "point at another folder: redistill --project PATH check",
        ))));
    play.item(Item::Survey);
    add("nothing_found", play);

    let mut play = Play::surveyed(size, Vec::new());
    add("surveyed", Play::surveyed(size, fixture::findings()));
    play.item(Item::Survey);
    add("survey", play);

    let mut play = Play::surveyed(size, fixture::findings());
    play.item(Item::SharedHistory);
    add("refused", play);

    let mut play = Play::surveyed(size, fixture::findings());
    play.item(Item::Lint).key(KeyCode::Enter);
    add("finding", play);

    let mut play = Play::surveyed(size, Vec::new());
    fixture::rehearse(&mut play);
    add("rehearsing", play);

    let mut play = Play::surveyed(size, Vec::new());
    play.rehearse();
    play.send(Message::Planned(Err(fixture::failure())));
    add("rehearsal_failed", play);

    add("rehearsed", Play::planned(size));
    let mut play = Play::planned(size);
    play.find("notes_touch").key(KeyCode::Enter);
    add("compared", play);
    let mut play = Play::planned(size);
    play.find("baseline").key(KeyCode::Enter);
    add("baseline", play);
    let mut play = Play::lossy(size);
    play.find("title").key(KeyCode::Enter);
    add("lossy", play);
    let mut play = Play::planned(size);
    play.find("touch()").press(" ");
    add("choices_changed", play);
    let mut play = Play::surveyed(size, Vec::new());
    play.press("pforty fixes");
    add("choices", play);
    let mut play = Play::surveyed(size, Vec::new());
    play.model.wish.choices.accept_destructive = vec!["shop".to_owned()];
    play.press("s").item(Item::Rehearse);
    play.press("so").key(KeyCode::Up);
    play.key(KeyCode::Up).key(KeyCode::Up).key(KeyCode::Up);
    play.key(KeyCode::Up).key(KeyCode::Right);
    add("choices_all", play);
    let mut play = Play::surveyed(size, Vec::new());
    play.press("o").key(KeyCode::Up).key(KeyCode::Up);
    play.press("a-b").key(KeyCode::Enter);
    add("choices_wrong", play);
    states
}

fn from_the_plan(size: (u16, u16)) -> Vec<(&'static str, Play)> {
    let mut states = Vec::new();
    let mut add = |name, play| states.push((name, play));

    let mut play = Play::planned(size);
    play.control('x').press("j").key(KeyCode::Enter);
    add("plan", play);

    let mut play = Play::confirming(size);
    play.press("sh");
    add("confirming", play);

    let mut play = Play::lacking(size);
    play.control('x');
    add("may_lose", play);
    let mut play = Play::lacking(size);
    play.control('x').control('x').send(Message::Armed);
    play.press("sho");
    add("agreeing", play);
    let mut play = Play::lacking(size);
    play.control('x').control('x').send(Message::Armed);
    play.press("shop").key(KeyCode::Enter);
    let wish = play.model.wish.clone();
    play.send(Message::Planned(Ok(Box::new(fixture::planned_for(wish)))));
    play.control('x');
    add("agreed", play);

    let mut play = Play::confirming(size);
    play.press("stock").key(KeyCode::Enter);
    add("wrong_name", play);

    add("running", Play::running(size));
    add("done", Play::done(size));

    let mut play = Play::running(size);
    play.send(Message::Ended(Err(fixture::failure())));
    add("failed", play);

    let mut play = Play::running(size);
    play.send(Message::Ended(Err(fixture::half_way())));
    play.send(Message::Runs(Ok(vec![fixture::stopped("20261122-1")])));
    play.send(Message::Armed);
    add("half_way", play);

    let mut play = Play::running(size);
    play.send(Message::Ended(Err(fixture::half_way())));
    play.send(Message::Runs(Ok(vec![fixture::stopped("20261122-1")])));
    play.send(Message::Armed).key(KeyCode::Esc);
    add("half_way_report", play);

    add("chain", chain(size));
    add("chain_live", live(size));
    let mut play = chain(size);
    play.press("/b2").key(KeyCode::Enter);
    add("chain_filtered", play);
    let mut play = chain(size);
    play.key(KeyCode::Enter);
    let path = "/p/stock/alembic/versions/m4.py".into();
    let source = "def upgrade():\n    op.drop_table(\"x\")  # gone\n";
    let path: std::path::PathBuf = path;
    let does = crate::report::operations::does(&path, source);
    let text = source.to_owned();
    play.send(Message::Source(path, Ok(Source { text, does })));
    add("revision", play);

    let mut play = Play::surveyed(size, fixture::findings());
    play.item(Item::Lint).press("f");
    play.send(Message::Proposed(fixture::proposed()));
    play.send(Message::Armed);
    add("corrections", play);

    add("no_past", past(size, Vec::new()));
    let done = || fixture::run("20261122-1", Some(Outcome::Done));
    add("past", past(size, vec![done()]));
    let mut play = past(size, vec![done()]);
    play.key(KeyCode::Enter);
    play.send(Message::Previewed(Ok(Box::new(fixture::preview(
        "20261122-1",
    )))));
    add("undo_preview", play);

    let mut play = Play::opened(size);
    play.send(Message::Runs(Ok(vec![fixture::stopped("20261122-1")])));
    play.send(Message::Armed);
    add("interrupted", play);

    let mut play = past(size, vec![fixture::stopped("20261122-1")]);
    play.key(KeyCode::Tab);
    add("interrupted_run", play);

    let mut play = Play::surveyed(size, Vec::new());
    play.press("?");
    add("help", play);
    let mut play = Play::surveyed(size, Vec::new());
    play.press(":").press("reh");
    add("palette", play);
    states
}

fn chain(size: (u16, u16)) -> Play {
    let mut play = Play::surveyed(size, Vec::new());
    play.press("c]");
    play
}

/// The live database stands in the middle of the chain.
pub(super) fn live(size: (u16, u16)) -> Play {
    let mut survey = fixture::surveyed(Depth::Full, Vec::new());
    if let Observed::Seen(database) = &mut survey.evidence.modules[1].database {
        database.version_table.rows = vec!["b2".to_owned()];
    }
    let mut play = Play::opened(size);
    play.send(Message::Runs(Ok(Vec::new())));
    play.send(Message::Surveyed(Ok(Box::new(survey))));
    play.press("c]");
    play
}

fn past(size: (u16, u16), runs: Vec<crate::journal::Run>) -> Play {
    let mut play = Play::surveyed(size, Vec::new());
    play.send(Message::Runs(Ok(Vec::new())));
    play.press("u");
    play.send(Message::Runs(Ok(runs)));
    play
}

/// All pages that the model has.
pub(super) fn pages(model: &Model) -> BTreeSet<PageId> {
    let mut all: BTreeSet<PageId> = Item::ALL.map(PageId::Item).into();
    all.extend(
        model
            .runs
            .iter()
            .map(|run| PageId::Run(run.id().to_owned())),
    );
    all.insert(model.page_id());
    let seen = model.survey.iter().flat_map(|seen| &seen.evidence.modules);
    for (place, module) in seen.enumerate() {
        all.extend([PageId::Module(place), PageId::Graph(place)]);
        let revisions = 0..module.chain.revisions.len();
        all.extend(revisions.map(|at| PageId::Revision(place, at)));
    }
    let planned = model.planned.iter().flat_map(|planned| &planned.modules);
    for module in planned {
        all.insert(PageId::Baseline(module.module.0.clone()));
        let about = page(model, &PageId::Item(Item::Rehearse), 80).rows;
        let about = about.into_iter().filter_map(|row| row.anchor?.about);
        all.extend(about.map(|(module, object)| PageId::Object(module, object)));
    }
    all
}
