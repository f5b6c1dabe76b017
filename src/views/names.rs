//! Short names of cells: enough to tell them apart, nothing more.

use std::collections::BTreeSet;

use crate::sweep::{CellKey, Sweep};

/// What is shown for an unknown part.
pub const UNKNOWN: &str = "unknown";

/// How one cell is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellName {
    /// Environment, `unknown` where unknown.
    pub env: String,
    /// Name within its environment: model, strategy, and the other parts that vary.
    pub short: String,
    /// `env / short`.
    pub full: String,
    /// Stable id, `lower_snake`, unique in the report.
    pub id: String,
}

/// Names all cells of a sweep.
pub fn names(sweep: &Sweep) -> Vec<CellName> {
    let keys: Vec<&CellKey> = sweep.cells.iter().map(|cell| &cell.key).collect();
    let varies = |part: fn(&CellKey) -> Option<&str>| keys.iter().map(|key| part(key)).collect::<BTreeSet<_>>().len() > 1;
    let (user_model, user_strategy, temperature) = (
        varies(|key| key.user_model.as_deref()),
        varies(|key| key.user_strategy.as_deref()),
        varies(|key| key.temperature.as_deref()),
    );
    let mut used = BTreeSet::new();
    keys.iter()
        .map(|key| {
            let env = key.env.clone().unwrap_or_else(|| UNKNOWN.to_owned());
            let mut parts: Vec<String> = Vec::new();
            parts.extend(key.label.clone());
            parts.push(match (&key.model, &key.place) {
                (Some(model), _) => model.clone(),
                (None, Some(place)) => format!("{UNKNOWN} model ({place})"),
                (None, None) => format!("{UNKNOWN} model"),
            });
            parts.push(key.strategy.clone().unwrap_or_else(|| format!("{UNKNOWN} strategy")));
            let or_unknown = |value: &Option<String>| value.clone().unwrap_or_else(|| "?".to_owned());
            if user_model {
                parts.push(format!("user {}", or_unknown(&key.user_model)));
            }
            if user_strategy {
                parts.push(format!("user strategy {}", or_unknown(&key.user_strategy)));
            }
            if temperature {
                parts.push(format!("T={}", or_unknown(&key.temperature)));
            }
            let short = parts.join(" · ");
            let full = format!("{env} / {short}");
            let id = unique(slug(&full), &mut used);
            CellName { env, short, full, id }
        })
        .collect()
}

/// Returns a text as `lower_snake` ASCII, for ids and file names.
pub fn slug(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii_alphanumeric() {
            out.push(c.to_ascii_lowercase());
        } else if !out.ends_with('_') && !out.is_empty() {
            out.push('_');
        }
    }
    let out = out.trim_end_matches('_');
    if out.is_empty() { UNKNOWN.to_owned() } else { out.to_owned() }
}

fn unique(id: String, used: &mut BTreeSet<String>) -> String {
    let mut candidate = id.clone();
    let mut number = 1;
    while !used.insert(candidate.clone()) {
        number += 1;
        candidate = format!("{id}_{number}");
    }
    candidate
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_are_file_names() {
        assert_eq!(slug("airline / Qwen/Qwen3-32B · react"), "airline_qwen_qwen3_32b_react");
        assert_eq!(slug("···"), "unknown");
        let mut used = BTreeSet::new();
        let ids: Vec<String> = ["a b", "a/b", "a-b"].iter().map(|text| unique(slug(text), &mut used)).collect();
        assert_eq!(ids, ["a_b", "a_b_2", "a_b_3"]);
    }
}
