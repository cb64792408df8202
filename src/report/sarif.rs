//! The findings as SARIF 2.1.0 (OASIS standard, 27 March 2020), for code scanning.

use std::path::Path;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::explain::{markdown, sentence};
use super::findings::Report;
use crate::model::text::safe;
use crate::rules::{Finding, LineEdit, Origin, Rule, Severity, Suppressed, registry};

/// What stays as it is in a path of a URI (RFC 3986, `pchar` and `/`).
const PATH: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Renders a check as one SARIF log with one run.
#[expect(
    clippy::missing_panics_doc,
    reason = "the document has no map with other keys than strings, the one thing JSON refuses"
)]
pub fn render(report: &Report<'_>) -> String {
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "redistill",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": registry().iter().map(|rule| descriptor(rule)).collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "results": results(report),
        }],
    });
    let mut text =
        serde_json::to_string_pretty(&log).expect("a report holds nothing that JSON cannot");
    text.push('\n');
    text
}

/// The findings, then those that were set aside.
fn results(report: &Report<'_>) -> Vec<Value> {
    let standing = report
        .findings
        .iter()
        .map(|finding| result(report, finding));
    let aside = report.suppressed.iter().map(|one| {
        let mut result = result(report, &one.finding);
        result["suppressions"] = json!([suppression(report, one)]);
        result
    });
    standing.chain(aside).collect()
}

fn suppression(report: &Report<'_>, one: &Suppressed) -> Value {
    json!({
        "kind": match one.by {
            Origin::Comment => "inSource",
            Origin::Configuration => "external",
        },
        "justification": safe(&one.reason),
        "location": { "physicalLocation": {
            "artifactLocation": artifact(report, &one.at.path),
            "region": { "startLine": one.at.line },
        }},
    })
}

const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Refuse => "error",
        Severity::Warn => "warning",
        Severity::Note => "note",
    }
}

fn descriptor(rule: &Rule) -> Value {
    json!({
        "id": rule.code,
        "name": rule.name,
        "shortDescription": { "text": format!("{}.", sentence(rule.summary)) },
        "fullDescription": { "text": rule.explanation.what },
        "help": { "text": rule.explanation.remedy, "markdown": markdown(rule) },
        "defaultConfiguration": { "level": level(rule.severity) },
    })
}

fn result(report: &Report<'_>, finding: &Finding) -> Value {
    let mut message = sentence(&safe(&finding.message));
    if !finding.remedy.text.is_empty() {
        message = format!("{message}. To do: {}", safe(&finding.remedy.text));
    }
    let mut result = json!({
        "ruleId": finding.code,
        "level": level(finding.severity),
        "message": { "text": message },
        "properties": {
            "module": finding.module,
            "subject": safe(&finding.subject),
            "evidence": finding.evidence.iter().map(|seen| safe(seen)).collect::<Vec<_>>(),
        },
    });
    if let Some(index) = registry().iter().position(|rule| rule.code == finding.code) {
        result["ruleIndex"] = json!(index);
    }
    if let Some(location) = &finding.location {
        result["locations"] = json!([{ "physicalLocation": {
            "artifactLocation": artifact(report, &location.path),
            "region": { "startLine": location.line, "startColumn": location.column },
        }}]);
    }
    if let Some(waived) = &finding.waived {
        result["suppressions"] = json!([{
            "kind": "external",
            "status": "accepted",
            "justification": format!("{} (until {})", safe(&waived.reason), waived.until),
        }]);
    }
    if let Some(edit) = &finding.remedy.diff {
        result["fixes"] = json!([fix(report, edit)]);
    }
    result
}

fn artifact(report: &Report<'_>, path: &Path) -> Value {
    let shown = report.shown_path(path);
    let uri = utf8_percent_encode(&shown, PATH).to_string();
    if Path::new(&shown).is_absolute() {
        json!({ "uri": format!("file://{uri}") })
    } else {
        json!({ "uri": uri, "uriBaseId": "%SRCROOT%" })
    }
}

/// Whole lines: from the first column of the first to the first column after the last.
fn fix(report: &Report<'_>, edit: &LineEdit) -> Value {
    let new = edit.after.join("\n") + "\n";
    json!({
        "description": { "text": "The corrected lines." },
        "artifactChanges": [{
            "artifactLocation": artifact(report, &edit.path),
            "replacements": [{
                "deletedRegion": {
                    "startLine": edit.line,
                    "startColumn": 1,
                    "endLine": edit.line + edit.before.len(),
                    "endColumn": 1,
                },
                "insertedContent": { "text": new },
            }],
        }],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::stage::sample;

    #[test]
    fn a_log_with_rules_results_and_places() {
        let (evidence, mut findings) = sample();
        if let Some(place) = &mut findings[1].location {
            place.path = "/p/a b/é.py".into();
        }
        let log: Value = serde_json::from_str(&render(&Report::new(&evidence, &findings))).unwrap();
        let run = &log["runs"][0];
        assert_eq!(log["version"], "2.1.0");
        assert_eq!(
            run["tool"]["driver"]["rules"].as_array().unwrap().len(),
            registry().len()
        );
        let results = run["results"].as_array().unwrap();
        assert_eq!(results[0]["level"], "error");
        assert!(results[0].get("locations").is_none());
        let index = usize::try_from(results[1]["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(run["tool"]["driver"]["rules"][index]["id"], "RD301");
        let place = &results[1]["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "a%20b/%C3%A9.py");
        assert_eq!(place["region"]["startLine"], 41);
        assert_eq!(
            results[1]["fixes"][0]["artifactChanges"][0]["replacements"][0]["deletedRegion"]["endLine"],
            42
        );
    }
}
