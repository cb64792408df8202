//! Colours, symbols, foreign names, and the pictures of the documentation.

use crossterm::event::KeyCode;
use ratatui::style::Color;

use super::states::states;
use super::{LARGE, drawn, text};
use crate::engine::Depth;
use crate::events::Item;
use crate::tui::fixture::{self, Play};
use crate::tui::message::Message;
use crate::tui::model::{Model, Outline};
use crate::tui::theme::{Colours, Letters, Theme};

#[test]
fn risk_has_its_colour_and_its_word() {
    let theme = fixture::THEME;
    let bad = theme.style(crate::tui::theme::Tone::Bad).fg;
    let mut play = Play::surveyed(LARGE, fixture::findings());
    play.item(Item::SharedHistory);
    let buffer = drawn(&play.model);
    let at = |wanted: &str| {
        (0..buffer.area.height)
            .find_map(|y| {
                let row: String = (0..buffer.area.width)
                    .map(|x| buffer[(x, y)].symbol())
                    .collect();
                let byte = row.find(wanted)?;
                Some((u16::try_from(row[..byte].chars().count()).unwrap(), y))
            })
            .unwrap()
    };
    for wanted in ["✗ refused", "✗ RD201"] {
        assert_eq!(Some(buffer[at(wanted)].fg), bad, "{wanted}");
    }
}

#[test]
fn what_is_lost_carried_or_old_has_the_colour_of_its_box() {
    use crate::tui::theme::Tone;
    let colour = |tone| fixture::THEME.style(tone).fg.unwrap();
    let seen = |play: &Play, wanted: &str| {
        let buffer = drawn(&play.model);
        let place = (0..buffer.area.height).find_map(|y| {
            let symbols: Vec<&str> = (0..buffer.area.width)
                .map(|x| buffer[(x, y)].symbol())
                .collect();
            let wide: Vec<String> = wanted.chars().map(String::from).collect();
            let x = symbols.windows(wide.len()).position(|part| part == wide)?;
            Some((u16::try_from(x).unwrap(), y))
        });
        buffer[place.unwrap_or_else(|| panic!("{wanted}: {}", text(&play.model)))].fg
    };
    let mut play = Play::lossy(LARGE);
    for (wanted, tone) in [
        ("[!]", Tone::Bad),
        ("[x]", Tone::Good),
        ("[ ]", Tone::Caution),
        ("lost  1", Tone::Bad),
        ("✗ shop", Tone::Bad),
    ] {
        assert_eq!(seen(&play, wanted), colour(tone), "{wanted}");
    }
    play.find("ix_payload").press(" ");
    assert_eq!(seen(&play, "! Older than"), colour(Tone::Caution));
    let mut play = Play::planned(LARGE);
    play.control('x').find("Drop").key(KeyCode::Enter);
    assert_eq!(seen(&play, "DROP TABLE"), colour(Tone::Bad));
    assert_eq!(seen(&play, "LOCK TABLE"), colour(Tone::Keyword));
}

#[test]
fn without_colour_and_in_ascii_the_same_is_said() {
    let mut play = Play::surveyed(LARGE, fixture::findings());
    play.item(Item::SharedHistory);
    play.model.theme = Theme {
        colours: Colours::None,
        letters: Letters::Ascii,
    };
    let buffer = drawn(&play.model);
    assert!(
        buffer
            .content()
            .iter()
            .all(|cell| cell.fg == Color::Reset && cell.bg == Color::Reset)
    );
    let text = text(&play.model);
    assert!(text.is_ascii(), "{text}");
    assert!(
        text.contains("x refused") && text.contains("x RD201"),
        "{text}"
    );
}

#[test]
fn hostile_names_draw_no_control_character() {
    let hostile = "a\u{1b}[2J\u{202e}\u{9b}31m\nb\u{7}";
    let mut findings = fixture::findings();
    for finding in &mut findings {
        hostile.clone_into(&mut finding.message);
        hostile.clone_into(&mut finding.subject);
        finding.evidence.push(hostile.to_owned());
        hostile.clone_into(&mut finding.remedy.text);
        finding.remedy.command = Some(hostile.to_owned());
    }
    let mut survey = fixture::surveyed(Depth::Full, findings);
    for seen in &mut survey.evidence.modules {
        hostile.clone_into(&mut seen.module.name.0);
        for revision in &mut seen.chain.revisions {
            hostile.clone_into(&mut revision.message);
        }
        if let crate::evidence::Observed::Seen(database) = &mut seen.database {
            hostile.clone_into(&mut database.label);
            hostile.clone_into(&mut database.role);
        }
    }
    let modules = survey.evidence.modules.iter();
    survey.outlines = modules.map(|seen| Outline::of(&seen.chain)).collect();
    let mut play = Play::opened(LARGE);
    play.model.root = format!("/home/{hostile}").into();
    play.send(Message::Surveyed(Ok(Box::new(survey))));
    for item in Item::ALL {
        play.item(item).key(KeyCode::Enter);
        check(&play.model);
        play.key(KeyCode::Esc);
    }
    play.press("c");
    check(&play.model);
}

fn check(model: &Model) {
    for cell in drawn(model).content() {
        let symbol = cell.symbol();
        assert_eq!(crate::model::text::safe(symbol), symbol, "{symbol:?}");
    }
}

/// `REDISTILL_PICTURES=write` renews them.
#[test]
fn the_pictures_of_the_documentation_are_what_the_app_draws() {
    use crate::system::{ReadFiles as _, RealFiles, WriteFiles as _, environment};
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/pictures");
    let size = (110, 30);
    let states = states(size);
    for (name, title) in [
        ("refused", "the checklist, and why the reset is refused"),
        ("rehearsing", "a rehearsal on scratch databases"),
        (
            "compared",
            "what the baseline carries, with both definitions",
        ),
        ("plan", "the plan, every effect in order"),
        ("confirming", "the typed confirmation over the plan"),
    ] {
        let (_, play) = states.iter().find(|(state, _)| *state == name).unwrap();
        let svg = crate::tui::svg(&drawn(&play.model), title);
        let path = folder.join(format!("app-{name}.svg"));
        if environment::variable("REDISTILL_PICTURES").as_deref() == Some("write") {
            RealFiles.create_folder(&folder, 0o755).unwrap();
            RealFiles.replace(&path, svg.as_bytes(), 0o644).unwrap();
        }
        assert!(
            RealFiles
                .read(&path)
                .is_ok_and(|there| there == svg.as_bytes()),
            "{name} is not as the app draws it; REDISTILL_PICTURES=write renews it"
        );
    }
}
