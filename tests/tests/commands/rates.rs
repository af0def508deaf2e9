//! A node that holds addresses and members to a rate, and the program that waits as long as it is told.

use allonge_contracts::Text;
use allonge_contracts::calls::Transfer;
use tests::{Setup, Shell, money, until};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_program_waits_and_others_are_not_held_up() {
    let lines = "rate_per_member = 1\nrate_per_member_burst = 1";
    let network = Setup::new("rates").nodes(1).config(lines).start().await;
    let shell = Shell::new(network.dir(), Some(network.api(0).base()));
    let central = network.party("central-bank");
    let other = network.party("first-bank");
    let send = |to: &str| Transfer {
        to: to.parse().expect("a member"),
        money: money("1.00"),
        purpose: Text::empty(),
        reference: Text::empty(),
    };
    // The second of two in the same second is one too many.
    until("a refusal", || async {
        let mut answers = Vec::new();
        for _ in 0..2 {
            let transaction = central.act(send("first-bank"));
            answers.push(network.send(0, &transaction, "").await);
        }
        match answers
            .iter()
            .find(|answer| answer.code() == "RATE_LIMITED")
        {
            Some(answer) => {
                assert_eq!(answer.status, 429, "{answer:?}");
                assert_eq!(answer.retry_after.as_deref(), Some("1"), "{answer:?}");
                assert!(answer.message().contains("central-bank"), "{answer:?}");
                Ok(())
            }
            None => Err(format!("{answers:?}")),
        }
    })
    .await;
    let answer = network.send(0, &other.act(send("central-bank")), "").await;
    assert_eq!(answer.status, 202, "{answer:?}");
    for amount in ["1.01", "1.02", "1.03"] {
        let line = format!("cash mint first-bank {amount} --as central-bank");
        shell.types(&line).exits(0).says("accepted in block");
    }
}
