//! The results the runs wrote.

use super::{
    calls::{Episode, MS, Run, TASKS, USER},
    lines::{DAY, clock},
};
use crate::generate::json::{COMPACT, Json, dump, object};

fn reward(episode: &Episode) -> f64 {
    f64::from(u8::from(episode.solved))
}

/// τ²-bench's results file, with the times of every episode.
pub(super) fn tau2(run: &Run) -> String {
    let party = |implementation: &str, llm: &str| {
        object! {"implementation": implementation, "llm": llm, "llm_args": object! {"temperature": 0.0}}
    };
    let task = |id: &&str| {
        object! {
            "id": *id,
            "user_scenario": object! {"persona": Json::Null, "instructions": "Return the box."},
            "evaluation_criteria": object! {"actions": Json::List(Vec::new()), "reward_basis": vec![Json::from("DB")]},
        }
    };
    let simulation = |(number, one): (usize, &Episode)| {
        let (start, end) = (format!("{DAY}T{}000", clock(one.start)), format!("{DAY}T{}000", clock(one.end)));
        let duration = (one.end - one.start) as f64 / (1_000 * MS) as f64;
        object! {
            "id": format!("5f1c0000-0000-4000-a000-{number:012}"),
            "task_id": one.task,
            "timestamp": end.clone(),
            "start_time": start,
            "end_time": end,
            "duration": duration,
            "termination_reason": "user_stop",
            "agent_cost": Json::Null,
            "user_cost": Json::Null,
            "reward_info": object! {
                "reward": reward(one),
                "db_check": object! {"db_match": one.solved, "db_reward": reward(one)},
                "reward_basis": vec![Json::from("DB")],
                "reward_breakdown": object! {"DB": reward(one)},
            },
            "messages": vec![
                object! {"role": "assistant", "content": "Hi! How can I help?"},
                object! {"role": "user", "content": format!("Box {number} is late.")},
            ],
            "trial": one.trial,
            "seed": 300 + one.trial,
        }
    };
    let all = object! {
        "timestamp": format!("{DAY}T10:00:00.000000"),
        "info": object! {
            "git_commit": "0000000000000000000000000000000000000005",
            "num_trials": 2_i64,
            "max_steps": 100_i64,
            "max_errors": 10_i64,
            "user_info": party("user_simulator", USER),
            "agent_info": party("llm_agent", "heron-8b"),
            "environment_info": object! {"domain_name": "retail", "policy": "# Policy\n\nAsk first.", "tool_defs": Json::Null},
            "seed": 300_i64,
        },
        "tasks": Json::List(TASKS.iter().map(task).collect()),
        "simulations": Json::List(run.episodes.iter().enumerate().map(simulation).collect()),
    };
    dump(&all, COMPACT)
}

/// τ-bench's checkpoint; neither its name nor its content tells the model and the strategy.
pub(super) fn checkpoint(run: &Run) -> String {
    let record = |one: &Episode| {
        let lost = object! {"error": "Connection error.", "traceback": "Traceback (most recent call last):\n"};
        let info = if one.task == "5" {
            lost
        } else {
            object! {"source": "user", "user_cost": Json::Null}
        };
        let traj = vec![
            object! {"role": "user", "content": format!("Flight {} is late.", one.task)},
            object! {"role": "assistant", "content": "I am sorry."},
        ];
        let number: i64 = one.task.parse().expect("the tasks of this run are numbers");
        object! {
            "task_id": number,
            "reward": if one.task == "5" { 0.0 } else { reward(one) },
            "info": info,
            "traj": if one.task == "5" { Json::List(Vec::new()) } else { Json::List(traj) },
            "trial": one.trial,
        }
    };
    dump(&Json::List(run.episodes.iter().map(record).collect()), COMPACT)
}
