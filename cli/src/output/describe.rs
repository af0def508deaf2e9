//! Events and ranges in words.

mod acts;
mod calls;
mod gov;
mod netting;
mod receivables;
mod settlement;
mod trade;

pub use calls::{call_fields, call_text};
pub use gov::action_text;
pub use netting::turnover;
pub use settlement::leg_text;
pub use trade::{claim_text, condition_text, paper_text};

use allonge_contracts::bills::{Dishonour, Frozen, Lot, LotRange};
use allonge_contracts::requests::Terms;
use allonge_contracts::{Currency, Date, Event, Money, format_minor};

/// A range as people read it: `101–12200 (121.00)`.
pub fn range_text(range: LotRange, currency: Currency) -> String {
    let amount = u128::from(range.end.saturating_sub(range.start)) + 1;
    let amount = format_minor(amount, currency.decimals(), true);
    format!("{}–{} ({amount})", range.start, range.end)
}

/// What may be done with a lot, and every mark and measure on it.
pub fn state_text(lot: &Lot) -> String {
    let mut state = lot.circulation.to_string();
    if lot.discounted {
        state.push_str(", discounted");
    }
    if let Some(by) = &lot.not_transferable_by {
        state.push_str(&format!(", not transferable by {by}"));
    }
    if let Some(pledge) = &lot.pledge {
        state.push_str(&format!(
            ", pledged to {} for {} due {}",
            pledge.pledgee, pledge.debt, pledge.debt_due
        ));
    }
    if let Some(repo) = &lot.repo {
        state.push_str(&format!(
            ", {} may buy back from {} to {}",
            repo.seller, repo.dates.open_from, repo.dates.cut_off
        ));
    }
    match (lot.dishonour, &lot.refused) {
        (Dishonour::None, _) => {}
        (how, Some((code, day))) => state.push_str(&format!(", dishonoured {how}: {code} {day}")),
        (how, None) => state.push_str(&format!(", dishonoured {how}")),
    }
    if lot.frozen != Frozen::No {
        state.push_str(&format!(", {}", lot.frozen));
    }
    state
}

fn lot(range: &LotRange) -> String {
    format!("{}–{}", range.start, range.end)
}

fn lot_of(range: &LotRange, money: &Money) -> String {
    format!("{}–{} ({})", range.start, range.end, money.grouped())
}

fn clock(by_clock: bool) -> &'static str {
    if by_clock { ", by the clock" } else { "" }
}

fn noted(what: &str, text: &str) -> String {
    if text.is_empty() {
        String::new()
    } else {
        format!(", {what} \"{text}\"")
    }
}

/// A moment in UTC: `2027-01-05 08:30:00 UTC`.
pub fn utc_text(ms: u64) -> String {
    let second = ms / 1_000;
    match Date::from_unix_ms(ms, 0) {
        Some(date) => format!(
            "{date} {:02}:{:02}:{:02} UTC",
            second / 3_600 % 24,
            second / 60 % 60,
            second % 60
        ),
        None => format!("{ms} ms after 1970 UTC"),
    }
}

fn dates(dates: &[Date]) -> String {
    let all: Vec<String> = dates.iter().map(Date::to_string).collect();
    all.join(", ")
}

/// One line that says what happened.
pub fn describe(event: &Event) -> String {
    match event {
        Event::MemberAdmitted(e) => format!("{} admitted by {}", e.member, e.by),
        Event::MemberSuspended(e) => {
            format!(
                "{} suspended by {}{}",
                e.member,
                e.by,
                noted("reason", e.reason.as_str())
            )
        }
        Event::MemberReinstated(e) => {
            format!(
                "{} reinstated by {}{}",
                e.member,
                e.by,
                noted("reason", e.reason.as_str())
            )
        }
        Event::KeysRotated(e) => format!("{} replaced its keys", e.member),
        Event::CashMinted(e) => {
            format!(
                "{} minted to {} by {}{}",
                e.money,
                e.to,
                e.by,
                noted("reference", e.reference.as_str())
            )
        }
        Event::CashRedeemed(e) => {
            format!(
                "{} redeemed by {}{}",
                e.money,
                e.by,
                noted("reference", e.reference.as_str())
            )
        }
        Event::CashTransferred(e) => format!(
            "{} from {} to {}{}{}",
            e.money,
            e.from,
            e.to,
            noted("for", e.purpose.as_str()),
            noted("reference", e.reference.as_str())
        ),
        Event::CashHeld(e) => format!(
            "{} of {} held until {} (hold {})",
            e.money, e.owner, e.until, e.hold
        ),
        Event::CashReleased(e) => format!("{} of {} released (hold {})", e.money, e.owner, e.hold),
        Event::BillRegistered(e) => format!(
            "bill {} registered: {}, {} on {}, payable to {} on {}",
            e.bill.number,
            e.bill.sum,
            e.bill.drawer,
            e.bill.acceptor,
            e.bill.payee,
            e.bill.maturity
        ),
        Event::BillAccepted(e) => {
            format!("bill {} accepted by {} for {}", e.bill, e.acceptor, e.money)
        }
        Event::BillDelivered(e) => format!(
            "bill {} delivered by {} to {}, {}",
            e.bill, e.from, e.to, e.money
        ),
        Event::BillEndorsed(e) => format!(
            "lot {} of {} endorsed by {} to {}{}",
            lot_of(&e.lot, &e.money),
            e.bill,
            e.from,
            e.to,
            if e.not_transferable {
                ", not transferable"
            } else {
                ""
            }
        ),
        Event::BillRevoked(e) => format!("bill {} revoked by {}", e.bill, e.by),
        Event::BillPresented(e) => format!(
            "lot {} of {} presented by {} to {}{}",
            lot_of(&e.lot, &e.money),
            e.bill,
            e.holder,
            e.acceptor,
            clock(e.by_clock)
        ),
        Event::BillPaid(e) => format!(
            "lot {} of {} paid by {} to {}{}",
            lot_of(&e.lot, &e.money),
            e.bill,
            e.from,
            e.to,
            clock(e.by_clock)
        ),
        Event::BillDishonoured(e) => format!(
            "lot {} of {} dishonoured by {}: {}{}{} (holder {})",
            lot(&e.lot),
            e.bill,
            e.acceptor,
            e.code,
            noted("text", e.text.as_str()),
            clock(e.by_clock),
            e.holder
        ),
        Event::BillTerminated(e) => {
            format!("lot {} of {} ended: {}", lot(&e.lot), e.bill, e.reason)
        }
        Event::LotSplit(e) => format!(
            "lot of {} split: {} moves, {} stays",
            e.instrument,
            lot(&e.moved),
            lot(&e.kept)
        ),
        Event::LotRejoined(e) => format!("lot {} of {} is one again", lot(&e.lot), e.instrument),
        Event::RequestMade(e) => {
            let request = &e.request;
            let until = request
                .answer_by
                .map(|day| format!(" by {day}"))
                .unwrap_or_default();
            format!(
                "{} asked of {} by {} for lot {} of {}, to be answered{until}",
                act_name(&request.terms),
                request.to,
                request.from,
                lot(&request.range),
                request.instrument
            )
        }
        Event::RequestRefused(e) => format!(
            "request on lot {} of {} refused by {}: {}{}",
            lot(&e.lot),
            e.instrument,
            e.by,
            e.code,
            noted("text", e.text.as_str())
        ),
        Event::RequestWithdrawn(e) => format!(
            "request on lot {} of {} withdrawn by {}",
            lot(&e.lot),
            e.instrument,
            e.by
        ),
        Event::RequestLapsed(e) => {
            format!("request on lot {} of {} lapsed", lot(&e.lot), e.instrument)
        }
        Event::DayBegan(e) => format!("the business day {} began", e.date),
        Event::DayClosed(e) => format!("the business day {} closed", e.date),
        Event::ClockAdvanced(e) => format!("the clock was moved to {} by {}", e.to, e.by),
        Event::MemberDeclared(e) => format!(
            "{} declared assets of {}, deposits of {}, margins of {}",
            e.member, e.assets, e.deposits, e.margin
        ),
        Event::InsolvencyRecorded(e) => format!(
            "insolvency of {} {} by {}, order {}",
            e.member,
            if e.lifted { "taken back" } else { "recorded" },
            e.by,
            e.order
        ),
        Event::ParamSet(e) => format!(
            "{} set to {} from {} on by {}",
            e.name,
            e.name.show(e.value),
            e.from,
            e.by
        ),
        Event::ParamChanged(e) => format!("{} is now {}", e.name, e.name.show(e.value)),
        Event::AcceptorOverdue(e) => format!(
            "{} is {}overdue: no acceptance until {}",
            e.acceptor,
            if e.persistently { "persistently " } else { "" },
            e.until
        ),
        Event::CalendarChanged(e) => {
            let part = |what: &str, days: &[Date]| match days {
                [] => String::new(),
                days => format!(", {what} {}", dates(days)),
            };
            format!(
                "the calendar was changed by {}{}{}",
                e.by,
                part("closed", &e.closed),
                part("open", &e.open)
            )
        }
        // Each module knows its own events, and says nothing of the others.
        other => [
            acts::describe,
            gov::describe,
            netting::describe,
            receivables::describe,
            settlement::describe,
            trade::describe,
        ]
        .iter()
        .find_map(|describe| describe(other))
        .unwrap_or_default(),
    }
}

/// The act that a request asks for.
pub fn act_name(terms: &Terms) -> &'static str {
    match terms {
        Terms::Presentment { .. } => "payment",
        other => other.rule().act,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_read_as_the_market_writes_them() {
        let range = LotRange {
            start: 101,
            end: 12_200,
        };
        assert_eq!(
            range_text(range, "CNY".parse().unwrap()),
            "101–12200 (121.00)"
        );
        assert_eq!(
            range_text(range, "JPY".parse().unwrap()),
            "101–12200 (12,100)"
        );
    }
}
