//! Files with something wrong, one fault each, and what a careful reader should make of them.

use super::{
    Entry, Tree,
    cells::{Costs, Odds, Workbench},
    conversation::{Leavings, Strategy},
    json::{COMPACT, INDENTED, Json, document, dump, object},
    record::{Fault, record},
    scenario::{Env, scenario},
};

/// What a file should be read as.
#[derive(Default)]
struct Expected {
    /// Records kept as episodes, scored or not; `None`: passed over.
    records: Option<usize>,
    /// Of these, with a usable reward.
    scored: usize,
    /// Of these, solved.
    successes: usize,
    /// Records left out because they cannot be understood.
    bad_records: usize,
    /// Whether a notice must say that the file broke off.
    salvaged: bool,
    /// Whether a notice must speak of NaN or Infinity; `None`: either is right.
    not_a_number: Option<bool>,
    /// What is wrong with the file.
    why: &'static str,
}

impl Expected {
    fn passed_over(why: &'static str) -> Self {
        Self { not_a_number: Some(false), why, ..Self::default() }
    }

    /// Every record is kept and scored; of `good` records the even ones are solved.
    fn kept(records: usize, why: &'static str) -> Self {
        let successes = records.div_ceil(2);
        Self { records: Some(records), scored: records, successes, not_a_number: Some(false), why, ..Self::default() }
    }
}

type Case = (&'static str, Vec<u8>, Expected);

/// Writes `broken/`.
pub(super) fn files() -> Tree {
    let cases: Vec<Case> = [no_results(), cut(), numbers(), texts(), shapes()].into_iter().flatten().collect();
    let truth = cases.iter().map(|(name, _, expected)| truth(name, expected)).collect();
    let mut tree: Tree =
        cases.into_iter().map(|(name, content, _)| (format!("broken/{name}"), Entry::plain(content))).collect();
    tree.insert("broken/truth.json".to_owned(), Entry::plain(document(&Json::List(truth))));
    tree
}

fn truth(name: &str, expected: &Expected) -> Json {
    object! {
        "file": name,
        "why": expected.why,
        "recognised": expected.records.is_some(),
        "records": expected.records.unwrap_or(0),
        "scored": expected.scored,
        "successes": expected.successes,
        "bad_records": expected.bad_records,
        "salvage_notice": expected.salvaged,
        "nan_notice": expected.not_a_number.map_or(Json::Null, Json::Bool),
    }
}

/// Makes good records of the tasks 0, 1, …; the even ones are solved.
fn good(count: usize) -> Vec<Json> {
    let mut bench = bench();
    (0..count)
        .map(|task| {
            let index = bench.scored(task, 0, task % 2 == 0);
            record(&bench.cell.episodes[index], &scenario(Env::Airline, task), false)
        })
        .collect()
}

fn bench() -> Workbench {
    let cell = (Env::Airline, "quill-7b", Strategy::ToolCalling);
    Workbench::new(20, cell, Odds { easy: 50, hard: 50 }, Costs::Micros, Leavings::None)
}

fn pairs(record: &mut Json) -> &mut Vec<(String, Json)> {
    match record {
        Json::Object(pairs) => pairs,
        other => panic!("a record is an object, not {other:?}"),
    }
}

fn get<'a>(record: &'a mut Json, key: &str) -> &'a mut Json {
    &mut pairs(record).iter_mut().find(|(name, _)| name == key).expect("the record has the key").1
}

fn add_message(record: &mut Json, message: Json) {
    match get(record, "traj") {
        Json::List(messages) => messages.push(message),
        other => panic!("a conversation is a list, not {other:?}"),
    }
}

fn raw(text: &str) -> Json {
    Json::Raw(text.to_owned())
}

fn list(records: Vec<Json>) -> Vec<u8> {
    dump(&Json::List(records), COMPACT).into_bytes()
}

fn no_results() -> Vec<Case> {
    let class = |task: i64, category: &str| {
        let line =
            object! {"task_id": task, "reward": 0.0, "category": category, "rationale": "The agent did not ask for a yes."};
        dump(&line, COMPACT) + "\n"
    };
    let error_classes = class(0, "policy_violation") + &class(3, "wrong_argument") + &class(4, "policy_violation");
    let other = object! {"leaderboard": vec![object! {"model": "tern-70b", "pass^1": 0.7}]};
    vec![
        ("empty.json", Vec::new(), Expected::passed_over("no bytes at all")),
        ("whitespace.json", b" \n\t\n".to_vec(), Expected::passed_over("nothing but white space")),
        ("not_json.json", b"step 1 of 4: loading weights\n".to_vec(), Expected::passed_over("a log with the wrong name")),
        ("wrong_shape.json", dump(&other, INDENTED).into(), Expected::passed_over("JSON, but of something else")),
        ("empty_list.json", b"[]".to_vec(), Expected::passed_over("a checkpoint without a record")),
        (
            "error_classes.jsonl",
            error_classes.into(),
            Expected::passed_over("judgements on results, not results: no conversation"),
        ),
    ]
}

fn cut() -> Vec<Case> {
    let text = |count: usize| dump(&Json::List(good(count)), INDENTED);
    let (three, four) = (text(3), text(4));
    let in_the_fourth = &four[..usize::midpoint(three.len(), four.len())];
    let salvaged = |why| Expected { salvaged: true, ..Expected::kept(3, why) };
    let one = text(1);
    vec![
        ("truncated.json", in_the_fourth.into(), salvaged("cut in the middle of the fourth record")),
        (
            "truncated_at_first.json",
            one[..one.len() / 2].into(),
            Expected::passed_over("cut in the first record: there is nothing to keep"),
        ),
        (
            "truncated.json.gz",
            gzip_cut(four.as_bytes(), in_the_fourth.len()),
            salvaged("a gzip stream cut in the middle of the fourth record"),
        ),
    ]
}

/// A gzip stream of one stored block (RFC 1951, 3.2.4) that should hold all of `content`, cut after `kept` bytes of it.
/// Stored, so that where the cut falls does not hang on a compressor.
fn gzip_cut(content: &[u8], kept: usize) -> Vec<u8> {
    let length = u16::try_from(content.len()).expect("a stored block holds less than 64 KiB");
    // Magic, deflate, no flags, no time, no hint, unknown system; then: last block, stored.
    let mut bytes = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255, 1];
    bytes.extend(length.to_le_bytes());
    bytes.extend((!length).to_le_bytes());
    bytes.extend(&content[..kept]);
    bytes
}

fn numbers() -> Vec<Case> {
    let mut nan = good(4);
    *get(&mut nan[1], "reward") = Json::Float(f64::NAN);
    *get(&mut nan[2], "reward") = Json::Float(f64::INFINITY);
    add_message(&mut nan[3], object! {"role": "user", "content": "Bye.", "logprob": f64::NEG_INFINITY});
    let nan_expected = Expected {
        scored: 2,
        successes: 1,
        not_a_number: Some(true),
        ..Expected::kept(4, "Python's NaN and Infinity as rewards and in a field nobody reads")
    };

    let mut huge = good(3);
    *get(&mut huge[1], "reward") = raw("1e999");
    add_message(&mut huge[2], object! {"role": "user", "content": "Bye.", "logprob": raw("-1e999")});
    let huge_expected = Expected {
        scored: 2,
        not_a_number: None,
        ..Expected::kept(3, "numbers beyond f64, as a reward and in a field nobody reads")
    };

    let mut twice = good(2);
    pairs(&mut twice[1]).push(("reward".to_owned(), Json::Float(1.0)));
    let twice_expected = Expected { successes: 2, ..Expected::kept(2, "the key reward twice: Python keeps the last, 1.0") };
    vec![
        ("nan.json", list(nan), nan_expected),
        ("huge_number.json", list(huge), huge_expected),
        ("duplicate_keys.json", list(twice), twice_expected),
    ]
}

fn texts() -> Vec<Case> {
    let mut bom = b"\xef\xbb\xbf".to_vec();
    bom.extend(list(good(2)));

    let mut bad = good(4);
    add_message(&mut bad[2], object! {"role": "user", "content": "A caf\u{1}."});
    let marked = dump(&Json::List(bad), COMPACT);
    let (before, after) = marked.split_once("\\u0001").expect("the mark is there");
    let bad_utf8 = [before.as_bytes(), b"\xe9 \xff", after.as_bytes()].concat();

    let mut surrogate = good(3);
    add_message(&mut surrogate[1], object! {"role": "user", "content": raw(r#""Half a face: \ud83d""#)});

    let mut bench = bench();
    let lost = bench.fault(1, 0, Fault::Infrastructure);
    let mut lost = record(&bench.cell.episodes[lost], &scenario(Env::Airline, 1), false);
    *get(&mut lost, "info") = object! {"error": "\u{1b}[31mConnection error.\u{1b}[0m\u{7}", "traceback": "\u{0}"};
    let mut control = good(3);
    control[1] = lost;
    *get(&mut control[2], "task_id") = Json::from("2\u{1b}[2J");
    let control_expected = Expected {
        scored: 2,
        ..Expected::kept(3, "escaped control characters in an error text and a task id: keep them off the terminal")
    };
    vec![
        ("bom.json", bom, Expected::kept(2, "begins with a UTF-8 byte order mark")),
        ("bad_utf8.json", bad_utf8, Expected::kept(4, "bytes that are no UTF-8 in a message")),
        (
            "lone_surrogate.json",
            list(surrogate),
            Expected::kept(3, "half a surrogate pair, which Python writes without a word"),
        ),
        ("control_chars.json", list(control), control_expected),
    ]
}

fn shapes() -> Vec<Case> {
    let mut types = good(7);
    *get(&mut types[1], "reward") = Json::from("1.0");
    *get(&mut types[3], "task_id") = Json::List(vec![Json::Int(3)]);
    *get(&mut types[5], "traj") = Json::from("lost");
    let types_expected = Expected {
        records: Some(5),
        scored: 4,
        successes: 4,
        bad_records: 2,
        not_a_number: Some(false),
        why: "a reward that is text (kept, not scored), a task id that is a list, a conversation that is text (both left out)",
        ..Expected::default()
    };

    let mut deep = good(2);
    let depth = 3_000;
    pairs(&mut deep[0]).push(("debug".to_owned(), Json::Raw("[".repeat(depth) + &"]".repeat(depth))));

    let mut nulls = good(1);
    nulls.insert(0, Json::Null);
    nulls.push(Json::Null);

    let lines: String = good(3).iter().map(|record| dump(record, COMPACT) + "\r\n").collect();

    let solve_results = good(3)
        .into_iter()
        .map(|mut record| {
            let (reward, info, traj) =
                (get(&mut record, "reward").clone(), get(&mut record, "info").clone(), get(&mut record, "traj").clone());
            object! {"reward": reward, "messages": traj, "info": info, "total_cost": 0.0}
        })
        .collect();
    vec![
        ("wrong_types.json", list(types), types_expected),
        ("deep.json", list(deep), Expected::kept(2, "3,000 nested lists in a field nobody reads")),
        ("nulls.json", list(nulls), Expected { bad_records: 2, ..Expected::kept(1, "records that are null") }),
        ("crlf.jsonl", (lines + "\r\n").into(), Expected::kept(3, "lines that end as on Windows, and an empty one")),
        ("no_task_id.json", list(solve_results), Expected::kept(3, "results without task ids and trials")),
    ]
}
