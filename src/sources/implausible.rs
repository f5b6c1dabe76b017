//! Takes values out of the records of a file that no run can have, and says so once.

use std::collections::BTreeMap;

use crate::{
    records::{Episode, IssueKind, Tau2Run, Tokens, Turn, log::calendar::parse_iso, plausible},
    sources::findings::Findings,
};

/// How many values were refused, by what they are.
type Refused = BTreeMap<&'static str, u64>;

/// Refuses the implausible values of a file.
pub(super) fn refuse(episodes: &mut [Episode], run: Option<&mut Tau2Run>) -> Findings {
    let mut refused = Refused::new();
    for episode in episodes {
        let mut cost = |usd: &mut Option<f64>| check(usd, "costs", &mut refused, |usd| plausible::is_usd(*usd));
        cost(&mut episode.agent_cost_usd);
        cost(&mut episode.user_cost_usd);
        let Some(facts) = episode.tau2.as_deref_mut() else { continue };
        check(&mut facts.duration_s, "durations", &mut refused, |seconds| plausible::is_ms(seconds * 1000.0));
        for moment in [&mut facts.start_time, &mut facts.end_time] {
            check(moment, "times", &mut refused, |text| parse_iso(text).is_none_or(plausible::is_moment));
        }
        for tokens in [&mut facts.agent_tokens, &mut facts.user_tokens] {
            if !plausible::is_tokens(tokens.input) || !plausible::is_tokens(tokens.output) {
                *tokens = Tokens::default();
                *refused.entry("token counts").or_default() += 1;
            }
        }
        for turn in &mut facts.turns {
            *turn = plausible_turn(turn, &mut refused);
        }
    }
    let mut findings: Findings = in_words(&refused).into_iter().map(|text| (IssueKind::Note, text)).collect();
    findings.extend(run.and_then(refuse_plan));
    findings
}

/// Returns what of a turn can be. A moment that cannot be makes the gap before it none of a turn, whatever its size.
fn plausible_turn(turn: &Turn, refused: &mut Refused) -> Turn {
    let mut parts = turn.parts();
    check(&mut parts.at_ms, "times of messages", refused, |at| plausible::is_moment(*at));
    check(&mut parts.gap_ms, "turn gaps", refused, |ms| plausible::is_ms(*ms));
    check(&mut parts.generation_ms, "generation times", refused, |ms| plausible::is_ms(*ms));
    check(&mut parts.cost_usd, "costs of messages", refused, |usd| plausible::is_usd(*usd));
    for tokens in [&mut parts.input_tokens, &mut parts.output_tokens] {
        check(tokens, "token counts of messages", refused, |count| plausible::is_tokens(u64::from(*count)));
    }
    parts.gap_ms = parts.gap_ms.filter(|_| parts.at_ms.is_some());
    Turn::new(&parts)
}

/// Refuses the number of trials that a file says were planned.
fn refuse_plan(run: &mut Tau2Run) -> Option<(IssueKind, String)> {
    let trials = run.planned_trials.filter(|trials| !plausible::is_trials(*trials))?;
    run.planned_trials = None;
    let most = plausible::MOST_TRIALS;
    Some((IssueKind::Note, format!("info.num_trials is {trials}, more than {most}: not used; set it with --planned-trials")))
}

fn check<T>(value: &mut Option<T>, what: &'static str, refused: &mut Refused, is_plausible: impl Fn(&T) -> bool) {
    if value.take_if(|value| !is_plausible(value)).is_some() {
        *refused.entry(what).or_default() += 1;
    }
}

/// Says what was refused: `3 implausible values read as unknown: costs (2), durations (1)`.
pub(super) fn in_words(refused: &Refused) -> Option<String> {
    let all: u64 = refused.values().sum();
    let kinds: Vec<String> = refused.iter().map(|(what, count)| format!("{what} ({count})")).collect();
    let values = if all == 1 { "value" } else { "values" };
    (all > 0).then(|| format!("{all} implausible {values} (negative, or beyond any run) read as unknown: {}", kinds.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        rules::ErrorRules,
        sources::{tau1, tau2},
    };

    #[test]
    fn values_of_tau_bench_are_refused_and_counted() {
        let text = r#"[{"task_id": 0, "trial": 0, "reward": 1.0, "info": {"user_cost": -0.5}, "traj": [], "total_cost": 0.02},
                       {"task_id": 1, "trial": 0, "reward": 1.0, "info": {"user_cost": 0.5}, "traj": [], "total_cost": 1e300}]"#;
        let mut parsed = tau1::parse(text.as_bytes(), &ErrorRules::builtin()).map_err(|refused| refused.reason).unwrap();
        let findings = refuse(&mut parsed.episodes, None);
        let costs: Vec<_> = parsed.episodes.iter().map(|one| (one.agent_cost_usd, one.user_cost_usd)).collect();
        assert_eq!(costs, [(Some(0.02), None), (None, Some(0.5))]);
        let expected = "2 implausible values (negative, or beyond any run) read as unknown: costs (2)";
        assert_eq!(findings, [(IssueKind::Note, expected.to_owned())]);
    }

    #[test]
    fn values_of_tau2_bench_are_refused_and_counted() {
        let text = r#"{"info": {"num_trials": 100000000, "agent_info": {"llm": "m"}, "environment_info": {"domain_name": "retail"}},
            "tasks": [{"id": "0"}], "simulations": [
            {"id": "a", "task_id": "0", "trial": 0, "duration": 1e300, "agent_cost": -1, "termination_reason": "user_stop",
             "start_time": "0001-01-01T00:00:00", "end_time": "2026-01-01T00:00:00", "reward_info": {"reward": 1.0},
             "messages": [{"role": "assistant", "content": "x", "usage": {"prompt_tokens": 9000000000, "completion_tokens": 1}}]}]}"#;
        let mut parsed = tau2::parse(text.as_bytes(), &ErrorRules::builtin()).map_err(|refused| refused.reason).unwrap();
        let words: Vec<String> =
            refuse(&mut parsed.episodes, parsed.run.as_mut()).into_iter().map(|(_, message)| message).collect();
        let expected = [
            "4 implausible values (negative, or beyond any run) read as unknown: costs (1), durations (1), times (1), token counts (1)",
            "info.num_trials is 100000000, more than 10000: not used; set it with --planned-trials",
        ];
        assert_eq!(words, expected);
        let facts = parsed.episodes[0].tau2.as_deref().unwrap();
        assert_eq!((facts.duration_s, facts.start_time.as_deref()), (None, None));
        assert_eq!((facts.end_time.as_deref(), facts.agent_tokens), (Some("2026-01-01T00:00:00"), Tokens::default()));
        assert_eq!(parsed.run.unwrap().planned_trials, None);
    }

    #[test]
    fn impossible_times_of_messages_are_refused() {
        let text = r#"{"id": "a", "task_id": "0", "trial": 0, "termination_reason": "user_stop", "reward_info": {"reward": 1.0}, "messages": [
            {"role": "assistant", "content": "x", "timestamp": "2026-03-02T12:00:00"},
            {"role": "user", "content": "x", "timestamp": "2026-03-02T11:59:59", "cost": -1},
            {"role": "assistant", "content": "x", "timestamp": "2026-03-02T12:00:01", "generation_time_seconds": -0.5},
            {"role": "user", "content": "x", "timestamp": "0001-01-01T00:00:00", "generation_time_seconds": 400000000},
            {"role": "assistant", "content": "x", "timestamp": "2026-03-02T12:00:03", "usage": {"prompt_tokens": 4000000000}}]}"#;
        let mut parsed = tau2::parse(text.as_bytes(), &ErrorRules::builtin()).map_err(|refused| refused.reason).unwrap();
        let words: Vec<String> = refuse(&mut parsed.episodes, None).into_iter().map(|(_, message)| message).collect();
        let expected = "9 implausible values (negative, or beyond any run) read as unknown: costs of messages (1), \
             generation times (2), times of messages (1), token counts (1), token counts of messages (1), turn gaps (3)";
        assert_eq!(words, [expected]);
        let turns = &parsed.episodes[0].tau2.as_ref().unwrap().turns;
        let gaps: Vec<Option<f64>> = turns.iter().map(|turn| turn.parts().gap_ms).collect();
        assert_eq!(gaps, [None, None, Some(2000.0), None, None]);
        assert!(turns.iter().all(|turn| turn.parts().generation_ms.is_none() && turn.parts().cost_usd.is_none()));
    }
}
