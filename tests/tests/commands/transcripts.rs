//! A bill's life, and a day at every counter, typed line by line.

use crate::script::{Kept, Line, fails, ok, play};
use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use tests::{Network, Setup, Shell};

const ACT: (&str, &str) = ("/schema", "allonge.transaction/1");
const FINAL: (&str, &str) = ("/status", "final");

const MEMBERS: &[Line] = &[
    ok("member list").says(&["central-bank", "first-bank", "supplier-3", "regulator"]),
    ok("member show first-bank").holds(&[("/schema", "allonge.member/1"), ("/member/id", "first-bank"), ("/member/threshold", "1")]),
    ok("member admit acme --role enterprise --public-key acme --account-bank first-bank --as regulator")
        .says(&["accepted in block", "acme admitted by regulator"]),
    ok("member show acme").says(&["acme", "enterprise", "{acme-key}"]),
    fails("member admit acme --role enterprise --public-key acme --as regulator", 1, "ALREADY_EXISTS"),
    fails("member admit other --role enterprise --public-key acme --as acme", 1, "ROLE_REQUIRED").says(&["[ROLE_REQUIRED]"]),
    fails("member admit other --role emperor --public-key acme --as regulator", 2, "emperor"),
    ok("member admit acme-2 --role guarantor --public-key acme --as regulator").says(&["acme-2 admitted by regulator"]),
    ok("member admit high-court --role court --public-key acme --as regulator").says(&["high-court admitted by regulator"]),
    fails("member declare --assets 5 --deposits 5 --as acme", 1, "ROLE_REQUIRED"),
    fails("member show nobody", 2, "NO_SUCH_MEMBER").says(&["allonge member list"]),
    ok("member suspend acme --reason audit --as regulator").says(&["acme suspended by regulator, reason \"audit\""]),
    fails("cash send supplier-1 1 --as acme", 1, "MEMBER_SUSPENDED").says(&["reinstate"]),
    ok("member reinstate acme --reason audited --as regulator").says(&["acme reinstated by regulator"]),
];

const CASH: &[Line] = &[
    ok("cash mint acme 1,000,000.00 --reference m-1 --as central-bank")
        .says(&["1,000,000.00 CNY minted to acme by central-bank, reference \"m-1\""]),
    ok("cash send supplier-1 12,500 --for invoice-118 --as acme")
        .says(&["12,500.00 CNY from acme to supplier-1, for \"invoice-118\""]),
    ok("cash balance acme").says(&["CNY", "987,500.00"]),
    ok("cash balance --as acme").holds(&[
        ("/schema", "allonge.cash/1"),
        ("/balances/0/available/amount", "987500.00"),
    ]),
    fails(
        "cash send supplier-1 987,500.01 --as acme",
        1,
        "INSUFFICIENT_FUNDS",
    )
    .says(&["987,500.00", "987,500.01", "transaction:"]),
    fails("cash mint acme 1 --as acme", 1, "NOT_CURRENCY_AUTHORITY").says(&["central-bank"]),
    ok("cash hold 10,000 --until 30d --releaser supplier-1 --as acme")
        .keeps(&[("hold", "/hold")])
        .holds(&[ACT, FINAL]),
    ok("cash balance acme").says(&["977,500.00", "10,000.00", "{hold}"]),
    fails("cash release {hold} --as acme", 1, "HOLD_NOT_YOURS").says(&["supplier-1"]),
    ok("cash release {hold} --as supplier-1").says(&["10,000.00 CNY of acme released"]),
    ok("cash mint central-bank 5 --as central-bank").says(&["5.00 CNY minted"]),
    ok("cash redeem 5 --as central-bank").says(&["5.00 CNY redeemed"]),
    ok("cash send supplier-1 1.00 --no-wait --as acme")
        .keeps(&[("sent", "/id")])
        .holds(&[ACT, ("/status", "waiting")]),
    ok("tx wait {sent}").says(&["accepted in block", "1.00 CNY from acme to supplier-1"]),
    ok("tx show {sent}")
        .keeps(&[("height", "/block_height")])
        .holds(&[ACT, FINAL, ("/id", "{sent}")]),
    ok("block show {height}").says(&[
        "height         {height}",
        "acme",
        "cash.transfer",
        "accepted",
    ]),
    ok("block show {height}").holds(&[
        ("/schema", "allonge.block/1"),
        ("/header/height", "{height}"),
    ]),
    ok("block show").keeps(&[("tip", "/header/height")]),
    ok("status").says(&["{genesis}"]),
    fails("tx show {nothing}", 2, "NOT_FOUND").says(&["{nothing}", "allonge tx wait"]),
];

const TO_HOLDERS: &[Line] = &[
    ok("bill issue --acceptor first-bank --payee supplier-1 --amount 1,000.00 --maturity 90d --as acme")
        .keeps(&[("bill", "/bill"), ("issued", "/id")])
        .holds(&[ACT, FINAL]),
    ok("bill show {bill}").says(&["BANK-ACCEPTED BILL {bill}", "1,000.00 CNY", "1–100000 (1,000.00)", "issued  locked", "WAITING FOR AN ANSWER", "acceptance"]),
    ok("bill list --waiting --as first-bank").says(&["acceptance", "{bill}", "acme"]),
    fails("bill deliver {bill} --as acme", 1, "REQUEST_PENDING"),
    fails("bill accept {bill} --as supplier-1", 2, "NO_REQUEST").says(&["waits for supplier-1", "acme asks first-bank"]),
    ok("bill accept {bill} --as first-bank").says(&["bill {bill} accepted by first-bank for 1,000.00 CNY"]),
    fails("bill accept {bill} --as first-bank", 2, "NO_REQUEST").says(&["allonge bill show {bill}"]),
    fails("bill revoke {bill} --as acme", 1, "WRONG_STATE"),
    ok("bill deliver {bill} --as acme").says(&["delivery"]),
    ok("bill sign {bill} --as supplier-1").says(&["bill {bill} delivered by acme to supplier-1"]),
    ok("bill endorse {bill} --to supplier-2 --amount 121.00 --as supplier-1").says(&["1–12100", "12101–100000"]),
    fails("bill endorse {bill}:1-12100 --to supplier-3 --as supplier-1", 1, "REQUEST_PENDING"),
    ok("bill withdraw {bill} --as supplier-1").says(&["withdr"]),
    ok("bill show {bill}").says(&["1–100000 (1,000.00)"]),
    ok("bill endorse {bill} --to supplier-2 --amount 121.00 --as supplier-1"),
    fails("bill refuse {bill} --code nonsense --as supplier-2", 2, "nonsense"),
    ok("bill refuse {bill} --code contract-breach --as supplier-2").says(&["contract breach"]),
    ok("bill endorse {bill} --to supplier-2 --amount 121.00 --as supplier-1"),
    ok("bill sign {bill} --as supplier-2").says(&["lot 1–12100 (121.00) of {bill} endorsed by supplier-1 to supplier-2"]),
    ok("bill endorse {bill} --to supplier-2 --amount 79 --as supplier-1").says(&["12101–20000"]),
    ok("bill sign {bill} --as supplier-2").says(&["12101–20000"]),
    ok("bill list --holder supplier-2").says(&["1–12100 (121.00)", "12101–20000 (79.00)"]),
    ok("bill list --all").says(&["{bill}"]),
    ok("bill show {bill}").holds(&[("/schema", "allonge.bill/1"), ("/bill/number", "{bill}"), ("/lots/1/range/end", "20000"), ("/lots/2/holder", "supplier-1")]),
    ok("bill tree {bill}").says(&["delivered", "acme → supplier-1", "├─ endorsed", "lot 1–12100 (121.00) supplier-2", "└─ lot 20001–100000 (800.00) supplier-1"]),
    ok("bill tree {bill}").holds(&[("/schema", "allonge.bill_tree/1"), ("/bill", "{bill}"), ("/nodes/0/node", "package"), ("/holders/0/holder", "supplier-1")]),
    ok("bill tree {bill} --svg {folder}/bill.svg"),
];

/// What can be done with a lot between delivery and payment, asked and taken back or refused, so that the bill
/// goes on as it was.
const BESIDES: &[Line] = &[
    ok("params show recourse_rate").says(&["3.6%", "genesis"]),
    ok("params show").holds(&[("/schema", "allonge.params/1"), ("/params/0/name", "bill_max_term_months"), ("/params/0/value", "6")]),
    fails("params set recourse_rate 3.1% --from 30d --as acme", 1, "ROLE_REQUIRED"),
    ok("params set recourse_rate 3.1% --from 2029-01-02 --as regulator").says(&["recourse_rate set to 3.1% from 2029-01-02 on by regulator"]),
    ok("params show recourse_rate --on 2029-01-01").says(&["3.6%", "3.1% from 2029-01-02"]),
    ok("params show recourse-rate --on 2029-01-02").says(&["3.1%", "2029-01-02"]),
    ok("bill quote {bill}:1-12100 --rate 3.6% --until 50d").says(&["121.00 CNY", "50, from ", "0.61 CNY", "120.39 CNY"]),
    ok("bill quote {bill}:1-12100 --rate 3.6% --amount 100").holds(&[("/schema", "allonge.quote/1"), ("/amount/amount", "100.00"), ("/lot/end", "12100")]),
    fails("bill quote {bill}:1-12099 --rate 3.6%", 2, "NO_SUCH_LOT").says(&["1-12099"]),
    fails("bill quote {bill}:1-12100 --rate 3.6% --amount 122", 2, "PART_TOO_LARGE").says(&["122.00"]),
    ok("bill disclose {bill} --as first-bank").says(&["acceptance of bill {bill} disclosed by first-bank"]),
    fails("bill disclose {bill} --as acme", 1, "WRONG_PARTY").says(&["first-bank"]),
    fails("bill return {bill} --as acme", 1, "WRONG_STATE"),
    ok("bill guarantee {bill}:1-12100 --by acme-2 --as supplier-2").says(&["guarantee asked of acme-2 by supplier-2 for lot 1–12100"]),
    ok("bill refuse {bill}:1-12100 --code other --text no --as acme-2").says(&["refused by acme-2"]),
    fails("bill discount {bill}:1-12100 --to second-bank --rate 3.9% --as supplier-2", 1, "NO_TRADE_PAPERS"),
    ok("bill discount {bill}:1-12100 --to second-bank --rate 3.9% --paper {nothing} --repo-open 10d --repo-until 20d --as supplier-2")
        .keeps(&[("asked", "/request")]),
    ok("bill show {bill}").says(&["discount by supplier-2: 3.9% ACT/360, repo from ", "1 trade papers (request {asked})"]),
    fails("bill accept --request {asked} --as second-bank", 2, "NO_REQUEST").says(&["supplier-2 asks second-bank for discount"]),
    fails("bill pay --request {asked} --as first-bank", 2, "NO_REQUEST"),
    ok("bill withdraw --request {asked} --as supplier-2").says(&["withdrawn by supplier-2"]),
    fails("bill sign --request {asked} --as second-bank", 2, "NO_SUCH_REQUEST").says(&["{asked}"]),
    ok("bill pledge {bill}:1-12100 --to second-bank --debt 50 --debt-due 60d --as supplier-2").says(&["pledge asked of second-bank"]),
    ok("bill sign {bill}:1-12100 --as second-bank").says(&["pledged by supplier-2 to second-bank for 50.00 CNY due "]),
    ok("bill show {bill}").says(&["pledged to second-bank for 50.00 CNY due "]),
    fails("bill endorse {bill}:1-12100 --to supplier-3 --as supplier-2", 1, "WRONG_STATE"),
    ok("bill release {bill} --as second-bank").says(&["release asked of supplier-2"]),
    ok("bill sign {bill}:1-12100 --as supplier-2").says(&["lot 1–12100 of {bill} released to supplier-2 by second-bank"]),
    fails("bill redeem {bill} --as second-bank", 2, "NO_LOT").says(&["second-bank holds no lot of {bill} under repo"]),
    fails("bill unmark {bill} --as supplier-2", 2, "NO_LOT").says(&["marked not transferable"]),
    fails("bill interbank-discount {bill}:1-12100 --to second-bank --rate 1% --as supplier-2", 1, "ROLE_REQUIRED"),
    fails("court freeze {bill}:1-12100 --order 7/27 --as acme", 1, "ROLE_REQUIRED").says(&["court"]),
    ok("court freeze {bill}:1-12100 --order 7/27 --as high-court").says(&["lot 1–12100 of {bill} frozen by high-court, order 7/27"]),
    fails("bill endorse {bill}:1-12100 --to supplier-3 --as supplier-2", 1, "FROZEN"),
    ok("court unfreeze {bill} --order 8/27 --as high-court").says(&["free again by high-court, order 8/27"]),
    ok("bill show {bill}").says(&["order 7/27", "order 8/27"]),
    ok("member insolvency supplier-3 --order 9/27 --as high-court").says(&["insolvency of supplier-3 recorded by high-court, order 9/27"]),
    ok("member insolvency supplier-3 --order 10/27 --lift --as high-court").says(&["taken back"]),
    ok("member declare --assets 5,000 --deposits 4,000 --as first-bank").says(&["first-bank declared assets of 5,000.00 CNY"]),
    ok("member gates first-bank").says(&["assets 5,000.00 CNY, deposits 4,000.00 CNY, margins 0.00 CNY", "1,000.00 CNY", "unpaid"]),
    ok("member gates first-bank").holds(&[("/schema", "allonge.gates/1"), ("/gates/accepted/0/minor", "100000")]),
    ok("member declare --assets 5,000,000,000 --deposits 4,000 --as first-bank"),
    fails("member gates nobody", 2, "NO_SUCH_MEMBER"),
    ok("bill issue --profile geneva --acceptor first-bank --payee supplier-1 --amount 100 --maturity 90d --only-role bank --as acme").keeps(&[("geneva", "/bill")]),
    ok("bill accept {geneva} --amount 60 --as first-bank").says(&["accepted by first-bank for 60.00 CNY"]),
    ok("bill show {geneva}").says(&["law           geneva", "accepted for  60.00 CNY", "may move to any bank"]),
    ok("bill return {geneva} --as acme").says(&["unused return asked of first-bank by acme"]),
    fails("bill pay {geneva} --as first-bank", 2, "NO_REQUEST").says(&["no request for payment"]),
    ok("bill sign {geneva} --as first-bank").says(&["returned unused"]),
    ok("bill recourse {bill}:1-12100").says(&["nobody: payment was not refused", "first-bank", "acceptor", "drawer"]),
    ok("bill recourse {bill}:1-12100 --on 2027-08-20").holds(&[("/schema", "allonge.recourse/1"), ("/recourse/open", "false"), ("/on", "2027-08-20")]),
    fails("bill recourse {bill}:1-5", 2, "NO_SUCH_LOT").says(&["1-5"]),
    fails("recourse notify {bill}:1-12100 --as supplier-2", 1, "NO_RECOURSE"),
    fails("recourse offer {bill} --as acme", 2, "NO_LOT").says(&["no lot of {bill} in recourse"]),
    fails("recourse accept {bill} --as supplier-2", 2, "NO_REQUEST").says(&["no offer"]),
];

const PAID_BY_HAND: &[Line] = &[
    fails("bill present {bill} --as supplier-2", 2, "SEVERAL_LOTS").says(&["1–12100 (121.00)", "12101–20000 (79.00)", "{bill}:1-12100"]),
    fails("bill present {bill}:1-12100 --as supplier-3", 1, "NOT_HOLDER").says(&["supplier-2"]),
    ok("bill present {bill}:12101-20000 --as supplier-2").says(&["presented by supplier-2 to first-bank"]),
    ok("bill refuse {bill}:12101-20000 --code not-due --as first-bank").says(&["dishonoured by first-bank: not due"]),
    ok("bill present {bill}:1-12100 --as supplier-2"),
    fails("bill pay {bill}:1-12100 --as supplier-1", 2, "NO_REQUEST"),
    ok("bill pay {bill}:1-12100 --as first-bank").keeps(&[("paid", "/id")]).holds(&[ACT, FINAL]),
    ok("tx show {paid}").says(&["lot 1–12100 (121.00) of {bill} paid by first-bank to supplier-2"]),
    ok("cash balance supplier-2").says(&["100,121.00"]),
    ok("bill issue --acceptor first-bank --payee supplier-1 --amount 7 --maturity 60d --register-only --as acme").keeps(&[("second", "/bill")]),
    ok("bill revoke {second} --as acme").says(&["bill {second} revoked by acme"]),
    fails("bill revoke {second} --as acme", 1, "WRONG_STATE"),
];

const PROVED: &[Line] = &[
    ok("proof get tx {paid} --file {folder}/payment.proof"),
    ok("verify {folder}/payment.proof --genesis {genesis-file}").says(&["{paid}", "{bill}"]),
    ok("verify {folder}/payment.proof --genesis {genesis-file}")
        .holds(&[("/schema", "allonge.verified/1")]),
    ok("proof get bill {bill} --file {folder}/bill.proof"),
    ok("verify {folder}/bill.proof --genesis {genesis-file}").says(&["{bill}", "supplier-2"]),
    fails(
        "verify {folder}/payment.proof --genesis {folder}/payment.proof",
        2,
        "GENESIS",
    ),
    fails("proof get tx {nothing}", 2, "NOT_FOUND"),
    ok("events --from 1 --count 3").says(&["acme admitted by regulator"]),
];

const BY_THE_CLOCK: &[Line] = &[
    ok("calendar set --closed 2029-10-01,2029-10-02 --open 2029-10-06 --as regulator")
        .says(&["2029-10-01"]),
    fails(
        "calendar set --closed 2029-10-01 --as acme",
        1,
        "ROLE_REQUIRED",
    ),
    fails("dev advance 2020-01-01 --as regulator", 1, "DATE_IN_PAST"),
    fails("dev advance soon --as regulator", 2, "soon"),
    ok("dev advance 110d --timeout 60s --as regulator").holds(&[ACT, FINAL]),
    // Presented by the clock at maturity, paid by the clock at close.
    ok("bill show {bill}").says(&["settled", "the clock"]),
    ok("bill show {bill}").holds(&[
        ("/lots/0/status", "settled"),
        ("/lots/1/status", "settled"),
        ("/lots/2/status", "settled"),
    ]),
    ok("cash balance supplier-2").says(&["100,200.00"]),
    ok("cash balance supplier-1").says(&["113,301.00"]),
    fails(
        "bill endorse {bill}:20001-100000 --to supplier-3 --as supplier-1",
        1,
        "WRONG_STATE",
    ),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bill_from_key_to_payment_typed_line_by_line() {
    let network = Setup::new("transcripts").start().await;
    let shell = Shell::new(network.dir(), Some(network.api(1).base()));
    let mut kept = Kept::default();
    keys(&network, &shell, &mut kept);
    let folder = network.own_folder("files");
    kept.put("folder", folder.to_str().unwrap());
    kept.put("genesis", network.genesis_hash.to_string());
    kept.put(
        "genesis-file",
        network.dir().join("genesis.json").to_str().unwrap(),
    );
    kept.put("nothing", "0f".repeat(32));
    let all = [
        MEMBERS,
        CASH,
        TO_HOLDERS,
        BESIDES,
        PAID_BY_HAND,
        PROVED,
        BY_THE_CLOCK,
    ];
    for lines in all {
        play(&shell, &mut kept, lines);
    }
    a_changed_proof_proves_nothing(&shell, &kept);
    println!(
        "transcripts: {} lines",
        all.iter().map(|lines| lines.len()).sum::<usize>()
    );
    asking_again_is_safe(&network, &shell);
}

fn keys(network: &Network, shell: &Shell, kept: &mut Kept) {
    play(
        shell,
        kept,
        &[
            ok("key new acme")
                .keeps(&[("acme-key", "/public_key"), ("file", "/file")])
                .holds(&[("/schema", "allonge.key/1"), ("/name", "acme")]),
            ok("key show acme").says(&["{acme-key}", "{file}"]),
            ok("key list").says(&["acme", "{acme-key}", "first-bank"]),
            fails("key new acme", 2, "KEY_EXISTS").says(&["acme"]),
            fails("key show nobody", 2, "KEY_NOT_FOUND").says(&["nobody"]),
            fails("key new ../up", 2, "KEY_NAME").says(&["../up"]),
        ],
    );
    let file = kept.get("file");
    let mode = std::fs::metadata(file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "only its owner reads it");
    assert!(file.starts_with(network.dir().to_str().unwrap()));
    match Command::new("openssl")
        .args(["pkey", "-in", file, "-pubout", "-outform", "DER"])
        .output()
    {
        Ok(output) => {
            assert!(
                output.status.success(),
                "openssl pkey: {}",
                String::from_utf8_lossy(&output.stderr)
            );
            let public = &output.stdout[output.stdout.len() - 32..];
            assert_eq!(
                hex::encode(public),
                kept.get("acme-key"),
                "openssl reads the same key"
            );
        }
        Err(error) => {
            println!("transcripts: no openssl here ({error}), its reading of the key is not tried")
        }
    }
}

fn a_changed_proof_proves_nothing(shell: &Shell, kept: &Kept) {
    let path = format!("{}/payment.proof", kept.get("folder"));
    let genesis = kept.get("genesis-file");
    let bytes = std::fs::read(&path).unwrap();
    let mut failed = 0;
    for at in (0..bytes.len()).step_by(bytes.len() / 40 + 1) {
        let mut changed = bytes.clone();
        changed[at] = if changed[at] == b'5' { b'6' } else { b'5' };
        let file = format!("{path}-{at}");
        std::fs::write(&file, &changed).unwrap();
        let ran = shell.types(&format!("verify {file} --genesis {genesis}"));
        assert!(
            ran.code == 1 || ran.code == 2,
            "byte {at} changed, and yet: {ran:?}"
        );
        assert!(
            ran.err.contains("next:") && ran.err.contains(&file),
            "{ran:?}"
        );
        failed += 1;
    }
    println!("transcripts: {failed} changed proofs, none proves anything");
}

/// Without a quorum the answer is exit code 3 with the id, and asking again finds the same transaction.
fn asking_again_is_safe(network: &Network, shell: &Shell) {
    network.pause(2);
    network.pause(3);
    let ran = shell
        .json()
        .types("cash send supplier-3 9.00 --timeout 2s --as acme")
        .exits(3);
    let last = ran.err.lines().last().unwrap_or_default();
    let error: serde_json::Value = serde_json::from_str(last).unwrap();
    assert_eq!(error["error"]["code"], "TIMEOUT", "{ran:?}");
    let id = error["error"]["transaction"]
        .as_str()
        .expect("the id")
        .to_owned();
    let hint = error["error"]["hint"].as_str().unwrap_or_default();
    assert!(hint.contains(&format!("allonge tx wait {id}")), "{hint}");
    network.resume(2);
    network.resume(3);
    let ran = shell
        .types(&format!("tx wait {id}"))
        .exits(0)
        .says("accepted in block");
    assert!(
        ran.out.contains("9.00 CNY from acme to supplier-3"),
        "{ran:?}"
    );
    shell
        .types("cash balance supplier-3")
        .exits(0)
        .says("100,009.00");
    let far = Shell::new(&shell.home, Some("http://127.0.0.1:1"));
    far.types("status").exits(3).says("NO_NODE").says("--node");
}
