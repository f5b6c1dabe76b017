//! What a path says besides the identity: words, which tell variants of a configuration, and counters, which tell repetitions.
//!
//! `baseline/` and `with_memory/`, `…_without_postcondition.json`, `policy_v1` and `policy_v2` are words. `trial_2/`, `run-3/`, `seed42`,
//! job ids, dates, hashes, ranges and shards count what is the same.

use std::{collections::BTreeSet, sync::LazyLock};

use regex::Regex;

use super::{
    Field,
    file_name::{self, without_endings},
    folder,
    tables::{ENVS, FORK_STRATEGIES, STRATEGIES, SUFFIXES},
    words::{is_family_word, is_size},
};
use crate::records::{Benchmark, Identity, Issue, IssueKind, Origin, Part, ResultFile};

/// Words that count or that stand before a number that does, and words that every path of results may hold.
const COUNTERS: &str = "\
    trial trials run runs rerun seed seeds shard shards rep reps repeat repeats repetition replicate replica attempt \
    attempts try round rounds chunk batch fold rank worker workers port proc process pid job jobs jobid slurm array range \
    num number id idx index date timestamp copy resume resumed restart continued episode episodes ep sim sims simulation \
    simulations instance utc json jsonl result results output outputs out log logs data eval evals evaluation evaluations \
    history historical tau tau2 bench node gpu cuda device host machine server";

/// Words that count, but say something of a word beside them: `full_policy`, `time_limit`, `lenient_retry`.
const COUNTERS_BY_THEMSELVES: &str = "\
    part parts partial task tasks sample samples time user am pm final full retry group split";

/// Words before the name of a machine: `host-alpha`.
const MACHINES: &str = "node host machine server gpu device worker";

/// Words that sort files and tell nothing of a configuration either.
const SORTING: &str = "\
    conversation conversations trajectory trajectories traces trace tmp temporary backup bak checkpoints all of";

/// Words after which a number tells a state of the agent and not a repetition.
const STATES: &str = "\
    checkpoint ckpt step steps epoch epochs iteration iter version ver policy prompt temperature temp budget tokens memory \
    shots";

/// Letters that stand for a counter before a number: `t1`, `s42`, `k4`.
const COUNTER_LETTERS: &str = "\
    t r s n k j i";

const NUMERALS: &str = "one two three four five six seven eight nine ten first second third";

const MONTHS: &str = "\
    jan january feb february mar march apr april may jun june jul july aug august sep sept oct nov dec december";

/// Returns whether a word is in one of the lists above.
fn is_in(list: &str, word: &str) -> bool {
    list.split(' ').any(|listed| listed == word)
}

/// An id of 32 hexadecimal digits, as Python's `uuid` writes it.
static UUID: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?i)[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}").ok());

/// Returns the words of a path in order, lower case, that neither count nor say what the identity holds.
pub fn words(path: &str, identity: &Identity) -> Vec<String> {
    let components: Vec<&str> = path.split('/').collect();
    let mut known = Known::of(identity);
    known.add_overridden(&components, identity);
    let last = components.len().saturating_sub(1);
    let mut found = Vec::new();
    for (at, component) in components.into_iter().enumerate() {
        let name = if at == last { without_endings(component) } else { component };
        let name = UUID.as_ref().map_or(name.into(), |uuid| uuid.replace_all(name, " "));
        add_words(&name, &known, &mut found);
    }
    found
}

/// A folder of one of several repetitions.
static REPETITION: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?i)^(?:trial|run|rep|repeat|repetition|replicate|seed|attempt|round)s?[-_ ]?\d+$").ok());

/// Returns a folder without the parts that count repetitions; `.` where nothing is left.
pub fn without_repetitions(folder: &str) -> String {
    let counts = |part: &&str| REPETITION.as_ref().is_some_and(|repetition| repetition.is_match(part));
    let kept: Vec<&str> = folder.split('/').filter(|part| !counts(part)).collect();
    if kept.is_empty() { ".".to_owned() } else { kept.join("/") }
}

/// What the identity already says.
struct Known {
    /// Words of models and the temperature, any of which may stand alone.
    pieces: BTreeSet<String>,
    /// Names of several words, which stand together.
    phrases: BTreeSet<Vec<String>>,
    /// Models without anything between letters and digits: `gpt4o`.
    bare: Vec<String>,
}

/// Implementations of τ²-bench that its names of files hold.
const IMPLEMENTATIONS: [&str; 2] = ["llm_agent", "user_simulator"];

impl Known {
    fn of(identity: &Identity) -> Self {
        let Identity { env, model, strategy, user_model, user_strategy, temperature, mode, .. } = identity;
        let value = |part: &'_ Option<Part>| part.as_ref().map(|part| part.value.clone());
        let mut pieces: BTreeSet<String> =
            [model, user_model].into_iter().filter_map(value).flat_map(|value| tokens(&value)).collect();
        pieces.extend(ENVS.map(str::to_owned));
        if let Some(degrees) = value(temperature) {
            pieces.extend(["", "t", "temp", "temperature", "temp_", "temperature_"].map(|word| format!("{word}{degrees}")));
        }
        let mut phrases: BTreeSet<Vec<String>> =
            [env, strategy, user_strategy, mode].into_iter().filter_map(value).map(|value| tokens(&value)).collect();
        phrases.extend(IMPLEMENTATIONS.map(tokens));
        let is_own = |name: &str| [strategy, user_strategy].into_iter().flatten().any(|part| part.value == name);
        for (sequence, _) in STRATEGIES.iter().chain(&FORK_STRATEGIES).filter(|(_, name)| is_own(name)) {
            phrases.insert(sequence.iter().map(|word| (*word).to_owned()).collect());
        }
        let bare = [model, user_model]
            .into_iter()
            .flatten()
            .map(|part| tokens(part.value.rsplit('/').next().unwrap_or_default()).concat().replace('.', ""))
            .collect();
        Self { pieces, phrases, bare }
    }

    /// Adds what names say of parts that the user set: there it is told already, in other words.
    fn add_overridden(&mut self, components: &[&str], identity: &Identity) {
        let Identity { model, strategy, user_model, user_strategy, temperature, .. } = identity;
        let parts = [
            (Field::Model, model),
            (Field::Strategy, strategy),
            (Field::UserModel, user_model),
            (Field::UserStrategy, user_strategy),
            (Field::Temperature, temperature),
        ];
        let by_user = |part: &Option<Part>| part.as_ref().is_some_and(|part| part.origin >= Origin::Layout);
        if !parts.iter().any(|(_, part)| by_user(part)) {
            return;
        }
        let (named, used) = file_name::read(components);
        let folders = folder::read(&components[..components.len() - used]);
        for (field, _) in parts.into_iter().filter(|(_, part)| by_user(part)) {
            for value in [&named, &folders].into_iter().filter_map(|values| values.get(&field)) {
                self.pieces.extend(tokens(value));
            }
        }
    }

    fn has(&self, token: &str) -> bool {
        let bare = token.replace('.', "");
        self.pieces.contains(token) || (token.len() > 2 && self.bare.iter().any(|model| model.starts_with(&bare)))
    }

    /// Returns which tokens belong to a name of several words.
    fn in_phrases(&self, tokens: &[String]) -> Vec<bool> {
        let mut covered = vec![false; tokens.len()];
        for phrase in self.phrases.iter().filter(|phrase| !phrase.is_empty()) {
            for at in 0..(tokens.len() + 1).saturating_sub(phrase.len()) {
                if tokens[at..at + phrase.len()] == phrase[..] {
                    covered[at..at + phrase.len()].fill(true);
                }
            }
        }
        covered
    }
}

/// Returns the words and numbers of a name, lower case; `0.7` is one.
fn tokens(name: &str) -> Vec<String> {
    let chars: Vec<char> = name.chars().collect();
    let is_digit = |at: Option<usize>| at.and_then(|at| chars.get(at)).is_some_and(char::is_ascii_digit);
    let point = |at: usize| chars[at] == '.' && is_digit(at.checked_sub(1)) && is_digit(Some(at + 1));
    let part = |(at, c): (usize, &char)| if c.is_alphanumeric() || point(at) { *c } else { ' ' };
    let spaced: String = chars.iter().enumerate().map(part).collect();
    spaced.split_whitespace().map(str::to_lowercase).collect()
}

/// Adds the words of one component. A number tells something only after a word that it makes a state.
fn add_words(name: &str, known: &Known, found: &mut Vec<String>) {
    let tokens = tokens(name);
    let covered = known.in_phrases(&tokens);
    let read = |at: usize| if covered[at] { Reading::Nothing } else { read(&tokens, at, known) };
    let readings: Vec<Reading> = (0..tokens.len()).map(read).collect();
    let is_word = |at: Option<usize>| at.and_then(|at| readings.get(at)).is_some_and(|one| matches!(one, Reading::Word(_)));
    for (at, reading) in readings.iter().enumerate() {
        match reading {
            Reading::Word(word) => found.push(word.clone()),
            Reading::ByItself if is_word(at.checked_sub(1)) || is_word(Some(at + 1)) => found.push(tokens[at].clone()),
            Reading::ByItself | Reading::Nothing => {}
        }
    }
}

/// What a token of a name tells.
enum Reading {
    /// A word, which tells variants.
    Word(String),
    /// Something only beside a word.
    ByItself,
    /// It counts, or is known already.
    Nothing,
}

fn read(tokens: &[String], at: usize, known: &Known) -> Reading {
    let token = tokens[at].as_str();
    let before = at.checked_sub(1).and_then(|at| tokens.get(at)).map(String::as_str);
    let number_follows = tokens.get(at + 1).is_some_and(|next| is_number(next));
    let is_state = |word: &str| is_in(STATES, word);
    if let Some(state) = before.filter(|before| is_number(token) && is_state(before)) {
        let word = format!("{state}_{token}");
        return if known.pieces.contains(&word) { Reading::Nothing } else { Reading::Word(word) };
    }
    let said_with_number = is_state(token) && number_follows;
    let is_month = is_in(MONTHS, token) && (number_follows || before.is_some_and(is_number));
    // `…_range_0-10_user-gpt-4o-llm_0618131425`, as τ-bench names a checkpoint.
    let is_tau_bench = token == "user" && tokens[..at].iter().any(|token| token == "range");
    if said_with_number || is_month || is_tau_bench || known.has(token) || is_id_of_run(tokens, at) {
        Reading::Nothing
    } else if is_in(COUNTERS_BY_THEMSELVES, token) {
        if number_follows { Reading::Nothing } else { Reading::ByItself }
    } else if counts(token, before) {
        Reading::Nothing
    } else {
        Reading::Word(token.to_owned())
    }
}

/// Returns whether a token is the id in a name that Weights & Biases gives a run: `run-20240101_120000-qwhdzzke`.
fn is_id_of_run(tokens: &[String], at: usize) -> bool {
    let is_date = |token: &String| token.len() == 8 && is_number(token);
    let begins = tokens.first().is_some_and(|first| matches!(first.as_str(), "run" | "offline"));
    begins && at + 1 == tokens.len() && tokens[at].len() == 8 && tokens[..at].iter().any(is_date)
}

fn is_number(token: &str) -> bool {
    token.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
}

/// Returns whether a token counts: a number, a counter with or without one, a date, a hash or another id.
fn counts(token: &str, before: Option<&str>) -> bool {
    let is_word = |word: &str| [COUNTERS, COUNTERS_BY_THEMSELVES, SORTING].into_iter().any(|list| is_in(list, word));
    if is_number(token) || is_word(token) {
        return true;
    }
    // `run_a`, `trial_one`, `host-alpha`.
    let is_letter_or_numeral = token.len() == 1 || is_in(NUMERALS, token);
    if before.is_some_and(|before| is_in(MACHINES, before) || (is_letter_or_numeral && is_in(COUNTERS, before))) {
        return true;
    }
    let is_digit = |c: char| c.is_ascii_digit();
    // `trial2`, `t2`; `sep15`, `2026jan05`; `2trials`, `1st`.
    let letters = token.trim_end_matches(is_digit);
    if letters.len() < token.len() && (is_word(letters) || is_in(COUNTER_LETTERS, letters)) {
        return true;
    }
    let month = token.trim_matches(is_digit);
    let unit = token.trim_start_matches(is_digit);
    if unit.len() < token.len() && (is_word(unit) || matches!(unit, "st" | "nd" | "rd" | "th")) {
        return true;
    }
    (month.len() < token.len() && is_in(MONTHS, month)) || is_time(token) || is_id(token)
}

/// `20260915t010203z`, `05t21`, `21h45m`.
fn is_time(token: &str) -> bool {
    let mut shape: Vec<char> = token.chars().map(|c| if c.is_ascii_digit() || c == '.' { '0' } else { c }).collect();
    shape.dedup_by(|a, b| *a == '0' && *b == '0');
    let shape: String = shape.into_iter().collect();
    matches!(shape.as_str(), "0t0" | "0t0z" | "0z" | "0h" | "0h0" | "0h0m" | "0h0m0s")
}

/// Hashes and ids of jobs and runs: hexadecimal with digits and letters, or letters and digits mixed. `w4a16g128` and `temp0p7` are
/// written so on purpose.
fn is_id(token: &str) -> bool {
    let is_digit = |c: char| c.is_ascii_digit() || c == '.';
    let has_both = token.chars().any(is_digit) && token.chars().any(|c| c.is_ascii_alphabetic());
    if !has_both || is_size(token) || is_family_word(token.trim_end_matches(|c: char| !c.is_ascii_alphabetic())) {
        return false;
    }
    let is_purpose = PURPOSE.as_ref().is_some_and(|purpose| purpose.is_match(token));
    let classes: Vec<bool> = token.chars().map(is_digit).collect();
    let changes = classes.windows(2).filter(|pair| pair[0] != pair[1]).count();
    let is_hex = token.len() >= 7 && token.chars().all(|c| c.is_ascii_hexdigit());
    !is_purpose && (is_hex || (token.len() >= 6 && changes >= 3))
}

/// Widths of quantised weights and activations, and a decimal point written `p`.
static PURPOSE: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"^(?:w\d+a\d+(?:g\d+)?|[a-z]{3,}\d+p\d+)$").ok());

// ---- what a name says after the model ------------------------------------------------------------------------------------------

/// Words after a model's name that make it another model: what it was trained to.
const TRAINED: &str = "\
    checkpoint ckpt step epoch lora qlora sft dpo grpo ppo rl rft il ft finetune finetuned tuned distill distilled merged \
    adapter trained";

/// Words that makers put behind a model's name for another model, beside those that continue a name across `_`.
const MAKERS_WORDS: &str = "\
    codex max plus ultra audio realtime search vision omni air deep research";

/// Cuts off what names of files and folders say after the model, where another file shows that the model ends before it, and
/// calls it a variant: `gpt-5-tone` beside `gpt-5`.
pub fn cut<'a>(files: impl Iterator<Item = &'a mut ResultFile>) {
    let files: Vec<&mut ResultFile> = files.collect();
    let group = |file: &ResultFile| (file.source.label.clone(), file.identity.benchmark);
    let models: BTreeSet<((Option<String>, Benchmark), String)> =
        files.iter().filter_map(|file| Some((group(file), file.identity.model.as_ref()?.value.clone()))).collect();
    for file in files {
        let own = group(file);
        let Some(Part { value, origin: Origin::FileName | Origin::Folder }) = &file.identity.model else { continue };
        let ends = value.match_indices(['-', '_', ' ']).map(|(at, _)| at);
        let shorter = ends.filter(|at| models.contains(&(own.clone(), value[..*at].to_owned())));
        let Some(at) = shorter.filter(|at| is_no_model(&value[at + 1..])).min() else { continue };
        let (model, rest) = (value[..at].to_owned(), value[at + 1..].to_owned());
        file.issues.push(Issue {
            kind: IssueKind::IdentityConflict,
            path: file.source.path.clone(),
            message: format!(
                "model: the name says {value:?}, and other files {model:?}; {model:?} was taken, and {rest:?} for a variant of it (set the model \
                 with --map or --layout if it is another one)"
            ),
        });
        let part = |value: String| file.identity.model.as_ref().map(|known| Part::new(value, known.origin));
        (file.identity.model, file.identity.variant) = (part(model), part(rest));
    }
}

/// Returns whether words after a model's name do not belong to it. Sizes, dates, versions and makers' suffixes do.
fn is_no_model(rest: &str) -> bool {
    let of_model = |token: &String| {
        SUFFIXES.contains(&token.as_str())
            || [TRAINED, MAKERS_WORDS].into_iter().any(|list| is_in(list, token))
            || token.chars().any(|c| c.is_ascii_digit())
    };
    let tokens = tokens(rest);
    !tokens.is_empty() && !tokens.iter().any(of_model)
}

#[cfg(test)]
#[path = "variant_tests.rs"]
mod tests;
