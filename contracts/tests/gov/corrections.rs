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
    let bill = w.delivered("10.00", "2027-04-05");
    w.endorse(bill, "s1", "1-1000", "10.00", "s2");
    let lot = propose(vec![lot_back(bill, lot("1-1000")).into()]);
    assert_eq!(w.refused("s1", lot), Code::ProtocolTooOld);
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

#[test]
fn what_a_court_froze_or_a_bank_holds_in_pledge_stays_where_it_is() {
    let mut rules = rules_of(strict(), 2);
    rules.members.push(new_member("court", &[Role::Court], 40));
    rules.members.sort_by(|a, b| a.id.cmp(&b.id));
    let mut w = World::new(&rules, "2027-01-05");
    let bill = w.delivered("10.00", "2027-04-05");
    w.endorse(bill, "s1", "1-1000", "10.00", "s2");
    let freeze = Freeze {
        instrument: InstrumentRef::Number(bill),
        lot: lot("1-1000"),
        part: Some(yuan("4.00")),
        order: "2027-1".parse().unwrap(),
    };
    w.ok("court", freeze);
    let frozen = propose(vec![lot_back(bill, lot("1-400")).into()]);
    assert_eq!(w.refused("s1", frozen), Code::Frozen);
    let pledge = RequestPledge {
        instrument: InstrumentRef::Number(bill),
        lot: lot("401-1000"),
        part: None,
        to: member("bank-b"),
        debt: yuan("5.00"),
        debt_due: date("2027-03-01"),
        registry: Default::default(),
        purpose: Default::default(),
        answer_by: None,
    };
    w.ok("s2", pledge);
    w.agree("bank-b", bill, 401);
    let pledged = propose(vec![lot_back(bill, lot("401-1000")).into()]);
    assert_eq!(w.refused("s1", pledged), Code::WrongState);
    w.sound();
}

#[test]
fn a_certificate_does_not_go_back_to_its_issuer() {
    let mut rules = rules_of(strict(), 2);
    rules.params.opening_needs_papers = 0;
    let mut w = World::new(&rules, "2027-01-05");
    let grant = GrantLine {
        issuer: member("core"),
        limit: yuan("100,000.00"),
        until: None,
    };
    let CallResult::Line(line) = w.ok("bank-a", grant) else {
        panic!("no line");
    };
    let open = OpenCertificate {
        line,
        payee: member("s1"),
        sum: yuan("10.00"),
        due: date("2027-05-05"),
        splittable: true,
        notice_only: false,
        max_tier: None,
        term_reason: Default::default(),
        backing: vec![],
    };
    let CallResult::Certificate(certificate) = w.ok("core", open) else {
        panic!("no certificate");
    };
    let ask = RequestSignature {
        certificate: InstrumentRef::Number(certificate),
        answer_by: None,
    };
    w.ok("core", ask);
    w.agree("s1", certificate, 1);
    let to = |name| CorrectLot {
        instrument: certificate,
        lot: lot("1-1000"),
        from: member("s1"),
        to: member(name),
    };
    let call = propose(vec![to("core").into()]);
    assert_eq!(w.refused("s1", call), Code::NotToIssuer);
    let proposal = corrected(&mut w, "s1", to("s2"), "s2");
    assert_eq!(w.status(proposal), ProposalStatus::Applied);
    w.sound();
}

#[test]
fn cash_that_is_due_to_others_first_does_not_go_back() {
    let mut w = world(2);
    w.delivered("10.00", "2027-04-05");
    w.morning("2027-04-05");
    let call = || ProposeChange {
        deadline: date("2027-04-20"),
        ..propose(vec![cash("bank-a", "s1", "1.00").into()])
    };
    let made = w.proposed("bank-a", call());
    w.ok("bank-a", withdraw(made));
    // The close has passed and the clock has yet to pay.
    w.time_ms = local_ms(date("2027-04-05"), 20 * 60);
    assert_eq!(w.refused("bank-a", call()), Code::DuePending);
}
