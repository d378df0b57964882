import ArgumentParser
import Credentials

/// From when on recorded events count.
struct SinceOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Only what happened since: a time such as 2026-01-31T12:00:00Z, or how long ago, such as "
        + "90m, 24h or 7d.", valueName: "time"))
  var since: String?

  func validate() throws {
    guard let since, Self.instant(since, now: Instant(seconds: 0)) == nil else { return }
    throw ValidationError(
      "expected a time in UTC such as 2026-01-31T12:00:00Z, or how long ago, such as 90m, 24h "
        + "or 7d")
  }

  /// The moment as RFC 3339 writes it.
  func moment(now: Instant) -> String? {
    self.since.flatMap { Self.instant($0, now: now)?.description }
  }

  private static func instant(_ text: String, now: Instant) -> Instant? {
    if let instant = Instant(rfc3339: text) { return instant }
    let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
    guard let unit = text.last.flatMap({ units[$0] }), let number = Int64(text.dropLast()),
      number >= 0, number <= 1_000_000
    else { return nil }
    return Instant(seconds: now.seconds - number * unit)
  }
}
