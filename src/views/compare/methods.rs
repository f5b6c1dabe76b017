//! Methods: formulas, choices in force, provenance.

use super::{CompareScene, Part};
use crate::views::document::Block;

/// Returns the section.
pub(super) fn part(scene: &CompareScene<'_>) -> Part {
    let mut part = Part::default();
    let bootstrap = scene.report.settings.statistics.bootstrap;
    part.blocks.push(Block::Points(vec![
        "The task is the unit: trials of one task are never independent evidence. Only tasks that both sides scored are paired.".to_owned(),
        format!(
            "The paired t test decides; with fewer than 20 tasks, or fewer than 10 that differ, the exact sign-flip test does, by its mid-p (at \
             one trial a task it is McNemar's). Level {}, two-sided.",
            scene.level()
        ),
        "Corrections: Holm within each table; over all pairs of sides (Holm, Shaffer 1986) against a leader; Benjamini & Hochberg over single tasks.".to_owned(),
        format!("Drawn where there is no formula: {} draws, seed {}.", bootstrap.draws, bootstrap.seed),
    ]));
    let formulas = "\
d_i          = u_i(NEW) − u_i(BASE)                          u = pass^k or mean reward of task i
D, SE        = mean d_i,  sd(d_i) / √m                       Miller 2024, arXiv 2411.00640
interval, p  = D ± t_(m−1) SE,  P(|T_(m−1)| > |D / SE|)
sign flips   = share of flips of d with a sum farther from 0, and half of those as far (mid-p)
MDD          = (t_(1−α/2h) + t_power) SE                     h open rows; under 20 tasks by simulating the sign flips
noise floor  = z √(2 v / m),  v = mean variance of one trial
pairing      = (SE unpaired / SE)²                           times as many tasks without pairing
expenses     = Σ NEW / Σ BASE,  log-t interval over tasks
time, calls  = exp(mean ln(median NEW / median BASE))        over tasks";
    part.blocks.push(Block::Code(formulas.to_owned()));
    let mut provenance =
        vec![format!("taureport {}; schema of comparison.json: {}.", scene.version, super::json::SCHEMA_VERSION)];
    if !scene.flags.is_empty() {
        let flags: Vec<String> =
            scene.flags.iter().map(|(name, value)| format!("{name} {value}").trim_end().to_owned()).collect();
        provenance.push(format!("Options given: {}.", flags.join(" ")));
    }
    provenance.push(
        "Inputs with size and SHA-256 are listed in manifest.json; every table is in tables/ with full precision.".to_owned(),
    );
    part.blocks.push(Block::Points(provenance));
    part
}
