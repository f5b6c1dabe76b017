//! What comes after reading: pass^k, the analysis of a whole sweep, the report's text, every chart.

use std::hint::black_box;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use taureport::{
    analysis::{self, Analysis, Options},
    charts,
    metrics::{
        TaskCounts,
        interval::Ci,
        ragged::{Ragged, curve},
    },
    records::Loaded,
    report::markdown,
    sweep::{Attempts, Sweep, assemble},
    views::{self, scene::Scene},
};

#[path = "support/dice.rs"]
mod dice;
#[path = "support/sweep.rs"]
mod sweep;

use dice::Dice;

fn pass_k(criterion: &mut Criterion) {
    let mut dice = Dice(1);
    let mut tasks = |uneven: u64| -> Vec<TaskCounts> {
        (0..sweep::TASKS)
            .map(|_| {
                let n = u32::try_from(8 - dice.below(1 + uneven)).unwrap_or(8);
                TaskCounts { n, c: u32::try_from(dice.below(u64::from(n) + 1)).unwrap_or(0) }
            })
            .collect()
    };
    for (name, tasks) in [("even", tasks(0)), ("uneven", tasks(5))] {
        criterion.bench_function(&format!("pass^1..8 of 115 tasks x 8, {name}"), |bencher| {
            bencher.iter(|| curve(black_box(&tasks), Ragged::Chained, 8, Ci::ScaledWilson, 0.95));
        });
    }
}

/// 40 cells of 115 tasks × 4 trials.
fn whole_sweep(criterion: &mut Criterion) {
    let files = sweep::files(10, 4);
    let (sweep, analysis) = analysed();
    let mut group = criterion.benchmark_group("40 cells");
    group.sample_size(20);
    group.bench_function("assemble", |bencher| {
        bencher.iter_batched(|| files.clone(), |files| assemble(files, Attempts::First), BatchSize::LargeInput);
    });
    group.bench_function("analyse", |bencher| bencher.iter(|| analysis::analyze(&sweep, &Options::default())));
    let scene = Scene::new(&sweep, &analysis, "0");
    group.bench_function("document", |bencher| bencher.iter(|| views::document(&scene, false)));
    let document = views::document(&scene, false);
    group.bench_function("markdown", |bencher| bencher.iter(|| markdown::render(&document, None)));
    group.finish();
}

fn drawing(criterion: &mut Criterion) {
    let (sweep, analysis) = analysed();
    let document = views::document(&Scene::new(&sweep, &analysis, "0"), false);
    let mut group = criterion.benchmark_group("charts of 40 cells");
    group.sample_size(20);
    for chart in &document.charts {
        let id = &chart.meta().id;
        let svg = charts::svg(chart).expect("every chart of a document can be drawn");
        group.bench_function(format!("{id} svg"), |bencher| bencher.iter(|| charts::svg(chart)));
        group.bench_function(format!("{id} png"), |bencher| bencher.iter(|| charts::png(&svg, charts::PNG_SCALE)));
    }
    group.finish();
}

/// Sizes at which anything that grows with the square takes minutes.
fn growth(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("growth");
    group.sample_size(10);
    for (name, models, tasks, trials) in
        [("100,000 tasks", 1, 100_000, 1), ("10,000 cells", 10_000, 6, 1), ("100,000 trials", 1, 1, 100_000)]
    {
        let files = sweep::many(models, tasks, trials);
        group.bench_function(name, |bencher| {
            bencher.iter_batched(|| files.clone(), |files| written_up(files).len(), BatchSize::LargeInput);
        });
    }
    let files = sweep::repeated(5_000, 10);
    group.bench_function("10,000 files of a cell", |bencher| {
        bencher.iter_batched(|| files.clone(), |files| written_up(files).len(), BatchSize::LargeInput);
    });
    group.finish();
}

/// Everything from assembling to the text of the report.
fn written_up(files: Vec<Loaded>) -> String {
    let sweep = assemble(files, Attempts::First);
    let analysis = analysis::analyze(&sweep, &Options::default());
    let document = views::document(&Scene::new(&sweep, &analysis, "0"), true);
    markdown::render(&document, None).expect("every document can be written")
}

fn analysed() -> (Sweep, Analysis) {
    let sweep = assemble(sweep::files(10, 4), Attempts::First);
    let analysis = analysis::analyze(&sweep, &Options::default());
    (sweep, analysis)
}

criterion_group!(benches, pass_k, whole_sweep, growth, drawing);
criterion_main!(benches);
