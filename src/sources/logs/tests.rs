//! Traps of logs, each by construction.

use std::path::PathBuf;

use super::*;
use crate::records::log::{DomainOrigin, Event, Role};

fn input(name: &str) -> Input {
    Input { path: PathBuf::from(name), shown: name.to_owned(), telling: name.to_owned(), label: None }
}

pub(super) fn read_named(text: &[u8], name: &str) -> Logs {
    read(text, &input(name))
}

fn log(text: &str) -> LogFile {
    read_named(text.as_bytes(), "a.log").profile.expect("the log has structured lines")
}

/// Everything an event says, in one line.
pub(super) fn said(log: &LogFile, event: &Event) -> String {
    let (source, context) = (log.source(event), log.context(event));
    let text = |name: Option<crate::records::log::Name>| name.map_or("-", |name| log.names.text(name)).to_owned();
    format!(
        "{} {} {:?} task={} domain={} thread={:?} eid={:?} step={:?} model={} function={} call={} error={}:{} ms={:?} {:?}+{:?} of {:?} tokens={:?}:{:?}",
        source.role.name(),
        log.kind(event),
        event.at_ms(),
        text(context.task),
        log.domain_of(event).unwrap_or("-"),
        context.thread,
        context.eid,
        event.step(),
        text(source.model),
        text(source.function),
        text(source.call_type),
        source.is_error,
        text(source.error),
        event.duration_ms(),
        event.prefill_ms(),
        event.decode_ms(),
        event.infer_ms(),
        event.input_tokens(),
        event.output_tokens(),
    )
}

fn all_said(log: &LogFile) -> Vec<String> {
    log.events.iter().map(|event| said(log, event)).collect()
}

/// A whole record of a call that takes `ms`.
fn record(task: &str, ms: &str) -> String {
    format!(
        "[PROFILE] 2025-12-24 04:28:25.388 task={task} thread=7 type=llm_call step=1 model=m call_type=vllm duration_ms={ms}"
    )
}

fn durations(log: &LogFile) -> Vec<Option<f64>> {
    log.events.iter().map(Event::duration_ms).collect()
}

#[test]
fn a_record_says_everything_in_any_order() {
    let newer = "[PROFILE] 2025-12-24 04:28:25.388 task=t_1 thread=12 type=llm_call step=1 eid=3 model=a/b call_type=vllm \
                 duration_ms=2107.20 vllm_infer_ms=2101.88 prefill_ms=102.07 decode_ms=1999.81 input_tokens=857 \
                 output_tokens=140 has_tool_calls=False";
    let older = "[PROFILE] 2025-12-24 04:28:25.388 task=t_1 thread=12 toolorchestra_vllm_decode_len=140 eid=3 backend=vllm \
                 toolorchestra_vllm_infer_ms=2101.88 toolorchestra_vllm_prefill_ms=102.07 \
                 toolorchestra_vllm_decode_ms=1999.81 toolorchestra_vllm_prefill_len=857 type=llm_call model=a/b \
                 has_tool_calls=False duration_ms=2107.20 step=1";
    insta::assert_snapshot!(all_said(&log(&format!("{newer}\n"))).join("\n"), @"agent llm_call Some(1766550505388) task=t_1 domain=- thread=Some(12) eid=Some(3) step=Some(1) model=a/b function=- call=vllm error=false:- ms=Some(2107.2) Some(102.07)+Some(1999.81) of Some(2101.88) tokens=Some(857):Some(140)");
    assert_eq!(all_said(&log(&format!("{older}\n"))), all_said(&log(&format!("{newer}\n"))));
    assert_eq!(all_said(&log(&format!("x\r\n{newer}\r\n"))), all_said(&log(&format!("{newer}\n"))), "line ends of Windows");
}

#[test]
fn keys_are_matched_whole() {
    let step = "[PROFILE] 2025-12-23 10:15:33.015 task=1 thread=1 type=step_complete step=5 total_duration_ms=3591.00 from_role=agent\n";
    let judge = "[PROFILE] 2025-12-23 10:15:33.015 task=1 thread=1 type=tool_call tool=answer judge_duration_ms=9.00 xduration_ms=8.00\n";
    let both = "[PROFILE] 2025-12-23 10:15:33.015 task=1 thread=1 type=tool_call tool=answer duration_total_ms=13.00 duration_ms=24.00\n";
    let twice = "[PROFILE] 2025-12-23 10:15:33.015 task=1 thread=1 type=tool_call duration_ms=1.00 duration_ms=2.00\n";
    let log = log(&[step, judge, both, twice].concat());
    assert_eq!(durations(&log), [Some(3591.0), None, Some(24.0), Some(1.0)], "of a key that stands twice the first counts");
    assert_eq!(log.source(&log.events[0]).role, Role::Step);
}

#[test]
fn colours_prefixes_progress_and_line_ends_change_nothing() {
    let plain = log(&format!("{}\n", record("1", "5.25")));
    for text in [
        format!("[tau2/cli.py stdout] {}\n", record("1", "5.25")),
        format!("\x1b[36m[tau2/cli.py STDERR] {}\x1b[0m\n", record("1", "5.25")),
        format!(" 45%|####    | 9/20 [00:12<00:15]\r{}\r\n", record("1", "5.25")),
        format!("{}\r 50%|#####   | 10/20\n", record("1", "5.25")),
        format!("\u{feff}{}\n", record("1", "5.25")),
        record("1", "5.25").replace("[PROFILE]", "\x1b[1m[PROFILE]\x1b[0m") + "\n",
    ] {
        assert_eq!(all_said(&log(&text)), all_said(&plain), "{text:?}");
    }
}

#[test]
fn records_glued_together_are_all_found() {
    let judge =
        "[USER_JUDGE] 2025-12-24 04:28:26.000 task=2 thread=8 type=user_sim model=g call_type=openai duration_ms=890.12";
    let info = "[INFO] 2025-12-24 04:28:27.000 task=global thread=1 Task done";
    let text = format!(
        "{}{judge}[tau2/cli.py stdout] {}{info}[OVERALL_ETA] done=1/2 duration_ms=3.00\n\n",
        record("1", "1.00"),
        record("3", "2.00")
    );
    let log = log(&text);
    assert_eq!(durations(&log), [Some(1.0), Some(890.12), Some(2.0)]);
    let roles: Vec<Role> = log.events.iter().map(|event| log.source(event).role).collect();
    assert_eq!(roles, [Role::Agent, Role::UserSim, Role::Agent]);
    assert_eq!((log.check.lines, log.check.records, log.check.not_understood()), (2, 3, 0));
}

#[test]
fn threads_interleave() {
    let line = |thread: u32, task: &str| {
        format!("[PROFILE] 2025-12-24 04:28:25.388 task={task} thread={thread} type=tool_call function=f duration_ms=1.00\n")
    };
    let log = log(&[line(1, "a"), line(2, "b"), line(1, "a"), line(2, "c")].concat());
    let seen: Vec<_> = log.events.iter().map(|event| (log.task(event).unwrap(), log.context(event).thread.unwrap())).collect();
    assert_eq!(seen, [("a", 1), ("b", 2), ("a", 1), ("c", 2)]);
    assert_eq!((log.contexts.len(), log.sources.len()), (3, 1));
}

#[test]
fn the_cut_off_last_line_is_used_as_far_as_it_is_whole() {
    let whole = record("1", "1234.56");
    let cases = [
        (whole.len(), Some(1234.56), 0),
        (whole.len() - 1, None, 1),  // 1234.5
        (whole.len() - 4, None, 1),  // 123
        (whole.len() - 10, None, 1), // duration_m
        (whole.len() - 20, None, 1), // call_type=vl
    ];
    for (length, ms, cut_off) in cases {
        let log = log(&format!("{}\n{}", record("0", "1.00"), &whole[..length]));
        assert_eq!((durations(&log), log.check.cut_off), (vec![Some(1.0), ms], cut_off), "{}", &whole[..length]);
    }
    let log = log(&format!("{}\n{}", record("0", "1.00"), &whole[..60]));
    assert_eq!((log.check.records, log.check.understood, log.check.cut_off), (2, 1, 1));
    assert_eq!(log.check.examples[0].line, 2);
}

#[test]
fn task_ids_hold_anything() {
    for id in [
        "[mms_issue]airplane_mode_on|bad_network_preference|break_apn[PERSONA:None]",
        "[mobile data issue]a=b|c:d[PERSONA:Easy going]",
        "with blanks [PROFILER] and=signs",
        "0",
    ] {
        let log = log(&format!("{}\n", record(id, "1.00")));
        assert_eq!((log.task(&log.events[0]), durations(&log)), (Some(id), vec![Some(1.0)]), "{id}");
    }
    let log = log(&format!("{}\n", record("global", "1.00")));
    assert_eq!(log.task(&log.events[0]), None);
}

#[test]
fn bad_utf_8_is_replaced_where_it_stands() {
    let mut text = format!("{}\n", record("caf?", "1.00")).into_bytes();
    let place = text.iter().position(|b| *b == b'?').unwrap();
    text[place] = 0xe9;
    text.splice(0..0, b"noise \xff\xfe\n".iter().copied());
    let log = read_named(&text, "a.log").profile.unwrap();
    assert_eq!((log.task(&log.events[0]), durations(&log)), (Some("caf\u{fffd}"), vec![Some(1.0)]));
}

#[test]
fn errors_are_told_from_none() {
    let line = |error: &str| {
        format!("[PROFILE] 2025-12-24 04:28:25.388 task=1 thread=7 type=tool_call function=f error={error} duration_ms=1.00\n")
    };
    let log = log(&["True", "False", "None", "string_response", "rate limit hit (code=429) again"].map(line).concat());
    let seen: Vec<_> = log
        .events
        .iter()
        .map(|event| log.source(event))
        .map(|s| (s.is_error, s.error.map(|name| log.names.text(name))))
        .collect();
    let expected = [
        (true, None),
        (false, None),
        (false, None),
        (true, Some("string_response")),
        (true, Some("rate limit hit (code=429) again")),
    ];
    assert_eq!(seen, expected);
    assert_eq!(durations(&log), [Some(1.0); 5]);
}

#[test]
fn the_self_check_counts_what_was_found() {
    let text = [
        record("1", "1.00"),
        record("1", "oops"),
        "[PROFILE] 2025-12-24 04:28:25.388 task=1 thread=7 type=warm_up foo=1 duration_ms=2.00".to_owned(),
        "[PROFILE] when task=1 thread=7 type=warm_up foo=2".to_owned(),
        "[PROFILE] nothing of the kind, api_key=sk-proj-abcdefghijklmnop1234".to_owned(),
        "other".to_owned(),
    ];
    let check = log(&(text.join("\n") + "\n")).check;
    let mut lines =
        vec![format!("{} lines, {} of {} records, {:?}", check.lines, check.understood, check.records, check.examples)];
    for kind in &check.types {
        let keys = kind.keys.iter().map(|key| format!("{}={:?} {}-{}", key.key, key.read_as, key.records, key.unreadable));
        let keys: Vec<String> = keys.collect();
        lines.push(format!("{} {} {}: {}", kind.kind, kind.records, kind.with_time, keys.join(", ")));
    }
    insta::assert_snapshot!(lines.join("\n"), @r#"
        6 lines, 4 of 5 records, [BadLine { line: 5, text: "nothing of the kind, api_key=[redacted:b394]" }]
        llm_call 2 2: call_type=Some("call_type") 2-0, duration_ms=Some("duration_ms") 2-1, model=Some("model") 2-0, step=Some("step") 2-0, task=Some("task") 2-0, thread=Some("thread") 2-0, type=Some("type") 2-0
        warm_up 2 1: duration_ms=Some("duration_ms") 1-0, foo=None 2-0, task=Some("task") 2-0, thread=Some("thread") 2-0, type=Some("type") 2-0
    "#);
}

#[test]
fn unknown_types_are_kept_under_their_own_name() {
    let log = log(
        "[PROFILE] 2025-12-24 04:28:25.388 task=global thread=7 type=run_start model_name=org/m concurrency=8\n[PROFILE] 2025-12-24 04:28:25.388 task=1 thread=7 type=gpt_llm_call duration_ms=1.00\n",
    );
    let seen: Vec<_> = log.events.iter().map(|event| (log.source(event).role, log.kind(event))).collect();
    assert_eq!(seen, [(Role::Other, "run_start"), (Role::Other, "gpt_llm_call")]);
    assert_eq!((log.runs[0].model.as_deref(), log.runs[0].concurrency), (Some("org/m"), Some(8)));
}

#[test]
fn domains_come_from_markers_names_and_folders_alone() {
    let domain = |text: &str, name: &str| {
        let log = read_named(text.as_bytes(), name).profile.unwrap();
        let origin = log.domain.map(|(_, origin)| origin);
        (log.domain_of(&log.events[0]).map(str::to_owned), origin)
    };
    let line = record("airline_7", "1.00").replace("model=m", "model=retail-model") + "\n";
    assert_eq!(domain(&line, "a.log"), (None, None));
    assert_eq!(domain(&line, "telecom/tau2_retail.log"), (Some("retail".to_owned()), Some(DomainOrigin::FileName)));
    assert_eq!(domain(&line, "telecom/run.log"), (Some("telecom".to_owned()), Some(DomainOrigin::Folder)));
    let marked =
        line + "[TAU2_TASK_COMPLETE] domain=mock trial=0 task_id=airline_7 status=ok completed_domain=1 total_domain=2\n";
    assert_eq!(domain(&marked, "tau2_retail.log"), (Some("mock".to_owned()), Some(DomainOrigin::Marker)));
}

#[test]
fn a_log_of_several_domains_tells_them_task_by_task() {
    let marker = |domain: &str, task: &str| {
        format!(
            "[tau2/cli.py STDOUT] [TAU2_TASK_COMPLETE] domain={domain} trial=0 task_id={task} status=ok completed_domain=1 total_domain=2\n"
        )
    };
    let call = |task: &str| record(task, "1.00") + "\n";
    let text =
        [call("1"), call("2"), marker("retail", "1"), marker("retail", "2"), call("1"), call("3"), marker("airline", "1")]
            .concat();
    let log = read_named(text.as_bytes(), "telecom/driver.log").profile.unwrap();
    let domains: Vec<_> = log.events.iter().map(|event| log.domain_of(event)).collect();
    assert_eq!((domains, log.domain), (vec![Some("retail"), Some("retail"), Some("airline"), None], None));
    assert_eq!(log.markers.len(), 3);
    assert_eq!((log.markers[2].at_ms, log.markers[2].after_ms), (None, Some(1_766_550_505_388)));
}

#[test]
fn the_same_event_has_the_same_key_in_every_rendering() {
    let one = log(&format!("{}\n", record("1", "1.00")));
    let two = log(&format!(
        "[PROFILE] 2025-12-24 04:28:25.000 task=0 thread=1 type=x\n[tau2/cli.py stdout] {}\n",
        record("1", "1.00")
    ));
    assert_eq!(one.key(&one.events[0]), two.key(&two.events[1]));
    assert_ne!(one.key(&one.events[0]), two.key(&two.events[0]));
}
