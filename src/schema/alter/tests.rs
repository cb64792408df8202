//! The order of changes, and what they may lose; that they work is shown on real databases.

use super::super::Catalog;
use super::super::testing::{key, object};
use super::{alter, wholes, within};

/// A table with one column of this type, and a view on it.
fn notes(kind: &str) -> Catalog {
    let needs = "column\u{1f}public\u{1f}notes\u{1f}title";
    let view = "CREATE VIEW public.titles AS\n SELECT title FROM public.notes";
    let objects = [
        (
            key("table", "", "notes"),
            object(&[("present", "yes")], None),
        ),
        (
            key("column", "notes", "title"),
            object(
                &[("type", kind), ("not null", "no"), ("position", "1")],
                None,
            ),
        ),
        (
            key("view", "", "titles"),
            object(
                &[("definition", "SELECT title"), ("~needs", needs)],
                Some(view),
            ),
        ),
    ];
    Catalog {
        objects: objects.into_iter().collect(),
    }
}

#[test]
fn a_view_makes_way_for_its_column_and_comes_back() {
    let found = alter(&notes("text"), &notes("character varying(20)"));
    assert!(found.cannot.is_empty(), "{:?}", found.cannot);
    let code: Vec<&str> = found
        .changes
        .iter()
        .map(|change| change.up.as_str())
        .collect();
    assert_eq!(code.len(), 3, "{code:?}");
    assert!(code[0].contains("DROP VIEW public.titles"), "{code:?}");
    // No cast in words: it would cut off what does not fit.
    assert!(code[1].contains("TYPE character varying(20)"), "{code:?}");
    assert!(!code[1].contains("USING"), "{code:?}");
    assert!(found.changes[1].loses.is_some());
    assert!(code[2].contains("CREATE VIEW public.titles"), "{code:?}");
    let back = alter(&notes("character varying(20)"), &notes("text"));
    assert!(back.changes.iter().all(|change| change.loses.is_none()));
}

#[test]
fn equal_catalogs_need_nothing_and_others_objects_are_no_concern() {
    let mut live = notes("text");
    live.objects.insert(
        key("table", "", "others"),
        object(&[("present", "yes")], None),
    );
    let own = within(&live, &wholes(&notes("text")));
    assert_eq!(own, notes("text"));
    assert!(alter(&own, &notes("text")).changes.is_empty());
}

#[test]
fn a_column_that_goes_is_guarded_in_an_undo() {
    let mut more = notes("text");
    more.objects.insert(
        key("column", "notes", "extra"),
        object(
            &[
                ("type", "text"),
                ("not null", "no"),
                ("default", "'x'::text"),
                ("position", "2"),
            ],
            None,
        ),
    );
    let found = alter(&more, &notes("text"));
    let [change] = &found.changes[..] else {
        panic!("{:?}", found.changes);
    };
    assert_eq!(change.loses.as_deref(), Some("the values of notes.extra"));
    let guard = change.guard.as_deref().unwrap();
    assert!(
        guard.contains("extra::text IS DISTINCT FROM ('x'::text)::text::text"),
        "{guard}"
    );
}
