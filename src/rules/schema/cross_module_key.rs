//! RD306 cross-module-foreign-key: a constraint over the module's border.

use super::keys::{Key, keys};
use crate::rules::finding::{Finding, Severity};
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "RD306",
    name: "cross-module-foreign-key",
    family: Family::Schema,
    severity: Severity::Warn,
    needs: Needs::Files,
    summary: "a foreign key refers to a table of another module",
    explanation: Explanation {
        what: "A foreign key in a module's models or revisions refers to a table that another module \
               owns and this one does not.",
        why: "The modules can then neither live in databases of their own nor be migrated, reset or \
              restored apart from each other.",
        example: "```python\n# query-module\nfile_id = Column(PG_UUID, ForeignKey(\"stored_files.id\"))\n```",
        remedy: "Keep a plain reference and resolve it through the other module's service:\n\n\
                 ```python\nfile_reference: Mapped[str] = mapped_column(String(50))\n```",
    },
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (module, sources) in case.modules() {
        let metadata = module.described.seen().map(|it| it.tables.as_slice());
        for key in keys(module, sources) {
            let is_own = sources.owns(&key.to_table)
                || sources.tables.is_empty()
                || metadata.is_some_and(|tables| tables.iter().any(|it| it.name == key.to_table));
            if is_own {
                continue;
            }
            let owner = case.modules().find(|(other, theirs)| {
                other.module.name != module.module.name && theirs.owns(&key.to_table)
            });
            if let Some((owner, _)) = owner {
                findings.push(finding(&key, &owner.module.name.0).of(&module.module.name));
            }
        }
    }
    findings
}

fn finding(key: &Key, owner: &str) -> Finding {
    let column = format!("{}.{}", key.table, key.column);
    let finding = RULE
        .finding(
            &column,
            format!(
                "{column} refers to {}.{}, a table of module {owner}",
                key.to_table, key.to_column
            ),
        )
        .remedy(format!(
            "keep a plain reference, mapped_column(String(50)), and resolve it through {owner}"
        ));
    match &key.location {
        Some(location) => finding.at(location),
        None => finding,
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::stage::Stage;

    const STOCK: &str = "class A(Base):\n    __tablename__ = 'volumes'\n    id = Column(Integer)\n";

    #[test]
    fn a_key_into_the_neighbours_table_is_found() {
        let mut stage = Stage::with(&["shop", "stock"]);
        stage.models("stock", STOCK).models(
            "shop",
            "class B(Base):\n    __tablename__ = 'b'\n    v = Column(Integer, ForeignKey('volumes.id'))\n",
        );
        let finding = stage.only("RD306");
        assert_eq!(finding.location.unwrap().line, 3);
        assert!(finding.message.contains("module stock"));
    }

    #[test]
    fn a_key_into_an_own_table_is_not() {
        let mut stage = Stage::with(&["shop", "stock"]);
        let source = format!("{STOCK}    v = Column(Integer, ForeignKey('volumes.id'))\n");
        stage.models("stock", STOCK).models("shop", &source);
        assert!(stage.codes().is_empty());
    }
}
