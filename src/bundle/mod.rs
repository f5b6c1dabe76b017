//! The set of files of a report, in memory.

use std::collections::BTreeMap;

pub mod json;
pub mod manifest;
pub mod tables;

use manifest::{Manifest, Output};

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
}
