import Glibc

/// Names of users and groups, from the databases that the system is configured to use.
enum AccountNames {
  private static let firstBufferSize = 1024
  private static let largestBufferSize = 1024 * 1024

  /// `nil` for a user without a name.
  static func user(_ uid: UInt32) -> String? {
    var entry = passwd()
    return Self.lookUp { buffer, size in
      var found: UnsafeMutablePointer<passwd>?
      let error = getpwuid_r(uid, &entry, buffer, size, &found)
      return (error, found.flatMap { $0.pointee.pw_name }.map { String(cString: $0) })
    }
  }

  /// `nil` for a group without a name.
  static func group(_ gid: UInt32) -> String? {
    var entry = Glibc.group()
    return Self.lookUp { buffer, size in
      var found: UnsafeMutablePointer<Glibc.group>?
      let error = getgrgid_r(gid, &entry, buffer, size, &found)
      return (error, found.flatMap { $0.pointee.gr_name }.map { String(cString: $0) })
    }
  }

  /// Tries again with a larger buffer while the entry does not fit.
  private static func lookUp(
    _ query: (UnsafeMutablePointer<CChar>, Int) -> (error: Int32, name: String?)
  ) -> String? {
    var size = Self.firstBufferSize
    while size <= Self.largestBufferSize {
      let answer: (error: Int32, name: String?) = withUnsafeTemporaryAllocation(
        of: CChar.self, capacity: size
      ) { buffer in
        buffer.baseAddress.map { query($0, size) } ?? (EINVAL, nil)
      }
      switch answer.error {
      case ERANGE: size *= 4
      case EINTR: continue
      default: return answer.name.flatMap { $0.isEmpty ? nil : $0 }
      }
    }
    return nil
  }
}
