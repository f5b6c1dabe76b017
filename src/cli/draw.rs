//! A document becomes files: charts, tables, Markdown.

use anyhow::Context;
use rayon::prelude::*;

use crate::{
    bundle::Bundle,
    charts, report,
    views::document::{Block, Document},
};

/// What is drawn.
#[derive(Debug, Clone, Copy)]
pub(super) struct Charts {
    /// No charts at all.
    pub(super) none: bool,
    /// SVG beside every PNG.
    pub(super) svg: bool,
}

/// Returns the files of a document, its Markdown under the given name.
pub(super) fn files(document: &Document, wanted: Charts, markdown: &'static str) -> anyhow::Result<Bundle> {
    let mut document = document.clone();
    let mut bundle = Bundle::default();
    if wanted.none {
        document.charts.clear();
        for section in &mut document.sections {
            section.blocks.retain(|block| !matches!(block, Block::Chart(_)));
        }
    }
    let drawn: anyhow::Result<Vec<(String, String, Vec<u8>)>> = document
        .charts
        .par_iter()
        .with_max_len(1)
        .map(|chart| {
            let id = &chart.meta().id;
            let svg = charts::svg(chart).with_context(|| format!("drawing {id}"))?;
            let png = charts::png(&svg, 2.0).with_context(|| format!("rendering {id}"))?;
            Ok((id.clone(), svg, png))
        })
        .collect();
    for (id, svg, png) in drawn? {
        bundle.insert(report::chart_path(&id, "png"), png);
        if wanted.svg {
            bundle.insert(report::chart_path(&id, "svg"), svg);
        }
    }
    for table in &document.tables {
        bundle.insert(report::table_path(&table.id), report::table::csv(table)?);
    }
    bundle.insert(markdown, report::markdown::render(&document, None)?);
    Ok(bundle)
}
