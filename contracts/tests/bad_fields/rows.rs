//! The form of the rows, and those that are alike of many calls.

use crate::*;

/// A call with one field wrong.
pub struct Row {
    pub actor: &'static str,
    pub field: &'static str,
    pub what: &'static str,
    /// Calls of the same transaction before it.
    pub before: Vec<Call>,
    pub call: Call,
    pub code: Code,
    /// The first fact; of an argument the field that is named. Empty where there is none.
    pub fact: &'static str,
}

/// The rows on one ledger, with the calls that they start from.
pub struct Table {
    pub world: World,
    pub good: Vec<(&'static str, Call)>,
    pub rows: Vec<Row>,
}

impl Table {
    pub fn new(world: World) -> Table {
        Table {
            world,
            good: Vec::new(),
            rows: Vec::new(),
        }
    }

    /// A call that is carried out, of which rows follow.
    pub fn call<C: Clone + Into<Call>>(&mut self, actor: &'static str, good: C) -> Rows<'_, C> {
        self.good.push((actor, good.clone().into()));
        Rows {
            rows: &mut self.rows,
            actor,
            good,
        }
    }
}

pub struct Rows<'t, C> {
    rows: &'t mut Vec<Row>,
    actor: &'static str,
    good: C,
}

impl<C: Clone + Into<Call>> Rows<'_, C> {
    /// `change` makes `field` wrong; it is refused with `code`, and `fact` is named first.
    pub fn wrong(
        &mut self,
        field: &'static str,
        what: &'static str,
        change: impl FnOnce(&mut C),
        code: Code,
        fact: &'static str,
    ) {
        self.wrong_after(Vec::new(), field, what, change, code, fact);
    }

    /// The same, after other calls of the transaction.
    pub fn wrong_after(
        &mut self,
        before: Vec<Call>,
        field: &'static str,
        what: &'static str,
        change: impl FnOnce(&mut C),
        code: Code,
        fact: &'static str,
    ) {
        let mut wrong = self.good.clone();
        change(&mut wrong);
        self.rows.push(Row {
            actor: self.actor,
            field,
            what,
            before,
            call: wrong.into(),
            code,
            fact,
        });
    }
}

/// A bill that is not there, and calls that made none.
macro_rules! wrong_bill {
    ($rows:ident) => {
        wrong_bill!($rows, bill, "bill");
    };
    ($rows:ident, $field:ident, $name:literal) => {
        let call = |call| InstrumentRef::Call(CallIndex { call });
        $rows.wrong(
            $name,
            "of no such number",
            |c| c.$field = InstrumentRef::Number(absent()),
            Code::NoSuchBill,
            "bill",
        );
        $rows.wrong(
            $name,
            "of a call that is not there",
            |c| c.$field = call(0),
            Code::BadReference,
            "call",
        );
        $rows.wrong_after(
            vec![a_penny()],
            $name,
            "of a call that made none",
            |c| c.$field = call(0),
            Code::BadReference,
            "call",
        );
    };
}
pub(crate) use wrong_bill;

macro_rules! wrong_lot {
    ($rows:ident) => {
        for (what, range) in [
            ("that ends elsewhere", "1-99"),
            ("that starts elsewhere", "2-1000"),
            ("beyond the sum", "1-1001"),
        ] {
            $rows.wrong("lot", what, |c| c.lot = lot(range), Code::NoSuchLot, "bill");
        }
    };
}
pub(crate) use wrong_lot;

macro_rules! wrong_part {
    ($rows:ident) => {
        let part = |c: &mut Option<Money>, money| *c = Some(money);
        $rows.wrong(
            "part",
            "in another currency",
            |c| part(&mut c.part, usd(1)),
            Code::InvalidArgument,
            "part",
        );
        $rows.wrong(
            "part",
            "of nothing",
            |c| part(&mut c.part, yuan("0")),
            Code::AmountZero,
            "",
        );
        $rows.wrong(
            "part",
            "larger than the lot",
            |c| part(&mut c.part, yuan("10.01")),
            Code::PartTooLarge,
            "have",
        );
    };
}
pub(crate) use wrong_part;

/// A request that is not there, and calls that made none.
macro_rules! wrong_request {
    ($rows:ident) => {
        let call = |call| RequestRef::Call(CallIndex { call });
        $rows.wrong(
            "request",
            "not there",
            |c| c.request = RequestRef::Id(RequestId([7; 16])),
            Code::NoSuchRequest,
            "request",
        );
        $rows.wrong(
            "request",
            "of a call that is not there",
            |c| c.request = call(9),
            Code::BadReference,
            "call",
        );
        $rows.wrong_after(
            vec![a_penny()],
            "request",
            "of a call that made none",
            |c| c.request = call(0),
            Code::BadReference,
            "call",
        );
    };
}
pub(crate) use wrong_request;

/// An answer by yesterday, and after the last day allowed.
macro_rules! wrong_days {
    ($rows:ident, $late:literal) => {
        for (what, day) in [("in the past", "2026-12-31"), ("too late", $late)] {
            $rows.wrong(
                "answer_by",
                what,
                |c| c.answer_by = Some(date(day)),
                Code::AnswerByWrong,
                "answer_by",
            );
        }
    };
}
pub(crate) use wrong_days;

/// A member that is not there, one of a wrong role, and one that is suspended.
macro_rules! wrong_member {
    ($rows:ident, $field:ident, $role:literal, $suspended:literal) => {
        for (what, name, code) in [
            ("not there", "nobody", Code::NoSuchMember),
            ("of a wrong role", $role, Code::RoleRequired),
            ("suspended", $suspended, Code::CounterpartySuspended),
        ] {
            let field = stringify!($field);
            $rows.wrong(field, what, |c| c.$field = member(name), code, "member");
        }
    };
}
pub(crate) use wrong_member;
