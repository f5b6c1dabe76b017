//! Files of other tools that hold rewards, tasks, messages or terminations and are no τ-bench results: none may be taken in.

use crate::support::{run, temporary};

/// Names and contents, each the least that the tool writes.
const FILES: [(&str, &str); 30] = [
    (
        "verifiers.jsonl",
        r#"{"example_id": 0, "prompt": [], "completion": [], "task": "math", "reward": 1.0, "info": {}, "metrics": {}}"#,
    ),
    (
        "verifiers_arc.jsonl",
        r#"{"prompt": [{"role": "user", "content": "x"}], "completion": [], "reward": 0.0, "info": {"score": 1}, "answer": ""}"#,
    ),
    (
        "nemo_blackjack.jsonl",
        r#"{"responses_create_params": {}, "response": {}, "reward": 1.0, "task": {"id": 1}, "seed": 3, "info": {"hand": 21}}"#,
    ),
    (
        "rllm_episode.json",
        r#"{"training_step": 3, "task": {}, "task_hash": "ab", "is_correct": true, "termination_reason": "env_done", "trajectories": [{"reward": 1.0}]}"#,
    ),
    ("rllm_bare.json", r#"{"id": "7:0", "termination_reason": "env_done", "reward": 1.0}"#),
    ("verl.jsonl", r#"{"input": "q", "output": "a", "score": 1.0, "step": 10, "reward": 1.0}"#),
    (
        "skyrl.jsonl",
        r#"{"input_prompt": "q", "output_response": "a", "score": 1.0, "stop_reason": "stop", "env_class": "gsm8k"}"#,
    ),
    ("areal.jsonl", r#"{"task_id": "7", "sample_idx": 0, "head_version": 1, "tail_version": 1, "reward": 1.0}"#),
    ("trl.jsonl", r#"{"step": 1, "prompt": ["p"], "completion": ["c"], "reward": [1.0], "info": {}}"#),
    (
        "trainer_state.json",
        r#"{"best_metric": null, "global_step": 10, "log_history": [{"loss": 1.0, "reward": 0.5, "step": 1}]}"#,
    ),
    ("gym_monitor.json", r#"{"stats": [], "reward": 21.0, "info": {"TimeLimit.truncated": false}, "episode": 4}"#),
    ("gym_steps.jsonl", r#"{"observation": [0], "action": 1, "reward": 1.0, "done": false, "info": {}}"#),
    ("blackjack_task.jsonl", r#"{"task_id": 4, "reward": 1.0, "info": {"dealer": 17}}"#),
    ("preferences.jsonl", r#"{"prompt": "p", "chosen": "a", "rejected": "b", "reward": 0.3, "messages": []}"#),
    ("openai_batch.jsonl", r#"{"custom_id": "1", "response": {"body": {}}, "error": null}"#),
    ("openai_chat.jsonl", r#"{"messages": [{"role": "user", "content": "hi"}], "id": "x"}"#),
    (
        "chat_with_reward.jsonl",
        r#"{"messages": [{"role": "user", "content": "hi"}], "reward": 1.0, "info": {"source": "human"}}"#,
    ),
    ("swe_predictions.jsonl", r#"{"instance_id": "a__b-1", "model_patch": "", "model_name_or_path": "m", "trial": 0}"#),
    (
        "swe_agent.json",
        r#"{"trajectory": [{"action": "ls", "observation": ""}], "info": {"exit_status": "submitted"}, "reward": 0}"#,
    ),
    ("webarena.json", r#"{"task_id": 12, "score": 1.0, "trajectory": [], "info": {"steps": 4}}"#),
    ("lm_eval.json", r#"{"results": {"gsm8k": {"acc": 0.5}}, "config": {"model": "m"}, "versions": {}}"#),
    ("helm.json", r#"[{"instance_id": "1", "train_trial_index": 0, "stats": [], "reward": 1}]"#),
    (
        "inspect_gsm8k.json",
        r#"{"version": 2, "status": "success", "eval": {"task": "gsm8k"}, "results": {}, "samples": [{"id": 1, "epoch": 1, "messages": []}]}"#,
    ),
    ("npm_lock.json", r#"{"name": "x", "lockfileVersion": 3, "packages": {}, "info": {}, "tasks": []}"#),
    ("jest.json", r#"{"numFailedTests": 0, "success": true, "testResults": [{"status": "passed", "message": ""}]}"#),
    ("eslint.json", r#"[{"filePath": "a.js", "messages": [], "errorCount": 0}]"#),
    ("vscode_tasks.json", r#"{"version": "2.0.0", "tasks": [{"label": "x"}], "info": {"title": "y"}}"#),
    ("physics.json", r#"{"simulations": [{"id": 1, "duration": 3.0, "seed": 1}], "info": {"solver": "rk4"}}"#),
    ("job_queue.json", r#"[{"task_id": "a", "info": {"error": "boom"}}, {"task_id": "b", "info": {"error": "bang"}}]"#),
    ("kaggle.json", r#"{"id": "g", "rewards": [1, -1], "steps": [], "statuses": ["DONE"], "info": {"EpisodeId": 3}}"#),
];

#[test]
fn files_of_other_tools_are_not_taken_in() {
    let folder = temporary();
    for (name, text) in FILES {
        // One is as good as two: lists and lines of them are no results either.
        std::fs::write(folder.path().join(name), text).expect("the folder can be written");
        let doubled = if name.ends_with('l') { format!("{text}\n{text}\n") } else { format!("[{text}, {text}]") };
        std::fs::write(folder.path().join(format!("two_{name}")), doubled).expect("the folder can be written");
    }
    let output = run(&["inspect", "--format", "csv", &folder.path().to_string_lossy()]);
    let text = String::from_utf8_lossy(&output.stdout);
    let mut rows = csv::Reader::from_reader(text.as_bytes());
    let taken: Vec<String> = rows
        .records()
        .map(|row| row.expect("the table is rectangular"))
        .filter(|row| row.get(2) != Some("passed over"))
        .map(|row| row.iter().take(4).collect::<Vec<_>>().join(" "))
        .collect();
    assert_eq!(taken, [""; 0]);
    assert_eq!(output.status.code(), Some(4));
}
