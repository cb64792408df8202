use crossterm::event::KeyCode;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Color;

use super::draw;
use crate::engine::Depth;
use crate::error::Failure;
use crate::events::Item;
use crate::journal::Outcome;
use crate::tui::fixture::{self, Play};
use crate::tui::message::{Ask, Message, Source};
use crate::tui::model::{Model, Overlay};
use crate::tui::theme::{Colours, Letters, Theme};

const SMALL: (u16, u16) = (80, 24);
const LARGE: (u16, u16) = (120, 40);
const WIDE: (u16, u16) = (160, 50);

fn drawn(model: &Model) -> Buffer {
    let mut buffer = Buffer::empty(Rect::new(0, 0, model.size.0, model.size.1));
    draw(model, &mut buffer);
    buffer
}

/// The screen as text, a line a row.
fn text(model: &Model) -> String {
    let buffer = drawn(model);
    let mut text = String::new();
    for y in 0..buffer.area.height {
        let mut row = String::new();
        let mut x = 0;
        while x < buffer.area.width {
            let symbol = buffer[(x, y)].symbol();
            row.push_str(symbol);
            x += u16::try_from(crate::tui::text::width(symbol).max(1)).unwrap();
        }
        text.push_str(row.trim_end());
        text.push('\n');
    }
    text
}

/// Every screen in every state, at both sizes.
#[test]
fn every_screen_in_every_state() {
    for (size, name) in [(SMALL, "80x24"), (LARGE, "120x40")] {
        for (state, play) in states(size) {
            insta::assert_snapshot!(format!("{state}_{name}"), text(&play.model));
        }
    }
}

/// What the third pane of a wide screen shows, page by page.
#[test]
fn the_third_pane_of_a_wide_screen() {
    let wanted = [
        "surveyed",
        "refused",
        "rehearsing",
        "rehearsed",
        "compared",
        "lossy",
        "plan",
        "confirming",
    ];
    for (state, play) in states(WIDE) {
        if wanted.contains(&state) {
            insta::assert_snapshot!(format!("{state}_160x50"), text(&play.model));
        }
    }
}

#[test]
fn every_state_is_drawn_at_every_size() {
    for size in [
        (60, 16),
        (99, 17),
        (100, 16),
        (159, 24),
        (160, 16),
        (200, 60),
        (500, 200),
    ] {
        for (state, mut play) in states(size) {
            let shown = text(&play.model);
            assert!(shown.contains("redistill"), "{state} at {size:?}");
            assert_eq!(shown.lines().count(), usize::from(size.1));
            play.key(KeyCode::Esc).key(KeyCode::Tab).press("jG");
            text(&play.model);
        }
    }
}

fn states(size: (u16, u16)) -> Vec<(&'static str, Play)> {
    let mut states = until_the_plan(size);
    states.extend(from_the_plan(size));
    states
}

fn until_the_plan(size: (u16, u16)) -> Vec<(&'static str, Play)> {
    let mut states = vec![("opened", Play::opened(size))];
    let mut add = |name, play| states.push((name, play));

    let mut play = Play::opened(size);
    play.send(Message::Surveyed(Ok(Box::new(fixture::surveyed(
        Depth::Static,
        Vec::new(),
    )))));
    play.send(Message::Armed);
    add("consent", play);

    let mut play = Play::opened(size);
    play.send(Message::Surveyed(Err(Failure::usage("nothing found")
        .with_hint(
            "point at another folder: redistill --project PATH check",
        ))));
    play.item(Item::Survey);
    add("nothing_found", play);

    let mut play = Play::surveyed(size, Vec::new());
    add("surveyed", Play::surveyed(size, fixture::findings()));
    play.item(Item::Survey);
    add("survey", play);

    let mut play = Play::surveyed(size, fixture::findings());
    play.item(Item::SharedHistory);
    add("refused", play);

    let mut play = Play::surveyed(size, fixture::findings());
    play.item(Item::Lint).key(KeyCode::Enter);
    add("finding", play);

    let mut play = Play::surveyed(size, Vec::new());
    fixture::rehearse(&mut play);
    add("rehearsing", play);

    let mut play = Play::surveyed(size, Vec::new());
    play.rehearse();
    play.send(Message::Planned(Err(fixture::failure())));
    add("rehearsal_failed", play);

    add("rehearsed", Play::planned(size));
    let mut play = Play::planned(size);
    play.find("notes_touch").key(KeyCode::Enter);
    add("compared", play);
    let mut play = Play::planned(size);
    play.find("baseline").key(KeyCode::Enter);
    add("baseline", play);
    let mut play = Play::lossy(size);
    play.find("title").key(KeyCode::Enter);
    add("lossy", play);
    let mut play = Play::planned(size);
    play.find("touch()").press(" ");
    add("choices_changed", play);
    let mut play = Play::surveyed(size, Vec::new());
    play.press("pforty fixes");
    add("choices", play);
    let mut play = Play::surveyed(size, Vec::new());
    play.model.wish.choices.accept_destructive = vec!["shop".to_owned()];
    play.press("s").item(Item::Rehearse);
    play.press("so").key(KeyCode::Up);
    play.key(KeyCode::Up).key(KeyCode::Up).key(KeyCode::Up);
    play.key(KeyCode::Up).key(KeyCode::Right);
    add("choices_all", play);
    let mut play = Play::surveyed(size, Vec::new());
    play.press("o").key(KeyCode::Up).key(KeyCode::Up);
    play.press("a-b").key(KeyCode::Enter);
    add("choices_wrong", play);
    states
}

fn from_the_plan(size: (u16, u16)) -> Vec<(&'static str, Play)> {
    let mut states = Vec::new();
    let mut add = |name, play| states.push((name, play));

    let mut play = Play::planned(size);
    play.control('x').press("j").key(KeyCode::Enter);
    add("plan", play);

    let mut play = Play::confirming(size);
    play.press("sh");
    add("confirming", play);

    let mut play = Play::lacking(size);
    play.control('x');
    add("may_lose", play);
    let mut play = Play::lacking(size);
    play.control('x').control('x').send(Message::Armed);
    play.press("sho");
    add("agreeing", play);
    let mut play = Play::lacking(size);
    play.control('x').control('x').send(Message::Armed);
    play.press("shop").key(KeyCode::Enter);
    let wish = play.model.wish.clone();
    play.send(Message::Planned(Ok(Box::new(fixture::planned_for(wish)))));
    play.control('x');
    add("agreed", play);

    let mut play = Play::confirming(size);
    play.press("stock").key(KeyCode::Enter);
    add("wrong_name", play);

    add("running", Play::running(size));
    add("done", Play::done(size));

    let mut play = Play::running(size);
    play.send(Message::Ended(Err(fixture::failure())));
    add("failed", play);

    let mut play = Play::running(size);
    play.send(Message::Ended(Err(fixture::half_way())));
    play.send(Message::Runs(Ok(vec![fixture::stopped("20261122-1")])));
    play.send(Message::Armed);
    add("half_way", play);

    let mut play = Play::running(size);
    play.send(Message::Ended(Err(fixture::half_way())));
    play.send(Message::Runs(Ok(vec![fixture::stopped("20261122-1")])));
    play.send(Message::Armed).key(KeyCode::Esc);
    add("half_way_report", play);

    add("chain", chain(size));
    let mut play = chain(size);
    play.press("/b2").key(KeyCode::Enter);
    add("chain_filtered", play);
    let mut play = chain(size);
    play.key(KeyCode::Enter);
    let path = "/p/stock/alembic/versions/m4.py".into();
    let source = "def upgrade():\n    op.drop_table(\"x\")  # gone\n";
    let path: std::path::PathBuf = path;
    let does = crate::report::operations::does(&path, source);
    let text = source.to_owned();
    play.send(Message::Source(path, Ok(Source { text, does })));
    add("revision", play);

    let mut play = Play::surveyed(size, fixture::findings());
    play.item(Item::Lint).press("f");
    play.send(Message::Proposed(fixture::proposed()));
    play.send(Message::Armed);
    add("corrections", play);

    add("no_past", past(size, Vec::new()));
    let done = || fixture::run("20261122-1", Some(Outcome::Done));
    add("past", past(size, vec![done()]));
    let mut play = past(size, vec![done()]);
    play.key(KeyCode::Enter);
    play.send(Message::Previewed(Ok(Box::new(fixture::preview(
        "20261122-1",
    )))));
    add("undo_preview", play);

    let mut play = Play::opened(size);
    play.send(Message::Runs(Ok(vec![fixture::stopped("20261122-1")])));
    play.send(Message::Armed);
    add("interrupted", play);

    let mut play = past(size, vec![fixture::stopped("20261122-1")]);
    play.key(KeyCode::Tab);
    add("interrupted_run", play);

    let mut play = Play::surveyed(size, Vec::new());
    play.press("?");
    add("help", play);
    let mut play = Play::surveyed(size, Vec::new());
    play.press(":").press("reh");
    add("palette", play);
    states
}

fn chain(size: (u16, u16)) -> Play {
    let mut play = Play::surveyed(size, Vec::new());
    play.press("c]");
    play
}

fn past(size: (u16, u16), runs: Vec<crate::journal::Run>) -> Play {
    let mut play = Play::surveyed(size, Vec::new());
    play.send(Message::Runs(Ok(Vec::new())));
    play.press("u");
    play.send(Message::Runs(Ok(runs)));
    play
}

/// Fifty databases leave the question in sight, and the one that is asked for.
#[test]
fn the_question_is_in_sight_however_many_names_there_are() {
    for size in [(60, 16), SMALL, LARGE] {
        let mut play = Play::confirming(size);
        if let Some(Overlay::Confirm(confirm)) = &mut play.model.overlay {
            let word = |n| {
                (
                    format!("tenant_{n}"),
                    format!("localhost:5432 / tenant_{n}"),
                )
            };
            confirm.words = (1..=50).map(word).collect();
        }
        for n in 1..=50 {
            let shown = text(&play.model);
            assert!(shown.contains(&format!("{n} of 50:")), "{size:?}\n{shown}");
            assert!(
                shown.contains(&format!("› localhost:5432 / tenant_{n}")),
                "{size:?}\n{shown}"
            );
            assert!(shown.contains("enter answer"), "{size:?}\n{shown}");
            play.press(&format!("tenant_{n}")).key(KeyCode::Enter);
        }
    }
}

#[test]
fn a_small_terminal_says_so_and_confirms_nothing() {
    let mut play = Play::confirming((59, 15));
    assert!(text(&play.model).contains("59 × 15 is too small"));
    for letter in "shop\n".chars() {
        let code = if letter == '\n' {
            KeyCode::Enter
        } else {
            KeyCode::Char(letter)
        };
        play.key(code);
        let asked = play.asked();
        assert!(!asked.iter().any(|ask| matches!(ask, Ask::Reset(_))));
        assert_eq!(play.model.overlay, None);
    }
    let play = Play::planned((1, 1));
    text(&play.model);
    text(&Play::planned((0, 0)).model);
}

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
    survey.graphs = survey
        .evidence
        .modules
        .iter()
        .map(|seen| crate::report::chain::drawing(&seen.chain))
        .collect();
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

#[test]
fn the_database_is_named_in_full_where_everything_else_is_cut() {
    let mut survey = fixture::surveyed(Depth::Full, Vec::new());
    let label = "db.internal.example.org:5432 / artstore_storage_element_01";
    for seen in &mut survey.evidence.modules {
        if let crate::evidence::Observed::Seen(database) = &mut seen.database {
            label.clone_into(&mut database.label);
        }
    }
    let mut play = Play::opened((80, 24));
    play.model.root = "/home/ada/a_project_with_quite_a_long_name_indeed".into();
    play.send(Message::Surveyed(Ok(Box::new(survey))));
    let text = text(&play.model);
    let header = text.lines().next().unwrap();
    assert!(header.contains(label), "{header}");
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
