//! The ENUM types for people, within eighty columns.

use super::{Entry, Enums, ModuleEnums, Place};
use crate::model::text::{line, safe};
use crate::report::Paint;
use crate::report::columns::{sentence, wrapped};
use crate::rules::Severity;

/// Where the values of an entry begin.
const INDENT: usize = 14;

/// Renders the types, module by module. Foreign text is escaped.
pub fn render(enums: &Enums, paint: Paint) -> String {
    let mut text = String::new();
    for module in &enums.modules {
        module_text(&mut text, module, paint);
    }
    if !enums.unclaimed.is_empty() {
        line!(text, "{}", paint.bold("of no module"));
        line!(text);
        for one in &enums.unclaimed {
            line!(text, "  {}", paint.bold(&safe(&one.name)));
            row(&mut text, "database", &[safe(&one.database).into_owned()]);
            row(&mut text, "labels", &one.labels);
            row(&mut text, "columns", &or_none(&one.columns));
            line!(text);
        }
    }
    text
}

fn module_text(text: &mut String, module: &ModuleEnums, paint: Paint) {
    let place = match (&module.database, &module.unseen) {
        (Some(label), _) => safe(label).into_owned(),
        (None, Some(why)) => format!("database not seen: {}", safe(why)),
        (None, None) => "from source".to_owned(),
    };
    line!(
        text,
        "{}  {}",
        paint.bold(&safe(&module.name)),
        paint.dim(&place)
    );
    line!(text);
    if module.types.is_empty() {
        line!(text, "  no ENUM type");
        line!(text);
        return;
    }
    for entry in &module.types {
        entry_text(text, entry, paint);
    }
    if !module.cleanup.is_empty() {
        line!(
            text,
            "  at the end of downgrade, after the tables are dropped:"
        );
        for statement in &module.cleanup {
            line!(text, "    {}", safe(statement));
        }
        line!(text);
    }
}

fn entry_text(text: &mut String, entry: &Entry, paint: Paint) {
    let mut facts = Vec::new();
    if let Some(schema) = &entry.schema {
        facts.push(format!("schema {schema}"));
    }
    if let Some(role) = &entry.role {
        facts.push(format!("owner {role}"));
    }
    line!(
        text,
        "  {}{}",
        paint.bold(&safe(&entry.name)),
        if facts.is_empty() {
            String::new()
        } else {
            paint.dim(&format!("  {}", safe(&facts.join(", "))))
        }
    );
    row(text, "labels", &or_none(&entry.labels));
    row(text, "columns", &or_none(&entry.columns));
    if entry.modules.len() > 1 {
        row(text, "modules", &entry.modules);
    }
    if !entry.used_by_others.is_empty() {
        row(text, "used by", &entry.used_by_others);
    }
    places(text, "created", &entry.created);
    places(text, "dropped", &entry.dropped);
    if let Some(labels) = &entry.model_labels {
        if *labels == entry.labels {
            row(text, "models", &["the same labels".to_owned()]);
        } else {
            row(text, "models", labels);
        }
    }
    for difference in &entry.differences {
        let title = paint.severity(Severity::Warn, "differs");
        line!(text, "    {title}   {}", sentence(difference, INDENT));
    }
    line!(text);
}

fn or_none(items: &[String]) -> Vec<String> {
    if items.is_empty() {
        vec!["none".to_owned()]
    } else {
        items.to_vec()
    }
}

fn places(text: &mut String, title: &str, places: &[Place]) {
    for (index, place) in places.iter().enumerate() {
        let title = if index == 0 { title } else { "" };
        // A type that an upgrade takes away is worth a word; the usual place is not.
        let is_usual = (title == "created") == (place.function == "upgrade") || title.is_empty();
        let function = if is_usual {
            String::new()
        } else {
            format!(" ({})", place.function)
        };
        line!(
            text,
            "    {title:<width$}{}:{}{function}",
            safe(&place.path),
            place.line,
            width = INDENT - 4
        );
    }
}

/// A title and its values, separated by commas and wrapped between them.
fn row(text: &mut String, title: &str, values: &[String]) {
    let width = INDENT - 4;
    line!(text, "    {title:<width$}{}", wrapped(values, ", ", INDENT));
}
