//! Mistakes on the command line: exit status 2, and a text that says what is wrong.

use super::{screen, screen_into};
use crate::support::{read_tree, temporary, write};

/// Arguments before the mistake.
const GOOD: [&str; 5] = ["analyze", "fixtures/secret", "-o", "{out}", "--no-charts"];

/// Runs with one mistake more. Nothing may be written.
fn mistake(more: &[&str]) -> String {
    let out = temporary();
    let shown = screen_into(out.path(), &[&GOOD[..], more].concat());
    assert!(read_tree(out.path()).is_empty(), "a run that is refused writes nothing");
    assert!(shown.ends_with("[exit status: 2]\n"), "{shown}");
    shown
}

#[test]
fn no_input() {
    insta::assert_snapshot!(screen(&["analyze"]), @"
    ------- stderr -------
    error: the following required arguments were not provided:
      <[LABEL=]PATH>...

    Usage: taureport analyze <[LABEL=]PATH>...

    For more information, try '--help'.
    [exit status: 2]
    ");
}

#[test]
fn no_command() {
    let shown = screen(&[]);
    assert!(shown.ends_with("[exit status: 2]\n") && shown.contains("Usage: taureport"), "{shown}");
}

#[test]
fn unknown_command() {
    insta::assert_snapshot!(screen(&["analyse", "x"]), @"
    ------- stderr -------
    error: unrecognized subcommand 'analyse'

      tip: a similar subcommand exists: 'analyze'

    Usage: taureport [OPTIONS] <COMMAND>

    For more information, try '--help'.
    [exit status: 2]
    ");
}

#[test]
fn unknown_flag() {
    insta::assert_snapshot!(mistake(&["--error", "fail"]), @"
    ------- stderr -------
    error: unexpected argument '--error' found

      tip: a similar argument exists: '--errors'

    Usage: taureport analyze --output-dir <DIR> --no-charts --errors <ERRORS> <[LABEL=]PATH>...

    For more information, try '--help'.
    [exit status: 2]
    ");
}

#[test]
fn unknown_value() {
    insta::assert_snapshot!(mistake(&["--ragged", "chain"]), @"
    ------- stderr -------
    error: invalid value 'chain' for '--ragged <RAGGED>'
      [possible values: chained, available, strict, upstream-v1, zero-fill]

      tip: a similar value exists: 'chained'

    For more information, try '--help'.
    [exit status: 2]
    ");
}

#[test]
fn confidence_in_percent() {
    insta::assert_snapshot!(mistake(&["--confidence", "95"]), @"
    ------- stderr -------
    error: invalid value '95' for '--confidence <LEVEL>': write it as a fraction: 0.95

    For more information, try '--help'.
    [exit status: 2]
    ");
}

#[test]
fn confidence_out_of_range() {
    insta::assert_snapshot!(mistake(&["--confidence", "0.2"]), @"
    ------- stderr -------
    error: invalid value '0.2' for '--confidence <LEVEL>': a number between 0.5 and 0.9999 is needed

    For more information, try '--help'.
    [exit status: 2]
    ");
}

#[test]
fn confidence_that_is_no_number() {
    for text in ["high", "nan", "inf", "-0.95", ""] {
        let shown = mistake(&[&format!("--confidence={text}")]);
        assert!(shown.contains("between 0.5 and 0.9999"), "{shown}");
    }
}

#[test]
fn k_of_zero() {
    insta::assert_snapshot!(mistake(&["--k", "0"]), @"
    ------- stderr -------
    error: invalid value '0' for '--k <K>': 0 is not in 1..=1000

    For more information, try '--help'.
    [exit status: 2]
    ");
}

#[test]
fn layout_with_an_unknown_field() {
    insta::assert_snapshot!(mistake(&["--layout", "{env}/{modell}/x.json"]), @r#"
    ------- stderr -------
    error: --layout "{env}/{modell}/x.json", character 7: there is no field "modell"; use one of env, model, strategy, user_model, user_strategy, temperature, task_range, or _ for any text
    [exit status: 2]
    "#);
}

#[test]
fn layout_that_is_not_closed() {
    insta::assert_snapshot!(mistake(&["--layout", "{env/x.json"]), @r#"
    ------- stderr -------
    error: --layout "{env/x.json", character 1: `{` is not closed; write `{{` for a brace in the name
    [exit status: 2]
    "#);
}

#[test]
fn map_without_an_arrow() {
    insta::assert_snapshot!(mistake(&["--map", "model=quill"]), @r#"
    ------- stderr -------
    error: --map "model=quill": there is no `=>`; write REGEX=>field=value, as in 'runs/a/=>model=gpt-4o'
    [exit status: 2]
    "#);
}

#[test]
fn the_flag_at_fault_is_named_once() {
    for more in [["--map", "model=quill"], ["--layout", "{env/x.json"], ["--error-rules", "no-such-rules.toml"]] {
        let shown = mistake(&more);
        assert_eq!(shown.matches(more[0]).count(), 1, "{shown}");
    }
}

#[test]
fn map_with_a_broken_regex() {
    insta::assert_snapshot!(mistake(&["--map", "(runs=>model=quill"]), @r#"
    ------- stderr -------
    error: --map "(runs=>model=quill": "(runs" is no regular expression (unclosed group); put `\` before characters meant literally
    [exit status: 2]
    "#);
}

#[test]
fn map_with_an_unknown_field() {
    insta::assert_snapshot!(mistake(&["--map", "runs=>modell=quill"]), @r#"
    ------- stderr -------
    error: --map "runs=>modell=quill": there is no field "modell"; use one of env, model, strategy, user_model, user_strategy, temperature, task_range
    [exit status: 2]
    "#);
}

#[test]
fn error_rules_that_are_not_there() {
    insta::assert_snapshot!(mistake(&["--error-rules", "no-such-rules.toml"]), @"
    ------- stderr -------
    error: --error-rules: no-such-rules.toml: No such file or directory (os error 2)
    [exit status: 2]
    ");
}

#[test]
fn error_rules_that_are_no_toml() {
    let folder = temporary();
    write(&folder.path().join("rules.toml"), "[[rule]\nname = 1\n");
    let out = temporary();
    let rules = crate::support::argument(&folder.path().join("rules.toml"));
    let shown = screen_into(out.path(), &[&GOOD[..], &["--error-rules", &rules]].concat());
    insta::assert_snapshot!(shown.replace(&rules, "rules.toml"), @"
    ------- stderr -------
    error: --error-rules rules.toml: TOML parse error at line 1, column 8
      |
    1 | [[rule]
      |        ^
    unclosed array table, expected `]`
    [exit status: 2]
    ");
}

#[test]
fn error_rules_with_a_wrong_class() {
    let folder = temporary();
    let path = folder.path().join("rules.toml");
    write(&path, "[[rule]]\nname = \"mine\"\nclass = \"infra\"\npattern = \"boom\"\nwhy = \"it does\"\n");
    let rules = crate::support::argument(&path);
    insta::assert_snapshot!(mistake(&["--error-rules", &rules]).replace(&rules, "rules.toml"), @r#"
    ------- stderr -------
    error: --error-rules rules.toml: line 3: rule "mine": there is no class "infra"; use one of infrastructure, agent, context-window
    [exit status: 2]
    "#);
}

#[test]
fn flags_that_exclude_each_other() {
    insta::assert_snapshot!(mistake(&["--svg"]), @"
    ------- stderr -------
    error: the argument '--no-charts' cannot be used with '--svg'

    Usage: taureport analyze --output-dir <DIR> --no-charts <[LABEL=]PATH>...

    For more information, try '--help'.
    [exit status: 2]
    ");
    let shown = mistake(&["-q", "-v"]);
    assert!(shown.contains("cannot be used with"), "{shown}");
}

#[test]
fn nothing_usable() {
    let out = temporary();
    let inputs = ["fixtures/broken/empty.json", "fixtures/broken/not_json.json", "fixtures/broken/wrong_shape.json", "nowhere"];
    insta::assert_snapshot!(screen_into(out.path(), &[&["analyze", "-o", "{out}"], &inputs[..]].concat()), @"
    ------- stderr -------
    warning: nothing usable found: 4 inputs looked at, 0 files with other endings, 0 written by taureport itself
    warning: nowhere: no such file or directory; check the spelling
    warning: fixtures/broken/empty.json: the file is empty
    warning: fixtures/broken/not_json.json: not JSON: it begins with neither `[` nor `{`
    warning: fixtures/broken/wrong_shape.json: no result: it has the keys leaderboard; needed are `reward` and `traj` or `info` (τ-bench), or `simulations` (τ²-bench)
    warning: expected are τ-bench checkpoints (records that hold `reward` and `traj` or `info`) and τ²-bench results (`info`, `tasks`, `simulations`, whole or one file each): .json or .jsonl files, also .gz and .zst
    [exit status: 4]
    ");
    assert!(read_tree(out.path()).is_empty(), "nothing is written");
    insta::assert_snapshot!(screen(&["inspect", "nowhere"]), @"
    nowhere
      passed over     no such file or directory; check the spelling

    ------- stderr -------
    [exit status: 4]
    ");
}

#[test]
fn a_folder_without_results() {
    let folder = temporary();
    write(&folder.path().join("notes.txt"), "nothing");
    let shown = screen_into(folder.path(), &["analyze", "{out}", "-o", "{out}/reports"]);
    insta::assert_snapshot!(shown, @"
    ------- stderr -------
    warning: nothing usable found: 0 inputs looked at, 1 files with other endings, 0 written by taureport itself
    warning: expected are τ-bench checkpoints (records that hold `reward` and `traj` or `info`) and τ²-bench results (`info`, `tasks`, `simulations`, whole or one file each): .json or .jsonl files, also .gz and .zst
    [exit status: 4]
    ");
}

#[test]
fn strict_with_broken_input() {
    let out = temporary();
    let run = |more: &[&str]| {
        screen_into(out.path(), &[&["analyze", "fixtures/broken", "-o", "{out}", "--no-charts", "-qq"], more].concat())
    };
    assert!(run(&[]).ends_with("[exit status: 0]\n"));
    assert!(run(&["--strict"]).ends_with("[exit status: 3]\n"));
    assert!(out.path().join("experiment_report.md").is_file(), "the report is written all the same");
}

#[test]
fn strict_with_sound_input() {
    let shown = screen(&["analyze", "fixtures/secret", "-o", "{out}", "--no-charts", "--strict", "-qq"]);
    assert!(shown.ends_with("[exit status: 0]\n"), "{shown}");
}

/// A path that was typed wrong is the user's mistake, which a count of files does not show.
#[test]
fn a_missing_path_is_named() {
    let shown = screen(&["analyze", "fixtures/secret", "fixtures/secrets", "-o", "{out}", "--no-charts", "-q"]);
    assert!(shown.contains("fixtures/secrets"), "{shown}");
}

/// `truncated.json.gz` is cut off as a stream and as a list: one file, two findings.
#[test]
fn files_that_were_cut_off_are_counted_once() {
    let cut = ["fixtures/broken/truncated.json", "fixtures/broken/truncated.json.gz"];
    let shown = screen(&[&["analyze", "-o", "{out}", "--no-charts", "-q"], &cut[..]].concat());
    assert!(shown.contains("warning: 2 files were cut off in the middle"), "{shown}");
}

#[test]
fn a_missing_path_among_good_ones() {
    let inputs = ["analyze", "fixtures/secret", "fixtures/secrets", "fixtures/*.nothing", "-o", "{out}", "--no-charts"];
    insta::assert_snapshot!(screen(&inputs), @"
    All cells
                                                         tasks ×
    env      model · strategy                             trials  pass^1     95% interval  cover  errors
    ────────────────────────────────────────────────────────────────────────────────────────────────────
    airline  runpod/pod123/[redact…/acme/quill-7b · act  3 × 1–2   1.000  [0.139, 1.000]†  83.3%   16.7%
    pass^k: chance that k trials of a task all succeed, mean over tasks; k is the largest that rests on
    enough tasks. Interval: 95% on other tasks like these (scaled-wilson). Cover: counted share of the
    planned trials. Errors: share of episodes whose record holds an error.
    † fewer than 5 expected successes or failures: the interval is approximate.
    ------- stderr -------
    warning: fixtures/secrets: no such file or directory; check the spelling
    warning: fixtures/*.nothing: the glob matches nothing

    • airline: runpod/pod123/[redacted:9cc0]/acme/quill-7b · act has pass^1 100.0% [13.9, 100.0] (3 tasks × 1–2 trials).
    warning: 2 inputs were unreadable; see the table of passed-over files.
    warning: airline / runpod/pod123/[redacted:9cc0]/acme/quill-7b · act: 1 of 6 episodes ended in an error (16.7%). pass^1 is 1.0000 as counted and 0.8333 with every error a failure; errors are not missing at random, so the first is optimistic.
    0 findings about files, 2 files passed over (-v lists them)
    done: {out}/experiment_report.md with 0 charts and 13 tables
    [exit status: 0]
    ");
    let shown = screen(&[&inputs[..], &["--strict"]].concat());
    assert!(shown.ends_with("[exit status: 3]\n"), "{shown}");
}
