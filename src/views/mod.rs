//! Display-ready, serialisable data: the one source for terminal, Markdown, CSV, JSON and charts.

pub mod chart;
pub mod compare;
mod cost;
pub mod divisions;
pub mod document;
mod effort;
mod explain;
pub mod fmt;
pub mod json;
pub mod latency;
mod matrix;
mod methods;
pub mod names;
mod outcomes;
mod overall;
mod per_task;
mod quality;
mod reliability;
pub mod scene;
mod strata;
pub mod summary;
pub mod table;
#[cfg(test)]
mod tests;
mod turn_times;
pub mod verify;
pub mod warnings;

use document::Document;
use scene::Scene;

/// Returns the whole report, the section on conventions only if asked for.
pub fn document(scene: &Scene<'_>, explain_pass_k: bool) -> Document {
    let has_results = !scene.names.is_empty();
    let mut parts = Vec::new();
    if has_results {
        parts.push(summary::section(scene));
    }
    parts.push(quality::section(scene));
    if has_results {
        parts.extend([reliability::section(scene), per_task::section(scene)]);
        parts.extend([outcomes::section(scene), strata::section(scene)].into_iter().flatten());
        parts.push(cost::section(scene));
        parts.extend(turn_times::section(scene));
    }
    parts.extend(latency::sections(scene));
    let (mut sections, mut tables, mut charts) = (Vec::new(), Vec::new(), Vec::new());
    for (section, own_tables, own_charts) in parts {
        sections.push(section);
        tables.extend(own_tables);
        charts.extend(own_charts);
    }
    if explain_pass_k {
        let (explain, explain_tables) = explain::section(scene);
        sections.push(explain);
        tables.extend(explain_tables);
    }
    sections.push(methods::section(scene));
    let title = match scene.sweep.cells.len() {
        0 => format!("Experiment report: {}", scene::plural(scene.sweep.logs.len() as u64, "log")),
        1 => format!("Experiment report: {}", scene.names[0].full),
        cells => format!("Experiment report: {cells} cells"),
    };
    Document { title, sections, tables, charts }
}
