//! What a plan rests on: taken again before the first effect, and anything else is a refusal. Pure.

use std::collections::BTreeMap;

use super::draft::{Inventory, identity_of};
use crate::evidence::Evidence;
use crate::model::ModuleName;

/// What a plan rests on, by name. Row counts and sessions are left out: they may change.
pub fn basis(
    evidence: &Evidence,
    inventories: &BTreeMap<ModuleName, Inventory>,
) -> BTreeMap<String, String> {
    let mut basis = BTreeMap::new();
    add_agreements(&mut basis, evidence);
    for (module, tests) in &evidence.own_tests {
        if inventories.contains_key(module) {
            basis.insert(format!("own tests of {module}"), tests.in_words());
        }
    }
    for inventory in inventories.values() {
        for file in inventory.archive.iter().chain(&inventory.watch) {
            basis.insert(format!("file {}", file.path), file.sha256.clone());
        }
    }
    for module in evidence
        .modules
        .iter()
        .filter(|m| inventories.contains_key(&m.module.name))
    {
        let name = &module.module.name;
        if let Some(database) = module.database.seen() {
            let mut seen = |what: &str, value: String| {
                basis.insert(format!("{what} of {name}"), value);
            };
            seen(
                "database",
                format!("{} {}", database.label, identity_of(database)),
            );
            seen("version table", database.version_table.name.to_string());
            seen("version rows", database.version_table.rows.join(", "));
            for tenant in &database.tenants {
                let rows = tenant.rows.join(", ");
                seen(&format!("version rows in {}", tenant.name), rows);
            }
            seen("catalog", database.catalog_digest.clone());
        }
    }
    basis
}

/// What the configuration says of others: a plan does not outlive a change of it.
fn add_agreements(basis: &mut BTreeMap<String, String>, evidence: &Evidence) {
    for environment in &evidence.holders.environments {
        let place = environment.looked.seen();
        let label = place.map_or("not seen", |place| place.label.as_str());
        basis.insert(
            format!("environment {}", environment.name),
            label.to_owned(),
        );
    }
    for (index, waiver) in evidence.waivers.given.iter().enumerate() {
        let module = waiver
            .module
            .as_ref()
            .map_or("all", |module| module.0.as_str());
        let heads: Vec<&str> = waiver.heads.iter().map(|head| head.0.as_str()).collect();
        let until = waiver.until.map(|day| day.to_string()).unwrap_or_default();
        basis.insert(
            format!("waiver {} of {}", index + 1, waiver.finding),
            format!(
                "{module}, {}, until {until}: {}",
                heads.join(" "),
                waiver.reason
            ),
        );
    }
}
