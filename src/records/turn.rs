//! One turn of a conversation, in 64 bytes at most: a large sweep has millions.

use super::{
    log::Role,
    packed::{NO_TIME, NO_TOKENS, known, number, time, tokens},
};

/// What a result file says of one message of the agent or of the user simulator.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TurnParts {
    /// Whose message it is: [`Role::Agent`] or [`Role::UserSim`].
    pub side: Role,
    /// Index of the message in its conversation, from 0.
    pub position: u32,
    /// When the message was made, in milliseconds since 1970, local to the machine that wrote it.
    pub at_ms: Option<i64>,
    /// How long its generation took as recorded, in milliseconds.
    pub generation_ms: Option<f64>,
    /// The turn gap: time since the message before it, of whatever role, in milliseconds. Includes all that happened between the two.
    pub gap_ms: Option<f64>,
    /// What it cost, in US dollars.
    pub cost_usd: Option<f64>,
    /// Tokens of the prompt.
    pub input_tokens: Option<u32>,
    /// Tokens of the answer.
    pub output_tokens: Option<u32>,
}

impl TurnParts {
    /// Returns a message of which nothing but its place is known.
    pub fn at(side: Role, position: u32) -> Self {
        let (at_ms, generation_ms, gap_ms, cost_usd) = (None, None, None, None);
        Self { side, position, at_ms, generation_ms, gap_ms, cost_usd, input_tokens: None, output_tokens: None }
    }

    /// Returns whether nothing but its place is known.
    pub fn says_nothing(&self) -> bool {
        *self == Self::at(self.side, self.position)
    }
}

/// One turn. Unknown is a value that no file can hold, and comes out as `None`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Turn {
    at_ms: i64,
    generation_ms: f64,
    gap_ms: f64,
    cost_usd: f64,
    input_tokens: u32,
    output_tokens: u32,
    position: u32,
    side: Role,
}

const _: () = assert!(size_of::<Turn>() <= 64, "a turn must stay small: there may be millions");

impl Turn {
    /// Packs a turn. Numbers that are not finite become unknown.
    pub fn new(parts: &TurnParts) -> Self {
        Self {
            at_ms: parts.at_ms.unwrap_or(NO_TIME),
            generation_ms: number(parts.generation_ms),
            gap_ms: number(parts.gap_ms),
            cost_usd: number(parts.cost_usd),
            input_tokens: parts.input_tokens.unwrap_or(NO_TOKENS),
            output_tokens: parts.output_tokens.unwrap_or(NO_TOKENS),
            position: parts.position,
            side: parts.side,
        }
    }

    /// Returns all it says.
    pub fn parts(&self) -> TurnParts {
        TurnParts {
            side: self.side,
            position: self.position,
            at_ms: time(self.at_ms),
            generation_ms: known(self.generation_ms),
            gap_ms: known(self.gap_ms),
            cost_usd: known(self.cost_usd),
            input_tokens: tokens(self.input_tokens),
            output_tokens: tokens(self.output_tokens),
        }
    }

    /// Takes out when it was made and the gap before it.
    pub fn forget_moments(&mut self) {
        (self.at_ms, self.gap_ms) = (NO_TIME, number(None));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_packed_comes_out(
            at_ms in proptest::option::of(0_i64..i64::MAX),
            ms in proptest::option::of(-1e9..1e9),
            tokens in proptest::option::of(0_u32..u32::MAX),
            position in 0_u32..u32::MAX,
        ) {
            let parts = TurnParts { at_ms, gap_ms: ms, output_tokens: tokens, ..TurnParts::at(Role::UserSim, position) };
            prop_assert_eq!(Turn::new(&parts).parts(), parts);
            let parts = TurnParts { generation_ms: ms, cost_usd: ms, input_tokens: tokens, ..TurnParts::at(Role::Agent, 0) };
            prop_assert_eq!(Turn::new(&parts).parts(), parts);
        }
    }

    #[test]
    fn no_number_is_unknown_and_moments_can_be_forgotten() {
        let known = TurnParts { at_ms: Some(5), gap_ms: Some(1.5), cost_usd: Some(0.5), ..TurnParts::at(Role::Agent, 3) };
        let mut turn = Turn::new(&TurnParts { generation_ms: Some(f64::NAN), ..known });
        assert_eq!((turn, turn.parts()), (turn, known));
        turn.forget_moments();
        assert_eq!(turn.parts(), TurnParts { at_ms: None, gap_ms: None, ..known });
        assert!(TurnParts::at(Role::Agent, 3).says_nothing() && !known.says_nothing());
    }
}
