//! The weakest source: other files of the same run folder.
//!
//! A short conversation may not show its strategy, a file of nothing but errors not even its environment. Where all files of the
//! same folder that agree with it in every part both know have one and the same value for a part it lacks, it takes that value.

use std::collections::{BTreeMap, BTreeSet};

use crate::records::{Benchmark, Identity, Origin, Part, ResultFile};

/// The parts that may be taken over; a model or a task range is a file's own.
type Slot = (fn(&mut Identity) -> &mut Option<Part>, fn(&Identity) -> Option<&Part>);
const SLOTS: [Slot; 4] = [
    (|identity| &mut identity.env, |identity| identity.env.as_ref()),
    (|identity| &mut identity.strategy, |identity| identity.strategy.as_ref()),
    (|identity| &mut identity.user_model, |identity| identity.user_model.as_ref()),
    (|identity| &mut identity.user_strategy, |identity| identity.user_strategy.as_ref()),
];

/// Fills unknown parts from neighbouring files. Looks at what the files say themselves, never at what was filled.
pub fn fill<'a>(files: impl Iterator<Item = &'a mut ResultFile>) {
    let mut folders: BTreeMap<(Option<String>, String, Benchmark), Vec<&mut ResultFile>> = BTreeMap::new();
    // The working directory is no run's folder: files in it are strangers to one another.
    for file in files.filter(|file| file.source.run_folder() != ".") {
        let key = (file.source.label.clone(), file.source.run_folder(), file.identity.benchmark);
        folders.entry(key).or_default().push(file);
    }
    for mut members in folders.into_values() {
        let said: BTreeSet<Said> = members.iter().map(|file| Said::of(&file.identity)).collect();
        for file in &mut members {
            let own = Said::of(&file.identity);
            for (index, (slot, _)) in SLOTS.iter().enumerate() {
                if own.values[index].is_none()
                    && let Some(value) = only_value(&said, &own, index)
                {
                    *slot(&mut file.identity) = Some(Part::new(value, Origin::Neighbours));
                }
            }
        }
    }
}

/// What a file says of itself, as far as it matters here.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Said {
    values: [Option<String>; SLOTS.len()],
    model: Option<String>,
    temperature: Option<String>,
}

impl Said {
    fn of(identity: &Identity) -> Self {
        let value = |part: Option<&Part>| part.map(|part| part.value.clone());
        Self {
            values: SLOTS.map(|(_, get)| value(get(identity))),
            model: value(identity.model.as_ref()),
            temperature: value(identity.temperature.as_ref()),
        }
    }

    fn agrees(&self, other: &Self) -> bool {
        let parts = |said: &Self| -> Vec<Option<String>> {
            said.values.iter().chain([&said.model, &said.temperature]).cloned().collect()
        };
        parts(self).iter().zip(parts(other)).all(|(a, b)| a.is_none() || b.is_none() || *a == b)
    }
}

fn only_value(said: &BTreeSet<Said>, own: &Said, index: usize) -> Option<String> {
    let values: BTreeSet<&String> =
        said.iter().filter(|other| other.agrees(own)).filter_map(|other| other.values[index].as_ref()).collect();
    let mut values = values.into_iter();
    values.next().filter(|_| values.next().is_none()).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::{FileKind, SourceFile};

    fn file(path: &str, env: Option<&str>, model: Option<&str>, strategy: Option<&str>) -> ResultFile {
        let part = |value: Option<&str>| value.map(|value| Part::new(value, Origin::Content));
        let identity =
            Identity { env: part(env), model: part(model), strategy: part(strategy), ..Identity::unknown(Benchmark::Tau1) };
        let source = SourceFile { path: path.to_owned(), label: None, bytes: 0, sha256: String::new() };
        ResultFile {
            source,
            kind: FileKind::Tau1List,
            identity,
            episodes: Vec::new(),
            issues: Vec::new(),
            stored: None,
            tau2: None,
        }
    }

    #[test]
    fn takes_over_what_all_agreeing_neighbours_say() {
        let mut files = [
            file("run/full.json", Some("airline"), Some("m"), Some("act")),
            file("run/conversations/task_1.json", Some("airline"), None, None),
            file("run/other.json", Some("retail"), Some("m"), Some("react")),
            file("run/errors.json", None, Some("m"), None),
            file("elsewhere/x.json", Some("airline"), Some("m"), None),
        ];
        fill(files.iter_mut());
        let strategy = |index: usize| files[index].identity.strategy.as_ref().map(|part| (part.value.as_str(), part.origin));
        assert_eq!(strategy(1), Some(("act", Origin::Neighbours)));
        assert_eq!((strategy(3), files[3].identity.env.as_ref()), (None, None), "neighbours disagree");
        assert_eq!(strategy(4), None);
        assert_eq!(files[1].identity.model, None, "a model is never taken over");
    }
}
