//! `taureport analyze`: read → assemble → compute → view → write → print.

use anyhow::Context;

use super::{
    Ended, UsageError,
    args::{AnalyzeArgs, AttemptsArg, CiArg, ErrorsArg, Format, RaggedArg},
    draw,
    load::{explain_nothing, load, refuse_unused},
    printer::{Form, Printer},
    select::select,
};
use crate::{
    analysis::{self, Options, RaggedChoice},
    bundle::{self, Bundle, manifest},
    fsio,
    metrics::Ci,
    report,
    sweep::{By, Sweep, rebase},
    views::{
        self,
        document::Document,
        json,
        scene::{Scene, plural},
        table::Table,
        warnings::warnings,
    },
};

/// Findings printed; the report has them all.
const PRINTED_FINDINGS: usize = 12;
/// Warnings printed; the report has them all.
const PRINTED_WARNINGS: usize = 8;

pub(super) fn run(args: &AnalyzeArgs, printer: &mut Printer) -> anyhow::Result<Ended> {
    if let Some(mistake) = args.latency.mistake(&args.output_dir) {
        return Err(UsageError(mistake).into());
    }
    let found = load(&args.input, printer)?;
    refuse_unused(&args.input, &found.names)?;
    if found.logs.is_empty() && !found.loaded.iter().any(|one| matches!(one, crate::records::Loaded::Results(_))) {
        explain_nothing(&found, printer);
        return Ok(Ended::NothingUsable);
    }
    found.problems.iter().for_each(|problem| printer.warning(problem));
    let attempts = args.attempts.policy();
    let other_files = found.other_files;
    let by = args.by.as_deref().map_or_else(By::default, By::parse).with_pool(args.input.pool);
    by.check(found.results()).map_err(|cause| UsageError(cause.to_string()))?;
    let mut sweep = select(found.loaded, (options(args).errors, attempts), &by, args.input.filter.as_deref())?;
    sweep.add_logs(found.logs);
    let rebased = (!args.reward_basis.is_empty()).then(|| rebase(&mut sweep, &args.reward_basis));
    let (options, latency_options) = (options(args), args.latency.options(args.confidence));
    let analysis = analysis::analyze(&sweep, &options);
    let latency = analysis::latency::latency(&sweep, &latency_options, options.errors);
    let turn_times = analysis::turns::turn_times(&sweep, &latency_options, options.errors);
    let mut scene = Scene::new(&sweep, &analysis, env!("CARGO_PKG_VERSION"));
    scene.other_files = other_files;
    scene.rebased = rebased;
    scene.latency = latency.as_ref();
    scene.turn_times = turn_times.as_ref();
    scene.flags = flags(args);
    let document = views::document(&scene, args.explain_passk);
    let metrics = bundle::json::bytes(&json::metrics(&scene, attempts)).context("writing metrics.json")?;
    let bundle = bundle(args, &scene, &document, &metrics)?;
    if args.output_dir.is_file() {
        return Err(UsageError(format!("{} is a file, not a folder; choose another with -o", args.output_dir.display())).into());
    }
    let written = fsio::write_bundle(&args.output_dir, &bundle, args.force)
        .with_context(|| format!("cannot write the report to {}", args.output_dir.display()))?;
    args.latency.write_legacy(latency.as_ref(), args.force).context("writing the old script's files")?;
    print(args, &document, &metrics, printer)?;
    say(args, &scene, &document, printer);
    for path in &written.kept {
        printer.note(&format!("{path} was changed since the last report and is no longer part of it: left alone"));
    }
    let broken = sweep.issues.iter().any(|issue| issue.kind <= crate::records::IssueKind::BadRecord)
        || sweep.passed_over.iter().any(|one| one.unreadable);
    Ok(if args.strict && broken { Ended::BrokenInput } else { Ended::Well })
}

fn options(args: &AnalyzeArgs) -> Options {
    Options {
        errors: args.errors.policy(),
        ragged: match args.ragged {
            RaggedArg::Chained => RaggedChoice::Chained,
            RaggedArg::Available => RaggedChoice::Available,
            RaggedArg::Strict => RaggedChoice::Strict,
            RaggedArg::UpstreamV1 => RaggedChoice::UpstreamV1,
            RaggedArg::ZeroFill => RaggedChoice::ZeroFill,
        },
        ci: match args.ci {
            CiArg::ScaledWilson => Ci::ScaledWilson,
            CiArg::Conservative => Ci::Conservative,
            CiArg::T => Ci::T,
        },
        confidence: args.confidence,
        k_max: args.k,
        planned_trials: args.planned_trials,
    }
}

/// The options that change figures and differ from their defaults, for the report's provenance.
fn flags(args: &AnalyzeArgs) -> Vec<(String, String)> {
    let mut flags = Vec::new();
    let mut add = |name: &str, value: String| flags.push((name.to_owned(), value));
    let name = |value: &dyn std::fmt::Debug| kebab(&format!("{value:?}"));
    if args.errors != ErrorsArg::Exclude {
        add("--errors", name(&args.errors));
    }
    if args.attempts != AttemptsArg::First {
        add("--attempts", name(&args.attempts));
    }
    if args.ragged != RaggedArg::Chained {
        add("--ragged", name(&args.ragged));
    }
    if args.ci != CiArg::ScaledWilson {
        add("--ci", name(&args.ci));
    }
    if (args.confidence - 0.95).abs() > f64::EPSILON {
        add("--confidence", args.confidence.to_string());
    }
    if let Some(k) = args.k {
        add("--k", k.to_string());
    }
    if let Some(trials) = args.planned_trials {
        add("--planned-trials", trials.to_string());
    }
    if let Some(by) = &args.by {
        add("--by", by.clone());
    }
    if !args.reward_basis.is_empty() {
        let names: Vec<&str> = args.reward_basis.iter().map(|one| one.name()).collect();
        add("--reward-basis", names.join(","));
    }
    if let Some(filter) = &args.input.filter {
        add("--filter", filter.clone());
    }
    for (name, value) in args.latency.flags() {
        add(name, value);
    }
    if let Some(layout) = &args.input.layout {
        add("--layout", layout.clone());
    }
    for rule in &args.input.map {
        add("--map", rule.clone());
    }
    if let Some(path) = &args.input.error_rules {
        add("--error-rules", path.display().to_string());
    }
    flags
}

/// `UpstreamV1` → `upstream-v1`.
fn kebab(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        if c.is_ascii_uppercase() && !out.is_empty() {
            out.push('-');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}

fn bundle(args: &AnalyzeArgs, scene: &Scene<'_>, document: &Document, metrics: &[u8]) -> anyhow::Result<Bundle> {
    let charts = draw::Charts { none: args.no_charts, svg: args.svg };
    let mut bundle = draw::files(document, charts, report::markdown::FILE_NAME)?;
    bundle.insert("metrics.json", metrics.to_vec());
    bundle.seal(manifest::Manifest::new("analyze", flags(args), inputs(scene.sweep)))?;
    Ok(bundle)
}

pub(super) fn inputs(sweep: &Sweep) -> Vec<manifest::Input> {
    let input = |file: &crate::sweep::FileSummary| manifest::Input {
        path: file.source.path.clone(),
        bytes: file.source.bytes,
        sha256: file.source.sha256.clone(),
        kind: file.kind.name().to_owned(),
        label: file.source.label.clone(),
    };
    let log = |log: &crate::records::log::LogInput| manifest::Input {
        path: log.source.path.clone(),
        bytes: log.source.bytes,
        sha256: log.source.sha256.clone(),
        kind: "log".to_owned(),
        label: log.source.label.clone(),
    };
    sweep.files.iter().map(input).chain(sweep.logs.iter().map(log)).collect()
}

fn print(args: &AnalyzeArgs, document: &Document, metrics: &[u8], printer: &mut Printer) -> anyhow::Result<()> {
    let shown: Vec<&Table> = document
        .tables
        .iter()
        .filter(|table| {
            (table.id == "summary" && !table.rows.is_empty())
                || table.id == "latency_calls"
                || (table.id == "turn_times" && args.latency.are_given())
                || (args.explain_passk && table.id.starts_with("conventions_"))
        })
        .collect();
    if args.format == Format::Json {
        printer.data(metrics, Form::Json)?;
        return Ok(());
    }
    for (index, table) in shown.into_iter().enumerate() {
        let gap = if index > 0 { "\n" } else { "" };
        printer.text(gap)?;
        printer.table(table, args.format)?;
    }
    Ok(())
}

/// The words after the table: findings, data quality, where the report is.
fn say(args: &AnalyzeArgs, scene: &Scene<'_>, document: &Document, printer: &mut Printer) {
    printer.note("");
    let mut findings = if scene.names.is_empty() { Vec::new() } else { views::summary::findings(scene) };
    findings.extend(scene.latency.iter().flat_map(|latency| views::latency::findings(latency, !scene.names.is_empty())));
    let shown = if printer.is_verbose() { findings.len() } else { PRINTED_FINDINGS };
    findings.iter().take(shown).for_each(|finding| printer.note(&format!("• {finding}")));
    if findings.len() > shown {
        printer.note(&format!("• and {} more in the report", findings.len() - shown));
    }
    let warnings = warnings(scene);
    let shown = if printer.is_verbose() { warnings.len() } else { PRINTED_WARNINGS };
    for warning in warnings.iter().take(shown) {
        printer.warning(warning);
    }
    if warnings.len() > shown {
        printer.warning(&format!("and {} more in the report", warnings.len() - shown));
    }
    if printer.is_verbose() {
        for issue in &scene.sweep.issues {
            printer.note(&format!("{}: {}: {}", issue.path, issue.kind.name(), issue.message));
        }
        for one in &scene.sweep.passed_over {
            printer.note(&format!("{}: passed over: {}", one.path, one.reason));
        }
    } else {
        let (issues, passed) = (scene.sweep.issues.len() as u64, scene.sweep.passed_over.len() as u64);
        if issues + passed > 0 {
            let text =
                format!("{} about files, {} passed over (-v lists them)", plural(issues, "finding"), plural(passed, "file"));
            printer.note(&text);
        }
    }
    let charts = if args.no_charts { 0 } else { document.charts.len() as u64 };
    printer.done(&format!(
        "{} with {} and {}",
        args.output_dir.join(report::markdown::FILE_NAME).display(),
        plural(charts, "chart"),
        plural(document.tables.len() as u64, "table"),
    ));
}
