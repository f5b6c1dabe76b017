//! The summary: findings in words, the one table, the forest plot.

use super::{
    chart::{Chart, ChartMeta, Forest, ForestRow},
    document::{Block, Section},
    fmt::{self, cell, column},
    scene::{Entry, FEWEST_TASKS_SHOWN, Scene, plural},
    table::{Cell, Column, Table},
};
use crate::{
    analysis::{CellStats, Contrast, EnvRanking, FEWEST_COMMON_TASKS, Verdict},
    metrics::{interval::Interval, ragged::CurvePoint},
    words::clause,
};

/// Returns the section with its table and chart.
pub fn section(scene: &Scene<'_>) -> (Section, Vec<Table>, Vec<Chart>) {
    let mut blocks = vec![Block::Points(findings(scene)), Block::Table("summary".to_owned())];
    let (mut tables, mut charts) = (cell_tables(scene), Vec::new());
    if tables.len() > 1 {
        blocks.push(Block::FoldedTable("summary_small".to_owned()));
    }
    if let Some(ranking) = ranking_table(scene) {
        blocks.push(Block::Table(ranking.id.clone()));
        tables.push(ranking);
    }
    for overall in super::overall::tables(scene) {
        blocks.push(Block::Table(overall.id.clone()));
        tables.push(overall);
    }
    if let Some(forest) = forest(scene) {
        blocks.insert(1, Block::Chart("forest_pass_1".to_owned()));
        charts.push(Chart::Forest(forest));
    }
    (Section { id: "summary".to_owned(), heading: "Summary".to_owned(), blocks }, tables, charts)
}

/// Returns the findings, most important first.
pub fn findings(scene: &Scene<'_>) -> Vec<String> {
    let mut found: Vec<String> = scene.analysis.rankings.iter().filter_map(|ranking| finding(scene, ranking)).collect();
    let untasked: Vec<String> = scene
        .entries()
        .filter(|entry| entry.stats.scored_tasks == 0)
        .map(|entry| {
            let outcomes = entry.stats.outcomes;
            if outcomes.episodes == 0 {
                let planned = entry.stats.plan.tasks.len() as u64 * u64::from(entry.stats.plan.trials);
                if entry.cell.tally.discarded > 0 {
                    let simulations = plural(entry.cell.tally.discarded as u64, "simulation");
                    return format!("{}: {simulations}, all discarded by τ²-bench.", entry.name.full);
                }
                let of = if planned > 0 {
                    format!("; {} planned", clause(planned, "episode", "was", "were"))
                } else {
                    String::new()
                };
                return format!("{}: the run never finished an episode{of}.", entry.name.full);
            }
            if outcomes.counted == 0 && outcomes.errors() == 0 {
                let episodes = plural(outcomes.episodes, "episode");
                return format!("{}: {episodes}, none of them evaluated.", entry.name.full);
            }
            if outcomes.counted == 0 {
                let (errors, episodes) = (fmt::count(Some(outcomes.errors())), plural(outcomes.episodes, "episode"));
                return format!("{}: no scored episode; {errors} of {episodes} ended in an error.", entry.name.full);
            }
            let rate = fmt::rate(entry.stats.episode_success_rate);
            let episodes = plural(entry.stats.outcomes.counted, "episode");
            format!(
                "{}: success rate {rate} over {episodes}; without task ids there is no pass^k and no interval.",
                entry.name.full
            )
        })
        .collect();
    found.extend(untasked);
    if found.is_empty() {
        found.push("No cell has a scored episode.".to_owned());
    }
    found
}

fn finding(scene: &Scene<'_>, ranking: &EnvRanking) -> Option<String> {
    let leader = scene.entry(*ranking.order.first()?);
    let env = scene.env_of(ranking);
    let (value, interval) = leader.stats.pass_1()?;
    let estimate = format!("pass^1 {} {} ({})", fmt::rate(Some(value)), fmt::interval(bounds(interval)), trials_text(&leader));
    if ranking.order.len() == 1 {
        return Some(format!("{env}: {} has {estimate}.{}", leader.name.short, reliability_words(&leader)));
    }
    let of = |verdict: Verdict| ranking.contrasts.iter().filter(|one| one.verdict == verdict).collect::<Vec<&Contrast>>();
    let (worse, open, untested) = (of(Verdict::Worse), of(Verdict::Inconclusive), of(Verdict::NotCompared));
    let better = of(Verdict::Better);
    let mut text = if ranking.contrasts.is_empty() {
        format!("{env}: not compared; the highest{} is {} with {estimate}.", among(scene, ranking), leader.name.short)
    } else {
        // "Best" is said only where every other cell is worse beyond noise.
        let highest = || format!("highest{}", among(scene, ranking));
        let lead = if worse.len() == ranking.contrasts.len() { "best".to_owned() } else { highest() };
        format!(
            "{env}: {lead} is {} with {estimate}{}.{}",
            leader.name.short,
            ties(scene, ranking, value),
            reliability_words(&leader)
        )
    };
    if !worse.is_empty() {
        text.push_str(&format!(" Better than {} beyond noise.", names_or_count(scene, &worse, "other cell")));
    }
    if !better.is_empty() {
        text.push_str(&format!(" On the tasks in common {} is better.", names_or_count(scene, &better, "other cell")));
    }
    if !open.is_empty() {
        text.push_str(&format!(" Cannot be told apart from {}.", names_or_count(scene, &open, "other cell")));
    }
    if !untested.is_empty() {
        text.push_str(&format!(" {} too few tasks in common with it to compare.", have(untested.len())));
    }
    Some(text)
}

/// Names the cells that have the pass^1 of the leader.
fn ties(scene: &Scene<'_>, ranking: &EnvRanking, value: f64) -> String {
    let same = |contrast: &&Contrast| {
        scene.entry(contrast.cell).stats.pass_1().is_some_and(|(other, _)| (other - value).abs() < f64::EPSILON)
    };
    let tied: Vec<&Contrast> = ranking.contrasts.iter().filter(same).collect();
    if tied.is_empty() { String::new() } else { format!(", the same as {}", names_or_count(scene, &tied, "other cell")) }
}

/// Returns which cells the leader is the highest of, where a cell that ran too few tasks to lead stands higher.
fn among(scene: &Scene<'_>, ranking: &EnvRanking) -> String {
    let stats = || ranking.order.iter().map(|index| scene.entry(*index).stats);
    let largest = stats().map(|stats| stats.scored_tasks).max().unwrap_or(0);
    let pass_1 = |stats: &CellStats| stats.pass_1().map_or(f64::NEG_INFINITY, |(value, _)| value);
    let leader = stats().next().map_or(f64::INFINITY, pass_1);
    let higher: Vec<usize> = stats().filter(|stats| pass_1(stats) > leader).map(|stats| stats.scored_tasks).collect();
    if higher.is_empty() {
        String::new()
    } else if higher.iter().all(|tasks| 2 * tasks < largest) {
        " of the cells with at least half of the largest cell's tasks".to_owned()
    } else {
        format!(" of the cells with at least {FEWEST_COMMON_TASKS} tasks")
    }
}

fn have(count: usize) -> String {
    clause(count as u64, "cell", "has", "have")
}

fn names_or_count(scene: &Scene<'_>, contrasts: &[&Contrast], noun: &str) -> String {
    if contrasts.len() <= 3 {
        let names: Vec<&str> = contrasts.iter().map(|one| scene.names[one.cell].short.as_str()).collect();
        names.join("; ")
    } else {
        plural(contrasts.len() as u64, noun)
    }
}

fn reliability_words(entry: &Entry<'_>) -> String {
    let Some(point) = largest_k(entry).filter(|point| point.k > 1) else { return String::new() };
    let (k, tasks) = (point.k, entry.stats.scored_tasks);
    let fewer = if point.tasks_used < tasks {
        format!("; {} of {} have {k} trials", fmt::count(Some(point.tasks_used as u64)), plural(tasks as u64, "task"))
    } else {
        String::new()
    };
    format!(
        " The chance that {k} trials of a task all succeed is {} {} (pass^{k}{fewer}).",
        fmt::rate(point.value),
        fmt::interval(bounds(point.interval)),
    )
}

/// Returns the point of the largest k that rests on enough tasks.
pub(super) fn largest_k<'a>(entry: &Entry<'a>) -> Option<&'a CurvePoint> {
    entry.stats.curve.iter().rfind(|point| !point.too_few && point.value.is_some())
}

/// What marks an interval that rests on few successes or failures.
pub(super) fn dagger(point: &CurvePoint) -> &'static str {
    if point.few_successes && point.interval.is_some() { "†" } else { "" }
}

/// The note of a table in which such a mark stands; `None` where none does.
pub(super) fn dagger_note<'a>(points: impl IntoIterator<Item = &'a CurvePoint>) -> Option<String> {
    let marked = points.into_iter().any(|point| !dagger(point).is_empty());
    marked.then(|| "† fewer than 5 expected successes or failures: the interval is approximate.".to_owned())
}

pub(super) fn bounds(interval: Option<Interval>) -> Option<(f64, f64)> {
    interval.map(|interval| (interval.lo, interval.hi))
}

/// Returns `50 tasks × 4 trials`, `93 tasks × 1–7 trials`.
pub(super) fn trials_text(entry: &Entry<'_>) -> String {
    let tasks = plural(entry.stats.scored_tasks as u64, "task");
    match entry.stats.trials {
        Some((1, 1)) => format!("{tasks} × 1 trial"),
        Some((fewest, most)) => format!("{tasks} × {} trials", fmt::range(u64::from(fewest), u64::from(most))),
        None => tasks,
    }
}

/// Sweeps with more cells than this show their small cells apart.
const MANY_CELLS: usize = 12;

/// Returns the table of cells, and that of the small ones where they would drown the others.
fn cell_tables(scene: &Scene<'_>) -> Vec<Table> {
    let small = |entry: &Entry<'_>| (1..FEWEST_TASKS_SHOWN).contains(&entry.stats.scored_tasks);
    let (few, main): (Vec<Entry<'_>>, Vec<Entry<'_>>) = scene.entries().partition(small);
    if scene.names.len() <= MANY_CELLS || main.is_empty() || few.is_empty() {
        return vec![table(scene, "summary", "All cells", &scene.entries().collect::<Vec<_>>())];
    }
    let title = format!("Cells with fewer than {FEWEST_TASKS_SHOWN} tasks ({})", few.len());
    let mut first = table(scene, "summary", &format!("Cells with at least {FEWEST_TASKS_SHOWN} tasks"), &main);
    first
        .notes
        .push(format!("{} with fewer tasks: see the report or tables/summary_small.csv.", plural(few.len() as u64, "cell")));
    vec![first, table(scene, "summary_small", &title, &few)]
}

fn table(scene: &Scene<'_>, id: &str, title: &str, entries: &[Entry<'_>]) -> Table {
    let [pass_1_lo, pass_1_hi] = column::interval("pass_1", &format!("{} interval", scene.level()));
    let [pass_k_lo, pass_k_hi] = column::interval("pass_k", "");
    let any_errors = entries.iter().any(|entry| entry.stats.outcomes.errors() > 0);
    let any_k = entries.iter().any(|entry| largest_k(entry).is_some_and(|point| point.k > 1));
    let shown_if = |shown: bool, column: Column| if shown { column } else { column::wide(column) };
    let columns = vec![
        column::text("env", "env"),
        column::text("cell", "model · strategy"),
        column::number("size", "tasks × trials"),
        column::number("tasks", ""),
        column::number("trials_min", ""),
        column::number("trials_max", ""),
        column::number("pass_1", "pass^1"),
        pass_1_lo,
        pass_1_hi,
        shown_if(any_k, column::number("pass_k", "pass^k (k)")),
        column::number("k", ""),
        pass_k_lo,
        pass_k_hi,
        column::number("coverage", "cover"),
        shown_if(any_errors, column::number("error_rate", "errors")),
        column::number("mean_reward", ""),
        column::number("user_cost_per_success_usd", ""),
    ];
    let rows = entries.iter().map(row).collect();
    let premature = if entries.iter().any(|entry| entry.stats.tau2.is_some()) {
        " Premature ends of τ²-bench (max_steps, agent_error, …) count as scored and stand under 'How episodes ended'."
    } else {
        ""
    };
    let mut notes = vec![format!(
        "pass^k: chance that k trials of a task all succeed, mean over tasks; k is the largest that rests on enough tasks. \
         Interval: {} on other tasks like these ({}). Cover: counted share of the planned trials. Errors: share of episodes whose \
         record holds an error.{premature}",
        scene.level(),
        scene.analysis.options.ci.name(),
    )];
    notes.extend(dagger_note(entries.iter().flat_map(|entry| entry.stats.curve.first().into_iter().chain(largest_k(entry)))));
    Table { id: id.to_owned(), title: title.to_owned(), columns, rows, notes }
}

fn row(entry: &Entry<'_>) -> Vec<Cell> {
    let stats = entry.stats;
    let pass_1 = stats.pass_1();
    let [mut pass_lo, pass_hi] = cell::pass_interval(bounds(pass_1.and_then(|(_, interval)| interval)));
    pass_lo.text.push_str(stats.curve.first().map_or("", dagger));
    let largest = largest_k(entry).filter(|point| point.k > 1);
    let mut pass_k = cell::pass(largest.and_then(|point| point.value));
    if let Some(point) = largest {
        pass_k.text.push_str(&format!(" ({}){}", point.k, dagger(point)));
    }
    let [largest_lo, largest_hi] = cell::pass_interval(bounds(largest.and_then(|point| point.interval)));
    let size = stats.trials.map_or_else(
        || "n/a".to_owned(),
        |(lo, hi)| format!("{} × {}", fmt::count(Some(stats.scored_tasks as u64)), fmt::range(u64::from(lo), u64::from(hi))),
    );
    let errors = (stats.outcomes.episodes > 0).then(|| stats.outcomes.errors() as f64 / stats.outcomes.episodes as f64);
    let per_success = stats.user_cost.and_then(|cost| cost.per_success).and_then(|ratio| ratio.ratio);
    vec![
        cell::text(entry.name.env.clone()),
        cell::text(entry.name.short.clone()),
        cell::text(size),
        cell::count(Some(stats.scored_tasks as u64)),
        cell::count(stats.trials.map(|(fewest, _)| u64::from(fewest))),
        cell::count(stats.trials.map(|(_, most)| u64::from(most))),
        cell::pass(pass_1.map(|(value, _)| value)),
        pass_lo,
        pass_hi,
        pass_k,
        cell::count(largest.map(|point| u64::from(point.k))),
        largest_lo,
        largest_hi,
        cell::rate(stats.coverage),
        cell::rate(errors),
        cell::mean(stats.reward.map(|rate| rate.macro_mean), 3),
        cell::usd(per_success),
    ]
}

fn ranking_table(scene: &Scene<'_>) -> Option<Table> {
    let [lo, hi] = column::interval("difference", &format!("{} interval", scene.level()));
    let columns = vec![
        column::text("env", "env"),
        column::text("leader", ""),
        column::text("cell", "cell"),
        column::number("common_tasks", "tasks in common"),
        column::number("difference", "difference"),
        lo,
        hi,
        column::number("p", "p"),
        column::number("p_holm", "p (corrected)"),
        column::text("verdict", "verdict"),
        column::text("differs_in", "also differs in"),
    ];
    let mut rows = Vec::new();
    for ranking in scene.analysis.rankings.iter().filter(|ranking| !ranking.contrasts.is_empty()) {
        let leader = scene.entry(ranking.order[0]);
        let mut first = vec![
            cell::text(leader.name.env.clone()),
            cell::text(leader.name.short.clone()),
            cell::text(leader.name.short.clone()),
            cell::count(Some(leader.stats.scored_tasks as u64)),
        ];
        first.extend((4..columns.len() - 2).map(|_| cell::empty()));
        first.extend([cell::text("leader"), cell::empty()]);
        rows.push(first);
        rows.extend(ranking.contrasts.iter().map(|contrast| contrast_row(scene, &leader, contrast)));
    }
    let notes = vec![
        "Difference in pass^1 from the leader on the tasks both have, paired by task: Student's t on task differences; with fewer than \
         20 tasks, or fewer than 10 that differ, the exact sign-flip test (mid-p) decides. The interval is for one comparison and may leave \
         out 0 beside ~: the verdict follows p corrected over all pairs of cells of the environment (Holm, Shaffer), because the leader was \
         chosen on the same data."
            .to_owned(),
    ];
    let title = "Against the leader of each environment".to_owned();
    (!rows.is_empty()).then(|| Table { id: "ranking".to_owned(), title, columns, rows, notes }.without_idle(&["differs_in"]))
}

fn contrast_row(scene: &Scene<'_>, leader: &Entry<'_>, contrast: &Contrast) -> Vec<Cell> {
    let paired = contrast.paired;
    let [lo, hi] = cell::points_interval(bounds(paired.and_then(|one| one.interval)));
    vec![
        cell::text(leader.name.env.clone()),
        cell::text(leader.name.short.clone()),
        cell::text(scene.names[contrast.cell].short.clone()),
        cell::count(paired.map(|one| one.tasks as u64)),
        cell::points(paired.map(|one| one.difference)),
        lo,
        hi,
        cell::p_value(paired.and_then(|one| one.p())),
        cell::p_value(contrast.p_holm),
        cell::text(match contrast.verdict {
            Verdict::Worse => "worse than the leader",
            Verdict::Better => "better on the tasks in common",
            Verdict::Inconclusive => "not distinguishable (~)",
            Verdict::NotCompared => "not compared: too few tasks in common",
        }),
        if contrast.differs.is_empty() { cell::empty() } else { cell::text(contrast.differs.join(", ")) },
    ]
}

fn forest(scene: &Scene<'_>) -> Option<Forest> {
    let envs = scene.shown_by_env();
    let left_out: usize = envs.iter().map(|env| env.left_out).sum();
    let groups: Vec<(String, Vec<ForestRow>)> = envs
        .iter()
        .map(|env| (env.env.clone(), env.shown.iter().filter_map(forest_row).collect::<Vec<_>>()))
        .filter(|(_, rows)| !rows.is_empty())
        .collect();
    let cells: usize = groups.iter().map(|(_, rows)| rows.len()).sum();
    if cells == 0 {
        return None;
    }
    let level = scene.level();
    let omitted = match left_out {
        0 => String::new(),
        count => format!(" Not shown: {}, too small or too many.", plural(count as u64, "cell")),
    };
    let shown: Vec<usize> = envs.iter().flat_map(|env| &env.shown).map(|entry| entry.index).collect();
    let footer = format!(
        "Dot: mean over tasks of the share of trials solved. Whisker: {level} interval for other tasks like these ({}).{omitted}{} \
         taureport {}",
        scene.analysis.options.ci.name(),
        super::overall::differing_words(scene, &shown),
        scene.version,
    );
    Some(Forest {
        meta: ChartMeta {
            id: "forest_pass_1".to_owned(),
            title: "How often each cell solves a task (pass^1)".to_owned(),
            subtitle: format!("{} in {}, best first", plural(cells as u64, "cell"), plural(groups.len() as u64, "environment")),
            alt: format!("Forest plot of pass^1 with {level} intervals for {}", plural(cells as u64, "cell")),
            footer,
        },
        axis: "pass^1".to_owned(),
        text_heading: format!("pass^1, {level} interval, tasks × trials"),
        groups,
    })
}

fn forest_row(entry: &Entry<'_>) -> Option<ForestRow> {
    let (estimate, interval) = entry.stats.pass_1()?;
    let failed = entry.stats.errors_as_failures.as_ref().and_then(|curve| curve.first()).and_then(|point| point.value);
    let trials = entry.stats.trials.map_or_else(String::new, |(lo, hi)| fmt::range(u64::from(lo), u64::from(hi)));
    Some(ForestRow {
        label: entry.name.short.clone(),
        estimate,
        interval: bounds(interval),
        errors_as_failures: failed,
        text: format!(
            "{} {}  {} × {trials}",
            fmt::rate(Some(estimate)),
            fmt::interval(bounds(interval)),
            fmt::count(Some(entry.stats.scored_tasks as u64)),
        ),
    })
}
