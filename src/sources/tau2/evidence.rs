//! What a simulation repeats of its task: by it the two are matched where the simulation does not name its task.
//!
//! ToolOrchestra's published trajectories hold simulations of `{id, reward_info, messages}` in another order than their
//! `tasks`; a revised version numbers them in that order. But every action check repeats the reference action it checks.

use std::collections::BTreeMap;

use crate::sources::digest::{self, Digest};

/// Name and arguments of a reference action.
#[derive(Debug, Clone, Copy)]
pub(super) struct ActionDigest {
    pub(super) name: u128,
    pub(super) arguments: u128,
}

/// What is known of a task, as digests.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Evidence {
    /// Reference actions in order; `None` where there are none.
    actions: Option<u128>,
    /// What is to be communicated or asserted in natural language, in any order.
    texts: u128,
}

impl Evidence {
    /// Makes evidence of a task's actions and of the texts it is judged by.
    pub(super) fn new<'a>(actions: impl Iterator<Item = ActionDigest>, texts: impl Iterator<Item = &'a str>) -> Self {
        let (mut all, mut any) = (Digest::default(), false);
        for action in actions {
            all.add(action.name);
            all.add(action.arguments);
            any = true;
        }
        Self { actions: any.then(|| all.finish()), texts: texts.fold(0, |sum, text| sum.wrapping_add(digest::text(text))) }
    }

    /// Returns whether a simulation with this evidence cannot be one of that task; `None` where the two cannot be compared.
    pub(super) fn contradicts(&self, task: &Self) -> Option<bool> {
        Some(self.actions? != task.actions?)
    }
}

/// How a simulation came to its task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Match {
    /// Only this task repeats what the simulation repeats. Holds the position of the task.
    ByEvidence(usize),
    /// By the order in the file, among what evidence did not tell apart. Holds the position of the task.
    ByOrder(usize),
}

/// What evidence is compared by; `None` where there is too little of it.
type Key = fn(&Evidence) -> Option<(u128, u128)>;

/// Matches as many simulations as tasks, one to one: those that evidence tells apart, then the rest in order.
pub(super) fn match_all(simulations: &[Evidence], tasks: &[Evidence]) -> Vec<Match> {
    // First by all of the evidence; then by the actions alone, since assertions are judged on demand only.
    let whole: Key = |one| (*one != Evidence::default()).then(|| (one.actions.unwrap_or_default(), one.texts));
    let actions: Key = |one| one.actions.map(|actions| (actions, 0));
    let mut found: Vec<Option<usize>> = vec![None; simulations.len()];
    let mut taken = vec![false; tasks.len()];
    for key in [whole, actions] {
        // For each key, the simulations and the tasks that have it.
        let mut groups: BTreeMap<(u128, u128), (Vec<usize>, Vec<usize>)> = BTreeMap::new();
        for (index, evidence) in simulations.iter().enumerate().filter(|(index, _)| found[*index].is_none()) {
            if let Some(key) = key(evidence) {
                groups.entry(key).or_default().0.push(index);
            }
        }
        for (index, evidence) in tasks.iter().enumerate().filter(|(index, _)| !taken[*index]) {
            if let Some(key) = key(evidence) {
                groups.entry(key).or_default().1.push(index);
            }
        }
        for group in groups.values() {
            if let ([simulation], [task]) = (group.0.as_slice(), group.1.as_slice()) {
                found[*simulation] = Some(*task);
                taken[*task] = true;
            }
        }
    }
    let mut rest = (0..tasks.len()).filter(|&task| !taken[task]);
    found
        .into_iter()
        .map(|task| task.map_or_else(|| Match::ByOrder(rest.next().unwrap_or_default()), Match::ByEvidence))
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn evidence(actions: &[u128], texts: &[&str]) -> Evidence {
        Evidence::new(actions.iter().map(|&name| ActionDigest { name, arguments: 0 }), texts.iter().copied())
    }

    #[test]
    fn evidence_goes_before_order() {
        let tasks =
            [evidence(&[1], &[]), evidence(&[], &[]), evidence(&[2], &["a"]), evidence(&[2], &["b"]), evidence(&[], &[])];
        let simulations = [
            evidence(&[2], &["b"]),
            evidence(&[], &[]),
            evidence(&[1], &["judged"]),
            evidence(&[2], &["a"]),
            evidence(&[], &[]),
        ];
        let matched = match_all(&simulations, &tasks);
        let expected = [Match::ByEvidence(3), Match::ByOrder(1), Match::ByEvidence(0), Match::ByEvidence(2), Match::ByOrder(4)];
        assert_eq!(matched, expected);
        let told: Vec<_> = [0, 1, 2].map(|task| simulations[0].contradicts(&tasks[task])).into();
        assert_eq!(told, [Some(true), None, Some(false)]);
    }

    proptest! {
        #[test]
        fn every_task_is_given_out_once(pairs in prop::collection::vec((0_u128..3, 0_u128..3), 0..12)) {
            let side = |pick: fn(&(u128, u128)) -> u128| -> Vec<Evidence> {
                pairs.iter().map(|pair| if pick(pair) == 0 { evidence(&[], &[]) } else { evidence(&[pick(pair)], &[]) }).collect()
            };
            let matched = match_all(&side(|pair| pair.0), &side(|pair| pair.1));
            let mut given: Vec<usize> = matched.iter().map(|one| match *one { Match::ByEvidence(task) | Match::ByOrder(task) => task }).collect();
            given.sort_unstable();
            prop_assert_eq!(given, (0..pairs.len()).collect::<Vec<_>>());
        }

        #[test]
        fn a_shuffled_file_is_put_right(order in Just((0..9_u128).collect::<Vec<_>>()).prop_shuffle()) {
            let tasks: Vec<Evidence> = (0..9_u128).map(|action| evidence(&[action], &[])).collect();
            let simulations: Vec<Evidence> = order.iter().map(|&action| evidence(&[action], &[])).collect();
            let expected: Vec<Match> = order.iter().map(|&action| Match::ByEvidence(usize::try_from(action).unwrap())).collect();
            prop_assert_eq!(match_all(&simulations, &tasks), expected);
        }
    }
}
