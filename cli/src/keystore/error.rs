//! Why a key cannot be used.

use std::path::PathBuf;

/// A keystore that cannot do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum KeystoreError {
    /// A name that no key can have.
    #[error(
        "`{0}` is not a key name: 1 to 64 of a-z, 0-9, `.`, `_` and `-`, starting with a letter or digit"
    )]
    Name(String),
    /// There is one already.
    #[error("there is a key `{name}` already at {}", .path.display())]
    Exists {
        /// The key's name.
        name: String,
        /// Its file.
        path: PathBuf,
    },
    /// There is none.
    #[error("there is no key `{name}` in {}", .folder.display())]
    NotFound {
        /// The key's name.
        name: String,
        /// Where it was looked for.
        folder: PathBuf,
    },
    /// Others than the owner can read the file.
    #[error("the key file {} can be read by others (mode {mode:04o})", .path.display())]
    Permissions {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// Not a regular file, or far too large for a key.
    #[error("{} is not a key file: {what}", .path.display())]
    NotAKey {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// The key is encrypted, and nothing says with what.
    #[error("the key in {} is encrypted, and no passphrase is given", .path.display())]
    Locked {
        /// The file.
        path: PathBuf,
    },
    /// The passphrase is another one.
    #[error("the passphrase does not open {}; it is a wrong one, or the file is damaged", .path.display())]
    WrongPassphrase {
        /// The file.
        path: PathBuf,
    },
    /// The place that a passphrase was to come from is no good.
    #[error("there is no passphrase to use: {0}")]
    Passphrase(String),
    /// The file system said no.
    #[error("cannot {doing} {}: {source}", .path.display())]
    Io {
        /// `read`, `write`, `create` or `list`.
        doing: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The operating system gave no random bytes.
    #[error("the system gave no random bytes: {0}")]
    Random(String),
}

impl KeystoreError {
    /// The stable name of the problem.
    pub fn code(&self) -> &'static str {
        match self {
            KeystoreError::Name(_) => "KEY_NAME",
            KeystoreError::Exists { .. } => "KEY_EXISTS",
            KeystoreError::NotFound { .. } => "KEY_NOT_FOUND",
            KeystoreError::Permissions { .. } => "KEY_PERMISSIONS",
            KeystoreError::NotAKey { .. } => "KEY_UNREADABLE",
            KeystoreError::Locked { .. } => "KEY_LOCKED",
            KeystoreError::WrongPassphrase { .. } => "KEY_WRONG_PASSPHRASE",
            KeystoreError::Passphrase(_) => "PASSPHRASE",
            KeystoreError::Io { .. } => "KEYSTORE_IO",
            KeystoreError::Random(_) => "KEYSTORE_RANDOM",
        }
    }

    /// What to do next.
    pub fn hint(&self) -> String {
        match self {
            KeystoreError::Name(_) => "choose another name, such as `acme`".to_owned(),
            KeystoreError::Exists { .. } => "choose another name, or move the old file away".to_owned(),
            KeystoreError::NotFound { .. } => {
                "see `allonge key list`, make one with `allonge key new NAME`, or name the folder with --home".to_owned()
            }
            KeystoreError::Permissions { path, .. } => format!("run: chmod 600 {}", quoted(path)),
            KeystoreError::NotAKey { .. } => {
                "a key file is an ed25519 key as PKCS#8 PEM, as `allonge key new` or `openssl genpkey -algorithm ed25519` writes it; one encrypted otherwise is made readable by `openssl pkcs8 -topk8 -v2 aes-256-cbc`"
                    .to_owned()
            }
            KeystoreError::Locked { .. } => {
                "name a file with --passphrase-file or ALLONGE_PASSPHRASE_FILE, set ALLONGE_PASSPHRASE, or run it on a terminal, which is then asked"
                    .to_owned()
            }
            KeystoreError::WrongPassphrase { .. } => {
                "check the passphrase; of a file, the first line is taken".to_owned()
            }
            KeystoreError::Passphrase(_) => {
                "give a passphrase of 1 to 1024 bytes: in a file's first line (--passphrase-file), in an environment variable, or on a terminal"
                    .to_owned()
            }
            KeystoreError::Io { .. } => "check the folder and its permissions, or name another with --home".to_owned(),
            KeystoreError::Random(_) => "try again".to_owned(),
        }
    }
}

/// A path fit for a shell.
fn quoted(path: &std::path::Path) -> String {
    let text = path.display().to_string();
    let plain = text
        .chars()
        .all(|c| c.is_alphanumeric() || matches!(c, '/' | '.' | '_' | '-'));
    if plain {
        text
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}
