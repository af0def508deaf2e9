//! Papers of the trade on record, attested, claimed and lowered; what backs a bill.

use super::*;
use crate::common::deals::*;
use allonge_contracts::trade::{ClaimEnd, ClaimKind, PaperBody, Verdict};

/// The invoices of the stories, by number: seller, buyer, value.
pub const SOLD_TO_CORE: u64 = 1;
const CLAIMED: u64 = 2;
pub const SOLD_ON: u64 = 3;
const BEHIND_A_BILL: u64 = 4;

fn release(claim: RequestId, how: ClaimEnd) -> Call {
    ReleaseClaim { claim, how }.into()
}

impl Life {
    /// From this morning on; the clock works off what lies between.
    pub(super) fn day(&mut self, to: &str) {
        let advance = AdvanceClock { to: date(to) };
        self.block(vec![("t-0", vec![advance.into()])]);
        self.block(vec![]);
    }

    /// Past the close of a day that began a moment ago.
    pub(super) fn close(&mut self) {
        let evening = self.chain.state.time_ms() + 21 * HOUR;
        self.block_at(evening, vec![]);
    }

    /// Those that the next stories need, with cash.
    pub(super) fn newcomers(&mut self) {
        self.day("2027-05-03");
        let cash = ["core", "factor", "house"].map(|name| mint(name, 300_000));
        self.block(vec![("regulator", admissions())]);
        self.block(vec![("cb", cash.into())]);
    }

    /// Invoices by their sellers, the rest by either side.
    pub(super) fn papers(&mut self) {
        let contract = PaperBody::Contract {
            document: Hash([21; 32]),
            seller: id("t-1"),
            buyer: id("core"),
            date: date("2027-01-02"),
        };
        let goods = PaperBody::Goods {
            from: id("t-1"),
            to: id("core"),
            goods: "copper cathode".parse().unwrap(),
            origin: "Chile".parse().unwrap(),
            date: date("2027-02-01"),
            quantity: "12.5".parse().unwrap(),
            unit: "t".parse().unwrap(),
            price: Some(cny(300_000)),
            grade: "A".parse().unwrap(),
        };
        let document = PaperBody::Document {
            document: Hash([22; 32]),
        };
        let seller = vec![
            record(contract),
            invoice(SOLD_TO_CORE, "t-1", "core", 300_000),
            record(goods),
            record(document),
            invoice(CLAIMED, "t-1", "core", 10_000),
            invoice(BEHIND_A_BILL, "t-1", "t-0", 20_000),
        ];
        let made = self.block(vec![
            ("t-1", seller),
            ("t-2", vec![invoice(SOLD_ON, "t-2", "core", 100_000)]),
        ]);
        let CallResult::Paper(goods) = made[0][2] else {
            panic!("{made:?}")
        };
        let attest = |paper, verdict, text: &str| {
            AttestPaper {
                paper,
                verdict,
                document: Some(Hash([23; 32])),
                text: text.parse().unwrap(),
            }
            .into()
        };
        let confirmed = attest(invoice_id(SOLD_TO_CORE), Verdict::Confirmed, "");
        let denied = attest(goods, Verdict::Denied, "11 t only");
        self.block(vec![("core", vec![confirmed]), ("auditor", vec![denied])]);
    }

    /// A claim is given up unused, another one is paid; a credit note leaves less than is drawn.
    pub(super) fn claims(&mut self) {
        let claim = |to, minor, kind, registry| claim_invoice(CLAIMED, to, minor, kind, registry);
        let calls = vec![
            claim("factor", 4_000, ClaimKind::Pledge, "ZDW-9"),
            claim("house", 5_000, ClaimKind::Assignment, ""),
            claim("bank", 1_000, ClaimKind::Pledge, ""),
        ];
        let made = self.block(vec![("t-1", calls)]).remove(0);
        let claims = ids_of(&made);
        self.block(vec![
            ("house", vec![release(claims[1], ClaimEnd::Paid)]),
            ("bank", vec![release(claims[2], ClaimEnd::Unused)]),
        ]);
        let note = PaperBody::CreditNote {
            commitment: invoice_id(99),
            invoice: invoice_id(CLAIMED),
            value: cny(3_000),
            date: date("2027-03-01"),
        };
        self.block(vec![("t-1", vec![record(note)])]);
    }

    /// One bill against an invoice is revoked, and the next one draws on the same invoice. Gives that one, in the
    /// hands of `t-1`.
    pub(super) fn backed_bill(&mut self) -> InstrumentNumber {
        let draw = || Register {
            backing: backed_by(BEHIND_A_BILL, 20_000),
            ..register("bank", 20_000, "2027-10-15")
        };
        let revoke = Revoke {
            bill: InstrumentRef::Call(CallIndex { call: 0 }),
        };
        let calls = vec![
            draw().into(),
            revoke.into(),
            draw().into(),
            ask_acceptance_of(2),
        ];
        let made = self.block(vec![("t-0", calls)]).remove(0);
        let bill = bills_of(&made)[1];
        self.block(vec![("bank", agrees(&made))]);
        self.deal("t-0", vec![ask_delivery(bill)], "t-1");
        bill
    }
}
