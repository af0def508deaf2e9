//! The events of credit lines, certificates and quotes, in words.

use super::{lot, lot_of, noted};
use allonge_contracts::bills::Settlement;
use allonge_contracts::events::{QuotesEnd, UnsignedEnd};
use allonge_contracts::{Event, Money};

/// One line that says what happened; none for an event of another kind.
pub fn describe(event: &Event) -> Option<String> {
    Some(match event {
        Event::LineGranted(e) => format!(
            "line {} of {} granted by {} to {}{}",
            e.line.id,
            e.line.limit,
            e.line.grantor,
            e.line.issuer,
            until(e.line.until)
        ),
        Event::LineChanged(e) => {
            format!("line {} is now {}{}", e.line, e.limit, until(e.until))
        }
        Event::CertificateOpened(e) => format!(
            "certificate {} opened: {}, {} to {}, due {}",
            e.certificate.number,
            e.certificate.sum,
            e.certificate.issuer,
            e.certificate.payee,
            e.certificate.due
        ),
        Event::CertificateConfirmed(e) => {
            format!(
                "term of certificate {} confirmed by {}",
                e.certificate, e.by
            )
        }
        Event::CertificateSigned(e) => format!(
            "certificate {} signed for by {}: {} promises {}",
            e.certificate, e.payee, e.issuer, e.money
        ),
        Event::CertificateEnded(e) => {
            let why = match e.why {
                UnsignedEnd::Rejected => "its payee did not sign",
                UnsignedEnd::Cancelled => "taken back",
                UnsignedEnd::Expired => "not signed for in time",
            };
            format!(
                "certificate {} ended: {why}; {} of its line are free",
                e.certificate, e.money
            )
        }
        Event::LotTransferred(e) => format!(
            "lot {} of {} transferred by {} to {}, tier {}{}",
            lot_of(&e.lot, &e.money),
            e.certificate,
            e.from,
            e.to,
            e.tier,
            noted("for", e.purpose.as_str())
        ),
        Event::LotFinanced(e) => format!(
            "lot {} of {} financed by {} for {}: {} for {} at {} {}, {} recourse, registered {}{}",
            lot_of(&e.lot, &e.money),
            e.certificate,
            e.to,
            e.from,
            e.price,
            e.advance,
            e.rate,
            e.day_count,
            if e.recourse { "with" } else { "without" },
            e.registry,
            match e.settlement {
                Settlement::Dvp => "",
                Settlement::Free => ", free of payment",
            }
        ),
        Event::QuotesAsked(e) => format!(
            "{} asks {} funders for {} of lot {} of {} until {} (question {})",
            e.ask.asker,
            e.ask.to.len(),
            e.ask.money,
            lot(&e.ask.lot),
            e.ask.certificate,
            e.ask.until,
            e.ask.id
        ),
        Event::QuoteGiven(e) => format!("{} answered question {}, sealed", e.funder, e.ask),
        Event::QuotesEnded(e) => {
            let why = match e.why {
                QuotesEnd::Taken => "one was taken",
                QuotesEnd::Closed => "closed",
                QuotesEnd::Ended => "its last day passed",
            };
            let whose = e.taken.as_ref();
            let whose = whose.map(|funder| format!(", of {funder}"));
            format!(
                "question {} ended: {why}{}",
                e.ask,
                whose.unwrap_or_default()
            )
        }
        Event::LotDisputed(e) => format!(
            "lot {} of {} disputed by {}{}",
            lot(&e.lot),
            e.certificate,
            e.by,
            noted("reason", e.reason.as_str())
        ),
        Event::DisputeSettled(e) => format!(
            "dispute of lot {} of {} withdrawn by {}",
            lot(&e.lot),
            e.certificate,
            e.by
        ),
        Event::CertificateRedeemed(e) => {
            let surplus = match (&e.seller, e.surplus.minor) {
                (Some(seller), 1..) => format!(", surplus of {} to {seller}", e.surplus),
                _ => String::new(),
            };
            format!(
                "lot {} of {} redeemed by {}: {} to {}{surplus}{}",
                lot(&e.lot),
                e.certificate,
                e.issuer,
                e.money,
                e.to,
                super::clock(e.by_clock)
            )
        }
        Event::CertificateOverdue(e) => format!(
            "lot {} of {} overdue: {} has not redeemed it (holder {})",
            lot_of(&e.lot, &e.money),
            e.certificate,
            e.issuer,
            e.holder
        ),
        Event::CertificateAskedBack(e) => format!(
            "lot {} of {} taken back by {} from {} for {}",
            lot(&e.lot),
            e.certificate,
            e.to,
            e.from,
            e.money
        ),
        Event::PoolRedeemed(e) => {
            let paid = Money::new(e.currency, e.paid);
            let short = e.next.map(|day| {
                format!(
                    "; tried again at the close of {day}, the cash of {} ring-fenced",
                    e.issuer
                )
            });
            format!(
                "certificates of {} due {}: {paid} paid{}",
                e.issuer,
                e.due,
                short.unwrap_or_default()
            )
        }
        _ => return None,
    })
}

fn until(day: Option<allonge_contracts::Date>) -> String {
    day.map(|day| format!(" until {day}")).unwrap_or_default()
}
