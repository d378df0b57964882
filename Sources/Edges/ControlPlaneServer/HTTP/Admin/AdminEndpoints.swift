import ControlPlane
import ControlPlaneAPI
import Enrollment
import HTTPTypes
import PolicyReview
import SPIFFE
import StrictJSON

/// The endpoints of the admin interface; the OpenAPI document describes each of them.
struct AdminEndpoints {
  let ports: AdminPorts
  let socket: AdminSocket

  var all: [Endpoint] {
    [
      self.apply, self.list, self.get, self.delete, self.revoke, self.restore, self.trace,
      self.status, self.flush, self.posture,
      Endpoint(.get, AdminPath.description) { _ in
        Reply(.ok, type: MediaType.json, body: Array(AdminDescription.text.utf8))
      },
    ] + PolicyEndpoints(policies: self.ports.policies).all
  }

  private var apply: Endpoint {
    Endpoint(.post, AdminPath.apply) {
      [administration = self.ports.administration, socket] exchange in
      let administrator = socket.administrator(try await exchange.peer())
      let json = try await exchange.json(limits: MessageLimits.request)
      return try await Self.explaining {
        let change = try ProposedChange(message: try ChangeMessage(json: json))
        let reply = ChangeReply(try await administration.apply(change, by: administrator))
        return .json(reply.json)
      }
    }
  }

  private var list: Endpoint {
    Endpoint(.get, AdminPath.records + "/{kind}") {
      [administration = self.ports.administration] exchange in
      let sort = try Self.sort(try exchange.parameter(0))
      return try await Self.explaining {
        let records = try await administration.records(sort, named: nil)
        return .json(RecordReply.list(records.map { RecordReply($0) }))
      }
    }
  }

  private var get: Endpoint {
    Endpoint(.get, AdminPath.records + "/{kind}/{name}") {
      [administration = self.ports.administration] exchange in
      let sort = try Self.sort(try exchange.parameter(0))
      let name = try exchange.parameter(1)
      return try await Self.explaining {
        guard let record = try await administration.records(sort, named: name).first else {
          throw AdministrationError(.notFound, "there is no \(sort.rawValue) of this name")
        }
        return .json(RecordReply(record).json)
      }
    }
  }

  private var delete: Endpoint {
    Endpoint(.delete, AdminPath.records + "/{kind}/{name}") {
      [administration = self.ports.administration, socket] exchange in
      let administrator = socket.administrator(try await exchange.peer())
      let sort = try Self.sort(try exchange.parameter(0))
      let name = try exchange.parameter(1)
      return try await Self.explaining {
        let change = try await administration.delete(sort, named: name, by: administrator)
        return .json(ChangeReply(change).json)
      }
    }
  }

  private var revoke: Endpoint {
    Endpoint(.post, AdminPath.revocations) {
      [revocations = self.ports.revocations, socket] exchange in
      let administrator = socket.administrator(try await exchange.peer())
      let json = try await exchange.json(limits: MessageLimits.request)
      return try await Self.explaining {
        let request = try RevocationRequest(message: try RevocationMessage(json: json))
        let outcome = try await revocations.revoke(request, by: administrator)
        return .json(RevocationReply(outcome).json)
      }
    }
  }

  private var restore: Endpoint {
    Endpoint(.post, AdminPath.restorations) {
      [revocations = self.ports.revocations, socket] exchange in
      let administrator = socket.administrator(try await exchange.peer())
      let json = try await exchange.json(limits: MessageLimits.request)
      return try await Self.explaining {
        let message = try RestorationMessage(json: json)
        let workload = try RevocationRequest.workload(message.workload)
        let change = try await revocations.restore(workload, by: administrator)
        return .json(ChangeReply(change).json)
      }
    }
  }

  private var trace: Endpoint {
    Endpoint(.get, AdminPath.trace + "/{id}") { [observation = self.ports.observation] exchange in
      let query = try exchange.parameter(0)
      guard MessageLimits.isQuery(query) else {
        throw Refusal.malformed("expected a request id, trace id, jti, serial or digest")
      }
      return try await Self.explaining {
        guard let trace = try await observation.trace(query) else {
          throw AdministrationError(
            .notFound, "no log holds a request or a credential of this id")
        }
        return .json(.object(trace.json))
      }
    }
  }

  private var status: Endpoint {
    Endpoint(.get, AdminPath.status) { [observation = self.ports.observation] _ in
      try await Self.explaining { .json(.object(try await observation.status().json)) }
    }
  }

  private var flush: Endpoint {
    Endpoint(.post, AdminPath.flush) { [observation = self.ports.observation] _ in
      try await Self.explaining {
        try await observation.flush()
        return Reply(.noContent)
      }
    }
  }

  private var posture: Endpoint {
    Endpoint(.post, AdminPath.posture) {
      [administration = self.ports.administration, socket] exchange in
      let administrator = socket.administrator(try await exchange.peer())
      let json = try await exchange.json(limits: MessageLimits.request)
      return try await Self.explaining {
        let report = try PostureReport(message: try PostureMessage(json: json))
        return .json(ChangeReply(try await administration.report(report, by: administrator)).json)
      }
    }
  }

  private static func sort(_ text: String) throws(Refusal) -> RecordSort {
    guard let sort = RecordSort(rawValue: text) else {
      let kinds = RecordSort.allCases.map(\.rawValue).joined(separator: ", ")
      throw Refusal(
        ProblemDetails(
          "admin/unknown-kind", title: "Unknown kind", status: 404,
          detail: "the kinds are \(kinds)"))
    }
    return sort
  }

  /// Turns the refusals of the use cases into problems; what they do not foresee stays an error.
  static func explaining(_ body: () async throws -> Reply) async throws -> Reply {
    do {
      return try await body()
    } catch let rejected as RejectedChange {
      throw Refusal(rejected)
    } catch let error as AdministrationError {
      throw Refusal(error)
    } catch let error as PolicyReviewError {
      throw Refusal.malformed(error.description)
    } catch let malformed as MalformedMessage {
      throw Refusal.malformed(malformed.description)
    }
  }
}
