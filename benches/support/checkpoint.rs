//! A τ-bench checkpoint like those found: a policy of 6 KB, some 25 messages an episode, tool results that are JSON in a string
//! and therefore full of `\"`, and non-ASCII characters as `\u….` as Python writes them.

use serde_json::{Value, json};

use crate::dice::Dice;

/// One episode takes about 36 KB as compact text.
pub(crate) const EPISODES: u64 = 560;

const WORDS: [&str; 16] = [
    "order", "the", "payment", "you", "method", "pending", "item", "please", "gift", "card", "is", "user", "confirm",
    "address", "to", "exchange",
];

/// Returns the records of a run of 115 tasks.
pub(crate) fn records(episodes: u64) -> Vec<Value> {
    let policy = policy();
    (0..episodes).map(|index| record(index, &policy, &mut Dice(index))).collect()
}

/// Returns the text of a checkpoint on one line with Python's separators, as `json.dump` writes it.
pub(crate) fn compact(records: &[Value]) -> Vec<u8> {
    let lines: Vec<String> = records.iter().map(Value::to_string).collect();
    escaped(&format!("[{}]", lines.join(", ")))
}

/// Returns the text of a checkpoint as `json.dump(…, indent=2)` writes it.
pub(crate) fn indented(records: &[Value]) -> Vec<u8> {
    escaped(&format!("{:#}", Value::from(records.to_vec())))
}

/// `ensure_ascii` of Python.
fn escaped(text: &str) -> Vec<u8> {
    text.replace('—', "\\u2014").replace('é', "\\u00e9").into_bytes()
}

fn policy() -> String {
    let mut dice = Dice(7);
    let rules: Vec<String> = (0..40).map(|_| format!("- {}.", sentence(&mut dice, 22))).collect();
    format!("# Retail agent policy\n\n{}\n", rules.join("\n\n"))
}

fn sentence(dice: &mut Dice, words: u64) -> String {
    let words: Vec<&str> = (0..words).map(|_| WORDS[usize::try_from(dice.below(16)).unwrap_or(0)]).collect();
    words.join(" ")
}

fn record(index: u64, policy: &str, dice: &mut Dice) -> Value {
    let (task, trial) = (index % 115, index / 115);
    if dice.percent(2) {
        let info =
            json!({"error": "litellm.RateLimitError: Error code: 429", "traceback": "Traceback (most recent call last):\n"});
        return json!({"task_id": task, "reward": 0.0, "info": info, "traj": [], "trial": trial});
    }
    let mut messages = vec![json!({"role": "system", "content": policy})];
    for turn in 0..12 {
        messages.extend(exchange(dice, turn));
    }
    let actions: Vec<Value> = (0..4).map(|_| action(dice)).collect();
    let reward = f64::from(u8::from(dice.percent(40)));
    json!({
        "task_id": task,
        "reward": reward,
        "info": {
            "task": {"user_id": "emil_nguyen_1234", "actions": actions, "instruction": sentence(dice, 60), "outputs": []},
            "source": "user",
            "user_cost": 0.0123,
            "reward_info": {"reward": reward, "info": {"r_actions": reward, "gt_data_hash": "5ed21c65cf9e8d0c20ad"}, "actions": actions},
        },
        "traj": messages,
        "trial": trial,
    })
}

fn action(dice: &mut Dice) -> Value {
    json!({"name": "get_order_details", "kwargs": {"order_id": format!("#W{}", dice.below(10_000_000))}})
}

/// A user's words and the agent's answer, or a tool call and its result.
fn exchange(dice: &mut Dice, turn: u64) -> [Value; 2] {
    if dice.percent(40) {
        let words = format!("Thank you — {}\n\n1. {}\n", sentence(dice, 40), sentence(dice, 60));
        return [
            json!({"role": "user", "content": sentence(dice, 30)}),
            json!({"role": "assistant", "content": words, "tool_calls": null, "function_call": null, "refusal": null}),
        ];
    }
    let id = format!("call_{turn}_{}", dice.below(1 << 40));
    let arguments = json!({"order_id": format!("#W{}", dice.below(10_000_000))}).to_string();
    let call = json!({"id": id, "type": "function", "function": {"name": "get_order_details", "arguments": arguments}});
    [
        json!({"role": "assistant", "content": null, "tool_calls": [call], "function_call": null}),
        json!({"role": "tool", "tool_call_id": id, "name": "get_order_details", "content": tool_result(dice)}),
    ]
}

fn tool_result(dice: &mut Dice) -> String {
    let items: Vec<Value> = (0..14)
        .map(|_| {
            let options = json!({"colour": "café", "size": "M", "material": "leather"});
            let item = dice.below(10_000_000_000).to_string();
            json!({"name": "Wireless Earbuds", "product_id": "9924732112", "item_id": item, "price": 256.67, "options": options})
        })
        .collect();
    json!({"order_id": "#W2378156", "user_id": "emil_nguyen_1234", "items": items, "status": "delivered"}).to_string()
}
