//! Types of columns, and ENUM types that stay.

use crate::breaks::{Check, Project};

/// 3. Types of the project and of third parties: not imported, with arguments that are required,
///    with arguments that they do not take.
#[test]
fn only_the_database_type_of_a_column_matters() {
    let site = Project {
        models: r#"
import enum
import sqlmodel
import sqlalchemy_utils
from app.types import Colour, Money, Payload, StringEnum


class Kind(enum.Enum):
    a = "a"
    b = "b"


class Thing(Base):
    __tablename__ = "things"
    id: Mapped[int] = mapped_column(primary_key=True)
    price = mapped_column(Money("EUR"), nullable=False)
    kind = mapped_column(StringEnum(Kind), nullable=False)
    colour = mapped_column(Colour(values=["red", "blue"]), server_default="red")
    payload = mapped_column(Payload(), server_default=sa.text("'{}'::jsonb"))
    label = mapped_column(sqlmodel.sql.sqltypes.AutoString(length=40))
    mail = mapped_column(sqlalchemy_utils.EmailType())
    token = mapped_column(sqlalchemy_utils.UUIDType(binary=False))
    choice = mapped_column(sqlalchemy_utils.ChoiceType([("a", "A")], impl=sa.String(3)))
    kinds = mapped_column(postgresql.ARRAY(sa.Enum(Kind, name="kind")))
    searched = mapped_column(postgresql.TSVECTOR)


class Row(sqlmodel.SQLModel, table=True):
    __tablename__ = "rows"
    metadata = Base.metadata
    id: int | None = sqlmodel.Field(default=None, primary_key=True)
    name: str = sqlmodel.Field(index=True)
"#,
        files: &[(
            "app/types.py",
            r#"import sqlalchemy as sa
from sqlalchemy.dialects import postgresql


class Money(sa.types.TypeDecorator):
    impl = sa.Numeric(12, 2)
    cache_ok = True

    def __init__(self, currency):
        super().__init__()
        self.currency = currency


class StringEnum(sa.types.TypeDecorator):
    impl = sa.String(20)
    cache_ok = True

    def __init__(self, kinds):
        super().__init__()
        self.kinds = kinds


class Colour(sa.types.UserDefinedType):
    cache_ok = True

    def __init__(self, values):
        self.values = tuple(values)

    def get_col_spec(self, **kw):
        return "VARCHAR(9)"


class Payload(sa.types.TypeDecorator):
    """Rendered as `Payload(astext_type=Text())`, which it does not take."""

    impl = postgresql.JSONB
    cache_ok = True

    def __init__(self):
        super().__init__()
"#,
        )],
        imports: "import app.types\nimport sqlalchemy_utils\nimport sqlmodel",
        chain: &[
            r#"
op.create_table(
    "things",
    sa.Column("id", sa.Integer(), primary_key=True),
    sa.Column("price", app.types.Money("EUR"), nullable=False),
    sa.Column("kind", app.types.StringEnum(None), nullable=False),
    sa.Column("colour", app.types.Colour(values=[]), server_default="red"),
    sa.Column("payload", app.types.Payload(), server_default=sa.text("'{}'::jsonb")),
    sa.Column("label", sqlmodel.sql.sqltypes.AutoString(length=40)),
    sa.Column("mail", sqlalchemy_utils.EmailType()),
    sa.Column("token", sqlalchemy_utils.UUIDType(binary=False)),
)
"#,
            r#"
op.create_table("rows", sa.Column("id", sa.Integer(), primary_key=True), sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False))
op.create_index(op.f("ix_rows_name"), "rows", ["name"])
sa.Enum("a", "b", name="kind").create(op.get_bind())
op.add_column("things", sa.Column("choice", sqlalchemy_utils.ChoiceType([("a", "A")], impl=sa.String(3))))
op.add_column("things", sa.Column("kinds", postgresql.ARRAY(sa.Enum(name="kind"))))
op.add_column("things", sa.Column("searched", postgresql.TSVECTOR()))
"#,
        ],
        has_packages: true,
        ..Project::default()
    }
    .build();
    let rows = "insert into things (price, kind, kinds) values (1, 'a', '{a,b}')";
    let text = site.follows_the_chain(rows, Check::Clean);
    for foreign in [
        "app.",
        "sqlmodel",
        "sqlalchemy_utils",
        "Money",
        "StringEnum",
    ] {
        assert!(!text.contains(foreign), "{foreign} in\n{text}");
    }
    site.follows_the_models(&[], &[], &[]);
}

/// 9. ENUM types after the way down, with and without the plugin that drops them.
#[test]
fn no_type_is_left_behind() {
    for environment in ["", "import alembic_postgresql_enum"] {
        let site = Project {
            models: r#"
kinds_of = sa.Enum("a", "b", "c", name="kind")


class One(Base):
    __tablename__ = "ones"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind = mapped_column(kinds_of, nullable=False, server_default="a")
    kinds = mapped_column(postgresql.ARRAY(kinds_of))


class Two(Base):
    __tablename__ = "twos"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind = mapped_column(kinds_of)
    other = mapped_column(sa.Enum("it's", "50%", name="Other Kind"))
"#,
            chain: &[
                r#"
op.create_table(
    "ones",
    sa.Column("id", sa.Integer(), primary_key=True),
    sa.Column("kind", sa.Enum("a", "c", name="kind"), nullable=False, server_default="a"),
)
with op.get_context().autocommit_block():
    op.execute("ALTER TYPE kind ADD VALUE 'b' BEFORE 'c'")
op.add_column("ones", sa.Column("kinds", postgresql.ARRAY(postgresql.ENUM(name="kind", create_type=False))))
"#,
                r#"
op.create_table(
    "twos",
    sa.Column("id", sa.Integer(), primary_key=True),
    sa.Column("kind", postgresql.ENUM(name="kind", create_type=False)),
    sa.Column("other", sa.Enum("it's", "50%", name="Other Kind")),
)
"#,
            ],
            configure: "transaction_per_migration=True,",
            environment,
            has_packages: !environment.is_empty(),
            ..Project::default()
        }
        .build();
        let rows =
            "insert into ones (kinds) values ('{a,b}'); insert into twos (other) values ('50%')";
        site.follows_the_chain(rows, Check::Clean);
        site.follows_the_models(&[], &[], &[]);
    }
}
