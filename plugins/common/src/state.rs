//! A controller's changing state as bytes.
//!
//! [`State::fields`] names each changing field once, for writing and for reading, so that the two cannot drift apart. Layout: length and bytes of the
//! tag, the fields in little-endian order, then the 64-bit FNV-1a sum of all that, so that foreign bytes are refused.

use oha_plugin_api::ControllerError;

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
    Write(&'a mut Vec<u8>),
    /// Fields are taken from here.
    Read(&'a [u8]),
}

fn refused(why: &str) -> ControllerError {
    ControllerError::new(format!("these bytes are no state of this controller: {why}"))
}

impl Port<'_> {
    fn bytes<const N: usize>(&mut self, value: &mut [u8; N]) -> Result<(), ControllerError> {
        match self {
            Self::Write(out) => out.extend_from_slice(value),
            Self::Read(rest) => {
                let (head, tail) = rest.split_first_chunk::<N>().ok_or_else(|| refused("too short"))?;
                *value = *head;
                *rest = tail;
            }
        }
        Ok(())
    }

    /// A real number, bit for bit.
    ///
    /// # Errors
    /// When there are too few bytes.
    pub fn real(&mut self, value: &mut f64) -> Result<(), ControllerError> {
        let mut bytes = value.to_le_bytes();
        self.bytes(&mut bytes)?;
        *value = f64::from_le_bytes(bytes);
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
        let mut bytes = value.to_le_bytes();
        self.bytes(&mut bytes)?;
        *value = u64::from_le_bytes(bytes);
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
    /// When there are too few bytes, or the byte is neither 0 nor 1.
    pub fn flag(&mut self, value: &mut bool) -> Result<(), ControllerError> {
        let mut byte = [u8::from(*value)];
        self.bytes(&mut byte)?;
        match byte[0] {
            0 => *value = false,
            1 => *value = true,
            _ => return Err(refused("a flag is neither 0 nor 1")),
        }
        Ok(())
    }

    /// A list of real numbers with its length.
    ///
    /// # Errors
    /// When there are too few bytes.
    pub fn list(&mut self, values: &mut Vec<f64>) -> Result<(), ControllerError> {
        let mut length = values.len() as u64;
        self.whole(&mut length)?;
        if let Self::Read(rest) = self {
            if length > rest.len() as u64 / 8 {
                return Err(refused("a list is longer than the bytes"));
            }
            *values = vec![0.0; usize::try_from(length).map_err(|_| refused("a list is too long"))?];
        }
        values.iter_mut().try_for_each(|value| self.real(value))
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

fn tag<S: State>(port: &mut Port<'_>) -> Result<(), ControllerError> {
    let mut length = S::TAG.len() as u64;
    port.whole(&mut length)?;
    if length != S::TAG.len() as u64 {
        return Err(refused("the tag differs"));
    }
    for byte in S::TAG.bytes() {
        let mut found = [byte];
        port.bytes(&mut found)?;
        if found[0] != byte {
            return Err(refused("the tag differs"));
        }
    }
    Ok(())
}

/// Appends the state of `controller` to `out`; always true.
pub fn save<S: State>(controller: &S, out: &mut Vec<u8>) -> bool {
    let start = out.len();
    let mut port = Port::Write(out);
    let written = tag::<S>(&mut port).and_then(|()| controller.clone().fields(&mut port));
    written.expect("writing has no bound, and the fields of a live controller are in range");
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
    let mut port = Port::Read(body);
    let mut next = controller.clone();
    tag::<S>(&mut port)?;
    next.fields(&mut port)?;
    match port {
        Port::Read([]) => {
            *controller = next;
            Ok(())
        }
        _ => Err(refused("too long")),
    }
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
            port.wholes(&mut self.counts)
        }
    }

    fn full() -> Example {
        Example { x: -0.1, n: u64::MAX, i: 2, on: true, list: vec![1.0, f64::INFINITY], counts: vec![7, u64::MAX] }
    }

    #[test]
    fn a_round_trip_restores_every_field() {
        let mut bytes = vec![];
        assert!(save(&full(), &mut bytes));
        let mut other = Example { x: 0.0, n: 0, i: 0, on: false, list: vec![], counts: vec![] };
        load(&mut other, &bytes).expect("own bytes");
        assert_eq!(other, full());
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
