//! An act as the model carries it out.

use crate::cast::Who;
use crate::op::Op;
use allonge_model::{Broken, World};

/// What an act made, by its place in the model's lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Made {
    Nothing,
    Bill(usize),
    Request(usize),
    Hold(usize),
}

/// Lets the model carry an act out.
pub fn in_model(world: &mut World, who: Who, op: &Op) -> Result<Made, Broken> {
    let done = |()| Made::Nothing;
    match op.clone() {
        Op::Transfer { to, amount } => world.transfer(who, to, amount).map(done),
        Op::Hold {
            releaser,
            amount,
            until,
        } => world.hold(who, releaser, amount, until).map(Made::Hold),
        Op::ReleaseHold(hold) => world.release_hold(who, hold).map(done),
        Op::Register(draft) => world.register(who, &draft).map(Made::Bill),
        Op::Acceptance(b, by) => world.request_acceptance(who, b, by).map(Made::Request),
        Op::Revoke(b) => world.revoke(who, b).map(done),
        Op::UnusedReturn(b, by) => world.request_unused_return(who, b, by).map(Made::Request),
        Op::Delivery(b, by) => world.request_delivery(who, b, by).map(Made::Request),
        Op::Disclose(b) => world.disclose(who, b).map(done),
        Op::Endorse {
            place,
            to,
            mark,
            purpose,
            by,
        } => world
            .request_endorsement(who, place, to, mark, &purpose, by)
            .map(Made::Request),
        Op::Unmark(place, by) => world.request_unmark(who, place, by).map(Made::Request),
        Op::Narrow {
            place,
            unsplittable,
            limits,
        } => world.narrow(who, place, unsplittable, limits).map(done),
        Op::Guarantee {
            place,
            guarantor,
            ward,
            by,
        } => world
            .request_guarantee(who, place, guarantor, ward, by)
            .map(Made::Request),
        Op::Discount {
            place,
            to,
            sale,
            purpose,
            by,
        } => world
            .request_discount(who, place, to, sale, &purpose, by)
            .map(Made::Request),
        Op::Redemption { place, free, by } => world
            .request_redemption(who, place, free, by)
            .map(Made::Request),
        Op::Pledge {
            place,
            pledge,
            purpose,
            by,
        } => world
            .request_pledge(who, place, pledge, &purpose, by)
            .map(Made::Request),
        Op::Release {
            place,
            price,
            free,
            by,
        } => world
            .request_release(who, place, price, free, by)
            .map(Made::Request),
        Op::Present { place, explained } => world.present(who, place, explained).map(Made::Request),
        Op::Agree(request) => world.agree(who, request).map(done),
        Op::AcceptPart(request, part) => world.accept_part(who, request, part).map(done),
        Op::Refuse(request, code) => world.refuse(who, request, code).map(done),
        Op::Withdraw(request) => world.withdraw(who, request).map(done),
        Op::ApplyProceeds(place) => world.apply_proceeds(who, place).map(done),
        Op::ReleaseProceeds(place) => world.release_proceeds(who, place).map(done),
        Op::Notify {
            place,
            parties,
            costs,
        } => world.notify(who, place, &parties, costs).map(done),
        Op::Offer { place, money, by } => world.offer(who, place, money, by).map(Made::Request),
        Op::Measure {
            place,
            order,
            measure,
        } => world.measure(who, place, order, measure).map(done),
        Op::Unfreeze(place, order) => world.unfreeze(who, place, order).map(done),
        Op::OrderTransfer { place, order, to } => {
            world.order_transfer(who, place, order, to).map(done)
        }
        Op::Declare {
            assets,
            deposits,
            margin,
        } => world.declare(who, assets, deposits, margin).map(done),
        Op::Insolvency { member, lifted } => {
            world.record_insolvency(who, member, lifted, true).map(done)
        }
        Op::SetParam(name, value, from) => world.set_param(who, name, value, from).map(done),
        Op::SetCalendar { closed, open } => world.set_calendar(who, &closed, &open).map(done),
        Op::Suspend(member) => world.suspend(who, member).map(done),
        Op::Reinstate(member) => world.reinstate(who, member).map(done),
    }
}
