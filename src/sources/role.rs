//! Who speaks in a message, named alike in τ-bench and τ²-bench.

/// The role of a message of a conversation. The order is part of the digest of a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Role {
    #[default]
    Other,
    System,
    User,
    Assistant,
    Tool,
}

impl Role {
    /// Reads the role as it is written in a message.
    pub(super) fn parse(text: &str) -> Self {
        match text {
            "system" => Self::System,
            "user" => Self::User,
            "assistant" => Self::Assistant,
            "tool" => Self::Tool,
            _ => Self::Other,
        }
    }
}
