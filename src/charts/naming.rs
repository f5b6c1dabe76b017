//! Names beside the marks of a scatter plot: near their marks, never upon each other, upon marks and lines only at need.

use super::canvas::Point;

/// Distances of a name from its mark, tried all.
const DISTANCES: [f64; 9] = [8.0, 11.0, 16.0, 24.0, 34.0, 48.0, 66.0, 90.0, 120.0];
/// Space kept between two names.
const APART: f64 = 2.0;
/// Price of covering a mark, and of crossing a line, in pixels of distance.
const COVERED: (f64, f64) = (150.0, 9.0);
/// Price of standing this near to the mark of another name.
const MISTAKEN: (f64, f64) = (16.0, 7.0);
/// Steps in which the whole plot is searched where no place near the mark is free.
const SEARCH: (f64, f64) = (16.0, 8.0);

/// An upright rectangle.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Area {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) right: f64,
    pub(super) bottom: f64,
}

impl Area {
    /// Returns the rectangle that reaches so far from a place.
    pub(super) fn around((x, y): Point, half: f64) -> Self {
        Self { left: x - half, top: y - half, right: x + half, bottom: y + half }
    }

    /// Returns the rectangle between two places: a line, where they share a coordinate.
    pub(super) fn between(a: Point, b: Point) -> Self {
        Self { left: a.0.min(b.0), top: a.1.min(b.1), right: a.0.max(b.0), bottom: a.1.max(b.1) }
    }

    /// Returns the nearest place of the rectangle.
    pub(super) fn nearest(&self, (x, y): Point) -> Point {
        (x.max(self.left).min(self.right), y.max(self.top).min(self.bottom))
    }

    /// Returns the distance of a place from the rectangle.
    pub(super) fn distance(&self, from: Point) -> f64 {
        let near = self.nearest(from);
        (near.0 - from.0).hypot(near.1 - from.1)
    }

    fn meets(&self, other: &Self) -> bool {
        self.left < other.right && other.left < self.right && self.top < other.bottom && other.top < self.bottom
    }

    fn inside(&self, bounds: &Self) -> bool {
        self.left >= bounds.left && self.right <= bounds.right && self.top >= bounds.top && self.bottom <= bounds.bottom
    }

    fn padded(&self, by: f64) -> Self {
        Self { left: self.left - by, top: self.top - by, right: self.right + by, bottom: self.bottom + by }
    }
}

/// What names must and should keep clear of.
pub(super) struct Surroundings {
    pub(super) bounds: Area,
    pub(super) marks: Vec<Area>,
    pub(super) lines: Vec<Area>,
}

/// Finds a place for each name, given its mark and its size, the most important first. A name has none only where the plot
/// is full.
pub(super) fn place(names: &[(Point, Point)], around: &Surroundings) -> Vec<Option<Area>> {
    let mut taken: Vec<Area> = Vec::new();
    let mut placed = Vec::new();
    for &(mark, size) in names {
        let free = |area: &Area| area.inside(&around.bounds) && taken.iter().all(|other| !other.meets(&area.padded(APART)));
        let price = |area: &Area, rank: usize| {
            let marks = around.marks.iter().filter(|mark| mark.meets(area)).count();
            let lines = around.lines.iter().filter(|line| line.meets(area)).count();
            let space = area.padded(MISTAKEN.1);
            let others = around.marks.iter().filter(|other| other.distance(mark) > 0.0 && other.meets(&space)).count();
            area.distance(mark)
                + MISTAKEN.0 * others as f64
                + rank as f64 * 0.5
                + COVERED.0 * marks as f64
                + COVERED.1 * lines as f64
        };
        let cheapest = |candidates: Vec<Area>| {
            let free = candidates.into_iter().enumerate().filter(|(_, area)| free(area));
            let priced = free.map(|(i, area)| (price(&area, i % SIDES), area));
            priced.min_by(|a, b| a.0.total_cmp(&b.0)).map(|found| found.1)
        };
        let found = cheapest(near(mark, size)).or_else(|| cheapest(everywhere(size, &around.bounds)));
        taken.extend(found);
        placed.push(found);
    }
    placed
}

/// Number of sides of a mark.
const SIDES: usize = 8;

/// Returns the places beside a mark, the best side first for each distance.
fn near((x, y): Point, (wide, high): Point) -> Vec<Area> {
    let at = |left: f64, top: f64| Area { left, top, right: left + wide, bottom: top + high };
    let sides = |far: f64| -> [Area; SIDES] {
        let slant = far * 0.75;
        let (middle, centre) = (x - wide / 2.0, y - high / 2.0);
        [
            at(x + far, centre),
            at(x + slant, y - slant - high),
            at(x + slant, y + slant),
            at(x - far - wide, centre),
            at(middle, y - far - high),
            at(middle, y + far),
            at(x - slant - wide, y - slant - high),
            at(x - slant - wide, y + slant),
        ]
    };
    DISTANCES.into_iter().flat_map(sides).collect()
}

fn everywhere((wide, high): Point, bounds: &Area) -> Vec<Area> {
    let steps =
        |from: f64, to: f64, step: f64| (0..400_u16).map(move |i| from + f64::from(i) * step).take_while(move |at| *at <= to);
    let rows = steps(bounds.top, bounds.bottom - high, SEARCH.1);
    rows.flat_map(|top| {
        let columns = steps(bounds.left, bounds.right - wide, SEARCH.0);
        columns.map(move |left| Area { left, top, right: left + wide, bottom: top + high })
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BOUNDS: Area = Area { left: 0.0, top: 0.0, right: 800.0, bottom: 360.0 };

    fn around(marks: &[Point], lines: Vec<Area>) -> Surroundings {
        Surroundings { bounds: BOUNDS, marks: marks.iter().map(|&mark| Area::around(mark, 5.0)).collect(), lines }
    }

    #[test]
    fn a_free_mark_has_its_name_at_the_right() {
        let mark = (100.0, 100.0);
        let area = place(&[(mark, (60.0, 14.0))], &around(&[mark], Vec::new()))[0].unwrap();
        assert_eq!(format!("{:?}", (area.left, area.top)), "(108.0, 93.0)");
        // At the right end there is room on the left only.
        let mark = (790.0, 100.0);
        assert!(place(&[(mark, (60.0, 14.0))], &around(&[mark], Vec::new()))[0].unwrap().right < 790.0);
    }

    #[test]
    fn a_name_keeps_clear_of_lines() {
        let mark = (100.0, 100.0);
        let line = Area::between((50.0, 100.0), (300.0, 100.0));
        assert!(!place(&[(mark, (60.0, 14.0))], &around(&[mark], vec![line]))[0].unwrap().meets(&line));
    }

    #[test]
    fn a_name_cannot_be_taken_for_that_of_another_mark() {
        let (mark, other) = ((100.0, 100.0), (140.0, 100.0));
        let area = place(&[(mark, (60.0, 14.0))], &around(&[mark, other], Vec::new()))[0].unwrap();
        assert!(area.distance(mark) < area.distance(other), "{area:?}");
    }

    proptest! {
        #[test]
        fn names_never_meet(marks in proptest::collection::vec((0.0..800.0f64, 0.0..360.0f64), 1..13), wide in 10.0..210.0f64) {
            let names: Vec<(Point, Point)> = marks.iter().map(|&mark| (mark, (wide, 14.0))).collect();
            let placed = place(&names, &around(&marks, Vec::new()));
            for (i, a) in placed.iter().enumerate() {
                let a = a.unwrap();
                prop_assert!(a.inside(&BOUNDS));
                prop_assert!(placed[..i].iter().flatten().all(|b| !a.meets(b)));
            }
        }
    }
}
