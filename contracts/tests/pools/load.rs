//! Twenty thousand lots in one pool: shared out over many blocks, within the budget, while others go on and the issuer
//! spends nothing first.

use crate::model::hamilton;
use crate::*;
use allonge_contracts::Call;
use allonge_contracts::Outcome;
use allonge_contracts::instruments::Status;

const LOTS: u64 = 20_000;
const BUDGET: u64 = 50_000;
/// The costliest step, and the step that takes the pool up.
const ONE_STEP: u64 = 60 + 16;

#[test]
fn a_pool_of_twenty_thousand_lots_is_shared_out_over_many_blocks() {
    let mut w = world("0.00");
    w.checked = false;
    let line = line(&mut w);
    let amounts: Vec<u64> = (0..LOTS).map(|i| 1 + i * 7_919 % 997).collect();
    let sum: u64 = amounts.iter().sum();
    let text = format!("{}.{:02}", sum / 100, sum % 100);
    let number = held(&mut w, line, &text, DUE);
    let mut start = 1;
    let calls: Vec<Call> = amounts
        .iter()
        .take(amounts.len() - 1)
        .enumerate()
        .map(|(i, amount)| {
            let call = TransferLot {
                certificate: of(number),
                lot: lot(&format!("{start}-{sum}")),
                part: Some(Money::new(cny(), *amount)),
                to: member(if i % 2 == 0 { "s2" } else { "s3" }),
                purpose: Default::default(),
                answer_by: None,
            };
            start += amount;
            call.into()
        })
        .collect();
    for calls in calls.chunks(64) {
        let executed = w.run("s1", calls);
        assert!(matches!(executed.outcome, Outcome::Accepted(_)));
    }
    let cash = sum * 617 / 1_000;
    w.ok("bank-a", transfer("core", Money::new(cny(), cash)));
    w.morning(DUE);

    w.time_ms = local_ms(date(DUE), 20 * 60);
    let (mut blocks, mut paid) = (0, 0u64);
    loop {
        w.height += 1;
        w.time_ms += 1_000;
        let run = w.clock_with(BUDGET);
        assert!(run.work < BUDGET + ONE_STEP, "{}", run.work);
        blocks += 1;
        for event in &run.events {
            if let Event::CertificateRedeemed(e) = event {
                paid += e.money.minor;
            }
        }
        if !run.pending {
            break;
        }
        assert!(run.work >= BUDGET, "a block is used: {}", run.work);
        let pool = pool_due(&w, DUE).unwrap();
        if let Some(round) = &pool.round {
            let phase = round.phase.as_str();
            assert_eq!(
                w.refused("core", transfer("s2", yuan("0.01"))),
                Code::DuePending,
                "{phase}"
            );
            let dispute = DisputeLot {
                certificate: of(number),
                lot: lot(&format!("1-{}", amounts[0])),
                reason: "late".parse().unwrap(),
            };
            assert!(
                matches!(w.refused("s2", dispute), Code::DuePending | Code::NoSuchLot),
                "{phase}"
            );
            // What is reserved is all that the pool has still to pay; what comes in meanwhile is not part of it.
            assert_eq!(w.cash("core").0 - w.cash("core").1, round.reserved);
            assert_eq!(round.reserved + paid, cash, "{phase}");
        }
        w.ok("bank-a", transfer("core", yuan("0.01")));
        w.ok("s2", transfer("bank-a", yuan("0.01")));
        if blocks % 12 == 1 {
            w.sound();
        }
    }
    assert!(blocks > 20, "{blocks} blocks");
    assert_eq!(paid, cash);
    let given: Vec<u64> = w
        .lots(number)
        .iter()
        .filter(|l| l.status == Status::Redeemed)
        .map(|l| l.range.amount().unwrap())
        .collect();
    let expected: Vec<u64> = hamilton(&amounts, cash)
        .into_iter()
        .filter(|share| *share > 0)
        .collect();
    assert!(given == expected, "shares in order of lots");
    assert_eq!(overdue(&w), (u128::from(sum - cash), true));
    w.sound();
}
