//! Names of real runs, with invented models where the real ones name people.

use super::*;
use crate::identity::{Layout, MapRule};

fn resolved(path: &str, said: &Said, overrides: &Overrides) -> (String, Vec<String>) {
    let components: Vec<&str> = path.split('/').collect();
    let (identity, conflicts) = resolve_tau2(&components, said, &[], overrides);
    let parts = identity.parts();
    let parts = parts.iter().filter_map(|(name, part)| part.map(|part| format!("{name}={} ({})", part.value, part.origin)));
    (parts.collect::<Vec<_>>().join(", "), conflicts)
}

fn named(path: &str) -> String {
    let (identity, conflicts) = resolved(path, &Said::default(), &Overrides::default());
    assert_eq!(conflicts, [""; 0], "{path}");
    identity.replace(" (file name)", "")
}

fn quill() -> Said {
    let text = |text: &str| Some(text.to_owned());
    Said {
        env: text("Airline"),
        model: text("acme/quill-7b"),
        strategy: text("llm_agent"),
        user_model: text("gpt-4o"),
        mode: text("default"),
        max_steps: text("200"),
        version: text("0123abcd"),
        ..Said::default()
    }
}

#[test]
fn names_are_read_where_there_is_no_info() {
    for (path, expected) in [
        (
            "2025-10-06T06:27:56.323131_airline_llm_agent_grok-3-mini_user_simulator_grok-3-mini.json",
            "env=airline, model=grok-3-mini, strategy=llm_agent, user model=grok-3-mini, user strategy=user_simulator",
        ),
        (
            "2026-04-06_20-55-43_sales_support_llm_agent_solo_gemma-3-27b-it_dummy_user_gemma-3-12b-it.json.json",
            "env=sales_support, model=gemma-3-27b-it, strategy=llm_agent_solo, user model=gemma-3-12b-it, user strategy=dummy_user",
        ),
        (
            "2026-04-06T165706.741086_clinic_llm_agent_gt_m_user_simulator_n~.json",
            "env=clinic, model=m, strategy=llm_agent_gt, user model=n, user strategy=user_simulator",
        ),
        (
            "ft:gpt-4.1-2025-04-14:acme:full-sft:Bz_telecom_default_gpt-4.1_1trials.json",
            "env=telecom, model=ft:gpt-4.1-2025-04-14:acme:full-sft:Bz, user model=gpt-4.1, mode=default",
        ),
        (
            "exp/ollama_chat/qwen2.5:7b_telecom_no-user_gpt-4.1-2025-04-14_4trials_5tasks.json",
            "env=telecom, model=ollama_chat/qwen2.5:7b, user model=gpt-4.1-2025-04-14, mode=no-user",
        ),
        ("gpt-4.1_retail_defautl_ollama/qwen_1trials.json", "env=retail, model=gpt-4.1, user model=ollama/qwen, mode=default"),
        ("m_x_banking_knowledge_default_u_1trial.json", "env=banking_knowledge, model=m_x, user model=u, mode=default"),
        ("runs/results.json", ""),
        ("task_12_human.json", ""),
    ] {
        assert_eq!(named(path), expected, "{path}");
    }
}

#[test]
fn info_decides_and_another_model_in_the_name_is_told() {
    let (identity, conflicts) = resolved("retail/gpt-4o/acme_airline_gpt-5.json", &quill(), &Overrides::default());
    let expected = "env=airline (content), model=acme/quill-7b (content), strategy=llm_agent (content), \
                    user model=gpt-4o (content), mode=default (content), max steps=200 (content), version=0123abcd (content)";
    assert_eq!(identity, expected);
    assert_eq!(conflicts.len(), 1);
    let start = "model: the content says \"acme/quill-7b\", the file name says \"gpt-5\"";
    assert!(conflicts[0].starts_with(start), "{conflicts:?}");
    let said = Said { model: Some("gpt-4o".into()), ..quill() };
    assert_eq!(resolved("gpt4o_airline.json", &said, &Overrides::default()).1, [""; 0]);
    assert_eq!(resolved("gpt-4o-high_airline.json", &said, &Overrides::default()).1.len(), 1);
    let effort = [("agent.reasoning_effort".to_owned(), "high".to_owned())];
    let said = Said { settings: effort.into(), ..said };
    assert_eq!(resolved("gpt-4o-high_airline.json", &said, &Overrides::default()).1, [""; 0]);
}

#[test]
fn the_user_goes_first_and_keys_go_out() {
    let overrides =
        Overrides { layout: Layout::parse("{env}/{_}.json").ok(), maps: vec![MapRule::parse("x=>model=mine").unwrap()] };
    let said = Said { user_model: Some("sk-proj-INVENTEDSECRET0123456789".into()), ..quill() };
    let (identity, conflicts) = resolved("retail/x.json", &said, &overrides);
    assert!(identity.starts_with("env=retail (--layout), model=mine (--map), strategy=llm_agent (content)"), "{identity}");
    assert!(identity.contains("user model=[redacted:"), "{identity}");
    assert_eq!(conflicts, ["env: --layout says \"retail\", but the content says \"airline\"; \"retail\" was taken, as told"]);
}
