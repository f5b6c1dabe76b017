//! Arguments → a sorted list of files: directories walked, globs expanded, our own outputs left out.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use serde::Deserialize;
use walkdir::WalkDir;

use crate::{
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
    /// Places that could not be looked into.
    pub problems: Vec<PassedOver>,
    /// Files of other endings that may be logs, sorted likewise, with whether they were named one by one.
    pub maybe_logs: Vec<(Input, bool)>,
    /// Files in directories that are neither, by their endings; they were not opened.
    pub other_files: usize,
    /// Files that taureport itself wrote; they were not opened.
    pub own_files: usize,
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
    let mut problem = |reason: String| {
        found.problems.push(PassedOver { path: veil(path).into_owned(), reason, unreadable: true });
        Vec::new()
    };
    if !path.contains(['*', '?', '[']) {
        return problem("no such file or directory; check the spelling".to_owned());
    }
    match glob::glob(path) {
        Err(cause) => problem(format!("not a valid glob: {cause}")),
        Ok(paths) => {
            let paths: Vec<PathBuf> = paths.filter_map(Result::ok).collect();
            if paths.is_empty() { problem("the glob matches nothing".to_owned()) } else { paths }
        }
    }
}

fn walk(start: &Path, label: Option<&String>, found: &mut Discovered) {
    let named = start.is_file();
    let mut own = BTreeSet::new();
    // Sorted, so that a directory's manifest is known before its sub-directories are entered.
    for entry in WalkDir::new(start).follow_links(true).sort_by_file_name() {
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
        if entry.file_type().is_dir() {
            own.extend(own_outputs(path));
        } else if own.contains(path) {
            found.own_files += 1;
        } else if named || has_known_ending(path) || may_be_log(start, path) {
            let shown = shown(path);
            let telling = telling(start, named, &shown);
            let input = Input { path: path.to_owned(), shown, telling, label: label.cloned() };
            if has_known_ending(path) { found.inputs.push(input) } else { found.maybe_logs.push((input, named)) }
        } else {
            found.other_files += 1;
        }
    }
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

/// The part of a manifest that tells our own files.
#[derive(Deserialize)]
struct OwnManifest {
    tool: String,
    outputs: Vec<OwnOutput>,
}

#[derive(Deserialize)]
struct OwnOutput {
    path: String,
}

/// Returns the files in `dir` and below that an earlier run of taureport wrote, its manifest included.
fn own_outputs(dir: &Path) -> Vec<PathBuf> {
    let manifest = dir.join("manifest.json");
    let parsed = fsio::read_file(&manifest).ok().and_then(|bytes| serde_json::from_slice::<OwnManifest>(&bytes).ok());
    match parsed {
        Some(parsed) if parsed.tool == "taureport" => {
            parsed.outputs.iter().map(|output| dir.join(&output.path)).chain([manifest]).collect()
        }
        _ => Vec::new(),
    }
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
        let manifest = r#"{"tool": "taureport", "outputs": [{"path": "metrics.json"}]}"#;
        fs::write(root.join("out/manifest.json"), manifest).unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink(root, root.join("a/loop")).unwrap();
        let argument = root.to_string_lossy().into_owned();
        let found = discover(&[argument.clone(), format!("{argument}/b")]);
        assert_eq!(names(&found, root), ["a/x.jsonl.gz", "b/run_2.json", "b/run_10.json", "out/mine.json"]);
        assert_eq!((found.maybe_logs.len(), found.other_files, found.own_files), (1, 0, 2));
        #[cfg(unix)]
        assert!(found.problems.len() == 1 && !found.problems[0].unreadable, "{:?}", found.problems);
    }

    #[test]
    fn an_absolute_path_tells_only_its_end() {
        let telling = |start: &str, named: bool, path: &str| telling(Path::new(start), named, path);
        assert_eq!(telling("results", false, "results/airline/x.json"), "results/airline/x.json");
        #[cfg(unix)]
        {
            assert_eq!(telling("/home/claude/results", false, "/home/claude/results/airline/x.json"), "results/airline/x.json");
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
        assert_eq!(found.problems.len(), 2);
    }
}
