//! The one list of rules.

use super::rule::Rule;
use super::{environment, history, message, production, project, schema};

/// All rules, by code.
pub fn registry() -> &'static [&'static Rule] {
    RULES
}

/// The rule with this code or name; letters in either case.
pub fn find(code_or_name: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|rule| {
        rule.code.eq_ignore_ascii_case(code_or_name) || rule.name.eq_ignore_ascii_case(code_or_name)
    })
}

static RULES: &[&Rule] = &[
    &production::marker::RULE,
    &production::standby::RULE,
    &production::comment::RULE,
    &production::name::RULE,
    &production::replica::RULE,
    &production::subscription::RULE,
    &production::archiving::RULE,
    &production::managed::RULE,
    &production::unidentified::RULE,
    &production::publication::RULE,
    &production::unseen::RULE,
    &production::pooler::RULE,
    &production::data::RULE,
    &production::hidden_data::RULE,
    &production::other_sessions::RULE,
    &production::pooled::RULE,
    &history::shared::RULE,
    &history::pushed::RULE,
    &history::shallow::RULE,
    &history::no_repository::RULE,
    &history::uncommitted::RULE,
    &history::git_unavailable::RULE,
    &history::live_revision::RULE,
    &history::foreign_row::RULE,
    &history::neighbour_row::RULE,
    &history::other_table::RULE,
    &history::hanging::RULE,
    &history::fetch_age::RULE,
    &history::unfetched::RULE,
    &history::differing::RULE,
    &history::environment_holds::RULE,
    &history::environment_unseen::RULE,
    &history::database_holds::RULE,
    &history::test_database_holds::RULE,
    &history::database_unseen::RULE,
    &history::version_table_unread::RULE,
    &history::environment_password::RULE,
    &history::environment_own::RULE,
    &history::mention::RULE,
    &history::namesake::RULE,
    &history::waiver_expired::RULE,
    &history::waiver_mismatch::RULE,
    &history::waiver_uncommitted::RULE,
    &history::waiver_refused::RULE,
    &schema::foreign_key_type::MISMATCH,
    &schema::enum_left_behind::RULE,
    &schema::shared_version_table::RULE,
    &schema::shared_include_name::RULE,
    &schema::neighbour_tables::RULE,
    &schema::cross_module_key::RULE,
    &schema::foreign_key_type::DIFFERENCE,
    &schema::enum_labels::LABELS,
    &schema::enum_labels::ORDER,
    &schema::enum_without_column::RULE,
    &schema::enum_in_two_modules::RULE,
    &schema::enum_not_created::RULE,
    &schema::enum_plugin::RULE,
    &schema::table_without_model::RULE,
    &schema::unnamed_constraint::MODELS,
    &schema::long_identifier::RULE,
    &schema::circular_keys::RULE,
    &schema::chain_without_tables::EMPTY,
    &schema::chain_without_tables::OUTSIDE,
    &schema::unknown_table_dropped::RULE,
    &schema::unnamed_constraint::DROPPED,
    &environment::url_missing::RULE,
    &environment::async_url::RULE,
    &environment::url_after_run::RULE,
    &environment::password_in_ini::RULE,
    &environment::bare_percent::RULE,
    &environment::override_ignored::RULE,
    &environment::offline_url::RULE,
    &message::form::RULE,
    &message::unknown_type::RULE,
    &message::understated::RULE,
    &message::empty::RULE,
    &project::unreadable::RULE,
    &project::duplicate_id::RULE,
    &project::missing_parent::RULE,
    &project::cycle::RULE,
    &project::interpreter::RULE,
    &project::disagreement::RULE,
    &project::several_heads::RULE,
    &project::env_not_run::RULE,
    &project::duplicate_label::RULE,
    &project::hardcoded::SECRET,
    &project::hardcoded::ADDRESS,
    &project::hardcoded::PATH,
    &project::id_too_long::RULE,
    &project::irreversible::IRREVERSIBLE,
    &project::irreversible::EMPTY,
    &project::missing_import::RULE,
    &project::application_import::RULE,
    &project::reads_file::RULE,
    &project::other_tool::RULE,
    &project::faulty_alembic::RULE,
    &project::parent_replaced::RULE,
    &project::quoted_id::RULE,
    &project::versions_folder::LINKED,
    &project::versions_folder::SHARED,
    &project::own_tests::RULE,
    &project::out_of_reach::RULE,
    &project::suppression_malformed::RULE,
    &project::suppression_forbidden::RULE,
    &project::suppression_unused::RULE,
];

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn codes_and_names_are_unique_well_formed_and_in_order() {
        let codes: Vec<_> = registry().iter().map(|rule| rule.code).collect();
        assert!(codes.is_sorted(), "{codes:?}");
        assert_eq!(codes.iter().collect::<HashSet<_>>().len(), codes.len());
        let names: HashSet<_> = registry().iter().map(|rule| rule.name).collect();
        assert_eq!(names.len(), codes.len());
        for rule in registry() {
            assert!(
                rule.code.len() == 5 && rule.code.starts_with("RD"),
                "{}",
                rule.code
            );
            assert!(rule.code[2..].bytes().all(|byte| byte.is_ascii_digit()));
            assert_eq!(
                rule.code.chars().nth(2),
                Some(rule.family.digit()),
                "{}",
                rule.code
            );
            assert!(
                rule.name
                    .split('-')
                    .all(|word| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase())),
                "{}",
                rule.name
            );
        }
    }

    #[test]
    fn every_rule_is_documented() {
        for rule in registry() {
            for text in [
                rule.summary,
                rule.explanation.what,
                rule.explanation.why,
                rule.explanation.example,
                rule.explanation.remedy,
            ] {
                assert!(text.trim().len() > 10, "{}: {text:?}", rule.code);
            }
            assert!(!rule.summary.ends_with('.'), "{}", rule.code);
        }
    }

    #[test]
    fn rules_are_found_by_code_and_by_name() {
        assert_eq!(find("rd302").unwrap().name, "enum-left-behind");
        assert_eq!(find("enum-left-behind").unwrap().code, "RD302");
        assert!(find("RD999").is_none());
    }
}
