//! Short names of cells: enough to tell them apart, nothing more.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    records::Benchmark,
    redact::shown,
    sweep::{CellKey, DEFAULT, Sweep, short_name},
};

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

/// Reads one part of a key.
type KeyPart<'a> = Box<dyn Fn(&'a CellKey) -> Option<&'a str> + 'a>;

/// What is shown for a cell whose files' paths lack the words that name its siblings.
const PLAIN: &str = "plain";

/// Returns the parts that may tell cells apart, with what stands before a value and for an unknown one; those that say most to a reader
/// first, digests last.
fn extras<'a>(keys: &[&'a CellKey]) -> Vec<(String, &'static str, KeyPart<'a>)> {
    let part = |prefix: &str, unknown, part: fn(&CellKey) -> Option<&str>| -> (String, &'static str, KeyPart<'a>) {
        (prefix.to_owned(), unknown, Box::new(part))
    };
    let mut extras = vec![
        part("", UNKNOWN, |key| key.mode.as_deref()),
        part("user ", UNKNOWN, |key| key.user_model.as_deref()),
        part("T=", UNKNOWN, |key| key.temperature.as_deref()),
        part("user strategy ", UNKNOWN, |key| key.user_strategy.as_deref()),
        part("max steps ", UNKNOWN, |key| key.max_steps.as_deref()),
        part("", PLAIN, |key| key.variant.as_deref()),
    ];
    let settings: BTreeSet<(bool, &'a str)> =
        keys.iter().flat_map(|key| key.settings.iter().map(|(name, value)| (value.starts_with('#'), name.as_str()))).collect();
    let names: Vec<&str> = settings.iter().map(|(_, name)| *name).collect();
    extras.extend(settings.iter().map(|(_, name)| -> (String, &'static str, KeyPart<'a>) {
        let name: &'a str = name;
        (format!("{}=", short_name(name, &names)), DEFAULT, Box::new(move |key| key.settings.get(name).map(String::as_str)))
    }));
    extras
}

/// Names all cells of a sweep: model and strategy always, variants where there are any of the same, other parts only where they tell cells
/// of one environment apart.
pub fn names(sweep: &Sweep) -> Vec<CellName> {
    let keys: Vec<&CellKey> = sweep.cells.iter().map(|cell| &cell.key).collect();
    let places: Vec<&str> = keys.iter().filter_map(|key| key.place.as_deref()).collect();
    let shared = shared_folders(&places);
    let mut shorts: Vec<Vec<String>> = keys.iter().map(|key| base_parts(key, shared)).collect();
    for (prefix, unknown, part) in extras(&keys) {
        let mut groups: BTreeMap<(Option<&str>, Vec<String>), Vec<usize>> = BTreeMap::new();
        for (index, key) in keys.iter().enumerate() {
            // A variant in one environment is another configuration than the plain one in the next.
            let env = if unknown == PLAIN { None } else { key.env.as_deref() };
            groups.entry((env, shorts[index].clone())).or_default().push(index);
        }
        for members in groups.into_values().filter(|members| members.len() > 1) {
            let values: BTreeSet<Option<&str>> = members.iter().map(|index| part(keys[*index])).collect();
            if values.len() > 1 {
                for index in members {
                    shorts[index].push(format!("{prefix}{}", part(keys[index]).unwrap_or(unknown)));
                }
            }
        }
    }
    let mut used = BTreeSet::new();
    let mut envs = BTreeMap::new();
    keys.iter()
        .zip(shorts)
        .map(|(key, parts)| {
            let name = || env_name(sweep, key.benchmark, key.env.as_deref());
            let env: String = envs.entry((key.benchmark, key.env.as_deref())).or_insert_with(name).clone();
            let parts: Vec<_> = parts.iter().map(|part| shown(part)).collect();
            let short = if parts.is_empty() { "all".to_owned() } else { parts.join(" · ") };
            let full = format!("{env} / {short}");
            let id = unique(&slug(&full), &mut used);
            CellName { env, short, full, id }
        })
        .collect()
}

/// Returns what an environment is called: with its benchmark where two benchmarks of the sweep have one of that name, since their
/// tasks are not the same.
pub fn env_name(sweep: &Sweep, benchmark: Benchmark, env: Option<&str>) -> String {
    let name = shown(env.unwrap_or(UNKNOWN));
    let elsewhere = |key: &CellKey| key.benchmark != benchmark && key.env.as_deref() == env;
    if sweep.cells.iter().any(|cell| elsewhere(&cell.key)) { format!("{name} ({benchmark})") } else { name.into_owned() }
}

fn base_parts(key: &CellKey, shared_folders: usize) -> Vec<String> {
    let model = match (&key.model, &key.place) {
        (Some(model), _) => model.clone(),
        (None, Some(place)) => {
            let own: Vec<&str> = place.split('/').skip(shared_folders).collect();
            format!("{}/?", own.join("/"))
        }
        (None, None) => "?".to_owned(),
    };
    let strategy = key.strategy.clone().unwrap_or_else(|| format!("{UNKNOWN} strategy"));
    let usual = [(key.model.is_some() || key.place.is_some(), model), (key.strategy.is_some(), strategy)];
    let usual = usual.into_iter().filter(|(known, _)| *known || !key.pooled).map(|(_, part)| part);
    let extra = key.extra().map(|(name, value)| format!("{} {}", name.replace('_', " "), value.unwrap_or(UNKNOWN)));
    key.label.iter().cloned().chain(usual).chain(extra).collect()
}

/// Returns how many leading folders all places share, leaving at least one of each.
fn shared_folders(places: &[&str]) -> usize {
    let split: Vec<Vec<&str>> = places.iter().map(|place| place.split('/').collect()).collect();
    let Some(first) = split.first() else { return 0 };
    let most = split.iter().map(Vec::len).min().unwrap_or(0).saturating_sub(1);
    (0..most).take_while(|at| split.iter().all(|folders| folders[*at] == first[*at])).count()
}

/// Longest id, so that a file named after it fits any file system.
const LONGEST_ID: usize = 80;

/// Returns a text as `lower_snake` ASCII of at most 80 characters, for ids and file names.
pub fn slug(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii_alphanumeric() {
            out.push(c.to_ascii_lowercase());
        } else if !out.ends_with('_') && !out.is_empty() {
            out.push('_');
        }
    }
    out.truncate(LONGEST_ID);
    let out = out.trim_end_matches('_');
    if out.is_empty() { UNKNOWN.to_owned() } else { out.to_owned() }
}

/// Returns an id that is not used yet: itself, or with a number from 2 on.
pub(super) fn unique(id: &str, used: &mut BTreeSet<String>) -> String {
    let numbered = |number: u64| if number < 2 { id.to_owned() } else { format!("{id}_{number}") };
    // The numbers of thousands of equal ids must not be tried one by one: doubling finds a free one, halving the one next to a taken one.
    let (mut taken, mut free) = (0, 1);
    while used.contains(&numbered(free)) {
        (taken, free) = (free, free * 2);
    }
    while free - taken > 1 {
        let middle = taken + (free - taken) / 2;
        if used.contains(&numbered(middle)) { taken = middle } else { free = middle }
    }
    let found = numbered(free);
    used.insert(found.clone());
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_named_by_where_they_part() {
        assert_eq!(shared_folders(&["a/b/c", "a/b/d/e"]), 2);
        assert_eq!(shared_folders(&["a/b", "a/b/c"]), 1);
        assert_eq!(shared_folders(&["a/b/c"]), 2);
        assert_eq!(shared_folders(&[]), 0);
    }

    #[test]
    fn slugs_are_file_names() {
        assert_eq!(slug("airline / Qwen/Qwen3-32B · react"), "airline_qwen_qwen3_32b_react");
        assert_eq!(slug("···"), "unknown");
        assert_eq!(slug(&"long name ".repeat(30)).len(), 79);
        let mut used = BTreeSet::new();
        let ids: Vec<String> = ["a b", "a/b", "a-b"].iter().map(|text| unique(&slug(text), &mut used)).collect();
        assert_eq!(ids, ["a_b", "a_b_2", "a_b_3"]);
        let more: BTreeSet<String> = (0..1000).map(|_| unique("a_b", &mut used)).collect();
        assert!(more.len() == 1000 && more.contains("a_b_4") && more.contains("a_b_1003"), "as if counted one by one");
    }
}
