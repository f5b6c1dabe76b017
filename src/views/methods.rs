//! Methods: formulas, choices in force, provenance.

use super::{
    document::{Block, Section},
    reliability::ragged_name,
    scene::Scene,
};
use crate::sweep::ErrorPolicy;

/// Returns the section.
pub(super) fn section(scene: &Scene<'_>) -> Section {
    let options = &scene.analysis.options;
    let errors = match options.errors {
        ErrorPolicy::Exclude => {
            "infrastructure errors are left out; agent errors and context-window overflows count as recorded (exclude)"
        }
        ErrorPolicy::ExcludeAll => "every episode with an error is left out (exclude-all)",
        ErrorPolicy::Fail => "every episode with an error is a failure (fail)",
        ErrorPolicy::Upstream => "every record counts with its recorded reward, as τ-bench does (upstream)",
    };
    let mut choices = vec![
        format!("Errors: {errors}."),
        "Success: 1 − 1e-6 ≤ reward ≤ 1 + 1e-6, as τ-bench's run.py has it.".to_owned(),
        format!("Uneven trials: {} estimator.", ragged_name(scene)),
        format!("Intervals: {}, level {}, for other tasks like these.", options.ci.name(), scene.level()),
        "Against the leader: paired t, or the exact sign-flip test (mid-p) where tasks are few; p corrected over all pairs of cells of the \
         environment (Holm's method with the counts of Shaffer 1986)."
            .to_owned(),
        "An exact copy of an episode counts once; of different attempts at one (task, trial) in one file one stays; the same (task, trial) \
         in different files is another trial."
            .to_owned(),
    ];
    let formulas = "\
task i:      n_i counted trials, c_i successes
pass^k_i     = C(c_i, k) / C(n_i, k)                       τ-bench, arXiv 2406.12045
pass@k_i     = 1 − C(n_i − c_i, k) / C(n_i, k)             arXiv 2107.03374
pass^k       = mean over tasks                             where all n_i are equal
             = S_1 · r_2 ⋯ r_k                             where they are not (chained)
  r_j        = Σ_{n_i ≥ j} pass^j_i / Σ_{n_i ≥ j} pass^(j−1)_i
interval     = Wilson(mean, n*)                            scaled Wilson
  n_eff      = mean (1 − mean) / Σ(u_i − mean)²/m²,  at least m, at most Σ n_i
  n*         = n_eff · (z / t_df)²,  at least m · (z / t_(m−1))²      Korn & Graubard 1998
  df         = 2m / (κ − (m−3)/(m−1)),  at least 1, at most m − 1;  κ the kurtosis of the u_i, Satterthwaite 1946
  where n* · mean ≤ 3 or n* · (1 − mean) ≤ 3: on that side the exact one-sided limit, if it is further away
re-run se    = √(Σ Var_i) / m,  Var_i = U_i² − C(c_i, 2k) / C(n_i, 2k)
consistency  = 2 · mean([c(c−1) + (n−c)(n−c−1)] / [n(n−1)]) − 1
ICC(1)       = (MSB − MSW) / (MSB + (n_0 − 1) MSW)";
    let mut provenance = vec![format!("taureport {}; schema of metrics.json: {}.", scene.version, super::json::SCHEMA_VERSION)];
    if !scene.flags.is_empty() {
        let flags: Vec<String> =
            scene.flags.iter().map(|(name, value)| format!("{name} {value}").trim_end().to_owned()).collect();
        provenance.push(format!("Options given: {}.", flags.join(" ")));
    }
    provenance.push(
        "Inputs with size and SHA-256 are listed in manifest.json; every table is in tables/ with full precision.".to_owned(),
    );
    if let Some(latency) = scene.latency {
        choices.push(super::latency::method(latency));
    }
    let mut blocks = vec![Block::Points(choices)];
    if !scene.names.is_empty() {
        blocks.push(Block::Code(formulas.to_owned()));
    }
    blocks.push(Block::Points(provenance));
    Section { id: "methods".to_owned(), heading: "Methods".to_owned(), blocks }
}
