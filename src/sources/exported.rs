//! Files as they were read before, among files that are read now.

use std::{cmp::Ordering, collections::BTreeSet};

use super::results;
use crate::records::{Loaded, Origin, ResultFile, SourceFile, task::natural_cmp};

/// Puts files read before in their places. What they took over from their neighbours is forgotten, since these may be others now.
pub(super) fn put_in(loaded: &mut Vec<Loaded>, exported: Vec<Loaded>) {
    if exported.is_empty() {
        return;
    }
    let is_alone = loaded.is_empty();
    // A file may be there itself too, or in several exports.
    let mut known: BTreeSet<(Option<String>, String, String)> = loaded.iter().filter_map(source).map(place).collect();
    loaded.extend(exported.into_iter().filter(|one| source(one).is_none_or(|source| known.insert(place(source)))));
    forget_neighbours(results(loaded));
    if !is_alone || are_shards(loaded) {
        in_order(loaded);
    }
}

fn forget_neighbours<'a>(files: impl Iterator<Item = &'a mut ResultFile>) {
    for file in files {
        let identity = &mut file.identity;
        for part in [&mut identity.env, &mut identity.strategy, &mut identity.user_model, &mut identity.user_strategy] {
            part.take_if(|part| part.origin == Origin::Neighbours);
        }
    }
}

/// Returns whether result files are not in order of label and path, as those of several exports may be.
fn are_shards(loaded: &[Loaded]) -> bool {
    let keys: Vec<&SourceFile> = loaded.iter().filter_map(source).collect();
    keys.windows(2).any(|pair| by_path(pair[0], pair[1]).is_gt())
}

/// Sorts files by label and path, as they are found; those that were passed over come last.
fn in_order(loaded: &mut [Loaded]) {
    loaded.sort_by(|a, b| match (source(a), source(b)) {
        (Some(a), Some(b)) => by_path(a, b),
        (a, b) => b.is_some().cmp(&a.is_some()),
    });
}

/// What tells a file with its content.
fn place(source: &SourceFile) -> (Option<String>, String, String) {
    (source.label.clone(), source.path.clone(), source.sha256.clone())
}

fn source(loaded: &Loaded) -> Option<&SourceFile> {
    match loaded {
        Loaded::Results(file) => Some(&file.source),
        Loaded::PassedOver(_) => None,
    }
}

fn by_path(a: &SourceFile, b: &SourceFile) -> Ordering {
    a.label.cmp(&b.label).then_with(|| natural_cmp(&a.path, &b.path))
}
