/// A Swift source without its comments and the contents of its string literals: what is left is code.
struct SwiftText {
  /// Lines keep their numbers.
  let lines: [String]

  init(_ source: String) {
    var scanner = Scanner(source: Array(source.utf8))
    scanner.run()
    self.lines = scanner.code.split(separator: 0x0A, omittingEmptySubsequences: false).map {
      String(decoding: $0, as: UTF8.self)
    }
  }

  /// The modules that the source imports.
  var imports: [String] {
    let pattern =
      /^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:public|package|internal|fileprivate|private)\s+)?import\s+(?:(?:struct|class|enum|protocol|typealias|func|let|var)\s+)?(\w+)/
    return self.lines.filter { $0.utf8.count > 7 && $0.contains("import") }.flatMap { line in
      // Several statements may share a line.
      line.split(separator: ";").compactMap { $0.firstMatch(of: pattern).map { String($0.1) } }
    }
  }

  private struct Scanner {
    let source: [UInt8]
    var position = 0
    var code: [UInt8] = []

    init(source: [UInt8]) { self.source = source }

    mutating func run() {
      while self.position < self.source.count {
        switch self.source[self.position] {
        case UInt8(ascii: "/") where self.at("//"):
          while self.position < self.source.count, self.source[self.position] != 0x0A {
            self.position += 1
          }
        case UInt8(ascii: "/") where self.at("/*"): self.skipBlockComment()
        case UInt8(ascii: "#"), UInt8(ascii: "\""):
          if let hashes = self.literal() { self.skipString(hashes: hashes) } else { self.keep() }
        default: self.keep()
        }
      }
    }

    private mutating func keep() {
      self.code.append(self.source[self.position])
      self.position += 1
    }

    private func at(_ text: String, from offset: Int = 0) -> Bool {
      var index = self.position + offset
      for byte in text.utf8 {
        guard index < self.source.count, self.source[index] == byte else { return false }
        index += 1
      }
      return true
    }

    /// How many `#` stand before a string literal that begins here; `nil` if none does.
    private func literal() -> Int? {
      var hashes = 0
      while self.at("#", from: hashes) { hashes += 1 }
      return self.at("\"", from: hashes) ? hashes : nil
    }

    private mutating func skipBlockComment() {
      var depth = 0
      repeat {
        if self.at("/*") {
          depth += 1
          self.position += 2
        } else if self.at("*/") {
          depth -= 1
          self.position += 2
        } else {
          self.keepLine()
        }
      } while depth > 0 && self.position < self.source.count
    }

    private mutating func skipString(hashes: Int) {
      let fence = String(repeating: "#", count: hashes)
      self.position += hashes
      let quotes = self.at("\"\"\"") ? "\"\"\"" : "\""
      self.position += quotes.utf8.count
      while self.position < self.source.count {
        if self.at(quotes + fence) {
          self.position += quotes.utf8.count + hashes
          break
        }
        if self.at("\\" + fence + "(") {
          self.position += 1 + hashes
          self.interpolation()
        } else if self.at("\\" + fence) {
          self.position += 2 + hashes
        } else {
          self.keepLine()
        }
      }
      self.code += Array("\"\"".utf8)
    }

    /// What stands in an interpolation is code.
    private mutating func interpolation() {
      var depth = 0
      repeat {
        if let hashes = self.literal() {
          self.skipString(hashes: hashes)
          continue
        }
        if self.at("(") { depth += 1 }
        if self.at(")") { depth -= 1 }
        self.keep()
      } while depth > 0 && self.position < self.source.count
    }

    private mutating func keepLine() {
      if self.source[self.position] == 0x0A { self.code.append(0x0A) }
      self.position += 1
    }
  }
}
