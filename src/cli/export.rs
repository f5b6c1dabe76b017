//! `taureport export`: all that was read as tables.

use anyhow::Context;

use super::{
    Ended,
    analyze::inputs,
    args::{ExportArgs, TableForm},
    printer::Printer,
    tables::tables,
};
use crate::{
    bundle::{
        Bundle, manifest,
        tables::{Form, Head},
    },
    frames::store,
    fsio,
    redact::veil,
    words::plural,
};

pub(super) fn run(args: &ExportArgs, printer: &mut Printer) -> anyhow::Result<Ended> {
    let Some((rows, sweep)) = tables(&args.input, &args.derived, Some(&args.output_dir), printer)? else {
        return Ok(Ended::NothingUsable);
    };
    let (errors, attempts) = (args.derived.policies.errors.typed(), args.derived.policies.attempts.typed());
    let form = match args.format {
        TableForm::Parquet => Form::Parquet,
        TableForm::Csv => Form::Csv,
        TableForm::Ndjson => Form::Ndjson,
        TableForm::Arrow => Form::Arrow,
    };
    let (by, filter) = (args.derived.by.clone(), args.input.filter.as_deref().map(|filter| veil(filter).into_owned()));
    let head = Head { by, pool: args.input.pool, filter: filter.clone(), ..Head::new(form, &errors, &attempts) };
    let mut bundle = Bundle::default();
    for (file, bytes) in store::files(&rows, &head).context("making the tables")? {
        bundle.insert(file, bytes);
    }
    let mut flags = vec![("--errors".to_owned(), errors), ("--attempts".to_owned(), attempts)];
    flags.extend(args.derived.by.clone().map(|by| ("--by".to_owned(), by)));
    flags.extend(filter.map(|filter| ("--filter".to_owned(), filter)));
    bundle.seal(manifest::Manifest::new("export", flags, inputs(&sweep)))?;
    fsio::write_bundle(&args.output_dir, &bundle, args.force)
        .with_context(|| format!("cannot write the tables to {}", args.output_dir.display()))?;
    if !sweep.logs.is_empty() {
        let logs = plural(sweep.logs.len() as u64, "log");
        printer.warning(&format!("{logs} beside the results are not part of the tables: read them with the files themselves"));
    }
    printer.done(&format!(
        "{} with {}, {}, {}",
        args.output_dir.display(),
        plural(rows.runs.len() as u64, "run"),
        plural(rows.episodes.len() as u64, "episode"),
        plural(rows.cells.len() as u64, "cell"),
    ));
    Ok(Ended::Well)
}
