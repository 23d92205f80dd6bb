//! Length-prefixed messages: one byte of kind, eight of length (little-endian), the payload.

use std::io::{Error, ErrorKind, Read, Result, Write};

/// What a frame carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Kind {
    /// To the worker: its limits, and in a second one the role's own setup.
    Setup = 1,
    /// To the worker: a job.
    Job = 2,
    /// From the worker: something that the user should know.
    Notice = 3,
    /// From the worker: jobs may come.
    Ready = 4,
    /// From the worker: the setup failed, with the reason.
    Refused = 5,
    /// From the worker: the result of a job.
    Done = 6,
}

/// Largest payload that is believed, 4 GiB.
const SIZE_MAX: u64 = 1 << 32;

/// Sends one frame.
pub(super) fn write(channel: &mut impl Write, kind: Kind, payload: &[u8]) -> Result<()> {
    let mut head = [0; 9];
    head[0] = kind as u8;
    head[1..].copy_from_slice(&(payload.len() as u64).to_le_bytes());
    channel.write_all(&head)?;
    channel.write_all(payload)?;
    channel.flush()
}

/// Receives one frame.
///
/// # Errors
/// [`ErrorKind::UnexpectedEof`] when the other side is gone, [`ErrorKind::InvalidData`] when it does not speak this protocol.
pub(super) fn read(channel: &mut impl Read) -> Result<(Kind, Vec<u8>)> {
    let mut head = [0; 9];
    channel.read_exact(&mut head)?;
    let invalid = |message: String| Error::new(ErrorKind::InvalidData, message);
    let kind = [Kind::Setup, Kind::Job, Kind::Notice, Kind::Ready, Kind::Refused, Kind::Done]
        .into_iter()
        .find(|kind| *kind as u8 == head[0])
        .ok_or_else(|| invalid(format!("frame of kind {}; allowed: 1 to 6", head[0])))?;
    let mut size = [0; 8];
    size.copy_from_slice(&head[1..]);
    let size = u64::from_le_bytes(size);
    if size > SIZE_MAX {
        return Err(invalid(format!("frame of {size} bytes; allowed: up to {SIZE_MAX}")));
    }
    let mut payload = Vec::new();
    // Grows with what arrives, so a false length allocates nothing.
    channel.take(size).read_to_end(&mut payload)?;
    if payload.len() as u64 == size { Ok((kind, payload)) } else { Err(ErrorKind::UnexpectedEof.into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_round_trip_and_damage_is_refused() {
        let mut bytes = Vec::new();
        write(&mut bytes, Kind::Job, b"abc").expect("a vector takes any bytes");
        write(&mut bytes, Kind::Done, b"").expect("a vector takes any bytes");
        let mut channel = bytes.as_slice();
        assert_eq!(read(&mut channel).expect("whole"), (Kind::Job, b"abc".to_vec()));
        assert_eq!(read(&mut channel).expect("whole"), (Kind::Done, vec![]));
        for end in 0..12 {
            assert_eq!(read(&mut &bytes[..end]).expect_err("short").kind(), ErrorKind::UnexpectedEof);
        }
        bytes[0] = 0;
        assert_eq!(read(&mut bytes.as_slice()).expect_err("no such kind").kind(), ErrorKind::InvalidData);
        bytes[0] = 2;
        bytes[8] = 0xff;
        assert_eq!(read(&mut bytes.as_slice()).expect_err("absurd").kind(), ErrorKind::InvalidData);
    }
}
