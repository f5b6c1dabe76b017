//! How fast logs are read: bytes of a structured log per second on one thread, in each of its renderings.
//!
//! `TAUREPORT_WRITE_LOG=PATH` also writes the log of 100 MB there, to measure the whole program with.

use std::{env, fs, path::PathBuf};

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use taureport::sources::{Input, logs};

#[path = "support/dice.rs"]
mod dice;
#[path = "support/log.rs"]
mod log;

const MEGABYTE: usize = 1_000_000;

fn reading(criterion: &mut Criterion) {
    if let Some(path) = env::var_os("TAUREPORT_WRITE_LOG") {
        fs::write(path, log::structured(100 * MEGABYTE, 1)).expect("the place for the log is writable");
    }
    let plain = log::structured(20 * MEGABYTE, 1);
    let coloured = wrapped(&plain, "\x1b[36m[tau2/cli.py stdout] ", "\x1b[0m");
    let prefixed = wrapped(&plain, "[tau2/cli.py stdout] ", "");
    let input = Input {
        path: PathBuf::from("tau2_retail.log"),
        shown: "tau2_retail.log".to_owned(),
        telling: "tau2_retail.log".to_owned(),
        label: None,
    };
    let mut group = criterion.benchmark_group("logs");
    group.sample_size(20);
    for (name, text) in [("plain", &plain), ("prefixed", &prefixed), ("coloured", &coloured)] {
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_with_input(BenchmarkId::from_parameter(name), text, |bencher, text| {
            bencher.iter(|| {
                let log = logs::read(text, &input).profile.expect("the log has structured lines");
                assert_eq!(log.check.not_understood(), 0, "records were lost");
                log.events.len()
            });
        });
    }
    group.throughput(Throughput::Bytes(plain.len() as u64));
    // What costs a file that is no log: all needles are looked for everywhere.
    let other = plain.iter().map(|byte| if *byte == b'[' { b'(' } else { *byte }).collect::<Vec<u8>>();
    group.bench_function("recognising none", |bencher| bencher.iter(|| logs::recognise(&other, "a.log")));
    group.finish();
}

/// Puts something before and behind every line.
fn wrapped(text: &[u8], before: &str, behind: &str) -> Vec<u8> {
    let mut all = Vec::with_capacity(text.len() * 5 / 4);
    for line in text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        all.extend_from_slice(before.as_bytes());
        all.extend_from_slice(line);
        all.extend_from_slice(behind.as_bytes());
        all.push(b'\n');
    }
    all
}

criterion_group!(benches, reading);
criterion_main!(benches);
