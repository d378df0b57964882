/// Rows under a heading, in columns as wide as their widest cell.
struct TextTable {
  private let heading: [String]
  private var rows: [[String]] = []

  init(_ heading: [String]) {
    self.heading = heading
  }

  mutating func add(_ cells: [String]) {
    self.rows.append(cells.map { Terminal.plain($0.isEmpty ? "-" : $0) })
  }

  var text: String {
    let lines = [self.heading] + self.rows
    let widths = self.heading.indices.map { column in
      lines.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
    }
    return lines.map { Self.line($0, widths) }.joined(separator: "\n")
  }

  private static func line(_ cells: [String], _ widths: [Int]) -> String {
    var line = ""
    for (cell, width) in zip(cells, widths) {
      line += cell + String(repeating: " ", count: max(0, width - cell.count) + 3)
    }
    while line.hasSuffix(" ") { line.removeLast() }
    return line
  }
}
