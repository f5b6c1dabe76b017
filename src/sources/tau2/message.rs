//! The messages of a simulation, read in passing: counted, digested and timed, never kept.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{Error, IgnoredAny, MapAccess, SeqAccess, Visitor},
};

use crate::{
    identity::ContentHints,
    records::{
        Conversation, Tokens, Turn, TurnParts,
        log::{
            self,
            calendar::{Stamp, parse_stamp},
        },
    },
    sources::{
        digest::{AnyValue, Digest},
        lenient::{List, Members, Object, Scalar, scalars_are_nothing, skip},
        role::Role,
    },
};

/// What is kept of a conversation.
#[derive(Default)]
pub(super) struct Talk {
    /// Its size; tool calls are those of both sides.
    pub(super) size: Conversation,
    /// Digest of all messages in order.
    pub(super) digest: Digest,
    /// Tool results marked as errors.
    pub(super) tool_errors: u32,
    /// Tokens of the agent.
    pub(super) agent: Tokens,
    /// Tokens of the user simulator.
    pub(super) user: Tokens,
    /// What the names of the tools say of the environment.
    pub(super) hints: ContentHints,
    /// The messages of both sides.
    pub(super) turns: Vec<Turn>,
    /// Whether the messages bear the time they were written down at, see [`AT_ONCE_MS`].
    pub(super) stamped_at_once: bool,
    /// When the last message was made.
    last: Option<Stamp>,
}

/// Where no message of the two sides came this long after the one before, in milliseconds, no model made them then: converters and
/// tests stamp messages as they write them. In public files the shortest gap of a model is 300 ms, the longest of such stamps 3 ms.
pub(super) const AT_ONCE_MS: f64 = 10.0;

/// Reads `messages`; anything but a list of at least one message is no conversation.
#[derive(Default)]
pub(super) struct Messages(pub(super) Option<Box<Talk>>);

impl<'de> Deserialize<'de> for Messages {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(MessagesVisitor)
    }
}

struct MessagesVisitor;

impl<'de> Visitor<'de> for MessagesVisitor {
    type Value = Messages;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of messages or nothing")
    }

    scalars_are_nothing!(Messages(None));

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Messages, A::Error> {
        let mut talk = Box::<Talk>::default();
        while let Some(message) = seq.next_element::<Object<Message>>()? {
            talk.add(&message.0.unwrap_or_default());
        }
        talk.settle();
        Ok(Messages((talk.size.messages > 0).then_some(talk)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Messages, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Messages(None))
    }
}

impl Talk {
    fn add(&mut self, message: &Message) {
        let (made, position) = (message.timestamp.text().and_then(parse_stamp), self.size.messages);
        let before = std::mem::replace(&mut self.last, made);
        self.size.messages += 1;
        self.size.turns += u32::from(message.role == Role::Assistant);
        self.tool_errors += u32::from(message.role == Role::Tool && message.error == Scalar::Bool(true));
        self.digest.add_u64(message.role as u64);
        self.digest.add(message.content);
        for call in message.tool_calls.items() {
            self.size.tool_calls += 1;
            self.digest.add(call.digest);
            if let Some(name) = &call.name {
                self.hints.tool_call_name(name);
            }
        }
        let (side, tokens) = match message.role {
            Role::Assistant => (log::Role::Agent, &mut self.agent),
            Role::User => (log::Role::UserSim, &mut self.user),
            Role::Other | Role::System | Role::Tool => return,
        };
        if let Some(usage) = &message.usage.0 {
            usage.add_to(tokens);
        }
        let gap_us = made.zip(before).and_then(|(made, before)| made.us_since(before));
        let turn = TurnParts {
            at_ms: made.map(|made| made.local_us.div_euclid(1000)),
            gap_ms: gap_us.map(|us| us as f64 / 1000.0),
            ..message.turn(side, position)
        };
        self.turns.push(Turn::new(&turn));
    }

    /// Takes out times that were not measured, and turns that say nothing.
    fn settle(&mut self) {
        let mut gaps = self.turns.iter().filter_map(|turn| turn.parts().gap_ms).peekable();
        self.stamped_at_once = gaps.peek().is_some() && gaps.all(|ms| (0.0..AT_ONCE_MS).contains(&ms));
        if self.stamped_at_once {
            self.turns.iter_mut().for_each(Turn::forget_moments);
        }
        if self.turns.iter().all(|turn| turn.parts().says_nothing()) {
            self.turns = Vec::new();
        }
        self.turns.shrink_to_fit();
    }
}

/// What is kept of one message until it is added to its conversation.
#[derive(Default)]
struct Message {
    role: Role,
    content: u128,
    tool_calls: List<ToolCall>,
    usage: Object<Usage>,
    error: Scalar,
    timestamp: Scalar,
    cost: Scalar,
    generation_s: Scalar,
}

impl Message {
    /// What it says of itself as a turn. The fixed greeting an agent opens with is recorded with a cost of 0, although no model
    /// made it: a cost without any usage or time at the very beginning is none.
    fn turn(&self, side: log::Role, position: u32) -> TurnParts {
        let tokens = |part: fn(&Usage) -> &Scalar| {
            let count = part(self.usage.0.as_ref()?).integer()?;
            u32::try_from(count).ok()
        };
        let (input_tokens, output_tokens) = (tokens(|usage| &usage.prompt), tokens(|usage| &usage.completion));
        let generation_ms = self.generation_s.number().map(|seconds| seconds * 1000.0);
        let is_greeting = position == 0 && input_tokens.is_none() && output_tokens.is_none() && generation_ms.is_none();
        let cost_usd = self.cost.number().filter(|usd| !is_greeting || *usd != 0.0);
        TurnParts { generation_ms, cost_usd, input_tokens, output_tokens, ..TurnParts::at(side, position) }
    }
}

impl<'de> Members<'de> for Message {
    fn member<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "role" => {
                let mut role = Role::Other;
                map.next_value_seed(AnyValue { key: "", see: &mut |_, text| role = Role::parse(text) })?;
                self.role = role;
            }
            "content" => self.content = map.next_value_seed(AnyValue { key: "", see: &mut |_, _| {} })?,
            "tool_calls" => self.tool_calls = map.next_value()?,
            "usage" => self.usage = map.next_value()?,
            "error" => self.error = map.next_value()?,
            "timestamp" => self.timestamp = map.next_value()?,
            "cost" => self.cost = map.next_value()?,
            "generation_time_seconds" => self.generation_s = map.next_value()?,
            // `raw_data` repeats the whole response of the provider.
            _ => skip(map)?,
        }
        Ok(())
    }
}

struct ToolCall {
    digest: u128,
    name: Option<String>,
}

impl<'de> Deserialize<'de> for ToolCall {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::DeserializeSeed;
        let mut name = None;
        let mut see = |key: &str, text: &str| {
            if key == "name" && name.is_none() {
                name = Some(text.to_owned());
            }
        };
        let digest = AnyValue { key: "", see: &mut see }.deserialize(deserializer)?;
        Ok(Self { digest, name })
    }
}

#[derive(Debug, Default)]
struct Usage {
    prompt: Scalar,
    completion: Scalar,
}

impl<'de> Members<'de> for Usage {
    fn member<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "prompt_tokens" => self.prompt = map.next_value()?,
            "completion_tokens" => self.completion = map.next_value()?,
            _ => skip(map)?,
        }
        Ok(())
    }
}

impl Usage {
    fn add_to(&self, tokens: &mut Tokens) {
        let count = |value: &Scalar| value.integer().and_then(|count| u64::try_from(count).ok());
        let (input, output) = (count(&self.prompt), count(&self.completion));
        if input.is_some() || output.is_some() {
            tokens.messages += 1;
            tokens.input = tokens.input.saturating_add(input.unwrap_or(0));
            tokens.output = tokens.output.saturating_add(output.unwrap_or(0));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn talk(json: &str) -> Option<Box<Talk>> {
        serde_json::from_str::<Messages>(json).unwrap().0
    }

    #[test]
    fn counts_turns_calls_errors_and_tokens() {
        let talk = talk(
            r#"[{"role": "assistant", "content": "Hi", "tool_calls": null, "usage": null, "raw_data": {"usage": {"prompt_tokens": 9}}},
                {"role": "user", "content": "x", "usage": {"prompt_tokens": 10, "completion_tokens": 2}},
                {"role": "assistant", "content": null, "tool_calls": [{"id": "1", "name": "get_order_details", "arguments": {"name": "y"}},
                 {"id": "2", "name": "think", "arguments": {}}], "usage": {"completion_tokens": 5, "prompt_tokens": 7}},
                {"role": "tool", "id": "1", "content": "Error", "error": true},
                {"role": "tool", "id": "2", "content": "", "error": false},
                {"role": "user", "content": "y", "usage": {"other": 1}}]"#,
        )
        .unwrap();
        assert_eq!(talk.size, Conversation { messages: 6, turns: 2, tool_calls: 2 });
        assert_eq!(talk.tool_errors, 1);
        assert_eq!(talk.agent, Tokens { messages: 1, input: 7, output: 5 });
        assert_eq!(talk.user, Tokens { messages: 1, input: 10, output: 2 });
        assert_eq!(talk.hints.env().as_deref(), Some("retail"));
    }

    fn parts(json: &str) -> Vec<TurnParts> {
        talk(json).unwrap().turns.iter().map(Turn::parts).collect()
    }

    #[test]
    fn turns_have_times_tokens_and_costs() {
        let turns = parts(
            r#"[{"role": "assistant", "content": "Hi!", "cost": 0.0, "usage": null, "timestamp": "2026-03-02T09:30:00.250000"},
                {"role": "user", "content": "x", "cost": 0.0025, "timestamp": "2026-03-02T09:30:01.750500",
                 "usage": {"prompt_tokens": 10, "completion_tokens": 2}},
                {"role": "assistant", "tool_calls": [{"name": "think"}], "cost": 0.0, "timestamp": "2026-03-02T09:30:04.750500",
                 "generation_time_seconds": 2.5, "usage": {"prompt_tokens": 7, "completion_tokens": 5}},
                {"role": "tool", "content": "", "timestamp": "2026-03-02T09:30:05"},
                {"role": "assistant", "content": "y", "cost": null, "timestamp": "2026-03-02T09:30:07.5"},
                {"role": "user", "content": "z"},
                {"role": "assistant", "content": "y", "timestamp": "2026-03-02T09:30:09"}]"#,
        );
        // 2026-03-02 is day 20,514.
        let start_ms = 20_514 * 86_400_000 + (9 * 60 + 30) * 60_000;
        let at = |side, position, ms: i64| TurnParts { at_ms: Some(start_ms + ms), ..TurnParts::at(side, position) };
        let (agent, user) = (log::Role::Agent, log::Role::UserSim);
        let tokens =
            |input, output, turn: TurnParts| TurnParts { input_tokens: Some(input), output_tokens: Some(output), ..turn };
        let expected = [
            at(agent, 0, 250),
            tokens(10, 2, TurnParts { gap_ms: Some(1500.5), cost_usd: Some(0.0025), ..at(user, 1, 1750) }),
            tokens(
                7,
                5,
                TurnParts { gap_ms: Some(3000.0), generation_ms: Some(2500.0), cost_usd: Some(0.0), ..at(agent, 2, 4750) },
            ),
            TurnParts { gap_ms: Some(2500.0), ..at(agent, 4, 7500) },
            TurnParts::at(user, 5),
            at(agent, 6, 9000),
        ];
        assert_eq!(turns, expected);
    }

    #[test]
    fn gaps_that_were_not_measured_are_unknown() {
        let message = |role: &str, stamp: &str| format!(r#"{{"role": "{role}", "content": "x", "timestamp": "{stamp}"}}"#);
        let gaps = |stamps: [&str; 3]| {
            let [first, second, third] = stamps;
            let json = [message("assistant", first), message("user", second), message("assistant", third)].join(", ");
            parts(&format!("[{json}]")).iter().map(|turn| turn.gap_ms).collect::<Vec<_>>()
        };
        let noon = "2026-03-02T12:00:00";
        assert_eq!(gaps([noon, noon, "2026-03-02T12:00:01"]), [None, Some(0.0), Some(1000.0)]);
        assert_eq!(gaps([noon, "yesterday", noon]), [None, None, None]);
        assert_eq!(gaps([noon, "2026-03-02T12:00:01Z", "2026-03-02T14:00:02+02:00"]), [None, None, Some(1000.0)]);
        // All stamped when the file was written: no times, and nothing else is known of these turns.
        assert_eq!(gaps([noon, noon, noon]), []);
        assert_eq!(gaps([noon, "2026-03-02T12:00:00.003", "2026-03-02T12:00:00.0129"]), []);
        assert_eq!(gaps([noon, noon, "2026-03-02T12:00:00.01"]), [None, Some(0.0), Some(10.0)]);
        assert_eq!(parts(r#"[{"role": "user", "content": "x"}, {"role": "tool", "timestamp": "2026-03-02T12:00:00"}]"#), []);
    }

    #[test]
    fn what_does_not_make_a_conversation_does_not_count() {
        let digest = |json: &str| talk(json).unwrap().digest.finish();
        let plain = digest(r#"[{"role": "user", "content": "x"}]"#);
        assert_eq!(
            plain,
            digest(r#"[{"content": "x", "turn_idx": 3, "cost": 1.5, "tool_calls": null, "role": "user", "raw_data": {}}]"#)
        );
        assert_ne!(plain, digest(r#"[{"role": "assistant", "content": "x"}]"#));
        assert_ne!(plain, digest(r#"[{"role": "user", "content": "x", "tool_calls": [{"name": "a"}]}]"#));
        for nothing in ["null", "[]", "3", "\"x\"", "{\"a\": 1}"] {
            assert!(talk(nothing).is_none(), "{nothing}");
        }
    }
}
