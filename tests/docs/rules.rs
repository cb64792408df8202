//! `docs/reference/rules.md`: every rule's page, as `redistill explain CODE` prints it.

use std::fmt::Write as _;

use redistill::report::explain;
use redistill::rules::registry;

use super::{is_up_to_date, printed};

const HEAD: &str = "# Rules\n\nWhat `redistill check` can find, as `redistill explain CODE` prints it. `refuse` stands in \
     the way of a reset, `warn` and `note` do not.\n\n<!-- generated from src/rules -->\n";

#[test]
fn the_rules_are_up_to_date() {
    let mut text = format!("{HEAD}\n| code | name | severity | finds |\n|---|---|---|---|\n");
    for rule in registry() {
        let (code, name) = (rule.code, rule.name);
        let summary = rule.summary.replace('|', "\\|");
        let severity = rule.severity.word();
        writeln!(
            text,
            "| [{code}](#{}-{name}) | {name} | {severity} | {summary} |",
            code.to_lowercase()
        )
        .unwrap();
    }
    for rule in registry() {
        let page = explain(rule.code).unwrap();
        text.push('\n');
        for line in page.lines() {
            // One level below this page's own title.
            let is_title = line.starts_with("# ") || line.starts_with("## ");
            writeln!(text, "{}{line}", if is_title { "#" } else { "" }).unwrap();
        }
    }
    is_up_to_date("rules.md", &text);
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
