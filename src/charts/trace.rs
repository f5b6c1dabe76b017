//! Curves of many points, thinned to what a picture can show.

use super::canvas::Point;

/// Points of a stair nearer to each other than this, in pixels, are one.
const NEAR: f64 = 0.5;
/// Width of the columns in which a line keeps its first, lowest, highest and last point.
const COLUMN: f64 = 1.0;
/// Least size of the cells in which dots are drawn once.
pub(super) const CELL: f64 = 1.5;

/// Leaves out points that are too near to the last one kept; the ends stay.
pub(super) fn stair(points: impl IntoIterator<Item = Point>) -> Vec<Point> {
    let mut kept: Vec<Point> = Vec::new();
    let mut skipped = None;
    for point in points {
        let near = |last: &Point| (last.0 - point.0).abs() < NEAR && (last.1 - point.1).abs() < NEAR;
        if kept.last().is_some_and(near) {
            skipped = Some(point);
        } else {
            kept.push(point);
            skipped = None;
        }
    }
    kept.extend(skipped);
    kept
}

/// Leaves of each column of pixels the first, the lowest, the highest and the last point of a line whose x rise.
pub(super) fn line(points: &[Point]) -> Vec<Point> {
    let column = |point: &Point| (point.0 / COLUMN).floor();
    let mut kept = Vec::new();
    for run in points.chunk_by(|a, b| (column(a) - column(b)).abs() < 0.5) {
        let extreme = |is_better: fn(f64, f64) -> bool| {
            (0..run.len()).fold(0, |best, i| if is_better(run[i].1, run[best].1) { i } else { best })
        };
        let mut indices = [0, extreme(|a, b| a < b), extreme(|a, b| a > b), run.len() - 1];
        indices.sort_unstable();
        for (at, &i) in indices.iter().enumerate() {
            if at == 0 || indices[at - 1] != i {
                kept.push(run[i]);
            }
        }
    }
    kept
}

/// Leaves one of the dots in each cell of a grid that is as fine as `most` dots allow, and says how far, in pixels along each axis,
/// a dot can be from one that stays.
pub(super) fn dots(points: &[Point], most: usize) -> (Vec<Point>, f64) {
    let finest = one_a_cell(points, CELL);
    let (mut kept, mut cell) = (finest.clone(), CELL);
    while kept.len() > most.max(1) {
        cell *= 1.15;
        // From the finest grid on, not from all points again: these may be hundreds of thousands.
        kept = one_a_cell(&finest, cell);
    }
    (kept, if cell > CELL { cell + CELL } else { CELL })
}

/// Returns the first point in each cell, in the order of the points.
fn one_a_cell(points: &[Point], cell: f64) -> Vec<Point> {
    #[expect(clippy::cast_possible_truncation, reason = "places in a figure; the cast saturates")]
    let mut cells: Vec<(i32, i32, usize)> =
        points.iter().enumerate().map(|(i, (x, y))| ((x / cell) as i32, (y / cell) as i32, i)).collect();
    cells.sort_unstable();
    cells.dedup_by_key(|(x, y, _)| (*x, *y));
    let mut kept: Vec<usize> = cells.into_iter().map(|cell| cell.2).collect();
    kept.sort_unstable();
    kept.into_iter().map(|i| points[i]).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_line_keeps_its_peaks() {
        let points: Vec<Point> =
            (0..100_000_u32).map(|i| (f64::from(i) * 0.008, if i == 51_234 { 90.0 } else { 1.0 })).collect();
        let kept = line(&points);
        assert!(kept.len() < 2_500 && kept.contains(&points[51_234]), "{}", kept.len());
    }

    proptest! {
        #[test]
        fn nothing_is_far_from_what_stays(points in prop::collection::vec((0.0..800.0_f64, 0.0..300.0_f64), 1..300)) {
            let mut points = points;
            points.sort_by(|a, b| a.0.total_cmp(&b.0));
            let (few, far) = dots(&points, 40);
            for (kept, far) in [(stair(points.clone()), NEAR), (dots(&points, 300).0, CELL), (few, far)] {
                for point in &points {
                    let near = |other: &Point| (other.0 - point.0).abs() <= far && (other.1 - point.1).abs() <= far;
                    prop_assert!(kept.iter().any(near), "{:?} is lost", point);
                }
            }
            prop_assert_eq!(line(&points).last().copied(), points.last().copied());
        }

        #[test]
        fn dots_are_never_too_many(n in 1_usize..20_000) {
            let points: Vec<Point> = (0..n).map(|i| ((i * 7919 % 8501) as f64 / 10.0, (i * 104_729 % 1301) as f64 / 10.0)).collect();
            prop_assert!(dots(&points, 1500).0.len() <= 1500);
        }
    }
}
