//! RD626 missing-import: a name that nothing in the revision binds.

use crate::python::Contents;
use crate::python::contents::UnboundName;
use crate::rules::finding::{Finding, LineEdit, Severity};
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    code: "RD626",
    name: "missing-import",
    family: Family::Project,
    severity: Severity::Warn,
    needs: Needs::Files,
    summary: "a revision uses a name that it neither imports nor defines",
    explanation: Explanation {
        what: "A name is read that no import, assignment or definition of the file binds and that Python does not have. \
               Files with a star import are not judged.",
        why: "`NameError` when the revision runs. Autogenerate writes such files for types of sqlmodel, pgvector, \
              geoalchemy2 and of the application.",
        example: "```python\nsa.Column(\"name\", sqlmodel.sql.sqltypes.AutoString())  # NameError: sqlmodel\n```",
        remedy: "Add the import to the file, and to `script.py.mako` for the files to come.",
    },
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (module, sources) in case.modules() {
        for file in &sources.contents {
            for unbound in &file.unbound {
                let name = file.path.file_name().unwrap_or_default().to_string_lossy();
                let mut finding = RULE
                    .finding(
                        &unbound.name,
                        format!("{name} uses {} and does not import it", unbound.name),
                    )
                    .of(&module.module.name)
                    .at(&unbound.location);
                finding = match import_line(unbound) {
                    Some(line) => finding
                        .remedy(format!("add the line: {line}"))
                        .edit(insertion(file, line)),
                    None => finding.remedy("import or define it at the head of the file"),
                };
                findings.push(finding);
            }
        }
    }
    findings
}

fn insertion(file: &Contents, line: String) -> LineEdit {
    LineEdit {
        path: file.path.clone(),
        line: file.import_line,
        before: Vec::new(),
        after: vec![line],
    }
}

/// The import that binds the name, as far as its use tells.
fn import_line(unbound: &UnboundName) -> Option<String> {
    let known = match unbound.name.as_str() {
        "op" | "context" => format!("from alembic import {}", unbound.name),
        "sa" => "import sqlalchemy as sa".to_owned(),
        "sqlalchemy" => "import sqlalchemy".to_owned(),
        "postgresql" | "mysql" | "sqlite" | "mssql" | "oracle" => {
            format!("from sqlalchemy.dialects import {}", unbound.name)
        }
        "JSONB" | "TSVECTOR" | "INET" | "CIDR" | "HSTORE" | "BYTEA" | "CITEXT" => {
            format!(
                "from sqlalchemy.dialects.postgresql import {}",
                unbound.name
            )
        }
        "text" | "func" | "Column" | "Table" | "MetaData" | "ForeignKey" => {
            format!("from sqlalchemy import {}", unbound.name)
        }
        "uuid" | "datetime" | "json" | "os" | "enum" | "logging" | "decimal" => {
            format!("import {}", unbound.name)
        }
        _ => return by_path(unbound),
    };
    Some(known)
}

/// `app.types.Money` → `import app.types`; a plain name is a type of SQLAlchemy or nobody knows.
fn by_path(unbound: &UnboundName) -> Option<String> {
    match unbound.dotted.rsplit_once('.') {
        Some((module, _)) if module.contains('.') => Some(format!("import {module}")),
        Some((module, last)) => {
            let is_type = last.starts_with(|c: char| c.is_uppercase());
            is_type.then(|| format!("import {module}"))
        }
        None => TYPES
            .contains(&unbound.name.as_str())
            .then(|| format!("from sqlalchemy import {}", unbound.name)),
    }
}

/// Types that `sqlalchemy` itself exports, as autogenerate writes them inside of others.
const TYPES: [&str; 18] = [
    "ARRAY",
    "BigInteger",
    "Boolean",
    "Date",
    "DateTime",
    "Enum",
    "Float",
    "Integer",
    "Interval",
    "JSON",
    "LargeBinary",
    "Numeric",
    "SmallInteger",
    "String",
    "Text",
    "Time",
    "Unicode",
    "Uuid",
];

#[cfg(test)]
mod tests {
    use crate::rules::stage::Stage;

    fn stage(use_: &str) -> Stage {
        let mut stage = Stage::one();
        stage.file(
            "shop",
            &format!(
                "\"\"\"m\"\"\"\nfrom alembic import op\nimport sqlalchemy as sa\n\nrevision = 'a'\n\n\
                 def upgrade():\n    op.alter_column('a', 'b', type_={use_})\n\n\
                 def downgrade():\n    op.x()\n"
            ),
        );
        stage
    }

    #[test]
    fn the_import_is_shown_where_it_goes() {
        for (written, line) in [
            (
                "sqlmodel.sql.sqltypes.AutoString()",
                "import sqlmodel.sql.sqltypes",
            ),
            (
                "pgvector.sqlalchemy.Vector(3)",
                "import pgvector.sqlalchemy",
            ),
            ("geoalchemy2.Geometry()", "import geoalchemy2"),
            ("app.types.Money()", "import app.types"),
            (
                "postgresql.JSONB()",
                "from sqlalchemy.dialects import postgresql",
            ),
            ("Text()", "from sqlalchemy import Text"),
            ("String(3)", "from sqlalchemy import String"),
        ] {
            let finding = stage(written).only("RD626");
            let edit = finding.remedy.diff.unwrap();
            assert_eq!((edit.line, edit.after[0].as_str()), (4, line), "{written}");
            assert_eq!(finding.location.unwrap().line, 8);
        }
        assert!(stage("unknown").only("RD626").remedy.diff.is_none());
    }

    #[test]
    fn what_is_bound_is_fine() {
        assert!(stage("sa.Text()").codes().is_empty());
    }
}
