//! The findings as text for people: the source line with a caret, the fix, the next command.

use std::fmt::Write as _;

use unicode_width::UnicodeWidthStr as _;

use super::findings::{EnvironmentSummary, ModuleSummary, Report};
use super::paint::Paint;
use crate::model::Location;
use crate::model::text::{count, safe};
use crate::rules::{Finding, LineEdit, Severity};

/// Renders a check. Foreign text is escaped.
pub fn render(report: &Report<'_>, paint: Paint) -> String {
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
        write_group(&mut text, report, (severity, title), &group, paint);
    }
    let waived = report.findings.iter();
    let waived: Vec<&Finding> = waived.filter(|finding| finding.waived.is_some()).collect();
    write_group(
        &mut text,
        report,
        (Severity::Warn, "Waived"),
        &waived,
        paint,
    );
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

fn write_group(
    text: &mut String,
    report: &Report<'_>,
    (severity, title): (Severity, &str),
    group: &[&Finding],
    paint: Paint,
) {
    if group.is_empty() {
        return;
    }
    let title = format!("{title} ({})", group.len());
    line(text, &paint.severity(severity, &title));
    text.push('\n');
    for finding in group {
        write_finding(text, report, finding, paint);
        text.push('\n');
    }
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

fn write_finding(text: &mut String, report: &Report<'_>, finding: &Finding, paint: Paint) {
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
    line(text, &format!("  {}", paint.bold(&safe(&finding.message))));
    if let Some(location) = &finding.location {
        write_frame(text, report, location, paint);
    }
    for seen in &finding.evidence {
        line(text, &format!("  {} {}", paint.dim("seen:"), safe(seen)));
    }
    if let Some(waived) = &finding.waived {
        let reason = safe(&waived.reason);
        let label = paint.dim("waived:");
        line(text, &format!("  {label} until {}, {reason}", waived.until));
        return;
    }
    if !finding.remedy.text.is_empty() {
        let remedy = safe(&finding.remedy.text);
        line(text, &format!("  {}  {remedy}", paint.dim("fix:")));
    }
    if let Some(edit) = &finding.remedy.diff {
        write_edit(text, report, edit, paint);
    }
    if let Some(command) = &finding.remedy.command {
        line(text, &format!("  {} {}", paint.dim("next:"), safe(command)));
    }
}

/// The place, and under it the source line with a caret where it is known.
fn write_frame(text: &mut String, report: &Report<'_>, location: &Location, paint: Paint) {
    let path = report.shown_path(&location.path);
    let number = location.line.to_string();
    let arrow = paint.dim("-->");
    if location.source_line.trim().is_empty() {
        line(text, &format!("  {arrow} {}:{number}", safe(&path)));
        return;
    }
    let margin = " ".repeat(number.len());
    let bar = paint.dim("|");
    let place = format!("{}:{number}:{}", safe(&path), location.column);
    line(text, &format!("  {margin}{arrow} {place}"));
    let shown = shown_source(&location.source_line);
    line(text, &format!("  {} {bar} {shown}", paint.dim(&number)));
    let before: String = location
        .source_line
        .chars()
        .take(location.column.saturating_sub(1))
        .collect();
    let indent = " ".repeat(shown_source(&before).width());
    let caret = paint.severity(Severity::Refuse, "^");
    line(text, &format!("  {margin} {bar} {indent}{caret}"));
}

/// Source as it is drawn: tabs as four spaces, foreign characters escaped.
fn shown_source(source: &str) -> String {
    safe(&source.replace('\t', "    ")).into_owned()
}

fn write_edit(text: &mut String, report: &Report<'_>, edit: &LineEdit, paint: Paint) {
    let place = format!("{}:{}", safe(&report.shown_path(&edit.path)), edit.line);
    let what = if edit.before.is_empty() {
        "insert at"
    } else {
        "change"
    };
    line(text, &format!("        {what} {place}"));
    for gone in &edit.before {
        let shown = format!("- {}", shown_source(gone));
        line(text, &format!("      {}", paint.removed(&shown)));
    }
    for new in &edit.after {
        let shown = format!("+ {}", shown_source(new));
        line(text, &format!("      {}", paint.added(&shown)));
    }
}

fn summary(report: &Report<'_>, paint: Paint) -> String {
    let word = paint.verdict(report.verdict, report.verdict.word());
    let mut text = format!("verdict: {word}");
    if report.findings.is_empty() {
        text.push_str(", nothing found");
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
          41 |     id = Column(Integer, ForeignKey("accounts.id"))
             |                 ^
          fix:  make keys.id uuid, as its key is
                change admin-module/app/models.py:41
              -     id = Column(Integer, ForeignKey("accounts.id"))
              +     id = Column(Uuid, ForeignKey("accounts.id"))

        verdict: refused, 1 refusal, 1 warning; more about one: redistill explain RD201
        "#);
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
