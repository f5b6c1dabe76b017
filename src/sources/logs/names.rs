//! Texts that come again and again, each kept once.

use std::collections::BTreeMap;

use crate::{
    records::log::{Name, Names},
    redact::veil,
};

/// Places of the memory of texts seen lately.
const RECENT: usize = 512;

/// Gives texts numbers. Lines of a log say the same few words, so a small table without order answers most questions before
/// the map is asked.
#[derive(Debug)]
pub(super) struct Interner {
    texts: Vec<Box<[u8]>>,
    places: BTreeMap<Box<[u8]>, u32>,
    recent: Vec<u32>,
}

impl Interner {
    pub(super) fn new() -> Self {
        Self { texts: Vec::new(), places: BTreeMap::new(), recent: vec![u32::MAX; RECENT] }
    }

    /// Returns the number of a text.
    pub(super) fn intern(&mut self, text: &[u8]) -> Name {
        let slot = mix(text);
        let recent = self.recent[slot];
        if self.texts.get(recent as usize).is_some_and(|known| **known == *text) {
            return Name(recent);
        }
        let place = self.places.get(text).copied().unwrap_or_else(|| self.add(text));
        self.recent[slot] = place;
        Name(place)
    }

    fn add(&mut self, text: &[u8]) -> u32 {
        // A file has at most 2 GiB, so its texts can be counted in 32 bits.
        let place = u32::try_from(self.texts.len()).unwrap_or(u32::MAX);
        self.texts.push(text.into());
        self.places.insert(text.into(), place);
        place
    }

    /// Returns the bytes of a text.
    pub(super) fn bytes(&self, name: Name) -> &[u8] {
        self.texts.get(name.0 as usize).map_or(&[], |text| text)
    }

    /// Returns the texts: what is not UTF-8 replaced, secrets veiled.
    pub(super) fn into_names(self) -> Names {
        Names(self.texts.iter().map(|text| shown(text).into()).collect())
    }
}

/// Returns a text of a log: what is not UTF-8 replaced, secrets veiled.
pub(super) fn shown(text: &[u8]) -> String {
    veil(&String::from_utf8_lossy(text)).into_owned()
}

/// Mixes the length and up to four parts of a text (task ids often differ in the middle only) into a place of the table.
fn mix(text: &[u8]) -> usize {
    let (Some(head), Some(tail)) = (text.first_chunk::<8>(), text.last_chunk::<8>()) else {
        let sum = text.iter().fold(text.len() as u64, |sum, byte| sum << 8 | u64::from(*byte));
        return slot(sum);
    };
    let mut sum = u64::from_le_bytes(*head).rotate_left(23) ^ u64::from_le_bytes(*tail) ^ text.len() as u64;
    if text.len() > 16 {
        let third = text.len() / 3;
        for part in [&text[third..], &text[2 * third - 3..]] {
            sum = (sum ^ part.first_chunk::<8>().map_or(0, |part| u64::from_le_bytes(*part))).wrapping_mul(MIX).rotate_left(29);
        }
    }
    slot(sum)
}

/// An odd number whose bits look random (the golden ratio): a product with it depends on all bits in its upper half.
const MIX: u64 = 0x9e37_79b9_7f4a_7c15;

fn slot(sum: u64) -> usize {
    usize::try_from(sum.wrapping_mul(MIX) >> 40).unwrap_or(0) % RECENT
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_text_keeps_its_number(texts in proptest::collection::vec("[ab]{0,12}", 1..200)) {
            let mut interner = Interner::new();
            let names: Vec<Name> = texts.iter().map(|text| interner.intern(text.as_bytes())).collect();
            let distinct: std::collections::BTreeSet<&String> = texts.iter().collect();
            prop_assert_eq!(interner.texts.len(), distinct.len());
            let all = interner.into_names();
            for (text, name) in texts.iter().zip(names) {
                prop_assert_eq!(all.text(name), text);
            }
        }
    }

    #[test]
    fn texts_are_fit_to_be_shown() {
        let mut interner = Interner::new();
        let bad = interner.intern(b"caf\xe9");
        let secret = interner.intern(b"runpod/x/sk-proj-abcdefghijklmnop1234/org/model");
        let names = interner.into_names();
        assert_eq!(names.text(bad), "caf\u{fffd}");
        assert!(
            !names.text(secret).contains("abcdefgh") && names.text(secret).ends_with("/org/model"),
            "{}",
            names.text(secret)
        );
    }
}
