//! How the app looks, from flags and the user's settings; what the environment says comes on top
//! where the app starts.

use super::args::{AppChoices, Colour, Global, ThemeArg};
use super::settings;
use crate::error::Failure;
use crate::system::{RealFiles, environment};
use crate::tui::{Colours, Looks, Wishes};

/// Flag, then environment, then the user's own file, then what the terminal says of itself.
pub fn looks(global: &Global, choices: &AppChoices) -> Result<Looks, Failure> {
    let own = settings::user(environment::configuration_folder().as_deref(), &RealFiles)?;
    Ok(Looks {
        wishes: Wishes {
            flag: choices.theme.map(colours),
            is_ascii: choices.ascii,
            own: own.colours,
            own_letters: own.letters,
            no_color: global.color == Colour::Never,
            ..Wishes::default()
        },
        has_mouse: !choices.no_mouse && own.mouse.unwrap_or(true),
        keymap: own.keymap,
    })
}

const fn colours(theme: ThemeArg) -> Colours {
    match theme {
        ThemeArg::Dark => Colours::Dark,
        ThemeArg::Light => Colours::Light,
        ThemeArg::HighContrast => Colours::HighContrast,
        ThemeArg::Sixteen => Colours::Sixteen,
        ThemeArg::None => Colours::None,
    }
}
