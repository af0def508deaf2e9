use super::*;

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
fn lines_are_counted() {
    let lines = |count: usize| {
        let start = CREDIT.find("  <cac:CreditNoteLine>").unwrap();
        let end = CREDIT.find("</CreditNote>").unwrap();
        let line = "<cac:CreditNoteLine><cbc:ID>1</cbc:ID><cbc:LineExtensionAmount currencyID=\"CNY\">\
                    1</cbc:LineExtensionAmount><cac:Item><cbc:Name>x</cbc:Name></cac:Item></cac:CreditNoteLine>";
        format!(
            "{}{}{}",
            &CREDIT[..start],
            line.repeat(count),
            &CREDIT[end..]
        )
    };
    assert_eq!(read_text(&lines(MAX_LINES)).line_count(), MAX_LINES);
    assert_eq!(
        outcome(&lines(MAX_LINES + 1)),
        format!(
            "INVOICE_TOO_MANY_LINES CreditNote/cac:CreditNoteLine[{}]",
            MAX_LINES + 1
        )
    );
    assert_eq!(
        outcome(&lines(0)),
        "INVOICE_ELEMENT_MISSING CreditNote/cac:CreditNoteLine"
    );
}

#[test]
fn a_file_cut_anywhere_is_refused() {
    let expected = read(INVOICE.as_bytes());
    let end = INVOICE.find("</Invoice>").unwrap() + "</Invoice>".len();
    for length in 0..=INVOICE.len() {
        let result = read(&INVOICE.as_bytes()[..length]);
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
fn a_cii_file_cut_anywhere_is_refused() {
    let end = CII.find("</rsm:CrossIndustryInvoice>").unwrap();
    for length in (1..end).step_by(7) {
        let error = read(&CII.as_bytes()[..length]).unwrap_err();
        assert_eq!(
            error.code(),
            "INVOICE_TRUNCATED",
            "cut to {length} bytes: {error}"
        );
    }
    let bytes: Vec<u8> = format!("\u{feff}{}", CII.replace(" encoding=\"UTF-8\"", ""))
        .encode_utf16()
        .flat_map(u16::to_be_bytes)
        .collect();
    for length in (6..bytes.len() - 60).step_by(13) {
        let error = read(&bytes[..length]).unwrap_err();
        assert_eq!(
            error.code(),
            "INVOICE_TRUNCATED",
            "cut to {length} bytes: {error}"
        );
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
            if let Ok(invoice) = read(&bytes)
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
    let error = read_file(&missing).unwrap_err();
    assert_eq!(error.code(), "INVOICE_UNREADABLE");
    assert!(error.to_string().contains("none.xml"));
    assert_eq!(
        read_file(folder.path()).unwrap_err().code(),
        "INVOICE_UNREADABLE"
    );

    let large = folder.path().join("large.xml");
    std::fs::write(&large, vec![b' '; MAX_BYTES + 100]).unwrap();
    assert_eq!(read_file(&large).unwrap_err().code(), "INVOICE_TOO_LARGE");

    let good = folder.path().join("good.xml");
    std::fs::write(&good, INVOICE).unwrap();
    assert_eq!(read_file(&good).unwrap(), read(INVOICE.as_bytes()).unwrap());
}
