//! Bytes on disk → text: gzip and Zstandard told by their first bytes, a byte-order mark taken off, size bounded.

use std::{
    borrow::Cow,
    io::{ErrorKind, Read},
};

/// Largest text read from one file, in bytes. A result file of this size is a mistake or an attack.
pub(super) const MAX_TEXT_BYTES: u64 = 2 << 30;

/// The text of a file.
#[derive(Debug)]
pub(super) struct Decoded<'a> {
    /// The text, decompressed and without byte-order mark.
    pub(super) text: Cow<'a, [u8]>,
    /// What was wrong with the compressed stream, whose readable beginning was kept.
    pub(super) broken: Option<String>,
}

/// Decodes the bytes of a file, or says why they cannot be.
pub(super) fn decode(bytes: &[u8]) -> Result<Decoded<'_>, String> {
    let (text, broken) = if bytes.starts_with(&[0x1f, 0x8b]) {
        unpack("gzip", flate2::read::MultiGzDecoder::new(bytes))?
    } else if bytes.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
        let stream = zstd::stream::read::Decoder::with_buffer(bytes).map_err(|cause| format!("broken zstd stream: {cause}"))?;
        unpack("zstd", stream)?
    } else {
        (Cow::Borrowed(bytes), None)
    };
    if text.len() as u64 > MAX_TEXT_BYTES {
        return Err(too_large());
    }
    Ok(Decoded { text: without_bom(text), broken })
}

/// Returns why a file beyond that is not read.
pub(super) fn too_large() -> String {
    format!("larger than {} GiB of text; split the file", MAX_TEXT_BYTES >> 30)
}

fn unpack(format: &str, stream: impl Read) -> Result<(Cow<'static, [u8]>, Option<String>), String> {
    let mut text = Vec::new();
    let mut limited = stream.take(MAX_TEXT_BYTES + 1);
    let broken = match limited.read_to_end(&mut text) {
        Ok(_) => None,
        Err(cause) if text.is_empty() => return Err(format!("broken {format} stream: {cause}")),
        Err(cause) if cause.kind() == ErrorKind::UnexpectedEof => Some(format!("the {format} stream is cut off")),
        // The header of a further member is checked where a member has ended whole.
        Err(cause) if cause.kind() == ErrorKind::InvalidInput => {
            Some(format!("bytes that are no {format} follow the end of the {format} stream; they were not read"))
        }
        Err(cause) => Some(format!("the {format} stream is broken: {cause}")),
    };
    if text.len() as u64 > MAX_TEXT_BYTES { Err(too_large()) } else { Ok((Cow::Owned(text), broken)) }
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

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn text(bytes: &[u8]) -> (String, bool) {
        let decoded = decode(bytes).unwrap();
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
        assert!(decode(&[0x1f, 0x8b, 0, 0]).unwrap_err().contains("gzip"));
    }

    #[test]
    fn bytes_behind_the_end_of_a_stream_are_said() {
        let packed = [gzip(b"[1]"), b"garbage that is no gzip".to_vec()].concat();
        let decoded = decode(&packed).unwrap();
        assert_eq!(&*decoded.text, b"[1]");
        assert!(decoded.broken.as_deref().is_some_and(|why| why.contains("follow the end")), "{:?}", decoded.broken);
    }
}
