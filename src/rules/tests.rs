use std::collections::BTreeSet;

use insta::assert_snapshot;
use proptest::prelude::*;

use super::*;

/// Error texts from public result files (one of each kind) and from the providers' client libraries.
const REAL: &[(&str, &str, &str)] = &[
    (
        "litellm.InternalServerError: InternalServerError: Hosted_vllmException - Connection error.",
        "infrastructure",
        "connection",
    ),
    ("litellm.InternalServerError: InternalServerError: OpenAIException - Connection error.", "infrastructure", "connection"),
    (
        "('Connection aborted.', ConnectionResetError(10054, 'An existing connection was forcibly closed by the remote host', None, 10054, None))",
        "infrastructure",
        "connection",
    ),
    (
        "(invalid_function_parameters) Invalid schema for function 'list_order_items': 'string or integer' is not valid under any of the given schemas.\nCode: invalid_function_parameters",
        "agent",
        "tool-schema",
    ),
    (
        "1 validation error for EnvResponse\nobservation\n  Input should be a valid string [type=string_type, input_value=429.5, input_type=float]\n    For further information visit https://errors.pydantic.dev/2.10/v/string_type",
        "agent",
        "validation",
    ),
    ("2 validation errors for EnvRunResult\ntraj", "agent", "validation"),
    (
        "(None) Token limit is exceeded. Try again in 1 seconds.\nCode: None\nMessage: Token limit is exceeded. Try again in 1 seconds.",
        "infrastructure",
        "rate-limit",
    ),
    (
        "Operation returned an invalid status 'TRAPI: Rate Limit Exceeded (https://aka.ms/trapi/errors)'\nContent: {\"status\": 429, \"error\": \"Rate Limit Exceeded\"}",
        "infrastructure",
        "rate-limit",
    ),
    ("Error code: 429 - {'error': {'message': 'slow down'}}", "infrastructure", "rate-limit"),
    ("litellm.RateLimitError: AzureException", "infrastructure", "rate-limit"),
    (
        "Operation returned an invalid status 'TRAPI: Forbidden (https://aka.ms/trapi/errors)'",
        "infrastructure",
        "authentication",
    ),
    ("litellm.AuthenticationError: OpenAIException - Incorrect API key provided", "infrastructure", "authentication"),
    ("Error code: 401", "infrastructure", "authentication"),
    (
        "litellm.ContextWindowExceededError: litellm.BadRequestError: ContextWindowExceededError: Hosted_vllmException - This model's maximum context length is 32768 tokens. However, you requested 32789 tokens in the messages, Please reduce the length of the messages. None",
        "context-window",
        "context-window",
    ),
    ("litellm.InternalServerError: prompt is too long: 210000 tokens", "context-window", "context-window"),
    ("litellm.BadRequestError: {'code': 'context_length_exceeded'}", "context-window", "context-window"),
    (
        "litellm.BadRequestError: Hosted_vllmException - \"auto\" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set",
        "infrastructure",
        "server-configuration",
    ),
    ("The model `Qwen/Qwen3-4B` does not exist.", "infrastructure", "server-configuration"),
    ("litellm.Timeout: APITimeoutError - Request timed out. Error_str: Request timed out.", "infrastructure", "timeout"),
    ("litellm.ServiceUnavailableError: VertexAI", "infrastructure", "server-error"),
    ("Error code: 503 - busy", "infrastructure", "server-error"),
    ("502 Bad Gateway", "infrastructure", "server-error"),
    ("litellm.InternalServerError: AnthropicException - overloaded_error", "infrastructure", "server-error"),
    ("Syntax error while parsing: unterminated string literal (detected at line 1) (<unknown>, line 1)", "agent", "syntax"),
    ("Syntax error while parsing: invalid syntax. Perhaps you forgot a comma? (<unknown>, line 1)", "agent", "syntax"),
    ("Expecting ',' delimiter: line 1 column 60 (char 59)", "agent", "json"),
    ("'intent list'", "agent", "missing-key"),
    ("'NoneType' object has no attribute 'get'", "agent", "python"),
    ("the flight HAT429 costs 503 and seat 401 is taken", "agent", "other"),
    ("", "agent", "other"),
];

#[test]
fn every_kind_of_error_finds_its_rule() {
    let rules = ErrorRules::builtin();
    for (text, class, rule) in REAL {
        let (found, name) = rules.classify(text, None);
        assert_eq!((found.name(), name.as_str()), (*class, *rule), "{text}");
    }
}

#[test]
fn the_table_explains_every_rule_and_every_rule_is_tested() {
    let rules = ErrorRules::builtin();
    let tested: BTreeSet<&str> = REAL.iter().map(|(_, _, rule)| *rule).collect();
    for rule in rules.rules() {
        assert!(!rule.why.is_empty(), "{}", rule.name);
        assert!(tested.contains(rule.name.as_str()), "{}", rule.name);
    }
}

#[test]
fn the_traceback_is_asked_only_when_the_text_says_nothing() {
    let rules = ErrorRules::builtin();
    let traceback = "Traceback (most recent call last):\n  File \"a.py\", line 1, in f\n    raise Timeout(rate_limit)\nhttpx.ConnectTimeout\n";
    assert_eq!(rules.classify("", Some(traceback)).1, "timeout");
    assert_eq!(rules.classify("'x'", Some(traceback)).1, "missing-key");
    // Quoted source code is no evidence.
    let source_only = "  File \"a.py\", line 1, in f\n    call(timeout=60, rate_limit=1)\nCustomFailure: no\n";
    assert_eq!(rules.classify("no", Some(source_only)).1, OTHER);
    let far_away = format!("Timeout\n{}", "Frame\n".repeat(TRACEBACK_LINES));
    assert_eq!(rules.classify("no", Some(&far_away)).1, OTHER);
}

#[test]
fn user_rules_are_tried_first() {
    let rules = ErrorRules::with_user(
        "[[rule]]\nname = \"my-gateway\"\nclass = \"agent\"\npattern = 'hosted_vllm'\nwhy = \"we know it\"\n",
    )
    .unwrap();
    assert_eq!(rules.classify(REAL[0].0, None), (ErrorClass::Agent, "my-gateway".to_owned()));
    assert_eq!(rules.classify(REAL[1].0, None), (ErrorClass::Infrastructure, "connection".to_owned()));
    assert_eq!(rules.rules()[0].why, "we know it");
    assert_eq!(rules.rules().len(), ErrorRules::builtin().rules().len() + 1);
}

#[test]
fn a_broken_rule_file_names_rule_cause_and_line() {
    let head = "# mine\n[[rule]]\nname = \"a\"\nclass = \"agent\"\npattern = 'x'\n\n[[rule]]\n";
    let errors: Vec<String> = [
        format!("{head}name = \"b\"\nclass = \"agent\"\npattern = '(x'\n"),
        format!("{head}name = \"b\"\nclass = \"mine\"\npattern = 'x'\n"),
        format!("{head}name = \"a\"\nclass = \"agent\"\npattern = 'x'\n"),
        format!("{head}name = \"other\"\nclass = \"agent\"\npattern = 'x'\n"),
        format!("{head}name = \" \"\nclass = \"agent\"\npattern = 'x'\n"),
        format!("{head}name = \"b\"\nclass = \"agent\"\npattern = ''\n"),
        format!("{head}name = \"b\"\nclass = \"agent\"\n"),
        format!("{head}pattern = 'x'\nclass = \"agent\"\n"),
        format!("{head}name = \"b\"\nclass = \"agent\"\npatern = 'x'\n"),
        "rules\n".to_owned(),
        String::new(),
    ]
    .iter()
    .map(|text| ErrorRules::with_user(text).unwrap_err().to_string())
    .collect();
    assert_snapshot!(errors.join("\n--\n"), @r#"
    line 10: rule "b": "(x" is no regular expression: unclosed group
    --
    line 9: rule "b": there is no class "mine"; use one of infrastructure, agent, context-window
    --
    line 8: rule "a": the name is used twice; choose another name
    --
    line 8: rule "other": "other" stands for errors no rule matches; choose another name
    --
    line 8: rule " ": the name is empty; give it one
    --
    line 10: rule "b": the pattern is empty and would match every error; write one
    --
    line 7: rule "b": it has no pattern; write pattern = … into it
    --
    line 7: rule "": it has no name; write name = … into it
    --
    TOML parse error at line 10, column 1
       |
    10 | patern = 'x'
       | ^^^^^^
    unknown field `patern`, expected one of `name`, `class`, `pattern`, `why`
    --
    TOML parse error at line 1, column 6
      |
    1 | rules
      |      ^
    key with no value, expected `=`
    --
    there is no [[rule]] in it; write [[rule]] before each rule's name, class and pattern
    "#);
}

#[test]
fn rules_too_large_together_are_refused() {
    let rule = |index: u32| format!("[[rule]]\nname = \"r{index}\"\nclass = \"agent\"\npattern = '\\w{{60}}'\n");
    let text: String = (0..40).map(rule).collect();
    assert!(matches!(ErrorRules::with_user(&text), Err(RulesError::TooLarge { .. })));
}

proptest! {
    #[test]
    fn no_error_is_too_strange(error in any::<String>(), traceback in prop::option::of(any::<String>()), times in 1_usize..4000) {
        static RULES: std::sync::LazyLock<ErrorRules> = std::sync::LazyLock::new(ErrorRules::builtin);
        let rules = &*RULES;
        let (_, name) = rules.classify(&error.repeat(times), traceback.as_deref());
        prop_assert!(name == OTHER || rules.rules().iter().any(|rule| rule.name == name));
    }
}
