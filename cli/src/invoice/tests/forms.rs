use super::*;

#[test]
fn namespaces_count_and_prefixes_do_not() {
    let renamed = INVOICE
        .replace("cbc:", "b:")
        .replace("xmlns:cbc", "xmlns:b")
        .replace("cac:", "cbc:")
        .replace("xmlns:cac", "xmlns:cbc")
        .replace("<Invoice xmlns=", "<u:Invoice xmlns:u=")
        .replace("</Invoice>", "</u:Invoice>");
    assert_eq!(read(renamed.as_bytes()), read(INVOICE.as_bytes()));
    let bad = renamed.replacen("<b:ID>EX-2027-000118", "<b:ID>", 1);
    assert_eq!(outcome(&bad), "INVOICE_ELEMENT_EMPTY Invoice/cbc:ID");

    // The same prefixes for other vocabularies are other elements.
    let other = change("CommonBasicComponents-2", "CommonBasicComponents-3");
    assert_eq!(outcome(&other), "INVOICE_ELEMENT_MISSING Invoice/cbc:ID");
    let decoy = change(
        "<cac:LegalMonetaryTotal>",
        "<x:E xmlns:x=\"urn:x\" xmlns:cbc=\"urn:x\"><cbc:ID>EX-9</cbc:ID></x:E><cac:LegalMonetaryTotal>",
    );
    assert_eq!(read(decoy.as_bytes()), read(INVOICE.as_bytes()));
}

#[test]
fn forms_that_xml_allows_read_alike() {
    let expected = read(INVOICE.as_bytes());
    let marked = format!("\u{feff}{INVOICE}");
    assert_eq!(read(marked.as_bytes()), expected);
    assert_eq!(read(INVOICE.replace('\n', "\r\n").as_bytes()), expected);
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
        assert_eq!(read(change(from, to).as_bytes()), expected, "{to}");
    }
}

fn utf16(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
    let text = format!("\u{feff}{text}");
    text.encode_utf16().flat_map(unit).collect()
}

#[test]
fn utf16_with_a_mark_reads_as_utf8_does() {
    for unit in [u16::to_le_bytes, u16::to_be_bytes] {
        for file in [INVOICE, CII, CREDIT, CII_CREDIT] {
            let declared = file.replace("encoding=\"UTF-8\"", "encoding=\"utf-16\"");
            let expected = read(file.as_bytes());
            assert_eq!(read(&utf16(&declared, unit)), expected);
            let silent = file.replace(" encoding=\"UTF-8\"", "");
            assert_eq!(read(&utf16(&silent, unit)), expected);
        }
    }
    // Half a character behind the end of the document is no document's end.
    for rest in [&[0x3d, 0xd8][..], &[0x20][..]] {
        let bytes = [
            &utf16(
                &INVOICE.replace(" encoding=\"UTF-8\"", ""),
                u16::to_le_bytes,
            ),
            rest,
        ];
        let error = read(&bytes.concat()).unwrap_err();
        assert_eq!(error.code(), "INVOICE_TRUNCATED");
    }
    let file = include_bytes!("../../../../tests/fixtures/invoices/utf16.xml");
    assert_eq!(read(file).unwrap().payable_amount.text, "100.00");
}

#[test]
fn places_in_utf16_are_those_of_the_file() {
    // Before the amount stand characters of one, two and, beyond the basic plane, four bytes.
    let text = change("EX-2027-000118", "EX-𝟜-发票")
        .replace(" encoding=\"UTF-8\"", "")
        .replacen(
            "1000000.00</cbc:PayableAmount>",
            "1e6</cbc:PayableAmount>",
            1,
        );
    let in_utf8 = read(text.as_bytes()).unwrap_err();
    let bytes = utf16(&text, u16::to_le_bytes);
    let error = read(&bytes).unwrap_err();
    assert_eq!(error.code(), "INVOICE_BAD_NUMBER");
    assert_eq!(error.place.path, in_utf8.place.path);
    assert_eq!(error.place.line, in_utf8.place.line);
    let tag: Vec<u8> = "<cbc:PayableAmount"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    assert!(bytes[error.place.offset..].starts_with(&tag));
}

#[test]
fn an_envelope_changes_nothing_but_the_path() {
    for file in [INVOICE, CII, CREDIT, CII_CREDIT] {
        assert_eq!(read_text(&in_envelope(file)), read_text(file));
    }
    // The header is no business of the reader, wherever it stands and whatever it holds.
    let header = in_envelope(INVOICE).replace(
        "<sh:HeaderVersion>",
        "<cbc:ID xmlns:cbc=\"urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2\">\
         OTHER</cbc:ID><sh:HeaderVersion>",
    );
    assert_eq!(read_text(&header), read_text(INVOICE));

    let bad = in_envelope(&change(
        "2027-01-07</cbc:IssueDate>",
        "7.1.2027</cbc:IssueDate>",
    ));
    assert_eq!(
        outcome(&bad),
        "INVOICE_BAD_DATE StandardBusinessDocument/Invoice/cbc:IssueDate"
    );
    assert_eq!(
        outcome(&in_envelope("")),
        "INVOICE_ELEMENT_MISSING StandardBusinessDocument/Invoice"
    );
    let (_, second) = CREDIT.split_once("?>").unwrap();
    let (_, first) = INVOICE.split_once("?>").unwrap();
    assert_eq!(
        outcome(&in_envelope(&format!("{first}{second}"))),
        "INVOICE_ELEMENT_REPEATED StandardBusinessDocument/CreditNote"
    );
    assert_eq!(
        outcome(&in_envelope(
            "<Order xmlns=\"urn:oasis:names:specification:ubl:schema:xsd:Order-2\"/>"
        )),
        "INVOICE_NOT_UBL StandardBusinessDocument"
    );
    let twice = in_envelope(&in_envelope(INVOICE));
    assert_eq!(
        outcome(&twice),
        "INVOICE_ELEMENT_MISSING StandardBusinessDocument/Invoice"
    );
}

#[test]
fn time_zones_are_those_of_xml_schema() {
    for (zone, good) in [
        ("", true),
        ("Z", true),
        ("+14:00", true),
        ("-14:00", true),
        ("-00:30", true),
        ("+05:45", true),
        ("+14:01", false),
        ("+15:00", false),
        ("+24:00", false),
        ("+08:60", false),
        ("+8:00", false),
        ("+0800", false),
        ("z", false),
        (" Z", false),
        ("T00:00:00", false),
    ] {
        let text = change(
            "<cbc:IssueDate>2027-01-07",
            &format!("<cbc:IssueDate>2027-01-07{zone}"),
        );
        assert_eq!(outcome(&text) == "ok", good, "{zone}");
        if good {
            assert_eq!(read_text(&text), read_text(INVOICE), "{zone}");
        }
    }
}
