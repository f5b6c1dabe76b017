//! The set of files of a report, in memory.

use std::collections::BTreeMap;

pub mod json;
pub mod manifest;

use manifest::{Manifest, Output};

/// Files whose bytes are text, by extension.
const TEXT_EXTENSIONS: [&str; 7] = ["md", "csv", "json", "svg", "html", "txt", "jsonl"];

/// Files to write together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bundle {
    /// Bytes by path relative to the output directory, with `/`.
    pub files: BTreeMap<String, Vec<u8>>,
}

impl Bundle {
    /// Adds a file, in place of one of the same path.
    pub fn insert(&mut self, path: impl Into<String>, bytes: impl Into<Vec<u8>>) {
        self.files.insert(path.into(), bytes.into());
    }

    /// Adds `manifest.json`, its outputs being the other files of this bundle. Call it when all files are there.
    ///
    /// # Errors
    /// None in practice, see [`Manifest::bytes`].
    pub fn seal(&mut self, mut manifest: Manifest) -> Result<(), serde_json::Error> {
        self.files.remove(manifest::FILE_NAME);
        manifest.outputs = self
            .files
            .iter()
            .map(|(path, bytes)| Output { path: path.clone(), bytes: bytes.len() as u64, sha256: manifest::sha256_hex(bytes) })
            .collect();
        self.insert(manifest::FILE_NAME, manifest.bytes()?);
        Ok(())
    }

    /// Reads the manifest this bundle was sealed with, if it was.
    pub fn manifest(&self) -> Option<Manifest> {
        self.files.get(manifest::FILE_NAME).and_then(|bytes| Manifest::parse(bytes).ok())
    }

    /// Runs a function over the text of every text file (Markdown, CSV, JSON, SVG, HTML): a last net for secrets.
    ///
    /// A sealed bundle is sealed again, since the hashes change. If `f` makes the manifest unreadable it is dropped, and the
    /// bundle can no longer be written: better than a manifest that does not tell the truth.
    ///
    /// # Errors
    /// None in practice, see [`Bundle::seal`].
    pub fn map_text(&mut self, f: impl Fn(&str) -> String) -> Result<(), serde_json::Error> {
        let sealed = self.manifest().is_some();
        for (path, bytes) in &mut self.files {
            let is_text = path.rsplit_once('.').is_some_and(|(_, extension)| TEXT_EXTENSIONS.contains(&extension));
            if let (true, Ok(text)) = (is_text, str::from_utf8(bytes)) {
                *bytes = f(text).into_bytes();
            }
        }
        if !sealed {
            return Ok(());
        }
        let manifest = self.manifest();
        self.files.remove(manifest::FILE_NAME);
        manifest.map_or(Ok(()), |manifest| self.seal(manifest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealed() -> Bundle {
        let mut bundle = Bundle::default();
        bundle.insert("experiment_report.md", "key sk-1");
        bundle.insert("charts/a.png", b"\x89PNG sk-1".as_slice());
        bundle.seal(Manifest::new("report", vec![("input".into(), "sk-1".into())], Vec::new())).unwrap();
        bundle
    }

    #[test]
    fn a_sealed_bundle_lists_its_files_by_path() {
        let outputs = sealed().manifest().unwrap().outputs;
        assert_eq!(
            outputs.iter().map(|output| output.path.as_str()).collect::<Vec<_>>(),
            ["charts/a.png", "experiment_report.md"]
        );
        assert_eq!(outputs[1].bytes, 8);
        assert_eq!(outputs[1].sha256, manifest::sha256_hex(b"key sk-1"));
    }

    #[test]
    fn the_last_net_covers_text_and_manifest_and_keeps_hashes_true() {
        let mut bundle = sealed();
        bundle.map_text(|text| text.replace("sk-1", "***")).unwrap();
        assert_eq!(bundle.files["experiment_report.md"], b"key ***");
        assert_eq!(bundle.files["charts/a.png"], b"\x89PNG sk-1");
        let manifest = bundle.manifest().unwrap();
        assert_eq!(manifest.flags, [("input".to_owned(), "***".to_owned())]);
        assert_eq!(manifest.outputs[1].sha256, manifest::sha256_hex(b"key ***"));
    }

    #[test]
    fn a_net_that_breaks_the_manifest_unseals_the_bundle() {
        let mut bundle = sealed();
        bundle.map_text(|_| "x".to_owned()).unwrap();
        assert_eq!(bundle.manifest(), None);
        assert!(!bundle.files.contains_key(manifest::FILE_NAME));
    }
}
