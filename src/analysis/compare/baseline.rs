//! A side in a file, for comparing later runs with it.

use serde::{Deserialize, Serialize};

use super::Side;

/// Version of the form of the file: raised where an older program would misread it.
///
/// 1.1 added the calls of logs, 1.2 what is to be known of the data; an older file has none.
pub const SCHEMA_VERSION: &str = "1.2";
/// What tells the file from other files of taureport.
const KIND: &str = "baseline";
const TOOL: &str = "taureport";

/// The file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Baseline {
    schema_version: String,
    tool: String,
    kind: String,
    /// Version of the program that wrote it.
    pub version: String,
    /// Treatment of errors behind the counts, as typed for `--errors`.
    pub errors: String,
    /// Which of repeated attempts stayed, as typed for `--attempts`.
    pub attempts: String,
    /// The side.
    pub side: Side,
}

/// Why bytes are no baseline.
#[derive(Debug, thiserror::Error)]
pub enum BaselineError {
    /// metrics.json: it has rates, not counts.
    #[error(
        "this is a metrics.json of `taureport analyze`, which has no counts of single tasks to pair; make a baseline from the results \
         themselves: `taureport compare RESULTS --save-baseline FILE`"
    )]
    Metrics,
    /// Written by a later program.
    #[error(
        "a baseline of form {0}, and this program knows {SCHEMA_VERSION}; make it anew from the results, or update taureport"
    )]
    Version(String),
    /// Something else.
    #[error("not a baseline ({0}); make one with `taureport compare RESULTS --save-baseline FILE`")]
    Other(String),
}

impl Baseline {
    /// Makes a file of a side.
    pub fn new(side: Side, errors: String, attempts: String) -> Self {
        Self {
            schema_version: SCHEMA_VERSION.to_owned(),
            tool: TOOL.to_owned(),
            kind: KIND.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            errors,
            attempts,
            side,
        }
    }

    /// Reads a file.
    ///
    /// # Errors
    /// See [`BaselineError`].
    pub fn parse(bytes: &[u8]) -> Result<Self, BaselineError> {
        #[derive(Deserialize)]
        struct Head {
            tool: Option<String>,
            kind: Option<String>,
            schema_version: Option<serde_json::Value>,
            cells: Option<serde::de::IgnoredAny>,
        }
        let head: Head = serde_json::from_slice(bytes).map_err(|cause| BaselineError::Other(cause.to_string()))?;
        match (head.tool.as_deref(), head.kind.as_deref()) {
            (Some(TOOL), Some(KIND)) => {}
            (Some(TOOL), None) if head.cells.is_some() => return Err(BaselineError::Metrics),
            _ => return Err(BaselineError::Other("it does not say that it is one".to_owned())),
        }
        let version = head.schema_version.as_ref().and_then(|version| version.as_str()).unwrap_or("unknown").to_owned();
        let major = |version: &str| version.split('.').next().map(str::to_owned);
        if major(&version) != major(SCHEMA_VERSION) {
            return Err(BaselineError::Version(version));
        }
        let baseline: Self = serde_json::from_slice(bytes).map_err(|cause| BaselineError::Other(cause.to_string()))?;
        let sound = |side: &Side| side.cells.iter().flat_map(|cell| cell.tasks.values()).all(|task| task.c <= task.n);
        if sound(&baseline.side) { Ok(baseline) } else { Err(BaselineError::Other("more successes than trials".to_owned())) }
    }
}
