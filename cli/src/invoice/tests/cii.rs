use super::*;

const SETTLEMENT: &str =
    "CrossIndustryInvoice/rsm:SupplyChainTradeTransaction/ram:ApplicableHeaderTradeSettlement";
const SUMMATION: &str = "ram:SpecifiedTradeSettlementHeaderMonetarySummation";

#[test]
fn the_two_standards_say_the_same() {
    for (ubl, cii) in [(INVOICE, CII), (CREDIT, CII_CREDIT)] {
        let (ubl, mut cii) = (read_text(ubl), read_text(cii));
        assert_eq!(cii.syntax, Syntax::Cii);
        cii.syntax = Syntax::Ubl;
        assert_eq!(cii, ubl);
    }
}

#[test]
fn a_document_without_lines_is_read() {
    // As the profiles MINIMUM and BASIC WL of Factur-X have them.
    let start = CII
        .find("    <ram:IncludedSupplyChainTradeLineItem>")
        .unwrap();
    let end = CII
        .find("    <ram:ApplicableHeaderTradeAgreement>")
        .unwrap();
    let text = format!("{}{}", &CII[..start], &CII[end..]);
    let document = read_text(&text);
    assert_eq!(document.line_count(), 0);
    assert_eq!(document.payable_amount.text, "1000000.00");
}

#[test]
fn bad_documents_say_what_and_where() {
    let deal = "CrossIndustryInvoice/rsm:SupplyChainTradeTransaction";
    let payable = format!("{SETTLEMENT}/{SUMMATION}/ram:DuePayableAmount");
    let line = format!("{deal}/ram:IncludedSupplyChainTradeLineItem[2]");
    let rows: &[(&str, &str, &str, &str)] = &[
        (
            "<ram:ID>EX-2027-000118</ram:ID>",
            "",
            "INVOICE_ELEMENT_MISSING",
            "CrossIndustryInvoice/rsm:ExchangedDocument/ram:ID",
        ),
        (
            "EX-2027-000118",
            " ",
            "INVOICE_ELEMENT_EMPTY",
            "CrossIndustryInvoice/rsm:ExchangedDocument/ram:ID",
        ),
        (
            "EX-2027-000118",
            "<ram:ID>1</ram:ID>",
            "INVOICE_NOT_TEXT",
            "CrossIndustryInvoice/rsm:ExchangedDocument/ram:ID",
        ),
        (
            "EX-2027-000118",
            "EX&#x85;1",
            "INVOICE_CONTROL_CHARACTER",
            "CrossIndustryInvoice/rsm:ExchangedDocument/ram:ID",
        ),
        (
            "EX-2027-000118",
            "&nbsp;",
            "INVOICE_UNKNOWN_ENTITY",
            "CrossIndustryInvoice/rsm:ExchangedDocument/ram:ID",
        ),
        (
            "<udt:DateTimeString format=\"102\">20270107</udt:DateTimeString>",
            "",
            "INVOICE_ELEMENT_MISSING",
            "CrossIndustryInvoice/rsm:ExchangedDocument/ram:IssueDateTime/udt:DateTimeString",
        ),
        (
            "20270407",
            "20270431",
            "INVOICE_BAD_DATE",
            "{S}/ram:SpecifiedTradePaymentTerms/ram:DueDateDateTime/udt:DateTimeString",
        ),
        (
            "<ram:DuePayableAmount>1000000.00</ram:DuePayableAmount>",
            "",
            "INVOICE_ELEMENT_MISSING",
            &payable,
        ),
        (
            "DuePayableAmount>1000000.00",
            "DuePayableAmount>1000000.001",
            "INVOICE_TOO_MANY_DECIMALS",
            &payable,
        ),
        (
            "DuePayableAmount>1000000.00",
            "DuePayableAmount>1.000.000,00",
            "INVOICE_BAD_NUMBER",
            &payable,
        ),
        (
            "DuePayableAmount>1000000.00",
            "DuePayableAmount>1E6",
            "INVOICE_BAD_NUMBER",
            &payable,
        ),
        (
            "DuePayableAmount>1000000.00",
            "DuePayableAmount>1000000000000000000.00",
            "INVOICE_AMOUNT_TOO_LARGE",
            &payable,
        ),
        (
            "<ram:DuePayableAmount>",
            "<ram:DuePayableAmount currencyID=\"EUR\">",
            "INVOICE_TWO_CURRENCIES",
            &payable,
        ),
        (
            "<ram:DuePayableAmount>",
            "<ram:DuePayableAmount>1</ram:DuePayableAmount><ram:DuePayableAmount>",
            "INVOICE_ELEMENT_REPEATED",
            "{P}[2]",
        ),
        (
            "<ram:TaxTotalAmount currencyID=\"CNY\">",
            "<ram:TaxTotalAmount currencyID=\"EUR\">",
            "INVOICE_TWO_CURRENCIES",
            "{S}/{M}/ram:TaxTotalAmount",
        ),
        (
            "<ram:InvoiceCurrencyCode>CNY</ram:InvoiceCurrencyCode>",
            "",
            "INVOICE_ELEMENT_MISSING",
            "{S}/ram:InvoiceCurrencyCode",
        ),
        (
            "CurrencyCode>CNY",
            "CurrencyCode>RMB",
            "INVOICE_UNKNOWN_CURRENCY",
            "{S}/ram:InvoiceCurrencyCode",
        ),
        (
            "<ram:Name>Example Motors Group Co., Ltd. 示例汽车集团有限公司</ram:Name>",
            "",
            "INVOICE_ELEMENT_MISSING",
            "{D}/ram:ApplicableHeaderTradeAgreement/ram:BuyerTradeParty/ram:Name",
        ),
        (
            "<ram:LineID>2</ram:LineID>",
            "",
            "INVOICE_ELEMENT_MISSING",
            "{L}/ram:AssociatedDocumentLineDocument/ram:LineID",
        ),
        (
            "<ram:Name>Wheel bearing unit</ram:Name>",
            "",
            "INVOICE_ELEMENT_MISSING",
            "{L}/ram:SpecifiedTradeProduct/ram:Name",
        ),
        (
            ">3000<",
            ">3'000<",
            "INVOICE_BAD_NUMBER",
            "{L}/ram:SpecifiedLineTradeDelivery/ram:BilledQuantity",
        ),
        (
            "<ram:LineTotalAmount>288600.00</ram:LineTotalAmount>",
            "",
            "INVOICE_ELEMENT_MISSING",
            "{L}/ram:SpecifiedLineTradeSettlement/ram:SpecifiedTradeSettlementLineMonetarySummation/ram:LineTotalAmount",
        ),
        (
            "ReusableAggregateBusinessInformationEntity:100",
            "ReusableAggregateBusinessInformationEntity:12",
            "INVOICE_ELEMENT_MISSING",
            "CrossIndustryInvoice/rsm:ExchangedDocument/ram:ID",
        ),
        (
            "CrossIndustryInvoice:100",
            "CrossIndustryInvoice:2",
            "INVOICE_NOT_UBL",
            "",
        ),
        (
            "<rsm:ExchangedDocument>",
            "<rsm:ExchangedDocument><ram:ID>",
            "INVOICE_NOT_WELL_FORMED",
            "CrossIndustryInvoice/rsm:ExchangedDocument/ram:ID",
        ),
        (
            "<rsm:CrossIndustryInvoice ",
            "<!DOCTYPE x><rsm:CrossIndustryInvoice ",
            "INVOICE_DOCTYPE",
            "",
        ),
        (
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
            "<?xml version=\"1.0\" encoding=\"GBK\"?>",
            "INVOICE_NOT_UTF8",
            "",
        ),
    ];
    for (from, to, code, path) in rows {
        let path = path
            .replace("{S}", SETTLEMENT)
            .replace("{M}", SUMMATION)
            .replace("{P}", &payable)
            .replace("{D}", deal)
            .replace("{L}", &line);
        let text = change_in(CII, from, to);
        assert_eq!(outcome(&text), format!("{code} {path}"), "{to}");
        let error = read(text.as_bytes()).unwrap_err();
        assert!(!error.hint().is_empty());
    }
}

#[test]
fn the_tax_may_stand_in_the_tax_currency_too() {
    let text = change_in(
        CII,
        "<ram:InvoiceCurrencyCode>",
        "<ram:TaxCurrencyCode>EUR</ram:TaxCurrencyCode><ram:InvoiceCurrencyCode>",
    );
    let total = "<ram:TaxTotalAmount currencyID=\"EUR\">14612.25</ram:TaxTotalAmount>";
    let both = change_in(
        &text,
        "<ram:GrandTotalAmount>",
        &format!("{total}<ram:GrandTotalAmount>"),
    );
    assert_eq!(read_text(&both), read_text(CII));
    // Twice, or instead of the total in the document's currency, it may not.
    let twice = change_in(&both, total, &total.repeat(2));
    assert_eq!(
        outcome(&twice),
        format!("INVOICE_TWO_CURRENCIES {SETTLEMENT}/{SUMMATION}/ram:TaxTotalAmount[3]")
    );
    let alone = change_in(
        &text,
        "TaxTotalAmount currencyID=\"CNY\"",
        "TaxTotalAmount currencyID=\"EUR\"",
    );
    assert!(outcome(&alone).starts_with("INVOICE_TWO_CURRENCIES"));
}

#[test]
fn the_amount_says_the_currency_where_nothing_else_does() {
    let text = change_in(
        CII,
        "<ram:InvoiceCurrencyCode>CNY</ram:InvoiceCurrencyCode>",
        "",
    );
    let text = change_in(
        &text,
        "<ram:DuePayableAmount>",
        "<ram:DuePayableAmount currencyID=\"CNY\">",
    );
    assert_eq!(read_text(&text), read_text(CII));
}

#[test]
fn empty_optional_elements_count_as_absent() {
    let text = change_in(
        CII,
        "<ram:ID>SUP-0421</ram:ID>",
        "<ram:ID/><ram:ID>SUP-0421</ram:ID><ram:GlobalID schemeID=\"0088\"> </ram:GlobalID>",
    );
    let text = change_in(
        &text,
        "<ram:BuyerOrderReferencedDocument>",
        "<ram:ContractReferencedDocument><ram:IssuerAssignedID/></ram:ContractReferencedDocument>\
         <ram:BuyerOrderReferencedDocument>",
    );
    assert_eq!(read_text(&text), read_text(CII));
}

#[test]
fn a_trading_name_stands_in_for_a_missing_one() {
    let text = change_in(
        CII,
        "<ram:Name>Example Parts Co., Ltd. 示例零部件有限公司</ram:Name>",
        "",
    );
    assert_eq!(read_text(&text).seller.name, "Example Parts");
}

#[test]
fn a_line_of_text_is_read_as_one() {
    let note = "<ram:IncludedSupplyChainTradeLineItem><ram:AssociatedDocumentLineDocument>\
                <ram:LineID>0</ram:LineID><ram:IncludedNote><ram:Content>Handle with care</ram:Content>\
                </ram:IncludedNote></ram:AssociatedDocumentLineDocument>\
                <ram:SpecifiedLineTradeSettlement/></ram:IncludedSupplyChainTradeLineItem>";
    let first = "    <ram:IncludedSupplyChainTradeLineItem>";
    let document = read_text(&change_in(CII, first, &format!("{note}{first}")));
    assert_eq!(document.line_count(), 5);
    assert_eq!(
        document.lines[0],
        Line {
            id: "0".to_owned(),
            description: "Handle with care".to_owned(),
            quantity: None,
            unit: None,
            price: None,
            amount: None,
        }
    );
    assert_eq!(document.lines[1..], read_text(CII).lines);
}

#[test]
fn every_address_of_a_party_is_kept() {
    let text = change_in(
        CII,
        "<ram:SpecifiedTaxRegistration>",
        "<ram:URIUniversalCommunication><ram:URIID schemeID=\"EM\">a@parts.example</ram:URIID>\
         <ram:URIID schemeID=\"EM\">b@parts.example</ram:URIID></ram:URIUniversalCommunication>\
         <ram:SpecifiedTaxRegistration>",
    );
    let document = read_text(&text);
    let addresses: Vec<_> = document
        .seller
        .identifiers
        .iter()
        .filter(|id| id.kind == IdentifierKind::Endpoint)
        .map(|id| id.value.as_str())
        .collect();
    assert_eq!(addresses, ["a@parts.example", "b@parts.example"]);
}
