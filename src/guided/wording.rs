//! The questions of the guided run in words. Pure; `script` says when each is asked.

use super::question::{Choice, Kind, Question};

fn one(text: &str, help: &'static str, choices: &[(&'static str, &'static str)]) -> Question {
    Question {
        text: text.to_owned(),
        help,
        kind: Kind::One(
            choices
                .iter()
                .map(|(word, meaning)| Choice { word, meaning })
                .collect(),
        ),
    }
}

pub(super) fn half_way() -> Question {
    one(
        "A run stopped half-way. What now?",
        "Its journal knows what was done. Going on finishes it, taking back undoes what was done; \
         both can be stopped and begun again.",
        &[
            ("resume", "go on and finish it"),
            ("undo", "take back what was done"),
            ("leave", "leave it as it is"),
        ],
    )
}

pub(super) fn consent() -> Question {
    Question {
        text: "The survey runs env.py and the revisions of this project, led to scratch \
               databases. Run them?"
            .to_owned(),
        help: "env.py is code of the project. It is run by the project's own interpreter; every \
               connection that it opens is led to an empty scratch database. Your own databases \
               are only read.",
        kind: Kind::YesNo(true),
    }
}

pub(super) fn refused() -> Question {
    one(
        "The reset is refused. What now?",
        "Every refusal above names what was seen and the next command that would change the \
         answer; redistill explain CODE says why it matters.",
        &[
            ("again", "check again, after something was mended"),
            ("leave", "leave everything as it is"),
        ],
    )
}

pub(super) fn reason() -> Question {
    Question {
        text: "Why is the history reset? (goes into the note)".to_owned(),
        help: "One sentence for whoever reads the note in a year. An empty line gives none.",
        kind: Kind::Text,
    }
}

pub(super) fn source() -> Question {
    one(
        "Where does the baseline come from?",
        "With chain, the baseline builds exactly what the old revisions built, and the models are \
         compared with it. With models, it builds what the models say, and every loss is asked \
         about.",
        &[
            ("chain", "what the old chain builds"),
            ("models", "what the models say"),
        ],
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

pub(super) fn not_planned() -> Question {
    one(
        "There is no plan. What now?",
        "Nothing has changed. Answer again, or leave and mend what was named above.",
        &[
            ("again", "answer the questions again"),
            ("leave", "leave everything as it is"),
        ],
    )
}

pub(super) fn begin() -> Question {
    one(
        "There are past resets. What now?",
        "A reset that is done can be taken back from its archive and its journal; what that would \
         do is shown first, and nothing happens before the run's name is typed.",
        &[
            ("reset", "go through the checklist of a new reset"),
            ("undo", "take a past reset back"),
            ("leave", "leave everything as it is"),
        ],
    )
}

pub(super) fn past(runs: &[String]) -> Question {
    Question {
        text: format!("Which one is taken back? ({})", runs.join(", ")),
        help: "The run's name, as `redistill log` shows it. What it would do is shown next; an \
               empty line means the newest.",
        kind: Kind::Text,
    }
}

pub(super) fn modules(all: &[String]) -> Question {
    Question {
        text: format!("Which modules are reset? ({})", all.join(", ")),
        help: "Names with spaces between them. An empty line means all of them.",
        kind: Kind::Text,
    }
}

pub(super) fn given() -> Question {
    Question {
        text: "Which one?".to_owned(),
        help: "Letters, digits, `_` and `.`, up to 32 of them. An empty line means a new one.",
        kind: Kind::Text,
    }
}

pub(super) fn message() -> Question {
    Question {
        text: "Which message does the baseline get? (an empty line: initial_schema)".to_owned(),
        help: "It is the first line of the revision file and part of its name.",
        kind: Kind::Text,
    }
}

pub(super) fn leave_out(carried: &[String], left_out: &[String]) -> Question {
    let listed = |objects: &[String]| {
        if objects.is_empty() {
            "none".to_owned()
        } else {
            objects.join("; ")
        }
    };
    Question {
        text: format!(
            "Which object is left out, or carried again? (carried: {}; left out: {})",
            listed(carried),
            listed(left_out)
        ),
        help: "An object as it is listed, `trigger users_touch on users`. It is rehearsed again, and \
               the new plan is shown. An empty line leaves all as it is.",
        kind: Kind::Text,
    }
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
            ("leave out", "leave an object out, or carry it again"),
        ],
    )
}

pub(super) fn loss(object: &str) -> Question {
    Question {
        text: format!("The baseline cannot build {object}. Leave it out knowingly?"),
        help: "The choice is part of the plan and stands in the note. The live database keeps the \
               object; a fresh one will not have it.",
        kind: Kind::YesNo(false),
    }
}

pub(super) fn name(name: &str, at: usize, of: usize) -> Question {
    let which = if of > 1 {
        format!(" ({} of {of})", at + 1)
    } else {
        String::new()
    };
    Question {
        text: format!("Type {name} to go on{which}"),
        help: "The plan above is executed exactly as shown, on the databases that are named \
               there. An empty line leaves everything as it is.",
        kind: Kind::Exactly(name.to_owned()),
    }
}
