//! The events of settlement instructions, and their legs, in words.

use super::noted;
use allonge_contracts::settlement::Leg;
use allonge_contracts::{Currency, Event, MemberId, Money};

/// What a leg moves, from whom to whom; of a lot its amount too, where its currency is known.
pub fn leg_text(leg: &Leg, currency: Option<Currency>) -> String {
    match leg {
        Leg::Cash(leg) => format!(
            "{} from {} to {}{}",
            leg.money,
            leg.from,
            leg.to,
            noted("for", leg.purpose.as_str())
        ),
        Leg::Lot(leg) => {
            let whole = leg
                .lot
                .amount()
                .zip(currency)
                .map(|(units, currency)| Money::new(currency, units));
            let what = match (leg.part, whole) {
                (Some(part), _) => format!("{part} of lot"),
                (None, Some(whole)) => format!("{whole}, all of lot"),
                (None, None) => "all of lot".to_owned(),
            };
            format!(
                "{what} {}:{} from {} to {}{}",
                leg.instrument,
                leg.lot,
                leg.from,
                leg.to,
                noted("for", leg.purpose.as_str())
            )
        }
    }
}

fn names(members: &[MemberId]) -> String {
    let all: Vec<&str> = members.iter().map(MemberId::as_str).collect();
    all.join(", ")
}

/// One line that says what happened; none for an event of another kind.
pub fn describe(event: &Event) -> Option<String> {
    Some(match event {
        Event::InstructionProposed(e) => {
            let one = &e.instruction;
            let legs: Vec<String> = one.legs.iter().map(|leg| leg_text(leg, None)).collect();
            let needed: Vec<MemberId> = one
                .affirmations
                .iter()
                .map(|affirmation| affirmation.member.clone())
                .collect();
            format!(
                "{} proposed to settle together until {}: {}; to be affirmed by {}{} (instruction {})",
                one.by,
                one.deadline,
                legs.join("; "),
                names(&needed),
                noted("reference", one.reference.as_str()),
                one.id
            )
        }
        Event::InstructionAffirmed(e) => {
            let rest = match e.waits_for.as_slice() {
                [] => ", the last one".to_owned(),
                some => format!(", which waits for {}", names(some)),
            };
            format!("instruction {} affirmed by {}{rest}", e.instruction, e.by)
        }
        Event::InstructionSettled(e) => format!(
            "instruction {} settled among {}{}",
            e.instruction,
            names(&e.parties),
            noted("reference", e.reference.as_str())
        ),
        Event::InstructionCancelled(e) => format!(
            "instruction {} cancelled by {}{}",
            e.instruction,
            e.by,
            noted("reference", e.reference.as_str())
        ),
        Event::InstructionEnded(e) => format!(
            "instruction {} ended unsettled at its deadline {}: {} had not affirmed{}",
            e.instruction,
            e.deadline,
            match e.waited_for.as_slice() {
                [] => "nobody".to_owned(),
                some => names(some),
            },
            noted("reference", e.reference.as_str())
        ),
        _ => return None,
    })
}
