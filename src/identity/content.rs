//! What the messages of a file give away about environment and strategy.
//!
//! The parser hands over each message as it streams by; the hints only count. All counters add up, so hints gathered over
//! parts of a file and [merged](ContentHints::merge) say the same as hints gathered over the whole.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use memchr::memmem;
use regex::Regex;

use super::Field;
use super::by_record::RecordSays;
use super::tables::ENVS;

/// How much of the beginning of a system message is searched for the policy heading, in bytes.
const HEADING_BYTES: usize = 2048;
/// How much of the end of a system message is searched for the format instruction, in bytes. τ-bench's take 1.8 KB.
const INSTRUCTION_BYTES: usize = 4096;
/// How much of the end of an assistant message is searched for `Thought:` and `Action:`, in bytes.
const SHAPE_BYTES: usize = 4096;

/// `# Airline Agent Policy`, `# Retail agent policy`.
static HEADING: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?im)^#{1,3}[ \t]+([a-z0-9][a-z0-9 _-]{0,39}?)[ \t]+agent[ \t]+policy\b").ok());

/// Tools only one environment has. `get_user_details`, `calculate`, `think`, `transfer_to_human_agents` are shared.
const TOOLS: [(&str, usize); 43] = [
    ("book_reservation", 0),
    ("cancel_reservation", 0),
    ("get_reservation_details", 0),
    ("get_flight_status", 0),
    ("list_all_airports", 0),
    ("search_direct_flight", 0),
    ("search_onestop_flight", 0),
    ("send_certificate", 0),
    ("update_reservation_baggages", 0),
    ("update_reservation_flights", 0),
    ("update_reservation_passengers", 0),
    ("cancel_pending_order", 1),
    ("exchange_delivered_order_items", 1),
    ("find_user_id_by_email", 1),
    ("find_user_id_by_name_zip", 1),
    ("get_item_details", 1),
    ("get_order_details", 1),
    ("get_product_details", 1),
    ("list_all_product_types", 1),
    ("list_order_items", 1),
    ("list_product_variants", 1),
    ("list_user_orders", 1),
    ("modify_pending_order_address", 1),
    ("modify_pending_order_items", 1),
    ("modify_pending_order_payment", 1),
    ("modify_user_address", 1),
    ("return_delivered_order_items", 1),
    ("check_network_status", 2),
    ("disable_roaming", 2),
    ("enable_roaming", 2),
    ("get_bills_for_customer", 2),
    ("get_customer_by_id", 2),
    ("get_customer_by_name", 2),
    ("get_customer_by_phone", 2),
    ("get_data_usage", 2),
    ("get_details_by_id", 2),
    ("refuel_data", 2),
    ("resume_line", 2),
    ("run_speed_test", 2),
    ("send_payment_request", 2),
    ("suspend_line", 2),
    ("toggle_airplane_mode", 2),
    ("toggle_roaming", 2),
];

/// Counters of what was seen in the messages of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ContentHints {
    /// System messages by the environment their policy heading names.
    headings: BTreeMap<String, u64>,
    /// Tools of reference solutions by environment, in the order of [`ENVS`].
    gold: [u64; ENVS.len()],
    /// Tools called, likewise.
    calls: [u64; ENVS.len()],
    /// Which of [`TOOLS`] were called, a bit each.
    called: u64,
    /// System messages that end in τ-bench's ACT instruction.
    act_instructions: u64,
    /// System messages that end in τ-bench's REACT instruction.
    react_instructions: u64,
    /// Entries of `tool_calls`.
    tool_calls: u64,
    /// Assistant messages with text.
    texts: u64,
    /// Assistant messages with `Action:` and a JSON object.
    actions: u64,
    /// Those of them with `Thought:` before it.
    thoughts: u64,
    /// User messages that feed back a tool's result, as τ-bench's text agents do.
    api_outputs: u64,
}

impl ContentHints {
    /// Looks at a system message: policy heading and format instruction.
    pub fn system(&mut self, text: &str) {
        let head = &text[..text.floor_char_boundary(HEADING_BYTES)];
        if let Some(found) = HEADING.as_ref().and_then(|heading| heading.captures(head)) {
            *self.headings.entry(found[1].trim().to_lowercase()).or_default() += 1;
        }
        let tail = end_of(text, INSTRUCTION_BYTES);
        if has(tail, "generation should have exactly the following format") && find_action(tail).is_some() {
            if has_line(tail, "Thought:") {
                self.react_instructions += 1;
            } else {
                self.act_instructions += 1;
            }
        }
    }

    /// Looks at the text of an assistant message: `Thought:` and `Action:`, after any `<think>` part.
    pub fn assistant_text(&mut self, text: &str) {
        let tail = end_of(text, SHAPE_BYTES);
        let spoken = tail.rfind("</think>").map_or(tail, |at| &tail[at..]);
        if spoken.trim().is_empty() {
            return;
        }
        self.texts += 1;
        if let Some(at) = find_action(spoken) {
            self.actions += 1;
            self.thoughts += u64::from(has_line(&spoken[..at], "Thought:"));
        }
    }

    /// Looks at the text of a user message.
    pub fn user_text(&mut self, text: &str) {
        self.api_outputs += u64::from(text.starts_with("API output:"));
    }

    /// Counts the name in an entry of an assistant message's `tool_calls`.
    pub fn tool_call_name(&mut self, name: &str) {
        self.tool_calls += 1;
        if let Some(tool) = vote(&mut self.calls, name) {
            self.called |= 1 << tool;
        }
    }

    /// Counts the name of an action of the task's reference solution.
    pub fn gold_action_name(&mut self, name: &str) {
        vote(&mut self.gold, name);
    }

    /// Adds the counts of another part of the same file.
    pub fn merge(&mut self, other: &Self) {
        for (heading, count) in &other.headings {
            *self.headings.entry(heading.clone()).or_default() += count;
        }
        for (mine, theirs) in self.gold.iter_mut().chain(&mut self.calls).zip(other.gold.into_iter().chain(other.calls)) {
            *mine += theirs;
        }
        self.called |= other.called;
        self.act_instructions += other.act_instructions;
        self.react_instructions += other.react_instructions;
        self.tool_calls += other.tool_calls;
        self.texts += other.texts;
        self.actions += other.actions;
        self.thoughts += other.thoughts;
        self.api_outputs += other.api_outputs;
    }

    /// Returns the environment: the one the policy headings name, else the one most tools belong to.
    ///
    /// Headings of two environments in one file, or tool names without a clear majority, say nothing.
    pub fn env(&self) -> Option<String> {
        if let Some(heading) = self.headings.keys().next() {
            return (self.headings.len() == 1).then(|| heading.clone());
        }
        let tools: Vec<u64> = self.gold.iter().zip(self.calls).map(|(gold, calls)| gold + calls).collect();
        let all: u64 = tools.iter().sum();
        let winner = tools.iter().position(|&votes| votes * 2 > all)?;
        Some(ENVS[winner].to_owned())
    }

    /// Returns the strategy, as far as messages can tell: `tool-calling`, `act` or `react`.
    ///
    /// The format instruction decides; without one, `tool_calls` mean tool-calling; without these, the shape of the
    /// assistant's texts. Few-shot agents call tools as well, so `tool-calling` may stand for them.
    pub fn strategy(&self) -> Option<&'static str> {
        match (self.act_instructions, self.react_instructions) {
            (0, 0) => self.strategy_by_shape(),
            (_, 0) => Some("act"),
            (0, _) => Some("react"),
            _ => None,
        }
    }

    /// Returns what is certain of one record, from hints of that record alone: the environment of its one policy heading, else the one
    /// to which all of the reference's tools belong, else the one to which all tools that were called belong, two tools at least; and the
    /// strategy that the format instruction of its prompt states. A majority proves nothing here, nor does one tool: an agent may call tools
    /// that its environment lacks.
    pub fn certain(&self) -> RecordSays {
        let only = |votes: &[u64; ENVS.len()]| {
            let mut voted = votes.iter().zip(ENVS).filter(|(votes, _)| **votes > 0);
            voted.next().map(|(_, env)| env).filter(|_| voted.next().is_none())
        };
        let any_gold = self.gold.iter().any(|votes| *votes > 0);
        let calls = || only(&self.calls).filter(|_| self.called.count_ones() > 1);
        let by_tools = || if any_gold { only(&self.gold) } else { calls() };
        let env = match self.headings.keys().next() {
            Some(heading) => Some(heading.as_str()).filter(|_| self.headings.len() == 1),
            None => by_tools(),
        };
        let strategy = match (self.act_instructions, self.react_instructions) {
            (1.., 0) => Some("act"),
            (0, 1..) => Some("react"),
            _ => None,
        };
        let mut says = RecordSays::default();
        says.put(Field::Env, env);
        says.put(Field::Strategy, strategy);
        says
    }

    fn strategy_by_shape(&self) -> Option<&'static str> {
        if self.tool_calls > 0 {
            return Some("tool-calling");
        }
        let is_text_agent = self.actions > 0 && (self.api_outputs > 0 || self.actions * 2 > self.texts);
        is_text_agent.then_some(if self.thoughts * 2 > self.actions { "react" } else { "act" })
    }
}

/// Counts a tool for the environment that alone has it; returns its place in [`TOOLS`].
fn vote(votes: &mut [u64; ENVS.len()], name: &str) -> Option<usize> {
    let tool = TOOLS.iter().position(|(tool, _)| *tool == name)?;
    if let Some(count) = TOOLS.get(tool).and_then(|(_, env)| votes.get_mut(*env)) {
        *count += 1;
    }
    Some(tool)
}

/// The last `bytes` of a text, from a character boundary on.
fn end_of(text: &str, bytes: usize) -> &str {
    &text[text.ceil_char_boundary(text.len().saturating_sub(bytes))..]
}

fn has(text: &str, needle: &str) -> bool {
    memmem::find(text.as_bytes(), needle.as_bytes()).is_some()
}

/// Returns whether some line begins with `start`.
fn has_line(text: &str, start: &str) -> bool {
    text.lines().any(|line| line.trim_start().starts_with(start))
}

/// Offset of the last `Action:` that a JSON object follows.
fn find_action(text: &str) -> Option<usize> {
    const MARK: &str = "Action:";
    memmem::rfind_iter(text.as_bytes(), MARK).find(|at| text[at + MARK.len()..].trim_start().starts_with('{'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const FORMAT: &str = "# Instruction\nAt each step, your generation should have exactly the following format:\n";
    const EXAMPLE: &str = "Action:\n{\"name\": \"get_current_weather\", \"arguments\": {}}\n\nTry to be helpful.\n";

    fn act_prompt() -> String {
        format!("# Airline Agent Policy\n\nThe current time is…\n{FORMAT}\nAction:\n{{\"name\": <The name>}}\n{EXAMPLE}")
    }

    fn react_prompt() -> String {
        format!("# Retail agent policy\n{}\n{FORMAT}\nThought:\n<A line>\nAction:\nThought:\nx\n{EXAMPLE}", "é".repeat(9000))
    }

    fn hints(feed: impl FnOnce(&mut ContentHints)) -> ContentHints {
        let mut hints = ContentHints::default();
        feed(&mut hints);
        hints
    }

    #[test]
    fn the_heading_names_the_environment() {
        assert_eq!(hints(|h| h.system(&act_prompt())).env().as_deref(), Some("airline"));
        assert_eq!(hints(|h| h.system(&react_prompt())).env().as_deref(), Some("retail"));
        assert_eq!(hints(|h| h.system("<policy>\n# Car Rental Agent Policy\n")).env().as_deref(), Some("car rental"));
        assert_eq!(hints(|h| h.system("You are an airline agent. Follow the policy.")).env(), None);
    }

    #[test]
    fn two_headings_in_one_file_name_none() {
        let mixed = hints(|h| {
            h.system("# Airline Agent Policy");
            h.system("# Retail agent policy");
            h.tool_call_name("book_reservation");
        });
        assert_eq!(mixed.env(), None);
        assert_eq!(mixed.certain(), RecordSays::default());
    }

    #[test]
    fn two_instructions_in_one_file_name_no_strategy() {
        let mixed = hints(|h| {
            h.system(&react_prompt());
            h.system(&act_prompt().replace("Airline Agent", "Retail agent"));
        });
        assert_eq!(mixed.strategy(), None);
        assert_eq!(mixed.certain().values.get(&Field::Strategy), None);
    }

    #[test]
    fn tools_vote_where_there_is_no_heading() {
        let retail = hints(|h| {
            h.gold_action_name("get_order_details");
            h.tool_call_name("cancel_pending_order");
            h.tool_call_name("book_reservation");
        });
        assert_eq!(retail.env().as_deref(), Some("retail"));
        let shared = hints(|h| {
            for tool in ["get_user_details", "calculate", "think", "transfer_to_human_agents"] {
                h.tool_call_name(tool);
            }
        });
        assert_eq!(shared.env(), None);
        let tied = hints(|h| {
            h.tool_call_name("resume_line");
            h.tool_call_name("book_reservation");
        });
        assert_eq!(tied.env(), None);
    }

    #[test]
    fn a_record_is_certain_only_where_nothing_speaks_against_it() {
        let env = |feed: &dyn Fn(&mut ContentHints)| hints(|h| feed(h)).certain().values.get(&Field::Env).cloned();
        let called = |names: &[&str]| env(&|h| names.iter().for_each(|name| h.tool_call_name(name)));
        assert_eq!(called(&["book_reservation", "think", "get_flight_status"]).as_deref(), Some("airline"));
        assert_eq!(called(&["book_reservation", "think"]), None);
        assert_eq!(called(&["book_reservation", "book_reservation", "get_order_details"]), None);
        // What the task asks for tells more than what the agent tried.
        let stray = env(&|h| {
            h.gold_action_name("get_order_details");
            h.tool_call_name("book_reservation");
        });
        assert_eq!(stray.as_deref(), Some("retail"));
    }

    #[test]
    fn the_instruction_decides_the_strategy() {
        assert_eq!(hints(|h| h.system(&act_prompt())).strategy(), Some("act"));
        assert_eq!(hints(|h| h.system(&react_prompt())).strategy(), Some("react"));
        // A stray tool call does not make a text agent a tool-calling one.
        let stray = hints(|h| {
            h.system(&act_prompt());
            h.tool_call_name("think");
        });
        assert_eq!(stray.strategy(), Some("act"));
    }

    #[test]
    fn tool_calls_mean_tool_calling() {
        let fc = hints(|h| {
            h.system("# Airline Agent Policy");
            h.assistant_text("Action:\n{\"name\": \"think\"}");
            h.tool_call_name("think");
        });
        assert_eq!(fc.strategy(), Some("tool-calling"));
        assert_eq!(hints(|h| h.gold_action_name("think")).strategy(), None);
        assert_eq!(hints(|h| h.assistant_text("```python\nprint(1)")).strategy(), None);
    }

    #[test]
    fn shapes_tell_where_the_prompt_was_cut_away() {
        let act = hints(|h| {
            h.assistant_text("<think>\nThought: hm\n</think>\n\nAction:\n{\"name\": \"think\", \"arguments\": {}}");
            h.user_text("API output: {}");
            h.assistant_text("Anything else?");
            h.assistant_text("Bye.");
        });
        assert_eq!(act.strategy(), Some("act"));
        let react = hints(|h| h.assistant_text("<think>\n</think>\n\nThought:\nI look.\nAction: {\"name\": \"think\"}"));
        assert_eq!(react.strategy(), Some("react"));
        let prose = hints(|h| h.assistant_text("Action: none is needed."));
        assert_eq!(prose.strategy(), None);
    }

    #[derive(Debug, Clone)]
    enum Message {
        System(String),
        Assistant(String),
        User(String),
        Tool(String),
        Gold(String),
    }

    fn feed(hints: &mut ContentHints, messages: &[Message]) {
        for message in messages {
            match message {
                Message::System(text) => hints.system(text),
                Message::Assistant(text) => hints.assistant_text(text),
                Message::User(text) => hints.user_text(text),
                Message::Tool(name) => hints.tool_call_name(name),
                Message::Gold(name) => hints.gold_action_name(name),
            }
        }
    }

    fn message() -> impl Strategy<Value = Message> {
        let tool = || prop::sample::select(vec!["book_reservation", "get_order_details", "think"]).prop_map(str::to_owned);
        prop_oneof![
            prop::sample::select(vec![act_prompt(), react_prompt(), "# X".to_owned()]).prop_map(Message::System),
            ".{0,20}(Thought:\n)?(Action:\n\\{\\})?".prop_map(Message::Assistant),
            "(API output: )?.{0,9}".prop_map(Message::User),
            tool().prop_map(Message::Tool),
            tool().prop_map(Message::Gold),
        ]
    }

    proptest! {
        #[test]
        fn parts_merged_say_what_the_whole_says(messages in prop::collection::vec(message(), 0..20), cut in 0_usize..20) {
            let whole = hints(|h| feed(h, &messages));
            let (first, second) = messages.split_at(cut.min(messages.len()));
            let mut merged = hints(|h| feed(h, first));
            merged.merge(&hints(|h| feed(h, second)));
            prop_assert_eq!(&merged, &whole);
            prop_assert_eq!(merged.env(), whole.env());
            prop_assert_eq!(merged.strategy(), whole.strategy());
        }
    }
}
