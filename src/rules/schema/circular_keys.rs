//! RD319 circular-foreign-keys: tables that refer to one another in a ring.

use std::collections::{BTreeMap, BTreeSet};

use super::keys::{Key, model_keys};
use super::ownership::canonical;
use crate::rules::finding::{Finding, Severity};
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "RD319",
    name: "circular-foreign-keys",
    family: Family::Schema,
    severity: Severity::Note,
    needs: Needs::Files,
    summary: "foreign keys of the models run in a circle",
    explanation: Explanation {
        what: "Tables of the models refer to one another by foreign keys so that none can be created \
               first. A table that refers to itself does not count.",
        why: "Autogenerate warns of unresolvable cycles and writes the keys into `create_table`; the \
              upgrade stops at the first. With `use_alter=True` the key in a generated `create_table` \
              is silently never created. The baseline that redistill writes creates the tables first \
              and the keys after them, and drops the keys first in its downgrade.",
        example: "```text\ndepartments.head_id → employees.id\nemployees.department_id → departments.id\n```",
        remedy: "Nothing for the reset. In revisions by hand, write one of the keys as \
                 `op.create_foreign_key` after both tables, with a name, and drop it first in the \
                 downgrade.",
    },
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (module, sources) in case.modules() {
        let keys = model_keys(module, sources);
        let mut to: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for key in &keys {
            let (table, target) = (
                canonical(module, &key.table),
                canonical(module, &key.to_table),
            );
            if table != target {
                to.entry(table).or_default().insert(target);
            }
        }
        let mut told: BTreeSet<&str> = BTreeSet::new();
        for start in to.keys().copied() {
            if told.contains(start) {
                continue;
            }
            if let Some(ring) = ring(start, &to) {
                let hops: Vec<&Key> = ring
                    .windows(2)
                    .filter_map(|pair| {
                        keys.iter().find(|key| {
                            canonical(module, &key.table) == pair[0]
                                && canonical(module, &key.to_table) == pair[1]
                        })
                    })
                    .collect();
                findings.push(finding(&ring, &hops).of(&module.module.name));
                told.extend(ring);
            }
        }
    }
    findings
}

fn finding(ring: &[&str], hops: &[&Key]) -> Finding {
    let path = ring.join(" → ");
    let mut finding = RULE
        .finding(&path, format!("foreign keys run in a circle: {path}"))
        .remedy(
            "nothing for the reset, whose baseline creates the tables first and the keys after; in \
             revisions by hand use op.create_foreign_key with a name",
        );
    for key in hops {
        finding = finding.seen(format!(
            "{}.{} → {}.{}",
            key.table, key.column, key.to_table, key.to_column
        ));
    }
    match hops.iter().find_map(|key| key.location.as_ref()) {
        Some(location) => finding.at(location),
        None => finding,
    }
}

/// The shortest way from a table back to it.
fn ring<'a>(start: &'a str, to: &BTreeMap<&'a str, BTreeSet<&'a str>>) -> Option<Vec<&'a str>> {
    let mut came_from: BTreeMap<&str, &str> = BTreeMap::new();
    let mut next = std::collections::VecDeque::from([start]);
    while let Some(table) = next.pop_front() {
        for target in to.get(table).into_iter().flatten().copied() {
            if target == start {
                let mut path = vec![start, table];
                while path.last() != Some(&start) {
                    let last = path.last()?;
                    path.push(came_from.get(last)?);
                }
                path.reverse();
                return Some(path);
            }
            if !came_from.contains_key(target) {
                came_from.insert(target, table);
                next.push_back(target);
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use crate::rules::stage::Stage;

    fn stage(keys: &[(&str, &str)]) -> Stage {
        let mut stage = Stage::one();
        let classes: Vec<String> = keys
            .iter()
            .map(|(table, target)| {
                format!(
                    "class {table}(Base):\n    __tablename__ = '{table}'\n    k = Column(Integer, ForeignKey('{target}.k', name='fk_{table}'))\n"
                )
            })
            .collect();
        stage.models("shop", &classes.concat());
        stage
    }

    #[test]
    fn a_ring_is_told_once_with_its_way() {
        let finding = stage(&[("a", "b"), ("b", "c"), ("c", "a"), ("d", "a")]).only("RD319");
        assert_eq!(finding.subject, "a → b → c → a");
        assert_eq!(finding.evidence.len(), 3);
        assert_eq!(finding.location.unwrap().line, 3);
        assert_eq!(
            stage(&[("a", "b"), ("b", "a")]).only("RD319").subject,
            "a → b → a"
        );
    }

    #[test]
    fn trees_and_references_to_oneself_are_not() {
        assert!(
            stage(&[("a", "b"), ("b", "b"), ("c", "b")])
                .codes()
                .is_empty()
        );
    }
}
