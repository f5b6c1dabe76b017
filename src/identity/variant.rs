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
use crate::records::{Benchmark, Identity, Origin, Part, ResultFile};

/// Words that count or that stand before a number that does, and words that every path of results may hold.
const COUNTERS: &str = "\
    trial trials run runs rerun seed seeds shard shards rep reps repeat repeats repetition replicate replica attempt \
    attempts try retry round rounds part parts partial chunk batch fold rank worker workers node gpu cuda device host \
    machine server port proc process pid job jobs jobid slurm array task tasks sample samples range num number id idx \
    index date time timestamp copy resume resumed restart continued group split episode episodes sim sims simulation \
    simulations instance user am pm utc json jsonl result results output outputs out log logs data eval evals evaluation \
    evaluations history historical tau tau2 bench final full";

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

/// What the identity already says, in pieces.
struct Known {
    pieces: BTreeSet<String>,
    /// Models without anything between letters and digits: `gpt4o`.
    bare: Vec<String>,
}

impl Known {
    fn of(identity: &Identity) -> Self {
        let Identity { env, model, strategy, user_model, user_strategy, temperature, mode, .. } = identity;
        let parts = || [env, model, strategy, user_model, user_strategy, temperature, mode].into_iter().flatten();
        let mut pieces: BTreeSet<String> = parts().flat_map(|part| tokens(&part.value)).collect();
        pieces.extend(ENVS.map(str::to_owned));
        for (sequence, _) in STRATEGIES.iter().chain(&FORK_STRATEGIES) {
            pieces.extend(sequence.iter().map(|word| (*word).to_owned()));
        }
        let bare = [model, user_model]
            .into_iter()
            .flatten()
            .map(|part| tokens(part.value.rsplit('/').next().unwrap_or_default()).concat())
            .collect();
        Self { pieces, bare }
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
        self.pieces.contains(token) || (token.len() > 2 && self.bare.iter().any(|model| model.starts_with(token)))
    }
}

fn tokens(name: &str) -> Vec<String> {
    let pieces = name.split(|c: char| !c.is_alphanumeric()).filter(|piece| !piece.is_empty());
    pieces.map(str::to_lowercase).collect()
}

/// Adds the words of one component. A number tells something only after a word that it makes a state.
fn add_words(name: &str, known: &Known, found: &mut Vec<String>) {
    let tokens = tokens(name);
    let next_is_number = |at: usize| tokens.get(at + 1).is_some_and(|next| is_number(next));
    for (at, token) in tokens.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| tokens.get(at)).map(String::as_str);
        let is_state = |word: Option<&str>| word.is_some_and(|word| is_in(STATES, word));
        if is_number(token) && is_state(before) {
            found.push(format!("{}_{token}", before.unwrap_or_default()));
        } else if is_state(Some(token)) && next_is_number(at) {
            // Said together with its number.
        } else if !known.has(token) && !counts(token, before) {
            let date = is_in(MONTHS, token.as_str()) && (next_is_number(at) || before.is_some_and(is_number));
            if !date {
                found.push(token.clone());
            }
        }
    }
}

fn is_number(token: &str) -> bool {
    token.bytes().all(|byte| byte.is_ascii_digit())
}

/// Returns whether a token counts: a number, a counter with or without one, a date, a hash or another id.
fn counts(token: &str, before: Option<&str>) -> bool {
    let is_word = |word: &str| is_in(COUNTERS, word) || is_in(SORTING, word);
    if is_number(token) || is_word(token) {
        return true;
    }
    // `run_a` is a run.
    if token.len() == 1 && before.is_some_and(|before| is_in(COUNTERS, before)) {
        return true;
    }
    let is_digit = |c: char| c.is_ascii_digit();
    // `trial2`, `t2`, `sep15`; `2trials`, `1st`.
    let letters = token.trim_end_matches(is_digit);
    if letters.len() < token.len() && (is_word(letters) || is_in(COUNTER_LETTERS, letters) || is_in(MONTHS, letters)) {
        return true;
    }
    let unit = token.trim_start_matches(is_digit);
    if unit.len() < token.len() && (is_word(unit) || matches!(unit, "st" | "nd" | "rd" | "th")) {
        return true;
    }
    is_time(token) || is_id(token)
}

/// `20260915t010203z`, `05t21`, `21h45m`.
fn is_time(token: &str) -> bool {
    let mut shape: Vec<char> = token.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    shape.dedup_by(|a, b| *a == '0' && *b == '0');
    let shape: String = shape.into_iter().collect();
    matches!(shape.as_str(), "0t0" | "0t0z" | "0z" | "0h" | "0h0" | "0h0m" | "0h0m0s")
}

/// Hashes and ids of jobs and runs: hexadecimal with digits and letters, or letters and digits mixed.
fn is_id(token: &str) -> bool {
    let has_both = token.chars().any(|c| c.is_ascii_digit()) && token.chars().any(|c| c.is_ascii_alphabetic());
    if !has_both || is_size(token) || is_family_word(token.trim_end_matches(|c: char| !c.is_ascii_alphabetic())) {
        return false;
    }
    let classes: Vec<bool> = token.chars().map(|c| c.is_ascii_digit()).collect();
    let changes = classes.windows(2).filter(|pair| pair[0] != pair[1]).count();
    let is_hex = token.len() >= 7 && token.chars().all(|c| c.is_ascii_hexdigit());
    is_hex || (token.len() >= 6 && changes >= 3)
}

// ---- what a name says after the model ------------------------------------------------------------------------------------------

/// Words after a model's name that make it another model: what it was trained to.
const TRAINED: &str = "\
    checkpoint ckpt step epoch lora qlora sft dpo grpo ppo rl rft il ft finetune finetuned tuned distill distilled merged \
    adapter trained";

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
        let part = |value: String| file.identity.model.as_ref().map(|known| Part::new(value, known.origin));
        (file.identity.model, file.identity.variant) = (part(model), part(rest));
    }
}

/// Returns whether words after a model's name do not belong to it. Sizes, dates, versions and makers' suffixes do.
fn is_no_model(rest: &str) -> bool {
    let of_model = |token: &String| {
        SUFFIXES.contains(&token.as_str()) || is_in(TRAINED, token.as_str()) || token.chars().any(|c| c.is_ascii_digit())
    };
    let tokens = tokens(rest);
    !tokens.is_empty() && !tokens.iter().any(of_model)
}

#[cfg(test)]
#[path = "variant_tests.rs"]
mod tests;
