//! What is shown when somebody asks for it: findings, graph, corrections, the parts of a plan.

use super::Guide;
use crate::guided::script::Part;
use crate::journal::Run;
use crate::model::text::{count, line, safe};
use crate::plan::Plan;
use crate::report::plan::DIGEST_DIGITS;
use crate::report::{self, Paint, past};

impl Guide<'_> {
    pub(super) fn show(&self, part: &Part) {
        let text = match part {
            Part::Findings => self.findings(),
            Part::Chain => self.chain(),
            Part::Waivers => self.waivers(),
            Part::Run(id) => self.past(id),
            Part::Differences => report::sides_of(&self.seen.modules),
            Part::Baselines => {
                let modules = self.seen.modules.iter();
                modules.map(report::plan::module).collect()
            }
            Part::Effects | Part::Commands => match &self.seen.plan {
                Some(plan) if *part == Part::Commands => commands(plan),
                Some(plan) => {
                    let mut text = String::new();
                    report::plan::effects(&mut text, plan);
                    text
                }
                None => String::new(),
            },
        };
        self.say("\n");
        self.say(&text);
    }

    /// Each rule that found something, explained once, with the commands that change the answer.
    fn findings(&self) -> String {
        let mut text = String::new();
        let mut explained = Vec::new();
        for finding in &self.seen.findings {
            line!(
                text,
                "{} {} {}: {}",
                finding.severity.word(),
                finding.code,
                finding.name,
                safe(&finding.message)
            );
            for seen in &finding.evidence {
                line!(text, "  seen: {}", safe(seen));
            }
            line!(text, "  what to do: {}", safe(&finding.remedy.text));
            if let Some(command) = &finding.remedy.command {
                line!(text, "  next: {}", safe(command));
            }
            if !explained.contains(&&finding.code) {
                explained.push(&finding.code);
                text.push('\n');
                text.push_str(&report::explain(&finding.code).unwrap_or_default());
            }
            text.push('\n');
        }
        if self.seen.findings.is_empty() {
            text.push_str("Nothing was found.\n");
        }
        text
    }

    /// The graph as `redistill chain` prints it: lanes of plain characters.
    fn chain(&self) -> String {
        let root = self.engine.root();
        let modules = self
            .seen
            .evidence
            .iter()
            .flat_map(|evidence| &evidence.modules)
            .map(|seen| (seen.module.clone(), seen.chain.clone()));
        let mut text = report::chain::text(root, &modules.collect::<Vec<_>>());
        for seen in self.seen.evidence.iter().flat_map(|seen| &seen.modules) {
            let module = safe(&seen.module.name.0);
            let Some(database) = seen.database.seen() else {
                line!(text, "{module}: its database was not looked at");
                continue;
            };
            let rows = &database.version_table.rows;
            let at = if rows.is_empty() {
                "no revision".to_owned()
            } else {
                rows.join(", ")
            };
            let label = safe(&database.label);
            line!(text, "{module}: {label} is at {}", safe(&at));
        }
        text
    }

    /// The entries that would waive what can be waived.
    fn waivers(&self) -> String {
        let mut text = String::from(
            "Lines for redistill.toml, where the team reviews them. They count once they are \
             committed with a reason, for these heads, until that day:\n",
        );
        let evidence = self.seen.evidence.iter();
        for seen in evidence {
            let findings = self.seen.findings.iter();
            for entry in findings.filter_map(|finding| report::waiver(finding, seen)) {
                line!(text);
                text.push_str(&entry);
            }
        }
        text
    }

    /// A past run, or one that is open: how it stands, and every effect.
    fn past(&self, id: &str) -> String {
        let run = match self.engine.run(id) {
            Ok(run) => run,
            Err(failure) => return format!("{}\n", failure.message),
        };
        let mut text = format!(
            "{}  {}  {}\nreason: {}\n",
            run.id(),
            past::standing(&run),
            past::moment(&run),
            safe(run.plan.choices.reason.as_deref().unwrap_or("not given"))
        );
        if run.is_open() {
            ways(&mut text, &run);
        }
        line!(text);
        text.push_str(&report::plan::text(&run.plan));
        text
    }

    /// Shows the corrections that need no judgement; whether there are some.
    pub(super) fn propose(&mut self) -> bool {
        self.seen.fixes = self.engine.fixes(&self.seen.findings);
        let root = self.engine.root();
        let shown = |path: &std::path::Path| {
            let path = path.strip_prefix(root).unwrap_or(path);
            path.display().to_string()
        };
        let mut text = String::from("\n");
        for file in &self.seen.fixes.files {
            let [before, after] =
                [&file.before, &file.after].map(|bytes| String::from_utf8_lossy(bytes));
            let path = shown(&file.path);
            text.push_str(&report::diff::unified(
                &path,
                &before,
                &after,
                Paint::Coloured,
            ));
        }
        for left in &self.seen.fixes.left {
            line!(
                text,
                "left alone: {} {}:{}: {}",
                left.code,
                safe(&shown(&left.path)),
                left.line,
                safe(&left.why)
            );
        }
        if self.seen.fixes.files.is_empty() {
            text.push_str("nothing can be corrected without a decision\n");
        }
        self.say(&text);
        !self.seen.fixes.files.is_empty()
    }

    pub(super) fn correct(&mut self) {
        let fixes = std::mem::take(&mut self.seen.fixes);
        match self.engine.write_fixes(&fixes) {
            Ok(()) => {
                let total = fixes.files.iter().map(|file| file.mended.len()).sum();
                let files = count(fixes.files.len(), "file");
                self.say(&format!(
                    "written: {} in {files}\n",
                    count(total, "correction")
                ));
            }
            Err(failure) => self.failure(&failure),
        }
    }
}

/// What was done of an open run, and what each way out would do.
fn ways(text: &mut String, run: &Run) {
    let ways = past::Ways::of(run);
    for (what, steps) in [
        ("done", &ways.done),
        ("begun, and not known to have ended", &ways.torn),
        ("going on would do", &ways.ahead),
        ("taking it back would undo", &ways.back),
    ] {
        if !steps.is_empty() {
            line!(text, "{what}:");
        }
        for step in steps {
            line!(text, "  {}", safe(step));
        }
    }
}

/// The same without questions, and what comes after it.
fn commands(plan: &Plan) -> String {
    let digest = plan.digest();
    let mut text = String::new();
    let digits = &digest[..DIGEST_DIGITS];
    line!(text, "this plan:         redistill reset --plan {digits}");
    line!(text, "what it did:       redistill show {}", plan.id);
    line!(text, "taking it back:    redistill undo {}", plan.id);
    line!(text, "other databases:   redistill adopt --url URL");
    text
}
