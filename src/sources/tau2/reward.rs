//! `reward_info`: the reward, its components and the checks behind them.

use std::collections::BTreeMap;

use serde::de::MapAccess;

use super::{
    evidence::Evidence,
    task::{Action, components},
    tools::writes,
};
use crate::{
    records::{ActionCheck, Component},
    redact::veil,
    sources::lenient::{List, Members, Object, Scalar, skip},
};

/// `reward_info` as read.
#[derive(Debug, Default)]
pub(super) struct RewardInfo {
    pub(super) reward: Scalar,
    db_check: Object<DbCheck>,
    env_assertions: List<Object<Check>>,
    action_checks: List<Object<RawActionCheck>>,
    nl_assertions: List<Object<Check>>,
    communicate_checks: List<Object<Check>>,
    reward_basis: List<Scalar>,
    breakdown: Object<Breakdown>,
    notes: Object<Notes>,
}

#[derive(Debug, Default)]
struct DbCheck {
    matched: Scalar,
    reward: Scalar,
}

/// An entry of `env_assertions`, `nl_assertions` or `communicate_checks`.
#[derive(Debug, Default)]
struct Check {
    met: Scalar,
    reward: Scalar,
    text: Scalar,
}

#[derive(Debug, Default)]
struct RawActionCheck {
    action: Object<Action>,
    matched: Scalar,
    tool_type: Scalar,
}

#[derive(Debug, Default)]
struct Breakdown(BTreeMap<Component, f64>);

/// `reward_info.info`, where it says why there was no evaluation.
#[derive(Debug, Default)]
struct Notes {
    note: Scalar,
}

impl<'de> Members<'de> for RewardInfo {
    fn member<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "reward" => self.reward = map.next_value()?,
            "db_check" => self.db_check = map.next_value()?,
            "env_assertions" => self.env_assertions = map.next_value()?,
            "action_checks" => self.action_checks = map.next_value()?,
            "nl_assertions" => self.nl_assertions = map.next_value()?,
            "communicate_checks" => self.communicate_checks = map.next_value()?,
            "reward_basis" => self.reward_basis = map.next_value()?,
            "reward_breakdown" => self.breakdown = map.next_value()?,
            "info" => self.notes = map.next_value()?,
            _ => skip(map)?,
        }
        Ok(())
    }
}

impl<'de> Members<'de> for DbCheck {
    fn member<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "db_match" => self.matched = map.next_value()?,
            "db_reward" => self.reward = map.next_value()?,
            _ => skip(map)?,
        }
        Ok(())
    }
}

impl<'de> Members<'de> for Check {
    fn member<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "met" => self.met = map.next_value()?,
            "reward" => self.reward = map.next_value()?,
            "info" | "nl_assertion" => self.text = map.next_value()?,
            _ => skip(map)?,
        }
        Ok(())
    }
}

impl<'de> Members<'de> for RawActionCheck {
    fn member<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "action" => self.action = map.next_value()?,
            "action_match" => self.matched = map.next_value()?,
            "tool_type" => self.tool_type = map.next_value()?,
            _ => skip(map)?,
        }
        Ok(())
    }
}

impl<'de> Members<'de> for Breakdown {
    fn member<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        let reward = map.next_value::<Scalar>()?.number();
        // Python prints an enumeration's member as `RewardType.DB` where it is no string.
        let component = Component::parse(key.rsplit('.').next().unwrap_or(key));
        self.0.extend(component.zip(reward));
        Ok(())
    }
}

impl<'de> Members<'de> for Notes {
    fn member<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "note" => self.note = map.next_value()?,
            _ => skip(map)?,
        }
        Ok(())
    }
}

impl Check {
    fn is_met(&self) -> bool {
        self.met == Scalar::Bool(true)
    }
}

/// How τ²-bench begins its note where it gave a reward of 0 because the simulation did not come to its own end (`evaluator.py`).
const ENDED_EARLY: &str = "Simulation terminated prematurely";

/// How τ²-bench begins its note where it gave a reward of 0 because its own evaluation raised an exception (`evaluator.py`).
const RAISED: &str = "Evaluation raised";

impl RewardInfo {
    /// Returns the note on the reward, if any.
    pub(super) fn note(&self) -> Option<&str> {
        self.notes.0.as_ref().and_then(|notes| notes.note.text())
    }

    /// Returns whether the note says that the reward comes from no evaluation.
    pub(super) fn is_unevaluated(&self) -> bool {
        self.note().is_some_and(|note| note.starts_with(ENDED_EARLY) || note.starts_with(RAISED))
    }

    /// Returns the note that says that the evaluation itself failed.
    pub(super) fn evaluator_error(&self) -> Option<&str> {
        self.note().filter(|note| note.starts_with(RAISED))
    }

    /// Returns the components whose product is the reward.
    pub(super) fn basis(&self) -> Vec<Component> {
        components(&self.reward_basis)
    }

    /// Returns the reward by component as recorded.
    pub(super) fn breakdown(&self) -> BTreeMap<Component, f64> {
        self.breakdown.0.as_ref().map(|breakdown| breakdown.0.clone()).unwrap_or_default()
    }

    /// Returns the number of natural-language assertions judged.
    pub(super) fn nl_judged(&self) -> u32 {
        u32::try_from(self.nl_assertions.items().len()).unwrap_or(u32::MAX)
    }

    /// Returns the checks of the reference actions.
    pub(super) fn action_checks(&self) -> Vec<ActionCheck> {
        let checks = self.action_checks.objects().map(|check| {
            let action = check.action.0.as_ref();
            let text = |get: fn(&Action) -> &Scalar| action.and_then(|action| get(action).text());
            let tool = text(|action| &action.name).unwrap_or_default();
            ActionCheck {
                tool: veil(tool).into_owned(),
                requestor: veil(text(|action| &action.requestor).unwrap_or("assistant")).into_owned(),
                writes: writes(check.tool_type.text(), tool),
                matched: check.matched == Scalar::Bool(true),
            }
        });
        checks.collect()
    }

    /// Returns the reward by component as the checks on record tell it, the recorded one where they do not.
    ///
    /// DB is `db_check.db_reward`; COMMUNICATE and NL_ASSERTION are 1 if all checks are met; ENV_ASSERTION is the product of
    /// the assertions' rewards; ACTION is 1 if all reference actions were taken (τ²-bench `evaluator/evaluator_*.py`).
    /// Components without a check are for [`complete`] to add.
    pub(super) fn recomputable(&self) -> BTreeMap<Component, f64> {
        let all = |checks: &List<Object<Check>>| {
            let any = !checks.items().is_empty();
            any.then(|| f64::from(u8::from(checks.objects().all(Check::is_met))))
        };
        let env = (!self.env_assertions.items().is_empty()).then(|| {
            let reward = |check: &Check| check.reward.number().unwrap_or(f64::from(u8::from(check.is_met())));
            self.env_assertions.objects().map(reward).product()
        });
        let actions = (!self.action_checks.items().is_empty())
            .then(|| f64::from(u8::from(self.action_checks.objects().all(|check| check.matched == Scalar::Bool(true)))));
        let db = self.db_check.0.as_ref().and_then(|check| match check.matched {
            Scalar::Bool(matched) => check.reward.number().or(Some(f64::from(u8::from(matched)))),
            _ => check.reward.number(),
        });
        let told = [
            (Component::Db, db),
            (Component::Communicate, all(&self.communicate_checks)),
            (Component::EnvAssertion, env),
            (Component::NlAssertion, all(&self.nl_assertions)),
            (Component::Action, actions),
        ];
        let mut found = self.breakdown();
        found.extend(told.into_iter().filter_map(|(component, reward)| Some((component, reward?))));
        found
    }

    /// Returns what the checks repeat of the task.
    pub(super) fn evidence(&self) -> Evidence {
        let actions = self.action_checks.objects().filter_map(|check| check.action.0.as_ref()).map(Action::digest);
        let checks = self.communicate_checks.objects().chain(self.nl_assertions.objects());
        Evidence::new(actions, checks.filter_map(|check| check.text.text()))
    }
}

/// Adds to an evaluated simulation's components those the task does not ask for: they are 1 (`evaluator/evaluator_*.py`).
pub(super) fn complete(recomputable: &mut BTreeMap<Component, f64>, asks: &[Component]) {
    for component in Component::ALL {
        if component != Component::Db && !asks.contains(&component) {
            recomputable.entry(component).or_insert(1.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reward(json: &str) -> RewardInfo {
        serde_json::from_str::<Object<RewardInfo>>(json).unwrap().0.unwrap()
    }

    #[test]
    fn checks_tell_components() {
        let reward = reward(
            r#"{"reward": 0.0, "db_check": {"db_match": true, "db_reward": 1.0},
                "env_assertions": [{"met": true, "reward": 0.5}, {"met": true}, {"met": true, "reward": 0.5}],
                "action_checks": [{"action": {"name": "book_reservation", "requestor": "assistant", "arguments": {}}, "action_match": true},
                    {"action": {"name": "crear_sic"}, "action_match": false, "tool_type": "write"}],
                "nl_assertions": [{"nl_assertion": "a", "met": true}], "communicate_checks": [{"info": "1", "met": false}],
                "reward_basis": ["DB", "COMMUNICATE"], "reward_breakdown": {"DB": 1.0, "COMMUNICATE": 0.0, "NEW": 3.0},
                "info": {"env": null, "note": null}}"#,
        );
        let told: Vec<(&str, f64)> =
            reward.recomputable().into_iter().map(|(component, reward)| (component.name(), reward)).collect();
        assert_eq!(told, [("DB", 1.0), ("COMMUNICATE", 0.0), ("ENV_ASSERTION", 0.25), ("NL_ASSERTION", 1.0), ("ACTION", 0.0)]);
        assert_eq!(reward.basis(), [Component::Db, Component::Communicate]);
        assert_eq!(reward.breakdown(), BTreeMap::from([(Component::Db, 1.0), (Component::Communicate, 0.0)]));
        let checks: Vec<_> =
            reward.action_checks().into_iter().map(|check| (check.tool, check.writes, check.matched)).collect();
        assert_eq!(checks, [("book_reservation".into(), Some(true), true), ("crear_sic".into(), Some(true), false)]);
        assert_eq!((reward.nl_judged(), reward.is_unevaluated()), (1, false));
    }

    #[test]
    fn what_is_not_asked_is_one_and_what_was_not_judged_stays_unknown() {
        let mut told = reward(
            r#"{"reward": 1.0, "db_check": null, "communicate_checks": null, "nl_assertions": [], "env_assertions": []}"#,
        )
        .recomputable();
        assert!(told.is_empty());
        complete(&mut told, &[Component::NlAssertion]);
        let known: Vec<Component> = told.keys().copied().collect();
        assert_eq!(known, [Component::Communicate, Component::EnvAssertion, Component::Action]);
        assert!(told.values().all(|reward| crate::records::episode::is_success(*reward)));
    }

    #[test]
    fn a_note_tells_that_nothing_was_evaluated() {
        let early =
            reward(r#"{"reward": 0.0, "info": {"note": "Simulation terminated prematurely. Termination reason: max_steps"}}"#);
        assert!(early.is_unevaluated() && early.evaluator_error().is_none());
        let raised = reward(r#"{"reward": 0.0, "info": {"note": "Evaluation raised ValueError: replay mismatch"}}"#);
        assert!(raised.is_unevaluated() && raised.evaluator_error().is_some());
        assert!(
            !reward(r#"{"reward": 0.0, "info": {"communicate": {"note": "Simulation terminated prematurely"}}}"#)
                .is_unevaluated()
        );
    }
}
