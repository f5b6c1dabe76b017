//! Console logs by construction; real ones are read in `real_tests`.

use super::*;

fn runs(text: &str) -> Vec<ConsoleRun> {
    let mut collector = Collector::default();
    (1..).zip(text.lines()).for_each(|(number, line)| collector.line(line.as_bytes(), number));
    collector.finish().map(|log| log.runs).unwrap_or_default()
}

const NAMESPACE_LINE: &str = "Namespace(num_trials=2, env='retail', model='org/m', agent_strategy='react', user_model='u', temperature=0.0, api_key='abc-secret-xyz')";

#[test]
fn a_run_of_tau_bench_is_read_to_its_end() {
    let text = format!(
        "2026-03-19 02:54:47\n{NAMESPACE_LINE}\nLoading user with strategy: llm\nRunning tasks 0 to 3 (checkpoint path: results/x.json)\n\
         Running task 0\nRunning task 1\n\
         ✅ task_id=0 {{'task': {{'outputs': [\"'reward_info': {{'reward': 9.0\"]}}, 'reward_info': {{'reward': 1.0, 'info': None}}}} \n-----\n\
         ❌ task_id=1 {{'error': 'Error code: 429', 'traceback': '…'}} \n\
         🏆 Average reward: 0.5\n📈 Pass^k\n  k=1: 0.5\n  k=2: 0.25\n\n📄 Results saved to results/x.json\n\nFinished running tau-bench\n2026-03-19 03:54:47\n"
    );
    let [run] = <[ConsoleRun; 1]>::try_from(runs(&text)).unwrap();
    assert_eq!([run.env(), run.model(), run.strategy(), run.user_model()], ["retail", "org/m", "react", "u"].map(Some));
    assert_eq!((run.planned_trials(), run.checkpoint.as_deref(), run.started.len()), (Some(2), Some("results/x.json"), 2));
    assert!(!run.settings["api_key"].contains("abc"), "{:?}", run.settings);
    let results: Vec<_> = run.results.iter().map(|r| (r.task.as_str(), r.is_solved, r.reward, r.is_error)).collect();
    assert_eq!(results, [("0", Some(true), Some(1.0), false), ("1", Some(false), None, true)]);
    assert_eq!((run.average_reward, run.pass_hat), (Some(0.5), [(1, 0.5), (2, 0.25)].into()));
    assert_eq!(
        (run.is_finished, run.last_at_ms.zip(run.first_at_ms).map(|(last, first)| last - first)),
        (true, Some(3_600_000))
    );
}

#[test]
fn runs_one_behind_the_other_are_told_apart() {
    let second = NAMESPACE_LINE.replace("retail", "airline");
    let text =
        format!("{NAMESPACE_LINE}\n❌ task_id=1 {{}}\nStarting tau-bench\n2026-03-20 00:00:00\n{second}\n✅ task_id=2 {{}}\n");
    let runs = runs(&text);
    let seen: Vec<_> = runs.iter().map(|run| (run.env(), run.results[0].task.as_str(), run.first_at_ms.is_some())).collect();
    assert_eq!(seen, [(Some("retail"), "1", false), (Some("airline"), "2", true)]);
}

#[test]
fn a_log_may_begin_and_end_anywhere() {
    let seen =
        |text: &str| runs(text).iter().flat_map(|run| run.results.clone()).map(|r| (r.task, r.reward)).collect::<Vec<_>>();
    assert_eq!(seen("Provider List\n❌ task_id=13 "), [("13".to_owned(), None)]);
    assert_eq!(seen("✅ task_id=4 {'reward_info': {'reward': 1.0"), [("4".to_owned(), Some(1.0))]);
    assert_eq!(runs("Running task 3\nAverage reward: 0.5\nk=1: 0.5\n").len(), 0, "words of any program");
    assert_eq!(runs("Namespace(host=None, model='m')\n").len(), 0, "another program's options");
}

#[test]
fn a_simulation_begins_once_whatever_stands_before_its_lines() {
    let text = "command=tau2 run --domain mock --agent-llm org/m
0/4 (trial 1/2). Running task a, trial 1
1/4 (trial 1/2). Running task a, trial 2
2026-05-30 21:23:09.716 | INFO     | x:382 - STARTING SIMULATION: Domain: mock, Task: a, Agent: llm_agent, User: u
2026-05-30 21:23:10.716 | INFO     | x:382 - STARTING SIMULATION: Domain: mock, Task: a, Agent: llm_agent, User: u
╭──── Simulation Overview ─────────╮
│ Task ID: a
│ Trial: 1
│ Reward: ✅ 1.0000 (DB: 1.0)
╰──────────────────────────────────╯
";
    let started = |text: &str| -> Vec<(Option<i64>, bool)> {
        let [run] = <[ConsoleRun; 1]>::try_from(runs(text)).unwrap();
        assert_eq!(run.results.len(), 1);
        run.started.iter().map(|start| (start.trial, start.at_ms.is_some())).collect()
    };
    let expected = [(Some(0), true), (Some(1), true)];
    assert_eq!(started(text), expected);
    let stamped: Vec<String> = text.lines().map(|line| format!("2026-05-30T21:23:11.5943407Z {line}")).collect();
    let stamped = stamped.join("\n");
    assert_eq!(started(&stamped), expected);
    // A logger of another form than loguru's leaves the start without a time; it is still one start.
    let other = text.replace(".716 | INFO     | x:382 - ", ",716 INFO ");
    assert_eq!(started(&other), [(Some(0), false), (Some(1), false)]);
}

#[test]
fn a_run_of_tau2_bench_is_read_from_boxes_and_lines() {
    let text = "command=uv run tau2 run --domain mock --agent-llm org/m --num-trials 2 --seed=5 --save-to x
╭──── Simulation Configuration ────╮
│ Domain: mock  Task Set: Default  Tasks: a, b     │
│ Trials: 2  Max Steps: 9  Max Errors: 10          │
│ Agent: llm_agent → org/m                         │
╰──────────────────────────────────╯
0/4 (trial 1/2). Running task a, b, trial 1
2026-05-30 21:23:09.716 | INFO     | x:382 - STARTING SIMULATION: Domain: mock, Task: a, b, Agent: llm_agent, User: u
1/4 (trial 1/2). Running task c, trial 2
2026-05-30 21:23:12.180 | INFO     | x:443 - FINISHED SIMULATION: Domain: mock, Task: a, b, Reward: 1.0
╭──── Simulation Overview ─────────╮
│ Task ID: a, b
│ Trial: 0
│ Reward: ✅ 1.0000 (DB: 1.0)
╰──────────────────────────────────╯
╭──── Simulation Overview ─────────╮
│ Task ID: c
│ Trial: 1
│ Reward: ❌ 0.5000 (DB: 0.5)
╰──────────────────────────────────╯
Status: 2/4 complete. Avg reward: 0.00 (N=1).
╭──── Agent Performance Metrics ───╮
│   🏆 Average Reward         0.7500
│      Pass^1                 0.500
2026-05-30 21:23:13.000 | INFO     | another thread breaks the box
Successfully completed all simulations!
";
    let [run] = <[ConsoleRun; 1]>::try_from(runs(text)).unwrap();
    assert_eq!([run.env(), run.model(), run.strategy()], ["mock", "org/m", "llm_agent"].map(Some));
    assert_eq!([run.setting("seed"), run.setting("max-steps"), run.setting("num_trials")], ["5", "9", "2"].map(Some));
    let started: Vec<_> = run.started.iter().map(|start| (start.task.as_str(), start.trial, start.at_ms.is_some())).collect();
    assert_eq!(started, [("a, b", Some(0), true), ("c", Some(1), false)]);
    let results: Vec<_> =
        run.results.iter().map(|r| (r.task.as_str(), r.trial, r.is_solved, r.reward, r.at_ms.is_some())).collect();
    assert_eq!(results, [("a, b", Some(0), Some(true), Some(1.0), true), ("c", Some(1), Some(false), Some(0.5), false)]);
    assert_eq!((run.average_reward, run.pass_hat, run.is_finished), (Some(0.75), [(1, 0.5)].into(), true));
}
