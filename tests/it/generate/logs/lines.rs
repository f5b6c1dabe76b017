//! Calls → lines: as the logger writes them, as they reach another file, and as an older logger wrote them.

use std::fmt::Write as _;

use super::calls::{AGENT, Call, Kind, MS, Run};

/// The day of all runs.
pub(super) const DAY: &str = "2026-03-05";

/// A moment of the day, with `T` or a blank before the time.
pub(super) fn clock(tick: u64) -> String {
    let ms = tick / MS;
    let seconds = ms / 1_000;
    format!("{:02}:{:02}:{:02}.{:03}", seconds / 3_600, seconds / 60 % 60, seconds % 60, ms % 1_000)
}

/// Milliseconds with two places.
fn ms(ticks: u64) -> String {
    format!("{}.{:02}", ticks / MS, ticks % MS)
}

/// The type a line names.
pub(super) fn kind(call: &Call) -> &'static str {
    match call.kind {
        Kind::Agent => "llm_call",
        Kind::Expert => "expert_call",
        Kind::Tool => "tool_call",
        Kind::Step => "step_complete",
        Kind::User => "user_sim",
        Kind::Judge => "evaluator",
    }
}

fn head(call: &Call) -> String {
    let tag = if matches!(call.kind, Kind::User | Kind::Judge) { "USER_JUDGE" } else { "PROFILE" };
    format!("[{tag}] {DAY} {} task={} thread={} type={}", clock(call.end), call.task, call.thread, kind(call))
}

fn put(line: &mut String, key: &str, value: impl std::fmt::Display) {
    write!(line, " {key}={value}").expect("a string takes all text");
}

fn record(call: &Call) -> String {
    let mut line = head(call);
    put(&mut line, "step", call.step);
    match call.kind {
        Kind::Tool => {
            put(&mut line, "function", call.name);
            put(&mut line, "call_type", "local_function");
        }
        Kind::Step => {}
        _ => {
            put(&mut line, "model", call.name);
            put(&mut line, "call_type", if call.name == AGENT { "vllm" } else { "openai" });
        }
    }
    let duration = if call.kind == Kind::Step { "total_duration_ms" } else { "duration_ms" };
    if let Some(took) = call.took {
        put(&mut line, duration, ms(took));
    }
    if let Some(phases) = call.phases {
        if call.kind == Kind::Agent {
            put(&mut line, "vllm_infer_ms", ms(phases.prefill + phases.decode));
        }
        put(&mut line, "prefill_ms", ms(phases.prefill));
        put(&mut line, "decode_ms", ms(phases.decode));
        put(&mut line, "input_tokens", phases.tokens.0);
        put(&mut line, "output_tokens", phases.tokens.1);
    }
    if let Some(error) = call.error {
        put(&mut line, "error", error);
    }
    match call.kind {
        Kind::Agent => put(&mut line, "has_tool_calls", "False"),
        Kind::Step => line.push_str(" from_role=agent to_role=env"),
        _ => {}
    }
    line
}

/// All lines of a run in order of time: records, and what says that an episode is done.
fn all(run: &Run) -> Vec<String> {
    let mut lines: Vec<(u64, String)> = run.calls.iter().map(|call| (call.end, record(call))).collect();
    if run.domain == "retail" {
        for (done, episode) in run.episodes.iter().enumerate() {
            let (task, trial, total) = (episode.task, episode.trial, run.episodes.len());
            let text = format!(
                "[TAU2_TASK_COMPLETE] domain=retail trial={trial} task_id={task} status=ok completed_domain={} total_domain={total}",
                done + 1
            );
            lines.push((episode.end, text));
        }
    }
    lines.sort_by_key(|(at, _)| *at);
    lines.into_iter().map(|(_, line)| line).collect()
}

fn announcement(run: &Run) -> String {
    let first = &run.episodes[0];
    format!(
        "[INFO] {DAY} {} task=global thread={} Starting evaluation: {} tasks with max_concurrency=4",
        clock(first.start),
        first.thread,
        run.episodes.len()
    )
}

/// The domain's own log.
pub(super) fn plain(run: &Run) -> String {
    let mut text = announcement(run) + "\n";
    for (number, line) in all(run).iter().enumerate() {
        text.push_str(line);
        text.push('\n');
        if number % 40 == 17 {
            text.push_str("retrying: the telecom agent said type=llm_call duration_ms=99999.00 and hung up\n");
        }
    }
    text
}

/// The same on the console of the program that runs it, up to the moment the job was killed.
pub(super) fn noisy(run: &Run) -> Vec<u8> {
    const PREFIX: &str = "[tau2/cli.py stdout] ";
    let mut bytes = format!("{PREFIX}{}\n", announcement(run)).into_bytes();
    let lines = all(run);
    for (number, line) in lines.iter().enumerate() {
        let is_last = number + 1 == lines.len();
        if number % 7 == 3 {
            let done = number * 16 / lines.len();
            bytes.extend(format!(" {:3}%|████▌     | {done}/16 [03:12<03:40, 24.10s/it]\r", done * 100 / 16).as_bytes());
        }
        if number % 13 == 5 {
            bytes.extend_from_slice(b"Provider List: https://docs.litellm.ai/docs/providers\n\ncaf\xe9 \xff at the bar\n");
        }
        if number % 29 == 11 {
            bytes.extend_from_slice(b"[OVERALL_ETA] done=3/16 eta=00:12:10\n");
        }
        let line = if is_last { line.strip_suffix("se").expect("the last line says whether it has tool calls") } else { line };
        let is_coloured = number % 5 == 2 && !is_last;
        bytes.extend(if is_coloured { format!("\x1b[36m{PREFIX}{line}\x1b[0m") } else { format!("{PREFIX}{line}") }.as_bytes());
        // Two threads write at once: the next record follows on the same line.
        if number % 11 != 6 && !is_last {
            bytes.push(b'\n');
        }
    }
    bytes
}

/// HLE's, with the names of December 2025.
pub(super) fn older(run: &Run) -> String {
    let mut text = format!(
        "[PROFILE] {DAY} {} task=global thread={} type=run_start model_name={AGENT} concurrency=1\n",
        clock(run.episodes[0].start),
        run.episodes[0].thread
    );
    for call in &run.calls {
        let mut line = head(call);
        put(&mut line, "eid", call.step);
        if call.kind == Kind::Tool {
            put(&mut line, "tool", call.name);
            put(&mut line, "model", "search-1");
        } else {
            put(&mut line, "model", call.name);
        }
        if call.kind == Kind::Agent {
            put(&mut line, "backend", "vllm");
        }
        let took = call.took.expect("every call of this run is timed");
        put(&mut line, "duration_ms", ms(took));
        if let Some(phases) = call.phases {
            put(&mut line, "toolorchestra_vllm_infer_ms", ms(phases.prefill + phases.decode));
            put(&mut line, "toolorchestra_vllm_prefill_ms", ms(phases.prefill));
            put(&mut line, "toolorchestra_vllm_decode_ms", ms(phases.decode));
            put(&mut line, "toolorchestra_vllm_prefill_len", phases.tokens.0);
            put(&mut line, "toolorchestra_vllm_decode_len", phases.tokens.1);
        }
        if call.kind == Kind::Tool {
            put(&mut line, "duration_total_ms", ms(took + 100 * MS));
            put(&mut line, "query_llm_ms", "1500.50");
            put(&mut line, "retrieval_retries", 0);
            put(&mut line, "search_backend", "local");
        }
        if let Some(error) = call.error {
            put(&mut line, "error", error);
        }
        text.push_str(&line);
        text.push('\n');
        let done = run.episodes.iter().find(|episode| episode.end == call.end);
        if let Some(episode) = done {
            let correct = if episode.solved { "True" } else { "False" };
            let text_of = format!(
                "[INFO] {DAY} {} task={} thread={} [HLE_TASK_COMPLETE] id={} status=done correct={correct}\n",
                clock(episode.end),
                episode.task,
                episode.thread,
                episode.task
            );
            text.push_str(&text_of);
        }
    }
    text
}
