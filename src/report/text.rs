//! The findings as text for people: the source line with a caret, the fix, the next command.

use std::fmt::Write as _;

use super::findings::{EnvironmentSummary, ModuleSummary, Report};
use super::frame::shown_source;
use super::paint::Paint;
use super::{frame, wrap};
use crate::model::Location;
use crate::model::text::{count, safe};
use crate::rules::{Finding, LineEdit, Severity};

/// Renders a check for a pipe or a file: nothing is broken or cut.
pub fn render(report: &Report<'_>, paint: Paint) -> String {
    render_for(report, paint, None)
}

/// Renders a check for a terminal of this width. Foreign text is escaped; prose is broken at its words,
/// a command never is.
pub fn render_for(report: &Report<'_>, paint: Paint, width: Option<usize>) -> String {
    // Narrower than this everything would be one word a line.
    let page = Page {
        report,
        paint,
        width: width.map(|width| width.max(40)),
    };
    let mut text = String::new();
    for module in &report.modules {
        line(&mut text, &module_line(module, paint));
    }
    for environment in &report.environments {
        line(&mut text, &environment_line(environment, paint));
    }
    if !report.modules.is_empty() {
        text.push('\n');
    }
    for (severity, title) in [
        (Severity::Refuse, "Refused"),
        (Severity::Warn, "Warnings"),
        (Severity::Note, "Notes"),
    ] {
        let group: Vec<&Finding> = report
            .findings
            .iter()
            .filter(|finding| finding.severity == severity && finding.waived.is_none())
            .collect();
        page.group(&mut text, severity, title, &group);
    }
    let waived = report.findings.iter();
    let waived: Vec<&Finding> = waived.filter(|finding| finding.waived.is_some()).collect();
    page.group(&mut text, Severity::Warn, "Waived", &waived);
    line(&mut text, &summary(report, paint));
    text
}

fn line(text: &mut String, shown: &str) {
    text.push_str(shown.trim_end());
    text.push('\n');
}

fn module_line(module: &ModuleSummary, paint: Paint) -> String {
    let place = match &module.database {
        Some(database) => {
            let at = if database.at.is_empty() {
                "no revision".to_owned()
            } else {
                database.at.join(", ")
            };
            format!("{} at {at}", database.label)
        }
        None => "database not seen".to_owned(),
    };
    format!(
        "{}  {}, {}",
        paint.bold(&safe(&module.name)),
        count(module.revisions, "revision"),
        safe(&place)
    )
}

fn environment_line(environment: &EnvironmentSummary, paint: Paint) -> String {
    let shown = match &environment.database {
        None => "environment, not looked at".to_owned(),
        Some(label) if environment.at.is_empty() => {
            format!("environment {label}, none of these revisions")
        }
        Some(label) => format!("environment {label} at {}", environment.at.join(", ")),
    };
    format!("{}  {}", paint.bold(&safe(&environment.name)), safe(&shown))
}

/// What every part of the text needs to know.
struct Page<'a> {
    report: &'a Report<'a>,
    paint: Paint,
    width: Option<usize>,
}

impl Page<'_> {
    fn group(&self, text: &mut String, severity: Severity, title: &str, group: &[&Finding]) {
        if group.is_empty() {
            return;
        }
        let title = format!("{title} ({})", group.len());
        line(text, &self.paint.severity(severity, &title));
        text.push('\n');
        for finding in group {
            self.finding(text, finding);
            text.push('\n');
        }
    }

    fn finding(&self, text: &mut String, finding: &Finding) {
        let paint = self.paint;
        let code = paint.severity(
            finding.severity,
            &format!("{} {}", finding.severity.word(), finding.code),
        );
        let module = finding
            .module
            .as_ref()
            .map(|module| format!(" · {}", safe(&module.0)))
            .unwrap_or_default();
        line(text, &format!("{code} {}{module}", finding.name));
        self.prose(text, "", &finding.message, |part| paint.bold(part));
        if let Some(location) = &finding.location {
            self.frame(text, location, finding.severity);
        }
        for seen in &finding.evidence {
            self.prose(text, "seen: ", seen, str::to_owned);
        }
        if let Some(waived) = &finding.waived {
            let said = format!("until {}, {}", waived.until, waived.reason);
            self.prose(text, "waived: ", &said, str::to_owned);
            return;
        }
        if !finding.remedy.text.is_empty() {
            self.prose(text, "fix:  ", &finding.remedy.text, str::to_owned);
        }
        if let Some(edit) = &finding.remedy.diff {
            self.edit(text, edit);
        }
        if let Some(command) = &finding.remedy.command {
            line(text, &format!("  {} {}", paint.dim("next:"), safe(command)));
        }
    }

    /// A sentence behind its label, broken at its words, each line of it drawn by `style`.
    fn prose(&self, text: &mut String, label: &str, said: &str, style: impl Fn(&str) -> String) {
        let room = self.width.map(|width| width - 2 - label.len());
        for (index, part) in wrap::words(&safe(said), room).iter().enumerate() {
            let label = if index == 0 && !label.is_empty() {
                self.paint.dim(label)
            } else {
                " ".repeat(label.len())
            };
            line(text, &format!("  {label}{}", style(part)));
        }
    }

    /// The place, and under it the source line with a mark where it is known.
    fn frame(&self, text: &mut String, location: &Location, severity: Severity) {
        let path = self.report.shown_path(&location.path);
        if location.source_line.trim().is_empty() {
            let arrow = self.paint.dim("-->");
            line(
                text,
                &format!("  {arrow} {}:{}", safe(&path), location.line),
            );
            return;
        }
        let width = self.width.map(|width| width - 2);
        let drawn = frame::draw(location, &path, severity, self.paint, width);
        for drawn in drawn.lines() {
            line(text, &format!("  {drawn}"));
        }
    }

    fn edit(&self, text: &mut String, edit: &LineEdit) {
        let path = self.report.shown_path(&edit.path);
        let place = format!("{}:{}", safe(&path), edit.line);
        let what = if edit.before.is_empty() {
            "insert at"
        } else {
            "change"
        };
        line(text, &format!("        {what} {place}"));
        for gone in &edit.before {
            let shown = format!("- {}", shown_source(gone));
            line(text, &format!("      {}", self.paint.removed(&shown)));
        }
        for new in &edit.after {
            let shown = format!("+ {}", shown_source(new));
            line(text, &format!("      {}", self.paint.added(&shown)));
        }
    }
}

fn summary(report: &Report<'_>, paint: Paint) -> String {
    let word = paint.verdict(report.verdict, report.verdict.word());
    let mut text = format!("verdict: {word}");
    if report.findings.is_empty() {
        text.push_str(", nothing found");
        if !report.suppressed.is_empty() {
            let _ = write!(text, ", {} suppressed", report.suppressed.len());
        }
        return text;
    }
    let of = |severity| {
        report
            .findings
            .iter()
            .filter(|finding| finding.severity == severity && finding.waived.is_none())
            .count()
    };
    let is_waived = |finding: &&Finding| finding.waived.is_some();
    let waived = report.findings.iter().filter(is_waived).count();
    let mut parts: Vec<String> = [
        (of(Severity::Refuse), "refusal"),
        (of(Severity::Warn), "warning"),
        (of(Severity::Note), "note"),
    ]
    .into_iter()
    .filter(|(n, _)| *n > 0)
    .map(|(n, word)| count(n, word))
    .collect();
    if waived > 0 {
        parts.push(format!("{waived} waived"));
    }
    if !report.suppressed.is_empty() {
        parts.push(format!("{} suppressed", report.suppressed.len()));
    }
    let _ = write!(text, ", {}", parts.join(", "));
    if let Some(first) = report.findings.first() {
        let _ = write!(text, "; more about one: redistill explain {}", first.code);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::stage::{empty, sample};

    #[test]
    fn a_refusal_and_a_warning() {
        let (evidence, findings) = sample();
        let report = Report::new(&evidence, &findings);
        insta::assert_snapshot!(render(&report, Paint::Plain), @r#"
        admin-module  0 revisions, database not seen

        Refused (1)

        refuse RD201 history-shared
          the revisions are published, and 2 people have written them
          seen: published on remotes/origin/main
          fix:  agree on it with the others
          next: redistill explain RD201

        Warnings (1)

        warn RD301 foreign-key-type-mismatch · admin-module
          keys.id is integer and refers to accounts.id, which is uuid
            --> admin-module/app/models.py:41:14
             |
          41 |     id = Column(Integer, ForeignKey("accounts.id"))
             |                 ^^^^^^^
          fix:  make keys.id uuid, as its key is
                change admin-module/app/models.py:41
              -     id = Column(Integer, ForeignKey("accounts.id"))
              +     id = Column(Uuid, ForeignKey("accounts.id"))

        verdict: refused, 1 refusal, 1 warning; more about one: redistill explain RD201
        "#);
    }

    #[test]
    fn prose_is_broken_at_its_words_and_commands_never_are() {
        let (evidence, mut findings) = sample();
        let command =
            "redistill mark disposable --url postgresql://user@host.example.com/a_long_name";
        findings[0].remedy.command = Some(command.to_owned());
        findings[0].remedy.text = "agree on it with everybody who has them ".repeat(4);
        let report = Report::new(&evidence, &findings);
        let text = render_for(&report, Paint::Plain, Some(60));
        assert!(text.contains(&format!("\n  next: {command}\n")), "{text}");
        assert!(text.contains("\n  fix:  agree on it"), "{text}");
        assert!(text.contains("\n        everybody"), "{text}");
        let is_kept = |line: &str| line.contains("next: ") || line.starts_with("      ");
        assert!(
            text.lines()
                .filter(|line| !is_kept(line) && !line.starts_with("verdict"))
                .all(|line| line.chars().count() <= 60),
            "{text}"
        );
    }

    #[test]
    fn nothing_found() {
        let evidence = empty();
        insta::assert_snapshot!(render(&Report::new(&evidence, &[]), Paint::Plain), @"verdict: clear, nothing found");
    }

    #[test]
    fn colours_add_nothing_but_colours() {
        let (evidence, findings) = sample();
        let report = Report::new(&evidence, &findings);
        let coloured = render(&report, Paint::Coloured);
        assert_ne!(coloured, render(&report, Paint::Plain));
        let stripped = anstream::adapter::strip_str(&coloured).to_string();
        assert_eq!(stripped, render(&report, Paint::Plain));
    }

    #[test]
    fn foreign_text_cannot_steer_the_terminal() {
        let (evidence, mut findings) = sample();
        for finding in &mut findings {
            finding.message.push_str("\u{1b}[31m\u{202e}");
            finding.evidence.push("\u{7}".to_owned());
            if let Some(place) = &mut finding.location {
                place.source_line.push('\u{1b}');
            }
        }
        let text = render(&Report::new(&evidence, &findings), Paint::Plain);
        assert!(!text.contains(['\u{1b}', '\u{202e}', '\u{7}']));
    }
}
