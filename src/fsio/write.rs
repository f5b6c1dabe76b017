//! Writing a bundle: check everything, stage everything, then put it in place.
//!
//! A run may be killed at any moment, and two runs may write into one folder. So the whole report is first written into a folder of its
//! own, one file at a time, and what puts it in place is as little as the file system allows (see `swap`):
//!
//! | the output folder | how | killed at any moment |
//! |---|---|---|
//! | does not exist | the staged folder gets its name: one rename | nothing or the new report |
//! | holds files of taureport alone | both folders change names in one step (Linux) | the old or the new report |
//! | holds files of others too, is a link, or the step is not to be had | files are renamed one by one | the old or the new report, or a mixture that the next run into the folder completes first |

use std::{
    fs, io,
    path::{Component, Path, PathBuf},
};

use tempfile::NamedTempFile;

use super::{FileError, create_dir, read_manifest, swap::Place};
use crate::bundle::{
    Bundle,
    manifest::{self, Manifest, Output},
};

/// What writing a bundle did, beyond writing its files. Paths are relative to the directory, sorted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Written {
    /// Files written, the manifest included.
    pub written: Vec<String>,
    /// Files of the previous report that are no longer produced and were removed.
    pub removed: Vec<String>,
    /// Files of the previous report that are no longer produced but were changed since: left alone.
    pub kept: Vec<String>,
    /// Files of the previous report that were changed since and have been replaced.
    pub replaced: Vec<String>,
}

/// Why a bundle was not written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// A file of someone else is in the way; nothing was written.
    #[error(
        "{} exists and was not written by taureport{}: choose another directory with -o, or replace it with --force",
        path.display(), if *others > 0 { format!(" (nor were {others} more)") } else { String::new() }
    )]
    Foreign {
        /// The first such file by path.
        path: PathBuf,
        /// How many more there are.
        others: usize,
    },
    /// A report of another command lies there; nothing was written.
    #[error("{} holds a report of `taureport {command}`: choose another directory with -o, or replace it with --force", path.display())]
    OtherReport {
        /// The directory.
        path: PathBuf,
        /// The command that wrote it.
        command: String,
    },
    /// A directory, or a link to one, stands where a file or a directory of the report belongs; nothing was written.
    #[error("{}: cannot be replaced, it is not a regular file or directory: choose another directory with -o", .0.display())]
    InTheWay(PathBuf),
    /// A path in the bundle that is not plainly inside the output directory: a bug of the caller.
    #[error("a report cannot hold a file named {0:?}")]
    BadPath(String),
    /// A bundle without a manifest: a bug of the caller.
    #[error("the report has no manifest")]
    Unsealed,
    /// The file system refused.
    #[error(transparent)]
    File(#[from] FileError),
}

/// Writes all files of a sealed bundle below a directory, `manifest.json` last, and removes files of the previous report
/// there that are no longer produced and have not been changed since.
///
/// With `force` files of others are replaced; directories never are. A file in the way whose bytes already are those to be
/// written is no obstacle.
///
/// # Errors
/// See [`WriteError`]. All but [`WriteError::File`] are found before anything is written.
pub fn write_bundle(dir: &Path, bundle: &Bundle, force: bool) -> Result<Written, WriteError> {
    if bundle.manifest().is_none() {
        return Err(WriteError::Unsealed);
    }
    // A path that cannot be looked at, or is no folder, is an error before anything is made.
    if look(dir)?.is_some_and(|found| found.is_file()) {
        return Err(WriteError::InTheWay(dir.to_owned()));
    }
    let place = Place::lock(dir)?;
    place.recover()?;
    let previous = read_manifest(dir);
    let other = previous.as_ref().filter(|previous| bundle.manifest().is_some_and(|own| own.command != previous.command));
    if let Some(other) = other.filter(|_| !force) {
        return Err(WriteError::OtherReport { path: dir.to_owned(), command: other.command.clone() });
    }
    let mut report = check(dir, bundle, previous.as_ref(), force)?;
    let stale: Vec<&Output> = previous
        .iter()
        .flat_map(|manifest| &manifest.outputs)
        .filter(|output| !bundle.files.contains_key(&output.path))
        .collect();
    for output in &stale {
        match is_unchanged(dir, output)? {
            Some(true) => report.removed.push(output.path.clone()),
            Some(false) => report.kept.push(output.path.clone()),
            None => {}
        }
    }
    place.put(bundle, &report.removed)?;
    report.written = bundle.files.keys().cloned().collect();
    report.removed.sort();
    report.kept.sort();
    Ok(report)
}

/// Writes a single file, its parents included. One that exists is replaced if `ours` says that its bytes are of taureport, or with
/// `force`.
///
/// # Errors
/// See [`WriteError`]; nothing is written then.
pub fn write_file(path: &Path, bytes: &[u8], force: bool, ours: &dyn Fn(&[u8]) -> bool) -> Result<(), WriteError> {
    if let Some(found) = look(path)? {
        if found.is_dir() {
            return Err(WriteError::InTheWay(path.to_owned()));
        }
        let replaceable = force || (found.is_file() && ours(&super::read_file(path)?));
        if !replaceable {
            return Err(WriteError::Foreign { path: path.to_owned(), others: 0 });
        }
    }
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    create_dir(parent)?;
    let mut file = temporary(parent).map_err(FileError::at(path))?;
    io::Write::write_all(&mut file, bytes).map_err(FileError::at(path))?;
    file.persist(path).map_err(|error| FileError { path: path.to_owned(), source: error.error })?;
    Ok(())
}

/// Looks at every target before anything is written.
fn check(dir: &Path, bundle: &Bundle, previous: Option<&Manifest>, force: bool) -> Result<Written, WriteError> {
    let mut report = Written::default();
    let mut foreign = Vec::new();
    for (name, bytes) in &bundle.files {
        let path = inside(dir, name).ok_or_else(|| WriteError::BadPath(name.clone()))?;
        if let Some(blocked) = blocked_parent(dir, name)? {
            return Err(WriteError::InTheWay(blocked));
        }
        let Some(found) = look(&path)? else { continue };
        if found.is_dir() {
            return Err(WriteError::InTheWay(path));
        }
        let hash = if found.is_file() { Some(hash(&path)?) } else { None };
        if hash.as_deref() == Some(manifest::sha256_hex(bytes).as_str()) {
            continue;
        }
        let listed = previous.and_then(|manifest| manifest.outputs.iter().find(|output| &output.path == name));
        match listed {
            Some(output) if hash.as_ref() != Some(&output.sha256) => report.replaced.push(name.clone()),
            Some(_) => {}
            // The manifest does not list itself.
            None if name == manifest::FILE_NAME && previous.is_some() => {}
            None if force => {}
            None => foreign.push(path),
        }
    }
    let others = foreign.len().saturating_sub(1);
    foreign.into_iter().next().map_or(Ok(report), |path| Err(WriteError::Foreign { path, others }))
}

fn temporary(dir: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".taureport-").suffix(".tmp");
    // Temporary files are private by default; a report has the permissions of any new file (the umask still applies).
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(dir)
}

/// Returns whether a file of the previous report is as it was written; `None` = not there. The old manifest is not trusted with paths.
fn is_unchanged(dir: &Path, output: &Output) -> Result<Option<bool>, FileError> {
    let Some(path) = inside(dir, &output.path) else { return Ok(None) };
    if blocked_parent(dir, &output.path)?.is_some() {
        return Ok(None);
    }
    let Some(found) = look(&path)? else { return Ok(None) };
    Ok(Some(found.is_file() && hash(&path)? == output.sha256))
}

/// Joins a path of a bundle or manifest to the directory, if it is made of plain names only.
pub(super) fn inside(dir: &Path, name: &str) -> Option<PathBuf> {
    let plain = !name.is_empty()
        && !name.contains(['\\', ':', '\0'])
        && name.split('/').all(|part| !part.is_empty())
        && Path::new(name).components().all(|part| matches!(part, Component::Normal(_)));
    plain.then(|| dir.join(name))
}

/// Returns the first parent of a file below the directory that exists and is not a directory itself: a file, or a link,
/// through which the report would leave its directory.
fn blocked_parent(dir: &Path, name: &str) -> Result<Option<PathBuf>, FileError> {
    for (at, _) in name.match_indices('/') {
        let parent = dir.join(&name[..at]);
        if look(&parent)?.is_some_and(|found| !found.is_dir()) {
            return Ok(Some(parent));
        }
    }
    Ok(None)
}

/// Looks a path up without following a link; `None` = nothing there.
pub(super) fn look(path: &Path) -> Result<Option<fs::Metadata>, FileError> {
    match fs::symlink_metadata(path) {
        Ok(found) => Ok(Some(found)),
        // Under a parent that is a file nothing exists either; the parent itself is looked at separately.
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(None),
        Err(source) => Err(FileError { path: path.to_owned(), source }),
    }
}

fn hash(path: &Path) -> Result<String, FileError> {
    super::read_file(path).map(|bytes| manifest::sha256_hex(&bytes))
}

#[cfg(test)]
#[path = "write_tests.rs"]
mod tests;
