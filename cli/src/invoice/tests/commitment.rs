use super::*;
use allonge_contracts::Date;

fn ascending() -> [u8; 32] {
    std::array::from_fn(|i| i as u8)
}

fn money(minor: u64, currency: &str) -> Money {
    Money::new(currency.parse().unwrap(), minor)
}

fn commit(key: &[u8; 32], id: &str, number: &str, amount: Money, date: &str) -> String {
    let date: Date = date.parse().unwrap();
    let facts = Committed::new(id, number, amount, date).unwrap();
    facts.commitment(key).to_string()
}

/// RFC 4231, the cases with keys that are no longer than these.
#[test]
fn the_code_is_that_of_the_standard() {
    for (key, message, expected) in [
        (
            vec![0x0b; 20],
            b"Hi There".to_vec(),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
        ),
        (
            b"Jefe".to_vec(),
            b"what do ya want for nothing?".to_vec(),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        ),
        (
            vec![0xaa; 20],
            vec![0xdd; 50],
            "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
        ),
        (
            (1..=25).collect(),
            vec![0xcd; 50],
            "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
        ),
    ] {
        let mut filled = [0; 32];
        filled[..key.len()].copy_from_slice(&key);
        let code = crate::invoice::commitment::hmac_sha256(&filled, &message);
        assert_eq!(hex::encode(code), expected);
    }
}

/// Made with the `hmac` module of Python from the layout in docs/protocol.md; the first one with
/// `openssl dgst -sha256 -mac HMAC` too.
#[test]
fn vectors_made_elsewhere() {
    let key = ascending();
    for (key, id, number, amount, date, expected) in [
        (
            key,
            "91350100M000100Y43",
            "EX-2027-000118",
            money(100_000_000, "CNY"),
            "2027-01-07",
            "e228ce521804eb8b9bd3429cbac06fde20176c23b4e57a1d8897ae867e35753e",
        ),
        (
            key,
            "91350100M000100Y43",
            "CN-2027-000009",
            money(1_630_590, "CNY"),
            "2027-02-01",
            "0145d8ecc0456be0e9cb317e016ce735c09dc2d68e158d534b3d3fb23c71f3ec",
        ),
        (
            [0xff; 32],
            "529900T8BM49AURSDO55",
            "发票 7",
            money(1, "JPY"),
            "1970-01-01",
            "109eda59babf6864bf8198201d4a110fefe5dfc762583a59edbd31354521eb91",
        ),
        (
            [0; 32],
            "A",
            "B",
            money(u64::MAX, "KWD"),
            "9999-12-31",
            "a22bcc1f991253999b7c8a1cb60efe64c0b61a629b4e0129757467f7624dd287",
        ),
    ] {
        assert_eq!(commit(&key, id, number, amount, date), expected);
    }
    for (file, expected) in [
        (INVOICE, "e228ce52"),
        (CII, "e228ce52"),
        (CREDIT, "0145d8ec"),
        (CII_CREDIT, "0145d8ec"),
    ] {
        let hash = read_text(file).commitment(&ascending()).unwrap();
        assert!(hash.to_string().starts_with(expected), "{hash}");
    }
}

#[test]
fn the_same_written_otherwise_is_the_same() {
    let key = ascending();
    let amount = money(100_000_000, "CNY");
    let usual = commit(&key, "91350100M000100Y43", "EX 118/7", amount, "2027-01-07");
    for (id, number) in [
        (" 91350100m000100y43\n", "EX 118/7"),
        ("913501-00M000.100Y/43", "\tEX 118/7 "),
        ("9135 0100 M000 100Y 43", "EX \u{a0} 118/7"),
        (
            "９１３５０１００Ｍ０００１００Ｙ４３",
            "ＥＸ\u{3000}１１８／７",
        ),
        ("91350100ｍ000100y43", "EX\u{2003}118/7"),
    ] {
        assert_eq!(
            commit(&key, id, number, amount, "2027-01-07"),
            usual,
            "{id} {number}"
        );
    }
}

#[test]
fn every_fact_and_the_key_count() {
    let key = ascending();
    let mut other = key;
    other[31] ^= 1;
    let cny = money(100, "CNY");
    let mut all: Vec<String> = [
        (key, "A1", "B", cny, "2027-01-07"),
        (other, "A1", "B", cny, "2027-01-07"),
        (key, "A2", "B", cny, "2027-01-07"),
        (key, "A1", "b", cny, "2027-01-07"),
        (key, "A1", "B-", cny, "2027-01-07"),
        (key, "A1", "B", money(101, "CNY"), "2027-01-07"),
        (key, "A1", "B", money(100, "USD"), "2027-01-07"),
        (key, "A1", "B", cny, "2027-01-08"),
        // Without lengths these would run into one another.
        (key, "A", "1B", cny, "2027-01-07"),
        (key, "A1B", "1", cny, "2027-01-07"),
    ]
    .into_iter()
    .map(|(key, id, number, amount, date)| commit(&key, id, number, amount, date))
    .collect();
    let count = all.len();
    all.sort();
    all.dedup();
    assert_eq!(all.len(), count);
}

#[test]
fn what_cannot_be_committed_to_is_said() {
    let key = ascending();
    let id = "<cbc:CompanyID>91350100M000100Y43</cbc:CompanyID>";
    let without = read_text(&change(id, ""));
    let error = without.commitment(&key).unwrap_err();
    assert_eq!(error, CommitmentError::NoLegalId);
    assert_eq!(error.code(), "INVOICE_NO_LEGAL_ID");
    // The member's own record can stand in.
    assert_eq!(
        without.commitment_of(&key, "91350100M000100Y43"),
        read_text(INVOICE).commitment(&key)
    );
    let punctuation = read_text(&change(id, "<cbc:CompanyID>- . -</cbc:CompanyID>"));
    assert_eq!(
        punctuation.commitment(&key),
        Err(CommitmentError::NoLegalId)
    );
    let number = read_text(&change("EX-2027-000118", "---"));
    assert_eq!(number.commitment(&key), Err(CommitmentError::NoNumber));
    for amount in ["0.00", "-5.00"] {
        let to = format!("<cbc:PayableAmount currencyID=\"CNY\">{amount}");
        let text = change("<cbc:PayableAmount currencyID=\"CNY\">1000000.00", &to);
        let error = read_text(&text).commitment(&key).unwrap_err();
        assert_eq!(error.code(), "INVOICE_AMOUNT_NOT_POSITIVE");
        assert!(!error.hint().is_empty());
    }
}
