//! Puts pieces into the bodies of `upgrade()` and `downgrade()`. Called by the rehearsal, whose
//! result the worker's `render` verb sets into the project's own template.

use std::collections::HashMap;

use super::{ObjectKey, Origin, Origins, Piece, Stage};

/// The two bodies, not indented; the worker's `render` indents what is not inside a string.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Body {
    /// Of `upgrade()`.
    pub upgrade: String,
    /// Of `downgrade()`: the exact reverse.
    pub downgrade: String,
}

/// Adds pieces to pieces: one for an object that has a piece already takes its place.
pub fn merge(pieces: Vec<Piece>, more: Vec<Piece>) -> Vec<Piece> {
    let mut places = HashMap::<ObjectKey, usize>::new();
    let mut merged: Vec<Piece> = Vec::with_capacity(pieces.len() + more.len());
    for piece in pieces.into_iter().chain(more) {
        if let Some(&place) = places.get(&piece.key()) {
            merged[place] = piece;
        } else {
            places.insert(piece.key(), merged.len());
            merged.push(piece);
        }
    }
    merged
}

/// Writes the bodies: stage by stage, within a stage in the order given, downgrade in reverse.
pub fn compose(pieces: Vec<Piece>, origins: &Origins) -> Body {
    let mut pieces = merge(pieces, Vec::new());
    pieces.retain(|piece| !piece.up.trim().is_empty());
    pieces.sort_by_key(|piece| (piece.stage, rank(piece)));
    Body {
        upgrade: body(&upgrade_blocks(&pieces, origins)),
        downgrade: body(&downgrade_blocks(&pieces)),
    }
}

/// Tables that redistill wrote have no references in them and go first, so that drafted ones may
/// refer to them; children of another table follow their parents.
fn rank(piece: &Piece) -> u8 {
    if piece.stage != Stage::Tables || piece.origin == Origin::Drafted {
        return 1;
    }
    let is_child = ["PARTITION OF", "ATTACH PARTITION", "INHERITS ("]
        .iter()
        .any(|words| piece.up.contains(words));
    if piece.kind == "table" && !is_child {
        0
    } else {
        2
    }
}

fn upgrade_blocks(pieces: &[Piece], origins: &Origins) -> Vec<String> {
    let mut blocks = Vec::new();
    for group in pieces.chunk_by(|a, b| a.stage == b.stage) {
        let stage = group[0].stage;
        let unchecked = matches!(stage, Stage::Functions | Stage::LateFunctions)
            && group
                .iter()
                .any(|piece| matches!(piece.kind.as_str(), "function" | "procedure"));
        if unchecked {
            blocks.push(
                "# function bodies may name what is created further down\n\
                 op.execute('SET LOCAL check_function_bodies = off')"
                    .to_owned(),
            );
        }
        let is_one = |a: &Piece, b: &Piece| {
            plain(a).is_some() && plain(a) == plain(b) && origins.of(a) == origins.of(b)
        };
        for run in group.chunk_by(is_one) {
            blocks.push(block(run, origins));
        }
        if unchecked {
            blocks.push("op.execute('RESET check_function_bodies')".to_owned());
        }
    }
    blocks
}

/// Many short statements under one heading: what they are together.
fn plain(piece: &Piece) -> Option<&'static str> {
    match piece.kind.split_once(" of ")?.0 {
        "comment" => Some("comments"),
        "privileges" => Some("privileges"),
        "value" => Some("where the sequences stand"),
        _ => None,
    }
}

/// A piece under its heading, or several plain ones under one.
fn block(run: &[Piece], origins: &Origins) -> String {
    let first = &run[0];
    let heading = (first.origin == Origin::Carried).then(|| {
        let object = match plain(first) {
            Some(together) if run.len() > 1 => together.to_owned(),
            _ => first.key().to_string(),
        };
        format!(
            "# from {}: {}",
            origins.words(first),
            crate::model::text::safe(&object)
        )
    });
    let code = run.iter().map(|piece| piece.up.trim_end().to_owned());
    heading
        .into_iter()
        .chain(code)
        .collect::<Vec<_>>()
        .join("\n")
}

fn downgrade_blocks(pieces: &[Piece]) -> Vec<String> {
    let mut blocks = Vec::new();
    let with_down: Vec<&Piece> = pieces
        .iter()
        .rev()
        .filter(|p| !p.down.trim().is_empty())
        .collect();
    for group in with_down.chunk_by(|a, b| a.stage == b.stage) {
        let lines: Vec<&str> = group.iter().map(|piece| piece.down.trim_end()).collect();
        blocks.push(lines.join("\n"));
    }
    blocks
}

fn body(blocks: &[String]) -> String {
    if blocks.is_empty() {
        return "pass".to_owned();
    }
    blocks.join("\n\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(stage: Stage, name: &str, origin: Origin, up: &str) -> Piece {
        Piece {
            stage,
            kind: "table".to_owned(),
            schema: String::new(),
            table: String::new(),
            name: name.to_owned(),
            up: up.to_owned(),
            down: format!("drop {name}"),
            origin,
        }
    }

    #[test]
    fn nothing_is_pass() {
        let body = compose(Vec::new(), &Origins::default());
        assert_eq!(
            (body.upgrade.as_str(), body.downgrade.as_str()),
            ("pass", "pass")
        );
    }

    #[test]
    fn downgrade_is_the_reverse_and_strings_keep_their_margin() {
        let body = compose(
            vec![
                piece(
                    Stage::Views,
                    "v",
                    Origin::Carried,
                    "op.execute(\n    \"\"\"\nx\n\"\"\"\n)",
                ),
                piece(Stage::Tables, "a", Origin::Drafted, "a()"),
                piece(Stage::Tables, "b", Origin::Drafted, "b()"),
            ],
            &Origins::default(),
        );
        assert_eq!(
            body.upgrade,
            "a()\n\nb()\n\n# from the old chain: table v\nop.execute(\n    \"\"\"\nx\n\"\"\"\n)"
        );
        assert_eq!(body.downgrade, "drop v\n\ndrop b\ndrop a");
    }

    #[test]
    fn a_carried_piece_takes_the_place_of_the_drafted_one() {
        let merged = merge(
            vec![
                piece(Stage::Tables, "a", Origin::Drafted, "a()"),
                piece(Stage::Tables, "b", Origin::Drafted, "b()"),
            ],
            vec![piece(Stage::Tables, "a", Origin::Carried, "")],
        );
        assert_eq!(merged.len(), 2);
        assert_eq!(compose(merged, &Origins::default()).upgrade, "b()");
    }
}
