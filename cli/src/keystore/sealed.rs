//! Keys as PKCS#8, encrypted (PBES2) or not, in PEM or DER; `openssl pkey` reads what is written here.

use allonge_contracts::PublicKey;
use allonge_node::keyfile;
use ed25519_dalek::SigningKey;
use pkcs8::pkcs5::{EncryptionScheme, pbes2, scrypt};
use pkcs8::{
    DecodePrivateKey, EncryptedPrivateKeyInfoRef, LineEnding, PrivateKeyInfoRef, SecretDocument,
};
use zeroize::Zeroizing;

const ENCRYPTED: &str = "ENCRYPTED PRIVATE KEY";
const PLAIN: &str = "PRIVATE KEY";
/// Stands before the PEM of an encrypted key, so that its public half is known without the passphrase.
const PUBLIC: &str = "public-key: ";

/// scrypt with N = 2^14, r = 8, p = 5: 16 MiB, which openssl grants a key file, five times over.
const LOG_N: u8 = 14;
const BLOCK: u32 = 8;
const LANES: u32 = 5;

/// What a file may ask of the reader: memory of scrypt in bytes, its lanes, rounds of PBKDF2.
const MAX_MEMORY: u64 = 1 << 30;
const MAX_LANES: u16 = 64;
const MAX_ROUNDS: u32 = 20_000_000;

/// What a key file holds.
pub enum Content {
    /// A key as it is.
    Plain(SigningKey),
    /// One behind a passphrase.
    Sealed(Sealed),
}

/// An encrypted key.
pub struct Sealed {
    document: SecretDocument,
    /// The public half that stands before it, where one does; only opening it shows whether it is right.
    pub public: Option<PublicKey>,
}

/// Why an encrypted key does not open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OpenError {
    /// A wrong passphrase, or a damaged file: the two look alike.
    Passphrase,
    /// The file is at fault.
    File(String),
}

/// Reads PKCS#8, PEM or DER.
///
/// # Errors
/// What is wrong with it.
pub fn decode(bytes: &[u8]) -> Result<Content, String> {
    let none = || "it holds no ed25519 private key in PKCS#8".to_owned();
    match std::str::from_utf8(bytes) {
        Ok(text) if text.contains("-----BEGIN ") => from_pem(text),
        _ => match SigningKey::from_pkcs8_der(bytes) {
            Ok(key) => Ok(Content::Plain(key)),
            Err(_) => sealed(SecretDocument::try_from(bytes).map_err(|_| none())?, None),
        },
    }
}

fn from_pem(text: &str) -> Result<Content, String> {
    let none = || "it holds no ed25519 private key in PKCS#8 PEM".to_owned();
    let (before, pem) = text.split_at(text.find("-----BEGIN ").ok_or_else(none)?);
    let (label, document) = SecretDocument::from_pem(pem).map_err(|_| none())?;
    match label {
        PLAIN => SigningKey::from_pkcs8_der(document.as_bytes())
            .map(Content::Plain)
            .map_err(|_| none()),
        ENCRYPTED => {
            let public = before.lines().find_map(|line| line.strip_prefix(PUBLIC));
            let public = public
                .map(|key| key.trim().parse())
                .transpose()
                .map_err(|_| "the public half that stands before it is none".to_owned())?;
            sealed(document, public)
        }
        _ => Err(none()),
    }
}

fn sealed(document: SecretDocument, public: Option<PublicKey>) -> Result<Content, String> {
    let info = EncryptedPrivateKeyInfoRef::try_from(document.as_bytes())
        .map_err(|_| "it holds no ed25519 private key in PKCS#8".to_owned())?;
    check_cost(&info.encryption_algorithm)?;
    Ok(Content::Sealed(Sealed { document, public }))
}

/// Whether opening it would take no more than a key may ask for.
fn check_cost(scheme: &EncryptionScheme) -> Result<(), String> {
    let other = "it is encrypted in a way that is not read: PBES2 with AES-CBC is";
    let params = scheme.pbes2().ok_or(other)?;
    match &params.kdf {
        pbes2::Kdf::Pbkdf2(kdf) if kdf.iteration_count > MAX_ROUNDS => Err(format!(
            "it asks for {} rounds, at most {MAX_ROUNDS} are done",
            kdf.iteration_count
        )),
        pbes2::Kdf::Scrypt(kdf) => {
            let memory = u64::from(kdf.block_size)
                .saturating_mul(128)
                .saturating_mul(kdf.cost_parameter);
            if memory > MAX_MEMORY || kdf.parallelization > MAX_LANES {
                Err(format!(
                    "it asks for {memory} bytes of memory in {} lanes, at most {MAX_MEMORY} in {MAX_LANES} are given",
                    kdf.parallelization
                ))
            } else {
                Ok(())
            }
        }
        pbes2::Kdf::Pbkdf2(_) => Ok(()),
        _ => Err(other.to_owned()),
    }
}

impl Sealed {
    /// The key.
    ///
    /// # Errors
    /// As [`OpenError`].
    pub fn open(&self, passphrase: &str) -> Result<SigningKey, OpenError> {
        let info = EncryptedPrivateKeyInfoRef::try_from(self.document.as_bytes())
            .map_err(|e| OpenError::File(e.to_string()))?;
        let document = info.decrypt(passphrase).map_err(|error| match error {
            pkcs8::Error::EncryptedPrivateKey(
                problem @ (pkcs8::pkcs5::Error::UnsupportedAlgorithm { .. }
                | pkcs8::pkcs5::Error::AlgorithmParametersInvalid { .. }
                | pkcs8::pkcs5::Error::NoPbes1CryptSupport),
            ) => OpenError::File(format!(
                "it is encrypted in a way that is not read: {problem}"
            )),
            // A wrong passphrase gives bytes that are padded wrongly, or rightly by chance.
            _ => OpenError::Passphrase,
        })?;
        let info =
            PrivateKeyInfoRef::try_from(document.as_bytes()).map_err(|_| OpenError::Passphrase)?;
        let key = SigningKey::try_from(info)
            .map_err(|_| OpenError::File("the key in it is no ed25519 key".to_owned()))?;
        match self.public {
            Some(public) if public != super::public_key(&key) => Err(OpenError::File(format!(
                "the public half before it, {public}, is not that of the key in it, {}",
                super::public_key(&key)
            ))),
            _ => Ok(key),
        }
    }
}

/// A key as PKCS#8 PEM, encrypted where there is a passphrase.
///
/// # Errors
/// What went wrong, such as no random bytes.
pub fn encode(key: &SigningKey, passphrase: Option<&str>) -> Result<Zeroizing<String>, String> {
    let plain = keyfile::encode(key).map_err(str::to_owned)?;
    let Some(passphrase) = passphrase else {
        return Ok(plain);
    };
    let failed = |what: String| format!("it cannot be encrypted: {what}");
    let mut chance = [0u8; 32];
    getrandom::fill(&mut chance).map_err(|e| failed(e.to_string()))?;
    let (salt, iv) = chance.split_at(16);
    let iv = iv.try_into().map_err(|_| failed("no iv".to_owned()))?;
    let cost = scrypt::Params::new(LOG_N, BLOCK, LANES).map_err(|e| failed(e.to_string()))?;
    let params = pbes2::Parameters::generate_scrypt_aes256cbc(cost, salt, iv)
        .map_err(|e| failed(e.to_string()))?;
    let (_, document) = SecretDocument::from_pem(&plain).map_err(|e| failed(e.to_string()))?;
    let sealed = PrivateKeyInfoRef::try_from(document.as_bytes())
        .map_err(|e| failed(e.to_string()))?
        .encrypt_with_params(params, passphrase)
        .map_err(|e| failed(e.to_string()))?;
    let pem = sealed
        .to_pem(ENCRYPTED, LineEnding::LF)
        .map_err(|e| failed(e.to_string()))?;
    let public = super::public_key(key);
    Ok(Zeroizing::new(format!("{PUBLIC}{public}\n{}", *pem)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use pkcs8::der::asn1::OctetStringRef;

    fn key() -> SigningKey {
        SigningKey::from_bytes(&[7; 32])
    }

    fn open(text: &[u8], passphrase: &str) -> Result<SigningKey, OpenError> {
        match decode(text).map_err(OpenError::File)? {
            Content::Plain(key) => Ok(key),
            Content::Sealed(sealed) => sealed.open(passphrase),
        }
    }

    #[test]
    fn a_sealed_key_opens_with_its_passphrase_alone_and_never_twice_the_same() {
        let text = encode(&key(), Some("long enough")).unwrap();
        assert_ne!(text, encode(&key(), Some("long enough")).unwrap());
        let opened = open(text.as_bytes(), "long enough").unwrap();
        assert_eq!(opened.to_bytes(), key().to_bytes());
        assert_eq!(
            open(text.as_bytes(), "long enougH").err(),
            Some(OpenError::Passphrase)
        );
        let Content::Sealed(sealed) = decode(text.as_bytes()).unwrap() else {
            panic!("not sealed");
        };
        assert_eq!(sealed.public, Some(super::super::public_key(&key())));
    }

    #[test]
    fn a_public_half_that_is_another_keys_is_told() {
        let other = super::super::public_key(&SigningKey::from_bytes(&[8; 32]));
        let text = encode(&key(), Some("long enough")).unwrap();
        let (_, pem) = text.split_once('\n').unwrap();
        let forged = format!("{PUBLIC}{other}\n{pem}");
        let Err(OpenError::File(what)) = open(forged.as_bytes(), "long enough") else {
            panic!("opened");
        };
        assert!(what.contains(&other.to_string()), "{what}");
        assert!(open(pem.as_bytes(), "long enough").is_ok());
    }

    #[test]
    fn what_would_cost_too_much_to_open_is_refused_unopened() {
        let data = [0u8; 48];
        let with = |params: pbes2::Parameters| {
            let info = EncryptedPrivateKeyInfoRef {
                encryption_algorithm: params.into(),
                encrypted_data: OctetStringRef::new(&data).unwrap(),
            };
            let document = SecretDocument::try_from(&info).unwrap();
            decode(document.as_bytes()).err()
        };
        let scrypt = |log_n, lanes| {
            let cost = scrypt::Params::new(log_n, BLOCK, lanes).unwrap();
            pbes2::Parameters::generate_scrypt_aes256cbc(cost, &[1; 16], [2; 16]).unwrap()
        };
        let pbkdf2 = |rounds| {
            pbes2::Parameters::generate_pbkdf2_sha256_aes256cbc(rounds, &[1; 16], [2; 16]).unwrap()
        };
        assert_eq!(with(scrypt(LOG_N, LANES)), None);
        assert_eq!(with(pbkdf2(2_048)), None);
        for (params, says) in [
            (scrypt(21, 1), "2147483648 bytes of memory"),
            (scrypt(LOG_N, 65), "65 lanes"),
            (pbkdf2(MAX_ROUNDS + 1), "20000001 rounds"),
        ] {
            let problem = with(params).unwrap();
            assert!(problem.contains(says), "{problem}");
        }
    }
}
