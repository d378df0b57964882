/// A claim that a leaf is at a position of a tree, with the hashes that let anybody check it
/// (RFC 9162 section 2.1.3).
public struct InclusionProof: Hashable, Sendable {
  /// The position of the leaf, from 0.
  public let index: UInt64
  /// The number of leaves of the tree.
  public let size: UInt64
  /// The sibling hashes from the leaf to the root.
  public let path: [MerkleHash]

  public init(index: UInt64, size: UInt64, path: [MerkleHash]) {
    self.index = index
    self.size = size
    self.path = path
  }

  /// Whether the leaf with this hash is where the proof says, in the tree with this root
  /// (RFC 9162 section 2.1.3.2).
  public func proves(leaf: MerkleHash, root: MerkleHash) -> Bool {
    guard index < size else { return false }
    var (node, last) = (index, size - 1)
    var hash = leaf
    for sibling in path {
      if last == 0 { return false }
      if node & 1 == 1 || node == last {
        hash = .node(sibling, hash)
        climbRightEdge(&node, &last)
      } else {
        hash = .node(hash, sibling)
      }
      node >>= 1
      last >>= 1
    }
    return last == 0 && hash == root
  }
}

/// A claim that one tree is another with leaves appended, with the hashes that let anybody check it
/// (RFC 9162 section 2.1.4).
public struct ConsistencyProof: Hashable, Sendable {
  /// The number of leaves of the older tree.
  public let oldSize: UInt64
  /// The number of leaves of the newer tree.
  public let newSize: UInt64
  /// The hashes of the proof, in the order of RFC 9162.
  public let path: [MerkleHash]

  public init(oldSize: UInt64, newSize: UInt64, path: [MerkleHash]) {
    self.oldSize = oldSize
    self.newSize = newSize
    self.path = path
  }

  /// Whether the tree with `newRoot` extends the tree with `oldRoot`
  /// (RFC 9162 section 2.1.4.2). Every tree extends the empty one.
  public func proves(oldRoot: MerkleHash, newRoot: MerkleHash) -> Bool {
    guard oldSize <= newSize else { return false }
    if oldSize == newSize { return path.isEmpty && oldRoot == newRoot }
    if oldSize == 0 { return path.isEmpty && oldRoot == .empty }
    let hashes = oldSize.nonzeroBitCount == 1 ? [oldRoot] + path : path
    guard let first = hashes.first, !path.isEmpty else { return false }
    return fold(first, hashes.dropFirst()) == Heads(old: oldRoot, new: newRoot)
  }

  private struct Heads: Equatable {
    var old: MerkleHash
    var new: MerkleHash
  }

  private func fold(_ first: MerkleHash, _ rest: ArraySlice<MerkleHash>) -> Heads? {
    var (node, last) = (oldSize - 1, newSize - 1)
    while node & 1 == 1 {
      node >>= 1
      last >>= 1
    }
    var heads = Heads(old: first, new: first)
    for hash in rest {
      if last == 0 { return nil }
      if node & 1 == 1 || node == last {
        heads = Heads(old: .node(hash, heads.old), new: .node(hash, heads.new))
        climbRightEdge(&node, &last)
      } else {
        heads.new = .node(heads.new, hash)
      }
      node >>= 1
      last >>= 1
    }
    return last == 0 ? heads : nil
  }
}

/// Skips the levels where a node on the right edge of the tree has no sibling.
private func climbRightEdge(_ node: inout UInt64, _ last: inout UInt64) {
  while node & 1 == 0, node != 0 {
    node >>= 1
    last >>= 1
  }
}
