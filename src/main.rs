//! The `taureport` program: everything is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    taureport::cli::run(std::env::args_os())
}
