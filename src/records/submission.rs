//! What a τ²-bench leaderboard submission claims.

use std::collections::BTreeMap;

/// One figure as claimed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Claim {
    /// The figure.
    pub value: f64,
    /// Decimals it is claimed with: 1 for `56.0`, 2 for `84.21`, 0 for `51`.
    pub decimals: usize,
}

/// The claims for one domain.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DomainClaims {
    /// The domain as the submission names it.
    pub domain: String,
    /// pass^k in percent, by k; without those that are null.
    pub pass_percent: BTreeMap<u32, Claim>,
    /// Mean cost of the agent for one trajectory, US dollars; `None` where not claimed.
    pub cost_usd: Option<Claim>,
    /// Name of the trajectory file or folder, where the submission gives one.
    pub trajectories: Option<String>,
}

/// A submission to the τ²-bench leaderboard, as far as figures go.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Submission {
    /// Path for display, secrets veiled.
    pub path: String,
    /// The model it is about, secrets veiled; a display name more often than an identifier.
    pub model: Option<String>,
    /// The user simulator's model (of voice submissions: the simulator's version), secrets veiled.
    pub user_model: Option<String>,
    /// Whether its conversations were held by voice.
    pub is_voice: bool,
    /// Domains with results, in order of name.
    pub domains: Vec<DomainClaims>,
}
