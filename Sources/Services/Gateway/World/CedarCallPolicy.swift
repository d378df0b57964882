package import Authorization
import Credentials
package import Inspection

/// Asks Cedar.
package struct CedarCallPolicy: CallPolicy {
  let model: AuthorizationModel

  package init(model: AuthorizationModel) { self.model = model }

  package func verdict(on call: Call) -> PolicyVerdict {
    let question = CallQuestion(
      spiffeID: call.principal?.description, service: call.service, operation: call.operation,
      scopes: call.scopes, method: call.method, path: call.path, parameters: call.parameters,
      source: call.source, now: call.now)
    do {
      let decision = try self.model.mayCall(question)
      return PolicyVerdict(
        isAllowed: decision.isAllowed, policies: decision.policies,
        explanation: decision.isAllowed ? "" : decision.explanation, shadow: decision.shadow,
        workload: decision.workload)
    } catch {
      return PolicyVerdict(
        isAllowed: false, policies: [], explanation: "the policies cannot be asked about this call")
    }
  }
}
