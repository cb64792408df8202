//! RD107 archiving-on: the server archives its log or waits for standbys.

use super::on_server_signs;
use crate::evidence::{Observed, Signals};
use crate::rules::finding::{Finding, Severity};
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "RD107",
    name: "archiving-on",
    family: Family::Production,
    severity: Severity::Refuse,
    needs: Needs::World,
    summary: "the server archives its log or waits for standbys",
    explanation: Explanation {
        what: "`archive_mode` is not off, `synchronous_standby_names` is set, or WAL files were archived.",
        why: "Archiving costs money and care; people set it up for what they must not lose.",
        example: "```sql\nSHOW archive_mode;  -- on\n```",
        remedy: "Point the module at a development server.",
    },
    check,
};

const WORDS: (&str, &str, &str) = (
    "archives its log or waits for standbys",
    "point the module at a development server, then look again",
    "redistill check",
);

fn check(case: &Case<'_>) -> Vec<Finding> {
    on_server_signs(case, &RULE, WORDS, signs)
}

/// What was seen, in words.
fn signs(signals: &Signals) -> Vec<String> {
    let mut seen = Vec::new();
    if let Observed::Seen(mode) = &signals.archive_mode
        && mode != "off"
    {
        seen.push(format!("archive_mode is {mode}"));
    }
    if let Observed::Seen(names) = &signals.synchronous_standbys
        && !names.is_empty()
    {
        seen.push(format!("synchronous_standby_names is {names}"));
    }
    if let Observed::Seen(files) = &signals.archived
        && *files > 0
    {
        seen.push(format!("{files} WAL files were archived"));
    }
    seen
}

#[cfg(test)]
mod tests {
    use crate::evidence::Observed;
    use crate::rules::stage::Stage;

    #[test]
    fn archiving_is_refused() {
        let mut stage = Stage::one();
        stage.database().signals.archive_mode = Observed::Seen("on".to_owned());
        assert_eq!(stage.codes(), ["RD107"]);
    }

    #[test]
    fn off_is_fine() {
        assert!(Stage::one().codes().is_empty());
    }
}
