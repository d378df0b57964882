import OAuth
import SPIFFE

/// Gets documents from other machines. Follows no redirect, and is bounded in size and time.
package protocol DocumentSource: Sendable {
  func document(_ request: DocumentRequest) async throws -> FetchedDocument
}

package struct DocumentRequest: Hashable, Sendable {
  package let url: DocumentURL
  package let maximumBytes: Int
  /// As PEM; `nil` for the system's.
  package let authorities: String?
}

package struct FetchedDocument: Hashable, Sendable {
  package let bytes: [UInt8]
  /// Seconds for which it is fresh, by `Cache-Control` and `Age`; `nil` where nothing is said.
  package let maximumAge: Int64?

  package init(bytes: [UInt8], maximumAge: Int64?) {
    self.bytes = bytes
    self.maximumAge = maximumAge
  }
}

/// Why a document cannot be used. Holds nothing that the other side chose.
package struct DocumentFailure: Error, Hashable, Sendable, CustomStringConvertible {
  package let description: String

  package init(_ description: String) { self.description = description }
}

/// Fetches what a source publishes, by way of the issuer's metadata where the source says so.
struct TrustFetch {
  let documents: any DocumentSource

  struct Result {
    let material: TrustMaterial
    let maximumAge: Int64?
    /// Keys that were left out, and why.
    let notes: [String]
  }

  func fetch(_ source: TrustSource) async throws -> Result {
    let url = try await self.address(source)
    let document = try await self.document(url, source, TrustMaterial.maximumBytes)
    switch source.owner {
    case .issuer:
      let (material, notes) = try TrustMaterial.keySet(
        document.bytes, permitting: source.algorithms)
      return Result(material: material, maximumAge: document.maximumAge, notes: notes)
    case .trustDomain(let name):
      let material = try TrustMaterial.bundle(document.bytes, of: name)
      return Result(
        material: material, maximumAge: document.maximumAge ?? material.refreshHint, notes: [])
    }
  }

  private func address(_ source: TrustSource) async throws -> DocumentURL {
    switch (source.location, source.owner) {
    case (.document(let url), _): return url
    case (.discovery, .trustDomain):
      throw DocumentFailure("a trust domain has no metadata: expected the URL of its bundle")
    case (.discovery(let kind), .issuer(let issuer)):
      let base = try DocumentURL(issuer)
      let document = try await self.document(
        try base.metadata(kind), source, IssuerMetadata.maximumBytes)
      let metadata = try IssuerMetadata(parsing: document.bytes, of: issuer)
      return try self.keySetURL(metadata, base, source)
    }
  }

  /// The metadata leads to the issuer's own host, or to one that the configuration names.
  private func keySetURL(
    _ metadata: IssuerMetadata, _ issuer: DocumentURL, _ source: TrustSource
  ) throws -> DocumentURL {
    let url = try DocumentURL(metadata.keySetURI)
    guard url.isSameOrigin(as: issuer) || (!url.isPlain && source.keyHosts.contains(url.host))
    else {
      throw DocumentFailure(
        "the metadata's `jwks_uri` is not at the issuer's own host and port; name its host in "
          + "`keyHosts` if it is meant to be")
    }
    return url
  }

  private func document(
    _ url: DocumentURL, _ source: TrustSource, _ maximumBytes: Int
  ) async throws -> FetchedDocument {
    guard !url.isPlain || source.permitsLoopbackHTTP else {
      throw DocumentFailure("plain http is not permitted for it: set `permitLoopbackHTTP`")
    }
    return try await self.documents.document(
      DocumentRequest(url: url, maximumBytes: maximumBytes, authorities: source.authorities))
  }
}

extension TrustMaterial {
  /// Seconds after which a bundle's publisher wants it to be looked at again.
  fileprivate var refreshHint: Int64? {
    if case .bundle(let bundle) = self { bundle.refreshHint } else { nil }
  }
}
