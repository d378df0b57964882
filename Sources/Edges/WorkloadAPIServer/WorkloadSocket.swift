import Glibc
import SPIFFE

/// A listening Unix socket that every local process may connect to.
struct WorkloadSocket: Sendable {
  /// Listens; whoever closes it is chosen by the caller.
  let descriptor: Int32
  let path: String
  /// The socket file that was made, to be told from one that took its place.
  private let device: UInt64
  private let inode: UInt64

  /// - Throws: `WorkloadSocketError`.
  static func listen(at path: String) throws(WorkloadSocketError) -> WorkloadSocket {
    let address = try SocketPath(path)
    try Self.checkFolder(of: path)
    try Self.removeStale(address)
    let descriptor = try Self.makeSocket()
    do throws(WorkloadSocketError) {
      guard address.withAddress({ bind(descriptor, $0, $1) }) == 0 else {
        throw .failed("cannot be made", errno)
      }
      // Not before the mode is right does anybody get in.
      var status = stat()
      guard chmod(path, 0o666) == 0, lstat(path, &status) == 0,
        Glibc.listen(descriptor, 1024) == 0
      else {
        let error = errno
        unlink(path)
        throw .failed("cannot be opened", error)
      }
      return WorkloadSocket(
        descriptor: descriptor, path: path, device: UInt64(status.st_dev),
        inode: UInt64(status.st_ino))
    } catch {
      close(descriptor)
      throw error
    }
  }

  /// Removes the socket file, unless another one is there now.
  func removeFile() {
    var status = stat()
    guard lstat(self.path, &status) == 0, UInt64(status.st_dev) == self.device,
      UInt64(status.st_ino) == self.inode
    else { return }
    unlink(self.path)
  }

  private static func makeSocket() throws(WorkloadSocketError) -> Int32 {
    let type = Int32(SOCK_STREAM.rawValue) | O_CLOEXEC | O_NONBLOCK
    let descriptor = socket(AF_UNIX, type, 0)
    guard descriptor >= 0 else { throw .failed("cannot be made", errno) }
    return descriptor
  }

  /// In a folder where everybody may put files, another user could take the socket's place.
  private static func checkFolder(of path: String) throws(WorkloadSocketError) {
    guard let slash = path.lastIndex(of: "/") else { return }
    let folder = path[..<slash].isEmpty ? "/" : String(path[..<slash])
    var status = stat()
    guard stat(folder, &status) == 0 else { throw .failed("has no folder", errno) }
    let isShared = status.st_mode & S_IWOTH != 0 && status.st_mode & S_ISVTX == 0
    if isShared {
      throw WorkloadSocketError(
        "the folder of the Workload API's socket is writable for everybody: take that away")
    }
  }

  /// A socket that nobody listens on any more was left behind by a process that was killed.
  private static func removeStale(_ address: SocketPath) throws(WorkloadSocketError) {
    var status = stat()
    guard lstat(address.path, &status) == 0 else { return }
    guard status.st_mode & S_IFMT == S_IFSOCK else {
      throw WorkloadSocketError(
        "the path of the Workload API's socket is taken by a file that is not a socket")
    }
    let probe = try self.makeSocket()
    defer { close(probe) }
    if address.withAddress({ connect(probe, $0, $1) }) == 0 || errno != ECONNREFUSED {
      throw WorkloadSocketError(
        "another process serves the Workload API on this socket: stop it first")
    }
    guard unlink(address.path) == 0 else { throw .failed("cannot be replaced", errno) }
  }
}

/// A path that fits into the address of a Unix socket.
private struct SocketPath {
  let path: String
  private var address = sockaddr_un()

  init(_ path: String) throws(WorkloadSocketError) {
    do {
      try WorkloadEndpointAddress.check(socketPath: path)
    } catch {
      throw WorkloadSocketError(error.description)
    }
    self.path = path
    self.address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &self.address.sun_path) { $0.copyBytes(from: path.utf8) }
  }

  func withAddress(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
    withUnsafePointer(to: self.address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
  }
}

/// The Workload API's socket cannot be opened.
package struct WorkloadSocketError: Error, Hashable, CustomStringConvertible {
  package let description: String

  init(_ description: String) {
    self.description = description
  }

  static func failed(_ what: String, _ error: Int32) -> WorkloadSocketError {
    WorkloadSocketError(
      "the Workload API's socket \(what): \(String(cString: strerror(error)))")
  }
}
