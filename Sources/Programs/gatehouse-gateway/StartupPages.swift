import FoundationEssentials
import Glibc
import ServiceLifecycle

/// Gives back the pages of code that only starting needed: reading the configuration, and the
/// language's runtime, which looks at every type once. What is needed again comes back from the file,
/// one cheap fault a page.
struct StartupPages: Service {
  /// By then the world is known, and listeners are open.
  private static let settled = Duration.seconds(3)

  func run() async throws {
    try? await cancelWhenGracefulShutdown { try await Task.sleep(for: Self.settled) }
    Self.release()
    try? await gracefulShutdown()
  }

  private static func release() {
    guard let maps = FileManager.default.contents(atPath: "/proc/self/maps") else { return }
    for line in String(decoding: maps, as: UTF8.self).split(separator: "\n") {
      guard let code = Self.code(line),
        let start = UnsafeMutableRawPointer(bitPattern: code.lowerBound)
      else { continue }
      // It cannot be lost: nobody can write to it, so it is as it is in its file.
      _ = madvise(start, code.count, MADV_DONTNEED)
    }
  }

  /// The addresses of a mapping of a file that can be executed and not written; `nil` for all others.
  /// Data that can only be read is none: it may have been changed while it was loaded.
  private static func code(_ line: Substring) -> Range<UInt>? {
    let parts = line.split(separator: " ", omittingEmptySubsequences: true)
    guard parts.count == 6, parts[1] == "r-xp", parts[5].hasPrefix("/") else { return nil }
    let ends = parts[0].split(separator: "-").map { UInt($0, radix: 16) }
    guard ends.count == 2, let start = ends[0], let end = ends[1], start < end else { return nil }
    return start..<end
  }
}
