//! `--by`: which columns make a cell, where the user says so.

use std::{collections::BTreeSet, fmt};

use super::{CellKey, TASKS, Telling};
use crate::{
    identity::settings::{AGENT, USER, ends_with_path},
    records::{Episode, Outcome, Part, ResultFile, Tau2Task, episode::is_success},
};

/// A column that can make cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Column {
    /// The user's label.
    Label,
    /// The agent's model, or the folder where it is unknown.
    Model,
    /// The agent's strategy.
    Strategy,
    /// The user simulator's model.
    UserModel,
    /// The user simulator's strategy.
    UserStrategy,
    /// The agent's temperature.
    Temperature,
    /// τ²-bench: how user and agent share the work.
    Mode,
    /// τ²-bench: the step limit.
    MaxSteps,
    /// The words by which paths of files with other results of the same trials differ.
    Variant,
    /// The benchmark's version.
    Version,
    /// The folder of the run.
    Folder,
    /// The file.
    File,
    /// The trial number on record.
    Trial,
    /// The task.
    Task,
    /// τ²-bench: seed of the simulation.
    Seed,
    /// Solved, failed, error or no reward.
    Outcome,
    /// τ²-bench: why the simulation ended.
    Termination,
    /// τ²-bench: number of reference actions of the task.
    Actions,
    /// τ²-bench: the customer's issue, from a telecom task id.
    Intent,
    /// τ²-bench: the persona, from a telecom task id.
    Persona,
}

impl Column {
    /// All columns in the order of the help text.
    pub const ALL: [Self; 20] = [
        Self::Label,
        Self::Model,
        Self::Strategy,
        Self::UserModel,
        Self::UserStrategy,
        Self::Temperature,
        Self::Mode,
        Self::MaxSteps,
        Self::Variant,
        Self::Version,
        Self::Folder,
        Self::File,
        Self::Trial,
        Self::Task,
        Self::Seed,
        Self::Outcome,
        Self::Termination,
        Self::Actions,
        Self::Intent,
        Self::Persona,
    ];

    /// Returns the name the user types.
    pub fn name(self) -> &'static str {
        match self {
            Self::Label => "label",
            Self::Model => "model",
            Self::Strategy => "strategy",
            Self::UserModel => "user_model",
            Self::UserStrategy => "user_strategy",
            Self::Temperature => "temperature",
            Self::Mode => "mode",
            Self::MaxSteps => "max_steps",
            Self::Variant => "variant",
            Self::Version => "version",
            Self::Folder => "folder",
            Self::File => "file",
            Self::Trial => "trial",
            Self::Task => "task",
            Self::Seed => "seed",
            Self::Outcome => "outcome",
            Self::Termination => "termination",
            Self::Actions => "actions",
            Self::Intent => "intent",
            Self::Persona => "persona",
        }
    }

    /// Returns whether the column has a place of its own in a [`CellKey`].
    fn is_in_key(self) -> bool {
        self <= Self::Variant
    }

    /// Returns whether episodes of one file may differ in it.
    fn is_of_episode(self) -> bool {
        self >= Self::Trial
    }
}

/// What makes a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct By {
    /// Whether the usual parts of the configuration make cells.
    usual: bool,
    /// The columns named, in order. Benchmark and environment always count.
    columns: Vec<Column>,
    /// The other names: settings, by their name or the end of it.
    settings: Vec<String>,
    /// Whether variants count as trials of one cell (`--pool`).
    pool: bool,
    /// Words that tell variants in files outside the sweep.
    telling: Telling,
}

/// Why a `--by` cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("--by: there is no column or setting {name:?}{near}; there are cell (the usual configuration), {known}")]
pub struct ByError {
    name: String,
    near: String,
    known: String,
}

impl Default for By {
    fn default() -> Self {
        Self { usual: true, columns: Vec::new(), settings: Vec::new(), pool: false, telling: Telling::default() }
    }
}

impl fmt::Display for By {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let usual = self.usual.then_some("cell");
        let named = self.columns.iter().map(|column| column.name()).chain(self.settings.iter().map(String::as_str));
        let names: Vec<&str> = usual.into_iter().chain(named).collect();
        f.write_str(&names.join(","))
    }
}

impl By {
    /// Reads `COLUMN[,COLUMN]`; `cell` stands for the usual configuration, `env` always counts. Any other name is that of a setting,
    /// which only the files can tell: see [`By::check`].
    pub fn parse(text: &str) -> Self {
        let mut by = Self { usual: false, ..Self::default() };
        for name in text.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            let wanted = name.to_ascii_lowercase().replace(['-', ' '], "_");
            if wanted == "cell" {
                by.usual = true;
            } else if let Some(column) = Column::ALL.into_iter().find(|column| column.name() == wanted) {
                if !by.columns.contains(&column) {
                    by.columns.push(column);
                }
            } else if wanted != "env" && !by.settings.iter().any(|known| known == name) {
                by.settings.push(name.to_owned());
            }
        }
        by
    }

    /// Checks that every setting named is one of the files'.
    ///
    /// # Errors
    /// If a name is neither a column nor a setting.
    pub fn check<'a>(&self, files: impl Iterator<Item = &'a ResultFile>) -> Result<(), ByError> {
        if self.settings.is_empty() {
            return Ok(());
        }
        let of_files = files.flat_map(|file| file.identity.settings.keys().map(String::as_str));
        // What tells sets of tasks apart is found when files are put together.
        let known: BTreeSet<&str> = of_files.chain([TASKS]).collect();
        let Some(name) = self.settings.iter().find(|name| !known.iter().any(|known| ends_with_path(known, name))) else {
            return Ok(());
        };
        let all: Vec<&str> = Column::ALL.iter().map(|column| column.name()).chain(known).collect();
        let end = |name: &str| name.rsplit('.').next().unwrap_or(name).to_lowercase();
        let mut nearest: Vec<(usize, &str)> = all.iter().map(|other| (edits(&end(name), &end(other)), *other)).collect();
        nearest.retain(|(edits, _)| *edits <= MOST_EDITS);
        nearest.sort_unstable();
        let nearest: Vec<&str> = nearest.into_iter().take(MOST_NAMES).map(|(_, other)| other).collect();
        let near = if nearest.is_empty() { String::new() } else { format!(" (did you mean {}?)", nearest.join(" or ")) };
        Err(ByError { name: name.clone(), near, known: all.join(", ") })
    }

    /// Counts variants as trials of one cell.
    #[must_use]
    pub fn with_pool(self, pool: bool) -> Self {
        Self { pool, ..self }
    }

    /// Tells variants by the words that tell them in other files too, so that the sides of a comparison have the same ones.
    #[must_use]
    pub fn with_telling(self, telling: Telling) -> Self {
        Self { telling, ..self }
    }

    pub(super) fn telling(&self) -> &Telling {
        &self.telling
    }

    /// Returns whether the user asked for that.
    pub fn pools_variants(&self) -> bool {
        self.pool
    }

    /// Returns whether cells are split where paths tell variants.
    pub(super) fn tells_variants(&self) -> bool {
        !self.pool && (self.usual || self.columns.contains(&Column::Variant))
    }

    /// Returns whether episodes of one file may fall into different cells.
    pub fn splits_files(&self) -> bool {
        self.columns.iter().any(|column| column.is_of_episode())
    }

    /// Returns whether each run or file is a cell of its own, so that no two count together.
    pub fn splits_runs(&self) -> bool {
        self.usual && self.columns.iter().any(|column| matches!(column, Column::Folder | Column::File))
    }

    /// Returns whether configurations that differ in what is not named fall into one cell.
    pub fn pools(&self) -> bool {
        !self.usual
    }

    /// Returns whether cells are made otherwise than usual.
    pub fn is_usual(&self) -> bool {
        self.usual && self.columns.is_empty() && self.settings.is_empty()
    }

    /// Returns the key of the cell of an episode with a usual key; without one, that of its file.
    pub(super) fn key(&self, mut key: CellKey, file: &ResultFile, episode: Option<&Episode>) -> CellKey {
        let asked: Vec<(String, Option<String>)> =
            self.settings.iter().map(|name| (name.clone(), setting(name, &key))).collect();
        if !self.usual {
            key.pooled = true;
            let has = |column: Column| self.columns.contains(&column);
            for (column, part) in [
                (Column::Label, &mut key.label),
                (Column::Model, &mut key.model),
                (Column::Model, &mut key.place),
                (Column::Strategy, &mut key.strategy),
                (Column::UserModel, &mut key.user_model),
                (Column::UserStrategy, &mut key.user_strategy),
                (Column::Temperature, &mut key.temperature),
                (Column::Mode, &mut key.mode),
                (Column::MaxSteps, &mut key.max_steps),
                (Column::Variant, &mut key.variant),
            ] {
                part.take_if(|_| !has(column));
            }
            key.settings.clear();
        }
        if !self.tells_variants() {
            key.variant = None;
        }
        let extra = self.columns.iter().filter(|column| !column.is_in_key());
        key.by = extra.map(|column| (column.name().to_owned(), value(*column, file, episode))).chain(asked).collect();
        key
    }
}

/// Returns the value of the setting a name means: a bare name the agent's before the user simulator's. The default where the file
/// names other settings, unknown where it names none.
fn setting(name: &str, key: &CellKey) -> Option<String> {
    let named = || key.settings.iter().filter(|(setting, _)| ends_with_path(setting, name));
    let of_agent = named().find(|(setting, _)| setting.starts_with(AGENT));
    let other = || named().find(|(setting, _)| !setting.starts_with(USER));
    let (_, value) = of_agent.or_else(other).or_else(|| named().next()).unzip();
    value.cloned().or_else(|| (!key.settings.is_empty()).then(|| DEFAULT.to_owned()))
}

/// Most edits between a typo and what was meant.
const MOST_EDITS: usize = 2;
/// Names offered for a typo.
const MOST_NAMES: usize = 3;

/// Returns the number of letters to insert, delete or replace (Levenshtein).
fn edits(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut left = i + 1;
        let mut next = vec![left];
        for (y, pair) in b.chars().zip(row.windows(2)) {
            left = (left + 1).min(pair[1] + 1).min(pair[0] + usize::from(x != y));
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

/// What is shown for a setting that is not on record.
pub const DEFAULT: &str = "default";

fn value(column: Column, file: &ResultFile, episode: Option<&Episode>) -> Option<String> {
    let facts = || episode?.tau2.as_deref();
    let task = || -> Option<&Tau2Task> { file.tau2.as_deref()?.tasks.get(episode?.task.as_ref()?) };
    match column {
        Column::Version => file.identity.version.as_ref().map(|part: &Part| part.value.clone()),
        Column::Folder => Some(file.source.run_folder()),
        Column::File => Some(file.source.path.clone()),
        Column::Trial => episode?.trial.map(|trial| trial.to_string()),
        Column::Task => episode?.task.as_ref().map(ToString::to_string),
        Column::Seed => facts()?.seed.map(|seed| seed.to_string()),
        Column::Outcome => Some(
            match &episode?.outcome {
                Outcome::Scored { reward } if is_success(*reward) => "solved",
                Outcome::Scored { .. } => "failed",
                Outcome::Error { error, .. } => error.class.name(),
                Outcome::Invalid { .. } => "no reward",
            }
            .to_owned(),
        ),
        Column::Termination => facts()?.termination.as_ref().map(ToString::to_string),
        Column::Actions => task()?.actions.map(|count| count.to_string()),
        Column::Intent => task()?.intent.clone(),
        Column::Persona => task()?.persona.clone(),
        Column::Label
        | Column::Model
        | Column::Strategy
        | Column::UserModel
        | Column::UserStrategy
        | Column::Temperature
        | Column::Mode
        | Column::MaxSteps
        | Column::Variant => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_read_and_written_alike() {
        for column in Column::ALL {
            let by = By::parse(column.name());
            assert_eq!((by.to_string().as_str(), by.columns.as_slice()), (column.name(), &[column][..]));
        }
        assert_eq!(By::parse("env, Model,user-model,model").to_string(), "model,user_model");
        assert_eq!(By::parse("cell,persona").to_string(), "cell,persona");
        assert!(By::default().is_usual() && By::parse("cell").is_usual());
        let unknown = By::parse("modle").check(std::iter::empty()).unwrap_err().to_string();
        assert!(unknown.contains("\"modle\" (did you mean mode or model?); there are cell"), "{unknown}");
    }
}
