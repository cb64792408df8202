//! draft → render → upgrade gives what was there.

use std::fs;
use std::path::Path;
use std::time::Duration;

use super::project::{ASYNC_ENV, MAKO, SYNC_ENV, dump};
use super::{Lab, call};
use crate::model::{QualifiedName, Target};
use crate::system::Session;
use crate::worker::{
    Draft, DraftRequest, ErrorKind, ModuleRequest, RenderRequest, Rendered, Source, WalkRequest,
};

const SCHEMA: &str = include_str!("schema.sql");

fn execute(target: &Target, sql: &str) {
    Session::connect(target, Duration::from_secs(20))
        .unwrap()
        .batch(sql)
        .unwrap();
}

fn name(schema: &str, name: &str) -> QualifiedName {
    QualifiedName {
        schema: schema.to_owned(),
        name: name.to_owned(),
    }
}

fn request(source: Source, database: &Target) -> DraftRequest<'_> {
    DraftRequest {
        source,
        database,
        default_schema: None,
        leave_out: vec![
            name("public", "versions_x"),
            name("public", "alembic_version"),
        ],
        before: Vec::new(),
    }
}

fn bodies(draft: &Draft) -> (String, String) {
    let up: Vec<_> = draft.pieces.iter().map(|piece| piece.up.as_str()).collect();
    let down: Vec<_> = draft
        .pieces
        .iter()
        .rev()
        .map(|piece| piece.down.as_str())
        .collect();
    (up.join("\n"), down.join("\n"))
}

fn render(
    lab: &Lab,
    module: &ModuleRequest,
    draft: &Draft,
    folder: &Path,
    schemas: (&str, &str),
) -> Rendered {
    let (up, down) = bodies(draft);
    let request = RenderRequest {
        revision: "base1".to_owned(),
        down_revision: None,
        message: "initial_schema".to_owned(),
        upgrade: format!("{}{up}", schemas.0),
        downgrade: format!("{down}{}", schemas.1),
        imports: draft.imports.clone(),
        folder: folder.to_owned(),
        branch_labels: Vec::new(),
        depends_on: Vec::new(),
        replaces: Vec::new(),
        about: None,
    };
    lab.worker.render(module, &request, &call()).unwrap()
}

#[test]
fn a_rich_schema_is_built_again_to_the_letter() {
    let lab = Lab::new();
    rebuild(&lab, "psycopg2", SYNC_ENV);
    rebuild(&lab, "psycopg", SYNC_ENV);
    let env = ASYNC_ENV.replace("=metadata)", "=metadata, version_table='versions_x')");
    rebuild(&lab, "asyncpg", &env);
}

fn rebuild(lab: &Lab, driver: &str, env: &str) {
    let (module, _) = lab.with_chain(driver, &format!("postgresql+{driver}://h/d"), env);
    let old = lab.database();
    execute(&old, SCHEMA);
    let before = dump(&old);
    let draft = lab
        .worker
        .draft(&module, &request(Source::Chain, &old), &call())
        .unwrap();
    assert!(draft.not_drafted.is_empty(), "{:?}", draft.not_drafted);
    assert!(draft.pieces.is_sorted_by_key(|piece| piece.stage));
    let staging = lab.folder.path().join(format!("staging {driver}"));
    fs::create_dir_all(&staging).unwrap();
    let schemas = (
        "op.execute('CREATE SCHEMA audit')\n",
        "\nop.execute('DROP SCHEMA audit')",
    );
    let rendered = render(lab, &module, &draft, &staging, schemas);
    assert!(rendered.compile_ok);
    let op_imports = rendered.text.matches("import sqlalchemy as sa").count();
    assert_eq!(op_imports, 1, "the template has it already");
    let new = lab.database();
    let walk = |to| WalkRequest {
        scratch: &new,
        to,
        version_locations: vec![staging.clone()],
    };
    for _ in 0..2 {
        lab.worker
            .upgrade(&module, &walk("heads"), &call())
            .unwrap();
        execute(
            &new,
            "ALTER TABLE versions_x RENAME TO gone; DROP TABLE gone",
        );
        let after = dump(&new);
        let difference = similar::TextDiff::from_lines(&before, &after);
        assert_eq!(
            before,
            after,
            "{}\n{}",
            difference.unified_diff(),
            rendered.text
        );
        execute(
            &new,
            "CREATE TABLE versions_x (version_num varchar(32) PRIMARY KEY); INSERT INTO versions_x VALUES ('base1')",
        );
        lab.worker
            .downgrade(&module, &walk("base"), &call())
            .unwrap();
        execute(&new, "DROP TABLE versions_x");
        assert_eq!(dump(&new), dump(&lab.database()), "nothing is left");
    }
}

#[test]
fn the_draft_reads_like_written_by_hand() {
    let lab = Lab::new();
    let (module, _) = lab.with_chain("m", "postgresql+psycopg2://h/d", SYNC_ENV);
    let old = lab.database();
    execute(
        &old,
        "CREATE TYPE status_enum AS ENUM ('A', 'B');
         CREATE TABLE t (id serial PRIMARY KEY, name varchar(80) NOT NULL DEFAULT 'x:y',
            state status_enum NOT NULL DEFAULT 'A', price numeric(10,2), at timestamptz DEFAULT now());
         CREATE INDEX ix_t_name ON t (lower(name) DESC) WHERE state = 'A'",
    );
    let draft = lab
        .worker
        .draft(&module, &request(Source::Chain, &old), &call())
        .unwrap();
    let (up, down) = bodies(&draft);
    assert_eq!(
        up,
        r#"postgresql.ENUM(
    'A', 'B', name='status_enum'
).create(op.get_bind(), checkfirst=False)
op.create_table(
    't',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column(
        'name',
        sa.String(length=80),
        server_default=sa.text("'x:y'::character varying"),
        nullable=False,
    ),
    sa.Column(
        'state',
        postgresql.ENUM(name='status_enum', create_type=False),
        server_default=sa.text("'A'::status_enum"),
        nullable=False,
    ),
    sa.Column('price', sa.Numeric(10, 2), nullable=True),
    sa.Column(
        'at',
        sa.DateTime(timezone=True),
        server_default=sa.text('now()'),
        nullable=True,
    ),
    sa.PrimaryKeyConstraint('id', name=op.f('t_pkey')),
)
op.create_index(
    op.f('ix_t_name'),
    't',
    [sa.text('lower((name)::text) DESC')],
    postgresql_where=sa.text("state = 'A'::status_enum"),
)"#
    );
    assert_eq!(
        down,
        "op.drop_index(op.f('ix_t_name'), table_name='t')\nop.drop_table('t')\n\
         sa.Enum(name='status_enum').drop(op.get_bind(), checkfirst=True)"
    );
}

#[test]
fn models_with_types_of_their_own_are_drafted_by_what_they_build() {
    let lab = Lab::new();
    for (driver, env) in [
        ("psycopg2", SYNC_ENV),
        ("psycopg", SYNC_ENV),
        ("asyncpg", ASYNC_ENV),
    ] {
        let (module, folder) = lab.with_chain("m", &format!("postgresql+{driver}://h/d"), env);
        fs::write(
            folder.join("app/models.py"),
            r#"
import enum
import sqlalchemy as sa
from sqlalchemy.types import TypeDecorator

class Colour(enum.Enum):
    red = 1
    blue = 2

class Secretive(TypeDecorator):
    impl = sa.String
    cache_ok = True
    def __init__(self, key):
        self.key = key
        super().__init__(40)

metadata = sa.MetaData()
sa.Table("a", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("c", sa.Enum(Colour, name="colour")),
         sa.Column("s", Secretive("k")), sa.Column("p", sa.Text, server_default=sa.text("share()")), sa.Column("b_id", sa.ForeignKey("b.id", use_alter=True, name="fk_a_b")))
sa.Table("b", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("a_id", sa.ForeignKey("a.id")))
"#,
        )
        .unwrap();
        let empty = lab.database();
        let clean = dump(&empty);
        let ask = DraftRequest {
            before: vec![
                "CREATE FUNCTION share() RETURNS text LANGUAGE sql AS $$ SELECT '5% :x' $$"
                    .to_owned(),
                "DO $$ BEGIN IF '5%' <> '5' || chr(37) THEN RAISE 'doubled'; END IF; END $$"
                    .to_owned(),
            ],
            ..request(Source::Models, &empty)
        };
        let draft = lab.worker.draft(&module, &ask, &call()).unwrap();
        let bare = request(Source::Models, &empty);
        let error = lab.worker.draft(&module, &bare, &call()).unwrap_err();
        assert_eq!(error.kind(), Some(ErrorKind::ModelsFailed), "{error}");
        assert_eq!(
            error.failed().unwrap().sqlstate.as_deref(),
            Some("42883"),
            "{error}"
        );
        assert_eq!(dump(&empty), clean, "rolled back");
        let (up, _) = bodies(&draft);
        assert!(
            up.contains("sa.Column('s', sa.String(length=40), nullable=True)"),
            "{up}"
        );
        assert!(up.contains("server_default=sa.text('share()')"), "{up}");
        assert!(up.contains("op.create_foreign_key"), "{up}");
        assert!(up.contains("'red', 'blue'"), "{up}");
    }
}

#[test]
fn the_chain_can_be_drafted_with_every_driver_alike() {
    let lab = Lab::new();
    let (module, _) = lab.with_chain("m", "postgresql+asyncpg://h/d", ASYNC_ENV);
    let scratch = lab.database();
    let walk = WalkRequest {
        scratch: &scratch,
        to: "heads",
        version_locations: Vec::new(),
    };
    lab.worker.upgrade(&module, &walk, &call()).unwrap();
    let draft = lab
        .worker
        .draft(&module, &request(Source::Chain, &scratch), &call())
        .unwrap();
    let names: Vec<_> = draft
        .pieces
        .iter()
        .map(|piece| piece.name.as_str())
        .collect();
    assert_eq!(names, ["users", "posts"]);
}

#[test]
fn what_cannot_be_drafted_is_named() {
    let lab = Lab::new();
    let (module, _) = lab.with_chain("m", "postgresql+psycopg2://h/d", SYNC_ENV);
    let old = lab.database();
    execute(
        &old,
        "CREATE TABLE p (a int NOT NULL) PARTITION BY RANGE (a);
         CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (9);
         CREATE TABLE parent (a int); CREATE TABLE child (b int) INHERITS (parent);
         CREATE SEQUENCE odd; CREATE TABLE s (a int DEFAULT nextval('odd'), t text);
         ALTER SEQUENCE odd OWNED BY s.a; ALTER TABLE s ALTER t SET STORAGE EXTERNAL",
    );
    let draft = lab
        .worker
        .draft(&module, &request(Source::Chain, &old), &call())
        .unwrap();
    let missed: Vec<_> = draft
        .not_drafted
        .iter()
        .map(|one| format!("{} {}", one.kind, one.name))
        .collect();
    assert_eq!(missed.len(), 4, "{:?}", draft.not_drafted);
    for one in ["table p1", "table child", "sequence odd", "column t"] {
        assert!(missed.contains(&one.to_owned()), "{missed:?}");
    }
}

#[test]
fn the_template_file_names_and_hooks_of_the_project_are_honoured() {
    let lab = Lab::new();
    let (module, folder) = lab.with_chain("m", "postgresql+psycopg2://h/d", SYNC_ENV);
    let ini = fs::read_to_string(folder.join("alembic.ini")).unwrap();
    fs::write(
        folder.join("alembic.ini"),
        format!(
            "{ini}file_template = %%(year)d/%%(rev)s_%%(slug)s\nrecursive_version_locations = true\n\
             [post_write_hooks]\nhooks = nope\nnope.type = no_such_hook\n"
        ),
    )
    .unwrap();
    fs::write(
        folder.join("migrations/script.py.mako"),
        MAKO.replace("Create Date", "# a house rule\nCreate Date"),
    )
    .unwrap();
    let staging = lab.folder.path().join("staging");
    fs::create_dir_all(&staging).unwrap();
    let ask = RenderRequest {
        revision: "base1".to_owned(),
        down_revision: None,
        message: "initial_schema".to_owned(),
        upgrade: "op.execute(\"\"\"SELECT 1\nFROM pg_class\"\"\")\nif True:\n    pass".to_owned(),
        downgrade: "pass".to_owned(),
        imports: vec!["import os".to_owned()],
        folder: staging.clone(),
        branch_labels: vec!["main_line".to_owned()],
        depends_on: vec!["elsewhere1".to_owned()],
        replaces: vec!["old_1".to_owned(), "old_2".to_owned()],
        about: Some("Replaces \\ two.".to_owned()),
    };
    let rendered = lab.worker.render(&module, &ask, &call()).unwrap();
    let file = rendered.file_name.to_str().unwrap();
    assert!(file.ends_with("/base1_initial_schema.py"), "{file}");
    let text = &rendered.text;
    assert!(text.contains("# a house rule"), "{text}");
    assert!(
        text.contains(
            "    op.execute(\"\"\"SELECT 1\nFROM pg_class\"\"\")\n    if True:\n        pass\n"
        ),
        "{text}"
    );
    assert!(text.contains("import os\n"), "{text}");
    assert!(text.contains("depends_on = 'elsewhere1'"), "{text}");
    assert!(text.contains("branch_labels = ('main_line',)"), "{text}");
    assert!(
        text.starts_with("\"\"\"initial_schema\n\nReplaces \\\\ two.\n\n"),
        "{text}"
    );
    assert!(
        text.contains("\nreplaces = (\n    'old_1', 'old_2',\n)\n"),
        "{text}"
    );
    assert!(rendered.hook_error.unwrap().contains("no_such_hook"));
    assert_eq!(fs::read_to_string(staging.join(file)).unwrap(), *text);

    fs::write(
        folder.join("migrations/script.py.mako"),
        MAKO.replace("${upgrades if upgrades else \"pass\"}", "pass"),
    )
    .unwrap();
    let error = lab
        .worker
        .render(
            &module,
            &RenderRequest {
                revision: "base2".to_owned(),
                ..ask
            },
            &call(),
        )
        .unwrap_err();
    assert_eq!(error.kind(), Some(ErrorKind::Template), "{error}");
}
