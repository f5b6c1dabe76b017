//! Everything that reaches the terminal: data on stdout, words on stderr.

use std::{
    borrow::Cow,
    env,
    io::{self, IsTerminal, Write},
};

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::args::{ColorWhen, Format, Global};
use crate::{
    bundle::json,
    redact::redact,
    report::{
        escape,
        table::{self, DEFAULT_WIDTH},
    },
    views::table::Table,
};

const WARNING: Style = AnsiColor::Yellow.on_default().bold();
const ERROR: Style = AnsiColor::Red.on_default().bold();
const GOOD: Style = AnsiColor::Green.on_default().bold();

/// Writes to the terminal. A reader that goes away makes an [`io::ErrorKind::BrokenPipe`], never a panic.
pub(super) struct Printer {
    quiet: u8,
    verbose: bool,
    choice: ColorChoice,
    /// Whether a CI system reads along and obeys commands in what is printed.
    ci: bool,
}

/// What data for programs are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Json,
    /// CSV, Markdown, XML.
    Other,
}

/// Returns whether a CI system reads the output and obeys commands in it.
fn is_ci() -> bool {
    ["GITHUB_ACTIONS", "GITEA_ACTIONS", "TF_BUILD", "TEAMCITY_VERSION"].iter().any(|name| env::var_os(name).is_some())
}

impl Printer {
    /// Makes a printer from the global options.
    pub(super) fn new(global: &Global) -> Self {
        let choice = match global.color {
            ColorWhen::Auto => ColorChoice::Auto,
            ColorWhen::Always => ColorChoice::Always,
            ColorWhen::Never => ColorChoice::Never,
        };
        Self { quiet: global.quiet, verbose: global.verbose, choice, ci: is_ci() }
    }

    /// Makes a printer for mistakes that are found before the options are read.
    pub(super) fn plain() -> Self {
        Self { quiet: 0, verbose: false, choice: ColorChoice::Auto, ci: is_ci() }
    }

    /// Returns whether every finding is wanted.
    pub(super) fn is_verbose(&self) -> bool {
        self.verbose
    }

    /// Returns whether stdout takes colour.
    pub(super) fn colour(&self) -> bool {
        AutoStream::new(io::stdout(), self.choice).current_choice() != ColorChoice::Never
    }

    /// Returns the width for tables on stdout: that of the terminal within reason, 100 columns where it is none.
    pub(super) fn width() -> usize {
        let terminal = io::stdout().is_terminal().then(|| console::Term::stdout().size_checked()).flatten();
        terminal.map_or(DEFAULT_WIDTH, |(_, columns)| usize::from(columns).clamp(60, 180))
    }

    /// Writes a text for people to stdout, with its colours; its writer made names harmless.
    pub(super) fn text(&mut self, text: &str) -> io::Result<()> {
        let mut out = AutoStream::new(io::stdout().lock(), self.choice);
        out.write_all(self.for_ci(text, false).as_bytes())?;
        out.flush()
    }

    /// Writes data for programs to stdout: to a terminal without what drives it, elsewhere the same bytes as in the file.
    pub(super) fn data(&mut self, bytes: &[u8], form: Form) -> io::Result<()> {
        let mut out = io::stdout().lock();
        match str::from_utf8(bytes) {
            Ok(text) if out.is_terminal() => writeln!(out, "{}", escape::lines(text))?,
            Ok(text) => out.write_all(self.for_ci(text, form == Form::Json).as_bytes())?,
            Err(_) => out.write_all(bytes)?,
        }
        out.flush()
    }

    /// Writes a table to stdout.
    pub(super) fn table(&mut self, table: &Table, format: Format) -> anyhow::Result<()> {
        match format {
            Format::Table => self.text(&table::render(table, Self::width(), self.colour()))?,
            Format::Md => self.data(table::markdown(table).as_bytes(), Form::Other)?,
            Format::Csv => self.data(&table::csv(table)?, Form::Other)?,
            Format::Json => self.data(&json::bytes(&table::json(table))?, Form::Json)?,
        }
        Ok(())
    }

    /// Breaks commands to a CI system where there is one.
    fn for_ci<'a>(&self, text: &'a str, is_json: bool) -> Cow<'a, str> {
        if self.ci { Cow::Owned(escape::commands(text, is_json)) } else { Cow::Borrowed(text) }
    }

    /// Writes a note to stderr, on one line.
    pub(super) fn note(&mut self, text: &str) {
        if self.quiet == 0 {
            self.words(None, &escape::one_line(text));
        }
    }

    /// Writes the closing line to stderr.
    pub(super) fn done(&mut self, text: &str) {
        if self.quiet == 0 {
            self.words(Some((GOOD, "done")), text);
        }
    }

    /// Writes a warning to stderr, on one line: names from files must not begin lines of their own.
    pub(super) fn warning(&mut self, text: &str) {
        if self.quiet < 2 {
            self.words(Some((WARNING, "warning")), &escape::one_line(text));
        }
    }

    /// Writes an error with its causes to stderr.
    pub(super) fn error(&mut self, error: &anyhow::Error) {
        let mut text = String::new();
        for cause in error.chain().map(ToString::to_string) {
            // Some errors name their cause themselves.
            if !text.ends_with(&cause) {
                text.push_str(if text.is_empty() { "" } else { ": " });
                text.push_str(&cause);
            }
        }
        self.words(Some((ERROR, "error")), &text);
    }

    /// Untrusted text loses its control characters and secrets; a stderr that went away is no reason to stop.
    fn words(&self, head: Option<(Style, &str)>, text: &str) {
        let mut err = AutoStream::new(io::stderr().lock(), self.choice);
        // As a whole: a private key has many lines.
        let text = escape::lines(&redact(text));
        let text = self.for_ci(&text, false);
        drop(match head {
            Some((style, head)) => writeln!(err, "{style}{head}{style:#}: {text}"),
            None => writeln!(err, "{text}"),
        });
    }

    /// Returns a progress bar over bytes: on stderr, and only if that is a terminal.
    pub(super) fn progress(&self, files: u64) -> ProgressBar {
        let shown = self.quiet == 0 && io::stderr().is_terminal();
        let target = if shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(files), target);
        if let Ok(style) = ProgressStyle::with_template("reading {bar:30} {pos}/{len} files") {
            bar.set_style(style);
        }
        bar
    }
}
