//! RD642 suppression-unused: a suppression that sets nothing aside.

use crate::model::Location;
use crate::rules::finding::{Finding, Severity};
use crate::rules::rule::{Explanation, Family, Needs, Rule};

/// The rule. Its findings need those of all other rules: `rules::suppression` makes them.
pub static RULE: Rule = Rule {
    code: "RD642",
    name: "suppression-unused",
    family: Family::Project,
    severity: Severity::Note,
    needs: Needs::Files,
    summary: "a suppression sets nothing aside",
    explanation: Explanation {
        what: "A suppression names a rule that finds nothing there. Not judged where the rule could \
               not run: with `--static` for rules that need the database, with `--module` for the \
               modules that were left out.",
        why: "The finding is gone, or it moved and the comment did not. Left in place, it hides the \
              next one.",
        example: "```python\nstatus.drop(op.get_bind())  # redistill: ignore[RD302] not dropped yet\n```",
        remedy: "Remove it. A comment speaks of its own line, or, on a line of its own, of the next \
                 line with code; above the first statement it speaks of the whole file.",
    },
    check: |_| Vec::new(),
};

/// The finding for one rule that one suppression names.
pub(in crate::rules) fn found(rule: &Rule, at: &Location) -> Finding {
    RULE.finding(
        rule.code,
        format!(
            "the suppression of {} {} sets nothing aside",
            rule.code, rule.name
        ),
    )
    .at(at)
    .remedy(format!("remove {} from it", rule.code))
}

#[cfg(test)]
mod tests {
    use crate::rules::stage::Stage;
    use crate::rules::{Scope, judge};

    const SOURCE: &str = "
import sqlalchemy as sa
def upgrade():
    op.create_table('t', sa.Column('s', sa.Enum('A', name='e')))  # redistill: ignore[RD302] x
def downgrade():
    op.drop_table('t')
";

    fn codes(source: &str) -> Vec<String> {
        let mut stage = Stage::one();
        stage.revision("shop", source).comments("shop", source);
        let judged = judge(&stage.evidence, &stage.sources, Scope::Static);
        judged
            .findings
            .iter()
            .map(|finding| finding.code.to_string())
            .collect()
    }

    #[test]
    fn one_that_hides_nothing_is_found() {
        let mended = SOURCE.replace("drop_table('t')", "execute('DROP TYPE e')");
        assert_eq!(codes(&mended), ["RD642"]);
    }

    #[test]
    fn one_that_hides_something_is_not() {
        assert_eq!(codes(SOURCE), [] as [&str; 0]);
    }
}
