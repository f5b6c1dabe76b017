//! What the folders on the way to a file say, nearest first.

use super::words::{is_size, read_name, without_trailing_noise};
use super::{Field, Values};

/// Reads folder names, given from the farthest to the nearest as they stand in a path.
///
/// Give only folders below the input the user named: a home directory says nothing of a run. The nearest folder that names
/// a part decides it. A folder that is only a size (`4B`) takes the family from a folder further out (`qwen3/4B` is
/// `qwen3-4B`), since the size alone would put different models together.
pub fn read(folders: &[&str]) -> Values {
    let mut values = Values::new();
    for folder in folders.iter().rev() {
        let name = folder.trim();
        let found = read_name(name);
        put(&mut values, Field::Env, found.env);
        put(&mut values, Field::Strategy, found.strategy);
        // `Llama-3.1-8B-Instruct_IL_checkpoint-30`: all of the name is the model where nothing else is in it.
        let is_all_model = found.begins_with_model && found.model.is_some() && found.env.is_none() && found.strategy.is_none();
        let model = if is_all_model { Some(without_trailing_noise(name)) } else { found.model };
        put_model(&mut values, model.or(found.size));
        put(&mut values, Field::UserModel, found.user_model);
        put(&mut values, Field::Temperature, found.temperature);
    }
    values
}

/// Stores a value unless a nearer folder gave one.
fn put(values: &mut Values, field: Field, value: Option<&str>) {
    if let Some(value) = value {
        values.entry(field).or_insert_with(|| value.to_owned());
    }
}

/// Stores a model, or completes a size by a family.
fn put_model(values: &mut Values, value: Option<&str>) {
    let Some(value) = value else { return };
    let Some(size) = values.get(&Field::Model).filter(|known| is_size(&known.to_lowercase())).cloned() else {
        return put(values, Field::Model, Some(value));
    };
    if is_size(&value.to_lowercase()) {
        return;
    }
    let has_size = value.to_lowercase().split(['-', '_', ' ']).any(|token| token == size.to_lowercase());
    let other_size = !has_size && value.to_lowercase().split(['-', '_', ' ']).any(is_size);
    if !other_size {
        values.insert(Field::Model, if has_size { value.to_owned() } else { format!("{value}-{size}") });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(path: &str) -> String {
        let folders: Vec<&str> = path.split('/').collect();
        let values = read(&folders);
        values.iter().map(|(field, value)| format!("{}={value}", field.name())).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn folders_name_what_they_hold() {
        for (path, expected) in [
            ("results/airline/fc/4B", "env=airline model=4B strategy=tool-calling"),
            ("0c27ae706f/results/airline/fc/4B/local", "env=airline model=4B strategy=tool-calling"),
            ("saswata/retail/fc/32B", "env=retail model=32B strategy=tool-calling"),
            ("results/Llama-3.1-8B-Instruct_IL_checkpoint-30", "model=Llama-3.1-8B-Instruct_IL_checkpoint-30"),
            ("qwen3_4b_instruct_airline/conversations", "env=airline model=qwen3_4b_instruct"),
            ("phase1/JSON_trajectories /act_airline_trials5_qwen_4b", "env=airline model=qwen_4b strategy=act"),
            ("react_retail_trials5_qwen_8b ", "env=retail model=qwen_8b strategy=react"),
            ("base_3b_airline", "env=airline model=3b"),
            ("airline/act/quill-7b", "env=airline model=quill-7b strategy=act"),
            ("retail/run-7b", "env=retail model=7b"),
            ("results/airline_few-shot", "env=airline strategy=few-shot"),
            ("gpt-4o results", "model=gpt-4o"),
            ("results/retail/airline", "env=airline"),
            ("tau-bench/historical_trajectories", ""),
            ("libgen_experiment_output_trial_3/iteration_0/validation", ""),
            ("extraction/actions/reactor/multi-agent", ""),
        ] {
            assert_eq!(said(path), expected, "{path}");
        }
    }

    #[test]
    fn a_size_takes_its_family_from_further_out() {
        for (path, expected) in [
            ("qwen3/4B", "model=qwen3-4B"),
            ("Qwen3-4B/4b", "model=Qwen3-4B"),
            ("Qwen3-8B/4B", "model=4B"),
            ("llama/8B/4B", "model=llama-4B"),
            ("4B/qwen3", "model=qwen3"),
        ] {
            assert_eq!(said(path), expected, "{path}");
        }
    }
}
