//! `info`: what a results file says of its run.

use serde::de::MapAccess;

use super::settings::Settings;
use crate::{
    identity::{
        settings::{AGENT, USER},
        tau2::Said,
    },
    sources::lenient::{Members, Object, Scalar},
};

/// `info` as read.
#[derive(Debug, Default)]
pub(super) struct RunInfo {
    git_commit: Scalar,
    num_trials: Scalar,
    max_steps: Scalar,
    agent: Object<Party>,
    user: Object<Party>,
    environment: Object<Environment>,
    /// Everything else.
    settings: Settings,
}

/// `agent_info` and `user_info`.
#[derive(Debug, Default)]
struct Party {
    implementation: Scalar,
    llm: Scalar,
    /// `llm_args`, its keys without that name before them, and everything else.
    settings: Settings,
}

#[derive(Debug, Default)]
struct Environment {
    domain_name: Scalar,
    settings: Settings,
}

impl<'de> Members<'de> for RunInfo {
    fn member<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "git_commit" => self.git_commit = map.next_value()?,
            "num_trials" => self.num_trials = map.next_value()?,
            "max_steps" => self.max_steps = map.next_value()?,
            "agent_info" => self.agent = map.next_value()?,
            "user_info" => self.user = map.next_value()?,
            "environment_info" => self.environment = map.next_value()?,
            _ => self.settings.read(key, map)?,
        }
        Ok(())
    }
}

impl<'de> Members<'de> for Party {
    fn member<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "implementation" => self.implementation = map.next_value()?,
            "llm" => self.llm = map.next_value()?,
            "llm_args" => self.settings.read_all(map)?,
            _ => self.settings.read(key, map)?,
        }
        Ok(())
    }
}

impl<'de> Members<'de> for Environment {
    fn member<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "domain_name" => self.domain_name = map.next_value()?,
            _ => self.settings.read(key, map)?,
        }
        Ok(())
    }
}

/// The agent's sampling temperature has a place of its own in an identity.
const TEMPERATURE: &str = "temperature";

impl RunInfo {
    /// Returns whether this is the `info` of a τ²-bench run and not some other object of that name.
    pub(super) fn is_run(&self) -> bool {
        self.agent.0.is_some() || self.user.0.is_some() || self.environment.0.is_some()
    }

    /// Returns the number of trials planned for each task.
    pub(super) fn planned_trials(&self) -> Option<u32> {
        // Too many to count are too many to believe: the bound on plans says so.
        self.num_trials.integer().filter(|trials| *trials >= 0).map(|trials| u32::try_from(trials).unwrap_or(u32::MAX))
    }

    /// Returns what is said of the identity. `full_duplex` tells whether any simulation was held by voice.
    pub(super) fn said(&self, full_duplex: bool) -> Said {
        let party = |party: &Object<Party>, get: fn(&Party) -> &Scalar| party.0.as_ref().and_then(|party| words(get(party)));
        let (agent, user) = (party(&self.agent, |agent| &agent.implementation), party(&self.user, |user| &user.implementation));
        let mut temperature = None;
        let mut settings = self.settings.clone();
        for (prefix, own) in [
            (AGENT, self.agent.0.as_ref().map(|agent| &agent.settings)),
            (USER, self.user.0.as_ref().map(|user| &user.settings)),
            ("", self.environment.0.as_ref().map(|environment| &environment.settings)),
        ] {
            for (name, value) in own.into_iter().flat_map(Settings::iter) {
                if prefix == AGENT && name == TEMPERATURE {
                    temperature = Some(decimal(value));
                } else {
                    settings.insert(format!("{prefix}{name}"), value.to_owned());
                }
            }
        }
        Said {
            env: self.environment.0.as_ref().and_then(|env| words(&env.domain_name)),
            model: party(&self.agent, |agent| &agent.llm),
            mode: mode(agent.as_deref(), user.as_deref(), full_duplex || self.settings.has_below("audio_native_config")),
            strategy: agent,
            user_model: party(&self.user, |user| &user.llm),
            user_strategy: user,
            temperature,
            max_steps: as_written(&self.max_steps),
            version: words(&self.git_commit)
                .filter(|commit| commit != "unknown")
                .map(|commit| commit.chars().take(8).collect()),
            settings: settings.into_named(),
        }
    }
}

/// Returns a string that is not blank.
fn words(value: &Scalar) -> Option<String> {
    value.text().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
}

/// Returns a number as Python writes a float: `0` is `0.0`; anything else as it is.
fn decimal(value: &str) -> String {
    value.parse::<f64>().map_or_else(|_| value.to_owned(), |number| format!("{number:?}"))
}

/// Returns a number as Python writes it, or a string as it is.
fn as_written(value: &Scalar) -> Option<String> {
    match value {
        Scalar::Int(number) => Some(number.to_string()),
        Scalar::Float(number) if number.is_finite() => Some(format!("{number:?}")),
        other => words(other),
    }
}

/// Tells how user and agent share the work from the names of their implementations (τ²-bench `registry.py`).
fn mode(agent: Option<&str>, user: Option<&str>, voice: bool) -> Option<String> {
    let has = |name: Option<&str>, word: &str| name.is_some_and(|name| name.split('_').any(|part| part == word));
    let mode = match () {
        () if voice || has(agent, "audio") || has(user, "voice") => "voice",
        () if has(agent, "solo") || user == Some("dummy_user") => "no-user",
        () if has(agent, "gt") => "oracle-plan",
        () if agent.is_some() => "default",
        () => return None,
    };
    Some(mode.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(json: &str) -> Said {
        serde_json::from_str::<Object<RunInfo>>(json).unwrap().0.unwrap().said(false)
    }

    #[test]
    fn reads_the_configuration() {
        let said = said(
            r#"{"git_commit": "0123456789abcdef", "num_trials": 4, "max_steps": 200,
                "agent_info": {"implementation": "llm_agent", "llm": "acme/quill-7b", "llm_args": {"temperature": 0.0, "x": [1]}},
                "user_info": {"implementation": "user_simulator", "llm": "plover-32b", "llm_args": null},
                "max_errors": 10, "seed": 300, "audio_native_config": null,
                "environment_info": {"domain_name": "airline", "policy": "long\ntext", "tool_defs": null}}"#,
        );
        let expected = Said {
            env: Some("airline".into()),
            model: Some("acme/quill-7b".into()),
            strategy: Some("llm_agent".into()),
            user_model: Some("plover-32b".into()),
            user_strategy: Some("user_simulator".into()),
            temperature: Some("0.0".into()),
            mode: Some("default".into()),
            max_steps: Some("200".into()),
            version: Some("01234567".into()),
            settings: [("agent.x", "[1]"), ("max_errors", "10"), ("policy", "#462ab2df")]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into(),
        };
        assert_eq!(said, expected);
    }

    #[test]
    fn implementations_tell_the_mode() {
        for (agent, user, expected) in [
            ("llm_agent", "user_simulator", "default"),
            ("llm_agent_solo", "dummy_user", "no-user"),
            ("my_agent", "dummy_user", "no-user"),
            ("llm_agent_gt", "user_simulator", "oracle-plan"),
            ("discrete_time_audio_native_agent", "voice_streaming_user_simulator", "voice"),
            ("gtx_agent", "user_simulator", "default"),
        ] {
            assert_eq!(mode(Some(agent), Some(user), false).as_deref(), Some(expected), "{agent}");
        }
        assert_eq!(mode(None, None, false), None);
        assert_eq!(
            said(r#"{"agent_info": {"implementation": "a"}, "audio_native_config": {"x": 1}}"#).mode.as_deref(),
            Some("voice")
        );
    }

    #[test]
    fn strange_values_say_nothing() {
        assert_eq!(
            said(r#"{"git_commit": "unknown", "agent_info": [], "max_steps": {"a": 1}, "environment_info": 3}"#),
            Said::default()
        );
        assert!(!serde_json::from_str::<Object<RunInfo>>(r#"{"error": "x"}"#).unwrap().0.unwrap().is_run());
    }
}
