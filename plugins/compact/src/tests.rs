use super::*;

#[test]
fn features_are_the_same_for_ever() {
    assert_eq!(Hash::new(1).with(b"word").feature(), 11_087_753_943_482_648_321);
    assert_eq!(Hash::new(1).with("né".as_bytes()).feature(), Hash::new(1).with_char('n').with_char('é').feature());
    assert_ne!(Hash::new(1).with(b"word").feature(), Hash::new(2).with(b"word").feature());
}

#[test]
fn what_is_no_model_is_refused() {
    for bytes in
        [&b""[..], b"pmm", b"nope", b"pmm1\x00", b"pmm1\x02\x01a", b"pmm1\x00\x01a\xff\xff\xff\xff\x01\x00\x00\x00\x80\x3f\x00\x00\x00\x00"]
    {
        assert!(Model::read(bytes).is_err(), "{bytes:?}");
    }
    assert!(Model::read(b"pmm1").unwrap().table("a").is_err());
}

#[test]
fn probabilities() {
    let even = softmax(&[1.0, 1.0]);
    assert!((even[0] - 0.5).abs() < 1e-6);
    assert_eq!((best(&[1.0, 3.0, 3.0]), best(&[])), (1, 0));
    assert!(softmax(&[1e30, -1e30]).iter().all(|part| part.is_finite()));
}

#[cfg(feature = "write")]
#[test]
fn a_model_is_read_as_it_was_written() {
    let mut draft = Draft::default();
    draft.table("words", 2, &[0.0, 1.0, -2.0, 0.5], Grid { most: 7, deviations: 1.0 });
    let known = Vocabulary::new([b"one", b"two", b"six"].map(|word| Hash::new(3).with(word).feature()));
    draft.vocabulary("known", &known);
    draft.numbers("priors", &[0.25, -1.0]);
    draft.rounded("filters", &[1.27, -0.5, 0.0]);
    let bytes = draft.finish();
    let model = Model::read(&bytes).unwrap();
    let table = model.table("words").unwrap();
    assert_eq!((table.row(0), table.row(3), table.columns()), (&[0_i8, 6][..], &[-7_i8, 3][..], 2));
    let mut sums = [0, 0];
    table.add(2, &mut sums);
    table.add(1, &mut sums);
    assert_eq!(sums, [-7, 9]);
    assert_eq!(model.vocabulary("known"), Ok(&known));
    assert!(known.row(Hash::new(3).with(b"two").feature()).is_some_and(|row| row < 3));
    assert_eq!(known.row(Hash::new(3).with(b"ten").feature()), None);
    assert_eq!((model.numbers("priors"), model.numbers("none")), (&[0.25, -1.0][..], &[][..]));
    assert!(model.numbers("filters").iter().zip([1.27, -0.5, 0.0]).all(|(number, there)| (number - there).abs() < 1e-6));
    for end in 0..bytes.len() {
        let _ = Model::read(&bytes[..end]);
    }
}

#[cfg(feature = "write")]
#[test]
fn coded_numbers_come_back() {
    let mut state = 7_u32;
    let mut draw = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state >> 8
    };
    for spread in [1, 3, 15] {
        let values: Vec<i8> = (0..50_000).map(|_| i8::try_from(draw() % spread).unwrap() - i8::try_from(spread / 2).unwrap()).collect();
        let mut encoder = coding::Encoder::new();
        values.iter().for_each(|value| encoder.push(*value));
        let bytes = encoder.finish();
        let mut decoder = coding::Decoder::new(&bytes);
        assert!(values.iter().all(|value| decoder.next() == *value), "{spread}");
        let bits = f64::from(u32::try_from(bytes.len()).unwrap()) * 8.0 / 50_000.0;
        assert!(bits < f64::from(spread).log2() + 0.1, "{spread}: {bits} bits each");
    }
}
