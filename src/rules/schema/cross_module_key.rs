//! RD306 cross-module-foreign-key: a constraint over the module's border.

use std::collections::HashSet;

use super::keys::{Key, keys, live_keys};
use super::ownership::{canonical, other_owner, owns};
use crate::rules::finding::{Finding, LineEdit, Severity};
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
        what: "A foreign key in a module's models, revisions or live database refers to a table that another module \
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
        let written = keys(module, sources);
        let live = live_keys(module, sources);
        // One finding a column: where it is written, else where it was seen.
        let mut told: HashSet<(String, &str)> = HashSet::new();
        let all = written.iter().map(|key| (key, false));
        for (key, is_live) in all.chain(live.iter().map(|key| (key, true))) {
            let (table, to_table) = (
                canonical(module, &key.table),
                canonical(module, &key.to_table),
            );
            // A key between two tables of another module is that module's.
            let is_ours =
                owns(module, sources, table) || other_owner(case, module, table).is_none();
            let is_own_target = owns(module, sources, to_table);
            if !is_ours || is_own_target {
                continue;
            }
            if let Some(owner) = other_owner(case, module, to_table)
                && told.insert((table.to_owned(), &key.column))
            {
                let mut found = finding(key, owner).of(&module.module.name);
                if let (true, Some(database)) = (is_live, module.database.seen()) {
                    found = found.seen(format!("{}: the constraint is there", database.label));
                }
                findings.push(found);
            }
        }
    }
    findings
}

fn finding(key: &Key, owner: &str) -> Finding {
    let column = format!("{}.{}", key.table, key.column);
    let kind = match (&key.kind, &key.to_kind) {
        (Some(kind), _) | (None, Some(kind)) => format!(", or of its own type {kind},"),
        (None, None) => String::new(),
    };
    let mut finding = RULE
        .finding(
            &column,
            format!(
                "{column} refers to {}.{}, a table of module {owner}",
                key.to_table, key.to_column
            ),
        )
        .remedy(format!(
            "keep a plain reference without ForeignKey, mapped_column(String(50)){kind} and resolve it \
             through {owner}"
        ));
    if let Some(location) = &key.location {
        finding = finding.at(location);
    }
    match logical_reference(key) {
        Some(edit) => finding.edit(edit),
        None => finding,
    }
}

/// The line without its `ForeignKey(…)`; where that alone gave the column its type, `String(50)`
/// stands in its place.
fn logical_reference(key: &Key) -> Option<LineEdit> {
    let location = key.location.as_ref()?;
    let line = &location.source_line;
    let at = line.char_indices().nth(location.column.checked_sub(1)?)?.0;
    let (head, rest) = line.split_at(at);
    let (callee, arguments) = rest.split_once('(')?;
    let prefix = callee.strip_suffix("ForeignKey")?;
    let (_, tail) = arguments.split_at(closing(arguments)? + 1);
    let is_alone = head.trim().is_empty() && matches!(tail.trim(), "" | ",");
    let has_type = key.written.is_some() || line.contains("Mapped[");
    let after = if !has_type {
        vec![format!("{head}{prefix}String(50){tail}")]
    } else if is_alone {
        Vec::new()
    } else if let Some(before) = head.trim_end().strip_suffix(',') {
        vec![format!("{before}{tail}")]
    } else {
        let tail = tail.strip_prefix(',').map_or(tail, str::trim_start);
        vec![format!("{head}{tail}")]
    };
    Some(LineEdit {
        path: location.path.clone(),
        line: location.line,
        before: vec![line.clone()],
        after,
    })
}

/// Where the parenthesis closes that was opened before the text.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 1_usize;
    for (at, letter) in text.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(at);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use crate::rules::schema::on_stage::{live_key, live_table, table};
    use crate::rules::stage::{Stage, seen};

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

    #[test]
    fn the_line_is_shown_without_its_constraint() {
        let shown = |line: &str| {
            let mut stage = Stage::with(&["shop", "stock"]);
            stage.models("stock", STOCK).models(
                "shop",
                &format!("class B(Base):\n    __tablename__ = 'b'\n{line}\n"),
            );
            stage.only("RD306").remedy.diff.unwrap().after
        };
        assert_eq!(
            shown("    v = Column(Integer, ForeignKey('volumes.id', ondelete=f('x')), index=True)"),
            ["    v = Column(Integer, index=True)"]
        );
        assert_eq!(
            shown("    v = sa.Column(sa.ForeignKey('volumes.id'))"),
            ["    v = sa.Column(sa.String(50))"]
        );
        assert_eq!(
            shown("    v: Mapped[int] = mapped_column(ForeignKey('volumes.id'), index=True)"),
            ["    v: Mapped[int] = mapped_column(index=True)"]
        );
        assert!(
            shown("    v = Column(\n        Integer,\n        ForeignKey('volumes.id'),\n    )")
                .is_empty()
        );
    }

    #[test]
    fn a_column_is_told_once_and_the_live_catalog_where_nothing_is_written() {
        let mut stage = Stage::with(&["shop", "stock"]);
        seen(&mut stage.module("stock").described).tables = vec![table("volumes", &[])];
        seen(&mut stage.module("shop").described).tables = vec![table("b", &[])];
        let live = &mut stage.database().live;
        live.tables = vec![
            live_table("volumes", &[("id", "integer")]),
            live_table("b", &[("v", "integer")]),
        ];
        live.foreign_keys = vec![live_key("b", "v", "volumes", "id")];
        let finding = stage.only("RD306");
        assert_eq!(
            finding.evidence,
            ["localhost:5432 / shop: the constraint is there"]
        );
        stage.models(
            "shop",
            "class B(Base):\n    __tablename__ = 'b'\n    v = Column(Integer, ForeignKey('volumes.id'))\n",
        );
        stage.revision(
            "shop",
            "def upgrade():\n    op.create_table('b', sa.Column('v', sa.Integer(), sa.ForeignKey('volumes.id')))\n",
        );
        assert_eq!(stage.only("RD306").location.unwrap().line, 3);
    }

    #[test]
    fn keys_within_the_neighbours_tables_are_the_neighbours() {
        let mut stage = Stage::with(&["shop", "stock"]);
        stage.models("stock", &format!("{STOCK}class F(Base):\n    __tablename__ = 'files'\n    v = Column(Integer, ForeignKey('volumes.id'))\n"));
        stage.models("shop", "class B(Base):\n    __tablename__ = 'b'\n");
        stage.database().live.foreign_keys = vec![live_key("files", "v", "volumes", "id")];
        assert!(!stage.codes().contains(&"RD306".to_owned()));
    }
}
