//! A document to `experiment_report.md`.
//!
//! The template decides only the layout. Whatever it prints is escaped for Markdown prose by the environment itself, so a
//! template, ours or a user's, cannot forget it; pieces that must be Markdown (pipe tables, images, code blocks, anchors)
//! are made and escaped here and marked safe.
//!
//! What a template sees:
//! - `title`
//! - `sections`: each `heading`, `anchor`, and `blocks`
//! - a block: `kind` (`text`, `points`, `warning`, `code`, `table`, `folded_table`, `chart`) and by kind `text`, `points`,
//!   `code` (fenced), `table` (`id`, `title`, `grid`, `notes`), `chart` (`id`, `title`, `subtitle`, `footer`, `path`, `image`)
//! - filters: `label` for text between the brackets of a link, `html` for text inside HTML tags

use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value, context, syntax::SyntaxConfig};

use super::{
    escape::{self, Place},
    table,
};
use crate::views::{
    chart::Chart,
    document::{Block, Document},
};

/// The report's name in the output directory.
pub const FILE_NAME: &str = "experiment_report.md";

/// The template used where the user gives none.
pub const TEMPLATE: &str = include_str!("../../templates/report.md.j2");

/// The template of a comment on a pull request.
pub const COMMENT: &str = include_str!("../../templates/comment.md.j2");

/// Name of the template in error messages.
const TEMPLATE_NAME: &str = "report.md.j2";

/// Why a document could not be rendered.
#[derive(Debug, thiserror::Error)]
pub enum MarkdownError {
    /// A block names a table the document does not have.
    #[error("the document has no table {0:?}")]
    NoTable(String),
    /// A block names a chart the document does not have.
    #[error("the document has no chart {0:?}")]
    NoChart(String),
    /// The template does not parse, or uses a name that does not exist.
    #[error("cannot render the template: {0:#}")]
    Template(#[from] minijinja::Error),
}

/// Renders a document with the built-in template or the text of another.
///
/// # Errors
/// A block that names a missing table or chart, or a template that does not parse or uses an unknown name.
pub fn render(document: &Document, template: Option<&str>) -> Result<String, MarkdownError> {
    let environment = environment()?;
    let sections = document
        .sections
        .iter()
        .map(|section| {
            let blocks = section.blocks.iter().map(|block| block_value(document, block)).collect::<Result<Vec<_>, _>>()?;
            Ok(context! { heading => section.heading.as_str(), anchor => safe(escape::stem(&section.id)), blocks => blocks })
        })
        .collect::<Result<Vec<Value>, MarkdownError>>()?;
    let values = context! { title => document.title.as_str(), sections => sections };
    let text = environment.render_named_str(TEMPLATE_NAME, template.unwrap_or(TEMPLATE), values)?;
    Ok(format!("{}\n", text.trim()))
}

fn environment() -> Result<Environment<'static>, minijinja::Error> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    environment.set_auto_escape_callback(|_| AutoEscape::Custom("markdown".into()));
    environment.set_formatter(|out, state, value| {
        if value.is_undefined() {
            // The default formatter words the error of strict mode.
            return minijinja::escape_formatter(out, state, value);
        }
        let text = value.to_string();
        let text = if value.is_safe() { text } else { escape::markdown(&text, Place::Prose) };
        out.write_str(&text).map_err(minijinja::Error::from)
    });
    environment.add_filter("label", |text: String| safe(escape::markdown(&text, Place::Label)));
    environment.add_filter("html", |text: String| safe(escape::html(&text)));
    Ok(environment)
}

fn safe(text: String) -> Value {
    Value::from_safe_string(text)
}

fn block_value(document: &Document, block: &Block) -> Result<Value, MarkdownError> {
    Ok(match block {
        Block::Text(text) => context! { kind => "text", text => text.as_str() },
        Block::Points(points) => context! { kind => "points", points => points.clone() },
        Block::Warning(text) => context! { kind => "warning", text => text.as_str() },
        Block::Code(text) => context! { kind => "code", code => safe(escape::code_block(text)) },
        Block::Table(id) => context! { kind => "table", table => table_value(document, id)? },
        Block::FoldedTable(id) => context! { kind => "folded_table", table => table_value(document, id)? },
        Block::Chart(id) => context! { kind => "chart", chart => chart_value(document, id)? },
    })
}

fn table_value(document: &Document, id: &str) -> Result<Value, MarkdownError> {
    let found = document.tables.iter().find(|table| table.id == id).ok_or_else(|| MarkdownError::NoTable(id.to_owned()))?;
    let grid = table::markdown(found);
    Ok(context! {
        id => found.id.as_str(), title => found.title.as_str(),
        grid => safe(grid.trim_end().to_owned()), notes => found.notes.clone(),
    })
}

fn chart_value(document: &Document, id: &str) -> Result<Value, MarkdownError> {
    let mut charts = document.charts.iter().map(Chart::meta);
    let meta = charts.find(|meta| meta.id == id).ok_or_else(|| MarkdownError::NoChart(id.to_owned()))?;
    let path = super::chart_path(&meta.id, "png");
    let image = format!("![{}]({path})", escape::markdown(&meta.alt, Place::Label));
    Ok(context! {
        id => meta.id.as_str(), title => meta.title.as_str(),
        subtitle => meta.subtitle.as_str(), footer => meta.footer.as_str(),
        path => safe(path), image => safe(image),
    })
}

#[cfg(test)]
#[path = "markdown_tests.rs"]
mod tests;
