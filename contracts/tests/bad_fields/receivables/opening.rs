//! Lines, and certificates before anybody holds them.

use super::*;
use crate::trade::backing;

/// Lines, and certificates before anybody holds them.
#[rustfmt::skip]
pub fn opening() -> Table {
    let mut w = no_papers();
    let yesterday = GrantLine {
        issuer: member("core"),
        limit: yuan("100.00"),
        until: Some(date("2027-01-05")),
    };
    let CallResult::Line(ended) = w.ok("bank-a", yesterday) else {
        panic!("no line");
    };
    w.morning("2027-01-06");
    let lines = Lines {
        good: line(&mut w, "bank-a", "core", "100.00"),
        other_grantor: line(&mut w, "bank-b", "core", "100.00"),
        other_issuer: line(&mut w, "bank-a", "s2", "100.00"),
        small: line(&mut w, "bank-a", "core", "9.99"),
        ended,
    };
    let own = line(&mut w, "bank-a", "twin", "100.00");
    let unsigned = Unsigned {
        short: opened(&mut w, "core", open(lines.good)),
        long: opened(&mut w, "core", long(lines.good)),
        confirmed: opened(&mut w, "core", long(lines.good)),
        other: opened(&mut w, "s2", long(lines.other_issuer)),
        pending: opened(&mut w, "core", long(lines.other_grantor)),
        signed: signed(&mut w, "core", open(lines.other_grantor)),
        barred: opened(&mut w, "core", OpenCertificate { payee: member("s3"), ..open(lines.good) }),
        twins: opened(&mut w, "twin", long(own)),
    };
    deal(&mut w, "core", confirm(unsigned.confirmed), "bank-b", unsigned.confirmed);
    w.ok("core", confirm(unsigned.pending));
    w.ok("regulator", network::suspend("s3"));
    let mut table = Table::new(w);
    on_lines(&mut table, &lines);
    on_opening(&mut table, &lines);
    on_unsigned(&mut table, &unsigned);
    table
}

struct Lines {
    good: RequestId,
    other_grantor: RequestId,
    other_issuer: RequestId,
    small: RequestId,
    ended: RequestId,
}

#[rustfmt::skip]
fn on_lines(table: &mut Table, lines: &Lines) {
    use Code::*;
    let grant = GrantLine {
        issuer: member("core"),
        limit: yuan("100.00"),
        until: Some(date("2027-12-31")),
    };
    let mut r = table.call("twin", grant);
    wrong_member!(r, issuer, "bank-b", "barred");
    r.wrong("issuer", "itself", |c| c.issuer = member("twin"), SelfDealing, "member");
    r.wrong("limit", "none", |c| c.limit = yuan("0"), AmountZero, "");
    r.wrong("limit", "in an unknown currency", |c| c.limit = usd(1), UnknownCurrency, "currency");
    r.wrong("until", "yesterday", |c| c.until = Some(date("2027-01-05")), DateInPast, "date");

    let change = ChangeLine { line: lines.good, limit: yuan("0"), until: Some(date("2027-01-06")) };
    let mut r = table.call("bank-a", change);
    r.wrong("line", "not there", |c| c.line = RequestId([7; 16]), NoSuchLine, "line");
    r.wrong("line", "of another grantor", |c| c.line = lines.other_grantor, WrongParty, "grantor");
    r.wrong("limit", "in another currency", |c| c.limit = usd(1), InvalidArgument, "limit");
    r.wrong("until", "yesterday", |c| c.until = Some(date("2027-01-05")), DateInPast, "date");
}

#[rustfmt::skip]
fn on_opening(table: &mut Table, lines: &Lines) {
    use Code::*;
    let mut r = table.call("core", open(lines.good));
    r.wrong("line", "not there", |c| c.line = RequestId([7; 16]), NoSuchLine, "line");
    r.wrong("line", "of another issuer", |c| c.line = lines.other_issuer, WrongParty, "issuer");
    r.wrong("line", "whose last day is past", |c| c.line = lines.ended, LineEnded, "line");
    r.wrong("line", "that covers less", |c| c.line = lines.small, LineExceeded, "have");
    wrong_member!(r, payee, "court", "barred");
    r.wrong("payee", "itself", |c| c.payee = member("core"), SelfDealing, "member");
    r.wrong("sum", "none", |c| c.sum = yuan("0"), AmountZero, "");
    r.wrong("sum", "in another currency", |c| c.sum = usd(1), InvalidArgument, "sum");
    r.wrong("sum", "more than the line has left", |c| c.sum = yuan("60.01"), LineExceeded, "have");
    r.wrong("due", "today", |c| c.due = date("2027-01-06"), MaturityInPast, "maturity");
    r.wrong("due", "after more than six months", |c| c.due = date("2027-07-07"), TermReasonMissing, "maturity");
    for (what, tier) in [("nobody", 0), ("deeper than the ledger's limit", 17)] {
        r.wrong("max_tier", what, |c| c.max_tier = Some(tier), InvalidArgument, "max_tier");
    }
    let mut r = table.call("core", long(lines.good));
    r.wrong("due", "after more than a year", |c| c.due = date("2028-01-07"), TermTooLong, "maturity");
    r.wrong("term_reason", "none", |c| c.term_reason = Default::default(), TermReasonMissing, "maturity");
}

/// The invoices behind a certificate.
#[rustfmt::skip]
pub fn backed() -> Table {
    use Code::*;
    let mut w = trade::papers();
    let line = line(&mut w, "bank-a", "core", "1,000.00");
    let mut table = Table::new(w);
    let draw = OpenCertificate {
        backing: vec![backing(1, "10.00")],
        ..open(line)
    };
    let mut r = table.call("core", draw);
    r.wrong("backing", "none", |c| c.backing = vec![], NotCovered, "have");
    r.wrong("backing", "less than the sum", |c| c.backing = vec![backing(1, "9.99")], NotCovered, "have");
    r.wrong("backing", "on no paper", |c| c.backing = vec![backing(99, "10.00")], NoSuchPaper, "paper");
    r.wrong("backing", "on a document", |c| c.backing = vec![backing(4, "10.00")], PaperKind, "paper");
    r.wrong("backing", "on an invoice the wrong way round", |c| c.backing = vec![backing(2, "10.00")], PaperParty, "paper");
    r.wrong("backing", "on an over-backed invoice", |c| c.backing = vec![backing(3, "10.00")], OverBacked, "paper");
    r.wrong("backing", "of nothing", |c| c.backing = vec![backing(1, "0")], AmountZero, "");
    r.wrong("backing", "in another currency", |c| c.backing[0].money = usd(1), InvalidArgument, "backing");
    r.wrong("backing", "more than the sum", |c| c.backing = vec![backing(1, "10.01")], InvalidArgument, "backing");
    r.wrong("backing", "one twice", |c| c.backing = vec![backing(1, "5.00"); 2], InvalidArgument, "backing");
    r.wrong("backing", "17 invoices", |c| c.backing = (30..47).map(|n| backing(n, "0.50")).collect(), InvalidArgument, "backing");
    r.wrong("payee", "another than the seller", |c| c.payee = member("s2"), PaperParty, "paper");
    let mut r = table.call("core", OpenCertificate { backing: vec![backing(1, "100.00")], sum: yuan("100.00"), ..open(line) });
    r.wrong("sum", "above what the invoices cover", |c| c.sum = yuan("100.01"), NotCovered, "have");
    table
}

struct Unsigned {
    short: InstrumentNumber,
    long: InstrumentNumber,
    confirmed: InstrumentNumber,
    other: InstrumentNumber,
    pending: InstrumentNumber,
    signed: InstrumentNumber,
    barred: InstrumentNumber,
    twins: InstrumentNumber,
}

#[rustfmt::skip]
fn on_unsigned(table: &mut Table, of: &Unsigned) {
    use Code::*;
    let mut r = table.call("core", confirm(of.long));
    wrong_certificate!(r);
    r.wrong("certificate", "of a short term", |c| c.certificate = number(of.short), NothingToConfirm, "certificate");
    r.wrong("certificate", "confirmed", |c| c.certificate = number(of.confirmed), NothingToConfirm, "certificate");
    r.wrong("certificate", "of another issuer", |c| c.certificate = number(of.other), WrongParty, "issuer");
    r.wrong("certificate", "with a request", |c| c.certificate = number(of.pending), RequestPending, "request");
    r.wrong("certificate", "signed", |c| c.certificate = number(of.signed), WrongState, "lot");
    wrong_member!(r, to, "finco", "barred-bank");
    wrong_days!(r, "2027-11-05");
    let mut r = table.call("twin", confirm(of.twins));
    r.wrong("to", "itself", |c| c.to = member("twin"), SelfDealing, "member");

    let mut r = table.call("core", sign(of.short));
    wrong_certificate!(r);
    r.wrong("certificate", "not confirmed", |c| c.certificate = number(of.long), NotConfirmed, "certificate");
    r.wrong("certificate", "of another issuer", |c| c.certificate = number(of.other), WrongParty, "issuer");
    r.wrong("certificate", "with a request", |c| c.certificate = number(of.pending), RequestPending, "request");
    r.wrong("certificate", "signed", |c| c.certificate = number(of.signed), WrongState, "lot");
    r.wrong("certificate", "to one who is suspended", |c| c.certificate = number(of.barred), CounterpartySuspended, "member");
    wrong_days!(r, "2027-01-19");

    let mut r = table.call("core", CancelCertificate { certificate: number(of.short) });
    wrong_certificate!(r);
    r.wrong("certificate", "of another issuer", |c| c.certificate = number(of.other), WrongParty, "issuer");
    r.wrong("certificate", "with a request", |c| c.certificate = number(of.pending), RequestPending, "request");
    r.wrong("certificate", "signed", |c| c.certificate = number(of.signed), WrongState, "lot");
}
