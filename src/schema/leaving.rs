//! Leaving objects out: what a choice names, what would fall with it, and what was meant by a name
//! that nothing has. Called by the rehearsal; pure.

use std::collections::BTreeSet;

use super::{Catalog, Object, ObjectKey, is_left_out};

/// How many names are offered for one that nothing has.
const OFFERED: usize = 3;

/// How many letters a name may be away.
const FARTHEST: usize = 3;

/// What stands on something that is left out without being left out itself: the dependant, and what
/// it needs. What falls with a dependant is among them.
pub fn falls_with(a: &Catalog, leave_out: &[String]) -> Vec<(ObjectKey, ObjectKey)> {
    let mut gone: BTreeSet<ObjectKey> = BTreeSet::new();
    for key in a.objects.keys().filter(|key| is_left_out(key, leave_out)) {
        take(a, key, &mut gone);
    }
    let mut falls = Vec::new();
    loop {
        let next = a.objects.iter().find_map(|(key, object)| {
            let need = (!gone.contains(key)).then(|| missing(a, object, &gone))??;
            Some((key.clone(), need))
        });
        let Some((key, need)) = next else {
            return falls;
        };
        take(a, &key, &mut gone);
        falls.push((key, need));
    }
}

/// The choices and, by name, all that belongs to what they name: of a table its columns, keys,
/// indexes, sequences and rows. All of it is named with its schema.
pub fn with_parts(a: &Catalog, leave_out: &[String]) -> Vec<String> {
    let mut gone = BTreeSet::new();
    for key in a.objects.keys().filter(|key| is_left_out(key, leave_out)) {
        take(a, key, &mut gone);
    }
    let mut all = leave_out.to_vec();
    for key in gone {
        match key.kind.as_str() {
            "table" => all.push(about("rows", &key)),
            "sequence" => all.push(about("value of sequence", &key)),
            _ => {}
        }
        all.push(key.qualified());
    }
    all
}

fn about(kind: &str, key: &ObjectKey) -> String {
    let key = ObjectKey {
        kind: kind.to_owned(),
        ..key.clone()
    };
    key.qualified()
}

/// The object and, by name, all that belongs to it.
pub fn parts(a: &Catalog, key: &ObjectKey) -> BTreeSet<ObjectKey> {
    let mut all = BTreeSet::new();
    take(a, key, &mut all);
    all
}

/// Takes an object with all that belongs to it.
fn take(a: &Catalog, key: &ObjectKey, gone: &mut BTreeSet<ObjectKey>) {
    gone.insert(key.clone());
    if !key.table.is_empty() {
        return;
    }
    let is_relation = a.relation(&key.schema, &key.name).as_ref() == Some(key);
    if is_relation {
        gone.extend(a.parts_of(key).map(|(part, _)| part.clone()));
        let owned = a.objects.keys().filter(|sequence| {
            sequence.kind == "sequence" && a.owner_of(sequence).is_some_and(|(o, _)| o == *key)
        });
        gone.extend(owned.cloned());
    }
}

/// Something that the object needs and that is gone.
fn missing(a: &Catalog, object: &Object, gone: &BTreeSet<ObjectKey>) -> Option<ObjectKey> {
    object.needs().into_iter().find_map(|need| {
        // A column goes with its table, and that is what to say.
        let behind = (!need.table.is_empty())
            .then(|| a.relation(&need.schema, &need.table))
            .flatten();
        [behind, Some(need)]
            .into_iter()
            .flatten()
            .find(|need| gone.contains(need))
    })
}

/// Whether a choice names any of these objects.
pub fn names_any<'a>(choice: &String, keys: impl IntoIterator<Item = &'a ObjectKey>) -> bool {
    let choice = std::slice::from_ref(choice);
    keys.into_iter().any(|key| is_left_out(key, choice))
}

/// The objects whose names are the nearest to one that nothing has, the nearest first; none where
/// all are far away.
pub fn near(choice: &str, keys: &BTreeSet<ObjectKey>) -> Vec<String> {
    let wanted = choice.to_lowercase();
    let name_of = |text: &str| {
        let name = text.split_once(' ').map_or(text, |(_, name)| name);
        name.to_owned()
    };
    let mut found: Vec<(usize, String)> = keys
        .iter()
        .filter(|key| key.kind != "column")
        .filter_map(|key| {
            let shown = key.to_string();
            let bare = key
                .name
                .split('(')
                .next()
                .unwrap_or_default()
                .to_lowercase();
            // The name alone may be right, and the kind wrong or left away.
            let own = strsim::levenshtein(&name_of(&wanted), &bare)
                .min(strsim::levenshtein(&wanted, &bare))
                + 1;
            let is_part = bare.len() > 2 && wanted.contains(&bare);
            let far = strsim::levenshtein(&wanted, &shown.to_lowercase())
                .min(own)
                .min(if is_part { 2 } else { usize::MAX });
            (far <= FARTHEST).then_some((far, shown))
        })
        .collect();
    found.sort();
    found
        .into_iter()
        .map(|(_, name)| name)
        .take(OFFERED)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::testing::key;

    fn shop() -> Catalog {
        let objects: &[(ObjectKey, &[ObjectKey])] = &[
            (key("table", "", "notes"), &[]),
            (key("column", "notes", "id"), &[]),
            (
                key("trigger", "notes", "notes_touch"),
                &[key("table", "", "notes"), key("function", "", "touch()")],
            ),
            (key("function", "", "touch()"), &[]),
            (key("view", "", "titles"), &[key("column", "notes", "id")]),
            (
                key("view", "", "first_titles"),
                &[key("view", "", "titles")],
            ),
        ];
        let object = |needs: &[ObjectKey]| {
            let lines: Vec<String> = needs
                .iter()
                .map(|n| [&*n.kind, &n.schema, &n.table, &n.name].join("\u{1f}"))
                .collect();
            let mut object = Object::default();
            let needs = lines.join("\n");
            object.attributes.insert("~needs".to_owned(), needs);
            object
        };
        Catalog {
            objects: objects
                .iter()
                .map(|(key, needs)| (key.clone(), object(needs)))
                .collect(),
        }
    }

    fn falls(leave_out: &[&str]) -> Vec<String> {
        let leave_out: Vec<String> = leave_out.iter().map(|&one| one.to_owned()).collect();
        falls_with(&shop(), &leave_out)
            .iter()
            .map(|(key, need)| format!("{key} needs {need}"))
            .collect()
    }

    #[test]
    fn what_stands_on_it_falls_with_it() {
        assert_eq!(
            falls(&["function touch()"]),
            ["trigger notes_touch on notes needs function touch()"]
        );
        assert_eq!(
            falls(&["table notes"]),
            [
                "view titles needs table notes",
                "view first_titles needs view titles"
            ]
        );
        let all = ["function touch()", "trigger notes_touch on notes"];
        assert_eq!(falls(&all), [""; 0]);
        assert_eq!(falls(&["view first_titles"]), [""; 0]);
    }

    #[test]
    fn a_table_of_the_same_name_elsewhere_stays() {
        let mut catalog = shop();
        let here = [key("table", "", "notes"), key("column", "notes", "id")];
        let elsewhere = here.map(|key| ObjectKey {
            schema: "billing".to_owned(),
            ..key
        });
        let objects = elsewhere.iter().map(|key| (key.clone(), Object::default()));
        catalog.objects.extend(objects);
        let rows = |schema: &str| ObjectKey {
            schema: schema.to_owned(),
            ..key("rows", "", "notes")
        };
        for choice in ["table public.notes", "table notes"] {
            let all = with_parts(&catalog, &[choice.to_owned()]);
            assert!(is_left_out(&rows("public"), &all), "{all:?}");
            assert!(is_left_out(&key("column", "notes", "id"), &all), "{all:?}");
            for other in elsewhere.iter().chain([&rows("billing")]) {
                assert!(!is_left_out(other, &all), "{other}: {all:?}");
            }
        }
        let all = with_parts(&catalog, &["table billing.notes".to_owned()]);
        assert!(is_left_out(&rows("billing"), &all), "{all:?}");
        assert!(is_left_out(&elsewhere[1], &all), "{all:?}");
        assert!(!is_left_out(&rows("public"), &all), "{all:?}");
    }

    #[test]
    fn a_column_of_a_table_is_none_of_a_schema() {
        let other = ObjectKey {
            schema: "notes".to_owned(),
            ..key("column", "words", "id")
        };
        assert!(!is_left_out(&other, &["column notes.id".to_owned()]));
    }

    #[test]
    fn a_wrong_name_gives_the_near_ones() {
        let keys: BTreeSet<ObjectKey> = shop().objects.into_keys().collect();
        assert_eq!(near("view title", &keys)[0], "view titles");
        assert_eq!(near("touch", &keys)[0], "function touch()");
        assert_eq!(
            near("trigger notes_touch", &keys)[0],
            "trigger notes_touch on notes"
        );
        assert_eq!(near("materialized view quarterly_figures", &keys), [""; 0]);
    }
}
