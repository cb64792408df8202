"""The migrations of @MODULE@: up, down and up again on a database of their own.

    @COMMAND@

The database is made on the server of TEST_DATABASE_URL, else on the server that
env.py connects to, by a role that may create databases, and is dropped at the end.
Every connection of env.py is led to it, so that no other database is migrated.

Written by `redistill verify --scaffold`; yours to change.
"""

@IMPORTS@

MODULE = Path(__file__).resolve().parents[1]
CONFIG = @CONFIG@

# What migrations make, but for what belongs to an extension.
OBJECTS = """
WITH ours AS (
    SELECT oid FROM pg_namespace
    WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
), relation (letter, kind) AS (
    VALUES ('r', 'table'), ('p', 'table'), ('f', 'table'), ('v', 'view'), ('m', 'view'),
        ('S', 'sequence'), ('i', 'index'), ('I', 'index'), ('c', 'type')
), found (kind, name, oid) AS (
    SELECT 'schema', oid::regnamespace::text, oid FROM ours
    UNION ALL SELECT 'extension', extname::text, NULL FROM pg_extension
    UNION ALL SELECT kind, oid::regclass::text, oid
    FROM pg_class JOIN relation ON letter = relkind WHERE relnamespace IN (TABLE ours)
    UNION ALL SELECT 'type', oid::regtype::text, oid
    FROM pg_type WHERE typtype IN ('d', 'e', 'r') AND typnamespace IN (TABLE ours)
    UNION ALL SELECT 'function', oid::regprocedure::text, oid
    FROM pg_proc WHERE pronamespace IN (TABLE ours)
)
SELECT kind, name FROM found
WHERE (kind, name) NOT IN (('schema', 'public'), ('extension', 'plpgsql'))
    AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = found.oid AND deptype = 'e')
"""


class Stop(BaseException):
    """Ends env.py where it wants to connect."""


@contextmanager
def instead_of_connecting(act: Callable[..., Any]) -> Iterator[None]:
    """Calls `act` in the place of every connection that SQLAlchemy would open."""
    event.listen(Engine, "do_connect", act)
    try:
        yield
    finally:
        event.remove(Engine, "do_connect", act)


def asked_for() -> tuple[Dialect, dict[str, Any]]:
    """What env.py wants to connect with; nothing is opened."""
    found: list[tuple[Dialect, dict[str, Any]]] = []

    def stop(dialect: Dialect, _record: Any, _args: Any, given: dict[str, Any]) -> None:
        found.append((dialect, dict(given)))
        raise Stop

    with instead_of_connecting(stop), suppress(Stop):
        command.current(CONFIG)
    assert found, "env.py does not connect through SQLAlchemy: it cannot be led away"
    return found[0]


class Database:
    """A database, and Alembic led to it."""

    def __init__(self, dialect: Dialect, place: dict[str, Any]) -> None:
        self.dialect = dialect
        self.place = place

    def connect(self, dialect: Dialect, *_: Any) -> Any:
        """Connects here, wherever env.py wants to go."""
        return dialect.connect(**self.place)

    def alembic(self, run: Callable[..., Any], *arguments: str) -> None:
        """Runs an Alembic command here."""
        with instead_of_connecting(self.connect):
            run(CONFIG, *arguments)

@EXECUTE@

    def objects(self) -> set[tuple[Any, ...]]:
        """Everything that migrations have made here: kind and name."""
        return set(self.execute(OBJECTS))


@pytest.fixture
def database(monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """A new, empty database with a random name."""
    monkeypatch.chdir(MODULE)
    dialect, place = asked_for()
    if url := os.environ.get("TEST_DATABASE_URL"):
        place = dialect.create_connect_args(make_url(url))[1]
    key = "dbname" if dialect.driver.startswith("psycopg") else "database"
    name = f"test_migrations_{uuid.uuid4().hex}"
    server = Database(dialect, {**place, key: "postgres"})
    server.execute(f"CREATE DATABASE {name} TEMPLATE template0")
    try:
        yield Database(dialect, {**place, key: name})
    finally:
        server.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            f" WHERE datname = '{name}'"
        )
        server.execute(f"DROP DATABASE {name}")


def test_up_down_up(database: Database) -> None:
    """What upgrade builds, downgrade takes away, and upgrade builds again."""
    assert not database.objects(), "the database is not empty"
    database.alembic(command.ensure_version)
    empty = database.objects()
    assert empty, "Alembic did not work on the database of the test"

    database.alembic(command.upgrade, "heads")
    built = database.objects()
    assert built > empty, "upgrade builds nothing"

    database.alembic(command.downgrade, "base")
    left = database.objects() - empty
    assert not left, f"downgrade leaves behind {sorted(left)}"

    database.alembic(command.upgrade, "heads")
    assert database.objects() == built
