//! `redistill check` and `redistill chain`.

use std::collections::BTreeSet;

use super::args::{CheckChoices, FailOn, Format, Global};
use super::{fix, print, text_or_json};
use crate::engine::{Assessment, Depth, Engine, Survey};
use crate::error::Failure;
use crate::exit::Exit;
use crate::model::text::{count, safe, safe_json};
use crate::report::{self, Corrected, Paint, Report};
use crate::rules::{Finding, Severity};

/// Surveys and judges; with `--fix` corrects, and judges what is left.
pub fn check(
    engine: &mut Engine<'_>,
    global: &Global,
    choices: &CheckChoices,
) -> Result<Exit, Failure> {
    let depth = if choices.is_static {
        Depth::Static
    } else {
        Depth::Full
    };
    let mut survey = engine.survey(depth)?;
    let mut assessment = engine.assess(&survey, depth);
    let mut corrected = Vec::new();
    if let Some(how) = choices.fix {
        corrected = fix::fix(engine, &assessment.findings, how, global.format)?;
        if !corrected.is_empty() {
            survey = engine.survey(depth)?;
            assessment = engine.assess(&survey, depth);
        }
    }
    print_report(&survey, &assessment, &corrected, global.format);
    if global.format == Format::Text {
        say_waivers(&survey, &assessment.findings);
    }
    let mut exit = if fails(&assessment.findings, choices.fail_on) || !survey.obstacles.is_empty() {
        Exit::Refused
    } else {
        Exit::Done
    };
    for failure in survey.troubles.values() {
        print::failure(failure);
        if exit == Exit::Done {
            exit = failure.kind.exit();
        }
    }
    let fixable = assessment
        .findings
        .iter()
        .filter(|one| one.remedy.is_safe)
        .count();
    if global.format == Format::Text && choices.fix.is_none() && fixable > 0 {
        let what = count(fixable, "finding");
        print::aside(&format!("{what} can be corrected: redistill check --fix"));
    }
    if global.format == Format::Text && exit == Exit::Done && depth == Depth::Full {
        print::aside("next: redistill plan");
    }
    Ok(exit)
}

fn print_report(survey: &Survey, assessment: &Assessment, corrected: &[Corrected], format: Format) {
    let report = Report::new(&survey.evidence, &assessment.findings)
        .with_suppressed(&assessment.suppressed)
        .with_corrected(corrected);
    print::result(&match format {
        Format::Text => report::text::render_for(&report, Paint::Coloured, print::width()),
        Format::Json => safe_json(&report::json::render(&report)),
        Format::Sarif => safe_json(&report::sarif::render(&report)),
        Format::Github => report::github::render(&report),
    });
    for obstacle in &survey.obstacles {
        print::aside(&format!("  {obstacle}"));
    }
}

/// What goes into the configuration once the team has agreed to live with a finding; one entry a
/// rule and module.
fn say_waivers(survey: &Survey, findings: &[Finding]) {
    let refusing = findings.iter().filter(|finding| finding.refuses());
    let entries: BTreeSet<String> = refusing
        .filter_map(|finding| report::waiver(finding, &survey.evidence))
        .collect();
    if entries.is_empty() {
        return;
    }
    print::aside(
        "once the team has agreed, these lines in redistill.toml waive it when committed:",
    );
    for entry in entries {
        print::aside("");
        print::aside(entry.trim_end());
    }
}

/// Whether a finding is at the failing level or above it.
fn fails(findings: &[Finding], level: FailOn) -> bool {
    let least = match level {
        FailOn::Refuse => Severity::Refuse,
        FailOn::Warn => Severity::Warn,
        FailOn::Note => Severity::Note,
    };
    // The heaviest is the smallest; what the team lives with fails at no level.
    let counts = |finding: &&Finding| finding.waived.is_none();
    findings
        .iter()
        .filter(counts)
        .any(|finding| finding.severity <= least)
}
/// Prints the revision graph.
pub fn chain(engine: &mut Engine<'_>, global: &Global) -> Result<Exit, Failure> {
    let is_json = text_or_json(global)?;
    let discovered = engine.discover()?;
    let root = engine.root();
    print::result(&if is_json {
        pretty(&report::chain::json(root, &discovered.modules))
    } else {
        report::chain::text(root, &discovered.modules)
    });
    for obstacle in &discovered.obstacles {
        print::aside(&format!("  {}", safe(obstacle)));
    }
    let is_whole = discovered.obstacles.is_empty()
        && discovered
            .modules
            .iter()
            .all(|(_, chain)| chain.unreadable.is_empty() && chain.problems().is_empty());
    Ok(if is_whole { Exit::Done } else { Exit::Refused })
}

/// JSON for a file or a pipe, ending with a line feed.
pub fn pretty(value: &serde_json::Value) -> String {
    safe_json(&format!("{value:#}\n"))
}
