//! The findings as JSON. Field names are part of the contract; [`SCHEMA`] counts its versions.

use serde::Serialize;

use super::findings::{Corrected, EnvironmentSummary, ModuleSummary, Report};
use crate::model::text::safe;
use crate::rules::{Finding, LineEdit, Origin, Severity, Verdict, Waived};

/// The name and version of this document's schema.
pub const SCHEMA: &str = "redistill.check/1";

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    verdict: Verdict,
    modules: &'a [ModuleSummary],
    environments: &'a [EnvironmentSummary],
    findings: Vec<Entry<'a>>,
    suppressed: Vec<Aside<'a>>,
    corrected: &'a [Corrected],
}

/// A finding that was set aside, and by what.
#[derive(Serialize)]
struct Aside<'a> {
    #[serde(flatten)]
    finding: Entry<'a>,
    by: Origin,
    at: Stands,
    reason: String,
}

#[derive(Serialize)]
struct Stands {
    path: String,
    line: usize,
}

#[derive(Serialize)]
struct Entry<'a> {
    code: &'a str,
    name: &'a str,
    severity: Severity,
    module: Option<&'a str>,
    subject: String,
    message: String,
    evidence: Vec<String>,
    location: Option<Place>,
    remedy: Cure,
    waived: Option<&'a Waived>,
}

#[derive(Serialize)]
struct Place {
    path: String,
    line: usize,
    column: usize,
    source_line: String,
}

#[derive(Serialize)]
struct Cure {
    text: String,
    command: Option<String>,
    diff: Option<Change>,
    is_safe: bool,
}

#[derive(Serialize)]
struct Change {
    path: String,
    line: usize,
    before: Vec<String>,
    after: Vec<String>,
}

/// Renders a check as one JSON document, indented, with a line break at its end.
#[expect(
    clippy::missing_panics_doc,
    reason = "the document has no map with other keys than strings, the one thing JSON refuses"
)]
pub fn render(report: &Report<'_>) -> String {
    let document = Document {
        schema: SCHEMA,
        verdict: report.verdict,
        modules: &report.modules,
        environments: &report.environments,
        findings: report
            .findings
            .iter()
            .map(|finding| entry(report, finding))
            .collect(),
        suppressed: report
            .suppressed
            .iter()
            .map(|one| Aside {
                finding: entry(report, &one.finding),
                by: one.by,
                at: Stands {
                    path: report.shown_path(&one.at.path),
                    line: one.at.line,
                },
                reason: safe(&one.reason).into_owned(),
            })
            .collect(),
        corrected: report.corrected,
    };
    let mut text =
        serde_json::to_string_pretty(&document).expect("a report holds nothing that JSON cannot");
    text.push('\n');
    text
}

fn entry<'a>(report: &Report<'_>, finding: &'a Finding) -> Entry<'a> {
    let shown = |text: &str| safe(text).into_owned();
    Entry {
        code: &finding.code,
        name: &finding.name,
        severity: finding.severity,
        module: finding.module.as_ref().map(|module| module.0.as_str()),
        subject: shown(&finding.subject),
        message: shown(&finding.message),
        evidence: finding.evidence.iter().map(|seen| shown(seen)).collect(),
        location: finding.location.as_ref().map(|at| Place {
            path: report.shown_path(&at.path),
            line: at.line,
            column: at.column,
            source_line: at.source_line.clone(),
        }),
        remedy: Cure {
            text: shown(&finding.remedy.text),
            command: finding.remedy.command.clone(),
            diff: finding
                .remedy
                .diff
                .as_ref()
                .map(|edit| change(report, edit)),
            is_safe: finding.remedy.is_safe,
        },
        waived: finding.waived.as_ref(),
    }
}

fn change(report: &Report<'_>, edit: &LineEdit) -> Change {
    Change {
        path: report.shown_path(&edit.path),
        line: edit.line,
        before: edit.before.clone(),
        after: edit.after.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::report::stage::{sample, with_suppressed};

    fn keys(value: &Value) -> Vec<&str> {
        value
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect()
    }

    #[test]
    fn the_names_of_the_contract() {
        let (evidence, findings) = sample();
        let text = render(&Report::new(&evidence, &findings));
        let document: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(
            keys(&document),
            [
                "corrected",
                "environments",
                "findings",
                "modules",
                "schema",
                "suppressed",
                "verdict"
            ]
        );
        assert_eq!(document["verdict"], "refused");
        let finding = &document["findings"][1];
        assert_eq!(
            keys(finding),
            [
                "code", "evidence", "location", "message", "module", "name", "remedy", "severity",
                "subject", "waived"
            ]
        );
        assert_eq!(finding["severity"], "warn");
        assert_eq!(finding["location"]["path"], "admin-module/app/models.py");
        assert_eq!(finding["location"]["line"], 41);
        assert_eq!(
            keys(&finding["remedy"]),
            ["command", "diff", "is_safe", "text"]
        );
        assert_eq!(document["findings"][0]["module"], Value::Null);
        assert_eq!(document["modules"][0]["config"], "admin-module/alembic.ini");
    }

    #[test]
    fn what_was_set_aside_stands_apart_with_its_reason() {
        let (evidence, findings, suppressed) = with_suppressed();
        let report = Report::new(&evidence, &findings).with_suppressed(&suppressed);
        let document: Value = serde_json::from_str(&render(&report)).unwrap();
        assert_eq!(document["findings"].as_array().unwrap().len(), 1);
        let one = &document["suppressed"][0];
        assert_eq!(one["code"], "RD301");
        assert_eq!(one["by"], "comment");
        assert_eq!(one["reason"], "the old schema is frozen");
        assert_eq!(one["at"]["path"], "admin-module/app/models.py");
        assert_eq!(one["at"]["line"], 40);
    }
}
