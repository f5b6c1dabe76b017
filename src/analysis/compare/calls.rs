//! Calls in the logs: NEW against BASE, by role, by model or function, and by domain.
//!
//! Logs are not matched with cells: they know domain and models, and hardly ever strategy or temperature. A series of calls of BASE is
//! compared with the one of NEW that has the same role, name and domain. The agent's model is often just what was changed, so that the
//! agents of a domain are compared whatever their names, where each side has only one.

use std::collections::BTreeMap;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::{Durations, figures::durations_of, judge_durations, side::Side};
use crate::{
    analysis::latency::series::{self, ByTask},
    gates::Percentile,
    metrics::{
        compare::Settings,
        latency_ratio::{QuantileDifference, quantile_differences},
        quantile::quantile_type7,
    },
    records::{
        log::{LogInput, Role},
        task::natural_cmp,
    },
};

/// Most durations kept of one series and task, so that baselines stay small. Of more, as many are kept, evenly spaced in rising order.
pub const MOST_DURATIONS: usize = 2000;

/// The successful calls of one task in a series.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TaskCalls {
    /// The task; `None` = of no task, which no task of the other side can be paired with.
    pub task: Option<String>,
    /// Durations in rising order, milliseconds; at most [`MOST_DURATIONS`].
    pub durations_ms: Vec<f64>,
}

/// The successful calls of one role and name in one domain.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CallSeries {
    /// Who called or was called.
    #[serde(with = "role")]
    pub role: Role,
    /// The model; of a tool its function.
    pub name: String,
    /// The domain; `None` where the log does not say it.
    pub domain: Option<String>,
    /// Calls by task, those of no task first, the others in natural order.
    pub tasks: Vec<TaskCalls>,
}

/// One series of BASE against one of a NEW.
#[derive(Debug, Clone, PartialEq)]
pub struct CallRow {
    /// Index of NEW among the sides.
    pub new_side: usize,
    /// Index of the series of BASE.
    pub base: usize,
    /// Index of the series of NEW.
    pub new: usize,
    /// The figures on the common tasks; its episodes are calls.
    pub durations: Durations,
}

/// A series that is not compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallsAlone {
    /// Index of the NEW it would have been compared in.
    pub new_side: usize,
    /// Index of its own side.
    pub side: usize,
    /// Its index.
    pub series: usize,
    /// Whether there is a series to compare it with, but no common task.
    pub matched: bool,
}

/// All of the calls.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Calls {
    /// Matched series by NEW, then in the order of BASE's.
    pub rows: Vec<CallRow>,
    /// Series that are not compared, of pairs of sides that both have calls.
    pub alone: Vec<CallsAlone>,
    /// Whether there are calls that belong to no side, because the sides are values of a column that logs do not know.
    pub not_split: bool,
}

/// Returns the calls of logs by the user's label.
pub fn by_label(logs: &[LogInput]) -> BTreeMap<Option<String>, Vec<CallSeries>> {
    let mut found: BTreeMap<Option<String>, Vec<CallSeries>> = BTreeMap::new();
    for (key, tasks) in series::by_task(logs) {
        let tasks = tasks.into_iter().map(|(task, durations_ms)| TaskCalls { task, durations_ms }).collect();
        let one = CallSeries { role: key.role, name: key.name, domain: key.domain, tasks };
        found.entry(key.label).or_default().push(one);
    }
    found.into_iter().map(|(label, all)| (label, pooled(all))).collect()
}

/// What tells a series: role, name, domain.
type Key = (Role, String, Option<String>);

/// Puts the calls of equal series together, in order of role, name (naturally) and domain.
pub fn pooled(all: Vec<CallSeries>) -> Vec<CallSeries> {
    let mut found: BTreeMap<Key, ByTask> = BTreeMap::new();
    for one in all {
        let own = found.entry((one.role, one.name, one.domain)).or_default();
        for TaskCalls { task, durations_ms } in one.tasks {
            own.entry(task).or_default().extend(durations_ms);
        }
    }
    let one = |((role, name, domain), tasks): (Key, ByTask)| {
        let tasks = tasks.into_iter().map(|(task, all)| TaskCalls { task, durations_ms: bounded(all) });
        let mut tasks: Vec<TaskCalls> = tasks.collect();
        tasks.sort_by(|a, b| match (&a.task, &b.task) {
            (Some(a), Some(b)) => natural_cmp(a, b),
            (a, b) => a.cmp(b),
        });
        CallSeries { role, name, domain, tasks }
    };
    let mut all: Vec<CallSeries> = found.into_iter().map(one).collect();
    all.sort_by(|a, b| a.role.cmp(&b.role).then_with(|| natural_cmp(&a.name, &b.name)).then_with(|| a.domain.cmp(&b.domain)));
    all
}

/// Sorts durations and keeps at most [`MOST_DURATIONS`], smallest and largest among them.
fn bounded(mut durations: Vec<f64>) -> Vec<f64> {
    durations.sort_by(f64::total_cmp);
    let last = durations.len().saturating_sub(1);
    if last < MOST_DURATIONS {
        return durations;
    }
    (0..MOST_DURATIONS).map(|at| durations[at * last / (MOST_DURATIONS - 1)]).collect()
}

impl CallSeries {
    fn seconds(&self) -> impl Iterator<Item = (Option<&str>, Vec<f64>)> {
        self.tasks.iter().map(|one| (one.task.as_deref(), one.durations_ms.iter().map(|ms| ms / 1000.0).collect()))
    }
}

/// Compares the calls of the first side with those of every other; one family of tests.
pub(super) fn compare(sides: &[Side], settings: &Settings) -> Calls {
    let mut found = Calls::default();
    let mut pairs = Vec::new();
    for (new_side, new) in sides.iter().enumerate().skip(1) {
        let base = &sides[0].calls;
        if base.is_empty() || new.calls.is_empty() {
            continue;
        }
        let own = matched(base, &new.calls);
        let alone = |side: usize, of: fn(&(usize, usize)) -> usize, many: usize| {
            let rest = (0..many).filter(|at| own.iter().all(|pair| of(pair) != *at));
            rest.map(|series| CallsAlone { new_side, side, series, matched: false }).collect::<Vec<_>>()
        };
        found.alone.extend(alone(0, |pair| pair.0, base.len()));
        found.alone.extend(alone(new_side, |pair| pair.1, new.calls.len()));
        pairs.extend(own.into_iter().map(|(base, new)| (new_side, base, new)));
    }
    let row = |(new_side, base, new): &(usize, usize, usize)| {
        let tasks = common(&[&sides[0].calls[*base]], &[&sides[*new_side].calls[*new]], true);
        let durations = durations_of(tasks, settings).ok_or((*new_side, *base))?;
        Ok(CallRow { new_side: *new_side, base: *base, new: *new, durations })
    };
    for one in pairs.par_iter().map(row).collect::<Vec<Result<CallRow, (usize, usize)>>>() {
        match one {
            Ok(row) => found.rows.push(row),
            Err((new_side, series)) => found.alone.push(CallsAlone { new_side, side: 0, series, matched: true }),
        }
    }
    let mut family: Vec<&mut Durations> = found.rows.iter_mut().map(|row| &mut row.durations).collect();
    judge_durations(&mut family, settings);
    found
}

/// Returns pairs of series in the order of BASE's.
fn matched(base: &[CallSeries], new: &[CallSeries]) -> Vec<(usize, usize)> {
    let only_agent = |all: &[CallSeries], domain: &Option<String>| {
        let mut own = all.iter().enumerate().filter(|(_, one)| one.role == Role::Agent && one.domain == *domain);
        own.next().filter(|_| own.next().is_none()).map(|(at, _)| at)
    };
    let other = |(at, one): (usize, &CallSeries)| {
        let same = |other: &CallSeries| (other.role, &other.name, &other.domain) == (one.role, &one.name, &one.domain);
        let found = new.iter().position(same).or_else(|| {
            only_agent(base, &one.domain).filter(|agent| *agent == at)?;
            only_agent(new, &one.domain)
        });
        Some((at, found?))
    };
    base.iter().enumerate().filter_map(other).collect()
}

/// Times of one task by BASE and by NEW.
type Times = (Vec<f64>, Vec<f64>);

/// Returns the times of the common tasks in seconds, BASE's first. Tasks of several series are the same if their domains are, which
/// does not matter between two series: these were matched.
fn common(base: &[&CallSeries], new: &[&CallSeries], one_domain: bool) -> Vec<Times> {
    let mut tasks: BTreeMap<(Option<&str>, &str), Times> = BTreeMap::new();
    for (all, is_new) in [(base, false), (new, true)] {
        for one in all {
            let domain = one.domain.as_deref().filter(|_| !one_domain);
            for (task, times) in one.seconds().filter_map(|(task, times)| Some((task?, times))) {
                let sides = tasks.entry((domain, task)).or_default();
                if is_new { sides.1.extend(times) } else { sides.0.extend(times) }
            }
        }
    }
    tasks.into_values().filter(|(a, b)| !a.is_empty() && !b.is_empty()).collect()
}

impl Side {
    /// Returns the calls of a role, of one domain or of all.
    pub fn calls_of(&self, role: Role, domain: Option<&str>) -> Vec<&CallSeries> {
        let is = |one: &&CallSeries| one.role == role && domain.is_none_or(|domain| one.domain.as_deref() == Some(domain));
        self.calls.iter().filter(is).collect()
    }
}

/// Returns a percentile of all calls of some series, seconds; `None` without calls.
pub fn level(calls: &[&CallSeries], percentile: Percentile) -> Option<f64> {
    let mut times: Vec<f64> = calls.iter().flat_map(|one| one.seconds().flat_map(|(_, times)| times)).collect();
    times.sort_by(f64::total_cmp);
    quantile_type7(&times, percentile.share())
}

/// Compares a percentile of all calls of some series of BASE with that of NEW on the common tasks.
pub fn difference(
    base: &[&CallSeries],
    new: &[&CallSeries],
    percentile: Percentile,
    settings: &Settings,
) -> Option<QuantileDifference> {
    let tasks = common(base, new, false);
    quantile_differences(&tasks, &[percentile.share()], settings.conf).pop()?
}

/// A role by its name.
mod role {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    use crate::records::log::Role;

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands out references")]
    pub(super) fn serialize<S: Serializer>(role: &Role, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(role.name())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Role, D::Error> {
        let name = String::deserialize(deserializer)?;
        Role::typed(&name).ok_or_else(|| D::Error::custom(format!("unknown role {name:?}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::compare::Verdict;

    fn series(role: Role, name: &str, domain: &str, tasks: u32, factor: f64) -> CallSeries {
        let times = |task: u32| (1..6).map(|call| factor * f64::from(100 * (task + 1) + 7 * call)).collect();
        let of = |task: u32| TaskCalls { task: Some(task.to_string()), durations_ms: times(task) };
        CallSeries { role, name: name.to_owned(), domain: Some(domain.to_owned()), tasks: (0..tasks).map(of).collect() }
    }

    fn side(calls: Vec<CallSeries>) -> Side {
        Side { name: "a".to_owned(), cells: Vec::new(), calls, warnings: Vec::new() }
    }

    fn found(base: Vec<CallSeries>, new: Vec<CallSeries>) -> Calls {
        compare(&[side(base), side(new)], &Settings::default())
    }

    #[test]
    fn twice_as_slow_is_worse_and_swapped_better() {
        let (a, b) = (series(Role::Agent, "m", "retail", 8, 1.0), series(Role::Agent, "m", "retail", 8, 2.0));
        let one = found(vec![a.clone()], vec![b.clone()]).rows.remove(0).durations;
        let other = found(vec![b], vec![a]).rows.remove(0).durations;
        assert!((one.ratio.ratio - 2.0).abs() < 1e-12 && (other.ratio.ratio - 0.5).abs() < 1e-12);
        assert_eq!((one.judged.verdict, other.judged.verdict), (Verdict::Worse, Verdict::Better));
        assert_eq!((one.ratio.logs.tasks, one.episodes), (8, (40, 40)));
    }

    #[test]
    fn agents_find_each_other_where_there_is_but_one() {
        let agent = |name: &str| series(Role::Agent, name, "retail", 8, 1.0);
        let user = |name: &str| series(Role::UserSim, name, "retail", 8, 1.0);
        let calls = found(vec![agent("old"), user("u")], vec![agent("new"), user("v")]);
        assert_eq!(calls.rows.iter().map(|row| (row.base, row.new)).collect::<Vec<_>>(), [(0, 0)]);
        assert_eq!(calls.alone.iter().map(|one| (one.side, one.series)).collect::<Vec<_>>(), [(0, 1), (1, 1)]);
        let several = found(vec![agent("old")], vec![agent("new"), agent("newer")]);
        assert_eq!((several.rows.len(), several.alone.len()), (0, 3));
        // With one of the same name, nothing else is taken for it.
        let same = found(vec![agent("old"), agent("older")], vec![agent("old")]);
        assert_eq!(same.rows.iter().map(|row| (row.base, row.new)).collect::<Vec<_>>(), [(0, 0)]);
    }

    #[test]
    fn tasks_of_one_side_or_of_no_name_are_left_out() {
        let (a, mut b) = (series(Role::Tool, "f", "retail", 8, 1.0), series(Role::Tool, "f", "retail", 6, 1.0));
        b.tasks.push(TaskCalls { task: None, durations_ms: vec![1e9] });
        let calls = found(vec![a.clone()], vec![b.clone()]);
        let row = &calls.rows[0].durations;
        assert_eq!((row.ratio.logs.tasks, row.ratio.logs.p, row.judged.verdict), (6, Some(1.0), Verdict::Inconclusive));
        assert!(level(&[&b], Percentile::P99).is_some_and(|s| s > 1e5), "a limit holds for calls of no task too");
        b.tasks.retain(|one| one.task.is_none());
        let none = found(vec![a], vec![b]);
        assert!(none.rows.is_empty() && none.alone[0].matched);
    }

    #[test]
    fn the_same_task_of_two_domains_is_two_tasks() {
        let of = |domain| series(Role::Agent, "m", domain, 3, 1.0);
        let (retail, airline) = (of("retail"), of("airline"));
        assert_eq!(common(&[&retail, &airline], &[&retail, &airline], false).len(), 6);
        let two = found(vec![airline.clone(), retail.clone()], vec![airline, retail]);
        assert_eq!(two.rows.len(), 2);
    }

    #[test]
    fn durations_are_bounded_and_keep_their_shape() {
        let many: Vec<f64> = (0..50_001).rev().map(f64::from).collect();
        let kept = bounded(many);
        assert_eq!((kept.len(), kept[0], kept[MOST_DURATIONS - 1]), (MOST_DURATIONS, 0.0, 50_000.0));
        assert!((quantile_type7(&kept, 0.5).unwrap() - 25_000.0).abs() < 50.0);
        assert_eq!(bounded(vec![2.0, 1.0]), [1.0, 2.0]);
    }

    #[test]
    fn a_series_is_the_same_after_a_file() {
        let mut one = series(Role::UserSim, "u", "retail", 12, 1.0);
        one.tasks.insert(0, TaskCalls { task: None, durations_ms: vec![1.5] });
        let text = serde_json::to_string(&one).unwrap();
        assert_eq!(serde_json::from_str::<CallSeries>(&text).unwrap(), one);
        assert_eq!(pooled(vec![one.clone()]), [one]);
        assert!(serde_json::from_str::<CallSeries>(&text.replace("user simulator", "nobody")).is_err());
    }
}
