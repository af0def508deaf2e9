//! What is bought on a day: by cores, and in its train down the tiers.

use super::days::{add, friday_from};
use super::trade::{Means, Order, Stage, Trade, Why};
use super::world::{Kind, MARKET, Who, World, yuan};
use allonge_contracts::Date;

/// How long goods are on open account between suppliers, in days, in a run that is long enough.
const OPEN_ACCOUNT_DAYS: u32 = 45;
/// The terms on which cores buy, in days.
const TENORS: [u32; 4] = [30, 45, 60, 90];
/// Wages and other costs are due on the first Friday after so many days.
const WAGES_DAYS: u32 = 4;
/// Services are due on the first Friday.
const SERVICE_SHARE: u64 = 35;

/// How often a core buys from a supplier, in business days, and on which of them.
fn rhythm(world: &World, core: Who, seller: Who) -> (u64, u64) {
    let about = [core as u64, seller as u64];
    let period = world.dice.between("period", &about, 4, 9);
    (period, world.dice.below("phase", &about, period))
}

/// What an order of a core is worth on the average, in minor units.
fn size(world: &World, core: Who, seller: Who) -> u64 {
    let about = [core as u64, seller as u64];
    yuan(world.dice.between("size", &about, 300, 1_200) * 1_000)
}

/// What a core buys on a business day on the average.
pub(super) fn daily_purchases(world: &World, core: Who) -> u64 {
    let sellers = world.buys_from(core).iter();
    sellers
        .map(|seller| size(world, core, *seller) / rhythm(world, core, *seller).0)
        .sum()
}

/// What the market pays a core on a business day: a seventh above what it buys, up to a tenth up or down.
pub(super) fn revenue(world: &World, core: Who, business_day: u64) -> u64 {
    let share = world
        .dice
        .between("revenue", &[core as u64, business_day], 90, 110);
    daily_purchases(world, core) * 8 / 7 * share / 100
}

fn tenor(world: &World, roll: u64) -> u32 {
    let index = (roll % TENORS.len() as u64) as usize;
    let days = TENORS.get(index).copied().unwrap_or(30);
    // In a short run much is to fall due as well.
    let most = (world.days / [6, 4, 3, 2].get(index).copied().unwrap_or(2)).max(5);
    days.min(most)
}

fn means(roll: u64) -> Means {
    match roll {
        0..70 => Means::Certificate,
        70..88 => Means::Bill,
        _ => Means::Account,
    }
}

/// The orders that cores place on a business day; a core that `stands` for none places none.
pub(super) fn order(
    world: &World,
    trade: &mut Trade,
    today: Date,
    business_day: u64,
    buys: impl Fn(Who) -> bool,
) {
    for core in world.cores().filter(|core| buys(*core)) {
        for seller in world.buys_from(core) {
            let (period, phase) = rhythm(world, core, *seller);
            if business_day % period != phase {
                continue;
            }
            let about = [core as u64, *seller as u64, business_day];
            let share = world.dice.between("this order", &about, 80, 120);
            let minor = size(world, core, *seller) * share / 100;
            let days = tenor(world, world.dice.below("tenor", &about, 4));
            let order = Order {
                core,
                seller: *seller,
                minor,
                placed: today,
                means: means(world.dice.below("means", &about, 100)),
                due: friday_from(add(today, days)),
                stage: Stage::Placed,
            };
            if order.means == Means::Account {
                trade.owe(core, *seller, minor, order.due, Why::Goods);
                trade.orders.push(Order {
                    stage: Stage::Dead,
                    ..order
                });
            } else {
                trade.orders.push(order);
            }
            supply(world, trade, today, *seller, minor, &about);
        }
    }
    services(world, trade, today, business_day);
}

/// What a sale costs its seller: wages, and goods from the tier below, which sells in turn.
fn supply(world: &World, trade: &mut Trade, today: Date, seller: Who, minor: u64, about: &[u64]) {
    trade.sold(seller, today, minor);
    let mut about = about.to_vec();
    about.push(seller as u64);
    let suppliers = world.buys_from(seller);
    let materials = minor * world.dice.between("materials", &about, 50, 62) / 100;
    let mut costs = minor * world.dice.between("wages", &about, 18, 25) / 100;
    if suppliers.is_empty() {
        // What the last tier needs comes from outside the chain.
        costs += materials * 7 / 8;
    }
    let due = friday_from(add(today, WAGES_DAYS));
    trade.owe(seller, MARKET, costs, due, Why::Wages);
    let terms = OPEN_ACCOUNT_DAYS.min((world.days / 4).max(5));
    for (supplier, part) in shares(world, suppliers, materials, &about) {
        let due = friday_from(add(today, terms));
        trade.owe(seller, supplier, part, due, Why::Goods);
        supply(world, trade, today, supplier, part, &about);
    }
}

/// One or two of the suppliers, and what each gets of the order.
fn shares(world: &World, suppliers: &[Who], minor: u64, about: &[u64]) -> Vec<(Who, u64)> {
    let count = suppliers.len() as u64;
    if count == 0 {
        return Vec::new();
    }
    let pick = |label| world.dice.below(label, about, count) as usize;
    let (first, second) = (pick("first supplier"), pick("other supplier"));
    let part = minor * world.dice.between("part", about, 55, 75) / 100;
    let mut chosen = vec![(first, minor)];
    if second != first {
        chosen = vec![(first, part), (second, minor - part)];
    }
    chosen
        .into_iter()
        .filter_map(|(i, minor)| Some((*suppliers.get(i)?, minor)))
        .collect()
}

/// Suppliers do each other services across the tiers, which makes their debts run in circles.
fn services(world: &World, trade: &mut Trade, today: Date, business_day: u64) {
    let all: Vec<Who> = world.suppliers().collect();
    for who in &all {
        let about = [*who as u64, business_day];
        if !world.dice.percent("service", &about, SERVICE_SHARE) {
            continue;
        }
        let other = world.dice.below("whose service", &about, all.len() as u64) as usize;
        let Some(other) = all.get(other).filter(|other| *other != who) else {
            continue;
        };
        let most = match world.kind(*who) {
            Kind::Supplier(1) => 60_000,
            Kind::Supplier(2) => 40_000,
            _ => 25_000,
        };
        let minor = yuan(world.dice.between("service for", &about, 2_000, most));
        trade.owe(
            *who,
            *other,
            minor,
            friday_from(add(today, 2)),
            Why::Service,
        );
    }
}
