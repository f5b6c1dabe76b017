//! Rows that come again and again, each kept once.

use std::collections::BTreeMap;

/// Places of the memory of rows seen lately.
const RECENT: usize = 256;

/// Gives rows numbers, in the order in which they first come.
#[derive(Debug)]
pub(super) struct Table<R> {
    rows: Vec<R>,
    places: BTreeMap<R, u32>,
    recent: Vec<u32>,
}

impl<R: Ord + Copy> Table<R> {
    pub(super) fn new() -> Self {
        Self { rows: Vec::new(), places: BTreeMap::new(), recent: vec![u32::MAX; RECENT] }
    }

    /// Returns the number of a row. `hint` is any number that mostly differs between rows.
    pub(super) fn place(&mut self, row: R, hint: u64) -> u32 {
        // The upper bits of a product depend on all bits of its factors.
        let slot = usize::try_from(hint.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40).unwrap_or(0) % RECENT;
        let recent = self.recent[slot];
        if self.rows.get(recent as usize) == Some(&row) {
            return recent;
        }
        let next = u32::try_from(self.rows.len()).unwrap_or(u32::MAX);
        let place = *self.places.entry(row).or_insert(next);
        if place == next {
            self.rows.push(row);
        }
        self.recent[slot] = place;
        place
    }

    /// Returns the rows by their numbers.
    pub(super) fn rows(&self) -> &[R] {
        &self.rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_keeps_its_number_whatever_the_hint() {
        let mut table = Table::new();
        let places: Vec<u32> =
            [5, 6, 5, 7, 6].iter().enumerate().map(|(hint, row)| table.place(*row, hint as u64 % 2)).collect();
        assert_eq!((places, table.rows()), (vec![0, 1, 0, 2, 1], [5, 6, 7].as_slice()));
    }
}
