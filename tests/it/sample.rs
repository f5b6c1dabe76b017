//! `reports/sample/`, `reports/sample_tau2/` and `reports/sample_logs/` are exactly what the program writes for the invented results.

use std::{env, fs};

use crate::support::{analyze, read_tree, repository, run};

const WRITE: &str = "TAUREPORT_WRITE_SAMPLE";
const REMEDY: &str = "if the change is wanted, regenerate with: TAUREPORT_WRITE_SAMPLE=1 cargo test --test it sample";

/// Written by hand.
const BY_HAND: &str = ".gitattributes";

/// The samples and what they are made from.
const SAMPLES: [(&str, &str); 3] =
    [("reports/sample", "fixtures/sweep"), ("reports/sample_tau2", "fixtures/tau2"), ("reports/sample_logs", "fixtures/logs")];

#[test]
fn the_samples_are_what_the_program_writes() {
    for (sample, input) in SAMPLES {
        if env::var_os(WRITE).is_some() {
            let output = run(&["analyze", input, "-o", sample, "--force", "-qq"]);
            assert!(output.status.success(), "the sample cannot be written: {output:?}");
        }
        let written = analyze(&[input]).files;
        let mut sample = read_tree(&repository().join(sample));
        sample.remove(BY_HAND);
        let names = |tree: &std::collections::BTreeMap<String, Vec<u8>>| tree.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&sample), names(&written), "other files than before; {REMEDY}");
        let differing: Vec<&String> =
            written.iter().filter(|(name, bytes)| &sample[*name] != *bytes).map(|(name, _)| name).collect();
        assert!(differing.is_empty(), "{differing:?} differ from the sample of {input}; {REMEDY}");
    }
}

/// A sample that nobody can read is none: what the Markdown refers to is there, and the pictures hold something.
#[test]
fn the_samples_are_whole() {
    let links = regex::Regex::new(r"\]\(((?:charts|tables)/[^)]+)\)").expect("a constant");
    for (sample, _) in SAMPLES {
        let folder = repository().join(sample);
        let report = fs::read_to_string(folder.join("experiment_report.md")).expect("the sample has a report");
        let targets: Vec<&str> = links.captures_iter(&report).filter_map(|found| Some(found.get(1)?.as_str())).collect();
        assert!(targets.iter().any(|target| target.starts_with("charts/")), "no charts in the report");
        for target in targets {
            let bytes = fs::read(folder.join(target)).unwrap_or_else(|cause| panic!("{target}: {cause}"));
            assert!(bytes.len() > 100, "{target} is empty");
            if target.starts_with("charts/") {
                let colours = colours(&bytes);
                assert!(colours > 3, "{target} has {colours} colours: a blank picture");
            }
        }
    }
}

/// Returns how many different colours a PNG has.
fn colours(png: &[u8]) -> usize {
    let picture = resvg::tiny_skia::Pixmap::decode_png(png).expect("the picture is PNG");
    assert!(picture.width() > 300 && picture.height() > 100, "{} × {}", picture.width(), picture.height());
    let colours: std::collections::BTreeSet<[u8; 4]> =
        picture.pixels().iter().map(|pixel| [pixel.red(), pixel.green(), pixel.blue(), pixel.alpha()]).collect();
    colours.len()
}
