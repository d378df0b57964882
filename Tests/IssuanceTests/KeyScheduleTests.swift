import Issuance
import Testing

/// A key set that is kept by a schedule: what the control plane does, without records and clocks.
private struct KeySet {
  let schedule: KeySchedule
  var now: Int64 = 1_800_000_000
  var keys: [ScheduledKey] = []
  /// When each key was first published.
  var published: [String: Int64] = [:]
  /// When each key signed last.
  var lastSigned: [String: Int64] = [:]
  private var made = 0

  init(lifetimes: Lifetimes = Lifetimes(), longestCredential: Int64 = 3600) {
    self.schedule = KeySchedule(lifetimes: lifetimes, longestCredential: longestCredential)
  }

  var live: [ScheduledKey] { self.keys.filter { $0.phase != .revoked } }
  var active: [ScheduledKey] { self.keys.filter { $0.phase == .active } }

  /// Carries out what is due until nothing is.
  /// - Returns: the steps that were taken, at most ten.
  @discardableResult
  mutating func keep() -> [KeyScheduleAction] {
    var taken: [KeyScheduleAction] = []
    while taken.count < 10 {
      let actions = self.schedule.actions(for: self.keys, now: self.now)
      if actions.isEmpty { break }
      for action in actions { self.carryOut(action) }
      taken += actions
    }
    if let active = self.active.first { self.lastSigned[active.keyID] = self.now }
    return taken
  }

  mutating func carryOut(_ action: KeyScheduleAction) {
    switch action {
    case .create(let phase):
      self.made += 1
      self.keys.append(ScheduledKey(keyID: "k\(self.made)", phase: phase, since: self.now))
      self.published["k\(self.made)"] = self.now
    case .activate(let keyID): self.move(keyID, to: .active)
    case .retire(let keyID): self.move(keyID, to: .retired)
    case .remove(let keyID): self.keys.removeAll { $0.keyID == keyID }
    }
  }

  mutating func move(_ keyID: String, to phase: ScheduledKey.Phase) {
    guard let index = self.keys.firstIndex(where: { $0.keyID == keyID }) else { return }
    self.keys[index].phase = phase
    self.keys[index].since = self.now
  }
}

@Suite struct KeyScheduleTests {
  @Test("the first start makes one key that signs at once, and rests")
  func firstStart() {
    var set = KeySet()
    #expect(set.keep() == [.create(phase: .active)])
    #expect(set.keep() == [])
    #expect(set.keys.map(\.phase) == [.active])
  }

  @Test(
    "over months one key signs, three are live at most, and each is published before it signs",
    arguments: [10 as Int64, 60, 600, 3599, 7200, 50_000])
  func months(step: Int64) {
    var set = KeySet()
    set.keep()
    let start = set.now
    var signers: Set<String> = []
    while set.now < start + 120 * 86_400 {
      set.now += step
      let taken = set.keep()
      #expect(taken.count < 10, "comes to rest")
      #expect(set.active.count == 1)
      #expect(set.live.count <= 3)
      for case .activate(let keyID) in taken {
        #expect(
          set.now - (set.published[keyID] ?? .max) >= set.schedule.lifetimes.publishedBeforeUse)
      }
      for case .remove(let keyID) in taken {
        #expect(set.now >= (set.lastSigned[keyID] ?? .max) + set.schedule.longestCredential)
      }
      signers.formUnion(set.active.map(\.keyID))
    }
    #expect(signers.count >= 12, "keys take turns")
  }

  @Test("a key is retired after its time and removed when nothing that it signed can be valid")
  func turn() {
    var set = KeySet()
    set.keep()
    let lifetimes = set.schedule.lifetimes
    let start = set.now
    set.now = start + lifetimes.signingKey - lifetimes.publishedBeforeUse - 1
    #expect(set.keep() == [])
    set.now += 1
    #expect(set.keep() == [.create(phase: .published)])
    set.now = start + lifetimes.signingKey - 1
    #expect(set.keep() == [])
    set.now += 1
    #expect(set.keep() == [.retire(keyID: "k1"), .activate(keyID: "k2")])
    set.now += 3599
    #expect(set.keep() == [])
    set.now += 1
    #expect(set.keep() == [.remove(keyID: "k1")])
  }

  @Test("a server that was away for long publishes first all the same")
  func longAbsence() {
    var set = KeySet()
    set.keep()
    set.now += 365 * 86_400
    #expect(set.keep() == [.create(phase: .published)])
    #expect(set.active.map(\.keyID) == ["k1"])
    set.now += set.schedule.lifetimes.publishedBeforeUse
    #expect(set.keep() == [.retire(keyID: "k1"), .activate(keyID: "k2")])
  }

  @Test("when the active key is revoked, the one that verifiers know takes its place at once")
  func revokedWithSuccessor() {
    var set = KeySet()
    set.keep()
    set.now += set.schedule.lifetimes.signingKey - 1
    set.keep()
    set.move("k1", to: .revoked)
    #expect(set.keep() == [.activate(keyID: "k2")])
    #expect(set.live.map(\.keyID) == ["k2"])
  }

  @Test("when the only key is revoked, a new one signs at once, and the old one never again")
  func revokedAlone() {
    var set = KeySet()
    set.keep()
    set.move("k1", to: .revoked)
    #expect(set.keep() == [.create(phase: .active)])
    for _ in 0..<200 {
      set.now += 86_400
      set.keep()
      #expect(set.keys.first { $0.keyID == "k1" }?.phase == .revoked)
      #expect(set.live.count <= 3)
    }
  }

  @Test("keys that follow each other faster than their credentials expire are three all the same")
  func shortTurns() {
    var lifetimes = Lifetimes()
    lifetimes.signingKey = 600
    lifetimes.publishedBeforeUse = 60
    var set = KeySet(lifetimes: lifetimes)
    for _ in 0..<5000 {
      set.keep()
      #expect(set.live.count <= 3 && set.active.count == 1)
      set.now += 30
    }
  }

  @Test("times at the ends of 64 bits are no trap", arguments: [Int64.min, -1, 0, .max])
  func extremes(time: Int64) {
    let schedule = KeySchedule(lifetimes: Lifetimes(), longestCredential: .max)
    for phase in ScheduledKey.Phase.allCases {
      for now in [Int64.min, 0, .max] {
        let keys = [
          ScheduledKey(keyID: "a", phase: phase, since: time),
          ScheduledKey(keyID: "b", phase: .active, since: time),
        ]
        _ = schedule.actions(for: keys, now: now)
      }
    }
  }
}

@Suite struct LifetimesTests {
  @Test("a leaf never outlives its issuer")
  func leaf() {
    let lifetimes = Lifetimes()
    #expect(lifetimes.leafExpiry(now: 1000, issuerExpiry: 100_000) == 4600)
    #expect(lifetimes.leafExpiry(now: 1000, issuerExpiry: 2000) == 2000)
  }

  @Test("an intermediate is due when half of its life is over")
  func intermediate() {
    let lifetimes = Lifetimes()
    #expect(!lifetimes.intermediateIsDue(notBefore: 100, notAfter: 300, now: 199))
    #expect(lifetimes.intermediateIsDue(notBefore: 100, notAfter: 300, now: 200))
  }

  @Test("the defaults are those that are promised")
  func defaults() {
    let lifetimes = Lifetimes()
    #expect(lifetimes.x509SVID == 3600)
    #expect(lifetimes.jwtSVID == 300)
  }
}
