//! Item 1: the map of what was found, and what could not be found.

use super::Page;
use crate::engine::Depth;
use crate::events::Item;
use crate::evidence::{GitEvidence, Observed};
use crate::model::text::{count, elapsed};
use crate::tui::keymap::Action;
use crate::tui::model::{Model, PageId, Surveyed};
use crate::tui::theme::Tone;

/// How wide the labels are.
const LABEL: usize = 12;

pub(super) fn page(model: &Model, width: u16) -> Page {
    let id = PageId::Item(Item::Survey);
    let mut page = Page::new(model, &id, "1  Survey", width);
    page.standing = Some(model.standing(Item::Survey));
    if let Some(aside) = &model.aside {
        page.text(Tone::Accent, 0, aside);
        page.blank();
    }
    if let Some(work) = model.work.as_ref().filter(|work| !work.task.is_effect()) {
        let since = elapsed(model.now.saturating_sub(work.since));
        page.text(Tone::Accent, 0, &format!("{} … {since}", work.task.words()));
        page.blank();
    }
    if let Some(failure) = &model.survey_failure {
        page.failure(failure);
        page.blank();
    }
    let Some(survey) = &model.survey else {
        return page;
    };
    project(&mut page, model, survey);
    if survey.depth == Depth::Static && model.work.is_none() {
        page.heading("Not looked at yet");
        let text = format!(
            "env.py is code of the project and was not run, so the databases are not known. Nothing \
             is clear before they are. Press {} to let it be run on a scratch database.",
            model.keymap.key(Action::Agree)
        );
        page.text(Tone::Plain, 2, &text);
    }
    for place in 0..survey.evidence.modules.len() {
        super::module::facts(&mut page, model, place);
    }
    troubles(&mut page, survey);
    page
}

fn project(page: &mut Page, model: &Model, survey: &Surveyed) {
    let root = model.root.display().to_string();
    page.labelled("project", LABEL, Tone::Plain, &root);
    let git = match &survey.evidence.git {
        Observed::Seen(git) => repository(git),
        Observed::Unavailable { why } => why.clone(),
        Observed::NotAsked => "not asked".to_owned(),
    };
    page.labelled("git", LABEL, Tone::Plain, &git);
    let verdict = survey.verdict.word();
    if survey.depth == Depth::Full {
        let tone = match verdict {
            "clear" => Tone::Good,
            "caution" => Tone::Caution,
            _ => Tone::Bad,
        };
        page.labelled("verdict", LABEL, tone, verdict);
        let next = if verdict == "refused" {
            "items 2 to 4 say what stands in the way, and what would change the answer".to_owned()
        } else {
            let key = model.keymap.key(Action::Rehearse);
            format!("{key} rehearses on scratch databases; nothing of yours changes")
        };
        page.labelled("next", LABEL, Tone::Plain, &next);
    }
}

fn repository(git: &GitEvidence) -> String {
    let branch = git.branch.as_deref().unwrap_or("detached");
    let head: String = git
        .head
        .iter()
        .flat_map(|head| head.chars().take(9))
        .collect();
    let mut text = format!("{branch} {head}, {}", count(git.people.len(), "author"));
    if !git.uncommitted.is_empty() {
        let files = count(git.uncommitted.len(), "revision file");
        text = format!("{text}, {files} not committed");
    }
    if git.shallow {
        text.push_str(", history cut off");
    }
    text
}

fn troubles(page: &mut Page, survey: &Surveyed) {
    if survey.troubles.is_empty() && survey.obstacles.is_empty() {
        return;
    }
    page.heading("What could not be seen");
    for obstacle in &survey.obstacles {
        page.text(Tone::Bad, 2, obstacle);
    }
    for (_, failure) in &survey.troubles {
        page.failure(failure);
    }
}
