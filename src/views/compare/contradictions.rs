//! Figures that stand side by side and seem to contradict each other: one sentence each that says why they do not.

use super::{CompareScene, verdict, words};
use crate::{
    analysis::compare::{Figure, Row},
    metrics::{
        compare::{DecidedBy, Verdict},
        distribution::normal_quantile,
    },
    views::fmt,
};

/// Returns what is to be said of the figures in the table of differences: difference, interval, p and noise floor.
pub(super) fn of_table(scene: &CompareScene<'_>, figure: &Figure, noise_floor: Option<f64>) -> Vec<String> {
    let (found, alpha) = (&figure.comparison, alpha(scene));
    let open = figure.judged.verdict == Verdict::Inconclusive;
    let mut said = Vec::new();
    let alone = found.p.is_some_and(|p| p < alpha);
    if open && alone {
        said.push(
            "Taken by itself this comparison would be clear; p after the correction for all of them leaves it open.".to_owned(),
        );
    } else if let Some(interval) = found.interval {
        let why = match found.decided_by {
            DecidedBy::SignFlip => {
                "the interval is Student's t or a bound, and with so few tasks that differ the sign flips decide"
            }
            DecidedBy::Bootstrap => "both are estimated from draws, and p is on the edge",
            DecidedBy::PairedT => "the interval was cut or rounded at its end",
        };
        if interval.contains(0.0) != (open && !alone) {
            let does = if open { "leaves out" } else { "includes" };
            said.push(format!("The interval {does} 0 although p says otherwise: {why}."));
        }
    }
    if let Some(floor) = noise_floor.filter(|floor| *floor > 0.0) {
        let size = found.difference.abs();
        if open && size > floor {
            said.push(format!(
                "The difference is above the noise floor ({}), which counts the chance of trials on these tasks alone; the verdict also counts \
                 the choice of tasks.",
                words::points(floor)
            ));
        } else if !open && size <= floor {
            said.push(format!(
                "The difference is below the noise floor ({}), which is for one trial of each task; this comparison averages more.",
                words::points(floor)
            ));
        }
    }
    said
}

/// Returns what is to be said of the tests behind a verdict, each row named.
pub(super) fn of_tests(scene: &CompareScene<'_>, row: &Row, figure: &Figure) -> Vec<String> {
    let (found, alpha) = (&figure.comparison, alpha(scene));
    let Some(decides) = found.p.map(|p| p < alpha) else { return Vec::new() };
    let calls = |clear: bool| if clear { "would call it clear" } else { "would leave it open" };
    let mut said = Vec::new();
    let mut differs = |name: &str, p: Option<f64>, why: &str| {
        if let Some(p) = p.filter(|p| (*p < alpha) != decides) {
            said.push(format!("{name} (p {}) {}: {why}", fmt::p_value(Some(p)), calls(!decides)));
        }
    };
    if found.decided_by != DecidedBy::PairedT {
        differs("the paired t test", found.p_t, "it relies on many tasks that differ");
    }
    if found.decided_by == DecidedBy::SignFlip {
        let exact = found.flips.map(|flips| flips.exact);
        differs("the exact p of the sign flips", exact, "it rejects too rarely, so its mid-p decides");
    } else {
        differs("the sign-flip test", found.flips.map(|flips| flips.mid_p), "it decides only where tasks are few");
    }
    differs("the sign test of wins and losses", Some(found.sign_test.mid_p), "it ignores by how much tasks differ");
    let unpaired = found.se_unpaired.zip(normal_quantile(1.0 - alpha)).map(|(se, z)| found.difference.abs() > z * se);
    if decides && unpaired == Some(false) {
        said.push("without pairing by task it would be open: pairing removes how hard the tasks are".to_owned());
    }
    let name = format!("{}, {}", scene.row(row), verdict::name(figure.quantity));
    if said.is_empty() { said } else { vec![format!("{name}: {}.", said.join("; "))] }
}

fn alpha(scene: &CompareScene<'_>) -> f64 {
    1.0 - scene.report.settings.statistics.conf - 4.0 * f64::EPSILON
}
