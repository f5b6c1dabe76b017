//! Task ids: integers in τ-bench, strings in τ²-bench, one ordered type here.

use std::{cmp::Ordering, fmt};

use crate::redact::shown;

/// Id of a task within its environment.
///
/// `10` and `"10"` are the same id. Order is natural: runs of digits compare as numbers, so `task_2` comes before `task_10`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TaskId(String);

impl TaskId {
    /// Makes an id from its text form.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Returns the id as text, as the file spells it, secrets veiled: to compare, not to show.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<i64> for TaskId {
    fn from(id: i64) -> Self {
        Self(id.to_string())
    }
}

/// As it is shown: without secrets, long ones cut.
impl fmt::Display for TaskId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&shown(&self.0))
    }
}

impl PartialOrd for TaskId {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for TaskId {
    fn cmp(&self, other: &Self) -> Ordering {
        natural_cmp(&self.0, &other.0)
    }
}

/// Compares two texts naturally: runs of ASCII digits as numbers, everything else byte by byte.
///
/// Texts that are equal as numbers but differ in leading zeros are ordered by their bytes, so the order is total and agrees
/// with equality.
pub fn natural_cmp(a: &str, b: &str) -> Ordering {
    let (mut x, mut y) = (a.as_bytes(), b.as_bytes());
    while let (Some(&p), Some(&q)) = (x.first(), y.first()) {
        if p.is_ascii_digit() && q.is_ascii_digit() {
            let (dx, rx) = split_digits(x);
            let (dy, ry) = split_digits(y);
            let (tx, ty) = (trim_zeros(dx), trim_zeros(dy));
            let order = tx.len().cmp(&ty.len()).then_with(|| tx.cmp(ty));
            if order != Ordering::Equal {
                return order;
            }
            (x, y) = (rx, ry);
        } else if p == q {
            (x, y) = (&x[1..], &y[1..]);
        } else {
            return p.cmp(&q);
        }
    }
    x.len().cmp(&y.len()).then_with(|| a.as_bytes().cmp(b.as_bytes()))
}

fn split_digits(text: &[u8]) -> (&[u8], &[u8]) {
    let end = text.iter().position(|b| !b.is_ascii_digit()).unwrap_or(text.len());
    text.split_at(end)
}

fn trim_zeros(digits: &[u8]) -> &[u8] {
    let start = digits.iter().position(|b| *b != b'0').unwrap_or(digits.len());
    &digits[start..]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn orders_numbers_naturally() {
        let mut ids: Vec<TaskId> = ["10", "9", "task_10", "task_2", "007", "7"].map(TaskId::new).into();
        ids.sort();
        let text: Vec<&str> = ids.iter().map(TaskId::as_str).collect();
        assert_eq!(text, ["007", "7", "9", "10", "task_2", "task_10"]);
        assert_eq!(TaskId::from(10), TaskId::new("10"));
    }

    proptest! {
        #[test]
        fn order_is_total_and_agrees_with_equality(a in "[a-b0-1]{0,6}", b in "[a-b0-1]{0,6}", c in "[a-b0-1]{0,6}") {
            prop_assert_eq!(natural_cmp(&a, &b), natural_cmp(&b, &a).reverse());
            prop_assert_eq!(natural_cmp(&a, &b) == Ordering::Equal, a == b);
            if natural_cmp(&a, &b).is_le() && natural_cmp(&b, &c).is_le() {
                prop_assert!(natural_cmp(&a, &c).is_le());
            }
        }
    }
}
