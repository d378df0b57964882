/// The valid name that somebody probably meant.
package enum NearestName {
  /// The candidate with the smallest edit distance, if it is small enough to be a slip.
  package static func of(_ name: String, among candidates: [String]) -> String? {
    guard name.utf8.count <= 64 else { return nil }
    let ranked = candidates.map { ($0, self.distance(name.lowercased(), $0.lowercased())) }
    guard let (best, distance) = ranked.min(by: { $0.1 < $1.1 }) else { return nil }
    return distance <= max(2, name.utf8.count / 3) ? best : nil
  }

  /// Levenshtein's distance over UTF-8 bytes.
  private static func distance(_ left: String, _ right: String) -> Int {
    let right = Array(right.utf8)
    var row = Array(0...right.count)
    for (line, byte) in left.utf8.enumerated() {
      var diagonal = row[0]
      row[0] = line + 1
      for column in right.indices {
        let replaced = diagonal + (right[column] == byte ? 0 : 1)
        diagonal = row[column + 1]
        row[column + 1] = min(replaced, min(diagonal, row[column]) + 1)
      }
    }
    return row[right.count]
  }
}
