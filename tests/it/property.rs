//! Any checkpoint is read back as it was made, and any beginning of one as far as it goes.

use std::{collections::BTreeMap, sync::LazyLock};

use proptest::prelude::*;
use serde_json::{Value, json};
use taureport::{
    analysis::{self, Options},
    identity::{MapRule, Overrides},
    records::{Loaded, Outcome, ResultFile, episode::is_success},
    sources::{ReadOptions, discover, load_all},
    sweep::{Attempts, Sweep, assemble},
};

use crate::support::{argument, temporary, write};

/// One record to be.
#[derive(Debug, Clone)]
struct Made {
    task: u8,
    reward: Option<bool>,
    error: Option<bool>,
    words: String,
}

impl Made {
    /// Whether it is a trial, and whether that succeeded.
    fn standing(&self) -> Option<bool> {
        match (self.error, self.reward) {
            // An infrastructure error is left out, an agent error counts with its reward of 0.
            (Some(infrastructure), _) => (!infrastructure).then_some(false),
            (None, reward) => reward,
        }
    }

    /// `trial` numbers the records of a task, so that no two are attempts at one trial.
    fn record(&self, trial: usize) -> Value {
        let reward = self.reward.map(|success| f64::from(u8::from(success)));
        let error = |infrastructure| if infrastructure { "Connection error." } else { "Expecting ',' delimiter" };
        if let Some(infrastructure) = self.error {
            let info = json!({"error": error(infrastructure), "traceback": self.words});
            return json!({"task_id": self.task, "reward": 0.0, "info": info, "traj": [], "trial": trial});
        }
        let traj = json!([{"role": "user", "content": self.words}, {"role": "assistant", "content": "Yes."}]);
        json!({"task_id": self.task, "reward": reward, "info": {"user_cost": 0.25}, "traj": traj, "trial": trial})
    }
}

fn made() -> impl Strategy<Value = Vec<Made>> {
    let reward = prop::option::weighted(0.9, any::<bool>());
    let one = (0_u8..6, reward, prop::option::weighted(0.2, any::<bool>()), r#"[a-z"\\\[\]{},:\né]{0,12}"#);
    prop::collection::vec(one.prop_map(|(task, reward, error, words)| Made { task, reward, error, words }), 1..24)
}

fn records(made: &[Made]) -> Vec<Value> {
    let mut trials: BTreeMap<u8, usize> = BTreeMap::new();
    let mut next = |task: u8| {
        let trial = trials.entry(task).or_default();
        *trial += 1;
        *trial - 1
    };
    made.iter().map(|one| one.record(next(one.task))).collect()
}

/// The ways in which a checkpoint lies on disk.
fn layouts(records: &[Value]) -> Vec<(&'static str, Vec<u8>)> {
    let lines: Vec<String> = records.iter().map(Value::to_string).collect();
    let gzip = || {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        std::io::Write::write_all(&mut encoder, format!("[{}]", lines.join(",")).as_bytes()).expect("memory takes all bytes");
        encoder.finish().expect("memory takes all bytes")
    };
    let mut layouts = vec![
        ("list.json", serde_json::to_vec_pretty(records).expect("values are JSON")),
        ("wrapped.json", json!({"metrics": {"avg_reward": 0.5}, "results": records}).to_string().into_bytes()),
        ("packed.json.gz", gzip()),
        ("packed.json.zst", zstd::encode_all(format!("[{}]", lines.join(", ")).as_bytes(), 1).expect("memory takes all bytes")),
    ];
    if records.len() > 1 {
        layouts.push(("lines.jsonl", lines.join("\n").into_bytes()));
    }
    layouts
}

/// Made once: the rules are a score of regular expressions.
static OPTIONS: LazyLock<ReadOptions> = LazyLock::new(ReadOptions::builtin);

/// Puts everything into one cell.
static ONE_MODEL: LazyLock<ReadOptions> = LazyLock::new(|| {
    let maps = vec![MapRule::parse(".=>model=one").expect("a rule")];
    ReadOptions { overrides: Overrides { layout: None, maps }, ..ReadOptions::builtin() }
});

/// Writes a file and reads it.
fn load(name: &str, content: &[u8]) -> Loaded {
    let folder = temporary();
    let path = folder.path().join(name);
    write(&path, content);
    let found = discover(&[argument(&path)]);
    load_all(&found.inputs, &OPTIONS, &|_| ()).remove(0)
}

fn results(loaded: Loaded) -> Option<ResultFile> {
    match loaded {
        Loaded::Results(file) => Some(*file),
        Loaded::PassedOver(_) => None,
    }
}

/// (n, c) by task, tasks without a trial left out.
fn counts_of(sweep: &Sweep) -> BTreeMap<String, (u32, u32)> {
    let stats = analysis::analyze(sweep, &Options::default()).cells.remove(0);
    stats.tasks.iter().filter(|task| task.n > 0).map(|task| (task.task.to_string(), (task.n, task.c))).collect()
}

fn counts_made(made: &[Made]) -> BTreeMap<String, (u32, u32)> {
    let mut counts: BTreeMap<String, (u32, u32)> = BTreeMap::new();
    for (task, success) in made.iter().filter_map(|one| Some((one.task, one.standing()?))) {
        let (n, c) = counts.entry(task.to_string()).or_default();
        (*n, *c) = (*n + 1, *c + u32::from(success));
    }
    counts
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn what_was_written_is_counted(made in made()) {
        for (name, content) in layouts(&records(&made)) {
            let file = results(load(name, &content)).unwrap_or_else(|| panic!("{name} is read"));
            prop_assert_eq!(file.episodes.len(), made.len(), "{}", name);
            prop_assert!(file.issues.is_empty(), "{}: {:?}", name, file.issues);
            for (episode, made) in file.episodes.iter().zip(&made) {
                let reward = match &episode.outcome {
                    Outcome::Scored { reward } => Some(is_success(*reward)),
                    Outcome::Error { .. } | Outcome::Invalid { .. } => None,
                };
                prop_assert_eq!(reward, made.reward.filter(|_| made.error.is_none()));
                prop_assert_eq!(episode.user_cost_usd, made.error.is_none().then_some(0.25));
            }
            let sweep = assemble(vec![Loaded::Results(Box::new(file))], Attempts::First);
            prop_assert_eq!(counts_of(&sweep), counts_made(&made), "{}", name);
            prop_assert_eq!(sweep.cells[0].tally.exact_duplicates + sweep.cells[0].tally.conflicting_attempts, 0);
        }
    }

    /// Reading a sweep twice is reading it once.
    #[test]
    fn copies_do_not_count(made in made()) {
        let text = serde_json::to_vec(&records(&made)).expect("values are JSON");
        let folder = temporary();
        for name in ["a/run.json", "b/run.json", "b/deep/er/run.json"] {
            write(&folder.path().join(name), &text);
        }
        // The model is unknown, and then folders are kept apart: say that they are one.
        let found = discover(&[argument(folder.path())]);
        let sweep = assemble(load_all(&found.inputs, &ONE_MODEL, &|_| ()), Attempts::First);
        prop_assert_eq!(sweep.cells.len(), 1);
        prop_assert_eq!(counts_of(&sweep), counts_made(&made));
        prop_assert_eq!(sweep.cells[0].tally.exact_duplicates, 2 * made.len());
    }

    /// A killed job leaves its checkpoint cut off anywhere: complete records are kept, in order, and nothing else is.
    #[test]
    fn a_beginning_is_read_as_far_as_it_goes(made in made(), cut in any::<prop::sample::Index>()) {
        for (name, content) in layouts(&records(&made)) {
            let whole = results(load(name, &content)).unwrap_or_else(|| panic!("{name} is read"));
            let cut = cut.index(content.len());
            let Some(part) = results(load(name, &content[..cut])) else { continue };
            let kept = part.episodes.len();
            prop_assert!(kept <= whole.episodes.len(), "{} of {} bytes of {}", cut, content.len(), name);
            prop_assert_eq!(&part.episodes[..], &whole.episodes[..kept], "{} of {} bytes of {}", cut, content.len(), name);
        }
    }

    #[test]
    fn nothing_on_disk_makes_it_crash(content in prop::collection::vec(any::<u8>(), 0..200), json in "[\\[\\]{}\",:0-9a-z \\\\\n-]{0,80}") {
        for (name, bytes) in [("a.json", &content[..]), ("b.jsonl", json.as_bytes()), ("c.json", json.as_bytes())] {
            prop_assert!(results(load(name, bytes)).is_none_or(|file| !file.episodes.is_empty()));
        }
        for magic in [&b"\x1f\x8b\x08\0"[..], b"\x28\xb5\x2f\xfd", b"\xef\xbb\xbf["] {
            prop_assert!(results(load("d.json", &[magic, &content].concat())).is_none_or(|file| !file.episodes.is_empty()));
        }
    }
}

/// Every byte, for one small checkpoint: how many records are kept never falls, and what is kept is the beginning.
#[test]
fn cut_at_every_byte() {
    let made: Vec<Made> = (0..3)
        .map(|task| Made { task, reward: Some(task != 1), error: (task == 2).then_some(true), words: "a]}\",[{".to_owned() })
        .collect();
    for (name, content) in layouts(&records(&made)) {
        let whole = results(load(name, &content)).unwrap_or_else(|| panic!("{name} is read"));
        let mut before = 0;
        for cut in 0..content.len() {
            let kept = results(load(name, &content[..cut])).map_or_else(Vec::new, |file| file.episodes);
            assert!(kept.len() >= before, "{name}: {} records at byte {cut}, {before} before", kept.len());
            assert_eq!(kept, whole.episodes[..kept.len()], "{name} at byte {cut}");
            before = kept.len();
        }
        // Without its last byte a list has all its records, a line is none; of a Zstandard block all is lost.
        let least = if name == "packed.json.zst" { 0 } else { made.len() - usize::from(name == "lines.jsonl") };
        assert!(before >= least, "{name}: {before} records of {} without the last byte", made.len());
    }
}
