//! `reward_info` of a simulation.

use super::{
    simulation::{Simulation, Verdict},
    task::{ACTION, COMMUNICATE, DB, ENV_ASSERTION, NL_ASSERTION, Task, assertion},
};
use crate::generate::json::{Json, object};

/// Writes `reward_info`; `None` where the key is missing. Newer versions say of every action whether it writes.
pub(super) fn info(simulation: &Simulation, task: &Task, with_tool_types: bool) -> Option<Json> {
    match &simulation.verdict {
        Verdict::Evaluated { failed } => Some(evaluated(simulation, task, failed, with_tool_types)),
        Verdict::Premature { note } => Some(premature(task, note)),
        Verdict::Null => Some(Json::Null),
        Verdict::Missing => None,
    }
}

fn basis(task: &Task) -> Json {
    Json::List(task.basis.iter().map(|name| Json::from(*name)).collect())
}

fn premature(task: &Task, note: &str) -> Json {
    object! {
        "reward": 0.0,
        "db_check": Json::Null,
        "env_assertions": Json::Null,
        "action_checks": Json::Null,
        "nl_assertions": Json::Null,
        "communicate_checks": Json::Null,
        "reward_basis": basis(task),
        "reward_breakdown": Json::Null,
        "info": object! {"note": note},
    }
}

fn evaluated(simulation: &Simulation, task: &Task, failed: &[&'static str], with_tool_types: bool) -> Json {
    let value = |component: &str| f64::from(u8::from(!failed.contains(&component)));
    // Of several checks of a failed component the last one fails.
    let met = |component: &str, index: usize, of: usize| !failed.contains(&component) || index + 1 < of;
    let checks = |component: &str, texts: &[&str], key: &str| {
        let check = |(index, text): (usize, &&str)| {
            Json::Object(vec![
                (key.to_owned(), Json::from(*text)),
                ("met".to_owned(), met(component, index, texts.len()).into()),
                ("justification".to_owned(), "As the transcript shows.".into()),
            ])
        };
        Json::List(texts.iter().enumerate().map(check).collect())
    };
    let is_basis = |component: &str| task.basis.contains(&component);
    let env = task.assertions.iter().enumerate().map(|(index, name)| {
        let met = met(ENV_ASSERTION, index, task.assertions.len());
        object! {"env_assertion": assertion(name), "met": met, "reward": f64::from(u8::from(met))}
    });
    let actions = task.actions.iter().zip(&simulation.taken).enumerate().map(|(number, (action, &taken))| {
        let mut check = vec![
            ("action".to_owned(), action.json(number)),
            ("action_match".to_owned(), taken.into()),
            ("action_reward".to_owned(), f64::from(u8::from(taken)).into()),
        ];
        if let (true, Some(writes)) = (with_tool_types, action.writes) {
            check.push(("tool_type".to_owned(), if writes { "write" } else { "read" }.into()));
        }
        Json::Object(check)
    });
    let breakdown = task.basis.iter().map(|component| ((*component).to_owned(), value(component).into())).collect();
    object! {
        "reward": task.basis.iter().map(|component| value(component)).product::<f64>(),
        "db_check": object! {"db_match": !failed.contains(&DB), "db_reward": value(DB)},
        "env_assertions": Json::List(env.collect()),
        "action_checks": Json::List(actions.collect()),
        // Judged by a model, and so only where the reward rests on it.
        "nl_assertions": if is_basis(NL_ASSERTION) { checks(NL_ASSERTION, task.nl, "nl_assertion") } else { Json::Null },
        "communicate_checks": if task.asks(COMMUNICATE) { checks(COMMUNICATE, task.communicate, "info") } else { Json::Null },
        "reward_basis": basis(task),
        "reward_breakdown": Json::Object(breakdown),
        "info": object! {"env": Json::Null, "nl": Json::Null, "communicate": Json::Null, "action": Json::Null},
    }
}

/// What the checks on record tell of a component: whether it holds; `None` where nothing does.
pub(super) fn recorded(simulation: &Simulation, task: &Task, component: &'static str) -> Option<bool> {
    let Verdict::Evaluated { failed } = &simulation.verdict else { return None };
    match component {
        ACTION => Some(simulation.taken.iter().all(|taken| *taken)),
        NL_ASSERTION if task.asks(component) && !task.basis.contains(&component) => None,
        _ => Some(!failed.contains(&component)),
    }
}
