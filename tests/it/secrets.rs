//! A key in a name, a path, a label, an option or an error text reaches no output.

use crate::{
    generate::SECRET,
    support::{Report, analyze, analyze_in, argument, read_tree, run, run_in, temporary, text, unpacked_sweep, write},
};

/// Other shapes of keys seen in the wild, all invented.
const KEYS: [&str; 4] =
    [SECRET, "hf_InventedInventedInvented0123456789", "sk-proj-Invented_0123456789-abcdefghijklmnop", "AKIAINVENTED01234567"];

/// Fails if a key, or the part of it that tells, is in any file or stream.
#[track_caller]
fn assert_clean(report: &Report, key: &str) {
    let tail = &key[key.len() - 12..];
    for (name, bytes) in &report.files {
        assert!(!name.contains(tail), "{name}");
        assert!(!String::from_utf8_lossy(bytes).contains(tail), "{name} shows the key");
    }
    for (name, bytes) in [("stdout", &report.output.stdout), ("stderr", &report.output.stderr)] {
        assert!(!text(bytes).contains(tail), "{name} shows the key: {}", text(bytes));
    }
}

/// All outputs there are, at their most talkative.
const ALL: [&str; 3] = ["--svg", "--explain-passk", "-v"];

/// As [`ALL`]; for one key with charts, whose text is drawn from the same names for every key.
fn all(key: &str) -> [&'static str; 3] {
    if key == SECRET { ALL } else { ["--no-charts", "--explain-passk", "-v"] }
}

#[test]
fn in_names_and_error_texts_of_the_fixtures() {
    for format in ["table", "md", "csv", "json"] {
        assert_clean(&analyze(&["fixtures", "--no-charts", "-v", "--format", format]), SECRET);
    }
    assert_clean(&analyze(&[&["fixtures"], &ALL[..]].concat()), SECRET);
    // The test would pass if nothing were shown at all.
    let report = analyze(&["fixtures/secret", "--no-charts"]);
    assert!(report.text("experiment_report.md").contains("redacted"), "the place of the key is shown");
}

#[test]
fn inspect_shows_none() {
    for format in ["table", "md", "csv", "json"] {
        let output = run(&["inspect", "fixtures", "-v", "--format", format]);
        assert_clean(&Report { files: std::collections::BTreeMap::new(), output }, SECRET);
    }
}

#[test]
fn in_a_label() {
    for key in KEYS {
        let report = analyze(&[&[&*format!("{key}=fixtures/secret")], &all(key)[..]].concat());
        assert_eq!(report.output.status.code(), Some(0));
        assert_clean(&report, key);
    }
}

#[test]
fn in_a_path() {
    let results = "results/retail/act/tern-70b/episodes.jsonl";
    let content = &unpacked_sweep()[results];
    for key in KEYS {
        let folder = temporary();
        let places = [format!("{key}/run.json"), format!("a/{key}.json"), format!("{key}/retail/act/{key}/num_trials-1.json")];
        for place in &places {
            write(&folder.path().join(place), content);
        }
        write(&folder.path().join(format!("{key}/broken_{key}.json")), "[{");
        write(&folder.path().join(format!("{key}/{key}.txt")), key);
        for argument in [".", key, &places[1]] {
            assert_clean(&analyze_in(folder.path(), &[&[argument], &all(key)[..]].concat()), key);
        }
        let output = run_in(folder.path(), &["inspect", ".", &format!("{key}/missing.json"), &format!("{key}*x")]);
        assert_clean(&Report { files: std::collections::BTreeMap::new(), output }, key);
    }
}

#[test]
fn in_an_option() {
    for key in KEYS {
        for field in ["model", "env", "strategy", "user_model", "temperature"] {
            let map = format!("secret=>{field}=acme/{key}");
            assert_clean(&analyze(&[&["fixtures/secret", "--map", &map], &all(key)[..]].concat()), key);
        }
        let layout = format!("{{env}}/{key}/{{_}}.json");
        assert_clean(&analyze(&[&["fixtures/secret", "--layout", &layout], &all(key)[..]].concat()), key);
    }
}

#[test]
fn in_an_option_that_is_refused() {
    for key in KEYS {
        let folder = temporary();
        write(&folder.path().join(key), "[[rule]]\nname = \"x\"\n");
        let rules = argument(&folder.path().join(key));
        for more in [["--map", key], ["--layout", &format!("{{{key}}}")], ["--error-rules", &rules], ["--error-rules", key]] {
            let report = analyze(&["fixtures/secret", more[0], more[1]]);
            assert_eq!(report.output.status.code(), Some(2), "{more:?}");
            assert_clean(&report, key);
        }
    }
}

#[test]
fn in_the_name_of_the_output_folder() {
    let folder = temporary();
    let out = folder.path().join(SECRET);
    let output = run(&["analyze", "fixtures/secret", "-o", &argument(&out), "-v"]);
    assert_clean(&Report { files: read_tree(&out), output }, SECRET);
}

#[test]
fn in_logs() {
    for key in KEYS {
        let folder = temporary();
        let line = |rest: &str| format!("[PROFILE] 2026-03-05 10:00:00.000 {rest}\n");
        let profile = [
            line(&format!("task={key} thread=1 type=llm_call step=1 model=acme/{key} call_type={key} duration_ms=12.00")),
            line(&format!("task=1 thread=1 type=tool_call function={key} duration_ms=1.00 error=401 for key {key}")),
            line(&format!("task=2 thread=1 type={key} {key}={key} duration_ms=1.00")),
            line(&format!("no type, but {key}")),
            format!("[TAU2_TASK_COMPLETE] domain={key} trial=0 task_id={key} status=ok\n"),
        ];
        write(&folder.path().join(format!("{key}.log")), profile.concat());
        let console = format!(
            "Namespace(num_trials=1, env='{key}', model='{key}', agent_strategy='{key}', user_model='{key}', api_key='{key}')\n\
             Running tasks 0 to 1 (checkpoint path: results/{key}.json)\n❌ task_id={key} {{'error': '{key}'}}\n"
        );
        write(&folder.path().join("slurm_1.out"), console);
        let server = format!(
            "Starting USER vLLM server on node: {key}\nModel: acme/{key}\nDEBUG: SLURM_JOB_ID={key}\n\
             INFO 03-05 10:00:00 x.py:1] Avg prompt throughput: 1.0 tokens/s, Avg generation throughput: 1.0 tokens/s, Running: 1 reqs\n\
             ValueError: {key} is no key\n"
        );
        write(&folder.path().join("user_vllm_1.out"), server);
        let arguments = [&[".", "--legacy-profile", "old"], &all(key)[..]].concat();
        let report = analyze_in(folder.path(), &arguments);
        assert_eq!(report.output.status.code(), Some(0), "{}", text(&report.output.stderr));
        assert_clean(&report, key);
        let old = Report { files: read_tree(&folder.path().join("old")), output: report.output };
        assert_clean(&old, key);
        let output = run_in(folder.path(), &["inspect", ".", "-v"]);
        assert_clean(&Report { files: std::collections::BTreeMap::new(), output }, key);
    }
}

#[test]
fn in_task_ids_messages_and_error_texts() {
    let record = |task: &str, info: &str| {
        format!(
            r#"{{"task_id": "{task}", "trial": 0, "reward": 0.0, "info": {info}, "traj": [{{"role": "user", "content": "{task}"}}]}}"#
        )
    };
    for key in KEYS {
        let folder = temporary();
        let error = format!(r#"{{"error": "401 for key={key} at https://user:{key}@host/{key}", "traceback": "{key}"}}"#);
        let records = [record(key, "{}"), record("1", &error), record("2", &format!(r#"{{"error": "{key} is bad\n{key}"}}"#))];
        write(&folder.path().join("run.json"), format!("[{}]", records.join(", ")));
        let cut = format!("[{}, {{\"task_id\": \"{key}", records[0]);
        write(&folder.path().join("cut.json"), cut);
        write(&folder.path().join("strange.json"), format!(r#"{{"{key}": 1, "api_key": "{key}"}}"#));
        let report = analyze_in(folder.path(), &[&["."], &all(key)[..]].concat());
        assert_eq!(report.output.status.code(), Some(0), "{}", text(&report.output.stderr));
        assert_clean(&report, key);
    }
}
