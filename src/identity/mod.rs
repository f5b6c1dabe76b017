//! Tells what a result file is a result of: environment, model, strategy and the rest.
//!
//! Pure functions from text to identity; nothing here reads a file. The sources, strongest first:
//!
//! 1. [`map`]: the user's `--map 'REGEX=>field=value'` rules;
//! 2. [`layout`]: the user's `--layout '{env}/{strategy}/{model}/…'` template;
//! 3. [`content`]: what the messages give away (policy heading, tool names, format instructions);
//! 4. [`console`]: what the run that names the file as its checkpoint printed, then [`file_name`]: τ-bench's own naming scheme
//!    and the looser names people make up;
//! 5. [`folder`]: folder names, nearest first;
//! 6. [`neighbours`]: other files of the same run folder, for parts nothing else names.
//!
//! τ²-bench writes its configuration into every results file; [`tau2`] reads that first and names only where it is missing.
//!
//! [`resolve()`] puts them together and reports where a weaker source contradicts the one chosen. A part nobody names stays
//! unknown: a wrong model is worse than none.

mod agree;
pub mod by_record;
pub mod console;
pub mod content;
mod field;
pub mod file_name;
pub mod folder;
pub mod layout;
pub mod log_models;
pub mod map;
pub mod neighbours;
pub mod resolve;
pub mod settings;
mod tables;
pub mod tau2;
pub mod variant;
mod words;

pub use agree::agree;
pub use content::ContentHints;
pub use field::Field;
pub use layout::{Layout, LayoutError};
pub use map::{MapError, MapRule};
pub use resolve::{Overrides, resolve};

/// Returns whether a text names an environment that τ-bench or τ²-bench ships.
pub fn is_env(text: &str) -> bool {
    tables::ENVS.contains(&text)
}

/// What one source says: at most one value for each field.
pub type Values = std::collections::BTreeMap<Field, String>;
