//! Structured logs of any size, with the tails that real ones have.

use std::fmt::Write as _;

use crate::dice::Dice;

/// Quantiles of a published run in milliseconds (3453 calls of an agent's model, its work log of 30 December 2025): half of the
/// calls take 4 s, one takes 427 s.
const AGENT_MS: [(f64, f64); 14] = [
    (0.0, 234.1),
    (0.1, 2096.5),
    (0.2, 2601.1),
    (0.3, 3029.6),
    (0.4, 3468.5),
    (0.5, 4020.2),
    (0.6, 4752.6),
    (0.7, 5702.0),
    (0.8, 7169.6),
    (0.9, 9700.0),
    (0.95, 13301.1),
    (0.99, 70584.2),
    (0.999, 200_000.0),
    (1.0, 426_958.6),
];

const THREADS: usize = 10;

/// The conversation a thread is in.
struct Conversation {
    task: String,
    thread: u64,
    step: u32,
    /// When its next line is written, in milliseconds since midnight.
    at_ms: u64,
    turn: u32,
}

/// Returns a log of at least `bytes` bytes, the same for the same seed: ten tasks at a time, each line where its call ends.
pub(crate) fn structured(bytes: usize, seed: u64) -> Vec<u8> {
    let mut dice = Dice(seed);
    let mut text = String::with_capacity(bytes + 1000);
    let mut tasks = 0;
    let mut threads: Vec<Conversation> = (0..THREADS).map(|_| begin(&mut dice, &mut tasks, 0)).collect();
    while text.len() < bytes {
        // The line that is written first.
        let next = (0..THREADS).min_by_key(|place| threads[*place].at_ms).unwrap_or(0);
        let ended = threads[next].at_ms;
        turn(&mut dice, &mut threads[next], &mut text);
        if threads[next].turn > 24 {
            threads[next] = begin(&mut dice, &mut tasks, ended);
        }
    }
    text.into_bytes()
}

fn begin(dice: &mut Dice, tasks: &mut u64, at_ms: u64) -> Conversation {
    *tasks += 1;
    let task = match *tasks % 3 {
        0 => format!("[mms_issue]airplane_mode_on|bad_network_preference|data_mode_off_{tasks}[PERSONA:None]"),
        _ => tasks.to_string(),
    };
    Conversation { task, thread: 124_685_400_381_120 + dice.below(THREADS as u64) * 8_392_704, step: 0, at_ms, turn: 0 }
}

/// Writes one call and the end of its step.
fn turn(dice: &mut Dice, conversation: &mut Conversation, text: &mut String) {
    let ms = match conversation.turn % 3 {
        0 => call(dice, conversation, text),
        1 => tool(dice, conversation, text),
        _ => user(dice, conversation, text),
    };
    let (from, to) = [("agent", "env"), ("env", "agent"), ("user", "agent")][conversation.turn as usize % 3];
    head(text, "PROFILE", conversation, "step_complete");
    let _ = writeln!(text, " total_duration_ms={ms:.2} from_role={from} to_role={to}");
    conversation.turn += 1;
    conversation.step += 1;
    // Milliseconds are whole on the clock of the log.
    conversation.at_ms += format!("{ms:.0}").parse().unwrap_or(0);
}

fn head(text: &mut String, level: &str, conversation: &Conversation, kind: &str) {
    let Conversation { task, thread, step, at_ms, .. } = conversation;
    let (seconds, ms) = (at_ms / 1000, at_ms % 1000);
    let (days, hours, minutes, seconds) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    // Long logs begin the year anew; a bench needs no calendar.
    let (month, day) = (1 + days / 28 % 12, 1 + days % 28);
    let _ = write!(
        text,
        "[{level}] 2025-{month:02}-{day:02} {hours:02}:{minutes:02}:{seconds:02}.{ms:03} task={task} thread={thread} type={kind} step={step}"
    );
}

fn call(dice: &mut Dice, conversation: &Conversation, text: &mut String) -> f64 {
    let is_expert = dice.percent(25);
    let model = if is_expert { "openai/gpt-oss-20b" } else { "/workspace/ckpt/nvidia/Nemotron-Orchestrator-8B" };
    let ms = duration(dice);
    let (prefill, output) = (40.0 + dice.below(20_000) as f64 / 100.0, 20 + dice.below(800));
    head(text, "PROFILE", conversation, if is_expert { "expert_call" } else { "llm_call" });
    let _ = write!(text, " model={model} call_type=vllm duration_ms={ms:.2}");
    if !is_expert {
        let _ = write!(text, " vllm_infer_ms={:.2}", ms - 5.0);
    }
    let decode = (ms - 5.0 - prefill).max(0.0);
    let _ = write!(
        text,
        " prefill_ms={prefill:.2} decode_ms={decode:.2} input_tokens={} output_tokens={output}",
        900 + dice.below(20_000)
    );
    text.push_str(if is_expert { "\n" } else { " has_tool_calls=True\n" });
    ms
}

fn tool(dice: &mut Dice, conversation: &Conversation, text: &mut String) -> f64 {
    const TOOLS: [&str; 5] = [
        "get_order_details",
        "get_product_details",
        "find_user_id_by_email",
        "toggle_airplane_mode",
        "modify_pending_order_items",
    ];
    let ms = 0.2 + dice.below(2000) as f64 / 100.0;
    head(text, "PROFILE", conversation, "tool_call");
    let name = TOOLS[usize::try_from(dice.below(TOOLS.len() as u64)).unwrap_or(0)];
    let _ = write!(text, " function={name} call_type=local_function duration_ms={ms:.2}");
    text.push_str(if dice.percent(3) { " error=True\n" } else { "\n" });
    ms
}

fn user(dice: &mut Dice, conversation: &Conversation, text: &mut String) -> f64 {
    let ms = 2.0 * duration(dice);
    head(text, "USER_JUDGE", conversation, "user_sim");
    let _ = writeln!(text, " model=gpt-5 call_type=openai duration_ms={ms:.2}");
    ms
}

/// Draws a duration between the published quantiles, evenly on the log scale.
fn duration(dice: &mut Dice) -> f64 {
    let u = dice.below(1 << 32) as f64 / f64::from(u32::MAX);
    let above = AGENT_MS.iter().position(|(p, _)| u <= *p).unwrap_or(AGENT_MS.len() - 1).max(1);
    let ((p, low), (q, high)) = (AGENT_MS[above - 1], AGENT_MS[above]);
    low * (high / low).powf((u - p) / (q - p))
}
