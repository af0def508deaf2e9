//! Corrections by consent: both sides approve, the protocol knows them, and nothing else is touched.

use crate::*;
use allonge_contracts::bills::LotRange;

fn cash(from: &str, to: &str, amount: &str) -> CorrectCash {
    CorrectCash {
        from: member(from),
        to: member(to),
        money: yuan(amount),
    }
}

fn corrected(w: &mut World, by: &str, action: impl Into<Action>, with: &str) -> Named {
    let proposal = w.proposed(by, propose(vec![action.into()]));
    w.approved(with, proposal);
    proposal
}

#[test]
fn cash_goes_back_with_the_consent_of_both() {
    let mut w = world(2);
    w.ok("core", transfer("s1", yuan("300.00")));
    let back = cash("s1", "core", "200.00");
    let proposal = w.proposed("core", propose(vec![back.clone().into()]));
    assert_eq!(w.cash("core").0, 70_000);
    assert_eq!(
        w.refused("regulator", vote(proposal, true)),
        Code::NotEntitled
    );
    w.approved("s1", proposal);
    assert_eq!((w.cash("core").0, w.cash("s1").0), (90_000, 10_000));
    let proposal = w.proposed("core", propose(vec![cash("s1", "core", "100.00").into()]));
    w.ok("s1", vote(proposal, false));
    assert_eq!(w.status(proposal), ProposalStatus::Rejected);
    for (from, to, amount, code) in [
        ("core", "core", "1.00", Code::SelfDealing),
        ("core", "s1", "0", Code::AmountZero),
        ("core", "nobody", "1.00", Code::NoSuchMember),
        ("core", "s1", "900.01", Code::InsufficientFunds),
    ] {
        let call = propose(vec![cash(from, to, amount).into()]);
        assert_eq!(w.refused("core", call), code, "{from} {to} {amount}");
    }
}

#[test]
fn what_is_no_longer_there_does_not_go_back() {
    let mut w = world(2);
    w.ok("core", transfer("s1", yuan("300.00")));
    let proposal = w.proposed("core", propose(vec![cash("s1", "core", "300.00").into()]));
    w.ok("s1", transfer("s2", yuan("1.00")));
    w.approved("s1", proposal);
    let ended = w.proposal(proposal);
    assert_eq!(ended.status, ProposalStatus::Failed);
    assert_eq!(ended.failure, Some(Code::InsufficientFunds));
    assert_eq!(w.cash("s1").0, 29_900);
}

#[test]
fn the_first_protocol_knows_no_corrections() {
    let mut w = world(1);
    let call = propose(vec![cash("core", "s1", "1.00").into()]);
    assert_eq!(w.refused("core", call.clone()), Code::ProtocolTooOld);
    let activate = ActivateProtocol {
        version: 2,
        height: 0,
    };
    w.decided(activate);
    assert_eq!(w.refused("core", call.clone()), Code::ProtocolTooOld);
    w.next_block();
    w.next_block();
    w.proposed("core", call);
}

fn lot_back(bill: allonge_contracts::bills::InstrumentNumber, lot: LotRange) -> CorrectLot {
    CorrectLot {
        instrument: bill,
        lot,
        from: member("s2"),
        to: member("s1"),
    }
}

#[test]
fn a_free_lot_goes_back_and_keeps_its_history() {
    let mut w = world(2);
    let bill = w.delivered("10.00", "2027-04-05");
    w.endorse(bill, "s1", "1-1000", "4.00", "s2");
    assert_eq!(w.lots(bill)[0].holder, member("s2"));
    let whole = lot_back(bill, lot("1-1000"));
    let call = propose(vec![whole.into()]);
    assert_eq!(w.refused("s1", call), Code::NoSuchLot);
    let others = lot_back(bill, lot("401-1000"));
    let call = propose(vec![others.into()]);
    assert_eq!(w.refused("s1", call), Code::NotHolder);
    let proposal = corrected(&mut w, "s1", lot_back(bill, lot("1-400")), "s2");
    assert_eq!(w.status(proposal), ProposalStatus::Applied);
    let back = w.lots(bill)[0].clone();
    assert_eq!(back.holder, member("s1"));
    // It can be endorsed again, and paid at maturity.
    w.endorse(bill, "s1", "1-400", "4.00", "s3");
    assert_eq!(w.lots(bill)[0].holder, member("s3"));
}

#[test]
fn a_lot_on_which_anything_waits_or_rests_does_not_move() {
    let mut w = world(2);
    let bill = w.delivered("10.00", "2027-04-05");
    w.endorse(bill, "s1", "1-1000", "10.00", "s2");
    let call = || propose(vec![lot_back(bill, lot("1-1000")).into()]);
    w.ok("s2", ask_endorsement(bill, "1-1000", "10.00", "s3"));
    assert_eq!(w.refused("s1", call()), Code::RequestPending);
    let (request, _) = w.request_at(bill, 1);
    w.ok(
        "s2",
        Withdraw {
            request: RequestRef::Id(request),
        },
    );
    // Free when proposed, not when approved.
    let proposal = w.proposed("s1", call());
    w.ok("s2", ask_endorsement(bill, "1-1000", "10.00", "s3"));
    w.approved("s2", proposal);
    let ended = w.proposal(proposal);
    assert_eq!(ended.failure, Some(Code::RequestPending));
    assert_eq!(w.lots(bill)[0].holder, member("s2"));
    let nobody = CorrectLot {
        to: member("regulator"),
        ..lot_back(bill, lot("1-1000"))
    };
    assert_eq!(
        w.refused("s2", propose(vec![nobody.into()])),
        Code::RoleRequired
    );
}
