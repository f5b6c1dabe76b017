//! Files in the place of a result or a log that hold neither: what a clone without Git LFS, or a download that failed, leaves behind.

use super::findings::{Refused, refuse};

/// The first line of a Git LFS pointer (Git LFS specification, "The pointer").
const LFS_POINTER: &[u8] = b"version https://git-lfs.github.com/spec/v1";

/// Says what a text is that stands in the place of another; `None` for any other text. The same words for every file alike, so that
/// many can be said in one line.
pub(super) fn recognise(text: &[u8]) -> Option<Refused> {
    let text = text.trim_ascii_start();
    let begins_as = |word: &[u8]| text.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
    if text.is_empty() {
        Some(refuse("the file is empty", true))
    } else if text.starts_with(LFS_POINTER) {
        Some(refuse("a Git LFS pointer in place of the file; fetch the file with `git lfs pull`", true))
    } else if begins_as(b"<!doctype html") || begins_as(b"<html") {
        Some(refuse("a web page (HTML) in place of the file; the download failed, so download it again", true))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stand_ins_are_named() {
        let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00ff\nsize 12\n";
        for (text, expected) in [
            ("", "empty"),
            (" \n", "empty"),
            (pointer, "git lfs pull"),
            ("<!DOCTYPE html><html>404</html>", "web page"),
            ("\n<HTML><body>", "web page"),
        ] {
            let refused = recognise(text.as_bytes()).unwrap();
            assert!(refused.reason.contains(expected) && refused.unreadable, "{text}: {}", refused.reason);
        }
        for text in ["[]", "{\"html\": \"<html>\"}", "version 1", "<xml/>"] {
            assert!(recognise(text.as_bytes()).is_none(), "{text}");
        }
    }
}
