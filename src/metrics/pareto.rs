//! The front of what no other beats in both cost and score.

/// Returns the indices of the points on the front: no other point has a cost as small and a score as large, one of them better.
///
/// `points` are (cost, score); duplicates of a point on the front are on it too. Points that are not finite never are.
pub fn front(points: &[(f64, f64)]) -> Vec<usize> {
    let usable = |point: &(f64, f64)| point.0.is_finite() && point.1.is_finite();
    let beaten = |own: &(f64, f64)| {
        points
            .iter()
            .filter(|other| usable(other))
            .any(|other| other.0 <= own.0 && other.1 >= own.1 && (other.0 < own.0 || other.1 > own.1))
    };
    (0..points.len()).filter(|index| usable(&points[*index]) && !beaten(&points[*index])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `pareto_front` of the reference vectors.
    #[test]
    fn duplicates_of_the_front_stay() {
        let points = [(0.1, 0.42), (0.05, 0.3), (0.2, 0.42), (0.02, 0.1), (0.3, 0.61), (0.06, 0.29), (0.05, 0.3)];
        assert_eq!(front(&points), [0, 1, 3, 4, 6]);
    }

    #[test]
    fn what_is_unknown_neither_leads_nor_beats() {
        assert_eq!(front(&[(f64::NAN, 1.0), (1.0, 0.5)]), [1]);
        assert!(front(&[]).is_empty());
    }
}
