//! Files that may be logs: told by their beginning or their name, read block by block, so that only what is kept takes memory.

use std::{
    io::{self, BufReader, Read},
    path::Path,
};

use rayon::prelude::*;

use super::{
    discover::Input,
    findings::{Refused, refuse},
    foreign,
    guard::{guarded, trip},
    limits::Limits,
    logs::{LogReader, recognise},
};
use crate::{
    bundle::manifest::Hasher,
    fsio,
    records::{PassedOver, SourceFile, log::LogInput},
    redact::veil,
};

/// Bytes of a file looked at to find out whether it is a log.
const HEAD_BYTES: usize = 256 << 10;
/// Bytes of a log without anything of ours after which it is given up.
const MOST_NOISE_BYTES: u64 = 64 << 20;
/// Bytes read at a time.
const BLOCK_BYTES: usize = 4 << 20;
/// Endings of files that are logs of something: these are read to the end, since theirs may begin with pages of other output.
const LOG_ENDINGS: [&str; 5] = [".log", ".out", ".err", ".stdout", ".stderr"];

/// What became of a file that may be a log.
#[derive(Debug)]
pub enum MaybeLog {
    /// A log of ours.
    Log(Box<LogInput>),
    /// A log of something else, or one that cannot be read.
    PassedOver(PassedOver),
    /// No log.
    Other,
}

/// Reads all files that may be logs, in parallel; the result is in their order.
pub fn load_logs(inputs: &[Input], limits: Limits) -> Vec<MaybeLog> {
    inputs.par_iter().with_max_len(1).map(|input| load(input, limits)).collect()
}

fn load(input: &Input, limits: Limits) -> MaybeLog {
    let passed_over = |reason: String, unreadable: bool| {
        MaybeLog::PassedOver(PassedOver { path: veil(&input.shown).into_owned(), reason, unreadable })
    };
    match read(input, limits) {
        Ok(Some(log)) => MaybeLog::Log(Box::new(log)),
        Ok(None) if is_log_by_name(&input.path) => {
            let Refused { reason, unreadable } = nothing_read(input);
            passed_over(reason, unreadable)
        }
        Err(Failure::Bug(bug)) => passed_over(bug, true),
        Err(Failure::Io(cause)) if is_log_by_name(&input.path) => passed_over(format!("cannot be read: {cause}"), true),
        Ok(None) | Err(Failure::Io(_)) => MaybeLog::Other,
    }
}

/// Says why nothing was read from a log: what it is, where its beginning tells.
fn nothing_read(input: &Input) -> Refused {
    let mut head = Vec::new();
    // It was read before: where it cannot be read again, only the name of its program is missing.
    if let Ok(mut file) = fsio::open(&input.path)
        && let Ok(text) = unpacked(&mut file)
    {
        let _unreadable = text.take(HEAD_BYTES as u64).read_to_end(&mut head);
    }
    let holds = |words: &[u8]| memchr::memmem::find(&head, words).is_some();
    // A log without a line is no fault: its program has printed nothing.
    if let Some(refused) = foreign::recognise(&head).filter(|_| !head.is_empty()) {
        refused
    } else if holds(b"sglang") && (holds(b"server_args=ServerArgs(") || holds(b"Decode batch")) {
        refuse("the log of an SGLang server, which this version does not read (it reads vLLM's)", false)
    } else if holds(b"[TensorRT-LLM]") || holds(b"[TRT-LLM]") {
        refuse("the log of a TensorRT-LLM server, which this version does not read (it reads vLLM's)", false)
    } else {
        let reads = "no [PROFILE] or [USER_JUDGE] lines, no status lines of vLLM, no output of τ-bench or τ²-bench";
        refuse(format!("a log without anything for taureport: {reads}"), false)
    }
}

/// Returns whether a file is a log of something, as its name has it: `x.log`, `x.out.gz`, `x.log.2`.
pub(super) fn is_log_by_name(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    let name = [".gz", ".zst"].iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(&name);
    let unrotated = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let name = unrotated.strip_suffix('.').unwrap_or(name);
    LOG_ENDINGS.iter().any(|ending| name.ends_with(ending))
}

/// Why a file could not be read to its end.
#[derive(Debug)]
enum Failure {
    Io(io::Error),
    /// A reader panicked; in words.
    Bug(String),
}

impl From<io::Error> for Failure {
    fn from(cause: io::Error) -> Self {
        Self::Io(cause)
    }
}

fn read(input: &Input, limits: Limits) -> Result<Option<LogInput>, Failure> {
    let file = fsio::open(&input.path).map_err(|cause| cause.source)?;
    let mut hashed = Hashed { inner: file, hash: Hasher::default(), bytes: 0 };
    let mut head = Vec::new();
    {
        let mut text = unpacked(&mut hashed)?.take(limits.log_bytes.saturating_add(1));
        match (&mut text).take(HEAD_BYTES as u64).read_to_end(&mut head) {
            Err(cause) if cause.kind() != io::ErrorKind::UnexpectedEof || head.is_empty() => return Err(cause.into()),
            _ => {}
        }
        let name = input.path.file_name().unwrap_or_default().to_string_lossy();
        let seen = guarded(|| recognise(&head, &name).is_some()).map_err(Failure::Bug)?;
        let is_text = !head.contains(&0) && !begins_as_json(&head);
        let may_be_ours = seen || (is_text && is_log_by_name(&input.path));
        if !may_be_ours {
            return Ok(None);
        }
        let mut reader = LogReader::new(input);
        let mut feed = |block: &[u8]| {
            // A block may be read on another thread, so the guard is as near as can be.
            guarded(|| {
                trip(block);
                reader.feed(block);
                reader.has_found()
            })
            .map_err(Failure::Bug)
        };
        let mut has_found = feed(&head)?;
        let (mut block, mut next) = (vec![0; BLOCK_BYTES], vec![0; BLOCK_BYTES]);
        let (mut filled, mut total) = (0, head.len() as u64);
        loop {
            if total > limits.log_bytes {
                return Err(io::Error::other(Limits::too_large(limits.log_bytes, "--max-log-size")).into());
            }
            // A log that says nothing for so long is of another program.
            if total > MOST_NOISE_BYTES && !has_found {
                return Ok(None);
            }
            // One block is read (and hashed) while the one before is understood.
            let (outcome, fed) = rayon::join(|| text.read(&mut next), || feed(&block[..filled]));
            has_found = fed?;
            filled = 0;
            match outcome {
                Ok(0) => break,
                Ok(count) => {
                    std::mem::swap(&mut block, &mut next);
                    filled = count;
                    total += count as u64;
                }
                Err(cause) if cause.kind() == io::ErrorKind::Interrupted => {}
                // A packed log of a killed job ends in the middle: what was read stays.
                Err(cause) if cause.kind() == io::ErrorKind::UnexpectedEof => break,
                Err(cause) => return Err(cause.into()),
            }
        }
        drop(text);
        let found = guarded(|| reader.finish(input)).map_err(Failure::Bug)?;
        if found.profile.is_none() && found.vllm.is_none() && found.console.is_none() {
            return Ok(None);
        }
        io::copy(&mut hashed, &mut io::sink())?;
        let source = SourceFile {
            path: veil(&input.shown).into_owned(),
            label: input.label.clone(),
            bytes: hashed.bytes,
            sha256: hashed.hash.hex(),
        };
        Ok(Some(LogInput { source, profile: found.profile, vllm: found.vllm, console: found.console, copies: 0 }))
    }
}

fn begins_as_json(head: &[u8]) -> bool {
    let text = head.trim_ascii_start();
    text.first() == Some(&b'{') || (text.first() == Some(&b'[') && recognise(text, "").is_none() && text.get(1) == Some(&b'{'))
}

/// Unpacks gzip and Zstandard, told by the first bytes.
fn unpacked<'a>(file: &'a mut (impl Read + Send)) -> io::Result<Box<dyn Read + Send + 'a>> {
    let mut first = Vec::new();
    (&mut *file).take(4).read_to_end(&mut first)?;
    let whole = io::Cursor::new(first.clone()).chain(file);
    Ok(if first.starts_with(&[0x1f, 0x8b]) {
        Box::new(flate2::read::MultiGzDecoder::new(whole))
    } else if first.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
        Box::new(zstd::stream::read::Decoder::with_buffer(BufReader::new(whole))?)
    } else {
        Box::new(whole)
    })
}

/// Sums up what is read.
struct Hashed<R> {
    inner: R,
    hash: Hasher,
    bytes: u64,
}

impl<R: Read> Read for Hashed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.hash.add(&buffer[..count]);
        self.bytes += count as u64;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str =
        "[PROFILE] 2025-12-23 10:15:32.456 task=a thread=1 type=llm_call model=m call_type=vllm duration_ms=1234.56\n";

    fn input(dir: &Path, name: &str, bytes: &[u8]) -> Input {
        let path = dir.join(name);
        std::fs::write(&path, bytes).unwrap();
        Input { path, shown: name.to_owned(), telling: name.to_owned(), label: None }
    }

    #[test]
    fn logs_are_told_from_other_files_and_read_packed() {
        let dir = tempfile::tempdir().unwrap();
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        io::Write::write_all(&mut packed, LINE.repeat(3).as_bytes()).unwrap();
        let packed = packed.finish().unwrap();
        let noise = "noise\n".repeat(HEAD_BYTES) + LINE;
        let inputs = [
            input(dir.path(), "any_name", LINE.as_bytes()),
            input(dir.path(), "x.log.gz", &packed),
            input(dir.path(), "noise.log", noise.as_bytes()),
            input(dir.path(), "noise.md", noise.as_bytes()),
            input(dir.path(), "other.log.2", b"nothing here\n"),
            input(dir.path(), "binary.out", b"\0\x01\x02"),
        ];
        let events: Vec<Option<usize>> = load_logs(&inputs, Limits::default())
            .iter()
            .map(|one| match one {
                MaybeLog::Log(log) => log.profile.as_ref().map(|log| log.events.len()),
                MaybeLog::PassedOver(_) => Some(0),
                MaybeLog::Other => None,
            })
            .collect();
        assert_eq!(events, [Some(1), Some(3), Some(1), None, Some(0), Some(0)]);
    }

    #[test]
    fn logs_of_other_servers_are_named() {
        let dir = tempfile::tempdir().unwrap();
        for (text, program) in [
            ("launch sglang\n[2026-08-01 23:37:40] server_args=ServerArgs(model_path='org/m')\n", "SGLang"),
            ("[TensorRT-LLM] TensorRT LLM version: 1.2.0\n", "TensorRT-LLM"),
            ("version https://git-lfs.github.com/spec/v1\noid sha256:aa\nsize 12\n", "Git LFS"),
            ("nothing here\n", "without anything"),
        ] {
            let reasons = load_logs(&[input(dir.path(), "server.log", text.as_bytes())], Limits::default());
            let [MaybeLog::PassedOver(one)] = &reasons[..] else { panic!("{reasons:?}") };
            assert!(one.reason.contains(program), "{}", one.reason);
        }
    }

    #[test]
    fn a_panic_on_one_log_leaves_the_others() {
        let dir = tempfile::tempdir().unwrap();
        let far = LINE.repeat(2 * BLOCK_BYTES / LINE.len()) + "trip the reader\n";
        let inputs = [
            input(dir.path(), "a.log", LINE.as_bytes()),
            input(dir.path(), "b.log", format!("{LINE}trip the reader\n").as_bytes()),
            input(dir.path(), "no_log_by_name", format!("{LINE}trip the reader\n").as_bytes()),
            input(dir.path(), "far.log", far.as_bytes()),
            input(dir.path(), "z.log", LINE.as_bytes()),
        ];
        let fates: Vec<&str> = load_logs(&inputs, Limits::default())
            .iter()
            .map(|one| match one {
                MaybeLog::Log(_) => "log",
                MaybeLog::PassedOver(file) if file.unreadable && file.reason.contains("bug of taureport") => "bug",
                MaybeLog::PassedOver(_) | MaybeLog::Other => "other",
            })
            .collect();
        assert_eq!(fates, ["log", "bug", "bug", "bug", "log"]);
    }

    #[test]
    fn blocks_end_anywhere() {
        let dir = tempfile::tempdir().unwrap();
        let lines = LINE.repeat(2 * BLOCK_BYTES / LINE.len());
        let input = input(dir.path(), "big.log", lines.as_bytes());
        let log = read(&input, Limits::default()).unwrap().unwrap();
        let profile = log.profile.unwrap();
        assert_eq!(profile.events.len(), 2 * BLOCK_BYTES / LINE.len());
        assert_eq!((profile.check.not_understood(), log.source.bytes), (0, lines.len() as u64));
        assert_eq!(log.source.sha256, crate::bundle::manifest::sha256_hex(lines.as_bytes()));
    }
}
