import Glibc
import KeyCustody
import SecretFiles
import Testing

@Suite struct KeyEncryptionKeyTests {
  private let key: KeyEncryptionKey
  private let secret = Array("a private key of 32 bytes exactly".utf8)

  init() throws {
    self.key = try #require(KeyEncryptionKey(bytes: [UInt8](repeating: 7, count: 32)))
  }

  @Test("what is sealed opens with the same key and context, and differs every time")
  func roundTrip() throws {
    let sealed = try self.key.seal(self.secret, context: "signing-key/a")
    #expect(sealed.count == 12 + self.secret.count + 16)
    #expect(try self.key.open(sealed, context: "signing-key/a") == self.secret)
    #expect(try self.key.seal(self.secret, context: "signing-key/a") != sealed)
    #expect(try self.key.open(self.key.seal([], context: ""), context: "") == [])
    #expect(!sealed.contains(subsequence: self.secret))
  }

  @Test("it does not open in the place of another, or with another key")
  func elsewhere() throws {
    let sealed = try self.key.seal(self.secret, context: "signing-key/a")
    for context in ["signing-key/b", "", "signing-key/a ", "x509-root/a"] {
      #expect(throws: KeyCustodyError.self) { _ = try self.key.open(sealed, context: context) }
    }
    let other = try #require(KeyEncryptionKey(bytes: [UInt8](repeating: 8, count: 32)))
    #expect(throws: KeyCustodyError.self) { _ = try other.open(sealed, context: "signing-key/a") }
  }

  @Test("changed or truncated bytes do not open, and are never a trap")
  func tampered() throws {
    let sealed = try self.key.seal(self.secret, context: "c")
    for index in sealed.indices {
      var changed = sealed
      changed[index] ^= 1
      #expect(throws: KeyCustodyError.self) { _ = try self.key.open(changed, context: "c") }
    }
    for count in 0..<sealed.count {
      #expect(throws: KeyCustodyError.self) {
        _ = try self.key.open(Array(sealed.prefix(count)), context: "c")
      }
    }
    #expect(throws: KeyCustodyError.self) { _ = try self.key.open(sealed + [0], context: "c") }
  }

  @Test("a key has 32 bytes", arguments: [0, 16, 31, 33, 64])
  func length(count: Int) {
    #expect(KeyEncryptionKey(bytes: [UInt8](repeating: 1, count: count)) == nil)
  }
}

@Suite struct KeyFileTests {
  private func withFile(_ body: (SecretFile) throws -> Void) throws {
    var template = Array("/tmp/key-custody-XXXXXX".utf8CString)
    let folder = try #require(mkdtemp(&template).map { String(cString: $0) })
    let file = SecretFile(path: "\(folder)/kek", purpose: "the key-encryption key")
    defer {
      unlink(file.path)
      rmdir(folder)
    }
    try body(file)
  }

  private func refusal(_ file: SecretFile, isFirstStart: Bool) -> String {
    do throws(SecretFileError) {
      _ = try KeyEncryptionKey.open(file: file, isFirstStart: isFirstStart)
      return ""
    } catch {
      return error.description
    }
  }

  @Test("the first start makes the key, and the next one finds it")
  func firstStart() throws {
    try self.withFile { file in
      let first = try KeyEncryptionKey.open(file: file, isFirstStart: true)
      let sealed = try first.seal([1, 2, 3], context: "c")
      for isFirstStart in [true, false] {
        let again = try KeyEncryptionKey.open(file: file, isFirstStart: isFirstStart)
        #expect(try again.open(sealed, context: "c") == [1, 2, 3])
      }
      #expect(try file.read(length: 32)?.count == 32)
    }
  }

  @Test("later a missing file is refused, and none is made")
  func missing() throws {
    try self.withFile { file in
      let refusal = self.refusal(file, isFirstStart: false)
      #expect(refusal.contains("is missing") && refusal.contains("put it back"))
      #expect(access(file.path, F_OK) != 0)
    }
  }

  @Test("a file of a wrong mode or length is refused, at the first start too, and stays as it is")
  func unusable() throws {
    try self.withFile { file in
      try file.create([UInt8](repeating: 1, count: 31))
      #expect(self.refusal(file, isFirstStart: true).contains("31 bytes, not 32"))
      #expect(try file.read(length: 31) != nil)
    }
    try self.withFile { file in
      try file.create([UInt8](repeating: 1, count: 32))
      #expect(chmod(file.path, 0o644) == 0)
      #expect(self.refusal(file, isFirstStart: true).contains("chmod 600"))
    }
  }

  @Test("the key of another state opens nothing, and the error says what to do")
  func wrongKey() throws {
    try self.withFile { file in
      let sealed = try KeyEncryptionKey.open(file: file, isFirstStart: true).seal([1], context: "c")
      unlink(file.path)
      let other = try KeyEncryptionKey.open(file: file, isFirstStart: true)
      do {
        _ = try other.open(sealed, context: "c")
        Issue.record("opened")
      } catch {
        #expect("\(error)".contains("put the key file that belongs to this state back"))
      }
    }
  }
}

extension [UInt8] {
  fileprivate func contains(subsequence: [UInt8]) -> Bool {
    guard self.count >= subsequence.count else { return false }
    return (0...(self.count - subsequence.count)).contains {
      Array(self[$0..<($0 + subsequence.count)]) == subsequence
    }
  }
}
