//! A market in which every call is carried out at least once, and the clock does most of what it can.

use super::asks::*;
use super::market::Market as Start;
use super::*;
use allonge_contracts::bills::{
    BillKind, InstrumentNumber, LotRange, Market, Profile, RefusalCode, RepoDates, Settlement,
    UseLimits,
};
use allonge_contracts::calls::*;
use allonge_contracts::params::ParamName;
use allonge_contracts::{CallResult, Outcome};

mod governance;
mod receivables;
mod settling;
mod trade;

/// Continues [`Start`]: its bill is cut up, sold, pledged, seized and paid; others are returned, revoked, accepted in
/// part, and one is refused and goes back along those who signed it. Then certificates, the papers behind them,
/// instructions and netting.
pub struct Life {
    pub chain: Chain,
    bill: InstrumentNumber,
    /// The certificates: redeemed in full, and pro rata.
    pub certificates: Vec<InstrumentNumber>,
}

/// The first request that was made, as an answer names it.
fn asked(made: &[CallResult]) -> (RequestRef, Hash) {
    made.iter()
        .find_map(|result| match result {
            CallResult::Request { request, terms } => Some((RequestRef::Id(*request), *terms)),
            _ => None,
        })
        .expect("a request")
}

/// The rest of the first bill from a unit on, and so much of its low end.
fn split(at: u64, amount: u64) -> (LotRange, Option<Money>) {
    (range(at, 100_000), Some(cny(amount)))
}

impl Life {
    pub fn new() -> Life {
        let Start { chain, bill } = Start::new();
        let mut life = Life {
            chain,
            bill,
            certificates: Vec::new(),
        };
        let hold = life.offices();
        life.block(vec![("t-0", vec![ReleaseHold { hold }.into()])]);
        life.before_delivery();
        life.sales();
        life.encumbrances();
        life.seizures();
        life.early_presentment();
        let refused = life.drawn_on_factory();
        life.maturity(refused);
        life.recourse(refused);
        life.newcomers();
        life.papers();
        life.claims();
        let bill = life.backed_bill();
        let line = life.line();
        let [full, short] = life.openings(line);
        life.long_term(line);
        life.moves(full);
        life.escrows(full);
        life.close();
        life.day("2027-05-04");
        life.instructions(full, bill);
        life.cycles();
        life.close();
        life.day("2027-05-06");
        life.close();
        life.redemptions(short);
        life.governance(bill);
        life.certificates = vec![full, short];
        life
    }

    /// One block; what came of each transaction, all carried out.
    fn block(&mut self, acts: Vec<(&str, Vec<Call>)>) -> Vec<Vec<CallResult>> {
        let slot = self.chain.slot();
        self.block_at(slot.time_ms, acts)
    }

    fn block_at(&mut self, time_ms: u64, acts: Vec<(&str, Vec<Call>)>) -> Vec<Vec<CallResult>> {
        let transactions: Vec<_> = acts
            .into_iter()
            .map(|(actor, calls)| self.chain.tx(actor, calls))
            .collect();
        let slot = self.chain.slot_at(time_ms);
        let (block, left_out) = self.chain.state.build(slot, &transactions).unwrap();
        assert_eq!(left_out, []);
        let block = self.chain.commit(block);
        let receipts = block.receipts.transactions.iter();
        receipts
            .map(|receipt| match &receipt.outcome {
                Outcome::Accepted(made) => made.clone(),
                Outcome::Rejected(rejection) => panic!("{rejection}: {:?}", rejection.facts),
            })
            .collect()
    }

    /// One asks in a block, the other agrees to all of it in the next.
    fn deal(&mut self, from: &str, calls: Vec<Call>, to: &str) {
        let made = self.block(vec![(from, calls)]).remove(0);
        self.block(vec![(to, agrees(&made))]);
    }

    /// Members, cash, days and figures. Gives a hold.
    fn offices(&mut self) -> RequestId {
        let admit = Admit {
            member: id("factory"),
            roles: vec![allonge_contracts::members::Role::Enterprise],
            legal_id: None,
            bank_number: None,
            account_bank: Some(id("bank")),
            keys: vec![public(&key("factory"))],
            threshold: 1,
        };
        let suspend = Suspend {
            member: id("t-3"),
            reason: "audit".parse().unwrap(),
        };
        let reinstate = Reinstate {
            member: id("t-3"),
            reason: "audited".parse().unwrap(),
        };
        let calendar = SetCalendar {
            closed: vec![date("2027-02-08")],
            open: vec![date("2027-02-06")],
        };
        let rate = SetParam {
            name: ParamName::RecourseRate,
            value: 40_000,
            from: date("2027-02-01"),
        };
        let mint = Mint {
            to: id("cb"),
            money: cny(500),
            reference: Default::default(),
        };
        let redeem = Redeem {
            money: cny(100),
            reference: Default::default(),
        };
        let declare = Declare {
            assets: cny(10_000_000),
            deposits: cny(8_000_000),
            margin: cny(1_000),
        };
        let rotate = RotateKeys {
            keys: vec![public(&key("t-3"))],
            threshold: 1,
        };
        let hold = PlaceHold {
            money: cny(100),
            releaser: None,
            until: date("2027-01-20"),
            reference: Default::default(),
        };
        let lasting = PlaceHold {
            until: date("2027-01-08"),
            ..hold.clone()
        };
        let office = vec![
            admit.into(),
            suspend.into(),
            reinstate.into(),
            calendar.into(),
            rate.into(),
        ];
        let made = self.block(vec![
            ("regulator", office),
            ("cb", vec![mint.into(), redeem.into()]),
            ("bank", vec![declare.into()]),
            ("t-3", vec![rotate.into()]),
            ("t-0", vec![hold.into(), lasting.into()]),
        ]);
        match made[4][0] {
            CallResult::Hold(hold) => hold,
            _ => panic!("{made:?}"),
        }
    }

    /// One accepted in part, one returned unused, one revoked, one marked and unmarked.
    fn before_delivery(&mut self) {
        let abroad = Register {
            profile: Profile::Geneva,
            ..register("bank", 50_000, "2027-03-15")
        };
        let marked = Register {
            not_transferable: true,
            limits: Some(UseLimits {
                holders: vec![id("t-2")],
                roles: vec![],
                from: None,
                until: None,
                purpose: Default::default(),
            }),
            ..register("bank", 30_000, "2027-03-15")
        };
        let made = self.block(vec![(
            "t-0",
            vec![
                abroad.into(),
                ask_acceptance_of(0),
                register("bank", 20_000, "2027-03-15").into(),
                ask_acceptance_of(2),
                marked.into(),
                ask_acceptance_of(4),
                register("bank", 10_000, "2027-03-15").into(),
                Revoke {
                    bill: InstrumentRef::Call(CallIndex { call: 6 }),
                }
                .into(),
            ],
        )]);
        let made = &made[0];
        let bills = bills_of(made);
        let (request, terms) = asked(made);
        let mut answers = agrees(made);
        answers[0] = AcceptPart {
            request,
            terms,
            part: cny(30_000),
        }
        .into();
        self.block(vec![("bank", answers)]);
        let unused = RequestUnusedReturn {
            bill: InstrumentRef::Number(bills[1]),
            answer_by: None,
        };
        self.deal("t-0", vec![unused.into()], "bank");
        self.deal(
            "t-0",
            vec![ask_delivery(bills[0]), ask_delivery(bills[2])],
            "t-1",
        );
        let unmark = RequestUnmark {
            bill: InstrumentRef::Number(bills[2]),
            lot: range(1, 30_000),
            part: Some(cny(10_000)),
            answer_by: None,
        };
        self.deal("t-1", vec![unmark.into()], "t-0");
    }

    /// Sold for good, rediscounted, under repo and bought back, under repo and not.
    fn sales(&mut self) {
        self.block(vec![("bank", vec![disclose(self.bill)])]);
        let (rest, part) = split(12_101, 7_900);
        let sold = ask_discount(self.bill, rest, part, "bank-2");
        let repo = |at, open_from: &str, cut_off: &str| {
            let (rest, part) = split(at, 10_000);
            let repo = RepoDates {
                open_from: date(open_from),
                cut_off: date(cut_off),
            };
            RequestDiscount {
                repo: Some(repo),
                settlement: Settlement::Free,
                ..ask_discount(self.bill, rest, part, "bank-2")
            }
        };
        let calls = vec![
            sold.into(),
            repo(20_001, "2027-01-05", "2027-01-07").into(),
            repo(30_001, "2027-01-06", "2027-01-07").into(),
        ];
        self.deal("t-1", calls, "bank-2");
        let rediscount = RequestDiscount {
            market: Market::Rediscount,
            settlement: Settlement::Free,
            ..ask_discount(self.bill, range(12_101, 20_000), None, "cb")
        };
        self.deal("bank-2", vec![rediscount.into()], "cb");
        // The next day, in the window of the first.
        let tomorrow = start_ms() + DAY;
        let redeem = RequestRedemption {
            bill: InstrumentRef::Number(self.bill),
            lot: range(20_001, 30_000),
            part: None,
            settlement: Settlement::Dvp,
            answer_by: None,
        };
        self.block_at(tomorrow, vec![]);
        self.deal("bank-2", vec![redeem.into()], "t-1");
        // Past the cut-off of the second.
        self.block_at(start_ms() + 4 * DAY, vec![]);
    }

    /// Guaranteed, pledged and released, pledged until it is paid, narrowed.
    fn encumbrances(&mut self) {
        self.deal(
            "t-2",
            vec![ask_guarantee(self.bill, range(1, 12_100), Some(cny(2_100)))],
            "guarantor",
        );
        let pledge = |at, due| {
            let (rest, part) = split(at, 5_000);
            ask_pledge(self.bill, rest, part, "bank-2", 4_000, due)
        };
        let pledges = vec![
            pledge(40_001, "2027-02-01"),
            pledge(45_001, "2027-04-01"),
            pledge(50_001, "2027-04-01"),
            pledge(55_001, "2027-03-12"),
            pledge(60_001, "2027-02-01"),
        ];
        self.deal("t-1", pledges, "bank-2");
        let release = RequestRelease {
            instrument: InstrumentRef::Number(self.bill),
            lot: range(40_001, 45_000),
            part: None,
            price: Some(cny(4_000)),
            settlement: Settlement::Dvp,
            answer_by: None,
        };
        self.deal("bank-2", vec![release.into()], "t-1");
        let narrow = Narrow {
            bill: InstrumentRef::Number(self.bill),
            lot: range(65_001, 100_000),
            part: Some(cny(5_000)),
            unsplittable: true,
            limits: None,
        };
        self.block(vec![("t-1", vec![narrow.into()])]);
    }

    /// Frozen and freed, stopped, transferred by order, frozen until after payment.
    fn seizures(&mut self) {
        let bill = InstrumentRef::Number(self.bill);
        let order = || "(2027) 19".parse().unwrap();
        let (rest, part) = split(70_001, 5_000);
        let calls = vec![
            freeze(self.bill, rest, part),
            Unfreeze {
                instrument: bill,
                lot: range(70_001, 75_000),
                order: order(),
            }
            .into(),
            Stop {
                instrument: bill,
                lot: range(75_001, 100_000),
                part: Some(cny(5_000)),
                order: order(),
            }
            .into(),
            OrderTransfer {
                instrument: bill,
                lot: range(75_001, 80_000),
                part: None,
                order: order(),
                to: id("t-3"),
            }
            .into(),
            freeze(self.bill, range(80_001, 100_000), Some(cny(5_000))),
        ];
        self.block(vec![("court", calls)]);
    }

    /// Presented early: withdrawn, refused, paid. A request that nobody answers lapses.
    fn early_presentment(&mut self) {
        let lot = range(85_001, 100_000);
        let first = present(self.bill, lot, Some(cny(5_000)));
        let made = self.block(vec![("t-1", vec![first])]).remove(0);
        let (request, _) = asked(&made);
        self.block(vec![("t-1", vec![Withdraw { request }.into()])]);
        let again = present(self.bill, range(85_001, 90_000), None);
        let made = self.block(vec![("t-1", vec![again])]).remove(0);
        let (request, terms) = asked(&made);
        let refuse = Refuse {
            request,
            terms,
            code: RefusalCode::NotDue,
            text: Default::default(),
        };
        self.block(vec![("bank", vec![refuse.into()])]);
        self.deal(
            "t-1",
            vec![present(self.bill, range(90_001, 100_000), Some(cny(5_000)))],
            "bank",
        );
        let lapses = RequestEndorsement {
            bill: InstrumentRef::Number(self.bill),
            lot: range(95_001, 100_000),
            part: None,
            to: id("t-2"),
            not_transferable: false,
            purpose: Default::default(),
            answer_by: Some(date("2027-01-12")),
        };
        self.block(vec![("t-1", vec![lapses.into()])]);
    }

    /// Three commercial bills whose acceptor has no cash, the first endorsed to `t-2`, and one that nobody accepts.
    fn drawn_on_factory(&mut self) -> InstrumentNumber {
        let draw = |minor| Register {
            kind: BillKind::Commercial,
            ..register("factory", minor, "2027-03-01")
        };
        let drawing = vec![
            draw(40_000).into(),
            ask_acceptance_of(0),
            draw(1_000).into(),
            ask_acceptance_of(2),
            draw(1_000).into(),
            ask_acceptance_of(4),
            draw(1_000).into(),
        ];
        let made = self.block(vec![("t-0", drawing)]).remove(0);
        let bills = bills_of(&made);
        self.block(vec![("factory", agrees(&made))]);
        let deliveries = bills[..3].iter().copied().map(ask_delivery).collect();
        self.deal("t-0", deliveries, "t-1");
        let bill = bills[0];
        self.part_refused_and_withdrawn(bill);
        let endorse = ask_endorsement(bill, range(1, 40_000), None, "t-2");
        self.deal("t-1", vec![endorse], "t-2");
        bill
    }

    /// A part is cut off to be endorsed, and rejoins its lot: once refused, once withdrawn.
    fn part_refused_and_withdrawn(&mut self, bill: InstrumentNumber) {
        let endorse = ask_endorsement(bill, range(1, 40_000), Some(cny(5_000)), "t-3");
        let made = self.block(vec![("t-1", vec![endorse.clone()])]).remove(0);
        let (request, terms) = asked(&made);
        let refuse = Refuse {
            request,
            terms,
            code: RefusalCode::Other,
            text: "not ours".parse().unwrap(),
        };
        self.block(vec![("t-3", vec![refuse.into()])]);
        let made = self.block(vec![("t-1", vec![endorse])]).remove(0);
        let (request, _) = asked(&made);
        self.block(vec![("t-1", vec![Withdraw { request }.into()])]);
    }

    /// The development clock goes to the maturity; at the close the bank pays and the factory does not.
    fn maturity(&mut self, refused: InstrumentNumber) {
        let advance = AdvanceClock {
            to: date("2027-03-01"),
        };
        self.block(vec![("t-0", vec![advance.into()])]);
        self.block(vec![]);
        let close = self.chain.state.time_ms() + 21 * HOUR;
        self.block_at(close, vec![]);
        let bill = InstrumentRef::Number(self.bill);
        let apply = ApplyProceeds {
            instrument: bill,
            lot: range(45_001, 50_000),
        };
        let give_up = ReleaseProceeds {
            instrument: bill,
            lot: range(50_001, 55_000),
        };
        let thaw = Unfreeze {
            instrument: bill,
            lot: range(80_001, 85_000),
            order: "(2027) 20".parse().unwrap(),
        };
        self.block(vec![
            ("t-1", vec![apply.into()]),
            ("bank-2", vec![give_up.into()]),
            ("court", vec![thaw.into()]),
            ("t-2", vec![notify(refused, range(1, 40_000))]),
        ]);
    }

    /// The endorser pays a part and pursues the drawer; of two offers one is taken. Insolvency is recorded and
    /// lifted. Debts fall due and windows end.
    fn recourse(&mut self, refused: InstrumentNumber) {
        let whole = range(1, 40_000);
        let part = Offer {
            bill: InstrumentRef::Number(refused),
            lot: whole,
            part: Some(cny(10_000)),
            money: None,
            answer_by: None,
        };
        let made = self.block(vec![
            ("t-1", vec![part.into()]),
            ("t-0", vec![offer(refused, whole)]),
        ]);
        self.block(vec![("t-2", agrees(&made[0]))]);
        let again = range(1, 10_000);
        self.block(vec![("t-1", vec![notify(refused, again)])]);
        self.deal("t-0", vec![offer(refused, again)], "t-1");
        self.block(vec![(
            "court",
            vec![
                record_insolvency("factory", false),
                record_insolvency("factory", true),
            ],
        )]);
        let later = self.chain.state.time_ms();
        for days in [10, 14, 30, 60] {
            self.block_at(later + days * DAY, vec![]);
        }
    }
}
