//! From the input arguments to loaded files.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use super::{UsageError, args::InputArgs, printer::Printer};
use crate::{
    bundle::{
        manifest::{self, Manifest, sha256_hex},
        tables::{self, Head},
    },
    frames::{into_loaded, store},
    fsio,
    identity::{Layout, MapRule, Overrides, console, log_models, resolve},
    records::{
        Loaded, PassedOver, ResultFile, by_reason,
        log::{ConsoleLog, LogInput},
    },
    redact::veil,
    rules::ErrorRules,
    sources::{Input, Limits, MaybeLog, ReadOptions, discover, load_logs, load_with},
    words::{plural, verb},
};

/// What was found under the arguments.
pub(super) struct Found {
    /// Every file, in order of path; places that could not be looked into come first.
    pub(super) loaded: Vec<Loaded>,
    /// Logs, in order of path.
    pub(super) logs: Vec<LogInput>,
    /// Arguments and folders that could not be looked into, in words.
    pub(super) problems: Vec<String>,
    /// Files in directories that were not opened because of their endings.
    pub(super) other_files: usize,
    /// Files that taureport itself wrote; not opened.
    pub(super) own_files: usize,
    /// What `--map` and `--layout` were tried on: paths of result files, and names of models in logs.
    pub(super) names: BTreeSet<String>,
}

/// Refuses rules of `--map` and templates of `--layout` that fit nothing of what was read.
pub(super) fn refuse_unused(args: &InputArgs, names: &BTreeSet<String>) -> anyhow::Result<()> {
    match overrides(args)?.unused(names) {
        Some(mistake) => Err(UsageError(mistake).into()),
        None => Ok(()),
    }
}

impl Found {
    /// Returns the result files.
    pub(super) fn results(&self) -> impl Iterator<Item = &ResultFile> {
        self.loaded.iter().filter_map(|one| match one {
            Loaded::Results(file) => Some(file.as_ref()),
            Loaded::PassedOver(_) => None,
        })
    }
}

/// Finds and reads everything.
pub(super) fn load(args: &InputArgs, printer: &mut Printer) -> anyhow::Result<Found> {
    load_but(args, None, printer)
}

/// Finds and reads everything but the tables in one folder, which is about to be written.
pub(super) fn load_but(args: &InputArgs, but: Option<&Path>, printer: &mut Printer) -> anyhow::Result<Found> {
    let options = ReadOptions {
        rules: rules(args)?,
        overrides: overrides(args)?,
        limits: Limits { file_bytes: args.max_file_size, log_bytes: args.max_log_size },
    };
    let mut found = discover(&args.paths);
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    if let Some(but) = but.map(real) {
        found.tables.retain(|(folder, _)| real(folder) != but);
    }
    if !found.missing.is_empty() {
        return Err(UsageError(found.missing.join("\n       ")).into());
    }
    if let [first, ..] = found.altered_files.as_slice() {
        let count = found.altered_files.len() as u64;
        printer.warning(&format!(
            "{} listed in a manifest of taureport {} not as taureport wrote {} and {} read (first: {first})",
            plural(count, "file"),
            verb(count, "is", "are"),
            verb(count, "it", "them"),
            verb(count, "is", "are"),
        ));
    }
    let (mut logs, mut passed, mut other_files) = (Vec::new(), Vec::new(), found.other_files);
    let mut names = BTreeSet::new();
    let telling = found.inputs.iter().chain(found.maybe_logs.iter().map(|(input, _)| input));
    let paths: Vec<String> = telling.map(|input| resolve::as_matched(&input.telling)).collect();
    let of_models = options.overrides.for_models(&paths);
    let (maybe_logs, named): (Vec<Input>, Vec<bool>) = std::mem::take(&mut found.maybe_logs).into_iter().unzip();
    for ((outcome, input), named) in load_logs(&maybe_logs, options.limits).into_iter().zip(maybe_logs).zip(named) {
        match outcome {
            MaybeLog::Log(mut log) => {
                names.extend(log_models::names(&log));
                log_models::rename(&mut log, &of_models);
                logs.push(*log);
            }
            MaybeLog::PassedOver(one) => passed.push(Loaded::PassedOver(one)),
            // A file named one by one is a result file whatever its name.
            MaybeLog::Other if named => found.inputs.push(input),
            MaybeLog::Other => other_files += 1,
        }
    }
    names.extend(found.inputs.iter().map(|input| resolve::as_matched(&input.telling)));
    let bar = printer.progress(found.inputs.len() as u64);
    let exported = exported(&found.tables, args, printer)?;
    let files = load_with(&found.inputs, exported, &options, &|_| bar.inc(1));
    bar.finish_and_clear();
    let problems = found.problems.iter().map(|one| format!("{}: {}", one.path, one.reason)).collect();
    let problem_files = found.problems.into_iter().map(Loaded::PassedOver);
    let mut loaded: Vec<Loaded> = problem_files.chain(files).chain(passed).collect();
    let consoles: Vec<&ConsoleLog> = logs.iter().filter_map(|log| log.console.as_ref()).collect();
    let results = loaded.iter_mut().filter_map(|one| match one {
        Loaded::Results(file) => Some(file.as_mut()),
        Loaded::PassedOver(_) => None,
    });
    console::fill(results, &consoles);
    Ok(Found { problems, loaded, logs, other_files, own_files: found.own_files, names })
}

/// Reads folders of tables.
fn exported(folders: &[(PathBuf, Option<String>)], args: &InputArgs, printer: &mut Printer) -> anyhow::Result<Vec<Loaded>> {
    if let (false, Some(flag)) = (folders.is_empty(), acting_on_files(args)) {
        let text =
            format!("{flag} acts while files are read, not on tables; export the tables anew with it, or read the files");
        return Err(UsageError(text).into());
    }
    let mut all = Vec::new();
    let mut known: BTreeMap<(Option<String>, String), String> = BTreeMap::new();
    for (folder, label) in folders {
        let name = veil(&folder.to_string_lossy()).into_owned();
        let error = |cause: &dyn std::fmt::Display| UsageError(format!("{name}: {cause}"));
        let read = |file: &str| fsio::read_file(&folder.join(file)).map_err(std::io::Error::other);
        let head = read(tables::FILE_NAME).map_err(|cause| error(&cause))?;
        let head = Head::parse(&head).ok_or_else(|| error(&"schema.json is not one of taureport's"))?;
        let written = read(manifest::FILE_NAME).ok().and_then(|bytes| Manifest::parse(&bytes).ok());
        let written = |file: &str| written.iter().flat_map(|one| &one.outputs).find(|output| output.path == file);
        let bytes = |file: &str| {
            let bytes = read(file)?;
            match written(file) {
                Some(output) if output.sha256 != sha256_hex(&bytes) => {
                    Err(std::io::Error::other("it is not as taureport wrote it (manifest.json has another SHA-256)"))
                }
                _ => Ok(bytes),
            }
        };
        let rows = store::read(&head, bytes).map_err(|cause| error(&cause))?;
        let mut loaded = into_loaded(rows).map_err(|cause| error(&cause))?;
        if let Some(filter) = &head.filter {
            printer.warning(&format!("{name}: exported with --filter {:?}: other episodes are not there", veil(filter)));
        }
        for one in &mut loaded {
            let Loaded::Results(file) = one else { continue };
            if let Some(label) = label {
                file.source.label = Some(label.clone());
            }
            let key = (file.source.label.clone(), file.source.path.clone());
            let sha256 = known.entry(key).or_insert_with(|| file.source.sha256.clone());
            if *sha256 != file.source.sha256 {
                printer.warning(&format!(
                    "{name}: {} is in another folder of tables with other content; tell the two apart by labels (A=FOLDER B=FOLDER)",
                    file.source.path
                ));
            }
        }
        all.append(&mut loaded);
    }
    Ok(all)
}

/// Returns the first option given that acts while files are read.
fn acting_on_files(args: &InputArgs) -> Option<&'static str> {
    let given =
        [("--map", !args.map.is_empty()), ("--layout", args.layout.is_some()), ("--error-rules", args.error_rules.is_some())];
    given.into_iter().find(|(_, is_given)| *is_given).map(|(flag, _)| flag)
}

fn rules(args: &InputArgs) -> anyhow::Result<ErrorRules> {
    let Some(path) = &args.error_rules else { return Ok(ErrorRules::builtin()) };
    let bytes = fsio::read_file(path).map_err(|cause| UsageError(format!("--error-rules: {cause}")))?;
    let text = String::from_utf8(bytes).map_err(|_| UsageError(format!("--error-rules: {} is not UTF-8", path.display())))?;
    let rules =
        ErrorRules::with_user(&text).map_err(|cause| UsageError(format!("--error-rules {}: {cause}", path.display())))?;
    Ok(rules)
}

fn overrides(args: &InputArgs) -> anyhow::Result<Overrides> {
    let layout = args.layout.as_deref().map(Layout::parse).transpose();
    let layout = layout.map_err(|cause| UsageError(cause.to_string()))?;
    let maps: Result<Vec<MapRule>, _> = args.map.iter().map(|rule| MapRule::parse(rule)).collect();
    let maps = maps.map_err(|cause| UsageError(cause.to_string()))?;
    Ok(Overrides { layout, maps })
}

/// Says what was seen where nothing was usable.
pub(super) fn explain_nothing(found: &Found, printer: &mut Printer) {
    let passed: Vec<&PassedOver> = found
        .loaded
        .iter()
        .filter_map(|one| match one {
            Loaded::PassedOver(passed) => Some(passed),
            Loaded::Results(_) => None,
        })
        .collect();
    printer.warning(&format!(
        "nothing usable found: {} read, {} with other endings, {} written by taureport itself",
        plural(passed.len() as u64, "file"),
        found.other_files,
        found.own_files
    ));
    for line in by_reason(passed) {
        printer.warning(&line);
    }
    printer.warning(
        "expected are τ-bench checkpoints (records that hold `reward` and `traj` or `info`) and τ²-bench results (`info`, `tasks`, \
         `simulations`, whole or one file each): .json or .jsonl files, also .gz and .zst",
    );
}
