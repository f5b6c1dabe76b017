//! One τ-bench record → one [`Episode`].

use std::fmt;

use serde::{
    Deserializer,
    de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor},
};

use super::message::{Talk, TalkSeed};
use crate::{
    identity::{
        ContentHints,
        by_record::{RecordKey, RecordSays},
    },
    records::{Episode, Fingerprint, Outcome, RunError, TaskId},
    redact::veil,
    rules::ErrorRules,
    sources::{
        digest::{self, AnyValue, Digest},
        findings::first_line,
        lenient::{Key, Scalar},
    },
};

/// A record as read: nothing interpreted yet.
#[derive(Default)]
pub(super) struct RawRecord {
    task_id: Scalar,
    trial: Scalar,
    reward: Scalar,
    total_cost: Scalar,
    info: Info,
    talk: Option<Talk>,
    has_info: bool,
    has_talk: bool,
    /// Whether the conversation stands under `traj`, τ-bench's own name for it.
    has_traj: bool,
    /// What its messages and tools give away.
    pub(super) hints: ContentHints,
    /// What its own keys say.
    keys: RecordSays,
    /// A key of these that stands there twice.
    pub(super) twice: Option<&'static str>,
}

#[derive(Default)]
struct Info {
    error: Option<String>,
    traceback: Option<String>,
    user_cost: Scalar,
    /// Whether there is a `reward_info` that is null.
    is_unevaluated: bool,
    /// Whether it has a key that τ-bench writes: `reward_info`, `user_cost`, or a `task` with `instruction` or `user_id`.
    is_ours: bool,
}

impl RawRecord {
    /// Returns whether the object is certainly a τ-bench result. A reward is not enough, nor a reward with any `info`: rollouts of
    /// many other tools have both. See the module's table of certain keys.
    pub(super) fn is_result(&self) -> bool {
        let has_reward = self.reward != Scalar::Missing;
        let by_conversation = self.has_traj && (self.has_task() || self.has_info);
        let by_info = self.info.is_ours && (self.has_task() || self.has_talk);
        // A record that names its task and its error, with its conversation or where it was raised, says how the run ended, even without a
        // reward.
        let by_error = self.has_task() && self.info.error.is_some() && (self.has_talk || self.info.traceback.is_some());
        has_reward && (by_conversation || by_info) || by_error
    }

    /// Returns whether the object is a run without a reward: never scored, but a record all the same among others.
    pub(super) fn is_unscored(&self) -> bool {
        self.has_task() && self.has_talk
    }

    /// Returns whether the record names its task.
    pub(super) fn has_task(&self) -> bool {
        !matches!(self.task_id, Scalar::Missing | Scalar::Null)
    }

    /// Returns what is certain of the record's identity: its own keys go before what its content gives away.
    pub(super) fn says(&self) -> RecordSays {
        self.keys.clone().over(self.hints.certain())
    }

    /// Interprets the record, or says what is wrong with it.
    pub(super) fn into_episode(self, record: usize, rules: &ErrorRules) -> Result<Episode, String> {
        let task = match &self.task_id {
            Scalar::Missing | Scalar::Null => None,
            Scalar::Int(id) => Some(TaskId::from(*id)),
            Scalar::Text(id) if id.trim().is_empty() => None,
            Scalar::Text(id) => Some(TaskId::new(veil(id))),
            other => match other.integer() {
                Some(id) => Some(TaskId::from(id)),
                None => return Err(format!("task_id is {}", other.describe())),
            },
        };
        let fingerprint = self.fingerprint(task.as_ref());
        let content = self.content(task.as_ref()).unwrap_or(fingerprint);
        let is_cut_off = self.info.is_unevaluated && self.info.error.is_none();
        let reward = self.reward.number();
        let outcome = match self.info.error {
            Some(error) => {
                let (class, rule) = rules.classify(&error, self.info.traceback.as_deref());
                Outcome::Error { error: RunError { class, rule, text: first_line(&error) }, reward }
            }
            None => match reward {
                Some(reward) => Outcome::Scored { reward },
                None => Outcome::Invalid { reason: format!("reward is {}", self.reward.describe()) },
            },
        };
        Ok(Episode {
            task,
            trial: self.trial.integer(),
            outcome,
            fingerprint,
            content,
            record,
            conversation: self.talk.map(|talk| talk.size),
            agent_cost_usd: self.total_cost.number(),
            user_cost_usd: self.info.user_cost.number(),
            is_cut_off,
            identity: None,
            tau2: None,
        })
    }

    fn content(&self, task: Option<&TaskId>) -> Option<Fingerprint> {
        let talk = self.talk.as_ref().filter(|talk| talk.size.turns > 0).map(|talk| talk.digest.finish());
        let what = talk.or_else(|| self.info.error.as_deref().map(digest::text))?;
        Some(Fingerprint(digest::of_task(task, what)))
    }

    fn fingerprint(&self, task: Option<&TaskId>) -> Fingerprint {
        let mut digest = Digest::default();
        digest.add(task.map_or(digest::NOTHING, |task| digest::text(task.as_str())));
        digest.add(self.trial.integer().map_or(u128::MAX, |trial| u128::from(trial.cast_unsigned())));
        digest.add_u64(self.reward.number().unwrap_or(f64::NAN).to_bits());
        digest.add(self.talk.as_ref().map_or(digest::NOTHING, |talk| talk.digest.finish()));
        digest.add(self.info.error.as_deref().map_or(digest::NOTHING, digest::text));
        Fingerprint(digest.finish())
    }
}

/// Reads one element of a record list. `None` is an element that is no object.
pub(super) struct RecordSeed;

impl<'de> DeserializeSeed<'de> for RecordSeed {
    type Value = Option<RawRecord>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for RecordSeed {
    type Value = Option<RawRecord>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a record object")
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(None)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut record = RawRecord::default();
        while let Some(key) = map.next_key::<Key<'de>>()? {
            record.read_member(key.as_str(), &mut map)?;
        }
        Ok(Some(record))
    }
}

impl RawRecord {
    /// Reads the value of `key` from `map`.
    pub(super) fn read_member<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        let known = [("task_id", &self.task_id), ("trial", &self.trial), ("reward", &self.reward)];
        let known = known.into_iter().find(|(name, value)| *name == key && **value != Scalar::Missing);
        self.twice = known.map(|(name, _)| name).or(self.twice);
        match key {
            "task_id" => self.task_id = map.next_value()?,
            "trial" => self.trial = map.next_value()?,
            "reward" => self.reward = map.next_value()?,
            "total_cost" => self.total_cost = map.next_value()?,
            "info" => {
                self.info = map.next_value_seed(InfoSeed(&mut self.hints))?;
                self.has_info = true;
            }
            "traj" | "messages" => {
                self.talk = map.next_value_seed(TalkSeed(&mut self.hints))?;
                self.has_talk = true;
                self.has_traj |= key == "traj";
            }
            key => match RecordKey::of(key) {
                Some(key) => self.keys.read(key, map.next_value::<Scalar>()?.text()),
                None => _ = map.next_value::<IgnoredAny>()?,
            },
        }
        Ok(())
    }
}
/// Reads `info`: an object with `error` and `traceback`, or `task`, `user_cost`, …; `null` or anything else says nothing.
struct InfoSeed<'a>(&'a mut ContentHints);

impl<'de> DeserializeSeed<'de> for InfoSeed<'_> {
    type Value = Info;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Info, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for InfoSeed<'_> {
    type Value = Info;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an info object or null")
    }

    fn visit_unit<E: Error>(self) -> Result<Info, E> {
        Ok(Info::default())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Info, A::Error> {
        let mut info = Info::default();
        while let Some(key) = map.next_key::<Key<'de>>()? {
            info.is_ours |= matches!(key.as_str(), "reward_info" | "user_cost");
            match key.as_str() {
                "error" => info.error = error_text(map.next_value()?),
                "traceback" => info.traceback = error_text(map.next_value()?),
                "user_cost" => info.user_cost = map.next_value()?,
                "reward_info" => info.is_unevaluated = map.next_value::<Option<IgnoredAny>>()?.is_none(),
                "task" => {
                    let mut see = |key: &str, text: &str| match key {
                        "name" => self.0.gold_action_name(text),
                        "instruction" | "user_id" => info.is_ours = true,
                        _ => {}
                    };
                    map.next_value_seed(AnyValue { key: "", see: &mut see })?;
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(info)
    }
}

fn error_text(value: Scalar) -> Option<String> {
    match value {
        Scalar::Missing | Scalar::Null | Scalar::Bool(false) => None,
        Scalar::Text(text) => Some(text),
        other => Some(format!("(error is {})", other.describe())),
    }
}
