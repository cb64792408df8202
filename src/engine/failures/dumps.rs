//! Where a dump is needed and there is none.

use crate::error::Failure;
use crate::model::text::safe;
use crate::plan::Strategy;
use crate::rehearse::DumpError;

/// No dump can be made. `strategy` says what it is needed for.
pub fn dump(error: &DumpError, strategy: Strategy) -> Failure {
    let purpose = match strategy {
        Strategy::Keep => "going back from the statements that bring the database in line",
        Strategy::Recreate | Strategy::Unversioned => "the strategy `recreate`",
    };
    let failure = Failure::refused(format!(
        "{purpose} needs a dump: {}",
        safe(&error.to_string())
    ));
    let failure = match error {
        DumpError::Program(error) => match error.hint() {
            Some(hint) => failure.with_hint(hint),
            None => failure,
        },
        _ => failure,
    };
    without_dump(failure, strategy)
}

/// What can be done where there is no dump.
pub fn without_dump(failure: Failure, strategy: Strategy) -> Failure {
    match strategy {
        Strategy::Keep => failure
            .with_hint("or bring the database in line by hand, then: redistill plan")
            .with_hint(
                "or leave it without a version table: redistill plan --strategy unversioned",
            ),
        Strategy::Recreate | Strategy::Unversioned => {
            failure.with_hint("or keep the rows where they are: redistill plan --strategy keep")
        }
    }
}

/// A dump was made, and what it is for does not work.
pub fn unproven(label: &str, why: &str, strategy: Strategy) -> Failure {
    let failure = Failure::refused(format!(
        "{}: the dump is not proven: {}",
        safe(label),
        safe(why)
    ))
    .with_hint("nothing has changed; mend that, then: redistill plan");
    without_dump(failure, strategy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_dump_names_what_it_is_for_and_another_way() {
        let error = DumpError::Failed("no".to_owned());
        let kept = dump(&error, Strategy::Keep);
        assert!(!kept.message.contains("recreate"), "{}", kept.message);
        let hints = kept.hints.join("\n");
        assert!(hints.contains("--strategy unversioned"), "{hints}");
        assert!(!hints.contains("--strategy keep"), "{hints}");
        let rebuilt = dump(&error, Strategy::Recreate);
        assert!(rebuilt.message.contains("`recreate` needs a dump"));
        assert!(rebuilt.hints.join("\n").contains("--strategy keep"));
        let unproven = unproven("a / b", "no", Strategy::Keep).hints.join("\n");
        assert!(!unproven.contains("--strategy keep"), "{unproven}");
    }
}
