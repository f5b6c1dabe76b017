//! JSON whose bytes depend on the value alone.

use serde::Serialize;

/// Writes a value as indented JSON ending with a line feed.
///
/// Fields come in the order of the type, maps in the order of their keys (the crate uses ordered maps only), numbers in the
/// shortest form that reads back to the same number; what is not finite becomes `null`.
///
/// # Errors
/// A map whose keys are not text, or a failing `Serialize`.
pub fn bytes<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>, serde_json::Error> {
    let mut bytes = serde_json::to_vec_pretty(value)?;
    bytes.push(b'\n');
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn nothing_but_finite_numbers() {
        let value = BTreeMap::from([("b", f64::NAN), ("a", 0.1), ("c", f64::INFINITY)]);
        let text = String::from_utf8(bytes(&value).unwrap()).unwrap();
        assert_eq!(text, "{\n  \"a\": 0.1,\n  \"b\": null,\n  \"c\": null\n}\n");
    }

    proptest! {
        #[test]
        fn numbers_read_back(number in prop::num::f64::NORMAL | prop::num::f64::ZERO) {
            let text = String::from_utf8(bytes(&number).unwrap()).unwrap();
            prop_assert_eq!(text.trim().parse::<f64>().unwrap().to_bits(), number.to_bits());
        }
    }
}
