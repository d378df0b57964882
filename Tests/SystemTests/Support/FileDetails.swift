import FoundationEssentials
import Glibc

enum FileMode {
  static func of(_ path: String) throws -> mode_t {
    var status = stat()
    guard lstat(path, &status) == 0 else { throw SystemFailure("there is no \(path)") }
    return status.st_mode & 0o7777
  }
}

enum Base64 {
  static func decode(_ text: String) -> [UInt8]? {
    Data(base64Encoded: text).map { Array($0) }
  }

  static func encode(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }
}
