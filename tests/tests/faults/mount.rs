//! A file system of its own under a node's folder. It needs root; where nothing may be mounted, the tests that use it
//! say so and try nothing.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A small file system in memory, mounted over a folder and what it held. Unmounted when dropped.
pub struct Mount {
    at: PathBuf,
}

fn mount(args: &[&str]) -> bool {
    let mut command = Command::new("mount");
    command
        .args(args)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        match entry.path().is_dir() {
            true => copy(&entry.path(), &to.join(entry.file_name())),
            false => drop(fs::copy(entry.path(), to.join(entry.file_name())).unwrap()),
        }
    }
}

impl Mount {
    /// Mounts `kib` KiB over a folder, with what was in it; `None` where that is not allowed.
    pub fn over(folder: &Path, kib: u64) -> Option<Mount> {
        let before = folder.with_extension("before");
        fs::create_dir_all(folder).unwrap();
        fs::rename(folder, &before).unwrap();
        fs::create_dir(folder).unwrap();
        let size = format!("size={kib}k,mode=0700");
        if !mount(&[
            "-t",
            "tmpfs",
            "-o",
            &size,
            "tmpfs",
            folder.to_str().unwrap(),
        ]) {
            fs::remove_dir(folder).unwrap();
            fs::rename(&before, folder).unwrap();
            println!("nothing can be mounted here: not tried");
            return None;
        }
        copy(&before, folder);
        Some(Mount {
            at: folder.to_owned(),
        })
    }

    fn filler(&self) -> PathBuf {
        self.at.join("filler")
    }

    /// Takes all the room that is left.
    pub fn fill(&self) {
        let mut file = fs::File::create(self.filler()).unwrap();
        for size in [65_536, 4_096, 1] {
            while file.write_all(&vec![0; size]).is_ok() {}
        }
    }

    /// Gives it back.
    pub fn make_room(&self) {
        fs::remove_file(self.filler()).unwrap();
    }

    /// Lets nothing be written any more, or again. Nobody may have a file open for writing.
    pub fn set_read_only(&self, read_only: bool) {
        let how = if read_only {
            "remount,ro"
        } else {
            "remount,rw"
        };
        assert!(mount(&["-o", how, self.at.to_str().unwrap()]), "{how}");
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        // Lazily: whoever still has a file open keeps it.
        let _ = Command::new("umount").arg("-l").arg(&self.at).status();
    }
}
