//! Identity by record: a file may hold records of several environments, models or strategies, and each goes by its own content.
//!
//! Only what is certain counts: a key on the record itself (`env`, `domain`, `model`, `strategy`, `group`, …), the one policy heading of
//! its system messages, the format instruction of its prompt, and tools that all belong to one environment.

use std::{collections::BTreeMap, sync::Arc};

use super::{Field, Values, agree::agree, resolve::slot, tables::ENVS};
use crate::{
    records::{Identity, Origin, Part},
    redact::veil,
    words::{plural, verb},
};

/// What one record says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RecordSays {
    /// By field.
    pub values: Values,
    /// The group it puts itself into, which is no environment: a variant.
    group: Option<String>,
    /// The environment that its content tells, where its key names another.
    against: Option<String>,
}

/// A key by which a record says what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordKey {
    /// A part of the identity.
    Field(Field),
    /// An environment or a variant.
    Group,
}

impl RecordKey {
    /// Returns what a key of a record stands for.
    pub fn of(key: &str) -> Option<Self> {
        match key {
            "env" | "domain" | "environment" => Some(Self::Field(Field::Env)),
            "model" | "agent_model" => Some(Self::Field(Field::Model)),
            "strategy" | "agent_strategy" => Some(Self::Field(Field::Strategy)),
            "user_model" => Some(Self::Field(Field::UserModel)),
            "group" => Some(Self::Group),
            _ => None,
        }
    }
}

impl RecordSays {
    /// Adds what a key of the record says.
    pub fn read(&mut self, key: RecordKey, value: Option<&str>) {
        match (key, value.map(str::trim).filter(|value| !value.is_empty())) {
            (RecordKey::Field(field), value) => self.put(field, value),
            (RecordKey::Group, Some(value)) if ENVS.contains(&value.to_lowercase().as_str()) => {
                if !self.values.contains_key(&Field::Env) {
                    self.put(Field::Env, Some(value));
                }
            }
            (RecordKey::Group, value) => self.group = value.map(|value| veil(value).into_owned()),
        }
    }

    /// Adds what is known of a field; a blank value says nothing.
    pub fn put(&mut self, field: Field, value: Option<&str>) {
        if let Some(value) = value.map(str::trim).filter(|value| !value.is_empty()) {
            // A key is no longer known for one once its letters are lowered.
            let value = veil(value);
            let value = if field == Field::Env { value.to_lowercase() } else { value.into_owned() };
            self.values.insert(field, value);
        }
    }

    /// Puts the record's own keys before what its content tells. A key may hold something else than a benchmark's environment (`prod`); then
    /// the content tells it.
    #[must_use]
    pub fn over(self, content: Self) -> Self {
        let Self { values: mut own, group, .. } = self;
        let told = content.values.get(&Field::Env);
        let differs = told.zip(own.get(&Field::Env)).is_some_and(|(told, own)| !agree(Field::Env, told, own));
        if differs && own.get(&Field::Env).is_some_and(|env| !ENVS.contains(&env.as_str())) {
            own.remove(&Field::Env);
        }
        let against = told.filter(|_| differs && own.contains_key(&Field::Env)).cloned();
        let mut values = content.values;
        values.extend(own);
        Self { values, group, against }
    }
}

/// Spells what records say alike, where they mean the same: as most of them do.
pub fn unify(says: &mut [RecordSays]) {
    for field in FIELDS {
        let mut spelt: Vec<(u64, String)> =
            counts(says, field).into_iter().map(|(value, count)| (count, value.to_owned())).collect();
        spelt.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
        let mut kept: Vec<&String> = Vec::new();
        let mut other: BTreeMap<&String, &String> = BTreeMap::new();
        for (_, value) in &spelt {
            // Many spellings are many values.
            match kept.iter().take(MOST_SPELLINGS).find(|known| agree(field, known, value)) {
                Some(known) => _ = other.insert(value, known),
                None => kept.push(value),
            }
        }
        for value in says.iter_mut().filter_map(|one| one.values.get_mut(&field)) {
            if let Some(known) = other.get(value) {
                (*known).clone_into(value);
            }
        }
    }
}

/// Values compared with one another, at most.
const MOST_SPELLINGS: usize = 100;

/// Fields that records may say of themselves.
const FIELDS: [Field; 4] = [Field::Env, Field::Model, Field::Strategy, Field::UserModel];

/// Returns the values of a field among records, with how many say each.
fn counts(says: &[RecordSays], field: Field) -> BTreeMap<&str, u64> {
    let mut counts = BTreeMap::new();
    for value in says.iter().filter_map(|one| one.values.get(&field)) {
        *counts.entry(value.as_str()).or_default() += 1;
    }
    counts
}

/// Returns what holds for a file as a whole: what all of its records that say something say alike. For fields on which records
/// differ, `mixed` is told.
pub fn common(says: &[RecordSays], mut mixed: impl FnMut(Field)) -> Values {
    let mut values = Values::new();
    for field in FIELDS {
        let counts = counts(says, field);
        match (counts.len(), counts.keys().next()) {
            (1, Some(value)) => {
                values.insert(field, (*value).to_owned());
            }
            (0, _) => {}
            _ => mixed(field),
        }
    }
    values
}

/// Returns the identity of each record that differs from that of its file, and in words how records were split and where they
/// contradict the user.
pub fn settle(identity: &Identity, says: &[RecordSays]) -> (Vec<Option<Arc<Identity>>>, Vec<String>) {
    let mut known: BTreeMap<(Values, Option<String>), Arc<Identity>> = BTreeMap::new();
    let of_record = |one: &RecordSays| -> Option<Arc<Identity>> {
        let own = one.values.iter().filter(|(field, value)| differs(identity, **field, value));
        let other: Values = own.map(|(field, value)| (*field, value.clone())).collect();
        let group = one.group.clone();
        (!other.is_empty() || group.is_some()).then(|| {
            let make = |(other, group): &(Values, Option<String>)| {
                let mut own = identity.clone();
                for (field, value) in other {
                    *slot(&mut own, *field) = Some(Part::new(value.clone(), Origin::Content));
                }
                own.variant = group.clone().map(|group| Part::new(group, Origin::Content)).or(own.variant);
                Arc::new(own)
            };
            let key = (other, group);
            if let Some(known) = known.get(&key) {
                return Arc::clone(known);
            }
            let own = make(&key);
            known.insert(key, Arc::clone(&own));
            own
        })
    };
    let identities = says.iter().map(of_record).collect();
    let mut notes: Vec<String> = FIELDS.into_iter().filter_map(|field| words(identity, says, field)).collect();
    notes.extend(of_groups(says));
    notes.extend(contradictions(says));
    (identities, notes)
}

fn of_groups(says: &[RecordSays]) -> Option<String> {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for group in says.iter().filter_map(|one| one.group.as_deref()) {
        *counts.entry(group).or_default() += 1;
    }
    let listed: Vec<String> = counts.iter().map(|(group, count)| format!("{group:?} ({count})")).collect();
    (counts.len() > 1)
        .then(|| format!("group: the records say {}; each group is a variant, a cell of its own", listed.join(", ")))
}

/// Records whose keys name another environment than their content.
fn contradictions(says: &[RecordSays]) -> Option<String> {
    let first = says.iter().find_map(|one| one.against.as_ref().zip(one.values.get(&Field::Env)));
    let (told, own) = first?;
    let count = says.iter().filter(|one| one.against.is_some()).count() as u64;
    Some(format!(
        "env: {} {} another environment than the tools or the policy beside it tell, such as {own:?} against {told:?}; the name was taken",
        plural(count, "record"),
        verb(count, "names", "name"),
    ))
}

/// Returns whether a record's own word goes before that of its file: it says something else, and the user has not decided.
fn differs(identity: &Identity, field: Field, value: &str) -> bool {
    let mut identity = identity.clone();
    slot(&mut identity, field).as_ref().is_none_or(|part| part.origin <= Origin::Content && !agree(field, &part.value, value))
}

fn words(identity: &Identity, says: &[RecordSays], field: Field) -> Option<String> {
    let counts = counts(says, field);
    if counts.len() < 2 {
        return None;
    }
    let name = field.name().replace('_', " ");
    let listed: Vec<String> = counts.iter().map(|(value, count)| format!("{value:?} ({count})")).collect();
    let part = slot(&mut identity.clone(), field).clone();
    if let Some(user) = part.as_ref().filter(|part| part.origin > Origin::Content) {
        let against: u64 = counts.iter().filter(|(value, _)| !agree(field, &user.value, value)).map(|(_, count)| count).sum();
        return Some(format!(
            "{name}: {} says {:?}, but the content of {} {} something else ({}); {:?} was taken for all, as told",
            user.origin,
            user.value,
            plural(against, "record"),
            verb(against, "says", "say"),
            listed.join(", "),
            user.value,
        ));
    }
    let silent = says.len() as u64 - counts.values().sum::<u64>();
    let rest = if silent == 0 {
        String::new()
    } else {
        let taken = part.map_or_else(|| "unknown".to_owned(), |part| format!("{:?}, from the {}", part.value, part.origin));
        format!("; {} that {} not say: {taken}", plural(silent, "record"), verb(silent, "does", "do"))
    };
    Some(format!("{name}: the records say {}; each counts in the cell of its own{rest}", listed.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::Benchmark;

    fn say(values: &[(Field, &str)]) -> RecordSays {
        let mut says = RecordSays::default();
        for (field, value) in values {
            says.put(*field, Some(value));
        }
        says
    }

    #[test]
    fn records_go_by_their_own_word() {
        let says = [say(&[(Field::Env, "Airline")]), say(&[(Field::Env, "retail")]), say(&[]), say(&[(Field::Env, "airline")])];
        let mut mixed = Vec::new();
        assert_eq!(common(&says, |field| mixed.push(field)), Values::new());
        assert_eq!(mixed, [Field::Env]);
        let mut identity = Identity::unknown(Benchmark::Tau1);
        identity.env = Some(Part::new("retail", Origin::Folder));
        let (own, notes) = settle(&identity, &says);
        let envs: Vec<Option<&str>> =
            own.iter().map(|own| own.as_ref().and_then(|own| own.env.as_ref()).map(|part| part.value.as_str())).collect();
        assert_eq!(envs, [Some("airline"), None, None, Some("airline")]);
        assert_eq!(
            notes,
            [
                r#"env: the records say "airline" (2), "retail" (1); each counts in the cell of its own; 1 record that does not say: "retail", from the folder"#
            ]
        );
    }

    #[test]
    fn the_user_decides_and_is_told_what_it_contradicts() {
        let says = [say(&[(Field::Env, "airline")]), say(&[(Field::Env, "retail")]), say(&[(Field::Env, "retail")])];
        let mut identity = Identity::unknown(Benchmark::Tau1);
        identity.env = Some(Part::new("airline", Origin::Map));
        let (own, notes) = settle(&identity, &says);
        assert!(own.iter().all(Option::is_none));
        assert!(
            notes[0].starts_with("env: --map says \"airline\", but the content of 2 records say something else"),
            "{notes:?}"
        );
    }

    #[test]
    fn what_all_say_is_the_files() {
        let says = [say(&[(Field::Model, "m-1")]), say(&[])];
        assert_eq!(common(&says, |_| ()), Values::from([(Field::Model, "m-1".to_owned())]));
        let mut identity = Identity::unknown(Benchmark::Tau1);
        identity.model = Some(Part::new("m-1", Origin::Content));
        assert_eq!(settle(&identity, &says), (vec![None, None], vec![]));
    }
}
