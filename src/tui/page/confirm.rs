//! Item 6: the plan, effect by effect, what stays, and what it takes to go on.

use super::{Anchor, Page, losses, rehearse};
use crate::events::Item;
use crate::model::text::bytes;
use crate::plan::{Plan, Step, Strategy};
use crate::report::plan::{DIGEST_DIGITS, steps};
use crate::report::untouched;
use crate::tui::keymap::Action;
use crate::tui::model::{Model, PageId, Standing};
use crate::tui::syntax::Language;
use crate::tui::theme::Tone;

pub(super) fn page(model: &Model, width: u16) -> Page {
    let id = PageId::Item(Item::Confirm);
    let mut page = Page::new(model, &id, "6  Confirm", width);
    page.standing = Some(model.standing(Item::Confirm));
    let Some(planned) = &model.planned else {
        page.text(
            Tone::Faint,
            0,
            &format!(
                "There is no plan yet: it comes with the rehearsal ({}).",
                model.keymap.key(Action::Rehearse)
            ),
        );
        return page;
    };
    if model.is_stale() {
        page.text(Tone::Caution, 0, &rehearse::stale(model));
        page.text(
            Tone::Plain,
            0,
            "What is older than the choices cannot be confirmed.",
        );
        return page;
    }
    let plan = match &planned.plan {
        Ok(plan) => plan,
        Err(_) if !planned.lacking.is_empty() => {
            losses::wanted(&mut page, model, planned);
            return page;
        }
        Err(failure) => {
            page.failure(failure);
            page.blank();
            page.text(Tone::Plain, 0, "There is no plan, and nothing has changed.");
            return page;
        }
    };
    let names: Vec<&str> = plan.modules.iter().map(|m| m.module.0.as_str()).collect();
    page.labelled("modules", 8, Tone::Plain, &names.join(", "));
    targets(&mut page, model);
    page.text(Tone::Strong, 0, "This will, in this order:");
    effects(&mut page, plan);
    page.blank();
    losses::agreed(&mut page, plan);
    stays(&mut page, model, plan);
    page.labelled(
        "undo",
        8,
        Tone::Plain,
        &format!("redistill undo {}", plan.id),
    );
    let digest = planned.digest().unwrap_or_default();
    page.command(
        "headless",
        &format!("redistill reset --plan {}", &digest[..DIGEST_DIGITS]),
    );
    page.blank();
    let words = if page.standing == Some(Standing::Done) {
        "Confirmed.".to_owned()
    } else {
        format!(
            "{} goes on to the confirmation, where the database's name is typed in full.",
            model.keymap.key(Action::GoOn)
        )
    };
    page.text(Tone::Plain, 0, &words);
    page
}

/// Every database that the plan changes, in full.
fn targets(page: &mut Page, model: &Model) {
    for (_, label) in crate::tui::confirmation::words(model) {
        page.labelled("target", 8, Tone::Strong, &label);
    }
    page.blank();
}

/// What stays as it is.
fn stays(page: &mut Page, model: &Model, plan: &Plan) {
    let evidence = model.survey.iter().map(|survey| &survey.evidence);
    for sentence in evidence.flat_map(|evidence| untouched(evidence, plan)) {
        page.text(Tone::Good, 0, &sentence);
    }
    let given_up: Vec<String> = plan
        .steps
        .iter()
        .filter_map(|step| match step {
            Step::RebuildDatabase { rebuild, .. } => Some(rebuild.given_up()),
            _ => None,
        })
        .collect();
    if plan.choices.strategy == Strategy::Recreate {
        for rows in given_up {
            page.text(Tone::Bad, 0, &format!("It gives up: {rows}"));
        }
    }
}

/// The steps; each unfolds to its statements, files or text.
pub(super) fn effects(page: &mut Page, plan: &Plan) {
    for (index, (_, title, details)) in steps(plan).into_iter().enumerate() {
        let anchor = Anchor {
            fold: Some(format!("{} step {index}", plan.id)),
            about: module_of(&plan.steps[index]),
            contents: whole(&plan.steps[index], &details),
            ..Anchor::default()
        };
        let (what, size) = contents(&plan.steps[index]);
        let mut aside = String::new();
        for part in [size.as_str(), what] {
            if !part.is_empty() {
                aside.push_str("  ");
                aside.push_str(part);
            }
        }
        let spans = vec![
            page.piece(Tone::Plain, &format!("{:>2}. {title}", index + 1)),
            page.piece(Tone::Faint, &aside),
        ];
        if page.fold(anchor, false, spans) {
            detail(page, &plan.steps[index], &details);
        }
    }
}

/// The module whose baseline a step is about.
fn module_of(step: &Step) -> Option<(String, String)> {
    match step {
        Step::WriteFile {
            module: Some(module),
            ..
        } => Some((module.0.clone(), String::new())),
        _ => None,
    }
}

/// What a step unfolds to, in a word, and how big it is.
fn contents(step: &Step) -> (&'static str, String) {
    let files = |sizes: &mut dyn Iterator<Item = u64>| bytes(sizes.sum());
    match step {
        Step::Archive { members, .. } => (
            "list",
            files(&mut members.iter().map(|member| member.file.size)),
        ),
        Step::RemoveFiles { files: all, .. } | Step::RestoreFiles { files: all, .. } => {
            ("list", files(&mut all.iter().map(|file| file.size)))
        }
        Step::WriteFile { contents, .. } => ("text", bytes(contents.len() as u64)),
        Step::VersionTables { .. }
        | Step::RebuildDatabase { .. }
        | Step::RestoreDatabase { .. } => ("SQL", String::new()),
        _ => ("", String::new()),
    }
}

/// The statements of a step, or the text that it writes.
fn whole(step: &Step, details: &[String]) -> Option<String> {
    match (step, contents(step).0) {
        (Step::WriteFile { contents, .. }, _) => Some(contents.clone()),
        (_, "SQL") => Some(statements(details).join("\n")),
        _ => None,
    }
}

/// The statements among the lines of a step: from the one that begins the transaction on.
fn statements(details: &[String]) -> Vec<&str> {
    let begin = details.iter().position(|line| line.trim() == "BEGIN");
    let lines = details[begin.unwrap_or(0)..].iter();
    lines
        .map(|line| line.strip_prefix("  ").unwrap_or(line))
        .collect()
}

/// The lines under a step: SQL and source in their colours.
fn detail(page: &mut Page, step: &Step, details: &[String]) {
    let is_sql = contents(step).0 == "SQL";
    let sql = if is_sql {
        statements(details)
    } else {
        Vec::new()
    };
    let words = details.len() - sql.len();
    for line in &details[..words] {
        page.text(Tone::Faint, 6, line);
    }
    if !sql.is_empty() {
        page.source(Language::Sql, 8, &sql.join("\n"));
    }
    if let Step::WriteFile { path, contents, .. } = step {
        let is_python = std::path::Path::new(path)
            .extension()
            .is_some_and(|extension| extension == "py");
        let language = if is_python {
            Language::Python
        } else {
            Language::Plain
        };
        page.source(language, 8, contents);
    }
}
