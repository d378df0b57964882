import Credentials
import Gateway
import HTTPMessages
import Inspection
import SPIFFE

/// The trace that a request is part of, and our own place in it.
struct TraceContext: Sendable {
  let parent: TraceParent?
  /// Whether the caller's `tracestate` belongs to this trace.
  let isContinued: Bool

  init(_ fields: HTTPFields, gateway: Gateway) {
    let span = gateway.randomHexadecimal(bytes: 8)
    if let received = TraceParent(in: fields), let continued = received.continued(by: span) {
      self.parent = continued
      self.isContinued = true
    } else {
      self.parent = TraceParent(
        traceID: gateway.randomHexadecimal(bytes: 16), parentID: span, isSampled: false,
        hasRandomTraceID: true)
      self.isContinued = false
    }
  }
}

/// The fields with which a permitted request goes on to its service.
struct ForwardedFields {
  private(set) var fields: HTTPFields

  init(
    _ permit: Permit, record: RequestRecord, head: RequestHead, trace: TraceContext
  ) throws(FieldError) {
    self.fields = ForwardingRules.requestFields(
      head.fields, connectionOptions: head.connectionOptions,
      forwardCredential: permit.service.forwarding.forwardsToken)
    try self.addIdentity(permit, record: record, head: head)
    try self.addTrace(trace)
    try self.addRequestIDs(record, head: head)
  }

  private mutating func addIdentity(
    _ permit: Permit, record: RequestRecord, head: RequestHead
  ) throws(FieldError) {
    if let workload = permit.caller.credential?.principal {
      try self.fields.append(name: FieldName.subject, value: workload.description)
    }
    let forwarded = ForwardedElement(
      for: .address(record.source, port: nil), host: head.authority, proto: "http")
    try self.fields.append(name: "forwarded", value: forwarded.fieldValue)
  }

  private mutating func addTrace(_ trace: TraceContext) throws(FieldError) {
    self.fields.remove(named: "traceparent")
    if !trace.isContinued { self.fields.remove(named: "tracestate") }
    if let parent = trace.parent {
      try self.fields.append(name: "traceparent", value: parent.fieldValue)
    }
  }

  private mutating func addRequestIDs(
    _ record: RequestRecord, head: RequestHead
  ) throws(FieldError) {
    self.fields.remove(named: FieldName.untrustedRequestID)
    if let theirs = head.fields.first(named: FieldName.requestID)?.text,
      theirs.utf8.count <= Self.longestRequestID
    {
      try self.fields.append(name: FieldName.untrustedRequestID, value: theirs)
    }
    try self.fields.append(name: FieldName.gatehouseRequestID, value: record.requestID)
    try self.fields.append(name: FieldName.requestID, value: record.requestID)
  }

  private static let longestRequestID = 256
}
