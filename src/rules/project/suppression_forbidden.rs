//! RD641 suppression-forbidden: a suppression of what must not be set aside.

use crate::rules::finding::{Finding, Severity};
use crate::rules::registry::find;
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};
use crate::rules::suppression::{forbidden, named};

/// The rule.
pub static RULE: Rule = Rule {
    code: "RD641",
    name: "suppression-forbidden",
    family: Family::Project,
    severity: Severity::Warn,
    needs: Needs::Files,
    summary: "a suppression names a rule that cannot be set aside",
    explanation: Explanation {
        what: "A suppression names a rule about production data, a refusal about shared history, a \
               refusal about the project itself (a chain that cannot be read), or a rule about \
               suppressions.",
        why: "The finding stays, whatever the suppression says. Whether a database is in production, \
              and whether others hold the history, are facts outside of the file; without a readable \
              chain no plan could be right.",
        example: "```toml\n[[ignore]]\ncode = \"RD101\"\nreason = \"it is only staging\"\n```",
        remedy: "Remove the suppression and change the fact: mark a throwaway database with \
                 `redistill mark disposable`, agree with the holders of the history and waive the \
                 finding in the configuration, mend the file that cannot be read.",
    },
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    named(&case.sources.ignores)
        .filter_map(|(code, location)| {
            let rule = find(code)?;
            let why = forbidden(rule, rule.severity)?;
            Some(
                RULE.finding(
                    rule.code,
                    format!("{} {} is not set aside: {why}", rule.code, rule.name),
                )
                .at(location)
                .remedy("remove the suppression; what would change the answer is explained")
                .next(format!("redistill explain {}", rule.code)),
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::rules::stage::Stage;

    #[test]
    fn production_refusals_of_history_and_of_the_chain_are_forbidden() {
        for code in ["RD101", "RD201", "RD601", "production-name", "RD640"] {
            let mut stage = Stage::one();
            stage.comments("shop", &format!("x = 1  # redistill: ignore[{code}] no\n"));
            assert_eq!(stage.only("RD641").location.unwrap().line, 1, "{code}");
        }
    }

    #[test]
    fn lints_and_warnings_about_history_are_free() {
        for code in ["RD202", "RD302", "RD607"] {
            let mut stage = Stage::one();
            stage.comments("shop", &format!("x = 1  # redistill: ignore[{code}] no\n"));
            let codes = stage.codes();
            assert!(!codes.contains(&"RD641".to_owned()), "{code}: {codes:?}");
        }
    }
}
