//! The lines of configuration that would waive a finding. Pure.
//!
//! Shown by the app and the guided run, which never write them: a waiver counts once it is committed,
//! and the team has read it.

use chrono::Days;

use crate::evidence::{Evidence, ModuleEvidence};
use crate::model::text::safe;
use crate::rules::{Finding, is_waivable};

/// How many days a waiver is good for, unless somebody changes the date.
const DAYS: u64 = 30;

/// The entry for `redistill.toml`, its reason still to be written; none where the finding cannot be
/// waived, or is.
pub fn waiver(finding: &Finding, evidence: &Evidence) -> Option<String> {
    if !is_waivable(&finding.code) || finding.waived.is_some() {
        return None;
    }
    let is_its = |seen: &&ModuleEvidence| {
        let module = finding.module.as_ref();
        module.is_none_or(|name| *name == seen.module.name)
    };
    let modules = evidence.modules.iter().filter(is_its);
    let heads: Vec<String> = modules
        .flat_map(|seen| seen.chain.heads())
        .map(|head| quoted(&head.0))
        .collect();
    let head = match &heads[..] {
        [] => return None,
        [one] => one.clone(),
        several => format!("[{}]", several.join(", ")),
    };
    let module = finding.module.as_ref().map_or_else(String::new, |name| {
        format!("module = {}\n", quoted(&name.0))
    });
    let today = evidence.waivers.today;
    let until = today.checked_add_days(Days::new(DAYS)).unwrap_or(today);
    Some(format!(
        "[[waivers]]\nfinding = \"{}\"\n{module}head = {head}\nreason = \"\"  # why the team lives with \
         it\nuntil = {until}\n",
        finding.code
    ))
}

/// A TOML string; what a terminal would not show is escaped.
fn quoted(text: &str) -> String {
    format!(
        "\"{}\"",
        safe(text).replace('\\', "\\\\").replace('"', "\\\"")
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ModuleName;
    use crate::rules::find;
    use crate::rules::stage::Stage;

    #[test]
    fn known_facts_of_a_shared_history_have_an_entry_and_nothing_else_has() {
        let stage = Stage::with(&["shop", "stock"]);
        let evidence = &stage.evidence;
        let finding = |code: &str| find(code).unwrap().finding("history", "shared");
        let shop = ModuleName("shop".to_owned());
        let head = &evidence.modules[0].chain.heads()[0].0;
        let text = waiver(&finding("RD201").of(&shop), evidence).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "[[waivers]]");
        assert_eq!(lines[1], "finding = \"RD201\"");
        assert_eq!(lines[2], "module = \"shop\"");
        assert_eq!(lines[3], format!("head = \"{head}\""));
        assert!(text.parse::<toml_edit::DocumentMut>().is_ok(), "{text}");
        let all = waiver(&finding("RD201"), evidence).unwrap();
        assert!(all.contains("head = [") && !all.contains("module"), "{all}");
        assert_eq!(waiver(&finding("RD101").of(&shop), evidence), None);
    }
}
