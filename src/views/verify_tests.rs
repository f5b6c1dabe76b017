use super::*;
use crate::{
    records::{Benchmark, Claim, FileKind, SourceFile},
    sweep::{Cell as SweepCell, CellKey, FileSummary, Tally},
};

fn key(model: Option<&str>, mode: &str) -> CellKey {
    CellKey {
        label: None,
        benchmark: Benchmark::Tau2,
        env: Some("retail".into()),
        model: model.map(str::to_owned),
        strategy: Some("llm_agent".into()),
        user_model: None,
        user_strategy: None,
        temperature: None,
        mode: Some(mode.into()),
        max_steps: None,
        settings: std::collections::BTreeMap::new(),
        variant: None,
        place: None,
        by: Vec::new(),
        pooled: false,
    }
}

/// One cell for each key, and a file for each cell.
fn sweep(keys: Vec<CellKey>) -> Sweep {
    let file = |cell: usize| FileSummary {
        place: cell,
        source: SourceFile { path: format!("run/{cell}.json"), label: None, bytes: 0, sha256: String::new() },
        kind: FileKind::Tau2Results,
        cells: vec![cell],
        records: 1,
        task_range: None,
        stored: None,
        tau2: None,
        version: None,
    };
    let files = (0..keys.len()).map(file).collect();
    let cell = |key| SweepCell { key, tasks: std::collections::BTreeMap::new(), untasked: Vec::new(), tally: Tally::default() };
    Sweep { files, cells: keys.into_iter().map(cell).collect(), ..Sweep::default() }
}

fn trajectories() -> Trajectories {
    Trajectories {
        cell: 0,
        chosen_by: ChosenBy::Model,
        files: [0].into(),
        model_agrees: Some(true),
        tasks: 114,
        tasks_without_trial: 0,
        trials: 114,
        trials_per_task: Some((1, 1)),
        infrastructure: 0,
        unevaluated: 0,
        untasked: 0,
        copies: 0,
        repeated_ids: 0,
        cost_known: (114, 114),
        pass_1_errors_as_failures: None,
    }
}

fn figure(measure: Measure, claimed: Option<(f64, usize)>, recomputed: Option<f64>) -> Figure {
    Figure { measure, claimed: claimed.map(|(value, decimals)| Claim { value, decimals }), recomputed, is_complete: true }
}

fn shown(source: Source, figures: Vec<Figure>, sweep: &Sweep) -> VerifyView {
    let check = DomainCheck { domain: "retail".into(), source, figures };
    let verification = Verification { domains: vec![check], unclaimed: ["airline".to_owned()].into() };
    let submission = Submission { model: Some("Quill".into()), ..Submission::default() };
    view(&submission, &verification, sweep)
}

fn lines(view: &VerifyView) -> String {
    let row = |row: &Vec<Cell>| row.iter().map(|cell| cell.text.as_str()).collect::<Vec<_>>().join(" | ");
    let rows = view.table.rows.iter().map(row);
    let notes = view.table.notes.iter().skip(2).map(|note| format!("note: {note}"));
    let warnings = view.warnings.iter().map(|warning| format!("warning: {warning}"));
    let all = std::iter::once(view.table.title.clone()).chain(rows).chain(notes).chain(warnings);
    all.chain([view.conclusion.clone()]).collect::<Vec<_>>().join("\n")
}

#[test]
fn claims_stand_beside_what_was_recomputed() {
    let figures = vec![
        figure(Measure::PassHat(1), Some((84.2, 1)), Some(84.210_526_315_8)),
        figure(Measure::PassHat(2), Some((39.690_721_649_5, 10)), Some(39.690_721_649_5)),
        figure(Measure::PassHat(3), Some((39.690_721, 6)), Some(39.690_723)),
        figure(Measure::PassHat(4), None, Some(12.5)),
        figure(Measure::Cost, Some((0.2, 1)), None),
    ];
    let view = shown(Source::Found(Box::new(trajectories())), figures, &sweep(vec![key(Some("quill"), "default")]));
    insta::assert_snapshot!(lines(&view), @"
    Claimed and recomputed: Quill
    retail | pass^1 | % | 84.2 | 84.21 | +0.01 | equal | 114 | 114
    retail | pass^2 | % | 39.6907 | 39.6907 | 0.0000 | equal | 114 | 114
    retail | pass^3 | % | 39.690721 | 39.6907230 | +0.0000020 | differs | 114 | 114
    retail | pass^4 | % | n/a | 12.50 | n/a | not claimed | 114 | 114
    retail | cost | USD | 0.2 | n/a | n/a | not checkable | 114 | 114
    note: retail: from run/0.json (agent quill, user unknown), chosen by the agent's model.
    warning: retail: no trajectory records what the agent cost
    warning: not looked at, since the submission claims nothing of it: airline
    claims equal: 2 of 3 checked; not checkable: 1
    ");
}

#[test]
fn doubts_are_told() {
    let found = Trajectories {
        chosen_by: ChosenBy::Copies,
        files: [0, 1].into(),
        model_agrees: Some(false),
        infrastructure: 1,
        unevaluated: 2,
        untasked: 4,
        copies: 5,
        repeated_ids: 6,
        cost_known: (2, 9),
        pass_1_errors_as_failures: Some(75.438_596),
        ..trajectories()
    };
    let figures =
        vec![figure(Measure::PassHat(1), Some((84.2, 1)), Some(90.0)), figure(Measure::PassHat(2), Some((1.0, 1)), None)];
    let both = sweep(vec![key(None, "default"), key(None, "voice")]);
    insta::assert_snapshot!(lines(&shown(Source::Found(Box::new(found)), figures, &both)), @"
    Claimed and recomputed: Quill
    retail | pass^1 | % | 84.2 | 90.00 | +5.80 | differs | 114 | 114
    retail | pass^2 | % | 1.0 | n/a | n/a | not checkable | 114 | 114
    note: retail: pooled from run/0.json, run/1.json (agent unknown, user unknown), the other candidates being copies; 5 copies not counted again.
    note: retail: the submission is of Quill, the trajectories name the agent unknown.
    warning: retail: the submission is of Quill, the trajectories name the agent unknown
    warning: retail: pass^k can be checked up to k = 1 only, the fewest evaluated trials of any task
    warning: retail: simulations whose agent cost is known: 2 of 9
    warning: retail: 1 infrastructure error left out; counted as failures, they would make pass^1 75.44
    warning: retail: simulations without a reward, left out: 2
    warning: retail: simulations that name no task, left out of pass^k: 4
    warning: retail: simulations there more than once with different content, each counted as a trial: 6
    warning: not looked at, since the submission claims nothing of it: airline
    claims equal: 0 of 1 checked; not checkable: 1
    ");
}

#[test]
fn a_part_of_the_tasks_is_told_in_the_table() {
    let found = Trajectories { tasks: 10, trials: 40, tasks_without_trial: 40, ..trajectories() };
    let figures = vec![Figure { is_complete: false, ..figure(Measure::PassHat(1), Some((84.2, 1)), Some(84.2)) }];
    insta::assert_snapshot!(lines(&shown(Source::Found(Box::new(found)), figures, &sweep(vec![key(Some("quill"), "default")]))), @"
    Claimed and recomputed: Quill
    retail | pass^1 | % | 84.2 | 84.20 | n/a | incomplete | 10 of 50 | 40
    note: retail: from run/0.json (agent quill, user unknown), chosen by the agent's model.
    note: retail: incomplete, 10 of 50 tasks that the results list have an evaluated trial; figures over a part of the tasks check no claim.
    warning: retail: incomplete, 10 of 50 tasks that the results list have an evaluated trial; figures over a part of the tasks check no claim
    warning: not looked at, since the submission claims nothing of it: airline
    no claim could be checked
    ");
}

#[test]
fn candidates_are_listed_by_what_sets_them_apart() {
    let claimed = || vec![figure(Measure::PassHat(1), Some((84.2, 1)), None)];
    let keys: Vec<CellKey> = ["default", "no-user", "voice", "a", "b"].map(|mode| key(Some("quill"), mode)).into();
    insta::assert_snapshot!(lines(&shown(Source::Ambiguous(vec![0, 1, 2, 3, 4]), claimed(), &sweep(keys))), @"
    Claimed and recomputed: Quill
    retail | pass^1 | % | 84.2 | n/a | n/a | not checkable | n/a | n/a
    warning: retail: not checked, nothing tells which of 5 configurations is meant; give the path of one alone: quill, mode default in run/0.json; quill, mode no-user in run/1.json; quill, mode voice in run/2.json; quill, mode a in run/3.json; and 1 more
    warning: not looked at, since the submission claims nothing of it: airline
    no claim could be checked
    ");
    insta::assert_snapshot!(lines(&shown(Source::Missing, claimed(), &sweep(Vec::new()))), @"
    Claimed and recomputed: Quill
    retail | pass^1 | % | 84.2 | n/a | n/a | not checkable | n/a | n/a
    warning: retail: not checked, no trajectories of this domain are among the paths
    warning: not looked at, since the submission claims nothing of it: airline
    no claim could be checked
    ");
}
