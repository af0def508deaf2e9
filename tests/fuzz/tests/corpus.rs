//! Every kept input, what each target begins with, and a few hundred changes of it.

use allonge_fuzz::{Limits, guard, load, run, targets, try_one};
use std::time::Duration;

/// The stack of a program's first thread; a test's own is smaller.
const STACK: usize = 8 * 1024 * 1024;

/// One test: memory is measured for the whole process.
#[test]
fn every_target_holds_for_what_is_kept_and_for_some_changes() {
    let all = std::thread::Builder::new().stack_size(STACK).spawn(all);
    all.unwrap().join().unwrap();
}

fn all() {
    guard();
    let mut wrong = Vec::new();
    for target in targets() {
        let seeds = (target.seeds)();
        if !seeds
            .iter()
            .any(|bytes| try_one(&target, bytes) == Ok(true))
        {
            let name = target.name;
            wrong.push(format!(
                "{name}: none of its {} seeds can be read",
                seeds.len()
            ));
        }
        for (name, bytes) in load(&target).unwrap() {
            if let Err(found) = try_one(&target, &bytes) {
                wrong.push(format!("{}/{name}: {}", target.name, found.0));
            }
        }
        let limits = Limits {
            runs: seeds.len() as u64 + 300,
            time: Duration::from_secs(3_600),
        };
        if let Some((input, found)) = run(&target, 1, limits, &mut |_| {}).found {
            wrong.push(format!(
                "{}: {} for {}",
                target.name,
                found.0,
                hex::encode(input)
            ));
        }
    }
    // The hook keeps quiet about panics, this one's words too.
    let _ = std::panic::take_hook();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
