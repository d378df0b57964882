import OAuth
import Testing

@Suite("DPoP replay set")
struct DPoPReplayTests {
  private let maker = ProofMaker()
  private let now = ProofMaker.now

  @Test("a proof is fresh once, whatever else of it changes")
  func once() throws {
    var set = DPoPReplaySet(capacity: 10, forgottenUntil: nil)
    #expect(set.admit(try self.maker.verified("a"), at: self.now) == .fresh)
    #expect(set.admit(try self.maker.verified("a"), at: self.now) == .replayed)
    #expect(
      set.admit(try self.maker.verified("a", issuedAt: self.now + 7), at: self.now) == .replayed)
    #expect(set.admit(try self.maker.verified("b"), at: self.now) == .fresh)
    #expect(set.admit(try ProofMaker().verified("a"), at: self.now) == .fresh, "of another key")
    #expect(set.count == 3)
  }

  @Test("it remembers a proof until the last second in which it is accepted, and then forgets it")
  func forgetting() throws {
    var set = DPoPReplaySet(capacity: 10, forgottenUntil: nil)
    let proof = try self.maker.verified("a")
    #expect(set.admit(proof, at: self.now) == .fresh)
    #expect(set.admit(proof, at: proof.acceptedUntil) == .replayed)
    #expect(set.count == 1)
    _ = set.admit(try self.maker.verified("b", issuedAt: self.now + 200), at: self.now + 200)
    #expect(set.count == 1)
  }

  @Test("a clock that is set back does not bring back what was forgotten")
  func setBack() throws {
    var set = DPoPReplaySet(capacity: 10, forgottenUntil: nil)
    let proof = try self.maker.verified("a")
    #expect(set.admit(proof, at: self.now) == .fresh)
    _ = set.admit(try self.maker.verified("b", issuedAt: self.now + 200), at: self.now + 200)
    #expect(set.admit(proof, at: self.now) == .replayed)
    #expect(set.admit(try self.maker.verified("c"), at: self.now) == .replayed)
  }

  @Test("when it is full it refuses and forgets nothing, and time makes room")
  func full() throws {
    var set = DPoPReplaySet(capacity: 2, forgottenUntil: nil)
    #expect(set.admit(try self.maker.verified("a"), at: self.now) == .fresh)
    #expect(set.admit(try self.maker.verified("b"), at: self.now) == .fresh)
    #expect(set.admit(try self.maker.verified("c"), at: self.now) == .full)
    #expect(set.admit(try self.maker.verified("a"), at: self.now) == .replayed)
    let later = self.now + 100
    #expect(set.admit(try self.maker.verified("c", issuedAt: later), at: later) == .fresh)
    #expect(DPoPReplaySet.Outcome.full.refusal?.code == .tooManyProofs)
    #expect(DPoPReplaySet.Outcome.replayed.refusal?.code == .replayed)
    #expect(DPoPReplaySet.Outcome.fresh.refusal == nil)
  }

  @Test("one key fills its share and no more, and its time makes room for it")
  func shares() throws {
    var set = DPoPReplaySet(capacity: 200, forgottenUntil: nil)
    for number in 0..<64 {
      #expect(set.admit(try self.maker.verified("\(number)"), at: self.now) == .fresh)
    }
    #expect(set.admit(try self.maker.verified("64"), at: self.now) == .full)
    #expect(set.admit(try self.maker.verified("0"), at: self.now) == .replayed)
    #expect(set.admit(try ProofMaker().verified("64"), at: self.now) == .fresh, "of another key")
    let later = self.now + 100
    #expect(set.admit(try self.maker.verified("64", issuedAt: later), at: later) == .fresh)
  }

  @Test("what a predecessor may have seen is refused")
  func predecessor() throws {
    var set = DPoPReplaySet(capacity: 10, forgottenUntil: self.now + 60)
    #expect(set.admit(try self.maker.verified("a"), at: self.now) == .replayed)
    #expect(set.admit(try self.maker.verified("b", issuedAt: self.now + 1), at: self.now) == .fresh)
  }

  @Test("of many threads with one proof, exactly one has it fresh")
  func threads() async throws {
    let memory = DPoPReplayMemory(capacity: 100_000, forgottenUntil: nil)
    let now = self.now
    for name in 0..<20 {
      let proof = try self.maker.verified("\(name)")
      let fresh = await withTaskGroup(of: Bool.self) { group in
        for _ in 0..<16 { group.addTask { memory.admit(proof, at: now) == .fresh } }
        return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
      }
      #expect(fresh == 1)
    }
    #expect(memory.count == 20)
  }
}
