use super::*;
use crate::{
    records::{
        Benchmark, Conversation, Fingerprint, Identity, Loaded, Origin, Outcome, Part, SourceFile, Tau2Facts, Tau2Run, Tau2Task,
    },
    sweep::{Attempts, By, Sweep, assemble, assemble_by},
};

/// Two tasks, two trials each; `run` tells the content apart.
fn file(path: &str, run: u128) -> ResultFile {
    let episode = |at: u8| Episode {
        task: Some(TaskId::from(i64::from(at) / 2)),
        trial: Some(i64::from(at) % 2),
        outcome: Outcome::Scored { reward: 1.0 },
        fingerprint: Fingerprint(run * 100 + u128::from(at)),
        content: Fingerprint(run * 100 + u128::from(at)),
        record: usize::from(at),
        conversation: Some(Conversation { messages: 6, turns: 3, tool_calls: 0 }),
        agent_cost_usd: None,
        user_cost_usd: None,
        is_cut_off: false,
        identity: None,
        tau2: Some(Box::default()),
    };
    let part = |value: &str| Some(Part::new(value, Origin::Content));
    ResultFile {
        source: SourceFile { path: path.to_owned(), label: None, bytes: 0, sha256: String::new() },
        kind: crate::records::FileKind::Tau2Results,
        identity: Identity { env: part("airline"), model: part("quill"), ..Identity::unknown(Benchmark::Tau2) },
        episodes: (0..4).map(episode).collect(),
        issues: Vec::new(),
        stored: None,
        tau2: None,
    }
}

fn loaded(files: Vec<ResultFile>) -> Vec<Loaded> {
    files.into_iter().map(|file| Loaded::Results(Box::new(file))).collect()
}

fn variants(sweep: &Sweep) -> Vec<(&str, usize)> {
    let trials = |cell: &crate::sweep::Cell| cell.tasks.values().map(Vec::len).sum::<usize>();
    sweep.cells.iter().map(|cell| (cell.key.variant.as_deref().unwrap_or("-"), trials(cell))).collect()
}

fn whys(sweep: &Sweep) -> Vec<Why> {
    sweep.divisions.iter().map(|one| one.why).collect()
}

/// Files at these paths, each with results of its own.
fn at(paths: &[&str]) -> Vec<Loaded> {
    loaded(paths.iter().enumerate().map(|(run, path)| file(path, run as u128 + 1)).collect())
}

#[test]
fn words_split_and_counters_pool() {
    for paths in [
        ["a/trial_1/x.json", "a/trial_2/x.json"],
        ["a/run-3/x.json", "a/run-4/x.json"],
        ["a/seed42/x.json", "a/seed7/x.json"],
        ["a/2026-01-02/x.json", "a/2026-01-03/x.json"],
        ["a/0c27ae706f/x.json", "a/9be1c2aa01/x.json"],
    ] {
        let sweep = assemble(at(&paths), Attempts::First);
        assert_eq!((variants(&sweep), whys(&sweep)), (vec![("-", 8)], vec![Why::Counters]), "{paths:?}");
    }
    for (paths, expected) in [
        (["baseline/x.json", "with_memory/x.json"], ["baseline", "with_memory"]),
        (["x_policy_v1.json", "x_policy_v2.json"], ["v1", "v2"]),
        (["x.json", "x_without_postcondition.json"], ["without_postcondition", "-"]),
    ] {
        let sweep = assemble(at(&paths), Attempts::First);
        assert_eq!((variants(&sweep), whys(&sweep)), (expected.map(|one| (one, 4)).to_vec(), vec![Why::Words]), "{paths:?}");
    }
}

#[test]
fn variants_are_pooled_on_request() {
    let files = || at(&["baseline/x.json", "with_memory/x.json"]);
    let sweep = assemble_by(files(), Attempts::First, &By::default().with_pool(true));
    assert_eq!((variants(&sweep), whys(&sweep)), (vec![("-", 8)], vec![Why::Words]));
    assert_eq!(variants(&assemble_by(files(), Attempts::First, &By::parse("model"))), [("-", 8)]);
    assert_eq!(
        variants(&assemble_by(files(), Attempts::First, &By::parse("model,variant"))),
        [("baseline", 4), ("with_memory", 4)]
    );
}

#[test]
fn repetitions_of_a_variant_stay_with_it() {
    let sweep = assemble(at(&["baseline/run_1.json", "baseline/run_2.json", "tuned/run_1.json"]), Attempts::First);
    assert_eq!(variants(&sweep), [("baseline", 8), ("tuned", 4)]);
}

#[test]
fn files_without_the_same_trials_stay_one_cell() {
    let mut second = file("second/x.json", 2);
    second.episodes.iter_mut().for_each(|one| one.task = Some(TaskId::new(format!("later {}", one.record / 2))));
    let sweep = assemble(loaded(vec![file("first/x.json", 1), second]), Attempts::First);
    assert_eq!((variants(&sweep), whys(&sweep)), (vec![("-", 8)], vec![Why::Apart]));
}

#[test]
fn a_run_and_an_earlier_state_of_it_are_one() {
    // The earlier state lacks the last episode and has another attempt in place of the third.
    let mut earlier = file("snapshot/x.json", 1);
    earlier.episodes.pop();
    (earlier.episodes[2].fingerprint, earlier.episodes[2].content) = (Fingerprint(7), Fingerprint(7));
    let sweep = assemble(loaded(vec![file("final_state/x.json", 1), earlier]), Attempts::First);
    // Nothing tells which attempt counts, so both states are shown.
    assert_eq!(variants(&sweep), [("final_state", 4), ("snapshot", 3)]);
    // Without that it is a part of the later one.
    let mut earlier = file("snapshot/x.json", 1);
    earlier.episodes.pop();
    let sweep = assemble(loaded(vec![file("final_state/x.json", 1), earlier]), Attempts::First);
    assert_eq!(variants(&sweep), [("-", 4)]);
}

fn with_tasks(mut file: ResultFile, digests: &[(i64, u64)]) -> ResultFile {
    let task = |digest: u64| Tau2Task { digest: Some(digest), ..Tau2Task::default() };
    let tasks: BTreeMap<TaskId, Tau2Task> = digests.iter().map(|(id, digest)| (TaskId::from(*id), task(*digest))).collect();
    file.tau2 = Some(Box::new(Tau2Run { tasks, ..Tau2Run::default() }));
    file
}

#[test]
fn files_that_share_their_episodes_with_several_others_are_one_run() {
    // Each of the first two has half of the third, in other words for paths.
    let part = |path: &str, keep: [usize; 2]| {
        let mut part = file(path, 1);
        part.episodes.retain(|episode| keep.contains(&episode.record));
        part
    };
    let files = vec![part("left/x.json", [0, 1]), file("mixed/x.json", 1), part("right/x.json", [2, 3])];
    let sweep = assemble(loaded(files), Attempts::First);
    assert_eq!((variants(&sweep), whys(&sweep)), (vec![("-", 4)], Vec::new()));
}

#[test]
fn other_tasks_under_the_same_ids_are_other_cells_but_parts_of_a_set_are_not() {
    let cells = |second: &[(i64, u64)]| {
        let files = vec![with_tasks(file("a/run_1.json", 1), &[(0, 1), (1, 2)]), with_tasks(file("a/run_2.json", 2), second)];
        let sweep = assemble(loaded(files), Attempts::First);
        (sweep.cells.len(), sweep.cells.iter().filter(|cell| cell.key.settings.contains_key(TASKS)).count(), whys(&sweep))
    };
    assert_eq!(cells(&[(0, 1), (1, 3)]), (2, 2, vec![Why::OtherTasks]));
    assert_eq!(cells(&[(0, 1)]), (1, 0, vec![Why::Counters]));
    assert_eq!(cells(&[(5, 3)]), (1, 0, vec![Why::Counters]));
}

#[test]
fn what_the_benchmark_discarded_is_no_trial() {
    let mut one = file("run/hallucination_discarded/x.json", 2);
    for episode in &mut one.episodes {
        episode.tau2 = Some(Box::new(Tau2Facts { discarded: true, ..Tau2Facts::default() }));
    }
    let sweep = assemble(loaded(vec![file("run/x.json", 1), one]), Attempts::First);
    assert_eq!((variants(&sweep), whys(&sweep)), (vec![("-", 4)], Vec::new()));
    assert_eq!((sweep.cells[0].tally.records, sweep.cells[0].tally.discarded), (8, 4));
}

#[test]
fn a_setting_is_a_cell_of_its_own_and_absent_is_not_null() {
    let with = |path: &str, run: u128, settings: &[(&str, &str)]| {
        let mut file = file(path, run);
        file.identity.settings = settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        file
    };
    let sweep = assemble(
        loaded(vec![
            with("a/run_1.json", 1, &[("agent.reasoning_effort", "high")]),
            with("a/run_2.json", 2, &[("agent.reasoning_effort", "low")]),
            with("a/run_3.json", 3, &[]),
            with("a/run_4.json", 4, &[]),
        ]),
        Attempts::First,
    );
    assert_eq!(variants(&sweep).into_iter().map(|(_, trials)| trials).collect::<Vec<_>>(), [8, 4, 4]);
}

/// Outcomes only, as a flat list or a viewer's export has them: no model, no id, trials counted from 1.
fn bare(path: &str, rewards: [f64; 4]) -> ResultFile {
    let mut one = file(path, 50);
    one.identity.model = None;
    one.kind = crate::records::FileKind::Tau2Flat;
    for (episode, reward) in one.episodes.iter_mut().zip(rewards) {
        episode.trial = episode.trial.map(|trial| trial + 1);
        episode.conversation = None;
        episode.outcome = Outcome::Scored { reward };
    }
    one
}

#[test]
fn outcomes_alone_prove_a_rendering_only_in_the_folder_of_the_run() {
    let run = |rewards: [f64; 4]| {
        let mut run = file("run/results.json", 1);
        for (episode, reward) in run.episodes.iter_mut().zip(rewards) {
            episode.outcome = Outcome::Scored { reward };
        }
        run
    };
    let of = |other: ResultFile, rewards: [f64; 4]| {
        let sweep = assemble(loaded(vec![other, run(rewards)]), Attempts::First);
        (sweep.cells.len(), whys(&sweep), sweep.cells[0].tally.exact_duplicates)
    };
    let mixed = [1.0, 0.0, 1.0, 1.0];
    let cells = |path: &str, rewards: [f64; 4]| of(bare(path, rewards), mixed);
    assert_eq!(cells("run/flat.jsonl", mixed), (1, vec![Why::SameOutcomes], 4));
    assert_eq!(cells("run/export/flat.jsonl", mixed), (1, vec![Why::SameOutcomes], 4));
    assert_eq!(cells("other/flat.jsonl", mixed), (2, Vec::new(), 0));
    assert_eq!(cells("run/flat.jsonl", [1.0, 1.0, 1.0, 0.0]), (2, Vec::new(), 0));
    // Outcomes that are all alike prove nothing, and those of another environment or model are another run's.
    assert_eq!(of(bare("run/flat.jsonl", [0.0; 4]), [0.0; 4]).0, 2);
    let part = |value: &str| Some(Part::new(value, Origin::Content));
    for change in [|one: &mut Identity, part| one.env = part, |one: &mut Identity, part| one.model = part] {
        let mut other = bare("run/flat.jsonl", mixed);
        change(&mut other.identity, part("another"));
        assert_eq!(of(other, mixed).0, 2);
    }
}

#[test]
fn ids_prove_a_rendering_anywhere_unless_the_conversations_differ() {
    let with_ids = |mut file: ResultFile| {
        for (at, episode) in file.episodes.iter_mut().enumerate() {
            episode.tau2 = Some(Box::new(Tau2Facts { id: format!("sim-{at}"), ..Tau2Facts::default() }));
        }
        file
    };
    let cells = |turns: Option<u32>| {
        let mut other = with_ids(bare("elsewhere/export.json", [1.0; 4]));
        for episode in &mut other.episodes {
            episode.conversation = turns.map(|turns| Conversation { messages: 2 * turns, turns, tool_calls: 0 });
        }
        let sweep = assemble(loaded(vec![other, with_ids(file("run/results.json", 1))]), Attempts::First);
        (sweep.cells.len(), whys(&sweep), sweep.cells[0].tally.exact_duplicates)
    };
    assert_eq!(cells(None), (1, vec![Why::SameSimulations], 4));
    assert_eq!(cells(Some(9)).0, 2);
}

/// Airline at the paths, retail at some of them: runs of their own each.
fn in_two_environments(airline: &[&str], retail: &[&str]) -> Sweep {
    let mut files: Vec<ResultFile> =
        airline.iter().chain(retail).enumerate().map(|(run, path)| file(path, run as u128 + 1)).collect();
    for file in &mut files[airline.len()..] {
        file.identity.env = Some(Part::new("retail", Origin::Content));
    }
    assemble(loaded(files), Attempts::First)
}

#[test]
fn words_that_tell_variants_in_one_environment_tell_them_in_all() {
    let sweep = in_two_environments(&["airline.json", "with_memory/airline.json"], &["with_memory/retail.json"]);
    let found: Vec<_> = sweep.cells.iter().map(|cell| (cell.key.env.as_deref(), cell.key.variant.as_deref())).collect();
    let memory = Some("with_memory");
    assert_eq!(found, [(Some("airline"), memory), (Some("airline"), None), (Some("retail"), memory)]);
}

#[test]
fn sides_of_a_comparison_are_told_apart_by_the_words_of_both() {
    let base = at(&["base/a.json", "base/with_memory/a.json"]);
    let new = || loaded(vec![file("new/with_memory/a.json", 9)]);
    assert_eq!(variants(&assemble(new(), Attempts::First)), [("-", 4)]);
    let by = By::default().with_telling(crate::sweep::telling(&base));
    assert_eq!(variants(&assemble_by(new(), Attempts::First, &by)), [("with_memory", 4)]);
}

#[test]
fn a_file_that_holds_two_variants_is_a_copy_of_each() {
    let mut merged = file("merged/x.json", 1);
    merged.episodes.extend(file("", 2).episodes.into_iter().map(|mut episode| {
        episode.record += 4;
        episode
    }));
    for paths in [["baseline/x.json", "with_memory/x.json"], ["z_baseline/x.json", "z_with_memory/x.json"]] {
        let files = vec![file(paths[0], 1), merged.clone(), file(paths[1], 2)];
        let sweep = assemble(loaded(files), Attempts::First);
        let found: Vec<usize> = variants(&sweep).into_iter().map(|(_, trials)| trials).collect();
        assert_eq!((found, whys(&sweep)), (vec![4, 4], vec![Why::Words]), "{paths:?}");
    }
}

#[test]
fn short_conversations_that_are_alike_prove_nothing() {
    // Two of four episodes are one turn and alike, in runs that differ in the others.
    let short = |path: &str, run: u128| {
        let mut file = file(path, run);
        for episode in &mut file.episodes[..2] {
            episode.fingerprint = Fingerprint(u128::try_from(episode.record).unwrap_or_default());
            episode.content = episode.fingerprint;
            episode.conversation = Some(Conversation { messages: 2, turns: 1, tool_calls: 1 });
            episode.tau2 = None;
        }
        file
    };
    let of = |paths: [&str; 2]| {
        let sweep = assemble(loaded(vec![short(paths[0], 1), short(paths[1], 2)]), Attempts::First);
        variants(&sweep).into_iter().map(|(_, trials)| trials).collect::<Vec<_>>()
    };
    assert_eq!(of(["baseline/x.json", "with_memory/x.json"]), [4, 4]);
    assert_eq!(of(["trial_1/x.json", "trial_2/x.json"]), [8]);
    // So it is where each record is a file, which by itself has nothing that differs.
    let parts = |folder: &str, run: u128| {
        let whole = short(&format!("{folder}/x.json"), run);
        (0..4).map(move |at| {
            let mut part = whole.clone();
            part.source.path = whole.source.path.replace("x.json", &format!("task_{at}.json"));
            part.episodes = vec![whole.episodes[at].clone()];
            part
        })
    };
    let sweep = assemble(loaded(parts("trial_1", 1).chain(parts("trial_2", 2)).collect()), Attempts::First);
    assert_eq!(variants(&sweep), [("-", 8)]);
    // But a file that has nothing else than an episode of another is a part of it.
    let mut part = short("trial_1/task_0.json", 1);
    part.episodes.truncate(1);
    let sweep = assemble(loaded(vec![short("trial_1/x.json", 1), part]), Attempts::First);
    assert_eq!(variants(&sweep), [("-", 4)]);
}

#[test]
fn sets_of_tasks_do_not_depend_on_the_order_of_files() {
    let part = |path: &str, run: u128, digests: &[(i64, u64)]| {
        let mut file = with_tasks(file(path, run), digests);
        for (episode, (id, _)) in file.episodes.iter_mut().zip(digests.iter().cycle()) {
            episode.task = Some(TaskId::from(*id));
        }
        file
    };
    let sets: [&[(i64, u64)]; 4] = [&[(0, 1), (1, 2)], &[(0, 8), (1, 9)], &[(5, 3), (6, 4)], &[(5, 6), (6, 7)]];
    let cells = |order: [usize; 4]| {
        let files = order.iter().enumerate().map(|(at, set)| part(&format!("{at}.json"), *set as u128 + 1, sets[*set]));
        let sweep = assemble(loaded(files.collect()), Attempts::First);
        sweep.cells.iter().map(|cell| cell.key.settings.get(TASKS).cloned()).collect::<Vec<_>>()
    };
    let first = cells([0, 1, 2, 3]);
    assert_eq!(first.len(), 4, "{first:?}");
    assert_eq!(cells([3, 0, 2, 1]), first);
}

#[test]
fn simulations_of_one_id_and_other_texts_are_two() {
    let run = |path: &str, run: u64| {
        let mut file = file(path, u128::from(run));
        for (at, episode) in file.episodes.iter_mut().enumerate() {
            let facts = Tau2Facts { id: format!("sim_{at}"), messages_digest: Some(run.into()), ..Tau2Facts::default() };
            episode.tau2 = Some(Box::new(facts));
            episode.outcome = Outcome::Scored { reward: if run == 1 { 0.0 } else { 1.0 } };
        }
        file
    };
    let sweep = assemble(loaded(vec![run("trial_1/x.json", 1), run("trial_2/x.json", 2)]), Attempts::First);
    assert_eq!((variants(&sweep), sweep.cells[0].tally.regraded), (vec![("-", 8)], 0));
    let sweep = assemble(loaded(vec![run("baseline/x.json", 1), run("with_memory/x.json", 2)]), Attempts::First);
    assert_eq!(variants(&sweep), [("baseline", 4), ("with_memory", 4)]);
}
