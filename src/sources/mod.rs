//! Bytes → records. One foreign format a module; nothing is computed here.

mod decode;
mod digest;
mod directory;
mod discarded;
pub mod discover;
mod exported;
mod findings;
mod foreign;
mod guard;
mod implausible;
mod lenient;
pub mod limits;
mod log_file;
pub mod logs;
mod recognise;
mod role;
mod salvage;
pub mod submission;
mod tau1;
mod tau2;

use rayon::prelude::*;

use directory::Piece;
use findings::{Findings, Refused};

pub use discover::{Discovered, Input, discover};
pub use limits::Limits;
pub use log_file::{MaybeLog, load_logs};
pub use submission::read_submission;

use crate::{
    bundle::manifest::sha256_hex,
    fsio,
    identity::{
        Overrides,
        by_record::{self, RecordSays},
        neighbours, resolve,
        resolve::components,
        tau2::resolve_tau2,
        variant,
    },
    records::{
        Benchmark, Episode, FileKind, Identity, Issue, IssueKind, Loaded, PassedOver, ResultFile, SourceFile, StoredMetrics,
        Tau2Run,
    },
    redact::{redact, veil},
    rules::ErrorRules,
};

/// What reading needs to know.
#[derive(Debug)]
pub struct ReadOptions {
    /// Which errors are whose fault.
    pub rules: ErrorRules,
    /// The user's `--layout` and `--map`.
    pub overrides: Overrides,
    /// How much is read of one file.
    pub limits: Limits,
}

impl ReadOptions {
    /// The built-in rules and no overrides.
    pub fn builtin() -> Self {
        Self { rules: ErrorRules::builtin(), overrides: Overrides::default(), limits: Limits::default() }
    }
}

/// Reads all files in parallel; the result is in the order of `inputs`, files that make up one run as one. `progress` is called once a file with its size in bytes.
pub fn load_all(inputs: &[Input], options: &ReadOptions, progress: &(dyn Fn(u64) + Sync)) -> Vec<Loaded> {
    load_with(inputs, Vec::new(), options, progress)
}

/// As [`load_all`], with files beside them as they were read before.
pub fn load_with(
    inputs: &[Input],
    exported: Vec<Loaded>,
    options: &ReadOptions,
    progress: &(dyn Fn(u64) + Sync),
) -> Vec<Loaded> {
    let (statuses, inputs): (Vec<Input>, Vec<Input>) = inputs.iter().cloned().partition(discarded::is_status);
    // Files differ in size by a factor of 10,000: no splitting hints, every file is its own piece of work.
    let pieces = inputs.par_iter().with_max_len(1).map(|input| load(input, options, progress)).collect();
    let mut loaded = directory::combine(&inputs, pieces);
    exported::put_in(&mut loaded, exported);
    neighbours::fill(results(&mut loaded));
    variant::cut(results(&mut loaded));
    let unreadable = discarded::mark(&statuses, &mut loaded);
    for _ in &statuses {
        progress(0);
    }
    loaded.into_iter().chain(unreadable).collect()
}

fn results(loaded: &mut [Loaded]) -> impl Iterator<Item = &mut ResultFile> {
    loaded.iter_mut().filter_map(|one| match one {
        Loaded::Results(file) => Some(file.as_mut()),
        Loaded::PassedOver(_) => None,
    })
}

fn load(input: &Input, options: &ReadOptions, progress: &(dyn Fn(u64) + Sync)) -> Piece {
    let shown = veil(&input.shown).into_owned();
    guard::guarded(|| read(input, &shown, options, progress)).unwrap_or_else(|bug| passed_over(&shown, bug, true))
}

fn passed_over(shown: &str, reason: String, unreadable: bool) -> Piece {
    Piece { loaded: Loaded::PassedOver(PassedOver { path: shown.to_owned(), reason, unreadable }), head: None }
}

fn read(input: &Input, shown: &str, options: &ReadOptions, progress: &(dyn Fn(u64) + Sync)) -> Piece {
    let passed_over = |reason: String, unreadable: bool| passed_over(shown, reason, unreadable);
    // Looked at before it is read: a huge file must not fill the memory first.
    let size = fsio::info(&input.path).map_or(0, |info| info.bytes);
    if size > options.limits.file_bytes {
        return passed_over(decode::too_large(options.limits.file_bytes), true);
    }
    let large = (size >= limits::LARGE_BYTES).then(limits::hold_large);
    let bytes = match fsio::read_file(&input.path) {
        Ok(bytes) => bytes,
        Err(cause) => return passed_over(format!("cannot be read: {cause}"), true),
    };
    progress(bytes.len() as u64);
    let decoded = match decode::decode(&bytes, options.limits.file_bytes, large.is_some()) {
        Ok(decoded) => decoded,
        Err(reason) => return passed_over(reason, true),
    };
    guard::trip(&decoded.text);
    let (mut content, head) = match interpret(&decoded.text, &components(&input.telling), options) {
        Ok(content) => content,
        Err(refused) => return passed_over(redact(&refused.reason).into_owned(), refused.unreadable),
    };
    content.issues.extend(implausible::refuse(&mut content.episodes, content.run.as_mut()));
    let broken = decoded.broken.map(|message| (IssueKind::Salvaged, message));
    let issues = broken.into_iter().chain(content.issues);
    let loaded = Loaded::Results(Box::new(ResultFile {
        kind: content.kind,
        identity: content.identity,
        episodes: content.episodes,
        stored: content.stored,
        tau2: content.run.map(Box::new),
        issues: issues
            .map(|(kind, message)| Issue { kind, path: shown.to_owned(), message: redact(&message).into_owned() })
            .collect(),
        source: SourceFile {
            path: shown.to_owned(),
            label: input.label.clone(),
            bytes: bytes.len() as u64,
            sha256: sha256_hex(&bytes),
        },
    }));
    Piece { loaded, head }
}

/// What a file says, whatever its format.
struct Content {
    kind: FileKind,
    identity: Identity,
    episodes: Vec<Episode>,
    stored: Option<StoredMetrics>,
    run: Option<Tau2Run>,
    issues: Findings,
}

/// Reads a text by the format its first keys tell.
fn interpret(text: &[u8], path: &[&str], options: &ReadOptions) -> Result<(Content, Option<tau2::Head>), Refused> {
    if let Some(refused) = foreign::recognise(text) {
        return Err(refused);
    }
    parse(text, path, options).map_err(|refused| {
        // A file that is broken is said to be broken, whosever it is.
        let other = if refused.unreadable { None } else { foreign::other_tool(text) };
        other.unwrap_or(refused)
    })
}

fn parse(text: &[u8], path: &[&str], options: &ReadOptions) -> Result<(Content, Option<tau2::Head>), Refused> {
    let (content, conflicts, head) = match recognise::benchmark(text) {
        Benchmark::Tau1 => {
            let tau1::Parsed { kind, mut episodes, stored, hints, mut says, issues } = tau1::parse(text, &options.rules)?;
            by_record::unify(&mut says);
            let (identity, mut conflicts) = resolve(path, &hints, &says, &options.overrides);
            conflicts.extend(identify(&identity, &mut episodes, &says));
            (Content { kind, identity, episodes, stored, run: None, issues }, conflicts, None)
        }
        Benchmark::Tau2 => {
            let tau2::Parsed { kind, mut episodes, run, said, mut says, issues, head } = tau2::parse(text, &options.rules)?;
            by_record::unify(&mut says);
            let (identity, mut conflicts) = resolve_tau2(path, &said, &says, &options.overrides);
            conflicts.extend(identify(&identity, &mut episodes, &says));
            (Content { kind, identity, episodes, stored: None, run, issues }, conflicts, head)
        }
    };
    let conflicts = conflicts.into_iter().map(|message| (IssueKind::IdentityConflict, message));
    let issues = content.issues.into_iter().chain(conflicts).collect();
    Ok((Content { issues, ..content }, head))
}

/// Gives each episode whose record says something else than its file its own identity; returns in words how they differ. `says` is
/// in the order of the episodes.
fn identify(identity: &Identity, episodes: &mut [Episode], says: &[RecordSays]) -> Vec<String> {
    let (identities, notes) = by_record::settle(identity, says);
    for (episode, identity) in episodes.iter_mut().zip(identities) {
        episode.identity = identity;
    }
    notes
}

#[cfg(test)]
mod tests;
