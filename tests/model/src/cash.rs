//! Cash: what each member has, and what of it is set aside (rule book 4).

use crate::book::{Hold, Terms, Who, World};
use crate::days::Day;
use crate::faults::{Broken, Faults};

impl World {
    /// Of a member's cash, what is held: its holds, its offers, proceeds that wait for a debt to fall due.
    pub fn held(&self, who: Who) -> u64 {
        let holds = self.holds.iter().filter(|h| h.live && h.owner == who);
        let proceeds = self.proceeds.iter().filter(|p| p.owner == who && !p.frozen);
        let offers = self.requests.iter().filter(|r| r.live && r.from == who);
        let offered = offers.map(|r| match r.terms {
            Terms::Offer { money, .. } => money,
            _ => 0,
        });
        holds.map(|h| h.amount).sum::<u64>()
            + proceeds.map(|p| p.amount).sum::<u64>()
            + offered.sum::<u64>()
    }

    /// Of a member's cash, what a court has frozen.
    pub fn frozen(&self, who: Who) -> u64 {
        let frozen = self.proceeds.iter().filter(|p| p.owner == who && p.frozen);
        frozen.map(|p| p.amount).sum()
    }

    pub fn available(&self, who: Who) -> u64 {
        self.cash[who] - self.held(who) - self.frozen(who)
    }

    /// Moves cash that is there.
    pub(crate) fn pay(&mut self, from: Who, to: Who, amount: u64) {
        assert!(self.cash[from] >= amount, "checked before");
        self.cash[from] -= amount;
        self.cash[to] += amount;
    }

    pub fn transfer(&mut self, who: Who, to: Who, amount: u64) -> Result<(), Broken> {
        let mut no = Faults::new();
        no.when(amount == 0, "AMOUNT_ZERO");
        no.when(who == to, "SELF_DEALING");
        no.when(self.available(who) < amount, "INSUFFICIENT_FUNDS");
        no.end()?;
        self.pay(who, to, amount);
        Ok(())
    }

    pub fn hold(
        &mut self,
        who: Who,
        releaser: Who,
        amount: u64,
        until: Day,
    ) -> Result<usize, Broken> {
        let mut no = Faults::new();
        no.when(amount == 0, "AMOUNT_ZERO");
        no.when(self.available(who) < amount, "INSUFFICIENT_FUNDS");
        no.when(until < self.next_close(), "DATE_IN_PAST");
        no.end()?;
        self.holds.push(Hold {
            owner: who,
            releaser,
            amount,
            until,
            live: true,
        });
        Ok(self.holds.len() - 1)
    }

    pub fn release_hold(&mut self, who: Who, hold: usize) -> Result<(), Broken> {
        let mut no = Faults::new();
        match self.holds.get(hold).filter(|h| h.live) {
            None => return Err(no.and("NO_SUCH_HOLD")),
            Some(hold) => no.unless(hold.releaser == who, "HOLD_NOT_YOURS"),
        }
        no.end()?;
        self.holds[hold].live = false;
        Ok(())
    }
}
