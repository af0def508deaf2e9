use super::*;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

fn store() -> (tempfile::TempDir, Keystore) {
    let home = tempfile::tempdir().unwrap();
    let store = Keystore::of_home(home.path());
    (home, store)
}

#[test]
fn a_new_key_reads_back_and_only_its_owner_can_read_it() {
    let (home, store) = store();
    let made = store.create("acme").unwrap();
    let path = home.path().join("keys/acme.pem");
    assert_eq!(store.load("acme").unwrap().public(), made.public());
    assert_eq!(
        std::fs::metadata(&path).unwrap().permissions().mode() & 0o7777,
        0o600
    );
    let folder = std::fs::metadata(home.path().join("keys")).unwrap();
    assert_eq!(folder.permissions().mode() & 0o777, 0o700);
    assert_eq!(store.names().unwrap(), ["acme"]);
    assert!(matches!(
        store.create("acme"),
        Err(KeystoreError::Exists { .. })
    ));
    assert_eq!(store.load("acme").unwrap().public(), made.public());
}

#[test]
fn openssl_reads_the_file_and_finds_the_same_public_key() {
    let (home, store) = store();
    let key = store.create("acme").unwrap();
    let path = home.path().join("keys/acme.pem");
    let Ok(output) = Command::new("openssl")
        .args(["pkey", "-noout", "-text", "-in"])
        .arg(&path)
        .output()
    else {
        // No openssl here; the bytes are compared in `the_file_is_pkcs8_version_1`.
        return;
    };
    let text = String::from_utf8(output.stdout).unwrap();
    let public: String = text
        .split("pub:")
        .nth(1)
        .unwrap_or_else(|| panic!("{text}{}", String::from_utf8_lossy(&output.stderr)))
        .chars()
        .filter(char::is_ascii_hexdigit)
        .collect();
    assert_eq!(public, key.public().to_string());
}

/// RFC 8410, section 10.3: the example of a version 1 key.
#[test]
fn the_file_is_pkcs8_version_1() {
    let pem = "-----BEGIN PRIVATE KEY-----\n\
        MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n\
        -----END PRIVATE KEY-----\n";
    let (home, store) = store();
    let path = home.path().join("rfc.pem");
    std::fs::write(&path, pem).unwrap();
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).unwrap();
    let key = KeyFile::read(&path)
        .and_then(|file| file.open(&Passphrases::default()))
        .unwrap();
    assert_eq!(
        public_key(&key).to_string(),
        "19bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1"
    );
    let copy = store.insert("copy", &key, None).unwrap();
    assert_eq!(std::fs::read_to_string(copy).unwrap(), pem);
}

#[test]
fn a_key_that_others_can_read_is_refused_with_the_command_to_run() {
    let (home, store) = store();
    store.create("acme").unwrap();
    let path = home.path().join("keys/acme.pem");
    for mode in [0o640, 0o604, 0o660, 0o644] {
        std::fs::set_permissions(&path, PermissionsExt::from_mode(mode)).unwrap();
        let error = store.load("acme").err().unwrap();
        assert!(
            matches!(error, KeystoreError::Permissions { .. }),
            "{error}"
        );
        assert!(error.to_string().contains(&format!("{mode:04o}")));
        assert_eq!(error.hint(), format!("run: chmod 600 {}", path.display()));
    }
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o400)).unwrap();
    assert!(store.load("acme").is_ok());
}

#[test]
fn what_is_no_key_file_is_refused() {
    let (home, store) = store();
    store.create("acme").unwrap();
    let path = home.path().join("keys/acme.pem");
    for bytes in [&b""[..], b"hello", b"\xff\xfe", &[b'x'; 20_000]] {
        std::fs::write(&path, bytes).unwrap();
        assert!(matches!(
            store.load("acme"),
            Err(KeystoreError::NotAKey { .. })
        ));
    }
    std::fs::remove_file(&path).unwrap();
    assert!(matches!(
        store.load("acme"),
        Err(KeystoreError::NotFound { .. })
    ));
    std::fs::create_dir(&path).unwrap();
    assert!(matches!(
        store.load("acme"),
        Err(KeystoreError::NotAKey { .. })
    ));
}

#[test]
fn names_cannot_leave_the_folder() {
    let (_home, store) = store();
    for name in [
        "",
        "../x",
        "a/b",
        ".hidden",
        "-x",
        "A",
        "a b",
        "ä",
        &"a".repeat(65),
    ] {
        assert!(
            matches!(store.create(name), Err(KeystoreError::Name(_))),
            "{name}"
        );
        assert!(
            matches!(store.load(name), Err(KeystoreError::Name(_))),
            "{name}"
        );
    }
}

#[test]
fn a_members_keys_are_found_by_their_public_halves() {
    let (home, store) = store();
    let mut keys: Vec<PublicKey> = ["acme", "other", "zebra"]
        .iter()
        .map(|name| store.create(name).unwrap().public())
        .collect();
    let stranger = keys.remove(1);
    keys.sort_unstable();
    let mut member = Member {
        id: "acme".parse().unwrap(),
        roles: vec![allonge_contracts::members::Role::Enterprise],
        legal_id: None,
        bank_number: None,
        account_bank: None,
        keys,
        threshold: 2,
        suspended: false,
    };
    let found = store.for_member(&member).unwrap();
    let names: Vec<&str> = found.keys.iter().map(|key| key.name.as_str()).collect();
    assert_eq!(names, ["acme", "zebra"]);
    assert!(found.keys.iter().all(|key| key.public() != stranger));

    member.threshold = 1;
    assert_eq!(store.for_member(&member).unwrap().keys.len(), 1);

    let path = home.path().join("keys/acme.pem");
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o644)).unwrap();
    let found = store.for_member(&member).unwrap();
    assert_eq!(found.keys[0].name, "zebra");
    assert_eq!(found.unreadable.len(), 1);
}

#[test]
fn an_encrypted_key_of_another_is_left_closed() {
    let (_home, store) = store();
    let own = store.create("acme").unwrap().public();
    let passphrase = Passphrase::new("another".to_owned());
    let key = new_key().unwrap();
    store.insert("acme-b", &key, Some(&passphrase)).unwrap();
    let mut member = Member {
        id: "acme".parse().unwrap(),
        roles: vec![allonge_contracts::members::Role::Enterprise],
        legal_id: None,
        bank_number: None,
        account_bank: None,
        keys: vec![own],
        threshold: 2,
        suspended: false,
    };
    // A place that is no good: whoever asks for the passphrase is found out.
    let store = store.with_passphrases(Passphrases {
        file: Some("/nowhere/secret".into()),
    });
    let found = store.for_member(&member).unwrap();
    assert_eq!((found.keys.len(), found.unreadable.len()), (1, 0));
    member.keys.push(public_key(&key));
    let found = store.for_member(&member).unwrap();
    assert_eq!((found.keys.len(), found.unreadable.len()), (1, 1));
}
