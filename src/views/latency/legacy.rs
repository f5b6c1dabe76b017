//! The structure of the old script's `profile_analysis.json`, for notebooks that read it.
//!
//! `{"orchestrator": {"stats", "histogram", "prefill_stats", "decode_stats"}, "expert:MODEL": …, "user_sim:MODEL": …}`, with
//! `numpy.percentile`'s type 7, `numpy.std`'s divisor n and `numpy.histogram`'s ten bins of equal width. Taken from
//! `evaluation/tau2-bench/analyze_profile.py` of the ToolOrchestra forks.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::{
    analysis::latency::Series,
    metrics::{
        histogram::{equal_width_histogram, population_std},
        quantile::quantile_type7,
    },
    records::log::Role,
};

/// Percentiles of the old script, in its order.
const PERCENTS: [u8; 13] = [10, 20, 25, 30, 40, 50, 75, 60, 70, 80, 90, 95, 99];
/// Its bins.
const BINS: u32 = 10;
/// Its limit, in milliseconds.
const LIMIT_MS: f64 = 5000.0;

/// Returns the content of the file. All models of the agent are the orchestrator; the judge, which the script took for a user
/// simulator, has a key of its own.
pub fn profile(series: &[Series]) -> Value {
    let mut groups: BTreeMap<String, [Vec<f64>; 3]> = BTreeMap::new();
    for one in series {
        let key = match one.role {
            Role::Agent => "orchestrator".to_owned(),
            Role::Expert => format!("expert:{}", one.name),
            Role::UserSim => format!("user_sim:{}", one.name),
            Role::Judge => format!("evaluator:{}", one.name),
            Role::Tool | Role::Step | Role::Other => continue,
        };
        let group = groups.entry(key).or_default();
        group[0].extend(&one.sorted_ms);
        if let Some(phases) = &one.phases {
            group[1].extend(&phases.prefill_sorted_ms);
            group[2].extend(&phases.decode_sorted_ms);
        }
    }
    let entry = |[durations, prefill, decode]: &mut [Vec<f64>; 3]| {
        json!({
            "stats": stats(durations),
            "histogram": histogram(durations),
            "prefill_stats": stats(prefill),
            "decode_stats": stats(decode),
        })
    };
    groups.into_iter().map(|(key, mut group)| (key, entry(&mut group))).collect::<Map<_, _>>().into()
}

fn stats(values: &mut [f64]) -> Value {
    values.sort_by(f64::total_cmp);
    let (Some(min), Some(max)) = (values.first(), values.last()) else { return json!({"count": 0}) };
    let count = values.len() as f64;
    let mut found = Map::new();
    found.insert("count".to_owned(), json!(values.len()));
    found.insert("mean".to_owned(), json!(values.iter().sum::<f64>() / count));
    found.insert("std".to_owned(), json!(population_std(values)));
    found.insert("min".to_owned(), json!(min));
    found.insert("max".to_owned(), json!(max));
    for percent in PERCENTS {
        found.insert(format!("p{percent}"), json!(quantile_type7(values, f64::from(percent) / 100.0)));
    }
    let under = values.iter().filter(|ms| **ms < LIMIT_MS).count() as f64;
    found.insert("under_5s_pct".to_owned(), json!(100.0 * under / count));
    found.into()
}

fn histogram(values: &[f64]) -> Value {
    let Some(found) = equal_width_histogram(values, BINS) else { return json!({"bins": [], "counts": [], "edges": []}) };
    let bins: Vec<String> = found.edges.windows(2).map(|edges| format!("{:.1}-{:.1}", edges[0], edges[1])).collect();
    json!({"bins": bins, "counts": found.counts, "edges": found.edges})
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From numpy: mean, std, percentiles and histogram of 1, 2, 3, 4, 10 000 (ms).
    #[test]
    fn figures_are_those_of_numpy() {
        let mut values = [3.0, 1.0, 10_000.0, 2.0, 4.0];
        let found = stats(&mut values);
        let near = |key: &str, wanted: f64| {
            let value = found[key].as_f64().unwrap();
            assert!((value - wanted).abs() <= 1e-9 * wanted.abs(), "{key}: {value}");
        };
        near("mean", 2002.0);
        near("std", 3_999.000_125_031_255_7);
        near("p10", 1.4);
        near("p50", 3.0);
        near("p99", 9_600.16);
        near("under_5s_pct", 80.0);
        let bins = histogram(&values);
        assert_eq!(bins["counts"], json!([4, 0, 0, 0, 0, 0, 0, 0, 0, 1]));
        assert_eq!(bins["bins"][0], json!("1.0-1000.9"));
        assert_eq!(stats(&mut []), json!({"count": 0}));
    }
}
