//! How proofs are written: borsh with a version byte, and the same in hex for serde.
//!
//! Every length is checked before anything is read, and memory grows only with what has been read.

use super::node::MAX_BITS;
use super::proof::{Content, MAX_RANGE_ENTRIES, Proof, RangeProof, Shown, Step};
use super::{MAX_KEY_LEN, MAX_VALUE_LEN};
use allonge_contracts::Hash;
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserializer, Serializer, de::Error as _, ser::Error as _};
use std::io::{self, Read, Write};

const VERSION: u8 = 1;

fn invalid(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

fn read_version<R: Read>(reader: &mut R) -> io::Result<()> {
    match u8::deserialize_reader(reader)? {
        VERSION => Ok(()),
        _ => Err(invalid("a proof of an unknown version")),
    }
}

/// Reads `len` bytes, which are not trusted to come.
fn read_bytes<R: Read>(reader: &mut R, len: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(len as u64).read_to_end(&mut bytes)?;
    if bytes.len() == len {
        Ok(bytes)
    } else {
        Err(io::ErrorKind::UnexpectedEof.into())
    }
}

impl BorshSerialize for Step {
    fn serialize<W: Write>(&self, writer: &mut W) -> io::Result<()> {
        self.bit.serialize(writer)?;
        self.sibling.serialize(writer)
    }
}

/// A path: the number of its steps as `u16`, then each one's bit as `u16` and its sibling.
fn write_path<W: Write>(path: &[Step], writer: &mut W) -> io::Result<()> {
    let len = u16::try_from(path.len()).map_err(|_| invalid("a path too long"))?;
    len.serialize(writer)?;
    path.iter().try_for_each(|step| step.serialize(writer))
}

fn read_path<R: Read>(reader: &mut R) -> io::Result<Vec<Step>> {
    let len = u16::deserialize_reader(reader)?;
    if len > MAX_BITS {
        return Err(invalid("a path longer than a key has bits"));
    }
    (0..len)
        .map(|_| {
            Ok(Step {
                bit: u16::deserialize_reader(reader)?,
                sibling: Hash::deserialize_reader(reader)?,
            })
        })
        .collect()
}

/// An entry: length of the key as `u8`, key, length of the value as `u32`, value. A length of 0 says
/// that the hash of the value follows in its place.
fn write_entry<W: Write>(entry: &Shown, writer: &mut W) -> io::Result<()> {
    let key_len = u8::try_from(entry.key.len()).map_err(|_| invalid("a key too long"))?;
    key_len.serialize(writer)?;
    writer.write_all(&entry.key)?;
    match &entry.content {
        Content::Value(value) => value.serialize(writer),
        Content::Digest(hash) => {
            0u32.serialize(writer)?;
            hash.serialize(writer)
        }
    }
}

fn read_entry<R: Read>(reader: &mut R) -> io::Result<Shown> {
    let key_len = usize::from(u8::deserialize_reader(reader)?);
    if !(1..=MAX_KEY_LEN).contains(&key_len) {
        return Err(invalid("a key of wrong length"));
    }
    let key = read_bytes(reader, key_len)?;
    let value_len = u32::deserialize_reader(reader)? as usize;
    let content = match value_len {
        0 => Content::Digest(Hash::deserialize_reader(reader)?),
        1..=MAX_VALUE_LEN => Content::Value(read_bytes(reader, value_len)?),
        _ => return Err(invalid("a value of wrong length")),
    };
    Ok(Shown { key, content })
}

impl BorshSerialize for Proof {
    fn serialize<W: Write>(&self, writer: &mut W) -> io::Result<()> {
        VERSION.serialize(writer)?;
        write_path(&self.path, writer)?;
        u8::from(self.leaf.is_some()).serialize(writer)?;
        self.leaf
            .iter()
            .try_for_each(|leaf| write_entry(leaf, writer))
    }
}

impl BorshDeserialize for Proof {
    fn deserialize_reader<R: Read>(reader: &mut R) -> io::Result<Self> {
        read_version(reader)?;
        let path = read_path(reader)?;
        let leaf = match u8::deserialize_reader(reader)? {
            0 => None,
            1 => Some(read_entry(reader)?),
            _ => return Err(invalid("neither a leaf nor none")),
        };
        Ok(Proof { path, leaf })
    }
}

impl BorshSerialize for RangeProof {
    fn serialize<W: Write>(&self, writer: &mut W) -> io::Result<()> {
        VERSION.serialize(writer)?;
        write_path(&self.path, writer)?;
        let len = u32::try_from(self.entries.len()).map_err(|_| invalid("too many entries"))?;
        len.serialize(writer)?;
        self.entries
            .iter()
            .try_for_each(|entry| write_entry(entry, writer))
    }
}

impl BorshDeserialize for RangeProof {
    fn deserialize_reader<R: Read>(reader: &mut R) -> io::Result<Self> {
        read_version(reader)?;
        let path = read_path(reader)?;
        let len = u32::deserialize_reader(reader)? as usize;
        if len > MAX_RANGE_ENTRIES {
            return Err(invalid("more entries than a range proof may have"));
        }
        let mut entries = Vec::new();
        for _ in 0..len {
            entries.push(read_entry(reader)?);
        }
        Ok(RangeProof { path, entries })
    }
}

macro_rules! serde_as_hex {
    ($name:ident) => {
        impl serde::Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let bytes = borsh::to_vec(self).map_err(S::Error::custom)?;
                serializer.serialize_str(&hex::encode(bytes))
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <String as serde::Deserialize>::deserialize(deserializer)?;
                let bytes = hex::decode(text).map_err(D::Error::custom)?;
                borsh::from_slice(&bytes).map_err(D::Error::custom)
            }
        }
    };
}

serde_as_hex!(Proof);
serde_as_hex!(RangeProof);
