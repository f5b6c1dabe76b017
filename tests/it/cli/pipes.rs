//! A reader that goes away is no error: `taureport … | head -1`.

use std::{
    io::{BufRead, BufReader, Read},
    process::{Command, Stdio},
};

use crate::support::{argument, repository, temporary};

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_taureport"));
    command.current_dir(repository()).args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Reads so many lines of stdout, hangs up, and returns stderr.
fn head(lines: usize, arguments: &[&str]) -> String {
    let mut child = command(arguments).spawn().expect("the program can be started");
    let mut stdout = BufReader::new(child.stdout.take().expect("it is piped"));
    for _ in 0..lines {
        let mut line = String::new();
        assert!(stdout.read_line(&mut line).expect("a line can be read") > 0, "{arguments:?} prints something");
    }
    drop(stdout);
    let mut stderr = String::new();
    child.stderr.take().expect("it is piped").read_to_string(&mut stderr).expect("text");
    let status = child.wait().expect("it ends");
    assert_eq!(status.code(), Some(0), "{arguments:?}: {stderr}");
    stderr
}

#[test]
fn a_reader_of_stdout_may_go_away() {
    let out = temporary();
    let path = argument(out.path());
    let analyze = ["analyze", "fixtures/sweep", "--no-charts", "-o", &path];
    let calls: [Vec<&str>; 5] = [
        analyze.to_vec(),
        [&analyze[..], &["--format", "json"]].concat(),
        vec!["inspect", "fixtures"],
        vec!["inspect", "fixtures", "--format", "json"],
        vec!["analyze", "--help"],
    ];
    for arguments in &calls {
        for lines in [0, 1] {
            let stderr = head(lines, arguments);
            assert!(!stderr.contains("panicked") && !stderr.contains("error: "), "{arguments:?}: {stderr}");
        }
    }
    assert!(out.path().join("experiment_report.md").is_file(), "the report is written all the same");
}

#[test]
fn a_reader_of_stderr_may_go_away() {
    let out = temporary();
    let mut child =
        command(&["analyze", "fixtures/sweep", "--no-charts", "-o", &argument(out.path())]).spawn().expect("it can be started");
    drop(child.stderr.take());
    let mut stdout = String::new();
    child.stdout.take().expect("it is piped").read_to_string(&mut stdout).expect("text");
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
    assert!(stdout.contains("tern-70b"), "{stdout}");
}
