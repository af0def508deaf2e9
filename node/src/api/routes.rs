//! All routes, each with the description that `GET /openapi.json` gives of it.

use super::lines::OfMember;
use super::openapi::{Routes, op, r};
use super::params::{NoParams, Page};
use super::{
    bills, blocks, cash, dev, events, evidence, explorer, gov, instructions, lines, members,
    netting, openapi, proofs, quote, quotes, receivables, requests, rules, snapshots, status,
    trade, transactions,
};
use allonge_contracts::Code;
use serde_json::{Value, json};

const JSON: &str = "application/json";
const OCTETS: &str = "application/octet-stream";
const PROOF: &str = "A proof file, to be checked offline with `allonge verify`.";

/// What a submission can be refused with, before the ledger has its say.
const SUBMITTING: &[Code] = &[
    Code::TooLarge,
    Code::Undecodable,
    Code::WrongChain,
    Code::Expired,
    Code::TooFarAhead,
    Code::BadSignature,
    Code::UnknownMember,
    Code::MemberSuspended,
    Code::UnknownKey,
    Code::TooFewApprovals,
    Code::Duplicate,
    Code::BodyTooLarge,
    Code::UnsupportedMediaType,
    Code::MempoolFull,
    Code::MemberShareFull,
    Code::Dropped,
    Code::Timeout,
    Code::Pruned,
];

fn bytes(text: &str) -> Value {
    json!({ "type": "string", "contentEncoding": "binary", "description": text })
}

fn open_object() -> Value {
    json!({ "type": "object" })
}

/// Every route of the API.
pub fn routes() -> Routes {
    node(business(ledger(Routes::new())))
}

/// Transactions, blocks, rules and the network.
fn ledger(routes: Routes) -> Routes {
    routes
        .post("/v1/transactions", transactions::submit, op("submitTransaction", "Takes a signed transaction.").query::<transactions::Submission>(&[]).body("application/json", r("Transaction")).body("application/octet-stream", bytes("A transaction in canonical bytes.")).answers_with(200, "It is final, now or long ago; or what a dry run came to.", &["TransactionView"]).answers_with(202, "Taken; it waits for a block.", &["TransactionView"]).fails(SUBMITTING))
        .get("/v1/transactions/{id}", transactions::show, op("getTransaction", "What became of a transaction.").named("id", "Hash", "The hash of its body.").query::<transactions::Look>(&[]).answers(&["TransactionView"]).fails(&[Code::NotFound, Code::Pruned, Code::Dropped, Code::Timeout]))
        .get("/v1/transactions/{id}/proof", proofs::transaction, op("proveTransaction", "A proof file that a transaction is on the ledger with its receipt.").named("id", "Hash", "The hash of its body.").query::<NoParams>(&[]).gives(200, PROOF, JSON, open_object()).fails(&[Code::NotFound, Code::Pruned, Code::NoProofYet]))
        .get("/v1/blocks/{height}", blocks::show, op("getBlock", "A final block, by height or `latest`.").named_as("height", json!({ "type": "string", "pattern": "^([0-9]{1,19}|latest)$" }), "A height, or `latest`.").query::<blocks::Show>(&[]).answers(&["BlockBody"]).fails(&[Code::NotFound, Code::Pruned]))
        .get("/v1/snapshots", snapshots::list, op("listSnapshots", "What another node can start from.").query::<NoParams>(&[]).answers(&["SnapshotsBody"]))
        .get("/v1/snapshots/{height}/{piece}", snapshots::piece, op("getSnapshotPiece", "Frames of an archive; empty at the end.").named_as("height", json!({ "type": "string", "pattern": "^[0-9]{1,19}$" }), "The height of the snapshot.").named_as("piece", json!({ "type": "string", "enum": ["head", "window", "blocks", "state"] }), "Which part.").query::<snapshots::Piece>(&[]).gives(200, "The frames.", OCTETS, bytes("Frames, each with its own hash.")).fails(&[Code::NotFound, Code::Pruned]))
        .get("/v1/events", events::stream, op("streamEvents", "Events as they become final, as server-sent events; see docs/api.md.").query::<events::From>(&[]).header("Last-Event-ID", json!({ "type": "string", "pattern": "^[0-9]{1,19}(/[0-9]{1,9}/[0-9]{1,9})?$" }), "The id of the last event seen: what follows is sent.").gives(200, "A stream; `data` of each event is an EventView.", "text/event-stream", json!({ "type": "string", "x-event": r("EventView") })).fails(&[Code::TooManyStreams]))
        .get("/v1/genesis", blocks::genesis, op("getGenesis", "The genesis document as it is.").query::<NoParams>(&[]).gives(200, "The document.", JSON, r("Genesis")))
        .get("/v1/evidence", evidence::list, op("listEvidence", "What this node knows of validators that contradicted themselves, the oldest first.").query::<evidence::Filter>(&[]).answers(&["EvidenceBody"]))
        .get("/v1/params", rules::params, op("listParams", "The parameters of law and market on a day.").query::<rules::Day>(&[]).answers(&["ParamsBody"]))
        .get("/v1/gov/proposals", gov::list, op("listProposals", "Proposals, the latest first.").query::<Page>(&[]).answers(&["ProposalsBody"]))
        .get("/v1/gov/proposals/{id}", gov::show, op("getProposal", "A proposal, with what a vote must name.").named("id", "RequestId", "The proposal.").query::<NoParams>(&[]).answers(&["ProposalView"]).fails(&[Code::NoSuchProposal]))
        .get("/v1/gov/policy", gov::policy, op("getPolicy", "Whose approval each kind of change takes.").query::<NoParams>(&[]).answers(&["PolicyBody"]))
        .get("/v1/nodes", gov::nodes, op("listNodes", "The nodes that may connect, and the protocol.").query::<NoParams>(&[]).answers(&["NodesBody"]))
        .get("/v1/status", status::status, op("getStatus", "How the node and the network are.").query::<NoParams>(&[]).answers(&["StatusBody"]))
        .get("/v1/dev/invariants", dev::invariants, op("checkInvariants", "Checks every invariant over the whole state; only with the development clock.").query::<NoParams>(&[]).answers(&["InvariantsBody"]).fails(&[Code::NotFound]))
}

/// Members, cash, instruments and what is between members.
fn business(routes: Routes) -> Routes {
    routes
        .get(
            "/v1/members",
            members::list,
            op("listMembers", "Members, in order of name.")
                .query::<Page>(&[])
                .answers(&["MembersBody"]),
        )
        .get(
            "/v1/members/{id}",
            members::show,
            op("getMember", "A member.")
                .named("id", "MemberId", "The member.")
                .query::<NoParams>(&[])
                .answers(&["MemberBody"])
                .fails(&[Code::NoSuchMember]),
        )
        .get(
            "/v1/members/{id}/gates",
            members::gates,
            op("getGates", "What holds a member back as an acceptor.")
                .named("id", "MemberId", "The member.")
                .query::<NoParams>(&[])
                .answers(&["GatesBody"])
                .fails(&[Code::NoSuchMember]),
        )
        .get(
            "/v1/cash/{member}",
            cash::show,
            op("getCash", "Balances by currency, and a page of holds.")
                .named("member", "MemberId", "The member.")
                .query::<Page>(&[])
                .answers(&["CashBody"])
                .fails(&[Code::NoSuchMember]),
        )
        .get(
            "/v1/bills",
            bills::list,
            op("listBills", "All bills, or what a member holds.")
                .query::<bills::Filter>(&[])
                .answers(&["BillsBody", "HoldingsBody"])
                .fails(&[Code::NoSuchMember]),
        )
        .get(
            "/v1/bills/{number}",
            bills::show,
            op("getBill", "A bill with a page of its lots and hands.")
                .named("number", "InstrumentNumber", "The bill.")
                .query::<Page>(&[])
                .answers(&["BillBody"])
                .fails(&[Code::NoSuchBill]),
        )
        .get(
            "/v1/bills/{number}/proof",
            proofs::bill,
            op("proveBill", "A proof file of a bill with all its lots.")
                .named("number", "InstrumentNumber", "The bill.")
                .query::<NoParams>(&[])
                .gives(200, PROOF, JSON, open_object())
                .fails(&[Code::NoSuchBill, Code::NoProofYet]),
        )
        .get(
            "/v1/bills/{number}/recourse",
            bills::recourse,
            op("getRecourse", "Who is liable to whom for a lot.")
                .named("number", "InstrumentNumber", "The bill.")
                .query::<bills::Claimed>(&["lot"])
                .answers(&["RecourseBody"])
                .fails(&[Code::NoSuchBill, Code::NoSuchLot]),
        )
        .get(
            "/v1/bills/{number}/quote",
            quote::show,
            op("quoteLot", "What a sale of a lot would come to.")
                .named("number", "InstrumentNumber", "The bill.")
                .query::<quote::Asked>(&["lot", "rate"])
                .answers(&["QuoteBody"])
                .fails(&[
                    Code::NoSuchBill,
                    Code::NoSuchLot,
                    Code::RateWrong,
                    Code::PartTooLarge,
                ]),
        )
        .get(
            "/v1/receivables",
            receivables::list,
            op(
                "listReceivables",
                "What a member holds, or the certificates that it opened: name just one.",
            )
            .query::<receivables::Filter>(&[])
            .answers(&["CertificatesBody", "CertificateHoldingsBody"])
            .fails(&[Code::NoSuchMember]),
        )
        .get(
            "/v1/receivables/reach",
            receivables::reach,
            op(
                "getReach",
                "How far the certificates of an issuer have reached.",
            )
            .query::<receivables::OfIssuer>(&["issuer"])
            .answers(&["ReachBody"])
            .fails(&[Code::NoSuchMember]),
        )
        .get(
            "/v1/receivables/{number}",
            receivables::show,
            op(
                "getReceivable",
                "A certificate with a page of its lots and hands.",
            )
            .named("number", "InstrumentNumber", "The certificate.")
            .query::<Page>(&[])
            .answers(&["CertificateBody"])
            .fails(&[Code::NoSuchCertificate]),
        )
        .get(
            "/v1/receivables/{number}/proof",
            proofs::receivable,
            op(
                "proveReceivable",
                "A proof file of a certificate with all its lots.",
            )
            .named("number", "InstrumentNumber", "The certificate.")
            .query::<NoParams>(&[])
            .gives(200, PROOF, JSON, open_object())
            .fails(&[Code::NoSuchCertificate, Code::NoProofYet]),
        )
        .get(
            "/v1/lines",
            lines::list,
            op(
                "listLines",
                "Credit lines that a member granted or was granted.",
            )
            .query::<OfMember>(&["member"])
            .answers(&["LinesBody"])
            .fails(&[Code::NoSuchMember]),
        )
        .get(
            "/v1/lines/{id}",
            lines::show,
            op("getLine", "A credit line.")
                .named("id", "RequestId", "The line.")
                .query::<NoParams>(&[])
                .answers(&["LineBody"])
                .fails(&[Code::NoSuchLine]),
        )
        .get(
            "/v1/quotes",
            quotes::list,
            op(
                "listQuotes",
                "Questions for quotes that a member asked or is asked.",
            )
            .query::<OfMember>(&["member"])
            .answers(&["QuoteAsksBody"])
            .fails(&[Code::NoSuchMember]),
        )
        .get(
            "/v1/quotes/{ask}",
            quotes::show,
            op("getQuotes", "A question with its sealed answers.")
                .named("ask", "RequestId", "The question.")
                .query::<NoParams>(&[])
                .answers(&["QuoteAskBody"])
                .fails(&[Code::NoSuchQuotes]),
        )
        .get(
            "/v1/netting",
            netting::show,
            op(
                "getNetting",
                "Where netting in a currency stands, and its cycles, the latest first.",
            )
            .query::<netting::OfCurrency>(&["currency"])
            .answers(&["NettingBody"]),
        )
        .get(
            "/v1/netting/queue",
            netting::queue,
            op(
                "getQueue",
                "The obligations of a member in the order in which they are to be settled.",
            )
            .query::<netting::OfPayer>(&["payer", "currency"])
            .answers(&["QueueBody"])
            .fails(&[Code::NoSuchMember]),
        )
        .get(
            "/v1/netting/obligations/{id}",
            netting::obligation,
            op("getObligation", "An obligation that waits.")
                .named("id", "RequestId", "The obligation.")
                .query::<NoParams>(&[])
                .answers(&["ObligationBody"])
                .fails(&[Code::NoSuchObligation]),
        )
        .get(
            "/v1/instructions",
            instructions::list,
            op(
                "listInstructions",
                "Instructions that wait and have a member among their parties.",
            )
            .query::<OfMember>(&["member"])
            .answers(&["InstructionsBody"])
            .fails(&[Code::NoSuchMember]),
        )
        .get(
            "/v1/instructions/{id}",
            instructions::show,
            op(
                "getInstruction",
                "An instruction that waits, with what an affirmation must name.",
            )
            .named("id", "RequestId", "The instruction.")
            .query::<NoParams>(&[])
            .answers(&["InstructionView"])
            .fails(&[Code::NoSuchInstruction]),
        )
        .get(
            "/v1/trade/papers",
            trade::papers,
            op(
                "listPapers",
                "Trade papers to which a member is a party, or that it recorded.",
            )
            .query::<OfMember>(&["member"])
            .answers(&["PapersBody"])
            .fails(&[Code::NoSuchMember]),
        )
        .get(
            "/v1/trade/papers/{id}",
            trade::paper,
            op("getPaper", "A trade paper with what was attested of it.")
                .named("id", "Hash", "The paper; of an invoice its commitment.")
                .query::<NoParams>(&[])
                .answers(&["PaperView"])
                .fails(&[Code::NoSuchPaper]),
        )
        .get(
            "/v1/trade/check/{commitment}",
            trade::check,
            op(
                "checkInvoice",
                "Whether an invoice is free to be financed: yes or no.",
            )
            .named("commitment", "Hash", "The commitment of the invoice.")
            .query::<trade::Asked>(&[])
            .answers(&["CheckBody"]),
        )
        .get(
            "/v1/trade/claims",
            trade::claims,
            op(
                "listClaims",
                "Claims on bare invoices that a member was given.",
            )
            .query::<trade::OfHolder>(&["holder"])
            .answers(&["ClaimsBody"])
            .fails(&[Code::NoSuchMember]),
        )
        .get(
            "/v1/trade/claims/{id}",
            trade::claim,
            op(
                "getClaim",
                "A claim, with its rank and how much of it is covered.",
            )
            .named("id", "RequestId", "The claim.")
            .query::<NoParams>(&[])
            .answers(&["ClaimBody"])
            .fails(&[Code::NoSuchClaim]),
        )
        .get(
            "/v1/trade/conditions",
            trade::conditions,
            op(
                "listConditions",
                "Open conditions that a member is to attest.",
            )
            .query::<trade::OfAttestor>(&["attestor"])
            .answers(&["ConditionsBody"])
            .fails(&[Code::NoSuchMember]),
        )
        .get(
            "/v1/trade/conditions/{id}",
            trade::condition,
            op("getCondition", "A condition, whatever became of it.")
                .named("id", "RequestId", "The condition.")
                .query::<NoParams>(&[])
                .answers(&["ConditionBody"])
                .fails(&[Code::NoSuchCondition]),
        )
        .get(
            "/v1/requests",
            requests::list,
            op(
                "listRequests",
                "What waits for the answer of a member, or what it asked of others.",
            )
            .query::<requests::Filter>(&["member"])
            .answers(&["RequestsBody"])
            .fails(&[Code::NoSuchMember]),
        )
        .get(
            "/v1/requests/{id}",
            requests::show,
            op(
                "getRequest",
                "A live request, with what an answer must name.",
            )
            .named("id", "RequestId", "The request.")
            .query::<NoParams>(&[])
            .answers(&["RequestBody"])
            .fails(&[Code::NoSuchRequest]),
        )
}

/// The node itself.
fn node(routes: Routes) -> Routes {
    routes
        .get(
            "/healthz",
            status::healthz,
            op("isAlive", "Whether the process serves.")
                .query::<NoParams>(&[])
                .gives(200, "It does.", "text/plain", json!({ "type": "string" })),
        )
        .get(
            "/readyz",
            status::readyz,
            op("isReady", "Whether the node can be used.")
                .query::<NoParams>(&[])
                .answers(&["ReadyBody"]),
        )
        .get(
            "/metrics",
            status::metrics,
            op("getMetrics", "Counters and gauges for Prometheus.")
                .query::<NoParams>(&[])
                .gives(
                    200,
                    "OpenMetrics.",
                    "application/openmetrics-text",
                    json!({ "type": "string" }),
                ),
        )
        .get(
            "/openapi.json",
            openapi::show,
            op("getDescription", "This document.")
                .query::<NoParams>(&[])
                .gives(200, "OpenAPI 3.1.", JSON, open_object()),
        )
        .get(
            "/",
            explorer::page,
            op("getExplorer", "A page for looking at the ledger.")
                .query::<NoParams>(&[])
                .gives(200, "The page.", "text/html", json!({ "type": "string" })),
        )
        .get(
            "/explorer.js",
            explorer::script,
            op("getExplorerScript", "The script of the page.")
                .query::<NoParams>(&[])
                .gives(
                    200,
                    "The script.",
                    "text/javascript",
                    json!({ "type": "string" }),
                ),
        )
        .get(
            "/explorer.css",
            explorer::style,
            op("getExplorerStyle", "The style of the page.")
                .query::<NoParams>(&[])
                .gives(200, "The style.", "text/css", json!({ "type": "string" })),
        )
}
