//! τ²-bench's directory format: `results.json` without simulations, and `simulations/*.json` beside it, become one file.
//!
//! The rules, after `Results.load` in τ²-bench's `data_model/simulation.py`, but without its refusals:
//! 1. A results file without simulations takes in the simulations in the folder `simulations` beside it, each one a file.
//!    Files in that folder that are something else (τ²-bench keeps whole runs in a folder of that name) stay by themselves.
//! 2. Simulations that the index lists and that are not there, or the other way round, are findings.
//! 3. `results_reviewed.json`, the same run with reviews, goes before `results.json`. It mostly holds its simulations itself;
//!    those beside it are then the same ones and are dropped.

use std::collections::{BTreeMap, BTreeSet};

use super::{Findings, Input, tau2};
use crate::{
    bundle::manifest::sha256_hex,
    records::{Benchmark, Episode, FileKind, Issue, IssueKind, Loaded, Origin, Part, PassedOver, ResultFile, Tau2Run},
    words::{plural, verb},
};

/// A file read by itself, with what it takes to complete it.
pub(super) struct Piece {
    /// The file.
    pub(super) loaded: Loaded,
    /// What it knows of simulations beside it, if it has none itself.
    pub(super) head: Option<tau2::Head>,
}

/// The files of one folder that may belong together, as positions in the list of inputs.
#[derive(Default)]
struct Folder {
    results: Option<usize>,
    reviewed: Option<usize>,
    members: Vec<usize>,
}

/// Puts together what belongs together; the rest stays as it is. The result is in the order of `inputs`, which `pieces` has too.
pub(super) fn combine(inputs: &[Input], pieces: Vec<Piece>) -> Vec<Loaded> {
    let mut folders: BTreeMap<(Option<&str>, &str), Folder> = BTreeMap::new();
    for (position, input) in inputs.iter().enumerate() {
        let (folder, name) = input.shown.rsplit_once('/').unwrap_or(("", &input.shown));
        let parent = folder.strip_suffix("simulations").filter(|rest| rest.is_empty() || rest.ends_with('/'));
        if let Some(parent) = parent {
            let parent = parent.strip_suffix('/').unwrap_or(parent);
            folders.entry((input.label.as_deref(), parent)).or_default().members.push(position);
        }
        match unpacked(name) {
            "results.json" => folders.entry((input.label.as_deref(), folder)).or_default().results = Some(position),
            "results_reviewed.json" => folders.entry((input.label.as_deref(), folder)).or_default().reviewed = Some(position),
            _ => {}
        }
    }
    let mut slots: Vec<Option<Piece>> = pieces.into_iter().map(Some).collect();
    for folder in folders.into_values() {
        join(&folder, &mut slots);
    }
    slots.into_iter().flatten().map(|piece| piece.loaded).collect()
}

fn unpacked(name: &str) -> &str {
    name.strip_suffix(".gz").or_else(|| name.strip_suffix(".zst")).unwrap_or(name)
}

/// Joins the files of one folder.
fn join(folder: &Folder, slots: &mut [Option<Piece>]) {
    let results = folder.results.filter(|&at| tau2_file(slots, at).is_some());
    let reviewed = folder.reviewed.filter(|&at| tau2_file(slots, at).is_some());
    let Some(main) = reviewed.or(results) else { return };
    // Only where one of the two has no simulations is `simulations/` the rest of this run.
    let is_directory =
        [results, reviewed].into_iter().flatten().any(|at| slots[at].as_ref().is_some_and(|piece| piece.head.is_some()));
    if let (Some(results), Some(_)) = (results, reviewed)
        && let Some(piece) = &mut slots[results]
        && let Loaded::Results(file) = &piece.loaded
    {
        let reason = "results_reviewed.json beside it holds the same run with reviews; that one is read".to_owned();
        piece.loaded = Loaded::PassedOver(PassedOver { path: file.source.path.clone(), reason, unreadable: false });
    }
    if !is_directory {
        return;
    }
    let is_member = |&&at: &&usize| tau2_file(slots, at).is_some_and(|file| file.kind == FileKind::Tau2Simulation);
    let positions: Vec<usize> = folder.members.iter().filter(is_member).copied().collect();
    let members: Vec<ResultFile> = positions.into_iter().filter_map(|at| into_file(slots[at].take())).collect();
    if let Some(Piece { loaded: Loaded::Results(file), head }) = &mut slots[main] {
        take_in(file, head.as_ref(), members);
    }
}

fn tau2_file(slots: &[Option<Piece>], at: usize) -> Option<&ResultFile> {
    match &slots.get(at)?.as_ref()?.loaded {
        Loaded::Results(file) if file.identity.benchmark == Benchmark::Tau2 => Some(file),
        _ => None,
    }
}

fn into_file(piece: Option<Piece>) -> Option<ResultFile> {
    match piece?.loaded {
        Loaded::Results(file) => Some(*file),
        Loaded::PassedOver(_) => None,
    }
}

/// Takes simulations into the file of their run. `head` is `None` where the file has simulations of its own.
fn take_in(run: &mut ResultFile, head: Option<&tau2::Head>, members: Vec<ResultFile>) {
    let own: BTreeSet<String> = run.episodes.iter().map(id).collect();
    let (mut found, mut copies) = (BTreeSet::new(), 0_usize);
    let mut digests = vec![run.source.sha256.clone()];
    for member in members {
        run.source.bytes += member.source.bytes;
        digests.push(member.source.sha256);
        run.issues.extend(member.issues.into_iter().filter(|issue| issue.kind != IssueKind::IdentityConflict));
        for mut episode in member.episodes {
            let id = id(&episode);
            if own.contains(&id) {
                copies += 1;
                continue;
            }
            found.insert(id);
            episode.record = run.episodes.len();
            if let Some(head) = head {
                head.complete(&mut episode);
            }
            run.episodes.push(episode);
        }
    }
    if digests.len() > 1 {
        run.source.sha256 = sha256_hex(digests.join("\n").as_bytes());
    }
    if head.is_some() || !found.is_empty() {
        run.kind = FileKind::Tau2Directory;
    }
    let by_voice = |one: &Episode| one.tau2.as_ref().is_some_and(|facts| facts.mode.as_deref() == Some("full_duplex"));
    if run.episodes.iter().any(by_voice) {
        run.identity.mode = Some(Part::new("voice", Origin::Content));
    }
    let mut findings = Findings::new();
    if copies > 0 {
        let message = format!(
            "{} in simulations/ {} in this file as well and {} taken from here",
            plural(copies as u64, "simulation"),
            verb(copies as u64, "is", "are"),
            verb(copies as u64, "was", "were"),
        );
        findings.push((IssueKind::Note, message));
    }
    if let Some(head) = head {
        compare(head, &found, run.tau2.as_deref_mut(), &mut findings);
        if found.is_empty() {
            let message = "a run without simulations: neither in this file nor in simulations/ beside it".to_owned();
            findings.push((IssueKind::Note, message));
        }
        findings.extend(tau2::drop_placeholder_times(&mut run.episodes));
    }
    let path = &run.source.path;
    run.issues.extend(findings.into_iter().map(|(kind, message)| Issue { kind, path: path.clone(), message }));
}

fn id(episode: &Episode) -> String {
    episode.tau2.as_ref().map(|facts| facts.id.clone()).unwrap_or_default()
}

/// Compares the simulations found with the index, if there is one.
fn compare(head: &tau2::Head, found: &BTreeSet<String>, run: Option<&mut Tau2Run>, findings: &mut Findings) {
    let Some(index) = &head.index else { return };
    let index: BTreeSet<String> = index.iter().cloned().collect();
    let missing: Vec<&str> = index.difference(found).map(String::as_str).collect();
    let extra: Vec<&str> = found.difference(&index).map(String::as_str).collect();
    let list = |ids: &[&str]| format!("{}{}", ids[..ids.len().min(3)].join(", "), if ids.len() > 3 { ", …" } else { "" });
    if !missing.is_empty() {
        let message = format!(
            "{} of the index {} not in simulations/: {}",
            plural(missing.len() as u64, "simulation"),
            verb(missing.len() as u64, "is", "are"),
            list(&missing),
        );
        findings.push((IssueKind::Note, message));
    }
    if !extra.is_empty() {
        let message = format!(
            "{} in simulations/ {} not in the index, but read: {}",
            plural(extra.len() as u64, "simulation"),
            verb(extra.len() as u64, "is", "are"),
            list(&extra),
        );
        findings.push((IssueKind::Note, message));
    }
    if let Some(run) = run {
        run.missing_simulations = u32::try_from(missing.len()).unwrap_or(u32::MAX);
        run.extra_simulations = u32::try_from(extra.len()).unwrap_or(u32::MAX);
    }
}
