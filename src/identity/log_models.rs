//! Models of logs under the names that the user's `--map` rules give them.
//!
//! A server calls its model by what it was started with, which may be a folder (`/data/models/quill-7b`) in one log and an id
//! (`org/quill-7b`) in another. A rule whose expression matches the *name of the model* and that sets `model` renames it, so that both
//! are one series: `--map '^/data/models/(.+)=>model=org/$1'`. A rule that matches a path is about that, and renames no model.

use super::{Field, MapRule, map};
use crate::records::log::{LogFile, LogInput, Name};

/// Renames the models of a log by the user's rules.
pub fn rename(log: &mut LogInput, rules: &[MapRule]) {
    if rules.is_empty() {
        return;
    }
    if let Some(profile) = &mut log.profile {
        rename_sources(profile, rules);
    }
    if let Some(model) = log.vllm.as_mut().and_then(|server| server.model.as_mut()) {
        rename_one(model, rules);
    }
    for run in log.console.iter_mut().flat_map(|console| &mut console.runs) {
        for key in ["model", "user_model"] {
            if let Some(model) = run.settings.get_mut(key) {
                rename_one(model, rules);
            }
        }
    }
}

/// Returns the models that a log names, as it names them.
pub fn names(log: &LogInput) -> Vec<String> {
    let profile = log
        .profile
        .iter()
        .flat_map(|log| log.sources.iter().filter_map(|source| source.model.map(|model| log.names.text(model))));
    let servers = log.vllm.iter().filter_map(|server| server.model.as_deref());
    let runs =
        log.console.iter().flat_map(|console| &console.runs).flat_map(|run| run.model().into_iter().chain(run.user_model()));
    profile.chain(servers).chain(runs).map(str::to_owned).collect()
}

fn renamed(model: &str, rules: &[MapRule]) -> Option<String> {
    map::apply(rules, model).remove(&Field::Model).filter(|name| name != model)
}

fn rename_one(model: &mut String, rules: &[MapRule]) {
    if let Some(name) = renamed(model, rules) {
        *model = name;
    }
}

fn rename_sources(log: &mut LogFile, rules: &[MapRule]) {
    let LogFile { names, sources, .. } = log;
    for source in sources {
        let Some(name) = source.model.and_then(|model| renamed(names.text(model), rules)) else { continue };
        // Names of a file of at most 2 GiB can be counted in 32 bits; one that is there already is used again.
        let place = names.0.iter().position(|known| **known == *name).unwrap_or_else(|| {
            names.0.push(name.into());
            names.0.len() - 1
        });
        source.model = u32::try_from(place).ok().map(Name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::{
        SourceFile,
        log::{Names, Role, Source, VllmLog},
    };

    #[test]
    fn one_model_under_two_names_becomes_one() {
        let source = |model: u32| Source {
            role: Role::Agent,
            kind: Name(0),
            model: Some(Name(model)),
            function: None,
            call_type: None,
            is_error: false,
            error: None,
        };
        let names = ["llm_call", "/data/models/quill-7b", "org/quill-7b"].map(Into::into).into();
        let mut log = LogInput {
            source: SourceFile { path: "a.log".into(), label: None, bytes: 0, sha256: String::new() },
            profile: Some(LogFile { names: Names(names), sources: vec![source(1), source(2)], ..LogFile::default() }),
            vllm: Some(VllmLog { model: Some("/data/models/tern-70b".into()), ..VllmLog::default() }),
            console: None,
            copies: 0,
        };
        rename(&mut log, &[MapRule::parse("^/data/models/(.+)=>model=org/$1").unwrap()]);
        let profile = log.profile.unwrap();
        assert_eq!(profile.sources, [source(2), source(2)]);
        assert_eq!((profile.names.0.len(), log.vllm.unwrap().model.as_deref()), (3, Some("org/tern-70b")));
    }
}
