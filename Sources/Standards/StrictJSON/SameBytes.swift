extension String {
  /// Whether both are exactly the same bytes of UTF-8. Equality of strings also holds between different
  /// encodings of one text, and has to look for them.
  package func hasSameBytes(as other: String) -> Bool {
    guard self.utf8.count == other.utf8.count else { return false }
    return self.utf8.withContiguousStorageIfAvailable { own in
      other.utf8.withContiguousStorageIfAvailable { other in
        UnsafeRawBufferPointer(own).hasSameBytes(as: UnsafeRawBufferPointer(other))
      }
    }.flatMap { $0 } ?? self.utf8.elementsEqual(other.utf8)
  }
}

extension String.UTF8View {
  /// Whether these are exactly the bytes.
  func hasSameBytes(as bytes: ArraySlice<UInt8>) -> Bool {
    guard self.count == bytes.count else { return false }
    return bytes.withUnsafeBytes { bytes in
      self.withContiguousStorageIfAvailable { own in
        UnsafeRawBufferPointer(own).hasSameBytes(as: bytes)
      } ?? self.elementsEqual(bytes)
    }
  }
}

extension UnsafeRawBufferPointer {
  /// Whether both are exactly the same bytes. Eight are compared at a time, until some differ.
  package func hasSameBytes(as other: UnsafeRawBufferPointer) -> Bool {
    guard self.count == other.count else { return false }
    if self.baseAddress == other.baseAddress { return true }
    var position = 0
    while position &+ 8 <= self.count {
      guard
        self.loadUnaligned(fromByteOffset: position, as: UInt64.self)
          == other.loadUnaligned(fromByteOffset: position, as: UInt64.self)
      else { return false }
      position &+= 8
    }
    while position < self.count {
      guard self[position] == other[position] else { return false }
      position &+= 1
    }
    return true
  }
}
