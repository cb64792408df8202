//! The few SQL statements in `op.execute` that the rules look at: types and tables made and dropped.

use super::columns::EnumFact;
use super::operations::OperationKind;

/// The statements of a text, in order. Anything unknown is passed over.
pub(super) fn statements(text: &str) -> Vec<OperationKind> {
    let words: Vec<&str> = text
        .split(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | ';'))
        .filter(|word| !word.is_empty())
        .collect();
    let is = |at: usize, word: &str| {
        words
            .get(at)
            .is_some_and(|found| bare(found).eq_ignore_ascii_case(word))
    };
    let mut found = Vec::new();
    for at in 0..words.len() {
        if is(at, "CREATE") && is(at + 1, "TYPE") && is(at + 3, "AS") && is(at + 4, "ENUM") {
            found.push(OperationKind::CreateEnum(EnumFact {
                name: name(words[at + 2]),
                labels: Vec::new(),
                creates: true,
                members_of: None,
            }));
        } else if is(at, "DROP") && (is(at + 1, "TYPE") || is(at + 1, "TABLE")) {
            let is_type = is(at + 1, "TYPE");
            let mut next = at + 2;
            if is(next, "IF") && is(next + 1, "EXISTS") {
                next += 2;
            }
            for dropped in list(&words[next.min(words.len())..]) {
                found.push(if is_type {
                    OperationKind::DropEnum {
                        name: Some(dropped),
                    }
                } else {
                    OperationKind::DropTable { table: dropped }
                });
            }
        }
    }
    found
}

/// `a, b ,c CASCADE` → `a`, `b`, `c`.
fn list(words: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    let mut expecting = true;
    for word in words {
        if !expecting && !word.starts_with(',') {
            break;
        }
        found.extend(word.split(',').filter(|part| !part.is_empty()).map(name));
        expecting = word.ends_with(',');
    }
    found
}

fn bare(word: &str) -> &str {
    word.trim_matches(|c| matches!(c, '\'' | ',' | '"'))
}

/// The name without its schema and quotes.
fn name(written: &str) -> String {
    let last = written.rsplit('.').next().unwrap_or(written);
    last.trim_matches(|c| matches!(c, '"' | '\'' | ','))
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_schemas_quotes_and_blocks() {
        let names = |text: &str| {
            statements(text)
                .into_iter()
                .map(|kind| match kind {
                    OperationKind::DropEnum { name } => format!("-{}", name.unwrap()),
                    OperationKind::CreateEnum(found) => format!("+{}", found.name),
                    OperationKind::DropTable { table } => format!("x{table}"),
                    other => format!("{other:?}"),
                })
                .collect::<Vec<_>>()
        };
        assert_eq!(
            names("drop type if exists public.a, \"b\" cascade"),
            ["-a", "-b"]
        );
        assert_eq!(
            names("DROP TYPE a;DROP TYPE b; drop table c"),
            ["-a", "-b", "xc"]
        );
        assert_eq!(
            names("DO $$ BEGIN EXECUTE 'DROP TYPE x'; CREATE TYPE y AS ENUM('q'); END $$"),
            ["-x", "+y"]
        );
        assert_eq!(names("CREATE TABLE drop_type (x int)"), [""; 0]);
    }
}
