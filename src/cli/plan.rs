//! `redistill plan` and `redistill verify`.

use std::path::Path;

use serde_json::{Value, json};

use super::args::{Global, PlanChoices, ReferenceArg, SourceArg, StrategyArg};
use super::check::pretty;
use super::{print, text_or_json};
use crate::engine::{Engine, Planned};
use crate::error::Failure;
use crate::exit::Exit;
use crate::model::text::{count, line, safe};
use crate::model::{ModuleName, QualifiedName};
use crate::plan::{Choices, Reference, RevisionIdChoice, Source, Strategy};
use crate::report::{self, plan::DIGEST_DIGITS};
use crate::rules::{Severity, types_left};

/// Rehearses and prints the plan; its digest is the last line.
pub fn plan(
    engine: &mut Engine<'_>,
    global: &Global,
    arguments: &PlanChoices,
) -> Result<Exit, Failure> {
    let is_json = text_or_json(global)?;
    let planned = engine.plan(&choices(arguments))?;
    if is_json {
        print::result(&pretty(&document(&planned)));
    } else {
        print::result(&text(&planned, engine.root()));
    }
    match planned.plan {
        Ok(plan) => {
            if !is_json {
                let digest = &plan.digest()[..DIGEST_DIGITS];
                print::aside(&format!(
                    "nothing has changed; to execute it: redistill reset --plan {digest}"
                ));
            }
            Ok(Exit::Done)
        }
        Err(failure) => {
            print::failure(&failure);
            Ok(failure.kind.exit())
        }
    }
}

fn text(planned: &Planned, root: &Path) -> String {
    let mut text = String::new();
    for finding in &planned.assessment.findings {
        if finding.severity == Severity::Note {
            continue;
        }
        line!(
            text,
            "{} {} {}: {}",
            finding.severity.word(),
            finding.code,
            finding.name,
            safe(&finding.message)
        );
        if finding.severity == Severity::Refuse {
            for seen in &finding.evidence {
                line!(text, "    {}", safe(seen));
            }
            if let Some(location) = &finding.location {
                let path = location.path.strip_prefix(root).unwrap_or(&location.path);
                line!(
                    text,
                    "    {}:{}",
                    safe(&path.display().to_string()),
                    location.line
                );
            }
        }
    }
    if !text.is_empty() {
        text.push('\n');
    }
    match &planned.plan {
        Ok(plan) => {
            text.push_str(&report::plan::text(plan));
            line!(text, "digest {}", plan.digest());
        }
        Err(_) => {
            for module in &planned.modules {
                text.push_str(&report::plan::module(module));
            }
        }
    }
    text
}

fn document(planned: &Planned) -> serde_json::Value {
    match &planned.plan {
        Ok(plan) => report::plan::json(plan),
        Err(failure) => json!({
            "schema": report::plan::SCHEMA,
            "digest": null,
            "refused": failure.message,
            "findings": planned.assessment.findings,
            "modules": planned.modules,
            "steps": [],
        }),
    }
}

fn choices(arguments: &PlanChoices) -> Choices {
    Choices {
        source: match arguments.source {
            SourceArg::Chain => Source::Chain,
            SourceArg::Models => Source::Models,
        },
        reference: match arguments.reference {
            ReferenceArg::Replay => Reference::Replay,
            ReferenceArg::Live => Reference::Live,
        },
        strategy: match arguments.strategy {
            StrategyArg::Keep => Strategy::Keep,
            StrategyArg::Recreate => Strategy::Recreate,
            StrategyArg::Unversioned => Strategy::Unversioned,
        },
        revision_id: match arguments.revision_id.as_str() {
            "new" => RevisionIdChoice::New,
            "reuse-head" => RevisionIdChoice::ReuseHead,
            id => RevisionIdChoice::Given(id.to_owned()),
        },
        message: Some(arguments.message.clone()),
        reason: arguments.reason.clone(),
        leave_out: arguments.leave_out.clone(),
        accept_losses: arguments.accept_losses,
        with_model_changes: arguments.with_model_changes,
        accept_destructive: arguments.accept_destructive.clone(),
    }
}

/// Runs the present chain up, down and up again on scratch.
pub fn verify(engine: &mut Engine<'_>, global: &Global) -> Result<Exit, Failure> {
    let is_json = text_or_json(global)?;
    let verified = engine.verify()?;
    let is_clean = verified
        .iter()
        .all(|(_, v)| v.left_behind.is_empty() && v.differences.is_empty());
    if is_json {
        let modules: Vec<_> = verified
            .iter()
            .map(|(name, v)| {
                json!({
                    "name": name,
                    "revisions": v.revisions,
                    "left_behind": v.left_behind,
                    "differences": v.differences,
                    "findings": findings_json(name, &v.left_types),
                })
            })
            .collect();
        print::result(&pretty(
            &json!({ "schema": "redistill.verify/1", "modules": modules }),
        ));
    } else {
        for (name, v) in &verified {
            print::result(&format!(
                "{}: {} up, down, up: {} left behind, {}\n",
                safe(&name.0),
                count(v.revisions, "revision"),
                v.left_behind.len(),
                count(v.differences.len(), "difference")
            ));
            for (what, items) in [("left behind", &v.left_behind), ("differs", &v.differences)] {
                for item in items {
                    print::result(&format!("  {what}: {}\n", safe(item)));
                }
            }
            for finding in types_left(name, &v.left_types) {
                let (code, rule) = (&finding.code, &finding.name);
                let (message, remedy) = (safe(&finding.message), safe(&finding.remedy.text));
                print::result(&format!("  {code} {rule}: {message}\n    {remedy}\n"));
            }
        }
    }
    Ok(if is_clean { Exit::Done } else { Exit::Refused })
}

/// What is left of ENUM types, as `check` words it.
fn findings_json(module: &ModuleName, left: &[QualifiedName]) -> Vec<Value> {
    types_left(module, left)
        .iter()
        .map(|finding| {
            json!({
                "code": finding.code,
                "name": finding.name,
                "severity": finding.severity,
                "subject": safe(&finding.subject),
                "message": safe(&finding.message),
                "remedy": safe(&finding.remedy.text),
            })
        })
        .collect()
}
