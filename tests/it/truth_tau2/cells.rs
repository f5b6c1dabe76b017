//! Every cell: its episodes and what they record.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use taureport::{
    analysis::{self, CellStats, Options, RaggedChoice, latency::LatencyOptions, turns::turn_times},
    metrics::quantile::quantile_type7,
    records::{Component, Episode, ErrorClass, Outcome, ReviewError, Tau2Facts, Termination, Tokens, episode::is_success},
    sweep::{Cell, ErrorPolicy},
};

use super::{assert_none, cells, compare, differences, facts, list, sweep};

fn tally(items: impl Iterator<Item = String>) -> Value {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    items.for_each(|item| *counts.entry(item).or_default() += 1);
    json!(counts)
}

/// Checks every cell and collects what differs, so that one run shows all of it.
fn each_cell(figures: impl Fn(&Cell, &[&Episode]) -> Value) {
    let mut wrong = Vec::new();
    for (name, index, wanted) in cells() {
        let cell = &sweep().cells[index];
        let episodes: Vec<&Episode> = cell.tasks.values().flatten().chain(&cell.untasked).map(|trial| &trial.episode).collect();
        wrong.extend(compare(&name, &figures(cell, &episodes), &wanted));
    }
    assert_none(&wrong);
}

#[test]
fn episodes_are_counted_as_they_were_made() {
    each_cell(|cell, episodes| {
        let errors = |class: ErrorClass| {
            let own = |one: &&&Episode| matches!(&one.outcome, Outcome::Error { error, .. } if error.class == class);
            episodes.iter().filter(own).count()
        };
        let has_reward = |one: &Episode| facts(one).evaluated;
        let ended = |one: &&Episode| facts(one).termination.as_ref().map(ToString::to_string);
        assert_eq!((cell.untasked.len(), errors(ErrorClass::Agent), cell.tally.conflicting_attempts), (0, 0, 0));
        json!({
            "records_read": cell.tally.records,
            "exact_duplicates": cell.tally.exact_duplicates,
            "episodes": episodes.len(),
            "infrastructure_errors": errors(ErrorClass::Infrastructure),
            "context_window_errors": errors(ErrorClass::ContextWindow),
            "invalid_rewards": episodes.iter().filter(|one| matches!(one.outcome, Outcome::Invalid { .. })).count(),
            "evaluated": episodes.iter().filter(|one| has_reward(one)).count(),
            "terminations": tally(episodes.iter().filter_map(ended)),
            "termination_missing": episodes.iter().filter(|one| facts(one).termination.is_none()).count(),
        })
    });
}

#[test]
fn turns_take_as_long_as_they_were_made_to() {
    let found = turn_times(sweep(), &LatencyOptions::default(), ErrorPolicy::Exclude).expect("some files have times");
    let (mut wrong, mut checked) = (Vec::new(), 0);
    for (name, index, wanted) in cells() {
        let mut turns = json!({});
        for row in ["agent generation time", "agent turn gap", "user simulator turn gap"] {
            turns[row] = json!({"turns": 0, "sum_ms": 0.0});
        }
        for row in found.rows.iter().filter(|row| row.cell == index) {
            let sum_ms = row.sorted_ms.iter().sum::<f64>();
            turns[format!("{} {}", row.side.name(), row.source.name())] = json!({"turns": row.summary.n, "sum_ms": sum_ms});
            checked += row.summary.n;
        }
        wrong.extend(compare(&name, &json!({"turns": turns}), &wanted));
    }
    assert_none(&wrong);
    assert!(checked > 100, "{checked} turns");
}

#[test]
fn all_reasons_to_end_are_among_them() {
    let mut known: Vec<Termination> = sweep()
        .cells
        .iter()
        .flat_map(|cell| cell.tasks.values().flatten())
        .filter_map(|trial| facts(&trial.episode).termination.clone())
        .collect();
    known.sort();
    known.dedup();
    assert_eq!(known.len(), 10, "{known:?}");
    assert!(!known.iter().any(|one| matches!(one, Termination::Other(_))), "{known:?}");
}

#[test]
fn rewards_follow_from_components() {
    let evaluated = sweep().cells.iter().flat_map(|cell| cell.tasks.values().flatten()).map(|trial| &trial.episode);
    let mut checked = 0;
    for (episode, facts) in evaluated.map(|episode| (episode, facts(episode))).filter(|(_, facts)| !facts.basis.is_empty()) {
        let Outcome::Scored { reward } = episode.outcome else { panic!("{}: no reward", facts.id) };
        let product = |of: &BTreeMap<Component, f64>| facts.basis.iter().map(|component| of[component]).product::<f64>();
        let success = [reward, product(&facts.breakdown), product(&facts.recomputable)].map(is_success);
        assert!(success[0] == success[1] && success[0] == success[2], "{}: {success:?}", facts.id);
        checked += 1;
    }
    assert!(checked > 80, "{checked} evaluated");
}

#[test]
fn components_are_read() {
    let failed = |one: &Tau2Facts, component: Component| {
        one.basis.contains(&component) && one.breakdown.get(&component).is_some_and(|value| !is_success(*value))
    };
    each_cell(|_, episodes| {
        let all: Vec<&Tau2Facts> = episodes.iter().map(|one| facts(one)).filter(|one| one.evaluated).collect();
        let of = |component: Component| {
            let asked = all.iter().filter(|one| one.basis.contains(&component)).count();
            let lost = || all.iter().filter(|one| failed(one, component));
            let alone =
                lost().filter(|one| Component::ALL.into_iter().filter(|other| failed(one, *other)).count() == 1).count();
            json!({"component": component.name(), "asked": asked, "failed": lost().count(), "alone": alone})
        };
        let components: Vec<Value> = Component::ALL.map(of).into_iter().filter(|one| one["asked"] != 0).collect();
        let on_record = Component::ALL.map(|component| {
            let told: Vec<f64> = all.iter().filter_map(|one| one.recomputable.get(&component).copied()).collect();
            json!({"component": component.name(), "known": told.len(), "held": told.iter().filter(|one| is_success(**one)).count()})
        });
        json!({
            "components": components,
            "checks_on_record": on_record,
            "nl_judged": all.iter().filter(|one| one.nl_judged > 0).count(),
        })
    });
}

#[test]
fn reference_actions_are_read() {
    each_cell(|_, episodes| {
        let mut found: BTreeMap<(&str, &str, Option<bool>), (usize, usize)> = BTreeMap::new();
        for check in episodes.iter().flat_map(|one| &facts(one).action_checks) {
            let entry = found.entry((&check.tool, &check.requestor, check.writes)).or_default();
            entry.0 += 1;
            entry.1 += usize::from(check.matched);
        }
        let row = |((tool, requestor, writes), (checks, matched))| json!({"tool": tool, "requestor": requestor, "writes": writes, "checks": checks, "matched": matched});
        json!({"actions": found.into_iter().map(row).collect::<Vec<_>>()})
    });
}

#[test]
fn costs_and_times_are_read() {
    let cost = |costs: Vec<f64>| {
        let sum = (!costs.is_empty()).then(|| costs.iter().sum::<f64>());
        json!({"known": costs.len(), "sum_usd": sum})
    };
    each_cell(|_, episodes| {
        let mut seconds: Vec<f64> = episodes.iter().filter_map(|one| facts(one).duration_s).collect();
        seconds.sort_by(f64::total_cmp);
        json!({
            "agent_cost": cost(episodes.iter().filter_map(|one| one.agent_cost_usd).collect()),
            "user_cost": cost(episodes.iter().filter_map(|one| one.user_cost_usd).collect()),
            "durations": {
                "known": seconds.len(),
                "sum_s": seconds.iter().sum::<f64>(),
                "p50_s": quantile_type7(&seconds, 0.5),
                "p95_s": quantile_type7(&seconds, 0.95),
            },
        })
    });
}

#[test]
fn conversations_are_measured() {
    each_cell(|_, episodes| {
        let sizes: Vec<_> = episodes.iter().filter_map(|one| one.conversation).collect();
        let tokens = |side: fn(&Tau2Facts) -> Tokens| {
            let all = || episodes.iter().map(|one| side(facts(one)));
            json!({
                "messages": all().map(|one| one.messages).sum::<u32>(),
                "input": all().map(|one| one.input).sum::<u64>(),
                "output": all().map(|one| one.output).sum::<u64>(),
            })
        };
        json!({"conversations": {
            "known": sizes.len(),
            "messages": sizes.iter().map(|one| one.messages).sum::<u32>(),
            "turns": sizes.iter().map(|one| one.turns).sum::<u32>(),
            "tool_calls": sizes.iter().map(|one| one.tool_calls).sum::<u32>(),
            "tool_errors": episodes.iter().map(|one| facts(one).tool_errors).sum::<u32>(),
            "agent_tokens": tokens(|one| one.agent_tokens),
            "user_tokens": tokens(|one| one.user_tokens),
        }})
    });
}

#[test]
fn reviews_and_rerolls_are_read() {
    each_cell(|_, episodes| {
        let reviews = || episodes.iter().filter_map(|one| facts(one).review.as_ref());
        let error = |error: &ReviewError| {
            assert_eq!(error.tags.len(), 1, "{error:?}");
            format!("{}/{}/{}", error.source, error.severity, error.tags[0])
        };
        let retries: Vec<u32> = episodes.iter().filter_map(|one| facts(one).hallucination_retries).collect();
        json!({
            "reviewed": reviews().count(),
            "review_errors": tally(reviews().flatten().map(error)),
            "auth": tally(episodes.iter().filter_map(|one| facts(one).auth_classification.clone())),
            "hallucination_retries": {"known": retries.len(), "sum": retries.iter().sum::<u32>()},
        })
    });
}

#[test]
fn pass_k_is_what_exact_arithmetic_gives() {
    let all = |ragged| {
        let options = Options { ragged, ..Options::default() };
        analysis::analyze(sweep(), &options).cells
    };
    let (chained, available) = (all(RaggedChoice::Chained), all(RaggedChoice::Available));
    let values = |stats: &CellStats| stats.curve.iter().map(|point| json!(point.value)).collect::<Vec<_>>();
    let mut wrong = Vec::new();
    for (name, index, wanted) in cells() {
        let curve = |key: &str| Value::from(list(&wanted, key).iter().map(|point| point["value"].clone()).collect::<Vec<_>>());
        let (chained, mut available) = (&chained[index], values(&available[index]));
        // As far as every task goes, the two definitions agree with simple means.
        available.truncate(list(&wanted, "pass_hat_complete").len());
        wrong.extend(differences(&format!("{name}: chained"), &values(chained).into(), &curve("pass_hat_chained")));
        wrong.extend(differences(&format!("{name}: available"), &available.into(), &curve("pass_hat_complete")));
        let found = json!({
            "valid_trials": chained.outcomes.counted,
            "successes": chained.outcomes.successes,
            "tasks": chained.scored_tasks,
            "trials_min": chained.trials.map_or(0, |trials| trials.0),
            "trials_max": chained.trials.map_or(0, |trials| trials.1),
        });
        wrong.extend(compare(&name, &found, &wanted));
        let tasks: Map<String, Value> =
            chained.tasks.iter().map(|task| (task.task.to_string(), json!([task.n, task.c]))).collect();
        for task in list(&wanted, "per_task") {
            let id = task["task"].as_str().expect("ids are text");
            wrong.extend(differences(&format!("{name}: task {id}"), &tasks[id], &json!([task["n"], task["c"]])));
        }
    }
    assert_none(&wrong);
}

#[test]
fn versions_are_read() {
    let mut wrong = Vec::new();
    for (name, index, wanted) in cells() {
        for file in sweep().files.iter().filter(|file| file.is_in(index)) {
            wrong.extend(compare(&name, &json!({"version": file.version}), &wanted));
        }
    }
    assert_none(&wrong);
}
