//! A run that is killed, and runs into one folder at once: what lies there is one whole report.

use std::{path::Path, process::Stdio, thread, time::Duration};

use taureport::bundle::manifest::{Manifest, sha256_hex};

use crate::support::{argument, repository, temporary};

/// Starts writing a report into a folder. Two inputs give two different reports.
fn start(input: &str, folder: &Path) -> std::process::Child {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_taureport"));
    command.current_dir(repository()).args(["analyze", input, "--no-charts", "-qq", "-o", &argument(folder)]);
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the program can be started")
}

/// Returns whether the folder holds a whole report and nothing else.
fn is_whole(folder: &Path) -> bool {
    let Some(manifest) = std::fs::read(folder.join("manifest.json")).ok().and_then(|bytes| Manifest::parse(&bytes).ok()) else {
        return false;
    };
    let is_as_written =
        |path: &str, sha256: &str| std::fs::read(folder.join(path)).is_ok_and(|bytes| sha256_hex(&bytes) == sha256);
    let files = walkdir::WalkDir::new(folder).into_iter().filter_map(Result::ok).filter(|entry| entry.file_type().is_file());
    manifest.outputs.iter().all(|output| is_as_written(&output.path, &output.sha256))
        && files.count() == manifest.outputs.len() + 1
}

/// Kills runs at times spread over their duration and looks at what they leave.
fn kill_runs(times: u32) {
    let top = temporary();
    let folder = top.path().join("report");
    let began = std::time::Instant::now();
    assert!(start("fixtures/sweep", &folder).wait().is_ok_and(|status| status.success()));
    let whole_run = began.elapsed();
    for time in 0..times {
        let mut child = start(["fixtures/sweep", "fixtures/tau2"][time as usize % 2], &folder);
        thread::sleep(whole_run * time / times + Duration::from_micros(u64::from(time * 137 % 1000)));
        child.kill().expect("a child can be killed");
        child.wait().expect("a child ends");
        assert!(is_whole(&folder), "kill {time}: neither the old nor the new report");
    }
    assert!(start("fixtures/sweep", &folder).wait().is_ok_and(|status| status.success()));
    let left: Vec<_> = std::fs::read_dir(top.path()).expect("the folder can be listed").collect();
    assert!(left.len() == 1 && is_whole(&folder), "{left:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_kill_leaves_the_old_or_the_new_report() {
    kill_runs(8);
}

#[cfg(target_os = "linux")]
#[test]
#[ignore = "slow: 300 kills"]
fn many_kills_leave_the_old_or_the_new_report() {
    kill_runs(300);
}

#[test]
fn runs_into_one_folder_at_once_end_with_one_whole_report() {
    let top = temporary();
    let folder = top.path().join("report");
    for _ in 0..3 {
        let children: Vec<_> = ["fixtures/sweep", "fixtures/tau2", "fixtures/sweep"].map(|input| start(input, &folder)).into();
        for mut child in children {
            assert!(child.wait().is_ok_and(|status| status.success()));
        }
        assert!(is_whole(&folder));
    }
}
