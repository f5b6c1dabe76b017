//! `taureport compare`: read the sides → compare → judge the gates → view → write → print.

mod args;
pub(super) mod power;
mod sides;

pub(super) use args::{CompareArgs, PowerArgs};

use std::path::Path;

use anyhow::Context;

use super::{
    Ended, UsageError,
    args::Format,
    draw,
    printer::{Form, Printer},
};
use crate::{
    analysis::compare::{Settings, Side, baseline::Baseline, compare, gate},
    bundle::{self, Bundle, manifest},
    fsio,
    gates::Gate,
    metrics::{bootstrap::Bootstrap, compare as statistics},
    report,
    views::{
        compare::{self as view, CompareScene, comment, gates as gate_words, json, words},
        document::Document,
        scene::plural,
    },
};
use args::CompareFormat;

/// Verdicts and warnings printed; the report has them all.
const PRINTED: usize = 12;

pub(super) fn run(args: &CompareArgs, printer: &mut Printer) -> anyhow::Result<Ended> {
    let gates = gates(args)?;
    let Some(read) = sides::read(args, printer)? else { return Ok(Ended::NothingUsable) };
    let to_save = args.save_baseline.as_deref().zip(read.sides.last().cloned());
    if let Some((path, side)) = to_save.as_ref().filter(|_| read.sides.len() == 1 && args.across.is_none()) {
        save_baseline(args, path, side, printer)?;
        return Ok(Ended::Well);
    }
    if read.sides.len() < 2 {
        let text = match &args.across {
            Some(column) => {
                format!("--across {column}: there is but one value, {}", read.sides.first().map_or("none", |side| &side.name))
            }
            None => "there is nothing to compare with: give BASE and NEW, or --baseline FILE, or --across COLUMN".to_owned(),
        };
        return Err(UsageError(text).into());
    }
    let mut report = compare(read.sides, args.across.clone(), settings(args));
    report.calls.not_split = read.logs_not_split;
    let judging = gate::Judging { strict: args.fail_on_inconclusive, allow_missing: args.allow_missing };
    let checks = gate::check(&report, &gates, args.max_regressed_tasks, judging);
    let failed = checks.iter().any(|check| check.failed);
    let scene = CompareScene {
        report: &report,
        checks: &checks,
        version: env!("CARGO_PKG_VERSION"),
        flags: flags(args),
        input_warnings: read.warnings,
    };
    if report.rows.is_empty() {
        for warning in words::warnings(&scene) {
            printer.warning(&warning);
        }
        printer.warning("nothing could be compared");
        return Ok(Ended::NothingUsable);
    }
    let document = view::document(&scene);
    let json = bundle::json::bytes(&json::comparison(&scene)).context("writing comparison.json")?;
    let bundle = bundle(args, &document, &json, read.inputs)?;
    if args.output_dir.is_file() {
        return Err(UsageError(format!("{} is a file, not a folder; choose another with -o", args.output_dir.display())).into());
    }
    let written = fsio::write_bundle(&args.output_dir, &bundle, args.force)
        .with_context(|| format!("cannot write the report to {}", args.output_dir.display()))?;
    say(args, &scene, &document, printer);
    for path in &written.kept {
        printer.note(&format!("{path} was changed since the last report and is no longer part of it: left alone"));
    }
    print(args.format, &scene, &json, printer)?;
    if let Some((path, side)) = &to_save {
        // A run that fails its gates must not become what the next one is measured by.
        if failed {
            printer.warning(&format!("{} not saved as a baseline: a gate failed", side.name));
        } else {
            save_baseline(args, path, side, printer)?;
        }
    }
    Ok(if failed { Ended::GateFailed } else { Ended::Well })
}

fn gates(args: &CompareArgs) -> anyhow::Result<Vec<Gate>> {
    let read = |texts: &[String], flag: &str, parse: fn(&str) -> Result<Gate, crate::gates::GateError>| {
        let gate = |text: &String| parse(text).map_err(|cause| UsageError(format!("{flag}: {cause}")));
        texts.iter().map(gate).collect::<Result<Vec<_>, _>>()
    };
    let mut gates = read(&args.fail_on, "--fail-on", Gate::parse)?;
    gates.extend(read(&args.min, "--min", Gate::parse_min)?);
    gates.extend(read(&args.max, "--max", Gate::parse_max)?);
    Ok(gates)
}

fn settings(args: &CompareArgs) -> Settings {
    let bootstrap = Bootstrap { seed: args.seed, ..Bootstrap::default() };
    Settings {
        statistics: statistics::Settings { conf: args.confidence, power: args.power, bootstrap },
        k_max: args.k,
        allow_mismatch: args.allow_mismatch,
    }
}

/// The options that change figures and differ from their defaults, for the report's provenance.
fn flags(args: &CompareArgs) -> Vec<(String, String)> {
    let mut flags = Vec::new();
    let mut add = |name: &str, value: String| flags.push((name.to_owned(), value));
    if let Some(column) = &args.across {
        add("--across", column.clone());
    }
    if !args.sides.is_empty() {
        add("--sides", args.sides.join(","));
    }
    if let Some(base) = &args.base {
        add("--base", base.clone());
    }
    if args.allow_mismatch {
        add("--allow-mismatch", String::new());
    }
    let (errors, attempts) = sides::policy_names(&args.policies);
    if errors != "exclude" {
        add("--errors", errors);
    }
    if attempts != "first" {
        add("--attempts", attempts);
    }
    let defaults = statistics::Settings::default();
    for (name, value, usual) in [("--confidence", args.confidence, defaults.conf), ("--power", args.power, defaults.power)] {
        if (value - usual).abs() > f64::EPSILON {
            add(name, value.to_string());
        }
    }
    if let Some(k) = args.k {
        add("--k", k.to_string());
    }
    if args.seed != 0 {
        add("--seed", args.seed.to_string());
    }
    for (name, gates) in [("--fail-on", &args.fail_on), ("--min", &args.min), ("--max", &args.max)] {
        for gate in gates {
            add(name, gate.clone());
        }
    }
    if let Some(most) = args.max_regressed_tasks {
        add("--max-regressed-tasks", most.to_string());
    }
    if args.fail_on_inconclusive {
        add("--fail-on-inconclusive", String::new());
    }
    if args.allow_missing {
        add("--allow-missing", String::new());
    }
    if let Some(layout) = &args.input.layout {
        add("--layout", layout.clone());
    }
    args.input.map.iter().for_each(|rule| add("--map", rule.clone()));
    if let Some(path) = &args.input.error_rules {
        add("--error-rules", path.display().to_string());
    }
    flags
}

fn save_baseline(args: &CompareArgs, path: &Path, side: &Side, printer: &mut Printer) -> anyhow::Result<()> {
    let (errors, attempts) = sides::policy_names(&args.policies);
    let bytes = bundle::json::bytes(&Baseline::new(sides::stored(side)?, errors, attempts))?;
    let ours = |bytes: &[u8]| Baseline::parse(bytes).is_ok();
    fsio::write_file(path, &bytes, args.force, &ours).context("cannot save the baseline")?;
    printer.note(&format!("{} saved as a baseline in {}", side.name, path.display()));
    Ok(())
}

fn bundle(args: &CompareArgs, document: &Document, json: &[u8], mut inputs: Vec<manifest::Input>) -> anyhow::Result<Bundle> {
    let charts = draw::Charts { none: args.no_charts, svg: args.svg };
    let mut bundle = draw::files(document, charts, "comparison_report.md")?;
    bundle.insert("comparison.json", json.to_vec());
    inputs.sort_by(|a, b| (&a.label, &a.path, &a.sha256).cmp(&(&b.label, &b.path, &b.sha256)));
    inputs.dedup();
    bundle.seal(manifest::Manifest::new("compare", flags(args), inputs))?;
    Ok(bundle)
}

fn print(format: CompareFormat, scene: &CompareScene<'_>, json: &[u8], printer: &mut Printer) -> anyhow::Result<()> {
    let failed = gate_words::failed(scene);
    match format {
        CompareFormat::Json => printer.data(json, Form::Json)?,
        CompareFormat::Csv => {
            for line in &failed {
                printer.warning(line);
            }
            printer.table(&view::printed(scene)[0], Format::Csv)?;
        }
        CompareFormat::Github => {
            let text = report::markdown::render(&comment::document(scene), Some(report::markdown::COMMENT))?;
            printer.data(text.as_bytes(), Form::Other)?;
        }
        CompareFormat::Junit => {
            let text = report::junit::render("taureport compare", &comment::cases(scene));
            printer.data(text.as_bytes(), Form::Other)?;
        }
        CompareFormat::Table | CompareFormat::Md => {
            let is_markdown = format == CompareFormat::Md;
            for (at, table) in view::printed(scene).iter().enumerate() {
                printer.text(if at > 0 { "\n" } else { "" })?;
                printer.table(table, if is_markdown { Format::Md } else { Format::Table })?;
            }
            if !scene.checks.is_empty() {
                let line = |text: &String| {
                    if is_markdown {
                        report::escape::markdown(text, report::escape::Place::Prose)
                    } else {
                        report::escape::one_line(text).into_owned()
                    }
                };
                let lines: Vec<String> = [gate_words::summary(scene.checks)].iter().chain(&failed).map(line).collect();
                printer.text(&format!("\n{}\n", lines.join("\n")))?;
            }
        }
    }
    Ok(())
}

/// The words on stderr: verdicts, flips, warnings, where the report is.
fn say(args: &CompareArgs, scene: &CompareScene<'_>, document: &Document, printer: &mut Printer) {
    let all = printer.is_verbose();
    let shown = |lines: Vec<String>, say: &mut dyn FnMut(&str)| {
        let most = if all { lines.len() } else { PRINTED };
        lines.iter().take(most).for_each(|line| say(line));
        if lines.len() > most {
            say(&format!("and {} more in the report", lines.len() - most));
        }
    };
    shown(words::verdicts(scene), &mut |line| printer.note(&format!("• {line}")));
    shown(words::flips(scene), &mut |line| printer.note(&format!("• {line}")));
    shown(words::warnings(scene), &mut |line| printer.warning(line));
    if scene.report.calls.not_split {
        printer.note(view::calls::NOT_SPLIT);
    }
    let charts = if args.no_charts { 0 } else { document.charts.len() as u64 };
    printer.done(&format!(
        "{} with {} and {}",
        args.output_dir.join("comparison_report.md").display(),
        plural(charts, "chart"),
        plural(document.tables.len() as u64, "table"),
    ));
    printer.note("");
}
