//! From loaded files to the episodes that a command works on.

use super::UsageError;
use crate::{
    frames::{Rows, sql},
    records::Loaded,
    sweep::{Attempts, By, ErrorPolicy, Sweep, assemble_by},
    views::names::names,
};

/// Puts files together into cells, and keeps the episodes that `--filter` is true of.
pub(super) fn select(
    loaded: Vec<Loaded>,
    (errors, attempts): (ErrorPolicy, Attempts),
    by: &By,
    filter: Option<&str>,
) -> anyhow::Result<Sweep> {
    let Some(filter) = filter else { return Ok(assemble_by(loaded, attempts, by)) };
    let mut sweep = assemble_by(loaded.clone(), attempts, by);
    let rows = rows(&loaded, &sweep, errors);
    let kept = sql::filter(&rows, filter).map_err(|cause| UsageError(format!("--filter: {cause}")))?;
    sweep.retain(filter, |place, record| u32::try_from(place).is_ok_and(|place| kept.contains(&(place, record as u64))));
    if sweep.filtered.as_ref().is_some_and(|filtered| filtered.kept == 0) {
        let of = sweep.filtered.as_ref().map_or(0, |filtered| filtered.of);
        let text = format!("--filter {filter:?} keeps none of {of} episodes (`taureport query` shows what the columns hold)");
        return Err(UsageError(text).into());
    }
    Ok(sweep)
}

/// Makes the rows of all tables.
pub(super) fn rows(loaded: &[Loaded], sweep: &Sweep, errors: ErrorPolicy) -> Rows {
    let names = names(sweep);
    let names: Vec<&str> = names.iter().map(|name| name.full.as_str()).collect();
    Rows::of(loaded, sweep, &names, errors)
}
