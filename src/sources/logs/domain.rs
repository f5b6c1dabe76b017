//! Which domain a log, and each of its events, is of: told by completion markers, the file's name or a folder's. A word that
//! happens to stand on a line tells nothing.

use std::collections::BTreeMap;

use super::{profile::Collector, table::Table};
use crate::records::log::{DomainOrigin, Name};

/// Domains whose logs are named after them.
const DOMAINS: [&str; 7] = ["airline", "retail", "telecom", "mock", "banking", "hle", "frames"];

/// Puts domains to the events of a log whose markers name several; returns the one domain of any other log.
pub(super) fn assign(log: &mut Collector, path: &str) -> Option<(Name, DomainOrigin)> {
    let mut marks: BTreeMap<Name, Vec<(u32, Name)>> = BTreeMap::new();
    let mut domains = Vec::new();
    for marker in &log.markers {
        let Some(domain) = &marker.domain else { continue };
        let domain = log.names.intern(domain.as_bytes());
        domains.push(domain);
        if let Some(task) = &marker.task {
            marks.entry(log.names.intern(task.as_bytes())).or_default().push((marker.line, domain));
        }
    }
    domains.sort_unstable();
    domains.dedup();
    match domains.as_slice() {
        [] => by_path(path).map(|(word, origin)| (log.names.intern(word.as_bytes()), origin)),
        [only] => Some((*only, DomainOrigin::Marker)),
        _ => {
            by_task(log, &marks);
            None
        }
    }
}

/// Gives every event the domain of the next marker of its task: a log of several domains holds them one behind the other, and
/// their tasks may have the same ids.
fn by_task(log: &mut Collector, marks: &BTreeMap<Name, Vec<(u32, Name)>>) {
    let mut contexts = Table::new();
    for event in &mut log.events {
        let mut context = log.contexts.rows()[event.context() as usize];
        context.domain = context.task.and_then(|task| {
            let marks = marks.get(&task)?;
            marks.get(marks.partition_point(|(line, _)| *line < event.line())).map(|(_, domain)| *domain)
        });
        event.set_context(
            contexts.place(context, u64::from(event.context()) << 32 ^ context.domain.map_or(0, |name| u64::from(name.0))),
        );
    }
    log.contexts = contexts;
}

/// Returns the domain that a file's name, or else the nearest folder that names one, tells.
pub(super) fn by_path(path: &str) -> Option<(&'static str, DomainOrigin)> {
    let mut parts = path.rsplit('/');
    if let Some(domain) = parts.next().and_then(only) {
        return Some((domain, DomainOrigin::FileName));
    }
    parts.find_map(only).map(|domain| (domain, DomainOrigin::Folder))
}

/// Returns the only domain among the words of a name.
fn only(name: &str) -> Option<&'static str> {
    let words: Vec<String> = name.split(|c: char| !c.is_ascii_alphanumeric()).map(str::to_lowercase).collect();
    let mut named = DOMAINS.iter().filter(|domain| words.iter().any(|word| word == *domain));
    named.next().copied().filter(|_| named.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_one_domain_or_none() {
        use DomainOrigin::{FileName, Folder};
        for (path, domain) in [
            ("logs/tau2_retail.log", Some(("retail", FileName))),
            ("retail/eval_airline.log", Some(("airline", FileName))),
            ("telecom/run1/driver.log", Some(("telecom", Folder))),
            ("retail_vs_airline.log", None),
            ("logs/tau2_global.log", None),
            ("retailer.log", None),
            ("a/hle.log", Some(("hle", FileName))),
        ] {
            assert_eq!(by_path(path), domain, "{path}");
        }
    }
}
