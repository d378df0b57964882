package import ControlPlane
import ControlPlaneAPI
import Glibc

/// The Unix socket of the admin interface and the folder that guards it.
package struct AdminSocket: Hashable, Sendable {
  package let path: String
  /// A user besides the server's own and root who may administer.
  package let adminUID: UInt32?
  /// What that user may do beyond what every administrator may.
  package let adminRights: Set<AdministratorRight>

  /// What Linux's `sockaddr_un` holds beside its final zero.
  private static let maximumPathLength = 107

  /// - Throws: `InvalidAdminSocket` for a path that cannot be a socket's.
  package init(
    path: String, adminUID: UInt32?, adminRights: Set<AdministratorRight> = []
  ) throws(InvalidAdminSocket) {
    guard path.hasPrefix("/"), !path.hasSuffix("/"), !path.utf8.contains(0) else {
      throw InvalidAdminSocket("the admin socket's path is absolute and names a file: \(path)")
    }
    guard path.utf8.count <= Self.maximumPathLength else {
      throw InvalidAdminSocket(
        "the admin socket's path has \(path.utf8.count) bytes and may have "
          + "\(Self.maximumPathLength): choose a shorter state folder than \(path)")
    }
    self.path = path
    self.adminUID = adminUID
    self.adminRights = adminRights
  }

  /// Who administers as a user: the server's own user and root may do everything.
  func administrator(_ uid: UInt32) -> Administrator {
    let isOwner = uid == geteuid() || uid == 0
    return Administrator(
      uid: uid, rights: isOwner ? Set(AdministratorRight.allCases) : self.adminRights)
  }

  /// Users whose connections are accepted.
  var allowedUIDs: Set<UInt32> {
    Set([geteuid(), 0] + [self.adminUID].compactMap { $0 })
  }

  /// Makes the folder, and makes sure that nobody else's folder or file stands in the way.
  func prepare() throws(InvalidAdminSocket) {
    let folder = String(self.path[..<(self.path.lastIndex(of: "/") ?? self.path.startIndex)])
    let mode: mode_t = self.adminUID == nil ? 0o700 : 0o711
    guard mkdir(folder, mode) == 0 || errno == EEXIST else {
      throw InvalidAdminSocket("cannot make the folder \(folder): \(Self.reason())")
    }
    var status = stat()
    guard lstat(folder, &status) == 0, status.st_mode & S_IFMT == S_IFDIR,
      status.st_uid == geteuid()
    else {
      throw InvalidAdminSocket("\(folder) is not a folder of this user: move it away")
    }
    guard chmod(folder, mode) == 0 else {
      throw InvalidAdminSocket("cannot set the mode of \(folder): \(Self.reason())")
    }
    if lstat(self.path, &status) == 0, status.st_mode & S_IFMT != S_IFSOCK {
      throw InvalidAdminSocket("\(self.path) exists and is not a socket: move it away")
    }
  }

  /// Lets in whom the peer check lets in: the folder and that check decide, not the mode alone.
  func open() throws(InvalidAdminSocket) {
    guard chmod(self.path, self.adminUID == nil ? 0o600 : 0o666) == 0 else {
      throw InvalidAdminSocket("cannot set the mode of \(self.path): \(Self.reason())")
    }
  }

  func remove() {
    unlink(self.path)
  }

  private static func reason() -> String { String(cString: strerror(errno)) }
}

/// The admin socket cannot be made, and what to do.
package struct InvalidAdminSocket: Error, Hashable, Sendable, CustomStringConvertible {
  package let description: String

  init(_ description: String) {
    self.description = description
  }
}
