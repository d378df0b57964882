/// The pattern of a `like` as bytes, which is how texts are stored.
///
/// In UTF-8 a code point's bytes are never found within others', so bytes match where code points
/// do.
struct CompiledPattern: Sendable {
  /// The pieces between wildcards. A pattern without wildcards has one.
  private let pieces: [[UInt8]]

  init(_ pattern: Pattern) {
    var pieces: [[UInt8]] = [[]]
    for element in pattern.elements {
      switch element {
      case .wildcard: pieces.append([])
      case .scalar(let scalar): pieces[pieces.count - 1] += Array(String(scalar).utf8)
      }
    }
    self.pieces = pieces
  }

  /// Whether the whole text matches.
  func matches(_ text: String) -> Bool {
    text.utf8.withContiguousStorageIfAvailable { matches(UnsafeRawBufferPointer($0)[...]) }
      ?? Array(text.utf8).withUnsafeBytes { matches($0[...]) }
  }

  private func matches(_ text: Slice<UnsafeRawBufferPointer>) -> Bool {
    guard let first = pieces.first, let last = pieces.last, starts(text, with: first) else {
      return false
    }
    guard pieces.count > 1 else { return text.count == first.count }
    var rest = text.dropFirst(first.count)
    guard rest.count >= last.count, starts(rest.suffix(last.count), with: last) else {
      return false
    }
    rest = rest.dropLast(last.count)
    // The first place of each piece leaves most for those after it.
    for piece in pieces.dropFirst().dropLast() {
      while !starts(rest, with: piece) {
        guard rest.count > piece.count else { return false }
        rest = rest.dropFirst()
      }
      rest = rest.dropFirst(piece.count)
    }
    return true
  }

  private func starts(_ text: Slice<UnsafeRawBufferPointer>, with piece: [UInt8]) -> Bool {
    guard text.count >= piece.count else { return false }
    return piece.withUnsafeBytes {
      sameBytes(UnsafeRawBufferPointer(rebasing: text.prefix($0.count)), $0)
    }
  }
}
