//! `docs/reference/rules.md` and a page a rule below `docs/reference/rules/`, as
//! `redistill explain CODE` prints it.

use std::fmt::Write as _;

use redistill::report::explain;
use redistill::rules::registry;

use super::{RENEW, is_renewing, is_up_to_date, printed};
use crate::support::repository;

const HEAD: &str = "# Rules\n\nWhat `redistill check` can find; `redistill explain CODE` prints the same pages. `refuse` stands in \
     the way of a reset, `warn` and `note` do not. How a finding is set aside stands in \
     [configuration](../guide/configuration.md#setting-findings-aside).\n\n<!-- generated from src/rules -->\n";

/// What the first digit of a code says.
const FAMILIES: [&str; 6] = [
    "Production data",
    "Shared history and the version table",
    "Tables, keys, types",
    "env.py and the database URL",
    "Messages of revisions",
    "The project, its files and its chain",
];

#[test]
fn the_rules_are_up_to_date() {
    let mut text = HEAD.to_owned();
    let mut family = None;
    for rule in registry() {
        if family != Some(rule.family) {
            family = Some(rule.family);
            let digit = rule.family.digit().to_digit(10).unwrap();
            let title = FAMILIES[usize::try_from(digit).unwrap() - 1];
            writeln!(text, "\n## RD{digit}xx {title}\n").unwrap();
            text.push_str("| code | name | severity | finds |\n|---|---|---|---|\n");
        }
        let (code, name) = (rule.code, rule.name);
        let summary = rule.summary.replace('|', "\\|");
        let severity = rule.severity.word();
        writeln!(
            text,
            "| [{code}](rules/{code}.md) | {name} | {severity} | {summary} |"
        )
        .unwrap();
    }
    is_up_to_date("rules.md", &text);
}

#[test]
fn every_rule_has_its_page_and_no_page_is_left_over() {
    let folder = repository("docs/reference/rules");
    std::fs::create_dir_all(&folder).unwrap();
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let code = path.file_stem().unwrap().to_str().unwrap();
        if registry().iter().any(|rule| rule.code == code) {
            continue;
        }
        if is_renewing() {
            std::fs::remove_file(&path).unwrap();
        } else {
            panic!("{code} is no rule any more; renew the pages: {RENEW}");
        }
    }
    for rule in registry() {
        let page = explain(rule.code).unwrap();
        is_up_to_date(&format!("rules/{}.md", rule.code), &page);
    }
}

#[test]
fn every_rule_is_explained_by_code_and_by_name() {
    for rule in registry() {
        let page = printed(&["explain", rule.code]);
        assert!(
            page.starts_with(&format!("# {} {}\n", rule.code, rule.name)),
            "{page}"
        );
        assert_eq!(Some(page), explain(rule.name));
    }
}
