use super::*;
use crate::records::{FileKind, SourceFile};

fn identity(model: Option<&str>) -> Identity {
    let part = |value: &str| Some(Part::new(value, Origin::Content));
    Identity {
        env: part("airline"),
        model: model.and_then(part),
        strategy: part("llm_agent"),
        ..Identity::unknown(Benchmark::Tau2)
    }
}

fn said(path: &str) -> String {
    words(path, &identity(Some("openai/gpt-4o"))).join(" ")
}

#[test]
fn words_tell_variants() {
    for (path, expected) in [
        ("runs/baseline/airline.json", "baseline"),
        ("runs/with_memory/airline.json", "with memory"),
        ("x/airline_without_postcondition.json", "x without postcondition"),
        ("gpt-4o-wiki_random.json", "wiki random"),
        ("[Retail][Policy_v1][gpt4o].json", "policy v1"),
        ("20260915T010203Z_airline_v0_train/tau2_results.json", "v0 train"),
        ("new_prompt/chloe/eval_chloe_gpt4o-refined_gpt-4o_test_1trial.json", "new prompt chloe chloe refined test"),
        ("ckpt-30/x.json", "ckpt_30 x"),
        ("libgen/iteration_3/validation/validation_results_50.json", "libgen iteration_3 validation validation"),
        ("3shot/airline.json", "3shot"),
        ("gpt5mini/airline.json", "gpt5mini"),
        ("policy_2/airline.json", "policy_2"),
        // Names of strategies that are not this one's, and words that count only by themselves.
        ("few_shot/airline.json", "few shot"),
        ("multi_agent/airline.json", "multi agent"),
        ("reflexion/airline.json", "reflexion"),
        ("act_prompt/airline.json", "act prompt"),
        ("full_policy/airline.json", "full policy"),
        ("partial_policy/airline.json", "partial policy"),
        ("lenient_retry/airline.json", "lenient retry"),
        ("time_limit/airline.json", "time limit"),
        ("user_profile/airline.json", "user profile"),
        // Decimals and other numbers that belong to a word.
        ("policy_v1.1/airline.json", "policy v1.1"),
        ("version_1.2/airline.json", "version_1.2"),
        ("temp_0.7/airline.json", "temp_0.7"),
        ("gpt-4o_airline_temp0.7.json", "temp0.7"),
        ("alpha0.5/airline.json", "alpha0.5"),
        ("w4a16g128/airline.json", "w4a16g128"),
        ("temp0p7/airline.json", "temp0p7"),
    ] {
        assert_eq!(said(path), expected, "{path}");
    }
}

#[test]
fn counters_dates_and_ids_tell_repetitions() {
    for path in [
        "trial_2/results.json",
        "run-3/airline.json",
        "seed42/airline.json",
        "seed_42.json",
        "t2/s7/airline.json",
        "run_a/airline_final.json",
        "shard-0-of-4.json",
        "num_trials-3.json",
        "rank0/part2.json",
        "task_019_range_0-6.json",
        "job_1234567/node7/gpu0.json",
        "0c27ae706f/results/airline/llm_agent/airline.json",
        "21636369-8b52-9b4a-97b7-50923ceb3ffd/results.json",
        "3k9x2abz/results.json",
        "2026-04-05T21:54:30.486492_airline_llm_agent_gpt-4o_user_simulator.json",
        "2026-04-06T165706.741086_airline.json",
        "sep15/21h45m/results.json",
        "2nd_try/5trials.json.gz",
        "run-20240101_120000-qwhdzzke/airline.json",
        "05jan/airline.json",
        "2026Jan05/ep0/airline.json",
        "trial_one/airline.json",
        "host-alpha/airline.json",
        "airline_task_3.json",
        "gpt-4o-0.1_range_0-10_user-gpt-4o-airline_0618131425.json",
    ] {
        let words = said(path);
        assert!(words.trim().is_empty(), "{path}: {words}");
    }
}

fn file(path: &str, model: &str, origin: Origin) -> ResultFile {
    ResultFile {
        source: SourceFile { path: path.into(), label: None, bytes: 0, sha256: String::new() },
        kind: FileKind::Tau1List,
        identity: Identity { model: Some(Part::new(model, origin)), ..Identity::unknown(Benchmark::Tau1) },
        episodes: Vec::new(),
        issues: Vec::new(),
        stored: None,
        tau2: None,
    }
}

#[test]
fn a_model_ends_where_other_files_show_it() {
    let cut = |models: &[(&str, Origin)]| -> Vec<String> {
        let mut files: Vec<ResultFile> = models.iter().map(|(model, origin)| file("x", model, *origin)).collect();
        super::cut(files.iter_mut());
        let value = |part: &Option<Part>| part.as_ref().map_or_else(|| "-".to_owned(), |part| part.value.clone());
        files.iter().map(|file| format!("{} {}", value(&file.identity.model), value(&file.identity.variant))).collect()
    };
    let (content, name) = (Origin::Content, Origin::FileName);
    assert_eq!(cut(&[("gpt-5", content), ("gpt-5-tone", name)]), ["gpt-5 -", "gpt-5 tone"]);
    assert_eq!(cut(&[("gpt-5", name), ("gpt-5-with-memory", name)]), ["gpt-5 -", "gpt-5 with-memory"]);
    // Alone it is the model's name, and so it is where the content says it.
    assert_eq!(cut(&[("gpt-5-tone", name)]), ["gpt-5-tone -"]);
    assert_eq!(cut(&[("gpt-5", content), ("gpt-5-tone", content)]), ["gpt-5 -", "gpt-5-tone -"]);
    for other in ["gpt-5-mini", "gpt-5-codex", "gpt-5-max", "gpt-5-2025-08-07", "gpt-5-sft", "gpt-5-8b-x", "gpt-50"] {
        assert_eq!(cut(&[("gpt-5", content), (other, name)])[1], format!("{other} -"));
    }
}

#[test]
fn what_the_identity_holds_is_no_variant() {
    let part = |value: &str| Some(Part::new(value, Origin::Content));
    let known = Identity {
        strategy: part("few-shot"),
        temperature: part("0.7"),
        mode: part("no-user"),
        ..identity(Some("openai/gpt-4o"))
    };
    for path in ["few_shot/airline.json", "temp_0.7/airline.json", "airline_temp0.7.json", "gpt-4o_airline_no-user.json"] {
        assert_eq!(words(path, &known), [""; 0], "{path}");
    }
    assert_eq!(words("no_memory/airline.json", &known), ["no", "memory"]);
}
