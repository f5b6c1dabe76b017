//! The two tables: what is taken out and what stays.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

/// Replaces the digits of every placeholder, which are tested by themselves.
fn without_digits(text: &str) -> String {
    Regex::new(r"\[redacted:[0-9a-f]{4}\]").unwrap().replace_all(text, "[redacted]").into_owned()
}

#[test]
fn every_pattern_compiles_and_names_its_secret() {
    for pattern in PATTERNS {
        let regex = Regex::new(pattern.regex).unwrap();
        assert!(regex.capture_names().flatten().any(|name| name == "s"), "{}", pattern.regex);
    }
    assert!(COMPILED.is_some());
}

/// Invented keys in the shape of the real ones, each to be taken out whole from any text around it.
const KEYS: &[&str] = &[
    "sk-abcDEF123456ghiJKL",
    "sk-INVENTEDSECRET0123456789abcdef",
    "sk-0f1e2d3c4b5a69788796a5b4c3d2e1f0",
    "sk-proj-Invented_0123456789-abcdefghijklmnop",
    "sk-proj-INVENTEDSECRET0123456789",
    "sk-proj-abcdefghijklmnop1234",
    "sk-svcacct-aB3dE5fG7hI9jK1lM3nO5pQ7",
    "sk-admin-aB3dE5fG7hI9jK1lM3nO5pQ7",
    "sk-None-aB3dE5fG7hI9jK1lM3nO5pQ7",
    "sk-ant-api03-aB3dE5fG7hI9jK1lM3nO5pQ7-_rS9tU1vW3xY5zA7bC9dE1fG3AA",
    "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",
    "sk-proj-****abcd",
    "hf_aBcDeFgHiJkLmNoPqRsTuVwXyZaBcDeFgH",
    "hf_InventedInventedInvented0123456789",
    "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",
    "xai-aB3dE5fG7hI9jK1lM3nO5pQ7rS9tU1vW3xY5zA7bC9dE1fG3hI5jaB3dE5fG7hI9jK1lM3nO5pQ7rS9t",
    "nvapi-aB3dE5fG7hI9jK1lM3nO5pQ7rS9tU1vW3xY5zA7bC9dE1fG3hI5jKlMn",
    "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",
    "rpa_ABCDEFGHIJ0123456789KLMNOPQRSTUVWXYZ",
    "ghp_0123456789abcdefghijABCDEFGHIJ012345",
    "gho_0123456789abcdefghijABCDEFGHIJ012345",
    "github_pat_11ABCDEFG0123456789_abcdefghijklmnop",
    "glpat-aB3dE5fG7hI9jK1lM3nO",
    "AKIAIOSFODNN7EXAMPLE",
    "AIzaSyA1234567890abcdefghijklmnopqrstuv",
    "xoxb-123456789012-abcdefGHIJKL",
    "xapp-1-A0123456789-0123456789012-0f1e2d3c4b5a6978",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.SflKxwRJSMeKKF2QT4",
    "tgp_v1_aB3dE5fG7hI9jK1lM3nO5pQ7rS9tU1vW3xY5zA7bC9d",
    "r8_aB3dE5fG7hI9jK1lM3nO5pQ7rS9tU1vW3xY5z",
    "fw_aB3dE5fG7hI9jK1lM3nO5pQ7",
    "csk-a1b2c3d4e5f6g7h8j9k0m1n2p3q4r5s6t7v8w9x0y1z2a3b4",
    "ya29.aB3dE5fG7hI9jK1lM3nO5pQ7rS9tU1vW3xY5zA7bC9d",
    "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",
    "npm_aB3dE5fG7hI9jK1lM3nO5pQ7rS9tU1vW3xY5",
    "pypi-AgEIcHlwaS5vcmcCJGFiM2RFNWZHN2hJOWpLMWxNM25PNXBRNw",
    "SG.aB3dE5fG7hI9jK1lM3nO5p.aB3dE5fG7hI9jK1lM3nO5pQ7rS9tU1vW3xY5zA7bC9d",
    "sk_live_aB3dE5fG7hI9jK1lM3nO5pQ7",
    "rk_test_aB3dE5fG7hI9jK1lM3nO5pQ7",
    "dapi0f1e2d3c4b5a69788796a5b4c3d2e1f0",
    "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",
    "pa-aB3dE5fG7hI9jK1lM3nO5pQ7rS9tU1vW3xY5zA7bC9d",
    "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",
    "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",
    // By chance without a digit.
    "AKIAARZVSHKMKYILMEET",
    "glpat-HvatMJBZvXTeTRXSgrRS",
    "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",
    "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj",
];

#[test]
fn keys_are_taken_out_of_any_text() {
    for key in KEYS {
        for (before, after) in [("", ""), ("key ", "."), ("user-", ".json"), ("x_", "/y"), ("\"", "\", 1"), ("(", ")")] {
            if after == "/y" && key.starts_with("MII") {
                continue; // A slash belongs to these.
            }
            let clean = without_digits(&redact(&format!("{before}{key}{after}")));
            assert_eq!(clean, format!("{before}[redacted]{after}"), "{before}{key}{after}");
        }
    }
}

#[test]
fn secrets_go_and_their_surroundings_stay() {
    const HEX: &str = "0f1e2d3c4b5a69788796a5b4c3d2e1f0";
    const LETTERS: &str = "qwertzuiopasdfghjklyxcvbnmqwertz";
    for (text, clean) in [
        ("AZURE_OPENAI_KEY=0f1e2d3c4b5a69788796a5b4c3d2e1f0", "AZURE_OPENAI_KEY=[redacted]"),
        ("https://h/v1?key=0f1e2d3c4b5a69788796a5b4c3d2e1f0&x=1", "https://h/v1?key=[redacted]&x=1"),
        ("api-key \"0f1e2d3c4b5a69788796a5b4c3d2e1f0\" refused", "api-key \"[redacted]\" refused"),
        ("serve --api-key 0f1e2d3c4b5a69788796a5b4c3d2e1f0 -x", "serve --api-key [redacted] -x"),
        ("Token 0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c", "Token [redacted]"),
        ("user=me;pwd=hunter2Hunter", "user=me;pwd=[redacted]"),
        ("runpod/8x2k1q/sk-abcDEF123456ghiJKL/org/model", "runpod/8x2k1q/[redacted]/org/model"),
        ("runpod/pod1/A1B2C3D4E5F6G7H8I9J0K1L2M3N4O5/org/m", "runpod/pod1/[redacted]/org/m"),
        ("mysk-proj-AbCdEf0123456789GhIjKl", "my[redacted]"),
        ("Authorization: Bearer abc.def-123456", "Authorization: Bearer [redacted]"),
        (r#"{"Authorization": "Bearer abcdef123456"}"#, r#"{"Authorization": "Bearer [redacted]"}"#),
        ("Authorization: Bearer qwertzuiopasdf", "Authorization: Bearer [redacted]"),
        ("sent Bearer qwertzuiopasdfghjklyxcvbnm", "sent Bearer [redacted]"),
        ("authorization: Basic dXNlcjpwYXNz", "authorization: Basic [redacted]"),
        ("Authorization: 7f3kd93kdk39", "Authorization: [redacted]"),
        ("x-goog-api-key: 7f3kd93kdk39", "x-goog-api-key: [redacted]"),
        ("X-API-KEY: 7f3kd93kdk39", "X-API-KEY: [redacted]"),
        ("https://host/v1?api_key=s3cr3t&x=1", "https://host/v1?api_key=[redacted]&x=1"),
        (r#"{"api_key": "abc", "n": 1}"#, r#"{"api_key": "[redacted]", "n": 1}"#),
        (r#"{\"api_key\": \"abc\"}"#, r#"{\"api_key\": \"[redacted]\"}"#),
        ("OPENAI_API_KEY=abc123 python run.py", "OPENAI_API_KEY=[redacted] python run.py"),
        ("api_key='abc'", "api_key='[redacted]'"),
        ("hf_token=abc", "hf_token=[redacted]"),
        ("?token=abc&y", "?token=[redacted]&y"),
        ("password=hunter", "password=[redacted]"),
        ("password: hunter2x", "password: [redacted]"),
        ("password is hunter2x", "password is [redacted]"),
        ("client_secret=aB3dE5fG7hI9", "client_secret=[redacted]"),
        ("aws_secret_access_key=wJalrXUtnFEMI/K7MDENG", "aws_secret_access_key=[redacted]"),
        ("machine api.host login me password correcthorse", "machine api.host login me password [redacted]"),
        ("https://user:pass@host/x", "https://[redacted]@host/x"),
        ("https://user:pa/ss@host/x", "https://[redacted]@host/x"),
        ("postgres://user:p@ss@host/x", "postgres://[redacted]@host/x"),
        ("https://ab12cd34ef@host/x", "https://[redacted]@host/x"),
        ("Set-Cookie: session=aB3dE5; Path=/", "Set-Cookie: [redacted]"),
        ("AccountName=a;AccountKey=aB3dE5fG7hI9jK1lM3nO==;End", "AccountName=a;AccountKey=[redacted];End"),
        ("?sv=2022&sig=aB3dE5fG7hI9jK1lM3nO%3D&se=1", "?sv=2022&sig=[redacted]&se=1"),
        (
            "https://hooks.slack.com/services/T00000000/B00000000/aB3dE5fG7hI9jK1lM3nO5pQ7",
            "https://hooks.slack.com/services/[redacted]",
        ),
        (
            "-----BEGIN PRIVATE KEY-----\nMIIE\nabc\n-----END PRIVATE KEY-----",
            "-----BEGIN PRIVATE KEY-----[redacted]-----END PRIVATE KEY-----",
        ),
        (r"-----BEGIN RSA PRIVATE KEY-----\nMIIE\nabc", "-----BEGIN RSA PRIVATE KEY-----[redacted]"),
    ] {
        assert_eq!(without_digits(&redact(text)), clean, "{text}");
    }
    for value in [HEX, LETTERS] {
        for before in [
            "Incorrect API key provided: ",
            "Error code: 401 - Incorrect API key provided: '",
            "invalid key: ",
            "Invalid API key ",
            "The API key is ",
            "password is ",
            "using token ",
            "Ocp-Apim-Subscription-Key: ",
        ] {
            if before.starts_with("Ocp") && value == LETTERS {
                continue; // Azure's keys are hexadecimal; words after `name:` may be a sentence.
            }
            let clean = redact(&format!("{before}{value}.")).into_owned();
            assert!(!clean.contains(&value[..12]) && clean.contains(OPENING), "{before}{value}: {clean}");
        }
    }
}

#[test]
fn ordinary_names_are_returned_as_they_are() {
    for text in [
        "",
        "gpt-4o-2024-11-20",
        "Qwen3-32B",
        "Qwen/Qwen3-32B-Instruct-2507-FP8",
        "claude-3-7-sonnet-20250219",
        "ft:gpt-4.1-2025-04-14:sierra:tau2-full-sft:BzrYdMNm",
        "Mixtral8x22BInstructv01fp8",
        "together/Mixtral8x22BInstructv01fp8",
        "runpod/pod123/Mixtral8x22BInstructv01fp8",
        "task-0123456789abcdef0123",
        "task-admin-password-reset-flow-0001",
        "task-admin-reset-20240101T000000A",
        "task-admin-reset-20240101T000000B",
        "task-proj-migration-2024-11-20-Final-Version",
        "desk-lamp-0123456789ABCDEF",
        "desk-ant-colony-20240101T000000A",
        "desk-ant-colony-optimization-2024",
        "desk-0f1e2d3c4b5a69788796a5b4c3d2e1f0",
        "risk-0123456789ABCDEF",
        "sk-learn-pipeline-2024-11-20-results",
        "sk-internationalization",
        "sk-None-of-the-above",
        "sk-None-of-the-above-20240101",
        "hf_checkpoints_of_the_airline_sweep",
        "hf_transformersbackendrun",
        "hf_Llama3BInstructCheckpoint2024",
        "gsk_llama3370bversatile20241120",
        "gsk_llama_3_70b_of_the_airline_sweep",
        "rpa_automation_flow_2024",
        "xoxo-from-the-airline-2024",
        "xoxo-20240101-kisses",
        "glpat-latest-2024-11-20-Results",
        "glpat-latest-checkpoint-run",
        "npm_install_of_the_retail_server",
        "pypi-release-candidates-of-2024",
        "pa-system-announcement-at-the-airport",
        "r8_retail_run_eight",
        "fw_checkpoint_retail_sweep",
        "fw_retail20240101checkpoint",
        "csk-2024-cup-of-cricket",
        "dapi_server_of_the_airline",
        "AKIAIOSFODNNEXAMPLE",
        "AIza-short",
        "pa-system-announcement-2024-AirportTerminal-B7-Gate12-Final",
        "Invalid token ServiceUnavailableErrorException",
        "wrong key flightReservationNumber2024",
        "PWD=/home/user1/runs",
        "sort_key=reservation_id_12345",
        "?key=airline_task_0001",
        "the API key in use",
        "Token limit2024",
        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "66ea1b2c3d4e5f60718293a4",
        "runpod/9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "runpod/abc123/Qwen/Qwen2.5-72B-Instruct-GPTQ-Int4",
        "runpod/x/Meta-Llama3170BInstructTurboFP8Dynamic",
        "runpod/x/MetaLlama3170BInstructTurbo",
        "550e8400-e29b-41d4-a716-446655440000",
        "chatcmpl-tool-80406ba00c239e7d",
        "call_aB3dE5fG7hI9jK1lM3nO5pQ7",
        "results/airline/fc/4B/num_trials-3.json",
        "/home/user/taskrun/history",
        "Token limit is exceeded. Try again in 1 seconds.",
        "max_tokens=512, token=5, next_token: 12",
        "token=None password=null",
        "secret=santa",
        "secret: santa",
        "the bearer certificates of the user",
        "bearer token2024",
        "authorization: required",
        "password: wrong",
        "password is required",
        "your password is incorrect",
        "the API key is missing",
        "invalid key: order_id",
        "Invalid key provided: reservation_id_12345",
        "KeyError: 'reservation_id_12345'",
        "using token authentication",
        "cookie: chocolate",
        "cookies=2",
        "https://errors.pydantic.dev/2.10/v/string_type",
        "http://localhost:8000/v1?user=a@b",
        "http://localhost:8000,user@sim",
        "http://localhost:8000",
        "ssh://git@github.com/org/repo",
        "https://aka.ms/trapi/errors",
        "https://hooks.slack.com/docs",
    ] {
        assert!(matches!(redact(text), Cow::Borrowed(same) if same == text), "{text} became {}", redact(text));
    }
}

#[test]
fn different_secrets_stay_different_and_equal_ones_equal() {
    let shown_keys: BTreeSet<String> = KEYS.iter().map(|key| redact(key).into_owned()).collect();
    assert_eq!(shown_keys.len(), KEYS.len());
    assert_eq!(redact("a sk-abcDEF123456ghiJKL"), format!("a {}", redact("sk-abcDEF123456ghiJKL")));
    // The digits are part of what reports of two versions share.
    assert_eq!(redact("sk-abcDEF123456ghiJKL"), "[redacted:9c25]");
}

#[test]
fn secrets_that_are_shown_alike_are_still_told_apart() {
    let mut shown_keys: std::collections::BTreeMap<String, String> = std::collections::BTreeMap::new();
    let alike = (0..10_000).find_map(|number| {
        let key = format!("sk-abcDEF123456ghi{number:04}");
        shown_keys.insert(redact(&key).into_owned(), key.clone()).map(|other| (key, other))
    });
    let (one, other) = alike.expect("16 bits are soon used up");
    assert_eq!(redact(&one), redact(&other));
    assert_ne!(veil(&one), veil(&other));
    assert_eq!(redact(&veil(&one)), redact(&one));
}

#[test]
fn long_names_are_cut_and_stay_different() {
    let [one, other] = ["a", "b"].map(|middle| format!("{}{middle}{}", "x".repeat(500), "y".repeat(500)));
    let cut = shown(&one);
    assert_eq!(cut.chars().count(), NAME_CHARS);
    assert!(cut.starts_with("xxxx") && cut.ends_with("yyyy") && cut.contains('…'));
    assert_ne!(cut, shown(&other));
    assert_eq!(shown(&cut), cut);
    assert_eq!(shown(&"τ".repeat(NAME_CHARS)), "τ".repeat(NAME_CHARS));
    let long = format!("{}sk-abcDEF123456ghiJKL{}", "x/".repeat(48), "/y".repeat(90));
    assert!(!shown(&long).contains("abcDEF"), "a key is taken out before the cut");
}

/// Texts made of the pieces secrets are made of, in any order.
fn mixed() -> impl Strategy<Value = String> {
    let pieces = [
        "sk-",
        "sk-proj-",
        "hf_",
        "ghp_",
        "AKIA",
        "AIza",
        "xoxb-",
        "rpa_",
        "Bearer ",
        "Authorization: ",
        "Basic ",
        "api_key=",
        "token=",
        "\"api_key\": \"",
        "\"token\": \"",
        "password: ",
        "password is ",
        "machine a password ",
        "secret=",
        "cookie: ",
        "a=",
        "&sig=",
        "Incorrect API key provided: ",
        "invalid key: ",
        "-----BEGIN PRIVATE KEY-----",
        "-----END",
        "hooks.slack.com/services/",
        "eyJabcdef",
        ".",
        "://",
        "https://",
        "@",
        ":",
        "/",
        "runpod/",
        " ",
        "[redacted]",
        "[redacted",
        "[redacted:",
        "[redacted:ab12]",
        "[redacted:0123456789abcdef0123456789abcdef]",
        "ab12",
        "]",
        "None",
        "5",
        "-",
        "_",
        "\"",
        "\\",
        "\n",
        ";",
        "é",
        "0123456789ABCDEF",
        "abcDEF123456ghiJKL",
        "A1B2C3D4E5F6G7H8I9J0K1",
        "qwertzuiopasdfghjklyxcvbnm",
        "***",
        "model",
    ];
    prop::collection::vec(prop::sample::select(pieces.to_vec()), 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn a_second_pass_changes_nothing(text in mixed()) {
        let once = redact(&text).into_owned();
        prop_assert_eq!(redact(&once), once.as_str());
        let veiled = veil(&text).into_owned();
        prop_assert_eq!(veil(&veiled), veiled.as_str());
        prop_assert_eq!(redact(&veiled), once.as_str());
        let once = shown(&text).into_owned();
        prop_assert_eq!(shown(&once), once.as_str());
    }

    #[test]
    fn no_text_is_too_strange(text in any::<String>()) {
        let once = redact(&text).into_owned();
        prop_assert_eq!(redact(&once), once.as_str());
    }

    #[test]
    fn a_key_never_survives(before in "[a-z ./]{0,8}[ ./_]", body in "[A-Za-z0-9]{36}", after in "[ ./\"][a-z ./]{0,8}") {
        // Random letters and digits have both cases and digits, but for one in a thousand.
        let has = |is: fn(&u8) -> bool| body.as_bytes().iter().any(is);
        prop_assume!(has(u8::is_ascii_digit) && has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase));
        for prefix in ["sk-", "sk-proj-", "hf_", "ghp_", "rpa_", "npm_", "r8_", "xai-", "glpat-"] {
            let text = format!("{before}{prefix}{body}{after}");
            prop_assert!(!redact(&text).contains(&body), "{}", text);
        }
    }
}
