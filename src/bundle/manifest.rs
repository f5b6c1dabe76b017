//! `manifest.json`: what a report was made from, by which version and flags, and which files belong to it.
//!
//! It is also how taureport knows its own files again: a file in an output directory is ours if the manifest beside it lists
//! it. It holds no date, so that the same inputs give the same bytes.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::json;

/// The file's name in the output directory.
pub const FILE_NAME: &str = "manifest.json";

/// The name by which a manifest is known as ours.
pub const TOOL: &str = "taureport";

/// The version of this file's layout.
pub const SCHEMA_VERSION: u32 = 1;

/// One file that was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Input {
    /// Path as shown in the report.
    pub path: String,
    /// Size on disk in bytes.
    pub bytes: u64,
    /// SHA-256 of the bytes on disk, in lower-case hexadecimal.
    pub sha256: String,
    /// What the file was taken for, such as `tau1_trajectories`.
    pub kind: String,
    /// The sweep's label, if one was given or derived.
    pub label: Option<String>,
}

/// One file that was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Output {
    /// Path relative to the manifest, with `/`.
    pub path: String,
    /// Size in bytes.
    pub bytes: u64,
    /// SHA-256 in lower-case hexadecimal.
    pub sha256: String,
}

/// The manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// See [`SCHEMA_VERSION`].
    pub schema_version: u32,
    /// Always [`TOOL`].
    pub tool: String,
    /// Version of the tool.
    pub version: String,
    /// The command, such as `report`.
    pub command: String,
    /// Settings in force, as pairs of name and value, in a fixed order.
    pub flags: Vec<(String, String)>,
    /// Files read, sorted by the caller.
    pub inputs: Vec<Input>,
    /// Files written except this one, sorted by path; filled by [`super::Bundle::seal`].
    pub outputs: Vec<Output>,
}

/// Why bytes are not a manifest of ours.
#[derive(Debug, thiserror::Error)]
pub enum ParseError {
    /// Not JSON of this shape.
    #[error("not a taureport manifest: {0}")]
    Json(#[from] serde_json::Error),
    /// Made by something else.
    #[error("a manifest of {0:?}, not of taureport")]
    OtherTool(String),
}

impl Manifest {
    /// Makes a manifest of this version without outputs.
    pub fn new(command: impl Into<String>, flags: Vec<(String, String)>, inputs: Vec<Input>) -> Self {
        Self {
            schema_version: SCHEMA_VERSION,
            tool: TOOL.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            command: command.into(),
            flags,
            inputs,
            outputs: Vec::new(),
        }
    }

    /// Reads a manifest. Fields added by a later version are ignored, so that its files are still known as ours.
    ///
    /// # Errors
    /// Bytes that are not JSON of this shape, or a manifest of another tool.
    pub fn parse(bytes: &[u8]) -> Result<Self, ParseError> {
        let manifest: Self = serde_json::from_slice(bytes)?;
        if manifest.tool == TOOL { Ok(manifest) } else { Err(ParseError::OtherTool(manifest.tool)) }
    }

    /// Writes the manifest as JSON.
    ///
    /// # Errors
    /// None in practice: every field is text or a number.
    pub fn bytes(&self) -> Result<Vec<u8>, serde_json::Error> {
        json::bytes(self)
    }
}

/// Returns the SHA-256 of bytes in lower-case hexadecimal (FIPS 180-4).
pub fn sha256_hex(bytes: &[u8]) -> String {
    format!("{:x}", Sha256::digest(bytes))
}

/// SHA-256 of bytes that come piece by piece.
#[derive(Debug, Clone, Default)]
pub struct Hasher(Sha256);

impl Hasher {
    /// Adds the next bytes.
    pub fn add(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// Returns the hash as lower-case hexadecimal digits.
    pub fn hex(self) -> String {
        format!("{:x}", self.0.finalize())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hash_of_the_standard_example() {
        assert_eq!(sha256_hex(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[test]
    fn reads_what_it_wrote_and_nothing_of_others() {
        let input = Input { path: "a.json".into(), bytes: 3, sha256: sha256_hex(b"abc"), kind: "tau1".into(), label: None };
        let manifest = Manifest::new("report", vec![("seed".into(), "7".into())], vec![input]);
        assert_eq!(Manifest::parse(&manifest.bytes().unwrap()).unwrap(), manifest);
        let other = Manifest { tool: "npm".into(), ..manifest };
        assert!(matches!(Manifest::parse(&other.bytes().unwrap()), Err(ParseError::OtherTool(tool)) if tool == "npm"));
        assert!(matches!(Manifest::parse(b"{\"tool\": \"taureport\"}"), Err(ParseError::Json(_))));
    }
}
