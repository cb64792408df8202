//! A plan as text and as JSON. Pure; every face shows these words.

use std::collections::HashSet;

use serde_json::{Value, json};

use crate::events::Item;
use crate::model::text::{count, line, safe, safe_lines};
use crate::plan::{Carried, Plan, PlannedModule, Purpose, Step};
use crate::schema::Difference;
use crate::steps;

/// How many digits of a digest are shown and asked for.
pub const DIGEST_DIGITS: usize = 16;

/// How many differences between models, chain and database are shown; JSON and the note have all.
const SHOWN_DIFFERENCES: usize = 20;

/// The schema name in a plan's JSON.
pub const SCHEMA: &str = "redistill.plan/1";

/// The plan for people: modules with their baselines, then every effect in order.
pub fn text(plan: &Plan) -> String {
    let mut text = String::new();
    for module in &plan.modules {
        module_text(&mut text, module);
    }
    effects(&mut text, plan);
    text
}

/// The plan in a few lines: what each module comes to, and the title of every step.
pub fn outline(plan: &Plan) -> String {
    let mut text = String::new();
    for module in &plan.modules {
        heading(&mut text, module);
        if !module.carried.is_empty() {
            let carried = count(module.carried.len(), "object");
            line!(text, "  {carried} carried into it");
        }
        line!(text, "  baseline {}", safe(&module.baseline_path));
        if let Some(changes) = &module.model_changes {
            line!(text, "  model changes {}", safe(&changes.path));
        }
    }
    line!(text);
    for (index, step) in plan.steps.iter().enumerate() {
        let preview = steps::preview(step);
        let title = preview.first().map_or("", String::as_str);
        line!(text, "{:>3}. {}", index + 1, safe(title));
    }
    text
}

/// The effects alone, in order: what `Confirm` shows, and the whole of an undo's preview.
///
/// # Panics
/// Never: every preview begins with the step's title.
pub fn effects(text: &mut String, plan: &Plan) {
    let title = match &plan.purpose {
        Purpose::Reset => "This will",
        Purpose::Undo(_) => "This takes back",
    };
    line!(text, "{title}, in this order:");
    for (index, step) in plan.steps.iter().enumerate() {
        line!(text);
        let preview = steps::preview(step);
        let (title, details) = preview
            .split_first()
            .expect("a preview begins with the title");
        line!(text, "{:>3}. {}", index + 1, safe(title));
        for detail in details {
            line!(text, "    {}", safe(detail));
        }
    }
    line!(text);
}

/// The steps in order: the item of the checklist, the title, and what it does line by line.
/// Foreign text is not yet escaped.
pub fn steps(plan: &Plan) -> Vec<(Item, String, Vec<String>)> {
    plan.steps
        .iter()
        .map(|step| {
            let mut details = steps::preview(step);
            let title = if details.is_empty() {
                String::new()
            } else {
                details.remove(0)
            };
            (steps::item(step), title, details)
        })
        .collect()
}

fn rows(rows: &[String]) -> String {
    if rows.is_empty() {
        "no row".to_owned()
    } else {
        safe(&rows.join(", ")).into_owned()
    }
}

/// One module of a plan that was refused: what the rehearsal came to.
pub fn module(module: &PlannedModule) -> String {
    let mut text = String::new();
    module_text(&mut text, module);
    text
}

/// What a reset did, in the field's terms.
pub fn summary(plan: &Plan) -> String {
    let revisions: usize = plan
        .modules
        .iter()
        .map(|module| module.revisions.len())
        .sum();
    let mut text = format!(
        "{} archived, {} created, upgrade/rollback/repeatability passed for {}\n",
        count(revisions, "revision"),
        count(plan.modules.len(), "baseline"),
        count(plan.modules.len(), "module")
    );
    for step in &plan.steps {
        match step {
            Step::Archive { folder, .. } => {
                line!(text, "archive: {}/versions.tar.gz", safe(folder));
            }
            Step::WriteFile { what, path, .. } => line!(text, "{what}: {}", safe(path)),
            _ => {}
        }
    }
    line!(text, "{}", for_teammates(plan));
    text
}

/// What the others do: their databases still stand at the old history.
fn for_teammates(plan: &Plan) -> &'static str {
    let is_reused = |module: &PlannedModule| {
        module.model_changes.is_none() && module.old_heads == [module.baseline_id.clone()]
    };
    if plan.modules.iter().all(is_reused) {
        "teammates at the old head need nothing; those behind it, after pulling: redistill adopt"
    } else {
        "teammates, after pulling: redistill adopt"
    }
}

/// The module, what becomes of its chain, and how that was proven.
fn heading(text: &mut String, module: &PlannedModule) {
    line!(text, "{}", safe(&module.module.0));
    let heads: Vec<String> = module.old_heads.iter().map(ToString::to_string).collect();
    line!(
        text,
        "  {} ending at {} become one baseline {}",
        count(module.revisions.len(), "revision"),
        rows(&heads),
        module.baseline_id
    );
    line!(text, "  {}", proof(module));
}

fn module_text(text: &mut String, module: &PlannedModule) {
    heading(text, module);
    list(
        text,
        "carried into the baseline",
        module.carried.iter().map(Carried::words),
    );
    list(text, "lost", module.lost.iter().map(difference));
    list(
        text,
        "knowingly otherwise",
        module.accepted.iter().map(difference),
    );
    let drift: Vec<String> = module.drift.iter().map(difference).collect();
    beginning(text, "drift of the live database", &drift);
    beginning(text, "models ahead of the chain", &module.model_drift);
    let ahead: HashSet<&String> = module.model_drift.iter().collect();
    let known: Vec<String> = module
        .known_differences
        .iter()
        .filter(|line| !ahead.contains(line))
        .cloned()
        .collect();
    beginning(
        text,
        "what alembic check says of the live database already",
        &known,
    );
    list(
        text,
        "left behind after downgrade",
        module.left_behind.iter().cloned(),
    );
    list(text, "remarks", module.remarks.iter().cloned());
    file(text, "baseline", &module.baseline_path, &module.baseline);
    if let Some(changes) = &module.model_changes {
        file(text, "model changes", &changes.path, &changes.text);
    }
}

fn file(text: &mut String, what: &str, path: &str, contents: &str) {
    line!(text, "  {what} {}", safe(path));
    line!(text);
    for source in safe_lines(contents.trim_end()).lines() {
        line!(text, "    {source}");
    }
    line!(text);
}

/// How the baseline was proven, in one line.
pub fn proof(module: &PlannedModule) -> String {
    let reference = if module.reference == "live" {
        "the live database (weaker: the old chain does not replay)"
    } else {
        "the old chain, replayed"
    };
    let equal = match (module.lost.len(), module.accepted.len()) {
        (0, 0) => "equal to".to_owned(),
        (0, places) => format!("but for {} equal to", count(places, "accepted difference")),
        _ => "not equal to".to_owned(),
    };
    let cycle = if module.left_behind.is_empty() {
        "up, down, up: nothing left behind".to_owned()
    } else {
        format!(
            "up, down, up: {} left behind",
            count(module.left_behind.len(), "object")
        )
    };
    format!("rehearsed: {equal} {reference}; {cycle}")
}

/// A difference in one line.
pub fn difference(difference: &Difference) -> String {
    match difference {
        Difference::Missing { object, .. } => format!("{object}: missing"),
        Difference::Extra { object, .. } => format!("{object}: additional"),
        Difference::Changed {
            object,
            attribute,
            left,
            right,
        } => {
            format!("{object}: {attribute} {left:?} became {right:?}")
        }
    }
}

/// What a difference is, without its object.
pub fn words(difference: &Difference) -> String {
    match difference {
        Difference::Missing { .. } => "missing".to_owned(),
        Difference::Extra { .. } => "additional".to_owned(),
        Difference::Changed {
            attribute,
            left,
            right,
            ..
        } => format!("{attribute} {left:?} became {right:?}"),
    }
}

/// The definition of what only one side has, where it is known.
pub fn definition(difference: &Difference) -> Option<&str> {
    match difference {
        Difference::Missing { definition, .. } | Difference::Extra { definition, .. } => {
            definition.as_deref()
        }
        Difference::Changed { .. } => None,
    }
}

fn list(text: &mut String, title: &str, items: impl Iterator<Item = String>) {
    let items: Vec<String> = items.collect();
    if items.is_empty() {
        return;
    }
    line!(text, "  {title}: {}", items.len());
    for item in items {
        line!(text, "    {}", safe(&item));
    }
}

/// The first of what may be hundreds, and how many there are.
fn beginning(text: &mut String, title: &str, items: &[String]) {
    if items.is_empty() {
        return;
    }
    line!(text, "  {title}: {}", items.len());
    for item in items.iter().take(SHOWN_DIFFERENCES) {
        line!(text, "    {}", safe(item));
    }
    if let Some(more) = items.len().checked_sub(SHOWN_DIFFERENCES + 1) {
        line!(
            text,
            "    and {} more; all of them: redistill plan --format json",
            more + 1
        );
    }
}

/// The databases in which something may be lost: what was consented to, and what the faces show
/// before the names are typed.
fn destructive(plan: &Plan) -> Vec<Value> {
    let found = plan.destructive();
    found
        .iter()
        .map(|(database, statements)| json!({ "database": database, "statements": statements }))
        .collect()
}

/// The plan for programs.
pub fn json(plan: &Plan) -> Value {
    let steps: Vec<Value> = plan
        .steps
        .iter()
        .map(|step| {
            let mut value = json!(step);
            value["preview"] = json!(steps::preview(step));
            value
        })
        .collect();
    json!({
        "schema": SCHEMA,
        "digest": plan.digest(),
        "id": plan.id,
        "choices": plan.choices,
        "modules": plan.modules,
        "steps": steps,
        "destructive": destructive(plan),
    })
}
