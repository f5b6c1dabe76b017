//! τ²-bench results: what each file says, against what the independent program found in it.

use std::collections::BTreeMap;

use serde_json::Value;
use taureport::{
    analysis::RaggedChoice,
    metrics::quantile::quantile_type7,
    records::{Benchmark, Episode, FileKind, Loaded, Outcome, Part, ResultFile, Tau2Facts, Tau2Run},
    sweep::{Attempts, ErrorPolicy},
};

use super::{Data, curve_errors, data, files::alone, near, only};

/// `expected.json` calls these other than results, since they hold no rewards; here they are results that were not evaluated.
pub(super) const WITHOUT_REWARDS: [&str; 2] = ["tau2/sierra-dir-format/", "tau2/single-simulation/"];

/// A directory run: its simulations are part of it and no files of their own.
const DIRECTORY: &str = "tau2/sierra-dir-format/experiment/results.json";

/// Whether a path is that of a simulation which the directory run takes in.
pub(super) fn is_part_of_a_run(path: &str) -> bool {
    path.starts_with("tau2/sierra-dir-format/experiment/simulations/")
}

/// ToolOrchestra's revised results: every simulation begins at the same moment and takes 60.0 seconds. `expected.json` takes these
/// times as they stand; here they are unknown.
const INVENTED_TIMES: [&str; 2] = ["tau2/sierra/09c941e54d/", "tau2/sierra/dfd71123a2/"];

/// Checks every results file and collects what differs.
fn each_result(check: impl Fn(&str, &ResultFile, &Value) -> Vec<String>) {
    let Some(data) = data() else { return };
    let (mut wrong, mut checked) = (Vec::new(), 0);
    for (path, wanted) in data.expected("expected.json").iter().filter(|(_, wanted)| wanted["kind"] == "tau2") {
        checked += 1;
        match data.files.get(path) {
            Some(Loaded::Results(file)) => {
                wrong.extend(check(path, file, wanted).into_iter().map(|text| format!("{path}: {text}")));
            }
            Some(Loaded::PassedOver(passed)) => wrong.push(format!("{path}: passed over: {}", passed.reason)),
            None => wrong.push(format!("{path}: not found")),
        }
    }
    assert!(checked > 80, "{checked} files checked");
    assert!(wrong.is_empty(), "{} differences in {checked} files:\n{}", wrong.len(), wrong.join("\n"));
}

fn facts(episode: &Episode) -> &Tau2Facts {
    episode.tau2.as_deref().expect("every τ² episode has them")
}

fn run(file: &ResultFile) -> &Tau2Run {
    file.tau2.as_deref().expect("a results file says what was planned")
}

fn value(part: Option<&Part>) -> Option<String> {
    part.map(|part| part.value.clone())
}

fn differ(what: &str, found: impl Into<Value>, wanted: &Value) -> Option<String> {
    let found = found.into();
    (found != *wanted).then(|| format!("{what} is {found}, not {wanted}"))
}

fn differ_near(what: &str, found: Option<f64>, wanted: &Value) -> Option<String> {
    (!near(found, wanted.as_f64())).then(|| format!("{what} is {found:?}, not {wanted}"))
}

fn rewards(file: &ResultFile) -> Vec<f64> {
    let reward = |episode: &Episode| match episode.outcome {
        Outcome::Scored { reward } => Some(reward),
        Outcome::Error { reward, .. } => reward,
        Outcome::Invalid { .. } => None,
    };
    file.episodes.iter().filter_map(reward).collect()
}

/// Sums in file order, as the other program does.
fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

#[test]
#[cfg_attr(not(real_data), ignore = "no real data")]
fn simulations_are_counted() {
    each_result(|_, file, wanted| {
        let rewards = rewards(file);
        let tally = alone(file, Attempts::First).cells[0].tally;
        // None of these files repeats a (task, trial), so that `expected.json` needs no word for it.
        let repeated = (tally.exact_duplicates + tally.conflicting_attempts > 0).then(|| format!("repeated: {tally:?}"));
        let checks = [
            differ("simulations", file.episodes.len(), &wanted["simulations"]),
            differ("without_reward", file.episodes.len() - rewards.len(), &wanted["without_reward"]),
            differ_near("mean_reward", mean(&rewards), &wanted["mean_reward"]),
            differ("planned_trials", run(file).planned_trials, &wanted["planned_trials"]),
            differ("benchmark", file.identity.benchmark.to_string(), &Value::from(Benchmark::Tau2.to_string())),
            differ("kind", file.kind.name(), &Value::from(FileKind::Tau2Results.name())),
            repeated,
        ];
        checks.into_iter().flatten().collect()
    });
}

#[test]
#[cfg_attr(not(real_data), ignore = "no real data")]
fn the_configuration_is_read() {
    each_result(|_, file, wanted| {
        let identity = &file.identity;
        let parts = [
            ("domain", &identity.env),
            ("agent", &identity.strategy),
            ("model", &identity.model),
            ("user_model", &identity.user_model),
        ];
        // Domains are in lower case, so that what folders and contents call a domain is one.
        let wanted = |name: &str| match &wanted[name] {
            Value::String(domain) if name == "domain" => domain.to_lowercase().into(),
            other => other.clone(),
        };
        parts.into_iter().filter_map(|(name, part)| differ(name, value(part.as_ref()), &wanted(name))).collect()
    });
}

#[test]
#[cfg_attr(not(real_data), ignore = "no real data")]
fn terminations_are_counted() {
    each_result(|_, file, wanted| {
        let mut found: BTreeMap<String, usize> = BTreeMap::new();
        for episode in &file.episodes {
            // Python's name for a reason that is missing.
            let reason = facts(episode).termination.as_ref().map_or_else(|| "None".to_owned(), ToString::to_string);
            *found.entry(reason).or_default() += 1;
        }
        let found = serde_json::to_value(found).expect("counts are JSON");
        differ("termination", found, &wanted["termination"]).into_iter().collect()
    });
}

#[test]
#[cfg_attr(not(real_data), ignore = "no real data")]
fn pass_k_of_a_file() {
    each_result(|_, file, wanted| {
        let sweep = alone(file, Attempts::All);
        let stats = |ragged| only(&sweep, ErrorPolicy::Exclude, ragged);
        let (chained, available) = (stats(RaggedChoice::Chained), stats(RaggedChoice::Available));
        let mut wrong = curve_errors("pass_hat", &chained.curve, &available.curve, &wanted["pass_hat"]);
        let points = wanted["pass_hat"].as_object().map(serde_json::Map::len);
        wrong.extend(differ("points", chained.curve.len(), &points.into()));
        wrong.extend(differ("tasks_with_reward", chained.scored_tasks, &wanted["tasks_with_reward"]));
        wrong
    });
}

#[test]
#[cfg_attr(not(real_data), ignore = "no real data")]
fn costs_are_added_up() {
    each_result(|_, file, wanted| {
        let wanted = &wanted["agent_cost"];
        let costs: Vec<f64> = file.episodes.iter().filter_map(|episode| episode.agent_cost_usd).collect();
        let sum = (!costs.is_empty()).then(|| costs.iter().sum());
        let known = differ("episodes with a cost", costs.len(), &wanted["known"]);
        known.into_iter().chain(differ_near("agent cost", sum, &wanted["sum"])).collect()
    });
}

#[test]
#[cfg_attr(not(real_data), ignore = "no real data")]
fn durations_are_read() {
    each_result(|path, file, wanted| {
        let wanted = &wanted["duration_s"];
        let mut seconds: Vec<f64> = file.episodes.iter().filter_map(|episode| facts(episode).duration_s).collect();
        let invented = file.episodes.iter().filter(|episode| facts(episode).placeholder_times).count();
        if INVENTED_TIMES.iter().any(|prefix| path.starts_with(prefix)) {
            let all = differ("invented times", invented, &file.episodes.len().into());
            let left = differ("durations kept", seconds.len(), &0.into());
            let sixty = differ_near("invented duration", Some(60.0), &wanted["p50"]);
            return all.into_iter().chain(left).chain(sixty).collect();
        }
        seconds.sort_by(f64::total_cmp);
        let checks = [
            differ("invented times", invented, &0.into()),
            differ("durations", seconds.len(), &wanted["known"]),
            differ_near("median duration", quantile_type7(&seconds, 0.5), &wanted["p50"]),
            differ_near("p95 of durations", quantile_type7(&seconds, 0.95), &wanted["p95"]),
        ];
        checks.into_iter().flatten().collect()
    });
}

fn results<'a>(data: &'a Data, path: &str) -> &'a ResultFile {
    match data.files.get(path) {
        Some(Loaded::Results(file)) => file,
        other => panic!("{path}: {other:?}"),
    }
}

#[test]
#[cfg_attr(not(real_data), ignore = "no real data")]
fn a_directory_is_one_run() {
    let Some(data) = data() else { return };
    let file = results(data, DIRECTORY);
    assert_eq!((file.kind, file.episodes.len()), (FileKind::Tau2Directory, 3));
    assert!(!data.files.keys().any(|path| is_part_of_a_run(path)), "its simulations are no files of their own");
    let voice = |episode: &Episode| {
        let facts = facts(episode);
        facts.mode.as_deref() == Some("full_duplex") && facts.duration_s.is_some() && !facts.placeholder_times
    };
    assert!(file.episodes.iter().all(voice));
    assert!(
        file.episodes
            .iter()
            .all(|episode| matches!(&episode.outcome, Outcome::Invalid { reason } if reason.contains("missing")))
    );
    assert!(file.episodes.iter().all(|episode| episode.conversation.is_none() && episode.agent_cost_usd.is_none()));
    assert_eq!(
        (value(file.identity.env.as_ref()).as_deref(), value(file.identity.mode.as_ref()).as_deref()),
        (Some("retail"), Some("voice"))
    );
    // It has no index to compare with.
    assert_eq!((run(file).planned_trials, run(file).missing_simulations, run(file).extra_simulations), (Some(1), 0, 0));
}

/// Conversations of people, one a file: not evaluated, without a trial, a cost or a word on the run.
#[test]
#[cfg_attr(not(real_data), ignore = "no real data")]
fn a_simulation_stands_alone() {
    let Some(data) = data() else { return };
    let paths: Vec<&String> = data.files.keys().filter(|path| path.starts_with(WITHOUT_REWARDS[1])).collect();
    assert_eq!(paths.len(), 15);
    for path in paths {
        let file = results(data, path);
        let episode = file.episodes.first().expect("one simulation");
        assert_eq!((file.kind, file.episodes.len(), &file.tau2), (FileKind::Tau2Simulation, 1, &None), "{path}");
        let number = path.rsplit('/').next().and_then(|name| name.strip_prefix("task_")?.strip_suffix("_human.json"));
        assert_eq!((episode.task.as_ref().map(ToString::to_string).as_deref(), episode.trial), (number, None), "{path}");
        let reason = "not evaluated (reward_info is null)".to_owned();
        assert_eq!(episode.outcome, Outcome::Invalid { reason }, "{path}");
        assert!(episode.conversation.is_some_and(|size| size.messages > 1), "{path}");
        assert_eq!((episode.agent_cost_usd, episode.user_cost_usd), (None, None), "{path}");
        assert!(facts(episode).duration_s.is_some_and(|seconds| seconds > 0.0), "{path}");
    }
}
