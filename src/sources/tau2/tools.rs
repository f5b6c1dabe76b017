//! Which tools write.

/// First words of the names of tools that only read, think or hand over.
const READING: [&str; 19] = [
    "get",
    "find",
    "search",
    "list",
    "check",
    "calculate",
    "think",
    "transfer",
    "lookup",
    "look",
    "read",
    "view",
    "show",
    "query",
    "fetch",
    "compute",
    "track",
    "is",
    "can",
];

/// First words of the names of tools that change something.
const WRITING: [&str; 49] = [
    "add",
    "apply",
    "assign",
    "book",
    "cancel",
    "change",
    "close",
    "connect",
    "create",
    "delete",
    "disable",
    "disconnect",
    "downgrade",
    "enable",
    "exchange",
    "grant",
    "insert",
    "issue",
    "make",
    "modify",
    "move",
    "open",
    "order",
    "pay",
    "place",
    "reboot",
    "record",
    "refuel",
    "refund",
    "register",
    "remove",
    "request",
    "reschedule",
    "reseat",
    "reserve",
    "reset",
    "resume",
    "return",
    "revoke",
    "schedule",
    "send",
    "set",
    "submit",
    "suspend",
    "toggle",
    "unseat",
    "update",
    "upgrade",
    "write",
];

/// Tools whose first word misleads.
const RUN_SPEED_TEST: &str = "run_speed_test";

/// Returns whether a tool writes: as recorded (τ²-bench `environment/toolkit.py`, `ToolType`), else told by its name; `None`
/// where neither says.
pub(super) fn writes(tool_type: Option<&str>, name: &str) -> Option<bool> {
    match tool_type {
        Some("write") => return Some(true),
        Some("read" | "think" | "generic") => return Some(false),
        _ => {}
    }
    let lower = name.to_ascii_lowercase();
    let verb = lower.split(['_', '-', '.']).next().unwrap_or_default();
    if lower == RUN_SPEED_TEST || READING.contains(&verb) {
        return Some(false);
    }
    WRITING.contains(&verb).then_some(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_record_decides_before_the_name() {
        assert_eq!(writes(Some("write"), "get_order_details"), Some(true));
        assert_eq!(writes(Some("generic"), "book_reservation"), Some(false));
        for (name, expected) in [
            ("get_order_details", Some(false)),
            ("transfer_to_human_agents", Some(false)),
            ("calculate", Some(false)),
            ("run_speed_test", Some(false)),
            ("can_send_mms", Some(false)),
            ("cancel_pending_order", Some(true)),
            ("toggle_airplane_mode", Some(true)),
            ("reset_apn_settings", Some(true)),
            ("escalate_to_human", None),
            ("getaway", None),
            ("crear_solicitud", None),
            ("", None),
        ] {
            assert_eq!(writes(None, name), expected, "{name}");
        }
    }
}
