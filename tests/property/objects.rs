//! Everything that is no table: types, sequences, functions, views, triggers, policies, comments,
//! privileges.

use super::author::{Author, quoted_list};
use super::state::{Enumeration, Function, Part, Place, View};
use super::types::Kind;
use super::words::{literal, python, quoted, text};

pub const ALL: &[(usize, fn(&mut Author) -> Option<()>)] = &[
    (8, create_enum),
    (8, change_enum),
    (4, create_domain),
    (2, change_domain),
    (2, create_type),
    (3, create_collation),
    (4, create_sequence),
    (2, change_sequence),
    (12, create_function),
    (2, drop_function),
    (10, create_view),
    (2, drop_view),
    (6, create_trigger),
    (1, create_rule),
    (4, secure),
    (12, comment),
    (6, grant),
    (1, extension),
    (1, oddity),
];

/// A type of the chain's own, and arrays of it.
fn learn(
    author: &mut Author,
    sql: &str,
    python: Option<String>,
    values: Vec<String>,
    traits: &'static str,
) {
    let defaults = values.clone();
    author.state.own.push(Kind {
        sql: format!("{sql}[]"),
        python: None,
        values: vec!["'{}'".to_owned()],
        defaults: vec!["'{}'".to_owned()],
        traits: "",
    });
    author.state.own.push(Kind {
        sql: sql.to_owned(),
        python,
        values,
        defaults,
        traits,
    });
}

fn create_enum(author: &mut Author) -> Option<()> {
    let place = author.place("mood");
    let mut labels = vec!["one".to_owned()];
    for _ in 0..author.dice.below(4) {
        let label = text(&mut author.dice).chars().take(15).collect::<String>();
        if !labels.contains(&label) {
            labels.push(label);
        }
    }
    let quoted_labels: Vec<String> = labels.iter().map(|label| literal(label)).collect();
    let names: Vec<String> = labels.iter().map(|label| python(label)).collect();
    let schema = if place.schema == "public" {
        String::new()
    } else {
        format!(", schema={}", python(&place.schema))
    };
    let arguments = format!("{}, name={}{schema}", names.join(", "), python(&place.name));
    author.either(
        Some(format!(
            "postgresql.ENUM({arguments}).create(op.get_bind())"
        )),
        &format!(
            "CREATE TYPE {} AS ENUM ({})",
            place.sql(),
            quoted_labels.join(", ")
        ),
    )?;
    let code = format!("postgresql.ENUM({arguments}, create_type=False)");
    learn(
        author,
        &place.sql(),
        Some(code),
        vec!["'one'".to_owned()],
        "b",
    );
    author.state.enums.push(Enumeration { place, labels });
    Some(())
}

fn change_enum(author: &mut Author) -> Option<()> {
    if author.state.enums.is_empty() {
        return None;
    }
    let at = author.dice.below(author.state.enums.len());
    let mut known = author.state.enums[at].clone();
    let (q, label) = (known.place.sql(), author.dice.any(&known.labels)?);
    let new = format!("label {}", author.words.count);
    author.words.count += 1;
    match author.dice.below(5) {
        0 if label != "one" => {
            author.sql(&format!(
                "ALTER TYPE {q} RENAME VALUE {} TO {}",
                literal(&label),
                literal(&new)
            ))?;
            known.labels.retain(|other| *other != label);
            known.labels.push(new);
        }
        1 => {
            let name = author.name("feeling");
            author.sql(&format!("ALTER TYPE {q} RENAME TO {}", quoted(&name)))?;
            let place = Place {
                name,
                ..known.place.clone()
            };
            author.state.own.retain(|kind| !kind.sql.starts_with(&q));
            learn(author, &place.sql(), None, vec!["'one'".to_owned()], "b");
            known.place = place;
        }
        2 => {
            author.sql(&format!("DROP TYPE {q}"))?;
            author.state.own.retain(|kind| !kind.sql.starts_with(&q));
            author.state.enums.remove(at);
            return Some(());
        }
        _ => {
            let side = *author.dice.pick(&["", " BEFORE", " AFTER"]);
            let side = if side.is_empty() {
                String::new()
            } else {
                format!("{side} {}", literal(&label))
            };
            let statement = format!("ALTER TYPE {q} ADD VALUE {}{side}", literal(&new));
            if author.dice.chance(25) {
                let statement = python(&statement.replace(':', "\\:"));
                author.say(format!(
                    "with op.get_context().autocommit_block():\n    op.execute({statement})"
                ))?;
            } else {
                author.sql(&statement)?;
            }
            known.labels.push(new);
        }
    }
    author.state.enums[at] = known;
    Some(())
}

fn create_domain(author: &mut Author) -> Option<()> {
    let place = author.place("dom");
    let base = author.kind();
    let value = author
        .dice
        .any(&base.values)
        .unwrap_or_else(|| "'dom'".to_owned());
    let collation = if base.is('t') && author.dice.chance(30) {
        " COLLATE \"C\""
    } else {
        ""
    };
    let default = if author.dice.chance(30) {
        format!(" DEFAULT {value}")
    } else {
        String::new()
    };
    let odd = literal(author.text());
    let check = if base.is('t') {
        format!(
            " CONSTRAINT {} CHECK (VALUE <> {odd} OR VALUE ~ '^:a%$')",
            quoted(&author.name("valid"))
        )
    } else if author.dice.chance(40) {
        " CHECK (VALUE IS NOT NULL OR true)".to_owned()
    } else {
        String::new()
    };
    author.sql(&format!(
        "CREATE DOMAIN {} AS {}{collation}{default}{check}",
        place.sql(),
        base.sql
    ))?;
    let values = if base.is('t') {
        vec!["'dom'".to_owned()]
    } else {
        base.values
    };
    let traits = if base.traits.contains('b') { "b" } else { "" };
    learn(author, &place.sql(), None, values, traits);
    author.state.domains.push(place);
    Some(())
}

fn change_domain(author: &mut Author) -> Option<()> {
    let place = author.dice.any(&author.state.domains)?;
    let name = quoted(&author.name("rule"));
    let clauses = [
        format!("ADD CONSTRAINT {name} CHECK (VALUE IS NOT NULL OR VALUE IS NULL)"),
        format!("ADD CONSTRAINT {name} CHECK (VALUE IS NULL OR true) NOT VALID"),
        "DROP DEFAULT".to_owned(),
        "SET NOT NULL".to_owned(),
        "DROP NOT NULL".to_owned(),
    ];
    let clause = author.dice.pick(&clauses).clone();
    author.sql(&format!("ALTER DOMAIN {} {clause}", place.sql()))
}

fn create_type(author: &mut Author) -> Option<()> {
    let place = author.place("kind");
    if author.dice.chance(30) {
        author.sql(&format!(
            "CREATE TYPE {} AS RANGE (SUBTYPE = float8)",
            place.sql()
        ))?;
        learn(
            author,
            &place.sql(),
            None,
            vec!["'[1,2]'".to_owned(), "'empty'".to_owned()],
            "br",
        );
    } else {
        let (one, two) = (author.kind(), author.kind());
        let fields = (quoted(&author.name("f")), quoted(&author.name("g")));
        author.sql(&format!(
            "CREATE TYPE {} AS ({} {}, {} {})",
            place.sql(),
            fields.0,
            one.sql,
            fields.1,
            two.sql
        ))?;
        learn(
            author,
            &place.sql(),
            None,
            vec!["'(,)'".to_owned(), "ROW(NULL, NULL)".to_owned()],
            "",
        );
    }
    author.state.types.push(place);
    Some(())
}

fn create_collation(author: &mut Author) -> Option<()> {
    let place = author.place("sorted");
    let how = *author.dice.pick(&[
        "(provider = libc, locale = 'C')",
        "FROM \"C\"",
        "(provider = icu, locale = 'en-u-kn', deterministic = true)",
    ]);
    author.sql(&format!("CREATE COLLATION {} {how}", place.sql()))?;
    author.state.collations.push(place.sql());
    Some(())
}

fn create_sequence(author: &mut Author) -> Option<()> {
    let place = author.place("seq");
    let options = *author.dice.pick(&[
        "",
        " START 1000 INCREMENT 10",
        " AS smallint CYCLE",
        " INCREMENT -1 MAXVALUE -1 MINVALUE -500 START -1",
        " AS integer CACHE 30",
        " MINVALUE 0 START 0",
    ]);
    let code = options.is_empty().then(|| {
        let schema = if place.schema == "public" {
            String::new()
        } else {
            format!(", schema={}", python(&place.schema))
        };
        format!(
            "op.execute(sa.schema.CreateSequence(sa.Sequence({}{schema})))",
            python(&place.name)
        )
    });
    author.either(code, &format!("CREATE SEQUENCE {}{options}", place.sql()))?;
    author.state.sequences.push(place);
    Some(())
}

fn change_sequence(author: &mut Author) -> Option<()> {
    let place = author.dice.any(&author.state.sequences)?;
    let new = author.name("series");
    let q = place.sql();
    let clauses = [
        "RESTART WITH 300".to_owned(),
        "INCREMENT 3".to_owned(),
        "OWNED BY NONE".to_owned(),
        format!("RENAME TO {}", quoted(&new)),
        "MAXVALUE 99999".to_owned(),
    ];
    let at = author.dice.below(6);
    if at == 5 {
        author.state.sequences.retain(|other| *other != place);
        return author.sql(&format!("DROP SEQUENCE {q}"));
    }
    author.sql(&format!("ALTER SEQUENCE {q} {}", clauses[at]))?;
    if at == 3 {
        author.state.sequences.retain(|other| *other != place);
        author.state.sequences.push(Place { name: new, ..place });
    }
    Some(())
}

fn create_function(author: &mut Author) -> Option<()> {
    let place = author.place("fun");
    let q = place.sql();
    let odd = literal(author.text());
    let table = author.any_table();
    let (arguments, role, rest) = match author.dice.below(9) {
        0 | 1 => ("text", "text", format!("(value text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT lower(value) || {odd} $$")),
        2 => ("text", "text", "(text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 5 AS $body$\nDECLARE\n    shown text := $1;\nBEGIN\n    -- 100% \"quoted\" 'text' :bind\n    RETURN upper(shown);\nEND\n$body$".to_owned()),
        3 => ("text", "check", format!("(value text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$ SELECT value IS DISTINCT FROM {odd} || ':q%' $$")),
        4 | 5 => ("", "trigger", "() RETURNS trigger LANGUAGE plpgsql AS $f$\nBEGIN\n    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n    RAISE DEBUG '% of %', TG_OP, TG_TABLE_NAME;\n    RETURN NEW;\nEND;\n$f$".to_owned()),
        6 => ("integer, text", "other", format!("(a integer DEFAULT 7, b text DEFAULT {odd}) RETURNS TABLE (x integer, y text) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$ SELECT a, b $$")),
        7 => {
            let table = table?;
            ("", "other", format!("() RETURNS SETOF {} LANGUAGE sql STABLE AS $$ SELECT * FROM {} $$", table.sql(), table.sql()))
        }
        _ => {
            let table = table?;
            let body = format!("() RETURNS bigint LANGUAGE sql STABLE BEGIN ATOMIC SELECT count(*) FROM {}; END", table.sql());
            ("", "other", body)
        }
    };
    let or = *author.dice.pick(&["", "", "OR REPLACE "]);
    if author.dice.chance(8) && role == "other" {
        return author.sql(&format!(
            "CREATE PROCEDURE {q}(INOUT a integer) LANGUAGE plpgsql AS $$ BEGIN a := a + 1; END $$"
        ));
    }
    author.sql(&format!("CREATE {or}FUNCTION {q}{rest}"))?;
    author.state.functions.push(Function {
        place,
        arguments: arguments.to_owned(),
        role,
    });
    Some(())
}

fn drop_function(author: &mut Author) -> Option<()> {
    let function = author.dice.any(&author.state.functions)?;
    author
        .state
        .functions
        .retain(|other| other.place != function.place);
    author.sql(&format!(
        "DROP FUNCTION {}({})",
        function.place.sql(),
        function.arguments
    ))
}

fn create_view(author: &mut Author) -> Option<()> {
    let place = author.place("view");
    let is_materialized = author.dice.chance(30);
    let views = author.state.views.clone();
    let stacked = author.dice.any(&views).filter(|_| author.dice.chance(35));
    let (source, columns) = if let Some(view) = stacked {
        (view.place.sql(), view.columns)
    } else {
        let table = author.any_table()?;
        (table.sql(), super::relations::column_names(&table.columns))
    };
    if columns.is_empty() {
        return None;
    }
    let chosen = author.dice.some(&columns, 4);
    let odd = literal(author.text());
    let body = match author.dice.below(4) {
        0 => format!("SELECT {} FROM {source}", quoted_list(&chosen)),
        1 => format!(
            "SELECT {} FROM {source} WHERE {odd} <> ':x%' OR {} IS NULL",
            quoted_list(&chosen),
            quoted(&chosen[0])
        ),
        2 => format!(
            "WITH base AS (SELECT * FROM {source}) SELECT {} FROM base",
            quoted_list(&chosen)
        ),
        _ => format!(
            "SELECT {}, {odd}::text AS \"odd one\", count(*) OVER () AS n FROM {source} AS s",
            quoted_list(&chosen)
        ),
    };
    let (kind, options, after) = if is_materialized {
        (
            "MATERIALIZED VIEW",
            *author.dice.pick(&["", " WITH (fillfactor = 60)"]),
            *author.dice.pick(&["", "", " WITH NO DATA"]),
        )
    } else {
        (
            "VIEW",
            *author
                .dice
                .pick(&["", "", " WITH (security_barrier = true)"]),
            "",
        )
    };
    author.sql(&format!(
        "CREATE {kind} {}{options} AS {body}{after}",
        place.sql()
    ))?;
    if is_materialized && author.dice.chance(50) {
        let name = author.name("mix");
        author.sql(&format!(
            "CREATE INDEX {} ON {} ({})",
            quoted(&name),
            place.sql(),
            quoted(&chosen[0])
        ))?;
    }
    author.state.views.push(View {
        place,
        is_materialized,
        columns: chosen,
    });
    Some(())
}

fn drop_view(author: &mut Author) -> Option<()> {
    let view = author.dice.any(&author.state.views)?;
    let kind = if view.is_materialized {
        "MATERIALIZED VIEW"
    } else {
        "VIEW"
    };
    if view.is_materialized && author.dice.chance(50) {
        return author.sql(&format!("REFRESH MATERIALIZED VIEW {}", view.place.sql()));
    }
    author.state.views.retain(|other| other.place != view.place);
    author.sql(&format!("DROP {kind} {}", view.place.sql()))
}

fn create_trigger(author: &mut Author) -> Option<()> {
    let functions: Vec<Function> = author
        .state
        .functions
        .iter()
        .filter(|f| f.role == "trigger")
        .cloned()
        .collect();
    let function = author.dice.any(&functions)?;
    let table = author.any_table()?;
    let name = author.name("trig");
    let column = quoted(&author.dice.any(&table.columns)?.name);
    let odd = literal(author.text());
    let forms = [
        "BEFORE INSERT OR UPDATE ON @ FOR EACH ROW".to_owned(),
        "AFTER DELETE ON @ FOR EACH STATEMENT".to_owned(),
        format!("BEFORE UPDATE OF {column} ON @ FOR EACH ROW"),
        format!("AFTER UPDATE ON @ FOR EACH ROW WHEN (old.{column} IS DISTINCT FROM new.{column})"),
        "AFTER INSERT ON @ REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT".to_owned(),
    ];
    let form = author.dice.pick(&forms).replace('@', &table.sql());
    let (constraint, form) = if author.dice.chance(12) {
        (
            "CONSTRAINT ",
            format!(
                "AFTER INSERT ON {} DEFERRABLE INITIALLY DEFERRED FOR EACH ROW",
                table.sql()
            ),
        )
    } else {
        ("", form)
    };
    let argument = if author.dice.chance(25) {
        odd
    } else {
        String::new()
    };
    author.sql(&format!(
        "CREATE {constraint}TRIGGER {} {form} EXECUTE FUNCTION {}({argument})",
        quoted(&name),
        function.place.sql()
    ))?;
    if author.dice.chance(15) {
        let how = *author
            .dice
            .pick(&["DISABLE", "ENABLE ALWAYS", "ENABLE REPLICA"]);
        author.sql(&format!(
            "ALTER TABLE {} {how} TRIGGER {}",
            table.sql(),
            quoted(&name)
        ))?;
    }
    author.state.triggers.push(Part {
        table: table.place,
        name,
    });
    Some(())
}

fn create_rule(author: &mut Author) -> Option<()> {
    let table = author.any_table()?;
    let name = author.name("rule");
    author.sql(&format!(
        "CREATE RULE {} AS ON DELETE TO {} WHERE (1 = 2) DO INSTEAD NOTHING",
        quoted(&name),
        table.sql()
    ))
}

fn secure(author: &mut Author) -> Option<()> {
    let table = author.any_table()?;
    let q = table.sql();
    let switch = *author.dice.pick(&[
        "ENABLE ROW LEVEL SECURITY",
        "ENABLE ROW LEVEL SECURITY",
        "FORCE ROW LEVEL SECURITY",
        "DISABLE ROW LEVEL SECURITY",
    ]);
    author.sql(&format!("ALTER TABLE {q} {switch}"))?;
    let name = author.name("policy");
    let condition = super::shapes::condition(author, &table)?;
    let forms = [
        format!("FOR SELECT USING ({condition})"),
        format!("AS RESTRICTIVE FOR UPDATE TO PUBLIC USING ({condition}) WITH CHECK (true)"),
        "FOR INSERT WITH CHECK (current_user <> 'a:b%')".to_owned(),
        format!("USING ({condition})"),
    ];
    let form = author.dice.pick(&forms).clone();
    author.sql(&format!("CREATE POLICY {} ON {q} {form}", quoted(&name)))?;
    author.state.policies.push(Part {
        table: table.place,
        name,
    });
    Some(())
}

fn comment(author: &mut Author) -> Option<()> {
    let text = author.text();
    let table = author.any_table();
    let state = &author.state;
    let mut targets: Vec<String> = Vec::new();
    if let Some(table) = table {
        let q = table.sql();
        targets.push(format!("TABLE {q}"));
        targets.extend(
            table
                .columns
                .iter()
                .take(3)
                .map(|column| format!("COLUMN {q}.{}", quoted(&column.name))),
        );
        targets.extend(
            table
                .constraints
                .iter()
                .map(|name| format!("CONSTRAINT {} ON {q}", quoted(name))),
        );
    }
    targets.extend(
        state
            .schemas
            .iter()
            .skip(1)
            .map(|name| format!("SCHEMA {}", quoted(name))),
    );
    targets.extend(
        state
            .indexes
            .iter()
            .take(3)
            .map(|place| format!("INDEX {}", place.sql())),
    );
    targets.extend(
        state
            .sequences
            .iter()
            .take(2)
            .map(|place| format!("SEQUENCE {}", place.sql())),
    );
    targets.extend(
        state
            .enums
            .iter()
            .take(2)
            .map(|known| format!("TYPE {}", known.place.sql())),
    );
    targets.extend(
        state
            .domains
            .iter()
            .take(2)
            .map(|place| format!("DOMAIN {}", place.sql())),
    );
    targets.extend(
        state
            .types
            .iter()
            .take(2)
            .map(|place| format!("TYPE {}", place.sql())),
    );
    targets.extend(
        state
            .functions
            .iter()
            .take(2)
            .map(|f| format!("FUNCTION {}({})", f.place.sql(), f.arguments)),
    );
    targets.extend(state.views.iter().take(2).map(|view| {
        format!(
            "{} {}",
            if view.is_materialized {
                "MATERIALIZED VIEW"
            } else {
                "VIEW"
            },
            view.place.sql()
        )
    }));
    targets.extend(
        state
            .triggers
            .iter()
            .take(2)
            .map(|part| format!("TRIGGER {} ON {}", quoted(&part.name), part.table.sql())),
    );
    targets.extend(
        state
            .policies
            .iter()
            .take(2)
            .map(|part| format!("POLICY {} ON {}", quoted(&part.name), part.table.sql())),
    );
    targets.extend(
        state
            .collations
            .iter()
            .skip(4)
            .map(|name| format!("COLLATION {name}")),
    );
    let target = author.dice.any(&targets)?;
    author.sql(&format!("COMMENT ON {target} IS {}", literal(text)))
}

fn grant(author: &mut Author) -> Option<()> {
    let table = author.any_table();
    let role = *author.dice.pick(&[
        "PUBLIC",
        "PUBLIC",
        "pg_monitor",
        "pg_read_all_data WITH GRANT OPTION",
    ]);
    let mut forms = Vec::new();
    if let Some(table) = table {
        let q = table.sql();
        forms.extend([
            format!("GRANT SELECT ON {q} TO {role}"),
            format!("GRANT ALL ON {q} TO {role}"),
            format!("REVOKE ALL ON {q} FROM CURRENT_USER"),
        ]);
        forms.extend(table.columns.first().map(|column| {
            format!(
                "GRANT UPDATE ({}), SELECT ({}) ON {q} TO {role}",
                quoted(&column.name),
                quoted(&column.name)
            )
        }));
    }
    let state = &author.state;
    forms.extend(
        state
            .schemas
            .iter()
            .skip(1)
            .map(|name| format!("GRANT USAGE ON SCHEMA {} TO {role}", quoted(name))),
    );
    forms.extend(
        state
            .sequences
            .iter()
            .map(|place| format!("GRANT USAGE ON SEQUENCE {} TO {role}", place.sql())),
    );
    forms.extend(state.functions.iter().map(|f| {
        format!(
            "REVOKE EXECUTE ON FUNCTION {}({}) FROM PUBLIC",
            f.place.sql(),
            f.arguments
        )
    }));
    forms.extend(
        state
            .enums
            .iter()
            .map(|known| format!("REVOKE USAGE ON TYPE {} FROM PUBLIC", known.place.sql())),
    );
    forms.extend(
        state
            .views
            .iter()
            .map(|view| format!("GRANT SELECT ON {} TO {role}", view.place.sql())),
    );
    forms.push("ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC".to_owned());
    let form = author.dice.any(&forms)?;
    author.sql(&form)
}

fn extension(author: &mut Author) -> Option<()> {
    let name = *author.dice.pick(&[
        "citext",
        "pg_trgm",
        "btree_gist",
        "hstore",
        "uuid-ossp",
        "ltree",
    ]);
    let schema = author.dice.pick(&author.state.schemas).clone();
    author.sql(&format!(
        "CREATE EXTENSION IF NOT EXISTS {} WITH SCHEMA {}",
        quoted(name),
        quoted(&schema)
    ))?;
    let type_ = match name {
        "citext" | "hstore" | "ltree" => name,
        _ => return Some(()),
    };
    let values = if name == "hstore" {
        "'\"a\"=>\"b\"'"
    } else {
        "'Some'"
    };
    learn(
        author,
        &format!("{}.{type_}", quoted(&schema)),
        None,
        vec![values.to_owned()],
        "b",
    );
    Some(())
}

/// One of the rarest kinds of object.
fn oddity(author: &mut Author) -> Option<()> {
    let place = author.place("odd");
    let q = place.sql();
    let name = quoted(&place.name);
    let texts: Vec<Function> = author
        .state
        .functions
        .iter()
        .filter(|f| f.role == "text")
        .cloned()
        .collect();
    let mut forms = vec![
        format!("CREATE TEXT SEARCH CONFIGURATION {q} (COPY = pg_catalog.simple)"),
        format!("CREATE AGGREGATE {q}(integer) (SFUNC = int4pl, STYPE = integer, INITCOND = '0')"),
        format!("CREATE FOREIGN DATA WRAPPER {name}"),
        format!(
            "CREATE RECURSIVE VIEW {q} (n) AS VALUES (1) UNION ALL SELECT n + 1 FROM {q} WHERE n < 5"
        ),
    ];
    forms.extend(texts.iter().map(|f| {
        format!(
            "CREATE OPERATOR {}.!!! (RIGHTARG = text, FUNCTION = {})",
            quoted(&place.schema),
            f.place.sql()
        )
    }));
    let form = author.dice.pick(&forms).clone();
    author.sql(&form)
}
