//! Gates read, judged and refused.

use insta::assert_snapshot;
use proptest::prelude::*;

use super::*;
use crate::metrics::Interval;

#[expect(clippy::unnecessary_wraps, reason = "made as the argument it is")]
fn between(lo: f64, hi: f64) -> Option<Interval> {
    Some(Interval { lo, hi })
}

#[test]
fn gates_are_read_and_written() {
    for (text, written, limit) in [
        ("pass^1 < -2pp", "pass^1 < -2pp", -0.02),
        ("airline: pass^4<=-0.05", "[airline] pass^4 <= -0.05", -0.05),
        ("[gpt-4o: retail]  pass^1 < \u{2212}2 pp", "[gpt-4o: retail] pass^1 < -2pp", -0.02),
        ("p95_latency:agent > +500ms", "p95_latency:agent > 500ms", 0.5),
        ("airline: p99_latency:agent ≥ 10%", "[airline] p99_latency:agent >= 10%", 0.1),
        ("cost_per_success > $0.05", "cost_per_success > $0.05", 0.05),
        ("cost_per_episode > +10%", "cost_per_episode > 10%", 0.1),
        ("cost_per_episode < -$0.5", "cost_per_episode < -$0.5", -0.5),
        ("mean_reward < -0.1", "mean_reward < -0.1", -0.1),
        ("error_rate > 2pp", "error_rate > 2pp", 0.02),
        ("mean_reward: pass^1 < 0pp", "", 0.0),
    ] {
        match Gate::parse(text) {
            Ok(gate) => {
                assert_eq!(gate.to_string(), written, "{text}");
                assert!((gate.limit() - limit).abs() < 1e-12, "{text}");
            }
            Err(error) => assert!(written.is_empty(), "{error}"),
        }
    }
    let min = Gate::parse_min(" airline: pass^1 = 55%").unwrap();
    assert_eq!((min.to_string().as_str(), min.kind.flag(), min.operator), ("[airline] pass^1=55%", "--min", Operator::Less));
    assert!((min.limit() - 0.55).abs() < 1e-15);
    let max = Gate::parse_max("p95_latency:agent=2min").unwrap();
    assert_eq!((max.metric.to_string().as_str(), max.operator), ("p95_latency:agent", Operator::Greater));
    assert!((max.limit() - 120.0).abs() < 1e-12);
}

#[test]
fn errors_say_where_why_and_what_to_do() {
    let fail_on = |text: &str| Gate::parse(text).unwrap_err().to_string();
    let errors = [
        fail_on(""),
        fail_on("pass1 < -2pp"),
        fail_on("pass^0 < -2pp"),
        fail_on("pass^1"),
        fail_on("pass^1 = 0.55"),
        fail_on("pass^1 <"),
        fail_on("pass^1 < two"),
        fail_on("pass^1 < -2"),
        fail_on("pass^1 < -2%"),
        fail_on("pass^1 < -2ms"),
        fail_on("pass^1:agent < -2pp"),
        fail_on("p95_latency > 8"),
        fail_on("p95_latency: > 8s"),
        fail_on("p95_latency:agnet > 8s"),
        fail_on("[airline pass^1 < -2pp"),
        fail_on(" : pass^1 < -2pp"),
        fail_on("cost_per_success > $5%"),
        fail_on("pass^1 < -2pp or so"),
        Gate::parse_min("pass^1 > 0.55").unwrap_err().to_string(),
        Gate::parse_min("τ: pass^1=55").unwrap_err().to_string(),
        Gate::parse_max("cost_per_episode=-$1").unwrap_err().to_string(),
    ];
    assert_snapshot!(errors.join("\n"), @r#"
    gate "", at character 1: a metric is missing; write pass^K (pass^1), mean_reward, error_rate, cost_per_episode, cost_per_success or p50_latency, p90_latency, p95_latency, p99_latency (with :agent or another role)
    gate "pass1 < -2pp", at character 1: there is no metric called "pass1"; write pass^K (pass^1), mean_reward, error_rate, cost_per_episode, cost_per_success or p50_latency, p90_latency, p95_latency, p99_latency (with :agent or another role)
    gate "pass^0 < -2pp", at character 1: there is no metric called "pass^0"; write pass^K (pass^1), mean_reward, error_rate, cost_per_episode, cost_per_success or p50_latency, p90_latency, p95_latency, p99_latency (with :agent or another role)
    gate "pass^1", at character 7: a comparison is missing; write <, >, <= or >= after the metric: pass^1 < -2pp
    gate "pass^1 = 0.55", at character 8: a comparison is missing; --fail-on takes <, >, <= or >=; for a limit on the figure itself use --min or --max
    gate "pass^1 <", at character 9: the limit is missing; write -2pp (percentage points) or -0.02
    gate "pass^1 < two", at character 10: this is no number; write -2pp (percentage points) or -0.02
    gate "pass^1 < -2", at character 10: pass^1 lies between 0 and 1, and -2 is beyond that; write -2pp (percentage points) or -0.02
    gate "pass^1 < -2%", at character 10: "%" of a difference in pass^1 could mean points or a share of the base; write -2pp (percentage points) or -0.02
    gate "pass^1 < -2ms", at character 10: pass^1 is not measured in that unit; write -2pp (percentage points) or -0.02
    gate "pass^1:agent < -2pp", at character 7: pass^1 has no roles; write pass^1 alone; only latencies have a role
    gate "p95_latency > 8", at character 15: p95_latency needs a unit; write +500ms, +2s or +1min, or +10% of the base
    gate "p95_latency: > 8s", at character 13: the role is missing; write p95_latency:agent, or p95_latency for whole episodes
    gate "p95_latency:agnet > 8s", at character 13: there is no role "agnet"; write agent, expert, user, judge, tool or step
    gate "[airline pass^1 < -2pp", at character 1: this bracket is never closed; write [airline] pass^1 < -2pp
    gate " : pass^1 < -2pp", at character 2: the name of the cell is empty; leave it out to mean each cell, or write airline: before the metric
    gate "cost_per_success > $5%", at character 22: "%" is no unit here; write +$0.05, or +10% of the base
    gate "pass^1 < -2pp or so", at character 12: "pp or so" is no unit here; write -2pp (percentage points) or -0.02
    gate "pass^1 > 0.55", at character 8: an equals sign is missing; write the metric, = and the limit: --min 'pass^1=0.55'
    gate "τ: pass^1=55", at character 11: pass^1 lies between 0 and 1, and 55 is beyond that; write 55% or 0.55
    gate "cost_per_episode=-$1", at character 18: cost_per_episode is never negative; write $0.05
    "#);
}

#[test]
fn only_the_whole_interval_fails_a_difference() {
    let gate = Gate::parse("pass^1 < -2pp").unwrap();
    let judge = |interval| gate.judge(Some(-0.05), interval);
    assert_eq!(judge(between(-0.08, -0.021)), GateVerdict::Failed);
    assert_eq!(judge(between(-0.08, -0.01)), GateVerdict::Inconclusive);
    assert_eq!(judge(between(-0.02, 0.03)), GateVerdict::Passed);
    assert_eq!(judge(None), GateVerdict::Inconclusive);
    assert_eq!(judge(between(f64::NAN, 0.0)), GateVerdict::Inconclusive);
    assert_eq!(gate.judge(None, between(-0.08, -0.03)), GateVerdict::NotAvailable);
    assert_eq!(gate.judge(Some(f64::NAN), None), GateVerdict::NotAvailable);
    // A run against itself.
    assert_eq!(gate.judge(Some(0.0), between(0.0, 0.0)), GateVerdict::Passed);
    let closed = Gate::parse("pass^1 <= 0pp").unwrap();
    assert_eq!(closed.judge(Some(0.0), between(0.0, 0.0)), GateVerdict::Failed);
}

#[test]
fn limits_hold_for_the_figure_itself() {
    let min = Gate::parse_min("pass^1=0.55").unwrap();
    assert_eq!(min.judge(Some(0.54), between(0.4, 0.7)), GateVerdict::Failed);
    assert_eq!(min.judge(Some(0.55), None), GateVerdict::Passed);
    let max = Gate::parse_max("p95_latency=8s").unwrap();
    assert_eq!(max.judge(Some(8.001), None), GateVerdict::Failed);
    assert_eq!(max.judge(Some(8.0), None), GateVerdict::Passed);
    assert_eq!(max.judge(Some(f64::INFINITY), None), GateVerdict::Failed);
    assert_eq!(max.judge(None, None), GateVerdict::NotAvailable);
}

#[test]
fn a_gate_covers_its_cell_or_all() {
    let all = Gate::parse("pass^1 < -2pp").unwrap();
    assert!(all.covers(&["airline"]) && all.covers(&[]));
    let one = Gate::parse("Airline: pass^1 < -2pp").unwrap();
    assert!(one.covers(&["gpt-4o airline", "airline"]) && !one.covers(&["gpt-4o airline", "retail"]));
    assert!(Gate::parse("p50_latency > 10%").unwrap().relative() && !all.relative());
    assert!(!Gate::parse_min("pass^1=55%").unwrap().relative());
}

fn any_gate() -> impl Strategy<Value = Gate> {
    let metric = prop_oneof![
        (1_u32..100).prop_map(|k| Metric::PassHat { k }),
        Just(Metric::ErrorRate),
        Just(Metric::MeanReward),
        Just(Metric::CostPerEpisode),
        Just(Metric::CostPerSuccess),
        (0_usize..4, proptest::option::of("agent|expert|user|user-sim|judge|tool|step"))
            .prop_map(|(one, role)| Metric::Latency { percentile: Percentile::ALL[one], role }),
    ];
    let operator = prop_oneof![Just(Operator::Less), Just(Operator::AtMost), Just(Operator::Greater), Just(Operator::AtLeast)];
    let cell = proptest::option::of("[a-zA-Z0-9 :.τ-]{0,8}[a-z]");
    (cell, metric, operator, -1.0..1.0_f64, any::<bool>()).prop_map(|(cell, metric, operator, number, relative)| {
        let unit = match metric.nature() {
            metric::Nature::Share => Unit::Points,
            metric::Nature::Reward => Unit::None,
            _ if relative => Unit::Percent,
            metric::Nature::Money => Unit::Dollars,
            metric::Nature::Time => Unit::Milliseconds,
        };
        let cell = cell.map(|cell| cell.trim().to_owned());
        Gate { kind: GateKind::FailOn, cell, metric, operator, amount: Amount { number, unit } }
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read_as_the_same(gate in any_gate()) {
        prop_assert_eq!(Gate::parse(&gate.to_string()), Ok(gate));
    }

    #[test]
    fn any_text_is_read_or_refused_within_it(text in "(\\[?[a-z: ^]{0,12}\\]?)?(pass\\^[0-9]|p95_latency)?:?[a-z]{0,3} ?[<>=]{0,2} ?.{0,8}") {
        for read in [Gate::parse, Gate::parse_min, Gate::parse_max] {
            if let Err(error) = read(&text) {
                prop_assert!((1..=text.chars().count() + 1).contains(&error.character), "{}", error);
                prop_assert!(!error.remedy.is_empty());
            }
        }
    }

    #[test]
    fn a_wider_interval_never_decides_what_a_narrower_left_open(gate in any_gate(), a in -1.0..1.0_f64, b in -1.0..1.0_f64, by in 0.0..1.0_f64) {
        let narrow = gate.judge(Some(a), between(a.min(b), a.max(b)));
        let wide = gate.judge(Some(a), between(a.min(b) - by, a.max(b) + by));
        prop_assert!(wide == narrow || wide == GateVerdict::Inconclusive, "{:?} {:?}", narrow, wide);
    }
}
