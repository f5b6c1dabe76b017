//! Which cell of BASE is compared with which of NEW.
//!
//! The rule, within each benchmark and environment:
//! 1. A part of the configuration (label, model, strategy, …) in which the two sides share no value is what is being compared: it is
//!    left out. So a single cell on either side always finds the other.
//! 2. Cells that agree in all other parts match. Where several on a side agree, none of them does: nothing tells which is meant.
//! 3. Of what is left, cells that agree in model, strategy, mode and variant (as far as rule 1 has not left them out) match if they are the only
//!    such cells on either side; what else they differ in is told.
//!
//! Cells of other benchmarks never match, unless mismatches are allowed: then environments of the same name do.

use std::collections::{BTreeMap, BTreeSet};

use super::side::CellData;
use crate::records::Benchmark;

/// The parts that make a cell what it is; the others are circumstances.
pub(super) const MAIN_PARTS: [&str; 5] = ["model", "folder", "strategy", "mode", "variant"];

/// A part in which two matched cells differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Differs {
    /// The part's name: `user model`.
    pub part: String,
    /// Its value in BASE; `None` = unknown.
    pub base: Option<String>,
    /// Its value in NEW; `None` = unknown.
    pub new: Option<String>,
}

/// Two cells to be compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    /// Index of the cell of BASE.
    pub base: usize,
    /// Index of the cell of NEW.
    pub new: usize,
    /// What they differ in.
    pub differs: Vec<Differs>,
}

/// Why a cell found no other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// The other side has nothing of its environment.
    NoSuchEnv,
    /// The other side has its environment only of another benchmark, whose tasks are not the same.
    OtherBenchmark,
    /// The other side has its environment, but not this configuration.
    NoSuchConfiguration,
    /// Several cells of a side have this configuration.
    Ambiguous,
}

/// A cell without another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unmatched {
    /// Whether it is of BASE.
    pub of_base: bool,
    /// Its index.
    pub cell: usize,
    /// Why.
    pub reason: Reason,
}

/// What matching found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Matching {
    /// Pairs in order of the cells of BASE.
    pub matches: Vec<Match>,
    /// The rest.
    pub unmatched: Vec<Unmatched>,
}

/// Matches the cells of two sides.
pub fn match_cells(base: &[CellData], new: &[CellData], allow_mismatch: bool) -> Matching {
    let mut found = Matching::default();
    let groups = |cells: &[CellData]| -> BTreeMap<(Benchmark, Option<String>), Vec<usize>> {
        let mut groups: BTreeMap<_, Vec<usize>> = BTreeMap::new();
        for (index, cell) in cells.iter().enumerate() {
            groups.entry((cell.benchmark, cell.env.clone())).or_default().push(index);
        }
        groups
    };
    let (mut ours, mut theirs) = (groups(base), groups(new));
    let same: Vec<_> = ours.keys().filter(|key| theirs.contains_key(key)).cloned().collect();
    for key in same {
        let (own, other) = (ours.remove(&key).unwrap_or_default(), theirs.remove(&key).unwrap_or_default());
        match_env(base, new, own, other, &mut found);
    }
    if allow_mismatch {
        let across: Vec<_> = ours.keys().cloned().collect();
        for key in across {
            let other = theirs.keys().find(|(_, env)| env.is_some() && *env == key.1).cloned();
            if let Some((own, other)) = other.and_then(|other| Some((ours.remove(&key)?, theirs.remove(&other)?))) {
                match_env(base, new, own, other, &mut found);
            }
        }
    }
    for (of_base, rest, others) in [(true, ours, new), (false, theirs, base)] {
        for ((_, env), cells) in rest {
            let elsewhere = env.is_some() && others.iter().any(|cell| cell.env == env);
            let reason = if elsewhere { Reason::OtherBenchmark } else { Reason::NoSuchEnv };
            found.unmatched.extend(cells.into_iter().map(|cell| Unmatched { of_base, cell, reason }));
        }
    }
    found.matches.sort_by_key(|one| (one.base, one.new));
    found.unmatched.sort_by_key(|one| (!one.of_base, one.cell));
    found
}

fn match_env(base: &[CellData], new: &[CellData], mut own: Vec<usize>, mut other: Vec<usize>, found: &mut Matching) {
    let compared = compared_parts(base, new, &own, &other);
    let kept = |cell: &CellData| -> BTreeMap<String, Option<String>> {
        let parts = cell.parts.iter().filter(|(name, _)| !compared.contains(*name));
        parts.map(|(name, value)| (name.clone(), value.clone())).collect()
    };
    let main = |cell: &CellData| {
        let mut parts = kept(cell);
        parts.retain(|name, _| MAIN_PARTS.contains(&name.as_str()));
        parts
    };
    let mut ambiguous = BTreeSet::new();
    pair_up(base, new, &mut own, &mut other, &kept, found, &mut ambiguous);
    pair_up(base, new, &mut own, &mut other, &main, found, &mut ambiguous);
    for (of_base, rest) in [(true, own), (false, other)] {
        for cell in rest {
            let reason = if ambiguous.contains(&(of_base, cell)) { Reason::Ambiguous } else { Reason::NoSuchConfiguration };
            found.unmatched.push(Unmatched { of_base, cell, reason });
        }
    }
}

type Parts = BTreeMap<String, Option<String>>;

/// Pairs cells that are alone on their sides with these parts, and takes them out of the lists.
fn pair_up(
    base: &[CellData],
    new: &[CellData],
    own: &mut Vec<usize>,
    other: &mut Vec<usize>,
    parts: &dyn Fn(&CellData) -> Parts,
    found: &mut Matching,
    ambiguous: &mut BTreeSet<(bool, usize)>,
) {
    let keys: BTreeSet<Parts> = own.iter().map(|index| parts(&base[*index])).collect();
    for key in keys {
        let ours: Vec<usize> = own.iter().copied().filter(|index| parts(&base[*index]) == key).collect();
        let theirs: Vec<usize> = other.iter().copied().filter(|index| parts(&new[*index]) == key).collect();
        match (ours.as_slice(), theirs.as_slice()) {
            ([one], [another]) => {
                found.matches.push(Match { base: *one, new: *another, differs: differs(&base[*one], &new[*another]) });
                own.retain(|index| index != one);
                other.retain(|index| index != another);
            }
            (_, []) => {}
            _ => {
                ambiguous.extend(ours.into_iter().map(|index| (true, index)));
                ambiguous.extend(theirs.into_iter().map(|index| (false, index)));
            }
        }
    }
}

/// Returns the parts in which the sides share no value.
fn compared_parts(base: &[CellData], new: &[CellData], own: &[usize], other: &[usize]) -> BTreeSet<String> {
    let names: BTreeSet<&String> =
        own.iter().flat_map(|i| base[*i].parts.keys()).chain(other.iter().flat_map(|i| new[*i].parts.keys())).collect();
    let disjoint = |name: &&String| {
        let ours: BTreeSet<Option<&str>> = own.iter().map(|index| base[*index].part(name)).collect();
        let theirs: BTreeSet<Option<&str>> = other.iter().map(|index| new[*index].part(name)).collect();
        ours.is_disjoint(&theirs)
    };
    names.into_iter().filter(disjoint).cloned().collect()
}

fn differs(base: &CellData, new: &CellData) -> Vec<Differs> {
    let names: BTreeSet<&String> = base.parts.keys().chain(new.parts.keys()).collect();
    let differing = names.into_iter().filter(|name| base.part(name) != new.part(name));
    let one = |name: &String| {
        let value = |cell: &CellData| cell.part(name).map(str::to_owned);
        Differs { part: name.clone(), base: value(base), new: value(new) }
    };
    differing.map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(benchmark: Benchmark, env: &str, parts: &[(&str, &str)]) -> CellData {
        CellData {
            benchmark,
            env: Some(env.to_owned()),
            parts: parts.iter().map(|(name, value)| ((*name).to_owned(), Some((*value).to_owned()))).collect(),
            versions: BTreeSet::new(),
            episodes: 0,
            infrastructure_errors: 0,
            without_task: 0,
            fractional_rewards: 0,
            tasks: BTreeMap::new(),
        }
    }

    fn tau1(env: &str, model: &str, strategy: &str, user: &str) -> CellData {
        cell(Benchmark::Tau1, env, &[("model", model), ("strategy", strategy), ("user model", user)])
    }

    fn pairs(base: &[CellData], new: &[CellData]) -> Vec<(usize, usize)> {
        match_cells(base, new, false).matches.iter().map(|one| (one.base, one.new)).collect()
    }

    #[test]
    fn a_single_cell_finds_the_other_whatever_differs() {
        let found = match_cells(&[tau1("retail", "a", "act", "u")], &[tau1("retail", "b", "react", "u")], false);
        assert_eq!(found.unmatched, []);
        let parts: Vec<&str> = found.matches[0].differs.iter().map(|one| one.part.as_str()).collect();
        assert_eq!(parts, ["model", "strategy"]);
    }

    #[test]
    fn the_part_that_differs_throughout_is_compared() {
        let side = |model| ["act", "react"].map(|strategy| tau1("retail", model, strategy, "u"));
        assert_eq!(pairs(&side("a"), &side("b")), [(0, 0), (1, 1)]);
        let reversed: Vec<CellData> = side("b").into_iter().rev().collect();
        assert_eq!(pairs(&side("a"), &reversed), [(0, 1), (1, 0)]);
    }

    #[test]
    fn what_differs_in_part_must_be_equal() {
        let base = [tau1("retail", "a", "act", "u"), tau1("retail", "a", "react", "u")];
        let new = [tau1("retail", "b", "act", "u"), tau1("retail", "b", "fc", "u")];
        let found = match_cells(&base, &new, false);
        assert_eq!(found.matches.len(), 1);
        let reasons: Vec<(bool, usize, Reason)> =
            found.unmatched.iter().map(|one| (one.of_base, one.cell, one.reason)).collect();
        assert_eq!(reasons, [(true, 1, Reason::NoSuchConfiguration), (false, 1, Reason::NoSuchConfiguration)]);
    }

    #[test]
    fn circumstances_may_differ_where_nothing_else_is_meant() {
        let base = [tau1("retail", "a", "act", "u"), tau1("retail", "b", "act", "v")];
        let new = [tau1("retail", "a", "act", "u"), tau1("retail", "b", "act", "w")];
        assert_eq!(pairs(&base, &new), [(0, 0), (1, 1)]);
    }

    #[test]
    fn of_two_alike_none_is_guessed() {
        let base = [tau1("retail", "a", "act", "u"), tau1("retail", "b", "act", "u")];
        let found = match_cells(&base, &[tau1("retail", "c", "act", "u")], false);
        assert_eq!(found.matches, []);
        assert!(found.unmatched.iter().all(|one| one.reason == Reason::Ambiguous), "{found:?}");
    }

    #[test]
    fn benchmarks_are_not_mixed_in_silence() {
        let base = [cell(Benchmark::Tau1, "retail", &[("model", "a")])];
        let new = [cell(Benchmark::Tau2, "retail", &[("model", "a")]), cell(Benchmark::Tau2, "telecom", &[])];
        let found = match_cells(&base, &new, false);
        assert_eq!(found.matches, []);
        let reasons: Vec<Reason> = found.unmatched.iter().map(|one| one.reason).collect();
        assert_eq!(reasons, [Reason::OtherBenchmark, Reason::OtherBenchmark, Reason::NoSuchEnv]);
        assert_eq!(match_cells(&base, &new, true).matches.len(), 1);
    }
}
