//! Arguments → a sorted list of files: directories walked, globs expanded, our own outputs left out.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use walkdir::WalkDir;

use crate::{
    bundle::{
        manifest::{self, Manifest, sha256_hex},
        tables::{self, Head},
    },
    fsio,
    records::{PassedOver, task::natural_cmp},
    redact::veil,
};

/// Endings of the files looked at inside a directory. A file named on the command line is read whatever its name.
const ENDINGS: [&str; 2] = [".json", ".jsonl"];
const PACKED: [&str; 2] = [".gz", ".zst"];

/// One file to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// Where to open it.
    pub path: PathBuf,
    /// Path as the user would write it, `/` as separator, not redacted.
    pub shown: String,
    /// The end of that path from which identity is read: everything typed where it is relative; where it is absolute, the given
    /// directory and what is below it, so that a home directory is not taken for a model.
    pub telling: String,
    /// The user's label, if any.
    pub label: Option<String>,
}

/// What the arguments led to.
#[derive(Debug, Default)]
pub struct Discovered {
    /// Files to read, sorted by label and path.
    pub inputs: Vec<Input>,
    /// Arguments that name nothing, each in words: `reslts: no such file or directory; did you mean results?`.
    pub missing: Vec<String>,
    /// Places that could not be looked into.
    pub problems: Vec<PassedOver>,
    /// Files of other endings that may be logs, sorted likewise, with whether they were named one by one.
    pub maybe_logs: Vec<(Input, bool)>,
    /// Files in directories that are neither, by their endings; they were not opened.
    pub other_files: usize,
    /// Folders of tables that taureport exported, with the user's label, sorted by path.
    pub tables: Vec<(PathBuf, Option<String>)>,
    /// Files that taureport itself wrote; they are no inputs.
    pub own_files: usize,
    /// Files that a manifest calls its own, but that are not as taureport wrote them. They are read like any other.
    pub altered_files: Vec<String>,
}

/// Finds the files behind `[LABEL=]PATH` arguments: files, directories (recursive) and globs.
pub fn discover(arguments: &[String]) -> Discovered {
    let mut found = Discovered::default();
    for argument in arguments {
        let (label, path) = split_label(argument);
        let label = label.map(|text| veil(text).into_owned());
        for start in expand(path, &mut found) {
            walk(&start, label.as_ref(), &mut found);
        }
    }
    let order = |a: &Input, b: &Input| a.label.cmp(&b.label).then_with(|| natural_cmp(&a.shown, &b.shown));
    found.inputs.sort_by(order);
    found.maybe_logs.sort_by(|(a, _), (b, _)| order(a, b));
    let mut seen = BTreeSet::new();
    let mut is_new = |input: &Input| {
        let real = input.path.canonicalize().unwrap_or_else(|_| input.path.clone());
        seen.insert((input.label.clone(), real))
    };
    found.inputs.retain(&mut is_new);
    found.maybe_logs.retain(|(input, _)| is_new(input));
    found
}

/// Splits `LABEL=PATH`; a `=` inside an existing path or behind a `/` belongs to the path.
pub fn split_label(argument: &str) -> (Option<&str>, &str) {
    match argument.split_once('=') {
        Some((label, path)) if !label.is_empty() && !label.contains(['/', '\\']) && !Path::new(argument).exists() => {
            (Some(label), path)
        }
        _ => (None, argument),
    }
}

fn expand(path: &str, found: &mut Discovered) -> Vec<PathBuf> {
    if Path::new(path).exists() {
        return vec![PathBuf::from(path)];
    }
    let paths = match path.contains(['*', '?', '[']).then(|| glob::glob(path)) {
        None => Err(format!("no such file or directory{}", near(Path::new(path)).unwrap_or_default())),
        Some(Err(cause)) => Err(format!("not a valid pattern: {cause}")),
        Some(Ok(paths)) => Ok(paths.filter_map(Result::ok).collect::<Vec<PathBuf>>()),
    };
    let paths =
        paths.and_then(|paths| if paths.is_empty() { Err("no file matches this pattern".to_owned()) } else { Ok(paths) });
    paths.unwrap_or_else(|reason| {
        found.missing.push(format!("{}: {reason}", veil(path)));
        Vec::new()
    })
}

/// Likeness (Jaro–Winkler, 0 to 1) from which on a name is offered for another.
const LIKE: f64 = 0.85;
/// Most entries of a folder that are looked at for a like name.
const MOST_ENTRIES: usize = 10_000;

/// Offers the entry of the same folder whose name is most like that of a path that does not exist.
fn near(path: &Path) -> Option<String> {
    let name = path.file_name()?.to_string_lossy().into_owned();
    let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    let entries = WalkDir::new(folder.unwrap_or(Path::new("."))).min_depth(1).max_depth(1).sort_by_file_name().into_iter();
    let likeness = |entry: &walkdir::DirEntry| strsim::jaro_winkler(&entry.file_name().to_string_lossy(), &name);
    let best = entries.filter_map(Result::ok).take(MOST_ENTRIES).max_by(|a, b| likeness(a).total_cmp(&likeness(b)))?;
    let offered = folder.map_or_else(|| PathBuf::from(best.file_name()), |folder| folder.join(best.file_name()));
    (likeness(&best) >= LIKE).then(|| format!("; did you mean {}?", veil(&offered.to_string_lossy())))
}

/// Finds the files beside a named file that say which of its simulations τ²-bench discarded.
fn statuses_beside(file: &Path, label: Option<&String>) -> Vec<Input> {
    let artifacts = file.parent().unwrap_or(Path::new("")).join("artifacts");
    let entries = WalkDir::new(artifacts).min_depth(3).max_depth(3).follow_links(true).sort_by_file_name();
    let statuses = entries.into_iter().filter_map(Result::ok).filter(|entry| entry.file_name() == super::discarded::STATUS);
    let input = |entry: walkdir::DirEntry| {
        let shown = shown(entry.path());
        Input { path: entry.path().to_owned(), telling: shown.clone(), shown, label: label.cloned() }
    };
    statuses.map(input).collect()
}

fn walk(start: &Path, label: Option<&String>, found: &mut Discovered) {
    let named = start.is_file();
    if named && has_known_ending(start) {
        found.inputs.extend(statuses_beside(start, label));
    }
    let mut own: BTreeMap<PathBuf, Written> = BTreeMap::new();
    // Each folder is entered once, by the first path that leads to it: links between folders would multiply the paths without end.
    let mut entered = BTreeSet::new();
    let is_new = |entry: &walkdir::DirEntry| !entry.file_type().is_dir() || real(entry).is_none_or(|real| entered.insert(real));
    // Sorted, so that a directory's manifest is known before its sub-directories are entered.
    for entry in WalkDir::new(start).follow_links(true).sort_by_file_name().into_iter().filter_entry(is_new) {
        let entry = match entry {
            Ok(entry) => entry,
            Err(cause) => {
                let path = cause.path().map_or_else(|| shown(start), shown);
                let reason = if cause.loop_ancestor().is_some() {
                    "a symbolic link that leads back to one of its own folders; not followed".to_owned()
                } else {
                    cause.io_error().map_or_else(|| cause.to_string(), ToString::to_string)
                };
                let unreadable = cause.loop_ancestor().is_none();
                found.problems.push(PassedOver { path: veil(&path).into_owned(), reason, unreadable });
                continue;
            }
        };
        let path = entry.path();
        if let Some((folder, is_readable)) = entry.file_type().is_file().then(|| folder_of_tables(path)).flatten() {
            // Tables in a form that is not read back are an error only where they are named.
            if is_readable || folder == start {
                found.tables.push((folder.to_owned(), label.cloned()));
            }
            own.insert(path.to_owned(), Written::Manifest);
            found.own_files += 1;
        } else if entry.file_type().is_dir() {
            own.extend(own_outputs(path));
        } else if own.get(path).is_some_and(|written| written.is(path)) {
            found.own_files += 1;
        } else if named || has_known_ending(path) || may_be_log(start, path) {
            let shown = shown(path);
            if own.contains_key(path) {
                found.altered_files.push(veil(&shown).into_owned());
            }
            let telling = telling(start, named, &shown);
            let input = Input { path: path.to_owned(), shown, telling, label: label.cloned() };
            if has_known_ending(path) { found.inputs.push(input) } else { found.maybe_logs.push((input, named)) }
        } else {
            found.other_files += 1;
        }
    }
}

/// Returns the folder of a file if that is what a folder of tables is known by, and whether these can be read back.
fn folder_of_tables(path: &Path) -> Option<(&Path, bool)> {
    let is_named = path.file_name().is_some_and(|name| name == tables::FILE_NAME);
    let is_small = || fsio::info(path).is_ok_and(|info| info.bytes <= tables::LARGEST);
    let head = (is_named && is_small()).then(|| fsio::read_file(path).ok()).flatten()?;
    let head = Head::parse(&head)?;
    Some((path.parent()?, head.has_readable_form()))
}

/// Returns what tells a folder from all others, whatever path leads to it.
#[cfg(unix)]
fn real(entry: &walkdir::DirEntry) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    entry.metadata().ok().map(|found| (found.dev(), found.ino()))
}

#[cfg(not(unix))]
fn real(entry: &walkdir::DirEntry) -> Option<PathBuf> {
    entry.path().canonicalize().ok()
}

fn has_known_ending(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    let name = PACKED.iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(&name);
    ENDINGS.iter().any(|ending| name.ends_with(ending))
}

/// Endings of files that are no logs whatever they hold; all others are looked into.
const NO_LOGS: [&str; 46] = [
    "png",
    "jpg",
    "jpeg",
    "gif",
    "svg",
    "pdf",
    "csv",
    "tsv",
    "md",
    "rst",
    "html",
    "css",
    "js",
    "ts",
    "py",
    "pyc",
    "ipynb",
    "rs",
    "c",
    "h",
    "cpp",
    "java",
    "sh",
    "sbatch",
    "yaml",
    "yml",
    "toml",
    "ini",
    "cfg",
    "lock",
    "parquet",
    "arrow",
    "npy",
    "npz",
    "pkl",
    "pt",
    "pth",
    "bin",
    "safetensors",
    "onnx",
    "zip",
    "tar",
    "wav",
    "mp3",
    "db",
    "sqlite",
];

/// Returns whether a file found in a directory may be a log, by its name. Hidden files and folders hold none.
fn may_be_log(start: &Path, path: &Path) -> bool {
    let below = path.strip_prefix(start).unwrap_or(path);
    let is_hidden = below.iter().any(|part| part.to_string_lossy().starts_with('.'));
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase());
    !is_hidden && !ending.is_some_and(|ending| NO_LOGS.contains(&ending.as_str()))
}

fn shown(path: &Path) -> String {
    let text = path.to_string_lossy().replace('\\', "/");
    text.strip_prefix("./").unwrap_or(&text).to_owned()
}

/// Folders above a file given by an absolute path that may tell what it is.
const TELLING_FOLDERS: usize = 4;

fn telling(start: &Path, named: bool, path: &str) -> String {
    if !start.is_absolute() {
        return path.to_owned();
    }
    let depth = path.split('/').count();
    let kept = if named { TELLING_FOLDERS + 1 } else { 1 };
    let above = start.components().count().saturating_sub(kept).max(1);
    path.split('/').skip(above.min(depth - 1)).collect::<Vec<_>>().join("/")
}

/// How taureport wrote a file.
enum Written {
    /// The manifest itself.
    Manifest,
    /// A file with this size and SHA-256.
    Output(u64, String),
}

impl Written {
    /// Returns whether a file is still as it was written. A manifest that lists a file is no proof: anybody can write one.
    fn is(&self, path: &Path) -> bool {
        match self {
            Self::Manifest => true,
            Self::Output(bytes, sha256) => {
                fsio::info(path).is_ok_and(|info| info.bytes == *bytes)
                    && fsio::read_file(path).is_ok_and(|content| sha256_hex(&content) == *sha256)
            }
        }
    }
}

/// Returns the files in `dir` and below that an earlier run of taureport wrote, its manifest included.
fn own_outputs(dir: &Path) -> Vec<(PathBuf, Written)> {
    let path = dir.join(manifest::FILE_NAME);
    let parsed = fsio::read_file(&path).ok().and_then(|bytes| Manifest::parse(&bytes).ok());
    let Some(parsed) = parsed else { return Vec::new() };
    let outputs =
        parsed.outputs.into_iter().map(|output| (dir.join(&output.path), Written::Output(output.bytes, output.sha256)));
    outputs.chain([(path, Written::Manifest)]).collect()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn names(found: &Discovered, root: &Path) -> Vec<String> {
        found.inputs.iter().map(|i| i.path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/")).collect()
    }

    #[test]
    fn walks_sorts_and_leaves_out_what_is_ours() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        for name in ["b/run_10.json", "b/run_2.json", "a/x.jsonl.gz", "a/notes.txt", "out/metrics.json", "out/mine.json"] {
            fs::create_dir_all(root.join(name).parent().unwrap()).unwrap();
            fs::write(root.join(name), "[]").unwrap();
        }
        let manifest = |content: &[u8]| {
            let mut manifest = Manifest::new("analyze", Vec::new(), Vec::new());
            let (bytes, sha256) = (content.len() as u64, sha256_hex(content));
            manifest.outputs.push(manifest::Output { path: "metrics.json".to_owned(), bytes, sha256 });
            fs::write(root.join("out/manifest.json"), manifest.bytes().unwrap()).unwrap();
        };
        manifest(b"[]");
        #[cfg(unix)]
        std::os::unix::fs::symlink(root, root.join("a/loop")).unwrap();
        let argument = root.to_string_lossy().into_owned();
        let found = discover(&[argument.clone(), format!("{argument}/b")]);
        assert_eq!(names(&found, root), ["a/x.jsonl.gz", "b/run_2.json", "b/run_10.json", "out/mine.json"]);
        assert_eq!((found.maybe_logs.len(), found.other_files, found.own_files), (1, 0, 2));
        #[cfg(unix)]
        assert!(found.problems.len() == 1 && !found.problems[0].unreadable, "{:?}", found.problems);
        // A manifest that claims what taureport did not write hides nothing.
        manifest(b"[1]");
        let found = discover(&[argument]);
        assert_eq!((found.inputs.len(), found.own_files, found.altered_files.len()), (5, 1, 1));
    }

    #[cfg(unix)]
    #[test]
    fn links_between_folders_are_followed_once_each() {
        // Each of 22 folders has two links to the next: four million paths lead to the last.
        let dir = tempfile::tempdir().unwrap();
        for level in 0..22 {
            let folder = dir.path().join(format!("level{level:02}"));
            fs::create_dir(&folder).unwrap();
            for link in ["a", "b"] {
                std::os::unix::fs::symlink(dir.path().join(format!("level{:02}", level + 1)), folder.join(link)).unwrap();
            }
        }
        fs::create_dir(dir.path().join("level22")).unwrap();
        fs::write(dir.path().join("level22/x.json"), "[]").unwrap();
        let found = discover(&[dir.path().join("level00").to_string_lossy().into_owned()]);
        assert_eq!((found.inputs.len(), found.problems.len()), (1, 0));
    }

    #[test]
    fn an_absolute_path_tells_only_its_end() {
        let telling = |start: &str, named: bool, path: &str| telling(Path::new(start), named, path);
        assert_eq!(telling("results", false, "results/airline/x.json"), "results/airline/x.json");
        #[cfg(unix)]
        {
            assert_eq!(telling("/home/ann/results", false, "/home/ann/results/airline/x.json"), "results/airline/x.json");
            assert_eq!(telling("/h/c/r/a/b/x.json", true, "/h/c/r/a/b/x.json"), "c/r/a/b/x.json");
            assert_eq!(telling("/x.json", true, "/x.json"), "x.json");
        }
    }

    #[test]
    fn expands_globs_and_labels() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        fs::write(root.join("a1.json"), "[]").unwrap();
        fs::write(root.join("a=2.json"), "[]").unwrap();
        let at = |text: &str| format!("{}/{text}", root.to_string_lossy());
        let found = discover(&[format!("base={}", at("a*.json")), at("a=2.json"), at("nothing*"), at("none.json")]);
        let labels: Vec<Option<&str>> = found.inputs.iter().map(|i| i.label.as_deref()).collect();
        assert_eq!(labels, [None, Some("base"), Some("base")]);
        let [pattern, path] = &found.missing[..] else { panic!("{:?}", found.missing) };
        assert!(pattern.ends_with("nothing*: no file matches this pattern"), "{pattern}");
        assert!(path.ends_with("none.json: no such file or directory"), "{path}");
        let typo = discover(&[at("a1.jsno")]).missing;
        assert!(
            typo[0].ends_with(
                "no such file or directory; did you mean {root}/a1.json?".replace("{root}", &root.to_string_lossy()).as_str()
            ),
            "{typo:?}"
        );
    }
}
