//! Proposals, the policy and the nodes, read over HTTP; and proofs over a change of the validators.

use crate::client::get;
use crate::reading::{read, submit, today};
use crate::serve;
use crate::world::{World, genesis, key, public};
use allonge_contracts::calls::{ProposeChange, VoteOnChange};
use allonge_contracts::gov::{
    Action, ActivateProtocol, AddObserver, CorrectCash, ProposalStatus, WeighValidator,
};
use allonge_contracts::{Call, Money};
use allonge_ledger::{ProofFile, verify};
use allonge_node::api::types::{NodesBody, PolicyBody, ProposalView, ProposalsBody, StatusBody};
use allonge_node::handle::NodeHandle;

fn propose(world: &World, actions: Vec<Action>) -> Vec<Call> {
    vec![
        ProposeChange {
            actions,
            deadline: today(world).plus_days(7).unwrap(),
            from: None,
            reason: "session 7".parse().unwrap(),
            order: Default::default(),
        }
        .into(),
    ]
}

fn weigh(power: u64) -> Action {
    WeighValidator {
        name: "node-0".parse().unwrap(),
        power,
        height: 0,
    }
    .into()
}

#[tokio::test]
async fn proposals_who_may_vote_and_what_came_of_them() {
    let (world, address, _server) = serve(true).await;
    let activate = ActivateProtocol {
        version: 2,
        height: 0,
    };
    let calls = propose(&world, vec![activate.into()]);
    submit(address, &world, "regulator", 1, calls).await;
    let nodes: NodesBody = read(address, "/v1/nodes").await.body;
    assert_eq!(nodes.protocol, 1);
    assert_eq!(nodes.scheduled_protocol.unwrap().height, 3);
    world.seal();
    world.seal();
    let nodes: NodesBody = read(address, "/v1/nodes").await.body;
    assert_eq!((nodes.protocol, nodes.scheduled_protocol), (2, None));
    let correct = CorrectCash {
        from: "bank".parse().unwrap(),
        to: "core".parse().unwrap(),
        money: Money::new("CNY".parse().unwrap(), 700),
    };
    let calls = propose(&world, vec![correct.into()]);
    submit(address, &world, "core", 2, calls).await;
    let all: ProposalsBody = read(address, "/v1/gov/proposals").await.body;
    let numbers: Vec<u64> = all.proposals.iter().map(|v| v.proposal.number).collect();
    assert_eq!(numbers, [2, 1]);
    let open = &all.proposals[0];
    assert_eq!(open.waits_for, ["bank".parse().unwrap()]);
    assert_eq!(open.terms_hash, open.proposal.terms_hash());
    let id = open.proposal.id;
    let vote = VoteOnChange {
        proposal: allonge_contracts::calls::RequestRef::Id(id),
        terms: open.terms_hash,
        approve: true,
        reason: Default::default(),
    };
    submit(address, &world, "bank", 3, vec![vote.into()]).await;
    let path = format!("/v1/gov/proposals/{id}");
    let one: ProposalView = read(address, &path).await.body;
    assert_eq!(one.proposal.status, ProposalStatus::Applied);
    assert!(one.waits_for.is_empty());
    let first: ProposalsBody = read(address, "/v1/gov/proposals?limit=1").await.body;
    let cursor = first.next.unwrap();
    let path = format!("/v1/gov/proposals?limit=1&cursor={cursor}");
    let second: ProposalsBody = read(address, &path).await.body;
    assert_eq!(second.proposals[0].proposal.number, 1);
    assert_eq!(second.next, None);
    let policy: PolicyBody = read(address, "/v1/gov/policy").await.body;
    assert_eq!(policy.policy, genesis().rules.governance);
    let missing = format!("/v1/gov/proposals/{}", "7".repeat(32));
    let answer = get(address, &missing).await;
    assert_eq!(
        (answer.status, answer.code()),
        (404, "NO_SUCH_PROPOSAL".to_owned())
    );
    for path in [
        "/v1/gov/proposals/12",
        "/v1/gov/proposals?cursor=00",
        "/v1/nodes?limit=1",
    ] {
        assert_eq!(get(address, path).await.status, 400, "{path}");
    }
}

#[tokio::test]
async fn nodes_and_what_is_decided_of_them_and_proofs_that_bring_it_along() {
    let (world, address, _server) = serve(true).await;
    let observer = AddObserver {
        name: "archive".parse().unwrap(),
        member: Some("bank".parse().unwrap()),
        peer_key: public(&key(99)),
        consensus_address: Default::default(),
        gossip_address: Default::default(),
    };
    let calls = propose(&world, vec![weigh(11), observer.into()]);
    let decided = submit(address, &world, "regulator", 1, calls).await;
    let nodes = read::<NodesBody>(address, "/v1/nodes").await;
    let names: Vec<&str> = nodes.body.nodes.iter().map(|n| n.name.as_str()).collect();
    assert_eq!(names, ["archive", "node-0"]);
    let change = nodes.body.change.unwrap();
    assert_eq!(change.height, nodes.height + 2);
    assert_eq!(change.node.unwrap().power, 11);
    world.seal();
    let calls = vec![crate::world::transfer(1)];
    let paid = submit(address, &world, "bank", 2, calls).await;
    let status: StatusBody = read(address, "/v1/status").await.body;
    assert_eq!(status.validators[0].power, 11);
    assert_eq!(status.validators[0].name.as_deref(), Some("node-0"));
    assert_eq!(world.snapshot().state.set_changes().unwrap().len(), 1);
    let nodes: NodesBody = read(address, "/v1/nodes").await.body;
    assert_eq!(nodes.change, None);
    // Before the change a proof needs nothing, after it the change itself.
    let genesis = world.snapshot().state.genesis.clone();
    for (id, changes) in [(decided, 0), (paid, 1)] {
        let proof = get(address, &format!("/v1/transactions/{id}/proof")).await;
        let proof = ProofFile::from_json(&proof.body).unwrap();
        assert_eq!(proof.set_changes.len(), changes);
        verify(&genesis, &proof).unwrap();
    }
}
