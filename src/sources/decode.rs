//! Bytes on disk → text: gzip and Zstandard told by their first bytes, a byte-order mark taken off, size bounded.

use std::{
    borrow::Cow,
    io::{self, ErrorKind, Read},
    sync::MutexGuard,
};

use super::limits::{LARGE_BYTES, Limits, hold_large};

/// The flag by which the bound is raised.
const FLAG: &str = "--max-file-size";

/// The text of a file.
#[derive(Debug)]
pub(super) struct Decoded<'a> {
    /// The text, decompressed and without byte-order mark.
    pub(super) text: Cow<'a, [u8]>,
    /// What was wrong with the compressed stream, whose readable beginning was kept.
    pub(super) broken: Option<String>,
    /// Held as long as a large unpacked text is.
    _large: Option<MutexGuard<'static, ()>>,
}

/// Decodes the bytes of a file, or says why they cannot be. No text is larger than `limit` bytes; `is_held` tells that the caller holds
/// the place of the one large text.
pub(super) fn decode(bytes: &[u8], limit: u64, is_held: bool) -> Result<Decoded<'_>, String> {
    let (text, broken, large) = if bytes.starts_with(&[0x1f, 0x8b]) {
        let (text, broken, large) = unpack("gzip", flate2::read::MultiGzDecoder::new(bytes), limit, is_held)?;
        (text, broken.and_then(|why| what_follows(bytes, limit, why)), large)
    } else if bytes.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
        let stream = zstd::stream::read::Decoder::with_buffer(bytes).map_err(|cause| format!("broken zstd stream: {cause}"))?;
        unpack("zstd", stream, limit, is_held)?
    } else {
        (Cow::Borrowed(bytes), None, None)
    };
    if text.len() as u64 > limit {
        return Err(too_large(limit));
    }
    Ok(Decoded { text: without_bom(text), broken, _large: large })
}

/// Shortest header of a gzip stream; fewer bytes behind a whole one look like one that is cut off.
const GZIP_HEADER: usize = 10;

/// Says what is wrong with a gzip stream that ends in an error: nothing where it is whole and padded with zeros, as tape and block devices
/// do it.
fn what_follows(bytes: &[u8], limit: u64, why: String) -> Option<String> {
    let mut rest = bytes;
    while rest.starts_with(&[0x1f, 0x8b]) {
        let mut member = flate2::bufread::GzDecoder::new(rest);
        match io::copy(&mut (&mut member).take(limit), &mut io::sink()) {
            Ok(_) => rest = member.into_inner(),
            Err(_) => return Some(why),
        }
    }
    if rest.iter().all(|byte| *byte == 0) {
        None
    } else if rest.len() < GZIP_HEADER {
        Some(followed("gzip"))
    } else {
        Some(why)
    }
}

fn followed(format: &str) -> String {
    format!("bytes that are no {format} follow the end of the {format} stream; they were not read")
}

/// Returns why a file beyond a bound is not read.
pub(super) fn too_large(limit: u64) -> String {
    Limits::too_large(limit, FLAG)
}

type Unpacked = (Cow<'static, [u8]>, Option<String>, Option<MutexGuard<'static, ()>>);

fn unpack(format: &str, stream: impl Read, limit: u64, is_held: bool) -> Result<Unpacked, String> {
    let mut text = Vec::new();
    let mut limited = stream.take(limit.saturating_add(1));
    let mut large = None;
    let mut outcome = (&mut limited).take(LARGE_BYTES).read_to_end(&mut text);
    if outcome.is_ok() && text.len() as u64 == LARGE_BYTES {
        // Many small files that unpack to large ones must not fill the memory together.
        large = (!is_held).then(hold_large);
        outcome = limited.read_to_end(&mut text);
    }
    let broken = broken(format, outcome, text.is_empty())?;
    if text.len() as u64 > limit { Err(too_large(limit)) } else { Ok((Cow::Owned(text), broken, large)) }
}

/// Says what was wrong with a stream of which something was read.
fn broken(format: &str, outcome: io::Result<usize>, is_empty: bool) -> Result<Option<String>, String> {
    let Err(cause) = outcome else { return Ok(None) };
    if is_empty {
        return Err(format!("broken {format} stream: {cause}"));
    }
    Ok(Some(match cause.kind() {
        ErrorKind::UnexpectedEof => format!("the {format} stream is cut off"),
        // The header of a further member is checked where a member has ended whole.
        ErrorKind::InvalidInput => followed(format),
        _ => format!("the {format} stream is broken: {cause}"),
    }))
}

fn without_bom(text: Cow<'_, [u8]>) -> Cow<'_, [u8]> {
    const BOM: &[u8] = b"\xef\xbb\xbf";
    match text {
        Cow::Borrowed(bytes) => Cow::Borrowed(bytes.strip_prefix(BOM).unwrap_or(bytes)),
        Cow::Owned(mut bytes) => {
            if bytes.starts_with(BOM) {
                bytes.drain(..BOM.len());
            }
            Cow::Owned(bytes)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    const LIMIT: u64 = 2 << 30;

    #[test]
    fn bombs_are_stopped_at_the_bound() {
        let packed = gzip(&vec![b' '; 10_000]);
        assert!(decode(&packed, 10_000, false).is_ok());
        assert_eq!(
            decode(&packed, 9_999, false).unwrap_err(),
            "larger than 9999 bytes of text; split the file, or raise --max-file-size"
        );
        assert!(decode(&[b' '; 11], 10, false).is_err());
    }

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn text(bytes: &[u8]) -> (String, bool) {
        let decoded = decode(bytes, LIMIT, false).unwrap();
        (String::from_utf8(decoded.text.into_owned()).unwrap(), decoded.broken.is_some())
    }

    #[test]
    fn tells_formats_by_content() {
        let plain = b"\xef\xbb\xbf[1]".as_slice();
        assert_eq!(text(plain), ("[1]".to_owned(), false));
        assert_eq!(text(&gzip(plain)), ("[1]".to_owned(), false));
        assert_eq!(text(&[gzip(b"[1,"), gzip(b"2]")].concat()), ("[1,2]".to_owned(), false));
        assert_eq!(text(&zstd::encode_all(plain, 3).unwrap()), ("[1]".to_owned(), false));
    }

    #[test]
    fn keeps_the_beginning_of_a_cut_stream() {
        let long: Vec<u8> = (0..40_000_u32).flat_map(|n| n.wrapping_mul(2_654_435_761).to_string().into_bytes()).collect();
        let packed = gzip(&long);
        let (kept, broken) = text(&packed[..packed.len() / 2]);
        assert!(broken && !kept.is_empty() && long.starts_with(kept.as_bytes()));
        assert!(decode(&[0x1f, 0x8b, 0, 0], LIMIT, false).unwrap_err().contains("gzip"));
    }

    #[test]
    fn bytes_behind_the_end_of_a_stream_are_said() {
        let packed = [gzip(b"[1]"), b"garbage that is no gzip".to_vec()].concat();
        let decoded = decode(&packed, LIMIT, false).unwrap();
        assert_eq!(&*decoded.text, b"[1]");
        assert!(decoded.broken.as_deref().is_some_and(|why| why.contains("follow the end")), "{:?}", decoded.broken);
        let of = |more: &[u8]| decode(&[&gzip(b"[1]"), more].concat(), LIMIT, false).unwrap().broken;
        assert_eq!(of(b"garbage"), Some(followed("gzip")));
        assert_eq!((of(&[0; 8]), of(&[0; 512])), (None, None));
        // A second member that is cut off is no padding.
        assert!(of(&gzip(b"[2]")[..8]).is_some_and(|why| why.contains("cut off")));
    }
}
