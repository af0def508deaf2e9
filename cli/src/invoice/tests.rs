use super::*;

const INVOICE: &str = include_str!("../../../tests/fixtures/invoice-ubl.xml");

fn change(from: &str, to: &str) -> String {
    assert!(INVOICE.contains(from), "{from}");
    INVOICE.replacen(from, to, 1)
}

fn outcome(text: &str) -> String {
    match read_invoice(text.as_bytes()) {
        Ok(_) => "ok".to_owned(),
        Err(error) => format!("{} {}", error.code(), error.place.path),
    }
}

fn minor(text: &str) -> i128 {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text),
    };
    sign * i128::from(Money::parse(digits, "CNY".parse().unwrap()).unwrap().minor)
}

#[test]
fn the_fixture_reads_in_full() {
    let invoice = read_invoice(INVOICE.as_bytes()).unwrap();
    assert_eq!(invoice.number, "EX-2027-000118");
    assert_eq!(invoice.issue_date, "2027-01-07".parse().unwrap());
    assert_eq!(invoice.due_date, Some("2027-04-07".parse().unwrap()));
    assert_eq!(invoice.type_code.as_deref(), Some("380"));
    assert_eq!(invoice.currency.code(), "CNY");
    assert_eq!(invoice.payable_amount.text, "1000000.00");
    assert_eq!(invoice.payable_amount.money.minor, 100_000_000);
    assert_eq!(invoice.payable_amount.money.currency, invoice.currency);
    assert_eq!(invoice.payee, None);

    assert_eq!(
        invoice.seller.name,
        "Example Parts Co., Ltd. 示例零部件有限公司"
    );
    assert_eq!(invoice.seller.country.as_deref(), Some("CN"));
    let seller: Vec<_> = invoice
        .seller
        .identifiers
        .iter()
        .map(|id| (id.kind, id.scheme.as_deref(), id.value.as_str()))
        .collect();
    assert_eq!(
        seller,
        [
            (IdentifierKind::Legal, None, "91350100M000100Y43"),
            (IdentifierKind::Party, None, "SUP-0421"),
            (IdentifierKind::Tax, Some("VAT"), "CN91350100M000100Y43"),
        ]
    );
    assert_eq!(
        invoice.buyer.name,
        "Example Motors Group Co., Ltd. 示例汽车集团有限公司"
    );
    let lei = invoice.buyer.legal_identifier().unwrap();
    assert_eq!(
        (lei.scheme.as_deref(), lei.value.as_str()),
        (Some("0199"), "529900T8BM49AURSDO55")
    );

    assert_eq!(invoice.line_count(), 4);
    assert_eq!(
        invoice.lines[0],
        Line {
            id: "1".to_owned(),
            description: "Brake caliper, front left & right".to_owned(),
            quantity: Some("1200".to_owned()),
            unit: Some("H87".to_owned()),
            amount: "495000.00".to_owned(),
        }
    );
}

#[test]
fn the_fixture_adds_up() {
    let invoice = read_invoice(INVOICE.as_bytes()).unwrap();
    let net: i128 = invoice.lines.iter().map(|line| minor(&line.amount)).sum();
    let tax = INVOICE
        .split("<cbc:TaxAmount currencyID=\"CNY\">")
        .nth(1)
        .unwrap();
    let tax = minor(tax.split('<').next().unwrap());
    assert_eq!(net + tax, i128::from(invoice.payable_amount.money.minor));
}

#[test]
fn json_has_amounts_and_dates_as_text() {
    let invoice = read_invoice(INVOICE.as_bytes()).unwrap();
    let json = serde_json::to_value(&invoice).unwrap();
    assert_eq!(json["issue_date"], "2027-01-07");
    assert_eq!(json["payable_amount"]["money"]["amount"], "1000000.00");
    assert_eq!(json["seller"]["identifiers"][0]["kind"], "legal");
}

macro_rules! bad {
    ($($file:literal => $code:literal $path:literal,)*) => {
        &[$(($file,
            include_bytes!(concat!("../../../tests/fixtures/bad-invoices/", $file, ".xml")).as_slice(),
            $code,
            $path)),*]
    };
}

/// File, its bytes, the code and the path in the error.
type Row = (&'static str, &'static [u8], &'static str, &'static str);

const BAD: &[Row] = bad![
    "empty" => "INVOICE_NOT_XML" "",
    "not-xml" => "INVOICE_NOT_XML" "",
    "utf16" => "INVOICE_NOT_UTF8" "",
    "not-utf8" => "INVOICE_NOT_UTF8" "",
    "declared-latin1" => "INVOICE_NOT_UTF8" "",
    "control-byte" => "INVOICE_NOT_WELL_FORMED" "",
    "web-page" => "INVOICE_NOT_UBL" "",
    "web-page-doctype" => "INVOICE_DOCTYPE" "",
    "not-ubl" => "INVOICE_NOT_UBL" "",
    "no-namespace" => "INVOICE_NOT_UBL" "",
    "ubl-order" => "INVOICE_NOT_UBL" "",
    "credit-note" => "INVOICE_NOT_UBL" "",
    "cii" => "INVOICE_NOT_UBL" "",
    "entity-bomb" => "INVOICE_DOCTYPE" "",
    "external-entity" => "INVOICE_DOCTYPE" "",
    "unknown-entity" => "INVOICE_UNKNOWN_ENTITY" "Invoice/cbc:ID",
    "truncated" => "INVOICE_TRUNCATED" "Invoice/cac:LegalMonetaryTotal/cbc:PayableAmount",
    "truncated-tag" => "INVOICE_TRUNCATED" "Invoice/cac:LegalMonetaryTotal",
    "mismatched-tag" => "INVOICE_NOT_WELL_FORMED" "Invoice/cac:LegalMonetaryTotal",
    "two-roots" => "INVOICE_NOT_WELL_FORMED" "",
    "undeclared-prefix" => "INVOICE_NOT_WELL_FORMED" "Invoice",
    "control-character" => "INVOICE_CONTROL_CHARACTER" "Invoice/cbc:ID",
    "two-currencies-payable" => "INVOICE_TWO_CURRENCIES"
        "Invoice/cac:LegalMonetaryTotal/cbc:PayableAmount",
    "two-currencies-total" => "INVOICE_TWO_CURRENCIES"
        "Invoice/cac:LegalMonetaryTotal/cbc:TaxInclusiveAmount",
    "two-currencies-line" => "INVOICE_TWO_CURRENCIES"
        "Invoice/cac:InvoiceLine/cbc:LineExtensionAmount",
    "tax-currency-subtotal" => "INVOICE_TWO_CURRENCIES"
        "Invoice/cac:TaxTotal[2]/cac:TaxSubtotal/cbc:TaxableAmount",
    "tax-currency-twice" => "INVOICE_TWO_CURRENCIES" "Invoice/cac:TaxTotal[3]/cbc:TaxAmount",
    "tax-currency-undeclared" => "INVOICE_TWO_CURRENCIES" "Invoice/cac:TaxTotal[2]/cbc:TaxAmount",
    "tax-currency-alone" => "INVOICE_TWO_CURRENCIES" "Invoice/cac:TaxTotal/cbc:TaxAmount",
    "negative" => "INVOICE_AMOUNT_NOT_POSITIVE" "Invoice/cac:LegalMonetaryTotal/cbc:PayableAmount",
    "zero" => "INVOICE_AMOUNT_NOT_POSITIVE" "Invoice/cac:LegalMonetaryTotal/cbc:PayableAmount",
    "three-decimals" => "INVOICE_TOO_MANY_DECIMALS"
        "Invoice/cac:LegalMonetaryTotal/cbc:PayableAmount",
    "too-large" => "INVOICE_AMOUNT_TOO_LARGE" "Invoice/cac:LegalMonetaryTotal/cbc:PayableAmount",
    "separators" => "INVOICE_BAD_NUMBER" "Invoice/cac:LegalMonetaryTotal/cbc:PayableAmount",
    "exponent" => "INVOICE_BAD_NUMBER" "Invoice/cac:LegalMonetaryTotal/cbc:PayableAmount",
    "missing-payable" => "INVOICE_ELEMENT_MISSING"
        "Invoice/cac:LegalMonetaryTotal/cbc:PayableAmount",
    "repeated-payable" => "INVOICE_ELEMENT_REPEATED"
        "Invoice/cac:LegalMonetaryTotal/cbc:PayableAmount[2]",
    "empty-payable" => "INVOICE_ELEMENT_EMPTY" "Invoice/cac:LegalMonetaryTotal/cbc:PayableAmount",
    "nested-payable" => "INVOICE_NOT_TEXT" "Invoice/cac:LegalMonetaryTotal/cbc:PayableAmount",
    "missing-currency-attribute" => "INVOICE_ATTRIBUTE_MISSING"
        "Invoice/cac:LegalMonetaryTotal/cbc:PayableAmount",
    "missing-total" => "INVOICE_ELEMENT_MISSING"
        "Invoice/cac:LegalMonetaryTotal/cbc:PayableAmount",
    "missing-number" => "INVOICE_ELEMENT_MISSING" "Invoice/cbc:ID",
    "missing-currency" => "INVOICE_ELEMENT_MISSING" "Invoice/cbc:DocumentCurrencyCode",
    "unknown-currency" => "INVOICE_UNKNOWN_CURRENCY" "Invoice/cbc:DocumentCurrencyCode",
    "bad-date" => "INVOICE_BAD_DATE" "Invoice/cbc:IssueDate",
    "missing-buyer-name" => "INVOICE_ELEMENT_MISSING"
        "Invoice/cac:AccountingCustomerParty/cac:Party/cac:PartyLegalEntity/cbc:RegistrationName",
    "missing-lines" => "INVOICE_ELEMENT_MISSING" "Invoice/cac:InvoiceLine",
    "credit-type" => "INVOICE_CREDIT_NOTE" "Invoice/cbc:InvoiceTypeCode",
];

#[test]
fn bad_files_say_what_and_where() {
    for (file, bytes, code, path) in BAD {
        match read_invoice(bytes) {
            Ok(_) => panic!("{file} was read"),
            Err(error) => {
                assert_eq!(
                    (error.code(), error.place.path.as_str()),
                    (*code, *path),
                    "{file}"
                );
                assert!(!error.hint().is_empty());
                assert!(
                    !error.to_string().chars().any(char::is_control),
                    "{file}: {error}"
                );
            }
        }
    }
}

#[test]
fn every_bad_file_has_its_row() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/bad-invoices");
    let mut files: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            entry
                .unwrap()
                .path()
                .file_stem()
                .unwrap()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    let mut rows: Vec<&str> = BAD.iter().map(|row| row.0).collect();
    files.sort();
    rows.sort();
    assert_eq!(files, rows);
}

#[test]
fn an_error_reads_like_a_sentence() {
    let text = change(
        "1000000.00</cbc:PayableAmount>",
        "1000000.005</cbc:PayableAmount>",
    );
    let error = read_invoice(text.as_bytes()).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "Invoice/cac:LegalMonetaryTotal/cbc:PayableAmount (line {}, byte {}): `1000000.005` \
             has more decimals than CNY, which has 2",
            error.place.line, error.place.offset
        )
    );
    let line = text.lines().nth(error.place.line - 1).unwrap();
    assert!(line.contains("<cbc:PayableAmount"), "{line}");
    assert!(text[error.place.offset..].starts_with("<cbc:PayableAmount"));

    let text = change(
        "<cbc:PayableAmount currencyID=\"CNY\">",
        "<cbc:PayableAmount currencyID=\"EUR\">",
    );
    let error = read_invoice(text.as_bytes()).unwrap_err().to_string();
    let path = "Invoice/cac:LegalMonetaryTotal/cbc:PayableAmount (line ";
    assert!(error.starts_with(path), "{error}");
    assert!(
        error.ends_with("the currency is `EUR`, but `CNY` in Invoice/cbc:DocumentCurrencyCode"),
        "{error}"
    );
}

#[test]
fn a_tax_total_in_the_tax_currency_is_allowed() {
    let total =
        "<cac:TaxTotal><cbc:TaxAmount currencyID=\"EUR\">14612.25</cbc:TaxAmount></cac:TaxTotal>";
    let text = change(
        "</cbc:DocumentCurrencyCode>",
        "</cbc:DocumentCurrencyCode><cbc:TaxCurrencyCode>EUR</cbc:TaxCurrencyCode>",
    );
    let text = text.replace(
        "<cac:LegalMonetaryTotal>",
        &format!("{total}<cac:LegalMonetaryTotal>"),
    );
    let invoice = read_invoice(text.as_bytes()).unwrap();
    assert_eq!(invoice, read_invoice(INVOICE.as_bytes()).unwrap());
}

#[test]
fn namespaces_count_and_prefixes_do_not() {
    let renamed = INVOICE
        .replace("cbc:", "b:")
        .replace("xmlns:cbc", "xmlns:b")
        .replace("cac:", "cbc:")
        .replace("xmlns:cac", "xmlns:cbc")
        .replace("<Invoice xmlns=", "<u:Invoice xmlns:u=")
        .replace("</Invoice>", "</u:Invoice>");
    assert_eq!(
        read_invoice(renamed.as_bytes()),
        read_invoice(INVOICE.as_bytes())
    );
    let bad = renamed.replacen("<b:ID>EX-2027-000118", "<b:ID>", 1);
    assert_eq!(outcome(&bad), "INVOICE_ELEMENT_EMPTY Invoice/cbc:ID");

    // The same prefixes for other vocabularies are other elements.
    let other = change("CommonBasicComponents-2", "CommonBasicComponents-3");
    assert_eq!(outcome(&other), "INVOICE_ELEMENT_MISSING Invoice/cbc:ID");
    let decoy = change(
        "<cac:LegalMonetaryTotal>",
        "<x:E xmlns:x=\"urn:x\" xmlns:cbc=\"urn:x\"><cbc:ID>EX-9</cbc:ID></x:E><cac:LegalMonetaryTotal>",
    );
    assert_eq!(
        read_invoice(decoy.as_bytes()),
        read_invoice(INVOICE.as_bytes())
    );
}

#[test]
fn forms_that_xml_allows_read_alike() {
    let expected = read_invoice(INVOICE.as_bytes());
    let marked = format!("\u{feff}{INVOICE}");
    assert_eq!(read_invoice(marked.as_bytes()), expected);
    assert_eq!(
        read_invoice(INVOICE.replace('\n', "\r\n").as_bytes()),
        expected
    );
    for (from, to) in [
        ("EX-2027-000118", "<![CDATA[EX-2027-000118]]>"),
        ("EX-2027-000118", "EX-2027-0001&#49;&#x38;"),
        ("EX-2027-000118", "EX-<!-- a comment -->2027-000118"),
        ("EX-2027-000118", "\n   EX-2027-000118\t"),
        (
            "<cbc:IssueDate>2027-01-07",
            "<cbc:IssueDate>2027-01-07+08:00",
        ),
    ] {
        assert_eq!(read_invoice(change(from, to).as_bytes()), expected, "{to}");
    }
}

#[test]
fn decimals_follow_the_currency() {
    let payable = "<cbc:PayableAmount currencyID=\"CNY\">1000000.00";
    for (currency, text, minor) in [
        ("CNY", "1000000", Some(100_000_000)),
        ("CNY", "+0.5", Some(50)),
        ("CNY", ".5", Some(50)),
        ("CNY", "7.", Some(700)),
        ("CNY", "184467440737095516.15", Some(u64::MAX)),
        ("CNY", "1.000", None),
        ("JPY", "1000000", Some(1_000_000)),
        ("JPY", "1000000.0", None),
        ("KWD", "1.234", Some(1_234)),
        ("KWD", "1.2345", None),
    ] {
        let amount = format!("<cbc:PayableAmount currencyID=\"CNY\">{text}");
        let file = change(payable, &amount).replace("CNY", currency);
        match (read_invoice(file.as_bytes()), minor) {
            (Ok(invoice), Some(minor)) => {
                assert_eq!(
                    invoice.payable_amount.money.minor, minor,
                    "{text} {currency}"
                );
                assert_eq!(invoice.payable_amount.text, text);
            }
            (Err(error), None) => assert_eq!(error.code(), "INVOICE_TOO_MANY_DECIMALS"),
            (other, _) => panic!("{text} {currency}: {other:?}"),
        }
    }
    for text in [
        "", ".", "+", "1,000.00", "1e3", "0x10", "NaN", "1 000", "１", "--1", "1.2.3",
    ] {
        let file = change(
            payable,
            &format!("<cbc:PayableAmount currencyID=\"CNY\">{text}"),
        );
        assert!(read_invoice(file.as_bytes()).is_err(), "{text}");
    }
    for text in ["-0.01", "-0", "0", "0.000", "-1000000.00"] {
        let file = change(
            payable,
            &format!("<cbc:PayableAmount currencyID=\"CNY\">{text}"),
        );
        assert!(
            outcome(&file).starts_with("INVOICE_AMOUNT_NOT_POSITIVE"),
            "{text}"
        );
    }
}

#[test]
fn limits_hold_at_their_edge() {
    let within = |inside: &str| {
        outcome(&change(
            "<cac:Delivery>",
            &format!("{inside}<cac:Delivery>"),
        ))
    };
    let nested = |depth: usize| format!("{}{}", "<cac:X>".repeat(depth), "</cac:X>".repeat(depth));
    assert_eq!(within(&nested(MAX_DEPTH - 1)), "ok");
    assert!(within(&nested(MAX_DEPTH)).starts_with("INVOICE_TOO_DEEP Invoice/cac:X"));
    assert!(within(&"<a>".repeat(100_000)).starts_with("INVOICE_TOO_DEEP"));

    let with_attributes = |count: usize| {
        let all: String = (0..count).map(|i| format!(" a{i}=\"\"")).collect();
        within(&format!("<cac:X{all}/>"))
    };
    assert_eq!(with_attributes(MAX_ATTRIBUTES), "ok");
    assert_eq!(
        with_attributes(MAX_ATTRIBUTES + 1),
        "INVOICE_TOO_MANY_ATTRIBUTES Invoice"
    );
    assert_eq!(
        with_attributes(150_000),
        "INVOICE_TOO_MANY_ATTRIBUTES Invoice"
    );

    let elements = INVOICE.matches('<').count()
        - INVOICE.matches("</").count()
        - INVOICE.matches("<?").count()
        - INVOICE.matches("<!").count();
    assert_eq!(within(&"<b/>".repeat(MAX_ELEMENTS - elements)), "ok");
    assert_eq!(
        within(&"<b/>".repeat(MAX_ELEMENTS - elements + 1)),
        "INVOICE_TOO_MANY_ELEMENTS Invoice/cac:InvoiceLine[4]/cac:Price"
    );

    let number = |chars: usize| outcome(&change("EX-2027-000118", &"字".repeat(chars)));
    assert_eq!(number(MAX_CODE_CHARS), "ok");
    assert_eq!(
        number(MAX_CODE_CHARS + 1),
        "INVOICE_TEXT_TOO_LONG Invoice/cbc:ID"
    );
    let item = |chars: usize| outcome(&change("Track rod end", &"x".repeat(chars)));
    assert_eq!(item(MAX_TEXT_CHARS), "ok");
    assert_eq!(
        item(MAX_TEXT_CHARS + 1),
        "INVOICE_TEXT_TOO_LONG Invoice/cac:InvoiceLine[3]/cac:Item/cbc:Name"
    );

    let long = format!("<cbc:{}><a></cbc:X>", "N".repeat(1_000_000));
    let error = read_invoice(change("<cac:Delivery>", &long).as_bytes()).unwrap_err();
    assert!(
        error.to_string().len() < 1_000,
        "{}",
        error.to_string().len()
    );

    let padded = |bytes: usize| format!("{INVOICE}{}", " ".repeat(bytes - INVOICE.len()));
    assert_eq!(outcome(&padded(MAX_BYTES)), "ok");
    assert_eq!(outcome(&padded(MAX_BYTES + 1)), "INVOICE_TOO_LARGE ");
}

#[test]
fn a_file_cut_anywhere_is_refused() {
    let expected = read_invoice(INVOICE.as_bytes());
    let end = INVOICE.find("</Invoice>").unwrap() + "</Invoice>".len();
    for length in 0..=INVOICE.len() {
        let result = read_invoice(&INVOICE.as_bytes()[..length]);
        if length >= end {
            assert_eq!(result, expected);
            continue;
        }
        let error = result.unwrap_err();
        let code = if length == 0 {
            "INVOICE_NOT_XML"
        } else {
            "INVOICE_TRUNCATED"
        };
        assert_eq!(error.code(), code, "cut to {length} bytes: {error}");
        assert!(error.place.offset <= length);
    }
}

#[test]
fn flipped_bytes_never_panic_and_never_change_the_amount_unseen() {
    let digits = INVOICE.find("1000000.00</cbc:PayableAmount>").unwrap();
    let mut bytes = INVOICE.as_bytes().to_vec();
    for at in 0..bytes.len() {
        for flip in [0x01, 0x04, 0x10, 0x20, 0x80, 0xff] {
            bytes[at] ^= flip;
            if let Ok(invoice) = read_invoice(&bytes)
                && !(digits..digits + 10).contains(&at)
            {
                assert_eq!(
                    invoice.payable_amount.text, "1000000.00",
                    "byte {at} ^ {flip:#04x}"
                );
            }
            bytes[at] ^= flip;
        }
    }
}

#[test]
fn files_that_cannot_be_read_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("none.xml");
    let error = read_invoice_file(&missing).unwrap_err();
    assert_eq!(error.code(), "INVOICE_UNREADABLE");
    assert!(error.to_string().contains("none.xml"));
    assert_eq!(
        read_invoice_file(folder.path()).unwrap_err().code(),
        "INVOICE_UNREADABLE"
    );

    let large = folder.path().join("large.xml");
    std::fs::write(&large, vec![b' '; MAX_BYTES + 100]).unwrap();
    assert_eq!(
        read_invoice_file(&large).unwrap_err().code(),
        "INVOICE_TOO_LARGE"
    );

    let good = folder.path().join("good.xml");
    std::fs::write(&good, INVOICE).unwrap();
    assert_eq!(
        read_invoice_file(&good).unwrap(),
        read_invoice(INVOICE.as_bytes()).unwrap()
    );
}
