//! Instructions, trade papers, claims and conditions, read over HTTP.

use crate::client::get;
use crate::reading::{read, submit, today};
use crate::serve;
use crate::world::{World, key};
use allonge_contracts::calls::{
    Admit, Affirm, AttestPaper, ClaimInvoice, Propose, RecordPaper, RequestRef, SetCondition,
};
use allonge_contracts::members::Role;
use allonge_contracts::settlement::{CashLeg, Leg};
use allonge_contracts::trade::{ClaimKind, PaperBody, Rank, Verdict};
use allonge_contracts::{Call, Hash, Money, PublicKey, Text};
use allonge_node::api::types::{
    At, CheckBody, ClaimBody, ClaimsBody, ConditionBody, ConditionsBody, InstructionView,
    InstructionsBody, PaperView, PapersBody,
};

fn cny(minor: u64) -> Money {
    Money::new("CNY".parse().unwrap(), minor)
}

fn invoice(byte: u8, world: &World) -> Call {
    Call::RecordPaper(RecordPaper {
        paper: PaperBody::Invoice {
            commitment: Hash([byte; 32]),
            seller: "supplier".parse().unwrap(),
            buyer: "core".parse().unwrap(),
            value: cny(100_000),
            date: today(world),
        },
    })
}

fn claim(byte: u8, minor: u64, registry: &str) -> Call {
    Call::ClaimInvoice(ClaimInvoice {
        paper: Hash([byte; 32]),
        to: "bank".parse().unwrap(),
        kind: ClaimKind::Pledge,
        money: cny(minor),
        registry: registry.parse().unwrap(),
        notice: false,
    })
}

#[tokio::test]
async fn instructions_that_wait_and_whom_they_wait_for() {
    let (world, address, _server) = serve(true).await;
    let cash = |from: &str, to: &str, minor| {
        Leg::Cash(CashLeg {
            from: from.parse().unwrap(),
            to: to.parse().unwrap(),
            money: cny(minor),
            purpose: Text::empty(),
        })
    };
    let propose = |reference: &str| {
        Call::Propose(Propose {
            legs: vec![cash("bank", "core", 100), cash("core", "supplier", 60)],
            deadline: today(&world).plus_days(3).unwrap(),
            reference: reference.parse().unwrap(),
        })
    };
    submit(
        address,
        &world,
        "bank",
        1,
        vec![propose("one"), propose("two")],
    )
    .await;
    // Who only receives sees it too, page by page.
    let path = "/v1/instructions?member=supplier&limit=1";
    let first: At<InstructionsBody> = read(address, path).await;
    let path = format!("{path}&cursor={}", first.body.next.unwrap());
    let second: At<InstructionsBody> = read(address, &path).await;
    assert_eq!(second.body.next, None);
    let views = [&first.body.instructions[0], &second.body.instructions[0]];
    assert_ne!(views[0].instruction.id, views[1].instruction.id);
    let view = views[0].clone();
    assert_eq!(view.terms_hash, view.instruction.terms_hash());
    let waits: Vec<&str> = view.waits_for.iter().map(|one| one.as_str()).collect();
    assert_eq!(waits, ["bank", "core"]);

    let id = view.instruction.id;
    let affirm = Call::Affirm(Affirm {
        instruction: RequestRef::Id(id),
        terms: view.terms_hash,
    });
    submit(address, &world, "bank", 2, vec![affirm]).await;
    let path = format!("/v1/instructions/{id}");
    let one: At<InstructionView> = read(address, &path).await;
    let waits: Vec<&str> = one.body.waits_for.iter().map(|one| one.as_str()).collect();
    assert_eq!(waits, ["core"]);
    assert_eq!(one.body.terms_hash, view.terms_hash);
}

#[tokio::test]
async fn papers_claims_and_a_check_that_tells_yes_or_no() {
    let (world, address, _server) = serve(true).await;
    let free = async |byte: u8, query: &str| -> bool {
        let path = format!("/v1/trade/check/{}{query}", Hash([byte; 32]));
        let answer = get(address, &path).await;
        // A yes or a no, when, and nothing else.
        let keys: Vec<String> = answer.json().as_object().unwrap().keys().cloned().collect();
        assert_eq!(keys, ["free", "height"], "{path}");
        let check: At<CheckBody> = read(address, &path).await;
        check.body.free
    };
    // Nobody has heard of it: nothing stands against it.
    assert!(free(1, "").await);
    let papers = vec![invoice(1, &world), invoice(2, &world)];
    submit(address, &world, "supplier", 1, papers).await;
    assert!(free(1, "").await);
    let claims = vec![claim(1, 30_000, ""), claim(1, 20_000, "ZDW-1")];
    submit(address, &world, "supplier", 2, claims).await;
    assert!(!free(1, "").await);
    assert!(free(1, "?amount=500.00&currency=CNY").await);
    assert!(!free(1, "?amount=500.01&currency=CNY").await);
    assert!(!free(1, "?amount=5.00&currency=EUR").await);
    assert!(free(2, "").await);

    let path = format!("/v1/trade/papers/{}", Hash([1; 32]));
    let paper: At<PaperView> = read(address, &path).await;
    assert_eq!(paper.body.paper.worth, Some(cny(100_000)));
    // Neither how far it is used, nor by whom: not in the paper, and not in a list.
    for path in [path, "/v1/trade/papers?member=core".to_owned()] {
        let told = get(address, &path).await.json().to_string();
        assert!(told.contains("supplier"), "{told}");
        for word in ["usage", "drawn", "draws", "free", "credited", "bank"] {
            assert!(!told.contains(word), "{path}: {word}: {told}");
        }
    }

    let deny = Call::AttestPaper(AttestPaper {
        paper: Hash([2; 32]),
        verdict: Verdict::Denied,
        document: None,
        text: "not ours".parse().unwrap(),
    });
    submit(address, &world, "core", 3, vec![deny]).await;
    assert!(!free(2, "").await);
    let path = format!("/v1/trade/papers/{}", Hash([2; 32]));
    let paper: At<PaperView> = read(address, &path).await;
    assert_eq!(paper.body.attestations[0].text.as_str(), "not ours");
    assert_eq!(paper.body.paper.denied, 1);

    let path = "/v1/trade/papers?member=core&limit=1";
    let first: At<PapersBody> = read(address, path).await;
    let path = format!("{path}&cursor={}", first.body.next.unwrap());
    let second: At<PapersBody> = read(address, &path).await;
    assert_eq!(first.body.papers[0].id, Hash([1; 32]));
    assert_eq!(second.body.papers[0].id, Hash([2; 32]));
    assert_eq!(second.body.next, None);

    let path = "/v1/trade/claims?holder=bank&limit=1";
    let claims: At<ClaimsBody> = read(address, path).await;
    let claim = claims.body.claims[0].clone();
    assert!(claims.body.next.is_some());
    let one: At<ClaimBody> = read(address, &format!("/v1/trade/claims/{}", claim.id)).await;
    assert_eq!(one.body.claim, claim);
    let rank = match claim.registry.is_empty() {
        true => Rank::Shared,
        false => Rank::Registered,
    };
    assert_eq!(one.body.rank, Some(rank));
    assert_eq!(one.body.covered, Some(claim.money));
}

#[tokio::test]
async fn conditions_that_are_to_be_attested() {
    let (world, address, _server) = serve(true).await;
    let admit = Call::Admit(Admit {
        member: "inspector".parse().unwrap(),
        roles: vec![Role::Attestor],
        legal_id: None,
        bank_number: None,
        account_bank: None,
        keys: vec![PublicKey(key(9).verifying_key().to_bytes())],
        threshold: 1,
    });
    submit(address, &world, "regulator", 1, vec![admit]).await;
    let condition = Call::SetCondition(SetCondition {
        statement: "goods received".parse().unwrap(),
        attestor: "inspector".parse().unwrap(),
        deadline: today(&world).plus_days(5).unwrap(),
    });
    submit(address, &world, "supplier", 2, vec![condition]).await;
    let open: At<ConditionsBody> = read(address, "/v1/trade/conditions?attestor=inspector").await;
    let condition = open.body.conditions[0].clone();
    assert_eq!(condition.statement.as_str(), "goods received");
    let path = format!("/v1/trade/conditions/{}", condition.id);
    let one: At<ConditionBody> = read(address, &path).await;
    assert_eq!(one.body.condition, condition);
}

#[tokio::test]
async fn what_is_not_there_is_named() {
    let (_world, address, _server) = serve(true).await;
    let id = "07".repeat(16);
    let hash = "07".repeat(32);
    for (path, status, code, says) in [
        ("/v1/instructions".to_owned(), 400, "BAD_REQUEST", "member"),
        (
            "/v1/instructions?member=nobody".to_owned(),
            404,
            "NO_SUCH_MEMBER",
            "nobody",
        ),
        (
            "/v1/instructions?member=core&cursor=zz".to_owned(),
            400,
            "BAD_CURSOR",
            "zz",
        ),
        (
            format!("/v1/instructions/{id}"),
            404,
            "NO_SUCH_INSTRUCTION",
            "0707",
        ),
        (
            "/v1/instructions/12".to_owned(),
            400,
            "BAD_REQUEST",
            "16 bytes",
        ),
        ("/v1/trade/papers".to_owned(), 400, "BAD_REQUEST", "member"),
        (
            format!("/v1/trade/papers/{hash}"),
            404,
            "NO_SUCH_PAPER",
            "0707",
        ),
        (
            format!("/v1/trade/papers/{id}"),
            400,
            "BAD_REQUEST",
            "32 bytes",
        ),
        (
            format!("/v1/trade/check/{hash}?amount=5"),
            400,
            "BAD_REQUEST",
            "go together",
        ),
        (
            format!("/v1/trade/check/{hash}?amount=five&currency=CNY"),
            400,
            "BAD_REQUEST",
            "five",
        ),
        (
            format!("/v1/trade/check/{hash}?member=core"),
            400,
            "BAD_REQUEST",
            "member",
        ),
        (
            "/v1/trade/check/12".to_owned(),
            400,
            "BAD_REQUEST",
            "32 bytes",
        ),
        ("/v1/trade/claims".to_owned(), 400, "BAD_REQUEST", "holder"),
        (
            format!("/v1/trade/claims/{id}"),
            404,
            "NO_SUCH_CLAIM",
            "0707",
        ),
        (
            "/v1/trade/conditions".to_owned(),
            400,
            "BAD_REQUEST",
            "attestor",
        ),
        (
            format!("/v1/trade/conditions/{id}"),
            404,
            "NO_SUCH_CONDITION",
            "0707",
        ),
    ] {
        let answer = get(address, &path).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (status, code),
            "{path}: {}",
            answer.message()
        );
        assert!(
            answer.message().contains(says),
            "{path}: {}",
            answer.message()
        );
    }
}
