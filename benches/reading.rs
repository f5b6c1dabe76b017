//! How fast result files are read: bytes of text per second on one thread, hashing and interpretation included.

use std::{fs, path::Path};

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use taureport::{
    records::Loaded,
    rules::ErrorRules,
    sources::{Input, ReadOptions, load_all},
};

#[path = "support/checkpoint.rs"]
mod checkpoint;
#[path = "support/dice.rs"]
mod dice;

fn reading(criterion: &mut Criterion) {
    let dir = tempfile::tempdir().expect("a temporary directory can be made");
    let records = checkpoint::records(checkpoint::EPISODES);
    let compact = checkpoint::compact(&records);
    // Cut in the last record, as a killed job leaves it.
    let truncated = compact[..compact.len() - 1000].to_vec();
    let options = ReadOptions::builtin();
    let mut group = criterion.benchmark_group("reading");
    for (name, text) in [("compact", &compact), ("indented", &checkpoint::indented(&records)), ("truncated", &truncated)] {
        let input = write(dir.path(), name, text);
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.sample_size(20);
        group.bench_with_input(BenchmarkId::from_parameter(name), &input, |bencher, input| {
            bencher.iter(|| read_one(input, &options));
        });
    }
    group.finish();
}

/// Many small files, one record each: what opening, hashing and identifying a file costs.
fn small_files(criterion: &mut Criterion) {
    let dir = tempfile::tempdir().expect("a temporary directory can be made");
    let texts: Vec<String> = checkpoint::records(200).iter().map(ToString::to_string).collect();
    let inputs: Vec<Input> =
        texts.iter().enumerate().map(|(i, text)| write(dir.path(), &format!("task_{i}"), text.as_bytes())).collect();
    let options = ReadOptions::builtin();
    let mut group = criterion.benchmark_group("reading");
    group.throughput(Throughput::Bytes(texts.iter().map(|text| text.len() as u64).sum()));
    group.bench_function("200 files of one record", |bencher| bencher.iter(|| load_all(&inputs, &options, &|_| {})));
    group.finish();
}

fn error_rules(criterion: &mut Criterion) {
    // Compiled when they are first asked.
    let classify = |rules: &ErrorRules| rules.classify("litellm.RateLimitError: Error code: 429", None);
    criterion.bench_function("error rules, first error", |bencher| bencher.iter(|| classify(&ErrorRules::builtin())));
    let compiled = ErrorRules::builtin();
    criterion.bench_function("error rules, next error", |bencher| bencher.iter(|| classify(&compiled)));
}

fn write(dir: &Path, name: &str, text: &[u8]) -> Input {
    let path = dir.join(format!("{name}.json"));
    fs::write(&path, text).expect("the temporary directory is writable");
    let shown = format!("results/retail/tool-calling/model/{name}.json");
    Input { path, telling: shown.clone(), shown, label: None }
}

fn read_one(input: &Input, options: &ReadOptions) -> usize {
    let loaded = load_all(std::slice::from_ref(input), options, &|_| {});
    match loaded.first() {
        Some(Loaded::Results(file)) => {
            assert!(file.episodes.len() as u64 + 1 >= checkpoint::EPISODES, "records were lost");
            file.episodes.len()
        }
        other => panic!("not read: {other:?}"),
    }
}

criterion_group!(benches, reading, small_files, error_rules);
criterion_main!(benches);
