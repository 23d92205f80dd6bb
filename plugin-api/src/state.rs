//! Saving and loading a controller's state as bytes.
//!
//! Layout: the author's version tag as a `u32`, then the values in the order of writing, each 8 bytes, little-endian; a list is its length and
//! its values. Floating-point values keep every bit, NaN payloads included.
//!
//! ```
//! use oha_plugin_api::state::{StateReader, StateWriter};
//!
//! let mut bytes = Vec::new();
//! StateWriter::new(&mut bytes, 1).u64(7).f64(0.1).f64s(&[1.0, 2.0]);
//!
//! let mut reader = StateReader::new(&bytes, 1)?;
//! let (count, rate, window) = (reader.u64()?, reader.f64()?, reader.f64s()?);
//! reader.finish()?;
//! assert_eq!((count, rate, window), (7, 0.1, vec![1.0, 2.0]));
//! # Ok::<(), oha_plugin_api::state::StateError>(())
//! ```

/// Why bytes are not a state.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StateError {
    /// The state was written by another version of the controller.
    #[error("state has version tag {found}; this controller reads {allowed}")]
    Tag {
        /// The tag found.
        found: u32,
        /// The tag allowed.
        allowed: u32,
    },
    /// The bytes end too early.
    #[error("state ends after {size} bytes; {needed} more are needed")]
    Short {
        /// Bytes that were given.
        size: usize,
        /// Bytes that are missing.
        needed: usize,
    },
    /// Bytes are left over.
    #[error("state has {extra} bytes too many")]
    Long {
        /// Bytes that nobody read.
        extra: usize,
    },
    /// A flag is neither 0 nor 1.
    #[error("state holds {found} where a flag is 0 or 1")]
    Flag {
        /// The value found.
        found: u64,
    },
}

impl From<StateError> for crate::ControllerError {
    fn from(error: StateError) -> Self {
        Self::new(error.to_string())
    }
}

/// Appends values to a state.
pub struct StateWriter<'a> {
    bytes: &'a mut Vec<u8>,
}

impl<'a> StateWriter<'a> {
    /// Starts a state of version `tag`; change the tag whenever the list of values changes.
    pub fn new(bytes: &'a mut Vec<u8>, tag: u32) -> Self {
        bytes.extend_from_slice(&tag.to_le_bytes());
        Self { bytes }
    }

    /// Appends a whole number.
    pub fn u64(&mut self, value: u64) -> &mut Self {
        self.bytes.extend_from_slice(&value.to_le_bytes());
        self
    }

    /// Appends a real number, bit for bit.
    pub fn f64(&mut self, value: f64) -> &mut Self {
        self.u64(value.to_bits())
    }

    /// Appends a flag.
    pub fn bool(&mut self, value: bool) -> &mut Self {
        self.u64(u64::from(value))
    }

    /// Appends a list of real numbers with its length.
    pub fn f64s(&mut self, values: &[f64]) -> &mut Self {
        self.u64(values.len() as u64);
        for &value in values {
            self.f64(value);
        }
        self
    }
}

/// Takes values from a state, in the order in which they were written.
pub struct StateReader<'a> {
    rest: &'a [u8],
    size: usize,
}

impl<'a> StateReader<'a> {
    /// Opens a state of version `tag`.
    ///
    /// # Errors
    /// Another tag, or fewer bytes than a tag has.
    pub fn new(bytes: &'a [u8], tag: u32) -> Result<Self, StateError> {
        let mut reader = Self { rest: bytes, size: bytes.len() };
        let found = u32::from_le_bytes(reader.take()?);
        if found == tag { Ok(reader) } else { Err(StateError::Tag { found, allowed: tag }) }
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N], StateError> {
        let Some((head, rest)) = self.rest.split_first_chunk::<N>() else {
            return Err(StateError::Short { size: self.size, needed: N - self.rest.len() });
        };
        self.rest = rest;
        Ok(*head)
    }

    /// Takes a whole number.
    ///
    /// # Errors
    /// When the bytes end.
    pub fn u64(&mut self) -> Result<u64, StateError> {
        self.take().map(u64::from_le_bytes)
    }

    /// Takes a real number.
    ///
    /// # Errors
    /// When the bytes end.
    pub fn f64(&mut self) -> Result<f64, StateError> {
        self.u64().map(f64::from_bits)
    }

    /// Takes a flag.
    ///
    /// # Errors
    /// When the bytes end, or hold no flag.
    pub fn bool(&mut self) -> Result<bool, StateError> {
        match self.u64()? {
            0 => Ok(false),
            1 => Ok(true),
            found => Err(StateError::Flag { found }),
        }
    }

    /// Takes a list of real numbers.
    ///
    /// # Errors
    /// When the bytes end before the announced length; nothing is allocated for a length that cannot be.
    pub fn f64s(&mut self) -> Result<Vec<f64>, StateError> {
        let n = self.u64()?;
        let available = (self.rest.len() / 8) as u64;
        if n > available {
            let needed = usize::try_from((n - available).saturating_mul(8)).unwrap_or(usize::MAX);
            return Err(StateError::Short { size: self.size, needed });
        }
        (0..n).map(|_| self.f64()).collect()
    }

    /// Ends reading.
    ///
    /// # Errors
    /// When bytes are left.
    pub fn finish(self) -> Result<(), StateError> {
        if self.rest.is_empty() { Ok(()) } else { Err(StateError::Long { extra: self.rest.len() }) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_prefix_and_every_extension_is_refused() {
        let mut bytes = Vec::new();
        StateWriter::new(&mut bytes, 3).bool(true).f64(f64::NAN).f64s(&[-0.0, 5e-324]);
        let read = |bytes: &[u8]| -> Result<(bool, u64, Vec<f64>), StateError> {
            let mut reader = StateReader::new(bytes, 3)?;
            let values = (reader.bool()?, reader.f64()?.to_bits(), reader.f64s()?);
            reader.finish()?;
            Ok(values)
        };
        assert_eq!(read(&bytes), Ok((true, f64::NAN.to_bits(), vec![-0.0, 5e-324])));
        for end in 0..bytes.len() {
            assert!(matches!(read(&bytes[..end]), Err(StateError::Short { .. })), "prefix of {end} bytes");
        }
        bytes.push(0);
        assert_eq!(read(&bytes), Err(StateError::Long { extra: 1 }));
        bytes[0] = 4;
        assert_eq!(read(&bytes), Err(StateError::Tag { found: 4, allowed: 3 }));
    }

    #[test]
    fn absurd_length_and_bad_flag_are_refused() {
        let mut bytes = Vec::new();
        StateWriter::new(&mut bytes, 0).u64(u64::MAX);
        let mut reader = StateReader::new(&bytes, 0).expect("a tag is there");
        assert_eq!(reader.f64s(), Err(StateError::Short { size: 12, needed: usize::MAX }));
        let mut reader = StateReader::new(&bytes, 0).expect("a tag is there");
        assert_eq!(reader.bool(), Err(StateError::Flag { found: u64::MAX }));
    }
}
