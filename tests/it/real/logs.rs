//! Real logs: what the program says of them, against the simplest count, and the published work log made again from its figures.

use std::{collections::BTreeMap, fs, path::PathBuf};

use serde_json::{Value, json};

use super::data;
use crate::{
    support::{Report, analyze, analyze_in, argument, temporary, text, write},
    truth_logs::percentile,
};

/// The folder of the logs of a kind.
fn folder(name: &str) -> Option<PathBuf> {
    data().map(|data| data.root.join("logs").join(name))
}

#[track_caller]
fn analyzed(arguments: &[&str]) -> Report {
    let report = analyze(&[arguments, &["--no-charts", "-qq"]].concat());
    assert_eq!(report.output.status.code(), Some(0), "{}", text(&report.output.stderr));
    report
}

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key].as_array().unwrap_or_else(|| panic!("{key} is a list"))
}

/// Records by type of each log, by the name of its file.
fn types(report: &Report) -> BTreeMap<String, BTreeMap<String, u64>> {
    let mut found: BTreeMap<String, BTreeMap<String, u64>> = BTreeMap::new();
    for row in report.table("latency_fields").into_iter().skip(1) {
        let name = row[0].rsplit('/').next().expect("paths have a last part").to_owned();
        found.entry(name).or_default().insert(row[1].clone(), row[2].parse().expect("a count"));
    }
    found
}

#[test]
#[cfg_attr(not(real_data), ignore = "no real data")]
fn types_are_counted_as_grep_counts_them() {
    let Some(folder) = folder("profile") else { return };
    let report = analyzed(&[&argument(&folder)]);
    let found = types(&report);
    assert_eq!(found.len(), 5, "{:?}", found.keys());
    for (name, types) in &found {
        let log = fs::read_to_string(folder.join(name)).expect("the log can be read");
        for (kind, count) in types {
            let raw = log.matches(&format!("type={kind} ")).count() as u64;
            assert_eq!(*count, raw, "{name}: {kind}");
        }
        // No type is missed: every record names one.
        let records = (log.matches("[PROFILE] ").count() + log.matches("[USER_JUDGE] ").count()) as u64;
        assert_eq!(types.values().sum::<u64>(), records, "{name}");
    }
    for log in list(&report.metrics()["latency"], "logs") {
        assert_eq!(log["records"], log["understood"], "{log}");
    }
    let documented = &found["documented_lines.log"];
    assert_eq!(
        json!(documented),
        json!({"evaluator": 1, "expert_call": 1, "llm_call": 2, "step_complete": 1, "tool_call": 1, "user_sim": 1})
    );
}

#[test]
#[cfg_attr(not(real_data), ignore = "no real data")]
fn three_renderings_of_one_log_have_the_same_figures() {
    let Some(folder) = folder("profile") else { return };
    let names = ["generated_tau2_global.log", "generated_eval_global.log", "generated_console_ansi.log"];
    let latency = |names: &[&str]| {
        let paths: Vec<String> = names.iter().map(|name| argument(&folder.join(name))).collect();
        analyzed(&paths.iter().map(String::as_str).collect::<Vec<_>>()).metrics()["latency"].clone()
    };
    let figures = |latency: &Value| {
        let mut runs = latency["runs"].clone();
        runs.as_array_mut().into_iter().flatten().for_each(|run| run["log"] = Value::Null);
        json!([latency["series"], latency["pooled"], latency["attachment"], runs])
    };
    let first = latency(&names[..1]);
    assert!(list(&first, "series").len() > 5);
    for name in &names[1..] {
        assert_eq!(figures(&latency(&[name])), figures(&first), "{name}");
    }
    // All at once: nothing counts twice.
    assert_eq!(figures(&latency(&names)), figures(&first));
}

#[test]
#[cfg_attr(not(real_data), ignore = "no real data")]
fn logs_of_other_things_are_passed_over() {
    let (Some(other), Some(training)) = (folder("other"), folder("training")) else { return };
    let report = analyze(&[&argument(&other), &argument(&training), "--no-charts"]);
    assert_eq!(report.output.status.code(), Some(4), "{}", text(&report.output.stderr));
    // Many for one reason are one line.
    let said = text(&report.output.stderr);
    assert!(said.contains("warning: 3 files: a log without anything for taureport"), "{said}");
    for name in ["experiment.log", "grpo_training.log", "skyrl_output.log"] {
        let found = [&other, &training].map(|folder| folder.join(name)).into_iter().find(|path| path.is_file());
        let alone = analyze(&[&argument(&found.expect("it is there"))]);
        assert!(text(&alone.output.stderr).contains(&format!("{name}: a log without anything for taureport")), "{name}");
    }
}

#[test]
#[cfg_attr(not(real_data), ignore = "no real data")]
fn console_logs_give_what_they_printed() {
    let Some(folder) = folder("console") else { return };
    let table = analyzed(&[&argument(&folder)]).table("latency_console");
    let columns = [
        "env",
        "model",
        "strategy",
        "user_model",
        "started",
        "finished",
        "solved",
        "complete",
        "printed_pass_1",
        "printed_reward",
    ];
    let places = columns
        .map(|name| table[0].iter().position(|column| column == name).unwrap_or_else(|| panic!("no {name}: {:?}", table[0])));
    let mut found: Vec<String> = table[1..]
        .iter()
        .map(|row| {
            let name: String = row[0].rsplit('/').next().into_iter().flat_map(|name| name.chars().take(20)).collect();
            format!("{name}: {}", places.map(|place| row[place].as_str()).join(","))
        })
        .collect();
    found.sort();
    insta::assert_snapshot!(found.join("\n"), @r"
        phaseC_t2_oai.ABRIDG: retail,gpt-4.1-nano-2025-04-14,,gemini/gemini-3.1-flash-lite,3,1,0,false,,
        tau2_run_1.log: mock,openai/gpt-4.1-mini,llm_agent,openai/gpt-4.1-mini,1,1,0,true,0.0,0.0
        tau2_run_2.log: mock,openai/gpt-4.1-mini,llm_agent,openai/gpt-4.1-mini,1,1,0,true,0.0,0.0
        tau2_run_3.log: mock,openai/gpt-4.1-mini,llm_agent,openai/gpt-4.1-mini,1,1,1,true,1.0,1.0
        tau2_run_4.log: mock,openai/gpt-4.1-mini,llm_agent,openai/gpt-4.1-mini,1,1,0,true,0.0,0.0
        taubench_airline_mul: airline,Qwen/Qwen3-4B,multi-agent-v1,Qwen/Qwen3-32B,2,1,0,true,0.34,0.34
        taubench_retail_mult: ,,,,0,1,0,false,,
    ");
}

/// What the work log says of one model.
struct Published {
    role: &'static str,
    model: String,
    count: usize,
    mean: f64,
    under_5s: f64,
    /// Level and value, minimum and maximum among them.
    quantiles: Vec<(f64, f64)>,
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "counts and places in a list of thousands")]
fn whole(number: f64) -> usize {
    number as usize
}

/// Reads the tables of section 5.
fn published() -> Option<Vec<Published>> {
    let data = data()?;
    let text = fs::read_to_string(data.root.join("oracles/profile_worklog_20251230.md")).expect("the work log can be read");
    let section = |part: &str| {
        let title = part.lines().next().expect("a heading");
        let cells = part.lines().filter_map(|line| {
            let (name, value) = line.strip_prefix("| **")?.split_once("** | ")?;
            Some((name.to_owned(), value.trim_end_matches([' ', '|', '%']).parse::<f64>().ok()?))
        });
        let cells: BTreeMap<String, f64> = cells.collect();
        let level = |name: &str| match name {
            "Min" => Some(0.0),
            "Max" => Some(1.0),
            _ => name.strip_prefix('P')?.parse::<f64>().ok().map(|percent| percent / 100.0),
        };
        let mut quantiles: Vec<(f64, f64)> = cells.iter().filter_map(|(name, value)| Some((level(name)?, *value))).collect();
        quantiles.sort_by(|a, b| a.0.total_cmp(&b.0));
        let role = match title {
            _ if title.contains("Orchestrator") => "agent",
            _ if title.contains("Expert") => "expert",
            _ => "user simulator",
        };
        let model = title.rsplit([' ', '(', ')']).find(|word| !word.is_empty()).expect("a heading names the model").to_owned();
        Published { role, model, count: whole(cells["Count"]), mean: cells["Mean"], under_5s: cells["<5s%"], quantiles }
    };
    Some(text.split("\n### 5.").skip(1).map(|part| part.split("\n## ").next().unwrap_or(part)).map(section).collect())
}

impl Published {
    /// As many values as there were calls: on lines between the published quantiles, then moved until they have these quantiles.
    fn values(&self) -> Vec<f64> {
        let last = (self.count - 1) as f64;
        let value = |at: usize| {
            let level = at as f64 / last;
            let above = self.quantiles.partition_point(|(known, _)| *known < level).clamp(1, self.quantiles.len() - 1);
            let ((a, low), (b, high)) = (self.quantiles[above - 1], self.quantiles[above]);
            low + (high - low) * (level - a) / (b - a)
        };
        let mut values: Vec<f64> = (0..self.count).map(value).collect();
        for _ in 0..300 {
            for (level, wanted) in &self.quantiles {
                // The quantile lies on the line between two values: both move by their share of what is missing.
                let place = level * last;
                let (below, share) = (whole(place), place.fract());
                let above = (below + 1).min(self.count - 1);
                let missing = wanted - (values[below] * (1.0 - share) + values[above] * share);
                let weight = (1.0 - share).powi(2) + share.powi(2);
                values[below] += missing * (1.0 - share) / weight;
                values[above] += missing * share / weight;
            }
            values.sort_by(f64::total_cmp);
        }
        values
    }

    fn lines(&self) -> String {
        let (tag, kind) = match self.role {
            "agent" => ("PROFILE", "llm_call"),
            "expert" => ("PROFILE", "expert_call"),
            _ => ("USER_JUDGE", "user_sim"),
        };
        let line = |(at, ms): (usize, f64)| {
            format!(
                "[{tag}] 2025-12-30 {:02}:{:02}:{:02}.000 task={} thread=1 type={kind} model={} call_type=vllm duration_ms={ms:.2}\n",
                8 + at / 3600,
                at / 60 % 60,
                at % 60,
                at % 162,
                self.model
            )
        };
        self.values().into_iter().enumerate().map(line).collect()
    }
}

#[test]
#[cfg_attr(not(real_data), ignore = "no real data")]
fn the_published_work_log_is_made_again() {
    let Some(models) = published() else { return };
    assert_eq!(
        models.iter().map(|one| (one.role, one.count)).collect::<Vec<_>>(),
        [("agent", 3453), ("expert", 963), ("expert", 402), ("expert", 15), ("user simulator", 2335)]
    );
    let folder = temporary();
    write(&folder.path().join("in/tau2_all.log"), models.iter().map(Published::lines).collect::<String>());
    let percents = [10, 20, 25, 30, 40, 50, 60, 70, 80, 90, 95, 99];
    let levels = percents.map(|percent| percent.to_string()).join(",");
    let report = analyze_in(folder.path(), &["in", "--percentiles", &levels, "--legacy-profile", "old"]);
    assert_eq!(report.output.status.code(), Some(0), "{}", text(&report.output.stderr));
    let latency = report.metrics()["latency"].clone();
    for wanted in &models {
        let is_own = |one: &&Value| one["role"] == wanted.role && one["name"] == wanted.model.as_str();
        let found = list(&latency, "series").iter().find(is_own).unwrap_or_else(|| panic!("no series of {}", wanted.model));
        let duration = &found["duration"];
        assert_eq!(duration["calls"].as_u64(), Some(wanted.count as u64), "{}", wanted.model);
        for (level, value) in &wanted.quantiles {
            let own = match *level {
                0.0 => duration["min_ms"].as_f64(),
                1.0 => duration["max_ms"].as_f64(),
                level => percentile(duration, level).as_f64(),
            };
            // A P99 of 15 calls is not shown.
            if own.is_none() && *level > 0.98 && wanted.count < 100 {
                continue;
            }
            let own = own.unwrap_or_else(|| panic!("{} has no P{}", wanted.model, level * 100.0));
            assert!((own - value).abs() <= 0.01 * value, "{} at {level}: {own}, published {value}", wanted.model);
        }
        let under = found["share_under_limit"].as_f64().expect("there are calls") * 100.0;
        assert!((under - wanted.under_5s).abs() < 2.0, "{}: {under} % under 5 s, published {}", wanted.model, wanted.under_5s);
        let (mean, tail) =
            (duration["mean_ms"].as_f64().expect("there are calls"), wanted.quantiles.last().expect("a maximum").1);
        assert!(mean > 0.5 * wanted.mean && mean < tail, "{}: mean {mean}", wanted.model);
    }
    // Each metric of the work log's tables is a column; its standard deviation and bins are in the old script's file.
    let header = &report.table("latency_calls")[0];
    let mut columns = ["calls", "mean_ms", "min_ms", "max_ms", "under_limit"].map(str::to_owned).to_vec();
    columns.extend(percents.map(|percent| format!("p{percent}_ms")));
    let missing: Vec<&String> = columns.iter().filter(|column| !header.contains(column)).collect();
    assert!(missing.is_empty(), "{missing:?} not in {header:?}");
    let old = fs::read(folder.path().join("old/profile_analysis.json")).expect("it is written");
    let old: Value = serde_json::from_slice(&old).expect("JSON");
    // The work log's first bin of the agent, and what it puts there; the ends of the others hang on digits that were rounded away.
    let histogram = &old["orchestrator"]["histogram"];
    assert_eq!((&histogram["bins"][0], list(histogram, "bins").len()), (&json!("234.1-42906.5"), 10));
    assert!(histogram["counts"][0].as_u64().is_some_and(|count| count.abs_diff(3410) < 100), "{histogram}");
    for chart in ["latency_ecdf", "latency_calls", "latency_histogram", "latency_over_time_1"] {
        assert!(report.files.contains_key(&format!("charts/{chart}.png")), "{chart}");
    }
}
