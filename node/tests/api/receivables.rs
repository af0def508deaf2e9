//! Certificates, lines, quotes and queues, read over HTTP.

use crate::client::get;
use crate::reading::{read, submit, today};
use crate::serve;
use crate::world::World;
use allonge_contracts::calls::{
    Agree, AskQuotes, CallIndex, FinanceLot, GiveQuote, GrantLine, InstrumentRef, OpenCertificate,
    Queue, RecordPaper, RequestRef, RequestSignature, SetLimits,
};
use allonge_contracts::instruments::{LotRange, Settlement};
use allonge_contracts::trade::{Backing, PaperBody};
use allonge_contracts::{Call, Currency, DayCount, Hash, Money, PublicKey, Text};
use allonge_node::api::types::{
    At, CertificateBody, CertificateHoldingsBody, CertificatesBody, LineBody, LinesBody,
    NettingBody, ObligationBody, QueueBody, QuoteAskBody, QuoteAsksBody, ReachBody, RequestsBody,
};
use std::net::SocketAddr;

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

fn opening(byte: u8, line: allonge_contracts::RequestId, world: &World) -> Vec<Call> {
    vec![
        Call::OpenCertificate(OpenCertificate {
            line,
            payee: "supplier".parse().unwrap(),
            sum: cny(100_000),
            due: today(world).plus_days(90).unwrap(),
            splittable: true,
            notice_only: false,
            max_tier: None,
            term_reason: Text::empty(),
            backing: vec![Backing {
                paper: Hash([byte; 32]),
                money: cny(100_000),
            }],
        }),
        Call::RequestSignature(RequestSignature {
            certificate: InstrumentRef::Call(CallIndex { call: 0 }),
            answer_by: None,
        }),
    ]
}

async fn agree(address: SocketAddr, world: &World, who: &str, salt: u8) {
    let waiting: At<RequestsBody> = read(address, &format!("/v1/requests?member={who}")).await;
    let view = &waiting.body.requests[0];
    let agree = Call::Agree(Agree {
        request: RequestRef::Id(view.request.id),
        terms: view.terms_hash,
    });
    submit(address, world, who, salt, vec![agree]).await;
}

#[tokio::test]
async fn lines_certificates_and_how_far_they_reach() {
    let (world, address, _server) = serve(true).await;
    let grant = Call::GrantLine(GrantLine {
        issuer: "core".parse().unwrap(),
        limit: cny(500_000),
        until: None,
    });
    submit(address, &world, "bank", 1, vec![grant]).await;
    let lines: At<LinesBody> = read(address, "/v1/lines?member=core").await;
    let line = lines.body.lines[0].clone();
    assert_eq!((line.grantor.as_str(), line.used), ("bank", 0));
    let invoices = vec![invoice(1, &world), invoice(2, &world)];
    submit(address, &world, "supplier", 2, invoices).await;
    for (byte, salt) in [(1, 3), (2, 4)] {
        submit(
            address,
            &world,
            "core",
            salt,
            opening(byte, line.id, &world),
        )
        .await;
        agree(address, &world, "supplier", salt + 10).await;
    }
    let one: At<LineBody> = read(address, &format!("/v1/lines/{}", line.id)).await;
    assert_eq!(one.body.line.used, 200_000);

    // Pages, of one height whatever happens meanwhile.
    let first: At<CertificatesBody> = read(address, "/v1/receivables?issuer=core&limit=1").await;
    let number = first.body.certificates[0].number;
    let finance = Call::FinanceLot(FinanceLot {
        certificate: InstrumentRef::Number(number),
        lot: LotRange {
            start: 1,
            end: 100_000,
        },
        part: Some(cny(40_000)),
        to: "bank".parse().unwrap(),
        rate: "3.6%".parse().unwrap(),
        day_count: DayCount::Act360,
        advance: None,
        recourse: true,
        registry: "R-1".parse().unwrap(),
        settlement: Settlement::Dvp,
        answer_by: None,
    });
    submit(address, &world, "supplier", 20, vec![finance]).await;
    agree(address, &world, "bank", 21).await;
    let next = first.body.next.unwrap();
    let path = format!("/v1/receivables?issuer=core&limit=1&cursor={next}");
    let second: At<CertificatesBody> = read(address, &path).await;
    assert_eq!((second.height, second.body.next), (first.height, None));
    assert_ne!(second.body.certificates[0].number, number);

    let found: At<CertificateBody> = read(address, &format!("/v1/receivables/{number}")).await;
    let holders: Vec<&str> = found.body.lots.iter().map(|l| l.holder.as_str()).collect();
    assert_eq!(holders, ["bank", "supplier"]);
    let funding = found.body.lots[0]
        .receivable
        .clone()
        .unwrap()
        .funding
        .unwrap();
    assert_eq!(
        (funding.seller.as_str(), funding.principal),
        ("supplier", 40_000)
    );
    let path = format!("/v1/receivables/{number}?limit=1");
    let page: At<CertificateBody> = read(address, &path).await;
    assert_eq!((page.body.lots.len(), page.body.hands.len()), (1, 1));
    assert!(page.body.next.is_some());

    let held: At<CertificateHoldingsBody> = read(address, "/v1/receivables?holder=bank").await;
    assert_eq!(held.body.holdings[0].money, cny(40_000));
    let reach: At<ReachBody> = read(address, "/v1/receivables/reach?issuer=core").await;
    let tier = &reach
        .body
        .certificates
        .iter()
        .find(|one| one.certificate.number == number)
        .unwrap()
        .tiers[0];
    assert_eq!(
        (tier.tier, tier.held, tier.advanced),
        (1, cny(100_000), cny(40_000))
    );
    assert_eq!(tier.cost_of_funds().unwrap().to_string(), "3.6%");
}

#[tokio::test]
async fn questions_with_their_sealed_answers() {
    let (world, address, _server) = serve(true).await;
    let grant = Call::GrantLine(GrantLine {
        issuer: "core".parse().unwrap(),
        limit: cny(500_000),
        until: None,
    });
    submit(address, &world, "bank", 1, vec![grant]).await;
    let lines: At<LinesBody> = read(address, "/v1/lines?member=bank").await;
    submit(address, &world, "supplier", 2, vec![invoice(1, &world)]).await;
    let open = opening(1, lines.body.lines[0].id, &world);
    submit(address, &world, "core", 3, open).await;
    agree(address, &world, "supplier", 4).await;
    let held: At<CertificateHoldingsBody> = read(address, "/v1/receivables?holder=supplier").await;
    let ask = Call::AskQuotes(AskQuotes {
        certificate: InstrumentRef::Number(held.body.holdings[0].certificate.number),
        lot: LotRange {
            start: 1,
            end: 100_000,
        },
        part: None,
        to: vec!["bank".parse().unwrap()],
        key: PublicKey([9; 32]),
        until: today(&world).plus_days(2).unwrap(),
    });
    submit(address, &world, "supplier", 5, vec![ask]).await;
    let asks: At<QuoteAsksBody> = read(address, "/v1/quotes?member=bank").await;
    let ask = asks.body.asks[0].clone();
    let give = Call::GiveQuote(GiveQuote {
        ask: ask.id,
        commitment: Hash([3; 32]),
        sealed: "00ff".parse().unwrap(),
        valid_until: u64::MAX / 2,
    });
    submit(address, &world, "bank", 6, vec![give]).await;
    let one: At<QuoteAskBody> = read(address, &format!("/v1/quotes/{}", ask.id)).await;
    assert_eq!(one.body.ask, ask);
    assert_eq!(one.body.quotes[0].sealed.as_str(), "00ff");
}

#[tokio::test]
async fn queues_in_their_order_and_the_cycles() {
    let (world, address, _server) = serve(true).await;
    let currency: Currency = "CNY".parse().unwrap();
    let owe = |priority, reference: &str| {
        Call::Queue(Queue {
            to: "supplier".parse().unwrap(),
            money: cny(100),
            priority,
            not_before: None,
            deadline: today(&world).plus_days(3).unwrap(),
            purpose: Text::empty(),
            reference: reference.parse().unwrap(),
        })
    };
    let limits = Call::SetLimits(SetLimits {
        currency,
        multilateral: Some(cny(50)),
        bilateral: vec![],
        reserve: None,
    });
    let calls = vec![owe(5, "second"), owe(0, "first"), limits];
    submit(address, &world, "bank", 1, calls).await;
    let path = "/v1/netting/queue?payer=bank&currency=CNY&limit=1";
    let queue: At<QueueBody> = read(address, path).await;
    assert_eq!(queue.body.limits.multilateral, Some(cny(50)));
    let first = &queue.body.obligations[0];
    assert_eq!(first.reference.as_str(), "first");
    let path = format!("{path}&cursor={}", queue.body.next.unwrap());
    let rest: At<QueueBody> = read(address, &path).await;
    assert_eq!(rest.body.obligations[0].reference.as_str(), "second");
    assert_eq!(rest.body.next, None);
    let path = format!("/v1/netting/obligations/{}", first.id);
    let one: At<ObligationBody> = read(address, &path).await;
    assert_eq!(one.body.obligation.money, cny(100));
    let state: At<NettingBody> = read(address, "/v1/netting?currency=CNY").await;
    assert_eq!(state.body.netting.waiting, 2);
    assert!(state.body.cycles.is_empty());
}

#[tokio::test]
async fn what_is_not_there_is_named() {
    let (_world, address, _server) = serve(true).await;
    let id = "07".repeat(16);
    for (path, status, code, says) in [
        ("/v1/receivables".to_owned(), 400, "BAD_REQUEST", "issuer"),
        (
            "/v1/receivables?issuer=core&holder=core".to_owned(),
            400,
            "BAD_REQUEST",
            "holder",
        ),
        (
            "/v1/receivables?issuer=nobody".to_owned(),
            404,
            "NO_SUCH_MEMBER",
            "nobody",
        ),
        ("/v1/receivables/91".to_owned(), 400, "BAD_REQUEST", "91"),
        (
            "/v1/receivables/910210009999620270105000000025".to_owned(),
            404,
            "NO_SUCH_CERTIFICATE",
            "9102",
        ),
        (
            "/v1/receivables/reach".to_owned(),
            400,
            "BAD_REQUEST",
            "issuer",
        ),
        (format!("/v1/lines/{id}"), 404, "NO_SUCH_LINE", "0707"),
        ("/v1/lines/12".to_owned(), 400, "BAD_REQUEST", "12"),
        ("/v1/lines".to_owned(), 400, "BAD_REQUEST", "member"),
        (format!("/v1/quotes/{id}"), 404, "NO_SUCH_QUOTES", "0707"),
        (
            "/v1/quotes?member=core&cursor=zz".to_owned(),
            400,
            "BAD_CURSOR",
            "zz",
        ),
        (
            "/v1/netting?currency=yen".to_owned(),
            400,
            "BAD_REQUEST",
            "yen",
        ),
        (
            "/v1/netting/queue?currency=CNY".to_owned(),
            400,
            "BAD_REQUEST",
            "payer",
        ),
        (
            format!("/v1/netting/obligations/{id}"),
            404,
            "NO_SUCH_OBLIGATION",
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
