import Crypto
import Gateway
import JOSE
import Testing

/// A cycle behind a reference: expectations cannot change a value.
private final class HeldCycle {
  private var cycle: RefreshCycle
  private var random = SystemRandomNumberGenerator()

  init(_ timing: RefreshTiming, at now: Int64) { self.cycle = RefreshCycle(timing, at: now) }

  var problem: String? { self.cycle.problem }

  func begin(at now: Int64) -> Bool { self.cycle.begin(at: now) }

  @discardableResult
  func succeed(_ content: TrustMaterial, maximumAge: Int64?, at now: Int64) -> Bool {
    self.cycle.succeed(content, maximumAge: maximumAge, at: now, random: &self.random)
  }

  func fail(_ problem: String, at now: Int64) {
    self.cycle.fail(problem, at: now, random: &self.random)
  }

  func unknownKey(at now: Int64) { self.cycle.unknownKey(at: now) }

  func standing(at now: Int64) -> RefreshCycle.Standing { self.cycle.standing(at: now) }
}

@Suite struct RefreshCycleTests {
  static func keys(_ names: String...) -> TrustMaterial {
    .keys(
      names.map { name in
        let key = try? P256.Signing.PrivateKey(
          rawRepresentation: Array(SHA256.hash(data: Array(name.utf8))))
        return key.map { JSONWebKey.from($0.publicKey, keyID: name) }
      }.compactMap(\.self))
  }

  /// Milliseconds.
  private static let hour: Int64 = 3_600_000

  @Test func fetchesAtOnceAndOnlyOneAtATime() {
    let cycle = HeldCycle(RefreshTiming(), at: 1000)
    #expect(cycle.begin(at: 1000))
    #expect(!cycle.begin(at: 1000))
    #expect(!cycle.begin(at: 1000 + 10 * Self.hour))
    #expect(cycle.standing(at: 1000) == .missing(retryAfter: 1))
  }

  @Test(arguments: [(nil, 300), (5, 60), (0, 60), (120, 120), (1 << 40, 900)] as [(Int64?, Int64)])
  func fetchesAheadOfTheEndOfALifeWithinItsLimits(said: Int64?, life: Int64) {
    for _ in 0..<50 {
      let cycle = HeldCycle(RefreshTiming(), at: 0)
      #expect(cycle.begin(at: 0))
      cycle.succeed(Self.keys("a"), maximumAge: said, at: 0)
      #expect(!cycle.begin(at: life * 750 - 1))
      #expect(cycle.begin(at: life * 900))
    }
  }

  @Test func doesNotFetchEverywhereInOneMoment() {
    var moments: Set<Int64> = []
    for _ in 0..<50 {
      let cycle = HeldCycle(RefreshTiming(), at: 0)
      _ = cycle.begin(at: 0)
      cycle.succeed(Self.keys("a"), maximumAge: nil, at: 0)
      moments.insert((0...300).first { cycle.begin(at: $0 * 1000) } ?? 0)
    }
    #expect(moments.count > 5)
  }

  @Test func anEpochIsAnotherWhenTheKeysAre() {
    let cycle = HeldCycle(RefreshTiming(), at: 0)
    _ = cycle.begin(at: 0)
    #expect(cycle.succeed(Self.keys("a"), maximumAge: nil, at: 0))
    #expect(cycle.standing(at: 0) == .current(Self.keys("a"), epoch: 1))
    _ = cycle.begin(at: Self.hour)
    #expect(!cycle.succeed(Self.keys("a"), maximumAge: nil, at: Self.hour))
    #expect(cycle.standing(at: Self.hour) == .current(Self.keys("a"), epoch: 1))
    _ = cycle.begin(at: 2 * Self.hour)
    #expect(cycle.succeed(Self.keys("b"), maximumAge: nil, at: 2 * Self.hour))
    #expect(cycle.standing(at: 2 * Self.hour) == .current(Self.keys("b"), epoch: 2))
  }

  @Test func goesOnWithWhatItHasUntilThatIsTooOld() {
    var timing = RefreshTiming()
    timing.maximumStale = 7200
    let cycle = HeldCycle(timing, at: 0)
    _ = cycle.begin(at: 0)
    cycle.succeed(Self.keys("a"), maximumAge: nil, at: 0)
    for minute in 5..<130 where cycle.begin(at: Int64(minute) * 60_000) {
      cycle.fail("away", at: Int64(minute) * 60_000)
    }
    #expect(cycle.problem == "away")
    #expect(cycle.standing(at: 2 * Self.hour) == .current(Self.keys("a"), epoch: 1))
    guard case .missing(let wait) = cycle.standing(at: 2 * Self.hour + 1) else {
      Issue.record("keys were used beyond the limit")
      return
    }
    #expect((1...60).contains(wait))
    // And back again.
    let later = 3 * Self.hour
    #expect(cycle.begin(at: later))
    cycle.succeed(Self.keys("a"), maximumAge: nil, at: later)
    #expect(cycle.standing(at: later) == .current(Self.keys("a"), epoch: 1))
    #expect(cycle.problem == nil)
  }

  @Test func failuresAreFurtherAndFurtherApartUpToAMinute() {
    let cycle = HeldCycle(RefreshTiming(), at: 0)
    var now: Int64 = 0
    var attempts = 0
    while now < Self.hour {
      if cycle.begin(at: now) {
        attempts += 1
        cycle.fail("away", at: now)
      }
      now += 100
    }
    #expect((60...140).contains(attempts))
    #expect(!cycle.begin(at: now - 100))
    #expect(cycle.begin(at: now + 60_000))
  }

  @Test func anUnknownKeyFetchesEarlyButOnlyOnceInACoolDown() {
    let cycle = HeldCycle(RefreshTiming(), at: 0)
    _ = cycle.begin(at: 0)
    cycle.succeed(Self.keys("a"), maximumAge: nil, at: 0)
    cycle.unknownKey(at: 10_000)
    #expect(!cycle.begin(at: 29_999))
    #expect(cycle.begin(at: 30_000))
    cycle.unknownKey(at: 30_001)
    #expect(!cycle.begin(at: 90_000))
    cycle.succeed(Self.keys("a", "b"), maximumAge: nil, at: 31_000)
    var fetches = 0
    for second in 31..<331 {
      cycle.unknownKey(at: Int64(second) * 1000)
      guard cycle.begin(at: Int64(second) * 1000) else { continue }
      fetches += 1
      cycle.succeed(
        Self.keys("a", "b"), maximumAge: nil, at: Int64(second) * 1000)
    }
    #expect(fetches == 10)
  }

  @Test func anEmptySetWithdrawsTheKeys() {
    let cycle = HeldCycle(RefreshTiming(), at: 0)
    _ = cycle.begin(at: 0)
    cycle.succeed(Self.keys("a"), maximumAge: nil, at: 0)
    _ = cycle.begin(at: Self.hour)
    #expect(cycle.succeed(.keys([]), maximumAge: nil, at: Self.hour))
    #expect(cycle.standing(at: Self.hour) == .current(.keys([]), epoch: 2))
  }

  @Test func survivesTheEndsOfTime() {
    let cycle = HeldCycle(RefreshTiming(), at: .max)
    #expect(cycle.begin(at: .max))
    cycle.succeed(Self.keys("a"), maximumAge: .max, at: .max)
    cycle.unknownKey(at: .max)
    cycle.fail("x", at: .max)
    #expect(cycle.standing(at: .max) == .current(Self.keys("a"), epoch: 1))
    #expect(cycle.standing(at: .min) == .current(Self.keys("a"), epoch: 1))
  }
}
