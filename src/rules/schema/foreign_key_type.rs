//! RD301 foreign-key-type-mismatch and RD307 foreign-key-type-difference: a foreign key column that
//! has not the type of its key. Two rules, since PostgreSQL refuses the one and accepts the other.

use super::key_types::{Fit, foreign_key_fit};
use super::keys::{Key, keys};
use crate::python::SqlType;
use crate::rules::finding::{Finding, LineEdit, Severity};
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule, replaced};

/// The rule about types that PostgreSQL rejects.
pub static MISMATCH: Rule = Rule {
    code: "RD301",
    name: "foreign-key-type-mismatch",
    family: Family::Schema,
    severity: Severity::Warn,
    needs: Needs::Files,
    summary: "a foreign key column has a type that PostgreSQL rejects for its key",
    explanation: Explanation {
        what: "A foreign key column and the key it refers to have incompatible types: uuid and \
               integer, varchar and uuid, numeric and integer.",
        why: "PostgreSQL answers `foreign key constraint … cannot be implemented: Key columns … are \
              of incompatible types`. The chain stops at the revision that makes the constraint, \
              and so does every new database.",
        example: "```python\nid = Column(PG_UUID(as_uuid=True), primary_key=True)\n# elsewhere\n\
                  service_account_id = Column(Integer, ForeignKey(\"service_accounts.id\"))\n```",
        remedy: "Give the column exactly the type of the key, in the model and in the revision that \
                 creates it.",
    },
    check: |case| check(case, Fit::Rejected, &MISMATCH),
};

/// The rule about types that PostgreSQL accepts although they differ.
pub static DIFFERENCE: Rule = Rule {
    code: "RD307",
    name: "foreign-key-type-difference",
    family: Family::Schema,
    severity: Severity::Note,
    needs: Needs::Files,
    summary: "a foreign key column has another type than its key, and PostgreSQL accepts it",
    explanation: Explanation {
        what: "A foreign key column differs from the key it refers to in a way that PostgreSQL \
               accepts: integer and bigint, varchar(10) and varchar(36).",
        why: "The column can hold fewer values than the key, and fails on the day when the key \
              outgrows it; joins need a cast.",
        example: "```python\nid = Column(BigInteger, primary_key=True)\n# elsewhere\n\
                  order_id = Column(Integer, ForeignKey(\"orders.id\"))\n```",
        remedy: "Give the column exactly the type of the key.",
    },
    check: |case| check(case, Fit::Accepted, &DIFFERENCE),
};

fn check(case: &Case<'_>, wanted: Fit, rule: &Rule) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (module, sources) in case.modules() {
        for key in keys(module, sources) {
            if let (Some(kind), Some(to_kind)) = (&key.kind, &key.to_kind)
                && foreign_key_fit(kind, to_kind) == wanted
            {
                findings.push(finding(rule, &key, kind, to_kind).of(&module.module.name));
            }
        }
    }
    findings
}

fn finding(rule: &Rule, key: &Key, kind: &SqlType, to_kind: &SqlType) -> Finding {
    let column = format!("{}.{}", key.table, key.column);
    let target = format!("{}.{}", key.to_table, key.to_column);
    let verb = if rule.severity == Severity::Warn {
        "PostgreSQL rejects that"
    } else {
        "PostgreSQL accepts that"
    };
    let mut finding = rule
        .finding(
            &column,
            format!("{column} is {kind} and refers to {target}, which is {to_kind}; {verb}"),
        )
        .seen(format!("{column}: {kind}"))
        .seen(format!("{target}: {to_kind}"))
        .remedy(format!("make {column} {to_kind}, as its key is"));
    if let Some(location) = key
        .written
        .as_ref()
        .map(|(_, at)| at)
        .or(key.location.as_ref())
    {
        finding = finding.at(location);
    }
    match correction(key, to_kind) {
        // No database can hold rows of a key that PostgreSQL rejects; where it accepts one, a
        // migration belongs to the change.
        Some(edit) if rule.code == MISMATCH.code => finding.fix(edit),
        Some(edit) => finding.edit(edit),
        None => finding,
    }
}

/// The column's line with the key's type. What the key's own line writes is taken over where both
/// lines write a type in the same style: a constructor with the same prefix, or an annotation.
fn correction(key: &Key, to_kind: &SqlType) -> Option<LineEdit> {
    let (text, location) = key.written.as_ref()?;
    let prefix = |written: &str| {
        let callee = written.split('(').next().unwrap_or(written);
        callee.rsplit_once('.').map(|(prefix, _)| prefix.to_owned())
    };
    let is_annotation = |written: &str| SqlType::from_annotation(last(written)).is_some();
    let to = match &key.to_written {
        Some(to) if is_annotation(to) == is_annotation(text) => to.clone(),
        _ => match prefix(text) {
            Some(prefix) => format!("{prefix}.{}", to_kind.as_constructor()?),
            None => to_kind.as_constructor()?,
        },
    };
    replaced(location, text, &to)
}

fn last(written: &str) -> &str {
    written.rsplit('.').next().unwrap_or(written)
}

#[cfg(test)]
mod tests {
    use crate::evidence::MetadataTable;
    use crate::rules::stage::{Stage, seen};

    const ACCOUNTS: &str = "
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
class Account(Base):
    __tablename__ = 'accounts'
    id = Column(PG_UUID(as_uuid=True), primary_key=True)
class Key(Base):
    __tablename__ = 'keys'
    id = Column(BigInteger, primary_key=True)
";

    #[test]
    fn integer_to_uuid_in_a_model_is_shown_with_its_correction() {
        let mut stage = Stage::one();
        let source =
            format!("{ACCOUNTS}    account_id = Column(Integer, ForeignKey('accounts.id'))\n");
        stage.models("shop", &source);
        let finding = stage.only("RD301");
        let place = finding.location.unwrap();
        assert_eq!((place.line, place.column), (9, 25));
        assert_eq!(
            finding.remedy.diff.unwrap().after,
            ["    account_id = Column(PG_UUID(as_uuid=True), ForeignKey('accounts.id'))"]
        );
        assert_eq!(stage.codes(), ["RD301"]);
    }

    #[test]
    fn the_same_type_is_fine_and_an_accepted_one_is_noted() {
        let mut stage = Stage::one();
        let source =
            format!("{ACCOUNTS}    a = Column(PG_UUID(as_uuid=True), ForeignKey('accounts.id'))\n");
        stage.models("shop", &source);
        assert!(stage.codes().is_empty());
        let source = format!("{ACCOUNTS}    parent = Column(Integer, ForeignKey('keys.id'))\n");
        stage.models("shop", &source);
        assert_eq!(stage.codes(), ["RD307"]);
    }

    #[test]
    fn a_revision_is_judged_by_the_chain_as_it_stood() {
        let mut stage = Stage::one();
        stage.revision(
            "shop",
            "
def upgrade():
    op.create_table('a', sa.Column('id', postgresql.UUID(as_uuid=True)))
    op.create_table('b', sa.Column('a_id', sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(['a_id'], ['a.id']))
",
        );
        let finding = stage.only("RD301");
        assert_eq!(finding.location.unwrap().line, 4);
        let mut stage = Stage::one();
        stage.revision(
            "shop",
            "
def upgrade():
    op.create_table('a', sa.Column('id', sa.Integer()))
    op.create_table('b', sa.Column('a_id', sa.Integer(), sa.ForeignKey('a.id')))
    op.alter_column('a', 'id', type_=sa.Uuid())
    op.alter_column('b', 'a_id', type_=sa.Uuid())
",
        );
        assert!(stage.codes().is_empty());
    }

    #[test]
    fn metadata_tells_what_the_source_does_not() {
        let mut stage = Stage::one();
        let table = |name: &str, kind: &str, keys: Vec<(String, String)>| MetadataTable {
            schema: None,
            name: name.to_owned(),
            columns: vec![("id".to_owned(), kind.to_owned())],
            foreign_keys: keys,
        };
        seen(&mut stage.first().described).tables = vec![
            table("a", "UUID", Vec::new()),
            table("b", "INTEGER", vec![("id".to_owned(), "a.id".to_owned())]),
        ];
        assert_eq!(stage.codes(), ["RD301"]);
    }
}
