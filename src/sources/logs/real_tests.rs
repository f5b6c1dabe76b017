//! Real logs: shared public ones, looked for beside the repository or where `TAUREPORT_REAL_DATA` says (`tests/it/real.rs`).

use std::{collections::BTreeMap, env, fs, path::PathBuf};

use super::{
    recognise,
    tests::{read_named, said},
};
use crate::records::{
    Benchmark,
    log::{LogKind, Role},
};

/// Returns the logs of a folder by name; nothing where there is no data.
fn folder(name: &str) -> BTreeMap<String, Vec<u8>> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let data = env::var_os("TAUREPORT_REAL_DATA").map_or_else(|| root.join("../shared/data"), PathBuf::from);
    let Ok(entries) = fs::read_dir(data.join("logs").join(name)) else {
        println!("skipped: no real data; set TAUREPORT_REAL_DATA to the folder that holds logs/{name}");
        return BTreeMap::new();
    };
    let read = |entry: fs::DirEntry| (entry.file_name().to_string_lossy().into_owned(), fs::read(entry.path()).unwrap());
    let files: BTreeMap<_, _> = entries.map(|entry| read(entry.unwrap())).collect();
    assert!(!files.is_empty(), "logs/{name} is empty");
    files
}

const PROFILE: LogKind = LogKind { profile: true, console: false, vllm: false };
const CONSOLE: LogKind = LogKind { profile: false, console: true, vllm: false };

#[test]
#[cfg_attr(not(real_data), ignore = "no real data")]
fn structured_logs_are_understood_completely() {
    for (name, bytes) in folder("profile") {
        assert_eq!(recognise(&bytes, &name), Some(PROFILE), "{name}");
        let logs = read_named(&bytes, &name);
        let log = logs.profile.unwrap();
        assert_eq!((logs.vllm, logs.console, log.check.not_understood(), log.check.cut_off), (None, None, 0, 0), "{name}");
        let text = String::from_utf8(bytes).unwrap();
        // Every record says its type, so all that the text says are counted.
        let mut types: BTreeMap<&str, u64> = BTreeMap::new();
        for kind in text.split("type=").skip(1).zip(text.split("type=")).filter(|(_, before)| before.ends_with(' ')) {
            *types.entry(kind.0.split([' ', '\n']).next().unwrap()).or_default() += 1;
        }
        let counted: BTreeMap<&str, u64> = log.check.types.iter().map(|kind| (kind.kind.as_str(), kind.records)).collect();
        assert_eq!(counted, types, "{name}");
        for kind in &log.check.types {
            let found = text.matches(&format!("type={} ", kind.kind)).count() as u64;
            assert_eq!(kind.records, found, "{name}: {}", kind.kind);
            assert_eq!(kind.with_time, kind.records, "{name}: {}", kind.kind);
            assert!(kind.keys.iter().all(|key| key.unreadable == 0), "{name}: {:?}", kind.keys);
        }
        let untimed = log.events.iter().filter(|event| event.duration_ms().is_none() && log.source(event).role != Role::Other);
        assert_eq!(untimed.count(), 0, "{name}");
    }
}

#[test]
#[cfg_attr(not(real_data), ignore = "no real data")]
fn three_renderings_of_one_log_say_the_same() {
    let files = folder("profile");
    let said_by = |name: &str| {
        let log = read_named(files.get(name)?, name).profile.unwrap();
        Some((log.events.iter().map(|event| said(&log, event)).collect::<Vec<_>>(), log.runs, log.check.types))
    };
    let Some(plain) = said_by("generated_tau2_global.log") else { return };
    assert!(plain.0.len() > 100);
    assert_eq!(said_by("generated_eval_global.log").as_ref(), Some(&plain));
    assert_eq!(said_by("generated_console_ansi.log").as_ref(), Some(&plain));
    assert_eq!((plain.1[0].tasks, plain.1[0].concurrency), (Some(14), Some(4)));
}

#[test]
#[cfg_attr(not(real_data), ignore = "no real data")]
fn the_documented_lines_say_what_they_say() {
    let Some(bytes) = folder("profile").remove("documented_lines.log") else { return };
    let log = read_named(&bytes, "documented_lines.log").profile.unwrap();
    let lines: Vec<String> = log.events.iter().map(|event| said(&log, event)).collect();
    insta::assert_snapshot!(lines.join("\n"), @r#"
        agent llm_call Some(1766484932456) task=retail_001 domain=- thread=Some(12345) eid=None step=Some(5) model=nemotron function=- call=vllm error=false:- ms=Some(1234.56) None+None of None tokens=None:None
        expert expert_call Some(1766484932789) task=retail_001 domain=- thread=Some(12345) eid=None step=None model=gpt-5 function=- call=openai error=false:- ms=Some(2345.67) None+None of None tokens=None:None
        tool tool_call Some(1766484933012) task=retail_001 domain=- thread=Some(12345) eid=None step=Some(5) model=- function=get_order_details call=local_function error=false:- ms=Some(12.34) None+None of None tokens=None:None
        step step_complete Some(1766484933015) task=retail_001 domain=- thread=Some(12345) eid=None step=Some(5) model=- function=- call=- error=false:- ms=Some(3591.0) None+None of None tokens=None:None
        agent llm_call Some(1766550505388) task=impossible_task_1 domain=- thread=Some(124685400381120) eid=None step=Some(1) model=/workspace/ckpt/nvidia/Nemotron-Orchestrator-8B function=- call=vllm error=false:- ms=Some(2107.2) Some(102.07)+Some(1999.81) of Some(2101.88) tokens=Some(857):Some(140)
        user simulator user_sim Some(1766484934100) task=retail_001 domain=- thread=Some(12345) eid=None step=None model=gpt-5 function=- call=openai error=false:- ms=Some(890.12) None+None of None tokens=None:None
        judge evaluator Some(1766484940500) task=retail_001 domain=- thread=Some(12345) eid=None step=None model=gpt-5 function=- call=openai error=false:- ms=Some(1200.34) None+None of None tokens=None:None
    "#);
}

#[test]
#[cfg_attr(not(real_data), ignore = "no real data")]
fn logs_with_nothing_for_us_are_passed_over() {
    for name in ["other", "training"] {
        for (file, bytes) in folder(name) {
            assert_eq!(recognise(&bytes, &file), None, "{name}/{file}");
            let logs = read_named(&bytes, &file);
            assert_eq!((logs.profile, logs.vllm, logs.console), (None, None, None), "{name}/{file}");
        }
    }
}

#[test]
#[cfg_attr(not(real_data), ignore = "no real data")]
fn console_logs_tell_their_run() {
    let mut lines = Vec::new();
    for (name, bytes) in folder("console") {
        assert_eq!(recognise(&bytes, &name), Some(CONSOLE), "{name}");
        let logs = read_named(&bytes, &name);
        assert_eq!((logs.profile, logs.vllm), (None, None), "{name}");
        for run in logs.console.unwrap().runs {
            assert_eq!(run.benchmark == Benchmark::Tau1, name.starts_with("taubench"), "{name}");
            let results =
                run.results.iter().map(|r| format!("{} {:?} {:?} {:?} {:?}", r.task, r.trial, r.is_solved, r.reward, r.at_ms));
            let started = run.started.iter().map(|start| format!("{} {:?} {:?}", start.task, start.trial, start.at_ms));
            let settings = [run.env(), run.model(), run.strategy(), run.user_model(), run.setting("temperature")];
            lines.push(format!(
                "{}\n  {} trials {:?}\n  {:?}\n  started {}; results {}\n  {:?} {:?} {:?} {:?} {}",
                &name[..name.len().min(30)],
                settings.map(|setting| setting.unwrap_or("-")).join(" "),
                run.planned_trials(),
                run.checkpoint.as_deref().map(|path| path.rsplit('/').next().unwrap_or(path)),
                started.collect::<Vec<_>>().join(", "),
                results.collect::<Vec<_>>().join(", "),
                run.average_reward,
                run.pass_hat,
                run.first_at_ms,
                run.last_at_ms,
                run.is_finished,
            ));
        }
    }
    if !lines.is_empty() {
        insta::assert_snapshot!(lines.join("\n"), @r#"
            phaseC_t2_oai.ABRIDGED.log
              retail gpt-4.1-nano-2025-04-14 - gemini/gemini-3.1-flash-lite 0.0 trials Some(1)
              None
              started 2 Some(0) None, 3 Some(0) None, 4 Some(0) None; results 2 Some(0) Some(false) Some(0.0) None
              None {} Some(1790033687058) Some(1790033789315) false
            tau2_run_1.log
              mock openai/gpt-4.1-mini llm_agent openai/gpt-4.1-mini - trials Some(1)
              Some("results.json")
              started create_task_1 Some(0) Some(1780176189716); results create_task_1 Some(0) Some(false) Some(0.0) Some(1780176192180)
              Some(0.0) {1: 0.0} Some(1780176187665) Some(1780176192180) true
            tau2_run_2.log
              mock openai/gpt-4.1-mini llm_agent openai/gpt-4.1-mini - trials Some(1)
              Some("results.json")
              started create_task_1 Some(0) Some(1780216726761); results create_task_1 Some(0) Some(false) Some(0.0) Some(1780216728902)
              Some(0.0) {1: 0.0} Some(1780216724202) Some(1780216728902) true
            tau2_run_3.log
              mock openai/gpt-4.1-mini llm_agent openai/gpt-4.1-mini - trials Some(1)
              Some("results.json")
              started create_task_1 Some(0) Some(1780217946604); results create_task_1 Some(0) Some(true) Some(1.0) Some(1780217952069)
              Some(1.0) {1: 1.0} Some(1780217944766) Some(1780217952069) true
            tau2_run_4.log
              mock openai/gpt-4.1-mini llm_agent openai/gpt-4.1-mini - trials Some(1)
              Some("results.json")
              started update_task_1 Some(0) Some(1780221925937); results update_task_1 Some(0) Some(false) Some(0.0) Some(1780221931992)
              Some(0.0) {1: 0.0} Some(1780221924518) Some(1780221931992) true
            taubench_airline_multi-agent-v
              airline Qwen/Qwen3-4B multi-agent-v1 Qwen/Qwen3-32B 0.8 trials Some(1)
              Some("multi-agent-v1-Qwen3-4B-0.8_range_0--1_user-Qwen3-32B-llm_0319025447.json")
              started 0 None None, 1 None None; results 1 None Some(false) Some(0.0) None
              Some(0.34) {1: 0.34} Some(1773888887000) Some(1773918217000) true
            taubench_retail_multi-agent-v1
              - - - - - trials None
              None
              started ; results 13 None Some(false) None None
              None {} None None false
        "#);
    }
}
