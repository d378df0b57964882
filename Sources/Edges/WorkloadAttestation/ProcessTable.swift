package import NodeAgent

/// Names processes by number and start time.
package struct ProcessTable: PeerIdentification {
  package init() {}

  package func peer(
    _ credentials: PeerCredentials, processDescriptor: Int32?, connection: UInt64
  ) throws(AttestationRefusal) -> PeerProcess {
    let handle = processDescriptor.map(ProcessDescriptor.init(owning:))
    let startTime = try ProcessDirectory(of: credentials.pid).startTime()
    // The process that connected is still there, so that the number was its own all along.
    if let handle, !handle.isRunning() { throw .processEnded }
    return PeerProcess(
      pid: credentials.pid, uid: credentials.uid, gid: credentials.gid, startTime: startTime,
      connection: connection, handle: handle)
  }

  /// The process that has the number now.
  ///
  /// - Throws: `AttestationRefusal` when there is none.
  package func identity(of pid: Int32) throws(AttestationRefusal) -> ProcessIdentity {
    ProcessIdentity(pid: pid, startTime: try ProcessDirectory(of: pid).startTime())
  }
}
