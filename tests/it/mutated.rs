//! Bytes that were damaged anyhow end no reader: the files of the fixtures, changed at random, and lines of pieces of log lines.

use std::sync::LazyLock;

use proptest::prelude::*;
use taureport::{
    records::Loaded,
    sources::{Input, MaybeLog, ReadOptions, discover, load_all, load_logs, logs},
};

use crate::{
    generate,
    support::{argument, temporary, write},
};

/// Most bytes of a fixture that are changed and read: what damage does is seen in a small part too.
const MOST_BYTES: usize = 24_000;

/// What log lines and records are made of, and what stands at their ends.
const PIECES: [&str; 40] = [
    "(",
    ")",
    "(1 row)",
    "(EngineCore pid=104)",
    " ",
    "[",
    "]",
    "{",
    "}",
    "\"",
    "\\",
    "\\u",
    "\\ud800",
    ":",
    ",",
    "=",
    "\n",
    "\r",
    "\u{1b}[",
    "│",
    "╭─ Simulation Overview ─",
    "[PROFILE] 2026-01-02 03:04:05.678 task=",
    " thread=1 type=llm_call duration_ms=",
    "-1e999",
    "NaN",
    "99999999999999999999",
    "2026-13-",
    "INFO 01-02 03:04:05 ",
    "Avg prompt throughput: ",
    "Engine ",
    "Running: ",
    "Reward: ",
    "FINISHED SIMULATION: ",
    "Task: ",
    "0/1 (trial 1/1). Running task , trial ",
    "❌ task_id=",
    "Namespace(env='",
    "Pass^",
    "HTTP/1.1\" 5",
    "--model ",
];

/// One change of a text.
#[derive(Debug, Clone)]
enum Edit {
    Flip(u8),
    Insert(&'static str),
    Remove(usize),
    Repeat(usize),
    Cut,
}

fn edit() -> impl Strategy<Value = (f64, Edit)> {
    let edit = prop_oneof![
        any::<u8>().prop_map(Edit::Flip),
        prop::sample::select(&PIECES[..]).prop_map(Edit::Insert),
        (1_usize..200).prop_map(Edit::Remove),
        (1_usize..200).prop_map(Edit::Repeat),
        Just(Edit::Cut),
    ];
    (0.0..1.0, edit)
}

fn changed(text: &[u8], edits: &[(f64, Edit)]) -> Vec<u8> {
    let mut text = text.to_vec();
    for (place, edit) in edits {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a part of a length")]
        let at = (place * text.len() as f64) as usize;
        match edit {
            Edit::Flip(bits) => text.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= bits),
            Edit::Insert(piece) => drop(text.splice(at..at, piece.bytes())),
            Edit::Remove(length) => drop(text.drain(at..text.len().min(at + length))),
            Edit::Repeat(length) => text.extend_from_within(at..text.len().min(at + length)),
            Edit::Cut => text.truncate(at),
        }
    }
    text
}

/// Names and contents of all fixtures, unpacked.
static FIXTURES: LazyLock<Vec<(String, Vec<u8>)>> = LazyLock::new(|| {
    let is_input = |name: &str| [".json", ".jsonl", ".log", ".out"].iter().any(|ending| name.contains(ending));
    let unpacked =
        |name: &str| name.trim_end_matches(".gz").trim_end_matches(".zst").rsplit('/').next().unwrap_or(name).to_owned();
    let tree = generate::tree().into_iter().filter(|(path, _)| is_input(path));
    tree.map(|(path, entry)| (unpacked(&path), entry.content)).collect()
});

static OPTIONS: LazyLock<ReadOptions> = LazyLock::new(ReadOptions::builtin);

/// Reads a file by every reader; returns what was passed over because a reader panicked.
fn bugs(name: &str, content: &[u8]) -> Vec<String> {
    let folder = temporary();
    let path = folder.path().join(name);
    write(&path, content);
    let found = discover(&[argument(&path)]);
    let maybe_logs: Vec<Input> = found.maybe_logs.into_iter().map(|(input, _)| input).collect();
    // A reader that is not guarded at all: its panic fails the test.
    for input in found.inputs.iter().chain(&maybe_logs) {
        drop(logs::read(content, input));
    }
    let logs = load_logs(&maybe_logs, taureport::sources::Limits::default()).into_iter().filter_map(|one| match one {
        MaybeLog::PassedOver(passed) => Some(passed),
        MaybeLog::Log(_) | MaybeLog::Other => None,
    });
    let inputs: Vec<Input> = found.inputs.into_iter().chain(maybe_logs.iter().cloned()).collect();
    let files = load_all(&inputs, &OPTIONS, &|_| ()).into_iter().filter_map(|one| match one {
        Loaded::PassedOver(passed) => Some(passed),
        Loaded::Results(_) => None,
    });
    logs.chain(files).map(|passed| passed.reason).filter(|reason| reason.contains("bug of taureport")).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn no_damage_ends_a_reader(
        which in any::<prop::sample::Index>(),
        from in 0.0..1.0,
        edits in prop::collection::vec(edit(), 1..12),
    ) {
        let (name, content) = which.get(FIXTURES.as_slice());
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a part of a length")]
        // Results are read from their beginning, logs from anywhere.
        let from = if name.contains(".json") { 0 } else { (from * content.len() as f64) as usize };
        let part = &content[from..content.len().min(from + MOST_BYTES)];
        let found = bugs(name, &changed(part, &edits));
        prop_assert!(found.is_empty(), "{}: {:?}", name, found);
    }

    #[test]
    fn no_line_ends_a_log_reader(pieces in prop::collection::vec(prop::sample::select(&PIECES[..]), 0..60)) {
        let found = bugs("user_vllm_1.out", pieces.concat().as_bytes());
        prop_assert!(found.is_empty(), "{:?}", found);
    }
}
