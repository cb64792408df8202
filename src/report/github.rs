//! The findings as workflow commands of GitHub Actions: one annotation a line.

use std::fmt::Write as _;

use super::findings::Report;
use crate::model::text::safe;
use crate::rules::Severity;

/// Renders a check as annotations.
pub fn render(report: &Report<'_>) -> String {
    let mut text = String::new();
    for finding in report.findings {
        let command = match finding.severity {
            _ if finding.waived.is_some() => "notice",
            Severity::Refuse => "error",
            Severity::Warn => "warning",
            Severity::Note => "notice",
        };
        let mut properties = Vec::new();
        if let Some(location) = &finding.location {
            let path = safe(&report.shown_path(&location.path)).into_owned();
            properties.push(format!("file={}", property(&path)));
            properties.push(format!("line={}", location.line));
            properties.push(format!("col={}", location.column));
        }
        let title = format!("{} {}", finding.code, finding.name);
        properties.push(format!("title={}", property(&title)));
        let mut message = safe(&finding.message).into_owned();
        if let Some(module) = &finding.module {
            message = format!("{}: {message}", safe(&module.0));
        }
        if let Some(waived) = &finding.waived {
            message = format!(
                "{message}\nwaived until {}: {}",
                waived.until,
                safe(&waived.reason)
            );
        } else if !finding.remedy.text.is_empty() {
            message = format!("{message}\n{}", safe(&finding.remedy.text));
        }
        let _ = writeln!(
            text,
            "::{command} {}::{}",
            properties.join(","),
            data(&message)
        );
    }
    text
}

/// Escapes as the runner's `escapeData` does.
fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// Escapes as the runner's `escapeProperty` does.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::stage::sample;

    #[test]
    fn one_line_a_finding() {
        let (evidence, findings) = sample();
        insta::assert_snapshot!(render(&Report::new(&evidence, &findings)), @r"
        ::error title=RD201 history-shared::the revisions are published, and 2 people have written them%0Aagree on it with the others
        ::warning file=admin-module/app/models.py,line=41,col=14,title=RD301 foreign-key-type-mismatch::admin-module: keys.id is integer and refers to accounts.id, which is uuid%0Amake keys.id uuid, as its key is
        ");
    }

    #[test]
    fn separators_are_escaped() {
        assert_eq!(property("a:b,c%\n"), "a%3Ab%2Cc%25%0A");
    }
}
