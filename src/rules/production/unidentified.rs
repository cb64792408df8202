//! RD110 database-unknown: nobody can say what the database is.

use crate::evidence::Observed;
use crate::rules::finding::{Finding, Severity};
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "RD110",
    name: "database-unknown",
    family: Family::Production,
    severity: Severity::Refuse,
    needs: Needs::World,
    summary: "the module's database could not be identified",
    explanation: Explanation {
        what: "The module's database could not be found, reached or read, so that it cannot be said \
               which one it is and what it holds.",
        why: "A check that could not run is never a pass. A database that nobody looked at may hold \
              production data.",
        example: "```text\nconnection to localhost:5432 failed: connection refused\n```",
        remedy: "Start the server, correct the URL or the password, and run `redistill check` again.",
    },
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (module, _) in case.modules() {
        let why = match &module.database {
            Observed::Seen(_) => continue,
            Observed::Unavailable { why } => why.clone(),
            Observed::NotAsked => "it was not looked at".to_owned(),
        };
        let wanted = module
            .described
            .seen()
            .and_then(|described| described.asked_for.first())
            .map(|asked| {
                format!(
                    "env.py asks for {} on {}",
                    asked.database.as_deref().unwrap_or("the default database"),
                    asked.host.as_deref().unwrap_or("the default host"),
                )
            });
        let mut finding = RULE
            .finding(
                "database",
                format!("the database could not be identified: {why}"),
            )
            .of(&module.module.name)
            .remedy("start the server or correct the URL, then look again")
            .next("redistill check");
        if let Some(wanted) = wanted {
            finding = finding.seen(wanted);
        }
        findings.push(finding);
    }
    findings
}

#[cfg(test)]
mod tests {
    use crate::evidence::Observed;
    use crate::rules::stage::Stage;
    use crate::rules::{Scope, assess};

    #[test]
    fn an_unreachable_database_is_refused_with_the_reason() {
        let mut stage = Stage::one();
        stage.first().database = Observed::Unavailable {
            why: "connection refused".to_owned(),
        };
        let finding = stage.only("RD110");
        assert!(finding.message.ends_with("connection refused"));
        assert_eq!(finding.evidence, ["env.py asks for shop on localhost"]);
    }

    #[test]
    fn one_that_nobody_asked_for_too_unless_the_check_is_static() {
        let mut stage = Stage::one();
        stage.first().database = Observed::NotAsked;
        assert_eq!(stage.codes(), ["RD110"]);
        assert_eq!(assess(&stage.evidence, &stage.sources, Scope::Static), []);
    }

    #[test]
    fn a_seen_one_is_not() {
        assert!(Stage::one().codes().is_empty());
    }
}
