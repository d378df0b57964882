import Glibc

/// Measures how many credentials a second can be issued, and prints one line of `name rate p50 p99`.
///
///     gatehouse-load x509-svid-in-process|jwt-svid-in-process|token-in-process [SECONDS [TASKS]]
///     gatehouse-load x509-svid|jwt-svid|token [SECONDS [TASKS]]       against a running `gatehouse dev`
@main
struct Load {
  static func main() async throws {
    let arguments = CommandLine.arguments
    guard arguments.count >= 2 else {
      print("usage: gatehouse-load NAME [SECONDS [TASKS]]")
      exit(2)
    }
    let seconds = arguments.count > 2 ? Int64(arguments[2]) ?? 5 : 5
    let tasks = arguments.count > 3 ? Int(arguments[3]) ?? 16 : 16
    let work = try await Self.work(arguments[1])
    let measurement = try await Measurement.take(seconds: seconds, tasks: tasks, work)
    print("\(arguments[1]) \(measurement)")
  }

  private static func work(_ name: String) async throws -> @Sendable () async throws -> Void {
    switch name {
    case "x509-svid-in-process": return try await InProcess.open().x509SVID()
    case "jwt-svid-in-process": return try await InProcess.open().jwtSVID()
    case "token-in-process": return try await InProcess.open().token()
    case "x509-svid": return try EndToEnd().x509SVID()
    case "jwt-svid": return try EndToEnd().jwtSVID()
    case "token": return try await EndToEnd().token()
    default:
      print("unknown measurement \(name)")
      exit(2)
    }
  }
}
