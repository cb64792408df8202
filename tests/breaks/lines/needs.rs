//! Functions, plugins and circles: what must stand before what.

use crate::breaks::{Check, Project};

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
