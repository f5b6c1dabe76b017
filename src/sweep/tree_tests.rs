//! Random trees of runs, their parts, copies and earlier states: every trial counts once, in the cell of its variant.

use std::collections::BTreeMap;

use super::{Attempts, assemble};
use crate::records::{
    Benchmark, Conversation, Episode, FileKind, Fingerprint, Identity, Loaded, Origin, Outcome, Part, ResultFile, SourceFile,
    TaskId,
};

/// A generator after SplitMix64 (Steele, Lea & Flood 2014).
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % n as u64).unwrap_or(0)
    }
}

const VARIANTS: [&[&str]; 4] = [&[""], &["baseline", "with_memory"], &["", "new_prompt"], &["baseline", "with_memory", "v2"]];

/// A trial of a task: the reward by chance; the first two tasks may be one turn, and then alike wherever the reward is.
fn episode(random: &mut Random, (variant, trial, task): (usize, usize, usize), is_short: bool) -> Episode {
    let reward = if random.below(2) == 0 { 0.0 } else { 1.0 };
    let own = 1_000_000 + (variant * 100 + trial) * 100 + task;
    let content = if is_short { task * 2 + usize::from(reward > 0.5) } else { own };
    let turns = if is_short { 1 } else { 3 };
    Episode {
        task: i64::try_from(task).ok().map(TaskId::from),
        trial: Some(0),
        outcome: Outcome::Scored { reward },
        fingerprint: Fingerprint(content as u128),
        content: Fingerprint(content as u128),
        record: 0,
        conversation: Some(Conversation { messages: 2 * turns, turns, tool_calls: 0 }),
        agent_cost_usd: None,
        user_cost_usd: None,
        is_cut_off: false,
        identity: None,
        tau2: None,
    }
}

fn file(path: String, episodes: &[Episode]) -> ResultFile {
    let part = |value: &str| Some(Part::new(value, Origin::Content));
    let numbered = episodes.iter().enumerate().map(|(record, episode)| Episode { record, ..episode.clone() });
    ResultFile {
        source: SourceFile { path, label: None, bytes: 0, sha256: String::new() },
        kind: FileKind::Tau1List,
        identity: Identity {
            env: part("retail"),
            model: part("quill"),
            strategy: part("act"),
            ..Identity::unknown(Benchmark::Tau1)
        },
        episodes: numbered.collect(),
        issues: Vec::new(),
        stored: None,
        tau2: None,
    }
}

/// Puts a run into files of a shape, with something more that holds no further trial.
fn written(random: &mut Random, base: &str, run: &[Episode]) -> Vec<ResultFile> {
    let half = run.len() / 2;
    let mut files = match random.below(3) {
        0 => vec![file(format!("{base}/retail.json"), run)],
        1 => vec![
            file(format!("{base}/retail_part1.json"), &run[..half]),
            file(format!("{base}/retail_part2.json"), &run[half..]),
        ],
        _ => (0..run.len()).map(|at| file(format!("{base}/retail_task_{at}.json"), &run[at..=at])).collect(),
    };
    match random.below(5) {
        0 => files.push(file(format!("backup/{base}/retail.json"), run)),
        1 => files.push(file(format!("{base}/retail_resumed.json"), &run[..run.len() - 2])),
        2 => files.push(file(format!("{base}/all/retail.json"), run)),
        _ => {}
    }
    files
}

#[test]
fn every_trial_counts_once_in_the_cell_of_its_variant() {
    for seed in 0..400 {
        let mut random = Random(seed);
        let names = VARIANTS[random.below(VARIANTS.len())];
        let (trials, tasks) = (1 + random.below(3), [4, 6, 9][random.below(3)]);
        let (short, variant_first) = (random.below(3) == 0, random.below(2) == 0);
        let (mut files, mut all) = (Vec::new(), Vec::new());
        let mut expected: BTreeMap<Option<String>, (usize, f64)> = BTreeMap::new();
        for (variant, name) in names.iter().enumerate() {
            for trial in 0..trials {
                let run: Vec<Episode> =
                    (0..tasks).map(|task| episode(&mut random, (variant, trial, task), short && task < 2)).collect();
                let parts = if variant_first {
                    [(*name).to_owned(), format!("trial_{trial}")]
                } else {
                    [format!("trial_{trial}"), (*name).to_owned()]
                };
                let base: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
                files.extend(written(&mut random, &base.join("/"), &run));
                let key = (!name.is_empty()).then(|| (*name).to_owned());
                let sum = expected.entry(key).or_default();
                sum.0 += run.len();
                sum.1 += run.iter().map(reward).sum::<f64>();
                all.extend(run);
            }
        }
        if names.len() > 1 && random.below(3) == 0 {
            files.push(file("merged/retail.json".to_owned(), &all));
        }
        files.sort_by(|a, b| a.source.path.cmp(&b.source.path));
        let paths: Vec<String> = files.iter().map(|file| format!("{} {}", file.source.path, file.episodes.len())).collect();
        let sweep = assemble(files.into_iter().map(|file| Loaded::Results(Box::new(file))).collect(), Attempts::First);
        let found: BTreeMap<Option<String>, (usize, f64)> = sweep
            .cells
            .iter()
            .map(|cell| {
                let kept = || cell.tasks.values().flatten().map(|trial| reward(&trial.episode));
                (cell.key.variant.clone(), (kept().count(), kept().sum()))
            })
            .collect();
        assert_eq!(found, expected, "seed {seed}: {trials} trials of {tasks} tasks, short: {short}, {paths:#?}");
    }
}

fn reward(episode: &Episode) -> f64 {
    match episode.outcome {
        Outcome::Scored { reward } => reward,
        Outcome::Error { .. } | Outcome::Invalid { .. } => f64::NAN,
    }
}
