import NodeAgent
import Synchronization

/// An attestor whose facts the test sets.
final class InMemoryAttestor: WorkloadAttestor {
  let name = "unix"
  private let answer: Mutex<Result<[String: Set<String>], AttestationRefusal>>

  init(_ facts: [String: Set<String>] = ["uid": ["1000"], "path": ["/usr/bin/checkout"]]) {
    self.answer = Mutex(.success(facts))
  }

  func set(_ answer: Result<[String: Set<String>], AttestationRefusal>) {
    self.answer.withLock { $0 = answer }
  }

  func attest(_ peer: PeerProcess) async throws(AttestationRefusal) -> [String: Set<String>] {
    try self.answer.withLock { $0 }.get()
  }
}
