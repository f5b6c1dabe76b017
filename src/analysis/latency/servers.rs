//! What vLLM servers say of themselves.

use crate::records::log::{ErrorGroup, LogInput, Server, VllmLog};

/// One moment of a server.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StatusRow {
    /// Time since the first status line, minutes.
    pub minutes: f64,
    /// Prompt tokens a second.
    pub prompt_tokens_per_s: Option<f64>,
    /// Generated tokens a second.
    pub generation_tokens_per_s: Option<f64>,
    /// Requests running.
    pub running: Option<f64>,
    /// Requests waiting.
    pub waiting: Option<f64>,
    /// Share of the KV cache in use.
    pub kv_cache: Option<f64>,
    /// Share of prompt tokens found in the prefix cache.
    pub prefix_hits: Option<f64>,
}

/// Figures of one server.
#[derive(Debug, Clone, PartialEq)]
pub struct ServerFigures {
    /// Path of the log.
    pub path: String,
    /// Whom it serves.
    pub server: Option<Server>,
    /// SLURM job.
    pub job_id: Option<String>,
    /// Node it ran on.
    pub node: Option<String>,
    /// Model it serves.
    pub model: Option<String>,
    /// Version of vLLM.
    pub version: Option<String>,
    /// Status lines in time.
    pub status: Vec<StatusRow>,
    /// Errors, grouped.
    pub errors: Vec<ErrorGroup>,
}

/// Year taken where the log does not say one: only differences of times are used.
const ANY_YEAR: i32 = 2000;

/// Returns the figures of every server's log.
pub(super) fn figures(logs: &[LogInput]) -> Vec<ServerFigures> {
    logs.iter().filter_map(|log| log.vllm.as_ref()).map(server).collect()
}

fn server(log: &VllmLog) -> ServerFigures {
    let year = log.first_year.unwrap_or(ANY_YEAR);
    let first = log.points.iter().filter_map(|point| point.at_ms(year)).min().unwrap_or(0);
    let share = |percent: Option<f64>| percent.map(|percent| percent / 100.0);
    let row = |point: &crate::records::log::StatusPoint| {
        Some(StatusRow {
            minutes: (point.at_ms(year)? - first) as f64 / 60_000.0,
            prompt_tokens_per_s: point.prompt_tokens_per_s,
            generation_tokens_per_s: point.generation_tokens_per_s,
            running: point.running.map(f64::from),
            waiting: point.waiting.map(f64::from),
            kv_cache: share(point.kv_cache_percent),
            prefix_hits: share(point.prefix_hit_percent),
        })
    };
    ServerFigures {
        path: log.path.clone(),
        server: log.server,
        job_id: log.job_id.clone(),
        node: log.node.clone(),
        model: log.model.clone(),
        version: log.version.clone(),
        status: together(log.points.iter().filter_map(|point| Some((point.engine, row(point)?))).collect()),
        errors: log.errors.clone(),
    }
}

/// Reads one quantity off a status line.
pub(crate) type Quantity = fn(&StatusRow) -> Option<f64>;

/// Longest time between the first and the last status line of one tick, in minutes. vLLM prints the lines of all engines one after
/// another every ten seconds, so the lines of a tick may fall on both sides of a second.
const TICK_MINUTES: f64 = 2.0 / 60.0;

/// Adds up what the engines of one server print in one tick, one line each: rates and requests as sums, shares as means. A tick has
/// the time of its first line.
fn together(rows: Vec<(Option<u32>, StatusRow)>) -> Vec<StatusRow> {
    let mut joined: Vec<(Vec<Option<u32>>, StatusRow)> = Vec::new();
    for (engine, row) in rows {
        match joined
            .last_mut()
            .filter(|(engines, last)| (last.minutes - row.minutes).abs() <= TICK_MINUTES && !engines.contains(&engine))
        {
            None => joined.push((vec![engine], row)),
            Some((engines, last)) => {
                let many = engines.len() as f64;
                let sum = |a: Option<f64>, b: Option<f64>| a.zip(b).map_or(a.or(b), |(a, b)| Some(a + b));
                let mean =
                    |a: Option<f64>, b: Option<f64>| a.zip(b).map_or(a.or(b), |(a, b)| Some((a * many + b) / (many + 1.0)));
                last.prompt_tokens_per_s = sum(last.prompt_tokens_per_s, row.prompt_tokens_per_s);
                last.generation_tokens_per_s = sum(last.generation_tokens_per_s, row.generation_tokens_per_s);
                last.running = sum(last.running, row.running);
                last.waiting = sum(last.waiting, row.waiting);
                last.kv_cache = mean(last.kv_cache, row.kv_cache);
                last.prefix_hits = mean(last.prefix_hits, row.prefix_hits);
                engines.push(engine);
            }
        }
    }
    joined.into_iter().map(|(_, row)| row).collect()
}

impl ServerFigures {
    /// All quantities with their names.
    pub const QUANTITIES: [(&'static str, Quantity); 6] = [
        ("prompt_tokens_per_s", |row| row.prompt_tokens_per_s),
        ("generation_tokens_per_s", |row| row.generation_tokens_per_s),
        ("running", |row| row.running),
        ("waiting", |row| row.waiting),
        ("kv_cache", |row| row.kv_cache),
        ("prefix_hits", |row| row.prefix_hits),
    ];

    /// Returns mean and largest of one quantity over the status lines that say it.
    pub fn mean_and_peak(&self, quantity: Quantity) -> Option<(f64, f64)> {
        let known: Vec<f64> = self.status.iter().filter_map(quantity).filter(|value| value.is_finite()).collect();
        let peak = known.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        (!known.is_empty()).then(|| (known.iter().sum::<f64>() / known.len() as f64, peak))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn engines_of_one_tick_are_added_up_although_a_second_lies_between() {
        let row = |seconds: f64, running: f64, kv_cache: f64| StatusRow {
            minutes: seconds / 60.0,
            prompt_tokens_per_s: None,
            generation_tokens_per_s: Some(10.0 * running),
            running: Some(running),
            waiting: None,
            kv_cache: Some(kv_cache),
            prefix_hits: None,
        };
        let lines = [
            (0, row(9.0, 1.0, 0.2)),
            (1, row(10.0, 2.0, 0.4)),
            (0, row(19.0, 3.0, 0.1)),
            (1, row(20.0, 4.0, 0.3)),
            (1, row(30.0, 5.0, 0.5)),
        ];
        let ticks = together(lines.into_iter().map(|(engine, row)| (Some(engine), row)).collect());
        let figures: Vec<(f64, Option<f64>, Option<f64>)> =
            ticks.iter().map(|row| (row.minutes * 60.0, row.running, row.generation_tokens_per_s)).collect();
        assert_eq!(figures, [(9.0, Some(3.0), Some(30.0)), (19.0, Some(7.0), Some(70.0)), (30.0, Some(5.0), Some(50.0))]);
        assert!(ticks[0].kv_cache.is_some_and(|share| (share - 0.3).abs() < 1e-12));
        let one_engine = vec![(None, row(0.0, 1.0, 0.0)), (None, row(1.0, 1.0, 0.0))];
        assert_eq!(together(one_engine).len(), 2);
    }
}
