//! Conversations in τ-bench's three strategies, counted while they are made.

use super::{
    json::{COMPACT, Json, dump, object},
    rng::SplitMix64,
    scenario::{Call, Env, Scenario},
};

/// How an agent talks to its tools.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Strategy {
    /// `tool_calls` and `tool` messages.
    ToolCalling,
    /// Text: `Action:`, answered by `API output:`.
    Act,
    /// Text: `Thought:` and `Action:`.
    React,
}

impl Strategy {
    /// The name used in paths.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::ToolCalling => "tool-calling",
            Self::Act => "act",
            Self::React => "react",
        }
    }
}

/// What client libraries leave behind in assistant messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Leavings {
    /// Nothing; `tool_calls` only where there are some.
    None,
    /// `"tool_calls": []` or `null` where there are none.
    EmptyToolCalls,
    /// `refusal`, `function_call` and the like; `content` is missing (not null) beside tool calls; a checker speaks up.
    Fork,
}

/// How a conversation goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Course {
    /// The agent does what is asked.
    Solves,
    /// The agent makes the right call with a wrong argument.
    Errs,
    /// The agent hands over to a human.
    GivesUp,
    /// The step limit ends it before the user does.
    RunsOut,
}

/// The messages of an episode, and what is true of them.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Conversation {
    /// The messages, in order.
    pub(super) traj: Vec<Json>,
    /// Assistant messages.
    pub(super) turns: u64,
    /// Tool calls made.
    pub(super) tool_calls: u64,
    /// What ended it: `user` or a tool; `None` when nothing did.
    pub(super) source: Option<&'static str>,
}

/// How the speakers of a cell write.
#[derive(Debug, Clone, Copy)]
pub(super) struct Manner {
    pub(super) env: Env,
    pub(super) strategy: Strategy,
    pub(super) leavings: Leavings,
}

/// Makes one conversation. `case` is a number no other episode has: it keeps the texts of any two episodes apart.
pub(super) fn converse(rng: &mut SplitMix64, manner: Manner, scene: &Scenario, course: Course, case: u64) -> Conversation {
    let mut talk = Talk { manner, done: Conversation::default(), case };
    talk.system();
    talk.user(scene.request.as_str());
    talk.say(
        &rng.pick(&["Hello, case {}. Who is asking?", "Case {} is open. Your user id?", "I noted case {}. Your id, please?"])
            .replace("{}", &case.to_string()),
    );
    talk.user(format!("I am {}, {}.", scene.name, scene.user_id));
    if rng.chance(20) {
        let user = Call { name: "get_user_details", arguments: object! {"user_id": scene.user_id.as_str()} };
        talk.call(&user, &object! {"name": scene.name, "membership": "regular"});
    }
    if course == Course::RunsOut {
        for _ in 0..=rng.below(2) {
            talk.call(&scene.lookup.0, &scene.lookup.1);
        }
        return talk.done;
    }
    talk.call(&scene.lookup.0, &scene.lookup.1);
    if rng.chance(15) {
        talk.say("Shall I go on?");
        talk.user("Yes.");
    }
    match course {
        Course::GivesUp => {
            let hand_over = Call { name: "transfer_to_human_agents", arguments: object! {"summary": "beyond my policy"} };
            talk.call(&hand_over, &Json::from("Transfer successful"));
            talk.done.source = Some(hand_over.name);
            return talk.done;
        }
        Course::Errs => talk.call(&scene.mistake, &Json::from("Error: not possible")),
        Course::Solves | Course::RunsOut => talk.call(&scene.action, &object! {"status": "done"}),
    }
    talk.say(if rng.chance(50) { "That is settled." } else { "Done. Anything else?" });
    talk.user("###STOP###");
    talk.done.source = Some("user");
    talk.done
}

struct Talk {
    manner: Manner,
    done: Conversation,
    case: u64,
}

impl Talk {
    fn system(&mut self) {
        let format = match self.manner.strategy {
            Strategy::ToolCalling => "",
            Strategy::Act => "\n\n# Instruction\nFormat:\nAction:\n{\"name\": _, \"arguments\": _}",
            Strategy::React => "\n\n# Instruction\nFormat:\nThought:\n_\nAction:\n{\"name\": _, \"arguments\": _}",
        };
        self.push(object! {"role": "system", "content": format!("{}{format}", self.manner.env.policy())});
    }

    fn user(&mut self, content: impl Into<String>) {
        self.push(object! {"role": "user", "content": content.into()});
    }

    /// Speaks to the user: plainly, or as the text strategies do, through the action `respond`.
    fn say(&mut self, text: &str) {
        let respond = Call { name: "respond", arguments: object! {"content": text} };
        let content = match self.manner.strategy {
            Strategy::ToolCalling => text.to_owned(),
            Strategy::Act => action(&respond),
            Strategy::React => format!("Thought:\nI can answer.\n{}", action(&respond)),
        };
        self.assistant(Some(content), Vec::new());
    }

    /// Calls a tool and hears its answer.
    fn call(&mut self, call: &Call, answer: &Json) {
        let answer = match answer {
            Json::Str(text) => text.clone(),
            other => dump(other, COMPACT),
        };
        self.done.tool_calls += 1;
        let thought = if self.manner.strategy == Strategy::React { "Thought:\nI need to call a tool.\n" } else { "" };
        if self.manner.strategy == Strategy::ToolCalling {
            let id = format!("call_{}_{}", self.case, self.done.tool_calls);
            let function = object! {"arguments": dump(&call.arguments, COMPACT), "name": call.name};
            self.assistant(None, vec![object! {"function": function, "id": id.as_str(), "type": "function"}]);
            self.push(object! {"role": "tool", "tool_call_id": id, "name": call.name, "content": answer});
        } else {
            self.assistant(Some(format!("{thought}{}", action(call))), Vec::new());
            self.user(format!("API output: {answer}"));
        }
        if self.manner.leavings == Leavings::Fork && self.done.tool_calls == 2 {
            self.push(object! {"role": "subtask_checker", "content": "subtask 1: ok"});
        }
    }

    fn assistant(&mut self, content: Option<String>, calls: Vec<Json>) {
        let leavings = self.manner.leavings;
        let mut message = Vec::new();
        match content {
            Some(text) => message.push(("content".to_owned(), Json::Str(text))),
            None if leavings == Leavings::Fork => {}
            None => message.push(("content".to_owned(), Json::Null)),
        }
        message.push(("role".to_owned(), Json::from("assistant")));
        if !calls.is_empty() {
            message.push(("tool_calls".to_owned(), Json::List(calls)));
        } else if leavings == Leavings::EmptyToolCalls {
            let none = if self.done.turns.is_multiple_of(2) { Json::List(Vec::new()) } else { Json::Null };
            message.push(("tool_calls".to_owned(), none));
        }
        if leavings == Leavings::Fork {
            message.push(("function_call".to_owned(), Json::Null));
            message.push(("refusal".to_owned(), Json::Null));
        }
        self.done.turns += 1;
        self.push(Json::Object(message));
    }

    fn push(&mut self, message: Json) {
        self.done.traj.push(message);
    }
}

fn action(call: &Call) -> String {
    format!("Action:\n{}", dump(&object! {"name": call.name, "arguments": call.arguments.clone()}, COMPACT))
}
