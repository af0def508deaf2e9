//! The text of a file and where in the file each part of it stands.

use super::MAX_BYTES;
use super::error::{InvoiceError, Place, Problem, shown};
use std::borrow::Cow;

const UTF8_MARK: &[u8] = b"\xef\xbb\xbf";

/// How a file's characters are written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    /// UTF-8, with or without a byte order mark.
    Utf8,
    /// UTF-16 of either byte order, with a byte order mark.
    Utf16,
}

/// A file read as text.
pub(super) struct Source<'a> {
    /// The text without byte order mark.
    pub text: Cow<'a, str>,
    /// How it is written in the file.
    pub encoding: Encoding,
    /// The length of the byte order mark.
    mark: usize,
}

impl<'a> Source<'a> {
    /// Reads a file of bounded size as UTF-8, or as UTF-16 where its byte order mark says so.
    pub fn read(bytes: &'a [u8]) -> Result<Source<'a>, InvoiceError> {
        let fail = |offset, problem| Err(InvoiceError::at(bytes, offset, problem));
        if bytes.len() > MAX_BYTES {
            return fail(0, Problem::TooLarge);
        }
        match bytes {
            [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => {
                fail(0, Problem::NotUtf8("it is UTF-32".to_owned()))
            }
            [0xff, 0xfe, rest @ ..] => utf16(bytes, rest, u16::from_le_bytes),
            [0xfe, 0xff, rest @ ..] => utf16(bytes, rest, u16::from_be_bytes),
            [b'<', 0, ..] | [0, b'<', ..] => {
                let what = "it is UTF-16 without a byte order mark";
                fail(0, Problem::NotUtf8(what.to_owned()))
            }
            _ => utf8(bytes),
        }
    }

    /// The offset in the file of a place in the text.
    pub fn offset(&self, position: usize) -> usize {
        match self.encoding {
            Encoding::Utf8 => position,
            Encoding::Utf16 => self
                .before(position)
                .encode_utf16()
                .count()
                .saturating_mul(2),
        }
        .saturating_add(self.mark)
    }

    /// The place in the file of a place in the text.
    pub fn place(&self, path: String, position: usize) -> Place {
        let newlines = self.before(position).bytes().filter(|byte| *byte == b'\n');
        Place {
            path,
            line: newlines.count().saturating_add(1),
            offset: self.offset(position),
        }
    }

    fn before(&self, position: usize) -> &str {
        let whole: &str = &self.text;
        whole.get(..position).unwrap_or(whole)
    }
}

fn utf8(bytes: &[u8]) -> Result<Source<'_>, InvoiceError> {
    let body = bytes.strip_prefix(UTF8_MARK).unwrap_or(bytes);
    let mark = bytes.len().saturating_sub(body.len());
    // Said before the encoding, so that a PDF is called what it is and not wrongly encoded.
    if !begins_like_xml(body) {
        let start = body.get(..body.len().min(40)).unwrap_or_default();
        let start = shown(&String::from_utf8_lossy(start));
        return Err(InvoiceError::at(bytes, mark, Problem::NotXml(start)));
    }
    match std::str::from_utf8(body) {
        Ok(text) => Ok(Source {
            text: Cow::Borrowed(text),
            encoding: Encoding::Utf8,
            mark,
        }),
        Err(error) => {
            let offset = mark.saturating_add(error.valid_up_to());
            let problem = match bytes.get(offset) {
                Some(byte) if error.error_len().is_some() => {
                    Problem::NotUtf8(format!("found the byte 0x{byte:02X}"))
                }
                _ => Problem::Truncated("inside a character".to_owned()),
            };
            Err(InvoiceError::at(bytes, offset, problem))
        }
    }
}

fn utf16<'a>(
    bytes: &'a [u8],
    body: &'a [u8],
    unit: fn([u8; 2]) -> u16,
) -> Result<Source<'a>, InvoiceError> {
    let (pairs, _) = body.as_chunks::<2>();
    let mut text = String::with_capacity(body.len());
    let mut offset = 2usize;
    for read in char::decode_utf16(pairs.iter().map(|pair| unit(*pair))) {
        match read {
            Ok(c) => {
                text.push(c);
                offset = offset.saturating_add(c.len_utf16().saturating_mul(2));
            }
            // Half a pair at the very end was cut off there.
            Err(_) if offset.saturating_add(2) >= bytes.len() => break,
            Err(error) => {
                let what = format!(
                    "found half a surrogate pair, 0x{:04X}",
                    error.unpaired_surrogate()
                );
                return Err(InvoiceError::at(bytes, offset, Problem::NotUtf8(what)));
            }
        }
    }
    if !begins_like_xml(text.as_bytes()) {
        let start = shown(&text.chars().take(40).collect::<String>());
        return Err(InvoiceError::at(bytes, 2, Problem::NotXml(start)));
    }
    if offset < bytes.len() {
        let problem = Problem::Truncated("inside a character".to_owned());
        return Err(InvoiceError::at(bytes, offset, problem));
    }
    Ok(Source {
        text: Cow::Owned(text),
        encoding: Encoding::Utf16,
        mark: 2,
    })
}

fn begins_like_xml(body: &[u8]) -> bool {
    body.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'<')
}
