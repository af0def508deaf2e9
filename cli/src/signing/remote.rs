//! A key that another process holds.

use super::{Answer, Asked, LINE_TIME, MAX_LINE_BYTES, Request, SIGN_TIME, VERSION};
use crate::client::{Signable, Signer, SignerError};
use allonge_contracts::{PublicKey, Signature};
use ed25519_dalek::VerifyingKey;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The most keys that a signer may name.
const MAX_KEYS: usize = 64;

/// One key at a signer.
#[derive(Clone, Debug)]
pub struct RemoteSigner {
    socket: PathBuf,
    name: String,
    key: PublicKey,
}

impl RemoteSigner {
    /// The socket that an address names, `unix:PATH`.
    ///
    /// # Errors
    /// `Address`.
    pub fn socket(address: &str) -> Result<PathBuf, SignerError> {
        match address.strip_prefix("unix:") {
            Some(path) if !path.is_empty() => Ok(PathBuf::from(path)),
            _ => Err(SignerError::Address(address.chars().take(200).collect())),
        }
    }

    /// All keys of the signer at a socket.
    ///
    /// # Errors
    /// `Unreachable`, `Refused`, `BadAnswer`.
    pub fn all(socket: &Path) -> Result<Vec<RemoteSigner>, SignerError> {
        let request = Request {
            version: VERSION,
            ask: Asked::Keys,
            key: None,
            body: None,
        };
        let keys = ask(socket, &request, LINE_TIME)?
            .keys
            .ok_or_else(|| bad(socket, "it names no keys"))?;
        if keys.len() > MAX_KEYS {
            return Err(bad(socket, "it names too many keys"));
        }
        let held = keys.into_iter().map(|held| RemoteSigner {
            socket: socket.to_owned(),
            name: crate::files::shown(&held.name, 64),
            key: held.public_key,
        });
        Ok(held.collect())
    }
}

impl Signer for RemoteSigner {
    fn name(&self) -> &str {
        &self.name
    }

    fn public(&self) -> PublicKey {
        self.key
    }

    fn sign(&self, what: &Signable<'_>) -> Result<Signature, SignerError> {
        let Signable::Transaction(body) = what;
        let request = Request {
            version: VERSION,
            ask: Asked::Sign,
            key: Some(self.key),
            body: Some((*body).clone()),
        };
        let signature = ask(&self.socket, &request, SIGN_TIME)?
            .signature
            .ok_or_else(|| bad(&self.socket, "it holds no signature"))?;
        let dalek = ed25519_dalek::Signature::from_bytes(signature.as_bytes());
        let right = VerifyingKey::from_bytes(self.key.as_bytes())
            .is_ok_and(|key| key.verify_strict(&what.message(), &dalek).is_ok());
        if right {
            Ok(signature)
        } else {
            Err(bad(
                &self.socket,
                &format!("the signature is not that of {}", self.key),
            ))
        }
    }
}

fn bad(socket: &Path, what: &str) -> SignerError {
    SignerError::BadAnswer {
        socket: socket.to_owned(),
        what: what.to_owned(),
    }
}

fn ask(socket: &Path, request: &Request, patience: Duration) -> Result<Answer, SignerError> {
    let line = exchange(socket, request, patience).map_err(|e| SignerError::Unreachable {
        socket: socket.to_owned(),
        what: match e.kind() {
            io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => {
                format!("no answer within {} s", patience.as_secs())
            }
            _ => e.to_string(),
        },
    })?;
    if line.len() > MAX_LINE_BYTES {
        return Err(bad(socket, "the answer is too long"));
    }
    let answer: Answer = serde_json::from_slice(&line).map_err(|e| bad(socket, &e.to_string()))?;
    if answer.version != VERSION {
        let what = format!("it speaks version {}, not {VERSION}", answer.version);
        return Err(bad(socket, &what));
    }
    match answer.refused {
        Some(what) => Err(SignerError::Refused {
            socket: socket.to_owned(),
            what: crate::files::shown(&what, 400),
        }),
        None => Ok(answer),
    }
}

fn exchange(socket: &Path, request: &Request, patience: Duration) -> io::Result<Vec<u8>> {
    let mut stream = UnixStream::connect(socket)?;
    stream.set_write_timeout(Some(LINE_TIME))?;
    stream.set_read_timeout(Some(patience))?;
    let mut line = serde_json::to_vec(request)?;
    line.push(b'\n');
    stream.write_all(&line)?;
    let mut answer = Vec::new();
    BufReader::new(stream)
        .take(MAX_LINE_BYTES as u64 + 1)
        .read_until(b'\n', &mut answer)?;
    Ok(answer)
}
