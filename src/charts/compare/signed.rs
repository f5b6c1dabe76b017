//! An axis of differences of shares, in points, with zero on it.

/// Steps between ticks, in points.
const STEPS: [u8; 6] = [1, 2, 5, 10, 20, 50];
/// Most steps.
const MOST: f64 = 7.0;

/// A scale from `low` ≤ 0 to `high` ≥ 0, both whole steps.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Signed {
    low: f64,
    high: f64,
    step: f64,
}

impl Signed {
    /// From −100 to +100 points.
    pub(super) const FULL: Self = Self { low: -1.0, high: 1.0, step: 0.5 };

    /// Returns a scale that holds zero, the values and at least a step to either side; what is no number is left out.
    pub(super) fn for_values(values: impl IntoIterator<Item = f64>) -> Self {
        let (mut low, mut high) = (-0.01_f64, 0.01_f64);
        for value in values.into_iter().filter_map(difference) {
            (low, high) = (low.min(value), high.max(value));
        }
        let whole =
            |step: f64| Self { low: (low / step + 1e-9).floor() * step, high: (high / step - 1e-9).ceil() * step, step };
        let scales = STEPS.into_iter().map(|points| whole(f64::from(points) / 100.0));
        let fitting = scales.into_iter().find(|scale| (scale.high - scale.low) / scale.step <= MOST);
        fitting.map_or(Self::FULL, |scale| Self { low: scale.low.max(-1.0), high: scale.high.min(1.0), ..scale })
    }

    /// Returns the position of a difference on the scale, clamped to `[0, 1]`.
    pub(super) fn place(self, difference: f64) -> f64 {
        ((difference - self.low) / (self.high - self.low)).clamp(0.0, 1.0)
    }

    /// Returns the ticks: position and label in points, with a sign.
    pub(super) fn ticks(self) -> Vec<(f64, String)> {
        let mut ticks = Vec::new();
        let mut at = (self.low / self.step + 1e-9).floor();
        while at * self.step <= self.high + 1e-9 {
            let points = at * self.step * 100.0;
            let label = match points {
                points if points > 0.5 => format!("+{points:.0}"),
                points if points < -0.5 => format!("\u{2212}{:.0}", -points),
                _ => "0".to_owned(),
            };
            if at * self.step >= self.low - 1e-9 {
                ticks.push((self.place(at * self.step), label));
            }
            at += 1.0;
        }
        ticks
    }
}

/// Returns a difference within `[-1, 1]`, or nothing for NaN.
pub(super) fn difference(value: f64) -> Option<f64> {
    (!value.is_nan()).then(|| value.clamp(-1.0, 1.0))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn labels(values: &[f64]) -> String {
        Signed::for_values(values.iter().copied()).ticks().into_iter().map(|tick| tick.1).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn ticks_are_round_and_signed() {
        assert_eq!(labels(&[]), "−1 0 +1");
        assert_eq!(labels(&[-0.011, 0.131]), "−5 0 +5 +10 +15");
        assert_eq!(labels(&[-0.4, 0.02]), "−40 −30 −20 −10 0 +10");
        assert_eq!(labels(&[-1.0, 1.0]), "−100 −50 0 +50 +100");
        assert_eq!(labels(&[f64::NAN, f64::INFINITY]), "−20 0 +20 +40 +60 +80 +100");
    }

    proptest! {
        #[test]
        fn any_values_have_a_scale_with_zero(values in proptest::collection::vec(any::<f64>(), 0..6)) {
            let scale = Signed::for_values(values.iter().copied());
            let ticks = scale.ticks();
            prop_assert!((3..=11).contains(&ticks.len()) && ticks.iter().any(|tick| tick.1 == "0"), "{:?}", ticks);
            prop_assert!(ticks.windows(2).all(|pair| pair[0].0 < pair[1].0));
            prop_assert!(values.into_iter().filter_map(difference).all(|value| (0.0..=1.0).contains(&scale.place(value))));
        }
    }
}
