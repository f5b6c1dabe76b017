//! From the arguments of `compare` to its sides.

use std::{collections::BTreeSet, path::Path};

use super::{
    super::{
        UsageError,
        load::{Found, explain_nothing, load, refuse_unused},
        printer::Printer,
        select::select,
    },
    args::CompareArgs,
};
use crate::{
    analysis::{
        self,
        compare::{
            CellData, Side,
            baseline::{Baseline, BaselineError},
            calls, cells, split,
        },
    },
    bundle::{
        json,
        manifest::{Input, sha256_hex},
    },
    cli::args::{ErrorsArg, InputArgs, PolicyArgs},
    fsio,
    records::Loaded,
    redact::{shown, veil},
    sources::discover::split_label,
    sweep::{By, Column, Sweep, Telling, ends_with_path, telling, without_copies},
    views::{scene::Scene, warnings::of_inputs},
};

/// Most sides: more would be a mistake (`--across task`).
const MOST_SIDES: usize = 20;
/// Largest file looked into for whether it is a baseline.
const LARGEST_BASELINE: u64 = 64 << 20;
/// Where in a file of taureport its name stands.
const HEAD: usize = 200;

/// What was read.
pub(super) struct Read {
    pub(super) sides: Vec<Side>,
    pub(super) inputs: Vec<Input>,
    pub(super) warnings: Vec<String>,
    /// Whether there are logs, and the sides are values of a column that logs do not know.
    pub(super) logs_not_split: bool,
    /// What `--map` and `--layout` were tried on, of all sides.
    names: BTreeSet<String>,
    has_baseline: bool,
}

/// Reads all sides; `None` where a side has nothing usable, which was then explained.
pub(super) fn read(args: &CompareArgs, printer: &mut Printer) -> anyhow::Result<Option<Read>> {
    let mut read = Read {
        sides: Vec::new(),
        inputs: Vec::new(),
        warnings: Vec::new(),
        logs_not_split: false,
        names: BTreeSet::new(),
        has_baseline: false,
    };
    if let Some(path) = &args.baseline {
        let name = path.display().to_string();
        let (baseline, input) = baseline(&name, path)?.ok_or_else(|| {
            UsageError(format!("--baseline {name}: {}", BaselineError::Other("it is not one of taureport's files".to_owned())))
        })?;
        read.add_baseline(baseline, input, &args.policies);
    }
    let usable = match &args.across {
        Some(column) => read.across(args, column, printer)?,
        None => read.given(args, printer)?,
    };
    refuse_unused(&args.input, &read.names)?;
    if !usable {
        return Ok(None);
    }
    if read.has_baseline {
        read.sides = read.sides.iter().map(stored).collect::<Result<_, _>>()?;
    }
    for side in &mut read.sides {
        side.name = shown(&side.name).into_owned();
    }
    if read.sides.len() > MOST_SIDES {
        let names: Vec<&str> = read.sides.iter().take(6).map(|side| side.name.as_str()).collect();
        let text = format!("{} sides ({}, …) are too many; choose with --sides A,B+C", read.sides.len(), names.join(", "));
        return Err(UsageError(text).into());
    }
    if let Some(base) = &args.base {
        let at = read.sides.iter().position(|side| side.name == shown(base));
        let names = || read.sides.iter().map(|side| side.name.as_str()).collect::<Vec<_>>().join(", ");
        let at = at.ok_or_else(|| UsageError(format!("--base: no side is called {base:?}; there are {}", names())))?;
        let side = read.sides.remove(at);
        read.sides.insert(0, side);
    }
    Ok(Some(read))
}

impl Read {
    fn add_baseline(&mut self, baseline: Baseline, input: Input, policies: &PolicyArgs) {
        let (errors, attempts) = policy_names(policies);
        if baseline.errors != errors || baseline.attempts != attempts {
            self.warnings.push(format!(
                "{}: made with --errors {} --attempts {}, and now it is --errors {errors} --attempts {attempts}: the sides do not count alike.",
                input.path, baseline.errors, baseline.attempts
            ));
        }
        self.sides.push(baseline.side);
        self.has_baseline = true;
        self.inputs.push(input);
    }

    /// The paths are the sides, those of one label together.
    fn given(&mut self, args: &CompareArgs, printer: &mut Printer) -> anyhow::Result<bool> {
        let mut groups: Vec<(Option<&str>, Vec<String>)> = Vec::new();
        for argument in &args.input.paths {
            let label = split_label(argument).0;
            match groups.iter_mut().find(|(known, _)| known.is_some() && *known == label) {
                Some((_, paths)) => paths.push(argument.clone()),
                None => groups.push((label, vec![argument.clone()])),
            }
        }
        let first = self.sides.len();
        let mut loaded = Vec::new();
        for (label, paths) in groups {
            let path = split_label(&paths[0]).1.to_owned();
            let read_as_baseline = if paths.len() == 1 { baseline(&path, Path::new(&path))? } else { None };
            let what = match read_as_baseline {
                Some(baseline) => Err(baseline),
                None => match self.load(&InputArgs { paths, ..args.input.clone() }, printer)? {
                    Some(found) => Ok(found),
                    None => return Ok(false),
                },
            };
            loaded.push((label, path, what));
        }
        // Words that tell variants on one side tell them on the others.
        let mut words = Telling::default();
        for (_, _, what) in &loaded {
            match what {
                Ok(found) => words.extend(telling(&found.loaded)),
                Err((baseline, _)) => {
                    baseline.side.cells.iter().filter_map(|cell| cell.part("variant")).for_each(|name| words.add_variant(name));
                }
            }
        }
        self.sides
            .iter()
            .flat_map(|side| &side.cells)
            .filter_map(|cell| cell.part("variant"))
            .for_each(|name| words.add_variant(name));
        let by = By::default().with_telling(words);
        for (label, path, what) in loaded {
            let found = match what {
                Ok(found) => found,
                Err((mut file, input)) => {
                    if let Some(label) = label {
                        file.side.name = veil(label).into_owned();
                    }
                    self.add_baseline(file, input, &args.policies);
                    continue;
                }
            };
            let sweep = self.sweep(found, &by.clone().with_pool(args.input.pool), args, printer)?;
            let before = if label.is_none() { format!("{}: ", veil(&path)) } else { String::new() };
            let warnings = warnings(&sweep, args.policies.errors);
            let name = label.map_or_else(|| short(&path), str::to_owned);
            self.sides.push(Side {
                name: veil(&name).into_owned(),
                cells: cells(&sweep, args.policies.errors.policy()),
                calls: calls::pooled(calls::by_label(&sweep.logs).into_values().flatten().collect()),
                warnings: warnings.into_iter().map(|warning| format!("{before}{warning}")).collect(),
            });
        }
        self.tell_apart(first, &args.input.paths);
        Ok(true)
    }

    /// The values of a column are the sides.
    fn across(&mut self, args: &CompareArgs, column: &str, printer: &mut Printer) -> anyhow::Result<bool> {
        let wanted = column.trim().to_ascii_lowercase().replace(['-', ' '], "_");
        let named = Column::ALL.into_iter().find(|one| one.name() == wanted);
        let by = named.map_or_else(By::default, |column| By::parse(&format!("cell,{}", column.name())));
        let Some(found) = self.load(&args.input, printer)? else { return Ok(false) };
        let sweep = self.sweep(found, &by.with_pool(args.input.pool), args, printer)?;
        self.warnings.extend(warnings(&sweep, args.policies.errors));
        let groups: Vec<Vec<String>> =
            args.sides.iter().map(|group| group.split('+').map(|value| veil(value.trim()).into_owned()).collect()).collect();
        let calls = calls::by_label(&sweep.logs);
        self.logs_not_split = named != Some(Column::Label) && !calls.is_empty();
        let cells = cells(&sweep, args.policies.errors.policy());
        let part = match named {
            Some(column) => column.name().to_owned(),
            None => setting(&cells, column.trim())?,
        };
        let sides = split(cells, &calls, &part, &groups);
        self.sides = sides.map_err(|cause| UsageError(format!("--sides: {cause}")))?;
        Ok(true)
    }

    /// Loads; `None` where nothing is usable.
    fn load(&mut self, input: &InputArgs, printer: &mut Printer) -> anyhow::Result<Option<Found>> {
        let mut found = load(input, printer)?;
        self.names.append(&mut found.names);
        if !found.loaded.iter().any(|one| matches!(one, Loaded::Results(_))) {
            if found.logs.is_empty() {
                explain_nothing(&found, printer);
            } else {
                printer.warning(&format!(
                    "{}: there are logs but no results; compare needs results, and compares the calls in the logs beside them \
                     (`taureport analyze` reads logs alone)",
                    veil(&input.paths.join(", "))
                ));
            }
            return Ok(None);
        }
        found.problems.iter().for_each(|problem| printer.warning(problem));
        Ok(Some(found))
    }

    fn sweep(&mut self, found: Found, by: &By, args: &CompareArgs, printer: &mut Printer) -> anyhow::Result<Sweep> {
        let policies = (args.policies.errors.policy(), args.policies.attempts.policy());
        let mut sweep = select(found.loaded, policies, by, args.input.filter.as_deref())?;
        sweep.logs = without_copies(found.logs);
        if printer.is_verbose() {
            for issue in &sweep.issues {
                printer.note(&format!("{}: {}: {}", issue.path, issue.kind.name(), issue.message));
            }
        }
        self.inputs.extend(sweep.files.iter().map(|file| Input {
            path: file.source.path.clone(),
            bytes: file.source.bytes,
            sha256: file.source.sha256.clone(),
            kind: file.kind.name().to_owned(),
            label: file.source.label.clone(),
        }));
        self.inputs.extend(sweep.logs.iter().map(|log| Input {
            path: log.source.path.clone(),
            bytes: log.source.bytes,
            sha256: log.source.sha256.clone(),
            kind: "log".to_owned(),
            label: log.source.label.clone(),
        }));
        Ok(sweep)
    }

    /// Gives sides of one name the paths they come from as names, and numbers where these are the same too.
    fn tell_apart(&mut self, first: usize, paths: &[String]) {
        let names: Vec<String> = self.sides.iter().map(|side| side.name.clone()).collect();
        let repeated = |name: &String| names.iter().filter(|other| *other == name).count() > 1;
        if self.sides.len() - first == paths.len() {
            for (side, path) in self.sides[first..].iter_mut().zip(paths) {
                if let (None, true) = (split_label(path).0, repeated(&side.name)) {
                    side.name = veil(path.trim_end_matches('/')).into_owned();
                }
            }
        }
        let mut seen: Vec<String> = Vec::new();
        for side in &mut self.sides {
            let before = seen.iter().filter(|name| **name == side.name).count();
            seen.push(side.name.clone());
            if before > 0 {
                side.name = format!("{} ({})", side.name, before + 1);
            }
        }
    }
}

/// Finds the one setting of cells that ends in a name.
fn setting(cells: &[CellData], wanted: &str) -> Result<String, UsageError> {
    let known: BTreeSet<&str> = cells.iter().flat_map(CellData::settings).collect();
    let found: Vec<&str> = known.iter().copied().filter(|name| ends_with_path(name, wanted)).collect();
    let listed = |names: Vec<&str>| names.into_iter().map(veil).collect::<Vec<_>>().join(", ");
    match found[..] {
        [one] => Ok(one.to_owned()),
        [] => {
            let columns = Column::ALL.map(Column::name).into_iter().chain(known).collect();
            Err(UsageError(format!("--across: there is no column or setting {wanted:?}; there are {}", listed(columns))))
        }
        _ => Err(UsageError(format!("--across: several settings end in {wanted:?}: {}", listed(found)))),
    }
}

/// All that `analyze` warns of, but for what it compares.
fn warnings(sweep: &Sweep, errors: ErrorsArg) -> Vec<String> {
    let options = analysis::Options { errors: errors.policy(), ..analysis::Options::default() };
    let figures = analysis::analyze(sweep, &options);
    of_inputs(&Scene::new(sweep, &figures, env!("CARGO_PKG_VERSION")))
}

/// The last part of a path, without the endings of result files.
fn short(path: &str) -> String {
    let name = path.trim_end_matches('/').rsplit('/').next().unwrap_or(path);
    let mut name = name;
    for ending in [".gz", ".zst", ".json", ".jsonl"] {
        name = name.strip_suffix(ending).unwrap_or(name);
    }
    if name.is_empty() { path.to_owned() } else { name.to_owned() }
}

/// Reads a file that is a baseline; `None` where it is something else.
fn baseline(shown: &str, path: &Path) -> anyhow::Result<Option<(Baseline, Input)>> {
    let Ok(info) = fsio::info(path) else { return Ok(None) };
    if info.kind != fsio::FileKind::File || info.bytes > LARGEST_BASELINE {
        return Ok(None);
    }
    let bytes = fsio::read_file(path)?;
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(HEAD)]).into_owned();
    if !head.starts_with('{') || !head.contains("\"tool\": \"taureport\"") {
        return Ok(None);
    }
    let file = Baseline::parse(&bytes).map_err(|cause| UsageError(format!("{shown}: {cause}")))?;
    let input = Input {
        path: veil(shown).into_owned(),
        bytes: bytes.len() as u64,
        sha256: sha256_hex(&bytes),
        kind: "taureport baseline".to_owned(),
        label: None,
    };
    Ok(Some((file, input)))
}

/// Returns a side as a baseline holds it: names as they are shown, no secret in them. What is compared with a baseline takes
/// this form too, so that names are found again.
pub(super) fn stored(side: &Side) -> anyhow::Result<Side> {
    let stored: Side = serde_json::from_slice(&json::bytes(side)?)?;
    // Names that differ in a secret may be shown alike, one pair in 65,536.
    let tasks = |side: &Side| side.cells.iter().map(|cell| cell.tasks.len()).collect::<Vec<_>>();
    let called = |side: &Side| {
        let tasks = side.calls.iter().map(|series| series.tasks.iter().map(|one| &one.task).collect::<BTreeSet<_>>().len());
        tasks.collect::<Vec<_>>()
    };
    if tasks(side) != tasks(&stored) || called(side) != called(&stored) {
        let text =
            "two tasks are shown alike once their secrets are taken out, so a baseline cannot tell them apart; rename them";
        return Err(UsageError(format!("{}: {text}", side.name)).into());
    }
    Ok(stored)
}

/// The names of the policies as typed.
pub(super) fn policy_names(args: &PolicyArgs) -> (String, String) {
    (args.errors.typed(), args.attempts.typed())
}
