use proptest::prelude::*;

use super::*;
use crate::{
    records::{
        Conversation, Episode, FileKind, Identity, Loaded, Origin, Part, ResultFile, RunError, SourceFile, Tau2Facts, Tau2Run,
    },
    sweep::{Attempts, assemble},
};

/// One simulation: task, id, outcome, cost.
type Sim<'a> = (&'a str, &'a str, Outcome, Option<f64>);

const WON: Outcome = Outcome::Scored { reward: 1.0 };
const LOST: Outcome = Outcome::Scored { reward: 0.0 };

fn infrastructure() -> Outcome {
    let error = RunError { class: ErrorClass::Infrastructure, rule: "x".into(), text: "x".into() };
    Outcome::Error { error, reward: None }
}

fn episode((record, (task, id, outcome, cost)): (usize, Sim<'_>)) -> Episode {
    // Content is told by id and outcome, as the readers do.
    let digest = format!("{id} {outcome:?}").bytes().fold(7_u128, |sum, byte| sum.wrapping_mul(257) + u128::from(byte));
    Episode {
        task: (!task.is_empty()).then(|| TaskId::new(task)),
        trial: None,
        outcome,
        fingerprint: Fingerprint(digest),
        content: Fingerprint(digest),
        record,
        conversation: Some(Conversation { messages: 4, turns: 2, tool_calls: 0 }),
        agent_cost_usd: cost,
        user_cost_usd: None,
        is_cut_off: false,
        identity: None,
        tau2: Some(Box::new(Tau2Facts { id: id.into(), ..Tau2Facts::default() })),
    }
}

fn file(path: &str, env: &str, model: &str, sims: &[Sim<'_>]) -> Loaded {
    let part = |value: &str| Some(Part::new(value, Origin::Content));
    let mut identity = Identity::unknown(Benchmark::Tau2);
    (identity.env, identity.model) = (part(env), part(model));
    let tasks =
        sims.iter().filter(|sim| !sim.0.is_empty()).map(|sim| (TaskId::new(sim.0), crate::records::Tau2Task::default()));
    Loaded::Results(Box::new(ResultFile {
        source: SourceFile { path: path.into(), label: None, bytes: 0, sha256: String::new() },
        kind: FileKind::Tau2Results,
        identity,
        episodes: sims.iter().cloned().enumerate().map(episode).collect(),
        issues: Vec::new(),
        stored: None,
        tau2: Some(Box::new(Tau2Run { tasks: tasks.collect(), ..Tau2Run::default() })),
    }))
}

fn claim(value: f64, decimals: usize) -> Claim {
    Claim { value, decimals }
}

fn submission(domain: &str, pass: &[(u32, Claim)], cost_usd: Option<Claim>) -> Submission {
    let claims =
        DomainClaims { domain: domain.into(), pass_percent: pass.iter().copied().collect(), cost_usd, trajectories: None };
    Submission { model: Some("Quill 7B".into()), domains: vec![claims], ..Submission::default() }
}

fn check_all(submission: &Submission, files: Vec<Loaded>) -> Verification {
    verify(submission, &assemble(files, Attempts::All))
}

fn found(verification: &Verification) -> &Trajectories {
    match &verification.domains[0].source {
        Source::Found(trajectories) => trajectories,
        other => panic!("{other:?}"),
    }
}

fn figures(verification: &Verification) -> Vec<(Measure, Option<f64>, Agreement)> {
    let figures = &verification.domains[0].figures;
    figures.iter().map(|figure| (figure.measure, figure.recomputed, figure.agreement())).collect()
}

/// Two trials of two tasks, three of four won, and an infrastructure error.
fn retail() -> Vec<Sim<'static>> {
    vec![
        ("0", "a", WON, Some(0.5)),
        ("0", "b", WON, None),
        ("1", "c", WON, Some(0.25)),
        ("1", "d", LOST, Some(0.0)),
        ("1", "e", infrastructure(), Some(9.0)),
    ]
}

#[test]
fn figures_are_those_of_the_leaderboard() {
    let claims = submission("retail", &[(1, claim(75.0, 1)), (2, claim(49.0, 0)), (3, claim(10.0, 1))], Some(claim(0.25, 2)));
    let verification = check_all(&claims, vec![file("r.json", "retail", "quill-7b", &retail())]);
    assert_eq!(
        figures(&verification),
        [
            (Measure::PassHat(1), Some(75.0), Agreement::Equal),
            (Measure::PassHat(2), Some(50.0), Agreement::Differs),
            (Measure::PassHat(3), None, Agreement::NotCheckable),
            (Measure::Cost, Some(0.25), Agreement::Equal),
        ]
    );
    let trajectories = found(&verification);
    let numbers = (trajectories.tasks, trajectories.trials, trajectories.trials_per_task, trajectories.infrastructure);
    assert_eq!(numbers, (2, 4, Some((2, 2)), 1));
    assert_eq!((trajectories.tasks_without_trial, trajectories.cost_known), (0, (3, 4)));
    assert_eq!(trajectories.model_agrees, Some(true));
    // Tasks 0 and 1 solved in 2 of 2 and 1 of 3 trials.
    let failed = trajectories.pass_1_errors_as_failures.unwrap();
    assert!((failed - 100.0 * (1.0 + 1.0 / 3.0) / 2.0).abs() < 1e-9, "{failed}");
    assert_eq!(verification.overall(), Overall::Differs);
}

#[test]
fn some_of_the_tasks_check_no_claim() {
    let claims = submission("retail", &[(1, claim(75.0, 1)), (2, claim(49.0, 0))], Some(claim(0.25, 2)));
    let mut sims = retail();
    sims.push(("2", "f", infrastructure(), None));
    let verification = check_all(&claims, vec![file("r.json", "retail", "quill-7b", &sims)]);
    assert_eq!(
        figures(&verification),
        [
            (Measure::PassHat(1), Some(75.0), Agreement::NotCheckable),
            (Measure::PassHat(2), Some(50.0), Agreement::NotCheckable),
            (Measure::Cost, Some(0.25), Agreement::NotCheckable),
        ]
    );
    assert_eq!((found(&verification).tasks, found(&verification).tasks_without_trial), (2, 1));
    assert_eq!(verification.overall(), Overall::NothingToCheck);
}

#[test]
fn what_is_not_claimed_is_shown_and_judged_by_nobody() {
    let verification = check_all(&submission("retail", &[], None), vec![file("r.json", "retail", "quill-7b", &retail())]);
    let agreements: Vec<Agreement> = figures(&verification).iter().map(|figure| figure.2).collect();
    assert_eq!(agreements, [Agreement::NotClaimed; 3]);
    assert_eq!(verification.overall(), Overall::NothingToCheck);
}

#[test]
fn copies_count_once_and_differing_doubles_are_told() {
    let sims = [("0", "a", WON, None), ("1", "b", LOST, None)];
    let graded_again = [("0", "a", WON, None), ("1", "b", WON, None)];
    let claims = submission("retail", &[(1, claim(50.0, 1))], None);
    let first = || file("a.json", "retail", "quill-7b", &sims);
    let verification = check_all(&claims, vec![first(), file("b.json", "retail", "quill-7b", &sims)]);
    assert_eq!((found(&verification).trials, found(&verification).copies, found(&verification).repeated_ids), (2, 2, 0));
    assert_eq!(verification.overall(), Overall::Equal);
    let verification = check_all(&claims, vec![first(), file("b.json", "retail", "quill-7b", &graded_again)]);
    assert_eq!((found(&verification).trials, found(&verification).repeated_ids), (3, 1));
}

#[test]
fn the_cell_is_told_by_file_model_or_content() {
    let sims = |id: &'static str| [("0", id, WON, None)];
    let claims = submission("retail", &[(1, claim(100.0, 1))], None);
    let chosen = |claims: &Submission, files: Vec<Loaded>| match check_all(claims, files).domains.remove(0).source {
        Source::Found(trajectories) => Ok((trajectories.cell, trajectories.chosen_by)),
        Source::Ambiguous(cells) => Err(cells),
        Source::Missing => Err(Vec::new()),
    };
    let alone = vec![file("x.json", "Retail", "heron-3b", &sims("a")), file("y.json", "airline", "quill-7b", &sims("b"))];
    // Cells are in order of environment, capitals first.
    assert_eq!(chosen(&claims, alone), Ok((0, ChosenBy::Alone)));
    let both = || {
        vec![
            file("run/x.json", "retail", "heron-3b", &sims("a")),
            file("run/y.json", "retail", "acme/quill-7b-2025-04-14", &sims("b")),
        ]
    };
    // Cells are in order of model: acme/quill-7b, heron-3b.
    assert_eq!(chosen(&claims, both()), Ok((0, ChosenBy::Model)));
    let mut named = claims.clone();
    named.domains[0].trajectories = Some("x".into());
    assert_eq!(chosen(&named, both()), Ok((1, ChosenBy::FileName)));
    let mut other = claims.clone();
    other.model = Some("Tern".into());
    assert_eq!(chosen(&other, both()), Err(vec![0, 1]));
    let mode = |loaded: &mut Loaded, mode: &str| {
        if let Loaded::Results(file) = loaded {
            file.identity.mode = Some(Part::new(mode, Origin::Content));
        }
    };
    let mut modes = both();
    mode(&mut modes[0], "no-user");
    mode(&mut modes[1], "default");
    // The one whose mode fits is of another agent, and so is the other.
    assert_eq!(chosen(&other, modes.clone()), Err(vec![0, 1]));
    let of_the_model = |mut files: Vec<Loaded>| {
        for loaded in &mut files {
            if let Loaded::Results(file) = loaded {
                file.identity.model = Some(Part::new("tern", Origin::Content));
            }
        }
        files
    };
    // Cells are in order of mode: default, no-user, voice.
    assert_eq!(chosen(&other, of_the_model(modes.clone())), Ok((0, ChosenBy::Mode)));
    mode(&mut modes[0], "voice");
    other.is_voice = true;
    assert_eq!(chosen(&other, of_the_model(modes)), Ok((1, ChosenBy::Mode)));
    let copies = vec![file("x.json", "retail", "heron-3b", &sims("a")), file("y.json", "retail", "quill-7b", &sims("a"))];
    assert_eq!(chosen(&other, copies), Ok((0, ChosenBy::Copies)));
    let empty = vec![file("x.json", "retail", "heron-3b", &[])];
    assert_eq!(chosen(&claims, empty), Err(Vec::new()));
}

#[test]
fn an_ambiguous_domain_keeps_the_others_from_passing() {
    let sims = |id: &'static str| [("0", id, WON, None)];
    let mut claims = submission("retail", &[(1, claim(100.0, 1))], None);
    claims.domains.extend(submission("airline", &[(1, claim(100.0, 1))], None).domains);
    let retail = || vec![file("r.json", "retail", "quill-7b", &sims("a"))];
    let verification = check_all(&claims, retail());
    assert_eq!((verification.overall(), verification.count(Agreement::NotCheckable)), (Overall::Equal, 1));
    let airline = |model: &str, id: &'static str| file(&format!("{model}.json"), "airline", model, &sims(id));
    let verification = check_all(&claims, [retail(), vec![airline("heron", "b"), airline("tern", "c")]].concat());
    assert_eq!(verification.overall(), Overall::NothingToCheck);
    claims.domains[0].pass_percent.insert(1, claim(99.0, 1));
    let verification = check_all(&claims, [retail(), vec![airline("heron", "b"), airline("tern", "c")]].concat());
    assert_eq!(verification.overall(), Overall::Differs);
    assert_eq!(check_all(&submission("telecom", &[], None), retail()).unclaimed, ["retail".to_owned()].into());
}

#[test]
fn names_of_models_are_compared_without_spelling() {
    for (one, other, same) in [
        ("Claude Opus 4.6", "anthropic/claude-opus-4-6", true),
        ("GPT-4.1", "gpt-4.1-2025-04-14", true),
        ("claude-3-7-sonnet", "claude-3-7-sonnet-20250219", true),
        ("GPT-4.1", "gpt-4.1-mini-2025-04-14", false),
        ("20250219", "20250218", false),
        ("2025-02-19", "", false),
    ] {
        assert_eq!(same_model(Some(one), Some(other)), Some(same), "{one} {other}");
    }
    assert_eq!(same_model(None, Some("a")), None);
}

#[test]
fn precision_is_that_of_the_claim() {
    let agreement = |claimed, decimals, recomputed| {
        let figure = Figure {
            measure: Measure::PassHat(1),
            claimed: Some(claim(claimed, decimals)),
            recomputed: Some(recomputed),
            is_complete: true,
        };
        figure.agreement()
    };
    for (claimed, decimals, recomputed, equal) in [
        (84.2, 1, 84.210_526_315, true),
        (84.2, 1, 84.25, true),
        (84.2, 1, 84.251, false),
        (84.21, 2, 84.204, false),
        (84.0, 0, 84.4, true),
        (57.999_999_999_999_99, 14, 58.0, true),
        (57.999, 3, 58.0, false),
    ] {
        assert_eq!(agreement(claimed, decimals, recomputed) == Agreement::Equal, equal, "{claimed} {recomputed}");
    }
}

proptest! {
    #[test]
    fn a_rounded_figure_always_verifies(value in 0.0..100.0_f64, decimals in 0_usize..12) {
        let rounded: f64 = format!("{value:.decimals$}").parse().unwrap();
        let figure = Figure {
            measure: Measure::PassHat(1),
            claimed: Some(claim(rounded, decimals)),
            recomputed: Some(value),
            is_complete: true,
        };
        prop_assert_eq!(figure.agreement(), Agreement::Equal);
        // Two units off never do.
        let off = claim(rounded + 2.0 * 10_f64.powi(-i32::try_from(decimals).unwrap()), decimals);
        if decimals < 8 {
            let figure = Figure { claimed: Some(off), ..figure };
            prop_assert_eq!(figure.agreement(), Agreement::Differs);
        }
    }
}
