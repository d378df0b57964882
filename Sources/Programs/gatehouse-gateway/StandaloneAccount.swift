import Credentials
import Gateway
import SPIFFE
import StrictJSON

/// What a gateway without a control plane tells of its files and of the keys that it follows.
struct StandaloneAccount {
  let world: StandaloneWorld
  let status: ReloadStatus
  let place: ListeningPlace

  private var keys: [TrustDirectory.Report] {
    self.world.directory.reports(at: SystemClock.uptime())
  }

  /// What was in force before stays, so that none of this is a reason to send requests elsewhere.
  var concerns: [Reason] {
    let files = self.status.snapshot
    var reasons = files.problems.map { Reason(code: "files-rejected", message: $0) }
    if files.needsRestart {
      reasons.append(
        Reason(code: "restart-needed", message: "a changed setting is read at start only"))
    }
    if let problem = self.place.problem {
      reasons.append(Reason(code: "address-not-taken", message: problem))
    }
    for report in self.keys {
      let owner = report.source.owner.description
      switch (report.standing, report.problem) {
      case (.missing, let problem):
        reasons.append(
          Reason(
            code: "keys-missing",
            message: "\(owner): \(problem ?? "its keys were not fetched yet")"))
      case (.current, let problem?):
        reasons.append(Reason(code: "keys-not-refreshed", message: "\(owner): \(problem)"))
      case (.current, nil): break
      }
    }
    return reasons
  }

  var gauges: [GatewayGauges.Issuer] {
    self.keys.map { report in
      GatewayGauges.Issuer(
        name: report.source.owner.description, keys: Self.count(report.standing), age: report.age)
    }
  }

  private static func count(_ standing: RefreshCycle.Standing) -> Int {
    switch standing {
    case .missing: 0
    case .current(.keys(let keys), _): keys.count
    case .current(.bundle(let bundle), _): bundle.jwt.keys.count
    }
  }

  /// For the dump of the configuration.
  var json: JSONObject {
    let files = self.status.snapshot
    return [
      "files": .object([
        "digest": .string(files.digest), "acceptedAt": .string(files.acceptedAt.description),
        "accepted": .integer(files.accepted), "rejected": .integer(files.rejected),
        "problems": .array(files.problems.map { .string($0) }),
        "needsRestart": .bool(files.needsRestart),
      ]),
      "followedKeys": .array(self.keys.map { .object(Self.json($0)) }),
    ]
  }

  private static func json(_ report: TrustDirectory.Report) -> JSONObject {
    var state = "missing"
    if case .current = report.standing { state = "available" }
    return [
      "owner": .string(report.source.owner.description), "state": .string(state),
      "keys": .integer(Int64(Self.count(report.standing))),
      "ageSeconds": report.age.map { .integer($0) } ?? .null,
      "problem": report.problem.map { .string($0) } ?? .null,
    ]
  }
}
