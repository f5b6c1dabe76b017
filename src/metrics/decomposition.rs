//! Where a stretch of wall-clock time went: the union of the intervals of its components, overlaps told.

/// Time of one component within a span, in microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Share {
    /// Its part of the span: time in which it ran and no component before it in the order did. The parts of all components and
    /// [`Decomposition::unexplained_us`] add up to the span exactly.
    pub part_us: i64,
    /// Time in which it ran and no other component did.
    pub alone_us: i64,
    /// Time in which it ran at all: the union of its intervals.
    pub union_us: i64,
}

/// A span taken apart, in microseconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decomposition {
    /// Length of the span.
    pub span_us: i64,
    /// One entry a component, in the order of their numbers.
    pub shares: Vec<Share>,
    /// Time in which two components or more ran. It is contained in the parts.
    pub overlap_us: i64,
    /// Time in which none ran.
    pub unexplained_us: i64,
}

/// Takes a span apart. Whole microseconds, so that the parts add up exactly.
///
/// `intervals` are `(component, start, end)` with components below `components`; others, and intervals that do not end after they
/// start, are left out. What lies outside of the span is cut off. Where several components run at once, the time belongs to the one
/// of the lowest number: so a component that waits for another (a step for its tool, a tool for an expert) must have the higher.
pub fn decompose((from, to): (i64, i64), components: usize, intervals: &[(usize, i64, i64)]) -> Decomposition {
    let span_us = to.saturating_sub(from).max(0);
    let mut found = Decomposition { span_us, shares: vec![Share::default(); components], overlap_us: 0, unexplained_us: 0 };
    let mut edges: Vec<(i64, usize, i32)> = Vec::with_capacity(2 * intervals.len());
    for &(component, start, end) in intervals {
        let (start, end) = (start.max(from), end.min(to));
        if component < components && start < end {
            edges.extend([(start, component, 1), (end, component, -1)]);
        }
    }
    edges.sort_unstable();
    let mut running = vec![0_i32; components];
    let mut at = from;
    for (moment, component, change) in edges {
        found.add(&running, moment - at);
        running[component] += change;
        at = moment;
    }
    found.add(&running, from + span_us - at);
    found
}

impl Decomposition {
    /// Adds a stretch in which this many intervals of each component ran.
    fn add(&mut self, running: &[i32], length: i64) {
        if length == 0 {
            return;
        }
        let mut active = (0..running.len()).filter(|&component| running[component] > 0);
        let Some(first) = active.next() else {
            self.unexplained_us += length;
            return;
        };
        self.shares[first].part_us += length;
        self.shares[first].union_us += length;
        let mut alone = true;
        for other in active {
            alone = false;
            self.shares[other].union_us += length;
        }
        if alone {
            self.shares[first].alone_us += length;
        } else {
            self.overlap_us += length;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn share(part_us: i64, alone_us: i64, union_us: i64) -> Share {
        Share { part_us, alone_us, union_us }
    }

    #[test]
    fn the_first_component_takes_the_overlap() {
        // Expert 0 within tool 1, and after a gap two calls of agent 2 upon each other, one beyond the end.
        let found = decompose((0, 100), 3, &[(1, 10, 50), (0, 20, 40), (2, 60, 80), (2, 70, 120)]);
        assert_eq!(found.shares, [share(20, 0, 20), share(20, 20, 40), share(40, 40, 40)]);
        assert_eq!((found.overlap_us, found.unexplained_us, found.span_us), (20, 20, 100));
    }

    #[test]
    fn odd_intervals_are_left_out() {
        let found = decompose((10, 20), 1, &[(0, 5, 5), (0, 18, 12), (7, 10, 20), (0, -50, 5), (0, 25, 30)]);
        assert_eq!((found.shares[0], found.unexplained_us), (Share::default(), 10));
        let found = decompose((20, 10), 1, &[(0, 0, 100)]);
        assert_eq!((found.span_us, found.unexplained_us, found.shares[0].part_us), (0, 0, 0));
        assert_eq!(decompose((0, 5), 0, &[]).unexplained_us, 5);
    }

    proptest! {
        #[test]
        fn parts_add_up_to_the_span(
            intervals in prop::collection::vec((0_usize..4, -50_i64..150, -50_i64..150), 0..30),
            span in (0_i64..100, 0_i64..100),
        ) {
            let found = decompose(span, 4, &intervals);
            let sum = |part: fn(&Share) -> i64| found.shares.iter().map(part).sum::<i64>();
            prop_assert_eq!(sum(|share| share.part_us) + found.unexplained_us, found.span_us);
            prop_assert_eq!(sum(|share| share.alone_us) + found.overlap_us + found.unexplained_us, found.span_us);
            // The slow way: microsecond by microsecond.
            let runs = |component: usize, at: i64| intervals.iter().any(|one| one.0 == component && (one.1..one.2).contains(&at));
            for (component, share) in found.shares.iter().enumerate() {
                let union = (span.0..span.1).filter(|&at| runs(component, at)).count();
                let part = (span.0..span.1).filter(|&at| runs(component, at) && !(0..component).any(|other| runs(other, at)));
                prop_assert_eq!((share.union_us, share.part_us), (i64::try_from(union).unwrap(), i64::try_from(part.count()).unwrap()));
            }
        }
    }
}
