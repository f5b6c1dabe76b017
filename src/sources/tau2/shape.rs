//! The top level of a τ²-bench file: tells the shapes apart and walks their simulations, complete or broken.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, SeqAccess, Visitor},
};

use super::{info::RunInfo, simulation::RawSimulation, task::RawTask};
use crate::{
    records::{FileKind, IssueKind},
    sources::{
        findings::{self, Findings, Refused, is_lines, note_replaced, plain, refuse},
        lenient::{Key, List, Members, Object, Scalar, skip},
        salvage,
    },
};

/// A file as read: simulations not yet interpreted.
pub(super) struct Read {
    pub(super) kind: FileKind,
    /// `info`, if it is that of a run.
    pub(super) info: Option<RunInfo>,
    pub(super) tasks: Vec<RawTask>,
    /// Ids in `simulation_index`.
    pub(super) index: Option<Vec<String>>,
    /// Simulations with their zero-based positions.
    pub(super) simulations: Vec<(usize, RawSimulation)>,
    pub(super) issues: Findings,
}

/// A simulation, or something else in its place.
type Element = Object<RawSimulation>;

/// Reads the simulations of a text, whatever its shape and state.
pub(super) fn read(text: &[u8]) -> Result<Read, Refused> {
    let start = salvage::skip_blank(text, 0);
    if text.get(start) == Some(&b'{') && is_lines(&text[start..]) {
        let mut issues = Findings::new();
        let elements = findings::read_lines(text, &mut issues, |line| serde_json::from_slice::<Element>(line));
        return Top { simulations: Some(elements), ..Top::default() }.recognise(FileKind::Tau2Flat, issues);
    }
    read_whole(text).or_else(|cause| read_broken(text, start, &cause))?
}

/// Reads a complete text. The outer error is that of the JSON, the inner one says that it is none of ours.
fn read_whole(text: &[u8]) -> Result<Result<Read, Refused>, serde_json::Error> {
    // Checked once, UTF-8 need not be checked for every string.
    let (top, trailing) = match std::str::from_utf8(text) {
        Ok(text) => top(serde_json::Deserializer::from_str(text))?,
        Err(_) => top(serde_json::Deserializer::from_slice(text))?,
    };
    let issues = trailing.map(|cause| findings::trailing(&cause)).into_iter().collect();
    Ok(match top {
        Whole::Object(top) => top.recognise(FileKind::Tau2Results, issues),
        Whole::List(elements) => {
            let simulations = Some(elements.into_iter().enumerate().collect());
            Top { simulations, ..Top::default() }.recognise(FileKind::Tau2Flat, issues)
        }
    })
}

fn top<'de, R: serde_json::de::Read<'de>>(
    mut deserializer: serde_json::Deserializer<R>,
) -> Result<(Whole, Option<serde_json::Error>), serde_json::Error> {
    let top = Whole::deserialize(&mut deserializer)?;
    Ok((top, deserializer.end().err()))
}

enum Whole {
    Object(Box<Top>),
    List(Vec<Element>),
}

/// The members of a results file, and those of a simulation that stands alone.
#[derive(Default)]
struct Top {
    info: Object<RunInfo>,
    tasks: List<Object<RawTask>>,
    index: List<Object<IndexEntry>>,
    simulations: Option<Vec<(usize, Element)>>,
    own: RawSimulation,
}

#[derive(Default)]
struct IndexEntry {
    id: Scalar,
}

impl<'de> Members<'de> for IndexEntry {
    fn member<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "id" => self.id = map.next_value()?,
            _ => skip(map)?,
        }
        Ok(())
    }
}

impl<'de> Deserialize<'de> for Whole {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(WholeVisitor)
    }
}

struct WholeVisitor;

impl<'de> Visitor<'de> for WholeVisitor {
    type Value = Whole;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object or a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Whole, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = seq.next_element()? {
            elements.push(element);
        }
        Ok(Whole::List(elements))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Whole, A::Error> {
        let mut top = Box::<Top>::default();
        while let Some(key) = map.next_key::<Key<'de>>()? {
            match key.as_str() {
                "info" => top.info = map.next_value()?,
                "tasks" => top.tasks = map.next_value()?,
                "simulation_index" => top.index = map.next_value()?,
                "simulations" => {
                    let elements = map.next_value::<List<Element>>()?.0;
                    top.simulations = elements.map(|elements| elements.into_iter().enumerate().collect());
                }
                key => top.own.member(key, &mut map)?,
            }
        }
        Ok(Whole::Object(top))
    }
}

impl Top {
    /// Keeps what are simulations, or says why there are none.
    fn recognise(mut self, kind: FileKind, mut issues: Findings) -> Result<Read, Refused> {
        let info = self.info.0.take().filter(RunInfo::is_run);
        let kind = match (&self.simulations, info.is_some(), self.own.is_simulation(false)) {
            (Some(_), _, _) => kind,
            (None, false, true) => {
                self.simulations = Some(vec![(0, Object(Some(std::mem::take(&mut self.own))))]);
                FileKind::Tau2Simulation
            }
            (None, true, _) => FileKind::Tau2Directory,
            (None, false, false) => return Err(stranger()),
        };
        let elements = self.simulations.unwrap_or_default();
        let (found, mut strangers, mut simulations) = (elements.len(), Vec::new(), Vec::with_capacity(elements.len()));
        // Among certain simulations any mark will do.
        let is_certain =
            |(_, element): &(usize, Object<RawSimulation>)| element.0.as_ref().is_some_and(|one| one.is_simulation(false));
        let is_of_run = info.is_some() || elements.iter().any(is_certain);
        for (position, element) in elements {
            match element.0.filter(|simulation| simulation.is_simulation(is_of_run)) {
                Some(simulation) => simulations.push((position, simulation)),
                None => strangers.push(position + 1),
            }
        }
        if simulations.is_empty() && (found > 0 || info.is_none()) {
            let bad = issues.iter().find(|(kind, _)| matches!(kind, IssueKind::BadRecord | IssueKind::Salvaged));
            return Err(match bad {
                Some((_, first)) => refuse(format!("no simulation can be read: {first}"), true),
                None => stranger(),
            });
        }
        let strangers = strangers.into_iter().map(|n| {
            format!("element {n} is no simulation (neither a reward, nor a termination, nor messages with an id); left out")
        });
        findings::list(&mut issues, IssueKind::BadRecord, strangers.collect());
        let index =
            self.index.0.map(|index| index.iter().filter_map(|entry| entry.0.as_ref()?.id.text().map(str::to_owned)).collect());
        let tasks = self.tasks.0.unwrap_or_default().into_iter().filter_map(|task| task.0).collect();
        Ok(Read { kind, info, tasks, index, simulations, issues })
    }
}

fn stranger() -> Refused {
    refuse(
        "no τ²-bench result: needed are `info` (with `agent_info`, `user_info` or `environment_info`) or simulations (with \
         `reward_info`, `termination_reason` or `messages`)",
        false,
    )
}

// ---- broken files --------------------------------------------------------------------------------------------------------------

/// Reads what can be read of a text that is no valid JSON as it stands.
fn read_broken(text: &[u8], start: usize, cause: &serde_json::Error) -> Result<Result<Read, Refused>, Refused> {
    let (clean, replaced) = salvage::sanitise(text);
    if let (false, Ok(read)) = (cause.is_eof(), read_whole(&clean)) {
        return Ok(read.map(|mut read| {
            note_replaced(&mut read.issues, replaced);
            read
        }));
    }
    let mut top = Top::default();
    let (list, kind) = match clean.get(start) {
        Some(b'[') => (Some(start), FileKind::Tau2Flat),
        _ => (salvage::member(&clean, start, "simulations").filter(|&at| clean.get(at) == Some(&b'[')), FileKind::Tau2Results),
    };
    let Some(list) = list else {
        return Err(refuse(format!("broken JSON, and no complete simulation in it: {}", plain(cause)), true));
    };
    if kind == FileKind::Tau2Results {
        top.info = member(&clean, start, "info").unwrap_or_default();
        top.tasks = member(&clean, start, "tasks").unwrap_or_default();
    }
    let mut issues = Findings::new();
    let read = |text: &[u8]| serde_json::from_slice::<Element>(text);
    top.simulations = Some(findings::read_broken_list(&clean, list, replaced, &mut issues, read));
    Ok(top.recognise(kind, issues))
}

/// Reads a complete member of a broken object.
fn member<'a, T: Deserialize<'a>>(text: &'a [u8], start: usize, key: &str) -> Option<T> {
    let at = salvage::member(text, start, key)?;
    serde_json::from_slice(salvage::value(text, at)?).ok()
}
