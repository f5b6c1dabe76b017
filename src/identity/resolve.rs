//! Puts the sources together.

use super::agree::{agree, refines_strategy};
use super::{ContentHints, Field, Layout, MapRule, Values, file_name, folder, map};
use crate::records::{Benchmark, Identity, Origin, Part};
use crate::redact::veil;

/// What the user says about paths.
#[derive(Debug, Clone, Default)]
pub struct Overrides {
    /// The `--layout` template.
    pub layout: Option<Layout>,
    /// The `--map` rules, in the order given.
    pub maps: Vec<MapRule>,
}

/// Tells the identity of a file from its path, its content and the user's overrides.
///
/// `path` are the components below the input the user named, the file's name last. The strongest source that names a part
/// decides it (map, layout, content, file name, folder), but a strategy's own name (`few-shot`, `assertions-agent`) stands
/// against `tool-calling` in the content, which cannot tell them apart. The second value lists, for people, where a weaker
/// source contradicts the chosen one and where the records of one file differ; what the user overrode is not listed. Secrets in every value are veiled.
pub fn resolve(path: &[&str], hints: &ContentHints, overrides: &Overrides) -> (Identity, Vec<String>) {
    let names = Names::new(path, overrides);
    let env = hints.env().map(|env| (Field::Env, env));
    let strategy = hints.strategy().map(|strategy| (Field::Strategy, strategy.to_owned()));
    let components = names.components();
    let (named, used) = file_name::read(&components);
    let folders = folder::read(&components[..components.len() - used]);
    let sources = names.with(env.into_iter().chain(strategy).collect(), named, folders);
    let (mut identity, mut conflicts) = settle(Benchmark::Tau1, &sources);
    for (field, counts) in hints.mixtures() {
        if slot(&mut identity, field).as_ref().is_none_or(|part| part.origin <= Origin::Content) {
            let name = shown_name(field);
            conflicts.push(format!("{name}: the content mixes {counts} (split the file, or set it with --map or --layout)"));
        }
    }
    (identity, conflicts)
}

/// All sources, strongest first.
pub(super) type Sources = [(Origin, Values); 5];

/// A path without secrets, and what the user says of it.
pub(super) struct Names {
    shown: String,
    map: Values,
    layout: Values,
}

impl Names {
    /// Takes the keys out of a path and asks the user's overrides.
    pub(super) fn new(path: &[&str], overrides: &Overrides) -> Self {
        // Keys go before names are taken apart: a part of a key is no longer known for one. Each component for itself, since a
        // secret may hold slashes and would take the rest of the path along; then all of it, for keys told by what precedes them.
        let components: Vec<_> = path.iter().map(|component| veil(component)).collect();
        let shown = veil(&components.join("/")).into_owned();
        let mut names = Self { map: map::apply(&overrides.maps, &shown), layout: Values::new(), shown };
        let layout = overrides.layout.as_ref().and_then(|layout| layout.apply(&names.components())).unwrap_or_default();
        names.layout = layout.into_iter().collect();
        names
    }

    /// Returns the components of the path, without secrets; the last is the file's name.
    pub(super) fn components(&self) -> Vec<&str> {
        if self.shown.is_empty() { Vec::new() } else { self.shown.split('/').collect() }
    }

    /// Puts the user's word before that of the other sources.
    pub(super) fn with(self, content: Values, named: Values, folders: Values) -> Sources {
        [
            (Origin::Map, self.map),
            (Origin::Layout, self.layout),
            (Origin::Content, content),
            (Origin::FileName, named),
            (Origin::Folder, folders),
        ]
    }
}

/// Takes each part from the strongest source that names it, and lists where a weaker one contradicts.
pub(super) fn settle(benchmark: Benchmark, sources: &Sources) -> (Identity, Vec<String>) {
    let mut identity = Identity::unknown(benchmark);
    let mut conflicts = Vec::new();
    for field in Field::ALL {
        let mut candidates: Vec<Part> = sources
            .iter()
            .filter_map(|(origin, values)| Some(Part::new(clean(field, values.get(&field)?)?, *origin)))
            .collect();
        let Some(chosen) = choose(field, &mut candidates) else { continue };
        if chosen.origin <= Origin::Content {
            let others = candidates.iter().filter(|other| contradicts(field, &chosen, other));
            conflicts.extend(others.map(|other| conflict(field, &chosen, other)));
        }
        *slot(&mut identity, field) = Some(chosen);
    }
    (identity, conflicts)
}

/// Trims and veils a value; nothing left is unknown.
pub(super) fn clean_text(value: &str) -> Option<String> {
    let value = veil(value.trim());
    let value = value.trim();
    (!value.is_empty()).then(|| value.to_owned())
}

/// Cleans a value; environments are lowered.
fn clean(field: Field, value: &str) -> Option<String> {
    let value = clean_text(value)?;
    Some(if field == Field::Env { value.to_lowercase() } else { value })
}

/// Takes the chosen part out of the candidates.
fn choose(field: Field, candidates: &mut Vec<Part>) -> Option<Part> {
    let strongest = candidates.first()?;
    let refined = (field == Field::Strategy && strongest.origin == Origin::Content)
        .then(|| candidates.iter().position(|other| refines_strategy(&strongest.value, &other.value)))
        .flatten();
    Some(candidates.remove(refined.unwrap_or(0)))
}

/// Whether another source says something else than the chosen part.
fn contradicts(field: Field, chosen: &Part, other: &Part) -> bool {
    let is_rough = |rough: &Part, exact: &Part| field == Field::Strategy && refines_strategy(&rough.value, &exact.value);
    !agree(field, &chosen.value, &other.value) && !is_rough(chosen, other) && !is_rough(other, chosen)
}

fn conflict(field: Field, chosen: &Part, other: &Part) -> String {
    format!(
        "{}: the {} says {:?}, the {} says {:?}; {:?} was taken (set it with --map or --layout)",
        shown_name(field),
        chosen.origin,
        chosen.value,
        other.origin,
        other.value,
        chosen.value,
    )
}

/// The name of a field in messages: `user model`.
fn shown_name(field: Field) -> String {
    field.name().replace('_', " ")
}

fn slot(identity: &mut Identity, field: Field) -> &mut Option<Part> {
    match field {
        Field::Env => &mut identity.env,
        Field::Model => &mut identity.model,
        Field::Strategy => &mut identity.strategy,
        Field::UserModel => &mut identity.user_model,
        Field::UserStrategy => &mut identity.user_strategy,
        Field::Temperature => &mut identity.temperature,
        Field::TaskRange => &mut identity.task_range,
    }
}

#[cfg(test)]
#[path = "resolve_tests.rs"]
mod tests;
