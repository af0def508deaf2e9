//! Finance of a lot, with or without recourse to its seller (rule book 3.2).

use crate::bills::quote::{Quote, quote};
use crate::calls::FinanceLot;
use crate::cash::{move_cash, require_available, require_no_due_debt};
use crate::codes::Code;
use crate::events::LotFinanced;
use crate::instruments::{
    Funding, HandKind, Lot, Market, NewHand, Receivable, Sale, Settlement, change_lot, lot_money,
    payable_on, record_hand,
};
use crate::member_id::MemberId;
use crate::members::{Role, acting, named, require_active, require_role};
use crate::money::Money;
use crate::outcome::Failure;
use crate::rate::{DayCount, Rate};
use crate::receivables::Certificate;
use crate::receivables::find::certificate_named;
use crate::receivables::movement::{check_free, receivable_of};
use crate::requests::{
    Ask, Asked, OnLot, Request, Standing, Terms, answer_by, check_part_currency, check_part_zero,
    day_before_maturity, lot_to_move, remove,
};
use crate::run::{Caller, Run};
use crate::state::StateFault;
use crate::text::Text;

/// Who finances.
pub(super) const FUNDERS: &[Role] = &[Role::Bank, Role::FinanceCompany, Role::Factor];

/// Who may have something to finance: suppliers, and funders that sell on.
pub(super) const SELLERS: &[Role] = &[
    Role::Enterprise,
    Role::Bank,
    Role::FinanceCompany,
    Role::Factor,
];

/// A deal as a request or a quote words it.
#[derive(Clone)]
pub(super) struct Deal {
    pub(super) rate: Rate,
    pub(super) day_count: DayCount,
    pub(super) advance: Money,
    pub(super) recourse: bool,
    pub(super) registry: Text<32>,
    pub(super) settlement: Settlement,
}

impl Deal {
    fn of(terms: &Terms) -> Result<Deal, StateFault> {
        match terms {
            Terms::Finance {
                rate,
                day_count,
                advance,
                recourse,
                registry,
                settlement,
            } => Ok(Deal {
                rate: *rate,
                day_count: *day_count,
                advance: *advance,
                recourse: *recourse,
                registry: registry.clone(),
                settlement: *settlement,
            }),
            _ => Err(StateFault::new("requests", "a financing with other terms")),
        }
    }

    /// What it comes to when it settles today: interest on the advance up to the day of redemption.
    pub(super) fn price(
        &self,
        run: &Run<'_, '_>,
        certificate: &Certificate,
    ) -> Result<Quote, Failure> {
        let to = payable_on(run.state, certificate.due)?;
        quote(self.advance, self.rate, self.day_count, run.date(), to).map_err(|_| {
            Failure::of(Code::RateWrong)
                .fact("amount", self.advance)
                .fact("rate", self.rate.to_string().as_str())
        })
    }
}

/// Refuses an advance of more than the lot is worth.
pub(super) fn check_advance(advance: Money, money: Money) -> Result<(), Failure> {
    if advance.minor > money.minor {
        return Err(Failure::of(Code::AdvanceTooLarge)
            .fact("have", money)
            .fact("need", advance));
    }
    Ok(())
}

/// Refuses a sale of a lot to the one that answers for it.
pub(super) fn check_funder(
    certificate: &Certificate,
    lot: &Lot,
    funder: &MemberId,
) -> Result<(), Failure> {
    if *funder == certificate.issuer {
        return Err(Failure::of(Code::NotToIssuer).fact("issuer", funder));
    }
    check_free(lot)
}

impl Ask for FinanceLot {
    fn check_words(&self) -> Result<(), Failure> {
        if self.registry.is_empty() {
            return Err(Failure::argument("registry"));
        }
        Ok(())
    }

    fn check(&self, run: &Run<'_, '_>, caller: &Caller<'_>) -> Result<Asked, Failure> {
        let certificate = certificate_named(run, caller, self.certificate);
        check_part_currency(&certificate, self.part)?;
        if let (Ok(certificate), Some(advance)) = (&certificate, self.advance)
            && advance.currency != certificate.sum.currency
        {
            let currency = certificate.sum.currency;
            return Err(Failure::argument("advance").fact("currency", currency.code()));
        }
        require_role(&acting(run.state, caller.actor)?, SELLERS)?;
        let funder = named(run.state, &self.to)?;
        require_role(&funder, FUNDERS)?;
        require_active(&funder)?;
        check_part_zero(self.part)?;
        check_part_zero(self.advance)?;
        if self.to == *caller.actor {
            return Err(Failure::of(Code::SelfDealing).fact("member", &self.to));
        }
        let certificate = certificate?;
        let on = OnLot {
            lot: self.lot,
            part: self.part,
        };
        let (rule, none) = (super::rules::FINANCE, &Text::empty());
        let (lot, units) = lot_to_move(run, rule, &certificate, on, caller.actor, &funder, none)?;
        let money = Money::new(certificate.sum.currency, units);
        let advance = self.advance.unwrap_or(money);
        let answer_by = answer_by(run, self.answer_by, day_before_maturity(&certificate))?;
        let terms = Terms::Finance {
            rate: self.rate,
            day_count: self.day_count,
            advance,
            recourse: self.recourse,
            registry: self.registry.clone(),
            settlement: self.settlement,
        };
        Deal::of(&terms)?.price(run, &certificate)?;
        check_funder(&certificate, &lot, &self.to)?;
        check_advance(advance, money)?;
        Ok(Asked {
            instrument: certificate.into(),
            lot,
            units,
            to: self.to.clone(),
            terms,
            answer_by,
            work: 0,
        })
    }
}

/// A price, and the funder's cash unless it is free of payment.
pub(super) fn check_agree(
    run: &Run<'_, '_>,
    certificate: &Certificate,
    standing: &Standing,
) -> Result<(), Failure> {
    let deal = Deal::of(&standing.request.terms)?;
    check_paid(run, certificate, &deal, &standing.request.to)
}

/// The same for any deal.
pub(super) fn check_paid(
    run: &Run<'_, '_>,
    certificate: &Certificate,
    deal: &Deal,
    funder: &MemberId,
) -> Result<(), Failure> {
    let pays = deal.settlement == Settlement::Dvp;
    if pays {
        require_no_due_debt(run, funder)?;
    }
    let quote = deal.price(run, certificate)?;
    if pays {
        require_available(run.state, funder, quote.price)?;
    }
    Ok(())
}

/// The funder agrees.
pub(super) fn agree(
    run: &mut Run<'_, '_>,
    certificate: Certificate,
    lot: &Lot,
    request: &Request,
) -> Result<(), StateFault> {
    remove(run, request)?;
    let deal = Deal::of(&request.terms)?;
    carry_out(run, certificate, lot, &request.to, &deal).map_err(|failure| match failure {
        Failure::Fault(fault) => fault,
        Failure::Rejected(code, _) => StateFault::new("requests", code.name()),
    })
}

/// The lot to the funder and the price to the seller, in the same instant; free of payment the lot only.
/// A request on the lot is gone by now.
pub(super) fn carry_out(
    run: &mut Run<'_, '_>,
    mut certificate: Certificate,
    lot: &Lot,
    funder: &MemberId,
    deal: &Deal,
) -> Result<(), Failure> {
    let money = lot_money(&certificate, lot)?;
    let quote = deal.price(run, &certificate)?;
    let seller = lot.holder.clone();
    if deal.settlement == Settlement::Dvp {
        move_cash(run.state, funder, &seller, quote.price)?;
    }
    let hand = NewHand {
        from: Some(seller.clone()),
        to: Some(funder.clone()),
        price: Some(quote.price),
        without_liability: !deal.recourse,
        text: deal.registry.as_str().parse().unwrap_or_default(),
        sale: Some(Sale {
            market: Market::Discount,
            rate: deal.rate,
            day_count: deal.day_count,
            interest: quote.interest.minor,
            repo: None,
        }),
        settlement: deal.settlement,
        ..NewHand::new(HandKind::Financed, lot.range, Some(lot.hand))
    };
    let hand = record_hand(run, &mut certificate, hand)?;
    let receivable = receivable_of(lot)?;
    let (status, circulation) = super::rules::FINANCE.agreed;
    // To which day the price was discounted.
    let interest_from = payable_on(run.state, certificate.due)?;
    let financed = Lot {
        holder: funder.clone(),
        status,
        circulation,
        hand,
        request: None,
        receivable: Some(Receivable {
            funding: deal.recourse.then(|| Funding {
                seller: seller.clone(),
                principal: deal.advance.minor,
                rate: deal.rate,
                day_count: deal.day_count,
                interest_from,
                interest_paid: 0,
            }),
            ..receivable.clone()
        }),
        ..lot.clone()
    };
    change_lot(run.state, &certificate.number, lot, &financed)?;
    run.emit(LotFinanced {
        certificate: certificate.number,
        lot: lot.range,
        from: seller,
        to: funder.clone(),
        money,
        advance: deal.advance,
        price: quote.price,
        rate: deal.rate,
        day_count: deal.day_count,
        recourse: deal.recourse,
        registry: deal.registry.clone(),
        settlement: deal.settlement,
        tier: receivable.tier,
    });
    Ok(())
}
