//! Merkle paths prove a leaf at its place in a tree of its size, and nothing else.

use allonge_contracts::Hash;
use allonge_ledger::merkle::{self, MerkleError, MerklePath};
use proptest::prelude::*;

fn leaves(count: usize) -> Vec<Hash> {
    (0..count)
        .map(|n| allonge_contracts::tagged_hash("test", &[&(n as u64).to_le_bytes()]))
        .collect()
}

#[test]
fn every_path_proves_its_leaf_and_no_other_place_or_size() {
    for count in 0..20usize {
        let leaves = leaves(count);
        let root = merkle::root(&leaves);
        assert_eq!(root == Hash::ZERO, count == 0);
        assert_eq!(merkle::path(&leaves, count), None);
        for index in 0..count {
            let path = merkle::path(&leaves, index).unwrap();
            for claimed_count in 0..24u64 {
                for claimed_index in 0..24u64 {
                    let right = claimed_index == index as u64 && claimed_count == count as u64;
                    let answer = path.verify(&root, &leaves[index], claimed_index, claimed_count);
                    assert_eq!(
                        answer.is_ok(),
                        right,
                        "{index}/{count} {claimed_index}/{claimed_count}"
                    );
                }
            }
        }
    }
}

#[test]
fn a_node_is_no_leaf() {
    let leaves = leaves(4);
    let root = merkle::root(&leaves);
    let path = merkle::path(&leaves, 0).unwrap();
    let upper = MerklePath::try_from(path.siblings()[1..].to_vec()).unwrap();
    let inner = merkle::path(&leaves, 2).unwrap().siblings()[1];
    assert!(upper.verify(&root, &inner, 0, 2).is_err());
    assert!(matches!(
        upper.verify(&root, &inner, 0, 4),
        Err(MerkleError::Length { .. })
    ));
}

#[test]
fn encodings_are_bounded() {
    let path = merkle::path(&leaves(5), 1).unwrap();
    let bytes = borsh::to_vec(&path).unwrap();
    assert_eq!(bytes.len(), 4 + 3 * 32);
    assert_eq!(borsh::from_slice::<MerklePath>(&bytes).unwrap(), path);
    let json = serde_json::to_string(&path).unwrap();
    assert_eq!(serde_json::from_str::<MerklePath>(&json).unwrap(), path);

    assert!(borsh::from_slice::<MerklePath>(&[bytes, vec![0]].concat()).is_err());
    let too_long = 65u32.to_le_bytes();
    let error = borsh::from_slice::<MerklePath>(&too_long).unwrap_err();
    assert!(error.to_string().contains("65 hashes"), "{error}");
    let json = serde_json::to_string(&vec![Hash::ZERO; 65]).unwrap();
    assert!(serde_json::from_str::<MerklePath>(&json).is_err());
}

proptest! {
    #[test]
    fn a_changed_path_fails(
        count in 1usize..300, index in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(), bit in 0u8..8,
    ) {
        let leaves = leaves(count);
        let root = merkle::root(&leaves);
        let index = index.index(count);
        let path = merkle::path(&leaves, index).unwrap();
        let verify = |siblings: Vec<Hash>, leaf: &Hash| {
            MerklePath::try_from(siblings).unwrap().verify(&root, leaf, index as u64, count as u64)
        };
        prop_assert!(verify(path.siblings().to_vec(), &leaves[index]).is_ok());
        prop_assert!(verify(path.siblings().to_vec(), &Hash::ZERO).is_err());
        let mut longer = path.siblings().to_vec();
        longer.push(Hash::ZERO);
        prop_assert!(verify(longer, &leaves[index]).is_err());
        if !path.siblings().is_empty() {
            let at = at.index(path.siblings().len());
            let mut changed = path.siblings().to_vec();
            changed[at].0[3] ^= 1 << bit;
            prop_assert!(verify(changed, &leaves[index]).is_err());
            let mut shorter = path.siblings().to_vec();
            shorter.remove(at);
            prop_assert!(verify(shorter, &leaves[index]).is_err());
        }
    }

    #[test]
    fn hostile_numbers_never_panic(
        siblings in 0usize..=64, index in any::<u64>(), count in any::<u64>(),
    ) {
        let path = MerklePath::try_from(leaves(siblings)).unwrap();
        prop_assert!(path.verify(&Hash([1; 32]), &Hash::ZERO, index, count).is_err());
    }
}
