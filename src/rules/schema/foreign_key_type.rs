//! RD301 foreign-key-type-mismatch and RD307 foreign-key-type-difference: a foreign key column that
//! has not the type of its key. Two rules, since PostgreSQL refuses the one and accepts the other.

use super::key_types::{Fit, foreign_key_fit};
use super::keys::{Key, keys, live_keys};
use super::ownership::{canonical, other_owner, owns};
use crate::evidence::ModuleEvidence;
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
        let written = keys(module, sources);
        let is_told = |key: &Key| {
            let is_same = |other: &&Key| {
                canonical(module, &other.table) == key.table && other.column == key.column
            };
            let mut same = written.iter().filter(is_same);
            same.any(|other| matches!(fit(other), Fit::Accepted | Fit::Rejected))
        };
        for key in written.iter().filter(|key| fit(key) == wanted) {
            findings.extend(finding(rule, key).map(|found| found.of(&module.module.name)));
        }
        // What the source says of a column is not said again of the database's.
        for key in live_keys(module, sources) {
            let is_ours = owns(module, sources, &key.table)
                || other_owner(case, module, &key.table).is_none();
            if fit(&key) == wanted && is_ours && !is_told(&key) {
                let found = finding(rule, &key).map(|found| of_database(found, module));
                findings.extend(found);
            }
        }
    }
    findings
}

fn fit(key: &Key) -> Fit {
    match (&key.kind, &key.to_kind) {
        (Some(kind), Some(to_kind)) => foreign_key_fit(kind, to_kind),
        _ => Fit::Unknown,
    }
}

fn of_database(mut finding: Finding, module: &ModuleEvidence) -> Finding {
    if let Some(database) = module.database.seen() {
        finding.message = format!("in the live database {}", finding.message);
        finding.evidence.insert(0, database.label.clone());
        finding.remedy.text = format!("in a new revision, {}", finding.remedy.text);
    }
    finding.of(&module.module.name)
}

fn finding(rule: &Rule, key: &Key) -> Option<Finding> {
    let (kind, to_kind) = key.kind.as_ref().zip(key.to_kind.as_ref())?;
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
    Some(match correction(key, to_kind) {
        // No database can hold rows of a key that PostgreSQL rejects; where it accepts one, a
        // migration belongs to the change.
        Some(edit) if rule.code == MISMATCH.code => finding.fix(edit),
        Some(edit) => finding.edit(edit),
        None => finding,
    })
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
    use crate::rules::schema::on_stage::{live_key, live_table, pair, table};
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
    fn a_length_is_the_same_by_position_and_by_name() {
        let models = |id: &str, column: &str| {
            let mut stage = Stage::one();
            let source = format!(
                "class A(Base):\n    __tablename__ = 'a'\n    id = Column({id}, primary_key=True)\n\
                 class B(Base):\n    __tablename__ = 'b'\n    a_id = Column({column}, ForeignKey('a.id'))\n"
            );
            stage.models("shop", &source);
            stage.codes()
        };
        for (id, column, codes) in [
            ("String(length=64)", "String(64)", &[][..]),
            ("String(length=64)", "String(length=32)", &["RD307"]),
            (
                "Numeric(10, scale=2)",
                "Numeric(precision=10, scale=2)",
                &[],
            ),
            // What the code computes is not judged.
            ("String(ID_LENGTH)", "String(64)", &[]),
        ] {
            assert_eq!(models(id, column), codes, "{id}, {column}");
        }
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
    fn after_what_cannot_be_read_no_type_is_known() {
        let codes = |between: &str| {
            let mut stage = Stage::one();
            stage.revision(
                "shop",
                &format!(
                    "
def upgrade():
    op.create_table('a', sa.Column('id', sa.Integer()))
    {between}
    op.create_table('b', sa.Column('a_id', sa.Uuid(), sa.ForeignKey('a.id')))
"
                ),
            );
            stage.codes()
        };
        assert_eq!(codes("pass"), ["RD301"]);
        for between in [
            "for name in NAMES: op.alter_column(name, 'id', type_=sa.Uuid())",
            "op.execute('ALTER TABLE a ALTER COLUMN id TYPE uuid USING gen_random_uuid()')",
            "op.execute(STATEMENTS['retype'])",
        ] {
            let codes = codes(between);
            assert!(
                !codes.iter().any(|code| code == "RD301"),
                "{between}: {codes:?}"
            );
        }
    }

    #[test]
    fn metadata_tells_what_the_source_does_not() {
        let mut stage = Stage::one();
        seen(&mut stage.first().described).tables = vec![
            table("a", &[("id", "UUID")]),
            MetadataTable {
                foreign_keys: vec![pair("id", "a.id")],
                ..table("b", &[("id", "INTEGER")])
            },
        ];
        assert_eq!(stage.codes(), ["RD301"]);
    }

    fn live_stage(kind: &str, key: &str) -> Stage {
        let mut stage = Stage::one();
        let live = &mut stage.database().live;
        live.tables = vec![
            live_table("a", &[("id", key)]),
            live_table("b", &[("a_id", kind)]),
        ];
        live.foreign_keys = vec![live_key("b", "a_id", "a", "id")];
        seen(&mut stage.first().described).tables = vec![table("a", &[]), table("b", &[])];
        stage
    }

    #[test]
    fn the_live_catalog_is_judged_where_the_source_says_nothing() {
        let stage = live_stage("integer", "bigint");
        let finding = stage.only("RD307");
        assert!(
            finding
                .message
                .starts_with("in the live database b.a_id is integer"),
            "{}",
            finding.message
        );
        assert_eq!(stage.codes(), ["RD307"]);
        assert!(live_stage("bigint", "bigint").codes().is_empty());
        assert!(
            live_stage("character varying(9)", "ltree")
                .codes()
                .is_empty()
        );
    }

    #[test]
    fn a_column_that_is_told_from_source_is_not_told_again_from_the_database() {
        let mut stage = live_stage("integer", "bigint");
        stage.models(
            "shop",
            "
class A(Base):
    __tablename__ = 'a'
    id = Column(BigInteger, primary_key=True)
class B(Base):
    __tablename__ = 'b'
    a_id = Column(Integer, ForeignKey('a.id'))
",
        );
        assert_eq!(stage.codes(), ["RD307"]);
        assert!(!stage.only("RD307").message.contains("live database"));
    }

    #[test]
    fn a_key_that_the_models_want_and_the_database_cannot_have_is_found() {
        let mut stage = live_stage("integer", "uuid");
        stage.database().live.foreign_keys.clear();
        stage.models(
            "shop",
            "
class A(Base):
    __tablename__ = 'a'
    id = Column(Uuid, primary_key=True)
class B(Base):
    __tablename__ = 'b'
    a_id = Column(Uuid, ForeignKey('a.id'))
",
        );
        let finding = stage.only("RD301");
        assert_eq!(finding.location.unwrap().line, 7);
        assert!(finding.message.contains("live database"));
    }
}
