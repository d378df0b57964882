import Credentials
import Crypto
import FoundationEssentials
import Glibc
import NodeAgent
import Subprocess
import Testing
import WorkloadAttestation

private let isRoot = geteuid() == 0

@Suite("The Unix attestor", .timeLimit(.minutes(1)))
struct UnixAttestorTests {
  private let attestor = UnixAttestor()

  @Test("user, groups, path and digest of a process are read", .enabled(if: isRoot))
  func facts() async throws {
    var options = PlatformOptions()
    options.userID = 54321
    options.groupID = 54322
    options.supplementaryGroups = [54323, 0]
    try await TemporaryFolder.with { folder in
      let executable = try await folder.cat("checkout")
      try await ChildProcess.running(executable, [], options) { child in
        let facts = try await self.attestor.attest(child.peer(uid: 54321, gid: 54322))
        #expect(facts["uid"] == ["54321"])
        #expect(facts["gid"] == ["54322"])
        #expect(facts["supplementary_gid"] == ["54323", "0"])
        #expect(facts["supplementary_group"] == ["root"])
        // A user and a group without a name merely lack it.
        #expect(facts["user"] == nil)
        #expect(facts["group"] == nil)
        #expect(facts["path"] == [executable])
        #expect(facts["sha256"] == [try Self.digest(of: executable)])
      }
    }
  }

  @Test("the names of a user and a group are facts")
  func names() async throws {
    try await ChildProcess.running("/bin/cat") { child in
      let facts = try await self.attestor.attest(child.peer(uid: geteuid(), gid: getegid()))
      let user = getpwuid(geteuid()).map { String(cString: $0.pointee.pw_name) }
      let group = getgrgid(getegid()).map { String(cString: $0.pointee.gr_name) }
      #expect(facts["user"] == user.map { [$0] })
      #expect(facts["group"] == group.map { [$0] })
    }
  }

  @Test("facts are read afresh at each call, and a digest of an unchanged file is the same")
  func repeated() async throws {
    try await ChildProcess.running("/bin/cat") { child in
      let peer = try child.peer(uid: geteuid(), gid: getegid())
      #expect(try await self.attestor.attest(peer) == (try await self.attestor.attest(peer)))
    }
  }

  @Test("a deleted executable has no path, and its digest is that of what runs")
  func deleted() async throws {
    try await TemporaryFolder.with { folder in
      let executable = try await folder.cat("checkout", appending: "1")
      let digest = try Self.digest(of: executable)
      try await ChildProcess.running(executable) { child in
        let peer = try child.peer(uid: geteuid(), gid: getegid())
        unlink(executable)
        let facts = try await self.attestor.attest(peer)
        #expect(facts["path"] == nil)
        #expect(facts["sha256"] == [digest])
      }
    }
  }

  @Test("an executable whose name looks deleted has no path")
  func looksDeleted() async throws {
    try await TemporaryFolder.with { folder in
      let executable = try await folder.cat("checkout (deleted)")
      try await ChildProcess.running(executable) { child in
        let peer = try child.peer(uid: geteuid(), gid: getegid())
        #expect(try await self.attestor.attest(peer)["path"] == nil)
      }
    }
  }

  @Test("an executable that another file has replaced has no path, and keeps its own digest")
  func replaced() async throws {
    try await TemporaryFolder.with { folder in
      let executable = try await folder.cat("checkout", appending: "1")
      let other = try await folder.cat("other", appending: "2")
      let digest = try Self.digest(of: executable)
      try await ChildProcess.running(executable) { child in
        let peer = try child.peer(uid: geteuid(), gid: getegid())
        rename(other, executable)
        let facts = try await self.attestor.attest(peer)
        #expect(facts["path"] == nil)
        #expect(facts["sha256"] == [digest])
      }
    }
  }

  @Test(
    "a process in a mount namespace of its own cannot pretend to be another executable",
    .enabled(if: isRoot))
  func otherMountNamespace() async throws {
    try await TemporaryFolder.with { folder in
      let victim = try await folder.cat("victim", appending: "1")
      let impostor = try await folder.cat("impostor", appending: "2")
      let script = "mount --bind \(impostor) \(victim) && exec \(victim)"
      try await ChildProcess.running("/usr/bin/unshare", ["-m", "/bin/sh", "-c", script]) { child in
        let facts = try await self.attestor.attest(child.peer(uid: 0, gid: 0))
        #expect(facts["path"] == nil)
        #expect(facts["sha256"] == [try Self.digest(of: impostor)])
      }
    }
  }

  @Test("an executable that is too large has no digest")
  func tooLarge() async throws {
    let attestor = UnixAttestor(maximumExecutableSize: 100)
    try await ChildProcess.running("/bin/cat") { child in
      let facts = try await attestor.attest(child.peer(uid: geteuid(), gid: getegid()))
      #expect(facts["sha256"] == nil)
      #expect(facts["path"] != nil)
    }
  }

  @Test("a process that has ended is refused")
  func ended() async throws {
    try await ChildProcess.running("/bin/cat") { child in
      let peer = try child.peer(uid: geteuid(), gid: getegid())
      child.kill()
      while peer.handle?.isRunning() ?? false { await Task.yield() }
      await #expect(throws: AttestationRefusal.self) { try await self.attestor.attest(peer) }
      #expect(throws: AttestationRefusal.self) {
        try child.peer(uid: geteuid(), gid: getegid())
      }
    }
  }

  @Test("another process with the same number is refused by its start time, without a pidfd too")
  func reusedNumber() async throws {
    try await ChildProcess.running("/bin/cat") { child in
      let peer = try child.peer(uid: geteuid(), gid: getegid())
      let earlier = PeerProcess(
        pid: peer.pid, uid: peer.uid, gid: peer.gid, startTime: peer.startTime - 1, connection: 1,
        handle: nil)
      let refusal = await #expect(throws: AttestationRefusal.self) {
        try await self.attestor.attest(earlier)
      }
      #expect(refusal?.reason.code == "process-ended")
    }
  }

  @Test("a process that changed its user since it connected is refused")
  func changedUser() async throws {
    try await ChildProcess.running("/bin/cat") { child in
      let refusal = await #expect(throws: AttestationRefusal.self) {
        try await self.attestor.attest(child.peer(uid: geteuid() + 1, gid: getegid()))
      }
      #expect(refusal?.reason.code == "user-changed")
    }
  }

  @Test(
    "a process that the agent may not look at is refused, and it is said why",
    .enabled(if: !isRoot))
  func unreadable() async throws {
    let refusal = await #expect(throws: AttestationRefusal.self) {
      let peer = try ProcessTable().peer(
        PeerCredentials(pid: 1, uid: 0, gid: 0), processDescriptor: nil, connection: 1)
      _ = try await self.attestor.attest(peer)
    }
    #expect(refusal?.reason.code == "process-unreadable")
  }

  @Test(
    "a peer in a process namespace that cannot be seen is refused", arguments: [0, -1] as [Int32])
  func elsewhere(pid: Int32) {
    let refusal = #expect(throws: AttestationRefusal.self) {
      try ProcessTable().peer(
        PeerCredentials(pid: pid, uid: 0, gid: 0), processDescriptor: nil, connection: 1)
    }
    #expect(refusal?.reason.code == "process-elsewhere")
  }

  private static func digest(of path: String) throws -> String {
    let digest = SHA256.hash(data: try Data(contentsOf: URL(filePath: path)))
    return digest.map { byte in
      let text = String(byte, radix: 16)
      return text.count == 1 ? "0" + text : text
    }.joined()
  }
}
