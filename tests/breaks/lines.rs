//! The ten lines, one project each: what six real projects lost when their histories were replaced.

use super::{Check, Project, borrowed, is_full};

/// 1. An index, a default, a generated column and a trigger that need functions.
#[test]
fn functions_stand_before_what_calls_them() {
    let site = Project {
        models: r#"
class Item(Base):
    __tablename__ = "items"
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(sa.Text, server_default=sa.text("make_code()"))
    name: Mapped[str] = mapped_column(sa.Text)
    slug = mapped_column(sa.Text, sa.Computed("slugify(name)", persisted=True))
    touched_at = mapped_column(sa.DateTime(timezone=True))
    __table_args__ = (
        sa.Index("ix_items_folded", sa.text("slugify(name)")),
        sa.CheckConstraint("is_code(code)", name="ck_items_code"),
    )
"#,
        chain: &[
            r#"
op.execute("CREATE FUNCTION is_code(value text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$ SELECT value <> '' $$")
op.execute("CREATE FUNCTION squeeze(value text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT trim(value) $$")
op.execute("CREATE FUNCTION slugify(value text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT lower(public.squeeze(value)) $$")
op.execute("CREATE SEQUENCE codes")
op.execute("CREATE FUNCTION make_code() RETURNS text LANGUAGE sql VOLATILE AS $$ SELECT 'c' || nextval('codes') $$")
op.create_table(
    "items",
    sa.Column("id", sa.Integer(), primary_key=True),
    sa.Column("code", sa.Text(), server_default=sa.text("make_code()"), nullable=False),
    sa.Column("name", sa.Text(), nullable=False),
    sa.Column("slug", sa.Text(), sa.Computed("slugify(name)", persisted=True)),
    sa.Column("touched_at", sa.DateTime(timezone=True)),
    sa.CheckConstraint("is_code(code)", name="ck_items_code"),
)
op.create_index("ix_items_folded", "items", [sa.text("slugify(name)")])
"#,
            r#"
op.execute("""CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    NEW.touched_at := now();  -- 100%
    RETURN NEW;
END
$body$""")
op.execute("CREATE TRIGGER items_touch BEFORE UPDATE ON items FOR EACH ROW WHEN (OLD.code IS DISTINCT FROM NEW.code) EXECUTE FUNCTION touch()")
op.execute("CREATE FUNCTION items_by(wanted text) RETURNS SETOF items LANGUAGE sql STABLE AS $$ SELECT * FROM items WHERE slug = slugify(wanted) $$")
op.execute("CREATE VIEW item_codes AS SELECT code, slugify(name) AS slug FROM items")
"#,
        ],
        ..Project::default()
    }
    .build();
    let rows = "insert into items (name) select ' N ' || n from generate_series(1, 20) n";
    site.follows_the_chain(rows, Check::Clean);
    site.follows_the_models(&[], &[], &[]);
}

/// 2. Entities of `alembic_utils`, which its comparator simulates on the database that it is given.
#[test]
fn entities_of_a_plugin_are_no_hindrance() {
    let site = Project {
        models: r#"
class Job(Base):
    __tablename__ = "jobs"
    id: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(sa.Text)
    seen_at = mapped_column(sa.DateTime)
"#,
        files: &[(
            "app/entities.py",
            r#"from alembic_utils.pg_function import PGFunction
from alembic_utils.pg_trigger import PGTrigger
from alembic_utils.pg_view import PGView

notice = PGFunction(
    schema="public",
    signature="notice()",
    definition="RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.seen_at := now(); RETURN NEW; END $$",
)
on_job = PGTrigger(
    schema="public",
    signature="job_notice",
    on_entity="public.jobs",
    definition="BEFORE UPDATE ON public.jobs FOR EACH ROW EXECUTE FUNCTION public.notice()",
)
open_jobs = PGView(schema="public", signature="open_jobs", definition="SELECT jobs.id FROM jobs WHERE jobs.state = 'open'")
ENTITIES = [notice, on_job, open_jobs]
"#,
        )],
        imports: "from app.entities import notice, on_job, open_jobs",
        environment: "from alembic_utils.replaceable_entity import register_entities\nfrom app.entities import \
                      ENTITIES\nregister_entities(ENTITIES)",
        chain: &[
            "op.create_table(\"jobs\", sa.Column(\"id\", sa.Integer(), primary_key=True), \
             sa.Column(\"state\", sa.Text(), nullable=False), sa.Column(\"seen_at\", sa.DateTime()))",
            "op.create_entity(notice)\nop.create_entity(on_job)\nop.create_entity(open_jobs)",
        ],
        has_packages: true,
        ..Project::default()
    }
    .build();
    let rows = "insert into jobs (state) values ('open'), ('done')";
    site.follows_the_chain(rows, Check::Clean);
    site.follows_the_models(&[], &[], &[]);
}

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

/// 4. Circles of two, four and six tables; `use_alter`; keys without a name.
#[test]
fn circles_of_two_four_and_six_tables() {
    let mut models = String::from("import sqlalchemy as sa\n");
    let mut up = String::new();
    let mut later = String::new();
    for size in [2, 4, 6] {
        for place in 0..size {
            let (here, next) = (
                format!("c{size}_{place}"),
                format!("c{size}_{}", (place + 1) % size),
            );
            // Some keys have a name and use_alter, some have none.
            let key = match place % 3 {
                0 => format!("use_alter=True, name=\"fk_{here}\""),
                1 => "ondelete=\"CASCADE\"".to_owned(),
                _ => "deferrable=True, initially=\"DEFERRED\"".to_owned(),
            };
            models += &format!(
                "\nclass C{size}{place}(Base):\n    __tablename__ = \"{here}\"\n    \
                 id: Mapped[int] = mapped_column(primary_key=True)\n    \
                 next_id = mapped_column(sa.ForeignKey(\"{next}.id\", {key}))\n"
            );
            up += &format!(
                "op.create_table(\"{here}\", sa.Column(\"id\", sa.Integer(), primary_key=True), \
                 sa.Column(\"next_id\", sa.Integer()))\n"
            );
            let (name, options) = match place % 3 {
                0 => (format!("\"fk_{here}\""), ""),
                1 => (format!("\"{here}_next_id_fkey\""), ", ondelete=\"CASCADE\""),
                _ => (
                    format!("\"{here}_next_id_fkey\""),
                    ", deferrable=True, initially=\"DEFERRED\"",
                ),
            };
            later += &format!(
                "op.create_foreign_key({name}, \"{here}\", \"{next}\", [\"next_id\"], [\"id\"]{options})\n"
            );
        }
    }
    let site = Project {
        models: &models,
        chain: &[&up, &later],
        ..Project::default()
    }
    .build();
    let rows = "insert into c4_0 values (1, null); insert into c4_3 values (1, 1); \
                insert into c4_2 values (1, 1); insert into c4_1 values (1, 1); update c4_0 set next_id = 1";
    let text = site.follows_the_chain(rows, Check::Clean);
    assert!(!text.contains("use_alter"), "{text}");
    site.follows_the_models(&[], &[], &[]);
}

/// 5. What autogenerate has no eyes for, and what the models say otherwise.
#[test]
fn what_only_the_chain_has_is_kept() {
    let site = Project {
        models: r#"
class Customer(Base):
    __tablename__ = "customers"
    id: Mapped[int] = mapped_column(primary_key=True)
    mail: Mapped[str] = mapped_column(sa.Text)
    full = mapped_column(sa.Text)
    paid: Mapped[int]
    due: Mapped[int]
    data = mapped_column(postgresql.JSONB)
    __table_args__ = (
        sa.Index("ix_customers_mail", "mail"),
        sa.Index("uq_customers_open", "mail", unique=True),
        sa.Index("ix_customers_data", "data", postgresql_using="gin"),
        sa.CheckConstraint("due >= 0", name="ck_customers_amount"),
    )


class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id = mapped_column(sa.ForeignKey("customers.id", name="orders_customer_id_fkey"), nullable=False)
    number: Mapped[str] = mapped_column(sa.Text)
    __table_args__ = (sa.UniqueConstraint("number", name="uq_number"),)
"#,
        chain: &[
            r#"
op.create_table(
    "customers",
    sa.Column("id", sa.Integer(), primary_key=True),
    sa.Column("mail", sa.Text(), nullable=False, server_default="nobody@example.org"),
    sa.Column("paid", sa.Integer(), nullable=False, server_default=sa.text("0")),
    sa.Column("due", sa.Integer(), nullable=False, server_default="0"),
    sa.Column("full", sa.Text(), sa.Computed("mail || ':' || paid::text", persisted=True)),
    sa.Column("data", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb")),
    sa.CheckConstraint("paid >= 0", name="ck_customers_amount"),
)
op.create_index("ix_customers_mail", "customers", ["mail"], postgresql_ops={"mail": "text_pattern_ops"})
op.create_index("uq_customers_open", "customers", ["mail"], unique=True, postgresql_where=sa.text("due > 0"))
op.create_index("ix_customers_data", "customers", ["data"], postgresql_using="gin", postgresql_ops={"data": "jsonb_path_ops"})
"#,
            r#"
op.create_table(
    "orders",
    sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
    sa.Column("customer_id", sa.Integer(), sa.ForeignKey("customers.id", ondelete="CASCADE"), nullable=False),
    sa.Column("number", sa.Text(), nullable=False),
    sa.UniqueConstraint("number", name="uq_number"),
)
"#,
        ],
        ..Project::default()
    }
    .build();
    let rows = "insert into customers (mail, due) values ('a@example.org', 1), ('b@example.org', 0); \
                insert into orders (customer_id, number) values (1, 'n1')";
    // Alembic sees the key without its CASCADE.
    site.follows_the_chain(rows, Check::Drift);
    if !is_full() {
        return;
    }
    let agreed = site.would_lose(&[]);
    site.follows_the_models(&borrowed(&agreed),
        &[
            ");",
            "ADD CONSTRAINT orders_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES public.customers(id) ON DELETE CASCADE;",
            "ALTER TABLE public.orders ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (",
            "COPY public.customers (id, mail, paid, due, data) FROM stdin;",
            "CREATE INDEX ix_customers_data ON public.customers USING gin (data jsonb_path_ops);",
            "CREATE INDEX ix_customers_mail ON public.customers USING btree (mail text_pattern_ops);",
            "CREATE UNIQUE INDEX uq_customers_open ON public.customers USING btree (mail) WHERE (due > 0);",
            "SEQUENCE NAME public.orders_id_seq",
            "public.customers: \"full\" text GENERATED ALWAYS AS (((mail || ':'::text) || (paid)::text)) STORED",
            "public.customers: CONSTRAINT ck_customers_amount CHECK ((paid >= 0))",
            "public.customers: data jsonb DEFAULT '{}'::jsonb",
            "public.customers: due integer DEFAULT 0 NOT NULL",
            "public.customers: mail text DEFAULT 'nobody@example.org'::text NOT NULL",
            "public.customers: paid integer DEFAULT 0 NOT NULL",
        ],
        &["y"]);
}

/// 6. Names that stayed from a table's old name, and columns that were added, dropped and renamed.
#[test]
fn old_names_stay_so_that_later_revisions_find_them() {
    let site = Project {
        models: r#"
class Person(Base):
    __tablename__ = "people"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(80), unique=True)
    boss_id = mapped_column(sa.ForeignKey("people.id"))
    born = mapped_column(sa.Date, index=True)
    __table_args__ = (sa.CheckConstraint("name <> ''"),)
"#,
        chain: &[
            r#"
op.create_table(
    "users",
    sa.Column("gone", sa.Text()),
    sa.Column("id", sa.Integer(), primary_key=True),
    sa.Column("login", sa.String(80), nullable=False, unique=True),
    sa.CheckConstraint("login <> ''"),
)
op.create_index("ix_users_gone", "users", ["gone"])
"#,
            r#"
op.add_column("users", sa.Column("born", sa.Date()))
op.create_index("ix_users_born", "users", ["born"])
op.add_column("users", sa.Column("chief_id", sa.Integer(), sa.ForeignKey("users.id")))
"#,
            r#"
op.drop_column("users", "gone")
op.rename_table("users", "people")
op.alter_column("people", "login", new_column_name="name")
op.alter_column("people", "chief_id", new_column_name="boss_id")
"#,
        ],
        ..Project::default()
    }
    .build();
    let rows = "insert into people (name) values ('root')";
    // Alembic compares unique constraints and indexes by name.
    let text = site.follows_the_chain(rows, Check::Drift);
    for name in [
        "users_pkey",
        "users_login_key",
        "users_login_check",
        "users_chief_id_fkey",
        "ix_users_born",
        "users_id_seq",
    ] {
        assert!(text.contains(name), "{name} in\n{text}");
    }
    if !is_full() {
        return;
    }
    let agreed = site.would_lose(&[]);
    site.follows_the_models(&borrowed(&agreed),
        &[
            "ADD CONSTRAINT users_chief_id_fkey FOREIGN KEY (boss_id) REFERENCES public.people(id);",
            "ADD CONSTRAINT users_login_key UNIQUE (name);",
            "ADD CONSTRAINT users_pkey PRIMARY KEY (id);",
            "ALTER SEQUENCE public.users_id_seq OWNED BY public.people.id;",
            "ALTER TABLE ONLY public.people ALTER COLUMN id SET DEFAULT nextval('public.users_id_seq'::regclass);",
            "ALTER TABLE public.users_id_seq OWNER TO postgres;",
            "COPY public.people (id, name, born, boss_id) FROM stdin;",
            "CREATE INDEX ix_users_born ON public.people USING btree (born);",
            "CREATE SEQUENCE public.users_id_seq",
            "SELECT pg_catalog.setval('public.users_id_seq', 1, false);",
            "public.people: CONSTRAINT users_login_check CHECK (((name)::text <> ''::text))",
        ],
        &[
            "ADD CONSTRAINT people_boss_id_fkey FOREIGN KEY (boss_id) REFERENCES public.people(id);",
            "ADD CONSTRAINT people_name_key UNIQUE (name);",
            "ADD CONSTRAINT people_pkey PRIMARY KEY (id);",
            "ALTER SEQUENCE public.people_id_seq OWNED BY public.people.id;",
            "ALTER TABLE ONLY public.people ALTER COLUMN id SET DEFAULT nextval('public.people_id_seq'::regclass);",
            "ALTER TABLE public.people_id_seq OWNER TO postgres;",
            "COPY public.people (id, name, boss_id, born) FROM stdin;",
            "CREATE INDEX ix_people_born ON public.people USING btree (born);",
            "CREATE SEQUENCE public.people_id_seq",
            "SELECT pg_catalog.setval('public.people_id_seq', 1, false);",
            "public.people: CONSTRAINT people_name_check CHECK (((name)::text <> ''::text))",
        ]);
}

/// 7. Tables that no model knows, and a model that no revision made.
#[test]
fn tables_without_a_model_and_a_model_without_a_table() {
    let site = Project {
        models: r#"
class Known(Base):
    __tablename__ = "known"
    id: Mapped[int] = mapped_column(primary_key=True)


class Wanted(Base):
    __tablename__ = "wanted"
    id: Mapped[int] = mapped_column(primary_key=True)
"#,
        chain: &[
            "op.create_table(\"known\", sa.Column(\"id\", sa.Integer(), primary_key=True))",
            r#"
op.create_table(
    "lookup",
    sa.Column("code", sa.String(3), primary_key=True),
    sa.Column("label", sa.Text(), nullable=False, server_default=""),
    sa.Column("known_id", sa.Integer(), sa.ForeignKey("known.id", ondelete="SET NULL")),
)
op.create_index("ix_lookup_label", "lookup", [sa.text("lower(label)")], unique=True)
op.create_table("log", sa.Column("at", sa.DateTime(), nullable=False), sa.Column("what", sa.Text()))
op.create_table("audit", sa.Column("id", sa.BigInteger(), sa.Identity(always=True), primary_key=True), sa.Column("code", sa.String(3), sa.ForeignKey("lookup.code")))
op.execute("CREATE VIEW labels AS SELECT label FROM lookup")
"#,
        ],
        ..Project::default()
    }
    .build();
    let rows = "insert into known values (1); insert into lookup values ('a', 'A', 1); insert into log values (now(), 'x')";
    site.follows_the_chain(rows, Check::Drift);
    if !is_full() {
        return;
    }
    let agreed = site.would_lose(&["--strategy", "unversioned"]);
    assert_eq!(
        agreed,
        ["table audit", "table log", "table lookup", "view labels"]
    );
}

/// 8. Rows that the chain itself leaves on an empty database: 92 in eleven tables.
#[test]
fn rows_of_eleven_tables_are_part_of_the_chain() {
    const COLUMNS: &str = r#"sa.Column("name", sa.Text(), nullable=False),
    sa.Column("data", postgresql.JSONB()),
    sa.Column("at", sa.DateTime(timezone=True)),
    sa.Column("raw", sa.LargeBinary()),
    sa.Column("parts", postgresql.ARRAY(sa.Text())),"#;
    let (mut models, mut up, mut seed) = (String::new(), String::new(), String::new());
    for table in 0..11 {
        models += &format!(
            "sa.Table(\n    \"t{table}\", Base.metadata,\n    sa.Column(\"id\", sa.Integer(), primary_key=True),\n    \
             {COLUMNS}\n    sa.Column(\"above\", sa.Integer(), sa.ForeignKey(\"t{table}.id\")),\n)\n"
        );
        up += &format!(
            "op.create_table(\n    \"t{table}\",\n    sa.Column(\"id\", sa.Integer(), primary_key=True),\n    \
             {COLUMNS}\n    sa.Column(\"above\", sa.Integer(), sa.ForeignKey(\"t{table}.id\")),\n)\n"
        );
        // 4 in one table and 8 or 9 in the others: 92.
        let rows = if table == 0 {
            4
        } else {
            8 + i32::from(table > 2)
        };
        seed += &format!(
            r#"
op.get_bind().exec_driver_sql(r"""INSERT INTO t{table} (name, data, at, raw, parts)
    SELECT 'n' || n || ' it''s :x \', jsonb_build_object('k', n, 'none', null),
           '2020-01-01 00:00+00'::timestamptz + n * interval '1 day',
           decode(lpad(to_hex(n), 8, '0'), 'hex'), array['a,' || n, NULL, '\"'] FROM generate_series(1, {rows}) n""")
op.execute("UPDATE t{table} SET above = id - 1 WHERE id > 1")
"#
        );
    }
    let site = Project {
        models: &models,
        chain: &[&up, &seed],
        ..Project::default()
    }
    .build();
    let counted: i64 = (0..11)
        .map(|table| {
            let query = format!("select count(*) from t{table}");
            site.lab.column("app", &query)[0].parse::<i64>().unwrap()
        })
        .sum();
    assert_eq!(counted, 92);
    let rows = "insert into t1 (name) values ('mine'); delete from t2 where id > 3";
    site.follows_the_chain(rows, Check::Clean);
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
