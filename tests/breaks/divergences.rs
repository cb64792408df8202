//! A chain and its models that went 35 different ways: the baseline follows the chain in all of them,
//! and a plan from the models names each.

use super::{Check, Project};

const CHAIN: &[&str] = &[
    r#"
op.execute("CREATE TYPE person_kind AS ENUM ('guest', 'member')")
op.execute("CREATE TYPE file_state AS ENUM ('new', 'stored')")
op.execute("""CREATE TABLE projects (
    id serial PRIMARY KEY,
    name varchar(200) NOT NULL,
    code varchar(20) NOT NULL CONSTRAINT projects_code_unique UNIQUE,
    active boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT now()
)""")
op.execute("""CREATE TABLE persons (
    id serial PRIMARY KEY,
    first_name varchar(100) NOT NULL,
    last_name varchar(100) NOT NULL,
    email varchar(255) NOT NULL,
    role varchar(20) NOT NULL DEFAULT 'user',
    kind person_kind NOT NULL,
    full_name text GENERATED ALWAYS AS (first_name || ' ' || last_name) STORED,
    CONSTRAINT persons_email_given CHECK (email <> '')
)""")
"#,
    r#"
op.execute("""CREATE TABLE tasks (
    id serial PRIMARY KEY,
    project_id integer NOT NULL CONSTRAINT tasks_belong_to_project REFERENCES projects,
    person_id integer CONSTRAINT tasks_person REFERENCES persons ON DELETE CASCADE,
    name varchar(200) NOT NULL,
    status varchar(20) NOT NULL,
    priority integer NOT NULL DEFAULT 0 CONSTRAINT tasks_priority_range CHECK (priority BETWEEN 0 AND 9),
    effort numeric(10, 2),
    due date NOT NULL,
    data jsonb NOT NULL DEFAULT '{}'
)""")
op.execute("""CREATE TABLE comments (
    id serial CONSTRAINT comments_key PRIMARY KEY,
    task_id integer NOT NULL,
    body varchar(4000) NOT NULL,
    pinned boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL
)""")
op.execute("""CREATE TABLE files (
    id serial PRIMARY KEY,
    path varchar(1000) NOT NULL,
    size bigint NOT NULL DEFAULT 0 CONSTRAINT files_size CHECK (size >= 0),
    state file_state NOT NULL
)""")
op.execute("""CREATE TABLE subscriptions (
    id integer CONSTRAINT subscriptions_pkey PRIMARY KEY,
    person_id integer NOT NULL,
    project_id integer NOT NULL,
    CONSTRAINT subscriptions_pair UNIQUE (person_id, project_id)
)""")
"#,
    r#"
op.create_index("ix_tasks_due", "tasks", ["due"])
op.create_index("ix_comments_task_created", "comments", ["task_id", sa.text("created_at DESC")])
op.create_index("ix_files_path", "files", ["path"], postgresql_ops={"path": "varchar_pattern_ops"})
op.create_index("uq_persons_email", "persons", ["email"], unique=True, postgresql_where=sa.text("role <> 'gone'"))
"#,
];

const MODELS: &str = r#"
class Project(Base):
    __tablename__ = "projects"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.Text)
    code: Mapped[str] = mapped_column(sa.Text)
    active: Mapped[bool]
    created_at = mapped_column(sa.DateTime(timezone=True), nullable=False)
    __table_args__ = (sa.UniqueConstraint("code", name="uq_projects_code"),)


class Person(Base):
    __tablename__ = "persons"
    id: Mapped[int] = mapped_column(primary_key=True)
    first_name: Mapped[str] = mapped_column(sa.Text)
    last_name: Mapped[str] = mapped_column(sa.Text)
    email: Mapped[str] = mapped_column(sa.Text)
    role: Mapped[str] = mapped_column(sa.String(20))
    kind: Mapped[str] = mapped_column(sa.String(20))
    full_name = mapped_column(sa.Text)
    __table_args__ = (
        sa.CheckConstraint("email <> ''", name="ck_persons_email"),
        sa.Index("uq_persons_email", "email", unique=True),
    )


class Task(Base):
    __tablename__ = "tasks"
    id: Mapped[int] = mapped_column(primary_key=True)
    project_id = mapped_column(sa.ForeignKey("projects.id", name="fk_tasks_project"), nullable=False)
    person_id = mapped_column(sa.ForeignKey("persons.id", name="tasks_person"))
    name: Mapped[str] = mapped_column(sa.Text)
    status = mapped_column(sa.Enum("open", "done", name="task_status"), nullable=False)
    priority: Mapped[int]
    effort = mapped_column(sa.Float)
    due = mapped_column(sa.Date)
    data = mapped_column(postgresql.JSONB, nullable=False)


class Comment(Base):
    __tablename__ = "comments"
    id: Mapped[int] = mapped_column()
    task_id: Mapped[int]
    body: Mapped[str] = mapped_column(sa.Text)
    pinned: Mapped[bool]
    created_at = mapped_column(sa.DateTime, nullable=False)
    __table_args__ = (sa.PrimaryKeyConstraint("id", name="pk_comments"),)


class File(Base):
    __tablename__ = "files"
    id: Mapped[int] = mapped_column(primary_key=True)
    path: Mapped[str] = mapped_column(sa.Text)
    size: Mapped[int] = mapped_column(sa.BigInteger)
    state = mapped_column(sa.Enum("stored", "new", name="file_state"), nullable=False)
    __table_args__ = (sa.CheckConstraint("size > 0", name="files_size"),)


class Subscription(Base):
    __tablename__ = "subscriptions"
    id: Mapped[int] = mapped_column(unique=True)
    person_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    project_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
"#;

/// Each divergence, and how the program names it. What other differences a plan from the models has
/// are consequences of these (the name of a constraint that a primary key becomes).
const DIVERGENCES: [&str; 35] = [
    // Text against varchar.
    "column projects.name: type \"character varying(200)\" became \"text\"",
    "column projects.code: type \"character varying(20)\" became \"text\"",
    "column persons.first_name: type \"character varying(100)\" became \"text\"",
    "column persons.last_name: type \"character varying(100)\" became \"text\"",
    "column persons.email: type \"character varying(255)\" became \"text\"",
    "column tasks.name: type \"character varying(200)\" became \"text\"",
    "column comments.body: type \"character varying(4000)\" became \"text\"",
    "column files.path: type \"character varying(1000)\" became \"text\"",
    // Server defaults.
    "column projects.active: default \"true\" became \"\"",
    "column projects.created_at: default \"now()\" became \"\"",
    "column persons.role: default ",
    "column tasks.priority: default \"0\" became \"\"",
    "column tasks.data: default ",
    "column comments.pinned: default \"false\" became \"\"",
    "column files.size: default ",
    // ENUM against varchar, both ways; labels in another order.
    "column tasks.status: type \"character varying(20)\" became ",
    "column persons.kind: type ",
    "enum file_state: labels ",
    // Indexes for speed.
    "index ix_tasks_due on tasks: missing",
    "index ix_comments_task_created on comments: missing",
    "index ix_files_path on files: missing",
    // A predicate.
    "index uq_persons_email on persons: definition ",
    // Checks.
    "constraint tasks_priority_range on tasks: missing",
    "constraint files_size on files: definition ",
    // Names of constraints.
    "constraint tasks_belong_to_project on tasks: missing",
    "constraint projects_code_unique on projects: missing",
    "constraint comments_key on comments: missing",
    "constraint persons_email_given on persons: missing",
    // A primary key and a unique constraint that changed places.
    "constraint subscriptions_pkey on subscriptions: definition ",
    "constraint subscriptions_pair on subscriptions: missing",
    // The rest.
    "column tasks.due: not null ",
    "constraint tasks_person on tasks: definition ",
    "column tasks.effort: type \"numeric(10,2)\" became \"double precision\"",
    "column comments.created_at: type ",
    "column persons.full_name: generated ",
];

#[test]
fn none_of_35_divergences_is_left() {
    let site = Project {
        models: MODELS,
        chain: CHAIN,
        ..Project::default()
    }
    .build();
    let answer = site.lab.redistill(&["plan", "--source", "models"]);
    let answer = answer.expect(1).says(&["the baseline would lose"]);
    let shown: Vec<&str> = answer.stderr.lines().map(str::trim).collect();
    let silent: Vec<&str> = DIVERGENCES
        .into_iter()
        .filter(|one| !shown.iter().any(|line| line.starts_with(one)))
        .collect();
    assert_eq!(silent, [""; 0], "{}", answer.stderr);
    let rows = "insert into persons (first_name, last_name, email, kind) values ('A', 'B', 'a@example.org', 'guest')";
    site.follows_the_chain(rows, Check::Drift);
}
