//! Parts that a run printed on its console: it names its settings and the checkpoint it writes.

use std::collections::BTreeMap;

use crate::{
    records::{
        Identity, Origin, Part, ResultFile,
        log::{ConsoleLog, ConsoleRun, checkpoint_key},
    },
    redact::veil,
};

/// Fills parts that the content leaves unknown from the console output of the run that wrote the file. A checkpoint that
/// several runs name, or a name that several files have, tells nothing.
pub fn fill<'a>(files: impl Iterator<Item = &'a mut ResultFile>, consoles: &[&ConsoleLog]) {
    let mut runs: BTreeMap<String, Option<&ConsoleRun>> = BTreeMap::new();
    for run in consoles.iter().flat_map(|log| &log.runs) {
        if let Some(name) = run.checkpoint.as_deref().map(checkpoint_key) {
            runs.entry(name).and_modify(|known| *known = None).or_insert(Some(run));
        }
    }
    if runs.is_empty() {
        return;
    }
    let mut named: BTreeMap<String, Vec<&mut ResultFile>> = BTreeMap::new();
    for file in files {
        let name = checkpoint_key(&file.source.path);
        if runs.contains_key(&name) {
            named.entry(name).or_default().push(file);
        }
    }
    for (name, files) in named {
        if let ([file], Some(Some(run))) = (&mut files.into_iter().collect::<Vec<_>>()[..], runs.get(&name)) {
            fill_one(&mut file.identity, run);
        }
    }
}

fn fill_one(identity: &mut Identity, run: &ConsoleRun) {
    let Identity { env, model, strategy, user_model, .. } = identity;
    let parts = [(env, run.env()), (model, run.model()), (strategy, run.strategy()), (user_model, run.user_model())];
    for (part, said) in parts {
        let weak = part.as_ref().is_none_or(|part| part.origin < Origin::Console);
        if let Some(said) = said.filter(|said| weak && !said.trim().is_empty()) {
            *part = Some(Part::new(veil(said).into_owned(), Origin::Console));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::{Benchmark, FileKind, SourceFile};

    fn file(path: &str, model: Option<(&str, Origin)>) -> ResultFile {
        let mut identity = Identity::unknown(Benchmark::Tau1);
        identity.model = model.map(|(model, origin)| Part::new(model, origin));
        ResultFile {
            source: SourceFile { path: path.into(), label: None, bytes: 0, sha256: String::new() },
            kind: FileKind::Tau1List,
            identity,
            episodes: Vec::new(),
            issues: Vec::new(),
            stored: None,
            tau2: None,
        }
    }

    fn run(checkpoint: &str) -> ConsoleRun {
        let mut run = ConsoleRun::new(Benchmark::Tau1, 1);
        run.checkpoint = Some(checkpoint.into());
        run.settings.insert("env".into(), "airline".into());
        run.settings.insert("model".into(), "printed".into());
        run
    }

    fn filled(runs: Vec<ConsoleRun>, mut files: Vec<ResultFile>) -> Vec<Option<String>> {
        let log = ConsoleLog { runs, ..ConsoleLog::default() };
        fill(files.iter_mut(), &[&log]);
        files.into_iter().map(|file| file.identity.model.map(|part| part.value)).collect()
    }

    #[test]
    fn only_what_is_unknown_or_guessed_is_filled() {
        let files = vec![
            file("a/x.json", None),
            file("a/y.json", Some(("folder", Origin::Folder))),
            file("a/z.json", Some(("content", Origin::Content))),
        ];
        let runs = vec![run("/other/place/x.json"), run("y.json"), run("z.json")];
        assert_eq!(filled(runs, files), [Some("printed".into()), Some("printed".into()), Some("content".into())]);
    }

    #[test]
    fn what_is_named_twice_tells_nothing() {
        assert_eq!(filled(vec![run("x.json"), run("x.json")], vec![file("x.json", None)]), [None]);
        assert_eq!(filled(vec![run("x.json")], vec![file("a/x.json", None), file("b/x.json", None)]), [None, None]);
        let common = vec![file("a/results.json", None), file("b/results.json", None)];
        assert_eq!(filled(vec![run("/far/b/results.json")], common), [None, Some("printed".into())]);
    }
}
