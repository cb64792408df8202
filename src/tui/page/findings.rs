//! Items 2 to 4: the findings of a family, each with what was seen, why it matters, what to do.

use std::path::Path;

use ratatui::text::Span;

use super::{Anchor, Page};
use crate::engine::Depth;
use crate::events::Item;
use crate::model::Location;
use crate::report::explain;
use crate::rules::{Finding, LineEdit, Severity};
use crate::tui::keymap::Action;
use crate::tui::model::{Model, PageId, Standing};
use crate::tui::standing;
use crate::tui::syntax::{Language, Painter};
use crate::tui::theme::{Theme, Tone};

pub(super) fn page(model: &Model, item: Item, width: u16) -> Page {
    let id = PageId::Item(item);
    let title = format!("{}  {}", item.number(), item.title());
    let mut page = Page::new(model, &id, title, width);
    page.standing = Some(model.standing(item));
    let Some(survey) = &model.survey else {
        page.text(Tone::Faint, 0, &unseen(model));
        return page;
    };
    let findings = standing::findings(survey, item);
    if findings.is_empty() {
        page.text(Tone::Plain, 0, &silence(model, item, survey.depth));
    }
    for (index, finding) in findings.iter().enumerate() {
        if index > 0 {
            page.blank();
        }
        write(&mut page, model, finding, findings.len() == 1);
    }
    page
}

/// What to say before anything was looked at.
fn unseen(model: &Model) -> String {
    if model.survey_failure.is_some() {
        let key = model.keymap.key(Action::Recheck);
        return format!("Waits for the survey, which failed: item 1 says why, {key} tries again.");
    }
    "Waits for the survey, item 1: what it finds will stand here.".to_owned()
}

/// What to say where nothing was found.
fn silence(model: &Model, item: Item, depth: Depth) -> String {
    let is_blind = model.standing(item) == Standing::Waiting;
    let text = match (item, depth) {
        (_, Depth::Static) => {
            return format!(
                "Nothing found in the files. The databases were not looked at yet, so this is not \
                 clear: press {} to go on.",
                model.keymap.key(Action::Agree)
            );
        }
        _ if is_blind => "Not everything could be seen, so this is not clear: see item 1.",
        (Item::ProductionData, _) => "No sign of production data was found.",
        (Item::SharedHistory, _) => "Nobody else seems to hold these revisions.",
        _ => "None of the learned patterns was found.",
    };
    text.to_owned()
}

fn write(page: &mut Page, model: &Model, finding: &Finding, is_only: bool) {
    let standing = match finding.severity {
        Severity::Refuse => Standing::Refused,
        Severity::Warn => Standing::Caution,
        Severity::Note => Standing::Clear,
    };
    let tone = match finding.severity {
        Severity::Note => Tone::Accent,
        _ => Theme::tone(standing),
    };
    let mark = match finding.severity {
        Severity::Note => "i",
        _ => page.theme.mark(standing),
    };
    let module = finding
        .module
        .as_ref()
        .map(|module| format!("  {module}"))
        .unwrap_or_default();
    let place = finding
        .location
        .as_ref()
        .map(|location| (location.path.clone(), location.line));
    // Two of one kind differ in their places.
    let file = (place.as_ref())
        .and_then(|(path, line)| Some(format!("  {}:{line}", path.file_name()?.display())))
        .unwrap_or_default();
    let aside = format!("  {}{module}{file}", finding.severity.word());
    let spans = vec![
        page.piece(tone, &format!("{mark} {} {}", finding.code, finding.name)),
        page.piece(Tone::Faint, &aside),
    ];
    let fold = format!(
        "{} {:?} {} {place:?}",
        finding.code, finding.module, finding.subject
    );
    let written = (place.as_ref()).map(|(path, line)| format!("{}:{line}", model.shown(path)));
    let anchor = Anchor {
        fold: Some(fold.clone()),
        copy: finding.remedy.command.clone().or(written),
        place,
        ..Anchor::default()
    };
    let is_open = page.fold(anchor, is_only, spans);
    page.text(Tone::Plain, 4, &finding.message);
    if is_open {
        details(page, model, finding, &fold);
    }
}

fn details(page: &mut Page, model: &Model, finding: &Finding, fold: &str) {
    if let Some(location) = &finding.location {
        page.blank();
        frame(page, model, location);
    }
    if !finding.evidence.is_empty() {
        page.blank();
        for seen in &finding.evidence {
            page.labelled("    seen", 8, Tone::Plain, seen);
        }
    }
    page.blank();
    page.text(Tone::Strong, 4, "What would change the answer");
    page.text(Tone::Plain, 4, &finding.remedy.text);
    if let Some(edit) = &finding.remedy.diff {
        diff(page, model, edit);
        if finding.remedy.is_safe {
            let text = format!(
                "{} shows all corrections that need no judgement, and writes them",
                model.keymap.key(Action::Fix)
            );
            page.text(Tone::Faint, 4, &text);
        }
    }
    if let Some(command) = &finding.remedy.command {
        page.command("    next:", command);
    }
    waiver(page, model, finding);
    if let Some(text) = explain(&finding.code) {
        let anchor = Anchor {
            fold: Some(format!("{fold} why")),
            ..Anchor::default()
        };
        let spans = vec![page.piece(Tone::Faint, "Why it matters, and an example")];
        if page.fold(anchor, false, spans) {
            for line in text.lines().skip(2) {
                let tone = if line.starts_with('#') {
                    Tone::Strong
                } else {
                    Tone::Plain
                };
                page.text(
                    tone,
                    4,
                    line.trim_start_matches(['#', ' ']).trim_end_matches("```"),
                );
            }
        }
    }
}

/// How the team could live with it: lines to copy, to be committed by hand.
fn waiver(page: &mut Page, model: &Model, finding: &Finding) {
    let evidence = model.survey.as_ref().map(|survey| &survey.evidence);
    let Some(text) = evidence.and_then(|seen| crate::report::waiver(finding, seen)) else {
        return;
    };
    let words = format!(
        "or waive it: these lines in redistill.toml, once they are committed ({} on them copies)",
        model.keymap.key(Action::Copy)
    );
    page.text(Tone::Faint, 4, &words);
    for (index, line) in text.lines().enumerate() {
        let copy = (index == 0).then(|| text.clone());
        page.rows.push(super::Row {
            line: ratatui::text::Line::from(page.piece(Tone::Plain, &format!("      {line}"))),
            anchor: copy.map(|copy| Anchor {
                copy: Some(copy),
                ..Anchor::default()
            }),
        });
    }
}

/// A line of source in the colours of its language.
fn coloured(page: &Page, path: &Path, line: &str) -> Vec<Span<'static>> {
    let language = match path.extension() {
        Some(extension) if extension == "py" => Language::Python,
        Some(extension) if extension == "sql" => Language::Sql,
        _ => Language::Plain,
    };
    Painter::new(language)
        .line(line)
        .iter()
        .map(|(tone, piece)| page.piece(*tone, piece))
        .collect()
}

/// The source line with a caret.
fn frame(page: &mut Page, model: &Model, location: &Location) {
    let place = format!(
        "{}:{}:{}",
        model.shown(&location.path),
        location.line,
        location.column
    );
    page.text(Tone::Faint, 4, &place);
    if location.source_line.trim().is_empty() {
        return;
    }
    let shown = |text: &str| text.replace('\t', "    ");
    let number = format!("{:>5} | ", location.line);
    let mut spans = vec![page.piece(Tone::Faint, &format!("  {number}"))];
    spans.extend(coloured(
        page,
        &location.path,
        &shown(&location.source_line),
    ));
    page.push(spans);
    let before: String = location
        .source_line
        .chars()
        .take(location.column.saturating_sub(1))
        .collect();
    let indent = crate::tui::text::width(&shown(&before)) + number.len() + 2;
    let spans = vec![page.piece(Tone::Bad, &format!("{}^", " ".repeat(indent)))];
    page.push(spans);
}

fn diff(page: &mut Page, model: &Model, edit: &LineEdit) {
    let what = if edit.before.is_empty() {
        "insert at"
    } else {
        "change"
    };
    let place = format!("{what} {}:{}", model.shown(&edit.path), edit.line);
    page.rows.push(super::Row {
        line: ratatui::text::Line::from(page.piece(Tone::Faint, &format!("    {place}"))),
        anchor: Some(Anchor {
            copy: Some(edit.after.join("\n")),
            place: Some((edit.path.clone(), edit.line)),
            ..Anchor::default()
        }),
    });
    for (sign, tone, lines) in [
        ('-', Tone::Bad, &edit.before),
        ('+', Tone::Good, &edit.after),
    ] {
        for line in lines {
            let text = format!("    {sign} {}", line.replace('\t', "    "));
            let piece = page.piece(tone, &text);
            page.push(vec![piece]);
        }
    }
}
