//! The events of netting, in words.

use super::noted;
use allonge_contracts::netting::Cycle;
use allonge_contracts::{Event, format_minor};

/// How often each unit of cash that moved was turned over: gross over net, rounded half up to four decimals;
/// none where no cash moved.
pub fn turnover(cycle: &Cycle) -> Option<String> {
    let twice = cycle.net.checked_mul(2)?;
    let rounded = cycle
        .gross
        .checked_mul(20_000)?
        .checked_add(cycle.net)?
        .checked_div(twice)?;
    Some(format!("{}.{:04}", rounded / 10_000, rounded % 10_000))
}

/// One line that says what happened; none for an event of another kind.
pub fn describe(event: &Event) -> Option<String> {
    Some(match event {
        Event::ObligationQueued(e) => {
            let one = &e.obligation;
            let from = one
                .not_before
                .map(|day| format!(", not before {day}"))
                .unwrap_or_default();
            format!(
                "{} that {} owes {} queued with priority {}{from}, until {}{}{} (obligation {})",
                one.money,
                one.payer,
                one.payee,
                one.priority,
                one.deadline,
                noted("for", one.purpose.as_str()),
                noted("reference", one.reference.as_str()),
                one.id
            )
        }
        Event::ObligationReordered(e) => {
            let place = match &e.before {
                Some(before) => format!("right before {before}"),
                None => "to its end".to_owned(),
            };
            format!(
                "obligation {} of {} moved to priority {}, {place}",
                e.obligation, e.payer, e.priority
            )
        }
        Event::ObligationCancelled(e) => format!(
            "{} that {} owes {} taken out of the queue (obligation {})",
            e.money, e.payer, e.payee, e.obligation
        ),
        Event::ObligationSettled(e) => format!(
            "{} from {} to {} settled in cycle {}{}{} (obligation {})",
            e.money,
            e.payer,
            e.payee,
            e.cycle,
            noted("for", e.purpose.as_str()),
            noted("reference", e.reference.as_str()),
            e.obligation
        ),
        Event::ObligationEnded(e) => format!(
            "{} that {} owes {} ended unsettled: {} (obligation {})",
            e.money, e.payer, e.payee, e.waits, e.obligation
        ),
        Event::LimitsSet(e) => {
            let mut set: Vec<String> = Vec::new();
            set.extend(e.multilateral.map(|money| format!("{money} in all")));
            set.extend(
                e.bilateral
                    .iter()
                    .map(|one| format!("{} toward {}", one.limit, one.member)),
            );
            set.extend(
                e.reserve
                    .map(|money| format!("{money} kept for priority 0")),
            );
            match set.is_empty() {
                true => format!("{} has no limits in {} any more", e.member, e.currency),
                false => format!("limits of {} for a cycle: {}", e.member, set.join(", ")),
            }
        }
        Event::CycleRun(e) => {
            let cycle = &e.cycle;
            let money = |minor| format_minor(minor, cycle.currency.decimals(), true);
            let by = match &cycle.by {
                Some(member) => format!("by {member}"),
                None => "by the clock".to_owned(),
            };
            let turnover = turnover(cycle)
                .map(|ratio| format!(", turnover {ratio}"))
                .unwrap_or_default();
            format!(
                "cycle {} in {} {by}: {} of {} settled, {} gross, {} net, {} saved{turnover}",
                cycle.number,
                cycle.currency,
                cycle.settled,
                cycle.waiting,
                money(cycle.gross),
                money(cycle.net),
                money(cycle.saved())
            )
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turnover_is_reckoned_in_whole_numbers() {
        let cycle = |gross, net| Cycle {
            currency: "CNY".parse().unwrap(),
            number: 1,
            date: "2027-01-05".parse().unwrap(),
            height: 7,
            by: None,
            waiting: 3,
            eligible: 3,
            settled: 3,
            gross,
            net,
        };
        for (gross, net, shown) in [
            (300, 100, Some("3.0000")),
            (100, 100, Some("1.0000")),
            (200, 3, Some("66.6667")),
            // Exactly between two: up.
            (1, 20_000, Some("0.0001")),
            (10, 30, Some("0.3333")),
            (0, 5, Some("0.0000")),
            (300, 0, None),
            (0, 0, None),
            (
                u128::from(u64::MAX) * 10_000,
                1,
                Some("184467440737095516150000.0000"),
            ),
        ] {
            let cycle = cycle(gross, net);
            assert_eq!(turnover(&cycle).as_deref(), shown, "{gross} over {net}");
            assert_eq!(cycle.saved(), gross.saturating_sub(net));
        }
    }
}
