//! Trying inputs: one at a time, watched for panics and for memory beyond what its length explains.

use super::{Mutator, Target, load};
use peak_alloc::PeakAlloc;
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::time::{Duration, Instant};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// Bytes that any input may take.
const MEMORY_FLOOR: usize = 48 * 1024 * 1024;
/// Bytes that one byte of input may take besides.
const MEMORY_PER_BYTE: usize = 512;
/// The most inputs that are kept to change further.
const POOL: usize = 4_096;

/// What went wrong, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found(pub String);

/// How long a run goes on: until the first of both.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// So many inputs.
    pub runs: u64,
    /// So long.
    pub time: Duration,
}

/// What a run saw.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// Inputs tried.
    pub runs: u64,
    /// Of these, such that could be read.
    pub read: u64,
    /// The slowest input.
    pub slowest: Duration,
    /// What went wrong, with the input.
    pub found: Option<(Vec<u8>, Found)>,
}

/// Where the last panic happened; the payload alone does not say it.
static PLACE: Mutex<String> = Mutex::new(String::new());

/// From now on panics are noted and not printed.
pub fn guard() {
    std::panic::set_hook(Box::new(|info| {
        if let Ok(mut place) = PLACE.lock() {
            *place = info
                .location()
                .map_or_else(String::new, ToString::to_string);
        }
    }));
}

fn words(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("no message")
}

/// Tries one input; says whether it could be read.
///
/// # Errors
/// A panic, or memory out of all proportion.
pub fn try_one(target: &Target, input: &[u8]) -> Result<bool, Found> {
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    let read = catch_unwind(AssertUnwindSafe(|| (target.read)(input))).map_err(|panic| {
        let place = PLACE.lock().map(|place| place.clone()).unwrap_or_default();
        Found(format!("{place}: {}", words(panic.as_ref())))
    })?;
    let taken = MEMORY.peak_usage().saturating_sub(before);
    let most = MEMORY_FLOOR.saturating_add(input.len().saturating_mul(MEMORY_PER_BYTE));
    if taken > most {
        return Err(Found(format!(
            "took {taken} bytes of memory for {} bytes of input",
            input.len()
        )));
    }
    Ok(read)
}

/// Tries what is kept and what it begins with, then changes of it, until something is found or the limits are reached.
/// `before` is told each input before it is tried.
pub fn run(target: &Target, seed: u64, limits: Limits, before: &mut dyn FnMut(&[u8])) -> Outcome {
    let begun = Instant::now();
    let mut mutator = Mutator::new(seed);
    let mut pool = (target.seeds)();
    let kept = load(target).unwrap_or_else(|e| panic!("the corpus of {}: {e}", target.name));
    pool.extend(kept.into_iter().map(|(_, bytes)| bytes));
    let mut outcome = Outcome::default();
    let first = pool.len();
    for number in 0.. {
        if outcome.runs >= limits.runs || begun.elapsed() >= limits.time {
            break;
        }
        let input = if number < first {
            pool[number].clone()
        } else {
            let (one, other) = (mutator.below(pool.len()), mutator.below(pool.len()));
            mutator.change(target.form, &pool[one], &pool[other], target.most)
        };
        before(&input);
        let started = Instant::now();
        let tried = try_one(target, &input);
        outcome.runs += 1;
        outcome.slowest = outcome.slowest.max(started.elapsed());
        match tried {
            Err(found) => {
                outcome.found = Some((input, found));
                break;
            }
            Ok(true) => {
                outcome.read += 1;
                // What can be read leads further when it is changed again.
                if number >= first && mutator.below(16) == 0 {
                    match pool.len() < POOL {
                        true => pool.push(input),
                        false => {
                            let at = mutator.below(POOL - first.min(POOL - 1));
                            pool[first.min(POOL - 1) + at] = input;
                        }
                    }
                }
            }
            Ok(false) => {}
        }
    }
    outcome
}
