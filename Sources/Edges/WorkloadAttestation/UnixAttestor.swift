import Glibc
package import NodeAgent

/// Reads from /proc what a process is: its user, its groups and its executable.
///
/// Facts: `uid`, `gid`, `user`, `group`, `supplementary_gid`, `supplementary_group`, `path` and
/// `sha256`. The user and the group are the effective ones. A path is a fact only while the file at
/// that path, as the agent sees it, is the one that runs: a process in a mount namespace of its own
/// can show any path.
package struct UnixAttestor: WorkloadAttestor {
  package let name = "unix"

  private static let attempts = 3
  private let digests: ExecutableDigests

  /// - Parameter maximumExecutableSize: in bytes; a larger executable has no `sha256`.
  package init(maximumExecutableSize: Int64 = 1024 * 1024 * 1024) {
    self.digests = ExecutableDigests(maximumSize: maximumExecutableSize)
  }

  package func attest(
    _ peer: PeerProcess
  ) async throws(AttestationRefusal) -> [String: Set<String>] {
    for _ in 0..<Self.attempts {
      let directory = try ProcessDirectory(of: peer.pid)
      let before = try Sight(of: directory)
      try Self.check(before, against: peer)
      let facts = await self.facts(before, try directory.openExecutable())
      let after = try Sight(of: directory)
      try Self.check(after, against: peer)
      // The facts belong together only if nothing moved while they were gathered.
      if before == after { return facts }
    }
    throw .processChanged
  }

  /// What must stay the same while the facts are read.
  private struct Sight: Equatable {
    let startTime: UInt64
    let credentials: ProcessText.Credentials
    let executablePath: [UInt8]
    let executable: ExecutableDigests.FileVersion

    init(of directory: borrowing ProcessDirectory) throws(AttestationRefusal) {
      self.startTime = try directory.startTime()
      self.credentials = try directory.credentials()
      self.executablePath = try directory.executablePath()
      guard let status = try directory.openExecutable().status() else { throw .malformed }
      self.executable = ExecutableDigests.FileVersion(status)
    }
  }

  private static func check(_ sight: Sight, against peer: PeerProcess) throws(AttestationRefusal) {
    guard sight.startTime == peer.startTime, peer.handle?.isRunning() ?? true else {
      throw .processEnded
    }
    guard sight.credentials.uid == peer.uid, sight.credentials.gid == peer.gid else {
      throw .userChanged
    }
  }

  private func facts(
    _ sight: Sight, _ executable: consuming OwnedDescriptor
  ) async -> [String: Set<String>] {
    var facts: [String: Set<String>] = [:]
    let credentials = sight.credentials
    facts["uid"] = [String(credentials.uid)]
    facts["gid"] = [String(credentials.gid)]
    facts["supplementary_gid"] = Set(credentials.supplementaryGroups.map { String($0) })
    facts["user"] = AccountNames.user(credentials.uid).map { [$0] }
    facts["group"] = AccountNames.group(credentials.gid).map { [$0] }
    facts["supplementary_group"] = Set(
      credentials.supplementaryGroups.compactMap(AccountNames.group))
    facts["path"] = Self.path(sight).map { [$0] }
    // What is open must be what was seen: the process may have begun another executable.
    if let status = executable.status(),
      ExecutableDigests.FileVersion(status) == sight.executable
    {
      facts["sha256"] = await self.digests.digest(of: executable, sight.executable).map { [$0] }
    }
    return facts.filter { !$0.value.isEmpty }
  }

  /// The path, unless the file there is gone, is another, or is named so that it may be confused.
  private static func path(_ sight: Sight) -> String? {
    let bytes = sight.executablePath
    guard bytes.first == UInt8(ascii: "/"), bytes.count < Int(PATH_MAX),
      bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }),
      let path = String(validating: bytes, as: UTF8.self), !path.hasSuffix(" (deleted)")
    else { return nil }
    var status = stat()
    guard lstat(path, &status) == 0, sight.executable.isSameFile(as: status) else { return nil }
    return path
  }
}
