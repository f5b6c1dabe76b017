//! Tables of vLLM servers and their errors.

use super::super::{
    fmt::{cell, column},
    table::{Cell, Table},
};
use crate::{
    analysis::latency::{Latency, ServerFigures},
    records::log::Server,
};

/// What vLLM servers did.
pub(super) fn servers(latency: &Latency) -> Option<Table> {
    let headings = ["prompt tok/s", "generated tok/s", "running", "waiting", "KV cache", "prefix hits"];
    let mut columns = vec![
        column::text("log", "log"),
        column::text("serves", "serves"),
        column::text("job", "job"),
        column::text("node", "node"),
        column::text("model", "model"),
        column::text("version", "vLLM"),
        column::number("status_lines", "status lines"),
    ];
    for ((key, _), heading) in ServerFigures::QUANTITIES.iter().zip(headings) {
        columns.push(column::number(&format!("{key}_mean"), heading));
        columns.push(column::number(&format!("{key}_peak"), "peak"));
    }
    columns.push(column::number("errors", "errors"));
    let rows: Vec<Vec<Cell>> = latency
        .servers
        .iter()
        .map(|server| {
            let text = |value: Option<&String>| value.map_or_else(cell::empty, |value| cell::text(value.clone()));
            let mut row = vec![
                cell::text(server.path.clone()),
                cell::text(match server.server {
                    Some(Server::User) => "user",
                    Some(Server::Assistant) => "assistant",
                    None => "",
                }),
                text(server.job_id.as_ref()),
                text(server.node.as_ref()),
                text(server.model.as_ref()),
                text(server.version.as_ref()),
                cell::count(Some(server.status.len() as u64)),
            ];
            for (at, (_, quantity)) in ServerFigures::QUANTITIES.iter().enumerate() {
                let is_share = at >= 4;
                let found = server.mean_and_peak(*quantity);
                for value in [found.map(|(mean, _)| mean), found.map(|(_, peak)| peak)] {
                    row.push(if is_share { cell::rate(value) } else { cell::mean(value, 1) });
                }
            }
            row.push(cell::count(Some(server.errors.iter().map(|group| group.count).sum())));
            row
        })
        .collect();
    let title = "vLLM servers".to_owned();
    let notes =
        vec!["Means over the status lines the server printed, each a mean over the time since the one before.".to_owned()];
    (!rows.is_empty())
        .then(|| Table { id: "latency_servers".to_owned(), title, columns, rows, notes }.without_idle(&["version", "errors"]))
}

/// Errors of vLLM servers, grouped.
pub(super) fn errors(latency: &Latency) -> Option<Table> {
    let columns = vec![
        column::text("log", "log"),
        column::number("errors", "errors"),
        column::number("first_line", "first line"),
        column::text("text", "text"),
    ];
    let mut rows = Vec::new();
    for server in &latency.servers {
        for group in &server.errors {
            rows.push(vec![
                cell::text(server.path.clone()),
                cell::count(Some(group.count)),
                cell::count(Some(u64::from(group.first_line))),
                cell::text(group.text.clone()),
            ]);
        }
    }
    let title = "Errors of the servers".to_owned();
    (!rows.is_empty()).then(|| Table { id: "latency_server_errors".to_owned(), title, columns, rows, notes: Vec::new() })
}
