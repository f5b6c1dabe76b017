//! What a SLURM job prints before it starts a vLLM server, and what the server says of itself when it starts.
//!
//! ```text
//! … INFO 08-26 09:12:01 [api_server.py:1805] vLLM API server version 0.10.1.1       up to 0.16
//! … INFO 05-16 21:39:29 [utils.py:302]  ▄▄ ▄█ █     █     █ ▀▄▀ █  version 0.17.1    since 0.17: a box of block characters
//! … INFO 05-16 21:39:29 [utils.py:302]   █▄█▀ █     █     █     █  model   org/model-8B
//! … INFO 05-16 21:39:52 [core.py:101] Initializing a V1 LLM engine (v0.17.1) with config: model='org/model-8B', …
//! ```

use memchr::memmem;

use super::{names::shown, vllm::whose};
use crate::records::log::{Server, VllmLog};

/// How many lines from the beginning are looked at: a server says a lot before it serves.
pub(super) const LINES: u32 = 400;

/// Longest line of a banner, in bytes.
pub(super) const LINE_BYTES: usize = 10_000;

/// Reads `user_vllm_<job>.out` and `assistant_vllm_<job>.out`: whose server, and the job.
pub(super) fn file_name(name: &str) -> Option<(Server, Option<&str>)> {
    let name = name.rsplit('/').next().unwrap_or(name);
    let stem = [".gz", ".zst"].iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(name);
    let stem = [".out", ".err", ".log"].iter().find_map(|ending| stem.strip_suffix(ending))?;
    let (server, rest) = [("user", Server::User), ("assistant", Server::Assistant), ("agent", Server::Assistant)]
        .iter()
        .find_map(|(word, server)| Some((*server, stem.strip_prefix(word)?.strip_prefix("_vllm")?)))?;
    let job = rest.strip_prefix(['_', '-', '.']).filter(|job| !job.is_empty() && job.bytes().all(|b| b.is_ascii_digit()));
    (rest.is_empty() || job.is_some()).then_some((server, job))
}

/// Returns whether a line is where a script says that it starts a server.
pub(super) fn is_start(line: &[u8]) -> bool {
    memmem::find(line, b" vLLM server").is_some() && memmem::find(line, b"Starting ").is_some_and(|place| place < 40)
}

/// Reads a line of the banner; returns whether it is one that only a server has.
pub(super) fn read(line: &[u8], log: &mut VllmLog) -> bool {
    let text = shown(line);
    let is_start = is_start(line);
    if is_start {
        log.server = log.server.or_else(|| whose(line));
    }
    let text = text.strip_prefix("DEBUG: ").unwrap_or(&text).trim();
    put(&mut log.job_id, text.strip_prefix("SLURM_JOB_ID=").or_else(|| labelled(text, &["job id", "slurm job id", "job"])));
    put(&mut log.node, node(text));
    let boxed = in_box(text);
    put(&mut log.model, boxed.and_then(|inner| inner.strip_prefix("model ")).or_else(|| model(text)));
    let version = version(text, boxed);
    put(&mut log.version, version);
    is_start || version.is_some()
}

/// Returns what stands to the right of the picture of block characters that vLLM prints since 0.17.
fn in_box(text: &str) -> Option<&str> {
    let (_, inner) = text.rsplit_once(['█', '▄', '▀'])?;
    Some(inner.trim()).filter(|inner| !inner.is_empty())
}

/// Returns the version of vLLM that a line of a starting server names.
fn version<'a>(text: &'a str, boxed: Option<&'a str>) -> Option<&'a str> {
    let behind = |words: &str| text.split_once(words).map(|(_, rest)| rest);
    let engine = || behind("Initializing a")?.split_once(" LLM engine (v").map(|(_, rest)| rest);
    let rest = boxed
        .and_then(|inner| inner.strip_prefix("version "))
        .or_else(|| behind("vLLM API server version "))
        .or_else(engine)?;
    let version = rest.trim_start().split([' ', ')', ',']).next()?;
    version.starts_with(|first: char| first.is_ascii_digit()).then_some(version)
}

/// Returns whether a text holds what only a starting vLLM server prints.
pub(super) fn is_like(text: &[u8]) -> bool {
    let holds = |words: &[u8]| memmem::find(text, words).is_some();
    let line_of = |place: usize| {
        let rest = text.get(place..).unwrap_or_default();
        shown(rest.split(|byte| *byte == b'\n').next().unwrap_or_default())
    };
    let is_box = || {
        memmem::find_iter(text, "█  version ".as_bytes())
            .any(|place| version(&line_of(place), in_box(&line_of(place))).is_some())
    };
    holds(b"vLLM API server version ") || holds(b" LLM engine (v") && holds(b"Initializing a") || is_box()
}

/// Keeps the first value that is found.
fn put(place: &mut Option<String>, value: Option<&str>) {
    let value = value.map(str::trim).filter(|value| !value.is_empty() && !value.starts_with('<'));
    if let (None, Some(value)) = (&place, value) {
        *place = Some(value.to_owned());
    }
}

fn node(text: &str) -> Option<&str> {
    let behind = |words: &str| text.split_once(words).map(|(_, rest)| rest);
    behind(" on node: ")
        .or_else(|| behind(" on node "))
        .or_else(|| text.strip_prefix("SLURMD_NODENAME="))
        .or_else(|| text.strip_prefix("SLURM_JOB_NODELIST="))
        .or_else(|| labelled(text, &["node", "host", "hostname", "running on", "running on node"]))
        .and_then(|rest| rest.split_whitespace().next())
}

fn model(text: &str) -> Option<&str> {
    let quoted = |key: &str, end: char| text.split_once(key)?.1.split(end).next();
    labelled(text, &["model", "user model", "assistant model", "agent model", "model id"])
        .or_else(|| quoted("model='", '\''))
        .or_else(|| quoted("'model': '", '\''))
        .or_else(|| quoted("model=\"", '"'))
        .or_else(|| quoted("\"model\": \"", '"'))
        .or_else(|| word_behind(text, "--model="))
        .or_else(|| word_behind(text, "--model "))
        .or_else(|| word_behind(text, "vllm serve "))
}

fn word_behind<'a>(text: &'a str, words: &str) -> Option<&'a str> {
    let word = text.split_once(words)?.1.split_whitespace().next()?;
    Some(word.trim_matches(['"', '\'']))
}

/// Returns the value of `Label:  value`, whatever the case of the label and the blanks around the colon.
fn labelled<'a>(text: &'a str, labels: &[&str]) -> Option<&'a str> {
    let (label, value) = text.split_once(':')?;
    let label = label.trim().to_lowercase();
    labels.contains(&label.as_str()).then(|| value.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn banner(lines: &[&str]) -> VllmLog {
        let mut log = VllmLog::default();
        for line in lines {
            read(line.as_bytes(), &mut log);
        }
        log
    }

    #[test]
    fn banners_in_several_wordings() {
        let log = banner(&[
            "Starting USER vLLM server on node: gaudi001",
            "User model:        org/model-32B",
            "User server base:  http://gaudi001:8007/v1",
            "DEBUG: SLURM job on node gaudi001",
            "DEBUG: SLURM_JOB_ID=48213",
        ]);
        assert_eq!(log.server, Some(Server::User));
        assert_eq!([log.node, log.model, log.job_id].map(Option::unwrap), ["gaudi001", "org/model-32B", "48213"]);
        let log = banner(&["Starting ASSISTANT vLLM server...", "  Model   : org/model-4B", "  Port    : 8005", "Host: n7"]);
        assert_eq!(
            (log.server, log.node.as_deref(), log.model.as_deref()),
            (Some(Server::Assistant), Some("n7"), Some("org/model-4B"))
        );
        for line in [
            "+ vllm serve 'org/m' --port 1",
            "python -m x --model org/m --port 1",
            "(APIServer pid=1) INFO 08-26 09:12:01 [utils.py:326] non-default args: {'model_tag': 'x', 'model': 'org/m'}",
            "args: Namespace(host=None, model='org/m', x=1)",
        ] {
            assert_eq!(banner(&[line]).model.as_deref(), Some("org/m"), "{line}");
        }
        assert_eq!(banner(&["DEBUG: SLURM_JOB_ID=", "INFO: model: x"]), VllmLog::default());
    }

    #[test]
    fn every_banner_tells_version_and_model() {
        for (lines, version) in [
            (
                &[
                    "(APIServer pid=22) INFO 05-16 21:39:29 [utils.py:302]  ▄▄ ▄█ █     █     █ ▀▄▀ █  version 0.17.1",
                    "(APIServer pid=22) INFO 05-16 21:39:29 [utils.py:302]   █▄█▀ █     █     █     █  model   org/m",
                ][..],
                "0.17.1",
            ),
            (&["INFO 01-08 11:19:33 [api_server.py:1805] vLLM API server version 0.10.1.1", "model='org/m'"], "0.10.1.1"),
            (
                &["INFO 05-16 21:39:52 [core.py:101] Initializing a V1 LLM engine (v0.17.1) with config: model='org/m', x=1"],
                "0.17.1",
            ),
            (
                &["INFO 05-16 [llm_engine.py:234] Initializing an LLM engine (v0.6.3.post1) with config: model=\"org/m\""],
                "0.6.3.post1",
            ),
        ] {
            let log = banner(lines);
            assert_eq!((log.version.as_deref(), log.model.as_deref()), (Some(version), Some("org/m")), "{lines:?}");
            assert!(is_like(lines.join("\n").as_bytes()), "{lines:?}");
        }
        for text in [
            "█████ 45% version 2",
            "progress ████ | 3/4",
            "version 0.17.1",
            "Initializing a model",
            "version 1.0 of the LLM engine (vendor)",
        ] {
            assert!(!is_like(text.as_bytes()) && banner(&[text]).version.is_none(), "{text}");
        }
    }

    #[test]
    fn file_names_tell_whose_and_the_job() {
        assert_eq!(file_name("logs/user_vllm_48213.out"), Some((Server::User, Some("48213"))));
        assert_eq!(file_name("assistant_vllm_7.out.gz"), Some((Server::Assistant, Some("7"))));
        assert_eq!(file_name("user_vllm.log"), Some((Server::User, None)));
        for name in ["user_vllm_notes.out", "superuser_vllm_1.out", "user_vllm_1.json", "vllm_1.out"] {
            assert_eq!(file_name(name), None, "{name}");
        }
    }
}
