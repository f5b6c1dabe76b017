//! The command line: the only module that knows clap, the terminal and the environment.

mod analyze;
mod args;
mod compare;
mod draw;
mod export;
mod inspect;
mod latency;
mod load;
mod printer;
mod query;
mod select;
mod tables;
mod verify;

use std::{ffi::OsString, io, process::ExitCode};

use clap::Parser;

use args::{Cli, Command};
use printer::Printer;

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ended {
    /// All is well.
    Well,
    /// `--strict`, and some input was unreadable or broken.
    BrokenInput,
    /// `verify`: a claim differs.
    Differs,
    /// `compare`: a gate failed.
    GateFailed,
    /// Nothing usable was found.
    NothingUsable,
}

/// A mistake on the command line that clap cannot see.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct UsageError(String);

/// Runs the program and returns its exit code.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    if let Err(mistake) = check_arguments(&arguments).and_then(|()| limit_threads()) {
        Printer::plain().error(&mistake.into());
        return ExitCode::from(2);
    }
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version go to stdout with code 0; a reader that went away is no error.
            drop(error.print());
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let mut printer = Printer::new(&cli.global);
    let ended = match cli.command {
        Command::Analyze(args) => analyze::run(&args, &mut printer),
        Command::Inspect(args) => inspect::run(&args, &mut printer),
        Command::Verify(args) => verify::run(&args, &mut printer),
        Command::Compare(args) => compare::run(&args, &mut printer),
        Command::Power(args) => compare::power::run(&args, &mut printer),
        Command::Export(args) => export::run(&args, &mut printer),
        Command::Query(args) => query::run(&args, &mut printer),
    };
    match ended {
        Ok(Ended::Well) => ExitCode::SUCCESS,
        Ok(Ended::Differs | Ended::GateFailed) => ExitCode::from(1),
        Ok(Ended::BrokenInput) => ExitCode::from(3),
        Ok(Ended::NothingUsable) => ExitCode::from(4),
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            printer.error(&error);
            ExitCode::from(if error.is::<UsageError>() { 2 } else { 1 })
        }
    }
}

/// Names an argument that is not UTF-8; clap would only say that there is one.
fn check_arguments(arguments: &[OsString]) -> Result<(), UsageError> {
    match arguments.iter().skip(1).find(|argument| argument.to_str().is_none()) {
        None => Ok(()),
        Some(argument) => {
            let shown = argument.to_string_lossy();
            Err(UsageError(format!("the argument {shown:?} is not UTF-8; give the folder above it, or rename it")))
        }
    }
}

/// Most threads that the environment may ask for.
const MOST_THREADS: usize = 1024;

/// Starts the pool of threads, with no more than a machine can have. Polars starts its own pool and ends the program where the number
/// asked for is 0 or not to be had, so that is refused here.
fn limit_threads() -> Result<(), UsageError> {
    let asked = |name: &str| std::env::var(name).ok().map(|text| (text.trim().parse::<usize>().ok(), text));
    if let Some((number, text)) =
        asked("POLARS_MAX_THREADS").filter(|(number, _)| !number.is_some_and(|n| (1..=MOST_THREADS).contains(&n)))
    {
        let what = if number.is_some() { "out of range" } else { "no number" };
        return Err(UsageError(format!(
            "POLARS_MAX_THREADS={text}: {what}; unset it, or set it to a number from 1 to {MOST_THREADS}"
        )));
    }
    if let Some((Some(number), _)) = asked("RAYON_NUM_THREADS").filter(|(number, _)| number.is_some_and(|n| n > MOST_THREADS)) {
        return Err(UsageError(format!(
            "RAYON_NUM_THREADS={number}: out of range; unset it, or set it to a number from 1 to {MOST_THREADS}"
        )));
    }
    Ok(())
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| cause.downcast_ref::<io::Error>().is_some_and(|cause| cause.kind() == io::ErrorKind::BrokenPipe))
}
