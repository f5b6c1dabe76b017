//! Display-ready, serialisable data: the one source for terminal, Markdown, CSV, JSON and charts.

pub mod chart;
pub mod compare;
mod cost;
pub mod document;
mod effort;
mod explain;
pub mod fmt;
pub mod json;
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
pub mod verify;
pub mod warnings;

use document::Document;
use scene::Scene;

/// Returns the whole report, the section on conventions only if asked for.
pub fn document(scene: &Scene<'_>, explain_pass_k: bool) -> Document {
    let (summary, mut tables, mut charts) = summary::section(scene);
    let mut sections = vec![summary];
    for (section, own_tables, own_charts) in [quality::section(scene), reliability::section(scene), per_task::section(scene)] {
        sections.push(section);
        tables.extend(own_tables);
        charts.extend(own_charts);
    }
    let tau2 = [outcomes::section(scene), strata::section(scene)];
    for (section, own_tables, own_charts) in tau2.into_iter().flatten().chain([cost::section(scene)]) {
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
        1 => format!("Experiment report: {}", scene.names[0].full),
        cells => format!("Experiment report: {cells} cells"),
    };
    Document { title, sections, tables, charts }
}
