//! A node's files harmed while it is down: it must say so, or be none the worse for it.

use crate::cluster::{Cluster, ClusterError, READY_WITHIN};
use crate::dice::Dice;
use crate::error::CliError;
use allonge_node::store::{Home, repair};
use serde::Serialize;
use std::fs;
use std::path::{Path, PathBuf};

/// What was done to which file, and what came of it.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Harmed {
    /// The file, in the node's folder.
    pub file: String,
    /// What was done to it.
    pub what: String,
    /// Whether the node refused to start with it and said why; else it was none the worse for it.
    pub named: bool,
    /// How many records `node repair` found damaged.
    pub found: usize,
    /// By how many blocks the repair shortened what the node has.
    pub blocks: u64,
    #[serde(skip)]
    path: PathBuf,
    #[serde(skip)]
    before: Vec<u8>,
}

impl std::fmt::Display for Harmed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let named = match self.named {
            true => "named by the node",
            false => "the node was none the worse for it",
        };
        write!(
            f,
            "{}: {}; {named}; repair found {}, {} blocks fetched again",
            self.file, self.what, self.found, self.blocks
        )
    }
}

fn failed(doing: &str, path: &Path, error: impl ToString) -> CliError {
    CliError::input(
        "CHAOS",
        format!("cannot {doing} {}: {}", path.display(), error.to_string()),
        "see whether the disk is full or not writable",
    )
}

/// All files of the store and the log of votes that have bytes, in order.
fn files(home: &Path) -> Result<Vec<PathBuf>, CliError> {
    let mut found = Vec::new();
    let mut folders = vec![home.join("store"), home.join("wal")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).map_err(|error| failed("read", &folder, error))? {
            let entry = entry.map_err(|error| failed("read", &folder, error))?;
            let data = entry
                .metadata()
                .map_err(|error| failed("read", &entry.path(), error))?;
            if data.is_dir() {
                folders.push(entry.path());
            } else if data.len() > 0 {
                found.push(entry.path());
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Flips a bit of a file of a stopped node, or cuts it off: which one and where, the dice say.
pub(super) fn harm(home: &Path, dice: &Dice, number: u64) -> Result<Harmed, CliError> {
    let all = files(home)?;
    let which = dice.below("file", &[number], all.len() as u64);
    let path = usize::try_from(which).ok().and_then(|at| all.get(at));
    let path = path.ok_or_else(|| failed("harm", home, "it has no files"))?;
    let before = fs::read(path).map_err(|error| failed("read", path, error))?;
    // Sled's files are longer than what is written into them.
    let used = before.iter().rposition(|byte| *byte != 0).unwrap_or(0);
    let at = dice.below("at", &[number], (used as u64).saturating_add(1));
    let at = usize::try_from(at).unwrap_or(0);
    let mut after = before.clone();
    let what = if dice.below("cut", &[number], 3) == 0 {
        after.truncate(at);
        format!("cut off at byte {at} of {}", before.len())
    } else {
        let bit = dice.below("bit", &[number], 8);
        if let Some(byte) = after.get_mut(at) {
            *byte ^= 1 << bit;
        }
        format!("bit {bit} of byte {at} flipped")
    };
    fs::write(path, after).map_err(|error| failed("write", path, error))?;
    let name = path.strip_prefix(home).unwrap_or(path);
    Ok(Harmed {
        file: name.display().to_string(),
        what,
        named: false,
        found: 0,
        blocks: 0,
        path: path.clone(),
        before,
    })
}

/// Starts the node with the harmed file, has it repaired whatever it says, and starts it again.
pub(super) async fn mend(
    cluster: &mut Cluster,
    node: usize,
    harmed: &mut Harmed,
) -> Result<(), CliError> {
    cluster.start(node)?;
    match cluster.wait_ready(node, READY_WITHIN).await {
        Ok(()) => match cluster.stop(node) {
            Ok(_) => {}
            // It came upon it a moment later.
            Err(ClusterError::NotRunning { .. }) => harmed.named = true,
            Err(error) => return Err(error.into()),
        },
        Err(ClusterError::Exited { tail, .. })
            if tail.contains("damaged") || tail.contains("/wal") =>
        {
            harmed.named = true;
        }
        Err(error) => return Err(error.into()),
    }
    let path = cluster.home(node)?;
    if harmed.named && harmed.file.starts_with("wal") {
        // Votes cannot be had from others: the operator puts a copy back.
        fs::write(&harmed.path, &harmed.before)
            .map_err(|error| failed("write", &harmed.path, error))?;
    }
    let (genesis, wal) = (cluster.genesis()?, path.join("wal"));
    let repaired = tokio::task::spawn_blocking(move || {
        let home = Home::take(&path).map_err(|error| failed("repair", &path, error))?;
        repair(&home, &genesis, false).map_err(|error| failed("repair", &path, error))
    });
    let repaired = repaired
        .await
        .map_err(|error| failed("repair", Path::new("a node"), error))??;
    harmed.found = repaired.findings.len();
    harmed.blocks = repaired.height_before.saturating_sub(repaired.height);
    if (harmed.blocks > 0 || repaired.set_aside.is_some()) && wal.exists() {
        // As the command says to do: the guard remembers what was signed at the heights that are fetched again.
        let mut aside = (1u32..).map(|n| wal.with_file_name(format!("wal.before-repair-{n}")));
        let aside = aside.find(|path| !path.exists()).unwrap_or_default();
        fs::rename(&wal, &aside).map_err(|error| failed("move", &wal, error))?;
    }
    cluster.start(node)?;
    Ok(cluster.wait_ready(node, READY_WITHIN).await?)
}
