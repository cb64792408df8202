//! Streams of messages by a generator: nothing panics, and no effect leaves unconfirmed.

use crossterm::event::KeyCode;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::super::{is_valid, update};
use crate::engine::Ended;
use crate::error::{Failure, Kind};
use crate::events::{Event, Item};
use crate::journal::Outcome;
use crate::model::ModuleName;
use crate::tui::fixture::{self, Play};
use crate::tui::keymap::{Action, BINDINGS};
use crate::tui::message::{Ask, Command, Key, Message, Mouse, Proposed};
use crate::tui::model::{Model, Overlay, Pane, Screen, Wish};
use crate::tui::view;

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
            is_untested: false,
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
    if is_valid(model, Action::GoOn) && model.overlay.is_none() && dice.roll(3) == 0 {
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
