//! The only module that touches the file system: reading inputs, listing directories, writing a report.
//!
//! A report is written so that nothing of the user's is lost. A file in the output directory is taureport's own if the
//! `manifest.json` there lists it; any other file in the way stops the run before anything is written. The whole report is
//! staged in a folder of its own and then put in place, in one step where that can be (see `write`).

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use crate::bundle::manifest::{self, Manifest};

mod swap;
mod write;

pub use write::{WriteError, Written, write_bundle, write_file};

/// A manifest is small; what is larger is not read to find out whether it is one.
const MANIFEST_MAX_BYTES: u64 = 64 << 20;

/// A failed operation on a file or directory.
#[derive(Debug, thiserror::Error)]
#[error("{}: {source}", path.display())]
pub struct FileError {
    /// What it was about.
    pub path: PathBuf,
    /// Why it failed.
    pub source: io::Error,
}

impl FileError {
    fn at(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self { path, source }
    }
}

/// What a path leads to, symbolic links followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// A pipe, socket or device: never opened, since reading one may wait for ever.
    Other,
}

/// What is known of a path without opening it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileInfo {
    /// What it leads to.
    pub kind: FileKind,
    /// Size in bytes; 0 for what is not a file.
    pub bytes: u64,
    /// Whether the path itself is a symbolic link.
    pub is_symlink: bool,
}

/// Looks a path up, following symbolic links.
///
/// # Errors
/// Nothing there, a link that leads nowhere or to itself, or no permission.
pub fn info(path: &Path) -> Result<FileInfo, FileError> {
    let own = fs::symlink_metadata(path).map_err(FileError::at(path))?;
    let is_symlink = own.is_symlink();
    let target = if is_symlink { fs::metadata(path).map_err(FileError::at(path))? } else { own };
    let kind = match () {
        () if target.is_file() => FileKind::File,
        () if target.is_dir() => FileKind::Directory,
        () => FileKind::Other,
    };
    Ok(FileInfo { kind, bytes: if kind == FileKind::File { target.len() } else { 0 }, is_symlink })
}

/// Reads a whole regular file as large as it was when it was opened, following symbolic links. What is appended meanwhile is not
/// read, and neither is what claims to be empty: files of the kernel do, and may never end.
///
/// # Errors
/// Whatever reading gives, and [`io::ErrorKind::InvalidInput`] for what is not a regular file.
pub fn read_file(path: &Path) -> Result<Vec<u8>, FileError> {
    let mut bytes = Vec::new();
    io::Read::read_to_end(&mut open(path)?, &mut bytes).map_err(FileError::at(path))?;
    Ok(bytes)
}

/// Opens a regular file for reading, following symbolic links; it ends where it ended when it was opened, as for [`read_file`].
///
/// # Errors
/// As for [`read_file`].
pub fn open(path: &Path) -> Result<impl io::Read + Send + use<>, FileError> {
    let found = info(path)?;
    if found.kind != FileKind::File {
        let source = io::Error::new(io::ErrorKind::InvalidInput, "not a regular file");
        return Err(FileError { path: path.to_owned(), source });
    }
    let file = fs::File::open(path).map_err(FileError::at(path))?;
    Ok(io::Read::take(file, found.bytes))
}

/// Creates a directory and its parents where they do not exist.
///
/// # Errors
/// A file in the way, or no permission.
pub fn create_dir(path: &Path) -> Result<(), FileError> {
    fs::create_dir_all(path).map_err(FileError::at(path))
}

/// Lists the paths in a directory, sorted by name.
///
/// # Errors
/// Not a directory, or no permission.
pub fn list_dir(path: &Path) -> Result<Vec<PathBuf>, FileError> {
    let entries = fs::read_dir(path).map_err(FileError::at(path))?;
    let mut paths =
        entries.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<Vec<_>>>().map_err(FileError::at(path))?;
    paths.sort();
    Ok(paths)
}

/// Whether a directory holds a report of taureport: its results must not be read as inputs.
pub fn is_own_output(dir: &Path) -> bool {
    read_manifest(dir).is_some()
}

/// Reads the manifest of ours in a directory, if there is one.
fn read_manifest(dir: &Path) -> Option<Manifest> {
    let path = dir.join(manifest::FILE_NAME);
    let info = info(&path).ok()?;
    if info.kind != FileKind::File || info.bytes > MANIFEST_MAX_BYTES {
        return None;
    }
    Manifest::parse(&read_file(&path).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_name_the_path() {
        let dir = tempfile::tempdir().unwrap();
        let missing = dir.path().join("missing.json");
        assert!(read_file(&missing).unwrap_err().to_string().starts_with(&missing.display().to_string()));
        assert_eq!(read_file(dir.path()).unwrap_err().source.kind(), io::ErrorKind::InvalidInput);
        assert!(list_dir(&missing).is_err());
    }

    #[test]
    fn directories_are_listed_in_order() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["b", "a", "c"] {
            fs::write(dir.path().join(name), name).unwrap();
        }
        let names: Vec<_> =
            list_dir(dir.path()).unwrap().into_iter().map(|path| path.file_name().unwrap().to_owned()).collect();
        assert_eq!(names, ["a", "b", "c"]);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn files_of_the_kernel_do_not_block() {
        // It claims a size of 0 and does not end.
        assert_eq!(read_file(Path::new("/proc/self/pagemap")).unwrap(), b"");
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_and_broken_ones_are_errors() {
        let dir = tempfile::tempdir().unwrap();
        let (file, link, broken) = (dir.path().join("file"), dir.path().join("link"), dir.path().join("broken"));
        fs::write(&file, "abc").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        std::os::unix::fs::symlink(&broken, &broken).unwrap();
        assert_eq!(info(&link).unwrap(), FileInfo { kind: FileKind::File, bytes: 3, is_symlink: true });
        assert_eq!(info(dir.path()).unwrap().kind, FileKind::Directory);
        assert!(info(&broken).is_err());
        assert_eq!(info(Path::new("/dev/null")).unwrap().kind, FileKind::Other);
    }
}
