//! What the reader must not miss, in words: for the report, the terminal and metrics.json.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    fmt,
    scene::{Entry, Scene, listing, plural},
};
use crate::{
    analysis::{CellStats, EnvRanking, MOST_K, Tau2Stats},
    records::{Issue, IssueKind, by_reason},
    redact::veil,
    sweep::Sweep,
    words::{clause, verb},
};

/// Identity conflicts listed.
const LISTED_CONFLICTS: usize = 5;
/// Versions listed.
const LISTED_VERSIONS: usize = 4;
/// Share of errors from which a warning is given.
const MANY_ERRORS: f64 = 0.05;
/// Tasks listed by name.
const LISTED_TASKS: usize = 12;

/// Returns all warnings, those about files first.
pub fn warnings(scene: &Scene<'_>) -> Vec<String> {
    [of_files(scene), of_rankings(scene), of_cells(scene)].concat()
}

/// Returns the warnings of what was read, without those of cells put side by side: a comparison has its own.
pub fn of_inputs(scene: &Scene<'_>) -> Vec<String> {
    [of_files(scene), of_cells(scene)].concat()
}

fn of_cells(scene: &Scene<'_>) -> Vec<String> {
    let mut found = shared_episodes(scene);
    found.extend(scene.entries().flat_map(|entry| cell_warnings(&entry)));
    found
}

/// What `--filter` left.
pub fn filtered(sweep: &Sweep) -> Option<String> {
    let filtered = sweep.filtered.as_ref()?;
    let logs = if sweep.logs.is_empty() { "" } else { " Figures of logs are of all calls." };
    Some(format!(
        "--filter {:?} kept {} of {}: all figures of episodes are of these, and coverage tells nothing of completeness.{logs}",
        veil(&filtered.predicate),
        fmt::count(Some(filtered.kept)),
        plural(filtered.of, "episode"),
    ))
}

fn of_files(scene: &Scene<'_>) -> Vec<String> {
    let mut found = broken_files(scene);
    found.extend(filtered(scene.sweep));
    if scene.sweep.by.pools() {
        found.push(format!(
            "Cells are made by {} within each environment (--by): runs that differ in anything else are pooled, each with its trials.",
            scene.sweep.by
        ));
    }
    found.extend(super::divisions::lines(scene.sweep));
    found.extend(rebased(scene));
    found.extend(conflicts(scene));
    found
}

fn broken_files(scene: &Scene<'_>) -> Vec<String> {
    let mut found = Vec::new();
    let salvaged: BTreeSet<&str> =
        scene.sweep.issues.iter().filter(|issue| issue.kind == IssueKind::Salvaged).map(|issue| issue.path.as_str()).collect();
    if !salvaged.is_empty() {
        found.push(format!(
            "{} cut off in the middle; all complete records were kept.",
            clause(salvaged.len() as u64, "file", "was", "were")
        ));
    }
    found.extend(by_reason(scene.sweep.passed_over.iter().filter(|passed| passed.unreadable)));
    found
}

fn cell_warnings(entry: &Entry<'_>) -> Vec<String> {
    let (stats, name) = (entry.stats, &entry.name.full);
    let mut found = Vec::new();
    let errors = stats.outcomes.errors();
    let rate = errors as f64 / stats.outcomes.episodes.max(1) as f64;
    if rate > MANY_ERRORS {
        let ended = format!(
            "{name}: {} of {} ended in an error ({}).",
            fmt::count(Some(errors)),
            plural(stats.outcomes.episodes, "episode"),
            fmt::rate(Some(rate)),
        );
        found.push(format!("{ended} {}", error_words(stats)));
    }
    if stats.curve.iter().any(|point| point.value.is_some_and(|value| value > 1.0)) {
        found.push(format!(
            "{name}: repeated rows make τ-bench's formula exceed 1; it is no probability here (--ragged upstream-v1)."
        ));
    }
    if let Some((_, most)) = stats.trials.filter(|(_, most)| *most > MOST_K && stats.curve.len() as u64 == u64::from(MOST_K)) {
        let most = plural(u64::from(most), "trial");
        found.push(format!("{name}: one task has {most}; pass^k is computed up to k = {}.", fmt::count(Some(MOST_K.into()))));
    }
    if stats.outcomes.invalid > 0 {
        let (invalid, episodes) = (fmt::count(Some(stats.outcomes.invalid)), plural(stats.outcomes.episodes, "episode"));
        found.push(format!(
            "{name}: {invalid} of {episodes} {} no usable reward (missing, null or not a number) and {} excluded.",
            verb(stats.outcomes.invalid, "has", "have"),
            verb(stats.outcomes.invalid, "is", "are"),
        ));
    }
    if let Some(cut) = stats.cut_off.filter(|cut| cut.episodes as f64 >= FEWEST_CUT_OFF * stats.outcomes.episodes as f64) {
        let limit = cut.turns.map_or_else(
            || "at the step limit".to_owned(),
            |turns| format!("after {}", plural(u64::from(turns), "agent turn")),
        );
        found.push(format!(
            "{name}: {} of {} ({}) {} cut off {limit} and never evaluated (`reward_info` is null); {} with reward 0.",
            fmt::count(Some(cut.episodes)),
            plural(stats.outcomes.episodes, "episode"),
            fmt::rate(Some(cut.episodes as f64 / stats.outcomes.episodes as f64)),
            verb(cut.episodes, "was", "were"),
            verb(cut.episodes, "it counts", "they count"),
        ));
    }
    if stats.tally.copies_of_other_runs > 0 {
        let count = stats.tally.copies_of_other_runs as u64;
        found.push(format!(
            "{name}: {} word for word what another run has, though the runs differ elsewhere; each such episode counts once, as a copy (a \
             deterministic model may also have said the same again).",
            clause(count, "episode", "is", "are"),
        ));
    }
    if stats.tally.renumbered_copies > 0 {
        let count = stats.tally.renumbered_copies as u64;
        found.push(format!(
            "{name}: {} there again word for word under another trial number, in files that share most of their episodes; each counts once, as a \
             copy.",
            clause(count, "episode", "is", "are"),
        ));
    }
    let repeated = (stats.tally.conflicting_attempts.saturating_sub(stats.tally.regraded)) as u64;
    if 2 * repeated >= stats.outcomes.episodes && repeated > 0 {
        found.push(format!(
            "{name}: {} dropped, {} {}: files hold several results of most trials, so they may hold several runs under the same trial numbers; \
             --attempts all counts all of them.",
            plural(repeated, "repeated attempt"),
            plural(stats.outcomes.episodes, "episode"),
            verb(stats.outcomes.episodes, "stays", "stay"),
        ));
    }
    if stats.tally.regraded > 0 {
        let count = stats.tally.regraded as u64;
        found.push(format!(
            "{name}: {} more than once with different rewards (re-graded, say); --attempts says which of them counts.",
            clause(count, "episode", "occurs", "occur"),
        ));
    }
    if let Some(tau2) = &stats.tau2 {
        found.extend(tau2_warnings(name, tau2));
    }
    if stats.fractional_rewards > 0 {
        let rewards = plural(stats.fractional_rewards, "reward");
        found.push(format!(
            "{name}: {rewards} other than 0 and 1; only rewards of 1 count as successes, all others as failures."
        ));
    }
    if !stats.lost_tasks.is_empty() {
        let tasks = listing(&stats.lost_tasks, LISTED_TASKS);
        found.push(format!(
            "{name}: {} left without any counted trial: {tasks}.",
            plural(stats.lost_tasks.len() as u64, "task")
        ));
    }
    found
}

/// Share of the episodes of a cell from which on those cut off at the step limit are warned of.
const FEWEST_CUT_OFF: f64 = 0.05;

/// What the files of a τ²-bench cell do not say, or make up.
fn tau2_warnings(name: &str, stats: &Tau2Stats) -> Vec<String> {
    let of = |count: u64| format!("{} of {}", fmt::count(Some(count)), plural(stats.simulations, "episode"));
    let mut found = Vec::new();
    if stats.placeholder_times > 0 {
        let text = "have invented times (the same in every episode): no duration is computed from them";
        found.push(format!("{name}: {} {text}.", of(stats.placeholder_times)));
    }
    if stats.matched_by_order > 0 {
        let text = "do not name their task; it was told by their order in the file";
        found.push(format!("{name}: {} {text}.", of(stats.matched_by_order)));
    }
    if stats.missing_simulations > 0 {
        let missing = plural(stats.missing_simulations, "simulation");
        let is = verb(stats.missing_simulations, "is", "are");
        found.push(format!("{name}: {missing} listed in results.json {is} missing."));
    }
    if stats.versions.len() > 1 {
        let versions: Vec<&String> = stats.versions.iter().collect();
        found.push(format!(
            "{name}: its files were written by {} versions of the benchmark ({}); `--by cell,version` tells them apart.",
            versions.len(),
            listing(&versions, LISTED_VERSIONS),
        ));
    }
    found
}

/// Says what the errors of a cell do to its pass^1.
fn error_words(stats: &CellStats) -> String {
    let pass_1 = stats.pass_1().map(|(value, _)| value);
    let Some(failed) = &stats.errors_as_failures else {
        return "They count as failures, or would make no difference if they did.".to_owned();
    };
    let failed = failed.first().and_then(|point| point.value);
    let values =
        format!("pass^1 is {} as counted and {} with every error a failure", fmt::decimal(pass_1, 4), fmt::decimal(failed, 4));
    if pass_1.zip(failed).is_some_and(|(counted, failed)| counted > failed) {
        format!("{values}. If errors hit harder tasks more often, the first number is too high.")
    } else {
        format!("{values}.")
    }
}

fn shared_episodes(scene: &Scene<'_>) -> Vec<String> {
    let mut shared: BTreeMap<(usize, usize), (usize, Vec<&str>)> = BTreeMap::new();
    for one in &scene.sweep.shared {
        let file = &scene.sweep.files[one.file];
        let Some(own) = file.cells.first() else { continue };
        let entry = shared.entry((*own, one.other_cell)).or_default();
        entry.0 += one.episodes;
        entry.1.push(&file.source.path);
    }
    let words = |((cell, other), (episodes, files)): ((usize, usize), (usize, Vec<&str>))| {
        format!(
            "{}: {} of episodes of {} (in {}). They count in both cells: a file may lie in the wrong folder, or the identity \
             of one cell may be incomplete.",
            scene.names[cell].full,
            plural(episodes as u64, "exact copy"),
            scene.names[other].full,
            listing(&files, 2),
        )
    };
    shared.into_iter().map(words).collect()
}

/// Cells put side by side that differ in what a comparison should keep the same, the user simulator excepted.
fn differing(scene: &Scene<'_>, ranking: &EnvRanking) -> Option<String> {
    let mut found: BTreeMap<&str, u64> = BTreeMap::new();
    let differs = ranking.contrasts.iter().flat_map(|contrast| &contrast.differs).filter(|what| **what != "user model");
    differs.for_each(|what| *found.entry(what).or_default() += 1);
    let words: Vec<String> = found.iter().map(|(what, cells)| format!("{what} ({})", plural(*cells, "cell"))).collect();
    (!words.is_empty()).then(|| {
        format!(
            "{}: cells compared with the leader also differ from it in {}: differences may come from there.",
            scene.env_of(ranking),
            words.join(", "),
        )
    })
}

/// What `--reward-basis` could not do.
fn rebased(scene: &Scene<'_>) -> Option<String> {
    let done = scene.rebased?;
    Some(format!(
        "--reward-basis: {} computed anew ({} changed); {} not evaluated or ended in an error keep what is on record, {} left out because the checks \
         are not on record, {} without components stay as they are.",
        plural(done.recomputed, "reward"),
        fmt::count(Some(done.changed)),
        plural(done.not_evaluated, "episode"),
        fmt::count(Some(done.impossible)),
        plural(done.other, "τ-bench episode"),
    ))
}

/// Sources that disagree on what a file is.
fn conflicts(scene: &Scene<'_>) -> Vec<String> {
    let conflicts: Vec<&Issue> = scene.sweep.issues.iter().filter(|issue| issue.kind == IssueKind::IdentityConflict).collect();
    let mut found: Vec<String> =
        conflicts.iter().take(LISTED_CONFLICTS).map(|issue| format!("{}: {}", issue.path, issue.message)).collect();
    if let Some(more) = conflicts.len().checked_sub(LISTED_CONFLICTS).filter(|more| *more > 0) {
        found.push(format!("{} about the identity of files below.", plural(more as u64, "further finding")));
    }
    found
}

/// Cells put side by side that differ in more than model and strategy.
fn of_rankings(scene: &Scene<'_>) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    found.extend(scene.analysis.rankings.iter().filter_map(|ranking| differing(scene, ranking)));
    for ranking in scene.analysis.rankings.iter().filter(|ranking| !ranking.contrasts.is_empty()) {
        let keys = || ranking.order.iter().map(|index| &scene.sweep.cells[*index].key);
        let users: BTreeSet<&str> = keys().filter_map(|key| key.user_model.as_deref()).collect();
        let unknown = keys().filter(|key| key.user_model.is_none()).count();
        if users.len() > 1 {
            let users: Vec<&str> = users.into_iter().collect();
            let unknown = if unknown > 0 { format!(" and {} unknown", plural(unknown as u64, "cell")) } else { String::new() };
            found.push(format!(
                "{}: the cells compared talk to different user simulators ({}{unknown}): differences may come from there.",
                scene.env_of(ranking),
                listing(&users, 4),
            ));
        }
    }
    found
}
