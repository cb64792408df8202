//! RD239 address-not-looked-at: a file names a database that nobody looked at.

use crate::evidence::Mention;
use crate::rules::finding::{Finding, Severity};
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "RD239",
    name: "address-not-looked-at",
    family: Family::History,
    severity: Severity::Note,
    needs: Needs::World,
    summary: "a file names another database, which was not looked at",
    explanation: Explanation {
        what: "A `.env` file, a compose file or another section of an ini file holds the address of a database that is no module's own.",
        why: "It may stand at the history that the reset takes away. redistill does not connect to an address merely because it found it: it may be production.",
        example: "```sh\n# .env.staging\nDATABASE_URL=postgresql://app@staging.internal/app\n```",
        remedy: "If it has applied this history, name it under `[environments]` in redistill.toml: it is then looked at. If it has not, nothing.",
    },
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    let holders = &case.evidence.holders;
    let is_known = |mention: &&Mention| {
        let environments = holders.environments.iter();
        let mut places = environments.filter_map(|environment| environment.looked.seen());
        places.any(|place| place.label == mention.label)
    };
    holders
        .mentions
        .iter()
        .filter(|mention| !is_known(mention))
        .map(|mention| {
            RULE.finding(
                &mention.key,
                format!(
                    "{} names {}, which was not looked at",
                    mention.key, mention.label
                ),
            )
            .at(&mention.location)
            .remedy(format!(
                "if it has applied this history, add to [environments] of redistill.toml: {} = \
                 {{ url = {:?} }}",
                name(mention),
                mention.url
            ))
            .next("redistill explain RD239")
        })
        .collect()
}

/// A name for it: `.env.staging` and `[staging]` are staging, all else is other.
fn name(mention: &Mention) -> String {
    let section = mention
        .key
        .strip_prefix('[')
        .and_then(|rest| rest.split(']').next());
    let file = mention
        .location
        .path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy();
    let named = section
        .or_else(|| file.strip_prefix(".env."))
        .unwrap_or("other");
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    named
        .chars()
        .map(|c| if is_plain(c) { c } else { '-' })
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::evidence::Mention;
    use crate::model::Location;
    use crate::rules::stage::{Stage, environment, place};

    fn mention() -> Mention {
        Mention {
            location: Location::of_file("/p/.env.staging"),
            key: "DATABASE_URL".to_owned(),
            label: "staging:5432 / app".to_owned(),
            url: "postgresql://app@staging:5432/app".to_owned(),
        }
    }

    #[test]
    fn a_found_address_is_noted_with_the_line_to_add() {
        let mut stage = Stage::one();
        stage.evidence.holders.mentions.push(mention());
        assert_eq!(stage.codes(), ["RD239"]);
        let remedy = stage.only("RD239").remedy.text;
        assert!(
            remedy.ends_with("staging = { url = \"postgresql://app@staging:5432/app\" }"),
            "{remedy}"
        );
    }

    #[test]
    fn one_that_the_configuration_names_is_not() {
        let mut stage = Stage::one();
        stage.evidence.holders.mentions.push(mention());
        stage.environment(environment("staging", place("staging", &[])));
        assert!(stage.codes().is_empty());
    }
}
