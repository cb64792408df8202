//! Both definitions of what was carried, lost, left out or has drifted, as text. Pure.

use crate::model::text::{count, line, safe, safe_lines};
use crate::plan::{Plan, PlannedModule};
use crate::schema::Difference;

/// Every module of a plan, object by object, one definition above the other.
pub fn sides(plan: &Plan) -> String {
    sides_of(&plan.modules)
}

/// The same of modules that were rehearsed, whether or not there is a plan.
pub fn sides_of(modules: &[PlannedModule]) -> String {
    let mut text = String::new();
    for module in modules {
        line!(text, "{}", safe(&module.module.0));
        for carried in &module.carried {
            let object = carried.object();
            let old = module
                .sides_of(&object)
                .and_then(|sides| sides.old.as_deref());
            line!(text, "  carried  {}", safe(&object));
            definition(&mut text, "old chain", old);
            definition(&mut text, "baseline", Some(&carried.code));
        }
        for (what, differences) in [
            ("lost", &module.lost),
            ("otherwise", &module.accepted),
            ("drift", &module.drift),
        ] {
            for other in differences {
                difference(&mut text, module, what, other);
            }
        }
        let equal: usize = module.equal.values().sum();
        line!(text, "  equal    {}", count(equal, "object"));
        line!(text);
    }
    text
}

fn difference(text: &mut String, module: &PlannedModule, what: &str, other: &Difference) {
    let object = other.object().to_string();
    line!(text, "  {what:<9}{}", safe(&object));
    let Some(sides) = module.sides_of(&object) else {
        return;
    };
    definition(text, "old chain", sides.old.as_deref());
    if what == "drift" {
        definition(text, "live database", sides.live.as_deref());
    } else {
        definition(text, "baseline", sides.baseline.as_deref());
    }
}

fn definition(text: &mut String, whose: &str, definition: Option<&str>) {
    line!(text, "    {whose}:");
    let text_of = definition.map_or_else(
        || "not there".to_owned(),
        |definition| safe_lines(definition.trim_matches('\n')),
    );
    for source in text_of.lines() {
        line!(text, "      {source}");
    }
}
