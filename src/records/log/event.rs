//! One timed event, in 64 bytes: a log of 100 MB has some 400,000.

use crate::records::packed::{NO_TIME, NO_TOKENS, known, number, time, tokens};

/// Everything an event says, before it is packed.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct EventParts {
    /// When it ended (lines are written at the end of a call), in milliseconds since 1970, local to the machine that wrote it.
    pub at_ms: Option<i64>,
    /// How long it took, in milliseconds. May be negative where a log is wrong.
    pub duration_ms: Option<f64>,
    /// Of that, until the first token.
    pub prefill_ms: Option<f64>,
    /// Of that, from the first token to the last.
    pub decode_ms: Option<f64>,
    /// Of that, in the inference server.
    pub infer_ms: Option<f64>,
    /// Tokens of the prompt.
    pub input_tokens: Option<u32>,
    /// Tokens of the answer.
    pub output_tokens: Option<u32>,
    /// The step of the conversation.
    pub step: Option<i32>,
    /// What was called: a place in `LogFile::sources`.
    pub source: u32,
    /// Where it was called: a place in `LogFile::contexts`.
    pub context: u32,
    /// Its line, from 1.
    pub line: u32,
}

/// One timed event. Unknown is a value that no log can hold, and comes out as `None`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Event {
    at_ms: i64,
    duration_ms: f64,
    prefill_ms: f64,
    decode_ms: f64,
    infer_ms: f64,
    input_tokens: u32,
    output_tokens: u32,
    step: i32,
    source: u32,
    context: u32,
    line: u32,
}

const _: () = assert!(size_of::<Event>() <= 64, "an event must stay small: there may be millions");

const NO_STEP: i32 = i32::MIN;

impl Event {
    /// Packs an event. Durations that are no finite number become unknown.
    pub fn new(parts: &EventParts) -> Self {
        Self {
            at_ms: parts.at_ms.unwrap_or(NO_TIME),
            duration_ms: number(parts.duration_ms),
            prefill_ms: number(parts.prefill_ms),
            decode_ms: number(parts.decode_ms),
            infer_ms: number(parts.infer_ms),
            input_tokens: parts.input_tokens.unwrap_or(NO_TOKENS),
            output_tokens: parts.output_tokens.unwrap_or(NO_TOKENS),
            step: parts.step.unwrap_or(NO_STEP),
            source: parts.source,
            context: parts.context,
            line: parts.line,
        }
    }

    /// Returns when it ended, in milliseconds since 1970, local to the machine that wrote it.
    pub fn at_ms(&self) -> Option<i64> {
        time(self.at_ms)
    }

    /// Returns how long it took, in milliseconds.
    pub fn duration_ms(&self) -> Option<f64> {
        known(self.duration_ms)
    }

    /// Returns the time until the first token, in milliseconds.
    pub fn prefill_ms(&self) -> Option<f64> {
        known(self.prefill_ms)
    }

    /// Returns the time from the first token to the last, in milliseconds.
    pub fn decode_ms(&self) -> Option<f64> {
        known(self.decode_ms)
    }

    /// Returns the time in the inference server, in milliseconds.
    pub fn infer_ms(&self) -> Option<f64> {
        known(self.infer_ms)
    }

    /// Returns the tokens of the prompt.
    pub fn input_tokens(&self) -> Option<u32> {
        tokens(self.input_tokens)
    }

    /// Returns the tokens of the answer.
    pub fn output_tokens(&self) -> Option<u32> {
        tokens(self.output_tokens)
    }

    /// Returns the step of the conversation.
    pub fn step(&self) -> Option<i32> {
        (self.step != NO_STEP).then_some(self.step)
    }

    /// Returns what was called, a place in `LogFile::sources`.
    pub fn source(&self) -> u32 {
        self.source
    }

    /// Returns where it was called, a place in `LogFile::contexts`.
    pub fn context(&self) -> u32 {
        self.context
    }

    /// Returns its line, from 1.
    pub fn line(&self) -> u32 {
        self.line
    }

    /// Puts the event into another context.
    pub fn set_context(&mut self, context: u32) {
        self.context = context;
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
            step in proptest::option::of(0_i32..i32::MAX),
        ) {
            let parts = EventParts { at_ms, duration_ms: ms, output_tokens: tokens, step, context: 7, ..EventParts::default() };
            let event = Event::new(&parts);
            prop_assert_eq!((event.at_ms(), event.duration_ms(), event.output_tokens(), event.step()), (at_ms, ms, tokens, step));
            prop_assert_eq!((event.prefill_ms(), event.decode_ms(), event.infer_ms(), event.input_tokens()), (None, None, None, None));
            prop_assert_eq!((event.source(), event.context(), event.line()), (0, 7, 0));
        }
    }

    #[test]
    fn no_number_is_unknown() {
        for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            let event = Event::new(&EventParts { duration_ms: Some(value), ..EventParts::default() });
            assert_eq!(event.duration_ms(), None, "{value}");
            assert_eq!(event, event, "an event without a duration must equal itself");
        }
    }
}
