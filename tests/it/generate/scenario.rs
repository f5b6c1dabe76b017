//! What the invented customers want: one scenario per task, the same for every model and trial.

use super::json::{Json, object};

/// An environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Env {
    Airline,
    Retail,
}

impl Env {
    /// The name used in paths.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Airline => "airline",
            Self::Retail => "retail",
        }
    }

    /// The policy a run starts with: τ-bench's headings, our own short text.
    pub(super) fn policy(self) -> &'static str {
        match self {
            Self::Airline => {
                "# Airline Agent Policy\n\nThe current time is 2031-03-04 09:00:00 EST.\n\n- Ask for a yes before any booking is changed."
            }
            Self::Retail => {
                "# Retail agent policy\n\n- Find out who the user is first.\n- Only pending orders can be cancelled."
            }
        }
    }
}

/// A tool call.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Call {
    /// The tool's name.
    pub(super) name: &'static str,
    /// Its arguments.
    pub(super) arguments: Json,
}

impl Call {
    fn new(name: &'static str, arguments: Json) -> Self {
        Self { name, arguments }
    }
}

/// One task.
pub(super) struct Scenario {
    /// Id of the customer.
    pub(super) user_id: String,
    /// The customer's name.
    pub(super) name: &'static str,
    /// What the customer asks for.
    pub(super) request: String,
    /// The call that finds the booking or order, and what it returns.
    pub(super) lookup: (Call, Json),
    /// The call that does what is asked.
    pub(super) action: Call,
    /// The same call with a mistake in it.
    pub(super) mistake: Call,
}

const PEOPLE: [(&str, &str); 12] = [
    ("Nora Vance", "nora_vance_1042"),
    ("Zo\u{eb} \u{c5}nders", "zoe_anders_2210"),
    ("Tomas Reyl", "tomas_reyl_3391"),
    ("Imke Dorn", "imke_dorn_4087"),
    ("Pavel \u{17d}ilka", "pavel_zilka_5120"),
    ("Asha Menor", "asha_menor_6655"),
    ("Lucan Pryde", "lucan_pryde_7003"),
    ("Mei Tarrow", "mei_tarrow_7718"),
    ("Odile Renn", "odile_renn_8246"),
    ("Bram Okeke", "bram_okeke_8890"),
    ("Sefa Lindt", "sefa_lindt_9134"),
    ("Yuri Caldo", "yuri_caldo_9977"),
];

/// Makes the scenario of a task.
pub(super) fn scenario(env: Env, task: usize) -> Scenario {
    let (name, user_id) = PEOPLE[task % PEOPLE.len()];
    match env {
        Env::Airline => airline(task, name, user_id),
        Env::Retail => retail(task, name, user_id),
    }
}

fn airline(task: usize, name: &'static str, user_id: &str) -> Scenario {
    let id = format!("QX{:04}", 1000 + task * 37);
    let lookup = (
        Call::new("get_reservation_details", object! {"reservation_id": id.as_str()}),
        object! {"reservation_id": id.as_str(), "user_id": user_id, "cabin": "economy"},
    );
    let bags = |count: i64| {
        Call::new(
            "update_reservation_baggages",
            object! {"reservation_id": id.as_str(), "total_baggages": count, "nonfree_baggages": 1_i64},
        )
    };
    let cabin = |cabin: &str| {
        Call::new(
            "update_reservation_flights",
            object! {"reservation_id": id.as_str(), "cabin": cabin, "payment_id": "gift_card_77"},
        )
    };
    let book = |date: &str| {
        Call::new("book_reservation", object! {"user_id": user_id, "origin": "OSL", "destination": "LIS", "date": date})
    };
    let cancel = |id: &str| Call::new("cancel_reservation", object! {"reservation_id": id});
    let (request, lookup, action, mistake) = match task % 4 {
        0 => (format!("I want to cancel reservation {id}."), lookup, cancel(&id), cancel("QX0000")),
        1 => (format!("Two checked bags for {id}, please."), lookup, bags(2), bags(3)),
        2 => (format!("Move {id} to business, on my gift card."), lookup, cabin("business"), cabin("basic_economy")),
        _ => (
            "A one-way flight from Oslo to Lisbon on March 9.".to_owned(),
            (
                Call::new("search_direct_flight", object! {"origin": "OSL", "destination": "LIS", "date": "2031-03-09"}),
                Json::List(vec![object! {"flight_number": format!("HAT{:03}", 100 + task), "price": 129_i64}]),
            ),
            book("2031-03-09"),
            book("2031-03-19"),
        ),
    };
    Scenario { user_id: user_id.to_owned(), name, request, lookup, action, mistake }
}

fn retail(task: usize, name: &'static str, user_id: &str) -> Scenario {
    let id = format!("#W{}", 4_100_000 + task * 7919);
    let item = format!("{}", 51_000 + task * 13);
    let lookup = (
        Call::new("get_order_details", object! {"order_id": id.as_str()}),
        object! {"order_id": id.as_str(), "user_id": user_id, "items": vec![Json::from(item.as_str())]},
    );
    let cancel = |reason: &str| Call::new("cancel_pending_order", object! {"order_id": id.as_str(), "reason": reason});
    let exchange = |new: &str| {
        Call::new(
            "exchange_delivered_order_items",
            object! {"order_id": id.as_str(), "item_ids": vec![Json::from(item.as_str())], "new_item_ids": vec![Json::from(new)]},
        )
    };
    let give_back = |payment: &str| {
        Call::new("return_delivered_order_items", object! {"order_id": id.as_str(), "payment_method_id": payment})
    };
    let address =
        |city: &str| Call::new("modify_pending_order_address", object! {"order_id": id.as_str(), "city": city, "zip": "00417"});
    let (request, action, mistake) = match task % 4 {
        0 => (format!("Cancel {id}, I ordered it by mistake."), cancel("ordered by mistake"), cancel("no longer needed")),
        1 => {
            (format!("Swap the lamp in {id} for the green one \u{2013} caf\u{e9} green."), exchange("62007"), exchange("62008"))
        }
        2 => (
            format!("I send back what came with {id}; refund to PayPal."),
            give_back("paypal_4410"),
            give_back("credit_card_9"),
        ),
        _ => (format!("Deliver {id} to my new address in Tern\u{f8}y."), address("Tern\u{f8}y"), address("Ternby")),
    };
    Scenario { user_id: user_id.to_owned(), name, request, lookup, action, mistake }
}
