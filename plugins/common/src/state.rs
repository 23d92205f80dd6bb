//! A controller's changing state as bytes.
//!
//! [`State::fields`] names each changing field once, for writing and for reading, so that the two cannot drift apart. Layout: that of
//! [`oha_plugin_api::state`] with a version tag made from [`State::TAG`], and at the end the 64-bit FNV-1a sum of all before, so that foreign and damaged
//! bytes are refused.

use oha_plugin_api::ControllerError;
use oha_plugin_api::state::{StateReader, StateWriter};

/// A type whose changing fields can be written and read.
pub trait State: Clone {
    /// Name and version of the layout.
    const TAG: &'static str;

    /// Passes every changing field through `port`, always in the same order.
    ///
    /// # Errors
    /// When reading finds too few bytes or an impossible value.
    fn fields(&mut self, port: &mut Port<'_>) -> Result<(), ControllerError>;
}

/// One direction of travel: out to bytes, or in from them.
pub enum Port<'a> {
    /// Fields are appended here.
    Write(StateWriter<'a>),
    /// Fields are taken from here.
    Read(StateReader<'a>),
}

fn refused(why: &str) -> ControllerError {
    ControllerError::new(format!("these bytes are no state of this controller: {why}"))
}

impl Port<'_> {
    /// A real number, bit for bit.
    ///
    /// # Errors
    /// When there are too few bytes.
    pub fn real(&mut self, value: &mut f64) -> Result<(), ControllerError> {
        match self {
            Self::Write(out) => _ = out.f64(*value),
            Self::Read(bytes) => *value = bytes.f64()?,
        }
        Ok(())
    }

    /// Several real numbers.
    ///
    /// # Errors
    /// When there are too few bytes.
    pub fn reals<const N: usize>(&mut self, values: [&mut f64; N]) -> Result<(), ControllerError> {
        values.into_iter().try_for_each(|value| self.real(value))
    }

    /// A whole number.
    ///
    /// # Errors
    /// When there are too few bytes.
    pub fn whole(&mut self, value: &mut u64) -> Result<(), ControllerError> {
        match self {
            Self::Write(out) => _ = out.u64(*value),
            Self::Read(bytes) => *value = bytes.u64()?,
        }
        Ok(())
    }

    /// An index below `limit`.
    ///
    /// # Errors
    /// When there are too few bytes, or the number found is not below `limit`.
    pub fn index(&mut self, value: &mut usize, limit: usize) -> Result<(), ControllerError> {
        let mut wide = *value as u64;
        self.whole(&mut wide)?;
        *value = usize::try_from(wide).ok().filter(|i| *i < limit).ok_or_else(|| refused("an index is out of range"))?;
        Ok(())
    }

    /// True or false.
    ///
    /// # Errors
    /// When there are too few bytes, or the number found is neither 0 nor 1.
    pub fn flag(&mut self, value: &mut bool) -> Result<(), ControllerError> {
        match self {
            Self::Write(out) => _ = out.bool(*value),
            Self::Read(bytes) => *value = bytes.bool()?,
        }
        Ok(())
    }

    /// A list of real numbers with its length.
    ///
    /// # Errors
    /// When there are too few bytes.
    pub fn list(&mut self, values: &mut Vec<f64>) -> Result<(), ControllerError> {
        match self {
            Self::Write(out) => _ = out.f64s(values),
            Self::Read(bytes) => *values = bytes.f64s()?,
        }
        Ok(())
    }

    /// A list of real numbers whose length never changes.
    ///
    /// # Errors
    /// When there are too few bytes, or the length differs.
    pub fn fixed(&mut self, values: &mut Vec<f64>) -> Result<(), ControllerError> {
        let length = values.len();
        self.list(values)?;
        if values.len() == length { Ok(()) } else { Err(refused("a list has another length")) }
    }

    /// A list of whole numbers with its length.
    ///
    /// # Errors
    /// When there are too few bytes.
    pub fn wholes(&mut self, values: &mut Vec<u64>) -> Result<(), ControllerError> {
        let mut bits: Vec<f64> = values.iter().map(|v| f64::from_bits(*v)).collect();
        self.list(&mut bits)?;
        *values = bits.into_iter().map(f64::to_bits).collect();
        Ok(())
    }
}

fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

fn tag<S: State>() -> u32 {
    let hash = fnv1a(S::TAG.as_bytes());
    (hash ^ (hash >> 32)) as u32
}

/// Appends the state of `controller` to `out`; always true.
pub fn save<S: State>(controller: &S, out: &mut Vec<u8>) -> bool {
    let start = out.len();
    let mut port = Port::Write(StateWriter::new(out, tag::<S>()));
    controller.clone().fields(&mut port).expect("writing has no bound, and the fields of a live controller are in range");
    let sum = fnv1a(&out[start..]);
    out.extend_from_slice(&sum.to_le_bytes());
    true
}

/// Restores what [`save`] wrote.
///
/// # Errors
/// When the bytes are no such state; `controller` is then unchanged.
pub fn load<S: State>(controller: &mut S, bytes: &[u8]) -> Result<(), ControllerError> {
    let (body, sum) = bytes.split_last_chunk::<8>().ok_or_else(|| refused("too short"))?;
    if fnv1a(body) != u64::from_le_bytes(*sum) {
        return Err(refused("the check sum differs"));
    }
    let mut port = Port::Read(StateReader::new(body, tag::<S>())?);
    let mut next = controller.clone();
    next.fields(&mut port)?;
    if let Port::Read(reader) = port {
        reader.finish()?;
    }
    *controller = next;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Debug, PartialEq)]
    struct Example {
        x: f64,
        n: u64,
        i: usize,
        on: bool,
        list: Vec<f64>,
        pair: Vec<f64>,
        counts: Vec<u64>,
    }

    impl State for Example {
        const TAG: &'static str = "example/1";
        fn fields(&mut self, port: &mut Port<'_>) -> Result<(), ControllerError> {
            port.real(&mut self.x)?;
            port.whole(&mut self.n)?;
            port.index(&mut self.i, 3)?;
            port.flag(&mut self.on)?;
            port.list(&mut self.list)?;
            port.fixed(&mut self.pair)?;
            port.wholes(&mut self.counts)
        }
    }

    fn full() -> Example {
        let (list, counts) = (vec![1.0, f64::INFINITY], vec![7, u64::MAX]);
        Example { x: -0.1, n: u64::MAX, i: 2, on: true, list, pair: vec![3.0, 4.0], counts }
    }

    #[test]
    fn a_round_trip_restores_every_field() {
        let mut bytes = vec![];
        assert!(save(&full(), &mut bytes));
        let mut other = Example { x: 0.0, n: 0, i: 0, on: false, list: vec![], pair: vec![0.0, 0.0], counts: vec![] };
        load(&mut other, &bytes).expect("own bytes");
        assert_eq!(other, full());
        other.pair.pop();
        assert!(load(&mut other, &bytes).is_err());
    }

    #[test]
    fn any_damage_is_refused_and_changes_nothing() {
        let mut bytes = vec![];
        save(&full(), &mut bytes);
        let mut other = full();
        for i in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[i] ^= 1;
            assert!(load(&mut other, &damaged).is_err(), "byte {i}");
            assert!(load(&mut other, &bytes[..i]).is_err(), "cut at {i}");
        }
        bytes.push(0);
        assert!(load(&mut other, &bytes).is_err());
        assert_eq!(other, full());
    }
}
