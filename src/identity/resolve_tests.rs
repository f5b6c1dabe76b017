//! Real paths and what they are taken for.

use insta::assert_snapshot;
use proptest::prelude::*;

use super::*;

/// Paths from public repositories: every kind of name in the data, and the patterns of upstream and its forks.
const PATHS: &[&str] = &[
    "agent-project-history/0c27ae706f/results/airline/fc/4B/local/num_trials-2.json",
    "agent-project-history/1298f10bcf/results/airline/act/4B/num_trials-2.json",
    "agent-project-history/be5cf367ef/ben/airline/act/4B/num_trials-2.json",
    "agent-project/results/airline/act/4B/num_trials-1.json",
    "agent-project/results/airline/fc/4B/num_trials-3.json",
    "agent-project/results/airline/react/4B/num_trials-1.json",
    "agent-project/results/retail/act/4B/num_trials-5.json",
    "agent-project/results/retail/fc/4B/num_trials-5.json",
    "agent-project/saswata/retail/fc/32B/num_trials-1.json",
    "full-plus-per-task/qwen3_4b_instruct_airline/airline_full_results.json",
    "full-plus-per-task/qwen3_4b_instruct_airline/conversations/task_000.json",
    "human-converted/human_tudor_10_common.json",
    "human-converted/seed_4tasks_claude-code.json",
    "killed-runs/phase1/JSON_trajectories /act_airline_trials5_qwen_4b/act-Qwen3-4B-0.0_range_0--1_user-Qwen3-32B-llm_0211005436.json",
    "killed-runs/phase1/JSON_trajectories /react_retail_trials5_qwen_8b/react-Qwen3-8B-0.0_range_0--1_user-Qwen/Qwen3-32B-llm_0201005024.json",
    "no-task-id/base_3b_airline/qwen25_3b_airline_20250815_041031.json",
    "not-checkpoints/airline_error_classes.jsonl",
    "old-names/tool-calling-claude-3.7-sonnet-1.0_user-gpt-4o-2024-11-20-llm_0403150700.json",
    "old-names/tool-calling-gemini-2.0-flash-001-1.0_user-gpt-4o-2024-11-20-llm_0403150002.json",
    "old-names/tool-calling-gemini-2.0-flash-lite-001-1.0_user-gpt-4o-2024-11-20-llm_0403150412.json",
    "overlapping-ranges/assertions-agent-none-0.1_range_0-100_6_18_2025.json",
    "overlapping-ranges/assertions-agent-none-0.1_range_90-100_user-none-llm_0618150128.json",
    "overlapping-ranges/one-shot-gpt-4o-0.0_range_0--1_user-gpt-4o-one-shot_0603172050.json",
    "overlapping-ranges/one-shot-none-0.1_range_0--1_user-none-one-shot_0610112416.json",
    "overlapping-ranges/tool-calling-with-preconditions-and-python-none-0.1_range_0--1_user-none-llm_0627143046.json",
    "tau-bench/historical_trajectories/gpt-4o-airline.json",
    "template/template_result.json",
    "trial-equals-task/improved_logs/test_results.json",
    "trial-equals-task/improved_logs/test_results_trial_1.json",
    "trial-equals-task/improved_logs/train_results_10-10.json",
    "trial-equals-task/libgen_experiment_output_trial_3/iteration_0/validation/validation_results_50.json",
    "trial-equals-task/libgen_from_error_experiment_output_trial_1/iteration_8/validation/validation_results_50.json",
    "trial-equals-task/tool-calling-l0-4o.json",
    "trials-suffix/tool-calling-gpt-4.1-mini-0.0_range_0--1_user-gpt-4.1-llm_0920134328__trials_1.json",
    "wrapped-metrics/results/Llama-3.1-8B-Instruct/airline-temperature-0.0_0717023520.json",
    "wrapped-metrics/results/Llama-3.1-8B-Instruct_IL_checkpoint-30/airline-temperature-0.0_0717014101.json",
    "wrapped-metrics/results/Llama-3.2-3B-Instruct/airline-temperature-0.0.json",
    "tool-calling-grok-4-fast-reasoning-0.0_range_0--1_user-grok-4-fast-reasoning-llm_1129144541.json",
    "tool-calling-gpt-oss-20B-3.2713262981259734_range_0--1_user-gpt-oss-120B-llm_1003070032.json",
    "logs/tool-calling-Qwen3-8B-0.0_range_0--1_user-Qwen@Qwen3-8B-llm_1125061740.json",
    "tool-calling-Llama-3.1-8B-Instruct-1.0_range_0--1_user-gpt-4o-llm_locale-en_checkpoint.json",
    "rule-based-rule-based-0.0_range_0--1_user-gpt-4o-mock_1022211253.json",
    "tool-calling-gpt-4o-0.0_range_20-26_user-gpt-4o-llm_0618131541.json.gz",
    "few-shot-mistral-large-2407-0.7_range_0-5_user-azure/gpt-4o-react_0101000000.jsonl.zst",
    "Qwen3-4B_airline_multi-agent_run-1.json",
    "neo-test-airline.json",
    "qwen3_8b_airline.json",
    "qwen_results/results.json",
    "eval_tudor_gpt4o-refined_gpt-4o_test_1trial.json",
    "results/retail/few_shot/gpt-4o-mini/x.json.json",
    "runpod/8x2k1q/act-m-0.0_range_0--1_user-runpod/8x2k1q/sk-abcDEF123456ghiJKL/org/model-llm_0101000000.json",
];

fn line(identity: &Identity) -> String {
    let parts = identity.parts();
    let parts = parts.iter().filter_map(|(name, part)| part.map(|part| format!("{name}={} ({})", part.value, part.origin)));
    parts.collect::<Vec<_>>().join(", ")
}

fn resolved(path: &str, hints: &ContentHints, overrides: &Overrides) -> (String, Vec<String>) {
    let components: Vec<&str> = path.split('/').collect();
    let (identity, conflicts) = resolve(&components, hints, &[], overrides);
    (line(&identity), conflicts)
}

#[test]
#[expect(clippy::too_many_lines, reason = "the table of paths is the test")]
fn real_paths_are_taken_for_what_they_are() {
    let table: Vec<String> = PATHS
        .iter()
        .map(|path| {
            let (identity, conflicts) = resolved(path, &ContentHints::default(), &Overrides::default());
            assert_eq!(conflicts, [""; 0], "{path}");
            format!("{path}\n    {}", if identity.is_empty() { "nothing" } else { &identity })
        })
        .collect();
    assert_snapshot!(table.join("\n"), @r"
    agent-project-history/0c27ae706f/results/airline/fc/4B/local/num_trials-2.json
        env=airline (folder), model=4B (folder), strategy=tool-calling (folder)
    agent-project-history/1298f10bcf/results/airline/act/4B/num_trials-2.json
        env=airline (folder), model=4B (folder), strategy=act (folder)
    agent-project-history/be5cf367ef/ben/airline/act/4B/num_trials-2.json
        env=airline (folder), model=4B (folder), strategy=act (folder)
    agent-project/results/airline/act/4B/num_trials-1.json
        env=airline (folder), model=4B (folder), strategy=act (folder)
    agent-project/results/airline/fc/4B/num_trials-3.json
        env=airline (folder), model=4B (folder), strategy=tool-calling (folder)
    agent-project/results/airline/react/4B/num_trials-1.json
        env=airline (folder), model=4B (folder), strategy=react (folder)
    agent-project/results/retail/act/4B/num_trials-5.json
        env=retail (folder), model=4B (folder), strategy=act (folder)
    agent-project/results/retail/fc/4B/num_trials-5.json
        env=retail (folder), model=4B (folder), strategy=tool-calling (folder)
    agent-project/saswata/retail/fc/32B/num_trials-1.json
        env=retail (folder), model=32B (folder), strategy=tool-calling (folder)
    full-plus-per-task/qwen3_4b_instruct_airline/airline_full_results.json
        env=airline (file name), model=qwen3_4b_instruct (folder)
    full-plus-per-task/qwen3_4b_instruct_airline/conversations/task_000.json
        env=airline (folder), model=qwen3_4b_instruct (folder)
    human-converted/human_tudor_10_common.json
        nothing
    human-converted/seed_4tasks_claude-code.json
        nothing
    killed-runs/phase1/JSON_trajectories /act_airline_trials5_qwen_4b/act-Qwen3-4B-0.0_range_0--1_user-Qwen3-32B-llm_0211005436.json
        env=airline (folder), model=Qwen3-4B (file name), strategy=act (file name), user model=Qwen3-32B (file name), user strategy=llm (file name), temperature=0.0 (file name), task range=0--1 (file name)
    killed-runs/phase1/JSON_trajectories /react_retail_trials5_qwen_8b/react-Qwen3-8B-0.0_range_0--1_user-Qwen/Qwen3-32B-llm_0201005024.json
        env=retail (folder), model=Qwen3-8B (file name), strategy=react (file name), user model=Qwen/Qwen3-32B (file name), user strategy=llm (file name), temperature=0.0 (file name), task range=0--1 (file name)
    no-task-id/base_3b_airline/qwen25_3b_airline_20250815_041031.json
        env=airline (file name), model=qwen25_3b (file name)
    not-checkpoints/airline_error_classes.jsonl
        env=airline (file name)
    old-names/tool-calling-claude-3.7-sonnet-1.0_user-gpt-4o-2024-11-20-llm_0403150700.json
        model=claude-3.7-sonnet (file name), strategy=tool-calling (file name), user model=gpt-4o-2024-11-20 (file name), user strategy=llm (file name), temperature=1.0 (file name)
    old-names/tool-calling-gemini-2.0-flash-001-1.0_user-gpt-4o-2024-11-20-llm_0403150002.json
        model=gemini-2.0-flash-001 (file name), strategy=tool-calling (file name), user model=gpt-4o-2024-11-20 (file name), user strategy=llm (file name), temperature=1.0 (file name)
    old-names/tool-calling-gemini-2.0-flash-lite-001-1.0_user-gpt-4o-2024-11-20-llm_0403150412.json
        model=gemini-2.0-flash-lite-001 (file name), strategy=tool-calling (file name), user model=gpt-4o-2024-11-20 (file name), user strategy=llm (file name), temperature=1.0 (file name)
    overlapping-ranges/assertions-agent-none-0.1_range_0-100_6_18_2025.json
        strategy=assertions-agent (file name), temperature=0.1 (file name), task range=0-100 (file name)
    overlapping-ranges/assertions-agent-none-0.1_range_90-100_user-none-llm_0618150128.json
        strategy=assertions-agent (file name), user strategy=llm (file name), temperature=0.1 (file name), task range=90-100 (file name)
    overlapping-ranges/one-shot-gpt-4o-0.0_range_0--1_user-gpt-4o-one-shot_0603172050.json
        model=gpt-4o (file name), strategy=one-shot (file name), user model=gpt-4o (file name), user strategy=one-shot (file name), temperature=0.0 (file name), task range=0--1 (file name)
    overlapping-ranges/one-shot-none-0.1_range_0--1_user-none-one-shot_0610112416.json
        strategy=one-shot (file name), user strategy=one-shot (file name), temperature=0.1 (file name), task range=0--1 (file name)
    overlapping-ranges/tool-calling-with-preconditions-and-python-none-0.1_range_0--1_user-none-llm_0627143046.json
        strategy=tool-calling-with-preconditions-and-python (file name), user strategy=llm (file name), temperature=0.1 (file name), task range=0--1 (file name)
    tau-bench/historical_trajectories/gpt-4o-airline.json
        env=airline (file name), model=gpt-4o (file name)
    template/template_result.json
        nothing
    trial-equals-task/improved_logs/test_results.json
        nothing
    trial-equals-task/improved_logs/test_results_trial_1.json
        nothing
    trial-equals-task/improved_logs/train_results_10-10.json
        nothing
    trial-equals-task/libgen_experiment_output_trial_3/iteration_0/validation/validation_results_50.json
        nothing
    trial-equals-task/libgen_from_error_experiment_output_trial_1/iteration_8/validation/validation_results_50.json
        nothing
    trial-equals-task/tool-calling-l0-4o.json
        strategy=tool-calling (file name)
    trials-suffix/tool-calling-gpt-4.1-mini-0.0_range_0--1_user-gpt-4.1-llm_0920134328__trials_1.json
        model=gpt-4.1-mini (file name), strategy=tool-calling (file name), user model=gpt-4.1 (file name), user strategy=llm (file name), temperature=0.0 (file name), task range=0--1 (file name)
    wrapped-metrics/results/Llama-3.1-8B-Instruct/airline-temperature-0.0_0717023520.json
        env=airline (file name), model=Llama-3.1-8B-Instruct (folder), temperature=0.0 (file name)
    wrapped-metrics/results/Llama-3.1-8B-Instruct_IL_checkpoint-30/airline-temperature-0.0_0717014101.json
        env=airline (file name), model=Llama-3.1-8B-Instruct_IL_checkpoint-30 (folder), temperature=0.0 (file name)
    wrapped-metrics/results/Llama-3.2-3B-Instruct/airline-temperature-0.0.json
        env=airline (file name), model=Llama-3.2-3B-Instruct (folder), temperature=0.0 (file name)
    tool-calling-grok-4-fast-reasoning-0.0_range_0--1_user-grok-4-fast-reasoning-llm_1129144541.json
        model=grok-4-fast-reasoning (file name), strategy=tool-calling (file name), user model=grok-4-fast-reasoning (file name), user strategy=llm (file name), temperature=0.0 (file name), task range=0--1 (file name)
    tool-calling-gpt-oss-20B-3.2713262981259734_range_0--1_user-gpt-oss-120B-llm_1003070032.json
        model=gpt-oss-20B (file name), strategy=tool-calling (file name), user model=gpt-oss-120B (file name), user strategy=llm (file name), temperature=3.2713262981259734 (file name), task range=0--1 (file name)
    logs/tool-calling-Qwen3-8B-0.0_range_0--1_user-Qwen@Qwen3-8B-llm_1125061740.json
        model=Qwen3-8B (file name), strategy=tool-calling (file name), user model=Qwen/Qwen3-8B (file name), user strategy=llm (file name), temperature=0.0 (file name), task range=0--1 (file name)
    tool-calling-Llama-3.1-8B-Instruct-1.0_range_0--1_user-gpt-4o-llm_locale-en_checkpoint.json
        model=Llama-3.1-8B-Instruct (file name), strategy=tool-calling (file name), user model=gpt-4o (file name), user strategy=llm (file name), temperature=1.0 (file name), task range=0--1 (file name)
    rule-based-rule-based-0.0_range_0--1_user-gpt-4o-mock_1022211253.json
        model=rule-based (file name), strategy=rule-based (file name), user model=gpt-4o (file name), user strategy=mock (file name), temperature=0.0 (file name), task range=0--1 (file name)
    tool-calling-gpt-4o-0.0_range_20-26_user-gpt-4o-llm_0618131541.json.gz
        model=gpt-4o (file name), strategy=tool-calling (file name), user model=gpt-4o (file name), user strategy=llm (file name), temperature=0.0 (file name), task range=20-26 (file name)
    few-shot-mistral-large-2407-0.7_range_0-5_user-azure/gpt-4o-react_0101000000.jsonl.zst
        model=mistral-large-2407 (file name), strategy=few-shot (file name), user model=azure/gpt-4o (file name), user strategy=react (file name), temperature=0.7 (file name), task range=0-5 (file name)
    Qwen3-4B_airline_multi-agent_run-1.json
        env=airline (file name), model=Qwen3-4B (file name), strategy=multi-agent (file name)
    neo-test-airline.json
        env=airline (file name)
    qwen3_8b_airline.json
        env=airline (file name), model=qwen3_8b (file name)
    qwen_results/results.json
        model=qwen (folder)
    eval_tudor_gpt4o-refined_gpt-4o_test_1trial.json
        nothing
    results/retail/few_shot/gpt-4o-mini/x.json.json
        env=retail (folder), model=gpt-4o-mini (folder), strategy=few-shot (folder)
    runpod/8x2k1q/act-m-0.0_range_0--1_user-runpod/8x2k1q/sk-abcDEF123456ghiJKL/org/model-llm_0101000000.json
        model=m (file name), strategy=act (file name), user model=runpod/8x2k1q/[redacted:9c25cb6a0de4d27c646080b639b574bc]/org/model (file name), user strategy=llm (file name), temperature=0.0 (file name), task range=0--1 (file name)
    ");
}

fn tool_calling_airline() -> ContentHints {
    let mut hints = ContentHints::default();
    hints.system("# Airline Agent Policy\n");
    hints.tool_call_name("book_reservation");
    hints
}

fn act_retail() -> ContentHints {
    let mut hints = ContentHints::default();
    let format = "your generation should have exactly the following format:\nAction:\n{\"name\": 1}";
    hints.system(&format!("# Retail agent policy\n{format}"));
    hints
}

#[test]
fn content_is_stronger_than_names_and_contradictions_are_told() {
    let (identity, conflicts) = resolved(
        "retail/react/4B/act-Qwen3-8B-0.0_range_0--1_user-m-llm_1.json",
        &tool_calling_airline(),
        &Overrides::default(),
    );
    assert_eq!(
        identity,
        "env=airline (content), model=Qwen3-8B (file name), strategy=tool-calling (content), user model=m (file name), \
         user strategy=llm (file name), temperature=0.0 (file name), task range=0--1 (file name)"
    );
    assert_snapshot!(conflicts.join("\n"), @r#"
    env: the content says "airline", the folder says "retail"; "airline" was taken (set it with --map or --layout)
    model: the file name says "Qwen3-8B", the folder says "4B"; "Qwen3-8B" was taken (set it with --map or --layout)
    strategy: the content says "tool-calling", the file name says "act"; "tool-calling" was taken (set it with --map or --layout)
    strategy: the content says "tool-calling", the folder says "react"; "tool-calling" was taken (set it with --map or --layout)
    "#);
}

#[test]
fn a_more_exact_or_differently_spelt_name_is_no_contradiction() {
    for (path, strategy) in [
        ("fc/assertions-agent-none-0.1_range_0-9_user-none-llm_1.json", "assertions-agent (file name)"),
        ("Qwen3-4B_airline_multi-agent_run-1.json", "multi-agent (file name)"),
        ("few_shot/airline.json", "few-shot (folder)"),
        ("Airline/tool_calling/x.json", "tool-calling (content)"),
        ("4B/fc/tool-calling-Qwen3-4B-0.0_user-m-llm_1.json", "tool-calling (content)"),
    ] {
        let (identity, conflicts) = resolved(path, &tool_calling_airline(), &Overrides::default());
        assert!(identity.contains(&format!("strategy={strategy}")), "{path}: {identity}");
        assert_eq!(conflicts, [""; 0], "{path}");
    }
    let (identity, conflicts) = resolved("few-shot-gpt-4o-0.0_user-m-llm_1.json", &act_retail(), &Overrides::default());
    assert!(identity.contains("strategy=act (content)"), "{identity}");
    assert_eq!(conflicts.len(), 1);
}

#[test]
fn a_file_of_two_environments_is_told() {
    let mut hints = tool_calling_airline();
    hints.merge(&act_retail());
    hints.system("# Retail agent policy\n");
    let (identity, conflicts) = resolved("retail/fc/num_trials-2.json", &hints, &Overrides::default());
    assert_eq!(identity, "env=retail (folder), strategy=act (content)");
    assert_snapshot!(conflicts.join("\n"), @r#"
    strategy: the content says "act", the folder says "tool-calling"; "act" was taken (set it with --map or --layout)
    "#);
    let overrides = Overrides { layout: None, maps: vec![MapRule::parse(".=>env=retail,strategy=act").unwrap()] };
    assert_eq!(resolved("retail/fc/num_trials-2.json", &hints, &overrides).1, [""; 0]);
}

#[test]
fn overrides_win_and_say_where_the_content_contradicts() {
    let overrides = Overrides {
        layout: Some(Layout::parse("{env}/{strategy}/{model}/{_}.json").unwrap()),
        maps: vec![MapRule::parse("a/=>model=one").unwrap(), MapRule::parse("B/=>model=two,env=MINE").unwrap()],
    };
    let (identity, conflicts) = resolved("a/retail/react/B/gpt-4o.json", &tool_calling_airline(), &overrides);
    assert_eq!(identity, "env=mine (--map), model=two (--map), strategy=react (--layout)");
    assert_snapshot!(conflicts.join("\n"), @r#"
    env: --map says "mine", but the content says "airline"; "mine" was taken, as told
    strategy: --layout says "react", but the content says "tool-calling"; "react" was taken, as told
    "#);
    // A layout that does not fit says nothing.
    let (identity, _) = resolved("gpt-4o.json", &tool_calling_airline(), &overrides);
    assert_eq!(identity, "env=airline (content), model=gpt-4o (file name), strategy=tool-calling (content)");
}

#[test]
fn a_key_is_gone_before_a_name_is_taken_apart() {
    // `YI34…` looks like a model once `sk-` is cut off.
    let (identity, _) =
        resolved("sk-YI34Baaaaaaaaaa0000/token=a1/airline/x.json", &ContentHints::default(), &Overrides::default());
    assert_eq!(identity, "env=airline (folder)");
}

proptest! {
    #[test]
    fn no_key_and_no_blank_gets_through(words in prop::collection::vec("[a-zA-Z0-9 _.-]{0,12}", 1..4), key in "[A-Z0-9]{6}[a-z]{10}[0-9]{4}") {
        let overrides = Overrides {
            layout: Layout::parse("{model}/{user_model}").ok(),
            maps: vec![MapRule::parse("^(.*)$=>strategy=$1").unwrap()],
        };
        let mut path: Vec<String> = words;
        path.push(format!("sk-{key}"));
        path.push(format!("gpt-sk-{key} .json"));
        let components: Vec<&str> = path.iter().map(String::as_str).collect();
        for overrides in [overrides, Overrides::default()] {
            let (identity, conflicts) = resolve(&components, &tool_calling_airline(), &[], &overrides);
            prop_assert!(conflicts.iter().all(|message| !message.contains(&key)));
            for part in identity.parts().iter().filter_map(|(_, part)| *part) {
                prop_assert!(!part.value.contains(&key), "{}", part.value);
                prop_assert_eq!(part.value.trim(), part.value.as_str());
                prop_assert!(!part.value.is_empty());
            }
        }
    }
}
