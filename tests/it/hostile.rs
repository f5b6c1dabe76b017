//! Names from outside may hold anything; the report stays one report.

use std::{fmt::Write as _, path::Path};

use regex::Regex;

use crate::support::{Report, analyze_in, argument, read_tree, run_in, temporary, text, write};

/// What a name may hold, within what a file system takes.
const FILE_NAMES: [&str; 16] = [
    "a|b||c|",
    "`tick``s`",
    "<script>alert(1)<",
    "<img src=x onerror=alert(1)>",
    "two\nlines\n\n# Heading\n\n| a | b |\n|---|---|\n",
    "carriage\rreturn",
    "[x](javascript:alert(1))",
    "![x](http:evil.example)",
    "\u{202e}gpj.exe\u{2066}\u{200b}",
    "*bold* _it_ ~~gone~~ **",
    "&lt;b&gt; &amp; &#x3c;",
    "\u{1b}[31mred\u{1b}]0;title\u{7}\u{0085}",
    "> quote",
    "--- --- ---",
    "- [ ] done @someone #1",
    "トークン 日本語 👩‍👩‍👧 e\u{301}",
];

/// All of them, and what only a value in a file may be.
fn names() -> Vec<String> {
    let more = [
        "../../../etc/passwd",
        "..",
        "/",
        "C:\\con",
        "</sub></details><b>",
        "$E=mc^2$ \\(x\\)",
        "https://evil.example/?a=b",
        " ",
        "",
    ];
    FILE_NAMES.into_iter().chain(more).map(str::to_owned).chain(["x".repeat(300), "é|".repeat(150), "`".repeat(40)]).collect()
}

/// A checkpoint with a few tasks of these ids.
fn checkpoint(ids: &[String], error: &str) -> Vec<u8> {
    let records: Vec<serde_json::Value> = ids
        .iter()
        .enumerate()
        .flat_map(|(index, id)| (0..2).map(move |trial| (index, id, trial)))
        .map(|(index, id, trial)| {
            let reward = f64::from(u8::from((index + trial) % 3 == 0));
            let info = if index % 4 == 1 { serde_json::json!({ "error": error }) } else { serde_json::json!({}) };
            let traj = serde_json::json!([{"role": "user", "content": format!("{id} {trial}")}]);
            serde_json::json!({"task_id": id, "trial": trial, "reward": reward, "info": info, "traj": traj})
        })
        .collect();
    serde_json::to_vec(&records).expect("values are JSON")
}

fn plain_ids() -> Vec<String> {
    (0..6).map(|id| id.to_string()).collect()
}

/// Everything that must hold of any report.
#[track_caller]
fn assert_sound(report: &Report) {
    assert_eq!(report.output.status.code(), Some(0), "{}", text(&report.output.stderr));
    let name = Regex::new(r"^((charts|tables)/)?[a-z0-9_.-]{1,120}\.(md|json|csv|png|svg)$").expect("a constant");
    for (path, bytes) in &report.files {
        assert!(name.is_match(path), "a file named {path:?}");
        let content = String::from_utf8_lossy(bytes);
        match path.rsplit('.').next() {
            Some("json") => {
                serde_json::from_str::<serde_json::Value>(&content).unwrap_or_else(|cause| panic!("{path}: {cause}"));
            }
            Some("csv") => drop(crate::support::rows(&content)),
            Some("svg") => {
                let options = resvg::usvg::Options::default();
                resvg::usvg::Tree::from_str(&content, &options).unwrap_or_else(|cause| panic!("{path}: {cause}"));
                assert!(!content.contains("<script") && !content.contains("<img"), "{path}");
            }
            _ => {}
        }
    }
    assert_sound_markdown(&report.text("experiment_report.md"));
    for stream in [&report.output.stdout, &report.output.stderr] {
        let shown = text(stream);
        let bad = shown.chars().find(|c| *c != '\n' && is_unseen(*c));
        assert_eq!(bad, None, "on the terminal: {shown}");
    }
}

/// Returns whether a character moves the cursor, hides or reorders text.
fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}

#[track_caller]
fn assert_sound_markdown(markdown: &str) {
    let mut wrong = String::new();
    if let Some(c) = markdown.chars().find(|c| *c != '\n' && is_unseen(*c)) {
        writeln!(wrong, "holds {c:?}").expect("a string takes all text");
    }
    let lines: Vec<&str> = markdown.lines().collect();
    for (index, pair) in lines.windows(2).enumerate() {
        if pair.iter().all(|line| line.starts_with('|')) && columns(pair[0]) != columns(pair[1]) {
            writeln!(wrong, "line {}: {} columns, then {}: {}", index + 2, columns(pair[0]), columns(pair[1]), pair[1])
                .expect("a string takes all text");
        }
    }
    let headings: Vec<&&str> = lines.iter().filter(|line| line.starts_with('#')).collect();
    let sections = lines.iter().filter(|line| line.starts_with("<a id=")).count();
    if headings.len() != sections + 1 || headings.iter().filter(|line| line.starts_with("# ")).count() != 1 {
        writeln!(wrong, "headings: {headings:?}").expect("a string takes all text");
    }
    wrong.push_str(&foreign_html(markdown));
    wrong.push_str(&foreign_links(markdown));
    assert!(wrong.is_empty(), "{wrong}");
}

/// Number of unescaped pipes.
fn columns(line: &str) -> usize {
    let mut escaped = false;
    let mut found = 0;
    for c in line.chars() {
        found += usize::from(c == '|' && !escaped);
        escaped = c == '\\' && !escaped;
    }
    found
}

/// Lists tags that the template does not write, and whether its own are balanced.
fn foreign_html(markdown: &str) -> String {
    let tag = Regex::new(r"<[A-Za-z/!?][^>\n]*>?").expect("a constant");
    let own = Regex::new(r#"^(</?(sub|details|summary)>|<br>|<a id="[a-z-]+">|</a>)$"#).expect("a constant");
    let escaped = |at: usize| markdown[..at].chars().rev().take_while(|c| *c == '\\').count() % 2 == 1;
    let mut wrong: Vec<String> = tag
        .find_iter(markdown)
        .filter(|found| !own.is_match(found.as_str()) && !escaped(found.start()))
        .map(|found| found.as_str().to_owned())
        .collect();
    for name in ["sub", "details", "summary"] {
        let (open, close) = (markdown.matches(&format!("<{name}>")).count(), markdown.matches(&format!("</{name}>")).count());
        if open != close {
            wrong.push(format!("{open} × <{name}>, {close} × </{name}>"));
        }
    }
    if wrong.is_empty() { String::new() } else { format!("HTML: {wrong:?}\n") }
}

/// Lists links and pictures that lead anywhere but into the report.
fn foreign_links(markdown: &str) -> String {
    let own = Regex::new(r"^(#[a-z-]+|(charts|tables)/[a-z0-9_]+\.(png|svg|csv))$").expect("a constant");
    let mut wrong: Vec<&str> = markdown.lines().flat_map(targets).filter(|target| !own.is_match(target)).collect();
    // Addresses that GitHub links by itself; those of papers among the methods are our own.
    let address = Regex::new(r"(?:https?|ftp)://|www\.[a-z]").expect("a constant");
    wrong.extend(markdown.lines().filter(|line| address.is_match(line) && line.contains("evil")));
    if wrong.is_empty() { String::new() } else { format!("links: {wrong:?}\n") }
}

/// Targets of the inline links and pictures of a line: `](` where an unescaped bracket is open.
fn targets(line: &str) -> Vec<&str> {
    let (mut open, mut escaped, mut found) = (0_usize, false, Vec::new());
    for (at, c) in line.char_indices() {
        match c {
            _ if escaped => {}
            '[' => open += 1,
            ']' if open > 0 => {
                open -= 1;
                let target = line[at + 1..].strip_prefix('(').and_then(|rest| rest.split([')', ' ']).next());
                found.extend(target);
            }
            _ => {}
        }
        escaped = c == '\\' && !escaped;
    }
    found
}

#[test]
fn links_are_found() {
    assert_eq!(targets(r"[0.1, 0.9] \[x](a) [b [c]](d) ![e](f) \\[g](h)"), ["d", "f", "h"]);
    assert_eq!(columns(r"| a \| b | \\| c |"), 4);
    assert!(foreign_html("a < b <b>").contains("<b>") && foreign_html("\\<b> <br>").is_empty());
}

/// Runs in a folder beside which nothing may appear.
fn analyze_beside(folder: &Path, arguments: &[&str]) -> Report {
    let out = folder.join("a/b/out");
    std::fs::create_dir_all(&out).expect("folders can be made");
    let output = run_in(folder, &[&["analyze", "-o", &argument(&out), "--svg", "-v"], arguments].concat());
    let mut beside: Vec<String> = read_tree(&folder.join("a")).into_keys().filter(|path| !path.starts_with("b/out/")).collect();
    beside.retain(|path| !path.starts_with("in/"));
    assert!(beside.is_empty(), "written beside the output folder: {beside:?}");
    Report { files: read_tree(&out), output }
}

#[test]
fn in_task_ids_and_error_texts() {
    let folder = temporary();
    for (index, error) in names().iter().enumerate() {
        write(&folder.path().join(format!("in/airline/act/quill-{index}b/run.json")), checkpoint(&names(), error));
    }
    let report = analyze_beside(folder.path(), &["in"]);
    assert_sound(&report);
    let tasks: Vec<String> = report.table("tasks").into_iter().skip(1).map(|row| row[2].clone()).collect();
    assert!(tasks.iter().any(|task| task == FILE_NAMES[0]), "raw values are in the CSV: {tasks:?}");
}

#[test]
fn in_models_environments_and_strategies() {
    let folder = temporary();
    let names = names();
    let maps: Vec<String> = names
        .iter()
        .enumerate()
        .filter(|(_, name)| !name.trim().is_empty())
        .map(|(index, name)| {
            write(&folder.path().join(format!("in/run-{index}.json")), checkpoint(&plain_ids(), "boom"));
            // `$` names a group, a comma ends the value, and `=>` would be taken for the arrow.
            let value = name.replace('$', "$$").replace(',', ";");
            format!(
                "run-{index}\\.json$=>model= {value},env= {value},strategy= {value},user_model= {value},temperature= {value}"
            )
        })
        .collect();
    for map in &maps {
        let file = format!("in/{}.json", map.split('\\').next().unwrap_or_default());
        assert_sound(&analyze_in(folder.path(), &[&file, "--no-charts", "--map", map]));
    }
    let all: Vec<&str> = maps.iter().flat_map(|map| ["--map", map]).collect();
    assert_sound(&analyze_beside(folder.path(), &[&["in"], &all[..]].concat()));
}

/// Names that differ only in what a file name cannot hold must not share a chart.
#[test]
fn alike_environments_have_charts_of_their_own() {
    let folder = temporary();
    for index in 0..2 {
        write(&folder.path().join(format!("in/run-{index}.json")), checkpoint(&plain_ids(), "boom"));
    }
    let charts = |first: &str, second: &str| {
        let maps = [format!("run-0=>model=m,env={first}"), format!("run-1=>model=m,env={second}")];
        let report = analyze_beside(folder.path(), &["in", "--map", &maps[0], "--map", &maps[1]]);
        report.files.into_keys().filter(|path| path.starts_with("charts/") && !path.contains(".svg")).collect::<Vec<_>>()
    };
    let wanted = charts("first", "second").len();
    for (first, second) in [("a b", "a-b"), ("航空", "小売"), ("..", "/")] {
        let found = charts(first, second);
        assert_eq!(found.len(), wanted, "{first} and {second}: {found:?}");
    }
}

#[test]
#[cfg(unix)]
fn in_names_of_files_and_folders() {
    let folder = temporary();
    for name in FILE_NAMES {
        let place = format!("in/{name}/{name}/{name}/{name}.json").replace("/.", "/_");
        write(&folder.path().join(place), checkpoint(&plain_ids(), name));
        write(&folder.path().join(format!("in/{name}/broken.json")), "[{\"task_id\": ");
        write(&folder.path().join(format!("in/{name}/other.json")), format!("{{\"{}\": 1}}", name.escape_default()));
    }
    assert_sound(&analyze_beside(folder.path(), &["in"]));
    assert_sound(&analyze_beside(folder.path(), &["in", "--layout", "{env}/{strategy}/{model}/{_}.json"]));
    let shown = text(&run_in(folder.path(), &["inspect", "in"]).stdout);
    assert!(shown.chars().all(|c| c == '\n' || !is_unseen(c)), "{shown}");
    let table = text(&run_in(folder.path(), &["inspect", "in", "--format", "md"]).stdout);
    assert_sound_markdown(&format!("# Files\n{table}"));
}

#[test]
fn in_labels() {
    let folder = temporary();
    write(&folder.path().join("in/airline/act/quill-7b/run.json"), checkpoint(&plain_ids(), "boom"));
    let labels: Vec<String> = names()
        .into_iter()
        .filter(|name| !name.is_empty() && !name.contains(['/', '\\', '=']))
        .map(|name| format!("{name}=in"))
        .collect();
    let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
    assert_sound(&analyze_beside(folder.path(), &[&["--"], &labels[..]].concat()));
}

/// Structured lines with everything a name may hold in every place a name may stand.
fn hostile_log() -> String {
    let mut log = String::new();
    for (at, name) in names().iter().enumerate() {
        // A line break ends the line; what the log says of one stays as it is written.
        let name = name.replace('\n', "\\n");
        let head = format!("[PROFILE] 2026-03-05 10:00:{:02}.000 task={name} thread=1", at % 60);
        // Enough for a curve and a histogram of each model.
        for call in 0..20 {
            writeln!(log, "{head} type=llm_call model={name} call_type={name} duration_ms={at}{call}.50 output_tokens=7")
                .expect("text");
        }
        writeln!(log, "{head} type=tool_call function={name} duration_ms=1.00").expect("text");
        writeln!(log, "{head} type={name} model={name} duration_ms=2.00").expect("text");
        writeln!(log, "{head} type=expert_call model=m duration_ms=3.00 error={name}").expect("text");
        writeln!(log, "{head} {name}").expect("text");
        writeln!(log, "[TAU2_TASK_COMPLETE] domain={name} trial=0 task_id={name} status=ok").expect("text");
    }
    log
}

#[test]
fn in_logs() {
    let folder = temporary();
    write(&folder.path().join("in/tau2_retail.log"), hostile_log());
    let mut console = String::new();
    let mut server = "Starting USER vLLM server on node: n\n".to_owned();
    for (at, name) in names().iter().enumerate() {
        let quoted = name.replace('\'', "\\'");
        writeln!(console, "Namespace(num_trials=1, env='{quoted}', model='{quoted}', agent_strategy='{quoted}')")
            .expect("text");
        writeln!(console, "Running tasks 0 to 1 (checkpoint path: {name})\n❌ task_id={name} {{'error': '{name}'}}")
            .expect("text");
        writeln!(server, "ValueError: {name}").expect("text");
        writeln!(
            server,
            "INFO 03-05 10:00:{:02} x.py:1] Avg prompt throughput: nan tokens/s, Avg generation throughput: -1.5 tokens/s, \
             Running: 99999999999999999999 reqs, GPU KV cache usage: 1e999%",
            at % 60
        )
        .expect("text");
    }
    write(&folder.path().join("in/slurm_1_1.out"), console);
    write(&folder.path().join("in/user_vllm_1.out"), server);
    let report = analyze_beside(folder.path(), &["in"]);
    assert_sound(&report);
    assert!(report.files.contains_key("charts/latency_ecdf.png"), "{:?}", report.files.keys());
}

#[test]
fn in_logs_with_results() {
    let folder = temporary();
    let ids: Vec<String> = names().into_iter().filter(|name| !name.contains('\n')).collect();
    write(&folder.path().join("in/airline/act/quill-7b/run.json"), checkpoint(&ids, "boom"));
    let mut lines = String::new();
    for id in &ids {
        writeln!(lines, "[PROFILE] 2026-03-05 10:00:00.000 task={id} thread=1 type=llm_call model=m duration_ms=5.00")
            .expect("text");
    }
    write(&folder.path().join("in/airline/run.log"), lines);
    assert_sound(&analyze_beside(folder.path(), &["in"]));
}

#[test]
fn durations_that_are_none() {
    let folder = temporary();
    let values =
        ["nan", "NaN", "inf", "-inf", "-5.00", "1e999", "", "x", "0.00", "1e308", "0x1p4", "12", "99999999999999999999.00"];
    let mut log = String::new();
    for (at, value) in values.iter().enumerate() {
        let stamp = if at % 3 == 0 { "0000-00-00 99:99:99.999" } else { "2026-03-05 10:00:00.000" };
        writeln!(
            log,
            "[PROFILE] {stamp} task={at} thread={value} type=llm_call step={value} model=m duration_ms={value} prefill_ms={value} \
             decode_ms={value} input_tokens={value} output_tokens={value}"
        )
        .expect("text");
    }
    write(&folder.path().join("in/tau2_retail.log"), log);
    let report = analyze_beside(folder.path(), &["in", "--legacy-profile", "old"]);
    assert_sound(&report);
    let found = &report.metrics()["latency"]["series"][0];
    let counts = [&found["duration"]["calls"], &found["duration"]["invalid"], &found["untimed"]].map(serde_json::Value::as_u64);
    // 0 and 12 are durations; what is longer than any run is as good as missing.
    assert_eq!(counts, [Some(2), Some(1), Some(10)], "{found}");
}

#[test]
fn logs_that_are_no_text() {
    let folder = temporary();
    let record = "[PROFILE] 2026-03-05 10:00:00.000 task=1 thread=1 type=llm_call model=m duration_ms=5.00";
    let bytes: Vec<u8> = (0..200_000_u32).map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()[2]).collect();
    let mut mixed = bytes.clone();
    mixed.extend(format!("\n{record}\n").as_bytes());
    // A line of 20 MB with records glued to both of its ends.
    let long = format!("{record} {} {record}\n{record}\n", "x".repeat(20 << 20));
    write(&folder.path().join("in/binary.log"), &bytes);
    write(&folder.path().join("in/mixed.out"), mixed);
    write(&folder.path().join("in/long.log"), long);
    write(&folder.path().join("in/cut.log.gz"), [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255, 1, 2, 3]);
    write(&folder.path().join("in/empty.log"), "");
    write(&folder.path().join("in/ends.log"), &record[..record.len() - 3]);
    let report = analyze_beside(folder.path(), &["in"]);
    assert_sound(&report);
    let logs = report.metrics()["latency"]["logs"].clone();
    let long =
        logs.as_array().into_iter().flatten().find(|log| log["path"].as_str().is_some_and(|path| path.ends_with("long.log")));
    let long = long.unwrap_or_else(|| panic!("the long log is not read: {logs}"));
    assert_eq!((&long["records"], &long["understood"]), (&serde_json::json!(3), &serde_json::json!(3)));
}

#[test]
fn the_table_on_the_terminal_keeps_its_width() {
    let folder = temporary();
    write(&folder.path().join("in/run.json"), checkpoint(&plain_ids(), "boom"));
    for name in ["x".repeat(300), "x ".repeat(150), "x/".repeat(150)] {
        let report = analyze_in(folder.path(), &["in", "--no-charts", "--map", &format!(".=>model={name},env={name}")]);
        let widest = text(&report.output.stdout).lines().map(|line| line.chars().count()).max();
        assert!(widest <= Some(100), "{widest:?} columns:\n{}", text(&report.output.stdout));
    }
}

#[test]
fn lines_that_begin_with_a_bracket_end_no_run() {
    let folder = temporary();
    write(&folder.path().join("a.json"), checkpoint(&plain_ids(), "x"));
    write(&folder.path().join("psql.log"), b" count\n-------\n     1\n(1 row)\n");
    write(&folder.path().join("server.log"), b"Starting USER vLLM server on node: n1\n(128, 64)\n(EngineCore pid=104)");
    let report = analyze_in(folder.path(), &["."]);
    assert_sound(&report);
}

/// A run of one simulation that says anything of itself.
fn run_of(info: &str, simulation: &str) -> String {
    format!(
        r#"{{"info": {{{info}, "agent_info": {{"implementation": "a", "llm": "m"}}, "environment_info": {{"domain_name": "airline"}}}},
            "tasks": [{{"id": "1"}}], "simulations": [{{"id": "1", "task_id": "1", "termination_reason": "user_stop", {simulation},
            "reward_info": {{"reward": 1.0}}, "messages": [{{"role": "user", "content": "a"}}]}}]}}"#
    )
}

#[test]
fn no_number_in_a_file_drives_a_loop() {
    for (info, trial) in
        [("100000000", "0"), ("4294967295", "1"), ("1e300", "9223372036854775807"), ("-5", "-9223372036854775808")]
    {
        let folder = temporary();
        write(&folder.path().join("a.json"), run_of(&format!(r#""num_trials": {info}"#), &format!(r#""trial": {trial}"#)));
        let report = analyze_in(folder.path(), &[".", "--explain-passk"]);
        assert_sound(&report);
        let is_refused = report.metrics()["cells"][0]["trials_planned"] == 1;
        assert!(is_refused, "num_trials {info} is no plan");
    }
    let output = run_in(&crate::support::repository(), &["analyze", "fixtures/tau2", "--planned-trials", "100000000"]);
    assert_eq!(output.status.code(), Some(2), "{}", text(&output.stderr));
}

#[test]
fn many_trials_of_one_task_take_no_square_of_time() {
    let folder = temporary();
    let record =
        |trial: u32| format!(r#"{{"task_id": 0, "trial": {trial}, "reward": {}, "info": {{}}, "traj": []}}"#, trial % 2);
    let records: Vec<String> = (0..100_000).map(record).collect();
    write(&folder.path().join("a.json"), format!("[{}]", records.join(",")));
    let report = analyze_in(folder.path(), &[".", "--explain-passk"]);
    assert_sound(&report);
    assert!(text(&report.output.stderr).contains("one task has 100,000 trials; pass^k is computed up to k = 1000"));
}

#[test]
fn implausible_values_are_told() {
    let folder = temporary();
    write(&folder.path().join("a.json"), run_of(r#""num_trials": 1"#, r#""trial": 0, "agent_cost": -3.5, "duration": 1e300"#));
    let line = |duration: &str| {
        format!("[PROFILE] 2026-01-02 03:04:05.678 task=1 thread=1 type=llm_call model=m duration_ms={duration}\n")
    };
    write(&folder.path().join("run.log"), ["1e308", "-1.00", "1.50"].map(line).concat());
    let report = analyze_in(folder.path(), &["."]);
    assert_sound(&report);
    let issues = report.text("tables/findings.csv");
    assert!(
        issues.contains("2 implausible values (negative, or beyond any run) read as unknown: costs (1), durations (1)"),
        "{issues}"
    );
    assert!(issues.contains("2 implausible values are in no figure: times, durations or token counts"), "{issues}");
}
