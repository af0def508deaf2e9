//! Who is liable to whom over hands made by hand: the vector of rule book 2.5 and the cases around it.

use crate::bills::{
    Bill, BillKind, Circulation, Dishonour, Frozen, Hand, HandKind, Lot, LotRange, Profile,
    Settlement, Status,
};
use crate::date::Date;
use crate::member_id::MemberId;
use crate::money::Money;
use crate::recourse::chain::{Chain, read};
use crate::recourse::liability::{RecourseClass, RecourseRule, Standing};

fn member(name: &str) -> MemberId {
    name.parse().unwrap()
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

const WHOLE: LotRange = LotRange {
    start: 1,
    end: 1_000,
};

fn bill(profile: Profile) -> Bill {
    Bill {
        number: "510210009999620270105000000011".parse().unwrap(),
        kind: BillKind::Bank,
        sum: Money::new("CNY".parse().unwrap(), 1_000),
        drawer: member("d"),
        acceptor: member("x"),
        payee: member("a"),
        issue_date: day("2027-01-05"),
        maturity: day("2027-07-01"),
        splittable: true,
        trade_background: vec![],
        window_end: day("2027-07-12"),
        payable_on: day("2027-07-01"),
        profile,
        disclosed_on: None,
        accepted: 1_000,
        hands: 0,
    }
}

fn lot(holder: &str) -> Lot {
    Lot {
        range: WHOLE,
        holder: member(holder),
        status: Status::Received,
        circulation: Circulation::Circulable,
        not_transferable_by: None,
        discounted: false,
        dishonour: Dishonour::InTime,
        refused: None,
        frozen: Frozen::No,
        hand: 0,
        request: None,
        presented_in_time: None,
        presented_late: None,
        splittable: true,
        limits: None,
        pledge: None,
        repo: None,
        claim: None,
        receivable: None,
    }
}

/// Hands one after another, all of one day.
#[derive(Clone)]
struct Hands(Vec<Hand>);

impl Hands {
    /// Drawn by `d` on `x`, accepted, delivered to `a`.
    fn issued() -> Hands {
        Hands(vec![])
            .then(HandKind::Registered, "d", "")
            .then(HandKind::Accepted, "x", "")
            .then(HandKind::Delivered, "d", "a")
    }

    fn then(mut self, kind: HandKind, from: &str, to: &str) -> Hands {
        let named = |name: &str| (!name.is_empty()).then(|| member(name));
        let number = self.0.len() as u64;
        self.0.push(Hand {
            number,
            parent: number.checked_sub(1),
            kind,
            range: WHOLE,
            from: named(from),
            to: named(to),
            date: day("2027-02-01"),
            height: 1,
            price: None,
            not_transferable: false,
            refusal: None,
            text: Default::default(),
            ward: None,
            without_liability: false,
            sale: None,
            settlement: Settlement::Dvp,
        });
        self
    }

    fn change(mut self, change: impl FnOnce(&mut Hand)) -> Hands {
        change(self.0.last_mut().unwrap());
        self
    }

    fn guaranteed(self, guarantor: &str, ward: &str) -> Hands {
        self.then(HandKind::Guaranteed, guarantor, "")
            .change(|hand| hand.ward = Some(member(ward)))
    }

    fn waived(self) -> Hands {
        self.change(|hand| hand.without_liability = true)
    }

    fn marked(self) -> Hands {
        self.change(|hand| hand.not_transferable = true)
    }

    fn chain(&self, profile: Profile) -> Chain {
        read(&bill(profile), WHOLE, &self.0)
    }

    /// Who may be pursued by a holder, in order of liability.
    fn by(&self, holder: &str, class: RecourseClass) -> String {
        self.under(Profile::Prc, holder, class)
    }

    fn under(&self, profile: Profile, holder: &str, class: RecourseClass) -> String {
        let chain = self.chain(profile);
        let lot = lot(holder);
        let standing = Standing::new(&chain, &lot, class);
        let mut found: Vec<&str> = Vec::new();
        for signer in &chain.signers {
            let name = signer.member.as_str();
            if standing.rule(signer) == RecourseRule::Liable && !found.contains(&name) {
                found.push(name);
            }
        }
        found.join(" ")
    }

    fn why(&self, holder: &str, class: RecourseClass, signer: &str) -> RecourseRule {
        let chain = self.chain(Profile::Prc);
        let lot = lot(holder);
        let standing = Standing::new(&chain, &lot, class);
        let signer = chain.signers.iter().find(|s| s.member == member(signer));
        standing.rule(signer.unwrap())
    }
}

/// D drew, X accepted (guarantor G), A → B → K (discount) → L → M, L under waiver.
fn vector() -> Hands {
    Hands(vec![])
        .then(HandKind::Registered, "d", "")
        .then(HandKind::Accepted, "x", "")
        .guaranteed("g", "x")
        .then(HandKind::Delivered, "d", "a")
        .then(HandKind::Endorsed, "a", "b")
        .then(HandKind::Discounted, "b", "k")
        .then(HandKind::Discounted, "k", "l")
        .then(HandKind::Discounted, "l", "m")
        .waived()
}

#[test]
fn the_vector_of_the_rule_book() {
    use RecourseClass::{Closed, Early, InTime, Insolvent, Late};
    let hands = vector();
    assert_eq!(hands.by("m", InTime), "x g d a b k");
    assert_eq!(hands.by("m", Insolvent), "x g d a b k");
    assert_eq!(hands.by("m", Late), "x g d");
    assert_eq!(hands.by("m", Early), "");
    assert_eq!(hands.by("m", Closed), "");
    for (payer, has) in [
        ("k", "x g d a b"),
        ("b", "x g d a"),
        ("a", "x g d"),
        ("d", "x g"),
        ("g", "x"),
        ("x", ""),
    ] {
        let paid = hands.clone().then(HandKind::RecoursePaid, payer, "m");
        assert_eq!(paid.by(payer, InTime), has, "{payer} has paid");
    }
    use RecourseRule::{
        BeyondWard, Claimant, Late as RefusedLate, NotOpen, SignedLater, WithoutLiability,
    };
    for (holder, class, signer, rule) in [
        ("m", InTime, "l", WithoutLiability),
        ("m", Late, "a", RefusedLate),
        ("m", Early, "a", NotOpen),
        ("k", InTime, "k", Claimant),
        ("a", InTime, "b", SignedLater),
        ("g", InTime, "d", BeyondWard),
    ] {
        assert_eq!(hands.why(holder, class, signer), rule, "{holder} {signer}");
    }
}

#[test]
fn ranks_follow_the_order_of_liability() {
    let chain = vector().chain(Profile::Prc);
    let ranks: Vec<(&str, u32)> = chain
        .signers
        .iter()
        .map(|signer| (signer.member.as_str(), signer.rank))
        .collect();
    let expected = [
        ("x", 0),
        ("g", 0),
        ("d", 1),
        ("a", 2),
        ("b", 3),
        ("k", 4),
        ("l", 5),
    ];
    assert_eq!(ranks, expected);
    assert!(chain.is_liable(&member("g")) && !chain.is_liable(&member("l")));
    assert!(!chain.is_liable(&member("m")));
}

#[test]
fn a_holder_who_signed_before_goes_back_to_its_first_signature() {
    let hands = Hands::issued()
        .then(HandKind::Endorsed, "a", "b")
        .then(HandKind::Endorsed, "b", "c")
        .then(HandKind::Endorsed, "c", "b");
    assert_eq!(hands.by("b", RecourseClass::InTime), "x d a");
    let again = hands.then(HandKind::Endorsed, "b", "e");
    assert_eq!(again.by("e", RecourseClass::InTime), "x d a b c");
    // Paid by C, who signed between the two signatures of B.
    assert_eq!(again.by("c", RecourseClass::InTime), "x d a b");
    let to_drawer = again.then(HandKind::Endorsed, "e", "d");
    assert_eq!(to_drawer.by("d", RecourseClass::InTime), "x");
    let to_acceptor = to_drawer.then(HandKind::Endorsed, "d", "x");
    assert_eq!(to_acceptor.by("x", RecourseClass::InTime), "");
}

#[test]
fn guarantors_stand_where_their_ward_stands() {
    let hands = Hands(vec![])
        .then(HandKind::Registered, "d", "")
        .guaranteed("gd", "d")
        .then(HandKind::Accepted, "x", "")
        .guaranteed("gx", "x")
        .guaranteed("hx", "x")
        .then(HandKind::Delivered, "d", "a")
        .guaranteed("ga", "a");
    // A has not signed: who guarantees for it is bound to nobody yet.
    assert_eq!(hands.by("a", RecourseClass::InTime), "x gx hx d gd");
    assert_eq!(
        hands.why("a", RecourseClass::InTime, "ga"),
        RecourseRule::WardNotBound
    );
    assert!(hands.chain(Profile::Prc).is_liable(&member("ga")));
    let hands = hands
        .then(HandKind::Endorsed, "a", "b")
        .then(HandKind::Endorsed, "b", "c");
    assert_eq!(hands.by("c", RecourseClass::InTime), "x gx hx d gd a ga b");
    assert_eq!(hands.by("c", RecourseClass::Late), "x gx hx d gd");
    for (payer, has) in [
        ("b", "x gx hx d gd a ga"),
        ("ga", "x gx hx d gd a"),
        ("gd", "x gx hx d"),
        ("gx", "x"),
        ("a", "x gx hx d gd"),
    ] {
        assert_eq!(hands.by(payer, RecourseClass::InTime), has, "{payer}");
    }
    let waived = Hands::issued()
        .guaranteed("ga", "a")
        .then(HandKind::Discounted, "a", "b")
        .waived();
    assert_eq!(waived.by("b", RecourseClass::InTime), "x d");
}

#[test]
fn a_guarantee_asked_for_again_is_for_the_next_endorsement() {
    // A endorsed, has the lot back, and is guaranteed before it endorses again.
    let hands = Hands::issued()
        .then(HandKind::Endorsed, "a", "b")
        .then(HandKind::Endorsed, "b", "a")
        .guaranteed("g", "a")
        .then(HandKind::Endorsed, "a", "c");
    assert_eq!(hands.by("c", RecourseClass::InTime), "x d a b g");
    assert_eq!(hands.by("b", RecourseClass::InTime), "x d a");
}

#[test]
fn who_guaranteed_and_holds_later_goes_back_to_its_guarantee() {
    let hands = Hands::issued()
        .guaranteed("g", "a")
        .then(HandKind::Endorsed, "a", "b")
        .then(HandKind::Endorsed, "b", "g");
    assert_eq!(hands.by("g", RecourseClass::InTime), "x d a");
}

#[test]
fn acts_that_bind_nobody() {
    let hands = Hands::issued()
        .then(HandKind::Pledged, "a", "p")
        .then(HandKind::Released, "p", "a")
        .then(HandKind::Ordered, "court", "q");
    assert_eq!(hands.by("q", RecourseClass::InTime), "x d");
    // The court transfers what K has paid for: the payer's right goes with it.
    let paid =
        vector()
            .then(HandKind::RecoursePaid, "b", "m")
            .then(HandKind::Ordered, "court", "q");
    assert_eq!(paid.by("q", RecourseClass::InTime), "x g d a");
}

#[test]
fn a_repo_that_was_not_redeemed_binds_its_seller() {
    let hands =
        Hands::issued()
            .then(HandKind::RepoSold, "a", "k")
            .then(HandKind::RepoLapsed, "", "");
    assert_eq!(hands.by("k", RecourseClass::InTime), "x d a");
}

#[test]
fn a_drawer_that_is_the_acceptor_pursues_nobody() {
    let mut own = bill(Profile::Prc);
    own.acceptor = member("d");
    let hands = Hands::issued().then(HandKind::Endorsed, "a", "b");
    let chain = read(&own, WHOLE, &hands.0);
    for (holder, liable) in [("b", 3), ("a", 2), ("d", 0)] {
        let lot = lot(holder);
        let standing = Standing::new(&chain, &lot, RecourseClass::InTime);
        let count = chain
            .signers
            .iter()
            .filter(|signer| standing.rule(signer) == RecourseRule::Liable)
            .count();
        assert_eq!(count, liable, "{holder}");
    }
}

#[test]
fn under_geneva_the_marker_is_liable_to_its_endorsee_only() {
    let hands = Hands::issued()
        .then(HandKind::Endorsed, "a", "b")
        .marked()
        .guaranteed("gb", "b")
        .then(HandKind::Endorsed, "b", "c")
        .then(HandKind::Endorsed, "c", "e");
    let geneva =
        |hands: &Hands, holder: &str| hands.under(Profile::Geneva, holder, RecourseClass::InTime);
    assert_eq!(geneva(&hands, "e"), "x d b gb c");
    assert_eq!(geneva(&hands, "c"), "x d b gb");
    assert_eq!(geneva(&hands, "b"), "x d a");
    // Who guaranteed the endorsee and has paid has what the endorsee has.
    assert_eq!(geneva(&hands, "gb"), "x d a b");
    // Under prc nothing follows a mark, so that it needs no such rule.
    assert_eq!(hands.by("e", RecourseClass::InTime), "x d a b gb c");
    // A mark that its setter removed is none, and a guarantor of the marker is bound like it.
    let hands = Hands::issued()
        .guaranteed("ga", "a")
        .then(HandKind::Endorsed, "a", "b")
        .marked();
    let moved = hands.clone().then(HandKind::Endorsed, "b", "c");
    assert_eq!(geneva(&moved, "c"), "x d b");
    assert_eq!(geneva(&moved, "b"), "x d a ga");
    let unmarked = hands
        .then(HandKind::Unmarked, "a", "")
        .then(HandKind::Endorsed, "b", "c");
    assert_eq!(geneva(&unmarked, "c"), "x d a ga b");
}

#[test]
fn under_geneva_a_party_may_guarantee() {
    // B, itself an endorser, guarantees the drawer.
    let hands = Hands::issued()
        .then(HandKind::Endorsed, "a", "b")
        .then(HandKind::Endorsed, "b", "c")
        .guaranteed("b", "d");
    let by = |holder: &str, class| hands.under(Profile::Geneva, holder, class);
    assert_eq!(by("c", RecourseClass::InTime), "x d b a");
    assert_eq!(by("c", RecourseClass::Late), "x d b");
    assert_eq!(by("b", RecourseClass::InTime), "x d");
}

#[test]
fn units_that_were_not_accepted_are_not_the_acceptors_debt() {
    let hands = Hands::issued();
    let own = Bill {
        accepted: 400,
        ..bill(Profile::Geneva)
    };
    let names = |start, end| -> Vec<String> {
        read(&own, LotRange { start, end }, &hands.0)
            .signers
            .iter()
            .map(|signer| signer.member.to_string())
            .collect()
    };
    assert_eq!(names(1, 400), ["x", "d"]);
    assert_eq!(names(401, 1_000), ["d"]);
}

#[test]
fn the_first_refusal_from_maturity_on_counts() {
    let refused = |hands: Hands, on: &str| {
        hands
            .then(HandKind::Refused, "x", "")
            .change(|hand| hand.date = day(on))
    };
    let hands = refused(Hands::issued(), "2027-06-01");
    assert_eq!(hands.chain(Profile::Prc).refused, None);
    let hands = refused(refused(hands, "2027-07-01"), "2027-07-09");
    assert_eq!(hands.chain(Profile::Prc).refused, Some(day("2027-07-01")));
}
