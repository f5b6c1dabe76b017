//! Bytes → records. One foreign format a module; nothing is computed here.

mod decode;
mod digest;
pub mod discover;
mod findings;
mod lenient;
mod salvage;
mod tau1;

use rayon::prelude::*;

pub use discover::{Discovered, Input, discover};

use crate::{
    bundle::manifest::sha256_hex,
    fsio,
    identity::{Overrides, neighbours, resolve},
    records::{Issue, IssueKind, Loaded, PassedOver, ResultFile, SourceFile},
    redact::redact,
    rules::ErrorRules,
};

/// What reading needs to know.
#[derive(Debug)]
pub struct ReadOptions {
    /// Which errors are whose fault.
    pub rules: ErrorRules,
    /// The user's `--layout` and `--map`.
    pub overrides: Overrides,
}

impl ReadOptions {
    /// The built-in rules and no overrides.
    pub fn builtin() -> Self {
        Self { rules: ErrorRules::builtin(), overrides: Overrides::default() }
    }
}

/// Reads all files in parallel; the result is in the order of `inputs`. `progress` is called once a file with its size in bytes.
pub fn load_all(inputs: &[Input], options: &ReadOptions, progress: &(dyn Fn(u64) + Sync)) -> Vec<Loaded> {
    // Files differ in size by a factor of 10,000: no splitting hints, every file is its own piece of work.
    let mut loaded: Vec<Loaded> = inputs.par_iter().with_max_len(1).map(|input| load(input, options, progress)).collect();
    neighbours::fill(loaded.iter_mut().filter_map(|one| match one {
        Loaded::Results(file) => Some(file.as_mut()),
        Loaded::PassedOver(_) => None,
    }));
    loaded
}

fn load(input: &Input, options: &ReadOptions, progress: &(dyn Fn(u64) + Sync)) -> Loaded {
    let shown = redact(&input.shown).into_owned();
    let passed_over =
        |reason: String, unreadable: bool| Loaded::PassedOver(PassedOver { path: shown.clone(), reason, unreadable });
    // Looked at before it is read: a huge file must not fill the memory first.
    if fsio::info(&input.path).is_ok_and(|info| info.bytes > decode::MAX_TEXT_BYTES) {
        return passed_over(decode::too_large(), true);
    }
    let bytes = match fsio::read_file(&input.path) {
        Ok(bytes) => bytes,
        Err(cause) => return passed_over(format!("cannot be read: {cause}"), true),
    };
    progress(bytes.len() as u64);
    let decoded = match decode::decode(&bytes) {
        Ok(decoded) => decoded,
        Err(reason) => return passed_over(reason, true),
    };
    let parsed = match tau1::parse(&decoded.text, &options.rules) {
        Ok(parsed) => parsed,
        Err(refused) => return passed_over(redact(&refused.reason).into_owned(), refused.unreadable),
    };
    let components: Vec<&str> = input.telling.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    let (identity, conflicts) = resolve(&components, &parsed.hints, &options.overrides);
    let broken = decoded.broken.map(|message| (IssueKind::Salvaged, message));
    let conflicts = conflicts.into_iter().map(|message| (IssueKind::IdentityConflict, message));
    let issues = broken.into_iter().chain(parsed.issues).chain(conflicts);
    Loaded::Results(Box::new(ResultFile {
        kind: parsed.kind,
        identity,
        episodes: parsed.episodes,
        stored: parsed.stored,
        tau2: None,
        issues: issues
            .map(|(kind, message)| Issue { kind, path: shown.clone(), message: redact(&message).into_owned() })
            .collect(),
        source: SourceFile { path: shown, label: input.label.clone(), bytes: bytes.len() as u64, sha256: sha256_hex(&bytes) },
    }))
}
