//! The messages of a simulation, read in passing: counted and digested, never kept.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{Error, IgnoredAny, MapAccess, SeqAccess, Visitor},
};

use crate::{
    identity::ContentHints,
    records::{Conversation, Tokens},
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
}

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
        Ok(Messages((talk.size.messages > 0).then_some(talk)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Messages, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Messages(None))
    }
}

impl Talk {
    fn add(&mut self, message: &Message) {
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
        let side = match message.role {
            Role::Assistant => &mut self.agent,
            Role::User => &mut self.user,
            Role::Other | Role::System | Role::Tool => return,
        };
        if let Some(usage) = &message.usage.0 {
            usage.add_to(side);
        }
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
