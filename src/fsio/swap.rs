//! Puts a report in its place, so that a kill leaves the old one or the new one.

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
};

use super::{
    FileError, create_dir, list_dir, read_manifest,
    write::{inside, look},
};
use crate::bundle::{Bundle, manifest};

/// Name of the staged report where it is moved file by file, inside of the output folder.
const STAGED_INSIDE: &str = ".taureport-new";
/// File that says that a staged report inside of the output folder is whole, and its files are being moved.
const COMMITTED: &str = ".committed";

/// An output folder that no other run of taureport writes into.
pub(super) struct Place<'a> {
    dir: &'a Path,
    /// The folder that holds it.
    parent: PathBuf,
    /// Where a report is staged beside it.
    beside: PathBuf,
    /// Held until the report is in place. It is on the folder above, since a lock file would be left behind or be swapped away.
    _lock: Option<fs::File>,
}

impl<'a> Place<'a> {
    /// Waits until no other run writes into a folder below the same one. Where the file system knows no locks, goes on without.
    pub(super) fn lock(dir: &'a Path) -> Result<Self, FileError> {
        let name = dir.file_name();
        let parent = dir.parent().filter(|parent| !parent.as_os_str().is_empty() && name.is_some());
        // `.`, `..` and `/` have no name beside which anything could be staged: their reports are staged inside.
        let parent = parent.map_or_else(|| if name.is_some() { PathBuf::from(".") } else { dir.to_owned() }, Path::to_owned);
        create_dir(&parent)?;
        let lock = fs::File::open(&parent).ok().filter(|folder| folder.lock().is_ok());
        let name = name.map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        Ok(Self { dir, beside: parent.join(format!(".{name}.taureport-new")), parent, _lock: lock })
    }

    /// Cleans up what a killed run left: a report that was staged is thrown away, one that was being moved is moved to the end.
    pub(super) fn recover(&self) -> Result<(), FileError> {
        remove_all(&self.beside)?;
        let inside = self.dir.join(STAGED_INSIDE);
        if look(&inside)?.is_some_and(|found| found.is_dir())
            && look(&inside.join(COMMITTED))?.is_some()
            && let Some(manifest) = read_manifest(&inside)
        {
            self.move_all(&inside, manifest.outputs.iter().map(|output| output.path.as_str()))?;
        }
        remove_all(&inside)?;
        self.remove_temporaries()
    }

    /// Removes temporary files that versions before 0.2 left in the folder when they were killed.
    fn remove_temporaries(&self) -> Result<(), FileError> {
        if read_manifest(self.dir).is_none() {
            return Ok(());
        }
        for path in list_dir(self.dir)? {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let is_temporary = name.strip_prefix(".taureport-").is_some_and(|rest| rest.strip_suffix(".tmp").is_some());
            if is_temporary && look(&path)?.is_some_and(|found| found.is_file()) {
                fs::remove_file(&path).map_err(FileError::at(&path))?;
            }
        }
        Ok(())
    }

    /// Writes a report and puts it in place of the one that is there; `removed` are files of that one that are no longer wanted.
    pub(super) fn put(&self, bundle: &Bundle, removed: &[String]) -> Result<(), FileError> {
        let is_new = look(self.dir)?.is_none();
        if is_new || self.is_ours_alone(bundle, removed)? {
            stage(&self.beside, bundle)?;
            if is_new && fs::rename(&self.beside, self.dir).is_ok() {
                return Ok(());
            }
            if !is_new {
                // The new folder takes over who may do what in the old one.
                let permissions = fs::metadata(self.dir).map_err(FileError::at(self.dir))?.permissions();
                fs::set_permissions(&self.beside, permissions).map_err(FileError::at(&self.beside))?;
                if exchange(&self.beside, self.dir).is_ok() {
                    return remove_all(&self.beside);
                }
            }
            remove_all(&self.beside)?;
        }
        create_dir(self.dir)?;
        let staged = self.dir.join(STAGED_INSIDE);
        stage(&staged, bundle)?;
        let mark = staged.join(COMMITTED);
        fs::write(&mark, "").map_err(FileError::at(&mark))?;
        self.move_all(&staged, bundle.files.keys().map(String::as_str))?;
        remove_all(&staged)?;
        for name in removed {
            let path = self.dir.join(name);
            fs::remove_file(&path).map_err(FileError::at(&path))?;
        }
        Ok(())
    }

    /// Moves staged files to their places, the manifest last; those that are moved already are passed by.
    fn move_all<'n>(&self, staged: &Path, names: impl Iterator<Item = &'n str>) -> Result<(), FileError> {
        let names = names.filter(|name| *name != manifest::FILE_NAME).chain([manifest::FILE_NAME]);
        for name in names {
            let (Some(from), Some(to)) = (inside(staged, name), inside(self.dir, name)) else { continue };
            if look(&from)?.is_none() {
                continue;
            }
            create_dir(to.parent().unwrap_or(self.dir))?;
            fs::rename(&from, &to).map_err(FileError::at(&to))?;
        }
        Ok(())
    }

    /// Returns whether the folder holds nothing but files that the new report replaces or removes, and may change its identity: it is
    /// no link, no mount point and no folder in which this program runs.
    fn is_ours_alone(&self, bundle: &Bundle, removed: &[String]) -> Result<bool, FileError> {
        let Some(found) = look(self.dir)?.filter(fs::Metadata::is_dir) else { return Ok(false) };
        if !is_movable(self.dir, &self.parent, &found) {
            return Ok(false);
        }
        let known: BTreeSet<PathBuf> = bundle.files.keys().chain(removed).filter_map(|name| inside(self.dir, name)).collect();
        let mut folders = vec![self.dir.to_owned()];
        while let Some(folder) = folders.pop() {
            for path in list_dir(&folder)? {
                match look(&path)? {
                    Some(found) if found.is_dir() => {
                        // A folder in which nothing of ours lies is somebody's.
                        if !known.iter().any(|known| known.starts_with(&path)) {
                            return Ok(false);
                        }
                        folders.push(path);
                    }
                    _ if known.contains(&path) => {}
                    _ => return Ok(false),
                }
            }
        }
        Ok(true)
    }
}

#[cfg(unix)]
fn is_movable(dir: &Path, parent: &Path, found: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    let is_mount = fs::metadata(parent).map_or(true, |parent| parent.dev() != found.dev());
    let real = dir.canonicalize().ok();
    let here = std::env::current_dir().ok();
    let holds_here = real.zip(here).is_none_or(|(real, here)| here.starts_with(real));
    !is_mount && !holds_here
}

#[cfg(not(unix))]
fn is_movable(_: &Path, _: &Path, _: &fs::Metadata) -> bool {
    false
}

/// Lets two folders change names in one step.
#[cfg(target_os = "linux")]
fn exchange(one: &Path, other: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    Ok(renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE)?)
}

#[cfg(not(target_os = "linux"))]
fn exchange(_: &Path, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Writes a report into a new folder, one file after the other, the manifest last.
fn stage(folder: &Path, bundle: &Bundle) -> Result<(), FileError> {
    let (manifests, files): (Vec<_>, Vec<_>) = bundle.files.iter().partition(|(name, _)| *name == manifest::FILE_NAME);
    create_dir(folder)?;
    for (name, bytes) in files.into_iter().chain(manifests) {
        let path = folder.join(name);
        create_dir(path.parent().unwrap_or(folder))?;
        fs::write(&path, bytes).map_err(FileError::at(&path))?;
    }
    Ok(())
}

/// Removes a folder with all that is in it, if it is there. A link or file of that name is somebody's, and in the way.
fn remove_all(folder: &Path) -> Result<(), FileError> {
    match look(folder)? {
        None => Ok(()),
        Some(_) => fs::remove_dir_all(folder).map_err(FileError::at(folder)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{bundle::manifest::Manifest, fsio::write_bundle};

    fn bundle(text: &str) -> Bundle {
        let mut bundle = Bundle::default();
        for name in ["a.md", "charts/b.svg"] {
            bundle.insert(name, text);
        }
        bundle.seal(Manifest::new("analyze", Vec::new(), Vec::new())).unwrap();
        bundle
    }

    fn texts(dir: &Path) -> Vec<String> {
        ["a.md", "charts/b.svg"].iter().map(|name| fs::read_to_string(dir.join(name)).unwrap_or_default()).collect()
    }

    fn names(dir: &Path) -> Vec<String> {
        list_dir(dir).unwrap().iter().map(|path| path.file_name().unwrap().to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn what_a_killed_run_staged_is_thrown_away() {
        let top = tempfile::tempdir().unwrap();
        let dir = top.path().join("out");
        write_bundle(&dir, &bundle("old"), false).unwrap();
        for staged in [top.path().join(".out.taureport-new"), dir.join(STAGED_INSIDE)] {
            stage(&staged, &bundle("half")).unwrap();
        }
        fs::write(dir.join(".taureport-x1.tmp"), "left by 0.1").unwrap();
        write_bundle(&dir, &bundle("new"), false).unwrap();
        assert_eq!(texts(&dir), ["new", "new"]);
        assert_eq!(names(top.path()), ["out"]);
        assert_eq!(names(&dir), ["a.md", "charts", "manifest.json"]);
    }

    #[test]
    fn a_report_that_was_being_moved_is_moved_to_the_end() {
        let top = tempfile::tempdir().unwrap();
        let dir = top.path().join("out");
        write_bundle(&dir, &bundle("old"), false).unwrap();
        fs::write(dir.join("notes.txt"), "mine").unwrap();
        let staged = dir.join(STAGED_INSIDE);
        stage(&staged, &bundle("new")).unwrap();
        fs::write(staged.join(COMMITTED), "").unwrap();
        fs::rename(staged.join("a.md"), dir.join("a.md")).unwrap();
        Place::lock(&dir).unwrap().recover().unwrap();
        assert_eq!(texts(&dir), ["new", "new"]);
        assert_eq!(names(&dir), ["a.md", "charts", "manifest.json", "notes.txt"]);
        assert!(read_manifest(&dir).is_some_and(|manifest| manifest.outputs.iter().all(|output| output.bytes == 3)));
    }

    #[test]
    fn folders_with_files_of_others_keep_them() {
        let top = tempfile::tempdir().unwrap();
        let dir = top.path().join("out");
        write_bundle(&dir, &bundle("old"), false).unwrap();
        assert!(Place::lock(&dir).unwrap().is_ours_alone(&bundle("new"), &[]).unwrap());
        for foreign in ["charts/mine.png", "empty/.keep"] {
            fs::create_dir_all(dir.join(foreign).parent().unwrap()).unwrap();
            fs::write(dir.join(foreign), "mine").unwrap();
            assert!(!Place::lock(&dir).unwrap().is_ours_alone(&bundle("new"), &[]).unwrap(), "{foreign}");
        }
        write_bundle(&dir, &bundle("new"), false).unwrap();
        assert_eq!(texts(&dir), ["new", "new"]);
        assert_eq!(fs::read_to_string(dir.join("charts/mine.png")).unwrap(), "mine");
    }

    #[test]
    fn runs_into_one_folder_wait_for_each_other() {
        let top = tempfile::tempdir().unwrap();
        let dir = top.path().join("out");
        std::thread::scope(|scope| {
            for text in ["one", "two", "six"] {
                let dir = &dir;
                scope.spawn(move || {
                    for _ in 0..20 {
                        write_bundle(dir, &bundle(text), false).unwrap();
                    }
                });
            }
        });
        let [first, second] = <[String; 2]>::try_from(texts(&dir)).unwrap();
        assert_eq!(first, second);
        assert_eq!(names(top.path()), ["out"]);
    }
}
