use super::*;
use allonge_contracts::Signature;
use allonge_ledger::Certificate;
use std::os::unix::fs::FileExt;

const KEY: PublicKey = PublicKey([3; 32]);
const A: Option<Hash> = Some(Hash([1; 32]));
const B: Option<Hash> = Some(Hash([2; 32]));

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

fn fresh(folder: &Path) -> Guard {
    Guard::create(folder, &KEY).unwrap();
    opened(folder)
}

/// The guard of a node that knows where the network is.
fn opened(folder: &Path) -> Guard {
    let guard = Guard::open(folder, &KEY, 1_000).unwrap();
    guard.returned();
    guard
}

#[test]
fn the_same_again_later_rounds_and_heights_but_never_another() {
    let folder = folder();
    let guard = fresh(folder.path());
    for (step, what, allowed) in [
        (Step::Prevote, signed(5, 0, A, None), true),
        (Step::Prevote, signed(5, 0, A, None), true),
        (Step::Precommit, signed(5, 0, A, None), true),
        (Step::Prevote, signed(5, 2, None, None), true),
        (Step::Precommit, signed(5, 2, B, None), true),
        (Step::Prevote, signed(6, 0, B, None), true),
        (Step::Proposal, signed(6, 0, B, None), true),
        (Step::Proposal, signed(6, 0, A, None), false),
        (Step::Proposal, signed(6, 0, B, Some(0)), false),
        (Step::Prevote, signed(6, 0, None, None), false),
    ] {
        let before = guard.lock().clone();
        let permitted = guard.permit(step, what);
        assert_eq!(
            permitted.is_ok(),
            allowed,
            "{step:?} {what:?} {permitted:?}"
        );
        if !allowed {
            assert_eq!(guard.lock().last(step), before.last(step));
        }
    }
    // A contradictory vote means that the log is not what it was: the guard says so and signs no more at that height.
    assert!(
        guard
            .broken()
            .borrow()
            .as_deref()
            .unwrap()
            .contains("height 6 round 0")
    );
    assert_eq!(guard.floor(), 6);
    assert!(guard.permit(Step::Prevote, signed(6, 1, A, None)).is_err());
    assert!(guard.permit(Step::Prevote, signed(7, 0, A, None)).is_ok());
}

#[test]
fn what_was_signed_is_remembered_after_a_crash_and_a_torn_write_leaves_the_one_before() {
    let folder = folder();
    let guard = fresh(folder.path());
    guard
        .permit(Step::Precommit, signed(5, 0, A, None))
        .unwrap();
    guard
        .permit(Step::Precommit, signed(5, 1, A, None))
        .unwrap();
    let count = guard.lock().count;
    drop(guard);
    let path = Guard::path(folder.path(), &KEY);
    let file = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
    // The next write goes over the older slot and is torn in its middle.
    let next = (count + 1) % 2 * record::SLOT as u64;
    file.write_all_at(&[7; 60], next + 20).unwrap();
    let guard = Guard::open(folder.path(), &KEY, 2_000).unwrap();
    assert_eq!(guard.held_since_ms(), None);
    assert!(
        guard
            .permit(Step::Precommit, signed(5, 1, B, None))
            .is_err()
    );
    drop(guard);
    file.write_all_at(&[7; 1024], 0).unwrap();
    let error = Guard::open(folder.path(), &KEY, 2_000)
        .err()
        .unwrap()
        .to_string();
    assert!(error.contains("Move it away"), "{error}");
}

#[test]
fn a_copy_a_missing_one_and_anothers_do_not_sign() {
    let (first, second) = (folder(), folder());
    let guard = fresh(first.path());
    // Made with its key and not used yet: it may be brought elsewhere.
    std::fs::copy(
        Guard::path(first.path(), &KEY),
        second.path().join("unused"),
    )
    .unwrap();
    guard.permit(Step::Prevote, signed(5, 0, A, None)).unwrap();
    drop(guard);
    let again = Guard::open(first.path(), &KEY, 2_000).unwrap();
    assert_eq!(again.held_since_ms(), None);
    again.permit(Step::Prevote, signed(5, 1, A, None)).unwrap();

    let copy = Guard::path(second.path(), &KEY);
    std::fs::rename(second.path().join("unused"), &copy).unwrap();
    assert_eq!(
        Guard::open(second.path(), &KEY, 3_000)
            .unwrap()
            .held_since_ms(),
        None
    );
    std::fs::remove_file(&copy).unwrap();
    // The original keeps its file, so that the copy cannot lie in its place.
    std::fs::copy(Guard::path(first.path(), &KEY), &copy).unwrap();
    for _ in 0..2 {
        // Held once, it stays so over a restart.
        let guard = Guard::open(second.path(), &KEY, 3_000).unwrap();
        assert_eq!(guard.held_since_ms(), Some(3_000));
        assert_eq!(guard.highest(), 5);
        let refused = guard.permit(Step::Prevote, signed(9, 0, A, None));
        assert!(matches!(
            refused,
            Err(GuardError::Refused(Refusal::Held { .. }))
        ));
    }
    std::fs::remove_file(&copy).unwrap();
    let guard = Guard::open(second.path(), &KEY, 4_000).unwrap();
    assert_eq!((guard.held_since_ms(), guard.highest()), (Some(4_000), 0));
    guard.release(12).unwrap();
    assert!(guard.permit(Step::Prevote, signed(12, 0, A, None)).is_err());
    guard.permit(Step::Prevote, signed(13, 0, A, None)).unwrap();

    let other = PublicKey([4; 32]);
    std::fs::copy(&copy, Guard::path(second.path(), &other)).unwrap();
    let error = Guard::open(second.path(), &other, 5_000).err();
    assert!(matches!(error, Some(GuardError::OtherKey { .. })));
    assert!(matches!(
        Guard::create(second.path(), &KEY),
        Err(GuardError::Exists(_))
    ));
}

#[test]
fn a_node_that_was_left_behind_signs_only_where_no_copy_of_it_can_have_signed() {
    let folder = folder();
    drop(fresh(folder.path()).permit(Step::Prevote, signed(5, 0, A, None)));
    let start = 60_000;
    let again = || Guard::open(folder.path(), &KEY, start).unwrap();
    let reach = |guard: &Guard| guard.returning().map(|returning| returning.reach());

    // It may have been in time, up to here; a vote for no block says nothing about the others.
    let guard = again();
    assert_eq!(reach(&guard), Some(7));
    let beyond = guard.permit(Step::Prevote, signed(8, 0, A, None));
    assert!(matches!(
        beyond,
        Err(GuardError::Refused(Refusal::Held { height: 8, .. }))
    ));
    assert_eq!(guard.highest(), 5);
    guard
        .permit(Step::Precommit, signed(6, 0, None, None))
        .unwrap();
    guard.permit(Step::Prevote, signed(6, 1, B, None)).unwrap();
    assert_eq!(reach(&guard), Some(7));
    assert!(guard.broken().borrow().is_none());
    // The others' prevotes for the height under way.
    guard
        .permit(Step::Precommit, signed(6, 1, B, None))
        .unwrap();
    assert_eq!(reach(&guard), None);
    guard.permit(Step::Prevote, signed(9, 0, A, None)).unwrap();

    // What it has signed before it may say again, and learns nothing by that.
    let guard = again();
    guard
        .permit(Step::Precommit, signed(9, 0, A, None))
        .unwrap();
    assert_eq!(reach(&guard), Some(11));
    // A block that was decided since the start.
    let returning = guard.returning().unwrap();
    assert!(!returning.is_over_at(start + RETURN_MARGIN_MS - 1));
    assert!(returning.is_over_at(start + RETURN_MARGIN_MS));
    guard.returned();
    guard.permit(Step::Prevote, signed(80, 0, A, None)).unwrap();
    drop(guard);

    // An operator's word counts as a signature.
    again().trust(90, false).unwrap();
    assert_eq!(reach(&again()), Some(92));
}

#[test]
fn an_operators_word_is_not_taken_below_what_is_remembered() {
    let folder = folder();
    let guard = fresh(folder.path());
    guard.permit(Step::Prevote, signed(8, 0, A, None)).unwrap();
    assert!(matches!(
        guard.trust(7, false),
        Err(GuardError::BelowMemory {
            height: 7,
            highest: 8,
            ..
        })
    ));
    guard.trust(8, false).unwrap();
    assert!(guard.permit(Step::Prevote, signed(8, 1, A, None)).is_err());
    guard.trust(7, true).unwrap();
    guard.permit(Step::Prevote, signed(8, 0, B, None)).unwrap();
}

#[test]
fn a_held_key_is_free_after_blocks_that_were_built_since_and_a_twin_is_seen() {
    let certificate = |height, signer| Certificate {
        height,
        round: 0,
        block: Hash([0; 32]),
        signatures: vec![(signer, Signature([0; 64]))],
    };
    let (other, since) = (PublicKey([9; 32]), 50_000);
    let late = since + HOLD_MARGIN_MS;
    let mut hold = Hold::new(KEY, since, 20);
    for (height, time, signer, seen) in [
        // Its own signatures of before are in old blocks.
        (19, late, KEY, Seen::Nothing),
        (20, late, KEY, Seen::Nothing),
        (21, late - 1, KEY, Seen::Nothing),
        (22, late, other, Seen::Nothing),
        (23, late + 1, other, Seen::Nothing),
        (24, late + 2, other, Seen::Free(24)),
    ] {
        assert_eq!(
            hold.clone().see(time, &certificate(height, signer)),
            seen,
            "{height}"
        );
        hold.see(time, &certificate(height, signer));
    }
    let mut hold = Hold::new(KEY, since, 20);
    let twin = hold.see(late, &certificate(21, KEY));
    assert_eq!(twin, Seen::Twin { height: 21 });
}

proptest::proptest! {
    #[test]
    fn no_bytes_of_a_slot_panic_and_none_but_its_own_are_taken(
        at in 0usize..record::SLOT, change in 1u8..=255, height: u64, noise in proptest::collection::vec(0u8.., 0..600)
    ) {
        let mut kept = Record::unused(KEY);
        kept.set(Step::Prevote, signed(height, 1, A, None));
        let slot = kept.to_slot();
        proptest::prop_assert_eq!(Record::from_slot(&slot), Some(kept));
        let mut changed = slot;
        changed[at] ^= change;
        proptest::prop_assert_eq!(Record::from_slot(&changed), None);
        proptest::prop_assert_eq!(Record::from_slot(&noise), None);
    }
}
