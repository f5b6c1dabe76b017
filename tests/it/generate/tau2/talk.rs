//! Conversations, counted while they are made.

use super::task::{Action, Task};
use crate::generate::{
    json::{Json, object},
    rng::SplitMix64,
};

/// Messages that record usage, and their tokens.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Tokens {
    pub(super) messages: u64,
    pub(super) input: u64,
    pub(super) output: u64,
}

/// A conversation.
#[derive(Debug, Clone, Default)]
pub(super) struct Talk {
    pub(super) messages: Vec<Json>,
    /// Who wrote each of them.
    roles: Vec<String>,
    pub(super) turns: u64,
    pub(super) tool_calls: u64,
    pub(super) tool_errors: u64,
    pub(super) agent: Tokens,
    pub(super) user: Tokens,
}

/// When a message was made.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment<'a> {
    pub(super) role: &'a str,
    /// After the start of the simulation.
    pub(super) after_ms: u64,
    /// After the message before.
    pub(super) gap_ms: Option<u64>,
    /// Of the agent only.
    pub(super) generation_ms: Option<u64>,
}

/// How a conversation ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Close {
    User,
    Agent,
    /// In the middle.
    Cut,
}

/// What varies from one model to the next.
#[derive(Debug, Clone, Copy)]
pub(super) struct Manner {
    /// Whether the provider tells tokens.
    pub(super) usage: bool,
    /// Chance that a call fails at first, in percent.
    pub(super) errors: u64,
}

impl Talk {
    /// Makes the conversation of a task in which the marked reference actions are taken.
    pub(super) fn of(task: &Task, taken: &[bool], close: Close, manner: Manner, case: u64, rng: &mut SplitMix64) -> Self {
        let mut talk = Self::default();
        talk.say("assistant", "Hi! How can I help you today?", None);
        let usage = |rng: &mut SplitMix64| manner.usage.then(|| (400 + rng.below(900), 5 + rng.below(60)));
        let opening = usage(rng);
        talk.say("user", &format!("{} Case {case}.", task.request), opening);
        for (action, _) in task.actions.iter().zip(taken).filter(|(_, taken)| **taken) {
            if rng.chance(manner.errors) {
                talk.call(action, usage(rng), Some("Error: try again"));
            }
            talk.call(action, usage(rng), None);
        }
        for (index, text) in task.communicate.iter().enumerate() {
            let usage = usage(rng);
            talk.say("assistant", &format!("Number {}: {text}.", index + 1), usage);
        }
        let last = usage(rng);
        match close {
            Close::User => talk.say("user", "Thanks. ###STOP###", last),
            Close::Agent => talk.say("assistant", "Done. ###STOP###", last),
            Close::Cut => {}
        }
        talk
    }

    /// Says when each message of a talk of that length was made and how long that took, in milliseconds. Nothing is drawn, so that
    /// all else stays as it is.
    pub(super) fn moments(&self, duration_ms: u64) -> Vec<Moment<'_>> {
        let weights: Vec<u64> = (0..self.roles.len() as u64).map(|at| if at == 0 { 0 } else { 3 + 7 * at * at % 11 }).collect();
        let all: u64 = weights.iter().sum::<u64>().max(1);
        let (mut before, mut weight) = (None, 0);
        let moment = |(role, own): (&'_ String, &u64)| {
            weight += own;
            let after_ms = duration_ms * weight / all;
            let gap_ms = before.replace(after_ms).map(|before| after_ms - before);
            let generation_ms = gap_ms.filter(|_| role == "assistant").map(|gap| gap * 9 / 10);
            (after_ms, gap_ms, generation_ms)
        };
        let times: Vec<(u64, Option<u64>, Option<u64>)> = self.roles.iter().zip(&weights).map(moment).collect();
        let of = |(role, (after_ms, gap_ms, generation_ms))| Moment { role, after_ms, gap_ms, generation_ms };
        self.roles.iter().map(String::as_str).zip(times).map(of).collect()
    }

    fn side(&mut self, role: &str) -> &mut Tokens {
        if role == "user" { &mut self.user } else { &mut self.agent }
    }

    fn add(&mut self, role: &str, content: Json, calls: Json, usage: Option<(u64, u64)>) {
        self.turns += u64::from(role == "assistant");
        let usage = usage.map_or(Json::Null, |(input, output)| {
            let side = self.side(role);
            side.messages += 1;
            side.input += input;
            side.output += output;
            object! {"completion_tokens": output, "prompt_tokens": input}
        });
        self.roles.push(role.to_owned());
        self.messages.push(object! {
            "role": role,
            "content": content,
            "tool_calls": calls,
            "turn_idx": self.messages.len(),
            "cost": 0.0,
            "usage": usage,
            "raw_data": Json::Null,
        });
    }

    fn say(&mut self, role: &str, text: &str, usage: Option<(u64, u64)>) {
        self.add(role, text.into(), Json::Null, usage);
    }

    fn call(&mut self, action: &Action, usage: Option<(u64, u64)>, error: Option<&str>) {
        let id = format!("call_{}", self.messages.len());
        let call = object! {
            "id": id.clone(),
            "name": action.tool,
            "arguments": action.arguments(),
            "requestor": action.requestor(),
        };
        self.add(action.requestor(), Json::Null, Json::List(vec![call]), usage);
        self.tool_calls += 1;
        self.tool_errors += u64::from(error.is_some());
        self.roles.push("tool".to_owned());
        self.messages.push(object! {
            "id": id,
            "role": "tool",
            "content": error.unwrap_or("{\"ok\": true}"),
            "requestor": action.requestor(),
            "error": error.is_some(),
            "turn_idx": self.messages.len(),
        });
    }
}
