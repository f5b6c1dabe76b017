//! The calls of three runs, as they follow each other and lie within each other in time.

use crate::generate::rng::SplitMix64;

/// Ticks of a millisecond: logs print two places.
pub(super) const MS: u64 = 100;
/// Ticks of a second.
const SECOND: u64 = 1000 * MS;
/// Ten in the morning.
const TEN: u64 = 36_000 * SECOND;

/// What a call is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Expert,
    Agent,
    User,
    Judge,
    Tool,
    Step,
}

/// How the time of a call of a language model divides, in ticks, and its tokens in and out.
#[derive(Debug, Clone, Copy)]
pub(super) struct Phases {
    pub(super) prefill: u64,
    pub(super) decode: u64,
    pub(super) tokens: (u64, u64),
}

/// One call; its line is written when it ends.
#[derive(Debug, Clone)]
pub(super) struct Call {
    pub(super) kind: Kind,
    /// The task; `global` for none.
    pub(super) task: &'static str,
    pub(super) thread: u64,
    /// Step of the conversation; number of the example in HLE.
    pub(super) step: u64,
    /// The model, or the function of a tool.
    pub(super) name: &'static str,
    /// The moment of its line.
    pub(super) end: u64,
    /// How long it took; `None` where the line does not say.
    pub(super) took: Option<u64>,
    pub(super) phases: Option<Phases>,
    /// What the line says of an error.
    pub(super) error: Option<&'static str>,
}

impl Call {
    /// The moment its line shows: whole milliseconds.
    pub(super) fn stamp_ms(&self) -> u64 {
        self.end / MS
    }
}

/// One episode.
#[derive(Debug, Clone)]
pub(super) struct Episode {
    pub(super) task: &'static str,
    pub(super) trial: i64,
    pub(super) thread: u64,
    /// Its first moment.
    pub(super) start: u64,
    /// Its last.
    pub(super) end: u64,
    pub(super) solved: bool,
}

/// One run.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) domain: &'static str,
    pub(super) episodes: Vec<Episode>,
    /// In order of their ends.
    pub(super) calls: Vec<Call>,
}

/// The agent's model as logs have it.
pub(super) const AGENT: &str = "/ckpt/heron-8b";
/// The user simulator's and the judge's.
pub(super) const USER: &str = "quill-7b";
const EXPERTS: [&str; 2] = ["plover-32b", "tern-70b"];
const TOOLS: [&str; 4] =
    ["get_order_details", "get_product_details", "modify_pending_order_items", "return_delivered_order_items"];
/// The tool that waits for an expert.
const ASK: &str = "ask_expert";

/// Tasks of the τ²-bench run; one has an id as telecom's are.
pub(super) const TASKS: [&str; 8] = ["0", "1", "2", "3", "4", "5", "6", "[return]late order|box:2[PERSONA:None]"];
/// Examples of HLE.
const EXAMPLES: [&str; 10] = ["66ea0", "66ea1", "66ea2", "66ea3", "66ea4", "66ea5", "66ea6", "66ea7", "66ea8", "66ea9"];

/// Deciles of durations, in milliseconds.
type Deciles = [u64; 11];
const AGENT_MS: Deciles = [234, 2_096, 2_601, 3_029, 3_468, 4_020, 4_752, 5_702, 7_169, 9_700, 42_000];
const EXPERT_MS: Deciles = [217, 655, 886, 1_145, 1_462, 1_774, 2_328, 2_921, 3_932, 5_576, 30_000];
const USER_MS: Deciles = [756, 1_941, 2_830, 5_251, 7_457, 9_608, 11_809, 14_605, 17_695, 23_387, 50_000];
const JUDGE_MS: Deciles = [400, 480, 560, 640, 700, 760, 840, 920, 1_000, 1_200, 2_500];
const TOOL_MS: Deciles = [1, 1, 1, 2, 2, 3, 4, 6, 9, 15, 60];
const PREFILL_MS: Deciles = [20, 45, 55, 62, 68, 73, 80, 92, 110, 140, 200];

/// A run being played.
struct Play {
    rng: SplitMix64,
    calls: Vec<Call>,
    experts: u64,
}

impl Play {
    fn new(seed: u64) -> Self {
        Self { rng: SplitMix64::new(seed), calls: Vec::new(), experts: 0 }
    }

    /// Draws a duration; within the last decile short ones are likelier.
    fn draw(&mut self, deciles: &Deciles) -> u64 {
        let decile = self.rng.pick(&[0_usize, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        let (from, to) = (deciles[decile] * MS, deciles[decile + 1] * MS);
        let mut width = to - from;
        if decile == 9 {
            width = self.rng.below(width + 1);
        }
        (from + self.rng.below(width + 1)).max(1)
    }

    fn call(&mut self, at: At, kind: Kind, name: &'static str, end: u64, took: u64) -> &mut Call {
        let At { task, thread, step } = at;
        self.calls.push(Call { kind, task, thread, step, name, end, took: Some(took), phases: None, error: None });
        self.calls.last_mut().expect("one was just added")
    }

    fn agent(&mut self, at: At, start: u64, took: Option<u64>) -> u64 {
        let took = took.unwrap_or_else(|| self.draw(&AGENT_MS));
        let prefill = self.draw(&PREFILL_MS).min(took / 2);
        let decode = (took - prefill) * (70 + self.rng.below(30)) / 100;
        let tokens = (600 + 310 * at.step + self.rng.below(200), (decode / (14 * MS)).max(1));
        self.call(at, Kind::Agent, AGENT, start + took, took).phases = Some(Phases { prefill, decode, tokens });
        start + took
    }

    /// A tool; one of them waits for an expert.
    fn tool(&mut self, at: At, start: u64) -> u64 {
        let mut moment = start + self.draw(&TOOL_MS);
        let mut name = self.rng.pick(&TOOLS);
        if self.rng.chance(35) {
            name = ASK;
            let took = self.draw(&EXPERT_MS);
            moment += took;
            self.experts += 1;
            let is_timed = !self.experts.is_multiple_of(9);
            let expert = self.rng.pick(&EXPERTS);
            let tokens = (900 + self.rng.below(4_000), 20 + self.rng.below(500));
            let prefill = took / 3;
            let call = self.call(at, Kind::Expert, expert, moment, took);
            call.took = is_timed.then_some(took);
            // The larger expert is another's server, which says nothing of its phases.
            call.phases = (expert == EXPERTS[0]).then_some(Phases { prefill, decode: took / 2, tokens });
            moment += 30 + self.rng.below(200);
        }
        let fails = self.rng.chance(9);
        let call = self.call(at, Kind::Tool, name, moment, moment - start);
        call.error = fails.then_some("True");
        moment
    }

    /// Plays an episode; returns its end.
    fn episode(&mut self, episode: &Episode, steps: u64) -> u64 {
        let mut at = At { task: episode.task, thread: episode.thread, step: 0 };
        let mut moment = episode.start + 20 + self.rng.below(300);
        for step in 0..steps {
            at.step = step;
            let begin = moment;
            moment = match (episode.task, episode.trial, step) {
                // The tail of a published work log.
                ("5", 1, 3) => self.agent(at, moment, Some(42_695_860)),
                _ => self.agent(at, moment, None),
            };
            if (episode.task, episode.trial, step) == ("3", 0, 2) {
                self.call(at, Kind::Agent, AGENT, moment + 60 * SECOND, 60 * SECOND).error = Some("rate limit exceeded");
                moment += 60 * SECOND;
            }
            moment += 10 + self.rng.below(90);
            if self.rng.chance(62) {
                moment = self.tool(at, moment);
            } else {
                let took = self.draw(&USER_MS);
                moment += took;
                self.call(at, Kind::User, USER, moment, took);
            }
            moment += 5;
            self.call(at, Kind::Step, "", moment, moment - begin);
            moment += 20;
        }
        let took = self.draw(&JUDGE_MS);
        moment += took;
        self.call(at, Kind::Judge, USER, moment, took);
        moment + 100 * MS
    }

    fn finish(mut self, domain: &'static str, episodes: Vec<Episode>) -> Run {
        // By what the lines show: within a millisecond the order of ends stays.
        self.calls.sort_by_key(|call| call.end);
        Run { domain, episodes, calls: self.calls }
    }
}

/// Where a call is made.
#[derive(Debug, Clone, Copy)]
struct At {
    task: &'static str,
    thread: u64,
    step: u64,
}

const THREADS: [u64; 4] = [140_130_040_260_288, 140_130_031_867_584, 140_129_951_807_168, 140_129_943_414_464];

/// τ²-bench: eight tasks, two trials, four at a time. Both trials of the last task run at once, so that its calls fit several.
pub(super) fn retail() -> Run {
    let mut play = Play::new(0x10_65EED);
    let last = TASKS.len() - 1;
    let first = (0..=last).map(|task| (task, 0));
    let jobs = first.chain([(last, 1)]).chain((0..last).map(|task| (task, 1)));
    let mut free = [TEN; 4];
    let mut episodes = Vec::new();
    for (task, trial) in jobs {
        let slot = (0..4).min_by_key(|slot| free[*slot]).expect("there are four");
        let solved = play.rng.chance(if task < 4 { 75 } else { 35 });
        let start = free[slot] / MS * MS;
        let mut episode = Episode { task: TASKS[task], trial, thread: THREADS[slot], start, end: 0, solved };
        let steps = if solved { 6 } else { 8 };
        episode.end = play.episode(&episode, steps).div_ceil(MS) * MS;
        free[slot] = episode.end + 2 * SECOND + 37 * MS;
        episodes.push(episode);
    }
    // Calls that belong to no episode: too late, of another task, of none. The last line of the log is a model's.
    let end = free.iter().copied().max().expect("there are four") + 60 * SECOND;
    let at = |task| At { task, thread: THREADS[0], step: 9 };
    play.call(at("0"), Kind::Judge, USER, end, 900 * MS);
    play.call(at("99"), Kind::User, USER, end + SECOND, 800 * MS);
    play.agent(at("global"), end + 2 * SECOND, None);
    play.finish("retail", episodes)
}

/// τ-bench: six tasks, one after the other. Its results have no times.
pub(super) fn airline() -> Run {
    let mut play = Play::new(0x10_65EEE);
    let mut episodes = Vec::new();
    let mut moment = TEN + 7_200 * SECOND;
    for (number, task) in TASKS[..6].iter().enumerate() {
        let mut episode = Episode { task, trial: 0, thread: THREADS[3], start: moment, end: 0, solved: number % 2 == 0 };
        episode.end = play.episode(&episode, 3);
        moment = episode.end + SECOND;
        episodes.push(episode);
    }
    play.finish("airline", episodes)
}

/// HLE: ten examples, each a search and two calls of the agent, judged.
pub(super) fn hle() -> Run {
    let mut play = Play::new(0x10_65EEF);
    let mut episodes = Vec::new();
    let mut moment = TEN + 14_400 * SECOND;
    for (number, task) in EXAMPLES.iter().enumerate() {
        let at = At { task, thread: THREADS[1], step: number as u64 };
        let start = moment;
        moment = play.agent(at, moment, None);
        let took = play.draw(&EXPERT_MS);
        moment += took;
        play.call(at, Kind::Tool, "search", moment, took).error = (number == 4).then_some("string_response");
        moment = play.agent(at, moment, None);
        let took = play.draw(&JUDGE_MS);
        moment += took;
        play.call(at, Kind::Judge, USER, moment, took);
        episodes.push(Episode { task, trial: 0, thread: at.thread, start, end: moment, solved: number % 3 == 0 });
    }
    play.finish("hle", episodes)
}
