//! What runs there are, and the files they lie in.

use super::{
    simulation::{Bench, Cost, End, Extras, Price, Simulation, Verdict},
    talk::Manner,
    task::{ACTION, COMMUNICATE, Domain, NL_ASSERTION},
};
use crate::generate::SECRET;

/// The shape of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// `{timestamp, info, tasks, simulations}`.
    Results,
    /// The same with all that the newest version records.
    Newest,
    /// `results.json` and `simulations/*.json` in the folder of that path; where there is an index, it lists one simulation that
    /// is lost and leaves out the last one.
    Directory,
    /// One simulation a file, in the folder of that path.
    Single,
    /// ToolOrchestra: `{id, reward_info, messages}`.
    Nameless,
    /// ToolOrchestra revised: tasks by place, invented times.
    Revised,
    /// A flat list of outcomes.
    Flat,
}

/// One file, or the folder of several.
pub(super) struct RunFile {
    /// Path under `fixtures/tau2/`.
    pub(super) path: &'static str,
    pub(super) shape: Shape,
    /// Indices into the run's simulations.
    pub(super) rows: Vec<usize>,
    /// Whether another file goes before it.
    pub(super) passed_over: bool,
}

/// One configuration: a cell.
pub(super) struct Run {
    pub(super) domain: Domain,
    pub(super) model: &'static str,
    pub(super) strategy: &'static str,
    pub(super) user_model: &'static str,
    pub(super) user_strategy: &'static str,
    pub(super) temperature: Option<&'static str>,
    pub(super) max_steps: u64,
    pub(super) planned_trials: u64,
    pub(super) commit: &'static str,
    pub(super) with_index: bool,
    pub(super) simulations: Vec<Simulation>,
    pub(super) files: Vec<RunFile>,
}

impl Run {
    fn new(domain: Domain, model: &'static str, simulations: Vec<Simulation>) -> Self {
        Self {
            domain,
            model,
            strategy: "llm_agent",
            user_model: "plover-32b",
            user_strategy: "user_simulator",
            temperature: Some("0.0"),
            max_steps: 100,
            planned_trials: 4,
            commit: "5eed5eed00c0ffee5eed5eed00c0ffee5eed5eed",
            with_index: false,
            simulations,
            files: Vec::new(),
        }
    }

    fn file(mut self, path: &'static str, shape: Shape) -> Self {
        let rows = (0..self.simulations.len()).collect();
        self.files.push(RunFile { path, shape, rows, passed_over: false });
        self
    }

    pub(super) fn is_voice(&self) -> bool {
        self.strategy == "discrete_time_audio_native_agent"
    }

    /// Whether the file is a flat list, which says little more than rewards.
    pub(super) fn is_flat(&self) -> bool {
        self.files.iter().any(|file| file.shape == Shape::Flat)
    }

    /// Whether the files say what was run; a simulation or an outcome alone does not.
    pub(super) fn has_info(&self) -> bool {
        !self.files.iter().any(|file| matches!(file.shape, Shape::Single | Shape::Flat))
    }
}

const TERN: &str = "tern-70b";
const QUILL: &str = "ollama_chat/quill:7b";
const HERON: &str = "heron-8b";

/// Plans all runs.
pub(super) fn all() -> Vec<Run> {
    vec![
        airline_with_every_end(),
        airline_for_free(),
        telecom(),
        telecom_newest(),
        directory(),
        reviewed(),
        voice(),
        people(),
        orchestra(),
        flat(),
        Run::new(Domain::Retail, QUILL, Vec::new())
            .file("results/ollama_chat/quill-7b_retail_default_plover-32b_4trials.json", Shape::Results),
    ]
}

const TOKENS: Manner = Manner { usage: true, errors: 10 };
const SILENT: Manner = Manner { usage: false, errors: 0 };

/// All ten reasons to end, each early one at least once.
fn airline_with_every_end() -> Run {
    let mut bench = Bench::new(1, Domain::Airline, 85, (Price::Paid, Price::Paid), TOKENS);
    bench.ends = [
        ((0, 1), "max_steps"),
        ((1, 2), "too_many_errors"),
        ((2, 0), "agent_error"),
        ((2, 3), "user_error"),
        ((3, 1), "timeout"),
        ((3, 2), "context_window_exceeded"),
        ((4, 3), "unexpected_error"),
        ((5, 0), "infrastructure_error"),
        ((5, 2), "infrastructure_error"),
        ((1, 3), "max_steps"),
    ]
    .map(|(at, reason)| (at, End::Early(reason)))
    .into();
    bench.ends.push(((5, 1), End::Failing(NL_ASSERTION)));
    let path = "results/2026-03-02T093000.000000_airline_llm_agent_tern-70b_user_simulator_plover-32b.json";
    Run::new(Domain::Airline, TERN, bench.all(4)).file(path, Shape::Results)
}

/// A model that costs nothing; one simulation not evaluated, one missing.
fn airline_for_free() -> Run {
    let mut bench = Bench::new(2, Domain::Airline, 45, (Price::Free, Price::Paid), TOKENS);
    bench.ends = vec![((0, 3), End::NotEvaluated), ((5, 0), End::Failing(NL_ASSERTION)), ((2, 1), End::Failing(COMMUNICATE))];
    let mut simulations = bench.all(4);
    simulations.pop();
    Run::new(Domain::Airline, QUILL, simulations)
        .file("results/ollama_chat/quill-7b_airline_default_plover-32b_4trials.json", Shape::Results)
}

/// Costs known of some, tokens of none.
fn telecom() -> Run {
    let manner = Manner { usage: false, errors: 25 };
    let mut bench = Bench::new(3, Domain::Telecom, 60, (Price::Mixed, Price::Unknown), manner);
    bench.ends = vec![((1, 1), End::Early("max_steps")), ((4, 0), End::Early("too_many_errors"))];
    let path = "results/2026-03-02T113000.000000_telecom_llm_agent_tern-70b_user_simulator_plover-32b.json";
    Run::new(Domain::Telecom, TERN, bench.all(4)).file(path, Shape::Results)
}

/// Reviews, verdicts on authentication, re-rolls.
fn telecom_newest() -> Run {
    let mut bench = Bench::new(4, Domain::Telecom, 40, (Price::Free, Price::Paid), TOKENS);
    bench.ends = vec![((3, 2), End::NotEvaluated), ((0, 0), End::Early("timeout")), ((2, 1), End::Failing(ACTION))];
    let mut simulations = bench.all(4);
    for (number, one) in simulations.iter_mut().enumerate() {
        one.extras = extras(number);
    }
    let run = Run { with_index: true, ..Run::new(Domain::Telecom, QUILL, simulations) };
    run.file("results/ollama_chat/quill-7b_telecom_default_plover-32b_4trials.json", Shape::Newest)
}

fn extras(number: usize) -> Extras {
    let review = match number % 4 {
        0 => Some(vec![("agent", "critical", "wrong_argument"), ("user", "minor", "left_the_scenario")]),
        1 => Some(Vec::new()),
        2 => Some(vec![("agent", "minor", "wrong_argument")]),
        _ => None,
    };
    let user_review = (number % 8 == 3).then(|| vec![("user", "critical", "left_the_scenario")]);
    let auth = [Some("succeeded"), Some("failed"), Some("not_needed"), Some("succeeded"), None][number % 5];
    let retries = (number % 6 != 5).then_some(if number % 7 == 6 { 2 } else { 0 });
    Extras { review, user_review, auth, retries }
}

/// A results file and its simulations beside it; one of the index is lost, one is not in the index.
fn directory() -> Run {
    let mut bench = Bench::new(5, Domain::Retail, 60, (Price::Paid, Price::Paid), SILENT);
    let run = Run { with_index: true, planned_trials: 2, ..Run::new(Domain::Retail, TERN, bench.all(2)) };
    run.file("directory", Shape::Directory)
}

/// The same run twice, once with reviews.
fn reviewed() -> Run {
    let mut bench = Bench::new(6, Domain::Retail, 70, (Price::Paid, Price::Paid), SILENT);
    let mut simulations = bench.all(1);
    for (number, one) in simulations.iter_mut().enumerate() {
        one.extras = Extras { review: extras(number).review.or(Some(Vec::new())), ..Extras::default() };
    }
    let run = Run { planned_trials: 1, ..Run::new(Domain::Retail, HERON, simulations) };
    let mut run = run.file("reviewed/results.json", Shape::Results).file("reviewed/results_reviewed.json", Shape::Newest);
    run.files[0].passed_over = true;
    run
}

/// Held by voice: ticks, no messages, no rewards, no costs, no index.
fn voice() -> Run {
    let mut bench = Bench::new(7, Domain::Retail, 50, (Price::Missing, Price::Missing), SILENT);
    let mut simulations = bench.all(1);
    for one in &mut simulations {
        (one.verdict, one.talk) = (Verdict::Missing, None);
    }
    let run = Run {
        strategy: "discrete_time_audio_native_agent",
        user_strategy: "voice_streaming_user_simulator",
        temperature: None,
        max_steps: 6_000,
        planned_trials: 1,
        ..Run::new(Domain::Retail, "openai:lark-realtime", simulations)
    };
    run.file("voice", Shape::Directory)
}

/// People in the agent's place: nothing but the conversation.
fn people() -> Run {
    let mut bench = Bench::new(8, Domain::Retail, 50, (Price::Unknown, Price::Unknown), SILENT);
    let mut simulations = bench.all(1);
    for one in &mut simulations {
        (one.verdict, one.trial, one.seed) = (Verdict::Null, None, None);
    }
    Run::new(Domain::Retail, "", simulations).file("people", Shape::Single)
}

/// ToolOrchestra's two shapes, of the same simulations in another order than the tasks.
fn orchestra() -> Run {
    let mut bench = Bench::new(9, Domain::Airline, 50, (Price::Missing, Price::Missing), SILENT);
    // Tasks 0 and 4 have no actions to be told by: they stay in order.
    let simulations: Vec<Simulation> = [3, 0, 5, 1, 4, 2].map(|task| bench.one(task, 0)).into();
    let run = Run::new(Domain::Airline, HERON, simulations);
    run.file("orchestra/first/orchestra_airline_heron-8b_1trial.json", Shape::Nameless)
        .file("orchestra/revised/orchestra_airline_heron-8b_1trial.json", Shape::Revised)
}

/// A flat list; the server went away once.
fn flat() -> Run {
    let mut bench = Bench::new(10, Domain::Airline, 55, (Price::Missing, Price::Missing), SILENT);
    let mut simulations = bench.all(2);
    for one in &mut simulations {
        (one.start_ms, one.seed) = (None, None);
    }
    let lost = &mut simulations[7];
    lost.verdict = Verdict::Premature { note: format!("litellm.RateLimitError: 429 for key {SECRET}") };
    lost.termination = None;
    debug_assert!(simulations.iter().all(|one| one.agent_cost == Cost::Missing), "a flat list has no costs");
    Run { planned_trials: 2, ..Run::new(Domain::Airline, "", simulations) }.file("flat/outcomes.json", Shape::Flat)
}
