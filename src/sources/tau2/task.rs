//! One entry of `tasks`: what was planned, read without its texts.

use serde::de::MapAccess;

use super::{
    evidence::{ActionDigest, Evidence},
    tools::writes,
};
use crate::{
    records::{Component, TaskId, Tau2Task},
    redact::veil,
    sources::{
        digest::{self, AnyValue, NOTHING},
        lenient::{List, Members, Object, Scalar, skip},
    },
};

/// A task as read.
#[derive(Debug, Default)]
pub(super) struct RawTask {
    id: Scalar,
    criteria: Object<Criteria>,
}

/// `evaluation_criteria`.
#[derive(Debug, Default)]
struct Criteria {
    actions: List<Object<Action>>,
    env_assertions: Count,
    communicate: List<Scalar>,
    nl: List<Scalar>,
    reward_basis: List<Scalar>,
}

/// Number of elements of a list.
type Count = List<Object<Nothing>>;

#[derive(Debug, Default)]
struct Nothing;

/// A reference action, in a task or in an action check.
#[derive(Debug, Default)]
pub(super) struct Action {
    pub(super) name: Scalar,
    pub(super) requestor: Scalar,
    arguments: u128,
}

impl Action {
    /// Returns its name and arguments as evidence.
    pub(super) fn digest(&self) -> ActionDigest {
        ActionDigest { name: self.name.text().map_or(NOTHING, digest::text), arguments: self.arguments }
    }
}

impl<'de> Members<'de> for RawTask {
    fn member<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "id" => self.id = map.next_value()?,
            "evaluation_criteria" => self.criteria = map.next_value()?,
            _ => skip(map)?,
        }
        Ok(())
    }
}

impl<'de> Members<'de> for Criteria {
    fn member<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "actions" => self.actions = map.next_value()?,
            "env_assertions" => self.env_assertions = map.next_value()?,
            "communicate_info" => self.communicate = map.next_value()?,
            "nl_assertions" => self.nl = map.next_value()?,
            "reward_basis" => self.reward_basis = map.next_value()?,
            _ => skip(map)?,
        }
        Ok(())
    }
}

impl<'de> Members<'de> for Nothing {
    fn member<A: MapAccess<'de>>(&mut self, _: &str, map: &mut A) -> Result<(), A::Error> {
        skip(map)
    }
}

impl<'de> Members<'de> for Action {
    fn member<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "name" => self.name = map.next_value()?,
            "requestor" => self.requestor = map.next_value()?,
            "arguments" => self.arguments = map.next_value_seed(AnyValue { key: "", see: &mut |_, _| {} })?,
            _ => skip(map)?,
        }
        Ok(())
    }
}

/// A task as far as it is needed here.
#[derive(Debug, Clone)]
pub(super) struct Planned {
    /// Its id.
    pub(super) id: TaskId,
    /// What is known of it.
    pub(super) task: Tau2Task,
    /// The components it states something to check for, besides the database.
    pub(super) asks: Vec<Component>,
    /// What a simulation of this task repeats.
    pub(super) evidence: Evidence,
}

impl RawTask {
    /// Interprets the task; `None` without an id.
    pub(super) fn into_planned(self) -> Option<Planned> {
        let id = task_id(&self.id).ok().flatten()?;
        let (intent, persona) = telecom_parts(id.as_str());
        let mut task = Tau2Task { intent, persona, ..Tau2Task::default() };
        let (mut asks, mut evidence) = (Vec::new(), Evidence::default());
        if let Some(criteria) = self.criteria.0 {
            let reference: Vec<Option<bool>> =
                criteria.actions.objects().map(|action| writes(None, action.name.text().unwrap_or_default())).collect();
            task.actions = u32::try_from(reference.len()).ok();
            task.write_actions = reference
                .into_iter()
                .collect::<Option<Vec<bool>>>()
                .and_then(|writes| u32::try_from(writes.into_iter().filter(|writes| *writes).count()).ok());
            task.basis = components(&criteria.reward_basis);
            for (component, asked) in [
                (Component::Communicate, criteria.communicate.items().len()),
                (Component::EnvAssertion, criteria.env_assertions.items().len()),
                (Component::NlAssertion, criteria.nl.items().len()),
                (Component::Action, criteria.actions.items().len()),
            ] {
                if asked > 0 {
                    asks.push(component);
                }
            }
            evidence = Evidence::new(
                criteria.actions.objects().map(Action::digest),
                criteria.communicate.items().iter().chain(criteria.nl.items()).filter_map(Scalar::text),
            );
        }
        Some(Planned { id, task, asks, evidence })
    }
}

/// Reads a task id: a string or an integer; `Ok(None)` where there is none.
pub(super) fn task_id(value: &Scalar) -> Result<Option<TaskId>, String> {
    match value {
        Scalar::Missing | Scalar::Null => Ok(None),
        Scalar::Text(id) => Ok(Some(TaskId::new(veil(id)))),
        other => match other.integer() {
            Some(id) => Ok(Some(TaskId::from(id))),
            None => Err(format!("task_id is {}", other.describe())),
        },
    }
}

/// Reads the names of components; unknown ones are left out.
pub(super) fn components(names: &List<Scalar>) -> Vec<Component> {
    names.items().iter().filter_map(|name| Component::parse(name.text()?)).collect()
}

/// Takes issue and persona out of a telecom task's id, `[mms_issue]airplane_mode_on|…[PERSONA:None]`.
fn telecom_parts(id: &str) -> (Option<String>, Option<String>) {
    let intent = id.strip_prefix('[').and_then(|rest| rest.split_once(']')).map(|(intent, _)| intent);
    let persona = id.rsplit_once("[PERSONA:").and_then(|(_, rest)| rest.strip_suffix(']'));
    let own = |part: Option<&str>| part.filter(|part| !part.is_empty()).map(str::to_owned);
    (own(intent), own(persona))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn planned(json: &str) -> Option<Planned> {
        serde_json::from_str::<Object<RawTask>>(json).unwrap().0.unwrap().into_planned()
    }

    #[test]
    fn counts_what_a_task_asks() {
        let planned = planned(
            r#"{"id": "[mms_issue]airplane_mode_on|wifi_off[PERSONA:Hard]", "ticket": "long", "evaluation_criteria": {
                "actions": [{"action_id": "a", "requestor": "user", "name": "toggle_roaming", "arguments": {}},
                            {"name": "get_user", "arguments": {"id": 1}}],
                "env_assertions": [{"env_type": "user"}], "communicate_info": [], "nl_assertions": null,
                "reward_basis": ["ENV_ASSERTION", "SOMETHING_NEW"]}}"#,
        )
        .unwrap();
        let expected = Tau2Task {
            actions: Some(2),
            write_actions: Some(1),
            basis: vec![Component::EnvAssertion],
            intent: Some("mms_issue".into()),
            persona: Some("Hard".into()),
        };
        assert_eq!(planned.task, expected);
        assert_eq!(planned.asks, [Component::EnvAssertion, Component::Action]);
    }

    #[test]
    fn an_action_nobody_knows_leaves_the_number_of_writes_open() {
        let task = planned(r#"{"id": 7, "evaluation_criteria": {"actions": [{"name": "crear_sic"}]}}"#).unwrap();
        assert_eq!((task.id, task.task.actions, task.task.write_actions), (TaskId::from(7), Some(1), None));
        assert_eq!(planned(r#"{"id": "a", "evaluation_criteria": null}"#).unwrap().task, Tau2Task::default());
        assert_eq!(planned(r#"{"id": "a", "evaluation_criteria": {"actions": null}}"#).unwrap().task.actions, Some(0));
        assert!(planned(r#"{"id": [1]}"#).is_none());
    }

    #[test]
    fn only_telecom_ids_name_an_issue() {
        assert_eq!(telecom_parts("[a]b|c[PERSONA:None]"), (Some("a".into()), Some("None".into())));
        assert_eq!(telecom_parts("[a]b"), (Some("a".into()), None));
        assert_eq!(telecom_parts("task_019"), (None, None));
        assert_eq!(telecom_parts("[]"), (None, None));
    }
}
