//! Identity by record: a file may hold records of several environments, models or strategies, and each goes by its own content.
//!
//! Only what is certain counts: a key on the record itself (`env`, `domain`, `model`, `strategy`, …), the one policy heading of its
//! system messages, the format instruction of its prompt, and tools that all belong to one environment.

use std::{collections::BTreeMap, sync::Arc};

use super::{Field, Values, agree::agree, resolve::slot};
use crate::{
    records::{Identity, Origin, Part},
    redact::veil,
    words::{plural, verb},
};

/// What one record says of itself, by field.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RecordSays(pub Values);

impl RecordSays {
    /// Returns the field that a key of a record names.
    pub fn field_of_key(key: &str) -> Option<Field> {
        match key {
            "env" | "domain" | "environment" => Some(Field::Env),
            "model" | "agent_model" => Some(Field::Model),
            "strategy" | "agent_strategy" => Some(Field::Strategy),
            "user_model" => Some(Field::UserModel),
            _ => None,
        }
    }

    /// Adds what a key of the record says; a blank value says nothing.
    pub fn put(&mut self, field: Field, value: Option<&str>) {
        if let Some(value) = value.map(str::trim).filter(|value| !value.is_empty()) {
            // A key is no longer known for one once its letters are lowered.
            let value = veil(value);
            let value = if field == Field::Env { value.to_lowercase() } else { value.into_owned() };
            self.0.insert(field, value);
        }
    }
}

/// Fields that records may say of themselves.
const FIELDS: [Field; 4] = [Field::Env, Field::Model, Field::Strategy, Field::UserModel];

/// Returns the values of a field among records, with how many say each.
fn counts(says: &[RecordSays], field: Field) -> BTreeMap<&str, u64> {
    let mut counts = BTreeMap::new();
    for value in says.iter().filter_map(|one| one.0.get(&field)) {
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
    let mut known: BTreeMap<Values, Arc<Identity>> = BTreeMap::new();
    let of_record = |one: &RecordSays| -> Option<Arc<Identity>> {
        let other: Values =
            one.0.iter().filter(|(field, value)| differs(identity, **field, value)).map(|(f, v)| (*f, v.clone())).collect();
        (!other.is_empty()).then(|| {
            let make = |other: &Values| {
                let mut own = identity.clone();
                for (field, value) in other {
                    *slot(&mut own, *field) = Some(Part::new(value.clone(), Origin::Content));
                }
                Arc::new(own)
            };
            Arc::clone(known.entry(other.clone()).or_insert_with(|| make(&other)))
        })
    };
    let identities = says.iter().map(of_record).collect();
    (identities, FIELDS.into_iter().filter_map(|field| words(identity, says, field)).collect())
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
