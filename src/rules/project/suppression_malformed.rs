//! RD640 suppression-malformed: a suppression that cannot be followed.

use crate::model::Location;
use crate::rules::finding::{Finding, Severity};
use crate::rules::registry::find;
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};
use crate::rules::suppression::{Ignore, glob, is_blank, named};

/// The rule.
pub static RULE: Rule = Rule {
    code: "RD640",
    name: "suppression-malformed",
    family: Family::Project,
    severity: Severity::Warn,
    needs: Needs::Files,
    summary: "a suppression names no reason, no code or an unknown one",
    explanation: Explanation {
        what: "A comment `redistill: ignore[…]`, or an `[[ignore]]` of the configuration, that \
               cannot be followed: it gives no reason, names no rule or one that does not exist, or \
               its path is no glob.",
        why: "It sets nothing aside although somebody believes that it does; and a finding that is \
              set aside without a reason cannot be judged again by the next reader.",
        example: "```python\nsa.Enum(\"A\", name=\"status_enum\")  # redistill: ignore[RD302]\n```",
        remedy: "Name the code in brackets and the reason behind it:\n\n```python\n\
                 # redistill: ignore[RD302] the type is dropped by the application\n```\n\n\
                 or, for many places, in `redistill.toml`:\n\n```toml\n[[ignore]]\n\
                 code = \"RD302\"\npath = \"legacy/**\"\nreason = \"never downgraded\"\n```",
    },
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    let ignores = &case.sources.ignores;
    let comments = ignores
        .comments
        .iter()
        .filter_map(|comment| Some((comment.fault?.to_owned(), &comment.location)));
    let configured = ignores
        .configured
        .iter()
        .filter_map(|ignore| Some((fault(ignore, case)?, &ignore.location)));
    let unknown = named(ignores)
        .filter(|(code, _)| find(code).is_none() && !is_blank(code))
        .map(|(code, location)| (format!("there is no rule {code}"), location));
    comments
        .chain(configured)
        .chain(unknown)
        .map(|(fault, location)| found(&fault, location))
        .collect()
}

fn fault(ignore: &Ignore, case: &Case<'_>) -> Option<String> {
    let modules = || case.evidence.modules.iter().map(|seen| &seen.module.name.0);
    if is_blank(&ignore.code) {
        return Some("it names no code".to_owned());
    }
    if is_blank(&ignore.reason) {
        return Some("it gives no reason".to_owned());
    }
    if let Some(Err(error)) = ignore.path.as_deref().map(glob) {
        return Some(format!("its path is no glob: {}", error.kind()));
    }
    ignore
        .module
        .as_ref()
        .filter(|module| !case.sources.is_part && modules().all(|name| name != *module))
        .map(|module| format!("there is no module {module}"))
}

fn found(fault: &str, location: &Location) -> Finding {
    RULE.finding(
        "suppression",
        format!("the suppression cannot be followed: {fault}"),
    )
    .at(location)
    .remedy("write the code in brackets and the reason behind it, or remove it")
    .next("redistill explain RD640")
}

#[cfg(test)]
mod tests {
    use crate::rules::stage::Stage;
    use crate::rules::suppression::{Ignore, configured_at};

    #[test]
    fn comments_without_reason_or_with_an_unknown_code_are_found() {
        for (comment, says) in [
            ("# redistill: ignore[RD302]", "it gives no reason"),
            ("# redistill: ignore RD302 x", "it names no code"),
            ("# redistill: ignore[E501] long", "there is no rule E501"),
        ] {
            let mut stage = Stage::one();
            stage.comments("shop", &format!("x = 1  {comment}\n"));
            let finding = stage.only("RD640");
            assert!(finding.message.ends_with(says), "{}", finding.message);
            assert_eq!(finding.location.unwrap().line, 1);
        }
    }

    #[test]
    fn tables_of_the_configuration_are_judged_alike() {
        let good = Ignore {
            location: configured_at("/p/redistill.toml", 1, "[[ignore]]"),
            code: "RD302".to_owned(),
            path: None,
            module: None,
            reason: "why not".to_owned(),
        };
        for (ignore, count) in [
            (good.clone(), 0),
            (
                Ignore {
                    reason: " ".to_owned(),
                    ..good.clone()
                },
                1,
            ),
            (
                Ignore {
                    path: Some("a[".to_owned()),
                    ..good.clone()
                },
                1,
            ),
            (
                Ignore {
                    module: Some("nowhere".to_owned()),
                    ..good.clone()
                },
                1,
            ),
            (
                Ignore {
                    code: "RD999".to_owned(),
                    ..good
                },
                1,
            ),
        ] {
            let mut stage = Stage::one();
            stage.sources.ignores.configured.push(ignore.clone());
            let codes = stage.codes();
            let found = codes.iter().filter(|code| *code == "RD640").count();
            assert_eq!(found, count, "{ignore:?}: {codes:?}");
        }
    }
}
