//! Trade papers and what is drawn on them.

use crate::*;
use allonge_contracts::trade::{Backing, ClaimEnd, ClaimKind, PaperBody, Verdict};
use allonge_contracts::{Date, MemberId};

fn hash(byte: u8) -> Hash {
    Hash([byte; 32])
}

fn invoice(byte: u8) -> PaperBody {
    PaperBody::Invoice {
        commitment: hash(byte),
        seller: member("s1"),
        buyer: member("core"),
        value: yuan("100.00"),
        date: date("2027-01-04"),
    }
}

fn note(byte: u8, invoice: u8, value: Money) -> PaperBody {
    PaperBody::CreditNote {
        commitment: hash(byte),
        invoice: hash(invoice),
        value,
        date: date("2027-01-05"),
    }
}

fn goods() -> PaperBody {
    PaperBody::Goods {
        from: member("s1"),
        to: member("core"),
        goods: "coil".parse().unwrap(),
        origin: "Tangshan".parse().unwrap(),
        date: date("2027-01-03"),
        quantity: "12.5".parse().unwrap(),
        unit: "t".parse().unwrap(),
        price: Some(yuan("100.00")),
        grade: Default::default(),
    }
}

/// Invoices 1 from `s1` to `core`, 2 from `core` to `s1` and 3 over-backed; document 4.
pub fn papers() -> World {
    let mut w = world();
    w.ok("s1", RecordPaper { paper: invoice(1) });
    let PaperBody::Invoice { value, date, .. } = invoice(2) else {
        panic!("an invoice");
    };
    let back = PaperBody::Invoice {
        commitment: hash(2),
        seller: member("core"),
        buyer: member("s1"),
        value,
        date,
    };
    w.ok("core", RecordPaper { paper: back });
    w.ok("s1", RecordPaper { paper: invoice(3) });
    let draw = Register {
        backing: vec![backing(3, "100.00")],
        ..register("100.00", "2027-04-05")
    };
    w.ok("core", draw);
    w.ok(
        "s1",
        RecordPaper {
            paper: note(13, 3, yuan("0.01")),
        },
    );
    w.ok(
        "s1",
        RecordPaper {
            paper: PaperBody::Document { document: hash(4) },
        },
    );
    w
}

pub fn backing(paper: u8, money: &str) -> Backing {
    Backing {
        paper: hash(paper),
        money: yuan(money),
    }
}

#[rustfmt::skip]
pub fn table() -> Table {
    use Code::*;
    let mut table = Table::new(papers());
    let mut r = table.call("s1", RecordPaper { paper: invoice(20) });
    r.wrong("paper", "known", |c| c.paper = invoice(1), InvoiceKnown, "");
    r.wrong("paper", "known as something else", |c| c.paper = invoice(4), InvoiceKnown, "");
    let other = |change: fn(&mut MemberId, &mut MemberId, &mut Money, &mut Date)| {
        move |c: &mut RecordPaper| match &mut c.paper {
            PaperBody::Invoice { seller, buyer, value, date, .. } => change(seller, buyer, value, date),
            _ => panic!("an invoice"),
        }
    };
    r.wrong("paper", "of nobody", other(|seller, _, _, _| *seller = member("nobody")), NoSuchMember, "member");
    r.wrong("paper", "to nobody", other(|_, buyer, _, _| *buyer = member("nobody")), NoSuchMember, "member");
    r.wrong("paper", "to its seller", other(|_, buyer, _, _| *buyer = member("s1")), SelfDealing, "member");
    r.wrong("paper", "between others", other(|seller, _, _, _| *seller = member("s2")), WrongParty, "seller");
    r.wrong("paper", "of another that is owed by it", other(|seller, buyer, _, _| (*seller, *buyer) = (member("s2"), member("s1"))), WrongParty, "seller");
    r.wrong("paper", "over nothing", other(|_, _, value, _| *value = yuan("0")), AmountZero, "");
    r.wrong("paper", "in an unknown currency", other(|_, _, value, _| *value = usd(1)), UnknownCurrency, "currency");
    r.wrong("paper", "of tomorrow", other(|_, _, _, day| *day = date("2027-01-06")), InvalidArgument, "paper");

    let mut r = table.call("s1", RecordPaper { paper: note(21, 1, yuan("1.00")) });
    r.wrong("paper", "a known credit note", |c| c.paper = note(13, 1, yuan("1.00")), InvoiceKnown, "");
    r.wrong("paper", "on no invoice", |c| c.paper = note(21, 99, yuan("1.00")), NoSuchPaper, "paper");
    r.wrong("paper", "on a document", |c| c.paper = note(21, 4, yuan("1.00")), PaperKind, "paper");
    r.wrong("paper", "on another's invoice", |c| c.paper = note(21, 2, yuan("1.00")), PaperParty, "paper");
    r.wrong("paper", "of nothing", |c| c.paper = note(21, 1, yuan("0")), AmountZero, "");

    let mut r = table.call("s1", RecordPaper { paper: goods() });
    let other = |change: fn(&mut PaperBody)| move |c: &mut RecordPaper| change(&mut c.paper);
    r.wrong("paper", "of no goods", other(|paper| if let PaperBody::Goods { goods, .. } = paper { *goods = Default::default() }), InvalidArgument, "paper");
    r.wrong("paper", "of no quantity", other(|paper| if let PaperBody::Goods { quantity, .. } = paper { quantity.0 = 0 }), InvalidArgument, "paper");
    r.wrong("paper", "in no unit", other(|paper| if let PaperBody::Goods { unit, .. } = paper { *unit = Default::default() }), InvalidArgument, "paper");
    r.wrong("paper", "for nothing", other(|paper| if let PaperBody::Goods { price, .. } = paper { *price = Some(yuan("0")) }), AmountZero, "");
    r.wrong("paper", "between others", other(|paper| if let PaperBody::Goods { from, .. } = paper { *from = member("s2") }), WrongParty, "seller");

    let document = |byte| PaperBody::Document { document: hash(byte) };
    let mut r = table.call("s1", RecordPaper { paper: document(22) });
    r.wrong("paper", "known", |c| c.paper = document(4), AlreadyExists, "paper");
    table
}

/// The invoices behind a bill.
#[rustfmt::skip]
pub fn backed() -> Table {
    use Code::*;
    let mut table = Table::new(papers());
    let draw = Register {
        backing: vec![backing(1, "100.00")],
        ..register("100.00", "2027-04-05")
    };
    let mut r = table.call("core", draw);
    r.wrong("backing", "on no paper", |c| c.backing = vec![backing(99, "1.00")], NoSuchPaper, "paper");
    r.wrong("backing", "on a document", |c| c.backing = vec![backing(4, "1.00")], PaperKind, "paper");
    r.wrong("backing", "on an invoice the wrong way round", |c| c.backing = vec![backing(2, "1.00")], PaperParty, "paper");
    r.wrong("backing", "on an over-backed invoice", |c| c.backing = vec![backing(3, "1.00")], OverBacked, "paper");
    r.wrong("backing", "of nothing", |c| c.backing = vec![backing(1, "0")], AmountZero, "");
    r.wrong("backing", "in another currency", |c| c.backing[0].money = usd(1), InvalidArgument, "backing");
    r.wrong("backing", "more than the sum", |c| c.backing = vec![backing(1, "100.01")], InvalidArgument, "backing");
    r.wrong("backing", "one twice", |c| c.backing = vec![backing(1, "1.00"); 2], InvalidArgument, "backing");
    r.wrong("backing", "17 invoices", |c| c.backing = (30..47).map(|n| backing(n, "1.00")).collect(), InvalidArgument, "backing");
    let mut r = table.call("core", Register { backing: vec![backing(1, "100.00")], ..register("200.00", "2027-04-05") });
    r.wrong("backing", "more than the invoice", |c| c.backing = vec![backing(1, "100.01")], InvoiceExhausted, "paper");
    table
}

#[track_caller]
fn claimed(w: &mut World, call: ClaimInvoice) -> RequestId {
    match w.ok("s1", call) {
        CallResult::Claim(id) => id,
        other => panic!("{other:?}"),
    }
}

/// Attestations of papers and claims on them.
#[rustfmt::skip]
pub fn claims() -> Table {
    use Code::*;
    let mut w = papers();
    let claim = ClaimInvoice {
        paper: hash(1),
        to: member("bank-a"),
        kind: ClaimKind::Pledge,
        money: yuan("40.00"),
        registry: "0123".parse().unwrap(),
        notice: true,
    };
    let open = claimed(&mut w, ClaimInvoice { money: yuan("20.00"), ..claim.clone() });
    let others = claimed(&mut w, ClaimInvoice { to: member("bank-b"), money: yuan("20.00"), ..claim.clone() });
    let ended = claimed(&mut w, claim.clone());
    w.ok("bank-a", ReleaseClaim { claim: ended, how: ClaimEnd::Unused });
    let confirmed = AttestPaper { paper: hash(1), verdict: Verdict::Confirmed, document: None, text: Default::default() };
    w.ok("s1", RecordPaper { paper: invoice(5) });
    w.ok("core", AttestPaper { paper: hash(5), ..confirmed.clone() });
    let mut table = Table::new(w);

    let mut r = table.call("s1", claim);
    r.wrong("paper", "not there", |c| c.paper = hash(99), NoSuchPaper, "paper");
    r.wrong("paper", "a document", |c| c.paper = hash(4), PaperKind, "paper");
    r.wrong("paper", "another's invoice", |c| c.paper = hash(2), PaperParty, "paper");
    r.wrong("paper", "over-backed", |c| c.paper = hash(3), OverBacked, "paper");
    wrong_member!(r, to, "regulator", "barred-bank");
    r.wrong("to", "itself", |c| c.to = member("s1"), SelfDealing, "member");
    r.wrong("to", "the buyer", |c| c.to = member("core"), PaperParty, "paper");
    r.wrong("money", "nothing", |c| c.money = yuan("0"), AmountZero, "");
    r.wrong("money", "in an unknown currency", |c| c.money = usd(1), UnknownCurrency, "currency");
    r.wrong("money", "more than is left", |c| c.money = yuan("60.01"), InvoiceExhausted, "paper");

    let mut r = table.call("bank-a", ReleaseClaim { claim: open, how: ClaimEnd::Unused });
    r.wrong("claim", "not there", |c| c.claim = RequestId([7; 16]), NoSuchClaim, "claim");
    r.wrong("claim", "of another", |c| c.claim = others, WrongParty, "holder");
    r.wrong("claim", "ended", |c| c.claim = ended, WrongState, "claim");

    let mut r = table.call("core", confirmed);
    r.wrong("paper", "not there", |c| c.paper = hash(99), NoSuchPaper, "paper");
    r.wrong("paper", "that it sells", |c| c.paper = hash(2), PaperParty, "paper");
    r.wrong("paper", "a document", |c| c.paper = hash(4), PaperParty, "paper");
    let denied = AttestPaper { paper: hash(1), verdict: Verdict::Denied, document: None, text: "not ours".parse().unwrap() };
    let mut r = table.call("core", denied);
    r.wrong("text", "none", |c| c.text = Default::default(), InvalidArgument, "text");
    let again = AttestPaper { paper: hash(5), verdict: Verdict::Confirmed, document: None, text: "ours".parse().unwrap() };
    let mut r = table.call("core", again);
    r.wrong("verdict", "against what it confirmed", |c| c.verdict = Verdict::Denied, AlreadyConfirmed, "paper");
    table
}

#[track_caller]
fn set(w: &mut World, who: &str, call: SetCondition) -> RequestId {
    match w.ok(who, call) {
        CallResult::Condition(id) => id,
        other => panic!("{other:?}"),
    }
}

#[rustfmt::skip]
pub fn conditions() -> Table {
    use Code::*;
    let mut w = world();
    let condition = SetCondition {
        statement: "delivered".parse().unwrap(),
        attestor: member("attestor"),
        deadline: date("2027-02-01"),
    };
    let [open, taken, ended] = [(); 3].map(|()| set(&mut w, "s1", condition.clone()));
    let later = set(&mut w, "s1", SetCondition { deadline: date("2027-02-02"), ..condition.clone() });
    let others = set(&mut w, "s2", condition.clone());
    let elsewhere = set(&mut w, "s1", SetCondition { attestor: member("attestor-2"), ..condition.clone() });
    let fulfil = |condition| FulfilCondition { condition, document: None };
    w.ok("attestor", fulfil(ended));
    let [asked, waits, presented] = [(); 3].map(|()| w.delivered("10.00", "2027-04-05"));
    let ask = |bill| RequestEndorsement { answer_by: Some(date("2027-02-01")), ..ask_endorsement(bill, "1-1000", "", "s2") };
    w.ok("s1", ask(asked));
    w.ok("s1", ask(waits));
    w.ok("s1", present(presented, "1-1000"));
    let id = |w: &World, bill| RequestRef::Id(w.request_at(bill, 1).0);
    let waiting = Escrow { request: id(&w, waits), condition: ConditionRef::Id(taken) };
    w.ok("s1", waiting);
    let drawn = w.registered("10.00", "2027-04-05");
    w.ok("core", ask_acceptance(drawn));
    let escrow = Escrow { request: id(&w, asked), condition: ConditionRef::Id(open) };
    let [gated, payment, strange] = [waits, presented, drawn].map(|bill| id(&w, bill));
    let mut table = Table::new(w);

    let mut r = table.call("s1", condition);
    r.wrong("statement", "none", |c| c.statement = Default::default(), InvalidArgument, "statement");
    wrong_member!(r, attestor, "core", "barred-attestor");
    r.wrong("deadline", "yesterday", |c| c.deadline = date("2027-01-04"), DateInPast, "date");

    let mut r = table.call("attestor", fulfil(open));
    r.wrong("condition", "not there", |c| c.condition = RequestId([7; 16]), NoSuchCondition, "condition");
    r.wrong("condition", "of another attestor", |c| c.condition = elsewhere, WrongParty, "attestor");
    r.wrong("condition", "attested already", |c| c.condition = ended, ConditionEnded, "condition");

    let mut r = table.call("s1", escrow);
    wrong_request!(r);
    r.wrong("request", "of another", |c| c.request = strange, WrongParty, "requester");
    r.wrong("request", "for payment", |c| c.request = payment, NotEscrowable, "act");
    r.wrong("request", "that waits already", |c| c.request = gated, AlreadyExists, "condition");
    let made = |call| ConditionRef::Call(CallIndex { call });
    r.wrong("condition", "not there", |c| c.condition = ConditionRef::Id(RequestId([7; 16])), NoSuchCondition, "condition");
    r.wrong("condition", "of a call that is not there", |c| c.condition = made(9), BadReference, "call");
    r.wrong_after(vec![a_penny()], "condition", "of a call that set none", |c| c.condition = made(0), BadReference, "call");
    r.wrong("condition", "of another", |c| c.condition = ConditionRef::Id(others), WrongParty, "set by");
    r.wrong("condition", "attested already", |c| c.condition = ConditionRef::Id(ended), ConditionEnded, "condition");
    r.wrong("condition", "for which another waits", |c| c.condition = ConditionRef::Id(taken), AlreadyExists, "request");
    r.wrong("condition", "after the last day", |c| c.condition = ConditionRef::Id(later), ConditionLate, "deadline");
    table
}
