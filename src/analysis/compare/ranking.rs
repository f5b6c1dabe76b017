//! Several sides side by side: who leads, and who cannot be told from the leader.

use std::collections::BTreeSet;

use super::{CellData, Report};
use crate::{
    metrics::{
        TaskCounts,
        compare::{Comparison, Judged, Verdict, compare_pass_k, judge_against_leader},
        ranking::{RankRange, rank, rank_ranges},
    },
    records::TaskId,
};

/// Where a side stands against the leader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Has the highest pass^1.
    Leader,
    /// Cannot be told from the leader with this data.
    NotDistinguishable,
    /// Below the leader, beyond noise.
    Worse,
}

/// One side among all.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place {
    /// Index among the sides.
    pub side: usize,
    /// pass^1 on the tasks that all have.
    pub pass_1: f64,
    /// Mean rank over tasks, 1 = best.
    pub mean_rank: Option<f64>,
    /// How certain its place is.
    pub range: Option<RankRange>,
    /// Side − leader; `None` for the leader.
    pub comparison: Option<Comparison>,
    /// p after correction over all pairs of sides, as the leader was picked from the data.
    pub p_holm: Option<f64>,
    /// Where it stands.
    pub standing: Standing,
}

/// All sides in one cell of BASE.
#[derive(Debug, Clone, PartialEq)]
pub struct EnvPlaces {
    /// Name of the rows.
    pub name: String,
    /// Tasks that all sides have.
    pub tasks: usize,
    /// By falling pass^1.
    pub places: Vec<Place>,
}

/// Returns the places, where a cell of BASE is matched by at least two NEW.
pub(super) fn places(report: &Report) -> Vec<EnvPlaces> {
    let cells: BTreeSet<usize> = report.rows.iter().map(|row| row.base_cell).collect();
    cells.into_iter().filter_map(|cell| of(report, cell)).collect()
}

fn of(report: &Report, base_cell: usize) -> Option<EnvPlaces> {
    let rows: Vec<_> = report.rows.iter().filter(|row| row.base_cell == base_cell).collect();
    if rows.len() < 2 {
        return None;
    }
    let base = &report.sides[0].cells[base_cell];
    let members: Vec<(usize, &CellData)> =
        [(0, base)].into_iter().chain(rows.iter().map(|row| (row.new_side, report.new_of(row)))).collect();
    let scored = |cell: &CellData, task: &TaskId| cell.tasks.get(task).map(super::TaskData::counts).filter(|task| task.n > 0);
    let counts: Vec<Vec<TaskCounts>> =
        base.tasks.keys().filter_map(|task| members.iter().map(|(_, cell)| scored(cell, task)).collect()).collect();
    if counts.is_empty() {
        return None;
    }
    let scores: Vec<Vec<f64>> = counts.iter().map(|row| row.iter().filter_map(|task| task.success_rate()).collect()).collect();
    let statistics = &report.settings.statistics;
    let means: Vec<f64> =
        (0..members.len()).map(|at| scores.iter().map(|row| row[at]).sum::<f64>() / scores.len() as f64).collect();
    let mut order: Vec<usize> = (0..members.len()).collect();
    order.sort_by(|a, b| means[*b].total_cmp(&means[*a]).then(a.cmp(b)));
    let leader = *order.first()?;
    let ranked = rank(&scores);
    let ranges = rank_ranges(&scores, statistics.conf, statistics.bootstrap);
    let compared: Vec<Option<Comparison>> = order
        .iter()
        .map(|at| {
            let pairs: Vec<(TaskCounts, TaskCounts)> = counts.iter().map(|row| (row[leader], row[*at])).collect();
            if *at == leader { None } else { compare_pass_k(&pairs, 1, statistics) }
        })
        .collect();
    let family: Vec<(f64, Option<f64>)> =
        compared.iter().map(|one| one.map_or((0.0, None), |one| (one.difference, one.p))).collect();
    let judged: Vec<Judged> = judge_against_leader(&family, members.len(), statistics.conf);
    let places = order.iter().zip(compared).zip(judged).map(|((at, comparison), judged)| Place {
        side: members[*at].0,
        pass_1: means[*at],
        mean_rank: ranked.as_ref().map(|ranked| ranked.mean_rank[*at]),
        range: ranges.as_ref().map(|ranges| ranges[*at]),
        comparison,
        p_holm: judged.p_holm,
        standing: match judged.verdict {
            _ if *at == leader => Standing::Leader,
            Verdict::Worse => Standing::Worse,
            Verdict::Better | Verdict::Inconclusive => Standing::NotDistinguishable,
        },
    });
    Some(EnvPlaces { name: rows[0].name.clone(), tasks: counts.len(), places: places.collect() })
}
