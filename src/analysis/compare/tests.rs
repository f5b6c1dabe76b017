//! Laws of whole comparisons.

use proptest::prelude::*;

use super::*;
use crate::{metrics::compare::Verdict, records::Benchmark};

/// A side of one cell, its tasks given as (trials, successes, seconds of each trial).
fn side(name: &str, env: &str, tasks: &[(u32, u32, f64)]) -> Side {
    let data = |(n, c, seconds): &(u32, u32, f64)| TaskData {
        n: *n,
        c: *c,
        reward_sum: f64::from(*c),
        durations_s: vec![*seconds; *n as usize],
        ..TaskData::default()
    };
    let cell = CellData {
        benchmark: Benchmark::Tau1,
        env: Some(env.to_owned()),
        parts: BTreeMap::from([("model".to_owned(), Some(name.to_owned()))]),
        versions: BTreeSet::new(),
        episodes: tasks.iter().map(|task| u64::from(task.0)).sum(),
        infrastructure_errors: 0,
        without_task: 0,
        fractional_rewards: 0,
        tasks: (0_i64..).zip(tasks).map(|(id, task)| (TaskId::from(id), data(task))).collect(),
    };
    Side { name: name.to_owned(), cells: vec![cell], calls: Vec::new(), warnings: Vec::new() }
}

fn two(a: &[(u32, u32, f64)], b: &[(u32, u32, f64)]) -> Report {
    compare(vec![side("a", "airline", a), side("b", "airline", b)], None, Settings::default())
}

fn any_tasks() -> impl Strategy<Value = Vec<(u32, u32, f64)>> {
    prop::collection::vec((1_u32..5, 0_u32..5, 1.0..100.0_f64).prop_map(|(n, c, s)| (n, c.min(n), s)), 6..20)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_side_against_itself_is_inconclusive(tasks in any_tasks()) {
        let report = two(&tasks, &tasks);
        let figures = &report.rows[0].figures;
        let all = [figures.pass_1].into_iter().chain(figures.further.iter().copied());
        for figure in all {
            prop_assert!(figure.comparison.difference.abs() < 1e-12);
            prop_assert_eq!((figure.comparison.p, figure.judged.verdict), (Some(1.0), Verdict::Inconclusive));
        }
        prop_assert_eq!(figures.regressed().count() + figures.improved().count(), 0);
        prop_assert_eq!(figures.durations.as_ref().unwrap().judged.verdict, Verdict::Inconclusive);
    }

    #[test]
    fn swapping_sides_flips_signs_and_no_p(a in any_tasks(), b in any_tasks()) {
        let (one, other) = (two(&a, &b), two(&b, &a));
        let (x, y) = (&one.rows[0].figures, &other.rows[0].figures);
        let pairs = [(x.pass_1, y.pass_1)].into_iter().chain(x.further.iter().copied().zip(y.further.iter().copied()));
        for (p, q) in pairs {
            prop_assert!((p.comparison.difference + q.comparison.difference).abs() < 1e-12);
            prop_assert!(p.comparison.p.zip(q.comparison.p).is_none_or(|(p, q)| (p - q).abs() < 1e-9));
        }
        let tasks = |report: &Report| report.rows[0].figures.regressed().map(|task| task.task.clone()).collect::<BTreeSet<_>>();
        let gains = |report: &Report| report.rows[0].figures.improved().map(|task| task.task.clone()).collect::<BTreeSet<_>>();
        prop_assert_eq!((tasks(&one), gains(&one)), (gains(&other), tasks(&other)));
        let (p, q) = (x.durations.as_ref().unwrap(), y.durations.as_ref().unwrap());
        prop_assert!((p.ratio.ratio * q.ratio.ratio - 1.0).abs() < 1e-9);
    }
}

/// Fair coins for both sides, the same chance for each task on either: at level 5 % a verdict is given in about 5 % of the runs.
#[test]
fn nulls_are_called_different_at_the_level() {
    let mut random = crate::metrics::bootstrap::Random::new(7);
    let runs = 2_000_u32;
    let mut called = 0_u32;
    for _ in 0..runs {
        let (mut a, mut b) = (Vec::new(), Vec::new());
        for _ in 0..50 {
            let chance = random.unit();
            for side in [&mut a, &mut b] {
                let c = (0..4).filter(|_| random.unit() < chance).count();
                side.push(crate::metrics::TaskCounts::new(4, u32::try_from(c).unwrap()));
            }
        }
        let pairs: Vec<_> = a.into_iter().zip(b).collect();
        let found = compare::compare_pass_k(&pairs, 1, &compare::Settings::default()).unwrap();
        called += u32::from(judge(&[(found.difference, found.p)], 0.95)[0].verdict != Verdict::Inconclusive);
    }
    let share = f64::from(called) / f64::from(runs);
    assert!((0.025..=0.065).contains(&share), "{share}");
}

#[test]
fn a_task_of_one_side_is_left_out_and_told() {
    let report = two(&[(4, 4, 1.0), (4, 0, 1.0), (4, 2, 1.0)], &[(4, 4, 1.0), (4, 0, 1.0)]);
    let row = &report.rows[0];
    assert_eq!((row.only_base.len(), row.only_new.len(), row.figures.tasks.len()), (1, 0, 2));
    assert!(row.cautions.contains(&Caution::Tasks(1, 0)));
}

#[test]
fn cells_without_a_common_task_are_refused() {
    let mut other = side("b", "airline", &[(4, 4, 1.0)]);
    other.cells[0].tasks = other.cells[0].tasks.values().map(|data| (TaskId::from(99), data.clone())).collect();
    let report = compare(vec![side("a", "airline", &[(4, 4, 1.0)]), other], None, Settings::default());
    assert_eq!((report.rows.len(), report.refused.len()), (0, 1));
}

#[test]
fn of_several_only_the_worse_is_set_apart() {
    let solved = |c: u32| vec![(4, c, 1.0); 30];
    let near: Vec<(u32, u32, f64)> = (0..30).map(|i| (4, if i % 10 == 0 { 3 } else { 4 }, 1.0)).collect();
    let sides = vec![side("a", "airline", &near), side("b", "airline", &solved(4)), side("c", "airline", &solved(1))];
    let report = compare(sides, None, Settings::default());
    let standings: Vec<(usize, Standing)> = report.places[0].places.iter().map(|one| (one.side, one.standing)).collect();
    assert_eq!(standings, [(1, Standing::Leader), (0, Standing::NotDistinguishable), (2, Standing::Worse)]);
}

#[test]
fn averages_need_what_all_sides_have() {
    let with = |name: &str, envs: &[&str]| {
        let cells = envs.iter().flat_map(|env| side(name, env, &[(2, 1, 1.0), (2, 2, 1.0), (2, 0, 1.0)]).cells).collect();
        Side { name: name.to_owned(), cells, calls: Vec::new(), warnings: Vec::new() }
    };
    let full = compare(vec![with("a", &["airline", "retail"]), with("b", &["airline", "retail"])], None, Settings::default());
    assert_eq!(full.overall[0].over, ["airline", "retail"]);
    let envs = ["airline", "retail"];
    // Two rows of one environment share its tasks: no average.
    let twice = |name: &str| {
        let mut one = with(name, &["airline", "airline"]);
        for (cell, strategy) in one.cells.iter_mut().zip(["act", "react"]) {
            cell.parts.insert("strategy".to_owned(), Some(strategy.to_owned()));
        }
        one
    };
    let same = compare(vec![twice("a"), twice("b")], None, Settings::default());
    assert_eq!((same.rows.len(), same.overall.len()), (2, 0));
    let part = compare(vec![with("a", &envs), with("b", &envs), with("c", &envs[..1])], None, Settings::default());
    assert_eq!((part.overall.len(), part.unmatched.len()), (0, 1));
}

#[test]
fn trials_can_be_split_into_groups() {
    let mut cells = Vec::new();
    for trial in 0..4 {
        let mut cell = side("a", "airline", &[(1, u32::from(trial > 1), 1.0)]).cells.remove(0);
        cell.parts.insert("trial".to_owned(), Some(trial.to_string()));
        cells.push(cell);
    }
    let groups = [vec!["0".to_owned(), "1".to_owned()], vec!["2".to_owned(), "3".to_owned()]];
    let sides = split(cells.clone(), &BTreeMap::new(), "trial", &groups).unwrap();
    let counts = |side: &Side| side.cells[0].tasks.values().map(|task| (task.n, task.c)).collect::<Vec<_>>();
    assert_eq!((sides[0].name.as_str(), counts(&sides[0]), counts(&sides[1])), ("0+1", vec![(2, 0)], vec![(2, 2)]));
    assert!(split(cells, &BTreeMap::new(), "trial", &[vec!["9".to_owned()]]).unwrap_err().contains("0, 1, 2, 3"));
}
