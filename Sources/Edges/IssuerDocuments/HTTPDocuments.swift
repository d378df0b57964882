package import AsyncHTTPClient
package import Gateway
import NIOCore
import NIOHTTP1
import NIOSSL

/// Documents over HTTP: https verified, no redirects, bounded in size and time.
package struct HTTPDocuments: DocumentSource {
  private let http: HTTPClient
  private let timeout: Duration

  /// - Parameters:
  ///   - http: a client made with `configuration`; whoever made it shuts it down.
  ///   - timeout: for one document, from the first packet to the last byte.
  package init(http: HTTPClient, timeout: Duration) {
    self.http = http
    self.timeout = timeout
  }

  /// What a client must be made with.
  package static var configuration: HTTPClient.Configuration {
    var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
    configuration.httpVersion = .http1Only
    configuration.decompression = .disabled
    configuration.timeout = .init(connect: .seconds(5), read: .seconds(10))
    configuration.connectionPool.idleTimeout = .seconds(30)
    return configuration
  }

  package func document(_ request: DocumentRequest) async throws -> FetchedDocument {
    do {
      return try await self.withDeadline { try await self.fetch(request) }
    } catch let failure as DocumentFailure {
      throw failure
    } catch let error as HTTPClientError {
      throw DocumentFailure("no answer: \(error.shortDescription)")
    } catch is NIOSSLError {
      throw DocumentFailure("no answer: its certificate is not accepted, or TLS failed")
    } catch is CancellationError {
      throw CancellationError()
    } catch {
      throw DocumentFailure("no answer: it cannot be reached")
    }
  }

  private func fetch(_ wanted: DocumentRequest) async throws -> FetchedDocument {
    var request = HTTPClientRequest(url: wanted.url.description)
    request.headers.add(name: "Accept", value: "application/json")
    if let authorities = wanted.authorities {
      request.tlsConfiguration = try Self.security(authorities)
    }
    let response = try await self.http.execute(
      request, timeout: .nanoseconds(Self.nanoseconds(self.timeout)))
    guard response.status == .ok else {
      throw DocumentFailure(
        "expected status 200, it answered \(response.status.code)"
          + ((300..<400).contains(response.status.code) ? "; redirects are not followed" : ""))
    }
    return FetchedDocument(
      bytes: try await Self.bytes(of: response, upTo: wanted.maximumBytes),
      maximumAge: CacheLifetime(
        cacheControl: response.headers["cache-control"], age: response.headers.first(name: "age")
      ).seconds)
  }

  private static func bytes(
    of response: HTTPClientResponse, upTo limit: Int
  ) async throws -> [UInt8] {
    var bytes: [UInt8] = []
    for try await part in response.body {
      guard bytes.count + part.readableBytes <= limit else {
        throw DocumentFailure("the document has more than \(limit) bytes")
      }
      bytes.append(contentsOf: part.readableBytesView)
    }
    return bytes
  }

  private static func security(_ authorities: String) throws -> TLSConfiguration {
    var security = TLSConfiguration.makeClientConfiguration()
    security.trustRoots = .certificates(
      try NIOSSLCertificate.fromPEMBytes(Array(authorities.utf8)))
    return security
  }

  /// The client's own deadline covers the head and not each part of the body.
  private func withDeadline(
    _ body: @escaping @Sendable () async throws -> FetchedDocument
  ) async throws -> FetchedDocument {
    let timeout = self.timeout
    return try await withThrowingTaskGroup(of: FetchedDocument.self) { group in
      group.addTask { try await body() }
      group.addTask {
        try await Task.sleep(for: timeout)
        throw DocumentFailure("the document did not come within \(timeout)")
      }
      defer { group.cancelAll() }
      guard let document = try await group.next() else { throw CancellationError() }
      return document
    }
  }

  private static func nanoseconds(_ duration: Duration) -> Int64 {
    let (seconds, fraction) = duration.components
    let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    return overflow ? .max : product + fraction / 1_000_000_000
  }
}
