use super::*;

fn minor(text: &str) -> i128 {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text),
    };
    sign * i128::from(Money::parse(digits, "CNY".parse().unwrap()).unwrap().minor)
}

#[test]
fn the_fixture_reads_in_full() {
    let invoice = read_text(INVOICE);
    assert_eq!(invoice.number, "EX-2027-000118");
    assert_eq!(invoice.issue_date, "2027-01-07".parse().unwrap());
    assert_eq!(invoice.due_date, Some("2027-04-07".parse().unwrap()));
    assert_eq!(invoice.type_code.as_deref(), Some("380"));
    assert_eq!(invoice.currency.code(), "CNY");
    assert_eq!(invoice.payable_amount.text, "1000000.00");
    assert_eq!(invoice.payable_amount.money.minor, 100_000_000);
    assert_eq!(invoice.payable_amount.money.currency, invoice.currency);
    assert_eq!(invoice.kind, DocumentKind::Invoice);
    assert_eq!(invoice.syntax, Syntax::Ubl);
    assert_eq!(invoice.payee, None);
    let references: Vec<_> = invoice
        .references
        .iter()
        .map(|r| (r.kind, r.number.as_str(), r.issue_date))
        .collect();
    assert_eq!(
        references,
        [
            (ReferenceKind::Order, "PO-2026-7741", None),
            (ReferenceKind::Contract, "FC-2026-033", None),
        ]
    );

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
            price: Some(Price {
                amount: "412.50".to_owned(),
                per: None,
            }),
            amount: Some("495000.00".to_owned()),
        }
    );
}

#[test]
fn the_fixture_adds_up() {
    let invoice = read_text(INVOICE);
    let net: i128 = invoice
        .lines
        .iter()
        .map(|line| minor(line.amount.as_deref().unwrap()))
        .sum();
    let tax = INVOICE
        .split("<cbc:TaxAmount currencyID=\"CNY\">")
        .nth(1)
        .unwrap();
    let tax = minor(tax.split('<').next().unwrap());
    assert_eq!(net + tax, invoice.payable_amount.money.minor);
}

#[test]
fn json_has_amounts_and_dates_as_text() {
    let invoice = read_text(INVOICE);
    let json = serde_json::to_value(&invoice).unwrap();
    assert_eq!(json["issue_date"], "2027-01-07");
    assert_eq!(json["payable_amount"]["money"]["amount"], "1000000.00");
    assert_eq!(json["seller"]["identifiers"][0]["kind"], "legal");
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
    assert_eq!(read_text(&text), read_text(INVOICE));
}

#[test]
fn the_due_date_is_the_only_one_there_is() {
    let due = "<cbc:DueDate>2027-04-07</cbc:DueDate>";
    let means = "<cbc:PaymentMeansCode>24</cbc:PaymentMeansCode>";
    let none = change(due, "");
    assert_eq!(read_text(&none).due_date, None);
    let with = |dates: &[&str]| {
        let all: String = dates
            .iter()
            .map(|date| {
                format!("<cac:PaymentTerms><cbc:PaymentDueDate>{date}</cbc:PaymentDueDate></cac:PaymentTerms>")
            })
            .collect();
        read_text(&change_in(
            &none,
            "<cac:TaxTotal>",
            &format!("{all}<cac:TaxTotal>"),
        ))
        .due_date
    };
    assert_eq!(with(&["2027-05-01"]), "2027-05-01".parse().ok());
    assert_eq!(
        with(&["2027-05-01", "2027-05-01"]),
        "2027-05-01".parse().ok()
    );
    assert_eq!(with(&["2027-05-01", "2027-06-01"]), None);
    let by_means = format!("{means}<cbc:PaymentDueDate>2027-05-02Z</cbc:PaymentDueDate>");
    let at_means = change_in(&none, means, &by_means);
    assert_eq!(read_text(&at_means).due_date, "2027-05-02".parse().ok());
    // What the root says comes first.
    let both = change(means, &by_means);
    assert_eq!(read_text(&both).due_date, "2027-04-07".parse().ok());
}

#[test]
fn without_a_document_currency_the_amount_says_it() {
    let text = change(
        "<cbc:DocumentCurrencyCode>CNY</cbc:DocumentCurrencyCode>",
        "",
    );
    assert_eq!(read_text(&text), read_text(INVOICE));
    let odd = text.replace("currencyID=\"CNY\"", "currencyID=\"XAU\"");
    assert_eq!(
        outcome(&odd),
        "INVOICE_UNKNOWN_CURRENCY Invoice/cac:LegalMonetaryTotal/cbc:PayableAmount"
    );
}

#[test]
fn allowances_and_charges_change_nothing() {
    let charge = "<cac:AllowanceCharge><cbc:ChargeIndicator>true</cbc:ChargeIndicator>\
                  <cbc:Amount currencyID=\"CNY\">77.00</cbc:Amount></cac:AllowanceCharge>";
    let text = change("<cac:TaxTotal>", &format!("{charge}<cac:TaxTotal>"));
    assert_eq!(read_text(&text), read_text(INVOICE));
    let prepaid = change(
        "<cbc:PayableAmount currencyID=\"CNY\">1000000.00",
        "<cbc:PrepaidAmount currencyID=\"CNY\">999000.00</cbc:PrepaidAmount>\
         <cbc:PayableAmount currencyID=\"CNY\">1000.00",
    );
    assert_eq!(
        read_text(&prepaid).payable_amount.money.to_string(),
        "1,000.00 CNY"
    );
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
        match (read(file.as_bytes()), minor) {
            (Ok(invoice), Some(minor)) => {
                assert_eq!(
                    invoice.payable_amount.money.minor,
                    i128::from(minor),
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
        assert!(read(file.as_bytes()).is_err(), "{text}");
    }
    for text in ["-0.01", "-0", "0", "0.00", "-1000000.00"] {
        let file = change(
            payable,
            &format!("<cbc:PayableAmount currencyID=\"CNY\">{text}"),
        );
        let error = read_invoice(file.as_bytes()).unwrap_err();
        assert_eq!(error.code(), "INVOICE_AMOUNT_NOT_POSITIVE", "{text}");
    }
}

#[test]
fn empty_optional_elements_count_as_absent() {
    for (from, to, expected) in [
        ("<cbc:ID>PO-2026-7741</cbc:ID>", "<cbc:ID/>", 1),
        ("<cbc:ID>FC-2026-033</cbc:ID>", "<cbc:ID> </cbc:ID>", 1),
        (
            "<cbc:DocumentCurrencyCode>",
            "<cbc:TaxCurrencyCode/><cbc:DocumentCurrencyCode>",
            2,
        ),
        ("<cbc:Name>Example Parts</cbc:Name>", "<cbc:Name/>", 2),
    ] {
        let document = read_text(&change(from, to));
        assert_eq!(document.references.len(), expected, "{to}");
        assert_eq!(document.lines, read_text(INVOICE).lines);
    }
    let nameless = change(
        "<cbc:RegistrationName>Example Parts Co., Ltd. 示例零部件有限公司<",
        "<cbc:RegistrationName><",
    );
    assert_eq!(read_text(&nameless).seller.name, "Example Parts");
    let no_id = change(">91350100M000100Y43<", "><");
    assert_eq!(read_text(&no_id).seller.legal_identifier(), None);
    let no_due = change(">2027-04-07</cbc:DueDate>", "></cbc:DueDate>");
    assert_eq!(read_text(&no_due).due_date, None);
    // What must be there is not there when it is empty.
    let number = change(">EX-2027-000118<", "><");
    assert_eq!(outcome(&number), "INVOICE_ELEMENT_EMPTY Invoice/cbc:ID");
}
