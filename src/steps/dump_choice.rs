//! Which entries of a dump belong to a set of objects.
//!
//! By the identifiers that their objects had in the dumped database: names repeat (operators, casts,
//! operator classes), identifiers do not. Entries about another entry (comments, privileges, values
//! of sequences) follow it; the few that `pg_dump` gives neither are known by what they say. Pure;
//! that the right ones were chosen is proven on a scratch database before anything is dropped.

use std::collections::BTreeSet;

use super::dump_text::{Head, is_word};
use crate::plan::{Address, OwnObject};

/// Tells which entries belong to a set of objects; asked in the dump's order.
pub struct Chooser {
    addresses: BTreeSet<Address>,
    /// The objects of tables' catalog: rows and row security have their tables' identifier alone.
    relations: BTreeSet<u32>,
    publications: BTreeSet<String>,
    /// `reader SERVER far`, without the word for everybody.
    mappings: BTreeSet<String>,
    /// The entries that were taken.
    taken: BTreeSet<u32>,
    /// Tables, indexes and keys among them, by schema and name, for what is attached.
    named: BTreeSet<(String, String)>,
}

/// The catalog of tables and indexes, `pg_class`; its identifier is the same on every server.
const PG_CLASS: u32 = 1259;

impl Chooser {
    /// For these objects, which stand in the dumped database at these addresses: catalog and
    /// identifier, with all that belongs to them.
    pub fn new(own: &[OwnObject], addresses: &[Address]) -> Self {
        let names = |kind: &'static str| {
            own.iter()
                .filter(move |object| object.kind == kind)
                .map(|object| object.name.clone())
        };
        Self {
            addresses: addresses.iter().copied().collect(),
            relations: addresses
                .iter()
                .filter(|(class, _)| *class == PG_CLASS)
                .map(|(_, oid)| *oid)
                .collect(),
            publications: names("publication").collect(),
            mappings: names("user mapping").map(|name| mapping(&name)).collect(),
            taken: BTreeSet::new(),
            named: BTreeSet::new(),
        }
    }

    /// Whether the entry belongs to them. `text` is the beginning of what it says.
    pub fn takes(&mut self, head: &Head, text: &str) -> bool {
        if self.taken.contains(&head.id) {
            return true;
        }
        let is_own = self.is_own(head, text.trim_start());
        if is_own {
            self.taken.insert(head.id);
            // A key's entry is named by its table, too: `notes notes_pkey`.
            let tails = head
                .name
                .match_indices(' ')
                .map(|(at, _)| &head.name[at + 1..]);
            let keys = tails.filter(|_| head.kind == "CONSTRAINT");
            let is_whole = matches!(head.kind.as_str(), "TABLE" | "FOREIGN TABLE" | "INDEX");
            let names = keys.chain(is_whole.then_some(head.name.as_str()));
            self.named
                .extend(names.map(|name| (head.schema.clone(), name.to_owned())));
        }
        is_own
    }

    fn is_own(&self, head: &Head, statement: &str) -> bool {
        match head.kind.as_str() {
            // They stand in catalogs of their own, but go with the publication.
            "PUBLICATION TABLE" | "PUBLICATION TABLES IN SCHEMA" => statement
                .strip_prefix("ALTER PUBLICATION ")
                .and_then(identifier)
                .is_some_and(|name| self.publications.contains(&name)),
            "USER MAPPING" => statement
                .strip_prefix("CREATE USER MAPPING ")
                .is_some_and(|rest| self.maps(&mapping(rest))),
            "TABLE ATTACH" | "INDEX ATTACH" => self
                .named
                .contains(&(head.schema.clone(), head.name.clone())),
            _ if head.class != 0 => self.addresses.contains(&(head.class, head.oid)),
            _ if head.oid != 0 => self.relations.contains(&head.oid),
            // What it is about stands first.
            _ => head.needs.first().is_some_and(|id| self.taken.contains(id)),
        }
    }

    fn maps(&self, statement: &str) -> bool {
        self.mappings.iter().any(|mapping| {
            statement
                .strip_prefix(mapping.as_str())
                .is_some_and(|rest| !rest.starts_with(is_word))
        })
    }
}

/// `FOR PUBLIC SERVER far` as `pg_dump` writes it.
fn mapping(name: &str) -> String {
    match name.strip_prefix("FOR PUBLIC ") {
        Some(rest) => format!("FOR public {rest}"),
        None => name.to_owned(),
    }
}

/// The identifier at the beginning.
fn identifier(text: &str) -> Option<String> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(|c| !is_word(c)).unwrap_or(text.len());
        return (end > 0).then(|| text[..end].to_owned());
    };
    let mut name = String::new();
    let mut rest = quoted;
    loop {
        let end = rest.find('"')?;
        name.push_str(&rest[..end]);
        rest = &rest[end + 1..];
        match rest.strip_prefix('"') {
            Some(more) => {
                name.push('"');
                rest = more;
            }
            None => return Some(name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(id: u32, address: (u32, u32), kind: &str, name: &str) -> Head {
        Head {
            id,
            class: address.0,
            oid: address.1,
            name: name.to_owned(),
            kind: kind.to_owned(),
            schema: "public".to_owned(),
            ..Head::default()
        }
    }

    fn about(id: u32, of: u32, kind: &str) -> Head {
        Head {
            needs: vec![of],
            ..head(id, (0, 0), kind, "x")
        }
    }

    fn own(kind: &str, name: &str) -> OwnObject {
        OwnObject {
            kind: kind.to_owned(),
            schema: String::new(),
            name: name.to_owned(),
        }
    }

    #[test]
    fn identifiers_choose_and_what_is_about_an_entry_follows_it() {
        let mut chooser = Chooser::new(&[], &[(1259, 20), (2617, 30)]);
        let mut takes = |head: Head| chooser.takes(&head, "");
        assert!(takes(head(1, (2617, 30), "OPERATOR", "===")));
        assert!(!takes(head(2, (2617, 31), "OPERATOR", "===")));
        assert!(takes(about(3, 1, "COMMENT")));
        assert!(!takes(about(4, 2, "COMMENT")));
        assert!(takes(head(5, (0, 20), "TABLE DATA", "t")));
        assert!(!takes(head(6, (0, 30), "TABLE DATA", "u")));
    }

    #[test]
    fn attached_are_tables_indexes_and_keys_that_were_taken() {
        let mut chooser = Chooser::new(&[], &[(1259, 20), (1259, 21), (2606, 22)]);
        let mut takes = |head: Head| chooser.takes(&head, "");
        assert!(!takes(head(1, (0, 0), "TABLE ATTACH", "my part")));
        assert!(takes(head(2, (1259, 20), "TABLE", "my part")));
        assert!(takes(head(3, (0, 0), "TABLE ATTACH", "my part")));
        assert!(!takes(head(4, (0, 0), "INDEX ATTACH", "the key")));
        assert!(takes(head(5, (2606, 22), "CONSTRAINT", "my part the key")));
        assert!(takes(head(6, (0, 0), "INDEX ATTACH", "the key")));
    }

    #[test]
    fn publications_and_user_mappings_are_known_by_their_words() {
        let all = [
            own("publication", "out \"1\""),
            own("user mapping", "FOR PUBLIC SERVER far"),
            own("user mapping", "FOR reader SERVER far"),
        ];
        let mut chooser = Chooser::new(&all, &[]);
        let mut id = 0;
        let mut takes = |kind: &str, text: &str| {
            id += 1;
            chooser.takes(&head(id, (0, 0), kind, "x"), text)
        };
        let tables = "ALTER PUBLICATION \"out \"\"1\"\"\" ADD TABLE ONLY public.t;";
        assert!(takes("PUBLICATION TABLE", tables));
        assert!(!takes(
            "PUBLICATION TABLE",
            "ALTER PUBLICATION other ADD TABLE ONLY public.t;"
        ));
        let mapping = "\nCREATE USER MAPPING FOR public SERVER far;";
        assert!(takes("USER MAPPING", mapping));
        let mapping = "CREATE USER MAPPING FOR reader SERVER far OPTIONS (\n";
        assert!(takes("USER MAPPING", mapping));
        let mapping = "CREATE USER MAPPING FOR reader SERVER farther;";
        assert!(!takes("USER MAPPING", mapping));
    }
}
