//! Identities of τ²-bench files: `info` says it all; names of files only where there is none.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

use regex::Regex;

use super::{
    Field, Overrides, Values,
    by_record::{self, RecordSays},
    file_name, folder,
    resolve::{Names, clean_text, settle},
};
use crate::records::{Benchmark, Identity, Origin, Part};

/// What the content of a file says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Said {
    /// The domain.
    pub env: Option<String>,
    /// The agent's model.
    pub model: Option<String>,
    /// The agent's implementation.
    pub strategy: Option<String>,
    /// The user simulator's model.
    pub user_model: Option<String>,
    /// The user simulator's implementation.
    pub user_strategy: Option<String>,
    /// The agent's temperature.
    pub temperature: Option<String>,
    /// How user and agent share the work.
    pub mode: Option<String>,
    /// The step limit.
    pub max_steps: Option<String>,
    /// The benchmark's version.
    pub version: Option<String>,
    /// All other settings by name.
    pub settings: BTreeMap<String, String>,
}

/// Tells the identity of a τ²-bench file; see [`resolve()`](super::resolve()) for the arguments and the second value.
///
/// Where the content names the agent (there is an `info`), names of files and folders are not asked: nobody types them with
/// more care than the program that wrote `info`. They are compared with it, though, and a file's name that tells another model
/// is reported.
pub fn resolve_tau2(path: &[&str], said: &Said, says: &[RecordSays], overrides: &Overrides) -> (Identity, Vec<String>) {
    let names = Names::new(path, overrides);
    let has_info = said.strategy.is_some() || said.model.is_some();
    let from_name = read_name(&names.components());
    let content_of_file = [
        (Field::Env, &said.env),
        (Field::Model, &said.model),
        (Field::Strategy, &said.strategy),
        (Field::UserModel, &said.user_model),
        (Field::UserStrategy, &said.user_strategy),
        (Field::Temperature, &said.temperature),
    ];
    let mut mixed = BTreeSet::new();
    let mut content: Values = by_record::common(says, |field| _ = mixed.insert(field));
    // `info` describes the run; without one, records that differ leave the file without a word of its own.
    let told = content_of_file.into_iter().filter(|(field, _)| has_info || !mixed.contains(field));
    content.extend(told.filter_map(|(field, value)| Some((field, value.clone()?))));
    let (named, folders) = if has_info {
        (to_compare(&from_name.values, said), Values::new())
    } else {
        let components = names.components();
        let folders = folder::read(&components[..components.len() - from_name.used]);
        (from_name.values, folders)
    };
    let sources = names.with(content, named, folders);
    let (mut identity, conflicts) = settle(Benchmark::Tau2, &sources);
    let part = |value: &Option<String>, origin| Some(Part::new(clean_text(value.as_deref()?)?, origin));
    identity.mode = part(&said.mode, Origin::Content);
    if !has_info && identity.mode.is_none() {
        identity.mode = part(&from_name.mode, Origin::FileName);
    }
    identity.max_steps = part(&said.max_steps, Origin::Content);
    identity.version = part(&said.version, Origin::Content);
    identity.settings.clone_from(&said.settings);
    (identity, conflicts)
}

/// Leaves of what a name says only what `info` says too, for comparison: domain and models, spelt otherwise or not. A model with the
/// value of a setting behind it (`gpt-5-high`) is that model.
fn to_compare(named: &Values, said: &Said) -> Values {
    let known = [(Field::Env, &said.env), (Field::Model, &said.model), (Field::UserModel, &said.user_model)];
    let bare = |text: &str| -> String { text.chars().filter(char::is_ascii_alphanumeric).collect() };
    known
        .into_iter()
        .filter_map(|(field, said)| Some((field, said.as_deref()?, named.get(&field)?)))
        .filter(|(_, said_value, named)| match bare(named).strip_prefix(&bare(said_value)) {
            Some(rest) => !rest.is_empty() && !said.settings.values().any(|value| bare(value) == rest),
            None => true,
        })
        .map(|(field, _, named)| (field, named.clone()))
        .collect()
}

/// What the name of a file says.
#[derive(Debug, Default)]
struct Named {
    values: Values,
    mode: Option<String>,
    /// Of how many components of the path the name is made.
    used: usize,
}

/// `{time}_{domain}_{agent}_{model}_{user}_{model}`, as τ²-bench names a run; `:` is `-` or nothing on Windows.
static STAMPED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"^\d{4}-\d\d-\d\d[T_ ]\d\d[:-]?\d\d[:-]?\d\d(?:\.\d+)?_(?P<env>.+?)_(?P<strategy>(?:llm_agent|discrete_time_audio_native_agent)(?:_solo|_gt)?)_(?P<model>.+)_(?P<user>user_simulator|dummy_user|voice_streaming_user_simulator)_(?P<user_model>.+)$",
    )
    .ok()
});

/// `{model}_{domain}_{mode}_{user model}_{N}trials[_{M}tasks]`, as τ²-bench's experiments name a run.
static EXPERIMENT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"^(?P<model>.+?)_(?P<env>banking_knowledge|[^_/]+)_(?P<mode>default|defautl|no-user|oracle-plan|voice)_(?P<user_model>.+)_\d+trials?(?:_\d+tasks?)?$",
    )
    .ok()
});

/// How many folders a model with slashes may make.
const MAX_FOLDERS: usize = 3;

/// Prefixes by which LiteLLM tells providers: such a folder is part of the model's name.
const PROVIDERS: [&str; 16] = [
    "ollama",
    "ollama_chat",
    "openai",
    "azure",
    "anthropic",
    "bedrock",
    "gemini",
    "vertex_ai",
    "hosted_vllm",
    "openrouter",
    "together_ai",
    "fireworks_ai",
    "groq",
    "mistral",
    "deepseek",
    "xai",
];

fn read_name(path: &[&str]) -> Named {
    let Some((name, folders)) = path.split_last() else { return Named::default() };
    let stem = file_name::without_endings(name.trim());
    let mut joined = stem.to_owned();
    for depth in 0..=folders.len().min(MAX_FOLDERS) {
        if depth > 0 {
            joined = format!("{}/{joined}", folders[folders.len() - depth].trim());
        }
        if let Some((mut values, mode)) = by_grammar(&joined) {
            let provider = folders.len().checked_sub(depth + 1).map(|at| folders[at].trim());
            let provider = provider.filter(|folder| PROVIDERS.contains(folder));
            if let (Some(provider), Some(model)) = (provider, values.get_mut(&Field::Model)) {
                *model = format!("{provider}/{model}");
            }
            return Named { values, mode, used: depth + 1 + usize::from(provider.is_some()) };
        }
    }
    Named { values: file_name::loose(stem), mode: None, used: 1 }
}

/// Reads a name by one of τ²-bench's grammars.
fn by_grammar(name: &str) -> Option<(Values, Option<String>)> {
    let found = STAMPED.as_ref()?.captures(name).or_else(|| EXPERIMENT.as_ref()?.captures(name))?;
    // Only models hold slashes.
    let text = |group: &str| found.name(group).map(|found| found.as_str().to_owned());
    let fields = [
        (Field::Env, "env"),
        (Field::Model, "model"),
        (Field::Strategy, "strategy"),
        (Field::UserModel, "user_model"),
        (Field::UserStrategy, "user"),
    ];
    let has_group = |group: &str| found.name(group).is_some();
    let values =
        fields.into_iter().filter(|(_, group)| has_group(group)).filter_map(|(field, group)| Some((field, text(group)?)));
    let mode = text("mode").map(|mode| if mode == "defautl" { "default".to_owned() } else { mode });
    Some((values.collect(), mode))
}

#[cfg(test)]
#[path = "tau2_tests.rs"]
mod tests;
