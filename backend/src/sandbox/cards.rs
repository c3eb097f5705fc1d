//! Stripe's test cards (<https://docs.stripe.com/testing>), and what each of them does.

/// What a card does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It pays.
    Pays,
    /// Its bank asks its owner first (3-D Secure).
    Challenges,
    /// It is declined, with Stripe's code.
    Declined(&'static str),
}

/// What the card of a number does; the number is read here and kept nowhere.
pub(super) fn outcome(number: &str) -> Outcome {
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    match digits.as_str() {
        "4242424242424242" | "5555555555554444" | "378282246310005" => Outcome::Pays,
        "4000002500003155" => Outcome::Challenges,
        "4000000000000002" => Outcome::Declined("generic_decline"),
        "4000000000009995" => Outcome::Declined("insufficient_funds"),
        "4000000000000069" => Outcome::Declined("expired_card"),
        "4000000000000127" => Outcome::Declined("incorrect_cvc"),
        _ => Outcome::Declined("incorrect_number"),
    }
}

/// The code when a challenge fails.
pub(super) const CHALLENGE_FAILED: &str = "payment_intent_authentication_failure";

/// What the page says of a code.
pub(super) fn words(code: &str) -> &'static str {
    match code {
        "insufficient_funds" => "Your card has insufficient funds. Try a different card.",
        "expired_card" => "Your card has expired. Try a different card.",
        "incorrect_number" => "Your card number is invalid. This sandbox takes test cards only.",
        "incorrect_cvc" => "Your card's security code is incorrect.",
        CHALLENGE_FAILED => "Your bank could not confirm that it is you. Try again, or another card.",
        _ => "Your card has been declined.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spaces_do_not_matter_and_unknown_numbers_do_not_pay() {
        assert_eq!(outcome("4242 4242 4242 4242"), Outcome::Pays);
        assert_eq!(outcome("4000 0025 0000 3155"), Outcome::Challenges);
        assert_eq!(outcome("4000000000009995"), Outcome::Declined("insufficient_funds"));
        assert_eq!(outcome("4111111111111111"), Outcome::Declined("incorrect_number"));
        assert_eq!(outcome(""), Outcome::Declined("incorrect_number"));
    }
}
