//! Checked data at the door: every statistic takes one of these types, so none meets a NaN, an infinity or an empty list.

mod blocks;
mod pairs;
mod strata;

pub use blocks::Blocks;
pub use pairs::Pairs;
pub use strata::Strata;

use crate::error::StatError;

/// A non-empty list of finite values with the name that errors show.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    name: String,
    values: Vec<f64>,
}

impl Sample {
    /// Checks the values.
    ///
    /// # Errors
    /// An empty list; the first value that is NaN or infinite, with its index.
    pub fn new(name: impl Into<String>, values: impl Into<Vec<f64>>) -> Result<Self, StatError> {
        let (name, values) = (name.into(), values.into());
        check(&name, &values)?;
        Ok(Self { name, values })
    }

    /// The values, in the order given.
    #[must_use]
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// The name that errors show.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Number of values, at least 1.
    #[must_use]
    #[allow(clippy::len_without_is_empty, reason = "a sample is never empty")]
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// The values in ascending order.
    #[must_use]
    pub fn sorted(&self) -> Vec<f64> {
        let mut sorted = self.values.clone();
        sorted.sort_by(f64::total_cmp);
        sorted
    }

    pub(crate) fn require(&self, allowed: usize, method: &'static str) -> Result<(), StatError> {
        if self.len() < allowed {
            return Err(StatError::TooFew { sample: self.name.clone(), found: self.len(), allowed, method });
        }
        Ok(())
    }
}

pub(crate) fn check(name: &str, values: &[f64]) -> Result<(), StatError> {
    if values.is_empty() {
        return Err(StatError::Empty { sample: name.to_owned(), allowed: 1 });
    }
    if let Some(index) = values.iter().position(|value| !value.is_finite()) {
        return Err(StatError::NotFinite { sample: name.to_owned(), index, found: values[index] });
    }
    Ok(())
}

/// Checks that a confidence level lies strictly between 0 and 1.
pub(crate) fn check_level(level: f64) -> Result<(), StatError> {
    if level > 0.0 && level < 1.0 {
        Ok(())
    } else {
        Err(StatError::Parameter { parameter: "level", found: level, allowed: "a number strictly between 0 and 1" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_values_are_named() {
        assert_eq!(Sample::new("x", []), Err(StatError::Empty { sample: "x".into(), allowed: 1 }));
        let found = Sample::new("x", [1.0, f64::INFINITY]).expect_err("infinite");
        assert_eq!(found, StatError::NotFinite { sample: "x".into(), index: 1, found: f64::INFINITY });
        assert!(Sample::new("x", [1.0, f64::NAN]).is_err());
    }
}
