//! Tells a run to a program: `--format json` of `reset`, `resume` and `undo` prints one JSON object
//! a line on standard output, events first and the result last. The lines on standard error stay.

use serde_json::{Value, json};

use super::print;
use super::watch::Watch;
use crate::error::{Failure, Kind};
use crate::events::{Event, Observer};
use crate::model::text::safe_json;

/// What every event's line carries.
const EVENT: &str = "redistill.event/1";
/// What the last line carries.
pub const RUN: &str = "redistill.run/1";

/// Prints every event, then hands it to the watch.
pub struct Lines<'a> {
    watch: &'a Watch,
}

impl<'a> Lines<'a> {
    /// Lines beside what this watch shows.
    pub fn beside(watch: &'a Watch) -> Self {
        Self { watch }
    }
}

impl Observer for Lines<'_> {
    fn on_event(&self, event: &Event) {
        print::result(&line(event));
        self.watch.on_event(event);
    }
}

fn line(event: &Event) -> String {
    let mut value = json!(event);
    if let Value::Object(fields) = &mut value {
        fields.insert("schema".to_owned(), EVENT.into());
    }
    one(&value)
}

/// A document on one line.
pub fn one(value: &Value) -> String {
    safe_json(&format!("{value}\n"))
}

/// The last line of a run that failed.
pub fn failed(failure: &Failure) -> String {
    let outcome = match failure.kind {
        Kind::Refused => "refused",
        Kind::HalfWay => "interrupted",
        Kind::Cancelled => "cancelled",
        Kind::Usage | Kind::Untouched | Kind::Bug => "failed",
    };
    one(&json!({
        "schema": RUN,
        "outcome": outcome,
        "why": failure.message,
        "detail": failure.detail,
        "next": failure.hints,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::Item;

    #[test]
    fn a_line_is_one_object_whatever_a_name_holds() {
        let event = Event::ItemFailed {
            item: Item::DropVersionTable,
            why: "one\ntwo \u{202e}".to_owned(),
        };
        let text = line(&event);
        assert_eq!(
            text,
            "{\"event\":\"item_failed\",\"item\":\"drop_version_table\",\"schema\":\
             \"redistill.event/1\",\"why\":\"one\\ntwo \\u202e\"}\n"
        );
    }

    #[test]
    fn a_failure_ends_the_lines_too() {
        let failure = Failure::refused("rows have come").with_hint("plan again: redistill plan");
        let value: Value = serde_json::from_str(&failed(&failure)).unwrap();
        assert_eq!(value["outcome"], "refused");
        assert_eq!(value["next"], json!(["plan again: redistill plan"]));
        assert_eq!(value["detail"], Value::Null);
    }
}
