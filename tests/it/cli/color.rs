//! Colour: only where it is wanted.

use crate::support::{argument, taureport, temporary, text};

const ESCAPE: char = '\u{1b}';

/// Runs with variables set; returns stdout and stderr.
fn streams(more: &[&str], variables: &[(&str, &str)]) -> [String; 2] {
    let out = temporary();
    let mut command = taureport();
    command.args(["analyze", "fixtures/sweep", "--no-charts", "-o", &argument(out.path())]).args(more);
    let output = command.envs(variables.iter().copied()).output().expect("the program can be started");
    [text(&output.stdout), text(&output.stderr)]
}

#[test]
fn no_colour_into_a_pipe() {
    for (more, variables) in [
        (&[][..], &[][..]),
        (&["--color", "never"], &[("CLICOLOR_FORCE", "1")]),
        (&[], &[("NO_COLOR", "1")]),
        (&["--color", "auto"], &[("NO_COLOR", "1"), ("TERM", "xterm-256color")]),
    ] {
        for stream in streams(more, variables) {
            assert!(!stream.contains(ESCAPE), "{more:?} {variables:?}: {stream}");
        }
    }
}

#[test]
fn colour_where_it_is_asked_for() {
    for (more, variables) in [
        (&["--color", "always"][..], &[][..]),
        // What is typed beats the environment.
        (&["--color", "always"], &[("NO_COLOR", "1")]),
        (&[], &[("CLICOLOR_FORCE", "1")]),
    ] {
        for (name, stream) in ["stdout", "stderr"].into_iter().zip(streams(more, variables)) {
            assert!(stream.contains(ESCAPE), "{more:?} {variables:?}: no colour on {name}");
        }
    }
}

#[test]
fn colour_changes_nothing_else() {
    let plain = streams(&[], &[]);
    let coloured = streams(&["--color", "always"], &[]);
    // The folder of each run is another one.
    let words = |text: &str| text.lines().filter(|line| !line.contains("done")).collect::<Vec<_>>().join("\n");
    let bare = regex::Regex::new("\u{1b}\\[[0-9;]*m").expect("a constant");
    for (plain, coloured) in plain.iter().zip(coloured) {
        assert_eq!(words(plain), words(&bare.replace_all(&coloured, "")));
    }
}

#[test]
fn formats_for_programs_have_no_colour() {
    for format in ["csv", "json", "md"] {
        let [stdout, _] = streams(&["--color", "always", "--format", format], &[]);
        assert!(!stdout.contains(ESCAPE), "{format}: {stdout}");
    }
}
