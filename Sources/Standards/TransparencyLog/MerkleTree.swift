/// A Merkle tree of which every leaf hash is at hand: tree heads and proofs of any part of it
/// (RFC 6962 section 2.1, RFC 9162 section 2.1).
public struct MerkleTree: Hashable, Sendable {
  /// The hashes of the leaves, in order.
  public var leaves: [MerkleHash]

  public init(leaves: [MerkleHash] = []) {
    self.leaves = leaves
  }

  /// The tree whose leaves are these entries, hashed as leaves.
  public init(entries: some Sequence<[UInt8]>) {
    leaves = entries.map { .leaf($0) }
  }

  /// The number of leaves.
  public var size: UInt64 { UInt64(leaves.count) }

  /// The tree head of all leaves.
  public var root: MerkleHash { Self.root(of: leaves[...]) }

  /// The tree head of the first `size` leaves.
  public func root(ofFirst size: UInt64) throws(TransparencyLogError) -> MerkleHash {
    Self.root(of: try prefix(size))
  }

  /// The proof that leaf `index` is in the tree of the first `size` leaves (RFC 9162 2.1.3.1).
  public func inclusionProof(
    ofLeaf index: UInt64, inFirst size: UInt64
  ) throws(TransparencyLogError) -> InclusionProof {
    let part = try prefix(size)
    guard index < size else {
      throw TransparencyLogError(.outOfRange, "a tree of \(size) leaves has no leaf \(index)")
    }
    let path = Self.path(to: part.startIndex + Int(index), in: part)
    return InclusionProof(index: index, size: size, path: path)
  }

  /// The proof that the tree of the first `newSize` leaves extends the tree of the first `oldSize`
  /// (RFC 9162 2.1.4.1). It is empty if the sizes are equal or the old tree was.
  public func consistencyProof(
    from oldSize: UInt64, to newSize: UInt64
  ) throws(TransparencyLogError) -> ConsistencyProof {
    let part = try prefix(newSize)
    guard oldSize <= newSize else {
      throw TransparencyLogError(.outOfRange, "a tree of \(newSize) is older than \(oldSize)")
    }
    let trivial = oldSize == 0 || oldSize == newSize
    let path = trivial ? [] : Self.subproof(Int(oldSize), in: part, complete: true)
    return ConsistencyProof(oldSize: oldSize, newSize: newSize, path: path)
  }

  private func prefix(_ size: UInt64) throws(TransparencyLogError) -> ArraySlice<MerkleHash> {
    guard size <= self.size else {
      throw TransparencyLogError(.outOfRange, "the tree has \(self.size) leaves, not \(size)")
    }
    return leaves.prefix(Int(size))
  }

  private static func root(of leaves: ArraySlice<MerkleHash>) -> MerkleHash {
    var range = MerkleRange()
    for leaf in leaves { range.append(leaf) }
    return range.root
  }

  /// The largest power of two that is smaller than `count`, which is at least 2.
  private static func split(_ count: Int) -> Int {
    1 << (Int.bitWidth - 1 - (count - 1).leadingZeroBitCount)
  }

  private static func path(to leaf: Int, in leaves: ArraySlice<MerkleHash>) -> [MerkleHash] {
    guard leaves.count > 1 else { return [] }
    let middle = leaves.startIndex + split(leaves.count)
    let (left, right) = (leaves[..<middle], leaves[middle...])
    return leaf < middle
      ? path(to: leaf, in: left) + [root(of: right)]
      : path(to: leaf, in: right) + [root(of: left)]
  }

  private static func subproof(
    _ old: Int, in leaves: ArraySlice<MerkleHash>, complete: Bool
  ) -> [MerkleHash] {
    if old == leaves.count { return complete ? [] : [root(of: leaves)] }
    let half = split(leaves.count)
    let middle = leaves.startIndex + half
    let (left, right) = (leaves[..<middle], leaves[middle...])
    return old <= half
      ? subproof(old, in: left, complete: complete) + [root(of: right)]
      : subproof(old - half, in: right, complete: false) + [root(of: left)]
  }
}
