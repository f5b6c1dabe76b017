//! Words and charts of small sweeps.

use super::{
    chart::{Chart, ChartMeta},
    scene::Scene,
    summary::findings,
    warnings::warnings,
};
use crate::{
    analysis::{Options, analyze},
    records::{
        Benchmark, Episode, FileKind, Fingerprint, Identity, Loaded, Origin, Outcome, Part, ResultFile, SourceFile, TaskId,
        Tau2Facts, Tau2Run, Tau2Task,
    },
    sweep::{Attempts, assemble},
};

/// One simulation: task, id, reward.
type Sim = (u32, String, f64);

/// Simulations of tasks from 0 on, the first so many of them won.
fn sims(model: &str, tasks: u32, won: u32) -> Vec<Sim> {
    (0..tasks).map(|task| (task, format!("{model}-{task}"), f64::from(u8::from(task < won)))).collect()
}

fn file(model: &str, version: &str, planned: u32, sims: &[Sim]) -> Loaded {
    let part = |value: &str| Some(Part::new(value, Origin::Content));
    let mut identity = Identity::unknown(Benchmark::Tau2);
    (identity.env, identity.model, identity.version) = (part("retail"), part(model), part(version));
    let digest = |id: &str, reward: f64| {
        Fingerprint(id.bytes().fold(u128::from(reward.to_bits()), |sum, byte| sum.wrapping_mul(257) + u128::from(byte)))
    };
    let episode = |(record, (task, id, reward)): (usize, &Sim)| Episode {
        task: Some(TaskId::from(i64::from(*task))),
        trial: Some(0),
        outcome: Outcome::Scored { reward: *reward },
        fingerprint: digest(id, *reward),
        content: digest(id, *reward),
        record,
        conversation: None,
        agent_cost_usd: Some(0.5),
        user_cost_usd: None,
        is_cut_off: false,
        identity: None,
        tau2: Some(Box::new(Tau2Facts { id: id.clone(), evaluated: true, ..Tau2Facts::default() })),
    };
    let tasks = (0..planned).map(|task| (TaskId::from(i64::from(task)), Tau2Task::default())).collect();
    Loaded::Results(Box::new(ResultFile {
        source: SourceFile { path: format!("{model}-{version}.json"), label: None, bytes: 0, sha256: String::new() },
        kind: FileKind::Tau2Results,
        identity,
        episodes: sims.iter().enumerate().map(episode).collect(),
        issues: Vec::new(),
        stored: None,
        tau2: Some(Box::new(Tau2Run { planned_trials: Some(1), tasks, ..Tau2Run::default() })),
    }))
}

/// Looks at some files.
fn look<T>(files: Vec<Loaded>, at: impl Fn(&Scene<'_>) -> T) -> T {
    let sweep = assemble(files, Attempts::First);
    let analysis = analyze(&sweep, &Options::default());
    at(&Scene::new(&sweep, &analysis, "0"))
}

fn meta(charts: &[Chart], id: &str) -> ChartMeta {
    charts.iter().map(Chart::meta).find(|meta| meta.id == id).unwrap().clone()
}

#[test]
fn gradings_and_versions_that_differ_are_warned_of() {
    let mut again = sims("quill", 6, 3);
    again[0].2 = 0.0;
    let files = || vec![file("quill", "1", 6, &sims("quill", 6, 3)), file("quill", "2", 6, &again)];
    let found = look(files(), warnings);
    insta::assert_snapshot!(found.join("\n"), @"
    retail / quill · unknown strategy: 1 episode occurs more than once with different rewards (re-graded, say); --attempts says which of them counts.
    retail / quill · unknown strategy: its files were written by 2 versions of the benchmark (1, 2); `--by cell,version` tells them apart.
    ");
    assert!(look(vec![file("quill", "1", 6, &again)], warnings).is_empty());
}

#[test]
fn a_small_cell_that_stands_higher_is_not_passed_over_in_silence() {
    let highest = |tasks, won| {
        let files = vec![file("quill", "1", 12, &sims("quill", 12, 6)), file("heron", "1", 12, &sims("heron", tasks, won))];
        look(files, |scene| findings(scene).remove(0)).split(" · ").next().unwrap().to_owned()
    };
    assert_eq!(highest(5, 5), "retail: highest of the cells with at least half of the largest cell's tasks is quill");
    assert_eq!(highest(5, 1), "retail: highest is quill");
    assert_eq!(highest(6, 6), "retail: highest is heron");
}

#[test]
fn charts_say_what_else_the_cells_differ_in() {
    let footers = |tasks| {
        let files = vec![file("quill", "1", 12, &sims("quill", 12, 6)), file("heron", "1", tasks, &sims("heron", tasks, 4))];
        look(files, |scene| {
            let forest = meta(&super::summary::section(scene).2, "forest_pass_1");
            let pareto = meta(&super::effort::charts(scene), "cost_pass_1_retail");
            [forest, pareto].map(|meta| meta.footer.contains("Cells differ in task set: see Data quality."))
        })
    };
    assert_eq!((footers(8), footers(12)), ([true; 2], [false; 2]));
}

#[test]
fn runs_that_never_finished_are_in_the_coverage() {
    let files = vec![file("quill", "1", 8, &sims("quill", 6, 3)), file("heron", "1", 8, &[])];
    let chart = look(files, |scene| match super::quality::section(scene).2.remove(0) {
        Chart::Coverage(chart) => chart,
        other => panic!("{other:?}"),
    });
    assert_eq!((chart.columns.len(), chart.rows.len()), (2, 8));
    assert_eq!(chart.meta.title, "Coverage in retail: 37.5% of the planned trials count");
    assert_eq!(chart.meta.footer, "6 of 16 planned trials. Among them 1 cell of which nothing counts. taureport 0");
}

#[test]
fn groups_of_tasks_are_called_so() {
    let heatmap = |tasks| {
        let meta = look(vec![file("quill", "1", tasks, &sims("quill", tasks, 3))], |scene| {
            meta(&super::per_task::section(scene).2, "tasks_retail")
        });
        format!("{} | {}", meta.subtitle, meta.footer)
    };
    insta::assert_snapshot!(heatmap(120), @"Share of trials solved; 120 tasks from most to least solved, 1 cell from best to worst | Each square rests on the trials of one task in one cell only. taureport 0");
    insta::assert_snapshot!(heatmap(250), @"Share of trials solved; 250 tasks in 84 groups from most to least solved, 1 cell from best to worst | Each square rests on all trials of a group of tasks with neighbouring ids in one cell only. taureport 0");
}
