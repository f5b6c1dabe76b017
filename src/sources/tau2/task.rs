//! One entry of `tasks`: what was planned, read without its texts.

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, MapAccess},
};

use super::{
    evidence::{ActionDigest, Evidence},
    tools::writes,
};
use crate::{
    records::{Component, TaskId, Tau2Task},
    redact::veil,
    sources::{
        digest::{self, AnyValue, Digest, NOTHING},
        lenient::{List, Members, Object, Scalar, skip},
    },
};

/// A task as read.
#[derive(Debug, Default)]
pub(super) struct RawTask {
    id: Scalar,
    criteria: Object<Criteria>,
    /// Digest of what the user knows and wants and of how the world begins, in any order.
    content: u128,
}

/// `evaluation_criteria`.
#[derive(Debug, Default)]
struct Criteria {
    actions: List<Object<Action>>,
    env_assertions: List<Digested>,
    communicate: List<Scalar>,
    nl: List<Scalar>,
    reward_basis: List<Scalar>,
}

/// A value of which only the digest counts.
#[derive(Debug)]
struct Digested(u128);

impl<'de> Deserialize<'de> for Digested {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        AnyValue { key: "", see: &mut |_, _| {} }.deserialize(deserializer).map(Self)
    }
}

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
            "user_scenario" | "initial_state" | "ticket" | "required_documents" | "user_tools" => {
                let Digested(value) = map.next_value()?;
                self.content = self.content.wrapping_add(member(key, value));
            }
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
        let mut content = self.content;
        if let Some(criteria) = self.criteria.0 {
            content = content.wrapping_add(criteria.digest());
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
        task.digest = (content != NOTHING).then(|| short(content));
        Some(Planned { id, task, asks, evidence })
    }
}

impl Criteria {
    /// Returns the digest of what is checked. A basis that is not on record is τ²-bench's default.
    fn digest(&self) -> u128 {
        let texts = |list: &List<Scalar>| in_order(list.items().iter().map(|item| item.text().map_or(NOTHING, digest::text)));
        let actions = self.actions.objects().map(|action| {
            let mut sum = Digest::default();
            let ActionDigest { name, arguments } = action.digest();
            sum.add(name);
            sum.add(arguments);
            sum.finish()
        });
        let basis = texts(&self.reward_basis);
        let basis = if basis == NOTHING { in_order(["DB", "COMMUNICATE"].map(digest::text).into_iter()) } else { basis };
        let asked = [
            member("actions", in_order(actions)),
            member("env_assertions", in_order(self.env_assertions.items().iter().map(|one| one.0))),
            member("communicate_info", texts(&self.communicate)),
            member("nl_assertions", texts(&self.nl)),
        ];
        let asked = asked.into_iter().fold(NOTHING, u128::wrapping_add);
        if asked == NOTHING { NOTHING } else { asked.wrapping_add(member("reward_basis", basis)) }
    }
}

/// Digest of a member of an object: nothing where it says nothing.
fn member(key: &str, value: u128) -> u128 {
    if value == NOTHING {
        return NOTHING;
    }
    let mut sum = Digest::default();
    sum.add(digest::text(key));
    sum.add(value);
    sum.finish()
}

fn in_order(parts: impl Iterator<Item = u128>) -> u128 {
    let (mut sum, mut any) = (Digest::default(), false);
    for part in parts {
        sum.add(part);
        any = true;
    }
    if any { sum.finish() } else { NOTHING }
}

/// The first half of a digest.
fn short(digest: u128) -> u64 {
    (digest >> 64) as u64
}

/// Reads a task id: a string or an integer; `Ok(None)` where there is none.
pub(super) fn task_id(value: &Scalar) -> Result<Option<TaskId>, String> {
    match value {
        Scalar::Missing | Scalar::Null => Ok(None),
        Scalar::Text(id) if id.trim().is_empty() => Ok(None),
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
            digest: planned.task.digest,
        };
        assert!(planned.task.digest.is_some());
        assert_eq!(planned.task, expected);
        assert_eq!(planned.asks, [Component::EnvAssertion, Component::Action]);
    }

    #[test]
    fn what_makes_a_task_is_in_its_digest_and_nothing_else() {
        let digest = |members: &str| planned(&format!(r#"{{"id": "1", {members}}}"#)).unwrap().task.digest;
        assert_eq!(digest(r#""evaluation_criteria": {"actions": [], "nl_assertions": null}, "ticket": null"#), None);
        let plain = digest(r#""user_scenario": {"instructions": "a"}"#);
        assert!(plain.is_some());
        let noted = r#""user_scenario": {"persona": null, "instructions": "a"}, "description": "b", "issues": [1]"#;
        assert_eq!(digest(noted), plain);
        for other in [
            r#""user_scenario": {"instructions": "b"}"#,
            r#""user_scenario": {"instructions": "a"}, "ticket": "t""#,
            r#""user_scenario": {"instructions": "a"}, "evaluation_criteria": {"communicate_info": ["x"]}"#,
            r#""user_scenario": {"instructions": "a"}, "evaluation_criteria": {"actions": [{"name": "f", "arguments": {"a": 1}}]}"#,
        ] {
            assert_ne!(digest(other), plain, "{other}");
        }
        let asks = |basis: &str| digest(&format!(r#""evaluation_criteria": {{"communicate_info": ["x"]{basis}}}"#));
        assert_eq!(asks(""), asks(r#", "reward_basis": ["DB", "COMMUNICATE"]"#));
        assert_ne!(asks(""), asks(r#", "reward_basis": ["DB", "NL_ASSERTION"]"#));
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
