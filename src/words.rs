//! Numbers in sentences: counts with their nouns, and verbs that agree with them.

/// Whole numbers from here on are grouped by thousands.
const GROUP_FROM: u64 = 10_000;

/// Groups the digits before the point of a written number by thousands from 10,000 on: `9999`, `12,358`.
pub fn group(number: &str) -> String {
    let (whole, rest) = number.split_at(number.find('.').unwrap_or(number.len()));
    if whole.parse::<u64>().is_ok_and(|value| value < GROUP_FROM) {
        return number.to_owned();
    }
    let mut text = String::new();
    for (index, digit) in whole.char_indices() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text + rest
}

/// Writes a count, grouped by thousands.
pub fn count(number: u64) -> String {
    group(&number.to_string())
}

/// Writes a count with its noun, which is given in the singular: `1 task`, `2 tasks`, `0 copies`.
pub fn plural(number: u64, noun: &str) -> String {
    let before_y = noun.strip_suffix('y').filter(|stem| !stem.ends_with(['a', 'e', 'i', 'o', 'u']));
    match before_y {
        _ if number == 1 => format!("{} {noun}", count(number)),
        Some(stem) => format!("{} {stem}ies", count(number)),
        None => format!("{} {noun}s", count(number)),
    }
}

/// Returns the form of a verb that agrees with a count: `verb(1, "is", "are")`.
pub fn verb<'a>(number: u64, one: &'a str, many: &'a str) -> &'a str {
    if number == 1 { one } else { many }
}

/// Writes a count with its noun and a verb that agrees: `1 file was`, `2 files were`.
pub fn clause(number: u64, noun: &str, one: &str, many: &str) -> String {
    format!("{} {}", plural(number, noun), verb(number, one, many))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nouns_and_verbs_agree_with_their_count() {
        let written = [0, 1, 2, 12_358].map(|number| clause(number, "task", "is", "are"));
        assert_eq!(written, ["0 tasks are", "1 task is", "2 tasks are", "12,358 tasks are"]);
        assert_eq!([1, 2].map(|number| plural(number, "exact copy")), ["1 exact copy", "2 exact copies"]);
        assert_eq!(plural(2, "day"), "2 days");
    }

    #[test]
    fn thousands_are_grouped_from_ten_thousand_on() {
        let written = [9999, 10_000, 123_456, 1_234_567].map(count);
        assert_eq!(written, ["9999", "10,000", "123,456", "1,234,567"]);
    }
}
