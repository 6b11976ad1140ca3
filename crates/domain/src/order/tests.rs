use proptest::prelude::*;

use super::*;

fn share(line: i64, quantity: i64, amount: i64) -> Share {
    Share {
        line,
        quantity,
        returned: 0,
        amount,
    }
}

fn paid(amount_paid: i64) -> Facts {
    Facts {
        paid_at: Some(Millis(1)),
        amount_paid,
        ..Facts::default()
    }
}

#[test]
fn the_state_follows_from_what_happened() {
    let closed_at = Some(Millis(2));
    assert_eq!(state(&Facts::default()), State::Pending);
    let closed = Facts {
        closed_at,
        ..Facts::default()
    };
    assert_eq!(state(&closed), State::Expired);
    assert_eq!(
        state(&Facts {
            closed_at,
            ..paid(100)
        }),
        State::Paid,
        "a late payment counts"
    );
    let sent = Facts {
        fulfilled_at: Some(Millis(3)),
        ..paid(100)
    };
    assert_eq!(state(&sent), State::Fulfilled);
    for (amount_refunded, wanted) in [
        (0, State::Fulfilled),
        (1, State::PartiallyRefunded),
        (100, State::Refunded),
    ] {
        assert_eq!(
            state(&Facts {
                amount_refunded,
                ..sent
            }),
            wanted
        );
    }
    for (dispute, wanted) in [
        (Dispute::Open, State::Disputed),
        (Dispute::Lost, State::Disputed),
        (Dispute::Won, State::Fulfilled),
    ] {
        let dispute = Some(dispute);
        assert_eq!(state(&Facts { dispute, ..sent }), wanted);
    }
    assert_eq!(state(&paid(0)), State::Paid, "what cost nothing is paid");
}

#[test]
fn words_read_back() {
    for word in State::ALL {
        assert_eq!(State::parse(word.as_str()), Some(*word));
    }
    assert_eq!(State::parse("PAID"), None);
    assert_eq!(Hold::parse("held"), Some(Hold::Held));
    assert_eq!(RefundStatus::parse("made"), Some(RefundStatus::Made));
    assert_eq!(Dispute::parse(""), None);
}

#[test]
fn what_is_asked_for_becomes_an_amount_and_lines() {
    let shares = [share(1, 3, 100), share(2, 1, 50)];
    let lines = |wish: &Wish, left: i64| plan(left, &shares, wish).map(|p| (p.amount, p.lines));
    assert_eq!(lines(&Wish::All, 150).unwrap(), (150, vec![(1, 3), (2, 1)]));
    assert_eq!(
        lines(&Wish::Amount(150), 150).unwrap(),
        (150, vec![(1, 3), (2, 1)])
    );
    assert_eq!(lines(&Wish::Amount(20), 150).unwrap(), (20, vec![]));
    assert_eq!(
        lines(&Wish::Lines(vec![(1, 1), (2, 1)]), 150).unwrap(),
        (83, vec![(1, 1), (2, 1)])
    );
    for (wish, left) in [
        (Wish::All, 0),
        (Wish::Amount(0), 150),
        (Wish::Amount(-5), 150),
        (Wish::Amount(151), 150),
        (Wish::Lines(vec![]), 150),
        (Wish::Lines(vec![(3, 1)]), 150),
        (Wish::Lines(vec![(1, 0)]), 150),
        (Wish::Lines(vec![(1, 4)]), 150),
        (Wish::Lines(vec![(2, 1), (2, 1)]), 150),
        (Wish::Lines(vec![(1, 3), (2, 1)]), 149),
    ] {
        let refused = lines(&wish, left).unwrap_err();
        assert_eq!(refused.code().status(), 422, "{wish:?}");
    }
}

proptest! {
    #[test]
    fn parts_of_a_line_add_up_to_the_line(amount in 0_i64..10_000_000_000, parts in prop::collection::vec(1_i64..50, 1..20)) {
        let mut share = share(1, parts.iter().sum(), amount);
        let mut sum = 0;
        for part in parts {
            let worth = worth(&share, part);
            prop_assert!(worth >= 0);
            sum += worth;
            share.returned += part;
        }
        prop_assert_eq!(sum, amount);
    }

    #[test]
    fn no_plan_is_above_what_is_left(left in 0_i64..1000, amount in -10_i64..2000, quantity in -2_i64..9) {
        let shares = [share(1, 7, 900)];
        for wish in [Wish::All, Wish::Amount(amount), Wish::Lines(vec![(1, quantity)])] {
            if let Ok(plan) = plan(left, &shares, &wish) {
                prop_assert!(plan.amount > 0 && plan.amount <= left);
                prop_assert!(plan.lines.iter().all(|(_, quantity)| (1..=7).contains(quantity)));
            }
        }
    }
}
