//! Which keys of a configuration are settings: what may change a result and is neither chance nor the machinery around it.
//!
//! Two runs that differ in a setting are two cells, so every key is one unless this table says otherwise. Seeds make repetitions;
//! addresses, credentials, time limits and the like say where and how fast a run was served, not what was run.

use xxhash_rust::xxh3::xxh3_64;

use crate::redact::redact;

/// Keys that are no settings, lower case with `_`; whatever lies below one of them is none either.
const NO_SETTINGS: [&str; 100] = [
    // Chance. The environment of speech is drawn from the seed; its complexity is a setting of its own.
    "seed",
    "seeds",
    "speech_environment",
    // What identity, plan and version already hold.
    "git_commit",
    "num_trials",
    "num_tasks",
    "task_ids",
    "task_range",
    "timestamp",
    "domain_name",
    // Where the server is and how it is reached.
    "api_base",
    "api_key",
    "api_type",
    "api_version",
    "base_url",
    "custom_llm_provider",
    "deployment_id",
    "endpoint",
    "endpoints",
    "extra_headers",
    "headers",
    "host",
    "hostname",
    "hosts",
    "ip",
    "node",
    "nodelist",
    "organization",
    "port",
    "ports",
    "project",
    "proxies",
    "proxy",
    "region",
    "server",
    "servers",
    "ssl_verify",
    "stream",
    "stream_options",
    "addr",
    "address",
    "api_bases",
    "api_token",
    "access_token",
    "auth_token",
    "bearer_token",
    "hf_token",
    "job_id",
    "node_id",
    "nodes",
    "request_id",
    "session_id",
    "trace_id",
    "uri",
    "url",
    "urls",
    "verify_ssl",
    // How long and how often is tried, and how much at once.
    "allowed_fails",
    "backoff",
    "batch_size",
    "concurrency",
    "cooldown_time",
    "max_concurrency",
    "max_parallel_requests",
    "max_retries",
    "max_retry",
    "max_workers",
    "num_retries",
    "num_workers",
    "parallelism",
    "retries",
    "retry",
    "rpm",
    "timeout",
    "tpm",
    "workers",
    // Caches and files.
    "cache",
    "caching",
    "no_cache",
    "file",
    "files",
    "path",
    "paths",
    "save_to",
    // Logging and names.
    "callbacks",
    "debug",
    "experiment_name",
    "failure_callback",
    "job_id",
    "llm_log_mode",
    "log_level",
    "logger",
    "logging",
    "metadata",
    "run_id",
    "run_name",
    "success_callback",
    "tags",
    "verbose",
    "verbose_logs",
];

/// Beginnings and ends of keys that are no settings.
const NO_SETTINGS_BEGIN: [&str; 9] =
    ["aws_", "azure_", "vertex_", "rate_limit", "retry_", "log_", "litellm_", "timeout_", "num_retries_"];
const NO_SETTINGS_END: [&str; 20] = [
    "_seed",
    "_url",
    "_uri",
    "_host",
    "_port",
    "_dir",
    "_path",
    "_file",
    "_files",
    "_timeout",
    "_retries",
    "_headers",
    "_endpoint",
    "_api_key",
    "_key",
    "_secret",
    "_api_base",
    "_address",
    "_proxy",
    "_urls",
];

/// Settings that differ between environments by design: they do not make another configuration of one that spans several.
const OF_ENVIRONMENT: [&str; 5] = ["policy", "tasks", "tool_defs", "retrieval_config", "retrieval_config_kwargs"];

/// What the names of the agent's and the user simulator's settings begin with.
pub const AGENT: &str = "agent.";
/// See [`AGENT`].
pub const USER: &str = "user.";

/// Longest value shown as it is.
const LONGEST_VALUE: usize = 60;

/// Returns whether a key of a configuration is a setting.
pub fn is_setting(key: &str) -> bool {
    let key = key.trim().to_lowercase().replace('-', "_");
    !NO_SETTINGS.contains(&key.as_str())
        && !NO_SETTINGS_BEGIN.iter().any(|begin| key.starts_with(begin))
        && !NO_SETTINGS_END.iter().any(|end| key.ends_with(end))
}

/// Returns whether a key of an object is a setting. Among the arguments of a model, `user` is a name that the provider is told; elsewhere it
/// is a part of the configuration.
pub fn is_setting_of(object: &str, key: &str) -> bool {
    is_setting(key) && !(key == "user" && matches!(object, "" | "extra_body"))
}

/// Returns whether a setting belongs to the environment.
pub fn is_of_environment(name: &str) -> bool {
    let first = name.split('.').next().unwrap_or(name);
    OF_ENVIRONMENT.contains(&first)
}

/// Returns a value as it is compared and shown: without secrets; a long or many-lined text as its digest.
pub fn value(text: &str) -> String {
    let text = text.trim();
    if text.chars().nth(LONGEST_VALUE).is_some() || text.contains('\n') {
        return digest(xxh3_64(text.as_bytes()));
    }
    redact(text).into_owned()
}

/// Returns a digest as it is shown: `#0f3a91c2`.
pub fn digest(hash: u64) -> String {
    format!("#{:08x}", hash >> 32)
}

/// Returns what a setting is called in a name: without the parts of its path that tell nothing beside the other `names`. A bare name is
/// the agent's, or that of neither side.
pub fn short_name<'a>(name: &'a str, names: &[&str]) -> &'a str {
    if name.starts_with(USER) {
        return name;
    }
    let bare = |name: &'a str| name.strip_prefix(AGENT).unwrap_or(name);
    let others = || names.iter().filter(|other| **other != name && !other.starts_with(USER));
    let is_clear = |short: &str| !others().any(|other| ends_with_path(other, short));
    let mut short = bare(name);
    let mut rest = short;
    while let Some((_, after)) = rest.split_once('.') {
        rest = after;
        // A number by itself (a token's id in `logit_bias`) says nothing.
        if is_clear(rest) && !rest.starts_with(|c: char| c.is_ascii_digit()) {
            short = rest;
        }
    }
    short
}

/// Returns whether a dotted name is `end` or ends in it, whole parts only.
pub fn ends_with_path(name: &str, end: &str) -> bool {
    name.strip_suffix(end).is_some_and(|before| before.is_empty() || before.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_changes_a_result_is_a_setting() {
        for key in [
            "reasoning_effort",
            "top_p",
            "max_tokens",
            "max_completion_tokens",
            "enable_thinking",
            "max_errors",
            "persona_config",
            "drop_params",
            "something_new",
            "tick_duration_seconds",
            "max_token",
            "user",
        ] {
            assert!(is_setting(key), "{key}");
        }
        for key in [
            "seed",
            "voice_seed",
            "api_base",
            "api-key",
            "API_BASE",
            "base_url",
            "extra_headers",
            "timeout",
            "request_timeout",
            "num_retries",
            "custom_llm_provider",
            "output_dir",
            "max_concurrency",
            "log_level",
            "rate_limit_bucket",
            "aws_region_name",
            "proxy_url",
            "server_port",
            "openai_api_base",
            "timeout_seconds",
            "max_retry",
            "num_retries_per_request",
            "http_proxy",
            "server_address",
            "node_id",
            "session_id",
            "api_token",
        ] {
            assert!(!is_setting(key), "{key}");
        }
    }

    #[test]
    fn long_texts_become_digests_that_differ() {
        assert_eq!(value(" high "), "high");
        let (a, b) = (value(&"a".repeat(61)), value(&"b".repeat(61)));
        assert!(a.starts_with('#') && a.len() == 9 && a != b, "{a} {b}");
        assert!(value("a\nb").starts_with('#'));
    }

    #[test]
    fn names_are_as_short_as_they_can_be() {
        let names = ["agent.extra_body.thinking.type", "agent.thinking.type", "agent.top_p", "user.top_p", "max_errors"];
        for (name, short) in [
            ("agent.extra_body.thinking.type", "extra_body.thinking.type"),
            ("agent.thinking.type", "thinking.type"),
            ("agent.top_p", "top_p"),
            ("user.top_p", "user.top_p"),
            ("max_errors", "max_errors"),
        ] {
            assert_eq!(short_name(name, &names), short, "{name}");
        }
        assert_eq!(short_name("agent.extra_body.enable_thinking", &names), "enable_thinking");
    }
}
