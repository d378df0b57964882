import CedarPolicy
import Foundation
import Testing

/// What every reader of the library does with texts that mean harm: it ends in a value or in an
/// error, on a small stack.
@Suite("Hostile inputs", .serialized)
struct HostileReaderTests {
  @Test("the samples are read", arguments: HostileReader.all)
  func samples(reader: HostileReader) {
    for sample in reader.samples { #expect(reader.refusal(of: sample) == nil) }
  }

  @Test("every beginning of a text ends in a value or an error", arguments: HostileReader.all)
  func beginnings(reader: HostileReader) {
    for sample in reader.samples {
      let scalars = Array(sample.unicodeScalars)
      let beginnings = scalars.indices.map { text(scalars[..<$0]) }
      let refusals = reader.refusals(of: beginnings)
      #expect(refusals.count > 0)
      #expect(refusals.longest.utf8.count < 1000)
    }
  }

  @Test(
    "a text with one character changed ends in a value or an error", arguments: HostileReader.all)
  func changes(reader: HostileReader) {
    let strangers = Array("\"\\({[]}):;,.@?0-9eé\u{0}\u{FEFF}😀".unicodeScalars)
    for sample in reader.samples {
      let scalars = Array(sample.unicodeScalars)
      let changed = scalars.indices.flatMap { index in
        strangers.map { text(scalars[..<index] + [$0] + scalars[(index + 1)...]) }
          + [text(scalars[..<index] + scalars[(index + 1)...])]
      }
      #expect(reader.refusals(of: changed).count > 0)
    }
  }

  @Test("a text with tokens changed ends in a value or an error", arguments: HostileReader.all)
  func tokens(reader: HostileReader) {
    var random = SplitMix64(seed: 17)
    let texts = (0..<2000).map { _ in random.changed(random.pick(reader.samples)) }
    #expect(reader.refusals(of: texts).count > 0)
  }

  @Test("deep nesting is refused", arguments: HostileReader.all)
  func nesting(reader: HostileReader) {
    for shape in reader.shapes {
      for levels in [1000, 20_000, 400_000] {
        let refusal = reader.refusal(of: shape.text(levels: levels))
        #expect(refusal != nil, "\(shape.open) \(levels) times")
        #expect((refusal ?? "").utf8.count < 1000)
      }
    }
  }

  @Test("what stands twice is refused", arguments: HostileReader.all)
  func duplicates(reader: HostileReader) {
    for text in reader.duplicates { #expect(reader.refusal(of: text) != nil, "\(text)") }
  }

  @Test("a text of 10 MB ends within bounded memory", arguments: HostileReader.all)
  func large(reader: HostileReader) throws {
    let before = try PeakMemory.reset()
    for piece in reader.pieces {
      let count = 10_000_000 / piece.utf8.count
      for text in [
        String(repeating: piece, count: count),
        String((reader.samples.first ?? "").dropLast()) + String(repeating: piece, count: count),
      ] {
        let refusal = reader.refusal(of: text)
        #expect((refusal ?? "").utf8.count < 1000)
      }
    }
    // Generous, because tests of other suites run at the same time.
    #expect(try PeakMemory.current() - before < 1500 * 1024)
  }

  @Test("a schema whose types double again and again is refused")
  func doublingTypes() {
    #expect(HostileReader.schema.refusal(of: HostileReader.doublingSchema(levels: 10)) == nil)
    #expect(HostileReader.schema.refusal(of: HostileReader.doublingSchema(levels: 60)) != nil)
    #expect(HostileReader.schema.refusal(of: HostileReader.doublingSchema(levels: 5000)) != nil)
  }

  private func text(_ scalars: some Sequence<Unicode.Scalar>) -> String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars)
    return String(view)
  }
}

/// The most memory that the process has had, in KiB.
private enum PeakMemory {
  /// Begins anew, where the system can, and returns the memory in use.
  static func reset() throws -> Int {
    try? Data("5".utf8).write(to: URL(filePath: "/proc/self/clear_refs"))
    return try value("VmRSS:")
  }

  static func current() throws -> Int {
    try value("VmHWM:")
  }

  private static func value(_ name: String) throws -> Int {
    let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    let line = try #require(status.split(separator: "\n").first { $0.hasPrefix(name) })
    return try #require(Int(line.filter(\.isNumber)))
  }
}
