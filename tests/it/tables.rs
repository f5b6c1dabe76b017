//! Tables: written, read back, merged, filtered and asked.

use std::{collections::BTreeMap, env, fs, path::Path};

use serde_json::Value;
use taureport::frames::TABLES;

use crate::{
    real::data_folder,
    support::{analyze, argument, read_tree, repository, run, temporary, text, write},
};

/// Exports, and returns the words on stderr.
fn export(paths: &[&str], folder: &Path, more: &[&str]) -> String {
    let output = run(&[&["export", "-o", &argument(folder)], paths, more].concat());
    assert!(output.status.success(), "{}", text(&output.stderr));
    text(&output.stderr)
}

fn metrics(paths: &[&str]) -> Vec<u8> {
    let mut report = analyze(&[paths, &["--no-charts"]].concat());
    report.files.remove("metrics.json").unwrap_or_else(|| panic!("{paths:?}: {}", text(&report.output.stderr)))
}

#[test]
fn tables_that_are_read_back_give_the_same_numbers() {
    for paths in [&["fixtures/sweep"][..], &["fixtures/tau2"], &["fixtures/broken"], &["a=fixtures/sweep", "b=fixtures/tau2"]] {
        let wanted = metrics(paths);
        for form in ["parquet", "arrow"] {
            let folder = temporary();
            export(paths, &folder.path().join("tables"), &["--format", form]);
            assert!(metrics(&[&argument(&folder.path().join("tables"))]) == wanted, "{paths:?} as {form}");
        }
    }
}

#[test]
fn shards_exported_apart_and_merged_are_the_whole() {
    let folder = temporary();
    let parts = ["fixtures/sweep/results/airline", "fixtures/sweep/results/retail", "fixtures/tau2"];
    let shards: Vec<String> = (0..parts.len()).map(|at| argument(&folder.path().join(format!("shard_{at}")))).collect();
    for (part, shard) in parts.iter().zip(&shards) {
        export(&[part], Path::new(shard), &[]);
    }
    let wanted = metrics(&parts);
    let all: Vec<&str> = shards.iter().map(String::as_str).collect();
    assert!(metrics(&all) == wanted, "in order");
    let reversed: Vec<&str> = all.iter().rev().copied().collect();
    assert!(metrics(&reversed) == wanted, "in reverse order");
    assert!(metrics(&[&argument(folder.path())]) == wanted, "by the folder around them");
    assert!(metrics(&[all[0], parts[1], all[2]]) == wanted, "with files among them");
}

#[test]
fn the_same_input_gives_the_same_tables() {
    let folder = temporary();
    let [one, other] = ["one", "other"].map(|name| folder.path().join(name));
    export(&["fixtures/sweep", "fixtures/tau2"], &one, &[]);
    export(&["fixtures/tau2", "fixtures/sweep"], &other, &[]);
    assert!(read_tree(&one) == read_tree(&other));
    let files = read_tree(&one);
    for table in TABLES {
        assert!(files.contains_key(&format!("{}.parquet", table.name)), "{}", table.name);
    }
}

#[test]
fn a_folder_of_tables_is_a_side_of_a_comparison() {
    let folder = temporary();
    let tables = argument(&folder.path().join("tables"));
    export(&["fixtures/sweep/results/airline/act"], Path::new(&tables), &[]);
    let compare = |base: &str| {
        let out = temporary();
        let new = "fixtures/sweep/results/airline/act";
        let output = run(&["compare", base, new, "--no-charts", "-o", &argument(out.path())]);
        let mut files = read_tree(out.path());
        assert!(output.status.success(), "{}", text(&output.stderr));
        let mut found: Value = serde_json::from_slice(&files.remove("comparison.json").unwrap()).unwrap();
        found["sides"].take();
        found["rows"].clone()
    };
    assert_eq!(compare(&tables), compare("fixtures/sweep/results/airline/act"));
}

#[test]
fn what_cannot_be_read_back_is_said() {
    let folder = temporary();
    let at = |name: &str| folder.path().join(name);
    export(&["fixtures/sweep/results/airline/act"], &at("csv"), &["--format", "csv"]);
    export(&["fixtures/sweep/results/airline/act"], &at("parquet"), &[]);
    let said = |name: &str| {
        let output = run(&["analyze", &argument(&at(name)), "--no-charts", "-o", &argument(&at("out"))]);
        (output.status.code(), text(&output.stderr))
    };
    let (code, words) = said("csv");
    assert!(code == Some(2) && words.contains("tables exported as csv are not read back"), "{words}");
    let schema = fs::read_to_string(at("parquet/schema.json")).unwrap();
    write(&at("parquet/schema.json"), schema.replace("\"schema_version\": \"1.0\"", "\"schema_version\": \"2.0\""));
    let (code, words) = said("parquet");
    assert!(code == Some(2) && words.contains("the tables have version 2.0"), "{words}");
    write(&at("parquet/schema.json"), schema);
    write(&at("parquet/episodes.parquet"), b"PAR1 nothing");
    let (code, words) = said("parquet");
    assert!(code == Some(2) && words.contains("episodes.parquet: "), "{words}");
    fs::remove_file(at("parquet/episodes.parquet")).unwrap();
    let (code, words) = said("parquet");
    assert!(code == Some(2) && words.contains("episodes.parquet: "), "{words}");
}

#[test]
fn altered_tables_are_refused() {
    let folder = temporary();
    let [one, other] = ["one", "other"].map(|name| folder.path().join(name));
    export(&["fixtures/sweep/results/airline/act"], &one, &[]);
    export(&["fixtures/sweep/results/airline/react"], &other, &[]);
    fs::copy(other.join("episodes.parquet"), one.join("episodes.parquet")).unwrap();
    let output = run(&["analyze", &argument(&one), "--no-charts", "-o", &argument(&folder.path().join("out"))]);
    let said = text(&output.stderr);
    assert!(output.status.code() == Some(2) && said.contains("episodes.parquet: it is not as taureport wrote it"), "{said}");
}

#[test]
fn tables_beside_their_files_count_once() {
    let folder = temporary();
    let results = folder.path().join("results");
    for entry in fs::read_dir(repository().join("fixtures/sweep/results/airline/act")).unwrap() {
        let from = entry.unwrap().path();
        for file in
            walkdir::WalkDir::new(&from).into_iter().map(|entry| entry.unwrap()).filter(|entry| entry.file_type().is_file())
        {
            let below = file.path().strip_prefix(from.parent().unwrap()).unwrap();
            write(&results.join(below), fs::read(file.path()).unwrap());
        }
    }
    let wanted = metrics(&[&argument(&results)]);
    let tables = results.join("frames");
    for _ in 0..2 {
        // The folder that is written is no input of what is written there.
        export(&[&argument(&results)], &tables, &[]);
    }
    export(&[&argument(&results)], &results.join("csv"), &["--format", "csv"]);
    assert!(metrics(&[&argument(&results)]) == wanted);
    let runs = |folder: &Path| query("SELECT count(*) AS n FROM runs", &[&argument(folder)])[0]["n"].clone();
    assert_eq!(runs(&results), runs(&tables));
}

#[test]
fn what_acts_on_files_is_refused_for_tables() {
    let folder = temporary();
    let tables = argument(&folder.path().join("tables"));
    export(&["fixtures/sweep/results/airline/act"], Path::new(&tables), &[]);
    for flag in [["--map", "act=>model=x"], ["--layout", "{model}/{_}"]] {
        let output = run(&["analyze", &tables, flag[0], flag[1]]);
        let said = text(&output.stderr);
        assert!(output.status.code() == Some(2) && said.contains("acts while files are read, not on tables"), "{said}");
    }
}

#[test]
fn a_filtered_export_says_so_and_is_what_is_left() {
    let folder = temporary();
    let tables = folder.path().join("tables");
    let said = export(&["fixtures/sweep"], &tables, &["--filter", "env = 'retail'"]);
    assert!(said.contains("--filter \"env = 'retail'\" kept"), "{said}");
    let schema: Value = serde_json::from_slice(&fs::read(tables.join("schema.json")).unwrap()).unwrap();
    assert_eq!(schema["filter"], "env = 'retail'");
    let report = analyze(&[&argument(&tables), "--no-charts"]);
    assert!(text(&report.output.stderr).contains("exported with --filter"));
    assert!(report.metrics()["cells"].as_array().unwrap().iter().all(|cell| cell["env"] == "retail"));
    let counts = query("SELECT sum(records) AS n FROM cells", &[&argument(&tables)])[0]["n"].clone();
    assert_eq!(counts, query("SELECT count(*) AS n FROM episodes", &[&argument(&tables)])[0]["n"]);
}

#[test]
fn records_with_an_identity_of_their_own_have_their_tasks() {
    let folder = temporary();
    let path = folder.path().join("r.json");
    let original = repository().join("fixtures/tau2/results");
    let telecom = walkdir::WalkDir::new(original).sort_by_file_name().into_iter().map(|entry| entry.unwrap().into_path());
    let telecom = telecom
        .filter(|path| path.to_string_lossy().contains("telecom"))
        .find(|path| path.extension().is_some_and(|e| e == "json"));
    let mut run: Value = serde_json::from_slice(&fs::read(telecom.unwrap()).unwrap()).unwrap();
    for (at, one) in run["simulations"].as_array_mut().unwrap().iter_mut().enumerate() {
        if at % 2 == 0 {
            one["model"] = "another".into();
        }
    }
    write(&path, run.to_string());
    let rows = query(
        "SELECT part, count(*) AS n, count(reference_actions) AS known FROM all_episodes GROUP BY part ORDER BY part",
        &[&argument(&path)],
    );
    assert_eq!(rows.len(), 2, "{rows:?}");
    assert!(rows.iter().all(|row| row["n"] == row["known"]), "{rows:?}");
}

/// Answers a query over fixtures as JSON.
fn query(sql: &str, paths: &[&str]) -> Vec<Value> {
    let output = run(&[&["query", sql], paths, &["--format", "json"]].concat());
    assert!(output.status.success(), "{sql}: {}", text(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("the answer is JSON")
}

#[test]
fn portable_queries_agree_with_the_report() {
    let sql = |name: &str| fs::read_to_string(repository().join("sql").join(name)).unwrap();
    let paths = ["fixtures/sweep", "fixtures/tau2"];
    let report = analyze(&[&paths[..], &["--no-charts", "--ragged", "available"]].concat());
    let found: BTreeMap<String, Value> =
        query(&sql("pass_k.sql"), &paths).into_iter().map(|row| (row["cell"].as_str().unwrap().to_owned(), row)).collect();
    let mut checked = 0;
    for cell in report.metrics()["cells"].as_array().unwrap() {
        for point in cell["pass_hat"].as_array().unwrap() {
            let (k, Some(value)) = (point["k"].as_u64().unwrap(), point["value"].as_f64()) else { continue };
            if k <= 4 {
                let own = found[cell["name"].as_str().unwrap()][format!("pass_{k}")].as_f64().unwrap();
                assert!((own - value).abs() < 1e-12, "{}: pass^{k} is {own}, not {value}", cell["name"]);
                checked += 1;
            }
        }
    }
    assert!(checked > 20, "{checked}");
    let trials: u64 = query(&sql("coverage.sql"), &paths).iter().map(|row| row["trials"].as_u64().unwrap()).sum();
    let cells = report.metrics()["cells"].as_array().unwrap().clone();
    let without_task: u64 = cells.iter().map(|cell| cell["episodes"]["without_task"].as_u64().unwrap_or(0)).sum();
    let counted: u64 = cells.iter().map(|cell| cell["episodes"]["counted"].as_u64().unwrap()).sum();
    assert_eq!(trials, counted - without_task);
    assert!(!query(&sql("turn_percentiles.sql"), &paths).is_empty());
    assert!(!query(&sql("cost_per_success.sql"), &paths).is_empty());
}

#[test]
fn the_table_of_metrics_has_the_figures_of_the_report() {
    let report = analyze(&["fixtures/sweep", "--no-charts"]);
    let sql = "SELECT cells.name AS name, k, value, low, high, tasks FROM metrics JOIN cells ON cells.cell = metrics.cell WHERE metric = 'pass_hat'";
    let rows = query(sql, &["fixtures/sweep"]);
    let mut checked = 0;
    for cell in report.metrics()["cells"].as_array().unwrap() {
        for point in cell["pass_hat"].as_array().unwrap() {
            let own = rows.iter().find(|row| row["name"] == cell["name"] && row["k"] == point["k"]).unwrap();
            assert_eq!((&own["value"], &own["tasks"]), (&point["value"], &point["tasks_used"]), "{own} {point}");
            checked += 1;
        }
    }
    assert_eq!(checked, rows.len());
}

#[test]
fn queries_and_filters_that_are_wrong_are_said() {
    let wrong = |arguments: &[&str], words: &str| {
        let output = run(arguments);
        let said = text(&output.stderr);
        assert!(output.status.code() == Some(2) && said.contains(words), "{arguments:?}: {said}");
    };
    wrong(&["query", "SELECT modl FROM runs", "fixtures/sweep"], "did you mean model");
    wrong(&["query", "SELECT", "fixtures/sweep"], "the query cannot be answered");
    let out = temporary();
    let out = argument(&out.path().join("out"));
    let analyze = |filter: &str, words: &str| wrong(&["analyze", "fixtures/sweep", "--filter", filter, "-o", &out], words);
    analyze("envv = 'airline'", "did you mean env");
    analyze("env = 'nowhere'", "keeps none of 451 episodes");
}

#[test]
fn a_filter_leaves_what_it_says_on_every_command() {
    let only = |arguments: &[&str]| metrics(&[&["fixtures/sweep"], arguments].concat());
    let filtered: Value = serde_json::from_slice(&only(&["--filter", "env = 'airline' AND trial < 2"])).unwrap();
    let cells = filtered["cells"].as_array().unwrap();
    assert!(
        cells.iter().all(|cell| cell["env"] == "airline" && cell["trials_max"].as_u64().is_none_or(|most| most <= 4)),
        "{cells:#?}"
    );
    let kept: u64 = cells.iter().map(|cell| cell["episodes"]["kept"].as_u64().unwrap()).sum();
    let sql = "SELECT count(*) AS n FROM all_episodes WHERE fate = 'kept' AND env = 'airline' AND trial < 2";
    assert_eq!(query(sql, &["fixtures/sweep"])[0]["n"].as_u64(), Some(kept));
    let all = query("SELECT count(*) AS n FROM episodes", &["fixtures/sweep", "--filter", "env = 'airline' AND trial < 2"]);
    assert_eq!(all[0]["n"].as_u64(), Some(kept));
}

/// The part of `docs/frames.md` that the tables themselves say.
fn documentation() -> String {
    let mut out = String::new();
    for table in TABLES {
        out += &format!("### `{}`\n\n{} Key: {}.\n\n", table.name, table.row, table.key.join(", "));
        out += "| column | type | meaning |\n| --- | --- | --- |\n";
        for column in table.columns {
            let null = if column.nullable { " or null" } else { "" };
            out += &format!("| `{}` | {}{null} | {} |\n", column.name, column.kind.name(), column.meaning);
        }
        out += "\n";
    }
    out
}

#[test]
fn the_documentation_lists_all_columns() {
    const BEGIN: &str = "<!-- tables -->\n";
    const END: &str = "<!-- end of tables -->\n";
    let path = repository().join("docs/frames.md");
    let text = fs::read_to_string(&path).unwrap();
    let (before, rest) = text.split_once(BEGIN).unwrap();
    let (own, after) = rest.split_once(END).unwrap();
    let wanted = format!("\n{}", documentation());
    if env::var_os("TAUREPORT_WRITE_SAMPLE").is_some() {
        fs::write(&path, format!("{before}{BEGIN}{wanted}{END}{after}")).unwrap();
        return;
    }
    assert!(
        own == wanted,
        "docs/frames.md lags behind the tables: TAUREPORT_WRITE_SAMPLE=1 cargo test --test it documentation"
    );
}

/// Every folder of real results gives the same numbers from its tables.
#[test]
#[cfg_attr(not(real_data), ignore = "no real data")]
fn tables_of_real_results_give_the_same_numbers() {
    let Some(data) = data_folder() else { return };
    let mut checked = 0;
    for group in ["tau1", "tau2", "dialects"] {
        let mut folders: Vec<_> = fs::read_dir(data.join(group)).unwrap().map(|entry| entry.unwrap().path()).collect();
        folders.sort();
        for folder in folders.iter().filter(|folder| folder.is_dir()) {
            let out = temporary();
            let tables = out.path().join("tables");
            let output = run(&["export", &argument(folder), "-o", &argument(&tables)]);
            if output.status.code() == Some(4) || text(&output.stderr).contains("not part of the tables") {
                continue;
            }
            assert!(metrics(&[&argument(&tables)]) == metrics(&[&argument(folder)]), "{}", folder.display());
            checked += 1;
        }
    }
    assert!(checked >= 20, "{checked}");
}
