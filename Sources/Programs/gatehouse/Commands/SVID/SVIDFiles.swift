import Credentials
import FoundationEssentials
import Glibc
import SPIFFE
import WorkloadAPIClient
import X509

/// The files that programs without a Workload API client read. Each is replaced in one rename.
struct SVIDFiles {
  let folder: String

  private enum Name: String {
    case key = "svid_key.pem"
    case chain = "svid.pem"
    case bundle = "bundle.pem"
  }

  init(folder: String) {
    self.folder = folder
  }

  func write(_ svid: FetchedX509SVID) throws {
    let chain = [svid.chain.leaf] + svid.chain.intermediates
    try self.write(
      chain: try chain.map { try $0.derEncoded() }, key: svid.privateKey,
      authorities: try svid.bundle.authorities.map { try $0.derEncoded() })
  }

  /// Everything in DER; the key as PKCS#8.
  func write(chain: [[UInt8]], key: Redacted<[UInt8]>, authorities: [[UInt8]]) throws {
    guard mkdir(self.folder, 0o700) == 0 || errno == EEXIST else {
      throw self.failure("make the folder")
    }
    try self.replace(.bundle, Self.certificates(authorities), mode: 0o644)
    try self.replace(.key, Self.pem("PRIVATE KEY", key.reveal()), mode: 0o600)
    try self.replace(.chain, Self.certificates(chain), mode: 0o644)
  }

  /// Removes what must not be used any more; the bundle stays.
  func remove() {
    unlink(self.path(.key))
    unlink(self.path(.chain))
  }

  private func replace(_ name: Name, _ text: String, mode: mode_t) throws {
    let temporary = "\(self.folder)/.\(name.rawValue).\(getpid())"
    unlink(temporary)
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode)
    guard descriptor >= 0 else { throw self.failure("write \(name.rawValue)") }
    let isWritten =
      fchmod(descriptor, mode) == 0 && Self.write(text, to: descriptor)
      && fsync(descriptor) == 0
    close(descriptor)
    guard isWritten, rename(temporary, self.path(name)) == 0 else {
      let failure = self.failure("write \(name.rawValue)")
      unlink(temporary)
      throw failure
    }
  }

  private func path(_ name: Name) -> String { "\(self.folder)/\(name.rawValue)" }

  private func failure(_ what: String) -> CommandFailure {
    CommandFailure(
      "cannot \(what) in \(self.folder): \(String(cString: strerror(errno))); "
        + "choose a folder that this user may write")
  }

  private static func write(_ text: String, to descriptor: CInt) -> Bool {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }

  private static func certificates(_ encoded: [[UInt8]]) -> String {
    encoded.map { self.pem("CERTIFICATE", $0) }.joined()
  }

  /// RFC 7468.
  private static func pem(_ label: String, _ bytes: [UInt8]) -> String {
    let text = Data(bytes).base64EncodedString(
      options: [.lineLength64Characters, .endLineWithLineFeed])
    return "-----BEGIN \(label)-----\n\(text)\n-----END \(label)-----\n"
  }
}
