//! What the user changes of the keys, and what cannot be changed. Pure.
//!
//! The settings are a person's own and never a project's (`docs/design/0010-the-app.md`).

use std::collections::BTreeMap;

use super::{Action, BINDINGS, Binding, Scope, binding, name, parse};
use crate::model::text::safe;
use crate::tui::message::Key;

/// Keys that mean the same in every program, and here always.
const FIXED: [Key; 2] = [Key::control('c'), Key::control('z')];

/// Without one of these somebody could not find the way.
const NEEDED: [Action; 5] = [
    Action::Open,
    Action::Back,
    Action::GoOn,
    Action::Help,
    Action::Quit,
];

/// An action and its keys, as they are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The action's name.
    pub id: String,
    /// The names of its keys.
    pub keys: Vec<String>,
    /// The line of the file.
    pub line: usize,
}

/// A change that cannot be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The line of the file.
    pub line: usize,
    /// What is wrong with it.
    pub why: String,
}

/// The keys that are valid: the table's, and the user's in their place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Keymap {
    own: BTreeMap<&'static str, Vec<Key>>,
}

impl Keymap {
    /// The table with these changes.
    ///
    /// # Errors
    /// Every change that cannot be made, with its line.
    pub fn with(changes: &[Change]) -> Result<Self, Vec<Mistake>> {
        let mut keymap = Self::default();
        let mut mistakes = Vec::new();
        for change in changes {
            match read(change) {
                Ok((binding, keys)) => {
                    keymap.own.insert(binding.id, keys);
                }
                Err(why) => mistakes.push(Mistake {
                    line: change.line,
                    why,
                }),
            }
        }
        mistakes.extend(keymap.conflicts(changes));
        mistakes.sort_by_key(|mistake| mistake.line);
        if mistakes.is_empty() {
            Ok(keymap)
        } else {
            Err(mistakes)
        }
    }

    /// The keys of a binding; the first is the one that is shown.
    pub fn keys<'k>(&'k self, binding: &'k Binding) -> &'k [Key] {
        self.own.get(binding.id).map_or(binding.keys, Vec::as_slice)
    }

    /// What a key means in a place.
    pub fn action(&self, key: Key, place: Scope) -> Option<Action> {
        BINDINGS
            .iter()
            .find(|binding| binding.scope.overlaps(place) && self.keys(binding).contains(&key))
            .map(|binding| binding.action)
    }

    /// The key that is shown; none for an action without keys.
    pub fn shown(&self, binding: &Binding) -> Option<String> {
        self.keys(binding).first().map(|key| name(*key))
    }

    /// All keys of a binding, `up k`.
    pub fn names(&self, binding: &Binding) -> String {
        let names: Vec<String> = self.keys(binding).iter().map(|key| name(*key)).collect();
        names.join(" ")
    }

    /// The key of an action, for a sentence.
    pub fn key(&self, action: Action) -> String {
        self.shown(binding(action))
            .unwrap_or_else(|| format!(": {}", binding(action).id))
    }

    /// One key for two actions in one place, where one of them was changed.
    fn conflicts(&self, changes: &[Change]) -> Vec<Mistake> {
        let line = |id: &str| {
            changes
                .iter()
                .find(|change| change.id == id)
                .map(|c| c.line)
        };
        let mut mistakes = Vec::new();
        for (index, one) in BINDINGS.iter().enumerate() {
            for other in BINDINGS[index + 1..]
                .iter()
                .filter(|other| one.scope.overlaps(other.scope))
            {
                let both = self
                    .keys(one)
                    .iter()
                    .find(|key| self.keys(other).contains(key));
                let (Some(key), Some(at)) = (both, line(one.id).max(line(other.id))) else {
                    continue;
                };
                let (new, old) = if line(one.id) == Some(at) {
                    (one, other)
                } else {
                    (other, one)
                };
                let where_old = match line(old.id) {
                    Some(line) => format!("in line {line}"),
                    None => "unless it gets another one".to_owned(),
                };
                mistakes.push(Mistake {
                    line: at,
                    why: format!(
                        "{} is the key of `{}` and, {where_old}, of `{}`",
                        name(*key),
                        new.id,
                        old.id
                    ),
                });
            }
        }
        mistakes
    }
}

/// The binding and the keys that a change names.
fn read(change: &Change) -> Result<(&'static Binding, Vec<Key>), String> {
    let binding = BINDINGS
        .iter()
        .find(|binding| binding.id == change.id)
        .ok_or_else(|| {
            let known: Vec<&str> = BINDINGS.iter().map(|binding| binding.id).collect();
            format!(
                "there is no action `{}`; there are {}",
                safe(&change.id),
                known.join(", ")
            )
        })?;
    let mut keys = Vec::new();
    for text in &change.keys {
        let key = parse(text).ok_or_else(|| {
            format!(
                "there is no key `{}`: keys are letters and signs, f1 to f12, ctrl+LETTER, enter, \
                 esc, tab, shift+tab, space, up, down, left, right, page-up, page-down, home, end",
                safe(text)
            )
        })?;
        if FIXED.contains(&key) && !binding.keys.contains(&key) {
            return Err(format!("{} keeps its meaning", name(key)));
        }
        if binding.action == Action::GoOn && !key.control {
            return Err(format!(
                "`{}` leads to what changes something: it takes a key with ctrl only",
                binding.id
            ));
        }
        keys.push(key);
    }
    if keys.is_empty() && NEEDED.contains(&binding.action) {
        return Err(format!("`{}` needs a key", binding.id));
    }
    Ok((binding, keys))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(changes: &[(&str, &[&str])]) -> Result<Keymap, Vec<Mistake>> {
        let changes: Vec<Change> = changes
            .iter()
            .enumerate()
            .map(|(index, (id, keys))| Change {
                id: (*id).to_owned(),
                keys: keys.iter().map(|key| (*key).to_owned()).collect(),
                line: index + 2,
            })
            .collect();
        Keymap::with(&changes)
    }

    fn why(changes: &[(&str, &[&str])]) -> (usize, String) {
        let mistakes = changed(changes).unwrap_err();
        assert_eq!(mistakes.len(), 1, "{mistakes:?}");
        (mistakes[0].line, mistakes[0].why.clone())
    }

    #[test]
    fn a_change_replaces_the_keys_of_its_action() {
        let keymap = changed(&[("copy", &["Y", "ctrl+y"]), ("past", &[])]).unwrap();
        let copy = keymap.action(Key::sign('Y'), Scope::Chain);
        assert_eq!(copy, Some(Action::Copy));
        assert_eq!(keymap.action(Key::sign('y'), Scope::Chain), None);
        assert_eq!(keymap.action(Key::sign('u'), Scope::Checklist), None);
        assert_eq!(keymap.names(binding(Action::Copy)), "Y ctrl+y");
        assert_eq!(keymap.key(Action::Past), ": past");
    }

    #[test]
    fn keys_can_be_exchanged() {
        let keymap = changed(&[("copy", &["e"]), ("edit", &["y"])]).unwrap();
        let edit = keymap.action(Key::sign('y'), Scope::Past);
        assert_eq!(edit, Some(Action::Edit));
    }

    #[test]
    fn a_conflict_names_both_and_the_later_line() {
        let (line, text) = why(&[("copy", &["e"])]);
        assert_eq!(line, 2);
        assert!(text.contains("`copy`") && text.contains("`edit`"), "{text}");
        let (line, text) = why(&[("copy", &["#"]), ("edit", &["#"])]);
        assert_eq!(line, 3);
        assert!(text.contains("line 2"), "{text}");
        // In places that never meet one key may mean two things.
        assert!(changed(&[("filter", &["c"])]).is_ok());
    }

    #[test]
    fn what_cannot_be_changed() {
        for (changes, expected) in [
            ([("copi", &["y"][..])], "no action `copi`"),
            ([("copy", &["hyper+y"][..])], "no key `hyper+y`"),
            ([("copy", &["ctrl+c"][..])], "keeps its meaning"),
            ([("go-on", &["x"][..])], "ctrl only"),
            ([("quit", &[][..])], "needs a key"),
        ] {
            let (line, text) = why(&changes);
            assert_eq!(line, 2);
            assert!(text.contains(expected), "{text}");
        }
    }
}
