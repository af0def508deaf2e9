//! Sealing quotes to whoever asked, and opening them again: anonymous sealed boxes (X25519, XSalsa20-Poly1305).

use crate::error::CliError;
use allonge_contracts::receivables::Quoted;
use allonge_contracts::{PublicKey, RequestId};
use crypto_box::aead::OsRng;
use crypto_box::{PublicKey as SealKey, SecretKey};
use std::fs;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

fn folder(home: &Path) -> PathBuf {
    home.join("quotes")
}

fn file_of(home: &Path, key: &PublicKey) -> PathBuf {
    folder(home).join(format!("{key}.key"))
}

fn unwritable(file: &Path, error: &std::io::Error) -> CliError {
    CliError::input(
        "FILE",
        format!("cannot write {}: {error}", file.display()),
        "make the folder writable, or name another with --home",
    )
}

/// A new key to which quotes are sealed; its secret half stays in the home folder.
///
/// # Errors
/// The folder cannot be written.
pub fn new_key(home: &Path) -> Result<PublicKey, CliError> {
    let secret = SecretKey::generate(&mut OsRng);
    let key = PublicKey(*secret.public_key().as_bytes());
    let file = file_of(home, &key);
    fs::create_dir_all(folder(home)).map_err(|e| unwritable(&file, &e))?;
    let text = Zeroizing::new(hex::encode(secret.to_bytes()));
    fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&file)
        .and_then(|mut out| out.write_all(text.as_bytes()).and_then(|()| out.sync_all()))
        .map_err(|e| unwritable(&file, &e))?;
    Ok(key)
}

/// The secret half of such a key; none where it is not in this home.
///
/// # Errors
/// The file is there and cannot be read.
pub fn secret_of(home: &Path, key: &PublicKey) -> Result<Option<SecretKey>, CliError> {
    let file = file_of(home, key);
    let unreadable = |what: String| {
        CliError::input(
            "FILE",
            format!("cannot read {}: {what}", file.display()),
            "restore the file, or close the question with `allonge receivable close-quotes`",
        )
    };
    let text = match fs::read_to_string(&file) {
        Ok(text) => Zeroizing::new(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(error.to_string())),
    };
    let mut bytes = Zeroizing::new([0u8; 32]);
    hex::decode_to_slice(text.trim(), bytes.as_mut_slice())
        .map_err(|_| unreadable("it is not a key".to_owned()))?;
    Ok(Some(SecretKey::from(*bytes)))
}

/// Seals a quote so that only the key's owner reads it. In lower-case hex.
///
/// # Errors
/// The key is of no use.
pub fn seal(key: &PublicKey, quoted: &Quoted) -> Result<String, CliError> {
    serde_json::to_vec(quoted)
        .ok()
        .and_then(|plain| SealKey::from(*key.as_bytes()).seal(&mut OsRng, &plain).ok())
        .map(hex::encode)
        .ok_or_else(|| {
            CliError::input(
                "QUOTE_KEY",
                format!("nothing can be sealed to the key {key} of this question"),
                "ask whoever asks for quotes to ask again",
            )
        })
}

/// Whether what was sealed is a quote.
pub fn quote_in(plain: &[u8]) -> bool {
    serde_json::from_slice::<Quoted>(plain).is_ok()
}

/// Why a sealed quote cannot be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closed {
    /// It is not sealed to this key, or was altered.
    NotForThisKey,
    /// What is inside is no quote.
    Unreadable,
    /// It is another quote than its funder committed to on the ledger.
    NotAsCommitted,
}

/// Opens a sealed quote and checks it against what its funder committed to.
pub fn open(
    secret: &SecretKey,
    ask: &RequestId,
    sealed: &allonge_contracts::receivables::SealedQuote,
) -> Result<Quoted, Closed> {
    let bytes = hex::decode(sealed.sealed.as_str()).map_err(|_| Closed::Unreadable)?;
    let plain = secret.unseal(&bytes).map_err(|_| Closed::NotForThisKey)?;
    let quoted: Quoted = serde_json::from_slice(&plain).map_err(|_| Closed::Unreadable)?;
    if quoted.commitment(ask, &sealed.funder) != sealed.commitment {
        return Err(Closed::NotAsCommitted);
    }
    Ok(quoted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use allonge_contracts::receivables::SealedQuote;
    use allonge_contracts::{DayCount, Hash, MemberId, Money, Rate};

    fn quoted() -> Quoted {
        Quoted {
            rate: Rate(38_500),
            day_count: DayCount::Act360,
            advance: Money::new("CNY".parse().unwrap(), 20_000_000),
            recourse: true,
            salt: Hash([7; 32]),
        }
    }

    fn sealed(key: &PublicKey, ask: &RequestId, funder: &MemberId) -> SealedQuote {
        SealedQuote {
            funder: funder.clone(),
            commitment: quoted().commitment(ask, funder),
            sealed: seal(key, &quoted()).unwrap().parse().unwrap(),
            valid_until: 1,
        }
    }

    #[test]
    fn only_the_asker_opens_a_quote_and_only_as_it_was_committed_to() {
        let home = tempfile::tempdir().unwrap();
        let key = new_key(home.path()).unwrap();
        let other = new_key(home.path()).unwrap();
        let (ask, funder): (RequestId, MemberId) = (RequestId([3; 16]), "bank-b".parse().unwrap());
        let quote = sealed(&key, &ask, &funder);
        let secret = secret_of(home.path(), &key).unwrap().unwrap();
        assert_eq!(open(&secret, &ask, &quote), Ok(quoted()));
        let rival = secret_of(home.path(), &other).unwrap().unwrap();
        assert_eq!(open(&rival, &ask, &quote), Err(Closed::NotForThisKey));
        let copied = SealedQuote {
            funder: "bank-c".parse().unwrap(),
            ..quote.clone()
        };
        assert_eq!(open(&secret, &ask, &copied), Err(Closed::NotAsCommitted));
        let cut = quote.sealed.as_str();
        let cut = SealedQuote {
            sealed: cut[..cut.len() - 2].parse().unwrap(),
            ..quote
        };
        assert_eq!(open(&secret, &ask, &cut), Err(Closed::NotForThisKey));
    }

    #[test]
    fn a_key_that_is_not_here_is_none_and_one_that_is_spoiled_is_named() {
        let home = tempfile::tempdir().unwrap();
        assert!(
            secret_of(home.path(), &PublicKey([1; 32]))
                .unwrap()
                .is_none()
        );
        let key = new_key(home.path()).unwrap();
        let file = file_of(home.path(), &key);
        fs::write(&file, "no key").unwrap();
        let error = secret_of(home.path(), &key).err().unwrap().to_string();
        assert!(error.contains(&file.display().to_string()), "{error}");
    }
}
