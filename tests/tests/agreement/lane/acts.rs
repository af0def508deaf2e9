//! What a lane does, in order, and what each act must come to.

use super::{Lane, NO_BILL, agree, range, request_of, transfer};
use allonge_contracts::bills::{BillKind, InstrumentNumber, RefusalCode};
use allonge_contracts::calls::*;
use allonge_contracts::{Call, CallResult, Code, Hash, Money, Text};
use tests::{Party, money};

impl Lane {
    pub(super) async fn members_and_cash(&mut self) {
        let (a, b, c) = (self.drawer.clone(), self.payee.clone(), self.third.clone());
        let (regulator, issuer) = (self.regulator.clone(), self.central_bank.clone());
        self.door(
            "not yet a member",
            a.act(transfer(&b.id, "1.00")),
            Code::UnknownMember,
        )
        .await;
        self.ok("admit", regulator.act(self.admit(&a, 1))).await;
        let both = vec![self.admit(&b, 1).into(), self.admit(&c, 2).into()];
        self.ok("admit two at once", issuer.acts(both)).await;
        self.no(
            "admit again",
            regulator.act(self.admit(&a, 1)),
            Code::AlreadyExists,
        )
        .await;
        self.no(
            "admit without the role",
            a.act(self.admit(&self.drawer, 1)),
            Code::RoleRequired,
        )
        .await;

        let mint = |to: &Party, amount: &str| Mint {
            to: to.id.clone(),
            money: money(amount),
            reference: Text::empty(),
        };
        self.ok("mint", issuer.act(mint(&a, "1,000.00"))).await;
        self.no(
            "mint without authority",
            a.act(mint(&a, "1.00")),
            Code::NotCurrencyAuthority,
        )
        .await;
        self.ok("transfer", a.act(transfer(&b.id, "100.00"))).await;
        self.no(
            "transfer beyond funds",
            a.act(transfer(&b.id, "900.01")),
            Code::InsufficientFunds,
        )
        .await;
        self.no(
            "transfer to itself",
            a.act(transfer(&a.id, "1.00")),
            Code::SelfDealing,
        )
        .await;
        self.no(
            "transfer of nothing",
            a.act(transfer(&b.id, "0.00")),
            Code::AmountZero,
        )
        .await;
        let nobody = "nobody-at-all".parse().unwrap();
        self.no(
            "transfer to nobody",
            a.act(transfer(&nobody, "1.00")),
            Code::NoSuchMember,
        )
        .await;
        let mut dollars = transfer(&b.id, "1.00");
        dollars.money = Money::new("USD".parse().unwrap(), 100);
        self.no(
            "transfer in a foreign currency",
            a.act(dollars),
            Code::UnknownCurrency,
        )
        .await;
        let both: Vec<Call> = vec![
            transfer(&b.id, "10.00").into(),
            transfer(&b.id, "999.00").into(),
        ];
        self.no("all or nothing", a.acts(both), Code::InsufficientFunds)
            .await;

        let hold = PlaceHold {
            money: money("300.00"),
            releaser: Some(b.id.clone()),
            until: self.day(30),
            reference: Text::empty(),
        };
        let held = self.ok("hold", a.act(hold)).await;
        let CallResult::Hold(hold) = held[0] else {
            panic!("no hold: {held:?}");
        };
        self.no(
            "spend what is held",
            a.act(transfer(&b.id, "600.01")),
            Code::InsufficientFunds,
        )
        .await;
        self.no(
            "release of another's hold",
            a.act(ReleaseHold { hold }),
            Code::HoldNotYours,
        )
        .await;
        self.ok("release", b.act(ReleaseHold { hold })).await;
        self.no(
            "release again",
            b.act(ReleaseHold { hold }),
            Code::NoSuchHold,
        )
        .await;

        let redeem = Redeem {
            money: money("50.00"),
            reference: Text::empty(),
        };
        let around: Vec<Call> = vec![mint(&issuer, "50.00").into(), redeem.clone().into()];
        self.ok("mint and redeem", issuer.acts(around)).await;
        self.no(
            "redeem without authority",
            a.act(redeem),
            Code::NotCurrencyAuthority,
        )
        .await;
    }

    pub(super) async fn a_bill_to_its_payment(&mut self) -> InstrumentNumber {
        let (a, b, c, bank) = (
            self.drawer.clone(),
            self.payee.clone(),
            self.third.clone(),
            self.bank.clone(),
        );
        let draw = self.register(BillKind::Bank, &bank.id, money("500.00"), self.day(90));
        let ask = RequestAcceptance {
            bill: InstrumentRef::Call(CallIndex { call: 0 }),
            answer_by: None,
        };
        let made = self
            .ok("issue", a.acts(vec![draw.into(), ask.into()]))
            .await;
        let CallResult::Bill(bill) = made[0] else {
            panic!("no bill: {made:?}");
        };
        let acceptance = request_of(&made, 1);
        let whole = range(1, 50_000);
        self.no(
            "endorse while acceptance waits",
            a.act(self.endorse(bill, whole, None)),
            Code::RequestPending,
        )
        .await;
        self.no(
            "accept by the payee",
            b.act(agree(acceptance)),
            Code::WrongParty,
        )
        .await;
        self.ok("accept", bank.act(agree(acceptance))).await;
        self.no(
            "accept again",
            bank.act(agree(acceptance)),
            Code::NoSuchRequest,
        )
        .await;
        let deliver = RequestDelivery {
            bill: InstrumentRef::Number(bill),
            answer_by: None,
        };
        let made = self.ok("deliver", a.act(deliver)).await;
        self.ok("take delivery", b.act(agree(request_of(&made, 0))))
            .await;

        let part = Some(money("121.00"));
        let made = self
            .ok("endorse a part", b.act(self.endorse(bill, whole, part)))
            .await;
        self.no(
            "endorse the lot that was cut",
            b.act(self.endorse(bill, whole, None)),
            Code::NoSuchLot,
        )
        .await;
        let withdraw = Withdraw {
            request: RequestRef::Id(request_of(&made, 0).0),
        };
        self.no(
            "withdraw by the other side",
            c.act(withdraw.clone()),
            Code::WrongParty,
        )
        .await;
        self.ok("withdraw", b.act(withdraw)).await;

        let made = self
            .ok("endorse once more", b.act(self.endorse(bill, whole, part)))
            .await;
        let (request, terms) = request_of(&made, 0);
        let refuse = |code, text: &str| Refuse {
            request: RequestRef::Id(request),
            terms,
            code,
            text: text.parse().unwrap(),
        };
        self.no(
            "refuse with a code for payments",
            c.act(refuse(RefusalCode::LowBalance, "")),
            Code::AnswerCodeWrong,
        )
        .await;
        self.no(
            "refuse without the text",
            c.act(refuse(RefusalCode::Other, "")),
            Code::InvalidArgument,
        )
        .await;
        self.ok(
            "refuse",
            c.act(refuse(RefusalCode::ContractBreach, "goods missing")),
        )
        .await;

        let made = self
            .ok(
                "endorse a third time",
                b.act(self.endorse(bill, whole, part)),
            )
            .await;
        let (request, terms) = request_of(&made, 0);
        self.no(
            "agree to other terms",
            c.act(agree((request, Hash::ZERO))),
            Code::TermsChanged,
        )
        .await;
        let mut one_key = c.act(agree((request, terms)));
        one_key.signatures.pop();
        self.door("one of two signatures", one_key, Code::TooFewApprovals)
            .await;
        self.ok("sign with both keys", c.act(agree((request, terms))))
            .await;

        let lot = range(1, 12_100);
        let present = |lot| Present {
            bill: InstrumentRef::Number(bill),
            lot,
            part: None,
            explanation: Text::empty(),
        };
        self.no(
            "present another's lot",
            b.act(present(lot)),
            Code::NotHolder,
        )
        .await;
        let made = self.ok("present early", c.act(present(lot))).await;
        self.no(
            "pay by a stranger",
            a.act(agree(request_of(&made, 0))),
            Code::WrongParty,
        )
        .await;
        self.ok("pay", bank.act(agree(request_of(&made, 0)))).await;
        self.no(
            "present what is paid",
            c.act(present(lot)),
            Code::WrongState,
        )
        .await;
        bill
    }

    pub(super) async fn what_the_rules_refuse(&mut self, bill: InstrumentNumber) {
        let (a, b, c, bank) = (
            self.drawer.clone(),
            self.payee.clone(),
            self.third.clone(),
            self.bank.clone(),
        );
        let rest = range(12_101, 50_000);
        self.no(
            "endorse more than the lot",
            b.act(self.endorse(bill, rest, Some(money("379.01")))),
            Code::PartTooLarge,
        )
        .await;
        self.no(
            "endorse another's lot",
            a.act(self.endorse(bill, rest, None)),
            Code::NotHolder,
        )
        .await;
        let none: InstrumentNumber = NO_BILL.parse().unwrap();
        self.no(
            "endorse no bill",
            b.act(self.endorse(none, rest, None)),
            Code::NoSuchBill,
        )
        .await;
        let draw = |lane: &Self, sum, days| {
            lane.register(BillKind::Bank, &bank.id, money(sum), lane.day(days))
        };
        self.no(
            "maturity today",
            a.act(draw(self, "1.00", 0)),
            Code::MaturityInPast,
        )
        .await;
        self.no(
            "term of seven months",
            a.act(draw(self, "1.00", 215)),
            Code::TermTooLong,
        )
        .await;
        self.no(
            "sum over the ceiling",
            a.act(draw(self, "1,000,000,000.01", 90)),
            Code::AmountTooLarge,
        )
        .await;
        let commercial = self.register(BillKind::Commercial, &c.id, money("77.00"), self.day(60));
        let wrong_kind = Register {
            kind: BillKind::Bank,
            ..commercial.clone()
        };
        self.no(
            "a bank bill accepted by no bank",
            a.act(wrong_kind),
            Code::RoleRequired,
        )
        .await;
        let made = self.ok("register alone", a.act(commercial)).await;
        let CallResult::Bill(second) = made[0] else {
            panic!("no bill: {made:?}");
        };
        let revoke = Revoke {
            bill: InstrumentRef::Number(second),
        };
        self.no(
            "revoke by the payee",
            b.act(revoke.clone()),
            Code::WrongParty,
        )
        .await;
        self.ok("revoke", a.act(revoke.clone())).await;
        self.no("revoke again", a.act(revoke), Code::WrongState)
            .await;
    }

    pub(super) async fn suspension_keys_and_calendar(&mut self) {
        let (a, b, c) = (self.drawer.clone(), self.payee.clone(), self.third.clone());
        let (regulator, bank) = (self.regulator.clone(), self.bank.clone());
        let reason: Text<256> = "papers under review".parse().unwrap();
        let suspend = Suspend {
            member: b.id.clone(),
            reason: reason.clone(),
        };
        self.no(
            "suspend without the role",
            a.act(suspend.clone()),
            Code::RoleRequired,
        )
        .await;
        self.ok("suspend", regulator.act(suspend.clone())).await;
        self.no("suspend again", regulator.act(suspend), Code::WrongState)
            .await;
        self.door(
            "act while suspended",
            b.act(transfer(&a.id, "1.00")),
            Code::MemberSuspended,
        )
        .await;
        let draw = self.register(BillKind::Bank, &bank.id, money("1.00"), self.day(90));
        self.no(
            "draw to a suspended payee",
            a.act(draw),
            Code::CounterpartySuspended,
        )
        .await;
        self.ok(
            "reinstate",
            regulator.act(Reinstate {
                member: b.id.clone(),
                reason,
            }),
        )
        .await;

        let mut renewed = Party::made(self.genesis(), &format!("renewed-{}", self.n), 1);
        renewed.id = a.id.clone();
        let rotate = RotateKeys {
            keys: renewed.public_keys(),
            threshold: 1,
        };
        self.no(
            "a threshold that no keys meet",
            a.act(RotateKeys {
                threshold: 2,
                ..rotate.clone()
            }),
            Code::ThresholdWrong,
        )
        .await;
        self.ok("rotate keys", a.act(rotate)).await;
        self.door(
            "act with the old key",
            a.act(transfer(&c.id, "1.00")),
            Code::UnknownKey,
        )
        .await;
        self.ok(
            "transfer with the new key",
            renewed.act(transfer(&c.id, "25.00")),
        )
        .await;

        // Far beyond every bill of these lanes, and each lane its own day.
        let closed = SetCalendar {
            closed: vec![self.day(400 + self.n as u32)],
            open: Vec::new(),
        };
        self.no(
            "close a day without the role",
            renewed.act(closed.clone()),
            Code::RoleRequired,
        )
        .await;
        self.ok("close a day", regulator.act(closed)).await;
        self.no(
            "turn the clock back",
            renewed.act(AdvanceClock { to: self.today }),
            Code::DateInPast,
        )
        .await;
    }
}
