//! How much is read of one file, so that a packed bomb or a mistake costs a message and not the machine.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Bounds on what one input may unpack to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Most bytes of text of a result file, which is held in memory as a whole.
    pub file_bytes: u64,
    /// Most bytes of text of a log, which is read block by block.
    pub log_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { file_bytes: 2 << 30, log_bytes: 64 << 30 }
    }
}

impl Limits {
    /// Says that a file is larger than it may be.
    pub(super) fn too_large(bytes: u64, flag: &str) -> String {
        format!("larger than {} of text; split the file, or raise {flag}", written(bytes))
    }
}

/// Reads a size as people write it: `500MB`, `2GiB`, `1000000`.
///
/// # Errors
/// In words, when it is no size.
pub fn parse_size(text: &str) -> Result<u64, String> {
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let factor: u64 = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" | "kb" => 1000,
        "m" | "mb" => 1_000_000,
        "g" | "gb" => 1_000_000_000,
        "kib" => 1 << 10,
        "mib" => 1 << 20,
        "gib" => 1 << 30,
        _ => return Err(format!("{unit:?} is no unit of size; use B, kB, MB, GB, KiB, MiB or GiB")),
    };
    let number: f64 = number.parse().map_err(|_| format!("{number:?} is no number"))?;
    let bytes = number * factor as f64;
    if !(1.0..1e18).contains(&bytes) {
        return Err("a size is between 1 B and 1 EB".to_owned());
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is between 1 and 1e18")]
    Ok(bytes as u64)
}

/// Writes a bound in the largest binary unit that divides it.
fn written(bytes: u64) -> String {
    let units = [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
    let unit = units.iter().find(|(size, _)| bytes.is_multiple_of(*size));
    unit.map_or_else(|| format!("{bytes} bytes"), |(size, name)| format!("{} {name}", bytes / size))
}

/// Texts from here on are held one at a time, however many threads read.
pub(super) const LARGE_BYTES: u64 = 256 << 20;

static ONE_LARGE: Mutex<()> = Mutex::new(());

/// Waits until no other large text is held.
pub(super) fn hold_large() -> MutexGuard<'static, ()> {
    ONE_LARGE.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_as_people_write_them() {
        for (text, bytes) in [("1", 1), ("500MB", 500_000_000), ("2 GiB", 2 << 30), ("1.5kib", 1536), ("64g", 64_000_000_000)] {
            assert_eq!(parse_size(text), Ok(bytes), "{text}");
        }
        for text in ["", "GB", "-1", "0", "1e99", "5 parsec", "1.2.3MB"] {
            assert!(parse_size(text).is_err(), "{text}");
        }
        assert_eq!(Limits::too_large(2 << 30, "--x"), "larger than 2 GiB of text; split the file, or raise --x");
    }
}
