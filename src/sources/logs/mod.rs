//! Logs that lie beside results: structured profiling logs, console output, vLLM servers. What each looks like stands in
//! `profile`, `markers`, `console`, `console_tau2` and `vllm`.
//!
//! One pass over the bytes reads everything, since one file may hold all of it: `eval_<domain>.log` and `driver.log` are the
//! console output of a run with its structured lines in it. Only what is kept takes memory, at most 64 bytes an event.

mod banner;
mod console;
mod console_tau2;
mod domain;
mod fields;
mod line;
mod markers;
mod names;
mod number;
mod pairs;
mod profile;
mod python;
mod recognise;
mod stamp;
mod table;
mod vllm;

use memchr::{memchr, memchr2};

pub use recognise::recognise;

use super::discover::Input;
use crate::{
    records::log::{ConsoleLog, LogFile, MarkerKind, VllmLog},
    redact::veil,
};

/// Everything one file says; nothing where it says nothing of a kind.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Logs {
    /// Its structured lines and completion markers.
    pub profile: Option<LogFile>,
    /// What a vLLM server printed.
    pub vllm: Option<VllmLog>,
    /// What τ-bench or τ²-bench printed.
    pub console: Option<ConsoleLog>,
}

/// Reads a log of any kind, given at once.
pub fn read(bytes: &[u8], input: &Input) -> Logs {
    let mut reader = LogReader::new(input);
    reader.feed(bytes);
    reader.finish(input)
}

/// Longest line kept whole, in bytes; a longer one is read in pieces of this size.
const LONGEST_LINE: usize = 16 << 20;

/// Reads a log given block by block.
#[derive(Debug)]
pub struct LogReader {
    lines: Lines,
    /// Beginning of a line whose end has not come yet.
    carry: Vec<u8>,
    is_first: bool,
}

impl LogReader {
    /// Begins a log.
    pub fn new(input: &Input) -> Self {
        let reader = Reader {
            profile: profile::Collector::new(),
            vllm: vllm::Collector::new(&input.telling),
            console: console::Collector::default(),
        };
        Self { lines: Lines { reader, number: 0, clean: Vec::new() }, carry: Vec::new(), is_first: true }
    }

    /// Reads the next bytes.
    pub fn feed(&mut self, block: &[u8]) {
        let mut rest = block;
        if self.is_first && !block.is_empty() {
            self.is_first = false;
            rest = rest.strip_prefix(b"\xef\xbb\xbf").unwrap_or(rest);
        }
        if !self.carry.is_empty() {
            let end = memchr(b'\n', rest);
            self.carry.extend_from_slice(&rest[..end.unwrap_or(rest.len())]);
            if end.is_none() && self.carry.len() < LONGEST_LINE {
                return;
            }
            let line = std::mem::take(&mut self.carry);
            self.lines.line(&line, false);
            rest = &rest[end.map_or(rest.len(), |end| end + 1)..];
        }
        while let Some(end) = memchr(b'\n', rest) {
            self.lines.line(&rest[..end], false);
            rest = &rest[end + 1..];
        }
        self.carry.extend_from_slice(rest);
    }

    /// Returns whether anything of ours was found so far.
    pub fn has_found(&self) -> bool {
        let Reader { profile, vllm, console } = &self.lines.reader;
        profile.check.records > 0 || !profile.markers.is_empty() || vllm.has_found() || console.has_found()
    }

    /// Ends the log.
    pub fn finish(mut self, input: &Input) -> Logs {
        if !self.carry.is_empty() {
            let line = std::mem::take(&mut self.carry);
            self.lines.line(&line, true);
        }
        self.lines.reader.finish(self.lines.number, input)
    }
}

/// Lines of a log, counted.
#[derive(Debug)]
struct Lines {
    reader: Reader,
    number: u32,
    clean: Vec<u8>,
}

impl Lines {
    fn line(&mut self, line: &[u8], is_cut: bool) {
        self.number = self.number.saturating_add(1);
        if memchr2(0x1b, b'\r', line).is_none() {
            return self.reader.part(line, self.number, is_cut);
        }
        line::without_colours(line, &mut self.clean);
        self.reader.line(&self.clean, self.number, is_cut);
    }
}

/// The readers of all formats.
#[derive(Debug)]
struct Reader {
    profile: profile::Collector,
    vllm: vllm::Collector,
    console: console::Collector,
}

impl Reader {
    /// Reads a line; progress bars write several, each over the one before.
    fn line(&mut self, line: &[u8], number: u32, is_cut: bool) {
        let mut rest = line;
        while let Some(end) = memchr(b'\r', rest) {
            self.part(&rest[..end], number, false);
            rest = &rest[end + 1..];
        }
        self.part(rest, number, is_cut);
    }

    fn part(&mut self, line: &[u8], number: u32, is_cut: bool) {
        if self.profile.line(line, number, is_cut) || line.is_empty() {
            return;
        }
        let body = line::body(line);
        self.vllm.line(body, number);
        self.console.line(body, number);
        if let Some(marker) = markers::finished(body) {
            let at_ms = stamp::full(body).map(|(at_ms, _)| at_ms);
            self.profile.marker(Some(marker), at_ms, number);
        }
    }

    fn finish(self, lines: u32, input: &Input) -> Logs {
        let (path, label) = (veil(&input.shown).into_owned(), input.label.clone());
        let Self { mut profile, vllm, console } = self;
        profile.check.lines = u64::from(lines);
        Logs {
            vllm: vllm.finish().map(|log| VllmLog { path: path.clone(), label: label.clone(), ..log }),
            console: console.finish().map(|log| ConsoleLog { path: path.clone(), label: label.clone(), ..log }),
            profile: structured(profile, path, label, &input.telling),
        }
    }
}

/// Returns what the structured lines say, if there are any.
fn structured(mut log: profile::Collector, path: String, label: Option<String>, telling: &str) -> Option<LogFile> {
    let is_ours = log.check.records > 0 || log.markers.iter().any(|marker| marker.kind != MarkerKind::Simulation);
    if !is_ours {
        return None;
    }
    let domain = domain::assign(&mut log, telling);
    let profile::Collector { names, sources, contexts, events, markers, runs, mut check, keys, .. } = log;
    check.types = keys.into_counts(&names);
    let (sources, contexts) = (sources.rows().to_vec(), contexts.rows().to_vec());
    Some(LogFile { path, label, domain, names: names.into_names(), sources, contexts, events, markers, runs, check })
}

#[cfg(test)]
mod tests;

#[cfg(test)]
mod real_tests;
