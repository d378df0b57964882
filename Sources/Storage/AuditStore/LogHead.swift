import TransparencyLog

/// A log's checkpoint with the key that signed it.
struct LogHead: Equatable {
  /// The extension line of the checkpoint that a clean stop leaves.
  static let closedExtension = "closed"

  let key: NoteVerifierKey
  let checkpoint: Checkpoint

  var isClosed: Bool { checkpoint.extensions == [Self.closedExtension] }

  /// Reads the folder's public key and checkpoint. If `expectedKey` is given, the log must be that
  /// key's; otherwise the folder's own public key is believed.
  static func read(
    from folder: any LogFolder, expecting expectedKey: NoteVerifierKey?
  ) throws(VerificationFailure) -> LogHead {
    let key = try readKey(from: folder)
    if let expectedKey { try check(key, is: expectedKey) }
    let bytes = try folder.whole(
      LogPath.checkpointName, limit: UnverifiedNote.maximumLength)
    let checkpoint = try checkpoint(bytes, named: LogPath.checkpointName, signedBy: key)
    return LogHead(key: key, checkpoint: checkpoint)
  }

  /// Makes sure that the folder's public key is this one.
  static func checkKey(
    in folder: any LogFolder, is expectedKey: NoteVerifierKey
  ) throws(VerificationFailure) {
    try check(try readKey(from: folder), is: expectedKey)
  }

  private static func check(
    _ key: NoteVerifierKey, is expectedKey: NoteVerifierKey
  ) throws(VerificationFailure) {
    guard key.text.utf8.elementsEqual(expectedKey.text.utf8) else {
      throw VerificationFailure(
        LogPath.publicKeyName, "the key is \(key.text), not the expected \(expectedKey.text)")
    }
  }

  /// A checkpoint that only the log's key, and nobody else, has signed.
  static func checkpoint(
    _ note: [UInt8], named name: String, signedBy key: NoteVerifierKey
  ) throws(VerificationFailure) -> Checkpoint {
    do throws(TransparencyLogError) {
      let note = try UnverifiedNote(parsing: note).verified(by: [key])
      let checkpoint = try Checkpoint(note)
      guard note.signatureCount == 1 else {
        throw TransparencyLogError(.malformedNote, "only the log's own key signs it")
      }
      guard Array(checkpoint.origin.utf8) == Array(key.name.utf8) else {
        throw TransparencyLogError(.malformedCheckpoint, "the origin is not the key's name")
      }
      guard checkpoint.extensions.isEmpty || checkpoint.extensions == [closedExtension] else {
        throw TransparencyLogError(.malformedCheckpoint, "an extension line is unknown")
      }
      return checkpoint
    } catch {
      throw VerificationFailure(name, error.description)
    }
  }

  private static func readKey(
    from folder: any LogFolder
  ) throws(VerificationFailure) -> NoteVerifierKey {
    let bytes = try folder.whole(LogPath.publicKeyName, limit: 4096)
    guard bytes.last == UInt8(ascii: "\n"),
      let text = String(validating: bytes.dropLast(), as: UTF8.self)
    else { throw VerificationFailure(LogPath.publicKeyName, "the file is not one line of text") }
    do throws(TransparencyLogError) {
      let key = try NoteVerifierKey(text: text)
      guard Array((key.text + "\n").utf8) == bytes else {
        throw TransparencyLogError(.malformedKey, "the key is not in its canonical form")
      }
      return key
    } catch {
      throw VerificationFailure(LogPath.publicKeyName, error.description)
    }
  }
}
