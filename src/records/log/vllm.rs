//! What the log of a vLLM server says.

use super::calendar::{DAY_MS, days_since_1970};

/// Whose model a server serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Server {
    /// The simulated user's.
    User,
    /// The agent's.
    Assistant,
}

/// One status line of an engine. Rates are means over the time since the line before.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StatusPoint {
    /// The month, from 1; 0 where the line has no time.
    pub month: u8,
    /// The day of the month, from 1.
    pub day: u8,
    /// Milliseconds since midnight.
    pub ms_of_day: u32,
    /// How many new years have passed since the first line: the lines name none.
    pub new_years: u8,
    /// The number of the engine; servers with data parallelism have several.
    pub engine: Option<u32>,
    /// Tokens of prompts a second.
    pub prompt_tokens_per_s: Option<f64>,
    /// Tokens generated a second.
    pub generation_tokens_per_s: Option<f64>,
    /// Requests being served.
    pub running: Option<u32>,
    /// Requests waiting (`Pending` in vLLM's first engine).
    pub waiting: Option<u32>,
    /// Share of the GPU's key-value cache in use, in per cent.
    pub kv_cache_percent: Option<f64>,
    /// Share of prompt tokens found in the prefix cache, in per cent.
    pub prefix_hit_percent: Option<f64>,
    /// Its line, from 1.
    pub line: u32,
}

impl StatusPoint {
    /// Returns its time in milliseconds since 1970, if the log begins in `first_year`.
    pub fn at_ms(&self, first_year: i32) -> Option<i64> {
        let days = days_since_1970(first_year + i32::from(self.new_years), self.month, self.day);
        (self.month > 0).then(|| days * DAY_MS + i64::from(self.ms_of_day))
    }
}

/// Errors that read alike once numbers are left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorGroup {
    /// The first of them, redacted and shortened.
    pub text: String,
    /// How many.
    pub count: u64,
    /// The line of the first, from 1.
    pub first_line: u32,
}

/// The log of a vLLM server after reading.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct VllmLog {
    /// Path for display, secrets veiled.
    pub path: String,
    /// The user's label (`LABEL=PATH`), if any.
    pub label: Option<String>,
    /// Whose model it serves.
    pub server: Option<Server>,
    /// The job of the cluster.
    pub job_id: Option<String>,
    /// The machine.
    pub node: Option<String>,
    /// The model it serves.
    pub model: Option<String>,
    /// The version of vLLM.
    pub version: Option<String>,
    /// The year of the first line, where any line tells it.
    pub first_year: Option<i32>,
    /// Its status lines in file order.
    pub points: Vec<StatusPoint>,
    /// Its errors, the most frequent first.
    pub errors: Vec<ErrorGroup>,
}
