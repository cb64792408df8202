//! Source on a page: coloured, wrapped, alone or two beside each other; a baseline in sections.

use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthChar as _;

use super::{Anchor, Page};
use crate::model::text::{count, safe};
use crate::plan::PlannedModule;
use crate::tui::model::{Model, PageId};
use crate::tui::syntax::{Language, Painter};
use crate::tui::text::{span, width};
use crate::tui::theme::{Theme, Tone};

/// From this many columns on, two definitions stand beside each other.
const BESIDE: usize = 70;

/// One of two definitions.
pub(super) struct Half<'a> {
    /// Whose it is.
    pub title: &'a str,
    /// How it is coloured.
    pub language: Language,
    /// It; none where it is not there.
    pub text: Option<&'a str>,
}

/// Source in lines of at most `room` columns.
fn lines(theme: Theme, language: Language, text: &str, room: usize) -> Vec<Vec<Span<'static>>> {
    let mut painter = Painter::new(language);
    let mut lines = Vec::new();
    for line in text.trim_matches('\n').split('\n') {
        let line = safe(&line.trim_end_matches('\r').replace('\t', "    ")).into_owned();
        let pieces = painter.line(&line);
        broken(theme, &pieces, room.max(8), &mut lines);
    }
    lines
}

/// Breaks a line where the room ends, between words where that is possible; what follows is
/// indented by two more.
fn broken(
    theme: Theme,
    pieces: &[(Tone, String)],
    room: usize,
    lines: &mut Vec<Vec<Span<'static>>>,
) {
    let letters: Vec<(char, Tone)> = pieces
        .iter()
        .flat_map(|(tone, text)| text.chars().map(|letter| (letter, *tone)))
        .collect();
    let depth = letters
        .iter()
        .take_while(|(letter, _)| *letter == ' ')
        .count();
    let indent = (depth + 2).min(room / 2);
    let mut rest = letters.as_slice();
    let mut before = 0;
    loop {
        let fits = fitting(rest, room - before);
        let (line, after) = rest.split_at(fits);
        let mut spans = vec![Span::raw(" ".repeat(before))];
        for part in line.chunk_by(|one, other| one.1 == other.1) {
            let text: String = part.iter().map(|(letter, _)| *letter).collect();
            spans.push(span(theme.style(part[0].1), &text));
        }
        lines.push(spans);
        if after.is_empty() {
            return;
        }
        (rest, before) = (after, indent);
    }
}

/// How many letters stand on the line: as many as have room, up to the last space among them.
fn fitting(letters: &[(char, Tone)], room: usize) -> usize {
    let mut used = 0;
    let fits = letters
        .iter()
        .take_while(|(letter, _)| {
            used += letter.width().unwrap_or(0);
            used <= room
        })
        .count();
    if fits == letters.len() {
        return fits;
    }
    let words = letters[..fits]
        .iter()
        .rposition(|(letter, _)| *letter == ' ');
    let first = letters.iter().position(|(letter, _)| *letter != ' ');
    match words {
        Some(at) if first.is_some_and(|first| at > first) => at + 1,
        // One letter in any case, or it would never end.
        _ => fits.max(1),
    }
}

impl Page {
    /// Source in its colours.
    pub(super) fn source(&mut self, language: Language, indent: usize, text: &str) {
        let room = self.width.saturating_sub(indent);
        for mut line in lines(self.theme, language, text, room) {
            line.insert(0, Span::raw(" ".repeat(indent)));
            self.push(line);
        }
    }

    /// Two definitions: beside each other where there is room, else one above the other.
    pub(super) fn beside(&mut self, indent: usize, left: &Half<'_>, right: &Half<'_>) {
        if self.width.saturating_sub(indent) < BESIDE {
            for half in [left, right] {
                self.rule(indent, half.title);
                match half.text {
                    Some(text) => self.source(half.language, indent, text),
                    None => self.text(Tone::Faint, indent, "not there"),
                }
            }
            return;
        }
        let bar = self.theme.letters("│", "|");
        let room = (self.width - indent - 3) / 2;
        let mut columns = [left, right].map(|half| {
            let title = vec![self.piece(Tone::Faint, half.title)];
            let mut all = vec![title];
            match half.text {
                Some(text) => all.extend(lines(self.theme, half.language, text, room)),
                None => all.push(vec![self.piece(Tone::Faint, "not there")]),
            }
            all
        });
        let height = columns[0].len().max(columns[1].len());
        for row in 0..height {
            let mut take = |side: usize| {
                let line = columns[side].get_mut(row);
                line.map(std::mem::take).unwrap_or_default()
            };
            let (mut spans, after) = (take(0), take(1));
            let used: usize = spans.iter().map(|span| width(&span.content)).sum();
            spans.insert(0, Span::raw(" ".repeat(indent)));
            spans.push(Span::raw(" ".repeat(room.saturating_sub(used))));
            spans.push(self.piece(Tone::Faint, &format!(" {bar} ")));
            spans.extend(after);
            self.push(spans);
        }
    }

    /// A faint title between parts of source.
    fn rule(&mut self, indent: usize, title: &str) {
        let dash = self.theme.letters("─", "-");
        let text = format!("{}{dash} {title}", " ".repeat(indent));
        let piece = self.piece(Tone::Faint, &text);
        self.push(vec![piece]);
    }

    /// A line that folds, somewhere below another one; whether its part is unfolded.
    pub(super) fn branch(
        &mut self,
        indent: usize,
        anchor: Anchor,
        by_default: bool,
        spans: Vec<Span<'static>>,
    ) -> bool {
        let fold = anchor.fold.as_deref();
        let is_open = fold.is_some_and(|fold| self.is_open(fold, by_default));
        let sign = match (fold, is_open) {
            (None, _) => "  ",
            (_, true) => self.theme.letters("▾ ", "v "),
            (_, false) => self.theme.letters("▸ ", "> "),
        };
        let mut all = vec![
            Span::raw(" ".repeat(indent)),
            self.piece(Tone::Accent, sign),
        ];
        all.extend(spans);
        self.rows.push(super::Row {
            line: Line::from(all),
            anchor: Some(anchor),
        });
        is_open
    }

    /// A baseline as it will be written, in sections that fold.
    pub(super) fn baseline(&mut self, module: &PlannedModule, indent: usize) {
        for (title, text) in sections(&module.baseline) {
            let by_default = title != HEAD;
            let anchor = Anchor {
                fold: Some(format!("{}: section {title}", module.module)),
                about: Some((module.module.0.clone(), String::new())),
                ..Anchor::default()
            };
            let size = count(text.trim_end().lines().count(), "line");
            let spans = vec![
                self.piece(Tone::Strong, title),
                self.piece(Tone::Faint, &format!("  {size}")),
            ];
            if self.branch(indent, anchor, by_default, spans) {
                self.source(Language::Python, indent + 2, text);
            }
        }
    }
}

/// What stands before the first function.
const HEAD: &str = "head";

/// The parts of a revision file: what stands before its functions, and each of them.
fn sections(text: &str) -> Vec<(&str, &str)> {
    let mut starts = vec![0];
    let mut painter = Painter::new(Language::Python);
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        // A `def` within a string is none.
        let is_code = painter
            .line(line.trim_end_matches('\n'))
            .first()
            .is_some_and(|(tone, _)| *tone == Tone::Keyword);
        if is_code && line.starts_with("def ") && at > 0 {
            starts.push(at);
        }
        at += line.len();
    }
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    starts
        .iter()
        .zip(ends)
        .map(|(start, end)| {
            let part = &text[*start..end];
            let name = part
                .strip_prefix("def ")
                .and_then(|rest| rest.split('(').next());
            (name.unwrap_or(HEAD), part)
        })
        .collect()
}

/// The baseline of a module on a page of its own.
pub(super) fn page(model: &Model, module: &str, width: u16) -> Page {
    let id = PageId::Baseline(module.to_owned());
    let planned = model.planned.iter().flat_map(|planned| &planned.modules);
    let found = planned
        .into_iter()
        .find(|planned| planned.module.0 == module);
    let title = found.map_or_else(String::new, |found| {
        format!("Baseline {}", found.baseline_id)
    });
    let mut page = Page::new(model, &id, title, width);
    let Some(found) = found else {
        return page;
    };
    page.text(Tone::Faint, 0, &found.baseline_path);
    if model.is_stale() {
        page.text(Tone::Caution, 0, &super::rehearse::stale(model));
    }
    page.baseline(found, 0);
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_revision_file_has_a_head_and_its_functions() {
        let text = "\"\"\"m\ndef no():\n\"\"\"\nid = 1\n\ndef upgrade():\n    pass\n\ndef downgrade() -> None:\n    pass\n";
        let found: Vec<_> = sections(text)
            .into_iter()
            .map(|(title, part)| (title, part.lines().count()))
            .collect();
        assert_eq!(found, [("head", 5), ("upgrade", 3), ("downgrade", 2)]);
        let whole: String = sections(text).into_iter().map(|(_, part)| part).collect();
        assert_eq!(whole, text);
        assert_eq!(sections("").len(), 1);
    }

    #[test]
    fn long_lines_go_on_below_themselves_and_keep_every_letter() {
        let theme = crate::tui::fixture::THEME;
        let text = "    op.create_table('a_long_name', 表表表)";
        let broken = lines(theme, Language::Python, text, 16);
        let shown: Vec<String> = broken
            .iter()
            .map(|spans| spans.iter().map(|span| &*span.content).collect())
            .collect();
        assert!(
            shown.iter().all(|line: &String| width(line) <= 16),
            "{shown:?}"
        );
        let letters = |text: &str| text.replace(' ', "");
        assert_eq!(letters(&shown.concat()), letters(text));
    }
}
