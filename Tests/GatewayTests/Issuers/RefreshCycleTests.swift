import Crypto
import Gateway
import JOSE
import Testing

@Suite struct RefreshCycleTests {
  private var random = SystemRandomNumberGenerator()

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
    var cycle = RefreshCycle(RefreshTiming(), at: 1000)
    #expect(cycle.begin(at: 1000))
    #expect(!cycle.begin(at: 1000))
    #expect(!cycle.begin(at: 1000 + 10 * Self.hour))
    #expect(cycle.standing(at: 1000) == .missing(retryAfter: 1))
  }

  @Test(arguments: [(nil, 300), (5, 60), (0, 60), (120, 120), (1 << 40, 900)] as [(Int64?, Int64)])
  mutating func fetchesAheadOfTheEndOfALifeWithinItsLimits(said: Int64?, life: Int64) {
    for _ in 0..<50 {
      var cycle = RefreshCycle(RefreshTiming(), at: 0)
      #expect(cycle.begin(at: 0))
      cycle.succeed(Self.keys("a"), maximumAge: said, at: 0, random: &self.random)
      #expect(!cycle.begin(at: life * 750 - 1))
      #expect(cycle.begin(at: life * 900))
    }
  }

  @Test mutating func doesNotFetchEverywhereInOneMoment() {
    var moments: Set<Int64> = []
    for _ in 0..<50 {
      var cycle = RefreshCycle(RefreshTiming(), at: 0)
      _ = cycle.begin(at: 0)
      cycle.succeed(Self.keys("a"), maximumAge: nil, at: 0, random: &self.random)
      moments.insert((0...300).first { cycle.begin(at: $0 * 1000) } ?? 0)
    }
    #expect(moments.count > 5)
  }

  @Test mutating func anEpochIsAnotherWhenTheKeysAre() {
    var cycle = RefreshCycle(RefreshTiming(), at: 0)
    _ = cycle.begin(at: 0)
    #expect(cycle.succeed(Self.keys("a"), maximumAge: nil, at: 0, random: &self.random))
    #expect(cycle.standing(at: 0) == .current(Self.keys("a"), epoch: 1))
    _ = cycle.begin(at: Self.hour)
    #expect(!cycle.succeed(Self.keys("a"), maximumAge: nil, at: Self.hour, random: &self.random))
    #expect(cycle.standing(at: Self.hour) == .current(Self.keys("a"), epoch: 1))
    _ = cycle.begin(at: 2 * Self.hour)
    #expect(cycle.succeed(Self.keys("b"), maximumAge: nil, at: 2 * Self.hour, random: &self.random))
    #expect(cycle.standing(at: 2 * Self.hour) == .current(Self.keys("b"), epoch: 2))
  }

  @Test mutating func goesOnWithWhatItHasUntilThatIsTooOld() {
    var timing = RefreshTiming()
    timing.maximumStale = 7200
    var cycle = RefreshCycle(timing, at: 0)
    _ = cycle.begin(at: 0)
    cycle.succeed(Self.keys("a"), maximumAge: nil, at: 0, random: &self.random)
    for minute in 5..<130 where cycle.begin(at: Int64(minute) * 60_000) {
      cycle.fail("away", at: Int64(minute) * 60_000, random: &self.random)
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
    cycle.succeed(Self.keys("a"), maximumAge: nil, at: later, random: &self.random)
    #expect(cycle.standing(at: later) == .current(Self.keys("a"), epoch: 1))
    #expect(cycle.problem == nil)
  }

  @Test mutating func failuresAreFurtherAndFurtherApartUpToAMinute() {
    var cycle = RefreshCycle(RefreshTiming(), at: 0)
    var now: Int64 = 0
    var attempts = 0
    while now < Self.hour {
      if cycle.begin(at: now) {
        attempts += 1
        cycle.fail("away", at: now, random: &self.random)
      }
      now += 100
    }
    #expect((60...140).contains(attempts))
    #expect(!cycle.begin(at: now - 100))
    #expect(cycle.begin(at: now + 60_000))
  }

  @Test mutating func anUnknownKeyFetchesEarlyButOnlyOnceInACoolDown() {
    var cycle = RefreshCycle(RefreshTiming(), at: 0)
    _ = cycle.begin(at: 0)
    cycle.succeed(Self.keys("a"), maximumAge: nil, at: 0, random: &self.random)
    cycle.unknownKey(at: 10_000)
    #expect(!cycle.begin(at: 29_999))
    #expect(cycle.begin(at: 30_000))
    cycle.unknownKey(at: 30_001)
    #expect(!cycle.begin(at: 90_000))
    cycle.succeed(Self.keys("a", "b"), maximumAge: nil, at: 31_000, random: &self.random)
    var fetches = 0
    for second in 31..<331 {
      cycle.unknownKey(at: Int64(second) * 1000)
      guard cycle.begin(at: Int64(second) * 1000) else { continue }
      fetches += 1
      cycle.succeed(
        Self.keys("a", "b"), maximumAge: nil, at: Int64(second) * 1000, random: &self.random)
    }
    #expect(fetches == 10)
  }

  @Test mutating func anEmptySetWithdrawsTheKeys() {
    var cycle = RefreshCycle(RefreshTiming(), at: 0)
    _ = cycle.begin(at: 0)
    cycle.succeed(Self.keys("a"), maximumAge: nil, at: 0, random: &self.random)
    _ = cycle.begin(at: Self.hour)
    #expect(cycle.succeed(.keys([]), maximumAge: nil, at: Self.hour, random: &self.random))
    #expect(cycle.standing(at: Self.hour) == .current(.keys([]), epoch: 2))
  }

  @Test mutating func survivesTheEndsOfTime() {
    var cycle = RefreshCycle(RefreshTiming(), at: .max)
    #expect(cycle.begin(at: .max))
    cycle.succeed(Self.keys("a"), maximumAge: .max, at: .max, random: &self.random)
    cycle.unknownKey(at: .max)
    cycle.fail("x", at: .max, random: &self.random)
    #expect(cycle.standing(at: .max) == .current(Self.keys("a"), epoch: 1))
    #expect(cycle.standing(at: .min) == .current(Self.keys("a"), epoch: 1))
  }
}
