public import StrictJSON

/// The bundles of several trust domains, each for its own SVIDs only. Bundles are never merged.
public struct TrustBundleSet: Sendable, Hashable {
  private var bundles: [TrustDomain: TrustBundle]

  /// No bundle: every SVID is refused.
  public init() { self.bundles = [:] }

  /// - Throws: ``InvalidTrustBundle`` if two bundles are of one trust domain.
  public init(_ bundles: [TrustBundle]) throws(InvalidTrustBundle) {
    self.bundles = [:]
    for bundle in bundles {
      guard self.bundles.updateValue(bundle, forKey: bundle.trustDomain) == nil else {
        throw InvalidTrustBundle(.repeatedTrustDomain)
      }
    }
  }

  /// The trust domains in order of their names.
  public var trustDomains: [TrustDomain] { self.bundles.keys.sorted() }

  /// The bundle of a trust domain, or `nil` if none is known.
  public subscript(trustDomain: TrustDomain) -> TrustBundle? { self.bundles[trustDomain] }

  /// Adds a bundle, or takes it in place of the one of its trust domain.
  public mutating func set(_ bundle: TrustBundle) { self.bundles[bundle.trustDomain] = bundle }

  /// Forgets a trust domain.
  public mutating func remove(_ trustDomain: TrustDomain) { self.bundles[trustDomain] = nil }
}

extension TrustBundleSet {
  /// Reads a bundle map: `{"trust_domains": {"<name>": <bundle document>}}`
  /// (SPIFFE_Trust_Domain_and_Bundle, SPIFFE Bundle Map).
  /// - Throws: ``InvalidTrustBundle``, also for a repeated member.
  public init(parsing bytes: [UInt8]) throws(InvalidTrustBundle) {
    let value: JSONValue
    do {
      value = try JSONValue(parsing: bytes)
    } catch {
      throw InvalidTrustBundle(.notJSON)
    }
    guard let domains = value.objectValue?["trust_domains"]?.objectValue else {
      throw InvalidTrustBundle(.trustDomains)
    }
    self.init()
    for (name, element) in domains.members {
      guard let trustDomain = try? TrustDomain(parsing: name) else {
        throw InvalidTrustBundle(.trustDomainName)
      }
      guard let object = element.objectValue else { throw InvalidTrustBundle(.notAnObject) }
      self.set(try TrustBundle(trustDomain: trustDomain, object))
    }
  }

  /// The bundle map as JSON, trust domains in order of their names.
  public func json() throws -> JSONObject {
    var domains = JSONObject()
    for trustDomain in self.trustDomains {
      domains[trustDomain.description] = try self[trustDomain].map { .object(try $0.json()) }
    }
    return ["trust_domains": .object(domains)]
  }
}
