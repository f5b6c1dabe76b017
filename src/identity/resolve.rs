//! Puts the sources together.

use std::collections::BTreeSet;

use super::agree::{agree, refines_strategy};
use super::by_record::{self, RecordSays};
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
/// against `tool-calling` in the content, which cannot tell them apart. Where the records of the file differ in a field, the content says
/// nothing of it for the file as a whole (see [`by_record`]). The second value lists, for people, where a weaker source contradicts the
/// chosen one, and where the content contradicts the user. Secrets in every value are veiled.
pub fn resolve(path: &[&str], hints: &ContentHints, says: &[RecordSays], overrides: &Overrides) -> (Identity, Vec<String>) {
    let names = Names::new(path, overrides);
    let mut mixed = BTreeSet::new();
    let mut content = by_record::common(says, |field| _ = mixed.insert(field));
    for (field, value) in [(Field::Env, hints.env()), (Field::Strategy, hints.strategy().map(str::to_owned))] {
        if let Some(value) = value.filter(|_| !mixed.contains(&field)) {
            content.entry(field).or_insert(value);
        }
    }
    let components = names.components();
    let (named, used) = file_name::read(&components);
    let folders = folder::read(&components[..components.len() - used]);
    let sources = names.with(content, named, folders);
    settle(Benchmark::Tau1, &sources)
}

impl Overrides {
    /// Finds a rule or template that fits none of `names`: paths of result files as the rules see them, and names of models in logs. Such a
    /// rule is a mistake, since its user believes that it does something.
    pub fn unused(&self, names: &BTreeSet<String>) -> Option<String> {
        let first = names.first()?;
        let fits = |layout: &Layout| names.iter().any(|name| layout.apply(&name.split('/').collect::<Vec<_>>()).is_some());
        let rule = self.maps.iter().find(|rule| !names.iter().any(|name| rule.matches(name)));
        let what = match (rule, &self.layout) {
            (Some(rule), _) => format!("--map {:?} matches", rule.as_str()),
            (None, Some(layout)) if !fits(layout) => "--layout fits".to_owned(),
            _ => return None,
        };
        Some(format!("{what} no path of a result file and no model of a log, such as {first}; correct it, or leave it out"))
    }

    /// Returns the rules that are about models in logs: those that match none of the paths.
    pub fn for_models(&self, paths: &[String]) -> Vec<MapRule> {
        self.maps.iter().filter(|rule| !paths.iter().any(|path| rule.matches(path))).cloned().collect()
    }
}

/// Returns a path as `--map` and `--layout` see it.
pub fn as_matched(telling: &str) -> String {
    Names::new(&components(telling), &Overrides::default()).shown
}

/// Cuts the end of a path that tells what a file is into its components.
pub fn components(telling: &str) -> Vec<&str> {
    telling.split('/').filter(|part| !part.is_empty() && *part != ".").collect()
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
        // The user corrects names of files and folders, and renames models; environment and strategy in the content are facts.
        let is_fact = |other: &Part| other.origin == Origin::Content && matches!(field, Field::Env | Field::Strategy);
        let others = candidates.iter().filter(|other| chosen.origin <= Origin::Content || is_fact(other));
        let others = others.filter(|other| contradicts(field, &chosen, other));
        conflicts.extend(others.map(|other| conflict(field, &chosen, other)));
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
    let name = field.name().replace('_', " ");
    let [chosen_by, chosen, other_by, other] =
        [chosen.origin.to_string(), chosen.value.clone(), other.origin.to_string(), other.value.clone()];
    if chosen_by.starts_with("--") {
        return format!(
            "{name}: {chosen_by} says {chosen:?}, but the {other_by} says {other:?}; {chosen:?} was taken, as told"
        );
    }
    format!(
        "{name}: the {chosen_by} says {chosen:?}, the {other_by} says {other:?}; {chosen:?} was taken (set it with --map or --layout)"
    )
}

pub(super) fn slot(identity: &mut Identity, field: Field) -> &mut Option<Part> {
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
