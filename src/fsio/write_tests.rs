use std::collections::BTreeMap;

use super::*;
use crate::fsio::is_own_output;

fn bundle(files: &[(&str, &str)]) -> Bundle {
    let mut bundle = Bundle::default();
    for (path, text) in files {
        bundle.insert(*path, *text);
    }
    bundle.seal(Manifest::new("report", Vec::new(), Vec::new())).unwrap();
    bundle
}

/// Every file below a directory with its text, the manifest left out.
fn tree(dir: &Path) -> BTreeMap<String, String> {
    let walk = walkdir::WalkDir::new(dir).into_iter().map(Result::unwrap).filter(|entry| !entry.file_type().is_dir());
    walk.map(|entry| {
        let name = entry.path().strip_prefix(dir).unwrap().display().to_string();
        (name, fs::read_to_string(entry.path()).unwrap())
    })
    .filter(|(name, _)| name != manifest::FILE_NAME)
    .collect()
}

fn files<const N: usize>(files: [(&str, &str); N]) -> BTreeMap<String, String> {
    files.map(|(name, text)| (name.to_owned(), text.to_owned())).into()
}

#[test]
fn writes_into_a_new_directory_and_again() {
    let top = tempfile::tempdir().unwrap();
    let dir = top.path().join("reports/a");
    assert!(!is_own_output(&dir));
    let first = bundle(&[("report.md", "one"), ("charts/a.svg", "svg")]);
    let report = write_bundle(&dir, &first, false).unwrap();
    assert_eq!(report.written, ["charts/a.svg", "manifest.json", "report.md"]);
    assert_eq!(tree(&dir), files([("report.md", "one"), ("charts/a.svg", "svg")]));
    assert!(is_own_output(&dir));
    let report = write_bundle(&dir, &bundle(&[("report.md", "two"), ("charts/a.svg", "svg")]), false).unwrap();
    assert_eq!((report.removed, report.kept, report.replaced), (vec![], vec![], vec![]));
    assert_eq!(tree(&dir), files([("report.md", "two"), ("charts/a.svg", "svg")]));
}

#[test]
fn a_foreign_file_stops_everything() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("report.md"), "mine").unwrap();
    let ours = bundle(&[("a.md", "a"), ("report.md", "one")]);
    let error = write_bundle(dir.path(), &ours, false).unwrap_err();
    let path = dir.path().join("report.md").display().to_string();
    assert_eq!(
        error.to_string(),
        format!("{path} exists and was not written by taureport: choose another directory with -o, or replace it with --force")
    );
    assert_eq!(tree(dir.path()), files([("report.md", "mine")]));
    write_bundle(dir.path(), &ours, true).unwrap();
    assert_eq!(tree(dir.path()), files([("a.md", "a"), ("report.md", "one")]));
}

#[test]
fn a_manifest_of_another_tool_is_foreign() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("manifest.json"), "{\"name\": \"web app\"}").unwrap();
    let error = write_bundle(dir.path(), &bundle(&[("a.md", "a")]), false).unwrap_err();
    assert!(matches!(error, WriteError::Foreign { path, others: 0 } if path.ends_with("manifest.json")));
    assert!(!dir.path().join("a.md").exists());
    assert!(!is_own_output(dir.path()));
}

#[test]
fn a_killed_run_can_be_repeated() {
    let dir = tempfile::tempdir().unwrap();
    let ours = bundle(&[("a.md", "a"), ("b.md", "b")]);
    write_bundle(dir.path(), &ours, false).unwrap();
    fs::remove_file(dir.path().join("manifest.json")).unwrap();
    fs::remove_file(dir.path().join("b.md")).unwrap();
    write_bundle(dir.path(), &ours, false).unwrap();
    assert_eq!(tree(dir.path()), files([("a.md", "a"), ("b.md", "b")]));
}

#[test]
fn old_files_go_unless_they_were_changed() {
    let dir = tempfile::tempdir().unwrap();
    let old = bundle(&[("a.md", "a"), ("charts/old.svg", "old"), ("charts/edited.svg", "edited"), ("gone.md", "g")]);
    write_bundle(dir.path(), &old, false).unwrap();
    fs::write(dir.path().join("charts/edited.svg"), "by hand").unwrap();
    fs::write(dir.path().join("a.md"), "by hand").unwrap();
    fs::write(dir.path().join("charts/mine.svg"), "mine").unwrap();
    fs::remove_file(dir.path().join("gone.md")).unwrap();
    let report = write_bundle(dir.path(), &bundle(&[("a.md", "new")]), false).unwrap();
    assert_eq!(report.removed, ["charts/old.svg"]);
    assert_eq!(report.kept, ["charts/edited.svg"]);
    assert_eq!(report.replaced, ["a.md"]);
    assert_eq!(tree(dir.path()), files([("a.md", "new"), ("charts/edited.svg", "by hand"), ("charts/mine.svg", "mine")]));
}

#[test]
fn a_hostile_manifest_reaches_nothing_outside() {
    let top = tempfile::tempdir().unwrap();
    let dir = top.path().join("out");
    fs::create_dir(&dir).unwrap();
    let victim = top.path().join("victim");
    fs::write(&victim, "precious").unwrap();
    let output = |path: &str| Output { path: path.into(), bytes: 8, sha256: manifest::sha256_hex(b"precious") };
    let mut hostile = Manifest::new("report", Vec::new(), Vec::new());
    hostile.outputs = vec![output("../victim"), output(victim.to_str().unwrap()), output("link/victim")];
    fs::write(dir.join("manifest.json"), hostile.bytes().unwrap()).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(top.path(), dir.join("link")).unwrap();
    let report = write_bundle(&dir, &bundle(&[("a.md", "a")]), false).unwrap();
    assert_eq!(report.removed, Vec::<String>::new());
    assert_eq!(fs::read_to_string(&victim).unwrap(), "precious");
}

#[test]
fn bad_paths_directories_and_missing_manifests_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    for path in ["../a", "/a", "a//b", "a/../b", "./a", "a/", "", "c:a", "a\\b"] {
        let error = write_bundle(dir.path(), &bundle(&[(path, "x")]), true).unwrap_err();
        assert!(matches!(error, WriteError::BadPath(found) if found == path));
    }
    let mut unsealed = Bundle::default();
    unsealed.insert("a", "x");
    assert!(matches!(write_bundle(dir.path(), &unsealed, true), Err(WriteError::Unsealed)));
    fs::create_dir(dir.path().join("a")).unwrap();
    fs::write(dir.path().join("charts"), "a file").unwrap();
    for path in ["a", "charts/a.svg"] {
        assert!(matches!(write_bundle(dir.path(), &bundle(&[(path, "x")]), true), Err(WriteError::InTheWay(_))));
    }
    assert_eq!(tree(dir.path()), files([("charts", "a file")]));
}

#[cfg(unix)]
#[test]
fn links_are_not_followed_and_permissions_are_usual() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let top = tempfile::tempdir().unwrap();
    let (dir, target) = (top.path().join("out"), top.path().join("target"));
    fs::create_dir(&dir).unwrap();
    fs::write(&target, "precious").unwrap();
    symlink(&target, dir.join("a.md")).unwrap();
    let ours = bundle(&[("a.md", "a")]);
    assert!(matches!(write_bundle(&dir, &ours, false), Err(WriteError::Foreign { .. })));
    write_bundle(&dir, &ours, true).unwrap();
    assert_eq!(fs::read_to_string(&target).unwrap(), "precious");
    fs::write(dir.join("plain"), "").unwrap();
    let mode = |name: &str| fs::metadata(dir.join(name)).unwrap().permissions().mode();
    assert_eq!(mode("a.md"), mode("plain"));
}
