//! Other validators from a height on, without a restart.

use crate::*;

/// A fifth node that has followed joins, gets more weight, and the first one leaves but goes on following.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn validators_join_change_weight_and_leave_while_blocks_go_on() {
    let mut network = Network::new(5);
    let key = |node: usize| network.nodes[node].app.own;
    let set = |nodes: std::ops::Range<usize>, weight: u64| {
        let validators = nodes.map(|node| Validator {
            key: key(node),
            power: if node == 4 { weight } else { 3 },
        });
        ValidatorSet::new(validators.collect()).unwrap()
    };
    let sets = [
        (1, set(0..4, 3)),
        (6, set(0..5, 3)),
        (12, set(0..5, 5)),
        (18, set(1..5, 5)),
    ];
    for node in &network.nodes {
        node.app.later.lock().unwrap().extend(sets.clone());
    }
    let (joining, leaving) = (key(4), key(0));
    network.start().await;
    network.reach(26).await;
    let chain = network.nodes[0].app.chain(26);
    let signed = |by: PublicKey, heights: std::ops::Range<u64>| {
        let certificates = network.nodes[1].app.certificates();
        let within = certificates.iter().filter(|c| heights.contains(&c.height));
        within
            .filter(|c| c.signatures.iter().any(|(key, _)| *key == by))
            .count()
    };
    for node in &network.nodes {
        assert_eq!(node.app.chain(26), chain);
        for certificate in node.app.certificates() {
            let set = node.app.set_of(certificate.height);
            certificate.verify(&GENESIS, &set).unwrap();
        }
    }
    assert_eq!(signed(joining, 1..6), 0);
    assert_eq!(signed(leaving, 18..27), 0);
    // Each takes its turn to propose as soon as it is a validator, and none any more when it is not.
    for (height, proposer, _) in network.nodes[1].app.proposers() {
        assert!(network.nodes[1].app.set_of(height).get(&proposer).is_some());
    }
    // With the weight that it got, the others cannot do without the one that joined: 9 of 14 are no quorum.
    network.nodes[4].stop().await;
    let tip = *network.nodes[1].app.tip.borrow();
    let decided = network.nodes[1].app.reach(tip + 2);
    let decided = tokio::time::timeout(Duration::from_secs(2), decided).await;
    assert!(decided.is_err(), "9 of 14 decided a block");
    network.stop().await;
}
