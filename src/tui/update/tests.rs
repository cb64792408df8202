use crossterm::event::KeyCode;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::update;
use crate::engine::{Depth, Ended};
use crate::error::{Failure, Kind};
use crate::events::{Event, Item};
use crate::journal::Outcome;
use crate::model::ModuleName;
use crate::tui::fixture::{self, Play};
use crate::tui::keymap::{Action, BINDINGS};
use crate::tui::message::{Ask, Command, Key, Message, Mouse, Proposed};
use crate::tui::model::{Model, Overlay, PageId, Pane, Screen, Wish};
use crate::tui::view;

mod choices;
mod consent;

const SIZE: (u16, u16) = (120, 40);

#[test]
fn the_first_look_runs_nothing_and_the_question_is_asked_once() {
    let mut play = Play::opened(SIZE);
    // What was interrupted is known before any question is asked.
    assert_eq!(play.asked(), [&Ask::Runs, &Ask::Survey(Depth::Static)]);
    let seen = || Box::new(fixture::surveyed(Depth::Static, Vec::new()));
    play.send(Message::Surveyed(Ok(seen())));
    assert_eq!(play.model.overlay, Some(Overlay::Consent));
    assert_eq!(play.commands, [Command::DropTypeAhead]);
    // Typed before the question was there: dropped.
    play.key(KeyCode::Enter);
    assert!(play.asked().is_empty());
    play.send(Message::Armed).key(KeyCode::Enter);
    assert_eq!(play.asked(), [&Ask::Consent, &Ask::Survey(Depth::Full)]);

    let mut agreed = Play::opened(SIZE);
    let mut survey = seen();
    survey.is_agreed = true;
    agreed.send(Message::Surveyed(Ok(survey)));
    assert_eq!(agreed.asked(), [&Ask::Survey(Depth::Full)]);
}

#[test]
fn nothing_is_clear_before_the_databases_were_looked_at() {
    use crate::tui::model::Standing;
    let mut play = Play::opened(SIZE);
    let seen = fixture::surveyed(Depth::Static, Vec::new());
    play.send(Message::Surveyed(Ok(Box::new(seen))));
    for item in [Item::ProductionData, Item::SharedHistory, Item::Lint] {
        assert_eq!(play.model.standing(item), Standing::Waiting, "{item:?}");
    }
    let play = Play::surveyed(SIZE, Vec::new());
    for item in [Item::ProductionData, Item::SharedHistory, Item::Lint] {
        assert_eq!(play.model.standing(item), Standing::Clear, "{item:?}");
    }
}

#[test]
fn the_reset_is_asked_for_after_its_name_was_typed_and_not_before() {
    let mut play = Play::planned(SIZE);
    // The plan is read first.
    play.control('x');
    assert_eq!(play.model.page_id(), PageId::Item(Item::Confirm));
    assert_eq!(play.model.overlay, None);
    play.control('x');
    assert_eq!(play.commands, [Command::DropTypeAhead]);
    play.press("shop").key(KeyCode::Enter);
    assert!(play.asked().is_empty(), "typed ahead");
    play.send(Message::Armed);
    for wrong in ["", "sho", "Shop", "shop "] {
        play.press(wrong).key(KeyCode::Enter);
        assert!(play.asked().is_empty(), "{wrong:?}");
    }
    play.press("shopp")
        .key(KeyCode::Backspace)
        .key(KeyCode::Enter);
    let digest = fixture::plan().digest();
    assert_eq!(play.asked(), [&Ask::Reset(digest)]);
    assert!(!play.is_valid(Action::Quit), "a reset is not left");
    assert!(play.is_valid(Action::Cancel));
}

#[test]
fn a_done_reset_is_looked_at_again_and_cannot_be_confirmed_twice() {
    let mut play = Play::done(SIZE);
    assert_eq!(play.asked(), [&Ask::Runs, &Ask::Survey(Depth::Full)]);
    let seen = fixture::surveyed(Depth::Full, Vec::new());
    play.send(Message::Surveyed(Ok(Box::new(seen))));
    assert!(!play.is_valid(Action::GoOn));
}

/// Shown, read, and written by a key of its own; then everything is looked at again.
#[test]
fn corrections_are_written_after_they_were_shown_and_not_before() {
    let mut play = Play::surveyed(SIZE, fixture::findings());
    play.press("f");
    assert!(play.asked().is_empty(), "no finding is open");
    play.item(Item::Lint).press("f");
    assert_eq!(play.asked(), [&Ask::Propose]);
    play.send(Message::Proposed(Proposed::default()));
    assert_eq!(play.model.overlay, None);
    play.send(Message::Proposed(fixture::proposed()));
    assert_eq!(play.commands, [Command::DropTypeAhead]);
    play.press("w");
    assert!(play.asked().is_empty(), "typed ahead");
    play.send(Message::Armed);
    play.send(Message::Paste("w".to_owned()))
        .press("f")
        .key(KeyCode::Enter);
    assert!(play.asked().is_empty());
    play.press("w");
    assert_eq!(play.asked(), [&Ask::Correct]);
    play.send(Message::Corrected(Ok("written".to_owned())));
    assert_eq!(play.asked(), [&Ask::Survey(Depth::Full)]);
    assert_eq!(play.model.notice.as_deref(), Some("written"));
}

#[test]
fn keys_of_ones_own_are_in_the_footer_and_the_old_ones_do_nothing() {
    use crate::tui::keymap::{Change, Keymap};
    let mut play = Play::surveyed(SIZE, Vec::new());
    let change = Change {
        id: "chain".to_owned(),
        keys: vec!["K".to_owned()],
        line: 1,
    };
    play.model.keymap = Keymap::with(&[change]).unwrap();
    let buttons = crate::tui::layout::buttons(&play.model);
    assert!(buttons.iter().any(|button| button.key == "K"));
    play.press("c");
    assert_eq!(play.model.screen, Screen::Checklist);
    play.press("K");
    assert_eq!(play.model.screen, Screen::Chain(0));
}

#[test]
fn other_choices_make_another_plan() {
    let mut play = Play::planned(SIZE);
    play.press("t");
    assert!(play.model.plan().is_none());
    play.control('x');
    assert!(
        matches!(play.asked()[..], [Ask::Plan(_)]),
        "{:?}",
        play.commands
    );
    assert_eq!(play.model.overlay, None);
}

#[test]
fn an_interrupted_run_is_offered_first_and_its_name_is_typed() {
    for (key, ask) in [
        ("g", Ask::Resume("20261122-1".to_owned())),
        ("b", Ask::Undo("20261122-1".to_owned())),
    ] {
        let mut play = Play::surveyed(SIZE, Vec::new());
        let open = fixture::run("20261122-1", None);
        play.send(Message::Runs(Ok(vec![open])));
        assert!(matches!(play.model.overlay, Some(Overlay::Interrupted(_))));
        play.send(Message::Armed).press(key).send(Message::Armed);
        play.key(KeyCode::Enter);
        assert!(play.asked().is_empty());
        play.press("20261122-1").key(KeyCode::Enter);
        assert_eq!(play.asked(), [&ask]);
    }
}

#[test]
fn a_run_that_stopped_half_way_offers_both_ways_at_once_and_later() {
    let mut play = Play::running(SIZE);
    play.send(Message::Ended(Err(fixture::half_way())));
    play.send(Message::Runs(Ok(vec![fixture::stopped("20261122-1")])));
    assert!(matches!(play.model.overlay, Some(Overlay::Interrupted(_))));
    play.send(Message::Armed).key(KeyCode::Esc);
    let seen = fixture::surveyed(Depth::Full, Vec::new());
    play.send(Message::Surveyed(Ok(Box::new(seen))));
    play.control('x');
    assert!(matches!(play.model.overlay, Some(Overlay::Interrupted(_))));
    play.send(Message::Armed).press("b").send(Message::Armed);
    play.press("20261122-1").key(KeyCode::Enter);
    assert_eq!(play.asked(), [&Ask::Undo("20261122-1".to_owned())]);
}

#[test]
fn the_third_pane_has_keys_of_its_own_and_goes_with_the_room() {
    let mut play = Play::planned((160, 50));
    let baseline = || PageId::Baseline("shop".to_owned());
    play.key(KeyCode::Tab);
    assert_eq!(play.model.pane, Pane::Side);
    play.find("upgrade").key(KeyCode::Enter);
    assert!(!play.model.pages[&baseline()].turned.is_empty(), "it folds");
    assert!(!play.model.is_stale());
    play.key(KeyCode::Esc);
    assert_eq!(play.model.pane, Pane::Page);
    play.find("notes_touch");
    let object = PageId::Object("shop".to_owned(), "trigger notes_touch on notes".to_owned());
    assert_eq!(crate::tui::page::side::id(&play.model), Some(object));
    play.key(KeyCode::Tab);
    play.send(Message::Resize(120, 40));
    assert_eq!(play.model.pane, Pane::Page);
    // The wheel scrolls the pane under it, not the others.
    let mut play = Play::planned((160, 16));
    let before = play.model.pages.get(&play.model.page_id()).cloned();
    play.send(Message::Mouse(Mouse::WheelDown, 150, 5));
    assert!(play.model.pages[&baseline()].cursor.offset > 0);
    assert_eq!(play.model.pages.get(&play.model.page_id()).cloned(), before);
}

#[test]
fn an_undo_is_looked_at_as_soon_as_nothing_else_runs() {
    let mut play = Play::done(SIZE);
    let done = fixture::run("20261122-1", Some(Outcome::Done));
    play.send(Message::Runs(Ok(vec![done])))
        .key(KeyCode::Esc)
        .press("u");
    play.key(KeyCode::Enter);
    assert!(play.asked().is_empty(), "the survey is at work");
    let seen = fixture::surveyed(Depth::Full, Vec::new());
    play.send(Message::Surveyed(Ok(Box::new(seen))));
    assert_eq!(play.asked(), [&Ask::Preview("20261122-1".to_owned())]);
}

#[test]
fn a_ctrl_c_that_comes_too_late_does_not_leave() {
    let mut play = Play::planned(SIZE);
    play.control('c');
    assert!(play.commands.is_empty());
    play.control('c');
    assert_eq!(play.commands, [Command::Quit]);
}

#[test]
fn a_signal_stops_what_runs_before_the_app_ends() {
    let mut play = Play::running(SIZE);
    play.send(Message::Stop);
    assert_eq!(play.commands, [Command::Cancel]);
    let failure = Failure::new(Kind::Cancelled, "everything is as it was before");
    play.send(Message::Ended(Err(failure)));
    assert_eq!(play.commands, [Command::Quit]);
    let mut idle = Play::surveyed(SIZE, Vec::new());
    idle.send(Message::Stop);
    assert_eq!(idle.commands, [Command::Quit]);
}

#[test]
fn a_click_on_the_footer_does_what_its_key_does() {
    let mut play = Play::surveyed(SIZE, Vec::new());
    play.model.reason = crate::tui::model::Reason::Asked;
    let buttons = super::super::layout::buttons(&play.model);
    let button = buttons
        .iter()
        .find(|b| b.action == Action::Rehearse)
        .unwrap();
    let (x, y) = (button.x + button.width - 1, SIZE.1 - 1);
    play.send(Message::Mouse(Mouse::Click, x, y));
    assert!(matches!(play.asked()[..], [Ask::Plan(_)]));
}

#[test]
fn a_click_chooses_a_row_and_the_wheel_scrolls_without_choosing_headings() {
    let mut play = Play::surveyed(SIZE, fixture::findings());
    play.send(Message::Mouse(Mouse::Click, 5, 5));
    assert_eq!(play.model.page_id(), PageId::Item(Item::Lint));
    // The page's first finding unfolds.
    play.send(Message::Mouse(Mouse::Click, 50, 2));
    assert_eq!(play.model.pane, Pane::Page);
    assert!(
        !play.model.pages[&PageId::Item(Item::Lint)]
            .turned
            .is_empty()
    );
    play.send(Message::Mouse(Mouse::WheelDown, 5, 5));
    assert_ne!(play.model.page_id(), PageId::Nothing);
}

#[test]
fn the_cursor_of_the_graph_stands_on_revisions_only() {
    let mut play = Play::surveyed(SIZE, Vec::new());
    play.press("c]");
    let mut seen = Vec::new();
    for _ in 0..6 {
        seen.push(play.model.page_id());
        play.press("j");
    }
    let revisions = [3, 2, 1, 0, 0, 0].map(|at| PageId::Revision(1, at));
    assert_eq!(seen, revisions);
    play.press("k");
    assert_eq!(play.model.page_id(), PageId::Revision(1, 1));
}

#[test]
fn ten_thousand_revisions_answer_a_key_at_once() {
    let mut survey = fixture::surveyed(Depth::Full, Vec::new());
    let folder = std::path::Path::new("/p/shop/alembic/versions");
    let ids: Vec<String> = (0..10_000).map(|n| format!("r{n:05}")).collect();
    let revisions = ids
        .iter()
        .enumerate()
        .map(|(n, id)| {
            let parent = n.checked_sub(1).map(|n| ids[n].as_str());
            crate::rules::stage::revision(id, &parent.into_iter().collect::<Vec<_>>(), folder)
        })
        .collect();
    survey.evidence.modules[0].chain = crate::model::Chain::new(revisions, Vec::new());
    survey.graphs[0] = crate::report::chain::drawing(&survey.evidence.modules[0].chain);
    let mut play = Play::opened(SIZE);
    play.send(Message::Surveyed(Ok(Box::new(survey))))
        .press("cG");
    assert_eq!(play.model.page_id(), PageId::Revision(0, 0));
    play.press("/r00042").key(KeyCode::Enter);
    assert_eq!(play.model.page_id(), PageId::Revision(0, 42));
    play.key(KeyCode::Esc);
    assert_eq!(play.model.matches, None);
    assert_eq!(play.model.screen, Screen::Chain(0));
}

/// A small generator with a seed: the same stream every time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        let sides = u64::try_from(from.len()).unwrap();
        from[usize::try_from(self.roll(sides)).unwrap()]
    }
}

/// What was typed into the dialog, kept by the test's own rules.
#[derive(Default)]
struct Shadow {
    typed: String,
    answers: Vec<String>,
}

impl Shadow {
    fn hear(&mut self, model: &Model, message: &Message) {
        if !matches!(model.overlay, Some(Overlay::Confirm(_))) {
            *self = Self::default();
            return;
        }
        if !model.is_armed {
            return;
        }
        match message {
            Message::Key(Key {
                code: KeyCode::Char(letter),
                control: false,
            }) => self.typed.push(*letter),
            Message::Key(key) if key.code == KeyCode::Backspace => {
                self.typed.pop();
            }
            Message::Key(key) if key.code == KeyCode::Enter => {
                self.answers.push(std::mem::take(&mut self.typed));
            }
            Message::Paste(text) => {
                self.typed
                    .extend(text.chars().filter(|letter| !letter.is_control()));
            }
            _ => {}
        }
    }
}

/// The session, as far as the app can tell.
fn answer(dice: &mut Dice, ask: &Ask) -> Option<Message> {
    let is_good = dice.roll(4) > 0;
    let failure = || {
        let kind = if dice_is_even(is_good) {
            Kind::Bug
        } else {
            Kind::Cancelled
        };
        Failure::new(kind, "no")
    };
    let ended = |id: &str, outcome| {
        let ended = Ended {
            id: id.to_owned(),
            outcome,
            by_hand: vec!["look".to_owned()],
        };
        Message::Ended(if is_good { Ok(ended) } else { Err(failure()) })
    };
    Some(match ask {
        Ask::Survey(depth) if is_good => {
            let findings = if dice.roll(2) == 0 {
                Vec::new()
            } else {
                fixture::findings()
            };
            Message::Surveyed(Ok(Box::new(fixture::surveyed(*depth, findings))))
        }
        Ask::Survey(_) => Message::Surveyed(Err(failure())),
        Ask::Consent => return None,
        Ask::Plan(wish) if is_good => {
            let wish = wish.clone();
            let planned = match dice.roll(5) {
                0 => fixture::lossy(wish),
                1 | 2 => fixture::lacking(wish),
                _ => fixture::planned_for(wish),
            };
            Message::Planned(Ok(Box::new(planned)))
        }
        Ask::Plan(_) => Message::Planned(Err(failure())),
        Ask::Runs => {
            let is_open = dice.roll(3) == 0;
            let runs = vec![
                if is_open {
                    fixture::stopped("20261122-2")
                } else {
                    fixture::run("20261122-2", Some(Outcome::Done))
                },
                fixture::run("20261122-1", Some(Outcome::Done)),
            ];
            Message::Runs(if is_good { Ok(runs) } else { Err(failure()) })
        }
        Ask::Propose => Message::Proposed(if is_good {
            fixture::proposed()
        } else {
            Proposed::default()
        }),
        Ask::Correct => Message::Corrected(if is_good {
            Ok("written".to_owned())
        } else {
            Err(failure())
        }),
        Ask::Preview(id) if is_good => Message::Previewed(Ok(Box::new(fixture::preview(id)))),
        Ask::Preview(_) => Message::Previewed(Err(failure())),
        Ask::Reset(_) => ended("20261122-3", "done"),
        Ask::Undo(id) => ended(id, "undone"),
        Ask::Resume(id) => ended(id, "done"),
    })
}

/// Two kinds of failure, one for each way of looking at it.
const fn dice_is_even(is_good: bool) -> bool {
    is_good
}

fn event(dice: &mut Dice) -> Event {
    let module = ModuleName("shop".to_owned());
    let index = usize::try_from(dice.roll(5)).unwrap();
    match dice.roll(8) {
        0 => Event::ItemStarted {
            item: dice.pick(&Item::ALL),
        },
        1 => Event::ItemFinished {
            item: dice.pick(&Item::ALL),
            summary: "x".to_owned(),
        },
        2 => Event::Phase {
            module,
            phase: dice.pick(&["replay", "build", "cycle", "other"]).to_owned(),
        },
        3 => Event::Revision {
            module,
            revision: "r".to_owned(),
            index,
            total: index / 2,
        },
        4 => Event::Output {
            module,
            line: "line\u{1b}[2J".to_owned(),
        },
        5 => Event::StepsDeclared {
            titles: vec!["a".to_owned(); index],
        },
        6 => Event::StepStarted { index },
        _ => Event::StepFailed {
            index,
            why: "no".to_owned(),
        },
    }
}

fn message(dice: &mut Dice, model: &Model) -> Message {
    let words = ["shop", "20261122-1", "20261122-2", "stock", "x\u{7}y"];
    if super::is_valid(model, Action::GoOn) && model.overlay.is_none() && dice.roll(3) == 0 {
        return Message::Key(Key::control('x'));
    }
    // A form that is open for long keeps everything else out.
    if matches!(model.overlay, Some(Overlay::Choices(_))) && dice.roll(3) == 0 {
        return Message::Key(Key::plain(KeyCode::Enter));
    }
    // So do corrections.
    if matches!(model.overlay, Some(Overlay::Corrections { .. })) && dice.roll(2) == 0 {
        return Message::Key(Key::plain(KeyCode::Esc));
    }
    // Blind letters would hardly ever be the name.
    if let Some(Overlay::Confirm(confirm)) = &model.overlay
        && dice.roll(2) == 0
    {
        let wanted = confirm.words.get(confirm.done);
        return match dice.roll(5) {
            0 => Message::Paste(wanted.map_or(String::new(), |(word, _)| word.clone())),
            1 => Message::Paste(dice.pick(&words).to_owned()),
            2 | 3 => Message::Key(Key::plain(KeyCode::Enter)),
            _ => Message::Key(Key::sign('p')),
        };
    }
    match dice.roll(30) {
        0..12 => {
            let all = u64::try_from(BINDINGS.len()).unwrap();
            let binding = &BINDINGS[usize::try_from(dice.roll(all)).unwrap()];
            Message::Key(dice.pick(binding.keys))
        }
        12..18 => Message::Key(Key::plain(dice.pick(&[
            KeyCode::Enter,
            KeyCode::Esc,
            KeyCode::Backspace,
            KeyCode::Char('g'),
            KeyCode::Char('b'),
            KeyCode::Char('é'),
            KeyCode::Char(' '),
            KeyCode::Up,
            KeyCode::Down,
            KeyCode::Delete,
        ]))),
        18..21 => Message::Key(Key::control('x')),
        21..24 => Message::Paste(dice.pick(&words).to_owned()),
        24 => {
            let side = |dice: &mut Dice, most| u16::try_from(dice.roll(most)).unwrap();
            let large = dice.roll(8) > 0;
            let (x, y) = (side(dice, 240), side(dice, 80));
            if large {
                Message::Resize(x.max(60), y.max(16))
            } else {
                Message::Resize(x, y)
            }
        }
        25..28 => {
            let what = dice.pick(&[Mouse::Click, Mouse::WheelUp, Mouse::WheelDown]);
            let x = u16::try_from(dice.roll(200)).unwrap();
            Message::Mouse(what, x, u16::try_from(dice.roll(60)).unwrap())
        }
        28 => Message::Tick(std::time::Duration::from_millis(dice.roll(100_000))),
        _ => Message::Event(event(dice)),
    }
}

/// The way out that is there on every screen.
fn can_be_left(model: &mut Model, asked: &mut Vec<Ask>) {
    for _ in 0..6 {
        let commands = update(model, Message::Key(Key::plain(KeyCode::Esc)));
        // A question that is left may begin what it asked about; it is answered, too.
        asked.extend(commands.into_iter().filter_map(|command| match command {
            Command::Ask(ask) => Some(ask),
            _ => None,
        }));
    }
    assert_eq!(model.overlay, None);
    assert_eq!((model.screen, model.pane), (Screen::Checklist, Pane::List));
    if model
        .work
        .as_ref()
        .is_some_and(|work| work.task.is_effect())
    {
        return;
    }
    let commands = update(model, Message::Key(Key::sign('q')));
    let is_waiting = model.is_leaving && model.work.is_some();
    assert!(
        commands.contains(&Command::Quit) || is_waiting,
        "{commands:?}"
    );
    model.is_leaving = false;
}

#[test]
fn no_stream_of_messages_panics_or_reaches_an_effect_unconfirmed() {
    let mut dice = Dice(0x2026_1122_5eed);
    let mut play = Play::opened((100, 30));
    let mut asked: Vec<Ask> = play.asked().into_iter().cloned().collect();
    let mut shadow = Shadow::default();
    let (mut effects, mut changed, mut agreed) = (0, 0, 0);
    for step in 0..20_000 {
        let answered = (dice.roll(6) == 0 && !asked.is_empty())
            .then(|| asked.remove(0))
            .and_then(|ask| answer(&mut dice, &ask));
        let is_answer = answered.is_some();
        let message = answered.unwrap_or_else(|| message(&mut dice, &play.model));
        shadow.hear(&play.model, &message);
        let is_enter = matches!(&message, Message::Key(key) if key.code == KeyCode::Enter);
        let was_small = play.model.is_too_small();
        let accepted = play.model.wish.choices.accept_destructive.len();
        let was_read =
            play.model.is_armed && matches!(play.model.overlay, Some(Overlay::Corrections { .. }));
        let commands = update(&mut play.model, message);
        for command in commands {
            let word = match &command {
                Command::Ask(Ask::Reset(digest)) => {
                    // The plan of the present choices, and of no others.
                    let present = fixture::planned_for(play.model.wish.clone());
                    assert_eq!(*digest, present.plan.unwrap().digest());
                    changed += u32::from(play.model.wish != Wish::default());
                    "shop"
                }
                Command::Ask(Ask::Undo(id) | Ask::Resume(id)) => id,
                Command::DropTypeAhead => {
                    if dice.roll(4) > 0 {
                        update(&mut play.model, Message::Armed);
                    }
                    continue;
                }
                // What may be lost is agreed to like that, too.
                Command::Ask(Ask::Plan(wish))
                    if wish.choices.accept_destructive.len() > accepted =>
                {
                    agreed += 1;
                    "shop"
                }
                Command::Ask(ask) => {
                    let is_write = *ask == Ask::Correct;
                    assert!(!is_write || was_read && !was_small, "step {step}");
                    asked.push(ask.clone());
                    continue;
                }
                _ => continue,
            };
            assert!(
                is_enter && !is_answer && !was_small,
                "step {step}: {command:?}"
            );
            assert_eq!(
                shadow.answers.last().map(String::as_str),
                Some(word),
                "step {step}"
            );
            effects += 1;
            if let Command::Ask(ask) = command {
                asked.push(ask);
            }
        }
        play.model.is_leaving = false;
        if step % 50 == 0 {
            let (width, height) = play.model.size;
            let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
            view::draw(&play.model, &mut buffer);
        }
        if step % 400 == 399 {
            can_be_left(&mut play.model, &mut asked);
        }
    }
    assert!(
        effects > 10,
        "only {effects} effects: the stream does not reach what it must test"
    );
    assert!(changed > 0, "no reset with other choices");
    assert!(agreed > 2, "only {agreed} times agreed to what may be lost");
}
