//! One simulation, or one entry of a flat list of outcomes → one [`Episode`].

use serde::de::MapAccess;

use super::{
    evidence::Evidence,
    message::Messages,
    review::{self, Authentication, Review},
    reward::{self, RewardInfo},
    task::task_id,
};
use crate::{
    identity::{
        ContentHints, Field,
        by_record::{RecordKey, RecordSays},
        is_env,
    },
    records::{Component, Conversation, Episode, ErrorClass, Fingerprint, Outcome, RunError, TaskId, Tau2Facts, Termination},
    redact::veil,
    rules::ErrorRules,
    sources::{
        digest::{self, Digest, NOTHING},
        findings::first_line,
        lenient::{List, Members, Object, Scalar, skip},
    },
};

/// A simulation as read: nothing interpreted yet.
#[derive(Default)]
pub(super) struct RawSimulation {
    id: Scalar,
    task_id: Scalar,
    trial: Scalar,
    seed: Scalar,
    start_time: Scalar,
    end_time: Scalar,
    duration: Scalar,
    termination: Scalar,
    agent_cost: Scalar,
    user_cost: Scalar,
    mode: Scalar,
    retries: Scalar,
    reward_info: Object<RewardInfo>,
    /// What stood in the place of `reward_info`.
    reward_info_is: &'static str,
    review: Object<Review>,
    user_review: Object<Review>,
    authentication: Object<Authentication>,
    messages: Messages,
    has_messages: bool,
    flat: Flat,
    /// What its own keys say of its identity.
    keys: RecordSays,
    /// A key of those that decide its result and that stands there twice.
    pub(super) twice: Option<&'static str>,
}

/// What only a flat list of outcomes has.
#[derive(Default)]
struct Flat {
    reward: Scalar,
    messages: Scalar,
    actions: List<Object<Nothing>>,
    error: Scalar,
}

#[derive(Default)]
struct Nothing;

impl<'de> Members<'de> for Nothing {
    fn member<A: MapAccess<'de>>(&mut self, _: &str, map: &mut A) -> Result<(), A::Error> {
        skip(map)
    }
}

impl<'de> Members<'de> for RawSimulation {
    fn member<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        let known = [("task_id", &self.task_id), ("trial", &self.trial), ("reward", &self.flat.reward)];
        let known = known.into_iter().find(|(name, value)| *name == key && **value != Scalar::Missing).map(|(name, _)| name);
        let known = known.or((key == "reward_info" && !self.reward_info_is.is_empty()).then_some("reward_info"));
        self.twice = known.or(self.twice);
        match key {
            "id" => self.id = map.next_value()?,
            "task_id" => self.task_id = map.next_value()?,
            "trial" => self.trial = map.next_value()?,
            "seed" => self.seed = map.next_value()?,
            "start_time" => self.start_time = map.next_value()?,
            "end_time" => self.end_time = map.next_value()?,
            "duration" => self.duration = map.next_value()?,
            "termination_reason" => self.termination = map.next_value()?,
            "agent_cost" => self.agent_cost = map.next_value()?,
            "user_cost" => self.user_cost = map.next_value()?,
            "mode" => self.mode = map.next_value()?,
            "hallucination_retries_used" => self.retries = map.next_value()?,
            "reward_info" => {
                self.reward_info = map.next_value()?;
                self.reward_info_is = "null";
            }
            "review" => self.review = map.next_value()?,
            "user_only_review" => self.user_review = map.next_value()?,
            "auth_classification" => self.authentication = map.next_value()?,
            "messages" => {
                self.messages = map.next_value()?;
                self.has_messages = true;
            }
            "reward" => self.flat.reward = map.next_value()?,
            "n_messages" => self.flat.messages = map.next_value()?,
            "actions" => self.flat.actions = map.next_value()?,
            "error" => self.flat.error = map.next_value()?,
            // `ticks` of a voice conversation are 4 MB each.
            "ticks" => {
                skip(map)?;
                self.has_messages = true;
            }
            key => match RecordKey::of(key) {
                Some(key) => self.keys.read(key, map.next_value::<Scalar>()?.text()),
                None => skip(map)?,
            },
        }
        Ok(())
    }
}

/// The rule by which a simulation is an infrastructure error whose evaluation raised an exception: its reward of 0 judges nothing.
const EVALUATION_RAISED: &str = "evaluation-raised";

impl RawSimulation {
    /// Returns whether the object is certainly a simulation or an outcome. In a file whose `info` is that of a run, or
    /// beside certain simulations (`is_in_run`), any of its marks will do; elsewhere a second one is asked for, since other tools write the same keys
    /// (rLLM's episodes have a `termination_reason`). See the module's table of certain keys.
    pub(super) fn is_simulation(&self, is_in_run: bool) -> bool {
        let has = |value: &Scalar| *value != Scalar::Missing;
        let has_reward_info = !self.reward_info_is.is_empty();
        let is_told = has(&self.task_id) || has(&self.id);
        if is_in_run {
            return has_reward_info
                || has(&self.termination)
                || (has(&self.flat.reward) && is_told)
                || (self.has_messages && has(&self.id));
        }
        let has_size = self.has_messages || has(&self.flat.messages);
        // Others end their episodes too, in words of their own.
        let has_end = self.termination().is_some_and(|end| !matches!(end, Termination::Other(_)));
        let names_env = self.keys.values.get(&Field::Env).is_some_and(|env| is_env(env));
        has_reward_info && is_told
            || has(&self.task_id) && has_end && (has_size || has(&self.flat.reward))
            || has(&self.task_id) && has(&self.flat.reward) && has(&self.flat.messages) && (has_end || names_env)
            || has(&self.task_id) && has(&self.id) && self.has_messages && (has(&self.trial) || self.is_full_duplex())
    }

    /// Returns whether this is an entry of a flat list: its reward stands at top level.
    pub(super) fn is_flat(&self) -> bool {
        self.flat.reward != Scalar::Missing
    }

    /// Returns the task it names.
    pub(super) fn task(&self) -> Result<Option<TaskId>, String> {
        task_id(&self.task_id)
    }

    /// Returns whether it was held by voice.
    pub(super) fn is_full_duplex(&self) -> bool {
        self.mode.text() == Some("full_duplex")
    }

    /// Returns what the names of the tools say of the environment.
    pub(super) fn hints(&self) -> Option<&ContentHints> {
        self.messages.0.as_ref().map(|talk| &talk.hints)
    }

    /// Returns whether its messages bear the time they were written down at.
    pub(super) fn is_stamped_at_once(&self) -> bool {
        self.messages.0.as_ref().is_some_and(|talk| talk.stamped_at_once)
    }

    /// Returns what is certain of its identity; its tools count only where the file has no `info`, which names the domain.
    pub(super) fn says(&self, has_info: bool) -> RecordSays {
        self.keys.clone().over(self.hints().filter(|_| !has_info).map(ContentHints::certain).unwrap_or_default())
    }

    /// Returns what it repeats of its task.
    pub(super) fn evidence(&self) -> Evidence {
        self.reward_info.0.as_ref().map(RewardInfo::evidence).unwrap_or_default()
    }

    /// Interprets the simulation as one of `task`. `asks` are the components that task states something to check for, where it
    /// is known.
    pub(super) fn into_episode(
        self,
        record: usize,
        task: Option<TaskId>,
        asks: Option<&[Component]>,
        rules: &ErrorRules,
    ) -> Episode {
        let fingerprint = self.fingerprint(task.as_ref());
        let content = self.content(task.as_ref()).unwrap_or(fingerprint);
        let outcome = self.outcome(rules);
        let (conversation, agent_cost_usd, user_cost_usd) =
            (self.conversation(), self.agent_cost.number(), self.user_cost.number());
        let trial = self.trial.integer();
        let tau2 = Some(Box::new(self.into_facts(&outcome, asks)));
        Episode {
            task,
            trial,
            outcome,
            fingerprint,
            content,
            record,
            conversation,
            agent_cost_usd,
            user_cost_usd,
            is_cut_off: false,
            identity: None,
            tau2,
        }
    }

    /// Returns where the reward stands: in `reward_info`, else at top level.
    fn reward(&self) -> &Scalar {
        self.reward_info.0.as_ref().map_or(&self.flat.reward, |info| &info.reward)
    }

    fn termination(&self) -> Option<Termination> {
        // Veiled as it is spelled: a key in lower case is no longer known for one.
        self.termination.text().filter(|text| !text.trim().is_empty()).map(|text| Termination::parse(&veil(text.trim())))
    }

    fn outcome(&self, rules: &ErrorRules) -> Outcome {
        let reward = self.reward().number();
        let error_text = self.flat.error.text().filter(|text| !text.trim().is_empty());
        let note = error_text.or_else(|| self.reward_info.0.as_ref()?.note());
        let error = |class: ErrorClass, termination: Termination| {
            let rule = termination.to_string();
            let text = first_line(note.unwrap_or(&rule));
            Outcome::Error { error: RunError { class, rule, text }, reward }
        };
        match self.termination() {
            Some(end @ Termination::InfrastructureError) => return error(ErrorClass::Infrastructure, end),
            Some(end @ Termination::ContextWindowExceeded) => return error(ErrorClass::ContextWindow, end),
            _ => {}
        }
        if let Some(text) = self.reward_info.0.as_ref().and_then(RewardInfo::evaluator_error) {
            let error =
                RunError { class: ErrorClass::Infrastructure, rule: EVALUATION_RAISED.to_owned(), text: first_line(text) };
            return Outcome::Error { error, reward };
        }
        if let Some(text) = error_text {
            let (class, rule) = rules.classify(text, None);
            return Outcome::Error { error: RunError { class, rule, text: first_line(text) }, reward };
        }
        match reward {
            Some(reward) => Outcome::Scored { reward },
            None => Outcome::Invalid { reason: self.why_invalid() },
        }
    }

    fn why_invalid(&self) -> String {
        if self.reward_info.0.is_some() || self.is_flat() {
            return format!("reward is {}", self.reward().describe());
        }
        let what = if self.reward_info_is.is_empty() { "missing" } else { self.reward_info_is };
        format!("not evaluated (reward_info is {what})")
    }

    fn conversation(&self) -> Option<Conversation> {
        if let Some(talk) = &self.messages.0 {
            return Some(talk.size);
        }
        let messages = u32::try_from(self.flat.messages.integer()?).ok()?;
        let tool_calls = u32::try_from(self.flat.actions.items().len()).unwrap_or(u32::MAX);
        Some(Conversation { messages, turns: 0, tool_calls })
    }

    /// Digest of what was run: the task, and the messages or the error.
    fn content(&self, task: Option<&TaskId>) -> Option<Fingerprint> {
        let talk = self.messages.0.as_ref().filter(|talk| talk.size.turns > 0).map(|talk| talk.digest.finish());
        let what = talk.or_else(|| self.flat.error.text().map(digest::text))?;
        Some(Fingerprint(digest::of_task(task, what)))
    }

    /// Digest of what makes the simulation itself.
    ///
    /// A simulation with an id and a conversation is told by these: revised files give it another trial or task. Without them,
    /// the task, the trial and the start have to tell it.
    fn fingerprint(&self, task: Option<&TaskId>) -> Fingerprint {
        let mut digest = Digest::default();
        digest.add(self.id.text().map_or(NOTHING, digest::text));
        if self.id.text().is_none_or(str::is_empty) || self.messages.0.is_none() {
            digest.add(task.map_or(NOTHING, |task| digest::text(task.as_str())));
            digest.add(self.trial.integer().map_or(u128::MAX, |trial| u128::from(trial.cast_unsigned())));
            digest.add(self.start_time.text().map_or(NOTHING, digest::text));
        }
        digest.add_u64(self.reward().number().unwrap_or(f64::NAN).to_bits());
        digest.add(self.messages.0.as_ref().map_or(NOTHING, |talk| talk.digest.finish()));
        digest.add(self.flat.error.text().map_or(NOTHING, digest::text));
        Fingerprint(digest.finish())
    }

    fn into_facts(self, outcome: &Outcome, asks: Option<&[Component]>) -> Tau2Facts {
        let text = |value: &Scalar| value.text().map(|text| veil(text).into_owned());
        let termination = self.termination();
        let premature = match &termination {
            Some(Termination::Other(_)) | None => false,
            Some(known) => !known.is_natural(),
        };
        let info = self.reward_info.0.as_ref();
        let evaluated =
            matches!(outcome, Outcome::Scored { .. }) && !premature && !info.is_some_and(RewardInfo::is_unevaluated);
        let mut facts = Tau2Facts {
            id: text(&self.id).unwrap_or_default(),
            termination,
            evaluated,
            duration_s: self.duration.number(),
            start_time: text(&self.start_time),
            end_time: text(&self.end_time),
            hallucination_retries: self.retries.integer().and_then(|retries| u32::try_from(retries).ok()),
            review: review::errors(&self.review, &self.user_review),
            auth_classification: self.authentication.0.as_ref().and_then(Authentication::verdict),
            mode: text(&self.mode),
            seed: self.seed.integer(),
            ..Tau2Facts::default()
        };
        if let Some(talk) = self.messages.0 {
            (facts.tool_errors, facts.agent_tokens, facts.user_tokens) = (talk.tool_errors, talk.agent, talk.user);
            facts.messages_digest = Some(talk.digest.finish());
            facts.turns = talk.turns;
        }
        if let Some(info) = info {
            facts.action_checks = info.action_checks();
            facts.nl_judged = info.nl_judged();
            facts.breakdown = info.breakdown();
            if evaluated {
                facts.basis = info.basis();
                facts.recomputable = info.recomputable();
            }
        }
        if let Some(asks) = asks {
            complete(&mut facts, asks);
        }
        facts
    }
}

/// Adds the components that the simulation's task does not ask for, where it was evaluated.
pub(super) fn complete(facts: &mut Tau2Facts, asks: &[Component]) {
    if facts.evaluated && !facts.basis.is_empty() {
        reward::complete(&mut facts.recomputable, asks);
    }
}

#[cfg(test)]
#[path = "simulation_tests.rs"]
mod tests;
