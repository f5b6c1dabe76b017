//! One message of a conversation, read in passing: counted and digested, never kept.

use std::fmt;

use serde::{
    Deserializer,
    de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor},
};

use crate::{
    identity::ContentHints,
    records::Conversation,
    sources::{
        digest::{AnyValue, Digest, NOTHING},
        lenient::Key,
        role::Role,
    },
};

/// What is kept of a conversation.
#[derive(Default)]
pub(super) struct Talk {
    /// Its size.
    pub(super) size: Conversation,
    /// Digest of all messages in order.
    pub(super) digest: Digest,
}

/// Reads `traj` (or `messages`): a list of messages; `null` or anything else is no conversation.
pub(super) struct TalkSeed<'a>(pub(super) &'a mut ContentHints);

impl<'de> DeserializeSeed<'de> for TalkSeed<'_> {
    type Value = Option<Talk>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for TalkSeed<'_> {
    type Value = Option<Talk>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of messages or null")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut talk = Talk::default();
        while let Some(message) = seq.next_element_seed(MessageSeed(self.0))? {
            talk.add(&message);
        }
        Ok((talk.size.messages > 0).then_some(talk))
    }
}

impl Talk {
    fn add(&mut self, message: &Message) {
        self.size.messages += 1;
        self.size.turns += u32::from(message.role == Role::Assistant);
        self.size.tool_calls += message.tool_calls + u32::from(message.feeds_tool_result);
        self.digest.add_u64(message.role as u64);
        self.digest.add(message.content);
        self.digest.add(message.calls);
    }
}

/// What is kept of one message until it is added to its conversation.
#[derive(Default)]
struct Message {
    role: Role,
    content: u128,
    calls: u128,
    tool_calls: u32,
    feeds_tool_result: bool,
}

/// The user message by which act and react agents are told what a tool returned (τ-bench `chat_react_agent.py`).
const TOOL_RESULT_PREFIX: &str = "API output: ";

struct MessageSeed<'a>(&'a mut ContentHints);

impl<'de> DeserializeSeed<'de> for MessageSeed<'_> {
    type Value = Message;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Message, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for MessageSeed<'_> {
    type Value = Message;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a message object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Message, A::Error> {
        let mut message = Message::default();
        // Writers put `content` before or after `role`; only what begins the text is needed to tell what it is.
        let mut opening = String::new();
        while let Some(key) = map.next_key::<Key<'de>>()? {
            match key.as_str() {
                "role" => {
                    let mut role = Role::Other;
                    map.next_value_seed(AnyValue { key: "", see: &mut |_, text| role = Role::parse(text) })?;
                    message.role = role;
                }
                "content" => {
                    message.content =
                        map.next_value_seed(AnyValue { key: "", see: &mut |_, text| keep_opening(&mut opening, text) })?;
                }
                "tool_calls" => {
                    let (calls, count) = map.next_value_seed(ToolCalls(self.0))?;
                    (message.calls, message.tool_calls) = (calls, count);
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        match message.role {
            Role::System => self.0.system(&opening),
            Role::Assistant => self.0.assistant_text(&opening),
            Role::User => self.0.user_text(&opening),
            Role::Tool | Role::Other => {}
        }
        message.feeds_tool_result = message.role == Role::User && opening.starts_with(TOOL_RESULT_PREFIX);
        Ok(message)
    }
}

fn keep_opening(opening: &mut String, text: &str) {
    if opening.is_empty() {
        opening.push_str(text);
    }
}

/// Reads `tool_calls` into a digest and a count; `null` and `[]` are none.
struct ToolCalls<'a>(&'a mut ContentHints);

impl<'de> DeserializeSeed<'de> for ToolCalls<'_> {
    type Value = (u128, u32);

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ToolCalls<'_> {
    type Value = (u128, u32);

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of tool calls or null")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok((NOTHING, 0))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let (mut digest, mut count) = (Digest::default(), 0);
        let mut see = |key: &str, text: &str| {
            if key == "name" {
                self.0.tool_call_name(text);
            }
        };
        while let Some(call) = seq.next_element_seed(AnyValue { key: "", see: &mut see })? {
            digest.add(call);
            count += 1;
        }
        Ok((if count == 0 { NOTHING } else { digest.finish() }, count))
    }
}
