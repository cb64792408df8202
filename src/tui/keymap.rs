//! The one table of keys: footer, help, palette and `update` read it, with what the user changed.
//!
//! Two bindings of one scope with one key would be a mistake: in the table a test finds it, in the
//! user's settings [`Keymap::with`] does.
//!
//! ```text
//! names    keys as they are written and shown     own    what the user changes, and what cannot be
//! ```

mod names;
mod own;

use crossterm::event::KeyCode;

pub use names::{name, parse};
pub use own::{Change, Keymap, Mistake};

use super::message::Key;

/// What a key does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// A line up.
    Up,
    /// A line down.
    Down,
    /// A page up.
    PageUp,
    /// A page down.
    PageDown,
    /// To the first line.
    First,
    /// To the last line.
    Last,
    /// To the part before.
    PartBefore,
    /// To the part after.
    PartAfter,
    /// Open, fold, unfold.
    Open,
    /// Back the way one came.
    Back,
    /// The other pane.
    Switch,
    /// Let env.py be run.
    Agree,
    /// Rehearse and plan.
    Rehearse,
    /// Another source of the baseline.
    Source,
    /// Another strategy for the live database.
    Strategy,
    /// All choices of the plan.
    Choose,
    /// Carry the object, or leave it out.
    Toggle,
    /// Correct what needs no judgement.
    Fix,
    /// To the typed confirmation.
    GoOn,
    /// Stop what runs.
    Cancel,
    /// The revision graph.
    Chain,
    /// Past resets.
    Past,
    /// Survey again.
    Recheck,
    /// Filter the list.
    Filter,
    /// Copy the next command.
    Copy,
    /// Open the place in the editor.
    Edit,
    /// All keys.
    Help,
    /// All that can be done now.
    Palette,
    /// Stop like a job of the shell.
    Suspend,
    /// Leave.
    Quit,
}

/// Where a binding is valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// On every screen.
    Everywhere,
    /// On the checklist.
    Checklist,
    /// On the revision graph.
    Chain,
    /// On the list of past resets.
    Past,
}

impl Scope {
    /// Whether one place can belong to both.
    pub fn overlaps(self, other: Self) -> bool {
        self == other || self == Self::Everywhere || other == Self::Everywhere
    }
}

/// A line of the table.
#[derive(Debug)]
pub struct Binding {
    /// What it does.
    pub action: Action,
    /// Its name for configuration and tests.
    pub id: &'static str,
    /// The keys; the first is the one that is shown.
    pub keys: &'static [Key],
    /// Where.
    pub scope: Scope,
    /// In the footer; none where the footer does not show it.
    pub short: Option<&'static str>,
    /// In help and palette.
    pub words: &'static str,
}

const fn code(code: KeyCode) -> Key {
    Key::plain(code)
}

macro_rules! bindings {
    ($($action:ident $id:literal $scope:ident [$($key:expr),+] $short:expr, $words:literal;)+) => {
        &[$(Binding {
            action: Action::$action,
            id: $id,
            keys: &[$($key),+],
            scope: Scope::$scope,
            short: $short,
            words: $words,
        }),+]
    };
}

/// The table. In the footer the order is this one.
pub static BINDINGS: &[Binding] = bindings![
    Open "open" Everywhere [code(KeyCode::Enter), code(KeyCode::Right)] Some("open"), "open, fold or unfold what the cursor is on";
    Agree "agree" Checklist [Key::sign('a')] Some("look deeper"), "let env.py be run, and look at the databases";
    Rehearse "rehearse" Checklist [Key::sign('p')] Some("rehearse"), "rehearse on scratch databases and make the plan";
    Toggle "toggle" Checklist [Key::sign(' ')] Some("tick"), "carry the object into the baseline, or leave it out";
    Choose "choose" Checklist [Key::sign('o')] Some("choices"), "choose source, strategy, reason, modules and the rest";
    Source "source" Checklist [Key::sign('s')] None, "take the other source of the baseline: chain or models";
    Strategy "strategy" Checklist [Key::sign('t')] None, "take the next strategy: keep, recreate or unversioned";
    Fix "fix" Checklist [Key::sign('f')] Some("correct"), "show the corrections that need no judgement, to write";
    GoOn "go-on" Everywhere [Key::control('x')] Some("confirm"), "go on to the typed confirmation";
    Cancel "cancel" Everywhere [Key::control('c')] Some("cancel"), "stop what runs; nothing stays behind";
    Copy "copy" Everywhere [Key::sign('y')] Some("copy"), "copy the command, SQL, text or place to the clipboard";
    Edit "edit" Everywhere [Key::sign('e')] Some("edit"), "open the place in $VISUAL or $EDITOR";
    Recheck "recheck" Everywhere [Key::sign('r')] Some("re-check"), "look at everything again";
    Chain "chain" Checklist [Key::sign('c')] Some("chain"), "the revision graph";
    Past "past" Checklist [Key::sign('u')] Some("past resets"), "past resets, and taking one back";
    Filter "filter" Chain [Key::sign('/')] Some("filter"), "show only revisions with these letters";
    PartBefore "part-before" Everywhere [Key::sign('[')] None, "to the part or module before";
    PartAfter "part-after" Everywhere [Key::sign(']')] None, "to the part or module after";
    Switch "switch" Everywhere [code(KeyCode::Tab), code(KeyCode::BackTab)] Some("other pane"), "to the other pane";
    Up "up" Everywhere [code(KeyCode::Up), Key::sign('k')] None, "a line up";
    Down "down" Everywhere [code(KeyCode::Down), Key::sign('j')] None, "a line down";
    PageUp "page-up" Everywhere [code(KeyCode::PageUp), Key::control('b')] None, "a page up";
    PageDown "page-down" Everywhere [code(KeyCode::PageDown), Key::control('f')] None, "a page down";
    First "first" Everywhere [code(KeyCode::Home), Key::sign('g')] None, "to the first line";
    Last "last" Everywhere [code(KeyCode::End), Key::sign('G')] None, "to the last line";
    Back "back" Everywhere [code(KeyCode::Esc), code(KeyCode::Left)] Some("back"), "back the way you came; never leaves the app";
    Palette "palette" Everywhere [Key::sign(':'), Key::control('p')] None, "everything that can be done now";
    Help "help" Everywhere [Key::sign('?'), code(KeyCode::F(1))] Some("help"), "all keys";
    Suspend "suspend" Everywhere [Key::control('z')] None, "stop like a job of the shell; `fg` comes back";
    Quit "quit" Everywhere [Key::sign('q')] Some("quit"), "leave";
];

/// The binding of an action.
///
/// # Panics
/// Never: a test holds that every action stands in the table.
pub fn binding(action: Action) -> &'static Binding {
    BINDINGS
        .iter()
        .find(|binding| binding.action == action)
        .expect("every action stands in the table")
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_key_means_two_things_in_one_place() {
        for (index, one) in BINDINGS.iter().enumerate() {
            for other in &BINDINGS[index + 1..] {
                if one.scope.overlaps(other.scope) {
                    let both: Vec<_> = one.keys.iter().filter(|k| other.keys.contains(k)).collect();
                    assert!(both.is_empty(), "{} and {}: {both:?}", one.id, other.id);
                }
            }
        }
    }

    #[test]
    fn every_action_stands_once_with_words() {
        let ids: HashSet<_> = BINDINGS.iter().map(|binding| binding.id).collect();
        let actions: HashSet<_> = BINDINGS.iter().map(|binding| binding.action).collect();
        assert_eq!(ids.len(), BINDINGS.len());
        assert_eq!(actions.len(), BINDINGS.len());
        // Whole in the help of a terminal of 80 columns, beside the keys.
        let fits = |binding: &Binding| (1..=54).contains(&binding.words.len());
        for binding in BINDINGS {
            assert!(fits(binding), "{}", binding.words);
        }
    }

    #[test]
    fn nothing_that_goes_on_to_an_effect_has_a_plain_letter() {
        for key in binding(Action::GoOn).keys {
            assert!(key.control, "{key:?}");
        }
    }

    /// Keys as they are written in settings.
    #[test]
    fn the_guide_lists_every_action_with_its_keys() {
        let guide = include_str!("../../docs/guide/configuration.md");
        for binding in BINDINGS {
            let keys: Vec<String> = binding
                .keys
                .iter()
                .map(|key| format!("`{}`", name(*key).to_lowercase().replace("page ", "page-")))
                .collect();
            let keys = match binding.action {
                Action::Last => "`end` `G`".to_owned(),
                _ => keys.join(" "),
            };
            let line = format!("| `{}` | {keys} | {} |", binding.id, binding.words);
            assert!(guide.contains(&line), "the guide lacks:\n{line}");
        }
    }

    #[test]
    fn keys_have_names() {
        let keymap = Keymap::default();
        assert_eq!(keymap.names(binding(Action::GoOn)), "ctrl+x");
        assert_eq!(keymap.names(binding(Action::Help)), "? F1");
        assert_eq!(keymap.action(Key::sign('/'), Scope::Checklist), None);
        let found = keymap.action(Key::sign('/'), Scope::Chain);
        assert_eq!(found, Some(Action::Filter));
    }
}
