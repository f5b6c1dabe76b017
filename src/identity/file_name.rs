//! What a file's own name says.
//!
//! τ-bench writes `{strategy}-{model}-{temperature}_range_{start}-{end}_user-{user_model}-{user_strategy}_{MMDDHHMMSS}.json`,
//! with the model cut to what follows its last slash. The user model is *not* cut: `Qwen/Qwen3-32B` makes a folder
//! `…_user-Qwen` with a file `Qwen3-32B-llm_0201005024.json`, so the grammar is tried on the name, then on the name with its
//! folder before it, and so on. Forks leave out parts and append others. Any other name is searched for known words.

use std::sync::LazyLock;

use regex::Regex;

use super::words::{canonical_strategy, first_model_offset, read_name};
use super::{Field, Values};

/// How many folders a user model with slashes may make (`runpod/<pod>/<key>/org/model` makes four).
const MAX_FOLDERS: usize = 6;

/// Strategies whose name the model follows directly; a longer one stands before its own beginning.
const KNOWN_STRATEGIES: [&str; 9] =
    ["tool-calling", "tool_calling", "few-shot", "one-shot", "rule-based", "assertions-agent", "multi-agent", "react", "act"];

/// `{head}-{temperature}_range_{range}`, then mostly a user.
static WITH_RANGE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"^(?P<head>.+?)-(?P<temperature>\d+(?:\.\d+)?(?:e-?\d+)?)_range_(?P<range>-?\d+--?\d+)(?:_user-(?P<user>.+)|_[^/]*)?$",
    )
    .ok()
});

/// `{head}-{temperature}` and a user without a range, as some forks write it.
static WITHOUT_RANGE: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^(?P<head>.+?)-(?P<temperature>\d+(?:\.\d+)?(?:e-?\d+)?)_user-(?P<user>.+)$").ok());

/// `{user_model}-{user_strategy}` with a strategy τ-bench or a known fork has.
static KNOWN_USER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"^(?P<model>.+?)-(?P<strategy>one-shot|few-shot|llm|react|verify|reflection|human|mock)(?:_[^/]*)?$").ok()
});

/// The same with any one-word strategy.
static OTHER_USER: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^(?P<model>(?:.*/)?[^/_]+)-(?P<strategy>[A-Za-z]+)(?:_[^/]*)?$").ok());

/// Reads the name of a file, given the components of its path (the name last).
///
/// Returns what it says, and how many components it is made of: more than one where the user model has slashes.
pub fn read(path: &[&str]) -> (Values, usize) {
    let Some((name, folders)) = path.split_last() else { return (Values::new(), 0) };
    let stem = without_endings(name.trim());
    let mut joined = stem.to_owned();
    for depth in 0..=folders.len().min(MAX_FOLDERS) {
        if depth > 0 {
            joined = format!("{}/{joined}", folders[folders.len() - depth].trim());
        }
        if let Some(values) = upstream(&joined) {
            return (values, depth + 1);
        }
    }
    (loose(stem), 1)
}

/// Cuts `.json`, `.jsonl`, `.gz`, `.zst`, … and `~` off, as often as they stand there.
pub(super) fn without_endings(name: &str) -> &str {
    const ENDINGS: [&str; 12] =
        [".json", ".jsonl", ".ndjson", ".gz", ".zst", ".zstd", ".xz", ".bz2", ".bak", ".tmp", ".partial", "~"];
    let mut stem = name;
    while let Some(shorter) = ENDINGS.iter().find_map(|ending| cut_ending(stem, ending)) {
        stem = shorter;
    }
    stem
}

fn cut_ending<'a>(name: &'a str, ending: &str) -> Option<&'a str> {
    let at = name.len().checked_sub(ending.len())?;
    name.get(at..).filter(|tail| tail.eq_ignore_ascii_case(ending)).map(|_| &name[..at])
}

/// Reads a name by τ-bench's grammar.
fn upstream(name: &str) -> Option<Values> {
    let parts = WITH_RANGE.as_ref()?.captures(name).or_else(|| WITHOUT_RANGE.as_ref()?.captures(name))?;
    let (range, user) = (parts.name("range"), parts.name("user"));
    let head = &parts["head"];
    // Only the user model may hold a slash.
    if head.contains('/') {
        return None;
    }
    let mut values = Values::new();
    let (strategy, model) = cut_head(head);
    put(&mut values, Field::Strategy, strategy.map(canonical_strategy));
    put(&mut values, Field::Model, Some(model));
    put(&mut values, Field::Temperature, Some(&parts["temperature"]));
    put(&mut values, Field::TaskRange, range.map(|found| found.as_str()));
    // A user part without a strategy, or with a redacted key in it, says nothing; the rest stands.
    let user = user.map(|found| found.as_str());
    if let Some(parts) =
        user.and_then(|user| KNOWN_USER.as_ref()?.captures(user).or_else(|| OTHER_USER.as_ref()?.captures(user)))
    {
        put(&mut values, Field::UserModel, Some(&parts["model"]));
        put(&mut values, Field::UserStrategy, Some(&parts["strategy"]));
    }
    Some(values)
}

/// Cuts `{strategy}-{model}`.
///
/// A known strategy ends where its name ends, unless it goes on with `-with-` (`tool-calling-with-preconditions-none`). An
/// unknown one ends before the first known model family or `none`. Where there is neither, all of it counts as the model:
/// that keeps different configurations apart.
fn cut_head(head: &str) -> (Option<&str>, &str) {
    let known = KNOWN_STRATEGIES.iter().find_map(|strategy| {
        let model = head.strip_prefix(strategy)?.strip_prefix('-')?;
        Some((&head[..strategy.len()], model))
    });
    if let Some((strategy, model)) = known
        && !model.starts_with("with-")
    {
        return (Some(strategy), model);
    }
    match first_model_offset(head) {
        Some(at) => (Some(&head[..at - 1]), &head[at..]),
        None => known.map_or((None, head), |(strategy, model)| (Some(strategy), model)),
    }
}

/// Reads any other name by the words in it.
pub(super) fn loose(stem: &str) -> Values {
    let found = read_name(stem);
    let mut values = Values::new();
    put(&mut values, Field::Env, found.env);
    // A fork's own name is the more exact one: `tool-calling_multi-agent`.
    put(&mut values, Field::Strategy, found.fork_strategy.or(found.strategy));
    put(&mut values, Field::Model, found.model);
    put(&mut values, Field::UserModel, found.user_model);
    put(&mut values, Field::Temperature, found.temperature);
    values
}

/// Stores a value: `@` stands for a slash in model names, `none` for unknown.
fn put(values: &mut Values, field: Field, value: Option<&str>) {
    let Some(value) = value.map(str::trim).filter(|value| !value.is_empty()) else { return };
    let is_model = matches!(field, Field::Model | Field::UserModel);
    if is_model && value.eq_ignore_ascii_case("none") {
        return;
    }
    values.insert(field, if is_model { value.replace('@', "/") } else { value.to_owned() });
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn said(path: &str) -> String {
        let components: Vec<&str> = path.split('/').collect();
        let (values, used) = read(&components);
        let values: Vec<String> = values.iter().map(|(field, value)| format!("{}={value}", field.name())).collect();
        format!("{used}: {}", values.join(" "))
    }

    #[test]
    fn a_slash_in_the_user_model_makes_folders() {
        assert_eq!(
            said("x/react-Qwen3-8B-0.0_range_0--1_user-Qwen/Qwen3-32B-llm_0201005024.json"),
            "2: model=Qwen3-8B strategy=react user_model=Qwen/Qwen3-32B user_strategy=llm temperature=0.0 task_range=0--1"
        );
        assert_eq!(
            said("act-m-0.5_range_3-9_user-runpod/pod/key/org/m-1-verify_0201005024.json.gz"),
            "5: model=m strategy=act user_model=runpod/pod/key/org/m-1 user_strategy=verify temperature=0.5 task_range=3-9"
        );
    }

    #[test]
    fn a_user_part_nobody_understands_leaves_the_rest() {
        assert_eq!(
            said("react-gpt-4o-0.0_range_0--1_user-[redacted:0123456789abcdef0123456789abcdef].json"),
            "1: model=gpt-4o strategy=react temperature=0.0 task_range=0--1"
        );
    }

    #[test]
    fn endings_go() {
        for name in ["x.json", "x.json.gz", "x.jsonl.zst", "x.json.json", "x~", "x.json~", "x.JSON", "x"] {
            assert_eq!(without_endings(name), "x");
        }
        assert_eq!(without_endings("gpt-4.1"), "gpt-4.1");
    }

    #[test]
    fn heads_are_cut_at_the_model() {
        for (head, strategy, model) in [
            ("tool-calling-gpt-4o", Some("tool-calling"), "gpt-4o"),
            ("act-actor-7b", Some("act"), "actor-7b"),
            ("react-Qwen3-8B", Some("react"), "Qwen3-8B"),
            ("tool-calling-my-llama-finetune", Some("tool-calling"), "my-llama-finetune"),
            ("tool-calling-with-preconditions-and-python-none", Some("tool-calling-with-preconditions-and-python"), "none"),
            ("tool-calling-with-x", Some("tool-calling"), "with-x"),
            ("my-agent-gpt-4.1-mini", Some("my-agent"), "gpt-4.1-mini"),
            ("my-agent-Meta-Llama-3-8B", Some("my-agent"), "Meta-Llama-3-8B"),
            ("rule-based-rule-based", Some("rule-based"), "rule-based"),
            ("foo-bar", None, "foo-bar"),
        ] {
            assert_eq!(cut_head(head), (strategy, model), "{head}");
        }
    }

    #[test]
    fn noise_is_no_model() {
        for name in [
            "results.json",
            "num_trials-3.json",
            "test_results.json",
            "test_results_trial_1.json",
            "train_results_10-10.json",
            "validation_results_50.json",
            "template_result.json",
            "task_000.json",
            "run_1.json",
            "checkpoint.json",
            "seed_4tasks_claude-code.json",
            "human_tudor_10_common.json",
            "6_18_2025.json",
            "",
        ] {
            assert_eq!(said(name), "1: ", "{name}");
        }
        assert_eq!(read(&[]), (Values::new(), 0));
    }

    /// A name upstream could write, and its parts.
    fn upstream_name() -> impl Strategy<Value = (String, Values)> {
        let model = || "[A-Za-z][A-Za-z0-9.]{0,6}(-[A-Za-z0-9.]{1,6}){0,4}".prop_filter("none is unknown", |m| m != "none");
        let agent = model().prop_filter("a longer strategy", |m| !m.starts_with("with-"));
        let strategy = prop::sample::select(vec!["tool-calling", "act", "react", "few-shot"]);
        let user = prop::sample::select(vec!["llm", "react", "verify", "reflection", "human"]);
        let org = prop::option::of("[A-Za-z]{1,8}/");
        let tail = ("[0-9]{10}", prop::sample::select(vec![".json", "__trials_1.json", ".json.gz", "_checkpoint.jsonl.zst"]));
        let numbers = (0_u32..20, 0_u32..200, -1_i32..200);
        (strategy, agent, numbers, org, model(), user, tail).prop_map(
            |(strategy, model, (tenths, start, end), org, user, user_strategy, (stamp, tail))| {
                let temperature = format!("{:.1}", f64::from(tenths) / 10.0);
                let range = format!("{start}-{end}");
                let user = format!("{}{user}", org.unwrap_or_default());
                let name = format!("{strategy}-{model}-{temperature}_range_{range}_user-{user}-{user_strategy}_{stamp}{tail}");
                let values = Values::from([
                    (Field::Strategy, strategy.to_owned()),
                    (Field::Model, model),
                    (Field::Temperature, temperature),
                    (Field::TaskRange, range),
                    (Field::UserModel, user),
                    (Field::UserStrategy, user_strategy.to_owned()),
                ]);
                (name, values)
            },
        )
    }

    proptest! {
        #[test]
        fn upstream_names_are_read_back((name, values) in upstream_name()) {
            let path = format!("results/{name}");
            let components: Vec<&str> = path.split('/').collect();
            let (read, used) = read(&components);
            prop_assert_eq!(&read, &values, "{}", name);
            prop_assert_eq!(used, name.split('/').count());
        }

        #[test]
        fn no_name_is_too_strange(path in prop::collection::vec(any::<String>(), 0..5)) {
            let components: Vec<&str> = path.iter().map(String::as_str).collect();
            prop_assert!(read(&components).1 <= components.len());
        }
    }
}
