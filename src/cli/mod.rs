//! The command line: the only module that knows clap, the terminal and the environment.

mod analyze;
mod args;
mod compare;
mod draw;
mod inspect;
mod latency;
mod load;
mod printer;
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

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| cause.downcast_ref::<io::Error>().is_some_and(|cause| cause.kind() == io::ErrorKind::BrokenPipe))
}
