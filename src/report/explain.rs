//! One rule, explained: what `redistill explain CODE` prints, and the help in SARIF.

use crate::rules::{Rule, find, forbidden};

/// The documentation of the rule with this code or name, as Markdown; none if there is no such rule.
pub fn explain(code_or_name: &str) -> Option<String> {
    find(code_or_name).map(markdown)
}

/// A rule's page.
pub(super) fn markdown(rule: &Rule) -> String {
    let page = &rule.explanation;
    let aside = match forbidden(rule, rule.severity) {
        None => String::new(),
        Some(why) => format!(" It cannot be set aside: {why}."),
    };
    format!(
        "# {} {}\n\n{}. Severity: {}.{aside}\n\n## What it finds\n\n{}\n\n## Why it matters\n\n{}\n\n\
         ## Example\n\n{}\n\n## What to do\n\n{}\n",
        rule.code,
        rule.name,
        sentence(rule.summary),
        rule.severity.word(),
        page.what,
        page.why,
        page.example,
        page.remedy
    )
}

/// A fragment with a capital letter.
pub(super) fn sentence(fragment: &str) -> String {
    let mut letters = fragment.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_all_parts() {
        let page = explain("rd302").unwrap();
        assert!(page.starts_with("# RD302 enum-left-behind\n\nAn ENUM type is created"));
        assert!(page.contains("checkfirst=True"));
        assert!(!page.contains("set aside"));
        assert!(
            explain("RD101")
                .unwrap()
                .contains("It cannot be set aside: it speaks of")
        );
        assert_eq!(explain("RD302"), explain("enum-left-behind"));
        assert_eq!(explain("RD000"), None);
    }
}
