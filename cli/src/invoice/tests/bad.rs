use super::*;

macro_rules! bad {
    ($($file:literal => $code:literal $path:literal,)*) => {
        &[$(($file,
            include_bytes!(concat!("../../../../tests/fixtures/bad-invoices/", $file, ".xml")).as_slice(),
            $code,
            $path)),*]
    };
}

/// File, its bytes, the code and the path in the error.
type Row = (&'static str, &'static [u8], &'static str, &'static str);

const BAD: &[Row] = bad![
    "empty" => "INVOICE_NOT_XML" "",
    "not-xml" => "INVOICE_NOT_XML" "",
    "utf16-no-mark" => "INVOICE_NOT_UTF8" "",
    "utf16-declared-utf8" => "INVOICE_NOT_UTF8" "",
    "utf16-surrogate" => "INVOICE_NOT_UTF8" "",
    "utf16-cut" => "INVOICE_TRUNCATED" "",
    "declared-utf16" => "INVOICE_NOT_UTF8" "",
    "not-utf8" => "INVOICE_NOT_UTF8" "",
    "declared-latin1" => "INVOICE_NOT_UTF8" "",
    "control-byte" => "INVOICE_NOT_WELL_FORMED" "",
    "web-page" => "INVOICE_NOT_UBL" "",
    "web-page-doctype" => "INVOICE_DOCTYPE" "",
    "not-ubl" => "INVOICE_NOT_UBL" "",
    "no-namespace" => "INVOICE_NOT_UBL" "",
    "ubl-order" => "INVOICE_NOT_UBL" "",
    "credit-note" => "INVOICE_ELEMENT_MISSING" "CreditNote/cbc:IssueDate",
    "cii" => "INVOICE_ELEMENT_MISSING" "CrossIndustryInvoice/rsm:ExchangedDocument/ram:ID",
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
        error.ends_with("the currency is `EUR`, but `CNY` is the document's"),
        "{error}"
    );
}

#[test]
fn below_zero_and_zero_are_read_but_back_nothing() {
    for (text, minor, because) in [
        ("0", 0, NoEffect::Zero),
        ("0.00", 0, NoEffect::Zero),
        ("-0", 0, NoEffect::Zero),
        ("-0.01", -1, NoEffect::Negative),
        ("-1000000.00", -100_000_000, NoEffect::Negative),
    ] {
        for file in [INVOICE, CREDIT, CII, CII_CREDIT] {
            let text = with_payable(file, text);
            let document = read_text(&text);
            assert_eq!(document.payable_amount.money.minor, minor);
            assert_eq!(document.effect(), Effect::Nothing { because });
        }
        let error = read_invoice(with_payable(CII, text).as_bytes()).unwrap_err();
        assert_eq!(error.code(), "INVOICE_AMOUNT_NOT_POSITIVE");
        assert!(error.place.path.ends_with("/ram:DuePayableAmount"));
    }
    let negative = read_text(&with_payable(INVOICE, "-12345.6")).payable_amount;
    assert_eq!(negative.money.to_string(), "-12,345.60 CNY");
    let json = serde_json::to_value(&negative).unwrap();
    assert_eq!(json["money"]["amount"], "-12345.60");
    let lowest = read_text(&with_payable(INVOICE, "-184467440737095516.15"));
    assert_eq!(lowest.payable_amount.money.minor, -i128::from(u64::MAX));
    assert!(
        outcome(&with_payable(INVOICE, "-184467440737095516.16"))
            .starts_with("INVOICE_AMOUNT_TOO_LARGE")
    );
}

/// The file with another amount to be paid.
fn with_payable(file: &str, amount: &str) -> String {
    let tag = if file.contains("PayableAmount currencyID") {
        "PayableAmount currencyID=\"CNY\">"
    } else {
        "DuePayableAmount>"
    };
    let start = file.find(tag).unwrap() + tag.len();
    let end = start + file[start..].find('<').unwrap();
    format!("{}{amount}{}", &file[..start], &file[end..])
}
