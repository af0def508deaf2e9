//! Parts as frames, and a file of them.
//!
//! A frame is the kind `u8`, the length unpacked and packed (`u32`, little-endian), the checksum (32 bytes:
//! `allonge/archive-frame/1` over these and the packed bytes) and the packed bytes in LZ4.

use super::part::{End, Part};
use super::verify::ArchiveError;
use allonge_contracts::{Hash, tagged_hash};
use std::io::{self, Read, Write};

/// The first line of a file; the number is the version of the format.
const MAGIC: &[u8] = b"allonge archive 1\n";
/// What every version of the first line begins with.
const MAGIC_START: &[u8] = b"allonge archive ";
/// Kind, two lengths, checksum.
const HEAD: usize = 1 + 4 + 4 + 32;
/// The most bytes of a part: far more than a block with its receipts has.
const MAX_PART: usize = 64 * 1024 * 1024;

fn sum(lead: &[u8], packed: &[u8]) -> Hash {
    tagged_hash("allonge/archive-frame/1", &[lead, packed])
}

fn chained(digest: &Hash, sum: &Hash) -> Hash {
    tagged_hash("allonge/archive/1", &[digest.as_bytes(), sum.as_bytes()])
}

fn frame(part: &Part) -> (Vec<u8>, Hash) {
    let bytes = part.to_bytes();
    let packed = lz4_flex::block::compress(&bytes);
    let mut frame = Vec::with_capacity(HEAD.saturating_add(packed.len()));
    frame.push(part.kind());
    frame.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
    frame.extend_from_slice(&(packed.len() as u32).to_le_bytes());
    let sum = sum(&frame, &packed);
    frame.extend_from_slice(sum.as_bytes());
    frame.extend_from_slice(&packed);
    (frame, sum)
}

/// A part as a frame.
pub fn encode_frame(part: &Part) -> Vec<u8> {
    frame(part).0
}

/// Reads until the buffer is full or nothing comes any more; how much came.
fn fill(from: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match from.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// The next frame; `None` where the bytes end with the last one.
fn next_frame(from: &mut impl Read, number: u64) -> Result<Option<(Part, Hash)>, ArchiveError> {
    let damaged = |what: String| ArchiveError::Damaged {
        frame: number,
        what,
    };
    let mut head = [0u8; HEAD];
    match fill(from, &mut head)? {
        0 => return Ok(None),
        HEAD => {}
        _ => return Err(ArchiveError::CutOff { frame: number }),
    }
    let (lead, expected) = head.split_at(9);
    let length =
        |at: usize| u32::from_le_bytes([lead[at], lead[at + 1], lead[at + 2], lead[at + 3]]);
    let (whole, packed) = (length(1) as usize, length(5) as usize);
    // What packs badly grows a little.
    if whole > MAX_PART || packed > MAX_PART + MAX_PART / 128 {
        return Err(damaged(format!(
            "it says that it has {whole} bytes, packed {packed}; the most is {MAX_PART}"
        )));
    }
    let mut bytes = Vec::new();
    // Grows with what comes, not with what is promised.
    from.take(packed as u64).read_to_end(&mut bytes)?;
    if bytes.len() < packed {
        return Err(ArchiveError::CutOff { frame: number });
    }
    let sum = sum(lead, &bytes);
    if sum.as_bytes().as_slice() != expected {
        return Err(damaged("its checksum is wrong".to_owned()));
    }
    let bytes = lz4_flex::block::decompress(&bytes, whole)
        .ok()
        .filter(|bytes| bytes.len() == whole)
        .ok_or_else(|| damaged("it cannot be unpacked".to_owned()))?;
    let part = Part::from_bytes(lead[0], &bytes).map_err(damaged)?;
    Ok(Some((part, sum)))
}

/// The parts of a piece that came over the network.
///
/// # Errors
/// A frame is cut off or damaged.
pub fn decode_frames(mut bytes: &[u8]) -> Result<Vec<Part>, ArchiveError> {
    let mut parts = Vec::new();
    while let Some((part, _)) = next_frame(&mut bytes, parts.len() as u64)? {
        parts.push(part);
    }
    Ok(parts)
}

/// Writes a file.
pub struct Writer<W> {
    out: W,
    end: End,
    bytes: u64,
}

impl<W: Write> Writer<W> {
    /// Begins a file.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn new(mut out: W) -> io::Result<Self> {
        out.write_all(MAGIC)?;
        Ok(Writer {
            out,
            end: End {
                frames: 0,
                digest: Hash::ZERO,
            },
            bytes: MAGIC.len() as u64,
        })
    }

    /// Adds a part.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn push(&mut self, part: &Part) -> io::Result<()> {
        let (frame, sum) = frame(part);
        self.out.write_all(&frame)?;
        self.bytes = self.bytes.saturating_add(frame.len() as u64);
        self.end.frames = self.end.frames.saturating_add(1);
        self.end.digest = chained(&self.end.digest, &sum);
        Ok(())
    }

    /// Seals the file; how many bytes it has.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn finish(mut self) -> io::Result<(W, u64)> {
        let end = encode_frame(&Part::End(self.end));
        self.out.write_all(&end)?;
        self.out.flush()?;
        Ok((self.out, self.bytes.saturating_add(end.len() as u64)))
    }
}

/// Reads a file part by part; after the last one it has seen that nothing is missing, changed or added.
pub struct Reader<R> {
    from: R,
    end: End,
    ended: bool,
}

impl<R: Read> Reader<R> {
    /// Begins to read.
    ///
    /// # Errors
    /// It cannot be read, is no archive, or one of a version that this program does not read.
    pub fn new(mut from: R) -> Result<Self, ArchiveError> {
        let mut magic = [0; MAGIC.len()];
        let found = fill(&mut from, &mut magic)?;
        let found = &magic[..found];
        if found != MAGIC {
            let is_one = found.starts_with(MAGIC_START);
            return Err(if is_one && found.len() == MAGIC.len() {
                ArchiveError::Version
            } else {
                ArchiveError::NoArchive
            });
        }
        Ok(Reader {
            from,
            end: End {
                frames: 0,
                digest: Hash::ZERO,
            },
            ended: false,
        })
    }

    /// The next part; `None` behind the end.
    ///
    /// # Errors
    /// It cannot be read, is cut off or damaged, or does not end where it says.
    pub fn next_part(&mut self) -> Result<Option<Part>, ArchiveError> {
        if self.ended {
            return Ok(None);
        }
        let frame = self.end.frames;
        let damaged = |what: &str| ArchiveError::Damaged {
            frame,
            what: what.to_owned(),
        };
        let (part, sum) =
            next_frame(&mut self.from, frame)?.ok_or(ArchiveError::CutOff { frame })?;
        if let Part::End(end) = part {
            if end != self.end {
                return Err(damaged("the end does not fit what comes before it"));
            }
            if fill(&mut self.from, &mut [0])? != 0 {
                return Err(damaged("there are bytes behind the end"));
            }
            self.ended = true;
            return Ok(None);
        }
        self.end.frames = frame.saturating_add(1);
        self.end.digest = chained(&self.end.digest, &sum);
        Ok(Some(part))
    }
}
