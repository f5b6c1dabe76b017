//! `fixtures/` is exactly what the generator writes.

use std::{
    collections::BTreeSet,
    env, fs,
    io::{Read, Write},
    path::{Path, PathBuf},
};

use crate::generate::{self, Entry, Packing};

const WRITE: &str = "TAUREPORT_WRITE_FIXTURES";
const REMEDY: &str = "regenerate with: TAUREPORT_WRITE_FIXTURES=1 cargo test --test it fixtures";

/// Written by hand, not by the generator.
const BY_HAND: [&str; 2] = [".gitattributes", "README.md"];

/// The folder the fixtures lie in.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

#[test]
fn fixtures_are_what_the_generator_writes() {
    let tree = generate::tree();
    if env::var_os(WRITE).is_some() {
        write(&tree);
    }
    let expected: BTreeSet<&str> = tree.keys().map(String::as_str).collect();
    let mut found = files_under(&root());
    found.retain(|path| !BY_HAND.contains(&path.as_str()));
    let found: BTreeSet<&str> = found.iter().map(String::as_str).collect();
    let missing: Vec<_> = expected.difference(&found).collect();
    let foreign: Vec<_> = found.difference(&expected).collect();
    assert!(missing.is_empty() && foreign.is_empty(), "missing: {missing:?}\nnot ours: {foreign:?}\n{REMEDY}");
    for (path, entry) in &tree {
        let bytes = fs::read(root().join(path)).expect("the file was just listed");
        let content = unpack(&bytes, entry.packing);
        // Not assert_eq: a hundred kilobytes of bytes help nobody.
        assert!(content == entry.content, "{path} differs from byte {}\n{REMEDY}", first_difference(&content, &entry.content));
    }
}

#[test]
fn the_generator_is_deterministic_and_small() {
    let tree = generate::tree();
    assert!(tree == generate::tree(), "two runs differ");
    let bytes: usize = tree.values().map(|entry| pack(entry).len()).sum();
    assert!(bytes < 1_400_000, "{bytes} bytes are too many for a checked-in tree");
}

#[test]
fn the_secret_is_where_it_is_said_to_be() {
    let tree = generate::tree();
    let names = tree.keys().filter(|path| path.contains(generate::SECRET)).count();
    let contents = tree.values().filter(|entry| String::from_utf8_lossy(&entry.content).contains(generate::SECRET)).count();
    assert_eq!(names, 3, "two file names by user model, one by model");
    assert!(contents > 0, "an error text has it");
}

/// Replaces the fixtures: what is no longer written goes away.
fn write(tree: &generate::Tree) {
    for part in ["sweep", "broken", "secret", "tau2", "logs"] {
        let folder = root().join(part);
        if folder.exists() {
            fs::remove_dir_all(&folder).expect("an old fixture folder can be removed");
        }
    }
    for (path, entry) in tree {
        let path = root().join(path);
        fs::create_dir_all(path.parent().expect("a fixture lies in a folder")).expect("folders can be made");
        fs::write(&path, pack(entry)).expect("fixtures can be written");
    }
}

fn pack(entry: &Entry) -> Vec<u8> {
    let content = entry.content.as_slice();
    match entry.packing {
        Packing::Plain => content.to_vec(),
        Packing::Gzip => {
            let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(6));
            encoder.write_all(content).and_then(|()| encoder.finish()).expect("memory takes all bytes")
        }
        Packing::Zstd => zstd::encode_all(content, 3).expect("memory takes all bytes"),
    }
}

/// Undoes [`pack`]. Contents are compared, not packed bytes: another version of a compressor may pack otherwise.
fn unpack(bytes: &[u8], packing: Packing) -> Vec<u8> {
    let mut content = Vec::new();
    match packing {
        Packing::Plain => content.extend(bytes),
        Packing::Gzip => {
            flate2::read::GzDecoder::new(bytes).read_to_end(&mut content).expect("the file is gzip");
        }
        Packing::Zstd => content = zstd::decode_all(bytes).expect("the file is Zstandard"),
    }
    content
}

fn first_difference(a: &[u8], b: &[u8]) -> usize {
    a.iter().zip(b).position(|(x, y)| x != y).unwrap_or(a.len().min(b.len()))
}

/// Lists files with `/` between folders.
fn files_under(folder: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for entry in walkdir::WalkDir::new(folder) {
        let entry = entry.expect("fixtures can be listed");
        if entry.file_type().is_file() {
            let path = entry.path().strip_prefix(folder).expect("walkdir stays below its root");
            let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
            found.insert(parts.join("/"));
        }
    }
    found
}
