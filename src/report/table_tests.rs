use proptest::prelude::*;

use super::*;
use crate::{
    bundle::json as json_bytes,
    views::fmt::{cell, column},
};

fn row(name: &str, tasks: u64, rate: Option<f64>, bounds: Option<(f64, f64)>, usd: Option<f64>) -> Vec<Cell> {
    let [low, high] = cell::interval(bounds);
    vec![cell::text(name), cell::count(Some(tasks)), cell::rate(rate), low, high, cell::usd(usd), cell::text("tool-calling")]
}

fn sample() -> Table {
    let [low, high] = column::interval("pass_1_ci95", "95% interval");
    Table {
        id: "summary".into(),
        title: "Summary".into(),
        columns: vec![
            column::text("model", "Model"),
            column::number("tasks", "Tasks scored"),
            column::number("pass_1", "pass^1"),
            low,
            high,
            column::number("cost_per_trial_usd", "Cost per trial"),
            column::wide(column::text("strategy", "Strategy")),
        ],
        rows: vec![
            row("gpt-4o-2024-08-06", 50, Some(0.42), Some((0.3219, 0.5249)), Some(0.083)),
            row("a|b <script>x</script>", 12_358, Some(1.0 / 3.0), None, None),
            row("[x](javascript:y) `z`\nnext", 4, None, Some((0.0, 1.0)), Some(12.4)),
            row("provider/a-very-long-model-name-with-sixty-characters-2024-07-18", 50, Some(1.0), Some((0.9, 1.0)), Some(0.0)),
            row("航空会社モデル", 7, Some(0.0), Some((0.0, 0.4)), Some(1e-7)),
        ],
        notes: vec![
            "Intervals: bootstrap over tasks, 10,000 resamples, seed 7; n/a where fewer than two tasks were scored.".into(),
        ],
    }
}

#[test]
fn terminal_at_100_columns() {
    insta::assert_snapshot!(render(&sample(), 100, false), @r#"
    Summary
                                                                Tasks                           Cost per
    Model                                                      scored  pass^1   95% interval       trial
    ────────────────────────────────────────────────────────────────────────────────────────────────────
    gpt-4o-2024-08-06                                              50   42.0%   [32.2, 52.5]      $0.083
    a|b <script>x</script>                                     12,358   33.3%            n/a         n/a
    [x](javascript:y) `z` next                                      4     n/a   [0.0, 100.0]      $12.40
    provider/a-very-long-model-n…-sixty-characters-2024-07-18      50  100.0%  [90.0, 100.0]       $0.00
    航空会社モデル                                                  7    0.0%    [0.0, 40.0]  <$0.000001
    Intervals: bootstrap over tasks, 10,000 resamples, seed 7; n/a where fewer than two tasks were
    scored.
    "#);
}

#[test]
fn terminal_at_60_columns() {
    insta::assert_snapshot!(render(&sample(), 60, false), @r#"
    Summary
                        Tasks                           Cost per
    Model              scored  pass^1   95% interval       trial
    ────────────────────────────────────────────────────────────
    gpt-4o-2024-08-06      50   42.0%   [32.2, 52.5]      $0.083
    a|b <scr…/script>  12,358   33.3%            n/a         n/a
    [x](java…`z` next       4     n/a   [0.0, 100.0]      $12.40
    provider…24-07-18      50  100.0%  [90.0, 100.0]       $0.00
    航空会社モデル          7    0.0%    [0.0, 40.0]  <$0.000001
    Intervals: bootstrap over tasks, 10,000 resamples, seed 7;
    n/a where fewer than two tasks were scored.
    "#);
}

#[test]
fn terminal_too_narrow_for_its_numbers() {
    insta::assert_snapshot!(render(&sample(), 40, false), @r#"
    Summary
                               Tasks
    Model                     scored  pass^1
    ────────────────────────────────────────
    gpt-4o-2024-08-06             50   42.0%
    a|b <script>x</script>    12,358   33.3%
    [x](javascri…y) `z` next       4     n/a
    provider/a-v…-2024-07-18      50  100.0%
    航空会社モデル                 7    0.0%
    Intervals: bootstrap over tasks, 10,000
    resamples, seed 7; n/a where fewer than
    two tasks were scored.
    Not shown for want of width: 95%
    interval, Cost per trial.
    "#);
}

#[test]
fn terminal_with_colour_and_without_rows() {
    let table = Table { rows: Vec::new(), ..sample() };
    insta::assert_snapshot!(render(&table, 80, true).replace('\u{1b}', "␛"), @r#"
    ␛[1mSummary␛[0m
    ␛[1mModel  Tasks scored  pass^1  95% interval  Cost per trial␛[0m
    ─────────────────────────────────────────────────────────
    (no rows)
    ␛[2mIntervals: bootstrap over tasks, 10,000 resamples, seed 7; n/a where fewer than␛[0m
    ␛[2mtwo tasks were scored.␛[0m
    "#);
}

#[test]
fn markdown_table() {
    insta::assert_snapshot!(markdown(&sample()), @r#"
    | Model                                                            | Tasks scored | pass^1 |  95% interval | Cost per trial | Strategy     |
    | ---------------------------------------------------------------- | -----------: | -----: | ------------: | -------------: | ------------ |
    | gpt-4o-2024-08-06                                                |           50 |  42.0% |  [32.2, 52.5] |         $0.083 | tool-calling |
    | a\|b &lt;script>x&lt;/script>                                    |       12,358 |  33.3% |           n/a |            n/a | tool-calling |
    | \[x](javascript:y) \`z\` next                                    |            4 |    n/a |  [0.0, 100.0] |         $12.40 | tool-calling |
    | provider/a-very-long-model-name-with-sixty-characters-2024-07-18 |           50 | 100.0% | [90.0, 100.0] |          $0.00 | tool-calling |
    | 航空会社モデル                                                   |            7 |   0.0% |   [0.0, 40.0] |     <$0.000001 | tool-calling |
    "#);
}

#[test]
fn csv_keeps_raw_values() {
    let mut table = sample();
    table.rows.push(row("=1+1, \"q\"", 0, Some(-0.0), Some((f64::NAN, 1.0)), Some(f64::INFINITY)));
    insta::assert_snapshot!(String::from_utf8(csv(&table).unwrap()).unwrap(), @r#"
    model,tasks,pass_1,pass_1_ci95_lo,pass_1_ci95_hi,cost_per_trial_usd,strategy
    gpt-4o-2024-08-06,50,0.42,0.3219,0.5249,0.083,tool-calling
    a|b <script>x</script>,12358,0.3333333333333333,,,,tool-calling
    "[x](javascript:y) `z`
    next",4,,0.0,1.0,12.4,tool-calling
    provider/a-very-long-model-name-with-sixty-characters-2024-07-18,50,1.0,0.9,1.0,0.0,tool-calling
    航空会社モデル,7,0.0,0.0,0.4,1e-7,tool-calling
    "=1+1, ""q""",0,0.0,,,,tool-calling
    "#);
}

#[test]
fn json_keeps_the_order_of_columns() {
    let mut table = sample();
    table.rows.truncate(1);
    table.rows[0][2].value = Value::Float(f64::NAN);
    insta::assert_snapshot!(String::from_utf8(json_bytes::bytes(&json(&table)).unwrap()).unwrap(), @r#"
    {
      "id": "summary",
      "title": "Summary",
      "columns": [
        "model",
        "tasks",
        "pass_1",
        "pass_1_ci95_lo",
        "pass_1_ci95_hi",
        "cost_per_trial_usd",
        "strategy"
      ],
      "rows": [
        {
          "model": "gpt-4o-2024-08-06",
          "tasks": 50,
          "pass_1": null,
          "pass_1_ci95_lo": 0.3219,
          "pass_1_ci95_hi": 0.5249,
          "cost_per_trial_usd": 0.083,
          "strategy": "tool-calling"
        }
      ],
      "notes": [
        "Intervals: bootstrap over tasks, 10,000 resamples, seed 7; n/a where fewer than two tasks were scored."
      ]
    }
    "#);
}

/// Measures text as the table crate does.
fn crate_width(text: &str) -> usize {
    let mut drawing = comfy_table::Table::new();
    drawing.add_row([text]);
    drawing.column_max_content_widths()[0].into()
}

#[test]
fn widths_are_never_below_those_of_the_table_crate() {
    let mut narrow = Vec::new();
    // Beyond the third plane no character is assigned that takes room.
    for character in (0x20..0x4_0000).filter_map(char::from_u32) {
        let text = format!("a{character}");
        if fmt::width(&text) < crate_width(&text) && !escape::one_line(&text).ends_with('\u{FFFD}') {
            narrow.push(format!("U+{:04X}", u32::from(character)));
        }
    }
    assert_eq!(narrow, Vec::<String>::new());
}

/// Tables of names and numbers, some names long, wide or hostile.
fn tables() -> impl Strategy<Value = Table> {
    let name = prop_oneof!["[a-z]{0,70}", "[航空|<`\n\\\\*]{0,30}", ".{0,30}"];
    (1usize..5, prop::collection::vec((name, any::<u32>(), 0.0f64..1.0), 0..6)).prop_map(|(numbers, data)| {
        let mut columns = vec![column::text("name", "Name")];
        columns.extend((0..numbers).map(|at| column::number(&format!("n{at}"), "Some heading")));
        let rows = data.into_iter().map(|(name, count, rate)| {
            let figures =
                (0..numbers).map(|at| if at % 2 == 0 { cell::count(Some(count.into())) } else { cell::rate(Some(rate)) });
            [cell::text(name)].into_iter().chain(figures).collect()
        });
        Table { id: "t".into(), title: "Title".into(), columns, rows: rows.collect(), notes: Vec::new() }
    })
}

proptest! {
    #[test]
    fn lines_fit_and_numbers_are_whole(table in tables(), width in 40usize..120) {
        let text = render(&table, width, false);
        for line in text.lines() {
            prop_assert!(crate_width(line) <= width, "{}", text);
        }
        for row in &table.rows {
            prop_assert!(text.contains(&row[1].text), "{}", text);
        }
        prop_assert!(!text.contains(['\u{1b}', '\u{202E}']), "{}", text);
    }

    #[test]
    fn markdown_rows_have_as_many_cells_as_columns(table in tables()) {
        for line in markdown(&table).lines() {
            let bare = line.match_indices('|').filter(|(at, _)| {
                line[..*at].bytes().rev().take_while(|byte| *byte == b'\\').count() % 2 == 0
            });
            prop_assert_eq!(bare.count(), table.columns.len() + 1, "{}", line);
        }
    }

    #[test]
    fn csv_reads_back(table in tables()) {
        let bytes = csv(&table).unwrap();
        let mut reader = csv::Reader::from_reader(bytes.as_slice());
        let records: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        prop_assert_eq!(records.len(), table.rows.len());
        for (record, row) in records.iter().zip(&table.rows) {
            prop_assert_eq!(&record[0], &row[0].text);
            if let Some(Value::Float(number)) = row.get(2).map(|cell| &cell.value) {
                prop_assert_eq!(record[2].parse::<f64>().unwrap().to_bits(), number.to_bits());
            }
        }
    }
}
