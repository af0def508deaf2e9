use super::*;

#[test]
fn the_credit_note_reads_in_full() {
    let note = read_text(CREDIT);
    assert_eq!(note.kind, DocumentKind::CreditNote);
    assert_eq!(note.number, "CN-2027-000009");
    assert_eq!(note.issue_date, "2027-02-01".parse().unwrap());
    assert_eq!(note.due_date, "2027-03-01".parse().ok());
    assert_eq!(note.type_code.as_deref(), Some("381"));
    assert_eq!(note.payable_amount.money.minor, 1_630_590);
    let money = Money::new(note.currency, 1_630_590);
    assert_eq!(note.effect(), Effect::Lowers { money });
    let invoices: Vec<_> = note.invoices().collect();
    assert_eq!(
        invoices,
        [&Reference {
            kind: ReferenceKind::Invoice,
            number: "EX-2027-000118".to_owned(),
            issue_date: "2027-01-07".parse().ok(),
        }]
    );
    assert_eq!(
        note.lines,
        [Line {
            id: "1".to_owned(),
            description: "Wheel bearing unit".to_owned(),
            quantity: Some("150".to_owned()),
            unit: Some("H87".to_owned()),
            price: Some(Price {
                amount: "962.00".to_owned(),
                per: Some("10".to_owned()),
            }),
            amount: Some("14430.00".to_owned()),
        }]
    );
    let endpoint = note.seller.identifier(IdentifierKind::Endpoint).unwrap();
    assert_eq!(endpoint.scheme.as_deref(), Some("EM"));
    assert_eq!(endpoint.value, "invoices@parts.example");
}

#[test]
fn it_names_its_invoice() {
    let (note, invoice) = (read_text(CREDIT), read_text(INVOICE));
    assert!(note.names(&invoice) && note.names(&read_text(CII)));
    assert!(read_text(CII_CREDIT).names(&invoice));
    assert!(!invoice.names(&note) && !note.names(&note));
    // Two sellers without identifiers need not be one.
    let id = "<cbc:CompanyID>91350100M000100Y43</cbc:CompanyID>";
    let nameless = read_text(&change_in(CREDIT, id, ""));
    assert!(!nameless.names(&read_text(&change(id, ""))));
    for (from, to, named) in [
        ("<cbc:ID>EX-2027-000118", "<cbc:ID>EX-2027-000119", false),
        (
            "<cbc:IssueDate>2027-01-07",
            "<cbc:IssueDate>2027-01-08",
            false,
        ),
        ("<cbc:IssueDate>2027-01-07</cbc:IssueDate>", "", true),
        ("<cbc:ID>EX-2027-000118", "<cbc:ID> EX-2027-000118 ", true),
        (
            "<cbc:CompanyID>91350100M000100Y43",
            "<cbc:CompanyID>91350100M000100Y44",
            false,
        ),
        (
            "<cbc:CompanyID>91350100M000100Y43",
            "<cbc:CompanyID>91350100m000100y43",
            true,
        ),
    ] {
        let other = read_text(&change_in(CREDIT, from, to));
        assert_eq!(other.names(&invoice), named, "{to}");
    }
}

#[test]
fn self_billed_invoices_are_named_too() {
    let text = CREDIT.replace(
        "InvoiceDocumentReference",
        "SelfBilledInvoiceDocumentReference",
    );
    assert_eq!(read_text(&text), read_text(CREDIT));
}

#[test]
fn type_codes_of_unece_make_a_credit_note() {
    for (code, kind) in [
        ("380", DocumentKind::Invoice),
        ("384", DocumentKind::Invoice),
        ("389", DocumentKind::Invoice),
        ("326", DocumentKind::Invoice),
        ("381", DocumentKind::CreditNote),
        ("261", DocumentKind::CreditNote),
        ("396", DocumentKind::CreditNote),
        ("503", DocumentKind::CreditNote),
    ] {
        let cii = change_in(CII, "<ram:TypeCode>380<", &format!("<ram:TypeCode>{code}<"));
        assert_eq!(read_text(&cii).kind, kind, "{code}");
        let ubl = change("InvoiceTypeCode>380<", &format!("InvoiceTypeCode>{code}<"));
        assert_eq!(read_text(&ubl).kind, kind, "{code}");
    }
    // A root that says so is a credit note whatever its type code, and without one.
    for to in ["<cbc:CreditNoteTypeCode>380</cbc:CreditNoteTypeCode>", ""] {
        let text = change_in(
            CREDIT,
            "<cbc:CreditNoteTypeCode>381</cbc:CreditNoteTypeCode>",
            to,
        );
        assert_eq!(read_text(&text).kind, DocumentKind::CreditNote);
    }
}

#[test]
fn no_bill_is_drawn_on_a_credit_note() {
    let type_code = "CreditNote/cbc:CreditNoteTypeCode";
    let in_cii = "CrossIndustryInvoice/ExchangedDocument/TypeCode";
    for (file, path, what) in [
        (CREDIT.to_owned(), type_code, "`381` is a credit note"),
        (
            change_in(
                CREDIT,
                "<cbc:CreditNoteTypeCode>381</cbc:CreditNoteTypeCode>",
                "",
            ),
            "CreditNote",
            "`CreditNote` is a credit note",
        ),
        (
            CII_CREDIT.to_owned(),
            &in_cii.replace("/E", "/rsm:E").replace("/T", "/ram:T"),
            "`381` is a credit note",
        ),
    ] {
        let error = read_invoice(file.as_bytes()).unwrap_err();
        assert_eq!(error.code(), "INVOICE_CREDIT_NOTE");
        assert_eq!(error.place.path, path);
        assert!(error.to_string().contains(what), "{error}");
    }
    let drawn = read_invoice(CII.as_bytes()).unwrap();
    assert_eq!(drawn.owed.to_string(), "1,000,000.00 CNY");
}
