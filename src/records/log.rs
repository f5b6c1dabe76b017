//! What a structured log says: timed calls, completed tasks, and how much of the log was understood.
//!
//! Events are small: what many of them share (type, model, function; task, thread) stands once in a table of the log, and an
//! event holds its number. The other two kinds of log are [`console`] and [`vllm`].

pub mod calendar;
pub mod console;
pub mod event;
pub mod vllm;

pub use console::{ConsoleLog, ConsoleResult, ConsoleRun, TaskStart, checkpoint_key};
pub use event::{Event, EventParts};
pub use vllm::{ErrorGroup, Server, StatusPoint, VllmLog};

/// Which kinds of log one file holds; a file may be more than one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LogKind {
    /// Structured lines (`[PROFILE]`, `[USER_JUDGE]`) or completion markers.
    pub profile: bool,
    /// What τ-bench or τ²-bench prints.
    pub console: bool,
    /// What a vLLM server prints.
    pub vllm: bool,
}

/// Who did the work an event times. Told by the type of the event alone, never by the name of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// The agent's model (`llm_call`).
    Agent,
    /// A model the agent asks for help (`expert_call`).
    Expert,
    /// The simulated user (`user_sim`).
    UserSim,
    /// The judge (τ-bench forks log it as `evaluator`).
    Judge,
    /// A tool (`tool_call`).
    Tool,
    /// A whole step of the conversation (`step_complete`): holds the calls made in it.
    Step,
    /// Anything else, under its own type name.
    Other,
}

impl Role {
    /// Returns the role of a type of event.
    pub fn of_type(kind: &str) -> Self {
        match kind {
            "llm_call" => Self::Agent,
            "expert_call" => Self::Expert,
            "user_sim" => Self::UserSim,
            "evaluator" => Self::Judge,
            "tool_call" => Self::Tool,
            "step_complete" => Self::Step,
            _ => Self::Other,
        }
    }

    /// Returns the name shown in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Expert => "expert",
            Self::UserSim => "user simulator",
            Self::Judge => "judge",
            Self::Tool => "tool",
            Self::Step => "step",
            Self::Other => "other",
        }
    }

    /// Returns the role a user means: `agent`, `user`, `judge`, … or its [`Role::name`], letter case aside. [`Role::Other`] is no role
    /// to ask for.
    pub fn typed(text: &str) -> Option<Self> {
        Some(match text.trim().to_ascii_lowercase().replace(['-', ' '], "_").as_str() {
            "agent" => Self::Agent,
            "expert" => Self::Expert,
            "user" | "user_sim" | "user_simulator" => Self::UserSim,
            "judge" | "evaluator" => Self::Judge,
            "tool" => Self::Tool,
            "step" => Self::Step,
            _ => return None,
        })
    }
}

/// A text of a log, by its place in [`Names`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(pub u32);

/// The texts of a log that events share, each once, secrets veiled.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Names(pub Vec<Box<str>>);

impl Names {
    /// Returns a text; empty for a name of another log.
    pub fn text(&self, name: Name) -> &str {
        usize::try_from(name.0).ok().and_then(|place| self.0.get(place)).map_or("", |text| text)
    }
}

/// What was called: the part of an event that many events share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Source {
    /// The role, told by the type.
    pub role: Role,
    /// The type as the log writes it: `llm_call`, …
    pub kind: Name,
    /// The model.
    pub model: Option<Name>,
    /// The tool (`function=`, in older logs `tool=`).
    pub function: Option<Name>,
    /// How it was called (`call_type=`, in older logs `backend=`): `vllm`, `openai`, `local_function`.
    pub call_type: Option<Name>,
    /// Whether the call failed.
    pub is_error: bool,
    /// What the log says of the error beyond that there was one.
    pub error: Option<Name>,
}

/// Where in the run it was called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Context {
    /// The task; `None` for what belongs to no task (`task=global`).
    pub task: Option<Name>,
    /// The number of the thread.
    pub thread: Option<i64>,
    /// The number of the example (HLE).
    pub eid: Option<i64>,
    /// The domain, where completion markers of this task tell it or the log has only one.
    pub domain: Option<Name>,
}

/// What made the log say which domain it is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DomainOrigin {
    /// All its completion markers.
    Marker,
    /// The name of the file.
    FileName,
    /// A folder on the way to the file.
    Folder,
}

/// The kind of a completion marker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum MarkerKind {
    /// `[TAU2_TASK_COMPLETE]`.
    Tau2,
    /// `[HLE_TASK_COMPLETE]`.
    Hle,
    /// `[FRAMES_TASK_COMPLETE]`.
    Frames,
    /// `FINISHED SIMULATION: …`.
    Simulation,
}

/// A line that says that a task is done.
#[derive(Debug, Clone, PartialEq)]
pub struct Marker {
    /// Which.
    pub kind: MarkerKind,
    /// The domain.
    pub domain: Option<String>,
    /// The trial.
    pub trial: Option<i64>,
    /// The task.
    pub task: Option<String>,
    /// `ok`, `error`, `skipped`, …, as written.
    pub status: Option<String>,
    /// The reward; of a marker that says only whether the answer was right, 1 or 0.
    pub reward: Option<f64>,
    /// The line's own time in milliseconds since 1970, local to the machine that wrote it.
    pub at_ms: Option<i64>,
    /// The time of the last line before it that has one: most markers have none of their own.
    pub after_ms: Option<i64>,
    /// Its line, from 1.
    pub line: u32,
}

/// A line that says that a run begins: `type=run_start`, or `Starting evaluation: N tasks with max_concurrency=M`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RunStart {
    /// Its time in milliseconds since 1970.
    pub at_ms: Option<i64>,
    /// The model.
    pub model: Option<String>,
    /// How many tasks there are.
    pub tasks: Option<u32>,
    /// How many run at a time.
    pub concurrency: Option<u32>,
    /// Its line, from 1.
    pub line: u32,
}

/// How often a key stands on the records of one type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyCount {
    /// The key as the log writes it.
    pub key: String,
    /// The field it is read as; `None` for a key that is not used.
    pub read_as: Option<&'static str>,
    /// On how many records.
    pub records: u64,
    /// On how many of them its value could not be read.
    pub unreadable: u64,
}

/// What was found on the records of one type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypeCount {
    /// The type as the log writes it.
    pub kind: String,
    /// How many records.
    pub records: u64,
    /// How many of them have a time.
    pub with_time: u64,
    /// Their keys, in the order of their names.
    pub keys: Vec<KeyCount>,
}

/// A record that was not understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadLine {
    /// Its line, from 1.
    pub line: u32,
    /// Its beginning, redacted.
    pub text: String,
}

/// How much of a log was understood.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SelfCheck {
    /// Lines of the file.
    pub lines: u64,
    /// Structured records found: more than one may stand on a line.
    pub records: u64,
    /// Those that name their type.
    pub understood: u64,
    /// Those cut off by the end of the file, whose last value was not used. They count as understood if they name their type.
    pub cut_off: u64,
    /// Times, durations and token counts that no run can have: in no figure.
    pub implausible: u64,
    /// The first few that were not understood.
    pub examples: Vec<BadLine>,
    /// What was found, in the order of the names of the types.
    pub types: Vec<TypeCount>,
}

impl SelfCheck {
    /// Returns how many records were not understood.
    pub fn not_understood(&self) -> u64 {
        self.records - self.understood
    }
}

/// A file that was read as a log.
#[derive(Debug, Clone, PartialEq)]
pub struct LogInput {
    /// Where it lies.
    pub source: super::SourceFile,
    /// Its structured lines and completion markers.
    pub profile: Option<LogFile>,
    /// What a vLLM server printed.
    pub vllm: Option<VllmLog>,
    /// What τ-bench or τ²-bench printed.
    pub console: Option<ConsoleLog>,
    /// Events dropped because another file has them too.
    pub copies: u64,
}

impl LogInput {
    /// Returns what it is in words: `structured log, console output`.
    pub fn kind(&self) -> String {
        let kinds = [
            (self.profile.is_some(), "structured log"),
            (self.console.is_some(), "console output"),
            (self.vllm.is_some(), "vLLM server log"),
        ];
        let kinds: Vec<&str> = kinds.iter().filter(|(is, _)| *is).map(|(_, name)| *name).collect();
        kinds.join(", ")
    }
}

/// A structured log after reading.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LogFile {
    /// Path for display, secrets veiled.
    pub path: String,
    /// The user's label (`LABEL=PATH`), if any.
    pub label: Option<String>,
    /// The one domain of the log, and what told it; `None` where nothing does or there are several.
    pub domain: Option<(Name, DomainOrigin)>,
    /// The texts the events share.
    pub names: Names,
    /// What was called, by [`Event::source`].
    pub sources: Vec<Source>,
    /// Where it was called, by [`Event::context`].
    pub contexts: Vec<Context>,
    /// The events in file order.
    pub events: Vec<Event>,
    /// The completion markers in file order.
    pub markers: Vec<Marker>,
    /// The starts of runs in file order: a log may hold several runs, one behind the other.
    pub runs: Vec<RunStart>,
    /// How much was understood.
    pub check: SelfCheck,
}

/// What makes an event the same in every rendering of a log: a run is often logged into several files at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventKey<'a> {
    at_ms: Option<i64>,
    thread: Option<i64>,
    kind: &'a str,
    task: Option<&'a str>,
    model: Option<&'a str>,
    function: Option<&'a str>,
    step: Option<i32>,
    duration_bits: Option<u64>,
}

impl LogFile {
    /// Returns what was called.
    ///
    /// # Panics
    /// Panics for an event of another log.
    pub fn source(&self, event: &Event) -> &Source {
        &self.sources[event.source() as usize]
    }

    /// Returns where it was called.
    ///
    /// # Panics
    /// Panics for an event of another log.
    pub fn context(&self, event: &Event) -> &Context {
        &self.contexts[event.context() as usize]
    }

    /// Returns the type of an event.
    pub fn kind(&self, event: &Event) -> &str {
        self.names.text(self.source(event).kind)
    }

    /// Returns the model of an event.
    pub fn model(&self, event: &Event) -> Option<&str> {
        self.source(event).model.map(|name| self.names.text(name))
    }

    /// Returns the tool of an event.
    pub fn function(&self, event: &Event) -> Option<&str> {
        self.source(event).function.map(|name| self.names.text(name))
    }

    /// Returns the task of an event.
    pub fn task(&self, event: &Event) -> Option<&str> {
        self.context(event).task.map(|name| self.names.text(name))
    }

    /// Returns the domain of an event: its task's, or the log's.
    pub fn domain_of(&self, event: &Event) -> Option<&str> {
        let name = self.context(event).domain.or(self.domain.map(|(name, _)| name));
        name.map(|name| self.names.text(name))
    }

    /// Returns the times of the first and the last event that have one, in milliseconds since 1970.
    pub fn span_ms(&self) -> Option<(i64, i64)> {
        let times = || self.events.iter().filter_map(Event::at_ms);
        Some((times().min()?, times().max()?))
    }

    /// Returns what makes the event the same in every rendering of its log.
    pub fn key(&self, event: &Event) -> EventKey<'_> {
        EventKey {
            at_ms: event.at_ms(),
            thread: self.context(event).thread,
            kind: self.kind(event),
            task: self.task(event),
            model: self.model(event),
            function: self.function(event),
            step: event.step(),
            duration_bits: event.duration_ms().map(f64::to_bits),
        }
    }
}
