//! Files whose tasks are other tasks under the same ids.

use std::collections::BTreeMap;

use super::divide::Member;
use crate::{identity::settings, records::TaskId};

type Tasks<'a> = BTreeMap<&'a TaskId, u64>;

/// Groups members by their tasks, with the name of each group where there are several. Members of one run stay together. Files that have
/// a task in common, and all such tasks alike, are of one group. Where tasks differ, a file that has none in common with others is a group
/// of its own, since nothing tells where it belongs.
pub(super) fn classes(members: Vec<Member<'_>>) -> Vec<(Option<String>, Vec<Member<'_>>)> {
    let mut classes: Vec<(Tasks<'_>, Vec<Member<'_>>)> = Vec::new();
    let mut of_run: BTreeMap<usize, usize> = BTreeMap::new();
    for member in members {
        let same_run = of_run.get(&member.run).copied();
        let fitting = || {
            let common = |class: &Tasks<'_>| agreeing(&member.tasks, class).filter(|common| *common > 0);
            let fits = classes.iter().enumerate().filter_map(|(at, (class, _))| Some((common(class)?, std::cmp::Reverse(at))));
            fits.max().map(|(_, at)| at.0)
        };
        let at = same_run.or_else(fitting).unwrap_or_else(|| {
            classes.push((Tasks::new(), Vec::new()));
            classes.len() - 1
        });
        of_run.insert(member.run, at);
        add(&mut classes[at], member);
    }
    // Files that come later may show that groups belong together.
    let mut joined: Vec<(Tasks<'_>, Vec<Member<'_>>)> = Vec::new();
    for (tasks, members) in classes {
        match joined.iter().position(|(known, _)| agreeing(&tasks, known).is_some_and(|common| common > 0)) {
            Some(at) => members.into_iter().for_each(|member| add(&mut joined[at], member)),
            None => joined.push((tasks, members)),
        }
    }
    let differ = |a: &Tasks<'_>, b: &Tasks<'_>| agreeing(a, b).is_none();
    let is_one = !joined.iter().enumerate().any(|(at, (tasks, _))| joined[..at].iter().any(|(other, _)| differ(tasks, other)));
    if is_one {
        let mut all: Vec<Member<'_>> = joined.into_iter().flat_map(|(_, members)| members).collect();
        all.sort_by_key(|member| member.file);
        return vec![(None, all)];
    }
    let mut used: BTreeMap<String, usize> = BTreeMap::new();
    let mut name = |tasks: &Tasks<'_>| {
        let name = name_of(tasks);
        // Several files without any tasks on record are not one set.
        let count = used.entry(name.clone()).or_default();
        *count += 1;
        if *count == 1 { name } else { format!("{name} ({count})") }
    };
    joined.into_iter().map(|(tasks, members)| (Some(name(&tasks)), members)).collect()
}

fn add<'a>(class: &mut (Tasks<'a>, Vec<Member<'a>>), member: Member<'a>) {
    for (id, digest) in &member.tasks {
        class.0.entry(*id).or_insert(*digest);
    }
    class.1.push(member);
}

/// Returns how many tasks two sets have in common; `None` where one of them differs.
fn agreeing(one: &Tasks<'_>, other: &Tasks<'_>) -> Option<usize> {
    let common = one.iter().filter_map(|(id, own)| Some((own, other.get(id)?)));
    common.map(|(own, other)| (own == other).then_some(1)).sum()
}

fn name_of(tasks: &Tasks<'_>) -> String {
    if tasks.is_empty() {
        return "unknown".to_owned();
    }
    let lines: Vec<String> = tasks.iter().map(|(id, digest)| format!("\n{id} {digest:x}")).collect();
    settings::value(&format!("tasks{}", lines.concat()))
}
