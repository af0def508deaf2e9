//! The contracts do with certificates as the model does, whatever anybody tries.
//!
//! `ALLONGE_SEED` chooses the plays, `ALLONGE_PLAY` the first of them, `ALLONGE_ACTS` how many acts are attempted. What must
//! come about is only looked for in a run of full length.

use allonge_plays::certificates::run;

const FULL: u64 = 40_000;

fn number(name: &str, default: u64) -> u64 {
    match std::env::var(name) {
        Ok(text) => text
            .parse()
            .unwrap_or_else(|_| panic!("{name} is a whole number, not `{text}`")),
        Err(_) => default,
    }
}

#[test]
fn certificates_on_the_ledger_are_as_in_the_model() {
    let seed = number("ALLONGE_SEED", 20_270_105);
    let first = number("ALLONGE_PLAY", 0);
    let acts = number("ALLONGE_ACTS", FULL);
    println!("seed {seed}");
    let report = run(seed, first, acts).unwrap_or_else(|difference| panic!("{difference}"));
    println!("{report}");
    assert!(report.attempted() >= acts);
    if acts < FULL {
        return;
    }
    let accepted = report.accepted() * 100 / report.attempted();
    assert!(accepted >= 40, "{accepted} % were accepted");
    assert_eq!(report.rare(25), [""; 0], "less than 25 times");
}
