//! Logs of vLLM servers, the console of a τ-bench run, and a log of something else.

use std::fmt::Write as _;

use super::calls::Run;

/// A log with nothing for us.
pub(super) const NOTHING: &str =
    "2026-03-05 09:00:01 INFO sync started\n2026-03-05 09:00:07 INFO 12 files copied, reward none\n";

/// Status lines of each server.
pub(super) const STATUS_LINES: u64 = 36;

/// What a status line says; rates in tenths, shares in tenths of a per cent.
pub(super) struct Status {
    pub(super) prompt: u64,
    pub(super) generation: u64,
    pub(super) running: u64,
    pub(super) waiting: u64,
    pub(super) cache: u64,
    pub(super) hits: u64,
}

/// The load of a server at a status line: rises, stays and falls.
pub(super) fn status(server: u64, number: u64) -> Status {
    let height = number.min(STATUS_LINES - 1 - number).min(12);
    let ripple = (number * 7 + server * 5) % 9;
    Status {
        prompt: 1_200 * height + 137 * ripple,
        generation: 450 * height + 31 * ripple,
        running: height + server,
        waiting: (height * 2 + ripple).saturating_sub(22),
        cache: 70 * height + 9 * ripple,
        hits: 300 + 25 * height + ripple,
    }
}

fn tenths(value: u64) -> String {
    format!("{}.{}", value / 10, value % 10)
}

fn at(number: u64) -> String {
    format!("03-05 10:{:02}:{:02}", number / 6, number % 6 * 10)
}

/// The user simulator's server: one line a status, with a rank.
pub(super) fn user_server() -> String {
    let mut text = "Starting USER vLLM server on node: gaudi001\n\
        User model:        acme/quill-7b\nDEBUG: SLURM_JOB_ID=4242\n\
        (APIServer pid=1) INFO 03-05 09:59:02 [api_server.py:1805] vLLM API server version 0.10.1.1\n"
        .to_owned();
    for number in 0..STATUS_LINES {
        let Status { prompt, generation, running, waiting, cache, hits } = status(0, number);
        writeln!(
            text,
            "(APIServer pid=1) INFO {} [loggers.py:271] Engine 000: Avg prompt throughput: {} tokens/s, \
             Avg generation throughput: {} tokens/s, Running: {running} reqs, Waiting: {waiting} reqs, \
             GPU KV cache usage: {}%, Prefix cache hit rate: {}%",
            at(number),
            tenths(prompt),
            tenths(generation),
            tenths(cache),
            tenths(hits)
        )
        .expect("a string takes all text");
        if number % 12 == 7 {
            let port = 39_800 + number;
            writeln!(text, "INFO:     127.0.0.1:{port} - \"POST /v1/chat/completions HTTP/1.1\" 400 Bad Request")
                .expect("a string takes all text");
        }
    }
    text
}

/// The assistant's: an older engine, which says the hits on a line of its own.
pub(super) fn assistant_server() -> String {
    let mut text =
        "Starting ASSISTANT vLLM server...\n  Model   : acme/heron-8b\n  Port    : 8005\nHost: gaudi002\n".to_owned();
    for number in 0..STATUS_LINES {
        let Status { prompt, generation, running, waiting, cache, hits } = status(1, number);
        let stamp = at(number);
        writeln!(
            text,
            "INFO {stamp} metrics.py:406] Avg prompt throughput: {} tokens/s, Avg generation throughput: {} tokens/s, \
             Running: {running} reqs, Swapped: 0 reqs, Pending: {waiting} reqs, GPU KV cache usage: {}%, CPU KV cache usage: 99.0%.\n\
             INFO {stamp} metrics.py:422] Prefix cache hit rate: GPU: {}%, CPU: 0.00%",
            tenths(prompt),
            tenths(generation),
            tenths(cache),
            tenths(hits)
        )
        .expect("a string takes all text");
    }
    text.push_str("slurmstepd: error: *** JOB 4242 ON gaudi002 CANCELLED DUE TO TIME LIMIT ***\n");
    text
}

/// Errors of both servers, by their names.
pub(super) const SERVER_ERRORS: [u64; 2] = [3, 1];

/// What the run says it used.
pub(super) const MODEL: &str = "heron-8b";
/// The same of the user simulator.
pub(super) const USER_MODEL: &str = "plover-32b";

/// The console of the τ-bench run: the last task is lost to an error.
pub(super) fn console(run: &Run) -> String {
    let mut text = format!(
        "Starting tau-bench\n2026-03-05 11:59:58\n\
         Namespace(num_trials=1, env='airline', model='{MODEL}', model_provider='openai', user_model='{USER_MODEL}', \
         user_model_provider='openai', agent_strategy='act', temperature=0.0, task_split='test', start_index=0, end_index=-1, \
         task_ids=None, log_dir='results', max_concurrency=1, seed=10, shuffle=0, user_strategy='llm', few_shot_displays_path=None)\n\
         Loading user with strategy: llm\n\nProvider List: https://docs.litellm.ai/docs/providers\n\n\
         Running tasks 0 to 6 (checkpoint path: results/run_77.json)\n"
    );
    let mut solved = 0;
    for episode in &run.episodes {
        let task = episode.task;
        let result = if task == "5" {
            format!("❌ task_id={task} {{'error': 'Connection error.', 'traceback': 'Traceback (most recent call last):\\n'}}")
        } else {
            let (mark, reward) = if episode.solved { ("✅", "1.0") } else { ("❌", "0.0") };
            solved += u32::from(episode.solved);
            format!(
                "{mark} task_id={task} {{'task': {{'user_id': 'ada_1', 'instruction': \"It's late\"}}, 'source': 'user', \
                 'user_cost': None, 'reward_info': {{'reward': {reward}, 'info': {{'r_actions': {reward}}}, 'actions': []}}}}"
            )
        };
        writeln!(text, "Running task {task}\n{result}\n-----").expect("a string takes all text");
    }
    let share = f64::from(solved) / run.episodes.len() as f64;
    writeln!(
        text,
        "🏆 Average reward: {share}\n📈 Pass^k\n  k=1: {share}\n\n📄 Results saved to results/run_77.json\n\nFinished running tau-bench\n2026-03-05 12:20:00"
    )
    .expect("a string takes all text");
    text
}
