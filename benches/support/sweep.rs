//! A sweep as the readers hand it over: models × strategies × environments, without the files.

use taureport::records::{
    Benchmark, Conversation, Episode, ErrorClass, FileKind, Fingerprint, Identity, Loaded, Origin, Outcome, Part, ResultFile,
    RunError, SourceFile, TaskId,
};

use crate::dice::Dice;

/// Tasks of τ-bench retail.
pub(crate) const TASKS: u64 = 115;

/// Returns one file a cell: 2 environments × 2 strategies × `models` models, all of 115 tasks and `trials` trials.
pub(crate) fn files(models: u64, trials: u64) -> Vec<Loaded> {
    let mut files = Vec::new();
    for model in 0..models {
        for env in ["airline", "retail"] {
            for strategy in ["tool-calling", "react"] {
                let seed = files.len() as u64;
                files.push(Loaded::Results(Box::new(file(model, env, strategy, trials, seed))));
            }
        }
    }
    files
}

/// Returns one file a model, all of one environment, with `tasks` tasks run `trials` times.
pub(crate) fn many(models: u64, tasks: u64, trials: u64) -> Vec<Loaded> {
    let of = |model| ResultFile { episodes: episodes(tasks, trials, model), ..file(model, "retail", "react", 0, model) };
    (0..models).map(|model| Loaded::Results(Box::new(of(model)))).collect()
}

/// Returns `runs` files of one cell, each a run of its own in `run-N/`, each twice.
pub(crate) fn repeated(runs: u64, tasks: u64) -> Vec<Loaded> {
    let of = |run: u64, copy: &str| {
        let mut file = ResultFile { episodes: episodes(tasks, 1, run), ..file(0, "retail", "react", 0, 0) };
        file.source.path = format!("results/run-{run}/{copy}.json");
        Loaded::Results(Box::new(file))
    };
    (0..runs).flat_map(|run| [of(run, "first"), of(run, "copy")]).collect()
}

fn file(model: u64, env: &str, strategy: &str, trials: u64, seed: u64) -> ResultFile {
    let part = |value: &str| Some(Part::new(value, Origin::Folder));
    let model = format!("model-{model}-instruct");
    let path = format!("results/{env}/{strategy}/{model}.json");
    let mut identity = Identity::unknown(Benchmark::Tau1);
    (identity.env, identity.model, identity.strategy) = (part(env), part(&model), part(strategy));
    ResultFile {
        source: SourceFile { path, label: None, bytes: 4_000_000, sha256: "0".repeat(64) },
        kind: FileKind::Tau1List,
        identity,
        episodes: episodes(TASKS, trials, seed),
        issues: Vec::new(),
        stored: None,
        tau2: None,
    }
}

fn episodes(tasks: u64, trials: u64, seed: u64) -> Vec<Episode> {
    let mut dice = Dice(seed);
    let skill = 20 + dice.below(50);
    let ease: Vec<u64> = (0..tasks).map(|_| dice.below(60)).collect();
    (0..trials * tasks)
        .map(|index| {
            let (task, trial) = (index % tasks, index / tasks);
            let chance = (skill + ease[usize::try_from(task).unwrap_or(0)]).saturating_sub(30);
            Episode {
                task: Some(TaskId::new(task.to_string())),
                trial: i64::try_from(trial).ok(),
                outcome: outcome(&mut dice, chance),
                fingerprint: Fingerprint(u128::from(seed) << 64 | u128::from(index)),
                content: Fingerprint(u128::from(seed) << 64 | u128::from(index)),
                record: usize::try_from(index).unwrap_or(0),
                conversation: Some(Conversation { messages: 25, turns: 12, tool_calls: 7 }),
                agent_cost_usd: None,
                user_cost_usd: Some(0.01),
                is_cut_off: false,
                identity: None,
                tau2: None,
            }
        })
        .collect()
}

fn outcome(dice: &mut Dice, chance: u64) -> Outcome {
    if dice.percent(3) {
        let error = RunError { class: ErrorClass::Infrastructure, rule: "rate-limit".into(), text: "Error code: 429".into() };
        return Outcome::Error { error, reward: Some(0.0) };
    }
    Outcome::Scored { reward: f64::from(u8::from(dice.percent(chance))) }
}
