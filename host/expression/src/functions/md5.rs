//! MD5, for `UUID.nameUUIDFromBytes` only.

const SHIFTS: [[u32; 4]; 4] = [[7, 12, 17, 22], [5, 9, 14, 20], [4, 11, 16, 23], [6, 10, 15, 21]];

/// The digest of some bytes.
pub(crate) fn digest(bytes: &[u8]) -> [u8; 16] {
    let mut message = bytes.to_vec();
    message.push(0x80);
    while message.len() % 64 != 56 {
        message.push(0);
    }
    let bits = u64::try_from(bytes.len()).unwrap_or(0).wrapping_mul(8);
    message.extend(bits.to_le_bytes());
    let mut state = [0x6745_2301u32, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476];
    for block in message.chunks_exact(64) {
        round(&mut state, block);
    }
    let mut digest = [0; 16];
    for (out, byte) in digest.iter_mut().zip(state.iter().flat_map(|word| word.to_le_bytes())) {
        *out = byte;
    }
    digest
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the table of sines is defined by this cast"
)]
fn round(state: &mut [u32; 4], block: &[u8]) {
    let word =
        |at: usize| block.chunks_exact(4).nth(at).and_then(|bytes| bytes.try_into().ok()).map_or(0, u32::from_le_bytes);
    let [mut a, mut b, mut c, mut d] = *state;
    for step in 0..64usize {
        let (mixed, at) = match step / 16 {
            0 => ((b & c) | (!b & d), step),
            1 => ((d & b) | (!d & c), (5 * step + 1) % 16),
            2 => (b ^ c ^ d, (3 * step + 5) % 16),
            _ => (c ^ (b | !d), (7 * step) % 16),
        };
        let position = f64::from(u32::try_from(step).unwrap_or(0) + 1);
        let sine = (position.sin().abs() * 4_294_967_296.0) as u32;
        let sum = a.wrapping_add(mixed).wrapping_add(sine).wrapping_add(word(at));
        let shift = SHIFTS.get(step / 16).and_then(|shifts| shifts.get(step % 4)).copied().unwrap_or(0);
        (a, d, c, b) = (d, c, b, b.wrapping_add(sum.rotate_left(shift)));
    }
    for (word, added) in state.iter_mut().zip([a, b, c, d]) {
        *word = word.wrapping_add(added);
    }
}

#[cfg(test)]
mod tests {
    use super::digest;

    #[test]
    fn known_digests() {
        let hex = |bytes: &[u8]| digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        assert_eq!(hex(b""), "d41d8cd98f00b204e9800998ecf8427e");
        assert_eq!(hex(b"abc"), "900150983cd24fb0d6963f7d28e17f72");
        assert_eq!(hex(&[b'x'; 64]), "c1bb4f81d892b2d57947682aeb252456");
    }
}
