//! RD231 environment-holds-revisions: a configured environment stands at our revisions.

use super::holding::{held, modules_of, owner, seen_rows, waiver};
use super::waivers::agreed;
use crate::rules::finding::{Finding, Severity};
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "RD231",
    name: "environment-holds-revisions",
    family: Family::History,
    severity: Severity::Refuse,
    needs: Needs::World,
    summary: "an environment of the configuration stands at a revision that the reset would take away",
    explanation: Explanation {
        what: "A version table of an environment that `[environments]` names holds a revision of this project's chain.",
        why: "After the reset no file defines that revision: every Alembic command fails there with \"Can't locate revision\", `stamp base` included, and the next deployment stops.",
        example: "```toml\n[environments]\nstaging = { url_env = \"STAGING_URL\" }\n```\n\n```sql\nSELECT version_num FROM alembic_version;  -- on staging: 4f2a, a revision of this chain\n```",
        remedy: "Bring that environment to the same head first and agree on the day with whoever runs it; after the reset `redistill adopt --url URL` brings it over, proven. Then waive the finding, in the file that the team reviews:\n\n```toml\n[[waivers]]\nfinding = \"RD231\"\nmodule = \"api\"\nhead = \"4f2a\"\nreason = \"staging is stamped on the same day, by Ada\"\nuntil = 2026-12-31\n```",
    },
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for environment in &case.evidence.holders.environments {
        let Some(place) = environment.looked.seen() else {
            continue;
        };
        if owner(case, place.identity.as_ref()).is_some() {
            continue;
        }
        for module in modules_of(case, environment) {
            let rows = held(module, place);
            if rows.is_empty() {
                continue;
            }
            let finding = RULE
                .finding(
                    &environment.name,
                    format!(
                        "the environment {} stands at this history: {}",
                        environment.name, place.label
                    ),
                )
                .of(&module.module.name)
                .at(&environment.location)
                .remedy(format!(
                    "agree with whoever runs it to bring it over after the reset (redistill adopt \
                     --url …), and say so in {}",
                    waiver(RULE.code, module)
                ))
                .next(agreed(&RULE));
            findings.push(seen_rows(finding, &place.label, &rows));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use crate::model::ModuleName;
    use crate::rules::stage::{Stage, environment, place};

    #[test]
    fn an_environment_at_our_revision_is_refused() {
        let mut stage = Stage::with(&["shop", "stock"]);
        stage.environment(environment("staging", place("staging", &["shop_1"])));
        assert_eq!(stage.codes(), ["RD231"]);
        let finding = stage.only("RD231");
        assert!(finding.evidence[0].contains("row of public.alembic_version in staging"));
        assert!(
            finding.remedy.text.contains("head = \"shop_2\""),
            "{finding:?}"
        );
    }

    #[test]
    fn an_empty_one_a_stranger_and_one_for_another_module_are_not() {
        let mut stage = Stage::with(&["shop", "stock"]);
        stage.environment(environment("empty", place("empty", &[])));
        stage.environment(environment("other", place("other", &["77aa"])));
        let mut stock = environment("stock", place("stock", &["shop_1"]));
        stock.modules = vec![ModuleName("stock".to_owned())];
        stage.environment(stock);
        assert!(stage.codes().is_empty());
    }

    #[test]
    fn the_modules_own_database_is_no_other_holder() {
        let mut stage = Stage::one();
        let mut own = place("own", &["shop_2"]);
        own.identity = Some(stage.database().identity.clone());
        stage.environment(environment("local", own));
        assert_eq!(stage.codes(), ["RD238"]);
    }
}
