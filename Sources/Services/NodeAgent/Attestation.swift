package import Credentials

/// Learns facts about a process on this machine.
package protocol WorkloadAttestor: Sendable {
  /// The name that manifests use, for example `unix`.
  var name: String { get }

  /// Reads the facts afresh.
  ///
  /// - Returns: the values of each fact, by the name that manifests use. A fact that cannot be
  ///   learned is absent.
  /// - Throws: `AttestationRefusal` when it is not certain that the facts are those of this process.
  func attest(_ peer: PeerProcess) async throws(AttestationRefusal) -> [String: Set<String>]
}

/// Says which process made a connection.
package protocol PeerIdentification: Sendable {
  /// - Parameters:
  ///   - credentials: what the kernel says of the peer.
  ///   - processDescriptor: a pidfd that becomes the callee's to close, where the kernel gave one.
  ///   - connection: tells one connection from another.
  /// - Throws: `AttestationRefusal` when the process has ended or cannot be read.
  func peer(
    _ credentials: PeerCredentials, processDescriptor: Int32?, connection: UInt64
  ) throws(AttestationRefusal) -> PeerProcess
}

/// What the kernel says of the peer of a Unix socket (unix(7), `SO_PEERCRED`).
package struct PeerCredentials: Hashable, Sendable {
  package let pid: Int32
  package let uid: UInt32
  package let gid: UInt32

  package init(pid: Int32, uid: UInt32, gid: UInt32) {
    self.pid = pid
    self.uid = uid
    self.gid = gid
  }
}

/// Why a process was given no facts, and so no identity.
package struct AttestationRefusal: Error, Hashable, CustomStringConvertible {
  package let reason: Reason

  /// - Parameters:
  ///   - code: kebab case, stable between versions.
  ///   - message: for people; holds nothing that the process itself may have chosen.
  package init(code: String, message: String) {
    self.reason = Reason(code: code, message: message)
  }

  package var description: String { self.reason.description }
}
