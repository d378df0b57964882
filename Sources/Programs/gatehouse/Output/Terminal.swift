import Glibc

/// Where a command writes.
enum Terminal {
  /// A result, to standard output. Flushed, because `dev` and `--watch` go on for hours while
  /// somebody reads their pipe.
  static func write(_ text: String) {
    print(text)
    fflush(nil)
  }

  /// An error or a warning as one line on standard error.
  static func complain(_ text: String) {
    var rest = Array("gatehouse: \(self.plain(text))\n".utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }

  /// The text on one line and without control characters, which could rewrite a terminal.
  static func plain(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x0A: result += "; "
      case 0x00..<0x20, 0x7F..<0xA0, 0x2028, 0x2029, 0x202A...0x202E, 0x2066...0x2069:
        result += "?"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
