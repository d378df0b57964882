import Glibc

/// How far a long command is, on standard error if that is a terminal.
struct ProgressBar {
  private let title: String
  private let isShown = isatty(STDERR_FILENO) == 1
  private static let width = 30

  init(title: String) {
    self.title = title
  }

  mutating func show(_ done: Int64, of total: Int64) {
    guard self.isShown else { return }
    self.write("\r\(Self.text(self.title, done, of: total))")
  }

  /// Clears the line.
  mutating func end() {
    guard self.isShown else { return }
    self.write("\r\u{1B}[K")
  }

  static func text(_ title: String, _ done: Int64, of total: Int64) -> String {
    let part = total > 0 ? min(1, Double(max(0, done)) / Double(total)) : 1
    let filled = Int(part * Double(Self.width))
    let bar =
      String(repeating: "#", count: filled) + String(repeating: ".", count: Self.width - filled)
    return "\(title) [\(bar)] \(Int(part * 100))%"
  }

  private func write(_ text: String) {
    let bytes = Array(text.utf8)
    bytes.withUnsafeBytes { _ = Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
  }
}
