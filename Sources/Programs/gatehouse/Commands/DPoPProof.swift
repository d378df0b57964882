import ArgumentParser
import Glibc
import OAuth

struct DPoPProofCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dpop-proof",
    abstract: "Print a DPoP proof for one request with a token that is bound to a key.",
    discussion: """
      The access token is read from standard input, never from the command line. A proof is good for \
      one request, for about a minute:

        TOKEN=$(gatehouse token --audience URI --dpop-key key.pem)
        PROOF=$(printf %s "$TOKEN" | gatehouse dpop-proof --dpop-key key.pem GET URL)
        printf 'Authorization: DPoP %s\\nDPoP: %s\\n' "$TOKEN" "$PROOF" | curl -H @- URL
      """)

  @Option(
    help: ArgumentHelp("The key that the token is bound to.", valueName: "file"),
    completion: .file())
  var dpopKey: String

  @Option(help: ArgumentHelp("What the server gave in `DPoP-Nonce`.", valueName: "text"))
  var nonce: String?

  @Flag(help: "For a request without an access token: standard input is not read.")
  var withoutToken = false

  @Argument(help: "The request's method, in the letters that it is sent with.")
  var method: String

  @Argument(help: "The request's URL as it is sent; a query is left out of the proof.")
  var url: String

  private static let maximumInput = BearerToken.maximumBytes + 2

  func validate() throws {
    guard !self.method.isEmpty, self.method.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
      throw ValidationError("expected a method such as GET")
    }
  }

  func run() throws {
    let key = try ProofKey(file: self.dpopKey, makesMissing: false)
    let token = self.withoutToken ? nil : try Self.token()
    Terminal.write(
      try key.proof(method: self.method, url: self.url, token: token, nonce: self.nonce))
  }

  private static func token() throws -> BearerToken {
    var text: [UInt8] = []
    while text.count <= self.maximumInput {
      let chunk = [UInt8](unsafeUninitializedCapacity: 4_096) { buffer, count in
        count = max(0, Glibc.read(STDIN_FILENO, buffer.baseAddress, buffer.count))
      }
      if chunk.isEmpty { break }
      text.append(contentsOf: chunk)
    }
    do {
      let lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      let isOneLine = lines.dropFirst().allSatisfy(\.isEmpty)
      return try BearerToken(String(decoding: isOneLine ? lines.first ?? [] : text[...], as: UTF8.self))
    } catch {
      throw CommandFailure(
        "expected the access token alone on standard input, or --without-token: \(error)")
    }
  }
}
