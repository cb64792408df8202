//! What stands in the way of a plan: findings, troubles of the survey, what a rehearsal came to.
//! Asked by `planning` and `rehearsing`; says why and what to do, and changes nothing.

use super::{Assessment, Survey, failures};
use crate::error::Failure;
use crate::evidence::Evidence;
use crate::model::text::{count, safe};
use crate::plan::{self, Choices, Source, Strategy};
use crate::rehearse::Rehearsal;
use crate::report::calling;
use crate::report::plan::difference;
use crate::rules::{Severity, Verdict};

/// Whether a rehearsed module may become part of a plan.
pub(super) fn may_go_on(rehearsal: &Rehearsal, choices: &Choices) -> Result<(), Failure> {
    let module = &rehearsal.planned;
    let name = safe(&module.module.0).into_owned();
    let listed = |differences: &[crate::schema::Difference]| {
        differences
            .iter()
            .map(|d| safe(&difference(d)).into_owned())
            .collect::<Vec<_>>()
            .join("\n")
    };
    plan::may_reuse_head(&choices.revision_id, module).map_err(|error| failures::draft(&error))?;
    if !module.lost.is_empty() {
        let what = count(module.lost.len(), "object");
        let failure = Failure::refused(format!("{name}: the baseline would lose {what}"))
            .with_detail(listed(&module.lost))
            .with_hint("leave them out knowingly: redistill plan --leave-out \"KIND NAME\"");
        return Err(match choices.source {
            Source::Chain => failure,
            Source::Models => failure.with_hint(
                "or give up all that the models do not say: redistill plan --source models \
                 --accept-losses",
            ),
        });
    }
    if !module.left_behind.is_empty() {
        return Err(Failure::refused(format!(
            "{name}: the baseline's downgrade leaves {} behind",
            count(module.left_behind.len(), "object")
        ))
        .with_detail(safe(&module.left_behind.join(", ")).into_owned()));
    }
    let why = match &rehearsal.alteration {
        Ok(Some(_)) => return Ok(()),
        Ok(None) => None,
        Err(error) => Some(safe(&error.to_string()).into_owned()),
    };
    if choices.strategy != Strategy::Keep || module.drift.is_empty() && why.is_none() {
        return Ok(());
    }
    let detail: Vec<String> = std::iter::once(listed(&module.drift)).chain(why).collect();
    Err(Failure::refused(format!(
        "{name}: the live database differs from {} in {}, so stamping it with the baseline would not \
         be true",
        match choices.source {
            Source::Chain => "the old chain",
            Source::Models => "the models",
        },
        count(module.drift.len(), "place")
    ))
    .with_detail(detail.join("\n"))
    .with_hint(
        "bring the database in line (alembic upgrade head, or a revision that says what was changed \
         by hand), then: redistill plan",
    )
    .with_hint("or build it again, giving its rows up: redistill plan --strategy recreate")
    .with_hint("or leave it without a version table: redistill plan --strategy unversioned"))
}

/// Findings about the files themselves: nothing can be run with them.
pub(super) fn stopped_by_files(assessment: &Assessment) -> Option<Failure> {
    let mut refusing = assessment
        .findings
        .iter()
        .filter(|finding| finding.severity == Severity::Refuse && finding.code.starts_with("RD60"));
    // No interpreter is a trouble of its own, with a message of its own.
    refusing
        .find(|finding| matches!(&*finding.code, "RD601" | "RD602" | "RD603" | "RD604"))
        .map(|_| {
            Failure::refused("the revision files cannot be worked with; see the findings")
                .with_hint("mend them, then: redistill check")
        })
}

/// What the findings, or settings that cannot be followed, refuse.
pub(super) fn refusal(assessment: &Assessment, survey: &Survey) -> Option<Failure> {
    if assessment.verdict == Verdict::Refused {
        return Some(
            Failure::refused("refused; see the findings")
                .with_hint("what a rule means and what to do: redistill explain CODE"),
        );
    }
    (!survey.obstacles.is_empty()).then(|| {
        Failure::refused("part of the configuration cannot be followed, a module would be missed")
            .with_detail(survey.obstacles.join("\n"))
            .with_hint("mend it, or name the modules to reset: redistill plan --module NAME")
    })
}

/// Whether something says that the data may be production's.
pub(super) fn is_production(assessment: &Assessment) -> bool {
    assessment
        .findings
        .iter()
        .any(|finding| finding.severity == Severity::Refuse && finding.code.starts_with("RD1"))
}

/// Why modules could not be looked at.
pub(super) fn troubles(survey: &Survey) -> Option<Failure> {
    let modules = survey.evidence.modules.iter();
    Failure::together(modules.filter_map(|seen| survey.troubles.get(&seen.module.name).cloned()))
}

/// A chain that nobody has begun is no history: a first revision is Alembic's own to write.
pub(super) fn without_history(evidence: &Evidence) -> Option<Failure> {
    let (empty, others): (Vec<_>, Vec<_>) = evidence
        .modules
        .iter()
        .partition(|seen| seen.chain.revisions.is_empty());
    let name = safe(&empty.first()?.module.name.0).into_owned();
    let failure = Failure::refused(format!(
        "{name}: it has no revisions, so there is no history to reset"
    ))
    .with_hint(
        "write its first revision with Alembic: alembic revision --autogenerate -m initial_schema",
    );
    if others.is_empty() {
        return Some(failure);
    }
    let others: Vec<String> = others
        .iter()
        .map(|seen| format!("--module {}", calling::word(&safe(&seen.module.name.0))))
        .collect();
    Some(failure.with_hint(format!(
        "or go on without it: redistill plan {}",
        others.join(" ")
    )))
}
