//! `#toBase64`, `#fromBase64`.
use super::{Function, Parameter, required};
use crate::error::{Eval, illegal_argument};

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

pub(super) const TO_BASE64: Function = Function {
    name: "toBase64",
    parameters: &[Parameter::Text("value")],
    variadic: false,
    returns: "String",
    about: "Base64 of the UTF-8 bytes, standard alphabet, padded.",
    call: |eval, arguments| {
        let encoded = encode(required(arguments, 0)?.as_bytes());
        eval.text(encoded)
    },
};

pub(super) const FROM_BASE64: Function = Function {
    name: "fromBase64",
    parameters: &[Parameter::Text("value")],
    variadic: false,
    returns: "String",
    about: "The text behind base64; padding may be missing, anything outside the alphabet is an error.",
    call: |eval, arguments| {
        let bytes = decode(required(arguments, 0)?)?;
        eval.text(String::from_utf8_lossy(&bytes).into_owned())
    },
};

/// Base64 with padding.
pub(crate) fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let bits = chunk.iter().fold(0u32, |bits, byte| (bits << 8) | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for position in 0..4 {
            let index = usize::try_from(bits >> (18 - 6 * position) & 63).unwrap_or(0);
            let letter = ALPHABET.get(index).copied().unwrap_or(b'=');
            text.push(if position <= chunk.len() { char::from(letter) } else { '=' });
        }
    }
    text
}

/// Java's basic decoder.
pub(crate) fn decode(text: &str) -> Eval<Vec<u8>> {
    let body = text.trim_end_matches('=');
    let padding = text.len() - body.len();
    let rest = body.len() % 4;
    if rest == 1 || (padding > 0 && padding != (4 - rest) % 4) {
        return Err(illegal_argument("Input byte array has wrong 4-byte ending unit"));
    }
    let mut bytes = Vec::with_capacity(body.len() / 4 * 3 + 2);
    for chunk in body.as_bytes().chunks(4) {
        let mut bits = 0u32;
        for byte in chunk {
            let index = ALPHABET.iter().position(|letter| letter == byte);
            let index = index.ok_or_else(|| illegal_argument(format!("Illegal base64 character {byte:x}")))?;
            bits = (bits << 6) | u32::try_from(index).unwrap_or(0);
        }
        bits <<= 6 * (4 - chunk.len());
        let [_, a, b, c] = bits.to_be_bytes();
        bytes.extend([a, b, c].into_iter().take(chunk.len() - 1));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::{decode, encode};

    #[test]
    fn round_trips_and_refusals() {
        for text in ["", "a", "ab", "abc", "round trip", "ü€"] {
            assert_eq!(decode(&encode(text.as_bytes())).expect("decodes"), text.as_bytes());
        }
        assert_eq!(decode("YQ").expect("padding may miss"), b"a");
        for bad in ["Y", "YQ=", "YQ===", "Y Q=", "YQ==YQ==", "-_-_", "====", "=="] {
            assert!(decode(bad).is_err(), "{bad}");
        }
    }
}
