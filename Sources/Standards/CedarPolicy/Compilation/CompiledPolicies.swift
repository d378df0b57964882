/// A policy set and the entities that it speaks of, prepared for many decisions.
///
/// A snapshot: it never changes, and any number of threads may ask it at the same time. Policies
/// and entities are compiled together, so a change of either needs a new snapshot; compiling takes
/// one to twenty microseconds for each policy and entity.
///
/// A decision looks only at policies whose scope may match, found by an index over principals,
/// actions, resources and their types, and allocates nothing but its result and what conditions
/// build. The answers are those that the Cedar language specification defines; see ``Authorizer``.
public struct CompiledPolicies: Sendable {
  private let snapshot: Snapshot

  public init(_ policies: PolicySet, entities: Entities) {
    snapshot = Snapshot(policies, entities)
  }

  /// The policies, as they were given.
  public var policies: PolicySet { snapshot.policies }

  /// The entities, as they were given.
  public var entities: Entities { snapshot.store }

  /// The decision for a request, with its reasons and with the policies that failed, both in the
  /// order of the set.
  ///
  /// Cedar skips a policy that fails, `forbid` or not; see ``outcomes(_:)`` for other rules.
  public func isAuthorized(_ request: Request) -> Response {
    response(to: tally(snapshot.numbered(request)))
  }

  /// The same for a request whose entities have been looked up.
  public func isAuthorized(_ request: LocatedRequest) -> Response {
    response(to: tally(snapshot.numbered(request)))
  }

  /// An entity with its place, which saves looking it up for each request.
  public func located(_ uid: EntityUID) -> LocatedEntity { snapshot.located(uid) }

  private func response(to tally: Tally) -> Response {
    let isDenied = tally.permits.isEmpty || !tally.forbids.isEmpty
    return Response(
      decision: isDenied ? .deny : .allow,
      reasons: ids(of: isDenied ? tally.forbids : tally.permits), errors: errors(tally.failures))
  }

  private func ids(of policies: PolicyNumbers) -> [PolicyID] {
    guard let only = policies.only else { return policies.sorted().map { id(of: $0) } }
    return snapshot.ids[Int(only)]
  }

  private func errors(_ failures: [Tally.Failure]) -> [EvaluationError] {
    guard !failures.isEmpty else { return [] }
    return failures.sorted { $0.policy < $1.policy }.map { policy, failure in
      EvaluationError(
        policyID: id(of: policy), effect: snapshot.compiled[Int(policy)].effect,
        failure: failure)
    }
  }

  /// The decision alone, which may not need all policies.
  public func decision(_ request: Request) -> Decision {
    let numbered = snapshot.numbered(request)
    var isPermitted = false
    var isForbidden = false
    snapshot.forEachCandidate(of: numbered) { policy in
      let isForbid = snapshot.compiled[Int(policy)].effect == .forbid
      guard isForbid || !isPermitted, (try? snapshot.isSatisfied(policy, numbered)) == true else {
        return true
      }
      if isForbid { isForbidden = true } else { isPermitted = true }
      return !isForbidden
    }
    return isPermitted && !isForbidden ? .allow : .deny
  }

  /// What the policies say that are satisfied or failed, in the order of the set; all others are
  /// not satisfied.
  public func outcomes(_ request: Request) -> [PolicyOutcome] {
    let tally = tally(snapshot.numbered(request))
    let satisfied = (tally.permits.sorted() + tally.forbids.sorted()).map {
      ($0, PolicyOutcome.Result.satisfied)
    }
    let failed = tally.failures.map { ($0.policy, PolicyOutcome.Result.failed($0.failure)) }
    return (satisfied + failed).sorted { $0.0 < $1.0 }.map { policy, result in
      PolicyOutcome(
        policyID: id(of: policy), effect: snapshot.compiled[Int(policy)].effect, result: result)
    }
  }

  private func id(of policy: Int32) -> PolicyID { snapshot.policies.policies[Int(policy)].id }

  private struct Tally {
    typealias Failure = (policy: Int32, failure: EvaluationFailure)

    var permits = PolicyNumbers()
    var forbids = PolicyNumbers()
    var failures: [Failure] = []
  }

  private func tally(_ numbered: borrowing NumberedRequest) -> Tally {
    var tally = Tally()
    snapshot.forEachCandidate(of: numbered) { policy in
      do throws(EvaluationFailure) {
        guard try snapshot.isSatisfied(policy, numbered) else { return true }
        if snapshot.compiled[Int(policy)].effect == .permit {
          tally.permits.append(policy)
        } else {
          tally.forbids.append(policy)
        }
      } catch {
        tally.failures.append((policy, error))
      }
      return true
    }
    return tally
  }
}

/// Numbers of policies, most often one or none, for which nothing is allocated.
private struct PolicyNumbers {
  private var first: Int32?
  private var others: [Int32] = []

  var isEmpty: Bool { first == nil }

  /// The number, if there is exactly one.
  var only: Int32? { others.isEmpty ? first : nil }

  mutating func append(_ number: Int32) {
    if first == nil { first = number } else { others.append(number) }
  }

  /// In the order of the set.
  func sorted() -> [Int32] {
    guard let first else { return [] }
    return (others + [first]).sorted()
  }
}
