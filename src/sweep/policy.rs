//! How an episode enters the figures: the treatment of errors and of repeated attempts.

use crate::records::{Episode, ErrorClass, Outcome, episode::is_success};

/// What to do with episodes that ended in an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ErrorPolicy {
    /// Infrastructure errors are left out; agent errors and context overflows count with the reward on record.
    #[default]
    Exclude,
    /// Every episode with an error is left out, whoever is to blame.
    ExcludeAll,
    /// Every episode with an error counts as a failure: the lower bound.
    Fail,
    /// As τ-bench itself does: every record counts with the reward on record, which is 0.0 after an error.
    Upstream,
}

/// Which of several different attempts at one (task, trial) within one file stays, and which of several gradings of one simulation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Attempts {
    /// The first that was scored; the first at all if none was.
    #[default]
    First,
    /// The last that was scored; the last at all if none was.
    Last,
    /// All stay, each as a trial of its own.
    All,
}

/// What a policy makes of an episode.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Standing {
    /// Whether it is one of the n trials.
    pub counted: bool,
    /// Whether it is one of the c successes. False where not counted.
    pub success: bool,
    /// The reward that counts. `None` where not counted.
    pub reward: Option<f64>,
}

impl Standing {
    const EXCLUDED: Self = Self { counted: false, success: false, reward: None };

    fn counted(reward: f64) -> Self {
        Self { counted: true, success: is_success(reward), reward: Some(reward) }
    }
}

impl ErrorPolicy {
    /// Applies the policy to an episode. An episode without a usable reward never counts, unless an error makes it a failure.
    pub fn standing(self, episode: &Episode) -> Standing {
        match &episode.outcome {
            Outcome::Scored { reward } => Standing::counted(*reward),
            Outcome::Invalid { .. } => Standing::EXCLUDED,
            Outcome::Error { error, reward } => match self {
                Self::Exclude if error.class == ErrorClass::Infrastructure => Standing::EXCLUDED,
                Self::ExcludeAll => Standing::EXCLUDED,
                Self::Exclude | Self::Upstream => Standing::counted(reward.unwrap_or(0.0)),
                Self::Fail => Standing::counted(0.0),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::{Fingerprint, RunError};

    fn episode(outcome: Outcome) -> Episode {
        Episode {
            task: None,
            trial: None,
            outcome,
            fingerprint: Fingerprint(0),
            content: Fingerprint(0),
            record: 0,
            conversation: None,
            agent_cost_usd: None,
            user_cost_usd: None,
            is_cut_off: false,
            identity: None,
            tau2: None,
        }
    }

    fn error(class: ErrorClass, reward: Option<f64>) -> Episode {
        episode(Outcome::Error { error: RunError { class, rule: "r".into(), text: "t".into() }, reward })
    }

    #[test]
    fn each_policy_counts_what_it_says() {
        use ErrorClass::{Agent, ContextWindow, Infrastructure};
        use ErrorPolicy::{Exclude, ExcludeAll, Fail, Upstream};
        let counted = |policy: ErrorPolicy, episode: &Episode| policy.standing(episode).reward;
        for policy in [Exclude, ExcludeAll, Fail, Upstream] {
            assert_eq!(counted(policy, &episode(Outcome::Scored { reward: 0.5 })), Some(0.5));
            assert_eq!(counted(policy, &episode(Outcome::Invalid { reason: "null".into() })), None);
        }
        let infra = error(Infrastructure, Some(0.0));
        assert_eq!([Exclude, ExcludeAll, Fail, Upstream].map(|p| counted(p, &infra)), [None, None, Some(0.0), Some(0.0)]);
        for class in [Agent, ContextWindow] {
            let failed = error(class, Some(1.0));
            let expected = [Some(1.0), None, Some(0.0), Some(1.0)];
            assert_eq!([Exclude, ExcludeAll, Fail, Upstream].map(|p| counted(p, &failed)), expected);
            assert_eq!(counted(Exclude, &error(class, None)), Some(0.0));
        }
        assert!(Exclude.standing(&episode(Outcome::Scored { reward: 1.0 })).success);
        assert!(!Exclude.standing(&episode(Outcome::Scored { reward: 2.0 })).success);
    }
}
