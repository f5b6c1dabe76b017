//! Several sides side by side.

use super::{CompareScene, Part};
use crate::{
    analysis::compare::{EnvPlaces, Standing},
    views::{
        fmt::{cell, column},
        names::{slug, unique},
        table::{Cell, Table},
    },
};

/// Returns the section, where there are several NEW.
pub(super) fn part(scene: &CompareScene<'_>) -> Option<Part> {
    let tables = tables(scene);
    let mut part = Part::default();
    for table in tables {
        part.table(table);
    }
    (!part.blocks.is_empty()).then_some(part)
}

/// Returns a table for each cell of BASE that several NEW have.
pub(super) fn tables(scene: &CompareScene<'_>) -> Vec<Table> {
    let mut used = std::collections::BTreeSet::new();
    scene.report.places.iter().map(|places| table(scene, places, &unique(&slug(&places.name), &mut used))).collect()
}

fn table(scene: &CompareScene<'_>, env: &EnvPlaces, id: &str) -> Table {
    let [lo, hi] = column::interval("rank", "place");
    let columns = vec![
        column::text("side", "side"),
        column::number("pass_1", "pass^1"),
        column::number("difference", "to the leader"),
        column::number("p_holm", "p"),
        column::text("standing", "standing"),
        column::number("mean_rank", "mean rank"),
        lo,
        hi,
        column::number("leads", "leads in"),
    ];
    let rows = env.places.iter().map(|place| {
        let [mut lo, hi] = cell::interval(place.range.map(|range| (range.rank.lo, range.rank.hi)));
        lo.text = place.range.map_or_else(|| "n/a".to_owned(), |range| format!("{:.0}–{:.0}", range.rank.lo, range.rank.hi));
        vec![
            cell::text(scene.side(place.side)),
            cell::rate(Some(place.pass_1)),
            place.comparison.map_or_else(cell::empty, |found| cell::points(Some(found.difference))),
            place.comparison.map_or_else(cell::empty, |_| cell::p_value(place.p_holm)),
            standing(place.standing),
            cell::mean(place.mean_rank, 2),
            lo,
            hi,
            cell::rate(place.range.map(|range| range.leads)),
        ]
    });
    let notes = vec![format!(
        "On the tasks that all sides have. p: paired with the leader, corrected over all pairs of sides, because the leader was chosen on the \
         same data. Place ({}) and lead: from drawing tasks anew.",
        scene.level()
    )];
    let title = format!("{}: {} in common", env.name, crate::views::scene::plural(env.tasks as u64, "task"));
    Table { id: format!("ranking_{id}"), title, columns, rows: rows.collect(), notes }
}

fn standing(standing: Standing) -> Cell {
    cell::text(name(standing))
}

/// The standing in words.
pub(super) fn name(standing: Standing) -> &'static str {
    match standing {
        Standing::Leader => "leader",
        Standing::NotDistinguishable => "not distinguishable from the leader",
        Standing::Worse => "worse than the leader",
    }
}
