//! What a rule works with: the state under change, the moment, the events, and the work used.

use crate::bills::{InstrumentNumber, LotRange};
use crate::clock::{ClockState, Moment};
use crate::codes::Code;
use crate::date::Date;
use crate::events::Event;
use crate::execute::BlockContext;
use crate::genesis::{Settings, settings};
use crate::hash::{Hash, RequestId, tagged_hash};
use crate::member_id::MemberId;
use crate::money::Money;
use crate::outcome::{CallResult, Fact, FactValue, Failure};
use crate::state::{Overlay, StateFault};
use crate::tables::{ALL, CLOCK};
use crate::text::Text;

/// What every rule works with, called by a transaction or by the clock.
pub(crate) struct Run<'r, 's> {
    pub(crate) state: &'r mut Overlay<'s>,
    pub(crate) block: BlockContext,
    pub(crate) settings: Settings,
    pub(crate) clock: ClockState,
    pub(crate) events: Vec<Event>,
    pub(crate) work: u64,
    pub(crate) work_limit: u64,
}

impl<'r, 's> Run<'r, 's> {
    pub(crate) fn new(
        state: &'r mut Overlay<'s>,
        block: &BlockContext,
        work_limit: u64,
    ) -> Result<Self, StateFault> {
        Ok(Run {
            settings: settings(state)?,
            clock: crate::clock::read::state(state)?,
            state,
            block: *block,
            events: Vec::new(),
            work: 0,
            work_limit,
        })
    }

    /// The business date, on which the rules work.
    pub(crate) fn date(&self) -> Date {
        self.clock.date
    }

    /// The block's moment of business time; ahead of the business date while the clock catches up.
    pub(crate) fn now(&self) -> Moment {
        Moment::at(
            self.block.time_ms,
            self.clock.offset_ms,
            self.settings.utc_offset_minutes,
        )
    }

    /// Whether the close of a day lies behind.
    pub(crate) fn past_close(&self, day: Date) -> bool {
        self.now().past_close(day, self.settings.close_minute)
    }

    /// The first day, from the business date on, whose close is still to come: the earliest on which
    /// anything new can fall due at the close.
    pub(crate) fn next_close(&self) -> Date {
        let today = self.date();
        if self.clock.closed || self.past_close(today) {
            today.plus_days(1).unwrap_or(today)
        } else {
            today
        }
    }

    pub(crate) fn put_clock(&mut self) -> Result<(), StateFault> {
        CLOCK.put(self.state, ALL, &[], &self.clock)
    }

    pub(crate) fn emit(&mut self, event: impl Into<Event>) {
        self.events.push(event.into());
    }

    /// Carries something out as a whole or not at all; with `keep` unset it is not kept in any case. The inner error
    /// is the rule that it breaks.
    pub(crate) fn attempt(
        &mut self,
        keep: bool,
        act: impl FnOnce(&mut Run<'_, '_>) -> Result<(), Failure>,
    ) -> Result<Result<(), Failure>, StateFault> {
        let mut trial = Overlay::new(&*self.state);
        let mut run = Run {
            state: &mut trial,
            block: self.block,
            settings: self.settings.clone(),
            clock: self.clock.clone(),
            events: Vec::new(),
            work: self.work,
            work_limit: self.work_limit,
        };
        let done = act(&mut run);
        let (events, work) = (std::mem::take(&mut run.events), run.work);
        trial.commit();
        let changes = trial.into_changes();
        match done {
            Ok(()) if keep => {
                for (key, value) in changes {
                    match value {
                        Some(value) => self.state.put(key, value),
                        None => self.state.remove(key),
                    }
                }
                self.events.extend(events);
                self.work = work;
                Ok(Ok(()))
            }
            Err(Failure::Fault(fault)) => Err(fault),
            done => Ok(done),
        }
    }

    /// Counts work; a transaction that goes over its limit is refused.
    pub(crate) fn charge(&mut self, units: u64) -> Result<(), Failure> {
        self.work = self.work.saturating_add(units);
        if self.work > self.work_limit {
            return Err(Failure::of(Code::WorkExceeded)
                .fact("limit", self.work_limit)
                .fact("need", self.work));
        }
        Ok(())
    }

    /// Counts work of the clock, which stops between items when its budget is used.
    pub(crate) fn count(&mut self, units: u64) {
        self.work = self.work.saturating_add(units);
    }
}

/// What a call works with besides.
pub(crate) struct Caller<'a> {
    /// Who acts.
    pub(crate) actor: &'a MemberId,
    /// The transaction's id.
    pub(crate) transaction: Hash,
    /// The call's position.
    pub(crate) call: u8,
    /// What the earlier calls made.
    pub(crate) results: &'a [CallResult],
}

impl Caller<'_> {
    /// The id of what this call makes: the first 16 bytes of `allonge/request/1` over transaction id and call.
    pub(crate) fn new_id(&self) -> RequestId {
        short_id(tagged_hash(
            "allonge/request/1",
            &[self.transaction.as_bytes(), &[self.call]],
        ))
    }

    /// What the earlier call at this position made.
    pub(crate) fn earlier(&self, call: u8) -> Result<&CallResult, Failure> {
        self.results
            .get(usize::from(call))
            .ok_or_else(|| Failure::of(Code::BadReference).fact("call", u64::from(call)))
    }
}

/// The first 16 bytes of a digest as an id.
pub(crate) fn short_id(digest: Hash) -> RequestId {
    let mut bytes = [0u8; 16];
    for (to, from) in bytes.iter_mut().zip(digest.0) {
        *to = from;
    }
    RequestId(bytes)
}

/// One call: checked without the state, then against it, then applied. Only the last step writes.
pub(crate) trait Act {
    /// What the check against the state found, for the last step.
    type Checked;

    /// What can be said without the state.
    fn check_stateless(&self) -> Result<(), Failure>;

    /// What must hold in the state.
    fn check_state(&self, run: &Run<'_, '_>, caller: &Caller<'_>)
    -> Result<Self::Checked, Failure>;

    /// Carries it out.
    fn apply(
        &self,
        run: &mut Run<'_, '_>,
        caller: &Caller<'_>,
        checked: Self::Checked,
    ) -> Result<CallResult, Failure>;
}

impl Failure {
    /// A broken rule, without facts yet.
    pub fn of(code: Code) -> Failure {
        Failure::Rejected(code, Vec::new())
    }

    /// Adds a value that shows it.
    #[must_use]
    pub fn fact(mut self, what: &'static str, value: impl Into<FactValue>) -> Failure {
        if let Failure::Rejected(_, facts) = &mut self {
            facts.push(Fact {
                what: what.parse().unwrap_or_default(),
                value: value.into(),
            });
        }
        self
    }

    /// An argument that breaks the rule for it.
    pub fn argument(field: &'static str) -> Failure {
        Failure::of(Code::InvalidArgument).fact("field", field)
    }
}

impl From<Money> for FactValue {
    fn from(value: Money) -> Self {
        FactValue::Money(value)
    }
}
impl From<&MemberId> for FactValue {
    fn from(value: &MemberId) -> Self {
        FactValue::Member(value.clone())
    }
}
impl From<Date> for FactValue {
    fn from(value: Date) -> Self {
        FactValue::Date(value)
    }
}
impl From<u64> for FactValue {
    fn from(value: u64) -> Self {
        FactValue::Number(value)
    }
}
impl From<&str> for FactValue {
    fn from(value: &str) -> Self {
        FactValue::Word(value.parse().unwrap_or_else(|_| Text::empty()))
    }
}
impl From<InstrumentNumber> for FactValue {
    fn from(value: InstrumentNumber) -> Self {
        FactValue::Bill(value)
    }
}
impl From<LotRange> for FactValue {
    fn from(value: LotRange) -> Self {
        FactValue::Lot(value)
    }
}
impl From<RequestId> for FactValue {
    fn from(value: RequestId) -> Self {
        FactValue::Request(value)
    }
}
