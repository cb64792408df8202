//! Help and palette: the keymap's table, filtered. Pure.

use super::keymap::{BINDINGS, Binding, Scope};
use super::model::{Model, Screen};
use super::update::Now;

/// The rows of help (what this screen knows) or palette (what is valid now).
pub fn rows(model: &Model, is_palette: bool, filter: &str) -> Vec<&'static Binding> {
    let place = match model.screen {
        Screen::Checklist => Scope::Checklist,
        Screen::Chain(_) => Scope::Chain,
        Screen::Past => Scope::Past,
    };
    let now = Now::of(model);
    let wanted = filter.to_lowercase();
    BINDINGS
        .iter()
        .filter(|binding| binding.scope.overlaps(place))
        .filter(|binding| !is_palette || now.is_valid(binding.action))
        .filter(|binding| {
            let text = format!(
                "{} {} {}",
                model.keymap.names(binding),
                binding.id,
                binding.words
            );
            text.to_lowercase().contains(&wanted)
        })
        .collect()
}
