//! The questions of the guided run in words. Pure; `script` says when each is asked.

use super::question::{Choice, Kind, Question};
use super::script::{Checked, Named};
use crate::model::text::safe;
use crate::rules::Verdict;

fn one(
    text: impl Into<String>,
    help: &'static str,
    choices: &[(&'static str, &'static str)],
) -> Question {
    Question {
        text: text.into(),
        help,
        kind: Kind::One(
            choices
                .iter()
                .map(|(word, meaning)| Choice { word, meaning })
                .collect(),
        ),
    }
}

fn text(text: impl Into<String>, help: &'static str) -> Question {
    Question {
        text: text.into(),
        help,
        kind: Kind::Text,
    }
}

fn yes_or_no(text: impl Into<String>, help: &'static str, by_default: bool) -> Question {
    Question {
        text: text.into(),
        help,
        kind: Kind::YesNo(by_default),
    }
}

pub(super) fn half_way() -> Question {
    one(
        "A run stopped half-way. What now?",
        "Its journal knows what was done. Going on finishes it, taking back undoes what was done; \
         both can be stopped and begun again, and both ask for the run's name first.",
        &[
            ("show", "what was done, and what each way would do"),
            ("resume", "go on and finish it"),
            ("undo", "take back what was done"),
            ("leave", "leave it as it is"),
        ],
    )
}

pub(super) fn consent() -> Question {
    yes_or_no(
        "The survey runs env.py and the revisions of this project, led to scratch databases. Run \
         them?",
        "env.py is code of the project. It is run by the project's own interpreter; every \
         connection that it opens is led to an empty scratch database. Your own databases are only \
         read. Asked once for this folder.",
        true,
    )
}

/// What can be done with what the check found; first what most would do.
pub(super) fn checked(checked: &Checked) -> Question {
    let (text, help) = match checked.verdict {
        Some(Verdict::Clear) => ("Nothing stands in the way. What now?", GO_ON),
        Some(Verdict::Caution) => ("Read the warnings above. What now?", GO_ON),
        Some(Verdict::Refused) => ("The reset is refused. What now?", REFUSED),
        None => ("Not everything could be looked at. What now?", REFUSED),
    };
    let mut choices = Vec::new();
    if checked.may_go_on() {
        choices.push(("go on", "to the choices of the reset"));
    }
    choices.extend([
        (
            "check",
            "look at everything again, after something was mended",
        ),
        (
            "findings",
            "read every finding: what it is, why, what to do",
        ),
        ("chain", "the graph of the revisions"),
    ]);
    if checked.can_correct {
        choices.push(("correct", "what needs no judgement: shown first"));
    }
    if checked.can_waive {
        choices.push(("waive", "the lines with which the team could live with it"));
    }
    choices.push(("leave", "leave everything as it is"));
    one(text, help, &choices)
}

const GO_ON: &str = "Going on asks for the choices of the reset, then rehearses it on scratch \
                     databases. Nothing of yours changes before you have typed a name.";

const REFUSED: &str = "Every refusal above names what was seen and the next command that would change \
                       the answer; findings says why it matters.";

pub(super) fn correct() -> Question {
    yes_or_no(
        "Write these corrections?",
        "The files are written as shown above, or not at all if one has changed since. Then \
         everything is looked at again.",
        false,
    )
}

pub(super) fn reason() -> Question {
    text(
        "Why is the history reset? (goes into the note)",
        "One sentence for whoever reads the note in a year. An empty line gives none.",
    )
}

pub(super) fn source() -> Question {
    one(
        "Where does the baseline come from?",
        "With chain, the baseline builds exactly what the old revisions built, and the models are \
         compared with it. With models, it builds what the models say, and every loss is asked \
         about. With live, the live schema stands in where the old chain does not replay.",
        &[
            ("chain", "what the old chain builds"),
            ("models", "what the models say"),
            (
                "live",
                "the live schema, where the chain does not replay (weaker)",
            ),
        ],
    )
}

pub(super) fn all_losses() -> Question {
    yes_or_no(
        "Give up, all at once, whatever the models do not say?",
        "No asks about every object that would be lost. Yes lists them in the plan and the note, and \
         asks no more.",
        false,
    )
}

pub(super) fn model_changes() -> Question {
    yes_or_no(
        "Write what the models are ahead by as a second revision, and apply it?",
        "The baseline builds what the old chain built. Where the models say more, autogenerate writes \
         a second revision above it, and its statements run in the live database with the stamp. \
         No only shows what the models are ahead by.",
        false,
    )
}

pub(super) fn strategy() -> Question {
    one(
        "What becomes of the live database?",
        "With keep, tables and rows stay, and the version table is stamped. With recreate, the \
         database is dumped, emptied of the modules' objects and built again: its rows go. With \
         unversioned, the version table is dropped and left away.",
        &[
            ("keep", "rows stay, stamped with the baseline"),
            ("recreate", "dumped, emptied and built again; rows go"),
            ("unversioned", "rows stay, no version table"),
        ],
    )
}

pub(super) fn identifier() -> Question {
    one(
        "Which identifier does the baseline get?",
        "With reuse-head, databases at the old head need nothing at all; it takes exactly one \
         head and a baseline that equals the old chain.",
        &[
            ("new", "an identifier of its own"),
            ("reuse-head", "the old head's"),
            ("given", "one that you type"),
        ],
    )
}

pub(super) fn not_planned(is_rehearsed: bool) -> Question {
    let mut choices = vec![("again", "answer the questions again")];
    if is_rehearsed {
        choices.extend([
            ("baselines", "read the baselines as they were rehearsed"),
            (
                "differences",
                "read both definitions of what was carried or differs",
            ),
        ]);
    }
    choices.extend([
        (
            "check",
            "look at everything again, after something was mended",
        ),
        ("leave", "leave everything as it is"),
    ]);
    one(
        "There is no plan. What now?",
        "Nothing has changed. Answer again, or leave and mend what was named above.",
        &choices,
    )
}

pub(super) fn begin(can_go_back: bool) -> Question {
    let mut choices = vec![("reset", "go through the checklist of a new reset")];
    if can_go_back {
        choices.push(("undo", "take a past reset back"));
    }
    choices.extend([
        ("show", "read what a past reset did"),
        ("leave", "leave everything as it is"),
    ]);
    one(
        "There are past resets. What now?",
        "A reset that is done can be taken back from its archive and its journal; what that would \
         do is shown first, and nothing happens before the run's name is typed.",
        &choices,
    )
}

pub(super) fn show_past(runs: &[String]) -> Question {
    text(
        format!("Which one is shown? ({})", runs.join(", ")),
        "The run's name. An empty line means the newest.",
    )
}

pub(super) fn past(runs: &[String]) -> Question {
    text(
        format!("Which one is taken back? ({})", runs.join(", ")),
        "The run's name, as `redistill log` shows it. What it would do is shown next; an empty line \
         means the newest.",
    )
}

pub(super) fn modules(all: &[String]) -> Question {
    text(
        format!("Which modules are reset? ({})", safe(&all.join(", "))),
        "Names with spaces between them. An empty line means all of them.",
    )
}

pub(super) fn given() -> Question {
    text(
        "Which one?",
        "Letters, digits, `_` and `.`, up to 32 of them. An empty line means a new one.",
    )
}

pub(super) fn message() -> Question {
    text(
        "Which message does the baseline get? (an empty line: initial_schema)",
        "It is the first line of the revision file and part of its name.",
    )
}

pub(super) fn leave_out(carried: &[String], left_out: &[String]) -> Question {
    let listed = |objects: &[String]| {
        if objects.is_empty() {
            "none".to_owned()
        } else {
            safe(&objects.join("; ")).into_owned()
        }
    };
    text(
        format!(
            "Which object is left out, or carried again? (carried: {}; left out: {})",
            listed(carried),
            listed(left_out)
        ),
        "An object as it is listed, `trigger users_touch on users`. It is rehearsed again, and the \
         new plan is shown. An empty line leaves all as it is.",
    )
}

pub(super) fn reading() -> Question {
    one(
        "Nothing has changed yet. Go on to the confirmation?",
        "The plan is executed exactly as it is shown, or not at all. Read what you want of it \
         first; going on asks for the names of the databases.",
        &[
            ("go on", "to the confirmation"),
            ("effects", "read every file and statement first"),
            ("baselines", "read the baselines first"),
            (
                "differences",
                "read both definitions of what was carried or differs",
            ),
            ("chain", "the graph of the revisions that go"),
            ("commands", "the same from a shell, and what comes after"),
            ("leave out", "leave an object out, or carry it again"),
            ("leave", "leave everything as it is"),
        ],
    )
}

pub(super) fn loss(object: &str) -> Question {
    yes_or_no(
        format!(
            "The baseline cannot build {}. Leave it out knowingly?",
            safe(object)
        ),
        "The choice is part of the plan and stands in the note. The live database keeps the object; \
         a fresh one will not have it.",
        false,
    )
}

pub(super) fn agree((word, place): &Named, at: usize, of: usize) -> Question {
    let word = safe(word).into_owned();
    Question {
        text: format!(
            "Type {word} to agree to what the statements above may lose{}: {}",
            which(at, of),
            safe(place)
        ),
        help: "Agreeing runs nothing: it is rehearsed again with these statements in the plan, which \
               is confirmed by itself. The database is dumped before they run, the dump is proven, \
               and an undo brings it back. An empty line agrees to nothing.",
        kind: Kind::Exactly(word),
    }
}

/// `(1 of 2)`, where there are several.
fn which(at: usize, of: usize) -> String {
    if of > 1 {
        format!(" ({} of {of})", at + 1)
    } else {
        String::new()
    }
}

pub(super) fn name((word, place): &Named, at: usize, of: usize) -> Question {
    let word = safe(word).into_owned();
    Question {
        text: format!("Type {word} to go on{}: {}", which(at, of), safe(place)),
        help: "The plan above is executed exactly as shown, on the databases that are named \
               there. An empty line leaves everything as it is.",
        kind: Kind::Exactly(word),
    }
}

pub(super) fn run_name(id: &str) -> Question {
    let word = safe(id).into_owned();
    Question {
        text: format!("Type {word} to go on: the run of that name"),
        help: "What was shown above is done to this run, and to nothing else. An empty line leaves \
               everything as it is.",
        kind: Kind::Exactly(word),
    }
}
