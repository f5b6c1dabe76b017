//! Times of turns in τ²-bench's files, against figures that another program found in them.

use std::collections::BTreeMap;

use taureport::{
    analysis::{
        latency::LatencyOptions,
        turns::{TurnSource, turn_times},
    },
    metrics::quantile::quantile_type1,
    records::{Loaded, Turn, TurnParts, log::Role, log::calendar::parse_iso},
    sweep::{Attempts, ErrorPolicy},
};

use super::{data, near};

/// Agent turns with a gap, P50 and P95 in seconds (nearest rank), by the agent's model.
const GAPS: [(&str, usize, f64, f64); 4] = [
    ("gpt-4o", 5678, 1.326_257, 3.221_287),
    ("gpt-4.1", 1868, 1.855_109, 5.740_447),
    ("gemini/gemma-3-27b-it", 1344, 4.287_717, 33.209_298),
    ("ollama_chat/qwen2.5:7b", 732, 4.881_274, 19.808_943),
];
/// Agent turns with a gap of all models that files name, and of the people whose conversations name none.
const ALL: (usize, usize) = (10_643, 201);

/// Says what differs from [`GAPS`].
fn differing(mut gaps_ms: BTreeMap<Option<String>, Vec<f64>>) -> Vec<String> {
    let people = gaps_ms.remove(&None).map_or(0, |gaps| gaps.len());
    let named = gaps_ms.values().map(Vec::len).sum::<usize>();
    let mut wrong: Vec<String> =
        ((named, people) != ALL).then(|| format!("{named} and {people} turns, not {ALL:?}")).into_iter().collect();
    for (model, count, p50_s, p95_s) in GAPS {
        let mut own = gaps_ms.remove(&Some(model.to_owned())).unwrap_or_default();
        own.sort_by(f64::total_cmp);
        let at = |level| quantile_type1(&own, level).map(|ms| ms / 1000.0);
        if own.len() != count || !near(at(0.5), Some(p50_s)) || !near(at(0.95), Some(p95_s)) || own.iter().any(|ms| *ms <= 0.0)
        {
            wrong.push(format!("{model}: {} turns, {:?}, {:?}, from {:?}", own.len(), at(0.5), at(0.95), own.first()));
        }
    }
    wrong
}

fn turns<'a>(turns: impl IntoIterator<Item = &'a Turn>) -> impl Iterator<Item = TurnParts> {
    turns.into_iter().map(Turn::parts)
}

#[test]
#[cfg_attr(not(real_data), ignore = "no real data")]
fn gaps_of_agent_turns_are_read() {
    let Some(data) = data() else { return };
    let (mut gaps_ms, mut files_with_times) = (BTreeMap::<Option<String>, Vec<f64>>::new(), 0);
    for (path, loaded) in data.files.iter().filter(|(path, _)| path.starts_with("tau2/")) {
        let Loaded::Results(file) = loaded else { continue };
        let own: Vec<TurnParts> =
            file.episodes.iter().filter_map(|one| one.tau2.as_ref()).flat_map(|facts| turns(&facts.turns)).collect();
        files_with_times += usize::from(own.iter().any(|turn| turn.at_ms.is_some()));
        assert!(own.iter().all(|turn| turn.generation_ms.is_none()), "{path}: these files are older than generation times");
        let model = file.identity.model.as_ref().map(|part| part.value.clone());
        let gaps = own.iter().filter(|turn| turn.side == Role::Agent).filter_map(|turn| turn.gap_ms);
        gaps_ms.entry(model).or_default().extend(gaps);
    }
    assert_eq!((files_with_times, differing(gaps_ms)), (88, Vec::new()));
}

/// None of these files holds a copy of another's episode, so that the cells have every turn.
#[test]
#[cfg_attr(not(real_data), ignore = "no real data")]
fn turns_of_cells_are_those_of_their_files() {
    let Some(data) = data() else { return };
    let sweep = data.sweep(&["tau2/"], Attempts::First);
    let found = turn_times(&sweep, &LatencyOptions::default(), ErrorPolicy::Exclude).expect("there are times");
    let mut gaps_ms = BTreeMap::<Option<String>, Vec<f64>>::new();
    for row in found.rows.iter().filter(|row| row.side == Role::Agent) {
        assert_eq!(row.source, TurnSource::Gap);
        assert_eq!(row.summary.n, row.sorted_ms.len());
        gaps_ms.entry(sweep.cells[row.cell].key.model.clone()).or_default().extend(&row.sorted_ms);
    }
    assert_eq!(differing(gaps_ms), [""; 0]);
}

/// Three messages as they stand in the file, looked up by hand: the stamps of the first, the last and those before them.
#[test]
#[cfg_attr(not(real_data), ignore = "no real data")]
fn three_turns_are_as_the_file_has_them() {
    let Some(data) = data() else { return };
    let Some(Loaded::Results(file)) = data.files.get("tau2/small/e2e_telecom_adversarial.json") else { panic!("not there") };
    let facts = file.episodes[0].tau2.as_deref().expect("a simulation");
    let found: Vec<TurnParts> = turns(&facts.turns).filter(|turn| [0, 1, 2, 6].contains(&turn.position)).collect();
    // 08:04:55.855685, 57.995626, 59.165093; the tool's answer before the last: 08:05:02.385279.
    let expected = [
        (Role::Agent, 0, "2026-03-14T08:04:55.855", None, None, None),
        (Role::UserSim, 1, "2026-03-14T08:04:57.995", Some(2139.941), Some(0.000_486_8), Some((2309, 63))),
        (Role::Agent, 2, "2026-03-14T08:04:59.165", Some(1169.467), Some(0.000_791_2), Some((6318, 43))),
        (Role::Agent, 6, "2026-03-14T08:05:03.758", Some(1373.258), Some(0.000_838_4), Some((6708, 47))),
    ];
    assert_eq!(found.len(), expected.len());
    for (turn, (side, position, at, gap_ms, cost_usd, tokens)) in found.iter().zip(expected) {
        assert_eq!((turn.side, turn.position, turn.at_ms), (side, position, parse_iso(at)));
        assert!(near(turn.gap_ms, gap_ms) && near(turn.cost_usd, cost_usd), "{turn:?}");
        assert_eq!(turn.input_tokens.zip(turn.output_tokens), tokens);
    }
}
