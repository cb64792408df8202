//! What stands beside tables and other objects: triggers, rules, policies, comments, privileges.

use super::author::Author;
use super::state::{Function, Part};
use super::words::{literal, quoted};

pub fn create_trigger(author: &mut Author) -> Option<()> {
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

pub fn create_rule(author: &mut Author) -> Option<()> {
    let table = author.any_table()?;
    let name = author.name("rule");
    author.sql(&format!(
        "CREATE RULE {} AS ON DELETE TO {} WHERE (1 = 2) DO INSTEAD NOTHING",
        quoted(&name),
        table.sql()
    ))
}

pub fn secure(author: &mut Author) -> Option<()> {
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

pub fn comment(author: &mut Author) -> Option<()> {
    let text = author.text();
    let table = author.any_table();
    let mut targets = objects(author);
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
    let target = author.dice.any(&targets)?;
    author.sql(&format!("COMMENT ON {target} IS {}", literal(text)))
}

pub fn grant(author: &mut Author) -> Option<()> {
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

/// What can have a comment, apart from tables.
fn objects(author: &Author) -> Vec<String> {
    let state = &author.state;
    let mut targets: Vec<String> = Vec::new();
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
    targets
}
