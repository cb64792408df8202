//! The objects of a comparison: what each is, how it stands, whether it can be carried or left out.

use crate::plan::{Carried, Source};
use crate::report::plan::words;
use crate::schema::Difference;
use crate::tui::model::Model;
use crate::tui::theme::Tone;

/// How an object stands in a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Lost,
    Carried,
    Accepted,
    Drift,
}

impl Part {
    /// What stands above it.
    pub(super) const fn title(self) -> &'static str {
        match self {
            Self::Lost => "lost",
            Self::Carried => "carried into the baseline",
            Self::Accepted => "left out, or knowingly otherwise",
            Self::Drift => "drift of the live database",
        }
    }

    /// How it is drawn.
    pub(super) const fn tone(self) -> Tone {
        match self {
            Self::Lost => Tone::Bad,
            Self::Carried => Tone::Good,
            Self::Accepted | Self::Drift => Tone::Caution,
        }
    }
}

/// An object of a part.
pub(super) struct Entry<'a> {
    pub part: Part,
    pub object: String,
    pub kind: &'a str,
    pub name: String,
    pub aside: String,
    /// The code in the baseline, where it was written for this object.
    pub code: Option<&'a str>,
    /// Whether it can be carried or left out.
    pub is_free: bool,
}

pub(super) fn unclaimed_entry(object: &str) -> Entry<'_> {
    let (kind, name) = object.split_once(' ').unwrap_or(("", object));
    Entry {
        part: Part::Accepted,
        object: object.to_owned(),
        kind,
        name: name.to_owned(),
        aside: String::new(),
        code: None,
        is_free: true,
    }
}

pub(super) fn entries<'a>(
    model: &Model,
    part: Part,
    differences: &'a [Difference],
) -> Vec<Entry<'a>> {
    differences
        .iter()
        .map(|other| entry_of(model, part, other))
        .collect()
}

pub(super) fn entry(carried: &Carried) -> Entry<'_> {
    Entry {
        part: Part::Carried,
        object: carried.object(),
        kind: &carried.kind,
        name: carried.name.clone(),
        aside: origin(carried),
        code: Some(carried.code.as_str()).filter(|code| !code.is_empty()),
        is_free: true,
    }
}

/// What it is and where it comes from: `3 rows, from a001, changed in a004`.
fn origin(carried: &Carried) -> String {
    let mut parts = vec![carried.detail.clone()];
    parts.extend(carried.from.iter().map(|id| format!("from {id}")));
    parts.extend(
        carried
            .changed_in
            .iter()
            .map(|id| format!("changed in {id}")),
    );
    parts.retain(|part| !part.is_empty());
    parts.join(", ")
}

fn entry_of<'a>(model: &Model, part: Part, other: &'a Difference) -> Entry<'a> {
    let before = model.planned.as_ref().map(|planned| &planned.wish.choices);
    let object = other.object().to_string();
    let kind = other.object().kind.as_str();
    let name = object.strip_prefix(kind).unwrap_or(&object).trim_start();
    // What the models are ahead by is no one's choice, what was left out is.
    let is_free = match part {
        Part::Lost | Part::Carried => true,
        Part::Accepted => before.is_some_and(|choices| choices.leave_out.contains(&object)),
        Part::Drift => before.is_some_and(|choices| choices.source == Source::Models),
    };
    Entry {
        part,
        name: name.to_owned(),
        kind,
        aside: words(other),
        code: None,
        is_free,
        object,
    }
}
