//! `--by`: which columns make a cell, where the user says so.

use std::fmt;

use super::CellKey;
use crate::records::{Episode, Outcome, Part, ResultFile, Tau2Task, episode::is_success};

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
    pub const ALL: [Self; 19] = [
        Self::Label,
        Self::Model,
        Self::Strategy,
        Self::UserModel,
        Self::UserStrategy,
        Self::Temperature,
        Self::Mode,
        Self::MaxSteps,
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
        self <= Self::MaxSteps
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
}

/// Why a `--by` cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("--by: there is no column {name:?}; there are cell (the usual configuration), {known}")]
pub struct ByError {
    name: String,
    known: String,
}

impl Default for By {
    fn default() -> Self {
        Self { usual: true, columns: Vec::new() }
    }
}

impl fmt::Display for By {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let usual = self.usual.then_some("cell");
        let names: Vec<&str> = usual.into_iter().chain(self.columns.iter().map(|column| column.name())).collect();
        f.write_str(&names.join(","))
    }
}

impl By {
    /// Reads `COLUMN[,COLUMN]`; `cell` stands for the usual configuration, `env` always counts.
    ///
    /// # Errors
    /// If a column is unknown.
    pub fn parse(text: &str) -> Result<Self, ByError> {
        let mut by = Self { usual: false, columns: Vec::new() };
        for name in text.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            let wanted = name.to_ascii_lowercase().replace(['-', ' '], "_");
            if wanted == "cell" {
                by.usual = true;
            } else if let Some(column) = Column::ALL.into_iter().find(|column| column.name() == wanted) {
                if !by.columns.contains(&column) {
                    by.columns.push(column);
                }
            } else if wanted != "env" {
                let known: Vec<&str> = Column::ALL.iter().map(|column| column.name()).collect();
                return Err(ByError { name: name.to_owned(), known: known.join(", ") });
            }
        }
        Ok(by)
    }

    /// Returns whether episodes of one file may fall into different cells.
    pub fn splits_files(&self) -> bool {
        self.columns.iter().any(|column| column.is_of_episode())
    }

    /// Returns whether configurations that differ in what is not named fall into one cell.
    pub fn pools(&self) -> bool {
        !self.usual
    }

    /// Returns whether cells are made otherwise than usual.
    pub fn is_usual(&self) -> bool {
        *self == Self::default()
    }

    /// Returns the key of the cell of an episode; without one, that of its file.
    pub(super) fn key(&self, file: &ResultFile, episode: Option<&Episode>) -> CellKey {
        let mut key = CellKey::of(file, episode);
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
            ] {
                part.take_if(|_| !has(column));
            }
        }
        let extra = self.columns.iter().filter(|column| !column.is_in_key());
        key.by = extra.map(|column| (column.name(), value(*column, file, episode))).collect();
        key
    }
}

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
        | Column::MaxSteps => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_read_and_written_alike() {
        for column in Column::ALL {
            let by = By::parse(column.name()).unwrap();
            assert_eq!((by.to_string().as_str(), by.columns.as_slice()), (column.name(), &[column][..]));
        }
        assert_eq!(By::parse("env, Model,user-model,model").unwrap().to_string(), "model,user_model");
        assert_eq!(By::parse("cell,persona").unwrap().to_string(), "cell,persona");
        assert!(By::default().is_usual() && By::parse("cell").unwrap().is_usual());
        assert!(By::parse("modle").unwrap_err().to_string().contains("\"modle\"; there are cell"));
    }
}
