//! The queue of what falls due, in the order in which it is worked off: date, kind, order, id, lot.

use crate::bills::InstrumentNumber;
use crate::clock::Moment;
use crate::date::Date;
use crate::hash::RequestId;
use crate::member_id::MemberId;
use crate::money::Currency;
use crate::params::ParamName;
use crate::run::Run;
use crate::state::{StateFault, View};
use crate::tables::{
    ALL, DUE, DUE_DEBTS, date_of_suffix, date_suffix, instrument_entity, member_suffix,
};
use crate::words::words;
use borsh::{BorshDeserialize, BorshSerialize};

words! {
    /// What falls due. The number is the place within a day: those below 16 in the morning, the others at
    /// the close (rule book 2.3, clock order).
    pub enum DueKind {
        /// A parameter has a new value.
        Param = 0 "parameter",
        /// A carried proposal waits for this day.
        Proposal = 1 "proposal",
        /// A bill reaches its nominal maturity.
        Maturity = 4 "maturity",
        /// A lot under repo was not bought back: the day after the cut-off.
        RepoEnd = 5 "repo end",
        /// A matured bill is presented, lot by lot.
        Presentment = 8 "presentment",
        /// A presented lot is paid or refused.
        Payment = 16 "payment",
        /// A request lapses.
        Lapse = 17 "lapse",
        /// The window of a bill that was never delivered ends.
        WindowEnd = 18 "window end",
        /// A hold on cash ends.
        HoldEnd = 19 "hold end",
        /// A debt falls due that proceeds of a pledged lot are held for.
        DebtDue = 20 "debt due",
        /// A pool of certificates is redeemed, or tried again.
        Redemption = 21 "redemption",
        /// The deadline of a condition.
        Condition = 22 "condition",
        /// The deadline of a settlement instruction.
        InstructionEnd = 23 "instruction end",
        /// A month ends: an acceptor with unpaid bills is looked at.
        Gate = 24 "gate",
        /// Obligations wait in a currency: its cycle of netting.
        NettingCycle = 25 "netting cycle",
        /// The last day of a question for quotes.
        QuoteEnd = 26 "quote end",
        /// The deadline of an obligation.
        ObligationEnd = 27 "obligation end",
        /// The deadline of an open proposal.
        ProposalEnd = 28 "proposal end",
    }
}

/// How far an item of the queue has been worked off.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct DueItem {
    /// The first unit of the next lot; 0 at the beginning.
    pub cursor: u64,
}

/// The place of an item in the queue, which also says what it is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DueKey {
    /// On which day.
    pub date: Date,
    /// What falls due.
    pub kind: DueKind,
    /// Order within the kind: of payments the moment of presentment, of lapses higher lots first, of redemptions the
    /// due day, otherwise 0.
    pub order: u64,
    /// A bill number, the id of a request, hold, instruction, obligation or proposal, a member's name, a currency's code, or a parameter's
    /// number, padded with zeros.
    pub id: [u8; 32],
    /// Of what is about one lot, its first unit; of a redemption, its currency's code; otherwise 0.
    pub start: u64,
}

impl DueKind {
    /// Worked off when the day begins, not at its close.
    pub const fn in_the_morning(self) -> bool {
        (self as u8) < 16
    }
}

impl DueKey {
    /// An item about a bill or a certificate.
    pub fn instrument(date: Date, kind: DueKind, number: &InstrumentNumber) -> DueKey {
        DueKey {
            date,
            kind,
            order: 0,
            id: padded(instrument_entity(number)),
            start: 0,
        }
    }

    /// The payment of a lot.
    pub fn payment(date: Date, presented_at: u64, number: &InstrumentNumber, start: u64) -> DueKey {
        DueKey {
            date,
            kind: DueKind::Payment,
            order: presented_at,
            id: padded(instrument_entity(number)),
            start,
        }
    }

    /// What is about one lot of a bill.
    pub fn lot(date: Date, kind: DueKind, number: &InstrumentNumber, start: u64) -> DueKey {
        DueKey {
            start,
            ..DueKey::instrument(date, kind, number)
        }
    }

    /// A parameter's new value.
    pub fn param(date: Date, name: ParamName) -> DueKey {
        DueKey {
            date,
            kind: DueKind::Param,
            order: 0,
            id: padded(&[name as u8]),
            start: 0,
        }
    }

    /// An acceptor's look at a month's end.
    pub fn gate(date: Date, acceptor: &MemberId) -> DueKey {
        DueKey {
            date,
            kind: DueKind::Gate,
            order: 0,
            id: member_suffix(acceptor),
            start: 0,
        }
    }

    /// The redemption of a pool. Older due days come first.
    pub fn pool(date: Date, due: Date, issuer: &MemberId, currency: Currency) -> DueKey {
        let [a, b, c] = *currency.bytes();
        DueKey {
            date,
            kind: DueKind::Redemption,
            order: u64::from(due.days()),
            id: member_suffix(issuer),
            start: u64::from_be_bytes([0, 0, 0, 0, 0, a, b, c]),
        }
    }

    /// The due day and the currency of the pool it is about.
    pub(crate) fn about_pool(&self) -> Result<(Date, Currency), StateFault> {
        let days = u32::try_from(self.order).ok();
        let code = self.start.to_be_bytes();
        days.and_then(Date::from_days)
            .zip(
                code.get(5..)
                    .and_then(|code| std::str::from_utf8(code).ok())
                    .and_then(|code| code.parse().ok()),
            )
            .ok_or_else(|| StateFault::new(DUE.name(), "an item without a pool"))
    }

    /// The parameter it is about.
    pub(crate) fn param_name(&self) -> Result<ParamName, StateFault> {
        let [number, ..] = self.id;
        ParamName::ALL
            .iter()
            .copied()
            .find(|name| *name as u8 == number)
            .ok_or_else(|| StateFault::new(DUE.name(), "an item without a parameter"))
    }

    /// The member it is about.
    pub(crate) fn member(&self) -> Result<MemberId, StateFault> {
        let len = self.id.iter().position(|byte| *byte == 0).unwrap_or(32);
        self.id
            .get(..len)
            .and_then(|name| std::str::from_utf8(name).ok())
            .and_then(|name| name.parse().ok())
            .ok_or_else(|| StateFault::new(DUE.name(), "an item without a member"))
    }

    /// The lapse of a request. Higher lots come first, so that parts cut one after the other from a lot,
    /// whose requests lapse at the same close, all rejoin it, whatever their ids.
    pub fn lapse(date: Date, id: &RequestId, start: u64) -> DueKey {
        DueKey {
            kind: DueKind::Lapse,
            order: u64::MAX.saturating_sub(start),
            ..DueKey::hold_end(date, id)
        }
    }

    /// What is about an id, such as the end of an obligation.
    pub fn request(date: Date, kind: DueKind, id: &RequestId) -> DueKey {
        DueKey {
            kind,
            ..DueKey::hold_end(date, id)
        }
    }

    /// What is about a currency.
    pub fn currency(date: Date, kind: DueKind, currency: Currency) -> DueKey {
        DueKey {
            date,
            kind,
            order: 0,
            id: padded(currency.bytes()),
            start: 0,
        }
    }

    /// The currency it is about.
    pub(crate) fn about_currency(&self) -> Result<Currency, StateFault> {
        self.id
            .get(..3)
            .and_then(|code| std::str::from_utf8(code).ok())
            .and_then(|code| code.parse().ok())
            .ok_or_else(|| StateFault::new(DUE.name(), "an item without a currency"))
    }

    /// The end of a hold.
    pub fn hold_end(date: Date, id: &RequestId) -> DueKey {
        DueKey {
            date,
            kind: DueKind::HoldEnd,
            order: 0,
            id: padded(id.as_bytes()),
            start: 0,
        }
    }

    /// The bill or certificate it is about.
    pub fn instrument_number(&self) -> Result<InstrumentNumber, StateFault> {
        self.id
            .get(..30)
            .and_then(|number| std::str::from_utf8(number).ok())
            .and_then(|text| text.parse().ok())
            .ok_or_else(|| StateFault::new(DUE.name(), "an item without a bill number"))
    }

    /// The request or hold it is about.
    pub fn request_id(&self) -> RequestId {
        let mut bytes = [0u8; 16];
        for (to, from) in bytes.iter_mut().zip(self.id) {
            *to = from;
        }
        RequestId(bytes)
    }

    /// As the suffix of its key in the state.
    pub fn suffix(&self) -> Vec<u8> {
        let mut suffix = date_suffix(self.date).to_vec();
        suffix.push(self.kind as u8);
        suffix.extend_from_slice(&self.order.to_be_bytes());
        suffix.extend_from_slice(&self.id);
        suffix.extend_from_slice(&self.start.to_be_bytes());
        suffix
    }

    /// Read back from such a suffix.
    pub fn from_suffix(suffix: &[u8]) -> Result<DueKey, StateFault> {
        fn parts(suffix: &[u8]) -> Option<DueKey> {
            let (date, rest) = suffix.split_at_checked(4)?;
            let (kind, rest) = rest.split_first()?;
            let (order, rest) = rest.split_at_checked(8)?;
            let (id, start) = rest.split_at_checked(32)?;
            Some(DueKey {
                date: date_of_suffix(date)?,
                kind: DueKind::ALL.iter().copied().find(|k| *k as u8 == *kind)?,
                order: u64::from_be_bytes(order.try_into().ok()?),
                id: id.try_into().ok()?,
                start: u64::from_be_bytes(start.try_into().ok()?),
            })
        }
        parts(suffix).ok_or_else(|| StateFault::new(DUE.name(), "a key of wrong form"))
    }
}

fn padded(bytes: &[u8]) -> [u8; 32] {
    let mut id = [0u8; 32];
    for (to, from) in id.iter_mut().zip(bytes) {
        *to = *from;
    }
    id
}

/// Puts an item into the queue, or its progress.
pub(crate) fn schedule(run: &mut Run<'_, '_>, key: &DueKey, cursor: u64) -> Result<(), StateFault> {
    DUE.put(run.state, ALL, &key.suffix(), &DueItem { cursor })
}

/// Takes an item out of the queue.
pub(crate) fn cancel(run: &mut Run<'_, '_>, key: &DueKey) {
    DUE.remove(run.state, ALL, &key.suffix());
}

/// Whether an item is in the queue.
pub(crate) fn is_queued(run: &Run<'_, '_>, key: &DueKey) -> bool {
    run.state.get(&DUE.key(ALL, &key.suffix())).is_some()
}

/// Counts one more item that may cost a member cash on a day.
pub(crate) fn add_debt(
    run: &mut Run<'_, '_>,
    member: &MemberId,
    date: Date,
) -> Result<(), StateFault> {
    let entity = member.as_str().as_bytes();
    let count = DUE_DEBTS
        .get(run.state, entity, &date_suffix(date))?
        .unwrap_or(0);
    DUE_DEBTS.put(
        run.state,
        entity,
        &date_suffix(date),
        &count.saturating_add(1),
    )
}

/// Counts one less.
pub(crate) fn remove_debt(
    run: &mut Run<'_, '_>,
    member: &MemberId,
    date: Date,
) -> Result<(), StateFault> {
    let entity = member.as_str().as_bytes();
    match DUE_DEBTS.get(run.state, entity, &date_suffix(date))? {
        Some(count) if count > 1 => DUE_DEBTS.put(
            run.state,
            entity,
            &date_suffix(date),
            &count.saturating_sub(1),
        ),
        Some(_) => {
            DUE_DEBTS.remove(run.state, entity, &date_suffix(date));
            Ok(())
        }
        None => Err(StateFault::new(
            DUE_DEBTS.name(),
            format!("no item of {member} on {date}"),
        )),
    }
}

/// Whether a member has items that may cost it cash and whose close has passed without their being worked off.
pub(crate) fn has_due_debt(
    view: &(impl View + ?Sized),
    member: &MemberId,
    now: Moment,
    close_minute: u16,
) -> Result<bool, StateFault> {
    let first = DUE_DEBTS.next(view, member.as_str().as_bytes(), &[])?;
    Ok(first
        .and_then(|(suffix, _)| date_of_suffix(&suffix))
        .is_some_and(|date| now.past_close(date, close_minute)))
}
