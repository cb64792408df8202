//! Two texts of one file as a unified diff. The signs say what the colours repeat.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use similar::{ChangeTag, TextDiff};

use super::paint::Paint;
use crate::model::text::safe;

/// Lines of context around a change.
const CONTEXT: usize = 3;

/// The diff of one file, ending with a line feed; empty if nothing differs. Foreign text is
/// escaped.
pub fn unified(path: &str, before: &str, after: &str, paint: Paint) -> String {
    let diff = TextDiff::from_lines(before, after);
    let mut text = String::new();
    for hunk in diff.unified_diff().context_radius(CONTEXT).iter_hunks() {
        if text.is_empty() {
            let path = safe(path);
            push(&mut text, &paint.bold(&format!("--- a/{path}")));
            push(&mut text, &paint.bold(&format!("+++ b/{path}")));
        }
        let place = Style::new().fg_color(Some(AnsiColor::Cyan.into()));
        push(
            &mut text,
            &paint.in_style(place, &hunk.header().to_string()),
        );
        for change in hunk.iter_changes() {
            let line = change.value().trim_end_matches(['\n', '\r']);
            let line = safe(line);
            push(
                &mut text,
                &match change.tag() {
                    ChangeTag::Delete => paint.removed(&format!("-{line}")),
                    ChangeTag::Insert => paint.added(&format!("+{line}")),
                    ChangeTag::Equal => format!(" {line}"),
                },
            );
        }
    }
    text
}

fn push(text: &mut String, line: &str) {
    writeln!(text, "{line}").expect("writing to a String cannot fail");
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEFORE: &str = "a\nb\nc\nd\ne\nf\ng\n";
    const AFTER: &str = "a\nb\nc\nD\u{1b}\ne\nf\ng\n";

    #[test]
    fn signs_and_context() {
        insta::assert_snapshot!(unified("x/y.py", BEFORE, AFTER, Paint::Plain), @r"
        --- a/x/y.py
        +++ b/x/y.py
        @@ -1,7 +1,7 @@
         a
         b
         c
        -d
        +D\u{1b}
         e
         f
         g
        ");
    }

    #[test]
    fn equal_texts_have_no_diff_and_colours_add_nothing_else() {
        assert_eq!(unified("x", BEFORE, BEFORE, Paint::Coloured), "");
        let coloured = unified("x", BEFORE, AFTER, Paint::Coloured);
        assert_eq!(
            anstream::adapter::strip_str(&coloured).to_string(),
            unified("x", BEFORE, AFTER, Paint::Plain)
        );
    }
}
