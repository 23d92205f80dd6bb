//! Seeds as study files and manifests say them.

use serde::{Deserialize, Serialize};

/// Seeds: a count (from 0), a list, or a first one and a count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Seeds {
    /// `0 .. count`.
    Count(u64),
    /// These, in this order.
    List(Vec<u64>),
    /// `first .. first + count`.
    Range {
        /// The first seed.
        first: u64,
        /// How many.
        count: u64,
    },
}

impl Default for Seeds {
    fn default() -> Self {
        Self::Count(20)
    }
}

impl Seeds {
    /// These seeds, in few words where they follow each other.
    #[must_use]
    pub fn of(seeds: &[u64]) -> Self {
        let count = seeds.len() as u64;
        match seeds.first() {
            Some(&first) if first.checked_add(count).is_some_and(|end| (first..end).eq(seeds.iter().copied())) => {
                Self::Range { first, count }
            }
            _ => Self::List(seeds.to_vec()),
        }
    }

    /// The seeds in order.
    #[must_use]
    pub fn list(&self) -> Vec<u64> {
        match self {
            Self::Count(count) => (0..*count).collect(),
            Self::List(list) => list.clone(),
            Self::Range { first, count } => (*first..first.saturating_add(*count)).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn consecutive_seeds_are_said_in_few_words() {
        let said = |seeds: &[u64]| serde_json::to_value(Seeds::of(seeds)).unwrap();
        assert_eq!(said(&[5, 6, 7]), json!({ "first": 5, "count": 3 }));
        assert_eq!(said(&[5, 7, 6]), json!([5, 7, 6]));
        assert_eq!(said(&[u64::MAX]), json!([u64::MAX]));
        for seeds in [vec![5, 6, 7], vec![5, 7, 6], vec![3], vec![u64::MAX], vec![]] {
            assert_eq!(Seeds::of(&seeds).list(), seeds);
        }
    }
}
