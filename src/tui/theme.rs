//! Colours and symbols. Whatever a colour says, a symbol or a word beside it says, too.
//!
//! The terminal's own background stays; a theme only chooses what is written on it.

use std::borrow::Cow;

use ratatui::style::{Color, Modifier, Style};

use super::model::Standing;

/// A set of colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colours {
    /// For dark backgrounds.
    Dark,
    /// For light backgrounds.
    Light,
    /// The strongest differences.
    HighContrast,
    /// The terminal's own sixteen.
    Sixteen,
    /// None: bold, dim and reversed only.
    None,
}

/// Which characters may be drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Letters {
    /// All.
    Unicode,
    /// The first 128.
    Ascii,
}

/// How the app looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Theme {
    /// The colours.
    pub colours: Colours,
    /// The symbols.
    pub letters: Letters,
}

/// What a piece of text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Ordinary.
    Plain,
    /// Emphasised.
    Strong,
    /// There for completeness.
    Faint,
    /// Well.
    Good,
    /// Worth a look.
    Caution,
    /// It stops here.
    Bad,
    /// What one can act on: keys, commands.
    Accent,
    /// The line that one is on.
    Selected,
    /// In source: a word of the language.
    Keyword,
    /// In source: a string or a number.
    Literal,
}

impl Colours {
    /// All, by the names that settings use.
    pub const NAMED: [(&'static str, Self); 5] = [
        ("dark", Self::Dark),
        ("light", Self::Light),
        ("high-contrast", Self::HighContrast),
        ("16", Self::Sixteen),
        ("none", Self::None),
    ];

    /// The one with this name.
    pub fn named(name: &str) -> Option<Self> {
        let found = Self::NAMED.iter().find(|(known, _)| *known == name);
        found.map(|(_, colours)| *colours)
    }
}

/// What flags, environment and the user's settings say, for [`Theme::choose`].
#[derive(Clone, Debug, Default)]
pub struct Wishes {
    /// `--theme`.
    pub flag: Option<Colours>,
    /// Whether `--ascii` is given.
    pub is_ascii: bool,
    /// `theme` of the user's settings.
    pub own: Option<Colours>,
    /// `symbols` of the user's settings.
    pub own_letters: Option<Letters>,
    /// `REDISTILL_THEME`.
    pub theme: Option<String>,
    /// Whether `NO_COLOR` is set, or `--color never` given.
    pub no_color: bool,
    /// `COLORTERM`.
    pub colorterm: Option<String>,
    /// The first of `LC_ALL`, `LC_CTYPE`, `LANG` that is set.
    pub locale: Option<String>,
}

impl Theme {
    /// The theme that fits: flag, then environment, then the user's settings, then what the
    /// terminal says of itself. `REDISTILL_THEME` may name colours and, separated by commas,
    /// `ascii` or `unicode` beside them.
    pub fn choose(wishes: &Wishes) -> Self {
        let named: Vec<&str> = wishes
            .theme
            .iter()
            .flat_map(|theme| theme.split(','))
            .map(str::trim)
            .collect();
        let is_utf8 = wishes.locale.as_deref().is_none_or(|locale| {
            let locale = locale.to_ascii_lowercase();
            locale.contains("utf-8") || locale.contains("utf8")
        });
        let guessed = if is_utf8 {
            Letters::Unicode
        } else {
            Letters::Ascii
        };
        let letters = match &named[..] {
            _ if wishes.is_ascii => Letters::Ascii,
            named if named.contains(&"ascii") => Letters::Ascii,
            named if named.contains(&"unicode") => Letters::Unicode,
            _ => wishes.own_letters.unwrap_or(guessed),
        };
        let has_all_colours = wishes
            .colorterm
            .as_deref()
            .is_some_and(|value| value == "truecolor" || value == "24bit");
        let colours = named.iter().find_map(|name| Colours::named(name));
        let colours = match (wishes.flag, colours.or(wishes.own)) {
            (Some(colours), _) => colours,
            _ if wishes.no_color => Colours::None,
            (None, Some(colours)) => colours,
            (None, None) if has_all_colours => Colours::Dark,
            (None, None) => Colours::Sixteen,
        };
        Self { colours, letters }
    }

    /// The style of a tone.
    pub fn style(self, tone: Tone) -> Style {
        let style = Style::new();
        match tone {
            Tone::Plain => style,
            Tone::Strong => style.add_modifier(Modifier::BOLD),
            Tone::Selected => self.selected(),
            Tone::Faint => match self.faint() {
                Some(colour) => style.fg(colour),
                None => style.add_modifier(Modifier::DIM),
            },
            Tone::Good | Tone::Accent | Tone::Caution => self.coloured(tone),
            Tone::Keyword | Tone::Literal => self.of_source(tone),
            Tone::Bad => self.coloured(tone).add_modifier(Modifier::BOLD),
        }
    }

    fn coloured(self, tone: Tone) -> Style {
        let colour = match (self.colours, tone) {
            (Colours::None, Tone::Accent) => return Style::new().add_modifier(Modifier::BOLD),
            (Colours::None, _) => return Style::new(),
            (Colours::Dark, Tone::Good) => Color::Rgb(126, 200, 128),
            (Colours::Dark, Tone::Caution) => Color::Rgb(229, 192, 90),
            (Colours::Dark, Tone::Bad) => Color::Rgb(242, 104, 104),
            (Colours::Dark, _) => Color::Rgb(122, 176, 255),
            (Colours::Light, Tone::Good) => Color::Rgb(20, 112, 40),
            (Colours::Light, Tone::Caution) => Color::Rgb(138, 88, 0),
            (Colours::Light, Tone::Bad) => Color::Rgb(184, 20, 28),
            (Colours::Light, _) => Color::Rgb(20, 82, 190),
            (Colours::HighContrast, Tone::Good) => Color::LightGreen,
            (Colours::HighContrast, Tone::Caution) => Color::LightYellow,
            (Colours::HighContrast, Tone::Bad) => Color::LightRed,
            (Colours::HighContrast, _) => Color::LightCyan,
            (Colours::Sixteen, Tone::Good) => Color::Green,
            (Colours::Sixteen, Tone::Caution) => Color::Yellow,
            (Colours::Sixteen, Tone::Bad) => Color::Red,
            (Colours::Sixteen, _) => Color::Cyan,
        };
        Style::new().fg(colour)
    }

    /// Source keeps away from the colours that say how something stands.
    fn of_source(self, tone: Tone) -> Style {
        let colour = match (self.colours, tone) {
            (Colours::None, Tone::Keyword) => return Style::new().add_modifier(Modifier::BOLD),
            (Colours::None, _) => return Style::new(),
            (Colours::Dark, Tone::Keyword) => Color::Rgb(198, 160, 246),
            (Colours::Dark, _) => Color::Rgb(214, 178, 146),
            (Colours::Light, Tone::Keyword) => Color::Rgb(112, 48, 160),
            (Colours::Light, _) => Color::Rgb(132, 76, 24),
            (Colours::HighContrast, Tone::Keyword) => Color::LightMagenta,
            (Colours::HighContrast, _) => Color::LightBlue,
            (Colours::Sixteen, Tone::Keyword) => Color::Magenta,
            (Colours::Sixteen, _) => Color::Blue,
        };
        Style::new().fg(colour)
    }

    fn faint(self) -> Option<Color> {
        match self.colours {
            Colours::Dark => Some(Color::Rgb(134, 141, 156)),
            Colours::Light => Some(Color::Rgb(98, 104, 116)),
            Colours::HighContrast => Some(Color::White),
            Colours::Sixteen | Colours::None => None,
        }
    }

    fn selected(self) -> Style {
        match self.colours {
            Colours::Dark => Style::new().bg(Color::Rgb(44, 52, 70)),
            Colours::Light => Style::new().bg(Color::Rgb(216, 226, 244)),
            Colours::HighContrast | Colours::Sixteen | Colours::None => {
                Style::new().add_modifier(Modifier::REVERSED)
            }
        }
    }

    /// The tone in which a standing is drawn.
    pub const fn tone(standing: Standing) -> Tone {
        match standing {
            Standing::Waiting | Standing::Undone => Tone::Faint,
            Standing::Running => Tone::Accent,
            Standing::Clear | Standing::Done => Tone::Good,
            Standing::Caution => Tone::Caution,
            Standing::Refused | Standing::Failed => Tone::Bad,
        }
    }

    /// The symbol of a standing.
    pub const fn mark(self, standing: Standing) -> &'static str {
        match (self.letters, standing) {
            (Letters::Unicode, Standing::Waiting) => "–",
            (Letters::Unicode, Standing::Running) => "◐",
            (Letters::Unicode, Standing::Clear | Standing::Done) => "✓",
            (Letters::Unicode, Standing::Refused | Standing::Failed) => "✗",
            (Letters::Unicode, Standing::Undone) => "↶",
            (_, Standing::Caution) => "!",
            (Letters::Ascii, Standing::Waiting) => "-",
            (Letters::Ascii, Standing::Running) => "*",
            (Letters::Ascii, Standing::Clear | Standing::Done) => "+",
            (Letters::Ascii, Standing::Refused | Standing::Failed) => "x",
            (Letters::Ascii, Standing::Undone) => "<",
        }
    }

    /// redistill's own words in the letters that may be drawn.
    pub fn worded(self, text: &str) -> Cow<'_, str> {
        super::text::worded(self.letters, text)
    }

    /// One of two texts.
    pub const fn letters(self, unicode: &'static str, ascii: &'static str) -> &'static str {
        match self.letters {
            Letters::Unicode => unicode,
            Letters::Ascii => ascii,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(theme: &str, no_color: bool, colorterm: &str, locale: &str) -> (Colours, Letters) {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let theme = Theme::choose(&Wishes {
            theme: some(theme),
            no_color,
            colorterm: some(colorterm),
            locale: some(locale),
            ..Wishes::default()
        });
        (theme.colours, theme.letters)
    }

    /// Flag, then environment, then settings.
    #[test]
    fn the_nearer_wish_wins() {
        let mut wishes = Wishes {
            own: Some(Colours::Light),
            own_letters: Some(Letters::Ascii),
            locale: Some("C.UTF-8".to_owned()),
            ..Wishes::default()
        };
        let chosen = |wishes: &Wishes| {
            let theme = Theme::choose(wishes);
            (theme.colours, theme.letters)
        };
        assert_eq!(chosen(&wishes), (Colours::Light, Letters::Ascii));
        wishes.theme = Some("dark,unicode".to_owned());
        assert_eq!(chosen(&wishes), (Colours::Dark, Letters::Unicode));
        wishes.no_color = true;
        assert_eq!(chosen(&wishes), (Colours::None, Letters::Unicode));
        wishes.flag = Some(Colours::HighContrast);
        wishes.is_ascii = true;
        assert_eq!(chosen(&wishes), (Colours::HighContrast, Letters::Ascii));
    }

    #[test]
    fn the_environment_chooses() {
        use Colours::{Dark, HighContrast, Light, None, Sixteen};
        use Letters::{Ascii, Unicode};
        assert_eq!(chosen("", false, "", "en_GB.UTF-8"), (Sixteen, Unicode));
        assert_eq!(chosen("", false, "truecolor", ""), (Dark, Unicode));
        assert_eq!(chosen("", true, "truecolor", "C.utf8"), (None, Unicode));
        assert_eq!(chosen("light", true, "", ""), (None, Unicode));
        assert_eq!(chosen("light,ascii", false, "", ""), (Light, Ascii));
        assert_eq!(
            chosen("high-contrast", false, "", "C"),
            (HighContrast, Ascii)
        );
    }

    #[test]
    fn without_colour_nothing_is_coloured() {
        let theme = Theme {
            colours: Colours::None,
            letters: Letters::Unicode,
        };
        for tone in [
            Tone::Plain,
            Tone::Strong,
            Tone::Faint,
            Tone::Good,
            Tone::Caution,
            Tone::Bad,
            Tone::Accent,
            Tone::Selected,
            Tone::Keyword,
            Tone::Literal,
        ] {
            let style = theme.style(tone);
            assert_eq!((style.fg, style.bg), (None, None), "{tone:?}");
        }
    }
}
