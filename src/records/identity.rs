//! What a result file is a result *of*, and how we know.

use std::{collections::BTreeMap, fmt};

/// Where a part of an identity was read. Ordered from the weakest to the strongest source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// The other files of the same run folder, which agree.
    Neighbours,
    /// A folder name on the way to the file.
    Folder,
    /// The file's own name.
    FileName,
    /// What the run that wrote the file printed on its console.
    Console,
    /// The file's content.
    Content,
    /// The user's `--layout` template.
    Layout,
    /// The user's `--map` rule.
    Map,
}

impl Origin {
    /// All origins.
    pub const ALL: [Self; 7] =
        [Self::Neighbours, Self::Folder, Self::FileName, Self::Console, Self::Content, Self::Layout, Self::Map];
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Neighbours => "neighbouring files",
            Self::Folder => "folder",
            Self::Console => "console log",
            Self::FileName => "file name",
            Self::Content => "content",
            Self::Layout => "--layout",
            Self::Map => "--map",
        })
    }
}

/// One part of an identity with its origin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The value, secrets veiled.
    pub value: String,
    /// Where it was read.
    pub origin: Origin,
}

impl Part {
    /// Makes a part.
    pub fn new(value: impl Into<String>, origin: Origin) -> Self {
        Self { value: value.into(), origin }
    }
}

/// The benchmark that wrote a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Benchmark {
    /// τ-bench and forks that keep its checkpoint format.
    Tau1,
    /// τ²-bench, τ³-bench and forks that keep their results format.
    Tau2,
}

impl Benchmark {
    /// Returns the name in files.
    pub fn id(self) -> &'static str {
        match self {
            Self::Tau1 => "tau1",
            Self::Tau2 => "tau2",
        }
    }
}

impl fmt::Display for Benchmark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Tau1 => "τ-bench",
            Self::Tau2 => "τ²-bench",
        })
    }
}

/// Everything known of the configuration behind one file. `None` is unknown and is shown as `unknown`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The benchmark, from the shape of the content.
    pub benchmark: Benchmark,
    /// Environment (domain): `airline`, `retail`, …
    pub env: Option<Part>,
    /// The agent's model.
    pub model: Option<Part>,
    /// The agent's strategy: `tool-calling`, `act`, `react`, `few-shot` or a fork's own name.
    pub strategy: Option<Part>,
    /// The user simulator's model.
    pub user_model: Option<Part>,
    /// The user simulator's strategy, `llm` mostly.
    pub user_strategy: Option<Part>,
    /// Sampling temperature of the agent, as written.
    pub temperature: Option<Part>,
    /// Task index range as written, e.g. `0--1` (end -1 means all) or `20-30`.
    pub task_range: Option<Part>,
    /// τ²-bench: how user and agent share the work: `default`, `no-user`, `oracle-plan`, `voice`.
    pub mode: Option<Part>,
    /// τ²-bench: the step limit.
    pub max_steps: Option<Part>,
    /// The benchmark's version: a git commit, as written.
    pub version: Option<Part>,
    /// What a name says after the model, where other files show that the model ends before it: `tone` in `gpt-5-tone`.
    pub variant: Option<Part>,
    /// All other settings on record by name (`agent.reasoning_effort`), texts shortened, secrets redacted. Absent is the default.
    pub settings: BTreeMap<String, String>,
}

impl Identity {
    /// Makes an identity of which only the benchmark is known.
    pub fn unknown(benchmark: Benchmark) -> Self {
        Self {
            benchmark,
            env: None,
            model: None,
            strategy: None,
            user_model: None,
            user_strategy: None,
            temperature: None,
            task_range: None,
            mode: None,
            max_steps: None,
            version: None,
            variant: None,
            settings: BTreeMap::new(),
        }
    }

    /// Returns the parts with their names, in display order.
    pub fn parts(&self) -> [(&'static str, Option<&Part>); 10] {
        [
            ("env", self.env.as_ref()),
            ("model", self.model.as_ref()),
            ("strategy", self.strategy.as_ref()),
            ("user model", self.user_model.as_ref()),
            ("user strategy", self.user_strategy.as_ref()),
            ("temperature", self.temperature.as_ref()),
            ("task range", self.task_range.as_ref()),
            ("mode", self.mode.as_ref()),
            ("max steps", self.max_steps.as_ref()),
            ("version", self.version.as_ref()),
        ]
    }
}
