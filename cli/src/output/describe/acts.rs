//! The events of acts on lots after delivery, in words.

use super::{lot, lot_of, noted};
use allonge_contracts::Event;
use allonge_contracts::bills::{Frozen, Market, Settlement};

fn how(settlement: Settlement) -> &'static str {
    match settlement {
        Settlement::Dvp => "",
        Settlement::Free => ", free of payment",
    }
}

/// One line that says what happened; none for an event of another kind.
pub fn describe(event: &Event) -> Option<String> {
    Some(match event {
        Event::BillReturned(e) => format!(
            "bill {} returned unused by {} to {}, {}",
            e.bill, e.from, e.to, e.money
        ),
        Event::BillUnmarked(e) => format!(
            "lot {} of {} is transferable again: {} removed its mark (holder {})",
            lot(&e.lot),
            e.bill,
            e.by,
            e.holder
        ),
        Event::BillGuaranteed(e) => format!(
            "lot {} of {} guaranteed by {} for {}",
            lot_of(&e.lot, &e.money),
            e.bill,
            e.guarantor,
            e.ward
        ),
        Event::BillDiscounted(e) => {
            let act = match e.sale.market {
                Market::Discount => "discounted",
                Market::Interbank => "sold between banks",
                Market::Rediscount => "rediscounted",
            };
            let repo = e
                .sale
                .repo
                .map(|dates| format!(", repo until {}", dates.cut_off))
                .unwrap_or_default();
            format!(
                "lot {} of {} {act} by {} to {} at {} for {}{repo}{}",
                lot_of(&e.lot, &e.money),
                e.bill,
                e.from,
                e.to,
                e.sale.rate,
                e.price,
                how(e.settlement)
            )
        }
        Event::BillRedeemed(e) => format!(
            "lot {} of {} bought back by {} from {}{}",
            lot_of(&e.lot, &e.money),
            e.bill,
            e.to,
            e.from,
            how(e.settlement)
        ),
        Event::BillRepoLapsed(e) => format!(
            "lot {} of {} was not bought back by {}: {} keeps it",
            lot_of(&e.lot, &e.money),
            e.bill,
            e.seller,
            e.holder
        ),
        Event::LotPledged(e) => format!(
            "lot {} of {} pledged by {} to {} for {} due {}",
            lot_of(&e.lot, &e.money),
            e.instrument,
            e.pledgor,
            e.pledge.pledgee,
            e.pledge.debt,
            e.pledge.debt_due
        ),
        Event::LotReleased(e) => format!(
            "lot {} of {} released to {} by {}{}{}",
            lot(&e.lot),
            e.instrument,
            e.pledgor,
            e.pledgee,
            e.price
                .map(|price| format!(" against {price}"))
                .unwrap_or_default(),
            how(e.settlement)
        ),
        Event::BillDisclosed(e) => {
            format!("acceptance of bill {} disclosed by {}", e.bill, e.acceptor)
        }
        Event::BillNarrowed(e) => format!(
            "use of lot {} of {} narrowed by {}",
            lot(&e.lot),
            e.bill,
            e.by
        ),
        Event::ProceedsHeld(e) => format!(
            "{} for lot {} of {} set aside on the account of {}{}",
            e.money,
            lot(&e.lot),
            e.instrument,
            e.owner,
            if e.frozen { ", frozen" } else { ", pledged" }
        ),
        Event::ProceedsPaid(e) => format!(
            "proceeds of lot {} of {}: {} free for {}{}",
            lot(&e.lot),
            e.instrument,
            e.freed,
            e.owner,
            e.to.as_ref()
                .map(|to| format!(", {} to {to}", e.paid))
                .unwrap_or_default()
        ),
        Event::RecourseNoticed(e) => {
            let parties: Vec<&str> = e.parties.iter().map(|party| party.as_str()).collect();
            format!(
                "recourse for lot {} of {}: {} gave notice to {}{}{}",
                lot(&e.lot),
                e.bill,
                e.claimant,
                parties.join(", "),
                if e.late { ", late" } else { "" },
                noted("text", e.text.as_str())
            )
        }
        Event::RecourseSettled(e) => format!(
            "recourse for lot {} of {}: {} paid {} to {}{}",
            lot(&e.lot),
            e.bill,
            e.from,
            e.money,
            e.to,
            if e.ended { ", the lot ended" } else { "" }
        ),
        Event::CourtMeasured(e) => {
            let measure = match e.frozen {
                Frozen::Frozen => "frozen",
                Frozen::Stopped => "stopped",
                Frozen::No => "free again",
            };
            format!(
                "lot {} of {} {measure} by {}, order {}",
                lot(&e.lot),
                e.instrument,
                e.by,
                e.order
            )
        }
        Event::CourtTransferred(e) => format!(
            "lot {} of {} transferred from {} to {} by {}, order {}",
            lot_of(&e.lot, &e.money),
            e.instrument,
            e.from,
            e.to,
            e.by,
            e.order
        ),
        _ => return None,
    })
}
