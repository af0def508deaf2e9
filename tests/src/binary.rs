//! The program under test.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::SystemTime;

/// The rooms whose files make the program.
const ROOMS: [&str; 4] = ["contracts", "ledger", "node", "cli"];

/// The `allonge` program: `ALLONGE_BIN` where that is set, else the one of this build. `cargo test
/// --workspace` has made it; where only these tests were built, it is made here if it is missing or older
/// than its sources.
///
/// # Panics
/// It cannot be built.
pub fn binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| match std::env::var_os("ALLONGE_BIN") {
        Some(path) => PathBuf::from(path)
            .canonicalize()
            .expect("ALLONGE_BIN is a file"),
        None => built(),
    })
}

/// `target/<profile>` from the program that runs: a test is in `target/<profile>/deps`, a tool in `target/<profile>`.
fn profile_folder() -> PathBuf {
    let own = std::env::current_exe().expect("this program's path");
    let folder = own.parent().expect("target/<profile>");
    match folder.file_name().is_some_and(|name| name == "deps") {
        true => folder.parent().expect("target/<profile>/deps").to_owned(),
        false => folder.to_owned(),
    }
}

fn built() -> PathBuf {
    let folder = profile_folder();
    let program = folder.join("allonge");
    let made = fs::metadata(&program).and_then(|data| data.modified());
    if !made.is_ok_and(|made| made > newest_source()) {
        build(&folder);
    }
    program
}

fn newest_source() -> SystemTime {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut newest = SystemTime::UNIX_EPOCH;
    let mut look = |path: &Path| {
        let data = fs::metadata(path).and_then(|data| data.modified());
        newest = newest.max(data.unwrap_or_else(|e| panic!("{}: {e}", path.display())));
    };
    look(&root.join("Cargo.lock"));
    look(&root.join("Cargo.toml"));
    let mut folders = Vec::new();
    for room in ROOMS {
        look(&root.join(room).join("Cargo.toml"));
        folders.push(root.join(room).join("src"));
    }
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder of sources") {
            let path = entry.expect("a source").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                look(&path);
            }
        }
    }
    newest
}

fn build(folder: &Path) {
    let profile = match folder.file_name().and_then(|n| n.to_str()) {
        None | Some("debug") => "dev",
        Some(name) => name,
    };
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    // What cargo tells a test of its package would look like a change to build scripts.
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("CARGO_") && name != "CARGO_HOME" {
            command.env_remove(name);
        }
    }
    let output = command
        .args(["build", "--package", "allonge-cli", "--bin", "allonge"])
        .args(["--profile", profile])
        .arg("--target-dir")
        .arg(folder.parent().expect("target"))
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."))
        .output()
        .expect("cargo runs");
    assert!(
        output.status.success(),
        "allonge does not build:\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
