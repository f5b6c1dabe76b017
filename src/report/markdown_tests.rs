use super::*;
use crate::views::{
    chart::{ChartMeta, Forest},
    document::Section,
    fmt::{cell, column},
    table::Table,
};

fn table(id: &str, title: &str, notes: &[&str]) -> Table {
    Table {
        id: id.into(),
        title: title.into(),
        columns: vec![column::text("model", "Model"), column::number("pass_1", "pass^1")],
        rows: vec![vec![cell::text("gpt-4o"), cell::rate(Some(0.42))], vec![cell::text("a|b <script>"), cell::rate(None)]],
        notes: notes.iter().map(ToString::to_string).collect(),
    }
}

fn section(id: &str, heading: &str, blocks: Vec<Block>) -> Section {
    Section { id: id.into(), heading: heading.into(), blocks }
}

fn sample() -> Document {
    let meta = ChartMeta {
        id: "forest_pass_1".into(),
        title: "pass^1 by model".into(),
        subtitle: "All tasks of airline".into(),
        footer: "n = 50 tasks × 4 trials; bars: 95% bootstrap over tasks".into(),
        alt: "Forest plot: gpt-4o [32.2, 52.5]](javascript:y)".into(),
    };
    let chart = Forest { meta, axis: String::new(), text_heading: String::new(), groups: Vec::new() };
    Document {
        title: "τ-bench report: results/*.json".into(),
        sections: vec![
            section(
                "summary",
                "Summary [x](http://e)",
                vec![
                    Block::Text("Two models, 50 tasks.\nSee <b>below</b> & p < 0.05.".into()),
                    Block::Table("summary".into()),
                    Block::Warning("3 files were skipped:\n`a`".into()),
                    Block::Points(vec!["first".into(), "- second".into()]),
                    Block::Chart("forest_pass_1".into()),
                ],
            ),
            section(
                "tasks",
                "Per task",
                vec![
                    Block::FoldedTable("tasks".into()),
                    Block::Code("pass^k = C(c, k) / C(n, k)\n```\nnext".into()),
                    Block::Table("bare".into()),
                ],
            ),
            section("empty", "Nothing", vec![]),
        ],
        tables: vec![
            table("summary", "Summary of *all*", &["n/a: no scored trial.", "a <i> b"]),
            table("tasks", "Each task & <b>more</b>", &["Folded."]),
            table("bare", "No notes", &[]),
        ],
        charts: vec![Chart::Forest(chart)],
    }
}

#[test]
fn a_whole_document() {
    insta::assert_snapshot!(render(&sample(), None).unwrap(), @r#"
    # τ-bench report: results/\*.json

    - [Summary \[x\](http\://e)](#summary)
    - [Per task](#tasks)
    - [Nothing](#empty)

    <a id="summary"></a>

    ## Summary \[x](http\://e)

    Two models, 50 tasks. See &lt;b>below&lt;/b> & p < 0.05.

    **Summary of \*all\***

    | Model            | pass^1 |
    | ---------------- | -----: |
    | gpt-4o           |  42.0% |
    | a\|b &lt;script> |    n/a |

    <sub>n/a: no scored trial.<br>a &lt;i> b</sub>

    > [!WARNING]
    > 3 files were skipped: \`a\`

    - first
    - \- second

    ![Forest plot: gpt-4o \[32.2, 52.5\]\](javascript:y)](charts/forest_pass_1.png)

    **pass^1 by model** All tasks of airline
    <br><sub>n = 50 tasks × 4 trials; bars: 95% bootstrap over tasks</sub>

    <a id="tasks"></a>

    ## Per task

    <details>
    <summary>Each task &amp; &lt;b&gt;more&lt;/b&gt;</summary>

    | Model            | pass^1 |
    | ---------------- | -----: |
    | gpt-4o           |  42.0% |
    | a\|b &lt;script> |    n/a |

    <sub>Folded.</sub>

    </details>

    ````text
    pass^k = C(c, k) / C(n, k)
    ```
    next
    ````

    **No notes**

    | Model            | pass^1 |
    | ---------------- | -----: |
    | gpt-4o           |  42.0% |
    | a\|b &lt;script> |    n/a |

    <a id="empty"></a>

    ## Nothing
    "#);
}

#[test]
fn missing_pieces_are_errors() {
    let mut document = sample();
    document.sections[0].blocks = vec![Block::Table("nope".into())];
    assert_eq!(render(&document, None).unwrap_err().to_string(), "the document has no table \"nope\"");
    document.sections[0].blocks = vec![Block::Chart("nope".into())];
    assert_eq!(render(&document, None).unwrap_err().to_string(), "the document has no chart \"nope\"");
}

#[test]
fn a_user_template_is_escaped_too_and_strict() {
    let template = "{{ title }} {{ title|upper }}\n{% for s in sections %}{{ s.heading }};{% endfor %}";
    insta::assert_snapshot!(render(&sample(), Some(template)).unwrap(), @r#"
    τ-bench report: results/\*.json Τ-BENCH REPORT: RESULTS/\*.JSON
    Summary \[x](http\://e);Per task;Nothing;
    "#);
    let error = render(&sample(), Some("a\n{{ sections[0].colour }}")).unwrap_err().to_string();
    assert!(error.starts_with("cannot render the template: undefined value"), "{error}");
    assert!(error.contains("report.md.j2:2"), "{error}");
    assert!(render(&sample(), Some("{% if %}")).is_err());
}
