//! Writes `fixtures/`: an invented sweep, broken files, τ²-bench results of every shape, logs, and what is
//! true of them.
//!
//! Everything follows from fixed seeds: no clock, no environment, no file is read. The truth is counted while the episodes
//! are made, never by reading the files back, so that it can judge the program that reads them.

mod broken;
mod cells;
mod conversation;
mod exact;
mod json;
mod logs;
mod plan;
mod record;
mod rng;
mod scenario;
mod sweep;
mod tau2;
mod truth;

use std::collections::BTreeMap;

/// A stand-in for an API key; must never show up in any output.
pub(crate) const SECRET: &str = "sk-INVENTEDSECRET0123456789abcdef";

/// How a file lies on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Packing {
    /// As it is.
    Plain,
    /// A gzip stream.
    Gzip,
    /// A Zstandard frame.
    Zstd,
}

/// One file to write: its bytes before packing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// The content, unpacked.
    pub(crate) content: Vec<u8>,
    /// How it is packed.
    pub(crate) packing: Packing,
}

impl Entry {
    fn plain(content: impl Into<Vec<u8>>) -> Self {
        Self { content: content.into(), packing: Packing::Plain }
    }
}

/// All files, by path under `fixtures/`.
pub(crate) type Tree = BTreeMap<String, Entry>;

/// Makes everything under `fixtures/` except its README.
pub(crate) fn tree() -> Tree {
    let cells = cells::all();
    let mut tree = sweep::files(&cells);
    tree.insert("truth.json".to_owned(), Entry::plain(json::document(&truth::sweep(&cells))));
    tree.extend(broken::files());
    tree.extend(tau2::files());
    tree.extend(logs::files());
    tree
}
