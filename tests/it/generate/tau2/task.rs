//! Domains and their tasks. Tool names and the form of ids follow τ²-bench; the rest is invented.

use crate::generate::json::{Json, object};

pub(super) const DB: &str = "DB";
pub(super) const COMMUNICATE: &str = "COMMUNICATE";
pub(super) const ENV_ASSERTION: &str = "ENV_ASSERTION";
pub(super) const NL_ASSERTION: &str = "NL_ASSERTION";
pub(super) const ACTION: &str = "ACTION";
/// In τ²-bench's order.
pub(super) const COMPONENTS: [&str; 5] = [DB, COMMUNICATE, ENV_ASSERTION, NL_ASSERTION, ACTION];

/// A domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Domain {
    Airline,
    Retail,
    Telecom,
}

impl Domain {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Airline => "airline",
            Self::Retail => "retail",
            Self::Telecom => "telecom",
        }
    }

    pub(super) fn tasks(self) -> &'static [Task] {
        match self {
            Self::Airline => &AIRLINE,
            Self::Retail => &RETAIL,
            Self::Telecom => &TELECOM,
        }
    }
}

/// An action of a reference path.
#[derive(Debug, Clone, Copy)]
pub(super) struct Action {
    pub(super) tool: &'static str,
    /// `None`: the name does not tell.
    pub(super) writes: Option<bool>,
    /// Whether the user is to call the tool.
    pub(super) by_user: bool,
    /// Name and value of its argument.
    pub(super) argument: (&'static str, &'static str),
}

impl Action {
    pub(super) fn requestor(&self) -> &'static str {
        if self.by_user { "user" } else { "assistant" }
    }

    pub(super) fn arguments(&self) -> Json {
        let (name, value) = self.argument;
        if name.is_empty() {
            object! {}
        } else {
            Json::Object(vec![(name.to_owned(), value.into())])
        }
    }

    /// The action as tasks and action checks have it.
    pub(super) fn json(&self, number: usize) -> Json {
        object! {
            "action_id": format!("{}_{number}", self.tool),
            "requestor": self.requestor(),
            "name": self.tool,
            "arguments": self.arguments(),
            "info": Json::Null,
            "compare_args": Json::Null,
        }
    }
}

const fn agent(tool: &'static str, writes: bool, argument: (&'static str, &'static str)) -> Action {
    Action { tool, writes: Some(writes), by_user: false, argument }
}

const fn user(tool: &'static str) -> Action {
    Action { tool, writes: Some(true), by_user: true, argument: ("", "") }
}

/// A task.
#[derive(Debug, Clone, Copy)]
pub(super) struct Task {
    pub(super) id: &'static str,
    pub(super) request: &'static str,
    pub(super) actions: &'static [Action],
    /// What the agent has to say.
    pub(super) communicate: &'static [&'static str],
    pub(super) nl: &'static [&'static str],
    /// Functions that check the environment.
    pub(super) assertions: &'static [&'static str],
    pub(super) basis: &'static [&'static str],
}

impl Task {
    /// Whether there is something to check for a component; the database always is.
    pub(super) fn asks(&self, component: &str) -> bool {
        match component {
            COMMUNICATE => !self.communicate.is_empty(),
            ENV_ASSERTION => !self.assertions.is_empty(),
            NL_ASSERTION => !self.nl.is_empty(),
            ACTION => !self.actions.is_empty(),
            _ => true,
        }
    }

    /// The issue in `[mms_issue]…`.
    pub(super) fn intent(&self) -> Option<&'static str> {
        self.id.strip_prefix('[')?.split(']').next()
    }

    /// The persona in `…[PERSONA:None]`.
    pub(super) fn persona(&self) -> Option<&'static str> {
        Some(self.id.split_once("[PERSONA:")?.1.trim_end_matches(']'))
    }

    /// The task as results have it.
    pub(super) fn json(&self, domain: Domain) -> Json {
        let texts = |texts: &[&str]| Json::List(texts.iter().map(|text| Json::from(*text)).collect());
        let or_null = |list: Json| if list == Json::List(Vec::new()) { Json::Null } else { list };
        let assertions = self.assertions.iter().map(|name| assertion(name)).collect();
        object! {
            "id": self.id,
            "description": object! {"purpose": Json::Null, "relevant_policies": Json::Null, "notes": Json::Null},
            "user_scenario": object! {
                "persona": Json::Null,
                "instructions": object! {"domain": domain.name(), "reason_for_call": self.request},
            },
            "initial_state": Json::Null,
            "evaluation_criteria": object! {
                "actions": Json::List(self.actions.iter().enumerate().map(|(number, action)| action.json(number)).collect()),
                "env_assertions": or_null(Json::List(assertions)),
                "communicate_info": texts(self.communicate),
                "nl_assertions": or_null(texts(self.nl)),
                "reward_basis": texts(self.basis),
            },
        }
    }
}

/// An assertion on the environment.
pub(super) fn assertion(function: &str) -> Json {
    object! {"env_type": "user", "func_name": function, "arguments": object! {}, "assert_value": true, "message": Json::Null}
}

const SAID: &[&str] = &[DB, COMMUNICATE];
const NONE: Task = Task { id: "", request: "", actions: &[], communicate: &[], nl: &[], assertions: &[], basis: SAID };

const AIRLINE: [Task; 6] = [
    Task { id: "0", request: "Cancel a fare that cannot be cancelled.", nl: &["Agent refuses to cancel."], ..NONE },
    Task {
        id: "1",
        request: "Cancel reservation Q1.",
        actions: &[
            agent("get_reservation_details", false, ("reservation_id", "Q1")),
            agent("cancel_reservation", true, ("reservation_id", "Q1")),
        ],
        ..NONE
    },
    Task {
        id: "2",
        request: "Book the cheapest flight to HAN.",
        actions: &[
            agent("get_user_details", false, ("user_id", "ines_ode_4")),
            agent("search_direct_flight", false, ("destination", "HAN")),
            agent("book_reservation", true, ("flight", "TR327")),
        ],
        communicate: &["327"],
        ..NONE
    },
    Task {
        id: "3",
        request: "Fly a day later.",
        actions: &[
            agent("get_reservation_details", false, ("reservation_id", "Z8")),
            agent("update_reservation_flights", true, ("reservation_id", "Z8")),
        ],
        communicate: &["1628", "42"],
        nl: &["Agent names the new date."],
        ..NONE
    },
    Task { id: "4", request: "Ask about baggage, change nothing.", ..NONE },
    Task {
        id: "10",
        request: "Complain about a delay.",
        actions: &[
            agent("get_reservation_details", false, ("reservation_id", "K5")),
            agent("calculate", false, ("expression", "2 * 50")),
            agent("send_certificate", true, ("amount", "100")),
        ],
        nl: &["Agent offers no more than 100 dollars.", "Agent confirms the delay first."],
        basis: &[DB, NL_ASSERTION],
        ..NONE
    },
];

const RETAIL: [Task; 4] = [
    Task {
        id: "0",
        request: "Cancel order W1.",
        actions: &[
            agent("get_order_details", false, ("order_id", "W1")),
            agent("cancel_pending_order", true, ("order_id", "W1")),
        ],
        ..NONE
    },
    Task {
        id: "1",
        request: "Exchange a kettle.",
        actions: &[
            agent("find_user_id_by_email", false, ("email", "noor@example.com")),
            agent("exchange_delivered_order_items", true, ("order_id", "W2")),
        ],
        communicate: &["54.04"],
        ..NONE
    },
    Task { id: "2", request: "Ask how many shirts there are.", communicate: &["10"], ..NONE },
    Task {
        id: "3",
        request: "Get a refund that needs a supervisor.",
        actions: &[
            agent("get_user_details", false, ("user_id", "noor_abe_7")),
            Action { writes: None, ..agent("escalate_case", true, ("user_id", "noor_abe_7")) },
        ],
        ..NONE
    },
];

const TELECOM: [Task; 5] = [
    Task {
        id: "[mms_issue]airplane_mode_on|bad_network_preference[PERSONA:None]",
        request: "No picture messages.",
        actions: &[user("toggle_airplane_mode"), user("set_network_mode_preference")],
        assertions: &["assert_can_send_mms"],
        basis: &[ENV_ASSERTION],
        ..NONE
    },
    Task {
        id: "[mms_issue]bad_wifi_calling|break_apn_mms_setting[PERSONA:Easy]",
        request: "Pictures do not arrive.",
        actions: &[user("toggle_wifi_calling"), user("reset_apn_settings"), user("reboot_device")],
        assertions: &["assert_can_send_mms"],
        basis: &[ENV_ASSERTION],
        ..NONE
    },
    Task {
        id: "[mobile_data_issue]data_mode_off|data_usage_exceeded[PERSONA:None]",
        request: "No data.",
        actions: &[user("toggle_data"), agent("refuel_data", true, ("gb_amount", "2.0"))],
        assertions: &["assert_mobile_data_status", "assert_internet_speed"],
        basis: &[ENV_ASSERTION, ACTION],
        ..NONE
    },
    Task {
        id: "[mobile_data_issue]user_abroad_roaming_off[PERSONA:Hard]",
        request: "No data abroad.",
        actions: &[agent("enable_roaming", true, ("line_id", "L1002"))],
        assertions: &["assert_mobile_data_status"],
        basis: &[ENV_ASSERTION],
        ..NONE
    },
    Task {
        id: "[service_issue]lock_sim_card_pin[PERSONA:Hard]",
        request: "No service at all.",
        actions: &[agent("transfer_to_human_agents", false, ("summary", "SIM locked"))],
        assertions: &["assert_service_status"],
        basis: &[ENV_ASSERTION],
        ..NONE
    },
];
