//! What makes a cell.

use std::{cmp::Ordering, collections::BTreeMap};

use crate::{
    identity::{settings, variant},
    records::{Benchmark, Episode, Identity, Part, ResultFile, task::natural_cmp},
};

/// The configuration that all files of a cell share. `None` is unknown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellKey {
    /// The user's label.
    pub label: Option<String>,
    /// The benchmark.
    pub benchmark: Benchmark,
    /// Environment (domain).
    pub env: Option<String>,
    /// The agent's model.
    pub model: Option<String>,
    /// The agent's strategy.
    pub strategy: Option<String>,
    /// The user simulator's model.
    pub user_model: Option<String>,
    /// The user simulator's strategy.
    pub user_strategy: Option<String>,
    /// The agent's temperature, as written.
    pub temperature: Option<String>,
    /// τ²-bench: how user and agent share the work.
    pub mode: Option<String>,
    /// τ²-bench: the step limit.
    pub max_steps: Option<String>,
    /// All other settings by name; absent is the default.
    pub settings: BTreeMap<String, String>,
    /// The folder, where the model is unknown, without parts that count repetitions (`trial_1`).
    pub place: Option<String>,
    /// The words by which the paths of its files differ from those of its siblings, which hold other results of the same trials.
    pub variant: Option<String>,
    /// Further columns that make the cell, with their values (`--by`).
    pub by: Vec<(String, Option<String>)>,
    /// Whether only the columns the user named make the cell: other parts are `None` because they are pooled, not unknown.
    pub pooled: bool,
}

impl CellKey {
    /// Returns the key of the cell to which an episode of a file belongs; without one, that of the file as a whole.
    pub fn of(file: &ResultFile, episode: Option<&Episode>) -> Self {
        let identity = episode.and_then(|episode| episode.identity.as_deref()).unwrap_or(&file.identity);
        let Identity {
            benchmark, env, model, strategy, user_model, user_strategy, temperature, mode, max_steps, variant, ..
        } = identity;
        let value = |part: &Option<Part>| part.as_ref().map(|part| part.value.clone());
        Self {
            label: file.source.label.clone(),
            benchmark: *benchmark,
            env: value(env),
            model: value(model),
            strategy: value(strategy),
            user_model: value(user_model),
            user_strategy: value(user_strategy),
            temperature: value(temperature),
            mode: value(mode),
            max_steps: value(max_steps),
            settings: file.identity.settings.clone(),
            place: model.is_none().then(|| variant::without_repetitions(&file.source.run_folder())),
            variant: value(variant),
            by: Vec::new(),
            pooled: false,
        }
    }

    /// Returns the further columns with their values.
    pub fn extra(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        self.by.iter().map(|(name, value)| (name.as_str(), value.as_deref()))
    }

    /// Returns the settings with their values.
    pub fn named_settings(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        self.settings.iter().map(|(name, value)| (name.as_str(), Some(value.as_str())))
    }

    /// Returns the key without the environment and the settings that belong to it: what a configuration has in all environments.
    #[must_use]
    pub fn across_environments(&self) -> Self {
        let mut key = Self { env: None, ..self.clone() };
        key.settings.retain(|name, _| !settings::is_of_environment(name));
        key
    }

    /// Returns all text parts but settings with their names, in the order in which cells are sorted.
    pub fn parts(&self) -> [(&'static str, Option<&str>); 11] {
        [
            ("label", self.label.as_deref()),
            ("env", self.env.as_deref()),
            ("model", self.model.as_deref()),
            ("folder", self.place.as_deref()),
            ("strategy", self.strategy.as_deref()),
            ("user model", self.user_model.as_deref()),
            ("user strategy", self.user_strategy.as_deref()),
            ("temperature", self.temperature.as_deref()),
            ("mode", self.mode.as_deref()),
            ("max steps", self.max_steps.as_deref()),
            ("variant", self.variant.as_deref()),
        ]
    }
}

impl PartialOrd for CellKey {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for CellKey {
    /// Sorts part by part, naturally, unknown last.
    fn cmp(&self, other: &Self) -> Ordering {
        let own = self.parts().into_iter().chain(self.extra());
        let others = other.parts().into_iter().chain(other.extra());
        let mut by_parts = own.zip(others).map(|((_, a), (_, b))| match (a, b) {
            (Some(a), Some(b)) => natural_cmp(a, b),
            (a, b) => a.is_none().cmp(&b.is_none()),
        });
        self.benchmark
            .cmp(&other.benchmark)
            .then_with(|| by_parts.find(|order| order.is_ne()).unwrap_or(Ordering::Equal))
            .then_with(|| self.settings.cmp(&other.settings))
    }
}
