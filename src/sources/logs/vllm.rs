//! Logs of vLLM servers.
//!
//! ```text
//! Starting USER vLLM server on node: gaudi001        banner of the SLURM job, in many wordings
//! User model:        Qwen/Qwen3-32B                  also `Model   : …`, `--model …`, `model='…'`, `vllm serve …`
//! DEBUG: SLURM_JOB_ID=123456
//! INFO 08-22 20:52:46 metrics.py:406] Avg prompt throughput: 0.0 tokens/s, Avg generation throughput: 44.9 tokens/s,
//!     Running: 2 reqs, Swapped: 0 reqs, Pending: 3 reqs, GPU KV cache usage: 82.1%, CPU KV cache usage: 0.0%.
//! INFO 08-22 20:52:46 metrics.py:422] Prefix cache hit rate: GPU: 12.00%, CPU: 0.00%     the first engine, a line of its own
//! (APIServer pid=1) INFO 05-19 10:13:11 [loggers.py:271] Engine 000: Avg prompt throughput: 0.0 tokens/s,
//!     Avg generation throughput: 1055.3 tokens/s, Running: 18 reqs, Waiting: 43 reqs, GPU KV cache usage: 95.9%,
//!     Prefix cache hit rate: 0.0%                                                        the second, on one line
//! (EngineCore pid=104) ERROR 01-08 11:19:33 [core.py:866] torch.OutOfMemoryError: …      also its traceback, line by line
//! INFO:     127.0.0.1:39830 - "POST /v1/chat/completions HTTP/1.1" 400 Bad Request
//! ```

use std::collections::BTreeMap;

use memchr::{memchr, memmem};

use super::{banner, names::shown, number, stamp};
use crate::{
    records::log::{ErrorGroup, Server, StatusPoint, VllmLog},
    sources::findings::first_line,
};

/// What every status line holds.
pub(super) const STATUS: &[u8] = b"Avg prompt throughput: ";

/// Most groups of errors kept; what comes later is counted together.
const GROUPS: usize = 100;

/// What the errors beyond that are counted under.
const OTHER_ERRORS: &str = "other errors";

/// Everything the log of a server says.
#[derive(Debug, Default)]
pub(super) struct Collector {
    log: VllmLog,
    /// By their text without numbers.
    errors: BTreeMap<String, ErrorGroup>,
    last_month: Option<u8>,
    new_years: u8,
    /// How many lines there were: the banner stands at the beginning.
    lines: u32,
    is_server: bool,
}

impl Collector {
    /// Begins a log; its name may tell that it is a server's, and whose.
    pub(super) fn new(file_name: &str) -> Self {
        let mut log = VllmLog::default();
        let named = banner::file_name(file_name);
        if let Some((server, job_id)) = named {
            (log.server, log.job_id) = (Some(server), job_id.map(str::to_owned));
        }
        Self { log, is_server: named.is_some(), ..Self::default() }
    }

    /// Reads a line without colours.
    pub(super) fn line(&mut self, line: &[u8], number: u32) {
        self.lines = self.lines.saturating_add(1);
        if let Some(place) = memmem::find(line, STATUS) {
            self.is_server = true;
            self.status(line, place, number);
            return self.year(line);
        }
        self.year(line);
        if self.lines <= banner::LINES && line.len() <= banner::LINE_BYTES {
            self.is_server |= banner::read(line, &mut self.log);
        }
        if let Some(rates) = after(line, b"Prefix cache hit rate: GPU: ").filter(|_| self.is_server) {
            if let Some(point) = self.log.points.last_mut() {
                point.prefix_hit_percent = number::leading(rates);
            }
        } else if let Some(error) = error(line) {
            self.error(error, number);
        }
    }

    /// Takes the year from the first line that has a whole date.
    fn year(&mut self, line: &[u8]) {
        if self.log.first_year.is_none() && line.starts_with(b"20") && stamp::full(line).is_some() {
            let year = number::integer(&line[..4]).and_then(|year| i32::try_from(year).ok());
            self.log.first_year = year.map(|year| year - i32::from(self.new_years));
        }
    }

    fn status(&mut self, line: &[u8], place: usize, number: u32) {
        let figures = &line[place..];
        let count = |label: &[u8]| {
            let digits = after(figures, label)?;
            let end = digits.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(digits.len());
            number::whole(&digits[..end]).and_then(|count| u32::try_from(count).ok())
        };
        let rate = |label: &[u8]| after(figures, label).and_then(number::leading);
        let ((month, day, ms_of_day), _) = levelled(&line[..place]).unwrap_or(((0, 0, 0), &[]));
        if month > 0 {
            // A log whose months go back and forth has more of them than there are.
            self.new_years = self.new_years.saturating_add(u8::from(self.last_month.is_some_and(|last| month < last)));
            self.last_month = Some(month);
        }
        self.log.points.push(StatusPoint {
            month,
            day,
            ms_of_day,
            new_years: self.new_years,
            engine: engine(&line[..place]),
            prompt_tokens_per_s: rate(STATUS),
            generation_tokens_per_s: rate(b"Avg generation throughput: "),
            running: count(b"Running: "),
            waiting: count(b"Waiting: ").or_else(|| count(b"Pending: ")),
            // The first that is named: the GPU's.
            kv_cache_percent: rate(b"KV cache usage: "),
            prefix_hit_percent: rate(b"Prefix cache hit rate: "),
            line: number,
        });
    }

    fn error(&mut self, text: &[u8], line: u32) {
        let text = first_line(&String::from_utf8_lossy(text));
        let mut group = without_numbers(&text);
        if self.errors.len() >= GROUPS && !self.errors.contains_key(&group) {
            OTHER_ERRORS.clone_into(&mut group);
        }
        let shown = if group == OTHER_ERRORS { group.clone() } else { text };
        self.errors.entry(group).or_insert(ErrorGroup { text: shown, count: 0, first_line: line }).count += 1;
    }

    /// Returns whether it is known for a server's.
    pub(super) fn has_found(&self) -> bool {
        self.is_server
    }

    /// Returns the log, if it is a server's.
    pub(super) fn finish(self) -> Option<VllmLog> {
        let Self { mut log, errors, is_server, .. } = self;
        log.errors = errors.into_values().collect();
        log.errors.sort_by(|a, b| b.count.cmp(&a.count).then(a.first_line.cmp(&b.first_line)));
        is_server.then_some(log)
    }
}

/// Returns what follows a label.
fn after<'a>(text: &'a [u8], label: &[u8]) -> Option<&'a [u8]> {
    memmem::find(text, label).map(|place| &text[place + label.len()..])
}

/// Returns the number of the engine: `Engine 000: `.
fn engine(text: &[u8]) -> Option<u32> {
    let digits = after(text, b"Engine ")?;
    number::whole(&digits[..memchr(b':', digits)?]).and_then(|engine| u32::try_from(engine).ok())
}

/// Reads `LEVEL MM-DD HH:MM:SS` behind whatever a container or the server's processes put before it; returns the rest too.
fn levelled(line: &[u8]) -> Option<(stamp::DayTime, &[u8])> {
    let levels: [&[u8]; 5] = [b"INFO ", b"WARNING ", b"ERROR ", b"DEBUG ", b"CRITICAL "];
    levels.iter().find_map(|level| stamp::without_year(after(line, level)?))
}

/// Returns the error a line tells of: an error that was logged or raised, or an answer with a status of 400 or more. The
/// lines of a traceback before its last are no errors of their own.
fn error(line: &[u8]) -> Option<&[u8]> {
    if let Some(text) = after(line, b"ERROR ").and_then(|text| Some(stamp::without_year(text)?.1)) {
        // `[core.py:866] text` or `core.py:866] text`; the text of a traceback is indented.
        let text = memchr(b']', text).map_or(text, |end| &text[end + 1..]);
        let text = text.strip_prefix(b" ").unwrap_or(text);
        return is_message(text).then_some(text);
    }
    if let Some(answer) = after(line, b" HTTP/1.1\" ") {
        return matches!(answer.first(), Some(b'4' | b'5')).then_some(answer);
    }
    // `(EngineCore pid=104) torch.OutOfMemoryError: …`
    let text = behind_process(line).unwrap_or(line);
    let is_slurm = [b"slurmstepd: error: ".as_slice(), b"srun: error: "].iter().any(|start| text.starts_with(start));
    (is_slurm || is_exception(text)).then_some(text)
}

/// Returns what a process of the server says: what follows `(EngineCore pid=104) `.
fn behind_process(line: &[u8]) -> Option<&[u8]> {
    let rest = line.strip_prefix(b"(")?;
    rest.get(memchr(b')', rest)? + 1..)?.strip_prefix(b" ")
}

fn is_message(text: &[u8]) -> bool {
    !text.is_empty() && !text.starts_with(b" ") && !text.starts_with(b"Traceback ")
}

/// Returns whether a text begins with the name of an exception and a colon.
fn is_exception(text: &[u8]) -> bool {
    let Some(colon) = memchr(b':', text) else { return false };
    let name = &text[..colon];
    let is_name = name.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.'));
    is_name && (name.ends_with(b"Error") || name.ends_with(b"Exception")) && text.get(colon + 1) == Some(&b' ')
}

/// Replaces every run of hexadecimal digits that holds a decimal one, so that errors which differ in numbers group together.
fn without_numbers(text: &str) -> String {
    let mut out = String::new();
    let mut word = String::new();
    for c in text.chars().chain(['\n']) {
        if c.is_ascii_alphanumeric() {
            word.push(c);
            continue;
        }
        let is_number = word.bytes().any(|b| b.is_ascii_digit()) && word.bytes().all(|b| b.is_ascii_hexdigit() || b == b'x');
        out.push_str(if is_number { "#" } else { &word });
        out.push(c);
        word.clear();
    }
    out
}

/// Returns whether a text holds what only vLLM prints.
pub(super) fn is_like(text: &[u8]) -> bool {
    after(text, STATUS).is_some_and(|rest| memmem::find(&rest[..rest.len().min(200)], b"Avg generation throughput: ").is_some())
        || banner::is_like(text)
        || text.split(|byte| *byte == b'\n').take(usize::try_from(banner::LINES).unwrap_or(0)).any(banner::is_start)
}

/// Returns whose server a banner is of.
pub(super) fn whose(text: &[u8]) -> Option<Server> {
    let text = shown(text).to_lowercase();
    let is_user = text.contains("user");
    let is_assistant = text.contains("assistant") || text.contains("agent");
    (is_user != is_assistant).then_some(if is_user { Server::User } else { Server::Assistant })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(text: &str) -> Option<VllmLog> {
        let mut collector = Collector::new("server.out");
        (1..).zip(text.lines()).for_each(|(number, line)| collector.line(line.as_bytes(), number));
        collector.finish()
    }

    #[test]
    fn status_lines_of_both_engines() {
        let text = "INFO 12-31 23:59:50 metrics.py:406] Avg prompt throughput: 871.4 tokens/s, Avg generation throughput: 44.9 tokens/s, Running: 2 reqs, Swapped: 0 reqs, Pending: 3 reqs, GPU KV cache usage: 82.1%, CPU KV cache usage: 7.0%.
INFO 12-31 23:59:50 metrics.py:422] Prefix cache hit rate: GPU: 12.00%, CPU: 0.00%
2026-01-01T00:00:00.331095044Z (APIServer pid=1) INFO 01-01 00:00:00 [loggers.py:271] Engine 001: Avg prompt throughput: 6335.3 tokens/s, Avg generation throughput: 0.0 tokens/s, Running: 18 reqs, Waiting: 43 reqs, GPU KV cache usage: 95.9%, Prefix cache hit rate: 68.2%";
        let log = log(text).unwrap();
        let older = StatusPoint {
            month: 12,
            day: 31,
            ms_of_day: 86_390_000,
            new_years: 0,
            engine: None,
            prompt_tokens_per_s: Some(871.4),
            generation_tokens_per_s: Some(44.9),
            running: Some(2),
            waiting: Some(3),
            kv_cache_percent: Some(82.1),
            prefix_hit_percent: Some(12.0),
            line: 1,
        };
        let newer = StatusPoint {
            month: 1,
            day: 1,
            ms_of_day: 0,
            new_years: 1,
            engine: Some(1),
            prompt_tokens_per_s: Some(6335.3),
            generation_tokens_per_s: Some(0.0),
            running: Some(18),
            waiting: Some(43),
            kv_cache_percent: Some(95.9),
            prefix_hit_percent: Some(68.2),
            line: 3,
        };
        assert_eq!(newer.at_ms(2025).zip(older.at_ms(2025)).map(|(newer, older)| newer - older), Some(10_000));
        assert_eq!(log.points, [older, newer]);
        assert_eq!((log.first_year, log.errors), (Some(2025), vec![]));
    }

    #[test]
    fn errors_are_grouped_without_their_numbers() {
        let text = "(EngineCore pid=104) ERROR 01-08 11:19:33 [core.py:866] EngineCore failed at 0x7f3a.
(EngineCore pid=105) ERROR 01-08 11:19:34 [core.py:866] EngineCore failed at 0x9b1c.
(EngineCore pid=104) ERROR 01-08 11:19:33 [core.py:866] Traceback (most recent call last):
(EngineCore pid=104) ERROR 01-08 11:19:33 [core.py:866]   File \"core.py\", line 857, in run
(EngineCore pid=104) torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 50.00 MiB.
INFO:     127.0.0.1:39830 - \"POST /v1/chat/completions HTTP/1.1\" 200 OK
INFO:     127.0.0.1:39830 - \"POST /v1/chat/completions HTTP/1.1\" 400 Bad Request
INFO 01-08 11:19:33 [api_server.py:1805] vLLM API server version 0.10.1.1
slurmstepd: error: *** JOB 48213 ON n7 CANCELLED DUE TO TIME LIMIT ***";
        let groups: Vec<String> = log(text)
            .unwrap()
            .errors
            .iter()
            .map(|group| format!("{} × {} ({})", group.count, group.text, group.first_line))
            .collect();
        assert_eq!(
            groups,
            [
                "2 × EngineCore failed at 0x7f3a. (1)",
                "1 × torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 50.00 MiB. (5)",
                "1 × 400 Bad Request (7)",
                "1 × slurmstepd: error: *** JOB 48213 ON n7 CANCELLED DUE TO TIME LIMIT *** (9)",
            ]
        );
        assert_eq!(log(&text.replace("vLLM API server version", "x")), None, "errors alone make no server");
    }

    #[test]
    fn brackets_at_the_end_of_a_line_are_no_prefix() {
        let text = "Starting USER vLLM server\n(1 row)\n(128, 64)\n(EngineCore pid=104)\n(EngineCore pid=104) \n()\n(\n) (\n(a) b)\n\
                    (Worker pid=1) ValueError: x";
        let errors: Vec<String> = log(text).unwrap().errors.into_iter().map(|group| group.text).collect();
        assert_eq!(errors, ["ValueError: x"]);
    }

    #[test]
    fn months_may_go_back_any_number_of_times() {
        let pair = "INFO 12-31 23:59:50 m.py:1] Avg prompt throughput: 1.0 tokens/s\nINFO 01-01 00:00:00 m.py:1] Avg prompt throughput: 1.0 tokens/s\n";
        assert_eq!(log(&pair.repeat(300)).unwrap().points.last().map(|point| point.new_years), Some(u8::MAX));
    }

    #[test]
    fn only_so_many_groups_are_kept() {
        let mut text = String::new();
        for n in 0..GROUPS + 5 {
            let letter = ["a", "b", "c", "d", "e"][n % 5];
            text.push_str(&format!("{}Error: x\n", letter.repeat(1 + n / 5)));
        }
        text.push_str("Starting USER vLLM server");
        let errors = log(&text).unwrap().errors;
        assert_eq!((errors.len(), errors[0].count, errors[0].text.as_str()), (GROUPS + 1, 5, OTHER_ERRORS));
    }
}
