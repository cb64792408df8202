//! Statements whose effect leaves the database in which they run: roles, databases, tablespaces,
//! settings of the server.
//!
//! Called by `engine` for every revision of a chain: one that holds such a statement is not run on
//! the user's server. Statements that are put together when the revision runs are refused there by
//! the worker, whose twin of this is `assets/worker/outside.py`; both are held to `cases.txt`.

pub(super) mod lexer;
mod literals;

use lexer::{Kind, Token, tokens};

use super::syntax::Syntax;

/// A statement whose effect leaves its database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outside {
    /// What kind: `ALTER ROLE`.
    pub what: String,
    /// The role that it makes, where it makes one and the name can be read.
    pub makes: Option<String>,
}

/// Stands for the part of a text that only a run knows.
const UNKNOWN: char = '\u{fffc}';
/// What is one for the whole server.
const SHARED: [&str; 4] = ["ROLE", "DATABASE", "TABLESPACE", "SUBSCRIPTION"];
/// The catalogs of the whole server.
const CATALOGS: [&str; 10] = [
    "PG_AUTHID",
    "PG_AUTH_MEMBERS",
    "PG_DATABASE",
    "PG_DB_ROLE_SETTING",
    "PG_PARAMETER_ACL",
    "PG_SHDESCRIPTION",
    "PG_SHSECLABEL",
    "PG_SUBSCRIPTION",
    "PG_TABLESPACE",
    "PG_REPLICATION_ORIGIN",
];
/// Functions that change the server or end the sessions of others.
const FUNCTIONS: [&str; 8] = [
    "PG_CREATE_PHYSICAL_REPLICATION_SLOT",
    "PG_CREATE_LOGICAL_REPLICATION_SLOT",
    "PG_COPY_PHYSICAL_REPLICATION_SLOT",
    "PG_COPY_LOGICAL_REPLICATION_SLOT",
    "PG_DROP_REPLICATION_SLOT",
    "PG_RELOAD_CONF",
    "PG_TERMINATE_BACKEND",
    "PG_CANCEL_BACKEND",
];

/// The statements of this kind in the texts of a revision file, in order.
pub fn read(syntax: &Syntax) -> Vec<Outside> {
    let texts = literals::texts(syntax);
    texts.iter().flat_map(|text| statements(text)).collect()
}

/// The statements of this kind in an SQL text, also in the bodies of blocks and functions.
fn statements(text: &str) -> Vec<Outside> {
    let tokens = tokens(text);
    let each = (0..tokens.len()).filter_map(|at| {
        let rest = &tokens[at..];
        let of_first = tokens[at].begins.then(|| of_statement(rest)).flatten();
        let what = of_first.or_else(|| anywhere(rest))?;
        let is_maker = matches!(
            what.as_str(),
            "CREATE ROLE" | "CREATE USER" | "CREATE GROUP"
        );
        let makes = is_maker.then(|| made(&rest[2])).flatten();
        Some(Outside { what, makes })
    });
    each.collect()
}

/// The role's name as the server keeps it.
fn made(name: &Token) -> Option<String> {
    let kept = match name.kind {
        Kind::Name => name.text.clone(),
        Kind::Word => name.text.to_lowercase(),
        Kind::Mark => return None,
    };
    (!kept.contains(UNKNOWN)).then_some(kept)
}

/// What a statement is, by its first words.
fn of_statement(rest: &[Token]) -> Option<String> {
    let first = word(rest, 0);
    let second = word(rest, 1);
    match first {
        "CREATE" | "ALTER" | "DROP" => {
            rest.get(2).filter(|third| !third.is(";"))?;
            let is_mapping = second == "USER" && word(rest, 2) == "MAPPING";
            let is_shared = SHARED.contains(&second) || matches!(second, "USER" | "GROUP");
            let is_one = (is_shared && !is_mapping)
                || (first, second) == ("ALTER", "SYSTEM")
                || (first, second) == ("DROP", "OWNED");
            is_one.then(|| format!("{first} {second}"))
        }
        "REASSIGN" if second == "OWNED" => Some("REASSIGN OWNED".to_owned()),
        "COMMENT" if second == "ON" && is_named(rest, 2) => {
            Some(format!("COMMENT ON {}", word(rest, 2)))
        }
        "SECURITY" if second == "LABEL" => {
            let on = (2..6).find(|at| word(rest, *at) == "ON")?;
            is_named(rest, on + 1).then(|| format!("SECURITY LABEL ON {}", word(rest, on + 1)))
        }
        "GRANT" | "REVOKE" => of_right(first, rest),
        _ => None,
    }
}

/// A right on something of the server, or the membership in a role.
fn of_right(first: &str, rest: &[Token]) -> Option<String> {
    let end = rest.iter().position(|token| token.is(";"));
    let rest = &rest[..end.unwrap_or(rest.len())];
    let at = (1..rest.len()).find(|at| matches!(word(rest, *at), "ON" | "TO" | "FROM"))?;
    if word(rest, at) != "ON" {
        return Some(format!("{first} of a role"));
    }
    let object = word(rest, at + 1);
    let is_one = matches!(object, "DATABASE" | "TABLESPACE" | "PARAMETER");
    // A table may have that name.
    let is_table = matches!(word(rest, at + 2), "TO" | "FROM")
        || rest
            .get(at + 2)
            .is_none_or(|next| next.is(",") || next.is("."));
    (is_one && !is_table).then(|| format!("{first} ON {object}"))
}

/// Whether something of the server's is named there: `ROLE app`.
fn is_named(rest: &[Token], at: usize) -> bool {
    SHARED.contains(&word(rest, at)) && rest.get(at + 1).is_some_and(|next| !next.is("."))
}

/// What may stand within a statement: a function that is called, rows of a shared catalog.
fn anywhere(rest: &[Token]) -> Option<String> {
    let first = word(rest, 0);
    if FUNCTIONS.contains(&first) && rest.get(1).is_some_and(|next| next.is("(")) {
        return Some(format!("{}()", first.to_lowercase()));
    }
    let (verb, mut at) = match (first, word(rest, 1)) {
        ("UPDATE", _) => ("UPDATE", 1),
        ("INSERT", "INTO") => ("INSERT INTO", 2),
        ("DELETE", "FROM") => ("DELETE FROM", 2),
        _ => return None,
    };
    if word(rest, at) == "ONLY" {
        at += 1;
    }
    if word(rest, at) == "PG_CATALOG" {
        at += 2;
    }
    let catalog = word(rest, at);
    CATALOGS
        .contains(&catalog)
        .then(|| format!("{verb} {}", catalog.to_lowercase()))
}

/// The word at a place; empty where there is none.
fn word(rest: &[Token], at: usize) -> &str {
    match rest.get(at) {
        Some(token) if token.kind == Kind::Word => &token.text,
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn statements_are_told_apart() {
        for case in include_str!("cases.txt").lines() {
            let (kind, sql) = case.split_once(" | ").unwrap();
            let found = statements(&sql.replace("\\n", "\n"));
            let found: Vec<&str> = found.iter().map(|one| one.what.as_str()).collect();
            let wanted: Vec<&str> = (kind != "-").then_some(kind).into_iter().collect();
            assert_eq!(found, wanted, "{sql}");
        }
    }

    #[test]
    fn the_texts_of_a_revision_are_read_wherever_they_stand() {
        let source = r#"
"""CREATE ROLE doc"""
ROLE = "app"
SQL = (
    "CREATE ROLE "
    "one"
)

def helper(name):
    """DROP ROLE app"""
    op.execute(sa.text(f"ALTER ROLE {name} PASSWORD 'x'"))

def upgrade():
    # DROP DATABASE live
    op.create_table("t", sa.Column("a", comment="Create user names here"))
    op.bulk_insert(rights, [{"name": "Drop role of others"}])
    op.execute(f"CREATE ROLE {ROLE}")
    op.execute("GRANT " + staff + " TO " + user)
    op.execute("GRANT SELECT ON %s TO %s" % (table, user))

def downgrade():
    for role in roles:
        op.execute("DROP ROLE {}".format(role))
"#;
        let found = read(&Syntax::parse(Path::new("/p/a.py"), source.as_bytes()));
        let shown: Vec<String> = found
            .iter()
            .map(|one| format!("{} {}", one.what, one.makes.as_deref().unwrap_or("?")))
            .collect();
        assert_eq!(
            shown,
            [
                "CREATE ROLE one",
                "ALTER ROLE ?",
                "CREATE ROLE app",
                "GRANT of a role ?",
                "DROP ROLE ?"
            ]
        );
    }
}
