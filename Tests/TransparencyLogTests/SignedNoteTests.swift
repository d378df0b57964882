import Crypto
import Testing
import TransparencyLog

/// Notes that other implementations have signed.
enum KnownNotes {
  /// From the documentation of golang.org/x/mod/sumdb/note.
  static let peterKey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
  static let enochKey = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"
  static let text = """
    If you think cryptography is the answer to your problem,
    then you don't know what your problem is.

    """
  static let peterLine = """
    — PeterNeumann \
    x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=

    """
  static let enochLine = """
    — EnochRoot \
    rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=

    """
  /// The example of C2SP signed-note.
  static let exampleKey = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
  static let example = """
    This is an example message.

    — example.com/foo \
    Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=

    """
  /// A checkpoint of the Go checksum database and its published key.
  static let sumDBKey = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
  static let sumDB = """
    go.sum database tree
    6476701
    mb8QLQIs0Z0yP5Cstq6guj87oXWeC9gEM8oVikmm9Wk=

    — sum.golang.org \
    Az3grsLX85Gz+s1SiTbgkuqxgItqFq7gsMUEyVnrsa9LM7Us9S+1xbFIGu95949rj4nPRYfvimWEPWL+o3GeoWwOoAw=

    """
}

@Suite struct SignedNoteTests {
  private func verify(_ note: String, _ keys: String...) throws -> VerifiedNote {
    try UnverifiedNote(parsing: Array(note.utf8))
      .verified(by: keys.map { key throws(TransparencyLogError) in try .init(text: key) })
  }

  @Test("notes of other implementations verify")
  func known() throws {
    let note = KnownNotes.text + "\n" + KnownNotes.peterLine + KnownNotes.enochLine
    let both = try verify(note, KnownNotes.peterKey, KnownNotes.enochKey)
    #expect(both.text == Array(KnownNotes.text.utf8))
    #expect(both.signers.map(\.name) == ["PeterNeumann", "EnochRoot"])
    #expect(both.signatureCount == 2)
    #expect(try verify(note, KnownNotes.enochKey).signers.map(\.name) == ["EnochRoot"])
    #expect(try verify(KnownNotes.example, KnownNotes.exampleKey).signatureCount == 1)
    let checkpoint = try Checkpoint(try verify(KnownNotes.sumDB, KnownNotes.sumDBKey))
    #expect(checkpoint.origin == "go.sum database tree")
    #expect(checkpoint.size == 6_476_701)
    #expect(checkpoint.root.base64 == "mb8QLQIs0Z0yP5Cstq6guj87oXWeC9gEM8oVikmm9Wk=")
  }

  @Test("a note that no known key signed, or one signed wrongly, is refused")
  func refused() throws {
    let note = KnownNotes.text + "\n" + KnownNotes.peterLine
    #expect(throws: TransparencyLogError.self) { try verify(note) }
    #expect(throws: TransparencyLogError.self) { try verify(note, KnownNotes.enochKey) }
    let changed = note.replacing("cryptography", with: "Cryptography")
    #expect(throws: TransparencyLogError.self) { try verify(changed, KnownNotes.peterKey) }
    // One right and one wrong signature by known keys: refused as a whole.
    let wrong = KnownNotes.enochLine.replacing("rwz+eBz", with: "rwz+eCz")
    #expect(throws: TransparencyLogError.self) {
      try verify(note + wrong, KnownNotes.peterKey, KnownNotes.enochKey)
    }
    #expect(try verify(note + wrong, KnownNotes.peterKey).signatureCount == 2)
  }

  @Test("verifier keys have one text, and their key ID must be right")
  func verifierKeys() throws {
    for text in [
      KnownNotes.peterKey, KnownNotes.enochKey, KnownNotes.exampleKey, KnownNotes.sumDBKey,
    ] {
      #expect(try NoteVerifierKey(text: text).text == text)
    }
    let good = KnownNotes.peterKey
    let wrong = [
      "", "+", "++", "a+b", "PeterNeumann", good + "\n", good + "=", " " + good,
      good.replacing("c74f20a3", with: "c74f20a4"), good.replacing("c74f20a3", with: "C74F20A3"),
      good.replacing("c74f20a3", with: "c74f20a"), good.replacing("PeterNeumann", with: ""),
      good.replacing("PeterNeumann", with: "Peter Neumann"),
      good.replacing("PeterNeumann", with: "Peter\u{00A0}Neumann"),
      good.replacing("+ARpc", with: "+AhpC"), String(good.dropLast()), String(good.dropLast(4)),
      // The type byte of a witness.
      "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2",
    ]
    for text in wrong {
      #expect(throws: TransparencyLogError.self, "\(text)") { try NoteVerifierKey(text: text) }
    }
  }

  @Test("a note whose shape is wrong is refused before any signature is checked")
  func shapes() {
    let line = KnownNotes.peterLine
    let text = KnownNotes.text
    let wrong: [String] = [
      "", "\n", "\n\n", text, text + "\n", text + line, "\n" + line, text + "\n" + line + "\n",
      text + "\n" + String(line.dropLast()), text + "\n" + line + "x",
      text + "\n" + line.replacing("— ", with: "- "), text + "\n" + line.replacing("— ", with: "—"),
      text + "\n" + line.replacing("— ", with: "—  "), text + "\n" + line.replacing("=", with: ""),
      text + "\n" + line.replacing("nAM=", with: "nAN="),
      text + "\n" + line.replacing("=", with: "= "), text + "\n" + line.replacing("=", with: "=="),
      text + "\n" + line.replacing("Neumann", with: "+"), text + "\n" + line + line,
      text + "\n" + "— PeterNeumann x08goQ==\n".replacing("x08goQ==", with: "x08gow=="),
      text + "\n" + "— PeterNeumann \n", text + "\n" + "—  x08go/ZJ\n",
      text + "\n" + line.replacing("\n", with: "\r\n"), "a\tb\n\n" + line, "a\0b\n\n" + line,
    ]
    for note in wrong {
      #expect(throws: TransparencyLogError.self, "\(note)") {
        try UnverifiedNote(parsing: Array(note.utf8))
      }
    }
  }

  @Test("notes that are not UTF-8, too long, or signed by too many are refused")
  func limits() throws {
    let tail = Array(("\n" + KnownNotes.peterLine).utf8)
    #expect(throws: TransparencyLogError.self) {
      try UnverifiedNote(parsing: [0xff, 0x0a] + tail)
    }
    #expect(throws: TransparencyLogError.self) {
      try UnverifiedNote(parsing: Array(repeating: 0x61, count: 1 << 20) + [0x0a] + tail)
    }
    func lines(_ count: Int) -> [UInt8] {
      Array("a\n\n".utf8)
        + (0..<count).flatMap { Array("— k\($0) AAAAAAA=\n".utf8) }
    }
    #expect(try UnverifiedNote(parsing: lines(64)).signatures.count == 64)
    #expect(throws: TransparencyLogError.self) { try UnverifiedNote(parsing: lines(65)) }
  }

  @Test("a text with empty lines is separated from its signatures by the last one")
  func emptyLines() throws {
    let signer = try signer()
    let text = Array("one\n\n\ntwo\n".utf8)
    let note = try VerifiedNote.sign(text, by: [signer])
    let verified = try UnverifiedNote(parsing: note).verified(by: [signer.verifierKey])
    #expect(verified.text == text)
  }

  @Test("what a signer signs, its verifier key verifies, and no changed byte does")
  func everyByte() throws {
    let signer = try signer()
    let note = try VerifiedNote.sign(Array("log.example/a\n0\n".utf8), by: [signer])
    for position in note.indices {
      for flip: UInt8 in [0x01, 0x20, 0x80] {
        var changed = note
        changed[position] ^= flip
        #expect(throws: TransparencyLogError.self, "byte \(position)") {
          try UnverifiedNote(parsing: changed).verified(by: [signer.verifierKey])
        }
      }
    }
  }

  @Test("a text that cannot be a note's is not signed")
  func unsignable() throws {
    let signer = try signer()
    for text in ["", "no newline", "\u{1}\n"] {
      #expect(throws: TransparencyLogError.self) {
        try VerifiedNote.sign(Array(text.utf8), by: [signer])
      }
    }
    #expect(throws: TransparencyLogError.self) { try VerifiedNote.sign([0x61, 0x0a], by: []) }
  }

  @Test("a signer's description does not show its private key")
  func redaction() throws {
    let signer = try signer()
    #expect("\(signer)" == "signer of log.example/a")
    #expect(String(reflecting: signer) == "signer of log.example/a")
    #expect(throws: TransparencyLogError.self) {
      try NoteSigner(name: "log.example/a", rawPrivateKey: [1, 2, 3])
    }
    #expect(throws: TransparencyLogError.self) {
      try NoteSigner(name: "log example", rawPrivateKey: [UInt8](repeating: 7, count: 32))
    }
  }

  private func signer() throws -> NoteSigner {
    try NoteSigner(name: "log.example/a", rawPrivateKey: [UInt8](repeating: 7, count: 32))
  }
}

@Suite struct CheckpointTests {
  private static let root = "mb8QLQIs0Z0yP5Cstq6guj87oXWeC9gEM8oVikmm9Wk="

  @Test("a checkpoint's text comes back as it was")
  func roundTrip() throws {
    let text = "log.example/a\n12\n\(Self.root)\nclosed\nanother line\n"
    let checkpoint = try Checkpoint(text: Array(text.utf8))
    #expect(checkpoint.size == 12)
    #expect(checkpoint.extensions == ["closed", "another line"])
    #expect(checkpoint.text == text)
    let empty = try Checkpoint(origin: "a", size: 0, root: .empty)
    #expect(try Checkpoint(text: Array(empty.text.utf8)) == empty)
  }

  @Test(
    "a text that is not exactly a checkpoint is refused",
    arguments: [
      "", "\n", "a\n1\n", "a\n1\n\(root)", "\n1\n\(root)\n", "a\n01\n\(root)\n", "a\n-1\n\(root)\n",
      "a\n+1\n\(root)\n", "a\n1 \n\(root)\n", "a\n\n\(root)\n", "a\n1\n\(root)\n\n",
      "a\n1\n\(root)\n\nb\n", "a\n1\n\(root)=\n", "a\n1\n \(root)\n", "a\n1\nAAAA\n", "a\n1\n\n",
      "a\n18446744073709551616\n\(root)\n", "a\n1\r\n\(root)\n", "a\n0x1\n\(root)\n",
      "a\n١\n\(root)\n",
      "a\n0\n\(root)\n", "a\n1\nmb8QLQIs0Z0yP5Cstq6guj87oXWeC9gEM8oVikmm9Wl=\n",
    ])
  func refused(text: String) {
    #expect(throws: TransparencyLogError.self) { try Checkpoint(text: Array(text.utf8)) }
  }

  @Test("a checkpoint with an origin or extension that is not one line cannot be made")
  func lines() {
    for line in ["", "a\nb", "a\r"] {
      #expect(throws: TransparencyLogError.self) {
        try Checkpoint(origin: line, size: 0, root: .empty)
      }
      #expect(throws: TransparencyLogError.self) {
        try Checkpoint(origin: "a", size: 0, root: .empty, extensions: [line])
      }
    }
  }
}
