//! tmp
use taureport::{frames, sources::*, sweep::*};
#[test]
fn tmp() {
    let root = "/work/shared/data/tau1";
    let t = std::time::Instant::now();
    let found = discover(&[format!("{root}/agent-project"), format!("{root}/agent-project-history")]);
    let n: u64 = found.inputs.iter().map(|i| i.path.metadata().unwrap().len()).sum();
    let loaded = load_all(&found.inputs, &ReadOptions::default(), &|_| {});
    println!("{} files {} bytes {:?}", found.inputs.len(), n, t.elapsed());
    let sweep = assemble(loaded, Attempts::First);
    if false {}
    for p in sweep.passed_over.iter().take(3) {
        println!("PASSED {} {}", p.path, p.reason);
    }
    println!("SHARED {:?}", sweep.shared);
    for i in &sweep.issues {
        println!("ISSUE {:?} {} {}", i.kind, i.path, i.message);
    }
    for c in &sweep.cells {
        println!(
            "{:?} tasks {} eps {} {:?}",
            c.key.model,
            c.tasks.len(),
            c.tasks.values().map(Vec::len).sum::<usize>(),
            c.tally
        );
    }
    let df = frames::episodes(&sweep, ErrorPolicy::ExcludeAll).unwrap();
    let rows = frames::per_task(df).unwrap();
    println!("{} {:?} {:?}", rows.len(), rows[0], t.elapsed());
    let found = discover(&["/work/shared/data".to_owned()]);
    let loaded = load_all(&found.inputs, &ReadOptions::default(), &|_| {});
    let sweep = assemble(loaded, Attempts::First);
    println!("{} {}", found.other_files, found.own_files);
    if false {}
    for p in sweep.passed_over.iter().take(3) {
        println!("PASSED {} {}", p.path, p.reason);
    }
    println!("SHARED {:?}", sweep.shared);
    for i in &sweep.issues {
        println!("ISSUE {:?} {} {}", i.kind, i.path, i.message);
    }
    for f in &sweep.files {
        println!("{:?} {} {}", f.kind, f.records, f.source.path);
    }
}
