use crate::client::{get, post, send};
use crate::serve;
use crate::world::{World, signed, transfer};
use allonge_contracts::calls::{
    CallIndex, InstrumentRef, PlaceHold, Register, RequestAcceptance, SetParam,
};
use allonge_contracts::params::ParamName;
use allonge_contracts::{Call, Date, Money, Text};
use allonge_ledger::{ProofFile, verify};
use allonge_node::api::types::{
    At, BillBody, BillsBody, BlockBody, CashBody, GatesBody, HoldingsBody, InvariantsBody,
    MemberBody, MembersBody, ParamsBody, QuoteBody, RecourseBody, RequestBody, RequestsBody,
    StatusBody,
};
use allonge_node::handle::NodeHandle;
use serde::de::DeserializeOwned;
use std::net::SocketAddr;

pub async fn read<T: DeserializeOwned>(address: SocketAddr, path: &str) -> At<T> {
    let answer = get(address, path).await;
    assert_eq!(
        answer.status,
        200,
        "{path}: {}",
        String::from_utf8_lossy(&answer.body)
    );
    assert_eq!(answer.header("content-type"), Some("application/json"));
    serde_json::from_slice(&answer.body).unwrap_or_else(|e| panic!("{path}: {e}"))
}

pub async fn submit(
    address: SocketAddr,
    world: &World,
    actor: &str,
    salt: u8,
    calls: Vec<Call>,
) -> String {
    let transaction = signed(&world.genesis, actor, salt, calls);
    let answer = post(
        address,
        "/v1/transactions?wait=final",
        "application/octet-stream",
        &transaction.to_bytes(),
    )
    .await;
    let view = answer.json();
    assert_eq!(view["status"], "final", "{view}");
    assert!(
        view["receipt"]["outcome"].get("accepted").is_some(),
        "{view}"
    );
    view["id"].as_str().unwrap().to_owned()
}

pub fn today(world: &World) -> Date {
    let snapshot = world.snapshot();
    snapshot
        .state
        .business_date(snapshot.state.time_ms())
        .unwrap()
}

fn bill(world: &World, sum: u64) -> Vec<Call> {
    vec![
        Call::Register(Register {
            profile: Default::default(),
            limits: None,
            kind: allonge_contracts::bills::BillKind::Bank,
            acceptor: "bank".parse().unwrap(),
            payee: "supplier".parse().unwrap(),
            sum: Money::new("CNY".parse().unwrap(), sum),
            maturity: today(world).plus_days(90).unwrap(),
            issue_date: None,
            splittable: true,
            not_transferable: false,
            trade_background: vec![],
            backing: Vec::new(),
        }),
        Call::RequestAcceptance(RequestAcceptance {
            bill: InstrumentRef::Call(CallIndex { call: 0 }),
            answer_by: None,
        }),
    ]
}

#[tokio::test]
async fn members_and_cash() {
    let (world, address, _server) = serve(true).await;
    let members: At<MembersBody> = read(address, "/v1/members").await;
    let names: Vec<_> = members.body.members.iter().map(|m| m.id.as_str()).collect();
    assert_eq!(names, ["bank", "central", "core", "regulator", "supplier"]);
    assert_eq!((members.height, members.body.next), (0, None));
    let core: At<MemberBody> = read(address, "/v1/members/core").await;
    assert_eq!(core.body.member.id.as_str(), "core");

    let hold = |amount| {
        Call::PlaceHold(PlaceHold {
            money: Money::new("CNY".parse().unwrap(), amount),
            releaser: None,
            until: today(&world).plus_days(5).unwrap(),
            reference: Text::default(),
        })
    };
    submit(address, &world, "bank", 1, vec![transfer(250)]).await;
    submit(
        address,
        &world,
        "bank",
        2,
        vec![hold(10), hold(20), hold(30)],
    )
    .await;
    let answer = get(address, "/v1/cash/bank").await.json();
    assert_eq!(answer["height"], "2");
    assert_eq!(
        answer["balances"][0]["available"],
        serde_json::json!({"amount": "9996.90", "currency": "CNY"})
    );
    let cash: At<CashBody> = read(address, "/v1/cash/bank").await;
    let balance = &cash.body.balances[0];
    assert_eq!(
        (
            balance.total.minor,
            balance.held.minor,
            balance.available.minor
        ),
        (999_750, 60, 999_690)
    );
    assert_eq!(cash.body.holds.len(), 3);
    let empty: At<CashBody> = read(address, "/v1/cash/regulator").await;
    assert!(empty.body.balances.is_empty() && empty.body.holds.is_empty());
}

#[tokio::test]
async fn pages_show_one_height_whatever_happens_meanwhile() {
    let (world, address, _server) = serve(true).await;
    let first: At<MembersBody> = read(address, "/v1/members?limit=2").await;
    let cursor = first.body.next.clone().unwrap();
    submit(address, &world, "bank", 1, vec![transfer(250)]).await;
    let second: At<MembersBody> =
        read(address, &format!("/v1/members?limit=2&cursor={cursor}")).await;
    assert_eq!((first.height, second.height), (0, 0), "pinned");
    let cursor = second.body.next.clone().unwrap();
    let third: At<MembersBody> =
        read(address, &format!("/v1/members?limit=2&cursor={cursor}")).await;
    assert_eq!(third.body.next, None);
    let names: Vec<_> = [first, second, third]
        .iter()
        .flat_map(|page| page.body.members.iter().map(|m| m.id.to_string()))
        .collect();
    assert_eq!(names, ["bank", "central", "core", "regulator", "supplier"]);

    let cut = &cursor[..cursor.len() / 2 * 2 - 1];
    let other_list = format!("/v1/bills?cursor={cursor}");
    let unkept = format!("/v1/members?cursor=0101{:016x}6161", 77);
    let no_name = format!("/v1/members?cursor=0101{:016x}ff", 0);
    for path in [
        "/v1/members?cursor=zz",
        "/v1/members?cursor=",
        &format!("/v1/members?cursor={cut}"),
        &format!("/v1/members?cursor={}", "00".repeat(200)),
        &other_list,
        &unkept,
        &no_name,
    ] {
        let answer = get(address, path).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (400, "BAD_CURSOR"),
            "{path}"
        );
    }
}

#[tokio::test]
async fn bills_lots_hands_requests_and_their_proofs() {
    let (world, address, _server) = serve(true).await;
    for salt in 1..=3 {
        submit(
            address,
            &world,
            "core",
            salt,
            bill(&world, 1_000 * u64::from(salt)),
        )
        .await;
    }
    let all: At<BillsBody> = read(address, "/v1/bills").await;
    assert_eq!(all.body.bills.len(), 3);
    let mut paged = Vec::new();
    let mut path = "/v1/bills?limit=1".to_owned();
    loop {
        let page: At<BillsBody> = read(address, &path).await;
        paged.extend(page.body.bills);
        match page.body.next {
            Some(cursor) => path = format!("/v1/bills?limit=1&cursor={cursor}"),
            None => break,
        }
    }
    assert_eq!(paged, all.body.bills);

    let held: At<HoldingsBody> = read(address, "/v1/bills?holder=core").await;
    assert_eq!(held.body.holdings.len(), 3);
    let mut held_paged = Vec::new();
    let mut path = "/v1/bills?holder=core&limit=2".to_owned();
    loop {
        let page: At<HoldingsBody> = read(address, &path).await;
        held_paged.extend(page.body.holdings);
        match page.body.next {
            Some(cursor) => path = format!("/v1/bills?holder=core&limit=2&cursor={cursor}"),
            None => break,
        }
    }
    assert_eq!(held_paged, held.body.holdings);

    let number = held.body.holdings[0].bill.number;
    let shown: At<BillBody> = read(address, &format!("/v1/bills/{number}")).await;
    assert_eq!(shown.body.bill, held.body.holdings[0].bill);
    assert_eq!(shown.body.lots, [held.body.holdings[0].lot.clone()]);
    assert_eq!(shown.body.hands.len(), 1);
    assert_eq!(shown.body.next, None);
    let request = &shown.body.requests[0];
    assert_eq!(request.terms_hash, request.request.terms_hash());
    assert_eq!(request.money, shown.body.bill.sum);

    let waiting: At<RequestsBody> = read(address, "/v1/requests?member=bank").await;
    assert_eq!(waiting.body.requests.len(), 3);
    assert!(waiting.body.requests.contains(request));
    let made: At<RequestsBody> = read(address, "/v1/requests?member=core&side=made&limit=2").await;
    assert_eq!(made.body.requests.len(), 2);
    let cursor = made.body.next.unwrap();
    let rest: At<RequestsBody> = read(
        address,
        &format!("/v1/requests?member=core&side=made&cursor={cursor}"),
    )
    .await;
    assert_eq!((rest.body.requests.len(), rest.body.next), (1, None));
    let none: At<RequestsBody> = read(address, "/v1/requests?member=core").await;
    assert!(none.body.requests.is_empty());

    let genesis = serde_json::from_slice(&get(address, "/v1/genesis").await.body).unwrap();
    let proof = get(address, &format!("/v1/bills/{number}/proof")).await;
    let proof = ProofFile::from_json(&proof.body).unwrap();
    verify(&genesis, &proof).unwrap();
    let mut other = bill_number_like(&number.to_string());
    let answer = get(address, &format!("/v1/bills/{other}/proof")).await;
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (404, "NO_SUCH_BILL")
    );
    assert_eq!(
        get(address, &format!("/v1/bills/{other}")).await.code(),
        "NO_SUCH_BILL"
    );
    other.replace_range(29.., if other.ends_with('0') { "1" } else { "0" });
    let answer = get(address, &format!("/v1/bills/{other}")).await;
    assert_eq!(answer.code(), "BAD_REQUEST");
    assert!(
        answer.message().contains("check digit"),
        "{}",
        answer.message()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_quotes_gates_and_recourse() {
    let (world, address, _server) = serve(true).await;
    submit(address, &world, "core", 1, bill(&world, 1_200_000)).await;
    let params: At<ParamsBody> = read(address, "/v1/params").await;
    assert_eq!(params.body.on, today(&world));
    assert_eq!(params.body.params.len(), ParamName::ALL.len());
    let rate = |body: &ParamsBody| {
        let all = body.params.iter();
        let found = all.clone().find(|p| p.name == ParamName::RecourseRate);
        found.unwrap().clone()
    };
    let now = rate(&params.body);
    assert_eq!((now.value, now.text.as_str()), (36_000, "3.6%"));
    assert!(now.coming.is_empty() && now.since == Date::FIRST);
    let from = today(&world).plus_days(40).unwrap();
    let set = SetParam {
        name: ParamName::RecourseRate,
        value: 31_000,
        from,
    };
    submit(address, &world, "regulator", 2, vec![set.into()]).await;
    let before = from.minus_days(1).unwrap();
    let then: At<ParamsBody> = read(address, &format!("/v1/params?on={before}")).await;
    let then = rate(&then.body);
    assert_eq!((then.value, then.coming.len()), (36_000, 1));
    assert_eq!(
        (then.coming[0].from, then.coming[0].text.as_str()),
        (from, "3.1%")
    );
    let after: At<ParamsBody> = read(address, &format!("/v1/params?on={from}")).await;
    let after = rate(&after.body);
    assert_eq!((after.value, after.since), (31_000, from));

    let bills: At<BillsBody> = read(address, "/v1/bills").await;
    let bill = &bills.body.bills[0];
    let path = |rest: &str| format!("/v1/bills/{}/{rest}", bill.number);
    let quoted: At<QuoteBody> = read(address, &path("quote?lot=1-1200000&rate=3.6%25")).await;
    let quoted = quoted.body;
    assert_eq!((quoted.on, quoted.until), (today(&world), bill.payable_on));
    assert_eq!(quoted.amount, bill.sum);
    // 12,000.00 at 3.6 % is 1.20 a day.
    assert_eq!(
        quoted.quote.interest.minor,
        120 * u64::from(quoted.quote.days)
    );
    assert_eq!(
        quoted.quote.price.minor + quoted.quote.interest.minor,
        1_200_000
    );
    let repo =
        format!("quote?lot=1-1200000&rate=3.6%25&part=100.00&cut_off={from}&day_count=ACT/365");
    let repo: At<QuoteBody> = read(address, &path(&repo)).await;
    assert_eq!((repo.body.quote.days, repo.body.until), (40, from));
    // 100.00 × 3.6 % × 40 / 365 = 0.3945…
    assert_eq!(repo.body.quote.interest.minor, 39);

    let shown: At<BillBody> = read(address, &format!("/v1/bills/{}", bill.number)).await;
    let waiting = &shown.body.requests[0];
    let one: At<RequestBody> = read(address, &format!("/v1/requests/{}", waiting.request.id)).await;
    assert_eq!(one.body.request, *waiting);
    let recourse: At<RecourseBody> = read(address, &path("recourse?lot=1-1200000")).await;
    let found = recourse.body.recourse;
    assert!(!found.open && found.claim.is_none(), "{found:?}");
    assert_eq!(found.rows[0].party.as_str(), "core");
    let gates: At<GatesBody> = read(address, "/v1/members/bank/gates").await;
    assert_eq!(gates.body.gates, Default::default());

    for (asked, status, code) in [
        (path("recourse?lot=1-5"), 404, "NO_SUCH_LOT"),
        (path("recourse?lot=five"), 400, "BAD_REQUEST"),
        (path("recourse"), 400, "BAD_REQUEST"),
        (
            path("recourse?lot=1-1200000&on=2027-02-30"),
            400,
            "BAD_REQUEST",
        ),
        (path("quote?lot=1-5&rate=1%25"), 404, "NO_SUCH_LOT"),
        (path("quote?lot=1-1200000"), 400, "BAD_REQUEST"),
        (path("quote?lot=1-1200000&rate=1"), 400, "BAD_REQUEST"),
        (
            path("quote?lot=1-1200000&rate=1%25&part=x"),
            400,
            "BAD_REQUEST",
        ),
        (
            path("quote?lot=1-1200000&rate=1%25&part=0"),
            422,
            "PART_TOO_LARGE",
        ),
        (
            path("quote?lot=1-1200000&rate=1%25&on=2099-01-01"),
            400,
            "BAD_REQUEST",
        ),
        (
            path("quote?lot=1-1200000&rate=100%25&cut_off=2099-01-01"),
            422,
            "RATE_WRONG",
        ),
        ("/v1/params?on=soon".to_owned(), 400, "BAD_REQUEST"),
        ("/v1/params?name=x".to_owned(), 400, "BAD_REQUEST"),
        ("/v1/requests/12".to_owned(), 400, "BAD_REQUEST"),
        (
            format!("/v1/requests/{}", "0f".repeat(16)),
            404,
            "NO_SUCH_REQUEST",
        ),
        ("/v1/members/nobody/gates".to_owned(), 404, "NO_SUCH_MEMBER"),
    ] {
        let answer = get(address, &asked).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (status, code),
            "{asked}"
        );
    }
}

/// A right number of the same bank and day that no bill has.
fn bill_number_like(number: &str) -> String {
    let body = format!("{}99999999", &number[..21]);
    let check = allonge_contracts::bills::check_digit(body.as_bytes());
    format!("{body}{}", char::from(check))
}

#[tokio::test]
async fn blocks_and_transaction_proofs() {
    let (world, address, _server) = serve(true).await;
    assert_eq!(get(address, "/v1/blocks/latest").await.code(), "NOT_FOUND");
    assert_eq!(
        get(address, "/v1/bills/510210009999620270105000000011/proof")
            .await
            .code(),
        "NO_PROOF_YET"
    );
    let id = submit(address, &world, "bank", 1, vec![transfer(250)]).await;
    submit(address, &world, "bank", 2, vec![transfer(251)]).await;
    let latest: At<BlockBody> = read(address, "/v1/blocks/latest").await;
    assert_eq!((latest.height, latest.body.block.header.height), (2, 2));
    let first: At<BlockBody> = read(address, "/v1/blocks/1").await;
    assert_eq!(first.height, 2);
    let block = first.body.block;
    assert_eq!(block.hash, block.header.hash());
    assert_eq!(block.certificate.signatures.len(), 1);
    assert_eq!(block.transactions[0].id.to_string(), id);
    assert_eq!(block.transactions[0].calls, ["cash.transfer"]);
    assert_eq!(block.transactions[0].transaction, None);
    let full: At<BlockBody> = read(address, "/v1/blocks/1?detail=full").await;
    let transaction = full.body.block.transactions[0].transaction.clone().unwrap();
    assert_eq!(transaction.body.id().to_string(), id);
    assert!(full.body.block.transactions[0].receipt.is_some());
    for (path, code) in [
        ("/v1/blocks/0", "NOT_FOUND"),
        ("/v1/blocks/3", "NOT_FOUND"),
        ("/v1/blocks/18446744073709551615", "NOT_FOUND"),
        ("/v1/blocks/18446744073709551616", "BAD_REQUEST"),
        ("/v1/blocks/-1", "BAD_REQUEST"),
        ("/v1/blocks/first", "BAD_REQUEST"),
        ("/v1/blocks/1?detail=some", "BAD_REQUEST"),
    ] {
        assert_eq!(get(address, path).await.code(), code, "{path}");
    }
    let genesis = serde_json::from_slice(&get(address, "/v1/genesis").await.body).unwrap();
    let proof = get(address, &format!("/v1/transactions/{id}/proof")).await;
    let mut proof = ProofFile::from_json(&proof.body).unwrap();
    verify(&genesis, &proof).unwrap();
    proof.header.time_ms += 1;
    verify(&genesis, &proof).unwrap_err();
}

#[tokio::test]
async fn status_and_readiness() {
    let (world, address, _server) = serve(true).await;
    submit(address, &world, "bank", 1, vec![transfer(250)]).await;
    let status: At<StatusBody> = read(address, "/v1/status").await;
    assert_eq!(status.height, 1);
    assert_eq!(status.body.genesis, world.genesis);
    assert_eq!(status.body.network, "test");
    assert_eq!(status.body.node, "node-0");
    assert_eq!(status.body.block, world.snapshot().state.tip());
    assert_eq!(status.body.max_transaction_life_ms, 86_400_000);
    assert_eq!(status.body.currencies[0].authority.as_str(), "central");
    assert_eq!(status.body.validators[0].name.as_deref(), Some("node-0"));
    assert!(status.body.development_clock);
    assert!(!status.body.clock.due_pending);
    let invariants: At<InvariantsBody> = read(address, "/v1/dev/invariants").await;
    assert_eq!((invariants.height, invariants.body.violations), (1, vec![]));
    assert_eq!(get(address, "/healthz").await.body, b"ok\n");
    let ready = get(address, "/readyz").await;
    assert_eq!((ready.status, &ready.json()["ready"]), (200, &true.into()));
    world.not_ready(Some("peers are at height 9, this node stands at 1"));
    let answer = get(address, "/readyz").await;
    assert_eq!((answer.status, answer.code().as_str()), (503, "NOT_READY"));
    assert!(answer.message().contains("height 9"));
    // Not ready is not dead.
    assert_eq!(get(address, "/healthz").await.status, 200);
}

#[tokio::test]
async fn what_is_not_there_or_not_understood_is_named() {
    let (_world, address, _server) = serve(true).await;
    for (path, status, code, says) in [
        ("/v2/status", 404, "NOT_FOUND", "/v2/status"),
        ("/v1/nothing", 404, "NOT_FOUND", "/v1/nothing"),
        ("/v1/members/nobody", 404, "NO_SUCH_MEMBER", "nobody"),
        ("/v1/cash/nobody", 404, "NO_SUCH_MEMBER", "nobody"),
        ("/v1/bills?holder=nobody", 404, "NO_SUCH_MEMBER", "nobody"),
        ("/v1/members/No!", 400, "BAD_REQUEST", "No!"),
        ("/v1/members/%ff", 400, "BAD_REQUEST", "UTF-8"),
        ("/v1/transactions/12", 400, "BAD_REQUEST", "32 bytes"),
        ("/v1/requests", 400, "BAD_REQUEST", "member"),
        (
            "/v1/requests?member=bank&side=left",
            400,
            "BAD_REQUEST",
            "left",
        ),
        ("/v1/status?verbose=1", 400, "BAD_REQUEST", "verbose"),
        ("/v1/members?limit=0", 400, "BAD_REQUEST", "limit"),
        ("/v1/members?limit=1001", 400, "BAD_REQUEST", "1000"),
        ("/v1/members?limit=x", 400, "BAD_REQUEST", "limit"),
        ("/v1/events?from=x", 400, "BAD_REQUEST", "from"),
        ("/readyz?x=1", 400, "BAD_REQUEST", "x"),
    ] {
        let answer = get(address, path).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (status, code),
            "{path}"
        );
        assert!(
            answer.message().contains(says),
            "{path}: {}",
            answer.message()
        );
    }
    let answer = send(
        address,
        b"DELETE /v1/status HTTP/1.1\r\nhost: x\r\n\r\n".to_vec(),
    )
    .await;
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (405, "METHOD_NOT_ALLOWED")
    );
    // No other site's page may read the answers.
    let answer = send(
        address,
        b"GET /v1/status HTTP/1.1\r\nhost: x\r\norigin: http://elsewhere.example\r\n\r\n".to_vec(),
    )
    .await;
    assert_eq!(answer.header("access-control-allow-origin"), None);
    let long = format!("GET /{} HTTP/1.1\r\nhost: x\r\n\r\n", "a".repeat(100_000));
    let status = send(address, long.into_bytes()).await.status;
    assert!(matches!(status, 414 | 431), "{status}");
}

#[tokio::test]
async fn the_page_runs_nothing_from_elsewhere() {
    let (_world, address, _server) = serve(true).await;
    for (path, media_type) in [
        ("/", "text/html; charset=utf-8"),
        ("/explorer.js", "text/javascript; charset=utf-8"),
        ("/explorer.css", "text/css; charset=utf-8"),
    ] {
        let answer = get(address, path).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("content-type"), Some(media_type));
        let policy = answer.header("content-security-policy").unwrap();
        assert!(
            policy.starts_with("default-src 'none'; script-src 'self'"),
            "{policy}"
        );
        let text = String::from_utf8(answer.body).unwrap();
        for banned in ["http://", "https://", "innerHTML", "onclick", "eval("] {
            assert!(!text.contains(banned), "{path} has {banned}");
        }
    }
}
