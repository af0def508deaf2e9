//! Certificates: opened, signed for or not, moved, financed, redeemed in full and pro rata.

use super::trade::{SOLD_ON, SOLD_TO_CORE};
use super::*;
use crate::common::deals::*;
use allonge_contracts::cash::read::balance;
use allonge_contracts::instruments::{Status, read};

impl Life {
    pub(super) fn available(&self, member: &str) -> u64 {
        let currency = cny(0).currency;
        let found = balance(&self.chain.state.trie, &id(member), currency).unwrap();
        found.available()
    }

    /// The lots of a certificate that a member holds and that are as they should be.
    fn lots(&self, number: InstrumentNumber, member: &str, status: Status) -> Vec<LotRange> {
        let lots = read::lots(&self.chain.state.trie, &number, 0, 1_000).unwrap();
        lots.into_iter()
            .filter(|lot| lot.holder == id(member) && lot.status == status)
            .map(|lot| lot.range)
            .collect()
    }

    /// A line of `core` at the bank.
    pub(super) fn line(&mut self) -> RequestId {
        let made = self.block(vec![("bank", vec![grant_line("core", 100_000)])]);
        let line = ids_of(&made[0])[0];
        let change = ChangeLine {
            line,
            limit: cny(500_000),
            until: Some(date("2027-12-31")),
        };
        self.block(vec![("bank", vec![change.into()])]);
        line
    }

    /// Two are signed for, one is refused; one is taken back, and to three others nobody answers. Gives the two.
    pub(super) fn openings(&mut self, line: RequestId) -> [InstrumentNumber; 2] {
        let open = |minor, due| open(line, "t-1", minor, due, SOLD_TO_CORE);
        let today = RequestSignature {
            certificate: InstrumentRef::Call(CallIndex { call: 6 }),
            answer_by: Some(date("2027-05-03")),
        };
        let made = self.block(vec![(
            "core",
            vec![
                open(150_000, "2027-08-02").into(),
                ask_signature_of(0),
                open(60_000, "2027-08-09").into(),
                ask_signature_of(2),
                open(1_000, "2027-08-02").into(),
                ask_signature_of(4),
                open(2_000, "2027-08-02").into(),
                today.into(),
                // Not asked for at all.
                open(3_000, "2027-06-01").into(),
                open(4_000, "2027-08-02").into(),
            ],
        )]);
        let made = &made[0];
        let numbers = certificates_of(made);
        let (requests, mut answers) = (&made[4..6], agrees(made));
        answers.truncate(2);
        let (request, terms) = asked(requests);
        let refuse = Refuse {
            request,
            terms,
            code: RefusalCode::Other,
            text: "not agreed so".parse().unwrap(),
        };
        answers.push(refuse.into());
        let cancel = CancelCertificate {
            certificate: InstrumentRef::Number(numbers[5]),
        };
        self.block(vec![("t-1", answers), ("core", vec![cancel.into()])]);
        [numbers[0], numbers[1]]
    }

    /// Above six months, confirmed by a bank; passed on by notice alone.
    pub(super) fn long_term(&mut self, line: RequestId) {
        let open = OpenCertificate {
            notice_only: true,
            max_tier: Some(3),
            term_reason: "the line is delivered in stages".parse().unwrap(),
            ..open(line, "t-2", 50_000, "2028-02-01", SOLD_ON)
        };
        let ask = RequestConfirmation {
            certificate: InstrumentRef::Call(CallIndex { call: 0 }),
            to: id("bank-2"),
            answer_by: None,
        };
        let made = self.block(vec![("core", vec![open.into(), ask.into()])]);
        let number = certificates_of(&made[0])[0];
        self.block(vec![("bank-2", agrees(&made[0]))]);
        let ask = RequestSignature {
            certificate: InstrumentRef::Number(number),
            answer_by: None,
        };
        self.deal("core", vec![ask.into()], "t-2");
        let part = Some(cny(20_000));
        let transfer = ask_transfer(number, range(1, 50_000), part, "t-3");
        self.block(vec![("t-2", vec![transfer.into()])]);
    }

    /// Down to the third tier, financed with and without recourse, pledged, given back, disputed and seized. From
    /// 90,001 on it stays with `t-1`.
    pub(super) fn moves(&mut self, number: InstrumentNumber) {
        let rest = |start, part| (range(start, 150_000), Some(cny(part)));
        let finance = |start, part, to, recourse| {
            let (lot, part) = rest(start, part);
            ask_finance(number, lot, part, to, recourse)
        };
        let pledge = |start, due| {
            let (lot, part) = rest(start, 5_000);
            ask_lot_pledge(number, lot, part, "bank-2", 3_000, due)
        };
        let (lot, part) = rest(1, 30_000);
        self.deal(
            "t-1",
            vec![ask_transfer(number, lot, part, "t-2").into()],
            "t-2",
        );
        let down = ask_transfer(number, range(1, 30_000), Some(cny(10_000)), "t-3");
        self.deal("t-2", vec![down.into()], "t-3");
        let with_recourse = FinanceLot {
            advance: Some(cny(18_000)),
            ..finance(30_001, 20_000, "factor", true)
        };
        self.deal("t-1", vec![with_recourse.into()], "factor");
        let free = FinanceLot {
            settlement: Settlement::Free,
            ..finance(50_001, 10_000, "house", false)
        };
        self.deal("t-1", vec![free.into()], "house");
        self.quotes(number);
        let pledges = vec![
            pledge(70_001, "2027-07-01"),
            pledge(75_001, "2027-12-01"),
            pledge(80_001, "2027-07-01"),
        ];
        self.deal("t-1", pledges, "bank-2");
        let release = RequestRelease {
            instrument: InstrumentRef::Number(number),
            lot: range(80_001, 85_000),
            part: None,
            price: Some(cny(3_000)),
            settlement: Settlement::Dvp,
            answer_by: None,
        };
        self.deal("bank-2", vec![release.into()], "t-1");
        self.block(vec![
            ("core", vec![dispute(number, range(10_001, 30_000))]),
            ("t-3", vec![dispute(number, range(1, 10_000))]),
        ]);
        let settled = settle_dispute(number, range(10_001, 30_000));
        self.block(vec![("core", vec![settled])]);
        let (lot, part) = rest(85_001, 5_000);
        self.block(vec![("court", vec![freeze(number, lot, part)])]);
    }

    /// Of three questions one is taken up, one is closed, one ends with the day.
    fn quotes(&mut self, number: InstrumentNumber) {
        let lot = range(60_001, 150_000);
        let to = ["bank-2", "factor", "house"];
        let ask = |until| ask_quotes(number, lot, Some(cny(10_000)), &to, until);
        let made = self.block(vec![(
            "t-1",
            vec![ask("2027-05-10"), ask("2027-05-10"), ask("2027-05-03")],
        )]);
        let asks = ids_of(&made[0]);
        let noon = u64::from(date("2027-05-03").days()) * DAY + 12 * HOUR;
        let (dear, cheap) = (quoted("4.8%", 10_000), quoted("3.9%", 9_500));
        self.block(vec![
            ("factor", vec![give_quote(asks[0], "factor", &dear, noon)]),
            ("house", vec![give_quote(asks[0], "house", &cheap, noon)]),
            ("bank-2", vec![give_quote(asks[1], "bank-2", &dear, noon)]),
        ]);
        let close = CloseQuotes { ask: asks[1] };
        self.block(vec![(
            "t-1",
            vec![take_quote(asks[0], "house", cheap), close.into()],
        )]);
    }

    /// Three requests wait for a condition: one is carried out when it is attested, one cannot be, one lapses.
    pub(super) fn escrows(&mut self, number: InstrumentNumber) {
        let rest = range(90_001, 150_000);
        let waits = |ask: Call, deadline| vec![ask, set_condition(deadline), escrow_of(0, 1)];
        let transfer = ask_transfer(number, rest, Some(cny(5_000)), "t-2");
        let made = self
            .block(vec![("t-1", waits(transfer.into(), "2027-05-10"))])
            .remove(0);
        let (last, condition) = (agrees(&made).pop().unwrap(), ids_of(&made)[0]);
        self.block(vec![("t-2", vec![last])]);
        self.block(vec![("auditor", vec![fulfil(condition)])]);

        let lot = range(95_001, 150_000);
        let finance = ask_finance(number, lot, Some(cny(5_000)), "house", false);
        let made = self
            .block(vec![("t-1", waits(finance.into(), "2027-05-10"))])
            .remove(0);
        let (last, condition) = (agrees(&made).pop().unwrap(), ids_of(&made)[0]);
        self.block(vec![("house", vec![last])]);
        let cash = self.available("house");
        self.block(vec![("house", vec![transfer_all("factor", cash)])]);
        self.block(vec![("auditor", vec![fulfil(condition)])]);
        let (request, _) = asked(&made);
        self.block(vec![
            ("t-1", vec![Withdraw { request }.into()]),
            ("factor", vec![transfer_all("house", cash)]),
        ]);

        let transfer = ask_transfer(number, lot, Some(cny(5_000)), "t-3");
        self.block(vec![("t-1", waits(transfer.into(), "2027-05-03"))]);
    }

    /// What is short is passed on and financed first; then the issuer has less than it owes, pays pro rata while its cash
    /// is ring-fenced, and one lot by hand in the end.
    pub(super) fn redemptions(&mut self, short: InstrumentNumber) {
        let transfer = ask_transfer(short, range(1, 60_000), Some(cny(20_000)), "t-2");
        self.deal("t-1", vec![transfer.into()], "t-2");
        let finance = ask_finance(
            short,
            range(20_001, 60_000),
            Some(cny(15_000)),
            "factor",
            true,
        );
        self.deal("t-1", vec![finance.into()], "factor");
        // One expires that nobody was asked to sign for.
        self.day("2027-06-01");
        // The first pool is redeemed in full.
        self.day("2027-08-02");
        self.close();
        self.day("2027-08-03");
        let spare = self.available("core") - 20_001;
        self.block(vec![("core", vec![transfer_all("t-0", spare)])]);
        // The second one falls short by two thirds.
        self.day("2027-08-09");
        self.close();
        self.day("2027-08-10");
        self.block(vec![("t-0", vec![transfer_all("core", 5_000)])]);
        self.close();
        for _ in 0..6 {
            let tomorrow = self.chain.state.time_ms() + DAY;
            self.block_at(tomorrow, vec![]);
        }
        self.day("2027-08-18");
        let lot = self.lots(short, "factor", Status::Overdue)[0];
        self.deal("factor", vec![ask_back(short, lot)], "t-1");
        let lot = self.lots(short, "t-2", Status::Overdue)[0];
        self.block(vec![("t-0", vec![transfer_all("core", 20_000)])]);
        self.block(vec![("core", vec![redeem_lot(short, lot)])]);
    }
}

fn transfer_all(to: &str, minor: u64) -> Call {
    crate::common::transfer(to, minor)
}
