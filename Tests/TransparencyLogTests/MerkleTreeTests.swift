import Crypto
import Testing
import TransparencyLog

/// The definition of RFC 6962 section 2.1, written down once more and as plainly as possible.
enum Naive {
  static func head(_ entries: [[UInt8]]) -> [UInt8] {
    if entries.isEmpty { return Array(SHA256.hash(data: [UInt8]())) }
    if entries.count == 1 { return Array(SHA256.hash(data: [0] + entries[0])) }
    let half = split(entries.count)
    let (left, right) = (head(Array(entries[..<half])), head(Array(entries[half...])))
    return Array(SHA256.hash(data: [1] + left + right))
  }

  static func split(_ count: Int) -> Int {
    var half = 1
    while half * 2 < count { half *= 2 }
    return half
  }

  static func entries(_ count: Int) -> [[UInt8]] {
    (0..<count).map { number in Array("entry \(number)".utf8) }
  }
}

@Suite struct MerkleTreeTests {
  /// The leaves and heads that the Certificate Transparency projects test with.
  private static let knownLeaves: [[UInt8]] = [
    [], [0x00], [0x10], [0x20, 0x21], [0x30, 0x31], [0x40, 0x41, 0x42, 0x43],
    Array(0x50...0x57), Array(0x60...0x6f),
  ]
  private static let knownHeads = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
  ]

  @Test("the heads of the Certificate Transparency test leaves are the known ones")
  func knownTrees() throws {
    let tree = MerkleTree(entries: Self.knownLeaves)
    for (size, head) in Self.knownHeads.enumerated() {
      let root = try tree.root(ofFirst: UInt64(size))
      #expect(hex(root.bytes) == head)
    }
  }

  @Test("the head of every size agrees with the plain recursion, however it is computed")
  func headsAgree() throws {
    let entries = Naive.entries(70)
    var range = MerkleRange()
    for size in 0...entries.count {
      let part = Array(entries[..<size])
      let head = Naive.head(part)
      #expect(MerkleTree(entries: part).root.bytes == head)
      #expect(range.root.bytes == head)
      #expect(range.size == UInt64(size))
      #expect(try MerkleRange(size: range.size, peaks: range.peaks) == range)
      if size < entries.count { range.append(.leaf(entries[size])) }
    }
  }

  @Test("a range with the wrong number of peaks is refused")
  func wrongPeaks() {
    #expect(throws: TransparencyLogError.self) { try MerkleRange(size: 3, peaks: [.empty]) }
    #expect(throws: TransparencyLogError.self) { try MerkleRange(size: 0, peaks: [.empty]) }
  }

  @Test("every inclusion proof of every tree up to 40 leaves proves its leaf and no other")
  func inclusion() throws {
    let tree = MerkleTree(entries: Naive.entries(40))
    for size in 1...tree.size {
      let root = try tree.root(ofFirst: size)
      for index in 0..<size {
        let proof = try tree.inclusionProof(ofLeaf: index, inFirst: size)
        let leaf = tree.leaves[Int(index)]
        #expect(proof.proves(leaf: leaf, root: root))
        #expect(!proof.proves(leaf: .empty, root: root))
        #expect(!proof.proves(leaf: leaf, root: .empty))
        for other in [index &+ 1, index &- 1, size, UInt64.max] where other != index {
          let wrong = InclusionProof(index: other, size: size, path: proof.path)
          #expect(!wrong.proves(leaf: leaf, root: root))
        }
        let longer = InclusionProof(index: index, size: size, path: proof.path + [.empty])
        #expect(!longer.proves(leaf: leaf, root: root))
        guard !proof.path.isEmpty else { continue }
        let shorter = InclusionProof(
          index: index, size: size, path: Array(proof.path.dropLast()))
        #expect(!shorter.proves(leaf: leaf, root: root))
      }
    }
  }

  @Test("every consistency proof of every pair up to 40 leaves proves its pair and no other")
  func consistency() throws {
    let tree = MerkleTree(entries: Naive.entries(40))
    for new in 0...tree.size {
      let newRoot = try tree.root(ofFirst: new)
      for old in 0...new {
        let oldRoot = try tree.root(ofFirst: old)
        let proof = try tree.consistencyProof(from: old, to: new)
        #expect(proof.proves(oldRoot: oldRoot, newRoot: newRoot))
        let stranger = MerkleHash.leaf([1, 2, 3])
        #expect(!proof.proves(oldRoot: stranger, newRoot: newRoot))
        if old > 0 { #expect(!proof.proves(oldRoot: oldRoot, newRoot: stranger)) }
        let longer = ConsistencyProof(oldSize: old, newSize: new, path: proof.path + [stranger])
        #expect(!longer.proves(oldRoot: oldRoot, newRoot: newRoot))
        guard !proof.path.isEmpty else { continue }
        for position in proof.path.indices {
          var path = proof.path
          path[position] = stranger
          let wrong = ConsistencyProof(oldSize: old, newSize: new, path: path)
          #expect(!wrong.proves(oldRoot: oldRoot, newRoot: newRoot))
        }
        let shorter = ConsistencyProof(
          oldSize: old, newSize: new, path: Array(proof.path.dropLast()))
        #expect(!shorter.proves(oldRoot: oldRoot, newRoot: newRoot))
      }
    }
  }

  @Test("proofs outside of the tree are refused")
  func outOfRange() {
    let tree = MerkleTree(entries: Naive.entries(3))
    #expect(throws: TransparencyLogError.self) {
      try tree.inclusionProof(ofLeaf: 3, inFirst: 3)
    }
    #expect(throws: TransparencyLogError.self) {
      try tree.inclusionProof(ofLeaf: 0, inFirst: 4)
    }
    #expect(throws: TransparencyLogError.self) { try tree.inclusionProof(ofLeaf: 0, inFirst: 0) }
    #expect(throws: TransparencyLogError.self) { try tree.consistencyProof(from: 3, to: 2) }
    #expect(throws: TransparencyLogError.self) { try tree.consistencyProof(from: 0, to: 4) }
  }

  @Test("a proof with absurd sizes is false and does not trap")
  func absurdProofs() {
    let proof = ConsistencyProof(oldSize: .max - 1, newSize: .max, path: [.empty])
    #expect(!proof.proves(oldRoot: .empty, newRoot: .empty))
    let backwards = ConsistencyProof(oldSize: 5, newSize: 3, path: [.empty])
    #expect(!backwards.proves(oldRoot: .empty, newRoot: .empty))
    let path = [MerkleHash](repeating: .empty, count: 1000)
    let inclusion = InclusionProof(index: .max - 1, size: .max, path: path)
    #expect(!inclusion.proves(leaf: .empty, root: .empty))
    #expect(!InclusionProof(index: 0, size: 0, path: []).proves(leaf: .empty, root: .empty))
  }

  @Test("a hash is 32 bytes, and its base64 has one spelling")
  func hashText() throws {
    let hash = MerkleHash.leaf([7])
    #expect(try MerkleHash(bytes: hash.bytes) == hash)
    #expect(try MerkleHash(base64: hash.base64) == hash)
    for length in [0, 1, 31, 33, 64] {
      #expect(throws: TransparencyLogError.self) {
        try MerkleHash(bytes: [UInt8](repeating: 1, count: length))
      }
    }
    let zero = String(repeating: "A", count: 43) + "="
    #expect(try MerkleHash(base64: zero).bytes == [UInt8](repeating: 0, count: 32))
    let wrong = [
      "", "=", zero + "\n", " " + zero, String(zero.dropLast()), zero + "====",
      String(repeating: "A", count: 42) + "B=", String(repeating: "A", count: 42) + "==",
      String(repeating: "A", count: 44), zero.replacing("AAAA=", with: "A=AA="),
      zero.replacing("AA=", with: "_-="), zero.replacing("AA=", with: "é="),
    ]
    for text in wrong {
      #expect(throws: TransparencyLogError.self, "\(text)") { try MerkleHash(base64: text) }
    }
  }

  private func hex(_ bytes: [UInt8]) -> String {
    bytes.map { (($0 < 16 ? "0" : "") + String($0, radix: 16)) }.joined()
  }
}
