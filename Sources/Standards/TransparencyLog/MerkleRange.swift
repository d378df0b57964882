/// A Merkle tree that only grows, kept as the roots of its perfect subtrees (a "mountain range"):
/// memory is logarithmic in the number of leaves, and appending a leaf costs one hash on average.
///
/// The root is the tree head of RFC 6962 section 2.1 for the leaves appended so far.
public struct MerkleRange: Hashable, Sendable {
  /// How many leaves have been appended.
  public private(set) var size: UInt64 = 0

  /// The roots of the perfect subtrees, the largest (leftmost) first.
  public private(set) var peaks: [MerkleHash] = []

  /// The tree of no leaves.
  public init() {}

  /// The tree of `size` leaves with these peaks; there must be one for each bit set in `size`.
  public init(size: UInt64, peaks: [MerkleHash]) throws(TransparencyLogError) {
    guard peaks.count == size.nonzeroBitCount else {
      throw TransparencyLogError(
        .outOfRange, "a tree of \(size) leaves has \(size.nonzeroBitCount) peaks")
    }
    self.size = size
    self.peaks = peaks
  }

  /// Adds the hash of the next leaf.
  public mutating func append(_ leaf: MerkleHash) {
    var hash = leaf
    var remaining = size
    while remaining & 1 == 1, let left = peaks.popLast() {
      hash = .node(left, hash)
      remaining >>= 1
    }
    peaks.append(hash)
    size &+= 1
  }

  /// The tree head.
  public var root: MerkleHash {
    guard var hash = peaks.last else { return .empty }
    for peak in peaks.dropLast().reversed() { hash = .node(peak, hash) }
    return hash
  }
}
