//! Simulations and the bench they are made on.

use super::{
    talk::{Close, Manner, Talk},
    task::{ACTION, DB, Domain, ENV_ASSERTION, Task},
};
use crate::generate::{SECRET, rng::SplitMix64};

/// What the evaluator left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    /// All components hold but these.
    Evaluated { failed: Vec<&'static str> },
    /// The evaluator gave 0.0 without looking.
    Premature { note: String },
    /// `reward_info` is null.
    Null,
    /// There is no `reward_info`.
    Missing,
}

/// A cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cost {
    /// Known, in millionths of a dollar.
    Micros(u64),
    /// `null`.
    Null,
    /// No such key.
    Missing,
}

impl Cost {
    pub(super) fn known(self) -> Option<u64> {
        if let Self::Micros(micros) = self { Some(micros) } else { None }
    }
}

/// How a cell's costs look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Price {
    Paid,
    /// A model at home: 0 is known.
    Free,
    Unknown,
    Missing,
    /// Some paid, some unknown.
    Mixed,
}

/// A finding of a reviewing model: source, severity, tag.
pub(super) type Finding = (&'static str, &'static str, &'static str);

/// What only newer versions record.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Extras {
    /// `None`: not reviewed.
    pub(super) review: Option<Vec<Finding>>,
    /// Of the user alone.
    pub(super) user_review: Option<Vec<Finding>>,
    pub(super) auth: Option<&'static str>,
    pub(super) retries: Option<u64>,
}

/// One simulation.
#[derive(Debug, Clone)]
pub(super) struct Simulation {
    pub(super) id: String,
    /// Position in the domain's tasks.
    pub(super) task: usize,
    pub(super) trial: Option<i64>,
    pub(super) seed: Option<i64>,
    /// Start, in milliseconds since midnight; `None`: no times on record.
    pub(super) start_ms: Option<u64>,
    pub(super) duration_ms: u64,
    pub(super) termination: Option<&'static str>,
    pub(super) verdict: Verdict,
    /// Which reference actions were taken.
    pub(super) taken: Vec<bool>,
    pub(super) agent_cost: Cost,
    pub(super) user_cost: Cost,
    /// `None`: held by voice, without messages.
    pub(super) talk: Option<Talk>,
    pub(super) extras: Extras,
}

/// How a simulation is to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// By itself, and evaluated; chance decides the success.
    Natural,
    /// As natural, but this component fails, and no other.
    Failing(&'static str),
    /// As natural, but not evaluated.
    NotEvaluated,
    /// Early, by this reason.
    Early(&'static str),
}

/// Makes the simulations of a run.
pub(super) struct Bench {
    rng: SplitMix64,
    domain: Domain,
    manner: Manner,
    /// Chance of success, in percent.
    odds: u64,
    agent: Price,
    user: Price,
    /// Ends by (task, trial); all others are natural.
    pub(super) ends: Vec<((usize, i64), End)>,
    made: u64,
    case: u64,
}

impl Bench {
    /// Each run has its own seed and its own hundred of case numbers, so that a change to one leaves the others as they are.
    pub(super) fn new(number: u64, domain: Domain, odds: u64, prices: (Price, Price), manner: Manner) -> Self {
        let rng = SplitMix64::new(0x7A0_2000 + number);
        Self { rng, domain, manner, odds, agent: prices.0, user: prices.1, ends: Vec::new(), made: 0, case: 100 * number }
    }

    /// Makes all trials of all tasks, trial by trial as τ²-bench runs them.
    pub(super) fn all(&mut self, trials: i64) -> Vec<Simulation> {
        let tasks = self.domain.tasks().len();
        (0..trials)
            .flat_map(|trial| (0..tasks).map(move |task| (task, trial)))
            .map(|(task, trial)| self.one(task, trial))
            .collect()
    }

    /// Makes one simulation.
    pub(super) fn one(&mut self, task: usize, trial: i64) -> Simulation {
        let end = self.ends.iter().find(|(at, _)| *at == (task, trial)).map_or(End::Natural, |(_, end)| *end);
        let spec = &self.domain.tasks()[task];
        let (verdict, taken) = self.verdict(spec, end);
        let (termination, close) = match end {
            End::Early(reason) => (reason, Close::Cut),
            // Now and then the agent hangs up.
            _ if self.made % 9 == 4 => ("agent_stop", Close::Agent),
            _ => ("user_stop", Close::User),
        };
        self.made += 1;
        let talk = Talk::of(spec, &taken, close, self.manner, self.case + self.made, &mut self.rng);
        Simulation {
            id: self.id(),
            task,
            trial: Some(trial),
            seed: Some(300 + trial * 1_000),
            // From half past nine, one every 37 seconds.
            start_ms: Some(34_200_000 + 37_000 * self.made + self.rng.below(1_000)),
            duration_ms: 8_000 + self.rng.below(82_000),
            termination: Some(termination),
            verdict,
            taken,
            agent_cost: self.cost(self.agent, 40_000),
            user_cost: self.cost(self.user, 4_000),
            talk: Some(talk),
            extras: Extras::default(),
        }
    }

    fn verdict(&mut self, task: &Task, end: End) -> (Verdict, Vec<bool>) {
        let all = vec![true; task.actions.len()];
        match end {
            End::Natural => self.judge(task),
            End::Failing(component) => {
                assert!(task.basis.contains(&component), "the reward of {} rests on {component}", task.id);
                (Verdict::Evaluated { failed: vec![component] }, all_but_last(task, component == ACTION))
            }
            End::NotEvaluated | End::Early("unexpected_error") => (Verdict::Null, all),
            // The machinery breaks before the first call.
            End::Early("infrastructure_error") => {
                let note = format!("litellm.AuthenticationError: Incorrect API key provided: {SECRET}");
                (Verdict::Premature { note }, vec![false; all.len()])
            }
            End::Early(reason) => {
                let note = format!("Simulation terminated prematurely. Termination reason: {reason}");
                (Verdict::Premature { note }, all)
            }
        }
    }

    fn judge(&mut self, task: &Task) -> (Verdict, Vec<bool>) {
        let mut taken = vec![true; task.actions.len()];
        let mut failed = Vec::new();
        if self.rng.chance(self.odds) {
            // Another way to the same end: only where actions do not count.
            if !task.basis.contains(&ACTION) && !taken.is_empty() && self.rng.chance(20) {
                taken[0] = false;
            }
            return (Verdict::Evaluated { failed }, taken);
        }
        // One component of the basis fails, or all that can.
        let can: Vec<&'static str> =
            task.basis.iter().copied().filter(|component| *component == DB || task.asks(component)).collect();
        if self.rng.chance(60) {
            failed.push(self.rng.pick(&can));
        } else {
            failed = can;
        }
        let missed = failed.contains(&ACTION) || (!task.basis.contains(&ACTION) && self.missed(&failed));
        (Verdict::Evaluated { failed }, all_but_last(task, missed))
    }

    /// A wrong database is mostly due to an action not taken.
    fn missed(&mut self, failed: &[&str]) -> bool {
        (failed.contains(&DB) || failed.contains(&ENV_ASSERTION)) && self.rng.chance(75)
    }

    fn cost(&mut self, price: Price, scale: u64) -> Cost {
        match price {
            Price::Paid => Cost::Micros(500 + self.rng.below(scale)),
            Price::Mixed if self.rng.chance(50) => Cost::Micros(500 + self.rng.below(scale)),
            Price::Free => Cost::Micros(0),
            Price::Unknown | Price::Mixed => Cost::Null,
            Price::Missing => Cost::Missing,
        }
    }

    /// An id of the form of a random UUID.
    fn id(&mut self) -> String {
        let (a, b) = (self.rng.next_u64(), self.rng.next_u64());
        format!("{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}", a >> 32, a >> 16 & 0xffff, a & 0xfff, b >> 52, b & 0xffff_ffff_ffff)
    }
}

/// Which reference actions are taken where the last one may be missed.
fn all_but_last(task: &Task, missed: bool) -> Vec<bool> {
    let count = task.actions.len();
    (0..count).map(|index| !missed || index + 1 < count).collect()
}
